"""FGT indices and the Gini coefficient against worked examples."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.economy.inequality import IncomeNegative, IncomeUnknown, fgt, gini

INCOMES = np.array([20, 35, 50, 60, 75, 90])
PERSONS = np.array([5, 6, 4, 4, 3, 2])


@pytest.mark.parametrize(("alpha", "expected"), [(0, 0.5), (1, 0.208333), (2, 0.107639)])
def test_fgt_by_household(alpha, expected):
    """Six households at a line of 60; the one on the line is not poor."""
    assert fgt(INCOMES, 60, alpha) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("alpha", "expected"), [(0, 0.625), (1, 0.270833), (2, 0.140625)])
def test_fgt_by_person(alpha, expected):
    """The same households counted by their persons."""
    assert fgt(INCOMES, 60, alpha, PERSONS) == pytest.approx(expected, abs=1e-6)


def test_fgt_of_nobody():
    """An empty group has no poverty rate."""
    assert fgt(np.array([]), 60, 0) is None


@pytest.mark.parametrize(
    ("incomes", "weights", "expected"),
    [
        ([1, 2, 3, 4, 5], None, 0.266667),
        ([7, 7, 7], None, 0.0),
        (INCOMES, None, 0.242424),
        (INCOMES, PERSONS, 0.252706),
    ],
)
def test_gini(incomes, weights, expected):
    """Worked examples, by household and by person."""
    assert gini(np.array(incomes), weights) == pytest.approx(expected, abs=1e-6)


def test_gini_of_nothing_is_undefined():
    """Incomes that sum to zero have no Gini coefficient."""
    assert gini(np.zeros(3)) is None


def test_gini_refuses_negative_incomes():
    """A negative income is refused with a count."""
    with pytest.raises(IncomeNegative, match="1 found"):
        gini(np.array([-1.0, 2.0]))


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 5)), min_size=1, max_size=20))
def test_weights_are_repeated_rows(rows):
    """A household of n persons counts as n equal rows."""
    incomes, weights = (np.array(column) for column in zip(*rows, strict=True))
    repeated = gini(np.repeat(incomes, weights))
    assert gini(incomes, weights) == (None if repeated is None else pytest.approx(repeated, abs=1e-9))


@pytest.mark.parametrize("index", [lambda incomes: fgt(incomes, 2, 0), gini])
def test_unknown_incomes_are_refused(index):
    """An unknown income is neither poor nor not poor."""
    with pytest.raises(IncomeUnknown, match="1 incomes"):
        index(pd.Series([1, None], dtype="Int64"))
