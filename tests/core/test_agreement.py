from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.levels.agreement import (
    WEIGHTINGS,
    Agreement,
    agreement_by_indicator,
    agreement_of_levels,
    double_visits,
    kappa,
    poorly_agreed,
    table_of,
    weighting_message,
)
from hamyar.core.tables import OBSERVATIONS, conform

from .levels_making import UNKNOWN, even_set, stratified

F = Fraction
FIFTY = np.array([[20, 3, 0], [4, 10, 2], [1, 3, 7]])
UNTIL = 14040830


def observed(*rows: tuple) -> pd.DataFrame:
    """Rows of (family, indicator, observer, day, answer); about the family itself."""
    names = ["family_id", "indicator", "observer_id", "day", "answer"]
    frame = pd.DataFrame(list(rows), columns=names)
    return conform(OBSERVATIONS, frame.assign(subject_id=frame["family_id"]))


def visits(*rows: tuple, window_days: int = 14, until_day: int = UNTIL) -> list[tuple]:
    found = double_visits(observed(*rows), window_days=window_days, until_day=until_day)
    return list(
        found[["first_observer", "first_day", "second_observer", "second_day"]].itertuples(index=False, name=None)
    )


def test_fifty_families_seen_by_two() -> None:
    """Agreed 0.74, by chance 0.372; plain (74 - 37.2) / 62.8, linear 0.658869, quadratic 0.734748."""
    found = Agreement(FIFTY)
    assert (50, F(74, 100)) == (found.pairs, found.agreed_share)
    assert F(740 - 372, 1000 - 372) == found.plain
    assert float(found.plain) == pytest.approx(0.585987, abs=5e-7)
    assert float(found.linear) == pytest.approx(0.658869, abs=5e-7)
    assert float(found.quadratic) == pytest.approx(0.734748, abs=5e-7)
    assert found.interval == pytest.approx((0.392, 0.780), abs=5e-4)


def test_weighted_kappa_by_its_formula() -> None:
    """The exact values equal the textbook's sum over weights, done in floating point."""
    table = np.random.default_rng(5).integers(0, 9, (4, 4))
    share = table / table.sum()
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    steps = np.abs(np.subtract.outer(np.arange(4), np.arange(4))) / 3
    for weighting, weights in (("plain", steps > 0), ("linear", steps), ("quadratic", steps**2)):
        wanted = 1 - (weights * share).sum() / (weights * expected).sum()
        assert wanted == pytest.approx(float(kappa(table, weighting)))


@pytest.mark.parametrize("table", [np.zeros((3, 3), int), np.diag([0, 9, 0])])
def test_kappa_is_undefined_where_chance_explains_all(table: np.ndarray) -> None:
    """No pairs, or one level only, leave nothing to agree on beyond chance."""
    assert [kappa(table, weighting) for weighting in WEIGHTINGS] == [None] * 3
    assert Agreement(table).interval is None


def test_the_first_is_paired_with_the_nearest_later_visit_of_another() -> None:
    """A visit by the same helper is passed over, one too late is no pair, and each visit is used once."""
    rows = [("F1", "h1", name, day, "2") for name, day in (("a", 14040601), ("a", 14040603), ("b", 14040605))]
    assert visits(*rows) == [("a", 14040601, "b", 14040605)]
    assert visits(*rows, window_days=1) == []
    rows += [("F1", "h1", "c", 14040610, "1")]
    assert visits(*rows) == [("a", 14040601, "b", 14040605), ("a", 14040603, "c", 14040610)]


def test_the_window_is_counted_in_days_across_months() -> None:
    """From 31 Shahrivar to 14 Mehr are fourteen days, to 15 Mehr fifteen."""
    near = [("F1", "h1", "a", 14040631, "2"), ("F1", "h1", "b", 14040714, "2")]
    far = [("F1", "h1", "a", 14040631, "2"), ("F1", "h1", "b", 14040715, "2")]
    assert (len(visits(*near)), len(visits(*far))) == (1, 0)


def test_answers_without_a_level_and_later_ones_are_no_visits() -> None:
    """What is not known, and what lies after the day asked for, is left out."""
    rows = [
        ("F1", "h1", "a", 14040601, "2"),
        ("F1", "h1", "b", 14040602, "not_known"),
        ("F1", "h1", "c", 14040603, "1"),
    ]
    assert visits(*rows) == [("a", 14040601, "c", 14040603)]
    assert visits(*rows, until_day=14040602) == []
    assert visits() == []


