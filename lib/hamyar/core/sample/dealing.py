"""How much harm is dealt to whom: bands by the dozen, and in them the levels of each indicator.

A family's *vulnerability* follows its economy: little work, a woman at the head, many children, illness.
In every twelve consecutive families the four least vulnerable are to be safe, the next four at risk, three harmed,
one of these by a critical harm; and one, that whose facts leave most open, stays undetermined.
What the facts say already (:mod:`hamyar.core.sample.measured`) is counted in, so a family with a wide gap needs
fewer harms to be harmed, and one whose month nobody recorded can hardly be called safe.

A band is an interval of the score; a target in it is drawn, and harms are dealt in the family's own order
(its hardest domain first) until the target is reached.  The band of an earlier visit is drawn from that of the later
one, and the order of harms hardly changes, so the same family comes back with some of the same harms.

The cut-offs are those of the shipped parameters: four and eight harms of thirty-six.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hamyar.core.levels.indicators import CAPACITY, DOMAINS, WORST, IndicatorSet
from hamyar.core.sample.budgets import Economies
from hamyar.core.sample.draws import DOZEN, Draws
from hamyar.core.sample.households import FEMALE, Households
from hamyar.core.sample.measured import FOOD_MEASURES

SAFE, AT_RISK, HARMED, CRITICAL, UNDETERMINED = range(5)
_AT_RISK_FROM, _HARMED_FROM = 4 / 36, 8 / 36
_SAFE_OF_DOZEN, _AT_RISK_OF_DOZEN = 4, 4
# The band twelve months before, by the band now: more families come from worse than go there.
_EARLIER = np.array(
    [
        (0.55, 0.35, 0.06, 0.04, 0.00),
        (0.11, 0.49, 0.28, 0.12, 0.00),
        (0.04, 0.22, 0.62, 0.12, 0.00),
        (0.02, 0.12, 0.28, 0.58, 0.00),
        (0.20, 0.40, 0.25, 0.10, 0.05),
    ]
)
_NEVER_ON = 0.1
_TINY = 1e-9
_NO_LEVEL_IS_CRITICAL = WORST + 1
# Harms that the drawn economy makes likelier, where the catalogue has them; the rest follow the family's degrees.
_LEANING = 0.45


@dataclass(frozen=True)
class Traits:
    """What of the indicators matters here, as arrays over ``indicators.codes``."""

    indicators: IndicatorSet

    @cached_property
    def is_harm(self) -> np.ndarray:
        return np.arange(len(self.indicators.codes)) < len(self.indicators.harms)

    @cached_property
    def weight(self) -> np.ndarray:
        capacities = [0.0] * len(self.indicators.capacities)
        return np.array([float(weight) for weight in self.indicators.weights] + capacities)

    @cached_property
    def one(self) -> float:
        """The weight of a harm of middling weight."""
        return 1 / max(len(self.indicators.harms), 1)

    @cached_property
    def domain(self) -> np.ndarray:
        names = [harm.domain for harm in self.indicators.harms] + [CAPACITY] * len(self.indicators.capacities)
        return np.array([(*DOMAINS, CAPACITY).index(name) for name in names], dtype=np.int64)

    @cached_property
    def counts_from(self) -> np.ndarray:
        return np.array([indicator.counts_from for indicator in self.indicators.indicators], dtype=np.int8)

    @cached_property
    def critical_from(self) -> np.ndarray:
        found = [indicator.critical_from or _NO_LEVEL_IS_CRITICAL for indicator in self.indicators.indicators]
        return np.array(found, dtype=np.int8)

    @cached_property
    def is_observed(self) -> np.ndarray:
        return np.array([indicator.computed is None for indicator in self.indicators.indicators])

    @cached_property
    def is_dealt(self) -> np.ndarray:
        """Harms whose level the visit decides."""
        return self.is_harm & (self.is_observed | self.rests_on_food)

    @cached_property
    def rests_on_food(self) -> np.ndarray:
        computed = [indicator.computed for indicator in self.indicators.indicators]
        return np.array([found is not None and found.measure in FOOD_MEASURES for found in computed])

    @cached_property
    def never_changes(self) -> np.ndarray:
        return np.array([indicator.can_change == "never" for indicator in self.indicators.indicators])

    @cached_property
    def is_sensitive(self) -> np.ndarray:
        return np.array([indicator.is_sensitive for indicator in self.indicators.indicators])

    def place_of(self, measure: str) -> int | None:
        """Where the indicator computed from ``measure`` stands."""
        for place, indicator in enumerate(self.indicators.indicators):
            if indicator.computed is not None and indicator.computed.measure == measure:
                return place
        return None


@dataclass(frozen=True)
class Hidden:
    """What stays with a family from visit to visit; arrays over n families, and n × indicators."""

    vulnerability: np.ndarray
    degree: np.ndarray
    order: np.ndarray
    severity: np.ndarray
    whom: np.ndarray
    is_lasting: np.ndarray


def draw_hidden(draws: Draws, traits: Traits, households: Households, economies: Economies) -> Hidden:
    count = len(traits.weight)
    vulnerability = (
        0.35 * (households.sexes[:, 0] == FEMALE)
        + 0.12 * households.count_aged(0, 17)
        + np.choose(economies.job, (0.7, 0.4, 0.35, 0.0))
        + 0.3 * (economies.needs["treatment"] > 2e6)
        - 0.6 * economies.is_surplus
        + draws.bell(-0.9, 0.9)
    )
    rank = vulnerability.argsort().argsort() / max(len(vulnerability), 1)
    degrees = 0.5 * rank[:, None] + 0.5 * draws.uniform(columns=len(DOMAINS) + 1)
    degree = degrees[:, traits.domain]
    order = draws.uniform(columns=count) - 0.8 * degree + 0.15 * traits.is_sensitive
    order -= _LEANING * _leanings(traits.indicators.codes, households, economies)
    lasting = traits.is_dealt & traits.is_observed & traits.never_changes & _may_count(traits)
    return Hidden(
        vulnerability=vulnerability,
        degree=degree,
        order=order,
        severity=draws.uniform(columns=count),
        whom=draws.uniform(columns=count),
        is_lasting=lasting & (draws.uniform(columns=count) < _NEVER_ON * (0.5 + degree)),
    )


def _leanings(codes: tuple[str, ...], households: Households, economies: Economies) -> np.ndarray:
    """Where the family's economy speaks for a harm, ``(families, indicators)`` of 0 or 1."""
    needs, works_badly = economies.needs, economies.job < economies.job.max(initial=0)
    speaks = {
        "adult_work": works_badly,
        "basic_insurance": works_badly,
        "housing": needs["housing"] > 2e6,
        "crowding": households.sizes > 4,
        "debt": needs["debt"] > 0,
        "savings": needs["debt"] > 0,
        "chronic_illness": needs["treatment"] > 3e6,
        "head_state": households.sexes[:, 0] == FEMALE,
    }
    nothing = np.zeros(len(households.sizes), dtype=bool)
    return np.column_stack([speaks.get(code, nothing) for code in codes]).astype(np.float64)


