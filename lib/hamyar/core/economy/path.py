"""The path a family's gap should follow, in money of the day and in real terms.

The handbook (NZ, axis 6) asks that the monthly gap fall by at least 15 % within 6 months.
The months between follow a straight line or an equal proportion each month (``linear``, ``geometric``),
which is the centre's choice; after the last month the target stays.

Whether a family is on track is decided in whole numbers against the target a reader sees:
on the line counts as on track, one rial above it does not.
Inflation can meet a target by itself, so the same test exists in real terms.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import Amounts, boolean_column, times_fraction
from hamyar.core.message import N_

SHAPES = ("linear", "geometric")


class PathShapeUnknown(HamyarError):
    msgid = N_("'{shape}' is not a shape of a target path. Use one of: {shapes}.")


class TargetImpossible(HamyarError):
    msgid = N_("A gap cannot fall by {share} of itself in {months} months. Use a share of 0 to 1 and a month or more.")


@dataclass(frozen=True)
class TargetRule:
    """How far, how fast and in which shape a gap should fall: by default 15 % in 6 months, in a straight line."""

    reduction_share: Fraction = Fraction(15, 100)
    months: int = 6
    shape: str = "linear"

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise PathShapeUnknown(shape=self.shape, shapes=", ".join(SHAPES))
        if self.months < 1 or not 0 <= self.reduction_share <= 1:
            raise TargetImpossible(share=str(self.reduction_share), months=self.months)

    def remaining(self, step: int) -> Fraction:
        """The share of the baseline gap that may remain after ``step`` months (geometric: to 30 digits)."""
        step = min(max(step, 0), self.months)
        if self.shape == "linear" or step in (0, self.months):
            return 1 - self.reduction_share * Fraction(step, self.months)
        kept = 1 - self.reduction_share
        with localcontext() as context:
            context.prec = 30
            root = (Decimal(kept.numerator) / kept.denominator) ** (Decimal(step) / self.months)
        return Fraction(root)


def target_gap(baseline: pd.Series, steps: "pd.Series | int", rule: TargetRule) -> pd.Series:
    """The target of each family ``steps`` months after its baseline, whole units, halves up.

    Missing where the baseline or the step is; a step before the plan (negative) has no target.
    """
    start = Amounts.of(baseline)
    step = _steps(steps, baseline.index)
    known = start.known & step.known & (step.values >= 0)
    result = np.zeros(len(baseline), dtype=np.int64)
    for value in np.unique(step.values[known]):
        here = known & (step.values == value)
        share = rule.remaining(int(value))
        result[here] = times_fraction(start.values[here], share.numerator, share.denominator)
    return pd.Series(Amounts(result, known).column(), index=baseline.index, name="target_gap_money")


def is_on_track(gap: pd.Series, target: pd.Series) -> pd.Series:
    """Whether each gap is at or under its target of :func:`target_gap`; three-valued ``boolean``.

    The target of record is the whole number that a reader sees, so the answer can be checked by hand.
    Unknown where the gap is not known, and where there is no target: before the plan, or without a baseline.
    """
    now, wanted = Amounts.of(gap), Amounts.of(target)
    met = boolean_column(now.values <= wanted.values, now.known & wanted.known)
    return pd.Series(met, index=gap.index, name="is_on_track")


def _steps(steps: "pd.Series | int", index: pd.Index) -> Amounts:
    if isinstance(steps, pd.Series):
        return Amounts.of(steps)
    return Amounts(np.full(len(index), steps, dtype=np.int64), np.ones(len(index), dtype=bool))


def in_prices_of(amounts: np.ndarray, index_now: Fraction, index_then: Fraction) -> np.ndarray:
    """Whole ``amounts`` of a month with price index ``index_now``, in prices of one with ``index_then``; halves up."""
    ratio = Fraction(index_then) / Fraction(index_now)
    return times_fraction(amounts, ratio.numerator, ratio.denominator)


def real_change_share(before: int, after: int, index_before: Fraction, index_after: Fraction) -> Fraction | None:
    """Change of a gap in real terms as a share of the first; ``None`` when there was no gap to change."""
    if before == 0:
        return None
    return Fraction(after) * index_before / (Fraction(index_after) * before) - 1