def test_only_the_same_subject_and_indicator_make_a_pair() -> None:
    """Two helpers at two families, or on two indicators, did not see the same."""
    assert visits(("F1", "h1", "a", 14040601, "2"), ("F2", "h1", "b", 14040601, "2")) == []
    assert visits(("F1", "h1", "a", 14040601, "2"), ("F1", "h2", "b", 14040601, "2")) == []


def test_on_one_day_the_helpers_codes_decide_whatever_the_order_and_type() -> None:
    """The same observations in another order, or as categories, give the same pairs."""
    rows = [("F1", "h1", name, 14040601, level) for name, level in (("b", "2"), ("c", "1"), ("a", "3"))]
    expected = [("a", 14040601, "b", 14040601)]
    assert expected == visits(*rows)
    assert expected == visits(*rows[::-1])
    frame = observed(*rows)
    frame["observer_id"] = pd.Categorical(frame["observer_id"], categories=["c", "b", "a"])
    frame["indicator"] = pd.Categorical(frame["indicator"], categories=["h2", "h1"])
    found = double_visits(frame, window_days=14, until_day=UNTIL)
    assert (found.loc[0, "first_observer"], found.loc[0, "second_observer"]) == ("a", "b")
    assert (found.loc[0, "first_level"], found.loc[0, "second_level"]) == (3, 2)


def test_agreement_of_each_indicator() -> None:
    """Every indicator of the catalogue has a row; one that nobody saw twice has no pairs and no kappa."""
    rows = []
    for number, (first, second) in enumerate([("0", "0"), ("0", "0"), ("2", "2"), ("3", "2")]):
        rows += [(f"F{number}", "h2", "a", 14040601, first), (f"F{number}", "h2", "b", 14040605, second)]
    found = agreement_by_indicator(observed(*rows), even_set(2), window_days=14, until_day=UNTIL)
    assert found["pairs"].tolist() == [0, 4]
    assert [None, F(3, 4)] == found["agreed_share"].tolist()
    # Rows 2, 1, 1 and columns 2, 2: by chance 6/16; steps apart 1/4 against 20/16.
    assert [None, F(3, 5)] == found["kappa_plain"].tolist()
    assert [None, F(4, 5)] == found["kappa_linear"].tolist()


def test_poor_agreement_is_three_valued() -> None:
    """Too few pairs, or an undefined kappa, are unknown and neither poor nor good."""
    frame = pd.DataFrame(
        {
            "pairs": pd.array([9, 10, 10, 30], dtype="Int64"),
            "kappa_linear": pd.Series([F(1, 10), F(2, 5), F(39, 100), None], dtype=object),
        }
    )
    assert poorly_agreed(frame, 10, F(2, 5)).tolist() == [pd.NA, False, True, pd.NA]


def test_agreement_on_the_levels_of_families() -> None:
    """Two helpers' levels are compared by the same kappa, over families determined by both."""
    first = stratified(even_set(2), [[0, 0], [2, 2], [0, UNKNOWN], [2, 2]], ids=["F1", "F2", "F3", "F4"])
    second = stratified(even_set(2), [[2, 2], [0, 0], [0, 0], [0, 0]], ids=["F2", "F1", "F3", "F4"])
    found = agreement_of_levels(first, second)
    assert found.table.tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 1]]
    # Two of three agree; by chance (1·2 + 2·1) / 9.
    assert (F(2, 3) - F(4, 9)) / (1 - F(4, 9)) == found.plain


def test_weightings_are_not_compared_by_one_scale() -> None:
    """The note beside kappas says so."""
    assert "do not share one verbal scale" in str(weighting_message())


codes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@given(codes)
def test_kappa_does_not_care_who_is_first(pairs: list[tuple[int, int]]) -> None:
    """Exchanging the two helpers changes no kappa, and none is above 1."""
    table = table_of(np.array([one for one, _ in pairs]), np.array([other for _, other in pairs]), 4)
    for weighting in WEIGHTINGS:
        found = kappa(table, weighting)
        assert found == kappa(table.T, weighting)
        assert found is None or found <= 1


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_perfect_agreement_is_one(levels: list[int]) -> None:
    """Helpers who always agree have a kappa of exactly 1, or none where they use one level only."""
    table = table_of(np.array(levels), np.array(levels), 4)
    expected = F(1) if len(set(levels)) > 1 else None
    assert [expected] * 3 == [kappa(table, weighting) for weighting in WEIGHTINGS]
