"""Whether plans, cases, groups and enrolments that a file tells of can have come about, and may stand.

A form records them step by step (:mod:`hamyar.store.planning`, :mod:`hamyar.store.meetings`).  A file may tell of a
whole year at once: a case that is new to the store may be decided already, if its session, its decisions and the
family's consent are told too, and a plan is held against what was known when it was decided.
A case that the store knows goes on from where it stands, one step at a time, whoever tells of it.

Asked is whatever could harm a family: consent and steps, programmes that may do harm or are another's to do, places
that nobody has, groups that are not hers.  That a helper was on leave on the day of a workshop harms nobody here.
Rows that are recorded like this already are not looked at, so a file of yesterday can be brought again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.meetings.commission_sessions import session_faults
from hamyar.core.meetings.commission_states import referral_faults
from hamyar.core.meetings.event_checks import EventContext, event_faults
from hamyar.core.meetings.event_places import is_beyond_places
from hamyar.core.meetings.faults import MeetingFault, refusing
from hamyar.core.meetings.groups import group_faults
from hamyar.core.message import Message
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.plan.faults import told_plan_faults
from hamyar.core.tables import (
    ALL_TABLES,
    BUDGETS,
    DECISIONS,
    ENROLMENTS,
    EVENTS,
    FAMILIES,
    FLOWS,
    FOOD_WEEKS,
    GOALS,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPERS,
    MEMBERS,
    OBSERVATIONS,
    PLANS,
    REFERRALS,
    RESOURCES,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    CaseTables,
    Table,
    conform,
)
from hamyar.store.canonical import plain_rows

# By the code they share: the tables of sessions, of events and of groups.
_TOGETHER: Mapping[str, tuple[Table, ...]] = {
    "session_id": (SESSIONS, SESSION_PEOPLE, SESSION_CASES, DECISIONS),
    "event_id": (EVENTS, ENROLMENTS),
    "group_id": (HELP_GROUPS, GROUP_MEMBERS),
}
_MEETINGS = (REFERRALS, *(table for tables in _TOGETHER.values() for table in tables))
_BESIDE_MEETINGS = (FAMILIES, MEMBERS, HELPERS, *_MEETINGS)
_OF_FAMILIES = (FAMILIES, MEMBERS, FLOWS, OBSERVATIONS, FOOD_WEEKS, REFERRALS)

Stored = Callable[[Table, list[str] | None], pd.DataFrame]


class ToldFault(NamedTuple):
    """One thing to correct in a file: the table, the row (its place, from 0), the column, and a sentence."""

    table: str
    row: int
    column: str
    message: Message


def told_faults(
    frames: Mapping[str, pd.DataFrame], stored: Stored, parameters: ParameterSet, today: int, currency: str
) -> Iterator[ToldFault]:
    """Everything to correct in the conformed tables ``frames`` of a file whose codes point to something.

    ``stored`` gives the recorded rows of a table, of some families or (``None``) all; ``currency`` is the centre's.
    Plans are asked where the centre has a catalogue of programmes.
    Raises ``CatalogueAbsent``, ``ParameterMissing`` or ``ParameterUnknown`` for plans that cannot be judged.
    """
    told = _Told(frames, stored)
    yield from _plans(told, parameters, today, currency)
    yield from _meetings(told, today)


@dataclass(frozen=True, eq=False)
class _Told:
    frames: Mapping[str, pd.DataFrame]
    stored: Stored

    def rows(self, table: Table) -> pd.DataFrame:
        return self.frames.get(table.name, table.empty())

    @cached_property
    def changed(self) -> Mapping[str, np.ndarray]:
        """By table: the places of the rows that are not recorded like this already."""
        return {table.name: self._changed(table) for table in (PLANS, GOALS, *_MEETINGS)}

    def _changed(self, table: Table) -> np.ndarray:
        rows = self.rows(table)
        if rows.empty:
            return np.zeros(0, dtype=np.int64)
        recorded = set(plain_rows(self.stored(table, None)))
        return np.array([place for place, row in enumerate(plain_rows(rows)) if row not in recorded], dtype=np.int64)

    def before(self, tables: tuple[Table, ...]) -> CaseTables:
        return CaseTables.holding({table.name: self.stored(table, None) for table in tables})

    def after(self, tables: tuple[Table, ...], family_ids: list[str] | None = None) -> CaseTables:
        """The tables as they would stand: of each key the file's row, else the one recorded; those recorded first."""
        return CaseTables.holding({table.name: self._beside(table, family_ids) for table in tables})

    def _beside(self, table: Table, family_ids: list[str] | None) -> pd.DataFrame:
        rows = self.rows(table)
        if family_ids is not None:
            rows = rows[rows["family_id"].isin(family_ids).to_numpy(dtype=bool)]
        both = pd.concat([self.stored(table, family_ids), rows], ignore_index=True)
        return conform(table, both.drop_duplicates(list(table.key), keep="last", ignore_index=True))


