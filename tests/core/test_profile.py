from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.profile import (
    NOT_RECORDED,
    PersonsUnknown,
    by_domain,
    by_group,
    by_indicator,
    group_message,
    group_of_area,
    group_of_head,
    group_of_head_age,
    levels_by,
    profile,
    some_families,
    wilson,
)
from hamyar.core.levels.stratification import Stratification

from .levels_making import MONTH, UNKNOWN, even_set, indicator, indicator_set, stratified
from .making import flows, members
from .making import tables as made_tables

F = Fraction
SIZES = np.array([4, 5, 6, 3, 2])
AREAS = pd.Categorical(["A", "A", "A", "B", "B"])


def seven_indicators() -> IndicatorSet:
    """Oracle 2's seven harms, in the order of the domains."""
    rows = [("e1", "economic", F(1, 6)), ("e2", "economic", F(1, 6))]
    rows += [(f"s{number}", "social", F(1, 9)) for number in (1, 2, 3)]
    rows += [("c1", "cultural", F(1, 6)), ("c2", "cultural", F(1, 6))]
    return indicator_set([(indicator(code), domain, weight) for code, domain, weight in rows])


def five_families() -> Stratification:
    """Oracle 2's five families."""
    harms = [(), ("s1", "e2"), ("c1", "s2", "e1"), ("c1", "c2", "s1", "e1", "e2"), ("s3",)]
    indicators = seven_indicators()
    return stratified(indicators, [[2 if code in row else 0 for code in indicators.codes] for row in harms])


def column(frame: pd.DataFrame, name: str) -> dict:
    return frame[name].to_dict()


def test_the_five_families_by_household() -> None:
    """H = 2/5, A = 11/18 and M0 = 11/45, exactly, where each family counts once."""
    found = profile(five_families(), "least")
    assert (F(2, 5), F(11, 18), F(11, 45)) == (found.headcount, found.intensity, found.adjusted_headcount)


def test_the_five_families_by_person() -> None:
    """H = 9/20, A = 5/9 and M0 = 1/4, exactly, where each family counts once for each person."""
    found = profile(five_families(), "most", SIZES)
    assert (F(9, 20), F(5, 9), F(1, 4)) == (found.headcount, found.intensity, found.adjusted_headcount)


def test_headcounts_of_the_indicators() -> None:
    """Censored headcounts count the harmed only, uncensored ones everybody."""
    found = by_indicator(five_families())
    censored = {"e1": F(2, 5), "e2": F(1, 5), "s1": F(1, 5), "s2": F(1, 5), "s3": F(0), "c1": F(2, 5), "c2": F(1, 5)}
    uncensored = censored | {"e2": F(2, 5), "s1": F(2, 5), "s3": F(1, 5)}
    assert censored == column(found, "censored_at_best")
    assert uncensored == column(found, "uncensored_at_worst")
    assert column(found, "deprived_not_harmed_at_best") == {
        "e1": 0,
        "e2": 1,
        "s1": 1,
        "s2": 0,
        "s3": 1,
        "c1": 0,
        "c2": 0,
    }
    assert sum(found["contribution_at_best"]) == 1
    assert F(1, 6) * F(2, 5) / F(11, 45) == found.loc["c1", "contribution_at_best"]


def test_contributions_of_the_domains() -> None:
    """By household 9/22, 4/22 and 9/22; by person 2/5, 1/5 and 2/5."""
    families_, persons = by_domain(five_families()), by_domain(five_families(), SIZES)
    assert {"economic": F(9, 22), "social": F(4, 22), "cultural": F(9, 22)} == column(families_, "contribution_at_best")
    assert {"economic": F(2, 5), "social": F(1, 5), "cultural": F(2, 5)} == column(persons, "contribution_at_best")
    assert sum(families_["adjusted_part_at_best"]) == F(11, 45)
    assert {"economic": F(1, 3), "social": F(1, 3), "cultural": F(1, 3)} == column(families_, "weight")


def test_a_domain_is_harmed_by_its_own_cut_offs() -> None:
    """With a cut-off of a third, half of two indicators or one of three makes a domain harmed."""
    found = by_domain(five_families())
    assert column(found, "harmed_at_best") == {"economic": 3, "social": 4, "cultural": 2}
    assert found.loc["social", "headcount_at_best"] == F(4, 5)


