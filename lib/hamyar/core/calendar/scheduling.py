"""The calendar of a helper: on which day, and when, each family is visited.

A schedule is made helper by helper, in four steps.

1. *Due days* (:mod:`hamyar.core.calendar.due_visits`): every rhythm is a first due day and a step.
2. *Phases*: the first due days are chosen together, so that the days are level over the whole time.
3. *Days*: each visit goes to a day near its due day, around Fridays, holidays, leave and what is settled already.
4. *Times* (:mod:`hamyar.core.calendar.day_times`): each day's visits follow each other, ways between families included.

Steps 2 and 3 are one model (:mod:`hamyar.core.calendar.day_choice`).  No plan can have a lower peak of families a day
than the visits shared evenly over the working days; that bound stands beside the peak that was reached.

What is done, fixed or cancelled stays as it is.  A plan made again begins with the old one and moves few visits.
What cannot be planned is told in sentences and left as it was: never a crash, nothing half-written.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from hamyar.core.calendar.due_visits import in_order
from hamyar.core.calendar.helper_plan import HelperPlan
from hamyar.core.calendar.result import LEFT_OUT_COLUMNS, Schedule
from hamyar.core.calendar.tables import Agenda
from hamyar.core.jalali import gregorian
from hamyar.core.tables import VISITS, conform


def least_peak(rhythms: Iterable[int], days: int, workdays: int) -> int:
    """No plan of ``days`` days has a lower daily peak: all the visits of rhythms (in days), shared evenly."""
    visits = sum(days // every for every in rhythms)
    return -(-visits // workdays) if workdays else 0


def schedule(
    agenda: Agenda, previous: "pd.DataFrame | None" = None, *, today: "int | None" = None, effort: float = 1.0
) -> Schedule:
    """Plan the visits of every helper of ``agenda``.

    ``previous`` is the ``visits`` of the plan that is made again, sessions and training (``fixed``) among them.
    ``today``, a Jalali day, is the first on which a visit can still be planned (default: the first day).
    ``effort`` multiplies the solver's limit.

    Raises ``PrerequisitesInCircle``, ``PrerequisiteEndless``, ``PrerequisiteElsewhere``.
    """
    order = in_order(agenda)
    known = VISITS.empty() if previous is None else conform(VISITS, previous)
    # What a former re-planning dropped was never part of the plan that is made again.
    known = known[known["status"] != "dropped"]
    first = agenda.first_ordinal
    today_place = 0 if today is None else max(0, gregorian(today).toordinal() - first)
    helper_ids = sorted({*agenda.helper_ids, *known["helper_id"]})
    plans = [HelperPlan(agenda, helper_id, known, order, today_place).made(effort) for helper_id in helper_ids]
    return together(plans)


def together(plans: Sequence[Schedule]) -> Schedule:
    """The plans of several helpers as one."""

    def joined(name: str) -> pd.DataFrame:
        frames = [getattr(plan, name) for plan in plans]
        filled = [frame for frame in frames if len(frame)] or frames[:1]
        return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()

    visits = joined("visits")
    return Schedule(
        visits=conform(VISITS, visits) if len(visits) else VISITS.empty(),
        left_out=joined("left_out") if plans else pd.DataFrame(columns=LEFT_OUT_COLUMNS),
        loads=joined("loads"),
        problems=tuple(problem for plan in plans for problem in plan.problems),
        notices=tuple(notice for plan in plans for notice in plan.notices),
    )
