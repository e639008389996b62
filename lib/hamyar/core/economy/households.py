"""Who lives in a household: persons, ages, equivalence scales, dependency.

Ages come from birthdays where they are known.  Where only a stated age is, time adds a range of two years,
and where nothing is, a person's age is open; a result that depends on the open part is unknown and names whom to ask.

Scales (OECD, "What are equivalence scales?"; the modified one is Hagenaars, de Vos and Zaidi 1994):
``oecd_modified`` 1 for the first adult, 0.5 for each other person of 14 or more, 0.3 for each child under 14;
``oecd_old`` 1 / 0.7 / 0.5; ``square_root`` of the number of persons; ``per_head``.
"""

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import Amounts, boolean_column, float_column, positions
from hamyar.core.jalali import Month, age_years, month_codes
from hamyar.core.message import N_
from hamyar.core.rial import INT64_MAX

SCALES = ("oecd_modified", "oecd_old", "square_root", "per_head")
# Tenths for the first adult, each other person of 14 or more, each child; tenths keep the division exact.
_TENTHS = {"oecd_modified": (10, 5, 3), "oecd_old": (10, 7, 5), "per_head": (10, 10, 10)}


class ScaleUnknown(HamyarError):
    msgid = N_("'{scale}' is not an equivalence scale. Use one of: {scales}.")


ADULT_AGE = 14
WORKING_AGES = (15, 64)
OLDEST = 130


