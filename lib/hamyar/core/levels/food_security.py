"""Two measures of how a household ate in the seven days before a visit.

The Food Consumption Score (FCS, World Food Programme) weighs the days on which eight food groups were eaten;
the reduced Coping Strategies Index (rCSI) weighs the days on which a household used five ways of getting through.
Days are capped at seven.  Sugar and oil weigh a half, so the FCS is kept in whole halves and compared exactly.

A group nobody told leaves a score unknown, yet seldom wholly: it was some number of days from none to seven.
So each score comes three times: as known, and as the least and the greatest it can be.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import Amounts
from hamyar.core.message import N_
from hamyar.core.tables import COPING, FOOD_GROUPS

DAYS_OF_WEEK = 7
# In halves, in the order of FOOD_GROUPS: staples, pulses, vegetables, fruit, meat, dairy, sugar, oil.
FOOD_HALVES: Mapping[str, int] = dict(zip(FOOD_GROUPS, (4, 6, 2, 2, 8, 8, 1, 1), strict=True))
# In the order of COPING: less preferred, borrowed food, smaller portions, adults ate less, fewer meals.
COPING_WEIGHTS: Mapping[str, int] = dict(zip(COPING, (1, 2, 1, 3, 1), strict=True))
MOST_FOOD_HALVES = DAYS_OF_WEEK * sum(FOOD_HALVES.values())
MOST_COPING = DAYS_OF_WEEK * sum(COPING_WEIGHTS.values())
FOOD_CLASSES = ("poor", "borderline", "acceptable")


class FoodBoundsInvalid(HamyarError):
    msgid = N_("The bounds {poor} and {borderline} of food consumption must rise. Correct them.")


def food_consumption(weeks: pd.DataFrame) -> pd.DataFrame:
    """The Food Consumption Score of each row of ``weeks`` (:data:`hamyar.core.tables.FOOD_WEEKS`), in halves.

    Columns, same index: ``score_halves`` (``Int64``; missing where a group is), ``at_least_halves`` and
    ``at_most_halves`` (``int64``), ``groups_told`` (how many of the eight groups were told).  Twice 112 is the most.
    """
    return _weighed(weeks, FOOD_HALVES, ("score_halves", "at_least_halves", "at_most_halves", "groups_told"))


def reduced_coping(weeks: pd.DataFrame) -> pd.DataFrame:
    """The reduced Coping Strategies Index of each row of ``weeks``, 0 to 56.

    Columns, same index: ``index`` (``Int64``; missing where a strategy is), ``at_least`` and ``at_most`` (``int64``),
    ``strategies_told`` (how many of the five were told).
    """
    return _weighed(weeks, COPING_WEIGHTS, ("index", "at_least", "at_most", "strategies_told"))


def _weighed(weeks: pd.DataFrame, weights: Mapping[str, int], names: tuple[str, str, str, str]) -> pd.DataFrame:
    least, open_days, told = (np.zeros(len(weeks), dtype=np.int64) for _ in range(3))
    for name, weight in weights.items():
        days = Amounts.of(weeks[f"{name}_days"])
        least += weight * np.minimum(days.values, DAYS_OF_WEEK)
        open_days += weight * DAYS_OF_WEEK * ~days.known
        told += days.known
    known = told == len(weights)
    columns = (Amounts(np.where(known, least, 0), known).column(), least, least + open_days, told)
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=weeks.index, copy=False)


def food_class(score_halves: pd.Series, poor_up_to: Fraction, borderline_up_to: Fraction) -> pd.Series:
    """``poor``, ``borderline`` or ``acceptable`` for scores in halves; missing where the score is.

    A score on a bound still lies in the worse class.  The usual bounds are 21 and 35;
    28 and 42 where sugar and oil are eaten almost daily.  Raises ``FoodBoundsInvalid``.
    """
    if not 0 <= poor_up_to < borderline_up_to:
        raise FoodBoundsInvalid(poor=poor_up_to, borderline=borderline_up_to)
    halves = Amounts.of(score_halves)
    above = [halves.values * bound.denominator > 2 * bound.numerator for bound in (poor_up_to, borderline_up_to)]
    codes = np.where(halves.known, above[0].astype(np.int8) + above[1], -1)
    words = pd.Categorical.from_codes(codes, categories=pd.Index(FOOD_CLASSES, dtype="str"))
    return pd.Series(words, index=score_halves.index, name="food_class")