def test_areas_of_the_five_families() -> None:
    """Area A has M0 4/27 and makes 4/11 of the whole, area B 7/18 and 7/11."""
    found = by_group(five_families(), AREAS)
    assert {"A": F(4, 27), "B": F(7, 18)} == column(found, "adjusted_headcount_at_best")
    assert {"A": F(4, 11), "B": F(7, 11)} == column(found, "contribution_at_best")
    assert column(found, "harmed_at_best") == {"A": 1, "B": 1}
    assert {"A": F(4, 9), "B": F(7, 9)} == column(found, "intensity_at_best")


def test_areas_by_person() -> None:
    """By person area A has M0 8/45 and 8/15 of the whole, area B 7/15 and 7/15; no interval is given."""
    found = by_group(five_families(), AREAS, SIZES)
    assert {"A": F(8, 45), "B": F(7, 15)} == column(found, "adjusted_headcount_at_best")
    assert {"A": F(8, 15), "B": F(7, 15)} == column(found, "contribution_at_best")
    assert column(found, "population") == {"A": 15, "B": 5}
    assert found[["headcount_low", "headcount_high"]].isna().all(axis=None)


def test_persons_may_come_by_family_id() -> None:
    """Persons named by family are matched by name, whatever their order."""
    named = pd.Series(SIZES[::-1], index=["F5", "F4", "F3", "F2", "F1"], dtype="Int64")
    assert profile(five_families(), "least", named).adjusted_headcount == F(1, 4)


def test_unknown_persons_are_refused() -> None:
    """A family of unknown size cannot be weighed, and is not taken for one person."""
    sizes = pd.Series([4, 5, None, 3], index=["F1", "F2", "F3", "F4"], dtype="Int64")
    with pytest.raises(PersonsUnknown, match="2 families"):
        by_group(five_families(), AREAS, sizes)
    some = some_families(five_families(), np.array([True, True, False, True, False]))
    assert list(some.family_ids) == ["F1", "F2", "F4"]
    assert profile(some, "least", sizes).population == 12


@pytest.mark.parametrize(("count", "total", "low", "high"), [(7, 12, 0.3195, 0.8067), (84, 144, 0.5017, 0.6607)])
def test_wilson(count: int, total: int, low: float, high: float) -> None:
    """The same share of 12 and of 144 families has a wide and a narrow interval."""
    assert (low, high) == pytest.approx(wilson(count, total), abs=5e-5)


def test_wilson_of_nobody() -> None:
    """Nobody has no headcount and no interval."""
    assert wilson(0, 0) is None


def test_open_answers_show_as_a_range() -> None:
    """A family that may be harmed is counted at worst, not at best, and widens the interval."""
    found = by_group(stratified(even_set(2), [[2, 2], [0, UNKNOWN], [0, 0]]), pd.Categorical(["A"] * 3)).loc["A"]
    assert (found["harmed_at_best"], found["may_be_harmed"], found["harmed_at_worst"]) == (1, 1, 2)
    assert (F(1, 3), F(2, 3)) == (found["headcount_at_best"], found["headcount_at_worst"])
    assert wilson(1, 3)[0] == found["headcount_low"]
    assert wilson(2, 3)[1] == found["headcount_high"]


def test_nobody_harmed_has_no_contributions() -> None:
    """Shares of nothing are missing, not zero."""
    levels = stratified(even_set(2), [[0, 0], [0, 1]])
    found = by_group(levels, pd.Categorical(["A", "B"]))
    assert found["contribution_at_best"].isna().all()
    assert found["intensity_at_best"].isna().all()
    assert [F(0), F(0)] == found["adjusted_headcount_at_best"].tolist()
    assert by_indicator(levels)["contribution_at_best"].isna().all()


def test_a_centre_without_families() -> None:
    """A centre without families has tables without rows, or with nothing in them."""
    levels = some_families(five_families(), np.zeros(5, dtype=bool))
    assert by_group(levels, AREAS[:0]).empty
    assert levels_by(levels, AREAS[:0]).empty
    assert by_domain(levels)["harmed_at_best"].tolist() == [0, 0, 0]
    assert by_domain(levels)["headcount_at_best"].isna().all()


