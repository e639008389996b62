"""The sample's year of help: helpers, who carries whom, what was agreed, the calendar, and what became of it.

The year began four months before the sample's last month (with the last month itself, where the run is too short for
a visit before that).  The families that were harmed then are assigned, get a plan and a calendar by the same functions
that a real centre uses; only what people decide by themselves is drawn: wishes, what is refused or changed,
what was done, done late, called off or left.  So what the sample shows is what the rules make of it.

Everything is drawn from streams of its own: families, their months and visits stay as they are without it.
The planners work with one thread, a fixed seed and limits counted in steps, so equal arguments give equal tables
on every machine; public holidays are those of the installed calendar.

Where the rules let nobody be assigned (fewer harmed families than one helper must have), there are helpers, wishes,
groups and events, and no assignments: the rules of the sample are the centre's own.

A year costs time, which grows with the number of helpers.
With more than ``LARGEST_WITH_WORK`` families the sample has families only.
"""

from dataclasses import replace

from hamyar.core.assignment.month import assignment_of_month
from hamyar.core.calendar.agendas import plan_calendar
from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.meetings.commissions import need_of, proposed_referrals
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.plan.help import FOCUSED
from hamyar.core.plan.levels import carried_families
from hamyar.core.sample.helpers import (
    FAMILIES_OF_A_HELPER,
    Minutes,
    Time,
    helper_codes,
    helper_frames,
)
from hamyar.core.sample.visits import visit_months
from hamyar.core.sample.work_groups import Centre, group_frames
from hamyar.core.sample.work_marks import marked
from hamyar.core.sample.work_meetings import meeting_frames
from hamyar.core.sample.work_plans import plan_frames
from hamyar.core.sample.work_resources import resource_frame
from hamyar.core.sample.work_wishes import choice_frame, wish_frame
from hamyar.core.tables import CaseTables
from hamyar.core.work_rules import WorkRules

LARGEST_WITH_WORK = 400
MONTHS_BEFORE = 4
# A set of parameters without this one is older than the helpers' work.
_RULES_BEGAN_WITH = "assignment_least_families"
# A small part of the solver's usual limit: its first plan holds, and levelling a made-up year is worth nobody's time.
EFFORT = 0.01


def sample_work(tables: CaseTables, parameters: ParameterSet, last_month: Month, seed: int) -> CaseTables:
    """``tables``, as :func:`hamyar.core.sample.generate` made them until ``last_month``, with a year of help.

    Nothing is added to more than ``LARGEST_WITH_WORK`` families, to families that nobody visited, or where
    ``parameters`` lack the catalogues or the rules of the work.
    Raises what the parameters of the work raise where they are missing or impossible.
    """
    if not has_work(tables, parameters):
        return tables
    time = _time(tables, parameters, last_month)
    begun = stratify_families(tables, parameters, time.first)
    tables = _with_helpers(tables, parameters, time, begun, seed)
    placed = stratify_families(tables, parameters, last_month)
    helper_ids = tables.helpers["helper_id"].tolist()
    centre = Centre(tables, placed, parameters.programmes, helper_ids[:-1], helper_ids[-1], time, seed)
    tables = replace(tables, **group_frames(centre))
    assigned = assignment_of_month(tables, parameters, time.first, placed=begun)
    if not assigned.is_possible or assigned.rows.empty:
        return tables
    tables = replace(tables, assignments=assigned.rows)
    tables = _with_commissions(tables, parameters, begun, centre)
    tables = replace(tables, **plan_frames(tables, parameters, begun, centre))
    calendar = plan_calendar(tables, parameters, time.first, helper_ids, time.first_day, effort=EFFORT)
    return replace(tables, visits=marked(calendar.rows, centre))


def has_work(tables: CaseTables, parameters: ParameterSet) -> bool:
    """Whether :func:`sample_work` adds anything to ``tables``."""
    if not parameters.has_indicators or _RULES_BEGAN_WITH not in parameters.names:
        return False
    try:
        parameters.programmes  # noqa: B018 - asked whether it is there
    except CatalogueAbsent:
        return False
    return len(tables.observations) > 0 and len(tables.families) <= LARGEST_WITH_WORK


def _time(tables: CaseTables, parameters: ParameterSet, last_month: Month) -> Time:
    """The year began after the first visits, or with the last month where there was one visit only."""
    span = [Month.from_code(code) for code in tables.budgets["month"]]
    first = last_month + -MONTHS_BEFORE
    if visit_months(span)[-1] > first:
        first = last_month
    begin, end = (first + -1).code * 100 + 1, (first + 14).code * 100 + 29
    if not parameters.has_calendar:
        return Time(first, last_month)
    closed = parameters.calendar.closed_between(begin, end)
    periods = zip(closed["first_day"].astype(int), closed["last_day"].astype(int), strict=True)
    return Time(first, last_month, tuple(periods))


def _with_helpers(
    tables: CaseTables, parameters: ParameterSet, time: Time, begun: Stratification, seed: int
) -> CaseTables:
    """Helpers for the families harmed when the year began, their wishes and choices, and resources."""
    rules = WorkRules.of(parameters, time.first)
    harmed = [str(family_id) for family_id in carried_families(begun)]
    count = max(1, -(-len(harmed) // FAMILIES_OF_A_HELPER))
    areas = sorted(set(tables.families["area"].dropna().astype("str")))
    offered = [(kind, programme) for kind, programme in parameters.programmes.at(time.first)]
    skills = [programme.code for kind, programme in offered if kind == FOCUSED and not programme.needs_expert]
    minutes = Minutes(rules.training_minutes_before, rules.training_minutes_in_service)
    first_number = int(str(tables.extra.get("first_number", 1)))
    return replace(
        tables,
        **helper_frames(count, areas, skills, time, seed, minutes),
        family_wishes=wish_frame(tables, seed, first_number),
        helper_choices=choice_frame(harmed, helper_codes(count, seed)),
        resources=resource_frame(areas, [programme.code for _, programme in offered], seed),
    )


def _with_commissions(
    tables: CaseTables, parameters: ParameterSet, begun: Stratification, centre: Centre
) -> CaseTables:
    """Referrals and sessions for the families most in need, by the rules where these propose them."""
    rules = WorkRules.of(parameters, centre.time.first)
    found = proposed_referrals(begun, tables, parameters.programmes, rules, centre.time.first_day)
    rules_of: dict[str, dict[str, str]] = {}
    for row in found[found["is_certain"]].itertuples():
        rules_of.setdefault(str(row.commission), {})[str(row.family_id)] = str(row.rules)
    carriers = dict(zip(tables.assignments["family_id"], tables.assignments["helper_id"], strict=True))
    needed = need_of(begun).sort_values().index
    helper_of = {str(family_id): str(carriers[family_id]) for family_id in needed if family_id in carriers}
    return replace(tables, **meeting_frames(centre, helper_of, rules_of))
