"""Levels again: what became of each family's level between a first and a second month, and did it last.

A family that is undetermined at either end is counted apart; no share is made of what is not known.

Two cautions belong to every page that shows this, and are sentences here (``Transitions.notes``).
*Regression to the mean*: families are chosen for focused help in a bad moment, and the next measurement of such a group
is better on average even if nobody helps, because part of what made it bad was chance.
Only the comparison with families not so chosen can hint at how much; it proves nothing, for the two differ in more.
*Bowker's test* (Bowker 1948, Journal of the American Statistical Association 43:572–574) asks whether as many families
moved each way between every two levels.  It tests net change; it knows neither its cause nor regression to the mean.

An improvement counts as kept only if the level at a follow-up is at least as good as it was at the end.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.frames import boolean_column
from hamyar.core.levels.counting import HARMED, LEVELS
from hamyar.core.levels.stratification import ALL_LEVELS, Case, Stratification
from hamyar.core.message import N_, Message, message, nmessage

DIRECTIONS = ("improved", "stayed", "worsened", "unknown")
OPEN = len(LEVELS)
# Under this many expected in a cell the chi-square distribution describes a count badly.
LEAST_EXPECTED = 5


_CHOSEN = N_(
    "Of {count} families harmed at the start, some would have been found better the second time without any help: "
    "whoever is chosen in a bad moment is, on average, nearer to the usual at the next look. "
    "Do not read the whole change as the effect of the help."
)
_COMPARED = N_(
    "The mean score of {harmed} families harmed at the start changed from {before} to {after}; "
    "that of {others} others from {others_before} to {others_after}. "
    "The others were not chosen by lot, so the difference is a hint and no proof."
)
_NOT_COMPARED = N_("There are no other families with known scores to compare the families harmed at the start with.")
_TEST = N_(
    "The test asks whether as many families moved up as down between every two levels (net change). "
    "It does not remove regression to the mean, and it does not say why they moved."
)
_SMALL = N_("Some levels were exchanged by fewer than ten families, so the test's probability is only rough.")
_VERSIONS = N_(
    "The levels of {start} and of {end} rest on different weights or cut-offs; "
    "part of the change may come from the rules. Judge both months by the same rules before comparing."
)


@dataclass(frozen=True)
class Bowker:
    """Bowker's test of symmetry: the statistic exactly, its degrees of freedom, and the probability of more."""

    statistic: Fraction
    degrees: int
    p_value: float
    is_small: bool


@dataclass(frozen=True)
class MeanChange:
    """The mean score of a group of families at both ends, exactly, over those whose score is known at both."""

    families: int
    before: Fraction
    after: Fraction

    @property
    def change(self) -> Fraction:
        """Negative where the score fell, which is better."""
        return self.after - self.before


