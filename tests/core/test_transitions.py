from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification
from hamyar.core.levels.transitions import bowker, kept, transitions

from .levels_making import MONTH, UNKNOWN, even_set, stratified

F = Fraction
LATER, LAST = MONTH + 12, MONTH + 18
# Rows of four indicators of a quarter each: with 1/5 and 1/3, one is at risk and two are harmed.
SAFE, AT_RISK, HARMED = [0, 0, 0, 0], [2, 0, 0, 0], [2, 2, 0, 0]
OPEN = [UNKNOWN, UNKNOWN, 0, 0]


def at(month: Month, **rows: list) -> Stratification:
    return stratified(even_set(4), list(rows.values()), ids=list(rows), month=month)


def counted(*cells: tuple[list, list, int]) -> tuple[Stratification, Stratification]:
    """So many families of each start and end."""
    start = [first for first, _, count in cells for _ in range(count)]
    end = [second for _, second, count in cells for _ in range(count)]
    return stratified(even_set(4), start), stratified(even_set(4), end, month=LATER)


def test_the_matrix_counts_starts_by_ends() -> None:
    """Rows are levels at the start, columns at the end; undetermined is counted apart."""
    start = at(MONTH, F1=HARMED, F2=HARMED, F3=SAFE, F4=OPEN, F5=AT_RISK)
    end = at(LATER, F1=AT_RISK, F2=HARMED, F3=SAFE, F4=SAFE, F5=HARMED)
    found = transitions(start, end)
    expected = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 0]]
    assert expected == found.matrix.to_numpy().tolist()
    assert found.directions.to_dict() == {"improved": 1, "stayed": 2, "worsened": 1, "unknown": 1}
    assert (F(1, 4), F(1, 2), F(1, 4)) == (found.improved_share, found.stayed_share, found.worsened_share)
    assert found.exits_from_harmed == F(1, 2)


def test_families_are_matched_by_their_codes() -> None:
    """Another order changes nothing; families in one month only are told apart."""
    found = transitions(at(MONTH, F1=HARMED, F2=SAFE, F3=SAFE), at(LATER, F4=SAFE, F2=AT_RISK, F1=SAFE))
    assert found.families["direction"].tolist() == ["improved", "worsened"]
    assert (list(found.new), list(found.gone)) == (["F4"], ["F3"])


def test_through_what_a_family_improved() -> None:
    """Only what was surely a harm and surely is none any more is named; and the reverse."""
    start = at(MONTH, F1=[2, 2, 3, UNKNOWN], F2=[0, 1, 0, 0])
    end = at(LATER, F1=[0, UNKNOWN, 1, 0], F2=[0, 2, 0, UNKNOWN])
    found = transitions(start, end)
    assert found.families["improved_through"].tolist() == ["h1 h3", ""]
    assert found.families["worsened_through"].tolist() == ["", "h2"]
    assert found.through["ended"].to_dict() == {"h1": 1, "h2": 0, "h3": 1, "h4": 0}


def test_an_indicator_may_end_without_a_better_level() -> None:
    """The table of indicators tells how many of those it ended for have a better level."""
    start, end = counted((HARMED, AT_RISK, 2), ([2, 2, 2, 0], HARMED, 3), (SAFE, [0, 0, 0, 2], 1))
    found = transitions(start, end).through
    assert (found.loc["h2", "ended"], found.loc["h2", "improved"]) == (2, 2)
    assert (found.loc["h3", "ended"], found.loc["h3", "improved"]) == (3, 0)
    assert (found.loc["h4", "began"], found.loc["h4", "worsened"]) == (1, 1)


def test_bowker() -> None:
    """The statistic is the exact sum over pairs of levels, with a degree of freedom for each pair in use."""
    found = bowker(np.array([[20, 5, 0], [10, 30, 4], [0, 16, 15]]))
    # 25/15 + 144/20 = 133/15; for two degrees of freedom the probability is exp(-x/2).
    assert F(133, 15) == found.statistic
    assert found.degrees == 2
    assert np.exp(-133 / 30) == pytest.approx(found.p_value)
    assert not found.is_small


def test_bowker_of_few_families_says_so() -> None:
    """Fewer than five expected in a cell make the probability rough."""
    assert bowker(np.array([[20, 5, 0], [4, 30, 4], [0, 16, 15]])).is_small


