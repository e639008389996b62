"""What a researcher may see of a comparison of two sets of rules: no small number, nor a small difference.

Two tables that may be shown alone tell a small number by their difference: of 20 harmed families before and 18 after
two have moved.  So the levels under both rules are shown or hidden together.
A reader who tries many rules can still come closer to a small number than one page lets him; who may do that is
a matter of who is given the notebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.levels.counting import HARMED, UNDETERMINED
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification
from hamyar.core.levels.what_if import moved, moved_by_group
from hamyar.core.publishing import publish_transitions
from hamyar.core.small_numbers import Published, hide_small

_PAIRS = (("better", "worse"), ("now_open", "now_known"))
WAYS = tuple(way for pair in _PAIRS for way in pair)


@dataclass(frozen=True, eq=False)
class Compared:
    """One month under the rules in force (``before``) and under others (``after``); ``least`` may be shown."""

    before: Stratification
    after: Stratification
    least: int

    @cached_property
    def levels(self) -> tuple[pd.Series, pd.Series]:
        """Families by level before and after, ``Int64``, missing where hidden."""
        counts = [np.bincount(judged.level, minlength=len(ALL_LEVELS)) for judged in (self.before, self.after)]
        hidden = self._hidden_alone(counts[0]) | self._hidden_alone(counts[1])
        changed = counts[0] != counts[1]
        if self._is_small(np.abs(counts[0] - counts[1])).any():
            hidden |= changed
        first, second = (pd.Series(count, index=list(ALL_LEVELS), dtype="Int64").mask(hidden) for count in counts)
        return first, second

    def _is_small(self, counts: np.ndarray) -> np.ndarray:
        return np.asarray((counts > 0) & (counts < self.least))

    def _hidden_alone(self, counts: np.ndarray) -> np.ndarray:
        frame = pd.DataFrame([counts], columns=list(ALL_LEVELS)).assign(families=counts.sum())
        found = hide_small(frame, ALL_LEVELS, least=self.least, total="families", total_shown=False, keep_total=True)
        return found.is_hidden[list(ALL_LEVELS)].to_numpy(dtype=bool)[0]

    @cached_property
    def shown_ways(self) -> tuple[str, ...]:
        """The ways whose numbers may be shown, both of a pair or none: with the levels one tells the other."""
        frame = self._ways(pd.Categorical(["all"] * len(self.before.family_ids)), WAYS).frame
        return tuple(way for pair in _PAIRS if not frame[list(pair)].isna().any(axis=None) for way in pair)

    @cached_property
    def directions(self) -> pd.Series:
        """Families by way (better, worse, now open, now known) and all that ``moved``, missing where hidden."""
        everybody = moved_by_group(self.before, self.after, pd.Categorical(["all"] * len(self.before.family_ids)))
        counts = everybody[["families", "moved", *WAYS]].sum().astype("Int64")
        hidden = [way for way in WAYS if way not in self.shown_ways]
        return counts.mask(counts.index.isin([*hidden, "moved"] if hidden else []))

    @cached_property
    def has_matrix(self) -> bool:
        """Whether the matrix of levels can be shown whole; the directions are then its sums."""
        return not publish_transitions(self._matrix(), self.least).is_hidden.to_numpy().any()

    def _matrix(self) -> pd.DataFrame:
        return moved(self.before, self.after).astype("Int64")

    @property
    def matrix(self) -> pd.DataFrame:
        return self._matrix()

    def by_group(self, groups: pd.Categorical) -> Published | None:
        """Who changes level in each group; ``None`` where its sums would tell what the page hides."""
        found = self._ways(groups, self.shown_ways)
        return found if self.shown_ways and found.totals[list(self.shown_ways)].notna().all() else None

    def _ways(self, groups: pd.Categorical, ways: Sequence[str]) -> Published:
        frame = moved_by_group(self.before, self.after, groups)[["families", *ways]]
        return hide_small(frame.astype("Int64"), ways, least=self.least, total="families")

    @cached_property
    def has_possibly_harmed(self) -> bool:
        """Whether those who may be harmed can be told from the other undetermined families, before and after."""
        pairs = [self._parts_of_open(judged) for judged in (self.before, self.after)]
        counts = np.array([*pairs[0], *pairs[1], *(abs(one - other) for one, other in zip(*pairs, strict=True))])
        return bool(self.levels[0].notna()[UNDETERMINED]) and not self._is_small(counts).any()

    def _parts_of_open(self, judged: Stratification) -> tuple[int, int]:
        is_open = judged.least.level != judged.most.level
        possibly = int((is_open & (judged.most.level == HARMED)).sum())
        return possibly, int(is_open.sum()) - possibly