@dataclass(frozen=True, eq=False)
class Transitions:
    """What became of the families present in both months.

    ``families``  one row each: ``start``, ``end`` (levels), ``direction`` (improved, stayed, worsened, unknown),
                  ``improved_through`` (codes of indicators surely deprived at the start and surely not at the end,
                  joined by a space), ``worsened_through`` (the reverse)
    ``new, gone`` case codes present only at the end, only at the start
    """

    start: Stratification
    end: Stratification
    families: pd.DataFrame
    new: pd.Index
    gone: pd.Index
    # Places of the families in the two stratifications.
    at_start: np.ndarray
    at_end: np.ndarray

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """Families by level at the start (rows) and the end (columns); ``Int64``."""
        size = len(ALL_LEVELS)
        cells = self.families["start"].cat.codes.astype(np.int64) * size + self.families["end"].cat.codes
        counted = np.bincount(cells, minlength=size * size).reshape(size, size)
        frame = pd.DataFrame(counted, index=list(ALL_LEVELS), columns=list(ALL_LEVELS), dtype="Int64")
        return frame.rename_axis(index="start", columns="end")

    @cached_property
    def directions(self) -> pd.Series:
        """Families by direction; ``unknown`` are those undetermined at either end."""
        counted = np.bincount(self.families["direction"].cat.codes, minlength=len(DIRECTIONS))
        return pd.Series(counted, index=list(DIRECTIONS), dtype="Int64")

    @property
    def determined(self) -> int:
        return int(self.directions.sum() - self.directions["unknown"])

    def _share(self, direction: str) -> Fraction | None:
        return Fraction(int(self.directions[direction]), self.determined) if self.determined else None

    @property
    def improved_share(self) -> Fraction | None:
        """Of the families determined at both ends; missing where there is none."""
        return self._share("improved")

    @property
    def stayed_share(self) -> Fraction | None:
        return self._share("stayed")

    @property
    def worsened_share(self) -> Fraction | None:
        return self._share("worsened")

    @property
    def exits_from_harmed(self) -> Fraction | None:
        """Of the families harmed at the start and determined at the end, the share no longer harmed."""
        row = self._counts[HARMED]
        return Fraction(int(row[:HARMED].sum()), int(row.sum())) if row.sum() else None

    @property
    def _counts(self) -> np.ndarray:
        return self.matrix.to_numpy(dtype=np.int64)[:OPEN, :OPEN]

    @cached_property
    def bowker(self) -> Bowker | None:
        """The test over the families determined at both ends; missing where nobody moved."""
        return bowker(self._counts)

    @cached_property
    def through(self) -> pd.DataFrame:
        """By indicator that counts in both months, the families in which it ``ended`` or ``began`` to be a harm.

        ``improved`` and ``worsened`` are those of them whose level became better, or worse.
        """
        codes, ended, began = _changed(self)
        direction = self.families["direction"].cat.codes.to_numpy()
        improved, worsened = (direction == DIRECTIONS.index(name) for name in ("improved", "worsened"))
        counts = {
            "ended": ended.sum(axis=1),
            "improved": (ended & improved).sum(axis=1),
            "began": began.sum(axis=1),
            "worsened": (began & worsened).sum(axis=1),
        }
        return pd.DataFrame(counts, index=pd.Index(codes, dtype="str"), dtype="Int64")

    @cached_property
    def mean_changes(self) -> tuple[MeanChange | None, MeanChange | None]:
        """Of the families harmed at the start, and of those determined and not harmed; ``None`` for nobody."""
        first, second = self.start, self.end
        known = first.least.score[self.at_start] == first.most.score[self.at_start]
        known &= second.least.score[self.at_end] == second.most.score[self.at_end]
        level = self.families["start"].cat.codes.to_numpy()
        return self._mean_change(known & (level == HARMED)), self._mean_change(known & (level < HARMED))

    def _mean_change(self, chosen: np.ndarray) -> MeanChange | None:
        count = int(chosen.sum())
        if not count:
            return None
        before = int(self.start.least.score[self.at_start[chosen]].sum())
        after = int(self.end.least.score[self.at_end[chosen]].sum())
        return MeanChange(
            count, Fraction(before, count * self.start.weights.whole), Fraction(after, count * self.end.weights.whole)
        )

    @property
    def has_same_rules(self) -> bool:
        """Whether both months were judged by the same indicators, weights and cut-offs."""
        first, second = self.start, self.end
        return first.level_rules == second.level_rules and _rules(first) == _rules(second)

    @property
    def rules_note(self) -> Message | None:
        """That part of the change may come from the rules; ``None`` where both months have the same."""
        return None if self.has_same_rules else message(_VERSIONS, start=self.start.month, end=self.end.month)

    @property
    def notes(self) -> list[Message]:
        """The cautions that belong beside these figures."""
        notes = [note for note in [self.rules_note] if note is not None]
        harmed = int(self.matrix.loc[LEVELS[HARMED]].sum())
        if harmed:
            notes.append(message(_CHOSEN, count=harmed))
            notes += self._comparison()
        if self.bowker is not None:
            notes.append(message(_TEST))
            if self.bowker.is_small:
                notes.append(message(_SMALL))
        unknown = int(self.directions["unknown"])
        if unknown:
            notes.append(
                nmessage(
                    N_("{count} family is undetermined at one end and in none of the shares."),
                    N_("{count} families are undetermined at one end and in none of the shares."),
                    unknown,
                )
            )
        return notes

    def _comparison(self) -> list[Message]:
        chosen, others = self.mean_changes
        if chosen is None:
            return []
        if others is None:
            return [message(_NOT_COMPARED)]
        values = {"harmed": chosen.families, "before": chosen.before, "after": chosen.after}
        compared = {"others": others.families, "others_before": others.before, "others_after": others.after}
        return [message(_COMPARED, **values, **compared)]