def _plans(told: _Told, parameters: ParameterSet, today: int, currency: str) -> Iterator[ToldFault]:
    places = {table.name: told.changed[table.name] for table in (PLANS, GOALS)}
    if not sum(map(len, places.values())) or not _has_programmes(parameters):
        return
    plans, goals = (told.rows(table).iloc[places[table.name]].reset_index(drop=True) for table in (PLANS, GOALS))
    families = pd.concat([plans["family_id"], goals["family_id"]]).astype("str").unique().tolist()
    facts = told.after(_OF_FAMILIES, families)
    # A resource's other families count too, so all plans are looked at.
    wide = told.after((PLANS, RESOURCES))
    beside = CaseTables(
        **{table.name: getattr(facts, table.name) for table in (*_OF_FAMILIES, BUDGETS)},
        plans=wide.plans,
        resources=wide.resources,
        currency=currency,
    )
    for fault in told_plan_faults(plans, goals, beside, parameters, today):
        yield ToldFault(fault.table, int(places[fault.table][fault.row]), fault.column, fault.message)


def _has_programmes(parameters: ParameterSet) -> bool:
    try:
        return bool(parameters.programmes.by_code)
    except CatalogueAbsent:
        return False


def _meetings(told: _Told, today: int) -> Iterator[ToldFault]:
    if not sum(len(told.changed[table.name]) for table in _MEETINGS):
        return
    before, after = told.before(_BESIDE_MEETINGS), told.after(_BESIDE_MEETINGS)
    codes = {code: _codes(told, code) for code in _TOGETHER}

    def faults_of(tables: CaseTables) -> list[MeetingFault]:
        return refusing(
            [
                *session_faults(tables, today, codes["session_id"], as_history=True),
                *event_faults(tables, today, codes["event_id"], EventContext(as_history=True)),
                *group_faults(tables, today, codes["group_id"]),
            ]
        )

    wanted = told.rows(REFERRALS).iloc[told.changed[REFERRALS.name]].reset_index(drop=True)
    pins = _Pins(told, before.enrolments, after)
    for fault in referral_faults(before.referrals, wanted, after, today, as_history=True):
        yield from pins.places(fault)
    known = faults_of(before)
    for fault in faults_of(after):
        # What was wrong before in rows that stay as they are refuses nobody anything.
        if pins.is_changed(fault) or fault not in known:
            yield from pins.places(fault)


def _codes(told: _Told, code: str) -> list[str]:
    """The sessions, events or groups that changed rows belong to."""
    found = [told.rows(table)[code].iloc[told.changed[table.name]] for table in _TOGETHER[code]]
    return sorted({str(each) for rows in found for each in rows})


def _keys(enrolments: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(enrolments[list(ENROLMENTS.key)].itertuples(index=False, name=None))


class _Pins:
    """In which rows of the file a fault of the facts as they would stand is to be corrected."""

    def __init__(self, told: _Told, recorded: pd.DataFrame, after: CaseTables) -> None:
        """``recorded`` are the enrolments as they stand; ``after`` the tables as they would stand."""
        self._told = told
        self._place_of = {table.name: self._by_key(table) for table in _MEETINGS}
        self._beyond = self._without_place(recorded, after)

    def _without_place(self, recorded: pd.DataFrame, after: CaseTables) -> set[tuple[Any, ...]]:
        """The enrolments for which there is no place: those that have one already are served first."""
        has_place = set(_keys(recorded[(recorded["state"] == "enrolled").to_numpy(dtype=bool)]))
        is_new = [key not in has_place for key in _keys(after.enrolments)]
        rows = after.enrolments.assign(is_new=np.array(is_new, dtype=bool))
        rows = rows.sort_values(["is_new", "enrolled_day"], kind="stable", ignore_index=True)
        return set(_keys(rows[is_beyond_places(after.events, rows)]))

    def _by_key(self, table: Table) -> dict[tuple[Any, ...], int]:
        places = self._told.changed[table.name]
        keys = self._told.rows(table)[list(table.key)].iloc[places].itertuples(index=False, name=None)
        return dict(zip(keys, places.tolist(), strict=True))

    def is_changed(self, fault: MeetingFault) -> bool:
        return fault.key in self._place_of[fault.table]

    def places(self, fault: MeetingFault) -> Iterator[ToldFault]:
        """The row itself where the file changes it; else the rows that bring the fault about."""
        if fault.table == EVENTS.name and fault.column == "capacity":
            # Whoever came last is one too many, not the event.
            late = [
                place
                for key, place in self._place_of[ENROLMENTS.name].items()
                if key[0] == fault.key[0] and key in self._beyond
            ]
            if late:
                yield from (ToldFault(ENROLMENTS.name, place, "state", fault.message) for place in late)
                return
        if self.is_changed(fault):
            yield ToldFault(fault.table, self._place_of[fault.table][fault.key], fault.column, fault.message)
            return
        code = ALL_TABLES[fault.table].key[0]
        for table in _TOGETHER.get(code, ()):
            at = table.key.index(code)
            for key, place in self._place_of[table.name].items():
                if key[at] == fault.key[0]:
                    yield ToldFault(table.name, place, code, fault.message)
