"""The calendar of helpers, from the centre's tables to the rows that stand in them.

:func:`agenda_of` gathers what the scheduler asks: what is to be done for the families a helper carries
(:mod:`hamyar.core.plan.activities`), his tasks, when he works and when he is away, closed periods, the ways between
his families, and what stands already (:mod:`hamyar.core.calendar.agenda_meetings`,
:mod:`hamyar.core.calendar.agenda_visits`).
:func:`plan_calendar` plans it, lets the independent check judge the plan, and says which rows are to be recorded.

Each helper is planned for himself, so one who has no hours, or whose plan goes in a circle, stops nobody else:
his sentence stands among ``refused``, and his calendar stays as it was.

The day from which is planned is ``on_day``, or the first of the month where that is still to come.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hamyar.core.calendar.agenda_inputs import away, ways_within, window
from hamyar.core.calendar.agenda_meetings import meetings_of, merged_with_told, tasks_of, told_tasks
from hamyar.core.calendar.agenda_reports import REPORTS, VisitFault, visit_faults, with_reports
from hamyar.core.calendar.agenda_visits import (
    known_visits,
    moved_visits,
    planned_ahead,
    rows_to_record,
    without_repeats,
)
from hamyar.core.calendar.check import check_schedule
from hamyar.core.calendar.result import Schedule, no_load
from hamyar.core.calendar.scheduling import schedule, together
from hamyar.core.calendar.tables import CLOSED, Agenda
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.message import N_, Message
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activities import activities_of
from hamyar.core.plan.years import carriers, is_held
from hamyar.core.tables import FLOWS, FOOD_WEEKS, OBSERVATIONS, VISITS, CaseTables, conform
from hamyar.core.work_rules import WorkRules

__all__ = [
    "REPORTS",
    "CalendarOfHelpers",
    "CalendarUnsound",
    "DayBehindMonth",
    "HelpersUnknown",
    "Refusal",
    "VisitFault",
    "agenda_of",
    "begin_of",
    "helpers_with_work",
    "joined",
    "plan_calendar",
    "require_plannable",
    "tables_of_helper",
    "visit_faults",
    "with_reports",
]


# A plan is made again from itself so often at most.
PASSES = 4


class HelpersUnknown(HamyarError):
    msgid = N_("These codes are not among the helpers: {codes}. Correct them, or record the helpers first.")


class DayBehindMonth(HamyarError):
    msgid = N_("The day {day} lies after {month}. Plan the calendar of the month in which the day lies.")


class CalendarUnsound(HamyarError):
    msgid = N_(
        "The calendar of helper {helper_id} was planned and does not hold, so it was not kept: {breach} "
        "Report this with the month."
    )


@dataclass(frozen=True)
class Refusal:
    """A helper whose calendar was not planned, and why."""

    helper_id: str
    reason: Message


@dataclass(frozen=True, eq=False)
class CalendarOfHelpers:
    """The calendars of some helpers, as planned on one day.

    ``rows`` are the ``VISITS`` to record: all of the plan, and as ``dropped`` what left it.
    ``moved`` (:func:`~hamyar.core.calendar.agenda_visits.moved_visits`) tells what stood elsewhere before.
    ``refused`` names the helpers whose calendars stay as they were; they have no rows.
    """

    month: Month
    begin: int
    schedule: Schedule
    rows: pd.DataFrame
    moved: pd.DataFrame
    refused: tuple[Refusal, ...] = ()

    @property
    def notices(self) -> tuple[Message, ...]:
        """What the helpers should know of the plan."""
        return self.schedule.notices

    @property
    def planned_ids(self) -> list[str]:
        """The helpers who have a plan."""
        return self.schedule.loads["helper_id"].tolist() if len(self.schedule.loads) else []


def begin_of(month: Month, on_day: int) -> int:
    """The first day that is planned; raises ``DayBehindMonth``."""
    if on_day // 100 > month.code:
        raise DayBehindMonth(day=day_to_iso(on_day), month=month)
    return max(on_day, month.code * 100 + 1)


def tables_of_helper(tables: CaseTables, helper_id: str, begin: int) -> CaseTables:
    """What the plan of one helper is made from: his families, those of his tasks, and his visits wherever they are.

    Families that he will carry are among his: what is planned for them ahead stands.
    """
    rows = tables.assignments
    families = {
        *rows.loc[(rows["helper_id"] == helper_id) & (begin <= rows["until_day"]), "family_id"],
        *tables.decisions.loc[tables.decisions["person_id"] == helper_id, "family_id"],
    }
    visits = tables.visits
    theirs = visits[(visits["helper_id"] == helper_id) | visits["family_id"].isin(list(families))]
    nothing = {table.name: table.empty() for table in (FLOWS, OBSERVATIONS, FOOD_WEEKS)}
    return replace(tables.only(sorted(families)), visits=theirs, **nothing)


def helpers_with_work(tables: CaseTables, begin: int) -> list[str]:
    """The helpers who have anything to plan or to withdraw from ``begin`` on, sorted."""
    rows, visits, decisions = tables.assignments, tables.visits, tables.decisions
    known = tables.helpers["helper_id"].tolist()
    found = {
        *rows.loc[is_held(rows, begin), "helper_id"],
        *visits.loc[visits["status"].isin(["planned", "fixed"]) & (visits["day"] >= begin), "helper_id"],
        *decisions.loc[decisions["state"] == "open", "person_id"],
        *(row.helper_id for row in meetings_of(tables, known).itertuples() if row.day >= begin),
    }
    return sorted(found & set(known))


@dataclass(frozen=True, eq=False)
class _Inputs:
    """What a plan is made from and around; ``stored`` with what the sessions tell of tasks that are ``over``.

    ``ahead``: what stands for assignments that begin later.
    """

    agenda: Agenda
    known: pd.DataFrame
    stored: pd.DataFrame
    over: pd.DataFrame
    task_ids: tuple[str, ...]
    ahead: frozenset[str]


def agenda_of(
    tables: CaseTables, parameters: ParameterSet, month: Month, helper_ids: Collection[str], on_day: int
) -> tuple[Agenda, pd.DataFrame]:
    """What the calendar of these helpers is made from, and the visits it is made around.

    The time goes from the first day of the earliest year of help in force on the first day that is planned to the last
    day of the latest; for helpers who carry nobody, from ``month`` on for as many months as a year of help has.
    Raises ``DayBehindMonth``, what ``WorkRules.of`` and :class:`Agenda` raise, and the errors of the families' plans.
    """
    inputs = _inputs(tables, parameters, month, helper_ids, on_day)
    return inputs.agenda, inputs.known


def _inputs(
    tables: CaseTables, parameters: ParameterSet, month: Month, helper_ids: Collection[str], on_day: int
) -> _Inputs:
    begin, rules = begin_of(month, on_day), WorkRules.of(parameters, month)
    months = rules.assignment.months
    planned, prerequisites = activities_of(tables, parameters, month, begin, helper_ids)
    tasks = tasks_of(tables, helper_ids, rules.task_minutes, begin)
    activities = pd.concat([frame for frame in (planned, tasks) if len(frame)] or [planned], ignore_index=True)
    carried = carriers(tables.assignments, begin, months, helper_ids)
    first_day, last_day = window(month, carried, tasks, months)
    agenda = Agenda(
        first_day,
        last_day,
        activities,
        tables.helper_hours[tables.helper_hours["helper_id"].isin(list(helper_ids))],
        prerequisites=prerequisites,
        leave=away(tables, helper_ids, first_day, last_day),
        closed=parameters.calendar.closed_between(first_day, last_day) if parameters.has_calendar else CLOSED.empty(),
        travel=ways_within(tables, activities, rules),
        travel_minutes=rules.travel_between_areas_minutes,
    )
    over = told_tasks(tables, helper_ids)
    rest = tables.visits[~tables.visits["visit_id"].isin(over["visit_id"])]
    stored = conform(VISITS, pd.concat([rest, over])) if len(over) else rest
    meetings = merged_with_told(meetings_of(tables, helper_ids), stored)
    is_near = meetings["day"].between(first_day, last_day) | meetings["visit_id"].isin(stored["visit_id"])
    ahead = planned_ahead(stored, tables.assignments, begin)
    known = known_visits(
        stored,
        meetings[is_near],
        helper_ids,
        agenda.activities["activity_id"],
        first_day=first_day,
        on_day=on_day,
        begin=begin,
        ahead=ahead,
    )
    return _Inputs(agenda, known, stored, over, tuple(tasks["activity_id"]), ahead)


def plan_calendar(
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    helper_ids: Sequence[str],
    on_day: int,
    effort: float = 1.0,
) -> CalendarOfHelpers:
    """Plan the calendars of these helpers as of ``on_day``; ``effort`` multiplies the solver's limit.

    Raises what :func:`require_plannable` raises; what is wrong with one helper is told in ``refused``.
    """
    begin = require_plannable(tables, parameters, month, helper_ids, on_day)
    parts = [
        _of_one_helper(tables_of_helper(tables, helper_id, begin), parameters, month, helper_id, on_day, effort)
        for helper_id in sorted(set(helper_ids))
    ]
    return joined(parts, tables, month, on_day)


def require_plannable(
    tables: CaseTables, parameters: ParameterSet, month: Month, helper_ids: Collection[str], on_day: int
) -> int:
    """The first day that is planned; raises what nobody's calendar can be planned with.

    ``HelpersUnknown``, ``DayBehindMonth``, and what ``WorkRules.of`` raises where a parameter is missing or wrong.
    """
    if unknown := sorted(set(helper_ids) - set(tables.helpers["helper_id"])):
        raise HelpersUnknown(codes=unknown)
    WorkRules.of(parameters, month)
    return begin_of(month, on_day)


def joined(parts: Sequence[CalendarOfHelpers], tables: CaseTables, month: Month, on_day: int) -> CalendarOfHelpers:
    """The calendars of several helpers, planned apart, as one; each visit stands in it once."""
    filled = [part.rows for part in parts if len(part.rows)]
    rows = without_repeats(pd.concat(filled, ignore_index=True)) if filled else VISITS.empty()
    return CalendarOfHelpers(
        month=month,
        begin=begin_of(month, on_day),
        schedule=together([part.schedule for part in parts]),
        rows=rows,
        moved=moved_visits(rows, tables.visits),
        refused=tuple(refusal for part in parts for refusal in part.refused),
    )


def _of_one_helper(
    tables: CaseTables, parameters: ParameterSet, month: Month, helper_id: str, on_day: int, effort: float
) -> CalendarOfHelpers:
    """One helper's calendar, or why there is none."""
    reasons: Sequence[Message] = ()
    plan, rows = together([]), VISITS.empty()
    try:
        plan, rows = _planned(tables, parameters, month, helper_id, on_day, effort)
        reasons = plan.problems
    except HamyarError as error:
        reasons = [error.message]
    if reasons:
        plan, rows = together([]), VISITS.empty()
    refused = tuple(Refusal(helper_id, reason) for reason in reasons)
    return CalendarOfHelpers(month, begin_of(month, on_day), plan, rows, moved_visits(rows, tables.visits), refused)


