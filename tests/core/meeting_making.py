"""Small facts about commissions, groups and events for tests: a few families and helpers, and rows by what matters."""

from typing import Any

import pandas as pd

from hamyar.core.tables import (
    BUDGETS,
    DECISIONS,
    ENROLMENTS,
    EVENTS,
    FACT_TABLES,
    FAMILIES,
    FLOWS,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPER_HOURS,
    HELPERS,
    MEMBERS,
    REFERRALS,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    CaseTables,
    Table,
    conform,
)

# A Saturday.
TODAY = 14040817

Row = dict[str, Any]

_FAMILIES = [{"family_id": f"F{number}", "area": area} for number, area in enumerate(["N", "N", "S", None, "S"], 1)]
_MEMBERS = [
    {"member_id": "F1-1", "family_id": "F1", "role": "head", "sex": "female"},
    {"member_id": "F1-2", "family_id": "F1", "role": "child", "sex": "female"},
    {"member_id": "F2-1", "family_id": "F2", "role": "head", "sex": "male"},
    {"member_id": "F2-2", "family_id": "F2", "role": "spouse", "sex": "female"},
    {"member_id": "F3-1", "family_id": "F3", "role": "head", "sex": None},
    {"member_id": "F3-2", "family_id": "F3", "role": "parent", "sex": None},
    {"member_id": "F4-1", "family_id": "F4", "role": "head", "sex": "female"},
]
_HELPERS = [
    {"helper_id": "H1", "from_day": 14020101},
    {"helper_id": "H2", "from_day": 14020101, "until_day": 14040830},
]
# From eight in the morning to four in the afternoon, Saturday to Wednesday.
_HOURS = [
    {"helper_id": helper, "weekday": day, "start_minute": 480, "minutes": 480}
    for helper in ("H1", "H2")
    for day in range(5)
]


def frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    return conform(table, pd.DataFrame(rows, columns=table.column_names, dtype=object))


def facts(**rows: list[Row]) -> CaseTables:
    """The tables with these rows; families, members, helpers and their hours are there without being named."""
    given = {FAMILIES: _FAMILIES, MEMBERS: _MEMBERS, HELPERS: _HELPERS, HELPER_HOURS: _HOURS, FLOWS: [], BUDGETS: []}
    told = {table.name: made for table, made in given.items()} | rows
    return CaseTables(**{name: frame(FACT_TABLES[name], made) for name, made in told.items()})


def referral(family: str = "F1", commission: str = "social", state: str = "accepted", **others: Any) -> Row:
    came = {"proposed": 14040701, "accepted": 14040710}.get(state, 14040721)
    days = {"proposed_day": 14040701, "state_day": came}
    consent = "not_asked" if state == "proposed" else "yes"
    given = {"rules": "critical", "reason": "said so" if state == "withdrawn" else None, "consent": consent}
    return _row(REFERRALS, family_id=family, commission=commission, state=state, **{**days, **given, **others})


def session(code: str = "S1", day: int = 14040720, state: str = "done", **others: Any) -> Row:
    given = {"commission": "social", "start_minute": 600, "minutes": 120, **others}
    return _row(SESSIONS, session_id=code, day=day, state=state, **given)


def person(code: str = "P1", session_id: str = "S1", part: str = "chair", **others: Any) -> Row:
    given = {"has_attended": "yes", **others}
    return _row(SESSION_PEOPLE, session_id=session_id, person_id=code, part=part, **given)


def case(family: str = "F1", session_id: str = "S1") -> Row:
    return _row(SESSION_CASES, session_id=session_id, family_id=family)


def decision(number: int = 1, family: str = "F1", session_id: str = "S1", **others: Any) -> Row:
    given = {"what": "speak with the school", "person_id": "H1", "until_day": 14040820, "state": "open", **others}
    return _row(DECISIONS, session_id=session_id, family_id=family, number=number, **given)


def group(code: str = "G1", kind: str = "self_help_group", **others: Any) -> Row:
    given = {"helper_id": "H1", "from_day": 14040101, **others}
    return _row(HELP_GROUPS, group_id=code, kind=kind, **given)


def belongs(code: str = "F1-1", family: str | None = "F1", group_id: str = "G1", **others: Any) -> Row:
    given = {"from_day": 14040201, **others}
    return _row(GROUP_MEMBERS, group_id=group_id, person_id=code, family_id=family, **given)


def event(code: str = "E1", day: int = 14040820, state: str = "planned", **others: Any) -> Row:
    given = {"kind": "workshop", "start_minute": 600, "minutes": 90, "capacity": 2, **others}
    return _row(EVENTS, event_id=code, day=day, state=state, **given)


def enrolment(family: str = "F1", state: str = "enrolled", **others: Any) -> Row:
    given = {"event_id": "E1", "subject_id": family, "enrolled_day": 14040801, **others}
    return _row(ENROLMENTS, family_id=family, state=state, **given)


def _row(table: Table, **values: Any) -> Row:
    return dict.fromkeys(table.column_names) | values
