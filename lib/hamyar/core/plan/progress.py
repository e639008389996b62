"""Whether goals were reached: the level when something was decided, the level now, and the level aimed at.

A goal is *reached* when a later look finds the level it aims at.  Levels exist at the end of a month, so a look is
later when it falls in a later month than the decision; without one nothing is known, and nothing is claimed.
What is computed (a gap, a score of food) is looked at anew every month by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.stratification import Stratification
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.goals import HARM, aims_of, implied_goals
from hamyar.core.plan.levels import harms_of, levels_of, subject_levels
from hamyar.core.plan.years import accepted_rows, months_of_help, year_ends
from hamyar.core.tables import CaseTables

PROGRESS = ("reached", "nearer", "same", "worse", "unknown")
PROGRESS_COLUMNS = (
    *(*HARM, "by", "aim_level", "until_day", "decided_month"),
    *("level_then", "level_now", "looked_day", "state"),
)


def goal_progress(
    placed: Stratification,
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    on_day: int,
    family_ids: Sequence[str] | None = None,
    levels: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How far every goal of the years of help that hold a day has come by the end of the month.

    One row per goal, written or implied, by family, subject and indicator: ``by``, ``aim_level, until_day``;
    ``decided_month`` (as 140508); ``level_then, level_now``, missing where one is not known; ``looked_day`` of the
    answer behind the level now, missing for what is computed; ``state``, one of :data:`PROGRESS`:

    ``reached``  it is for certain at the aim or better      ``nearer``  for certain better than it was, short of it
    ``same``     it is what it was                           ``worse``   for certain worse than it was
    ``unknown``  nobody looked since, or what was found does not tell

    ``levels`` are as in :func:`hamyar.core.plan.goals.goals_of`.
    """
    months = months_of_help(parameters, month)
    some = tables if family_ids is None else tables.only(list(family_ids))
    started = [frame[_is_of_year(frame, on_day, months)] for frame in (accepted_rows(some.plans), some.goals)]
    plans, written = started[0], started[1][started[1]["aim_level"].notna()]
    families = pd.Index(pd.concat([plans["family_id"], written["family_id"]]).astype("str").unique())
    known = placed.family_ids[placed.family_ids.isin(families)]
    now = levels_of(known, levels, placed, tables, parameters)
    progress = _Progress(tables, parameters, placed, now)
    return progress.frame(aims_of(plans, parameters.programmes, months), written, months)


def _is_of_year(rows: pd.DataFrame, on_day: int, months: int) -> np.ndarray:
    """Whether a day lies in the year of help of each row, whenever the row itself ended."""
    begins = rows["from_day"].to_numpy(dtype=np.int64)
    return (begins <= on_day) & (on_day <= year_ends(rows["from_day"], months))


@dataclass(frozen=True, eq=False)
class _Progress:
    tables: CaseTables
    parameters: ParameterSet
    placed: Stratification
    now: pd.DataFrame

    def frame(self, aims: pd.DataFrame, written: pd.DataFrame, months: int) -> pd.DataFrame:
        aims = aims.assign(decided_month=_decided_month(aims))
        told = written.astype(dict.fromkeys(HARM, "str"))
        told = told.assign(decided_month=_decided_month(told), by="")
        until = pd.Series(year_ends(told["from_day"], months), index=told.index, dtype="Int64")
        told["until_day"] = told["until_day"].astype("Int64").fillna(until)
        then = self._then(pd.concat([aims[["family_id", "decided_month"]], told[["family_id", "decided_month"]]]))
        goals = pd.concat([self._implied(aims, then), told], ignore_index=True)
        # A written goal goes before an implied one, and keeps the programmes that aim at it.
        by = goals.groupby(HARM)["by"].agg("max")
        goals = goals.drop_duplicates(HARM, keep="last").drop(columns="by")
        goals = goals.merge(by.reset_index(), on=HARM)
        found = goals.merge(then, on=[*HARM, "decided_month"], how="left")
        found = found.merge(self.now, on=HARM, how="left", suffixes=("_then", "_now"))
        found = found.assign(
            looked_day=found["day_now"].astype("Int64"),
            level_then=_certain(found["least_then"], found["most_then"]),
            level_now=_certain(found["least_now"], found["most_now"]),
            state=self._states(found),
        )
        return found.sort_values(HARM, ignore_index=True)[list(PROGRESS_COLUMNS)]

    def _then(self, wanted: pd.DataFrame) -> pd.DataFrame:
        """The levels of families at the end of the months in which something was decided for them."""
        found = [self.now.iloc[:0].assign(decided_month=pd.Series(dtype="int64"))]
        for code, rows in wanted.drop_duplicates().groupby("decided_month"):
            month = Month.from_code(int(code))
            if month == self.placed.month:
                then = self.now[self.now["family_id"].isin(rows["family_id"])]
            else:
                try:
                    then = subject_levels(self.tables, self.parameters, month, rows["family_id"].tolist())
                except CatalogueMissing:
                    # Decided before there were levels: what they were then stays unknown.
                    continue
            found.append(then.assign(decided_month=int(code)))
        return pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)

    def _implied(self, aims: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
        """The goals of the harms that stood when something was decided, or that stand now."""
        parts = []
        for code, decided in aims.groupby("decided_month"):
            levels = pd.concat([then[then["decided_month"] == code], self.now])
            harms = harms_of(levels, self.placed.indicators).sort_values("level", kind="stable")
            harms = harms.drop_duplicates(HARM, keep="last")
            parts.append(implied_goals(harms, decided).assign(decided_month=int(str(code))))
        if not parts:
            return pd.DataFrame(columns=[*HARM, "aim_level", "until_day", "by", "decided_month"])
        goals = pd.concat(parts, ignore_index=True).sort_values("decided_month", kind="stable")
        by = goals.groupby(HARM)["by"].agg(lambda words: " ".join(dict.fromkeys(" ".join(words).split())))
        first = goals.drop_duplicates(HARM).drop(columns=["by", "aim_level"])
        least = goals.groupby(HARM)["aim_level"].min()
        return first.merge(pd.concat([by, least], axis=1).reset_index(), on=HARM)

    def _states(self, found: pd.DataFrame) -> pd.Series:
        computed = [each.code for each in self.placed.indicators.indicators if each.computed is not None]
        month = self.placed.month.code
        looked_month = found["day_now"].astype("Int64") // 100
        is_later = (looked_month > found["decided_month"]).fillna(False).to_numpy(dtype=bool)
        is_later |= (found["indicator"].isin(computed) & (found["decided_month"] < month)).to_numpy(dtype=bool)
        least_now, most_now, least_then, most_then = (
            found[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
            for name in ("least_now", "most_now", "least_then", "most_then")
        )
        aim = found["aim_level"].to_numpy(dtype=float, na_value=np.nan)
        # A comparison with what is missing is false, so what is not known is in none of these.
        is_same = (least_now == most_now) & (least_then == most_then) & (least_now == least_then)
        cases = [is_later & (most_now <= aim), is_later & (most_now < least_then), is_later & is_same]
        cases.append(is_later & (least_now > most_then))
        return pd.Series(np.select(cases, PROGRESS[:4], "unknown"), index=found.index, dtype="str")


def _decided_month(rows: pd.DataFrame) -> pd.Series:
    day = rows["decided_day"].astype("Int64").fillna(rows["from_day"].astype("Int64"))
    return (day // 100).astype("int64")


def _certain(least: pd.Series, most: pd.Series) -> pd.Series:
    """The level where only one is possible."""
    return least.astype("Int64").where((least == most).fillna(False).to_numpy(dtype=bool))
