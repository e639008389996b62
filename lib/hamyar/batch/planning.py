"""Planning the calendars of many helpers at once, each in a process of his own.

A helper's year is planned for itself, so helpers share nothing but the machine.
Processes are spawned as for pages (:mod:`hamyar.batch.pool`); each is handed the parameters once, and, helper by
helper, the tables of that helper alone.  The plans come out the same in whatever order and number they are made.
"""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from hamyar.batch.orphans import die_with_parent
from hamyar.core.calendar.agendas import CalendarOfHelpers, joined, plan_calendar, require_plannable, tables_of_helper
from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables

# What each process was begun with.
_parameters: list[ParameterSet] = []


@dataclass(frozen=True)
class PlanTask:
    """One helper to plan, with all that his plan is made from."""

    tables: CaseTables
    month: Month
    helper_id: str
    on_day: int
    effort: float


def plan_helpers(
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    helper_ids: Sequence[str],
    on_day: int,
    *,
    effort: float = 1.0,
    workers: int = 1,
) -> CalendarOfHelpers:
    """What :func:`~hamyar.core.calendar.agendas.plan_calendar` gives and raises, on ``workers`` processes."""
    wanted = sorted(set(helper_ids))
    if min(workers, len(wanted)) < 2:
        return plan_calendar(tables, parameters, month, wanted, on_day, effort)
    begin = require_plannable(tables, parameters, month, wanted, on_day)
    tasks = (
        PlanTask(tables_of_helper(tables, helper_id, begin), month, helper_id, on_day, effort) for helper_id in wanted
    )
    with ProcessPoolExecutor(
        min(workers, len(wanted)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(parameters, os.getpid()),
    ) as pool:
        return joined(list(pool.map(_plan, tasks)), tables, month, on_day)


def _begin(parameters: ParameterSet, parent: int) -> None:
    die_with_parent(parent)
    _parameters.append(parameters)


def _plan(task: PlanTask) -> CalendarOfHelpers:
    return plan_calendar(task.tables, _parameters[0], task.month, [task.helper_id], task.on_day, task.effort)
