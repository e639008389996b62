"""The tables of levels as they may leave the centre: small counts hidden, and what rests on them.

Which columns of :mod:`hamyar.core.levels.profile` and :mod:`hamyar.core.levels.transitions` rest on which count is
told here, once for each table; how cells are hidden is :mod:`hamyar.core.small_numbers`'.
Counts of two cases that overlap are taken apart first:
known to be harmed, may be harmed, and the rest are three groups of different families.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hamyar.core.levels.profile import CASES
from hamyar.core.levels.stratification import ALL_LEVELS
from hamyar.core.small_numbers import Published, hide_in_sum, hide_small

_OF_GROUP = ("harmed", "headcount", "intensity", "adjusted_headcount", "contribution")
_OF_INDICATOR = ("deprived_harmed", "deprived_not_harmed", "deprived", "uncensored", "censored", "contribution")


def publish_levels(frame: pd.DataFrame, least: int) -> Published:
    """``levels_by`` with counts under ``least`` hidden; ``totals`` says which totals may be shown."""
    return hide_small(frame, ALL_LEVELS, total="families", least=least)


def publish_groups(frame: pd.DataFrame, least: int) -> Published:
    """``by_group`` with counts under ``least`` hidden; ``totals`` says which totals may be shown."""
    return _publish_harmed(frame, least, _OF_GROUP, ("population", "population_share"), is_same_families=False)


def publish_domains(frame: pd.DataFrame, least: int, withheld: frozenset[str] = frozenset()) -> Published:
    """``by_domain`` with counts under ``least`` hidden; ``withheld`` is ``publish_indicators``', if those leave too."""
    found = _publish_harmed(frame, least, ("harmed", "headcount"), (), is_same_families=True)
    is_withheld = pd.Series([name in withheld for name in frame.index], index=frame.index)
    sums = [f"{name}_{suffix}" for name in ("adjusted_part", "contribution") for suffix, _ in CASES]
    return found.also_hiding(pd.DataFrame(dict.fromkeys(sums, is_withheld)), withheld)


def _publish_harmed(
    frame: pd.DataFrame, least: int, by_case: Sequence[str], of_total: Sequence[str], *, is_same_families: bool
) -> Published:
    """``is_same_families``: each row is about all families, so the rows have one total and no sum."""
    worst = [*(f"{name}_at_worst" for name in by_case), "headcount_high"]
    best = [*(f"{name}_at_best" for name in by_case if name != "harmed"), "headcount_low"]
    return hide_small(
        frame,
        ("harmed_at_best", "may_be_harmed"),
        least=least,
        total="families",
        dependent={"harmed_at_best": [*best, *worst], "may_be_harmed": worst, "families": of_total},
        total_shown=not is_same_families,
        keep_total=is_same_families,
    )


def publish_indicators(frame: pd.DataFrame, least: int, most_harmed: int) -> Published:
    """``by_indicator`` with counts under ``least`` hidden, where M0 and the domains' parts of it are shown too.

    ``most_harmed`` is the number of families harmed at worst.
    Where the two cases lie so close that their difference is a small count, the worst case is hidden.
    ``withheld`` names the domains whose part of M0 must not be shown, and ``whole`` if M0 itself must not.
    """
    (one, _), (other, _) = CASES
    found = _publish_case(frame, least, most_harmed, one)
    second = _publish_case(frame, least, most_harmed, other)
    counts = [(frame[f"{name}_{other}"] - frame[f"{name}_{one}"]).abs() for name in _OF_INDICATOR[:3]]
    is_close = np.logical_or.reduce([count.between(1, least - 1).to_numpy(dtype=bool) for count in counts])
    close = second.is_hidden.copy()
    for column in [*(f"{name}_{other}" for name in _OF_INDICATOR), "censored_high"]:
        close[column] |= is_close
    return found.also_hiding(close, second.withheld)


def publish_transitions(matrix: pd.DataFrame, least: int) -> Published:
    """``Transitions.matrix`` with counts under ``least`` hidden and the sums of its rows, ``families``, beside it.

    Where cells are hidden, the numbers that improved, stayed and worsened are sums of them in a third direction,
    so ``directions`` is among what is ``withheld``: show either them or the matrix.
    """
    found = hide_small(matrix.assign(families=matrix.sum(axis=1)), ALL_LEVELS, total="families", least=least)
    has_hidden = bool(found.is_hidden.to_numpy().any())
    return replace(found, withheld=frozenset({"directions"} if has_hidden else ()))


def _publish_case(frame: pd.DataFrame, least: int, most_harmed: int, suffix: str) -> Published:
    harmed, not_harmed, deprived, uncensored, censored, contribution = (f"{name}_{suffix}" for name in _OF_INDICATOR)
    resting = [
        deprived,
        uncensored,
        censored,
        contribution,
        "censored_low" if suffix == CASES[0][0] else "censored_high",
    ]
    found = hide_small(
        frame,
        (harmed, not_harmed),
        least=least,
        total="families",
        dependent={harmed: resting, not_harmed: [deprived, uncensored]},
        total_shown=False,
        keep_total=True,
    )
    most = np.minimum(most_harmed, frame["families"] - frame[not_harmed]).tolist()
    counts, weights, domains = (frame[name].tolist() for name in (harmed, "weight", "domain"))
    partnered, withheld = hide_in_sum(counts, most, weights, domains, found.is_hidden[harmed].to_numpy(dtype=bool))
    also = pd.DataFrame(dict.fromkeys((harmed, *resting), partnered), index=frame.index)
    return found.also_hiding(also, withheld)