def deal_bands(draws: Draws, given: np.ndarray, unclear: np.ndarray, hidden: Hidden) -> np.ndarray:
    """A band for each family of a whole block, by the dozen.

    ``given`` is the score that facts and lasting harms already make, ``unclear`` what they leave open; shares.
    """
    luck = draws.uniform()
    open_most = (unclear + 0.02 * luck).reshape(-1, DOZEN).argmax(axis=1)
    undetermined = np.zeros((len(open_most), DOZEN), dtype=bool)
    undetermined[np.arange(len(open_most)), open_most] = True
    never_safe = given + unclear >= _AT_RISK_FROM - _TINY
    never_at_risk = np.maximum(given, _AT_RISK_FROM) + unclear >= _HARMED_FROM - _TINY
    hardship = hidden.vulnerability + 9 * given + 10 * never_safe + 100 * never_at_risk
    ranks = np.where(undetermined, -np.inf, hardship.reshape(-1, DOZEN)).argsort(axis=1).argsort(axis=1)
    bounds = np.cumsum([1, _SAFE_OF_DOZEN, _AT_RISK_OF_DOZEN, 1])
    named = np.array([UNDETERMINED, SAFE, AT_RISK, CRITICAL, HARMED], dtype=np.int8)
    return named[np.searchsorted(bounds, ranks, side="right")].ravel()


def earlier_bands(draws: Draws, bands: np.ndarray) -> np.ndarray:
    edges = _EARLIER.cumsum(axis=1)[:, :-1]
    luck = draws.uniform()
    return (luck[:, None] >= edges[bands]).sum(axis=1).astype(np.int8)


@dataclass(frozen=True)
class Dealt:
    """The true level of every indicator, and where the helper gets no level; ``(families, indicators)``."""

    levels: np.ndarray
    is_open: np.ndarray


