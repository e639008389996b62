"""Who lives in a synthetic household: heads, spouses, children, others; sexes, ages and birthdays.

A household is nine places (head, spouse, six children, one other), of which some are taken.
About a third of the heads are women, as among families that come to a help centre;
sizes average about 3.3 and reach 9.
"""

from dataclasses import dataclass

import numpy as np

from hamyar.core.economy.households import OLDEST
from hamyar.core.jalali import Month
from hamyar.core.sample.draws import Draws
from hamyar.core.tables import ROLES

PLACES = 9
CHILD_PLACES = slice(2, 8)
OTHER_PLACE = 8
FEMALE, MALE = 0, 1
SEXES = ("female", "male")
MISSING = -1

_COUPLE_CARDS = 7
_LONE_MAN_CARD = 7
_MOTHER_OF_MANY_CARD = 11
_WOMAN_ON_LONE_CARD = 0.2
_COUPLE_CHILDREN = (0.2, 0.31, 0.29, 0.12, 0.05, 0.02, 0.01)
_LONE_CHILDREN = (0.28, 0.33, 0.24, 0.11, 0.04)
_OTHER_ROLES = ("parent", "sibling", "grandchild", "other")
_OTHER_WEIGHTS = (0.45, 0.15, 0.3, 0.1)
# Government, institution, people's group, local, the family itself, the helper's eyes: in the order of SOURCES.
_SOURCE_WEIGHTS = (0.12, 0.08, 0.05, 0.08, 0.57, 0.1)
AREAS = 8


@dataclass(frozen=True)
class Ages:
    """Whole years of every place: what is true, and the range that the tables leave open."""

    true: np.ndarray
    least: np.ndarray
    most: np.ndarray


@dataclass(frozen=True)
class Households:
    """Arrays of n families, and of n × 9 places; ``ages`` are whole years in the run's first month."""

    areas: np.ndarray
    joined_before: np.ndarray
    sources: np.ndarray
    taken: np.ndarray
    roles: np.ndarray
    sexes: np.ndarray
    ages: np.ndarray
    birth_days: np.ndarray
    stated_ages: np.ndarray
    member_sources: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        return self.taken.sum(axis=1)

    def count_aged(self, low: int, high: int) -> np.ndarray:
        """Members from ``low`` to ``high`` years, both included."""
        return (self.taken & (self.ages >= low) & (self.ages <= high)).sum(axis=1)

    def ages_in(self, month: Month, first_month: Month) -> "Ages":
        """Ages on the last day of ``month``; the run began with ``first_month``."""
        end = month.code * 100 + month.days
        is_known = self.birth_days >= 0
        exact = end // 10_000 - self.birth_days // 10_000 - (self.birth_days % 10_000 > end % 10_000)
        told = self.ages + (month.ordinal - first_month.ordinal) // 12
        is_told = self.stated_ages >= 0
        return Ages(
            true=np.where(is_known, exact, told),
            least=np.where(is_known, exact, np.where(is_told, told, 0)),
            most=np.where(is_known, exact, np.where(is_told, told + 1, OLDEST)),
        )


def draw_households(draws: Draws, first_month: Month) -> Households:
    card = draws.dozen()
    is_mother_of_many = card == _MOTHER_OF_MANY_CARD
    is_couple = card < _COUPLE_CARDS
    is_woman = ~is_couple & ((card != _LONE_MAN_CARD) | draws.chance(_WOMAN_ON_LONE_CARD))

    head_ages = np.floor(np.where(is_mother_of_many, draws.bell(28, 56), draws.bell(22, 78))).astype(np.int64)
    spouse_ages = np.maximum(head_ages - draws.whole(0, 8), 18)
    mother_ages = np.where(is_woman, head_ages, spouse_ages)
    children = np.where(is_couple, draws.pick(_COUPLE_CHILDREN), draws.pick(_LONE_CHILDREN))
    # A young mother has had few children yet, and those of old parents have left; either rule may leave one.
    children = np.minimum(children, np.where(head_ages > 62, 1, np.maximum((mother_ages - 18) // 2, 0)))
    children = np.where(is_mother_of_many, draws.whole(3, 5), children)
    has_other = draws.chance(0.12)

    n = len(card)
    taken = np.zeros((n, PLACES), dtype=bool)
    taken[:, 0] = True
    taken[:, 1] = is_couple
    taken[:, CHILD_PLACES] = np.arange(6) < children[:, None]
    taken[:, OTHER_PLACE] = has_other

    other_role = draws.pick(_OTHER_WEIGHTS)
    roles = np.full((n, PLACES), ROLES.index("child"), dtype=np.int8)
    roles[:, 0] = ROLES.index("head")
    roles[:, 1] = ROLES.index("spouse")
    roles[:, OTHER_PLACE] = np.array([ROLES.index(role) for role in _OTHER_ROLES], dtype=np.int8)[other_role]

    sexes = draws.whole(FEMALE, MALE, PLACES)
    sexes[:, 0] = np.where(is_woman, FEMALE, MALE)
    sexes[:, 1] = np.where(is_woman, MALE, FEMALE)

    ages = np.zeros((n, PLACES), dtype=np.int64)
    ages[:, 0], ages[:, 1] = head_ages, spouse_ages
    ages[:, CHILD_PLACES] = _child_ages(draws, mother_ages, taken[:, CHILD_PLACES])
    ages[:, OTHER_PLACE] = _other_ages(draws, head_ages, other_role)

    birth_days = _birth_days(draws, ages, first_month)
    is_birthday_known = taken & (draws.uniform(columns=PLACES) >= 0.1)
    is_age_stated = taken & ~is_birthday_known & (draws.uniform(columns=PLACES) < 0.75)
    return Households(
        areas=draws.whole(1, AREAS),
        joined_before=draws.whole(0, 30),
        sources=draws.pick(_SOURCE_WEIGHTS),
        taken=taken,
        roles=roles,
        sexes=sexes,
        ages=ages,
        birth_days=np.where(is_birthday_known, birth_days, MISSING),
        stated_ages=np.where(is_age_stated, ages, MISSING),
        member_sources=draws.pick(_SOURCE_WEIGHTS, PLACES),
    )


def _child_ages(draws: Draws, mother_ages: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Born to a mother of 18 to 42, at home until 34; oldest first, shape (families, 6)."""
    oldest = np.clip(mother_ages - 18, 0, 34)
    youngest = np.minimum(np.maximum(mother_ages - 42, 0), oldest)
    drawn = youngest[:, None] + np.floor(draws.uniform(columns=6) * (oldest - youngest + 1)[:, None]).astype(np.int64)
    return -np.sort(-np.where(taken, drawn, MISSING), axis=1)


def _other_ages(draws: Draws, head_ages: np.ndarray, role: np.ndarray) -> np.ndarray:
    parent = np.minimum(head_ages + draws.whole(18, 32), 96)
    sibling = np.maximum(head_ages + draws.whole(-8, 8), 16)
    grandchild = draws.whole(0, 14)
    someone = draws.whole(20, 75)
    return np.choose(role, (parent, sibling, grandchild, someone))


def _birth_days(draws: Draws, ages: np.ndarray, first_month: Month) -> np.ndarray:
    """Birthdays that make everyone alive, and of the given age, when the run begins; day 29 exists in every month."""
    ordinal = first_month.ordinal - 12 * ages - 1 - draws.whole(0, 10, PLACES)
    return (ordinal // 12 * 100 + ordinal % 12 + 1) * 100 + draws.whole(1, 29, PLACES)
