"""The part of the tables that somebody may see, row by row.

Who may see some families only (a helper, a member of a commission) gets their rows and nothing by which another family
could be guessed: not who else comes to a workshop, not whose case a session speaks of, not which families the other
helpers carry.  Of the tables of helpers and of people of sessions there are only the user's own rows.
What belongs to nobody (resources, events with their dates and places) is whole.  The centre's budgets are not in it:
they are a figure of the centre, and what they give to a family is told by itself.

The families open to the user are asked of :class:`~hamyar.store.access.Access` at every call.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from hamyar.core.tables import (
    BUDGETS,
    EVENTS,
    FACT_TABLES,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPER_CHOICES,
    HELPER_HOURS,
    HELPER_LEAVE,
    HELPER_TRAVEL,
    HELPERS,
    RESOURCES,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    TRAININGS,
    VISITS,
    CaseTables,
)
from hamyar.store.access import Access, AllFamilies, NotAllowed

# Whose rows are the user's own: by table, the column that names the helper or other person.
_OWN = {
    **{table.name: "helper_id" for table in (HELPERS, HELPER_HOURS, HELPER_LEAVE, HELPER_TRAVEL, TRAININGS)},
    SESSION_PEOPLE.name: "person_id",
}
# Rows that may name no family are the user's own as well.
_OWN_WITHOUT_FAMILY = {VISITS.name: "helper_id", GROUP_MEMBERS.name: "person_id"}
_OF_NOBODY = (RESOURCES, EVENTS)
_DERIVED = (SESSIONS, HELP_GROUPS)
_SHARED = {BUDGETS.name, *_OWN, *(table.name for table in (*_OF_NOBODY, *_DERIVED))}
# Every other table has the family in it; one that is added without it is shown to nobody until somebody decides here.
_OF_FAMILIES = tuple(
    table for name, table in FACT_TABLES.items() if "family_id" in table.column_names and name not in _SHARED
)


def permitted_tables(tables: CaseTables, access: Access, family_ids: Sequence[str] | None = None) -> CaseTables:
    """The part of ``tables``, all facts of the centre, that the user may read; of all families or of some.

    A family that is not open is as if it were not there.  Raises ``NotAllowed`` where no facts are open to the role.
    """
    open_now = access.families("read_family")
    if isinstance(open_now, AllFamilies):
        return tables if family_ids is None else _numbered(tables.only(sorted(set(family_ids))))
    if not open_now and not access.may("read_work"):
        raise NotAllowed()
    families = open_now if family_ids is None else open_now & set(family_ids)
    own = frozenset() if access.user.person_id is None else frozenset({access.user.person_id})
    return _numbered(_limited(tables, own, families))


def _limited(tables: CaseTables, own: frozenset[str], families: frozenset[str]) -> CaseTables:
    def rows(name: str, column: str, values: Iterable[str]) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(tables, name)
        return frame[frame[column].isin(list(values))]

    frames = {name: table.empty() for name, table in FACT_TABLES.items()}
    frames |= {table.name: rows(table.name, "family_id", families) for table in _OF_FAMILIES}
    for name, column in _OWN_WITHOUT_FAMILY.items():
        frame = getattr(tables, name)
        is_own = frame[column].isin(list(own)) & frame["family_id"].isna()
        frames[name] = frame[is_own | frame["family_id"].isin(list(families))]
    # Who must not carry a family, and why, is about another helper.
    choices = frames[HELPER_CHOICES.name]
    frames[HELPER_CHOICES.name] = choices[choices["helper_id"].isin(list(own))]
    frames |= {name: rows(name, column, own) for name, column in _OWN.items()}
    frames |= {table.name: getattr(tables, table.name) for table in _OF_NOBODY}
    sessions = {*frames[SESSION_CASES.name]["session_id"], *frames[SESSION_PEOPLE.name]["session_id"]}
    frames[SESSIONS.name] = rows(SESSIONS.name, "session_id", sessions)
    groups, of_groups = list(frames[GROUP_MEMBERS.name]["group_id"]), tables.help_groups
    frames[HELP_GROUPS.name] = of_groups[of_groups["group_id"].isin(groups) | of_groups["helper_id"].isin(list(own))]
    return replace(tables, **frames, extra={})


def _numbered(tables: CaseTables) -> CaseTables:
    return replace(tables, **{name: getattr(tables, name).reset_index(drop=True) for name in FACT_TABLES})