def transitions(start: Stratification, end: Stratification) -> Transitions:
    """Compare the levels of two months, family by family; families in one month only are told apart."""
    places = end.family_ids.get_indexer(start.family_ids)
    at_start = np.flatnonzero(places >= 0)
    at_end = places[at_start]
    before, after = start.level[at_start], end.level[at_end]
    # Better, the same, worse; the last is unknown.
    direction = np.where((before == OPEN) | (after == OPEN), 3, 1 + np.sign(after - before)).astype(np.int8)
    index = start.family_ids[at_start]
    frame = pd.DataFrame(
        {
            "start": _categories(before, ALL_LEVELS),
            "end": _categories(after, ALL_LEVELS),
            "direction": _categories(direction, DIRECTIONS),
        },
        index=index,
    )
    gone = start.family_ids[places < 0]
    new = end.family_ids[start.family_ids.get_indexer(end.family_ids) < 0]
    found = Transitions(start, end, frame, new, gone, at_start, at_end)
    codes, ended, began = _changed(found)
    frame["improved_through"] = pd.array(_joined(codes, ended), dtype="str")
    frame["worsened_through"] = pd.array(_joined(codes, began), dtype="str")
    return found


def bowker(counts: np.ndarray) -> Bowker | None:
    """Bowker's test of a square table of counts; ``None`` where no pair of levels was exchanged by anybody.

    The sum over pairs of (n_ij - n_ji)² / (n_ij + n_ji); one degree of freedom for each pair anybody moved between.
    ``is_small`` where fewer than five are expected in a cell of such a pair.
    It tests net change and does not remove regression to the mean.
    """
    pairs = [(int(counts[i, j]), int(counts[j, i])) for i in range(len(counts)) for j in range(i)]
    moved = [(up, down) for up, down in pairs if up + down > 0]
    if not moved:
        return None
    # Imported when asked for: every kernel would pay for it.
    from scipy.stats import chi2

    statistic = sum((Fraction((up - down) ** 2, up + down) for up, down in moved), Fraction(0))
    is_small = any(up + down < 2 * LEAST_EXPECTED for up, down in moved)
    return Bowker(statistic, len(moved), float(chi2.sf(float(statistic), len(moved))), is_small)


def kept(start: Stratification, end: Stratification, follow_up: Stratification) -> pd.Series:
    """Whether each improvement lasted: three-valued ``boolean``, for the families that improved from start to end.

    True where the level at the follow-up is at least as good as at the end; unknown where it is undetermined,
    or the family is not there any more.
    """
    families = transitions(start, end).families
    improved = families[families["direction"] == "improved"]
    at_end = improved["end"].cat.codes.to_numpy()
    places = follow_up.family_ids.get_indexer(improved.index)
    # A family that is not there has the place -1, which reads the level added at the end: undetermined.
    later = np.append(follow_up.level, OPEN)[places]
    return pd.Series(boolean_column(later <= at_end, later != OPEN), index=improved.index, name="kept")


def _changed(found: Transitions) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Harms that count in both months, and in whom each surely ended or surely began, ``(harms, families)``."""
    first = [harm.code for harm in found.start.indicators.harms]
    second = [harm.code for harm in found.end.indicators.harms]
    codes = [code for code in first if code in second]
    rows = np.array([first.index(code) for code in codes], dtype=np.int64)
    other = np.array([second.index(code) for code in codes], dtype=np.int64)

    def deprived(case: Case) -> tuple[np.ndarray, np.ndarray]:
        before = found.start.is_deprived(case)[np.ix_(rows, found.at_start)]
        return before, found.end.is_deprived(case)[np.ix_(other, found.at_end)]

    (surely_before, surely_after), (maybe_before, maybe_after) = deprived("least"), deprived("most")
    ended, began = surely_before & ~maybe_after, surely_after & ~maybe_before
    return codes, ended, began


def _joined(codes: list[str], chosen: np.ndarray) -> np.ndarray:
    words = np.full(chosen.shape[1], "", dtype=object)
    for code, holds in zip(codes, chosen, strict=True):
        words[holds] += f" {code}"
    return np.array([word[1:] for word in words], dtype=object)


def _rules(stratification: Stratification) -> list[tuple[str, Fraction, int, int | None]]:
    """What of the catalogue decides levels; its wording does not."""
    harms = stratification.indicators.harms
    return [(one.code, one.weight, one.indicator.counts_from, one.indicator.critical_from) for one in harms]


def _categories(codes: np.ndarray, names: tuple[str, ...]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))