def _settled(agenda: Agenda, known: pd.DataFrame, begin: int, effort: float) -> Schedule:
    """The plan that comes out the same when it is made again from itself, so that planning twice changes nothing.

    The search begins where the visits stand, so its own result may show it a better one.
    """
    plan = schedule(agenda, known, today=begin, effort=effort)
    for _ in range(PASSES):
        if plan.problems:
            return plan
        gone = known[~known["visit_id"].isin(plan.visits["visit_id"])]
        # Of what has left the plan the store will show again what is over, and the last that is known of a rhythm.
        going_on = plan.visits.loc[plan.visits["status"] == "planned", "activity_id"]
        gone = gone[(gone["day"] < begin) | ~gone["activity_id"].isin(going_on)]
        stands = pd.concat([frame for frame in (plan.visits, gone) if len(frame)] or [plan.visits])
        again = schedule(agenda, stands, today=begin, effort=effort)
        if again.visits.equals(plan.visits):
            return again
        plan = again
    return plan


def _with_moved(plan: Schedule, known: pd.DataFrame) -> Schedule:
    """``plan`` with its visits counted that stood on another day."""
    day = known[known["status"] == "planned"].set_index("visit_id")["day"]
    before = plan.visits["visit_id"].map(day)
    moved = int((before.notna() & (before != plan.visits["day"])).sum())
    return replace(plan, loads=plan.loads.assign(moved=moved))


