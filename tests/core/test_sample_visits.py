"""Visits to the synthetic families: repeatable, sound, and showing what a demonstration needs."""

import time
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hamyar.core.jalali import FRIDAY, Month, gregorian, is_day, weekday
from hamyar.core.levels.agreement import agreement_by_indicator, double_visits
from hamyar.core.levels.food_security import food_consumption, reduced_coping
from hamyar.core.levels.observations import observation_faults
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.persian import normal_text
from hamyar.core.sample import generate, indicators_at
from hamyar.core.sample.draws import BLOCK, Draws
from hamyar.core.sample.food import draw_weeks
from hamyar.core.sample.reasons import REASONS
from hamyar.core.sample.visits import visit_months
from hamyar.core.tables import (
    ANSWERS,
    COPING,
    FACT_TABLES,
    FOOD_GROUPS,
    LEVEL_ANSWERS,
    SOURCES,
    CaseTables,
    conform,
)
from hamyar.store.parameter_files import load_parameters
from tests.core.levels_making import indicator, indicator_set

FIRST, LAST = Month(1403, 8), Month(1404, 8)
SPAN = FIRST.until(LAST)
SEED = 1404
PARAMETERS = load_parameters(Path(__file__).parents[2] / "parameters", is_synthetic=True)
CATALOGUE = PARAMETERS.indicators
SHIPPED = CATALOGUE.at(LAST)
LAST_DAY = LAST.code * 100 + LAST.days


@pytest.fixture(scope="module")
def tables() -> CaseTables:
    """Twenty dozens, thirteen months."""
    return generate(240, SPAN, SEED, indicators=SHIPPED).tables


@pytest.fixture(scope="module")
def end(tables):
    return stratify_families(tables, PARAMETERS, LAST)


@pytest.fixture(scope="module")
def start(tables):
    return stratify_families(tables, PARAMETERS, FIRST)


def assert_same_families(part: CaseTables, whole: CaseTables) -> None:
    cut = whole.only(part.families["family_id"].tolist())
    for name in ("families", "members", "flows", "observations", "food_weeks"):
        expected, found = getattr(cut, name).reset_index(drop=True), getattr(part, name)
        pd.testing.assert_frame_equal(expected, found)


def levels(observations: pd.DataFrame) -> pd.Series:
    """The levels among the answers, as numbers."""
    return observations.loc[observations["answer"].isin(LEVEL_ANSWERS), "answer"].astype(int)


class TestRepeatable:
    def test_without_indicators_nobody_is_visited(self):
        """Without a catalogue there are no observations and no food weeks; schooling is told all the same."""
        plain = generate(12, SPAN, SEED).tables

        assert (len(plain.observations), len(plain.food_weeks)) == (0, 0)
        assert plain.members["schooling"].notna().mean() > 0.9

    def test_every_table_conforms(self, tables):
        """Each table already has exactly the declared columns and types."""
        for name, table in FACT_TABLES.items():
            frame = getattr(tables, name)
            pd.testing.assert_frame_equal(conform(table, frame), frame)

    def test_large_tables_conform_as_categoricals(self, monkeypatch):
        """From a number of families on the words come as categoricals, and hold the same visits."""
        small = generate(120, SPAN, SEED, indicators=SHIPPED).tables
        monkeypatch.setattr(import_module("hamyar.core.sample.generate"), "CATEGORICAL_FROM", 120)
        large = generate(120, SPAN, SEED, indicators=SHIPPED).tables
        assert large.observations["family_id"].dtype == large.families["family_id"].dtype == "category"
        for name in ("members", "observations", "food_weeks"):
            frame, expected = getattr(large, name), getattr(small, name)
            pd.testing.assert_frame_equal(conform(FACT_TABLES[name], frame), frame)
            pd.testing.assert_frame_equal(expected, frame.astype(expected.dtypes.to_dict()))

    def test_equal_arguments_give_equal_tables(self, tables):
        """The same families, months in any order and catalogue give the same visits."""
        again = generate(240, SPAN[::-1], SEED, indicators=CATALOGUE.at(LAST)).tables
        for name in FACT_TABLES:
            pd.testing.assert_frame_equal(getattr(tables, name), getattr(again, name))

    def test_a_family_does_not_depend_on_the_number_of_families(self, tables):
        """Family 7 has the same visits among seven, a dozen and two hundred and forty."""
        for families in (7, 12):
            assert_same_families(generate(families, SPAN, SEED, indicators=SHIPPED).tables, tables)

    def test_a_run_may_continue_another(self):
        """Families 1,195 to 1,209, which lie in two blocks, have the same visits whoever began the count."""
        whole = generate(1_220, SPAN[-1:], SEED, indicators=SHIPPED).tables
        part = generate(15, SPAN[-1:], SEED, first_number=1_195, indicators=SHIPPED).tables
        assert_same_families(part, whole)

    def test_visits_change_nothing_else(self, tables):
        """Families, members, flows and budgets are those of a run without a catalogue."""
        plain = generate(240, SPAN, SEED).tables
        for name in ("families", "members", "flows", "budgets"):
            pd.testing.assert_frame_equal(getattr(plain, name), getattr(tables, name))

    def test_what_was_drawn_before_there_were_visits(self):
        """The amounts of the twelve families everybody knows are those they always were."""
        flows = generate(12, SPAN, SEED).tables.flows
        assert (len(flows), flows["amount_money"].sum()) == (1_540, 17_510_900_000)


