"""Whom help reaches: the errors of targeting and the share of the poorest, exactly."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.levels.targeting import SharesInvalid, Targeting, is_in_need, targeting, targeting_ratio

QUINTILES = [Fraction(part, 100) for part in (30, 25, 20, 15, 10)]


def test_leakage_and_undercoverage():
    """Of 50 helped 10 were not in need, of 60 in need 20 were not helped: 1/5 and 1/3 (the oracle)."""
    found = Targeting(reached=40, leaked=10, missed=20)
    assert (found.leakage, found.undercoverage) == (Fraction(1, 5), Fraction(1, 3))


def test_the_ratio_of_the_poorest():
    """Quintile shares of 30, 25, 20, 15 and 10 per cent give the bottom two 1.375 times their size (the oracle)."""
    assert targeting_ratio(QUINTILES) == Fraction(11, 8)


def test_handing_out_evenly_is_one():
    """Equal shares favour nobody, wherever the bound lies."""
    assert {targeting_ratio([Fraction(1, 5)] * 5, Fraction(part, 10)) for part in range(1, 11)} == {Fraction(1)}


def test_a_group_that_the_bound_cuts_counts_in_part():
    """The poorest half of two quintile-like thirds takes one and a half of them."""
    assert targeting_ratio([Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)], Fraction(1, 2)) == Fraction(4, 3)


@pytest.mark.parametrize("shares", [[], [Fraction(1, 2)], [Fraction(3, 2), Fraction(-1, 2)]])
def test_shares_that_are_no_whole_are_refused(shares):
    """Parts below zero, or that do not sum to 1, are no shares."""
    with pytest.raises(SharesInvalid, match="not parts of one whole"):
        targeting_ratio(shares)


def test_nobody_helped_and_nobody_in_need():
    """Without anybody helped there is no leakage to speak of, without anybody in need no undercoverage."""
    assert (Targeting(0, 0, 3).leakage, Targeting(0, 2, 0).undercoverage) == (None, None)


def test_what_is_not_known_makes_no_error():
    """A family whose need or help is not known is counted apart."""
    need = pd.Series([True, True, False, pd.NA, True], dtype="boolean")
    helped = pd.Series([True, False, True, True, pd.NA], dtype="boolean")
    assert targeting(need, helped) == Targeting(1, 1, 1, unknown_need=1, unknown_help=1)


def test_need_is_known_where_both_cases_agree():
    """Harmed at best is in need, harmed only at worst is not known, never harmed is not in need."""
    levels = pd.Series(["harmed", "safe", "at_risk"]), pd.Series(["harmed", "harmed", "at_risk"])
    assert is_in_need(*levels).tolist() == [True, pd.NA, False]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_everybody_is_counted_once(families):
    """Reached, leaked, missed and those neither in need nor helped are all the families."""
    need, helped = (pd.Series(list(column), dtype="boolean") for column in zip(*families, strict=True))
    found = targeting(need, helped)
    neither = sum(not one and not other for one, other in families)
    assert found.reached + found.leaked + found.missed + neither == len(families)