def test_bowker_is_undefined_where_nobody_moved() -> None:
    """Without a family that changed level there is nothing to test."""
    assert bowker(np.diag([5, 6, 7])) is None
    start, end = counted((SAFE, SAFE, 3))
    found = transitions(start, end)
    assert found.bowker is None
    assert found.notes == []


def test_shares_of_nobody_are_missing() -> None:
    """Where every family is undetermined no share is given."""
    start, end = counted((OPEN, SAFE, 3))
    found = transitions(start, end)
    assert (found.improved_share, found.exits_from_harmed, found.worsened_share) == (None, None, None)
    assert found.determined == 0
    assert "3 families are undetermined" in str(found.notes[-1])


def test_regression_to_the_mean_is_told_with_a_comparison() -> None:
    """Where families were harmed at the start, the page warns and shows the others beside them."""
    start, end = counted((HARMED, AT_RISK, 4), (SAFE, AT_RISK, 2), (SAFE, SAFE, 2))
    found = transitions(start, end)
    harmed, others = found.mean_changes
    assert (4, F(1, 2), F(1, 4), F(-1, 4)) == (harmed.families, harmed.before, harmed.after, harmed.change)
    assert (4, F(0), F(1, 8), F(1, 8)) == (others.families, others.before, others.after, others.change)
    warning, comparison, test, small = (str(note) for note in found.notes)
    assert "4 families harmed at the start" in warning
    assert "no proof" in comparison
    assert "net change" in test
    assert "regression to the mean" in test
    assert "rough" in small


def test_harmed_families_without_others_are_not_compared() -> None:
    """Where everybody was harmed the page says that there is nobody to compare with."""
    start, end = counted((HARMED, SAFE, 4))
    assert any("no other families" in str(note) for note in transitions(start, end).notes)


def test_open_scores_are_left_out_of_the_means() -> None:
    """A family whose score is open at one end counts in neither mean."""
    start = at(MONTH, F1=HARMED, F2=[2, 2, UNKNOWN, 0])
    found = transitions(start, at(LATER, F1=SAFE, F2=SAFE)).mean_changes[0]
    assert (1, F(1, 2)) == (found.families, found.before)


def test_other_rules_are_told() -> None:
    """Two months judged by different cut-offs or weights are not compared in silence."""
    start, end = counted((SAFE, SAFE, 2))
    other = stratified(even_set(4), [SAFE, SAFE], month=LATER, at_risk=F(1, 6))
    assert transitions(start, end).has_same_rules
    assert "different weights or cut-offs" in str(transitions(start, other).notes[0])


def test_indicators_of_one_month_only_are_no_way_of_improving() -> None:
    """An indicator that was taken out of the catalogue did not end in anybody."""
    found = transitions(stratified(even_set(3), [[2, 2, 2]]), stratified(even_set(2), [[0, 0]], month=LATER))
    assert found.families["improved_through"].tolist() == ["h1 h2"]


def test_kept() -> None:
    """An improvement is kept if the follow-up is at least as good as the end; undetermined or gone is unknown."""
    names = ["F1", "F2", "F3", "F4", "F5"]
    start = at(MONTH, **dict.fromkeys(names, HARMED), F6=SAFE)
    end = at(LATER, **dict.fromkeys(names, AT_RISK), F6=SAFE)
    follow_up = at(LAST, F1=SAFE, F2=AT_RISK, F3=HARMED, F4=OPEN, F6=SAFE)
    found = kept(start, end, follow_up)
    assert found.index.tolist() == names
    assert found.tolist() == [True, True, False, pd.NA, pd.NA]
    assert found.dtype == "boolean"


one = st.lists(st.sampled_from([0, 2, UNKNOWN]), min_size=4, max_size=4)


# The first example pays for the import of scipy.
@given(st.lists(st.tuples(one, one), min_size=1, max_size=20))
def test_turning_time_round_swaps_improved_and_worsened(rows: list) -> None:
    """Read backwards the matrix is transposed, what improved has worsened, and Bowker's statistic is the same."""
    first = stratified(even_set(4), [start for start, _ in rows])
    second = stratified(even_set(4), [end for _, end in rows], month=LATER)
    there, back = transitions(first, second), transitions(second, first)
    assert there.matrix.to_numpy().T.tolist() == back.matrix.to_numpy().tolist()
    assert (there.improved_share, there.stayed_share) == (back.worsened_share, back.stayed_share)
    assert there.families["improved_through"].tolist() == back.families["worsened_through"].tolist()
    assert there.bowker == back.bowker
    assert int(there.matrix.to_numpy().sum()) == len(rows)
