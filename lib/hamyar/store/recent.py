"""What was recorded of some families since a moment: which tables, how many rows, when, and whether by oneself.

The audit log has it already: every row knows the change that wrote it.  No value of a fact is told here, so that a
list of what is new can stand on a page that shows many families.
That a name, a number or an address was changed is told to those who may read it, of the family it belongs to.
Who was chosen or ruled out as a helper by hand is told to those who see every family: it is about another helper.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from hamyar.core.tables import FACT_TABLES, FAMILIES, HELPER_CHOICES, IDENTITIES, MEMBERS
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
    store: Store, since: dt.datetime, family_ids: Sequence[str] | None, username: str, *, names: bool = False
) -> list[RecentChange]:
    """What was recorded of these families (``None``: of all) after ``since``, an aware moment; the latest first.

    ``username`` is whose own changes are told apart from other people's; ``names`` tells of changed names, too.
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
        tables = [name for name in FAMILY_TABLES if wanted is None or name != HELPER_CHOICES.name]
        found = [change for name in tables for change in _of_table(connection, name, first, wanted, username)]
        if names:
            found += _of_names(connection, first, wanted, username)
    found = [change for change in found if change.at > since]
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
        RecentChange(row.family_id, name, row.rows, _moment(row.at), row.by_me)
        for row in connection.execute(chosen)
        if wanted is None or row.family_id in wanted
    ]


def _of_names(connection: sa.Connection, first: int, wanted: set[str] | None, username: str) -> list[RecentChange]:
    """The same of the names, numbers and addresses of families and their members."""
    model = FACT_MODELS[IDENTITIES.name]
    by_me = (changes.c.actor == username).label("by_me")
    chosen = (
        sa.select(model.c.owner_id, by_me, sa.func.count().label("rows"), sa.func.max(changes.c.at).label("at"))
        .join(changes, changes.c.seq == model.c.change_seq)
        .where(model.c.change_seq >= first)
        .group_by(model.c.owner_id, by_me)
    )
    rows = connection.execute(chosen).all()
    family_of = _families_of(connection, sorted({row.owner_id for row in rows}))
    found: dict[tuple[str, bool], RecentChange] = {}
    for row in rows:
        # The name of a helper is no family's.
        family_id = family_of.get(row.owner_id)
        if family_id is None or (wanted is not None and family_id not in wanted):
            continue
        earlier = found.get((family_id, bool(row.by_me)))
        count, at = row.rows, _moment(row.at)
        if earlier is not None:
            count, at = count + earlier.rows, max(at, earlier.at)
        found[family_id, bool(row.by_me)] = RecentChange(family_id, IDENTITIES.name, count, at, row.by_me)
    return list(found.values())


def _families_of(connection: sa.Connection, owner_ids: Sequence[str]) -> dict[str, str]:
    """The family that each of these belongs to, or is; others are left out."""
    families, members = FACT_MODELS[FAMILIES.name], FACT_MODELS[MEMBERS.name]
    own = sa.select(families.c.family_id.label("owner_id"), families.c.family_id)
    theirs = sa.select(members.c.member_id.label("owner_id"), members.c.family_id).order_by(members.c.version)
    if len(owner_ids) <= ASK_BY_NAME:
        own = own.where(families.c.family_id.in_(owner_ids))
        theirs = theirs.where(members.c.member_id.in_(owner_ids))
    return {row.owner_id: row.family_id for asked in (own, theirs) for row in connection.execute(asked)}


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
