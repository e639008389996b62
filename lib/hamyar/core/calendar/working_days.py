"""On which days, and from when to when, a helper can visit families.

A day is closed by the first of these that holds: a free weekday (Friday), a public holiday,
a closed period of the centre (exams, mourning), the helper's leave, a weekday without hours.
The rest are the helper's working days.  Public holidays come from :mod:`hamyar.core.jalali`;
lunar ones of coming years are estimates, so a calendar is made again when the moon has moved one.
"""

import datetime as dt
from functools import lru_cache

import numpy as np
import pandas as pd

from hamyar.core.calendar.tables import Agenda
from hamyar.core.jalali import day_of, day_ordinals, public_holiday, weekday

REASONS = ("open", "weekend", "holiday", "closed", "leave", "no_hours")


@lru_cache(maxsize=32)
def _days(first_ordinal: int, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Jalali day, weekday and whether it is a public holiday; asked once for all helpers of a centre."""
    dates = [dt.date.fromordinal(first_ordinal + place) for place in range(length)]
    days = np.array([day_of(date) for date in dates], dtype=np.int64)
    weekdays = np.array([weekday(date) for date in dates], dtype=np.int64)
    return days, weekdays, np.array([public_holiday(date) is not None for date in dates])


def _in_periods(agenda: Agenda, periods: pd.DataFrame) -> np.ndarray:
    """Which days of the agenda lie in one of the periods."""
    inside = np.zeros(agenda.length, dtype=bool)
    firsts = day_ordinals(periods["first_day"].to_numpy(dtype=np.int64)) - agenda.first_ordinal
    lasts = day_ordinals(periods["last_day"].to_numpy(dtype=np.int64)) - agenda.first_ordinal
    for first, last in zip(firsts, lasts, strict=True):
        inside[max(first, 0) : max(last + 1, 0)] = True
    return inside


def working_days(agenda: Agenda, helper_id: str) -> pd.DataFrame:
    """One row for every day of the agenda, for one helper.

    ``day`` (Jalali), ``weekday`` (0 is Saturday), ``week`` (counted from 0, each beginning on a Saturday),
    ``start_minute`` and ``minutes`` (0 where closed), ``why`` one of :data:`REASONS`.
    """
    days, weekdays, is_holiday = _days(agenda.first_ordinal, agenda.length)
    hours = agenda.hours[agenda.hours["helper_id"] == helper_id]
    start, minutes = np.zeros(7, dtype=np.int64), np.zeros(7, dtype=np.int64)
    start[hours["weekday"].to_numpy(dtype=np.int64)] = hours["start_minute"].to_numpy(dtype=np.int64)
    minutes[hours["weekday"].to_numpy(dtype=np.int64)] = hours["minutes"].to_numpy(dtype=np.int64)
    leave = agenda.leave[agenda.leave["helper_id"] == helper_id]
    conditions = [
        np.isin(weekdays, agenda.free_weekdays),
        is_holiday,
        _in_periods(agenda, agenda.closed),
        _in_periods(agenda, leave),
        minutes[weekdays] == 0,
    ]
    why = np.select(conditions, range(1, len(REASONS)), default=0)
    return pd.DataFrame(
        {
            "day": days,
            "weekday": weekdays,
            "week": (np.arange(agenda.length) + weekdays[0]) // 7,
            "start_minute": np.where(why == 0, start[weekdays], 0),
            "minutes": np.where(why == 0, minutes[weekdays], 0),
            "why": pd.Categorical.from_codes(why, categories=pd.Index(REASONS, dtype="str")),
        }
    )
