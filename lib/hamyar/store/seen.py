"""When somebody was last here, so that a page can say what is new.

A person opens the page, follows a link, and comes back a few minutes later.  That is one visit: what was new at its
beginning is still shown as new.  A visit is over when nothing was looked at for an hour.
It says nothing of a family, is no fact, and is kept for the last visit only.
"""

import datetime as dt
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from hamyar.store.database import DatabaseBusy
from hamyar.store.models import home_visits
from hamyar.store.store import Store

VISIT_SECONDS = 60 * 60
# Not every look is worth a write.
LOOKED_AGAIN_SECONDS = 60


def look(store: Store, username: str) -> dt.datetime | None:
    """Note that a user looks at what is new, now; returns when the visit before this one ended, ``None`` at the first.

    The moment is aware and in UTC, to the second.
    """
    now = int(store.now().timestamp())
    of_user = home_visits.c.username == username
    with store._database.read() as connection:
        found = connection.execute(sa.select(home_visits).where(of_user)).first()
    if found is not None and 0 <= now - found.looked_at < LOOKED_AGAIN_SECONDS:
        return _moment(found.before_at)
    before = _before(found, now)
    # What is new is told while somebody else writes for long, too, and while the disk is full.
    with suppress(DatabaseBusy, OperationalError), store._database.write() as connection:
        # Asked again: two pages of one user may have been opened at the same time.
        before = _before(connection.execute(sa.select(home_visits).where(of_user)).first(), now)
        connection.execute(sa.delete(home_visits).where(of_user))
        row = {"username": username, "looked_at": now, "before_at": before}
        connection.execute(sa.insert(home_visits).values(row))
    return _moment(before)


def _before(found: sa.Row[Any] | None, now: int) -> int | None:
    """When the visit before the one of ``now`` ended, in seconds, by what was noted last."""
    if found is None:
        return None
    ended: int | None = found.before_at if now - found.looked_at < VISIT_SECONDS else found.looked_at
    return ended


def _moment(seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)
