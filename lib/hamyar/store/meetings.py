"""Recording what people do together: referrals, sessions, decisions, groups, events and enrolments.

A declared table says which values a column may have.  Whether a row can stand rests on other rows too: a case is
spoken of only with the family's consent, a room has so many places, a self-help group is of women heads.
Each function here checks the rows it is given as they would stand beside the facts recorded so far, within the change,
so that nothing moves in between; and it records all of them or none.

Only faults refuse.  Notices (a Friday, an hour at which the helper does not usually work) are for the form to show
before somebody saves: ask :func:`~hamyar.core.meetings.event_checks.event_faults` and its like.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.labels import table_message
from hamyar.core.meetings.commission_sessions import session_faults
from hamyar.core.meetings.commission_states import referral_faults
from hamyar.core.meetings.event_checks import EventContext, event_faults
from hamyar.core.meetings.event_places import moved_up
from hamyar.core.meetings.faults import MeetingFault, refusing, together
from hamyar.core.meetings.groups import group_faults
from hamyar.core.message import N_
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.tables import (
    DECISIONS,
    ENROLMENTS,
    EVENTS,
    FAMILIES,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPER_HOURS,
    HELPER_LEAVE,
    HELPERS,
    MEMBERS,
    REFERRALS,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    TRAININGS,
    CaseTables,
    Table,
    conform,
)
from hamyar.store.canonical import plain_rows
from hamyar.store.change import Change, Recorded

_COMMISSION_TABLES = (FAMILIES, MEMBERS, HELPERS, REFERRALS, SESSIONS, SESSION_PEOPLE, SESSION_CASES, DECISIONS)
_GROUP_TABLES = (FAMILIES, MEMBERS, HELPERS, HELP_GROUPS, GROUP_MEMBERS)
_EVENT_TABLES = (
    *(FAMILIES, MEMBERS, HELPERS, HELPER_HOURS, HELPER_LEAVE, TRAININGS, SESSIONS, SESSION_PEOPLE),
    *(HELP_GROUPS, GROUP_MEMBERS, EVENTS, ENROLMENTS),
)


class MeetingRefused(HamyarError):
    """Nothing was written; ``faults`` is the whole list, each with its table, key and column."""

    msgid = N_("Nothing was recorded in '{table}', because of {count} faults: {problems}")

    def __init__(self, table: str, faults: Sequence[MeetingFault]) -> None:
        # Many rows may have the same fault; it is said once.
        sentences = list({str(fault.message): fault.message for fault in faults}.values())
        super().__init__(table=table_message(table), count=len(faults), problems=together(sentences))
        self.faults = tuple(faults)
        self._table = table

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._table, self.faults)


def record_referrals(change: Change, frame: pd.DataFrame, *, base_versions: pd.Series | None = None) -> Recorded:
    """Record rows of ``REFERRALS``: families proposed, and the next step of cases that are before a commission.

    A row names a step by its ``state``; :mod:`hamyar.core.meetings.commission_states` says which step may follow,
    and on what. Raises ``MeetingRefused`` and what :meth:`Change.record` raises, such as ``Conflict``.
    """
    wanted = conform(REFERRALS, frame)
    tables = _facts(change, _COMMISSION_TABLES)
    after = _with(tables, {REFERRALS: wanted})
    _refuse(REFERRALS, referral_faults(tables.referrals, wanted, after, change.today))
    return change.record(REFERRALS, frame, base_versions=base_versions)


def record_session(
    change: Change,
    sessions: pd.DataFrame,
    *,
    people: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    base_versions: pd.Series | None = None,
) -> dict[str, Recorded]:
    """Record rows of ``SESSIONS`` with their people, cases and decisions; returns what was recorded, by table.

    What is left out stays as it is.  ``base_versions`` are those of ``sessions``.
    Raises ``MeetingRefused`` and what :meth:`Change.record` raises.
    """
    given = {SESSIONS: sessions, SESSION_PEOPLE: people, SESSION_CASES: cases, DECISIONS: decisions}
    return _record_sessions(change, given, base_versions)


def record_session_cases(change: Change, frame: pd.DataFrame) -> Recorded:
    """Record rows of ``SESSION_CASES`` of sessions that are recorded already; raises as :func:`record_session`."""
    return _record_sessions(change, {SESSION_CASES: frame}, None)[SESSION_CASES.name]


def record_decisions(change: Change, frame: pd.DataFrame, *, base_versions: pd.Series | None = None) -> Recorded:
    """Record rows of ``DECISIONS`` of sessions that were held: who does what until when, and what became of it.

    Raises as :func:`record_session`.
    """
    return _record_sessions(change, {DECISIONS: frame}, base_versions)[DECISIONS.name]


def record_groups(
    change: Change,
    groups: pd.DataFrame | None = None,
    members: pd.DataFrame | None = None,
    *,
    base_versions: pd.Series | None = None,
) -> dict[str, Recorded]:
    """Record rows of ``HELP_GROUPS`` and ``GROUP_MEMBERS``; returns what was recorded, by table.

    ``base_versions`` are those of ``groups``, or of ``members`` where there are no groups.
    Raises ``MeetingRefused`` and what :meth:`Change.record` raises.
    """
    touched = _Touched.of(change, {HELP_GROUPS: groups, GROUP_MEMBERS: members}, _GROUP_TABLES, "group_id")
    return touched.record(lambda tables: group_faults(tables, change.today, touched.codes), base_versions)


def record_events(
    change: Change,
    frame: pd.DataFrame,
    *,
    catalogue: ProgrammeCatalogue | None = None,
    base_versions: pd.Series | None = None,
) -> Recorded:
    """Record rows of ``EVENTS``; where places were added, those who wait first move up within the same change.

    With ``catalogue`` the programmes must be of it.  Raises ``MeetingRefused`` and what :meth:`Change.record` raises.
    """
    recorded = _record_events(change, {EVENTS: frame}, catalogue, base_versions)[EVENTS.name]
    enrolments = change.current(ENROLMENTS, {"event_id": frame["event_id"].unique().tolist()})
    for event in conform(EVENTS, frame).to_dict("records"):
        if event["state"] == "planned" and event["day"] >= change.today:
            change.record(ENROLMENTS, moved_up(event, enrolments))
    return recorded


def record_enrolments(change: Change, frame: pd.DataFrame, *, base_versions: pd.Series | None = None) -> Recorded:
    """Record rows of ``ENROLMENTS``, such as :mod:`hamyar.core.meetings.event_places` makes.

    Raises ``MeetingRefused`` and what :meth:`Change.record` raises.
    """
    return _record_events(change, {ENROLMENTS: frame}, None, base_versions)[ENROLMENTS.name]


def _record_sessions(
    change: Change, given: dict[Table, pd.DataFrame | None], base_versions: pd.Series | None
) -> dict[str, Recorded]:
    touched = _Touched.of(change, given, _COMMISSION_TABLES, "session_id")
    return touched.record(lambda tables: session_faults(tables, change.today, touched.codes), base_versions)


def _record_events(
    change: Change,
    given: dict[Table, pd.DataFrame | None],
    catalogue: ProgrammeCatalogue | None,
    base_versions: pd.Series | None,
) -> dict[str, Recorded]:
    touched, beside = _Touched.of(change, given, _EVENT_TABLES, "event_id"), EventContext(catalogue=catalogue)
    return touched.record(lambda tables: event_faults(tables, change.today, touched.codes, beside), base_versions)


@dataclass(frozen=True, eq=False)
class _Touched:
    """Rows to record, and the tables as they stand and as they would stand with them.

    ``codes`` are the sessions, groups or events that the rows belong to.
    """

    change: Change
    given: dict[Table, pd.DataFrame]
    before: CaseTables
    after: CaseTables
    codes: list[str]
    keys: frozenset[tuple[Any, ...]]

    @classmethod
    def of(
        cls, change: Change, given: dict[Table, pd.DataFrame | None], needed: Iterable[Table], code: str
    ) -> "_Touched":
        # Conformed before anything is written, so that a value that is not allowed leaves no half of a record.
        told = {table: frame for table, frame in given.items() if frame is not None}
        wanted = {table: conform(table, frame) for table, frame in told.items()}
        before = _facts(change, needed)
        codes = sorted({str(found) for frame in wanted.values() for found in frame[code]})
        keys = {key for table, frame in wanted.items() for key in _changed_keys(table, frame, before)}
        return cls(change, told, before, _with(before, wanted), codes, frozenset(keys))

    def record(
        self, faults_of: Callable[[CaseTables], list[MeetingFault]], base_versions: pd.Series | None
    ) -> dict[str, Recorded]:
        """Record all rows, or raise ``MeetingRefused`` for what is wrong with them or becomes wrong by them.

        What was wrong before in rows that stay as they are (a helper who is on leave by now) refuses nobody a place.
        """
        known = refusing(faults_of(self.before))
        found = refusing(faults_of(self.after))
        table = next(iter(self.given), EVENTS)
        _refuse(table, [fault for fault in found if (fault.table, *fault.key) in self.keys or fault not in known])
        # Versions are those of the first table: where they conflict, nothing has been written yet.
        return {
            each.name: self.change.record(each, frame, base_versions=base_versions if each is table else None)
            for each, frame in self.given.items()
        }


def _changed_keys(table: Table, wanted: pd.DataFrame, tables: CaseTables) -> Iterator[tuple[Any, ...]]:
    """The table's name and key of each row that is not recorded like this already."""
    recorded = set(plain_rows(getattr(tables, table.name)))
    places = [table.column_names.index(name) for name in table.key]
    for row in plain_rows(wanted):
        if row not in recorded:
            yield (table.name, *(row[place] for place in places))


def _facts(change: Change, needed: Iterable[Table]) -> CaseTables:
    """The facts as they stand within the change; tables that are not needed stay empty."""
    return CaseTables.holding({table.name: change.current(table) for table in needed})


def _with(tables: CaseTables, wanted: dict[Table, pd.DataFrame]) -> CaseTables:
    """The tables as they would stand: of each key the row that is wanted, else the one recorded."""
    merged = {}
    for table, frame in wanted.items():
        both = pd.concat([frame, getattr(tables, table.name)], ignore_index=True)
        merged[table.name] = both.drop_duplicates(list(table.key), ignore_index=True)
    return replace(tables, **merged)


def _refuse(table: Table, faults: Iterable[MeetingFault]) -> None:
    found = refusing(faults)
    if found:
        raise MeetingRefused(table.name, found)