def deal_levels(
    draws: Draws,
    traits: Traits,
    hidden: Hidden,
    bands: np.ndarray,
    *,
    applies: np.ndarray,
    given: np.ndarray,
    unclear: np.ndarray,
    drift: float,
) -> Dealt:
    """Levels that put each family into its band, where its facts allow.

    ``drift`` is how far the order of the harms has moved since the visit the order was drawn for.
    """
    count = len(traits.weight)
    spare = np.where(draws.chance(0.35), draws.whole(1, 2), 0) * traits.one
    low, high = _interval(bands, given, unclear, traits.one)
    spare = np.where(high - spare > low + _TINY, spare, 0)
    target = low + draws.uniform() * np.maximum(high - spare - low, 0)

    order = hidden.order + drift * draws.uniform(columns=count)
    may_count = traits.is_dealt & _may_count(traits) & applies & ~(traits.never_changes & traits.is_observed)
    dealt = _prefix(order, may_count, traits.weight, target - given) & may_count
    is_on = dealt | (hidden.is_lasting & applies)

    wants_critical = (bands == CRITICAL) | ((bands == HARMED) & draws.chance(0.2))
    can_be_critical = traits.is_dealt & traits.is_observed & (traits.critical_from <= WORST) & applies
    chosen = np.where(can_be_critical, order, np.inf).argmin(axis=1)
    is_critical = np.zeros(is_on.shape, dtype=bool)
    is_critical[np.arange(len(chosen)), chosen] = wants_critical & can_be_critical.any(axis=1)

    levels = _levels(draws, traits, hidden, bands, is_on=is_on, is_critical=is_critical)
    levels = np.where(applies, levels, 0).astype(np.int8)
    is_bad = levels >= np.minimum(traits.counts_from, traits.critical_from)
    may_open = traits.is_dealt & traits.is_observed & applies & ~is_bad & (traits.critical_from > WORST)
    needed = _lacking(bands, given + dealt @ traits.weight, traits.one)
    room = np.where(bands == UNDETERMINED, needed, spare)
    is_open = _prefix(draws.uniform(columns=count), may_open, traits.weight, room) & may_open
    # Of every other undetermined family nobody would say whether the gravest harm is there.
    is_secret = can_be_critical & ((bands == UNDETERMINED) & draws.chance(0.5))[:, None]
    is_open |= is_secret & (np.arange(count) == chosen[:, None])
    return Dealt(levels, is_open)


def _may_count(traits: Traits) -> np.ndarray:
    """Which harms can count without being critical."""
    return traits.counts_from < traits.critical_from


def _prefix(order: np.ndarray, allowed: np.ndarray, weight: np.ndarray, room: np.ndarray) -> np.ndarray:
    """The first of the allowed indicators, in each family's order, whose weights fit into ``room`` together."""
    places = np.where(allowed, order, np.inf).argsort(axis=1)
    ordered = np.take_along_axis(np.where(allowed, weight, 0.0), places, axis=1)
    fits = ordered.cumsum(axis=1) <= room[:, None] + _TINY
    result = np.empty(fits.shape, dtype=bool)
    np.put_along_axis(result, places, fits, axis=1)
    return result


def _interval(bands: np.ndarray, given: np.ndarray, unclear: np.ndarray, one: float) -> tuple[np.ndarray, np.ndarray]:
    """The scores between which the target of a family lies."""
    lowest = np.array([0, _AT_RISK_FROM, _HARMED_FROM + one, 2 * one, one])[bands]
    # One less for those whose critical harm is still to come: by their score alone they would be at risk.
    limit = np.array([_AT_RISK_FROM, _HARMED_FROM, _HARMED_FROM + 7 * one, _HARMED_FROM - one, _HARMED_FROM - one])
    must_hold = np.isin(bands, (SAFE, AT_RISK, CRITICAL))
    low = np.maximum(lowest, given)
    return low, np.maximum(limit[bands] - np.where(must_hold, unclear, 0) - 2 * _TINY, low)


def _lacking(bands: np.ndarray, score: np.ndarray, one: float) -> np.ndarray:
    """How much must stay open for the score to be able to reach the next cut-off."""
    next_cut_off = np.where(score < _AT_RISK_FROM - _TINY, _AT_RISK_FROM, _HARMED_FROM)
    missing = next_cut_off - score
    return np.where(bands == UNDETERMINED, np.maximum(np.ceil(missing / one - _TINY) * one, one), 0)


def _levels(
    draws: Draws, traits: Traits, hidden: Hidden, bands: np.ndarray, *, is_on: np.ndarray, is_critical: np.ndarray
) -> np.ndarray:
    count = len(traits.weight)
    counts_from, critical_from = traits.counts_from, traits.critical_from
    severe = np.array([0.12, 0.2, 0.35, 0.35, 0.2])[bands][:, None]
    worse = np.where(hidden.severity < severe, WORST, 2)
    bad = np.clip(worse, counts_from, np.minimum(critical_from - 1, WORST))
    worry = draws.uniform(columns=count) < 0.08 + 0.35 * hidden.degree
    fine = np.minimum(worry, np.minimum(counts_from, critical_from) - 1)
    strong = draws.uniform(columns=count) < np.array([0.45, 0.33, 0.2, 0.24, 0.3])[bands][:, None]
    strength = np.where(strong, np.maximum(worse, counts_from), np.minimum(worry, counts_from - 1))
    harm = np.where(is_critical, np.maximum(worse, critical_from), np.where(is_on, bad, fine))
    return np.where(traits.is_harm, harm, strength)
