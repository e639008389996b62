"""What the software computes itself, from the month's economy, ages, schooling and the food of a week.

Each measure is found twice for every family (or member): as little and as great as the known facts allow.
Where everything is known the two are equal; where nothing is, they are as far apart as the measure can be.
Both are compared with an indicator's bounds as whole numbers, by multiplying out: no share is ever rounded,
so a family whose gap is exactly a fifth of its spending has reached the bound of a fifth.

A measure that divides by nothing is settled by what it means: a family without spending has no gap,
one without means takes no aid, and one with nobody of working age has more dependants than any bound.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment, support_line
from hamyar.core.economy.balance import money
from hamyar.core.economy.households import ADULT_AGE, WORKING_AGES, scale_tenths
from hamyar.core.errors import HamyarError
from hamyar.core.frames import Amounts, positions, whole_numbers
from hamyar.core.jalali import Month
from hamyar.core.levels.food_security import MOST_COPING, MOST_FOOD_HALVES, food_consumption, reduced_coping
from hamyar.core.levels.indicators import Computed
from hamyar.core.levels.ranges import Range, Ratio, ShortOfLine, any_share, whole_numbers_between
from hamyar.core.levels.residents import Residents
from hamyar.core.message import N_
from hamyar.core.tables import CATEGORIES, CENTRE_AID, OUTFLOWS, OWN_INFLOWS, SCHOOLING, YES_NO

CHARITY = ("charity_cash", "charity_in_kind")
OTHER_INFLOWS = tuple(name for name in OWN_INFLOWS if name not in CHARITY)
# Completed years by schooling, in the order of SCHOOLING.
YEARS_OF_SCHOOLING = np.array([0, 1, 6, 9, 12, 14, 16, 18], dtype=np.int64)
SCHOOL_AGES, FIRST_LEVEL_ENDS, COMPULSORY_UNTIL = (6, 17), 14, 14
PRIMARY, LOWER_SECONDARY, UPPER_SECONDARY = (
    SCHOOLING.index(name) for name in ("primary", "lower_secondary", "upper_secondary")
)


class EconomyNeeded(HamyarError):
    msgid = N_(
        "Some indicators are computed from the economy of {month}, which was not given. Assess that month first."
    )


def first_day_that_counts(month: Month, valid_months: int) -> int:
    """The first day whose answers still count at the end of ``month``; the month itself is the first of the valid."""
    year, place = divmod(max(month.ordinal - valid_months + 1, 0), 12)
    return (year * 100 + place + 1) * 100 + 1


@dataclass(frozen=True, eq=False)
class Facts:
    """What measures are computed from; each part is looked at only when a measure asks for it."""

    food_weeks: pd.DataFrame
    family_ids: pd.Index
    residents: Residents
    month: Month
    economy: Assessment | None
    valid_months: int

    def level_range(self, computed: Computed) -> tuple[np.ndarray, np.ndarray]:
        """The least and greatest level of each family, or of each resident for a measure of members.

        Raises ``EconomyNeeded``.
        """
        return MEASURES_COMPUTED[computed.measure](self).levels(computed)

    @property
    def assessed(self) -> Assessment:
        if self.economy is None or self.economy.month != self.month:
            raise EconomyNeeded(month=self.month)
        return self.economy

    @cached_property
    def _balance(self) -> pd.DataFrame:
        now = self.assessed.of_month(self.month)
        return now if now.index.equals(self.family_ids) else now.loc[self.family_ids]

    def told(self, column: str) -> Amounts:
        """A column of the month's balance."""
        return Amounts.of(self._balance[column])

    def known_part(self, *categories: str) -> np.ndarray:
        """What is known of these categories together: they are at least so much."""
        return np.sum([self.told(money(name)).values for name in categories], axis=0)

    def lacks(self, category: str) -> np.ndarray:
        """Where the gap is unknown and this category is one of the facts that would settle it."""
        bits = self._balance["unknown_facts"].to_numpy(dtype=np.int64)
        return (bits >> CATEGORIES.index(category) & 1).astype(bool)

    @cached_property
    def inflow_at_least(self) -> np.ndarray:
        """The inflows that the known facts prove, without this centre's aid."""
        parts = self.known_part(*OWN_INFLOWS, "undivided_inflow")
        out, gap = self.told("outflow_money"), self.told("gap_at_most_money")
        # Whatever the gap cannot be was covered: lines of a category that is not known wholly count here too.
        return np.maximum(parts, np.where(out.known, out.values - gap.values, 0))

    def of_latest_week(self, scored: pd.DataFrame, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of a score by family, from its latest valid week in which anything of it was told.

        ``scored`` has columns: the score, its least, its greatest, how many parts were told.
        """
        family = positions(self.food_weeks["family_id"], self.family_ids)
        day = whole_numbers(self.food_weeks["day"])
        least, greatest, told = (scored.iloc[:, place].to_numpy(dtype=np.int64) for place in (1, 2, 3))
        is_open = (day >= first_day_that_counts(self.month, self.valid_months)) & (told > 0) & (family >= 0)
        rows = np.flatnonzero(is_open & (day <= self.month.code * 100 + self.month.days))
        latest = np.zeros(len(self.family_ids), dtype=np.int64)
        np.maximum.at(latest, family[rows], day[rows])
        rows = rows[day[rows] == latest[family[rows]]]
        low, high = np.zeros(len(latest), dtype=np.int64), np.full(len(latest), most, dtype=np.int64)
        low[family[rows]], high[family[rows]] = least[rows], greatest[rows]
        return low, high


def _gap_share_of_outflows(facts: Facts) -> Range:
    """The gap before aid out of outflows.  With inflows alone known, more spending only raises the share."""
    out, inflow = facts.told("outflow_money"), facts.told("inflow_money")
    least, most = facts.told("gap_at_least_money"), facts.told("gap_at_most_money")
    spent = np.where(out.known, out.values, least.values + inflow.values)
    greatest = np.where(out.known, most.values, 1)
    return Range(Ratio.of(least.values, spent), Ratio.of(greatest, np.where(out.known, out.values, 1)))


def _shortfall_under_support_line(facts: Facts) -> Range:
    economy, residents = facts.assessed, facts.residents
    line = support_line(economy.rules, economy.currency)
    if line is None or line <= 0:
        return any_share(len(facts.family_ids))
    scale = economy.rules.value("equivalence_scale")
    by_root = scale == "square_root"
    persons = residents.count_of(np.ones(len(residents), dtype=bool))
    # Somebody lives there, even where nobody is recorded.
    sizes = [np.maximum(persons, 1)] * 2
    if not by_root:
        sizes = [_tenths(sizes[0], residents.count_of(ages >= ADULT_AGE), scale) for ages in residents.ages]
    inflow = facts.told("inflow_money")
    # An income nobody knows may lie above the line, and one divided among nobody knows how many near nothing.
    enough = ceil(line) * sizes[0]
    income_most = np.where(inflow.known, inflow.values, enough)
    income_least = np.where(persons > 0, facts.inflow_at_least, 0)
    return Range(ShortOfLine(income_most, sizes[0], line, by_root), ShortOfLine(income_least, sizes[1], line, by_root))


def _tenths(persons: np.ndarray, grown: np.ndarray, scale: str) -> np.ndarray:
    everywhere = np.ones(len(persons), dtype=bool)
    columns = {"persons": persons, "persons_14_or_more": grown}
    frame = pd.DataFrame({name: Amounts(values, everywhere).column() for name, values in columns.items()}, copy=False)
    return scale_tenths(frame, scale).values


def _aid_share_of_means(facts: Facts) -> Range:
    """Aid, of charities and of this centre, out of all means.

    A charity nobody told of lies inside an undivided sum where the inflows are known, and is open otherwise.
    """
    charity, others = facts.known_part(*CHARITY), facts.known_part(*OTHER_INFLOWS, "undivided_inflow")
    centre = facts.known_part(*CENTRE_AID)
    centre_known = facts.told("centre_aid_money").known
    charity_known = np.logical_and.reduce([facts.told(money(name)).known for name in CHARITY])
    inflow, undivided = facts.told("inflow_money"), facts.told(money("undivided_inflow"))

    inside = np.where(charity_known, 0, undivided.values)
    others_bounded = np.logical_and.reduce([facts.told(money(name)).known for name in OTHER_INFLOWS])
    others_bounded &= undivided.known | (~facts.told("gap_before_aid_money").known & ~facts.lacks("undivided_inflow"))
    aid = centre + charity
    least = np.where(inflow.known | others_bounded, aid, 0)
    all_means = aid + others

    most = np.where(inflow.known, aid + inside, aid)
    # Aid without an end would be all of the means.
    is_endless = ~centre_known | (~inflow.known & ~charity_known)
    means = np.where(inflow.known, centre + inflow.values, all_means)
    return Range(Ratio.of(least, all_means), Ratio.of(np.where(is_endless, 1, most), np.where(is_endless, 1, means)))


def _food_share_of_outflows(facts: Facts) -> Range:
    """Spending on food out of outflows; what food was is at most what the livelihood that holds it was."""
    food, out = facts.told("food_money"), facts.told("outflow_money")
    livelihood, undivided = facts.told(money("livelihood")), facts.told(money("undivided_outflow"))
    least = np.where(out.known & food.known, food.values, 0)
    at_most = np.where(food.known, food.values, np.where(livelihood.known, livelihood.values, undivided.values))
    spent = np.where(out.known, out.values, facts.known_part(*OUTFLOWS, "undivided_outflow"))
    is_endless = ~out.known & ~livelihood.known
    return Range(
        Ratio.of(least, out.values), Ratio.of(np.where(is_endless, 1, at_most), np.where(is_endless, 1, spent))
    )


def _dependants_per_working_age(facts: Facts) -> Range:
    """Persons under 15 or over 64 for each of 15 to 64; an age that is open may be either."""
    residents, (low, high) = facts.residents, WORKING_AGES
    least_age, most_age = residents.ages
    working = residents.count_of((least_age >= low) & (most_age <= high))
    dependants = residents.count_of((most_age < low) | (least_age > high))
    either = residents.count_of(np.ones(len(residents), dtype=bool)) - working - dependants
    # Where nobody is recorded the ratio may be anything: from none to more than any bound.
    nobody = ~residents.is_lived_in
    return Range(
        Ratio(dependants, np.where(nobody, 1, working + either)),
        Ratio(np.where(nobody, 1, dependants + either), working),
    )


def _food_consumption_score(facts: Facts) -> Range:
    halves = facts.of_latest_week(food_consumption(facts.food_weeks), MOST_FOOD_HALVES)
    two = np.full(len(facts.family_ids), 2, dtype=np.int64)
    return Range(*(Ratio(score, two) for score in halves))


def _reduced_coping_strategies(facts: Facts) -> Range:
    return whole_numbers_between(*facts.of_latest_week(reduced_coping(facts.food_weeks), MOST_COPING))


def _out_of_school(facts: Facts) -> Range:
    """0 to 3 for each resident, see the schema of indicators; one who has finished school is not out of it.

    Outside the ages of school it is 0.
    """
    residents, (first, last) = facts.residents, SCHOOL_AGES
    youngest, oldest = residents.ages
    attends, schooling = residents.attends_school, residents.schooling
    young, old = np.clip(youngest, first, last), np.clip(oldest, first, last)
    # What is not recorded may be nothing; to have finished school it takes the last year of school age.
    schooled_least = np.where(schooling < 0, 0, schooling)
    schooled_most = np.where(schooling < 0, np.where(old == last, UPPER_SECONDARY, LOWER_SECONDARY), schooling)
    # Somebody whose attendance is open is at best in school and at worst out of it.
    may_attend, may_stay_away = attends != YES_NO.index("no"), attends != YES_NO.index("yes")
    least = np.where(may_attend, _is_behind(young, schooled_most), _is_away(old, schooled_most))
    most = np.where(may_stay_away, _is_away(young, schooled_least), _is_behind(old, schooled_least))
    may_be_outside, is_outside = (youngest < first) | (oldest > last), (oldest < first) | (youngest > last)
    return whole_numbers_between(np.where(may_be_outside, 0, least), np.where(is_outside, 0, most))


def _is_behind(age: np.ndarray, schooling: np.ndarray) -> np.ndarray:
    behind_primary = (age >= FIRST_LEVEL_ENDS) & (schooling < PRIMARY)
    return (behind_primary | ((age >= SCHOOL_AGES[1]) & (schooling < LOWER_SECONDARY))).astype(np.int64)


def _is_away(age: np.ndarray, schooling: np.ndarray) -> np.ndarray:
    return np.where(schooling >= UPPER_SECONDARY, 0, np.where(age > COMPULSORY_UNTIL, 2, 3)).astype(np.int64)


def _years_of_schooling(facts: Facts) -> Range:
    schooling = facts.residents.schooling
    # -1, not recorded, reads the last of the array: none at the least, the highest at the most.
    return whole_numbers_between(
        *(np.append(YEARS_OF_SCHOOLING, open_)[schooling] for open_ in (0, YEARS_OF_SCHOOLING[-1]))
    )


MEASURES_COMPUTED: Mapping[str, Callable[[Facts], Range]] = {
    "gap_share_of_outflows": _gap_share_of_outflows,
    "shortfall_under_support_line": _shortfall_under_support_line,
    "aid_share_of_means": _aid_share_of_means,
    "food_share_of_outflows": _food_share_of_outflows,
    "dependants_per_working_age": _dependants_per_working_age,
    "food_consumption_score": _food_consumption_score,
    "reduced_coping_strategies": _reduced_coping_strategies,
    "out_of_school": _out_of_school,
    "years_of_schooling": _years_of_schooling,
}
