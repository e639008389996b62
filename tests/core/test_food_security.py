"""Food consumption and coping, from the days of one week."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.levels.food_security import (
    COPING_WEIGHTS,
    FOOD_HALVES,
    MOST_COPING,
    MOST_FOOD_HALVES,
    FoodBoundsInvalid,
    food_class,
    food_consumption,
    reduced_coping,
)
from hamyar.core.tables import COPING, FOOD_GROUPS, FOOD_WEEKS, conform

USUAL, SUGAR_AND_OIL = (Fraction(21), Fraction(35)), (Fraction(28), Fraction(42))
DAYS = st.one_of(st.none(), st.integers(0, 9))


def week(groups: tuple = (), coping: tuple = ()) -> pd.DataFrame:
    days = {f"{name}_days": days for name, days in zip(FOOD_GROUPS, groups, strict=False)}
    days |= {f"{name}_days": days for name, days in zip(COPING, coping, strict=False)}
    return conform(FOOD_WEEKS, pd.DataFrame([{"family_id": "F1", "day": 14040805, **days}]))


def food(*groups: int | None) -> list:
    return food_consumption(week(groups)).iloc[0].tolist()


@pytest.mark.parametrize(
    ("days", "score", "usual", "with_sugar_and_oil"),
    [
        ((7, 2, 4, 1, 1, 3, 7, 7), 48, "acceptable", "acceptable"),
        ((7, 1, 3, 0, 0, 0, 7, 7), 27, "borderline", "poor"),
    ],
)
def test_worked_examples_of_the_score(days, score, usual, with_sugar_and_oil):
    """The two worked weeks score 48 and 27, and the pair of bounds decides what 27 means."""
    halves = food_consumption(week(days))["score_halves"]
    found = [halves[0], food_class(halves, *USUAL)[0], food_class(halves, *SUGAR_AND_OIL)[0]]
    assert found == [2 * score, usual, with_sugar_and_oil]


def test_the_score_is_112_at_most():
    """Everything on every day is 112."""
    assert food(*[7] * 8) == [224, 224, 224, 8]
    assert MOST_FOOD_HALVES == 2 * 112


def test_days_are_capped_at_seven():
    """Staples on nine days of a week are seven days, 14 points."""
    assert food(9, 0, 0, 0, 0, 0, 0, 0)[0] == 2 * 14


def test_sugar_weighs_a_half():
    """One day of sugar is half a point."""
    assert food(0, 0, 0, 0, 0, 0, 1, 0)[0] == 1


@pytest.mark.parametrize(
    ("halves", "expected"), [(42, "poor"), (43, "borderline"), (70, "borderline"), (71, "acceptable")]
)
def test_a_score_on_a_bound_is_in_the_worse_class(halves, expected):
    """21 is poor and 21.5 borderline; 35 is borderline and 35.5 acceptable."""
    assert food_class(pd.Series([halves], dtype="Int64"), *USUAL).tolist() == [expected]


def test_a_group_not_told_leaves_a_range():
    """Without the days of meat the score is unknown, between none and seven days of it."""
    assert food(7, 2, 4, 1, None, 3, 7, 7) == [pd.NA, 88, 144, 7]
    assert food_class(food_consumption(week((None,)))["score_halves"], *USUAL).isna().all()


def test_bounds_must_rise():
    """A borderline bound under the poor one is refused."""
    with pytest.raises(FoodBoundsInvalid, match="must rise"):
        food_class(pd.Series([1], dtype="Int64"), Fraction(35), Fraction(21))


def test_coping_is_56_at_most():
    """Every strategy on every day is 56."""
    assert reduced_coping(week(coping=(7, 7, 7, 7, 8))).iloc[0].tolist() == [56, 56, 56, 5]
    assert MOST_COPING == 56


@pytest.mark.parametrize(("strategy", "weight"), [(0, 1), (1, 2), (2, 1), (3, 3), (4, 1)])
def test_weights_of_coping(strategy, weight):
    """Borrowing counts twice and adults going without three times; the others once."""
    days = [0] * 5
    days[strategy] = 2
    assert reduced_coping(week(coping=tuple(days)))["index"].tolist() == [2 * weight]


def test_a_strategy_not_told_leaves_a_range():
    """Adults going without was not told: from 4 to 4 and 21."""
    assert reduced_coping(week(coping=(2, 1, 0, None, 0))).iloc[0].tolist() == [pd.NA, 4, 25, 4]


@given(st.lists(DAYS, min_size=8, max_size=8), st.lists(DAYS, min_size=5, max_size=5))
def test_scores_equal_the_sum_written_out(groups, coping):
    """Whatever the days, the bounds are the weighted sums with nothing and with seven days for what is missing."""
    frame = week(tuple(groups), tuple(coping))
    for found, days, weights in (
        (food_consumption(frame), groups, list(FOOD_HALVES.values())),
        (reduced_coping(frame), coping, list(COPING_WEIGHTS.values())),
    ):
        least = sum(min(told or 0, 7) * weight for told, weight in zip(days, weights, strict=True))
        most = sum((7 if told is None else min(told, 7)) * weight for told, weight in zip(days, weights, strict=True))
        assert found.iloc[0].tolist()[1:3] == [least, most]
