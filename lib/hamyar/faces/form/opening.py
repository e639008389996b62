"""How a form begins."""

from typing import TYPE_CHECKING

from hamyar.core.jalali import Month
from hamyar.faces.form.file import Setting
from hamyar.store.submission import observer_code

if TYPE_CHECKING:
    from hamyar.faces.session import Session


def setting_of(session: "Session", family_id: str, month: Month) -> Setting:
    """Whose form it is, and the day that answers bear: today within the month, else the month's last day."""
    today, user = session.today, session.user
    day = today if today // 100 == month.code else month.code * 100 + month.days
    observer = observer_code(user.username, user.person_id)
    return Setting(family_id, month, day, today, observer, user.role, user.may("read_names"))
