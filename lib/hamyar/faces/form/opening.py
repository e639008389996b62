"""How a form begins, and how the other pages of a family read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hamyar.core.jalali import Month
from hamyar.core.levels.background import Background
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables
from hamyar.faces.form.file import Setting
from hamyar.faces.sources import Origin
from hamyar.store.submission import observer_code

if TYPE_CHECKING:
    from hamyar.faces.session import Session


def setting_of(session: "Session", family_id: str, month: Month) -> Setting:
    """Whose form it is, and the day that answers bear: today within the month, else the month's last day."""
    today, user = session.today, session.user
    day = today if today // 100 == month.code else month.code * 100 + month.days
    observer = observer_code(user.username, user.person_id)
    return Setting(family_id, month, day, today, observer, user.role, user.may("read_names"))


class FormSource:
    """A form as it stands, as a source of facts; what is of the whole centre comes from the session."""

    def __init__(self, session: "Session", tables: CaseTables) -> None:
        self._session, self._tables = session, tables

    @property
    def parameters(self) -> ParameterSet:
        return self._session.parameters

    @property
    def origin(self) -> Origin:
        return self._session.origin

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        return self._tables if family_ids is None else self._tables.only(list(family_ids))

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        return self._session.suggested_aid(month, family_id, rule)

    def background(self, month: Month) -> Background:
        return self._session.background(month)
