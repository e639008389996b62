"""Years of help: when a plan is in force, and who carries a family on a day.

A year of help begins with the first day of a month and lasts as many months as the parameter ``assignment_months``
says.  Plans and goals belong to a year by its first day.  A family may change its helper within a year: then the old
row of the assignments ends early, and a new one runs to the same last day.
So the year a row belongs to is found by going through a family's rows in order.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet

ACCEPTED = ("accepted", "changed")
CARRIER_COLUMNS = ("family_id", "helper_id", "year_from", "until_day")


def months_of_help(parameters: ParameterSet, month: Month) -> int:
    """How many months a year of help has; raises ``ParameterMissing`` or ``ParameterUnknown``."""
    return int(parameters.value("assignment_months", month))


def end_of_year(from_day: int, months: int) -> int:
    """The last day of the year of help that begins in the month of ``from_day``; Jalali days such as 14050101."""
    last = Month.from_code(from_day // 100) + (months - 1)
    return last.code * 100 + last.days


def year_ends(from_days: pd.Series, months: int) -> np.ndarray:
    """:func:`end_of_year` of every row, ``int64``."""
    found = {int(day): end_of_year(int(day), months) for day in from_days.unique()}
    return from_days.map(found).to_numpy(dtype=np.int64)


def last_days(rows: pd.DataFrame, months: int) -> np.ndarray:
    """By row of ``PLANS`` or ``GOALS``: the last day on which it is in force, ``int64``."""
    ends = year_ends(rows["from_day"], months)
    until = rows["until_day"].astype("Int64").to_numpy(dtype=np.int64, na_value=np.iinfo(np.int64).max)
    return np.minimum(ends, until)


def is_in_force(rows: pd.DataFrame, on_day: int, months: int) -> np.ndarray:
    """By row of ``PLANS`` or ``GOALS``: whether it is in force on a day."""
    begins = rows["from_day"].to_numpy(dtype=np.int64)
    return (begins <= on_day) & (on_day <= last_days(rows, months))


def in_force(rows: pd.DataFrame, on_day: int, months: int) -> pd.DataFrame:
    """The rows of ``PLANS`` or ``GOALS`` that are in force on a day."""
    return rows[is_in_force(rows, on_day, months)]


def accepted_rows(plans: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``PLANS`` that are carried out: accepted as proposed or with a change."""
    return plans[plans["decision"].isin(ACCEPTED).to_numpy(dtype=bool)]


def is_held(assignments: pd.DataFrame, on_day: int) -> np.ndarray:
    """By row of ``ASSIGNMENTS``: whether the helper carries the family on a day."""
    return ((assignments["from_day"] <= on_day) & (on_day <= assignments["until_day"])).to_numpy(dtype=bool)


def carriers(
    assignments: pd.DataFrame, on_day: int, months: int, helper_ids: Iterable[str] | None = None
) -> pd.DataFrame:
    """Who carries each family on a day: one row per family with a helper then, by helper and family.

    ``family_id, helper_id``; ``year_from``, the first day of the family's year of help;
    ``until_day``, the last day of this helper's part of it.  ``helper_ids`` names those wanted; ``None``: all.
    """
    rows = assignments.astype({"family_id": "str", "helper_id": "str"})
    rows = rows.assign(year_from=_years_from(rows, months))
    held = rows[is_held(rows, on_day)]
    if helper_ids is not None:
        held = held[held["helper_id"].isin(list(helper_ids))]
    # Of two helpers on one day, which the store refuses, the later one would carry the family.
    held = held.sort_values(["from_day", "helper_id"]).drop_duplicates("family_id", keep="last")
    return held[list(CARRIER_COLUMNS)].sort_values(["helper_id", "family_id"], ignore_index=True)


def _years_from(assignments: pd.DataFrame, months: int) -> np.ndarray:
    """By row: the first day of the year of help it belongs to.

    A row begins a year of its own unless it lies wholly within the year that an earlier row of the family began.
    """
    found = np.zeros(len(assignments), dtype=np.int64)
    ends = year_ends(assignments["from_day"], months)
    begun: dict[str, tuple[int, int]] = {}
    order = np.lexsort((assignments["from_day"].to_numpy(dtype=np.int64), assignments["family_id"].to_numpy()))
    families, first_days = assignments["family_id"].tolist(), assignments["from_day"].tolist()
    last = assignments["until_day"].tolist()
    for row in order.tolist():
        begin, end = begun.get(families[row], (0, 0))
        if not (begin <= first_days[row] and last[row] <= end):
            begin, end = first_days[row] // 100 * 100 + 1, int(ends[row])
            begun[families[row]] = (begin, end)
        found[row] = begin
    return found
