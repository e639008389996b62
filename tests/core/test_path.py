"""The target path, exact cut-offs and real terms."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.economy.path import (
    PathShapeUnknown,
    TargetImpossible,
    TargetRule,
    in_prices_of,
    is_on_track,
    real_change_share,
    target_gap,
)

LINEAR, GEOMETRIC = TargetRule(), TargetRule(shape="geometric")


def one(value: int | None) -> pd.Series:
    return pd.Series([value], dtype="Int64")


def on_track(gap: pd.Series, baseline: pd.Series, step: int, rule: TargetRule) -> pd.Series:
    """Whether ``gap`` is on the path that ``rule`` draws from ``baseline``."""
    return is_on_track(gap, target_gap(baseline, step, rule))


@pytest.mark.parametrize(
    ("step", "expected"),
    list(enumerate([47_500_000, 46_312_500, 45_125_000, 43_937_500, 42_750_000, 41_562_500, 40_375_000])),
)
def test_linear_path(step, expected):
    """From 47,500,000 in a straight line to 40,375,000 in six months."""
    assert target_gap(one(47_500_000), step, LINEAR).tolist() == [expected]


@pytest.mark.parametrize(
    ("step", "expected"),
    list(enumerate([38_931_082, 37_890_729, 36_878_178, 35_892_685, 34_933_527, 34_000_000], 1)),
)
def test_geometric_path(step, expected):
    """From 40,000,000 by an equal proportion each month to 34,000,000."""
    assert target_gap(one(40_000_000), step, GEOMETRIC).tolist() == [expected]


def test_the_target_stays_after_the_last_month():
    """A year on, the target is still 85 % of the baseline."""
    assert target_gap(one(100), 12, LINEAR).tolist() == [85]


def test_no_target_before_the_plan():
    """A month before the plan has no target."""
    assert target_gap(one(100), -1, LINEAR).isna().all()


@pytest.mark.parametrize(("gap", "expected"), [(46_312_500, True), (46_312_501, False)])
def test_on_the_line_is_on_track(gap, expected):
    """On the path counts, one rial above does not."""
    assert on_track(one(gap), one(47_500_000), 1, LINEAR).tolist() == [expected]


@pytest.mark.parametrize(("gap", "expected"), [(38_931_082, True), (38_931_083, False)])
def test_geometric_cut_off_is_exact(gap, expected):
    """Between 38,931,082.4… and the next rial the exact root decides."""
    assert on_track(one(gap), one(40_000_000), 1, GEOMETRIC).tolist() == [expected]


@pytest.mark.parametrize(("gap", "baseline"), [(None, 100), (100, None)])
def test_unknown_gap_or_baseline_leaves_the_track_unknown(gap, baseline):
    """Nothing missing ever counts as on track."""
    assert on_track(one(gap), one(baseline), 3, LINEAR).isna().all()


@given(st.integers(0, 10**11), st.integers(0, 10**11), st.integers(0, 8), st.sampled_from([LINEAR, GEOMETRIC]))
def test_a_smaller_gap_is_never_further_off(gap, baseline, step, rule):
    """If a gap is on track, so is every smaller one."""
    whole = bool(on_track(one(gap), one(baseline), step, rule).iloc[0])
    smaller = bool(on_track(one(gap // 2), one(baseline), step, rule).iloc[0])
    assert smaller or not whole


@given(st.integers(0, 10**11), st.sampled_from([LINEAR, GEOMETRIC]))
def test_the_path_never_rises(baseline, rule):
    """Each month's target is at most the month's before."""
    path = [target_gap(one(baseline), step, rule).iloc[0] for step in range(9)]
    assert path == sorted(path, reverse=True)


def test_nominal_gap_of_a_real_target():
    """At 3 % a month the real target 34,000,000 is 40,597,778 in the money of the sixth month."""
    index = Fraction(103, 100) ** 6
    assert in_prices_of(np.array([34_000_000]), Fraction(1), index).tolist() == [40_597_778]


def test_unchanged_nominal_gap_shrinks_in_real_terms():
    """At 3 % a month an unchanged 40,000,000 is 33,499,370 in real terms, 16.25 % less."""
    index = Fraction(103, 100) ** 6
    assert in_prices_of(np.array([40_000_000]), index, Fraction(1)).tolist() == [33_499_370]
    assert float(real_change_share(40_000_000, 40_000_000, Fraction(1), index)) == pytest.approx(-0.1625, abs=5e-5)


@pytest.mark.parametrize(("index", "expected"), [(Fraction(118, 100), -0.2797), (Fraction(103, 100) ** 6, -0.2881)])
def test_nominal_cut_of_fifteen_per_cent_in_real_terms(index, expected):
    """A nominal cut of 15 % is a real cut of 27.97 % with prices up 18 %, and 28.81 % at 3 % a month."""
    assert float(real_change_share(100, 85, Fraction(1), index)) == pytest.approx(expected, abs=5e-5)


def test_an_unknown_shape_is_refused():
    """A misspelt shape names the shapes there are."""
    with pytest.raises(PathShapeUnknown, match="linear, geometric"):
        TargetRule(shape="straight")


@given(st.integers(1, 10**11), st.integers(0, 8), st.sampled_from([LINEAR, GEOMETRIC]))
def test_the_target_a_reader_sees_is_on_track(baseline, step, rule):
    """A gap of exactly the printed target is never called behind."""
    target = target_gap(one(baseline), step, rule)
    assert on_track(target, one(baseline), step, rule).tolist() == [True]


@pytest.mark.parametrize("wrong", [{"months": 0}, {"reduction_share": Fraction(3, 2)}])
def test_an_impossible_target_is_refused(wrong):
    """No months, or more than the whole gap, is no plan."""
    with pytest.raises(TargetImpossible):
        TargetRule(**wrong)
