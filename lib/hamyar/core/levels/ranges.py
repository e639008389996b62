"""Measures known only between two ends, compared exactly with an indicator's bounds.

A measure is found twice: as little and as great as the known facts allow; where all is known the two are equal.
Nothing is divided and nothing rounded: a share reaches a bound when its part, times the bound's denominator,
reaches its whole times the bound's numerator.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from hamyar.core.levels.indicators import Computed
from hamyar.core.rial import INT64_MAX


class Edge(Protocol):
    """The least or the greatest value of a measure, for each subject."""

    def reaches(self, bound: Fraction) -> np.ndarray: ...

    def is_within(self, bound: Fraction) -> np.ndarray: ...


def _wide(*largest: int) -> type:
    """64-bit integers where the products fit them, else Python's own."""
    return np.int64 if max(largest) < INT64_MAX else object


def _compare(
    left: np.ndarray, left_factor: int, right: np.ndarray, right_factor: int, squared: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """``left × left_factor`` and ``right × right_factor``, wide enough to be exact; the first squared if wished."""
    power = 2 if squared else 1
    tops = ((int(left.max(initial=0)) * left_factor) ** power, int(right.max(initial=0)) * right_factor)
    kind = _wide(*tops, left_factor, right_factor)
    return (left.astype(kind, copy=False) * left_factor) ** power, right.astype(kind, copy=False) * right_factor


@dataclass(frozen=True, eq=False)
class Ratio:
    """``numerator / denominator``, whole and not negative; a denominator of 0 stands for more than any bound."""

    numerator: np.ndarray
    denominator: np.ndarray

    @classmethod
    def of(cls, part: np.ndarray, whole: np.ndarray) -> "Ratio":
        """A share; nothing of nothing is 0."""
        return cls(part, np.where(part == 0, 1, whole))

    def reaches(self, bound: Fraction) -> np.ndarray:
        part, whole = _compare(self.numerator, bound.denominator, self.denominator, bound.numerator)
        return np.asarray(part >= whole, dtype=bool)

    def is_within(self, bound: Fraction) -> np.ndarray:
        part, whole = _compare(self.numerator, bound.denominator, self.denominator, bound.numerator)
        return np.asarray(part <= whole, dtype=bool)


@dataclass(frozen=True, eq=False)
class ShortOfLine:
    """How far income per equivalent adult falls short of a line, as a share of the line; 0 at or above it.

    ``size`` is the equivalent adults in tenths, or the persons under whose root the income is divided (``by_root``).
    """

    income: np.ndarray
    size: np.ndarray
    line: Fraction
    by_root: bool

    def reaches(self, bound: Fraction) -> np.ndarray:
        if bound <= 0 or bound > 1:
            return np.full(len(self.income), bound <= 0)
        income, limit = self._against(self.line * (1 - bound))
        return np.asarray(income <= limit, dtype=bool)

    def is_within(self, bound: Fraction) -> np.ndarray:
        if bound < 0 or bound >= 1:
            return np.full(len(self.income), bound >= 1)
        income, limit = self._against(self.line * (1 - bound))
        return np.asarray(income >= limit, dtype=bool)

    def _against(self, limit: Fraction) -> tuple[np.ndarray, np.ndarray]:
        if self.by_root:
            return _compare(self.income, limit.denominator, self.size, limit.numerator**2, squared=True)
        return _compare(self.income, 10 * limit.denominator, self.size, limit.numerator)


@dataclass(frozen=True)
class Range:
    least: Edge
    most: Edge

    def levels(self, computed: Computed) -> tuple[np.ndarray, np.ndarray]:
        """The least and the greatest level still possible, ``int8``: how many bounds the measure has passed."""
        if computed.worse == "higher":
            edges = (self.least.reaches, self.most.reaches)
        else:
            edges = (self.most.is_within, self.least.is_within)
        best, worst = (sum(passed(bound).astype(np.int8) for bound in computed.bounds) for passed in edges)
        return np.asarray(best, dtype=np.int8), np.asarray(worst, dtype=np.int8)


def any_share(count: int) -> Range:
    """From nothing to everything, for ``count`` subjects."""
    none, ones = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    return Range(Ratio(none, ones), Ratio(ones, ones))


def whole_numbers_between(least: np.ndarray, most: np.ndarray) -> Range:
    """A measure in whole numbers."""
    ones = np.ones(len(least), dtype=np.int64)
    return Range(Ratio(least, ones), Ratio(most, ones))
