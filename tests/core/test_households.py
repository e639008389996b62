"""Persons, ages and equivalence scales of households."""

import math
from fractions import Fraction

import pandas as pd
import pytest

from hamyar.core.economy.households import ScaleUnknown, dependency_ratio, equivalised, household_facts, is_under_line
from tests.core.making import MONTH, members

TWO_AND_THREE = members(
    ("head", "male", 13600101),
    ("spouse", "female", 13650101),
    ("child", None, 13920101),
    ("child", None, 13950101),
    ("child", None, 13990101),
)


def facts(frame: pd.DataFrame) -> pd.DataFrame:
    return household_facts(frame, pd.Index(["F1"]), MONTH)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("oecd_modified", 100_000_000),
        ("square_root", 107_331_263),
        ("oecd_old", 75_000_000),
        ("per_head", 48_000_000),
    ],
)
def test_equivalence_scales(scale, expected):
    """240,000,000 for two adults and three children under 14, by each scale."""
    income = pd.Series([240_000_000], index=["F1"], dtype="Int64")
    assert equivalised(income, facts(TWO_AND_THREE), scale).tolist() == [expected]


def test_unknown_age_leaves_the_modified_scale_unknown():
    """A child who may or may not be 14 leaves the scale open."""
    frame = members(("head", "male", 13600101), ("child", None, None))
    income = pd.Series([100], index=["F1"], dtype="Int64")
    assert equivalised(income, facts(frame), "oecd_modified").isna().all()


def test_unknown_age_does_not_disturb_the_square_root():
    """The square-root scale needs the number of persons only."""
    frame = members(*(("other", None, None) for _ in range(4)))
    income = pd.Series([100], index=["F1"], dtype="Int64")
    assert equivalised(income, facts(frame), "square_root").tolist() == [50]


def test_stated_age_grows_with_time():
    """Stated as 12 three years ago, a child is 15 now for certain."""
    frame = members(("child", None, None, 12, 140108))
    assert facts(frame)["persons_14_or_more"].tolist() == [1]


def test_stated_age_is_open_between_birthdays():
    """Stated as 13 five months ago, a child may have turned 14."""
    frame = members(("child", None, None, 13, 140403))
    assert facts(frame)["persons_14_or_more"].isna().all()


def test_a_household_without_members_is_unknown():
    """No member recorded is not an empty house."""
    assert facts(members())["persons"].isna().all()


def test_fourteenth_birthday_is_counted_whole():
    """Born on the first day after the month ends fourteen years on, a child is not yet 14."""
    frame = members(("head", None, 13600101), ("child", None, 13900901), ("child", None, 13900830))
    assert facts(frame)["persons_14_or_more"].tolist() == [2]


def test_dependency_ratio():
    """Two of working age and three children are 150 dependants for a hundred."""
    assert dependency_ratio(facts(TWO_AND_THREE))["dependency_ratio"].tolist() == [150.0]


def test_nobody_of_working_age_is_a_class_of_its_own():
    """An old couple has no ratio, and it is not shown as zero."""
    frame = members(("head", "male", 13200101), ("spouse", "female", 13250101))
    found = dependency_ratio(facts(frame)).iloc[0]
    assert [found["dependency_ratio"], found["dependency_class"]] == [pd.NA, "nobody_of_working_age"]


def test_unknown_ages_leave_the_ratio_unknown():
    """With an age missing the ratio is unknown, not undefined."""
    frame = members(("head", "male", None))
    assert dependency_ratio(facts(frame))["dependency_class"].tolist() == ["unknown"]


def test_a_child_born_later_is_not_counted_yet():
    """A birth after the month changes nothing in it."""
    frame = members(("head", "male", 13600101), ("child", None, 14040901))
    assert facts(frame)[["persons", "ages_unknown"]].iloc[0].tolist() == [1, 0]


def test_an_age_told_without_its_month_is_a_lower_bound():
    """Stated as 12 at some time, a child may be 14 by now."""
    assert facts(members(("child", None, None, 12)))["persons_14_or_more"].isna().all()


def test_a_stated_age_is_open_in_every_month():
    """Stated as 13 in this very month, a child may turn 14 before it ends."""
    assert facts(members(("child", None, None, 13, 140408)))["persons_14_or_more"].isna().all()


@pytest.mark.parametrize(("income", "expected"), [(613_283_664, 354_079_488), (3, 2), (0, 0)])
def test_square_root_is_exact_beside_a_half(income, expected):
    """Three persons: whole numbers decide where floating point cannot tell the sides of a half apart."""
    found = facts(members(*(("other", None, None) for _ in range(3))))
    assert equivalised(pd.Series([income], index=["F1"], dtype="Int64"), found, "square_root").tolist() == [expected]


@pytest.mark.parametrize(
    ("scale", "income"),
    [("oecd_modified", 24 * 41_596_000 // 10 - 1), ("square_root", math.isqrt(5 * 41_596_000**2))],
)
def test_the_line_is_decided_before_rounding(scale, income):
    """Just under the line is under it, although the rounded income per adult equals the line."""
    told = pd.Series([income], index=["F1"], dtype="Int64")
    assert equivalised(told, facts(TWO_AND_THREE), scale).tolist() == [41_596_000]
    assert is_under_line(told, facts(TWO_AND_THREE), scale, Fraction(41_596_000)).tolist() == [True]


def test_an_unknown_scale_is_refused():
    """A misspelt scale names those there are."""
    with pytest.raises(ScaleUnknown, match="oecd_modified"):
        equivalised(pd.Series([1], index=["F1"], dtype="Int64"), facts(TWO_AND_THREE), "oecd")
