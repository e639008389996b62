"""What a calendar is made within: its first and last day, when each helper is away, and the ways between families."""

import datetime as dt
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Any

import pandas as pd

from hamyar.core.calendar.tables import TRAVEL
from hamyar.core.jalali import Month, day_of, gregorian
from hamyar.core.tables import HELPER_LEAVE, CaseTables, conform
from hamyar.core.work_rules import WorkRules


def window(month: Month, carried: pd.DataFrame, tasks: pd.DataFrame, months: int) -> tuple[int, int]:
    """First and last day: of the years of help in ``carried`` (:func:`~hamyar.core.plan.years.carriers`).

    Without any, so many ``months`` from ``month`` on.  A task that is due later is still in it.
    """
    if len(carried):
        first, last = int(carried["year_from"].min()), int(carried["until_day"].max())
    else:
        end = month + (months - 1)
        first, last = month.code * 100 + 1, end.code * 100 + end.days
    until = [day_of(gregorian(int(row.anchor_day)) + _days(row.tolerance_days)) for row in tasks.itertuples()]
    return first, max([last, *until])


def _days(count: int) -> dt.timedelta:
    return dt.timedelta(days=int(count))


def away(tables: CaseTables, helper_ids: Collection[str], first_day: int, last_day: int) -> pd.DataFrame:
    """Rows of ``HELPER_LEAVE``: the leave of these helpers, and the days before and after their service."""
    leave = tables.helper_leave[tables.helper_leave["helper_id"].isin(list(helper_ids))]
    rows = leave.to_dict("records")
    rows += _out_of_service(tables.helpers[tables.helpers["helper_id"].isin(list(helper_ids))], first_day, last_day)
    # Two periods of one helper may begin on one day; the longer holds both.
    frame = pd.DataFrame(rows, columns=HELPER_LEAVE.column_names)
    frame = frame.sort_values("last_day", kind="stable").drop_duplicates(["helper_id", "first_day"], keep="last")
    return conform(HELPER_LEAVE, frame)


def _out_of_service(helpers: pd.DataFrame, first_day: int, last_day: int) -> Iterable[dict[str, Any]]:
    for row in helpers.itertuples():
        if row.from_day > first_day:
            before = day_of(gregorian(int(row.from_day)) - _days(1))
            yield {"helper_id": row.helper_id, "first_day": first_day, "last_day": min(before, last_day)}
        if pd.notna(row.until_day) and row.until_day < last_day:
            after = day_of(gregorian(int(row.until_day)) + _days(1))
            yield {"helper_id": row.helper_id, "first_day": max(after, first_day), "last_day": last_day}


def ways_within(tables: CaseTables, activities: pd.DataFrame, rules: WorkRules) -> pd.DataFrame:
    """Rows of ``TRAVEL`` between families of one helper that live in one area; all others are of different areas."""
    area_of = dict(zip(tables.families["family_id"], tables.families["area"], strict=True))
    pairs = {
        pair
        for _, families in activities.groupby("helper_id")["family_id"]
        for pair in combinations(sorted(set(families)), 2)
        if pd.notna(area_of.get(pair[0])) and area_of.get(pair[0]) == area_of.get(pair[1])
    }
    rows = [(one, other, rules.travel_within_area_minutes) for one, other in sorted(pairs)]
    return conform(TRAVEL, pd.DataFrame(rows, columns=TRAVEL.column_names))