class TestSound:
    def test_no_fault_is_found(self, tables):
        """The checks that meet every import find nothing to correct."""
        found = observation_faults(tables.observations, tables.families, tables.members, CATALOGUE, LAST_DAY)
        assert found == []

    def test_days(self, tables):
        """Visits are on days of the calendar, never on a Friday, after the last month or before the family joined."""
        for frame in (tables.observations, tables.food_weeks):
            days = frame["day"].unique()
            assert all(is_day(day) and weekday(gregorian(day)) != FRIDAY for day in days)
            assert days.max() <= LAST_DAY
            joined = frame["family_id"].map(tables.families.set_index("family_id")["joined_month"])
            assert (frame["day"] // 100 >= joined).all()

    def test_nobody_joins_after_the_first_visit(self):
        """In a run of one month even those who joined in it were visited after they did, by both helpers."""
        now = generate(600, [LAST], SEED, indicators=SHIPPED).tables
        joined = now.observations["family_id"].map(now.families.set_index("family_id")["joined_month"])
        assert joined.eq(LAST.code).any()
        assert (now.observations["day"] // 100 >= joined).all()

    def test_an_indicator_is_not_asked_before_it_is_valid(self):
        """What the catalogue asks since this year was not asked at last year's visit."""
        new = indicator("new", since="1404-01-01")
        made = indicator_set([(indicator("old"), "social", Fraction(1, 2)), (new, "social", Fraction(1, 2))])
        asked = generate(24, SPAN, SEED, indicators=made).tables.observations
        first = asked.groupby("indicator")["day"].min()
        assert first["old"] < 14040101 <= first["new"]

    def test_visits_of_a_run(self):
        """One visit a year, the last near the end; a run of half a year or more has one at its beginning too."""
        assert visit_months(SPAN) == [LAST, FIRST]
        assert visit_months(SPAN[1:]) == [LAST, FIRST + 1]
        assert visit_months(SPAN[-6:]) == [LAST]
        assert visit_months((LAST - 30).until(LAST)) == [LAST, LAST - 12, LAST - 24, LAST - 30]

    def test_reasons(self, tables):
        """Nearly every level of two or more has a reason, a few have none, and no fine level has one."""
        seen = tables.observations
        is_bad = seen["answer"].isin(["2", "3"])
        assert 0.9 < seen.loc[is_bad, "reason"].notna().mean() < 1
        assert set(seen.loc[~is_bad & seen["reason"].notna(), "answer"]) == {"not_known"}

    def test_the_stock_of_reasons_is_in_normal_form(self):
        """The store keeps every sentence as it is, and none holds a figure."""
        assert [normal_text(sentence) for sentence in REASONS] == list(REASONS)
        assert not any(letter.isdigit() for sentence in REASONS for letter in sentence)
        assert len(set(REASONS)) == len(REASONS) > 80

    def test_every_kind_of_answer_and_source(self, tables):
        """All levels, all three ways of having none, and all sources appear."""
        assert set(tables.observations["answer"]) == set(ANSWERS)
        assert set(tables.observations["source"]) == set(SOURCES) == set(tables.food_weeks["source"])

    def test_helpers(self, tables):
        """Helpers are opaque codes, each of about eight families."""
        seen = tables.observations
        assert seen["observer_id"].str.fullmatch(r"H-[0-9BCDFGHJKMNPQRSTVWXYZ]{4}").all()
        last = seen[seen["day"] > (LAST.code - 2) * 100].groupby("observer_id")["family_id"].nunique()
        assert 28 <= len(last) <= 34
        assert 8 <= last.median() <= 14

    def test_another_catalogue(self):
        """Nothing is known of the codes: a small catalogue of other names is visited, sound and with all its levels."""
        harms = [
            (indicator("first", counts_from=1), "economic", Fraction(1, 3)),
            (indicator("second", scope="member", applies_to={"ages": [6, 17]}), "social", Fraction(1, 3)),
            (indicator("third", critical_from=3, can_change="never"), "cultural", Fraction(1, 3)),
        ]
        made = generate(240, SPAN, SEED, indicators=indicator_set(harms, [indicator("strength")])).tables.observations
        found = made.groupby("indicator")["answer"].agg(set)
        assert all({"0", "1", "2", "3"} <= answers for answers in found)
        assert sorted(found.index) == ["first", "second", "strength", "third"]


class TestLevels:
    def test_every_dozen_shows_every_level(self, end):
        """In twelve consecutive families: four safe, four at risk, three harmed, one undetermined."""
        dozens = end.results["level"].astype("str").to_numpy().reshape(-1, 12)
        assert dozens.shape[0] == 20
        counts = {level: (dozens == level).sum(axis=1) for level in ("safe", "at_risk", "harmed", "undetermined")}
        assert {level: int(found.min()) for level, found in counts.items()} == {
            "safe": 4,
            "at_risk": 4,
            "harmed": 3,
            "undetermined": 1,
        }

    def test_every_dozen_has_a_critical_harm_and_a_clear_one(self, end):
        """One of the harmed of a dozen is so by a critical harm and not by its score, another by its score."""
        results = end.results
        by_score = results["score_at_least_share"] >= float(end.level_rules.whole.harmed)
        by_critical = results["critical_indicators"].ne("") & ~by_score
        for found in (by_score, by_critical):
            assert found.to_numpy().reshape(-1, 12).any(axis=1).all()

    @pytest.mark.parametrize("month", [Month(1402, 3), Month(1405, 8)])
    def test_the_mix_does_not_depend_on_the_year(self, month):
        """In a year whose minimum wage nobody entered the levels are dealt the same."""
        made = generate(240, [month], SEED + 1, indicators=SHIPPED).tables
        shares = stratify_families(made, PARAMETERS, month).results["level"].value_counts(normalize=True)
        assert 0.3 < shares["safe"] < 0.4
        assert 0.3 < shares["at_risk"] < 0.4
        assert 0.2 < shares["harmed"] < 0.3
        assert 0.04 < shares["undetermined"] < 0.12

    def test_some_assessments_are_complete(self, end):
        """Some families are answered wholly, with a reason for every harm, and others are not."""
        assert 0.15 < end.results["is_complete"].mean() < 0.6

    def test_harm_follows_the_economy(self):
        """Families headed by women have more harms than others."""
        made = generate(1_200, [LAST], SEED, indicators=SHIPPED).tables
        harms = stratify_families(made, PARAMETERS, LAST).results["harms"]
        heads = made.members[made.members["role"].eq("head")].set_index("family_id")["sex"]
        means = harms.groupby(heads.reindex(harms.index).to_numpy()).mean()
        assert means["female"] > means["male"] + 0.5

    def test_capacities(self, end):
        """Most families have a strength, and the safe have more of them."""
        found = end.results.groupby(end.results["level"].astype("str"))["capacities"].mean()
        assert end.results["capacities"].gt(0).mean() > 0.7
        assert found["safe"] > found["harmed"]

    def test_more_improve_than_worsen(self, start, end):
        """Between the two visits a quarter or more improve, and a few worsen."""
        order = {"safe": 0, "at_risk": 1, "harmed": 2}
        before, after = (found.results["level"].astype("str").map(order) for found in (start, end))
        both = before.notna() & after.notna()
        improved, worsened = (after < before)[both].mean(), (after > before)[both].mean()
        assert improved > 0.25
        assert 0.02 < worsened < 0.5 * improved

    def test_regression_to_the_mean(self, start, end):
        """Those who began worst fell most, and those who began best rose."""
        before, after = (found.results["score_at_least_share"] for found in (start, end))
        change, worst = after - before, before.rank(pct=True)
        assert change[worst > 0.75].mean() < -0.05
        assert change[worst < 0.25].mean() > 0

    def test_what_cannot_change_does_not(self, start, end):
        """A disability found at the first visit is found at the second, and none is new."""
        row = SHIPPED.codes.index("disability")
        known = (start.answers.state[row] == 0) & (end.answers.state[row] == 0)
        before, after = (found.is_deprived("least")[row][known] for found in (start, end))
        assert before.any()
        assert (before == after).all()


class TestTwoHelpers:
    def test_families_seen_twice(self):
        """Of 120 families 40 or nearly were seen by two helpers, from one to ten days apart, the last time."""
        made = generate(120, SPAN, SEED, indicators=SHIPPED).tables.observations
        pairs = double_visits(made, window_days=14, until_day=LAST_DAY)
        apart = [
            (gregorian(second) - gregorian(first)).days
            for first, second in pairs[["first_day", "second_day"]].drop_duplicates().itertuples(index=False)
        ]
        assert 38 <= pairs["family_id"].nunique() <= 40
        assert 1 <= min(apart) <= max(apart) <= 10
        assert (pairs["first_observer"] != pairs["second_observer"]).all()

    def test_helpers_mostly_agree(self, tables):
        """On nearly every indicator they agree well; on two that are left to the eye they hardly do."""
        found = agreement_by_indicator(tables.observations, SHIPPED, window_days=14, until_day=LAST_DAY)
        kappas = found["kappa_plain"][found["pairs"] >= 30].dropna().astype(float)
        assert (kappas < 0.4).sum() == 2
        assert kappas.median() > 0.8


class TestFood:
    @pytest.mark.parametrize("state", range(4))
    def test_a_week_has_the_class_it_was_drawn_for(self, state):
        """Whatever days are drawn for a state, both scores lie in its class, and in none other for a missing answer."""
        states = np.full(BLOCK, state)
        names = [f"{name}_days" for name in FOOD_GROUPS + COPING]
        drawn = draw_weeks(Draws((SEED, 99, 0), slice(0, BLOCK)), states, states)
        weeks = pd.DataFrame(drawn, columns=names).astype("Int64").where(drawn >= 0)
        eaten, coped = food_consumption(weeks), reduced_coping(weeks)
        bounds = {"at_least_halves": (84, 56, 42), "at_most_halves": (84, 56, 42)}
        for column, limits in bounds.items():
            classes = np.sum([eaten[column] <= limit for limit in limits], axis=0)
            known = eaten["score_halves"].notna().to_numpy()
            assert set(classes[known]) == {state}
            assert (classes >= 2).tolist() == [state >= 2] * BLOCK
        classes = np.sum([coped["at_most"] >= limit for limit in (4, 19, 43)], axis=0)
        assert set(classes[coped["index"].notna()]) == {state}
        assert (classes >= 2).tolist() == [state >= 2] * BLOCK

    def test_a_week_for_each_visit(self, tables):
        """Every first helper's visit has its food week, and a few of them lack an answer."""
        visited = tables.observations.groupby("family_id")["day"].agg(["min", "max"])
        weeks = tables.food_weeks.groupby("family_id")["day"].agg(["min", "max"])
        assert visited["max"].tolist() == weeks["max"].reindex(visited.index).tolist()
        lacking = tables.food_weeks.isna().any(axis=1).mean()
        assert 0 < lacking < 0.15


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """The members of three thousand families, with the years since their birth."""
    members = generate(3_000, SPAN[-1:], SEED).tables.members
    return members.assign(age=LAST.year - members["birth_day"] // 10_000)


class TestSchooling:
    def test_cohorts(self, people):
        """Four in ten or more of those over sixty have no schooling, and hardly anybody from 25 to 39."""
        none = people["schooling"].eq("none")
        assert none[people["age"] > 62].mean() > 0.35
        assert none[people["age"].between(26, 38)].mean() < 0.08

    def test_children(self, people):
        """Infants have none and go nowhere; nine in ten of school age go; nobody has more than the age allows."""
        infants, pupils = people[people["age"] <= 5], people[people["age"].between(8, 16)]
        assert set(infants["schooling"].dropna()) == {"none"}
        assert set(infants["attends_school"].dropna()) == {"no"}
        assert 0.85 < pupils["attends_school"].eq("yes").mean() < 0.97
        assert set(pupils["schooling"].dropna()) == {"none", "reading", "primary", "lower_secondary"}

    def test_some_are_not_recorded(self, people):
        """A few per cent of either answer are missing."""
        assert 0.01 < people["schooling"].isna().mean() < 0.06
        assert 0.02 < people["attends_school"].isna().mean() < 0.12


def test_no_catalogue_no_indicators():
    """Parameters without a catalogue give none, and those with one the month's."""
    bare = load_parameters(Path(__file__).parents[2] / "parameters" / "sample", is_synthetic=False)
    assert indicators_at(bare, LAST) is None
    assert indicators_at(PARAMETERS, LAST).codes == SHIPPED.codes


@pytest.mark.slow
def test_a_hundred_thousand_families_are_visited_in_a_minute():
    """The shipped catalogue asked of a hundred thousand families, some five million answers, takes under a minute."""
    began = time.perf_counter()
    made = generate(100_000, [LAST], SEED, indicators=SHIPPED).tables
    assert time.perf_counter() - began < 60
    assert len(made.observations) > 4_000_000
    assert made.observations["family_id"].nunique() > 98_000
