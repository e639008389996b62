"""What was recorded of some families since a moment: which tables, how many rows, when, and whether by oneself.

The audit log has it already: every row knows the change that wrote it.  No value of a fact is told here, so that a
list of what is new can stand on a page that shows many families.
Names are left out: they belong to people, not to families, and lie apart.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from hamyar.core.tables import FACT_TABLES
from hamyar.store.facts import ASK_BY_NAME
from hamyar.store.models import FACT_MODELS, changes
from hamyar.store.store import Store

FAMILY_TABLES = tuple(name for name, table in FACT_TABLES.items() if "family_id" in table.column_names)


@dataclass(frozen=True)
class RecentChange:
    """Rows of one table that one person recorded, corrected or withdrew for one family; ``at`` is the last moment."""

    family_id: str
    table: str
    rows: int
    at: dt.datetime
    by_me: bool


@dataclass(frozen=True)
class SinceLast:
    """When somebody was last here (``None``: never before), and what came since, the latest first."""

    since: dt.datetime | None
    changes: list[RecentChange]


def changes_since(
    store: Store, since: dt.datetime, family_ids: Sequence[str] | None, username: str
) -> list[RecentChange]:
    """What was recorded of these families (``None``: of all) after ``since``, an aware moment; the latest first.

    ``username`` is whose own changes are told apart from other people's.
    """
    wanted = None if family_ids is None else set(family_ids)
    if wanted is not None and not wanted:
        return []
    # Moments are kept in UTC to the second, in a form that sorts; a second is not told apart.
    after = changes.c.at > since.astimezone(dt.UTC).isoformat(timespec="seconds")
    with store._database.read() as connection:
        first = connection.scalar(sa.select(sa.func.min(changes.c.seq)).where(after))
        if first is None:
            return []
        found = [
            change
            for name in FAMILY_TABLES
            for change in _of_table(connection, name, first, wanted, username)
            if change.at > since
        ]
    return sorted(found, key=lambda change: (-change.at.timestamp(), change.family_id, change.table, change.by_me))


def _of_table(
    connection: sa.Connection, name: str, first: int, wanted: set[str] | None, username: str
) -> list[RecentChange]:
    model = FACT_MODELS[name]
    by_me = (changes.c.actor == username).label("by_me")
    chosen = (
        sa.select(model.c.family_id, by_me, sa.func.count().label("rows"), sa.func.max(changes.c.at).label("at"))
        .join(changes, changes.c.seq == model.c.change_seq)
        .where(model.c.change_seq >= first, model.c.family_id.is_not(None))
        .group_by(model.c.family_id, by_me)
    )
    if wanted is not None and len(wanted) <= ASK_BY_NAME:
        chosen = chosen.where(model.c.family_id.in_(sorted(wanted)))
    return [
        RecentChange(row.family_id, name, row.rows, dt.datetime.fromisoformat(row.at).astimezone(dt.UTC), row.by_me)
        for row in connection.execute(chosen)
        if wanted is None or row.family_id in wanted
    ]
