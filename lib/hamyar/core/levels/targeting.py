"""Whom help reaches: leakage, undercoverage, and the share that goes to those who have least.

*Leakage* is the part of the helped who were not in need, *undercoverage* the part of those in need who were not helped
(Coady, Grosh and Hoddinott 2004, "Targeting of Transfers in Developing Countries", World Bank; also used by OpenSPP).
Their ratio of targeting compares what the poorest part of the population receives with its size:
1 is what handing out evenly would give.

Families whose need is not known are counted apart and make neither error.
Aid here follows the gap and help follows the level, so the two part on purpose; these figures tell where they do.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_


class SharesInvalid(HamyarError):
    msgid = N_("The shares {shares} are not parts of one whole. Give parts from 0 that sum to 1, the poorest first.")


@dataclass(frozen=True)
class Targeting:
    """Families by need and help: ``reached`` (in need and helped), ``leaked`` (helped only), ``missed`` (in need only).

    ``unknown_need`` and ``unknown_help`` are in none of them.
    """

    reached: int
    leaked: int
    missed: int
    unknown_need: int = 0
    unknown_help: int = 0

    @property
    def leakage(self) -> Fraction | None:
        """FP / (TP + FP); missing where nobody was helped."""
        return _part(self.leaked, self.reached + self.leaked)

    @property
    def undercoverage(self) -> Fraction | None:
        """FN / (TP + FN); missing where nobody was in need."""
        return _part(self.missed, self.reached + self.missed)


def _part(count: int, whole: int) -> Fraction | None:
    return Fraction(count, whole) if whole else None


def targeting(in_need: pd.Series, is_helped: pd.Series) -> Targeting:
    """Count families by need and help, both three-valued ``boolean`` with one index."""
    need, helped = in_need.astype("boolean"), is_helped.reindex(in_need.index).astype("boolean")
    need_known, help_known = need.notna().to_numpy(), helped.notna().to_numpy()
    known = need_known & help_known
    needs, helps = (column.fillna(False).to_numpy(dtype=bool) & known for column in (need, helped))
    return Targeting(
        reached=int((needs & helps).sum()),
        leaked=int((helps & ~needs).sum()),
        missed=int((needs & ~helps).sum()),
        unknown_need=int((~need_known).sum()),
        unknown_help=int((need_known & ~help_known).sum()),
    )


def targeting_ratio(shares: "list[Fraction] | tuple[Fraction, ...]", poorest: Fraction = Fraction(2, 5)) -> Fraction:
    """What the ``poorest`` part receives over its size (Coady, Grosh and Hoddinott's ratio).

    ``shares`` are the parts of the benefit that go to equal groups of the population, the poorest first;
    a group that the bound cuts through counts in proportion.  Raises ``SharesInvalid``.
    """
    parts = [Fraction(share) for share in shares]
    if not parts or any(part < 0 for part in parts) or sum(parts) != 1 or not 0 < poorest <= 1:
        raise SharesInvalid(shares=", ".join(str(part) for part in parts))
    groups = poorest * len(parts)
    whole = int(groups)
    received = sum(parts[:whole], Fraction(0))
    if whole < len(parts):
        received += (groups - whole) * parts[whole]
    return received / poorest


def is_in_need(level_at_best: pd.Series, level_at_worst: pd.Series) -> pd.Series:
    """Whether each family is harmed: three-valued, unknown where open answers decide."""
    at_best, at_worst = ((levels.astype("str") == "harmed").to_numpy() for levels in (level_at_best, level_at_worst))
    values = pd.arrays.BooleanArray(at_best, np.asarray(at_best != at_worst))
    return pd.Series(values, index=level_at_best.index, name="is_in_need")
