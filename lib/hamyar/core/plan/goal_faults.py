"""Which goals cannot stand: an unknown indicator, a wrong subject, a level that is no step ahead, a day too late."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue
from hamyar.core.levels.indicators import CAPACITY
from hamyar.core.message import N_, Message, message
from hamyar.core.plan.years import year_ends


def goal_faults(
    goals: pd.DataFrame, catalogue: IndicatorCatalogue, levels: pd.DataFrame, month: Month, months: int
) -> Iterator[tuple[int, str, Message]]:
    """Row, column and sentence of each fault of conformed rows of ``GOALS``.

    ``levels`` (:func:`hamyar.core.plan.levels.subject_levels`) holds the levels of their families at the end of
    ``month``; goals of a year of help that is over are not held against them.
    """
    unknown = N_("There is no indicator '{code}' in the catalogue. Correct the code, or define the indicator first.")
    strength = N_("'{code}' is a strength, not a harm. Leave the row out; a goal is for a harm.")
    of_member = N_("'{code}' is asked of each member. Write the member's code as the subject.")
    of_family = N_("'{code}' is asked of the family as a whole. Write the case code as the subject.")
    upwards = N_("The harm stands at {level}, and {aim} is no goal for it. Write a level it is to come to.")
    late = N_("The day {day} lies after the year of help, which ends on {end}. Write a day of the year.")
    key = ["family_id", "subject_id", "indicator"]
    most = levels.set_index(key)["most"].to_dict()
    ends = year_ends(goals["from_day"], months) if len(goals) else np.zeros(0, dtype=np.int64)
    on_day = month.code * 100 + month.days
    for place, row in enumerate(goals.itertuples()):
        indicator = catalogue.by_code.get(row.indicator)
        worst = most.get((row.family_id, row.subject_id, row.indicator))
        is_now = on_day <= ends[place]
        if indicator is None:
            yield place, "indicator", message(unknown, code=row.indicator)
        elif catalogue.domain_of[row.indicator] == CAPACITY:
            yield place, "indicator", message(strength, code=row.indicator)
        elif indicator.scope == "member" and row.subject_id == row.family_id:
            yield place, "subject_id", message(of_member, code=row.indicator)
        elif indicator.scope == "family" and row.subject_id != row.family_id:
            yield place, "subject_id", message(of_family, code=row.indicator)
        elif pd.notna(row.aim_level) and worst is not None and is_now and row.aim_level > worst:
            yield place, "aim_level", message(upwards, level=int(worst), aim=int(row.aim_level))
        if pd.notna(row.until_day) and row.until_day > ends[place]:
            days = {"day": day_to_iso(int(row.until_day)), "end": day_to_iso(int(ends[place]))}
            yield place, "until_day", message(late, **days)