def age_ranges(members: pd.DataFrame, month: Month) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest age each member can have on the last day of ``month``, in whole years."""
    born = Amounts.of(age_years(members["birth_day"], month.code * 100 + month.days))
    stated = Amounts.of(members["stated_age_years"])
    stated_month = Amounts.of(members["stated_age_month"])
    when = np.where(stated_month.known, month_codes(stated_month.values), month.ordinal)
    since = np.maximum(month.ordinal - when, 0)
    usable = stated.known & (~stated_month.known | (when <= month.ordinal))
    least = np.where(born.known, born.values, np.where(usable, stated.values + since // 12, 0))
    # A birthday may lie between the telling and the end of the month, even of the same month;
    # an age without the month it was told in only says that the person is at least so old.
    dated = usable & stated_month.known
    most = np.where(born.known, born.values, np.where(dated, stated.values + since // 12 + 1, OLDEST))
    return least, np.maximum(most, least)


def household_facts(members: pd.DataFrame, family_ids: pd.Index, month: Month) -> pd.DataFrame:
    """Counts of persons per family at the end of ``month``, indexed as ``family_ids``; nullable ``Int64``.

    ``persons``            members of the household; missing where none is recorded
    ``persons_14_or_more`` missing where somebody's age leaves it open
    ``working_age, dependants``  persons of 15 to 64, and the others; missing likewise
    ``ages_unknown``       members whose age leaves one of these open
    """
    family = positions(members["family_id"], family_ids)
    unborn = members["birth_day"].astype("Int64") > month.code * 100 + month.days
    inside = (family >= 0) & ~unborn.fillna(False).to_numpy(dtype=bool)
    least, most = (ages[inside] for ages in age_ranges(members, month))
    family = family[inside]
    size = len(family_ids)
    persons = np.bincount(family, minlength=size)
    recorded = persons > 0

    def count(certain: np.ndarray, open_: np.ndarray) -> pd.arrays.IntegerArray:
        counted = np.bincount(family[certain], minlength=size)
        undecided = np.bincount(family[open_], minlength=size) > 0
        return Amounts(counted, recorded & ~undecided).where(recorded & ~undecided).column()

    low, high = WORKING_AGES
    adult, maybe_adult = least >= ADULT_AGE, (least < ADULT_AGE) & (most >= ADULT_AGE)
    working = (least >= low) & (most <= high)
    dependent = (most < low) | (least > high)
    open_working = ~working & ~dependent
    return pd.DataFrame(
        {
            "persons": Amounts(persons, recorded).column(),
            "persons_14_or_more": count(adult, maybe_adult),
            "working_age": count(working, open_working),
            "dependants": count(dependent, open_working),
            "ages_unknown": np.bincount(family[maybe_adult | open_working], minlength=size),
        },
        index=family_ids,
        copy=False,
    )


def equivalised(income: pd.Series, facts: pd.DataFrame, scale: str) -> pd.Series:
    """Income per equivalent adult, whole units, halves up; missing where income or the scale is unknown.

    ``income`` is aligned with ``facts`` (from :func:`household_facts`).
    """
    amounts, persons = Amounts.of(income), Amounts.of(facts["persons"])
    if scale == "square_root":
        known = amounts.known & persons.known & (persons.values > 0)
        result = _over_root(amounts.values, np.where(known, persons.values, 1))
    else:
        tenths = scale_tenths(facts, scale)
        known = amounts.known & tenths.known
        divisor = np.where(known, tenths.values, 1)
        kind = np.int64 if 20 * int(amounts.values.max(initial=0)) < INT64_MAX else object
        result = ((20 * amounts.values.astype(kind) + divisor) // (2 * divisor)).astype(np.int64)
    return pd.Series(Amounts(result, known).where(known).column(), index=income.index, name="equivalised_income_money")


def _over_root(amounts: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """``amounts / √persons`` to the nearest whole, halves up, exactly."""
    twice = 2 * amounts / np.sqrt(persons)
    result = np.floor(twice / 2 + 0.5).astype(np.int64)
    # Beside a half, floating point cannot tell the sides apart; whole numbers can.
    near = np.abs(twice - np.rint(twice)) < 1e-14 * np.maximum(twice, 1)
    for i in np.flatnonzero(near & (np.rint(twice) % 2 == 1)):
        result[i] = (math.isqrt(4 * int(amounts[i]) ** 2 // int(persons[i])) + 1) // 2
    return result


def is_under_line(income: pd.Series, facts: pd.DataFrame, scale: str, line: Fraction | None) -> pd.Series:
    """Whether income per equivalent adult is under ``line``, decided exactly; three-valued ``boolean``.

    Unknown where the income, the scale or the line is.
    """
    amounts = Amounts.of(income)
    size = Amounts.of(facts["persons"]) if scale == "square_root" else scale_tenths(facts, scale)
    known = amounts.known & size.known & (size.values > 0) & (line is not None)
    limit = line or Fraction(0)
    largest = max(10 * int(amounts.values.max(initial=0)) * limit.denominator, OLDEST * 10 * limit.numerator)
    kind = object if scale == "square_root" or largest >= INT64_MAX // 100 else np.int64
    own, wanted = amounts.values.astype(kind), size.values.astype(kind)
    if scale == "square_root":
        under = (own * limit.denominator) ** 2 < wanted * limit.numerator**2
    else:
        under = 10 * own * limit.denominator < wanted * limit.numerator
    return pd.Series(boolean_column(np.asarray(under, dtype=bool), known), index=income.index, name="is_under_line")


def scale_tenths(facts: pd.DataFrame, scale: str) -> Amounts:
    """Equivalent adults of each household, in tenths."""
    if scale not in _TENTHS:
        raise ScaleUnknown(scale=scale, scales=", ".join(SCALES))
    first, other, child = _TENTHS[scale]
    persons = Amounts.of(facts["persons"])
    if other == child:
        return Amounts(np.maximum(persons.values - 1, 0) * other + first, persons.known)
    grown = Amounts.of(facts["persons_14_or_more"])
    # A household of children only still has a first adult's costs.
    others = np.maximum(grown.values - 1, 0)
    children = persons.values - np.maximum(grown.values, 1)
    return Amounts(first + others * other + np.maximum(children, 0) * child, persons.known & grown.known)


def dependency_ratio(facts: pd.DataFrame) -> pd.DataFrame:
    """100 × dependants ÷ persons of working age (World Bank's definition, 15 to 64).

    A household without anybody of working age has no ratio and is a class of its own, never a zero:
    ``dependency_class`` is ``defined``, ``nobody_of_working_age`` or ``unknown``.
    """
    working, dependants = Amounts.of(facts["working_age"]), Amounts.of(facts["dependants"])
    known = working.known & dependants.known
    defined = known & (working.values > 0)
    ratio = 100 * dependants.values / np.where(defined, working.values, 1)
    classes = np.select([defined, known], ["defined", "nobody_of_working_age"], "unknown")
    return pd.DataFrame(
        {"dependency_ratio": float_column(ratio, defined), "dependency_class": classes}, index=facts.index
    )
