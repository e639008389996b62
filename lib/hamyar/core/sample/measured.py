"""What the facts of a synthetic family already say of an indicator, before anybody visits.

The core computes some indicators from the family's economy, ages and schooling (:mod:`hamyar.core.levels.measures`);
the sample has to know roughly what will come out, because a family that is to be safe must be safe altogether.
This is a sketch of the same arithmetic in floating point; its only use is to choose how many other harms to deal.
The two measures of food are left out: they rest on the visit itself, which is still to be drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hamyar.core.levels.indicators import WORST, Computed, IndicatorSet
from hamyar.core.sample.budgets import Record
from hamyar.core.sample.concerns import concerned
from hamyar.core.sample.households import Ages, Households
from hamyar.core.sample.schooling import LOWER, MISSING, NONE, PRIMARY, YES, Schooling
from hamyar.core.tables import CENTRE_AID, OUTFLOWS, OWN_INFLOWS

FOOD_MEASURES = ("food_consumption_score", "reduced_coping_strategies")
_YEARS = np.array([0, 1, 6, 9, 12, 14, 16, 18])
_BEHIND_AGE, _FAR_BEHIND_AGE, _DUTY_AGE = 14, 17, 14


@dataclass(frozen=True)
class Facts:
    """What is known of a block of families at the end of a month."""

    households: Households
    ages: Ages
    schooling: Schooling
    record: Record


def measured_levels(indicators: IndicatorSet, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest level each computed indicator can have, ``(families, indicators)`` of ``int8``.

    Zero for those that a helper observes, for the two measures of food, and for measures unknown to this sketch.
    """
    shape = (len(facts.ages.true), len(indicators.codes))
    least, most = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8)
    for place, indicator in enumerate(indicators.indicators):
        computed = indicator.computed
        if computed is None or computed.measure in FOOD_MEASURES:
            continue
        if computed.measure in _OF_FAMILIES:
            value, is_known = _OF_FAMILIES[computed.measure](facts)
            level = _level(computed, value)
            least[:, place], most[:, place] = np.where(is_known, level, 0), np.where(is_known, level, WORST)
        elif computed.measure in _OF_MEMBERS:
            value, is_known = _OF_MEMBERS[computed.measure](facts)
            level = _level(computed, value)
            true, possible, certain = concerned(indicator, facts.households, facts.ages)
            is_sure = certain & is_known
            low, high = np.where(is_sure, level, 0), np.where(is_known, level, WORST)
            least[:, place] = np.where(true & is_sure, low, 0).max(axis=1)
            most[:, place] = np.where(possible, high, 0).max(axis=1)
    return least, most


def _level(computed: Computed, value: np.ndarray) -> np.ndarray:
    bounds = [float(bound) for bound in computed.bounds]
    reached = [value >= bound if computed.worse == "higher" else value <= bound for bound in bounds]
    return np.sum(reached, axis=0).astype(np.int8)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _gap_share(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    record = facts.record
    spent, received = record.monthly(OUTFLOWS), record.monthly(OWN_INFLOWS)
    return _share(np.maximum(spent - received, 0), spent), record.tells(OUTFLOWS) & record.tells(OWN_INFLOWS)


def _shortfall(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Open for everybody: the support line is the centre's parameter, and a year may lack it."""
    everybody = len(facts.ages.true)
    return np.zeros(everybody), np.zeros(everybody, dtype=bool)


def _aid_share(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    record = facts.record
    given = record.monthly(CENTRE_AID)
    aid = record.monthly(("charity_cash", "charity_in_kind")) + given
    return _share(aid, record.monthly(OWN_INFLOWS) + given), record.tells(OWN_INFLOWS)


def _food_share(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    spent = facts.record.monthly(OUTFLOWS)
    return _share(facts.record.monthly(OUTFLOWS, item="food"), spent), facts.record.tells(OUTFLOWS)


def _dependants(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    taken, ages = facts.households.taken, facts.ages
    working = taken & (ages.true >= 15) & (ages.true <= 64)
    is_open = taken & ~((ages.least >= 15) & (ages.most <= 64)) & (ages.most >= 15) & (ages.least <= 64)
    many, few = (taken & ~working).sum(axis=1), working.sum(axis=1)
    ratio = np.where(few > 0, many / np.maximum(few, 1), np.inf)
    return ratio, np.asarray(~is_open.any(axis=1))


def _out_of_school(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    completed, attends, age = facts.schooling.completed, facts.schooling.attends, facts.ages.true
    is_behind = ((age >= _BEHIND_AGE) & (completed < PRIMARY)) | ((age >= _FAR_BEHIND_AGE) & (completed < LOWER))
    value = np.where(attends == YES, is_behind, np.where(age <= _DUTY_AGE, 3, 2))
    return value, (attends != MISSING) & ((attends != YES) | (completed != MISSING) | (age < _BEHIND_AGE))


def _years(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    completed = facts.schooling.completed
    return _YEARS[np.maximum(completed, NONE)], completed != MISSING


_Measure = Callable[[Facts], tuple[np.ndarray, np.ndarray]]
_OF_FAMILIES: dict[str, _Measure] = {
    "gap_share_of_outflows": _gap_share,
    "shortfall_under_support_line": _shortfall,
    "aid_share_of_means": _aid_share,
    "food_share_of_outflows": _food_share,
    "dependants_per_working_age": _dependants,
}
_OF_MEMBERS: dict[str, _Measure] = {"out_of_school": _out_of_school, "years_of_schooling": _years}
