from fractions import Fraction

import pandas as pd

from hamyar.core.levels.profile import by_domain, by_group, by_indicator, levels_by
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification
from hamyar.core.publishing import (
    publish_domains,
    publish_groups,
    publish_indicators,
    publish_levels,
    publish_transitions,
)
from hamyar.core.small_numbers import WHOLE

from .levels_making import UNKNOWN, even_set, indicator, indicator_set, stratified

F = Fraction


def matrix(*rows: list[int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), index=list(ALL_LEVELS), columns=list(ALL_LEVELS), dtype="Int64")


def many(counts: list[tuple[int, int]]) -> tuple[Stratification, pd.Categorical]:
    """Areas of (harmed, safe) families."""
    rows, areas = [], []
    for number, (harmed, safe) in enumerate(counts):
        rows += [[2, 2]] * harmed + [[0, 0]] * safe
        areas += [f"area {number}"] * (harmed + safe)
    return stratified(even_set(2), rows), pd.Categorical(areas)


def test_small_counts_of_areas_stay_in_the_centre() -> None:
    """An area with 3 harmed families shows neither them nor what rests on them; nor does a second area."""
    levels, areas = many([(3, 20), (8, 20), (20, 30)])
    found = publish_groups(by_group(levels, areas), 5)
    for name in ("harmed_at_best", "headcount_at_best", "headcount_low", "contribution_at_worst", "intensity_at_best"):
        assert found.is_hidden[name].tolist() == [True, True, False]
        assert found.frame[name].isna().tolist() == [True, True, False]
    assert found.frame["families"].tolist() == [23, 28, 50]
    shown = publish_levels(levels_by(levels, areas), 5)
    assert shown.is_hidden["harmed"].tolist() == [True, True, False]
    assert shown.is_hidden["safe"].tolist() == [True, True, False]
    assert shown.frame["at_risk"].tolist() == [0, 0, 0]


def test_small_counts_of_indicators_stay_in_the_centre() -> None:
    """An indicator of 2 harmed families is hidden with a partner of its domain, since M0 is shown."""
    rows = [[2, 2, 2, 2]] * 2 + [[2, 2, 0, 0]] * 20 + [[0, 0, 2, 0]] * 10 + [[0, 0, 0, 0]] * 10
    levels = stratified(even_set(4), rows)
    found = publish_indicators(by_indicator(levels), 5, most_harmed=22)
    assert found.frame.index[found.is_hidden["deprived_harmed_at_best"]].tolist() == ["h3", "h4"]
    assert found.frame.loc["h4", ["deprived_at_best", "censored_at_worst", "contribution_at_best"]].isna().all()
    assert found.frame.loc["h1", "deprived_at_best"] == 22
    assert frozenset() == found.withheld


def test_a_domain_with_nothing_to_hide_behind_is_withheld() -> None:
    """Where an indicator is alone with its domain, the domain's part of M0 is hidden, and M0 may not be shown."""
    alone = indicator_set([(indicator("h1"), "economic", F(1, 2)), (indicator("h2"), "social", F(1, 2))])
    levels = stratified(alone, [[2, 0]] * 3 + [[0, 0]] * 30)
    indicators = publish_indicators(by_indicator(levels), 5, most_harmed=3)
    assert {WHOLE, "economic"} == indicators.withheld
    found = publish_domains(by_domain(levels), 5, indicators.withheld)
    assert bool(found.is_hidden.loc["economic", "adjusted_part_at_best"])
    assert bool(found.is_hidden.loc["economic", "harmed_at_best"])
    assert not found.is_hidden["families"].any()


def test_two_cases_close_together_hide_the_worst() -> None:
    """Where one family is open, the difference between the cases would be that family."""
    levels = stratified(even_set(2), [[2, 2]] * 20 + [[0, UNKNOWN]] + [[0, 0]] * 20)
    found = publish_indicators(by_indicator(levels), 5, most_harmed=21)
    assert found.is_hidden["deprived_at_worst"].tolist() == [False, True]
    assert found.is_hidden["deprived_at_best"].tolist() == [False, False]


def test_small_transitions_stay_in_the_centre() -> None:
    """A cell of two families is hidden, and the directions, which are sums of cells, are withheld."""
    found = publish_transitions(matrix([30, 0, 0, 0], [0, 9, 8, 0], [0, 2, 20, 0], [0, 0, 0, 0]), 5)
    assert bool(found.is_hidden.loc["harmed", "at_risk"])
    assert bool(found.is_hidden.loc["harmed", "harmed"])
    assert found.frame.loc["safe", "safe"] == 30
    assert frozenset({"directions"}) == found.withheld
    nothing_small = publish_transitions(matrix([30, 0, 0, 0], [0, 0, 0, 0], [0, 6, 0, 0], [0, 0, 0, 0]), 5)
    assert nothing_small.withheld == frozenset()
