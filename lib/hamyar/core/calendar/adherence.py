"""What became of what was planned: done, late, still to come, cancelled and why.

A visit is late when its day has passed and nobody has told what became of it,
and it was *done late* when it was done after the day for which it stood in the calendar.
A cancelled visit counts for nobody and against nobody; its reason stands beside it.
One that a later plan dropped is no part of the calendar any more and is left out.
"""

import pandas as pd

from hamyar.core.jalali import day_ordinals
from hamyar.core.tables import VISITS, conform

STATES = ("to_come", "late", "done", "done_late", "cancelled")


def adherence(visits: pd.DataFrame, today: int) -> pd.DataFrame:
    """One row per visit of the plan, in the order of ``visits``, as seen on the Jalali day ``today``.

    ``visit_id, helper_id, family_id, member_id, programme, day``; ``state``, one of :data:`STATES`;
    ``days_late``, from the planned day to the day it was done, or to today; missing where it is not late;
    ``reason`` of a cancelled visit.  A visit that is done and has no day of its own was done on its planned day.
    """
    frame = conform(VISITS, visits)
    frame = frame[frame["status"] != "dropped"]
    planned = pd.Series(day_ordinals(frame["day"].to_numpy(dtype=int)), index=frame.index, dtype="Int64")
    done_day = frame["done_day"].fillna(frame["day"])
    done_on = pd.Series(day_ordinals(done_day.to_numpy(dtype=int)), index=frame.index, dtype="Int64")
    now = int(day_ordinals(pd.Series([today]).to_numpy())[0])
    is_done, is_cancelled = frame["status"] == "done", frame["status"] == "cancelled"
    days_late = done_on.where(is_done, now) - planned
    is_late = (days_late > 0) & ~is_cancelled
    state = pd.Series("to_come", index=frame.index, dtype="str")
    state = state.mask(is_late, "late").mask(is_done, "done").mask(is_done & is_late, "done_late")
    columns = ["visit_id", "helper_id", "family_id", "member_id", "programme", "day"]
    return frame[columns].assign(
        state=pd.Categorical(state.mask(is_cancelled, "cancelled"), categories=pd.Index(STATES, dtype="str")),
        days_late=days_late.where(is_late),
        reason=frame["reason"].where(is_cancelled),
    )


def adherence_counts(visits: pd.DataFrame, today: int, by: str) -> pd.DataFrame:
    """How many visits of each state, by a column such as ``family_id`` or ``helper_id``.

    One row per value, one column per state, and ``due``: all whose day has come and that are not cancelled.
    Sessions and trainings, which have no family, count for their helper only.
    """
    frame = adherence(visits, today)
    counts = pd.crosstab(frame[by], frame["state"], dropna=False).reindex(columns=list(STATES), fill_value=0)
    counts = counts[counts.index.notna()]
    counts.columns = pd.Index(STATES, dtype="str")
    return counts.assign(due=counts["late"] + counts["done"] + counts["done_late"])
