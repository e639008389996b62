"""Sharing a budget among gaps: exact sums, caps, and what each rule means."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.economy.allocation import (
    RULES,
    BudgetNegative,
    FloorNegative,
    NeedUnknown,
    PriorityNotPositive,
    RuleUnknown,
    allocate,
    compare_rules,
)

GAPS = pd.Series([10, 20, 70], index=["a", "b", "c"], dtype="Int64")
OUTFLOWS = pd.Series([100, 40, 100], index=["a", "b", "c"], dtype="Int64")


def aid(rule: str, budget: int = 50, **options: object) -> list[int]:
    return allocate(GAPS, OUTFLOWS, budget, rule, **options).aid["aid_money"].tolist()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("proportional", [5, 10, 35]),  # half of each gap
        ("equal_coverage", [0, 9, 41]),  # b and c end at 5/7 of their outflows, a is above that already
        ("max_min", [0, 0, 50]),  # c's gap is brought down to b's 20
    ],
)
def test_each_rule_by_hand(rule, expected):
    """Fifty shared among gaps of 10, 20 and 70."""
    assert aid(rule) == expected


@pytest.mark.parametrize("rule", RULES)
def test_enough_money_fills_every_gap(rule):
    """A budget beyond the gaps fills them and says what is left."""
    result = allocate(GAPS, OUTFLOWS, 130, rule)
    assert [result.aid["aid_money"].tolist(), result.unspent_money] == [[10, 20, 70], 30]


@pytest.mark.parametrize("rule", RULES)
def test_unknown_gap_is_not_guessed(rule):
    """A family whose gap is unknown has unknown aid and is counted."""
    gaps = pd.Series([10, None, 70], index=GAPS.index, dtype="Int64")
    result = allocate(gaps, OUTFLOWS, 40, rule)
    assert [result.aid.loc["b", "aid_money"], result.unknown_gaps] == [pd.NA, 1]


def test_floor_comes_first():
    """With a floor of 8 the smallest gap keeps 8 and the rest is shared by the rule."""
    assert min(aid("max_min", floor_money=8)) == 8


def test_floors_beyond_the_budget_are_scaled_down():
    """Ten over three floors of 8 is 4, 3 and 3."""
    assert aid("proportional", 10, floor_money=8) == [4, 3, 3]


def test_weight_doubles_a_claim():
    """With weight 2 a family's share of the gap covered is twice the others', until it is full."""
    weights = pd.Series([Fraction(1), Fraction(2), Fraction(1)], index=GAPS.index)
    assert aid("proportional", 24, priority=weights) == [2, 8, 14]


def test_a_full_gap_passes_its_money_on():
    """A heavy weight fills its gap and no more; the others get the rest."""
    weights = pd.Series([Fraction(100), Fraction(1), Fraction(1)], index=GAPS.index)
    assert aid("proportional", 28, priority=weights) == [10, 4, 14]


def test_refuses_an_unknown_rule():
    """A misspelt rule names the rules there are."""
    with pytest.raises(RuleUnknown, match="proportional, equal_coverage, max_min"):
        aid("fair")


def test_refuses_a_negative_budget():
    """A negative budget is a slip, not a debt."""
    with pytest.raises(BudgetNegative):
        aid("max_min", -1)


def test_refuses_a_weight_of_zero():
    """A weight of zero would hide a family."""
    with pytest.raises(PriorityNotPositive, match="b has the priority weight 0"):
        aid("max_min", priority=pd.Series([Fraction(1), Fraction(0), Fraction(1)], index=GAPS.index))


def test_comparison_shows_what_each_rule_leaves():
    """Side by side: how many are helped, how many filled, the largest gap left."""
    table = compare_rules([allocate(GAPS, OUTFLOWS, 50, rule) for rule in RULES])
    assert table["largest_left_money"].tolist() == [35, 29, 20]


families = st.lists(
    st.tuples(st.integers(0, 10**10), st.integers(0, 10**10), st.fractions(Fraction(1, 10), 10)), min_size=1, max_size=8
)


@given(families, st.integers(0, 4 * 10**10), st.sampled_from(RULES), st.integers(0, 10**9))
def test_sums_to_the_budget_and_never_exceeds_a_gap(rows, budget, rule, floor):
    """Whatever the gaps, weights and floor, the aid sums to the budget or to all gaps, and no part is out of bounds."""
    gaps, extra, weights = zip(*rows, strict=True)
    given_gaps = pd.Series(gaps, dtype="Int64")
    outflows = pd.Series([gap + more for gap, more in zip(gaps, extra, strict=True)], dtype="Int64")
    result = allocate(given_gaps, outflows, budget, rule, priority=pd.Series(weights), floor_money=floor)
    given_aid = result.aid["aid_money"]
    assert int(given_aid.sum()) == min(budget, sum(gaps))
    assert ((given_aid >= 0) & (given_aid <= given_gaps)).all()


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6), st.integers(0, 3000))
def test_max_min_leaves_the_smallest_largest_gap(gaps, budget):
    """No other way of spending the budget would leave a smaller largest gap."""
    given_gaps = pd.Series(gaps, dtype="Int64")
    left = allocate(given_gaps, given_gaps, budget, "max_min").aid["left_money"]
    best = next(level for level in range(max(gaps) + 1) if sum(max(0, gap - level) for gap in gaps) <= budget)
    assert int(left.max()) == best


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=6), st.integers(1, 10**9))
def test_proportional_covers_every_gap_alike(gaps, budget):
    """Without weights every gap is covered by the same share, to within one unit."""
    given_gaps = pd.Series(gaps, dtype="Int64")
    found = allocate(given_gaps, given_gaps, budget, "proportional").aid["aid_money"]
    share = min(Fraction(budget, sum(gaps)), Fraction(1))
    assert all(abs(int(part) - gap * share) < 1 for part, gap in zip(found, gaps, strict=True))


def test_refuses_a_negative_floor():
    """A first amount below zero would take money away."""
    with pytest.raises(FloorNegative):
        aid("proportional", floor_money=-1)


def test_refuses_to_compare_coverage_of_unknown_outflows():
    """A gap whose outflows are unknown has no coverage, and is not taken to cover all."""
    outflows = pd.Series([100, None, 100], index=GAPS.index, dtype="Int64")
    with pytest.raises(NeedUnknown, match="Family b"):
        allocate(GAPS, outflows, 50, "equal_coverage")
