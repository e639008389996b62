"""Counting deprivations: the arithmetic of Alkire and Foster, exact, on arrays of any length.

A family is deprived in an indicator or not; its score is the sum of the weights of those it is deprived in;
two cut-offs on the score make three levels.  (Alkire & Foster 2011, Journal of Public Economics 95:476–487.)

Weights are fractions, and a score that stands exactly on a cut-off has reached it.  Floating point cannot tell:
eight tenths added one by one fall short of 0.8.  So the weights are brought to one denominator,
a score is a whole number of that denominator's parts, and a cut-off is compared by multiplying out.

Arrays are laid out by indicator first, ``(indicators, families)``: each indicator is one contiguous column,
so a million families are counted by running through memory once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_

LEVELS = ("safe", "at_risk", "harmed")
SAFE, AT_RISK, HARMED = range(3)
UNDETERMINED = "undetermined"


class CutOffsInvalid(HamyarError):
    msgid = N_("The cut-offs {at_risk} and {harmed} must rise and lie above 0 and not above 1. Correct the parameters.")


class WeightsTooFine(HamyarError):
    msgid = N_("The weights need {parts} equal parts, more than can be counted. Write them with smaller denominators.")


@dataclass(frozen=True)
class CutOffs:
    """From which score a family is at risk, and from which harmed; raises ``CutOffsInvalid``."""

    at_risk: Fraction
    harmed: Fraction

    def __post_init__(self) -> None:
        if not 0 < self.at_risk < self.harmed <= 1:
            raise CutOffsInvalid(at_risk=self.at_risk, harmed=self.harmed)


@dataclass(frozen=True)
class WholeWeights:
    """Weights in whole parts of one denominator: indicator j weighs ``parts[j] / whole``."""

    parts: np.ndarray
    whole: int

    @classmethod
    def of(cls, weights: Sequence[Fraction]) -> "WholeWeights":
        """``parts`` is ``int64``; raises ``WeightsTooFine`` where the denominator cannot be counted exactly."""
        whole = lcm(1, *(weight.denominator for weight in weights))
        if whole > 2**31:
            raise WeightsTooFine(parts=whole)
        parts = [weight.numerator * (whole // weight.denominator) for weight in weights]
        return cls(np.array(parts, dtype=np.int64), whole)

    def needed(self, cut_off: Fraction) -> int:
        """The least whole number of parts that reaches ``cut_off``."""
        return -(-cut_off.numerator * self.whole // cut_off.denominator)


def scores(is_deprived: np.ndarray, weights: WholeWeights) -> np.ndarray:
    """Each family's score in parts of ``weights.whole``: ``(indicators, families)`` of bool to ``int64``.

    Weights in equal parts are counted in the smallest numbers that hold them, which is several times faster.
    """
    largest = int(weights.parts.sum())
    kind = np.dtype(np.uint8 if largest < 2**8 else np.uint16 if largest < 2**16 else np.int64)
    total = np.zeros(is_deprived.shape[1], dtype=kind)
    for row, part in zip(is_deprived, weights.parts.astype(kind), strict=True):
        np.add(total, row if part == 1 else row * part, out=total)
    return total.astype(np.int64)


def level_codes(score: np.ndarray, weights: WholeWeights, cut_offs: CutOffs, is_critical: np.ndarray) -> np.ndarray:
    """``SAFE``, ``AT_RISK`` or ``HARMED`` of each family, as ``int8``.

    A score on a cut-off has reached it; a critical harm makes a family harmed whatever its score.
    """
    at_risk = score >= weights.needed(cut_offs.at_risk)
    harmed = (score >= weights.needed(cut_offs.harmed)) | is_critical
    return (at_risk | harmed).astype(np.int8) + harmed


@dataclass(frozen=True)
class Poverty:
    """Alkire and Foster's measures of a population, exact: headcount H, intensity A, adjusted headcount M0 = H·A.

    ``population`` is the number of families, or of persons where families are weighted by them.
    ``intensity`` is missing where nobody is poor.  ``censored`` and ``uncensored`` give, by indicator, the share of the
    population that is deprived in it and poor, and deprived in it; ``contribution`` each indicator's share of M0.
    """

    population: int
    poor: int
    adjusted_headcount: Fraction
    censored: tuple[Fraction, ...]
    uncensored: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]

    @property
    def headcount(self) -> Fraction:
        return Fraction(self.poor, self.population) if self.population else Fraction(0)

    @property
    def intensity(self) -> Fraction | None:
        return self.adjusted_headcount / self.headcount if self.poor else None

    @property
    def contribution(self) -> tuple[Fraction | None, ...]:
        """Each indicator's weight times its censored headcount, as a share of M0; missing where M0 is zero."""
        whole = self.adjusted_headcount
        pairs = zip(self.weights, self.censored, strict=True)
        return tuple(weight * share / whole if whole else None for weight, share in pairs)


def poverty(
    is_deprived: np.ndarray, is_poor: np.ndarray, weights: Sequence[Fraction], persons: np.ndarray | None = None
) -> Poverty:
    """The measures of the families in ``is_deprived`` (``(indicators, families)`` of bool).

    ``persons`` weighs each family by its members; without it each family counts once.
    """
    size = np.ones(is_deprived.shape[1], dtype=np.int64) if persons is None else persons.astype(np.int64)
    population = int(size.sum())

    def shares(matrix: np.ndarray) -> tuple[Fraction, ...]:
        return tuple(Fraction(int(size[row].sum()), population) if population else Fraction(0) for row in matrix)

    censored = shares(is_deprived & is_poor)
    adjusted = sum((weight * share for weight, share in zip(weights, censored, strict=True)), Fraction(0))
    return Poverty(population, int(size[is_poor].sum()), adjusted, censored, shares(is_deprived), tuple(weights))
