"""Which column points to which table, and which rows point to nothing.

A code is introduced by one table, its *home*: a family by ``families``, a session by ``sessions``.
Everywhere else a column of that name points there.  A person of a family stands beside the family's code and must
belong to it.  Who decided, proposed or takes part in a session may be anybody, and is a free code.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field

import pandas as pd

from hamyar.core.message import N_, Message, message
from hamyar.core.tables import (
    ALL_TABLES,
    DECISIONS,
    EVENTS,
    FAMILIES,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPERS,
    IDENTITIES,
    MEMBERS,
    RESOURCES,
    SESSION_PEOPLE,
    SESSIONS,
    Table,
)

HOMES: Mapping[str, Table] = {
    "family_id": FAMILIES,
    "member_id": MEMBERS,
    "helper_id": HELPERS,
    "resource_id": RESOURCES,
    "session_id": SESSIONS,
    "group_id": HELP_GROUPS,
    "event_id": EVENTS,
}
# Columns that name a person of the row's family; the second may name the family itself.
_OF_FAMILY = ("member_id", "subject_id")
# Who can have a name and an address.
_OWNERS = (
    *((table, table.key[0]) for table in (FAMILIES, MEMBERS, HELPERS)),
    *((table, "person_id") for table in (SESSION_PEOPLE, DECISIONS)),
)


@dataclass(frozen=True)
class Dangling:
    """Rows of a table that point to nothing by one column, and what to do about them."""

    table: str
    column: str
    is_bad: pd.Series
    message: Message


@dataclass
class Known:
    """The codes that a fact may point to, taken from ``frame_of`` when they are first needed."""

    frame_of: Callable[[Table], pd.DataFrame]
    _codes: dict[tuple[str, str], Set[str]] = field(default_factory=dict)
    _family_of: dict[str, str] | None = None

    def codes(self, table: Table, column: str) -> Set[str]:
        if (table.name, column) not in self._codes:
            self._codes[table.name, column] = frozenset(self.frame_of(table)[column].dropna())
        return self._codes[table.name, column]

    @property
    def family_of(self) -> Mapping[str, str]:
        """The family of each member."""
        if self._family_of is None:
            members = self.frame_of(MEMBERS)
            self._family_of = dict(zip(members["member_id"], members["family_id"], strict=True))
        return self._family_of


def dangling(frames: Mapping[str, pd.DataFrame], known: Known) -> Iterator[Dangling]:
    """Everything in ``frames``, conformed tables by name, that points to nothing in ``known``."""
    for name, frame in frames.items():
        if not frame.empty:
            for found in _of_table(ALL_TABLES[name], frame, known):
                if found.is_bad.any():
                    yield found


def _of_table(table: Table, frame: pd.DataFrame, known: Known) -> Iterator[Dangling]:
    for column, home in HOMES.items():
        # Of a member more is asked than that it exists.
        if column in table.column_names and home not in (table, MEMBERS):
            is_unknown = frame[column].notna() & ~frame[column].isin(known.codes(home, column))
            yield Dangling(table.name, column, is_unknown, _UNKNOWN[home.name])
    for column in _OF_FAMILY:
        if column in table.column_names and table is not MEMBERS:
            yield from _persons(table, frame, column, frame[column].notna(), known)
    if table is GROUP_MEMBERS:
        has_family = frame["family_id"].notna()
        yield from _persons(table, frame, "person_id", has_family, known)
        is_nobody = ~has_family & ~frame["person_id"].isin(known.codes(HELPERS, "helper_id"))
        yield Dangling(table.name, "person_id", is_nobody, _PERSON_UNKNOWN)
    if table is IDENTITIES:
        owners = frozenset[str]().union(*(known.codes(home, column) for home, column in _OWNERS))
        yield Dangling(table.name, "owner_id", ~frame["owner_id"].isin(owners), _OWNER_UNKNOWN)


def _persons(table: Table, frame: pd.DataFrame, column: str, is_told: pd.Series, known: Known) -> Iterator[Dangling]:
    if column == "subject_id":
        is_told = is_told & (frame[column] != frame["family_id"])
    own, family = frame[column].map(known.family_of), frame["family_id"]
    is_member = is_told & own.notna()
    yield Dangling(table.name, column, is_told & own.isna(), _UNKNOWN[MEMBERS.name])
    yield Dangling(table.name, column, is_member & family.isna(), _FAMILY_UNTOLD)
    yield Dangling(table.name, column, is_member & family.notna() & (own != family), _MEMBER_ELSEWHERE)


_UNKNOWN: Mapping[str, Message] = {
    FAMILIES.name: message(N_("The family is neither in the file nor in the store. Add its row, or correct the code.")),
    MEMBERS.name: message(N_("The member is neither in the file nor in the store. Add the row, or correct the code.")),
    HELPERS.name: message(N_("The helper is neither in the file nor in the store. Add the row, or correct the code.")),
    RESOURCES.name: message(
        N_("The resource is neither in the file nor in the store. Add its row, or correct the code.")
    ),
    SESSIONS.name: message(
        N_("The session is neither in the file nor in the store. Add its row, or correct the code.")
    ),
    HELP_GROUPS.name: message(
        N_("The group is neither in the file nor in the store. Add its row, or correct the code.")
    ),
    EVENTS.name: message(N_("The event is neither in the file nor in the store. Add its row, or correct the code.")),
}
_MEMBER_ELSEWHERE = message(N_("The member belongs to another family. Correct one of the two codes."))
_FAMILY_UNTOLD = message(N_("The member's family is not told. Write its case code beside the member."))
_PERSON_UNKNOWN = message(
    N_("Without a family the person must be a helper, and no helper has this code. Write the family, or correct it.")
)
_OWNER_UNKNOWN = message(
    N_("No family, member, helper or person of a session has this code. Add the row, or correct the code.")
)