def _planned(
    tables: CaseTables, parameters: ParameterSet, month: Month, helper_id: str, on_day: int, effort: float
) -> tuple[Schedule, pd.DataFrame]:
    """One helper's plan, judged, and its rows; raises ``CalendarUnsound`` and the errors of the agenda."""
    begin = begin_of(month, on_day)
    found = _inputs(tables, parameters, month, [helper_id], on_day)
    plan = _settled(found.agenda, found.known, begin, effort)
    if plan.problems:
        return plan, VISITS.empty()
    for breach in check_schedule(found.agenda, plan.visits, plan.left_out, today=begin, previous=found.known):
        raise CalendarUnsound(helper_id=helper_id, breach=breach)
    activity_ids = found.agenda.activities["activity_id"]
    rows = rows_to_record(plan.visits, found.stored, [helper_id], activity_ids, found.task_ids, begin, found.ahead)
    over = found.over[~found.over["visit_id"].isin(rows["visit_id"])]
    # Whoever visited these families before has a plan of his own, or none.
    mine = {
        name: frame[frame["helper_id"] == helper_id] if len(frame) else frame
        for name, frame in (("visits", plan.visits), ("loads", plan.loads))
    }
    # Who has nothing left to do has a calendar all the same: what left it must be recorded, and told to his program.
    mine["loads"] = mine["loads"] if len(mine["loads"]) else no_load(helper_id)
    plan = _with_moved(replace(plan, **mine), found.known)
    return plan, conform(VISITS, pd.concat([rows, over])) if len(over) else rows
