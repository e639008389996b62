"""Small catalogues and levels for tests, made inline so that a test shows all it rests on."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import STATES, Answers
from hamyar.core.levels.counting import CutOffs
from hamyar.core.levels.indicators import DOMAINS, Indicator, IndicatorSet, WeightedIndicator
from hamyar.core.levels.stratification import LevelRules, Stratification

MONTH = Month(1404, 8)
UNKNOWN = None
THIRD, FIFTH = Fraction(1, 3), Fraction(1, 5)


def text(words: str) -> BilingualText:
    return BilingualText(fa=words, en=words)


def indicator(code: str, **others: object) -> Indicator:
    given = {
        "label": text(code),
        "question": text(f"{code}?"),
        "levels": {level: text(f"{code} {level}") for level in range(4)},
        "scope": "family",
        "can_change": "soon",
        "reason": text("a test"),
        "source": "a test",
        "since": "1300-01-01",
    }
    return Indicator.model_validate({"code": code, **given, **others})


def indicator_set(
    harms: Sequence[tuple[Indicator, str, Fraction]], capacities: Sequence[Indicator] = ()
) -> IndicatorSet:
    """Rows of (indicator, domain, weight), domain by domain; the weights sum to 1."""
    labels = {domain: text(domain) for domain in (*DOMAINS, "capacity")}
    weighted = tuple(WeightedIndicator(*harm) for harm in harms)
    return IndicatorSet(13000101, "confirmed", "a test", "test.yaml", weighted, tuple(capacities), labels)


def even_set(count: int, **others: object) -> IndicatorSet:
    """``count`` economic harms h1, h2 … of equal weight."""
    return indicator_set([(indicator(f"h{n}", **others), "economic", Fraction(1, count)) for n in range(1, count + 1)])


def stratified(
    indicators: IndicatorSet,
    rows: Sequence[Sequence[int | None]],
    *,
    at_risk: Fraction = FIFTH,
    harmed: Fraction = THIRD,
    ids: Sequence[str] | None = None,
    month: Month = MONTH,
) -> Stratification:
    """One row for each family: a level for each indicator, ``UNKNOWN`` where nobody asked."""
    shape = (len(rows), len(indicators.codes))
    known = np.array([[level is not None for level in row] for row in rows], dtype=bool).reshape(shape).T
    levels = np.array([[level or 0 for level in row] for row in rows], dtype=np.int8).reshape(shape).T
    names = pd.Index(list(ids or [f"F{number}" for number in range(1, len(rows) + 1)]), name="family_id", dtype="str")
    answers = Answers(
        indicators=indicators,
        family_ids=names,
        least=levels,
        most=np.where(known, levels, 3).astype(np.int8),
        state=np.where(known, 0, STATES.index("not_asked")).astype(np.int8),
        lacks_reason=np.zeros(levels.shape, dtype=bool),
    )
    cut_offs = CutOffs(at_risk, harmed)
    return Stratification(month, answers, LevelRules(cut_offs, cut_offs))


def ranged(
    indicators: IndicatorSet,
    rows: Sequence[Sequence[tuple[int, int] | None]],
    *,
    at_risk: Fraction = FIFTH,
    harmed: Fraction = THIRD,
) -> Stratification:
    """One row for each family: the least and greatest level of each indicator, ``None`` where it does not apply."""
    shape = (len(rows), len(indicators.codes))
    bounds = np.array([[cell or (0, 0) for cell in row] for row in rows], dtype=np.int8).reshape(*shape, 2)
    least, most = bounds[:, :, 0].T, bounds[:, :, 1].T
    applies = np.array([[cell is not None for cell in row] for row in rows], dtype=bool).reshape(shape).T
    state = np.where(least == most, 0, STATES.index("not_asked"))
    answers = Answers(
        indicators=indicators,
        family_ids=pd.Index([f"F{number}" for number in range(1, len(rows) + 1)], name="family_id", dtype="str"),
        least=least,
        most=most,
        state=np.where(applies, state, STATES.index("does_not_apply")).astype(np.int8),
        lacks_reason=np.zeros(least.shape, dtype=bool),
    )
    cut_offs = CutOffs(at_risk, harmed)
    return Stratification(MONTH, answers, LevelRules(cut_offs, cut_offs))


@cache
def _harm(number: int, counts_from: int, critical_from: int | None, can_change: str) -> Indicator:
    return indicator(f"h{number}", counts_from=counts_from, critical_from=critical_from, can_change=can_change)


@st.composite
def harm_sets(draw: st.DrawFn, most: int = 6) -> IndicatorSet:
    """One to ``most`` harms in any of the domains, of mixed weights, thresholds and ease of change."""
    count = draw(st.integers(1, most))
    parts = draw(st.lists(st.integers(1, 6), min_size=count, max_size=count))
    domains = sorted(draw(st.lists(st.sampled_from(DOMAINS), min_size=count, max_size=count)), key=DOMAINS.index)
    harms = []
    for number, (part, domain) in enumerate(zip(parts, domains, strict=True), 1):
        counts_from, critical_from = draw(st.integers(1, 3)), draw(st.sampled_from([None, None, 1, 2, 3]))
        harm = _harm(number, counts_from, critical_from, draw(st.sampled_from(["soon", "slowly", "never"])))
        harms.append((harm, domain, Fraction(part, sum(parts))))
    return indicator_set(harms)