def test_levels_by_area() -> None:
    """Every family has one level in one group; undetermined is a level of its own."""
    levels = stratified(even_set(4), [[0, 0, 0, 0], [2, 0, 0, 0], [2, 2, 0, 0], [0, UNKNOWN, 0, 0]])
    found = levels_by(levels, pd.Categorical(["A", "A", "B", None]))
    assert found.index.tolist() == ["A", "B", NOT_RECORDED]
    assert found.to_numpy().tolist() == [[1, 1, 0, 0, 2], [0, 0, 1, 0, 1], [0, 0, 0, 1, 1]]


def test_families_without_an_area_are_a_group() -> None:
    """A missing or blank area, and a family the table does not know, are not recorded."""
    tables = made_tables(flows(), "F1", "F2", "F3", "F4")
    tables.families["area"] = pd.Series(["West", None, "East", " "], dtype="str")
    found = group_of_area(tables, pd.Index(["F3", "F1", "F2", "F9", "F4"], dtype="str"))
    assert found.tolist() == ["East", "West", NOT_RECORDED, NOT_RECORDED, NOT_RECORDED]
    assert found.categories.tolist() == ["East", "West", NOT_RECORDED]


def test_heads() -> None:
    """The group is the head's sex; without a head, a sex, or with two heads unlike each other it is not recorded."""
    rows = [
        members(("head", "female", 13600101), ("child", "male", 13900101), family="F1"),
        members(("head", "male", 13600101), family="F2"),
        members(("head", None, 13600101), family="F3"),
        members(("spouse", "female", 13600101), family="F4"),
        members(("head", "female", 13600101), ("head", "male", 13600101), family="F5"),
        members(("head", "female", 13600101), ("head", "female", 13600101), family="F6"),
    ]
    tables = made_tables(flows(), members=pd.concat(rows, ignore_index=True))
    found = group_of_head(tables, pd.Index([f"F{number}" for number in range(1, 8)], dtype="str"), MONTH)
    none = NOT_RECORDED
    assert ["woman", "man", none, none, none, "woman", none] == found.tolist()


def test_ages_of_heads() -> None:
    """Under 18 a head is a child, over 64 elderly; an age that leaves it open is not recorded."""
    rows = [
        members(("head", "female", 13870101), family="F1"),
        members(("head", "male", 13860801), family="F2"),
        members(("head", "male", 13390801), family="F3"),
        members(("head", "male", 13400801), family="F4"),
        members(("head", "male", None, 64, 140401), family="F5"),
        members(("head", "male", None), family="F6"),
    ]
    tables = made_tables(flows(), members=pd.concat(rows, ignore_index=True))
    found = group_of_head_age(tables, pd.Index([f"F{number}" for number in range(1, 7)], dtype="str"), MONTH)
    expected = ["child", "of_working_age", "elderly", "of_working_age", NOT_RECORDED, NOT_RECORDED]
    assert expected == found.tolist()


def test_groups_have_names() -> None:
    """A kind of head is named for a page; an area names itself."""
    assert str(group_message("woman")) == "Headed by a woman"
    assert group_message("West") is None


levels_of_family = st.lists(st.sampled_from([0, 1, 2, 3, UNKNOWN]), min_size=7, max_size=7)


@settings(max_examples=40)
@given(st.lists(st.tuples(levels_of_family, st.integers(1, 9), st.sampled_from("ABC")), min_size=1, max_size=25))
def test_splitting_a_centre_and_recombining_changes_nothing(rows: list) -> None:
    """M0 of the whole is the population-weighted mean of the groups' M0, in both cases, exactly."""
    levels = stratified(seven_indicators(), [row for row, _, _ in rows])
    sizes, groups = np.array([size for _, size, _ in rows]), pd.Categorical([area for _, _, area in rows])
    found = by_group(levels, groups, sizes)
    for suffix, case in (("at_best", "least"), ("at_worst", "most")):
        whole = profile(levels, case, sizes)
        parts = found["population_share"] * found[f"adjusted_headcount_{suffix}"]
        assert whole.adjusted_headcount == sum(parts)
        for number, area in enumerate(found.index):
            mine = np.asarray(groups == area)
            alone = profile(some_families(levels, mine), case, sizes[mine])
            assert alone.adjusted_headcount == found[f"adjusted_headcount_{suffix}"].iloc[number]
            assert alone.headcount == found[f"headcount_{suffix}"].iloc[number]
        if whole.adjusted_headcount:
            for frame in (found, by_domain(levels, sizes), by_indicator(levels, sizes)):
                assert sum(frame[f"contribution_{suffix}"]) == 1
