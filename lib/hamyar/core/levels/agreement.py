"""Do two helpers see the same?  Kappa over families visited twice.

Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20:37–46) is the agreement beyond what chance would
give two helpers who each use the levels as often as these did: κ = (p_o - p_e) / (1 - p_e).
Weighted (Cohen 1968, Psychological Bulletin 70:213–220), a disagreement counts by its distance:
*plain* counts every one alike, *linear* by the steps between the levels, *quadratic* by their square.
The three differ on the same answers, so words such as "good" or "poor" cannot be hung on all of them by one scale:
a kappa is compared with kappas of its own weighting only.  Where both always give one and the same level,
chance alone explains everything and kappa is undefined; it is then missing, and neither good nor bad.

A pair is two visits to one subject by two helpers within a few days, both with a level.
Visits are taken in the order of their days (on one day, of the helpers' codes): the first is paired with the nearest
later one of another helper, and each visit is used once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.frames import boolean_column, word_codes
from hamyar.core.jalali import day_ordinals
from hamyar.core.levels.counting import LEVELS
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import LEVEL_ANSWERS

Weighting = Literal["plain", "linear", "quadratic"]
WEIGHTINGS: tuple[Weighting, ...] = ("plain", "linear", "quadratic")
_SUBJECT = ["indicator", "family_id", "subject_id"]
# The normal distribution's 97.5 % point.
_Z = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Agreement:
    """How two helpers agreed: ``table`` counts pairs by the first's level (rows) and the second's (columns)."""

    table: np.ndarray

    @property
    def pairs(self) -> int:
        return int(self.table.sum())

    @property
    def agreed_share(self) -> Fraction | None:
        return Fraction(int(np.trace(self.table)), self.pairs) if self.pairs else None

    @cached_property
    def plain(self) -> Fraction | None:
        return kappa(self.table, "plain")

    @cached_property
    def linear(self) -> Fraction | None:
        return kappa(self.table, "linear")

    @cached_property
    def quadratic(self) -> Fraction | None:
        return kappa(self.table, "quadratic")

    @property
    def interval(self) -> tuple[float, float] | None:
        """Approximate 95 % interval of the plain kappa (Cohen 1960), within -1 and 1; missing where kappa is.

        It is rough under some thirty pairs, and of no width where all agree.
        """
        observed, value = self.agreed_share, self.plain
        if observed is None or value is None:
            return None
        beyond_chance = float(_not_by_chance(self.table))
        half = _Z * sqrt(float(observed * (1 - observed)) / self.pairs) / beyond_chance
        return max(-1.0, float(value) - half), min(1.0, float(value) + half)


def weighting_message() -> Message:
    """The note beside any page that shows more than one weighting."""
    return message(
        N_(
            "Plain, linear and quadratic kappas do not share one verbal scale. "
            "Compare a kappa only with kappas of the same weighting."
        )
    )


def kappa(table: np.ndarray, weighting: Weighting = "plain") -> Fraction | None:
    """Kappa of a square table of counts, exactly: 1 - Σ v·observed / Σ v·expected.

    ``None`` where it is undefined: no pairs, or all of them in one level.
    """
    counts = [[int(cell) for cell in row] for row in table]
    size, total = len(counts), sum(map(sum, counts))
    rows, columns = [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]
    cells = [(_distance(i, j, weighting), i, j) for i in range(size) for j in range(size) if i != j]
    expected = sum(distance * rows[i] * columns[j] for distance, i, j in cells)
    if not expected:
        return None
    return 1 - Fraction(total * sum(distance * counts[i][j] for distance, i, j in cells), expected)


def _distance(i: int, j: int, weighting: Weighting) -> int:
    match weighting:
        case "plain":
            return 1
        case "linear":
            return abs(i - j)
        case _:
            return (i - j) ** 2


def _not_by_chance(table: np.ndarray) -> Fraction:
    """1 - p_e."""
    chance = sum(int(row) * int(column) for row, column in zip(table.sum(axis=1), table.sum(axis=0), strict=True))
    return 1 - Fraction(chance, int(table.sum()) ** 2)


def table_of(first: np.ndarray, second: np.ndarray, size: int) -> np.ndarray:
    """Pairs of codes from 0 to ``size`` - 1 as a table of counts, first by rows."""
    cells = np.asarray(first, dtype=np.int64) * size + np.asarray(second, dtype=np.int64)
    return np.bincount(cells, minlength=size * size).reshape(size, size)


def double_visits(observations: pd.DataFrame, *, window_days: int, until_day: int) -> pd.DataFrame:
    """Every pair of answers by two helpers, one row each, ordered by indicator, family and subject.

    ``observations`` as declared; those after ``until_day`` and those without a level are left out.
    Columns ``indicator, family_id, subject_id``, then for the ``first_`` and the ``second_`` visit
    ``observer, day, level`` (the level ``int8``).
    """
    level = word_codes(observations["answer"], LEVEL_ANSWERS)
    used = (level >= 0) & (observations["day"] <= until_day).to_numpy(dtype=bool)
    rows = observations.loc[used, [*_SUBJECT, "observer_id", "day"]].reset_index(drop=True)
    rows = rows.assign(level=level[used].astype(np.int8))
    rows = rows[_may_pair(rows, window_days)].astype(dict.fromkeys([*_SUBJECT, "observer_id"], "str"))
    rows = rows.sort_values([*_SUBJECT, "day", "observer_id"]).reset_index(drop=True)
    chosen = np.array(list(_pairs(rows, window_days)), dtype=np.int64).reshape(-1, 2)
    visits = [
        rows.loc[chosen[:, at], ["observer_id", "day", "level"]]
        .rename(columns={"observer_id": f"{name}_observer", "day": f"{name}_day", "level": f"{name}_level"})
        .reset_index(drop=True)
        for at, name in enumerate(("first", "second"))
    ]
    return pd.concat([rows.loc[chosen[:, 0], _SUBJECT].reset_index(drop=True), *visits], axis=1)


def _may_pair(rows: pd.DataFrame, window_days: int) -> np.ndarray:
    """Rows of subjects in which two neighbours in time are of different helpers and near; most subjects have none."""
    if rows.empty:
        return np.zeros(0, dtype=bool)
    subject = rows.groupby(_SUBJECT, sort=False, observed=True).ngroup().to_numpy()
    observer, _ = pd.factorize(rows["observer_id"])
    day = day_ordinals(rows["day"].to_numpy(dtype=np.int64))
    order = np.lexsort((observer, day, subject))
    subject_after, observer_after, day_after = subject[order], observer[order], day[order]
    near = (np.diff(subject_after) == 0) & (np.diff(observer_after) != 0) & (np.diff(day_after) <= window_days)
    found = np.zeros(subject.max() + 1, dtype=bool)
    found[subject_after[1:][near]] = True
    return found[subject]


def _pairs(rows: pd.DataFrame, window_days: int) -> Iterator[tuple[int, int]]:
    """Places of the paired visits; ``rows`` are in order."""
    day, observer = day_ordinals(rows["day"].to_numpy(dtype=np.int64)), rows["observer_id"].tolist()
    subject = rows.groupby(_SUBJECT, sort=False, observed=True).ngroup().to_numpy()
    used: set[int] = set()
    for first in range(len(rows)):
        if first in used:
            continue
        for second in range(first + 1, len(rows)):
            if subject[second] != subject[first] or day[second] - day[first] > window_days:
                break
            if second not in used and observer[second] != observer[first]:
                used.add(second)
                yield first, second
                break


def agreement_by_indicator(
    observations: pd.DataFrame, indicators: IndicatorSet, *, window_days: int, until_day: int
) -> pd.DataFrame:
    """How well helpers agree on each indicator of the catalogue, from their double visits until ``until_day``.

    One row for each indicator, by code: ``pairs`` (``Int64``), and exact fractions, missing where undefined:
    ``agreed_share``, ``kappa_plain``, ``kappa_linear``, ``kappa_quadratic``.
    Indicators that the software computes have no pairs: nobody disagrees with a sum.
    """
    visits = double_visits(observations, window_days=window_days, until_day=until_day)
    code, size = word_codes(visits["indicator"], indicators.codes), len(LEVEL_ANSWERS)
    first, second = visits["first_level"].to_numpy(), visits["second_level"].to_numpy()
    chosen = [code == place for place in range(len(indicators.codes))]
    found = [Agreement(table_of(first[one], second[one], size)) for one in chosen]
    columns: dict[str, list[Fraction | None]] = {"agreed_share": [one.agreed_share for one in found]}
    columns |= {f"kappa_{weighting}": [getattr(one, weighting) for one in found] for weighting in WEIGHTINGS}
    index = pd.Index(indicators.codes, name="indicator", dtype="str")
    frame = pd.DataFrame({"pairs": pd.array([one.pairs for one in found], dtype="Int64")}, index=index)
    return frame.assign(**{name: pd.Series(values, index, dtype=object) for name, values in columns.items()})


def poorly_agreed(frame: pd.DataFrame, least_pairs: int, kappa_below: Fraction) -> pd.Series:
    """Whether helpers agree poorly on each indicator (linear kappa under ``kappa_below``); three-valued ``boolean``.

    Unknown with fewer than ``least_pairs`` double visits, or where kappa is undefined.
    """
    values = frame["kappa_linear"].tolist()
    known = np.array([value is not None for value in values], dtype=bool)
    known &= (frame["pairs"] >= least_pairs).to_numpy(dtype=bool)
    poor = np.array([value is not None and value < kappa_below for value in values], dtype=bool)
    return pd.Series(boolean_column(poor, known), index=frame.index, name="is_poorly_agreed")


def agreement_of_levels(first: Stratification, second: Stratification) -> Agreement:
    """How two helpers agree on the levels of families: one stratification from each one's answers.

    Families in both, with a determined level in both.
    """
    places = second.family_ids.get_indexer(first.family_ids)
    at_first = np.flatnonzero(places >= 0)
    at_second = places[at_first]
    known = (first.least.level == first.most.level)[at_first] & (second.least.level == second.most.level)[at_second]
    levels = first.least.level[at_first[known]], second.least.level[at_second[known]]
    return Agreement(table_of(*levels, len(LEVELS)))
