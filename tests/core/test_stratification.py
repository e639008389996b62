"""Levels of families: the range of what is possible, and what may never change a level."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.levels.counting import CutOffs
from hamyar.core.levels.indicators import DOMAINS, IndicatorSet
from hamyar.core.levels.stratification import LevelRules, Stratification, is_known, stratify_families
from hamyar.store.parameter_files import load_parameters
from tests.core.levels_making import (
    FIFTH,
    MONTH,
    THIRD,
    UNKNOWN,
    even_set,
    harm_sets,
    indicator,
    indicator_set,
    ranged,
    stratified,
)
from tests.core.making import MILLION, PARAMETERS, complete, tables

F = Fraction
LEVEL_COLUMNS = ["level", "level_at_best", "level_at_worst"]


def worked_example() -> Stratification:
    """The five families of the Alkire-Foster example: seven harms in three domains, level 2 where deprived."""
    weights = {"e1": F(1, 6), "e2": F(1, 6), "s1": F(1, 9), "s2": F(1, 9), "s3": F(1, 9), "c1": F(1, 6), "c2": F(1, 6)}
    domains = {"e": "economic", "s": "social", "c": "cultural"}
    indicators = indicator_set([(indicator(code), domains[code[0]], weight) for code, weight in weights.items()])
    lacking = [[], ["s1", "e2"], ["c1", "s2", "e1"], ["c1", "c2", "s1", "e1", "e2"], ["s3"]]
    return stratified(indicators, [[2 if code in family else 1 for code in weights] for family in lacking])


class TestKnown:
    def test_the_worked_example(self):
        """Scores 0, 5/18, 4/9, 7/9, 1/9 are safe, at risk, harmed, harmed, safe; level 1 is no deprivation."""
        found = worked_example()
        scores = [F(int(score), found.weights.whole) for score in found.least.score]

        assert scores == [F(0), F(5, 18), F(4, 9), F(7, 9), F(1, 9)]
        assert found.results["level"].tolist() == ["safe", "at_risk", "harmed", "harmed", "safe"]
        assert found.results["harms"].tolist() == [0, 2, 3, 5, 1]

    def test_domains_by_themselves(self):
        """Each domain is counted with its own weights brought to 1: one of two economic harms is a half."""
        found = worked_example()
        least, weights = found.domain_count("economic", "least")

        assert [F(int(score), weights.whole) for score in least.score] == [F(0), F(1, 2), F(1, 2), F(1), F(0)]
        assert found.results["economic_level"].tolist() == ["safe", "harmed", "harmed", "harmed", "safe"]
        assert found.results["social_score_at_least_share"].tolist() == [0, 1 / 3, 1 / 3, 1 / 3, 1 / 3]

    def test_a_domain_has_its_own_cut_offs(self):
        """The cut-offs of the whole and of a domain are two parameters."""
        example = worked_example()
        found = example.under(LevelRules(CutOffs(FIFTH, THIRD), CutOffs(F(1, 2), F(1))))

        assert found.results["economic_level"].tolist() == ["safe", "at_risk", "at_risk", "harmed", "safe"]
        assert found.results["level"].tolist() == example.results["level"].tolist()

    def test_only_the_domains_that_count_have_columns(self):
        """A catalogue without cultural harms makes no cultural columns."""
        columns = stratified(even_set(3), [[0, 0, 0]]).results.columns

        assert [name for name in DOMAINS if f"{name}_level" in columns] == ["economic"]

    def test_eight_tenths_reach_four_fifths(self):
        """The float trap, through the whole stratification."""
        found = stratified(even_set(10), [[2] * 8 + [0] * 2], at_risk=F(1, 2), harmed=F(4, 5))

        assert found.results["level"].tolist() == ["harmed"]

    def test_a_family_of_any_id_keeps_its_row(self):
        """Results are indexed by family, in the order given."""
        assert stratified(even_set(1), [[2], [0]], ids=["Z", "A"]).results.index.tolist() == ["Z", "A"]

    def test_no_family(self):
        """No family makes an empty table with every column."""
        found = stratified(even_set(2), []).results

        assert (len(found), list(found.columns)) == (0, list(stratified(even_set(2), [[0, 0]]).results.columns))


class TestCritical:
    def indicators(self) -> IndicatorSet:
        return indicator_set(
            [
                (indicator("debt"), "economic", F(1, 2)),
                (indicator("violence", critical_from=2), "social", F(1, 4)),
                (indicator("illness", critical_from=3), "social", F(1, 4)),
            ]
        )

    def test_one_is_enough(self):
        """A critical harm puts a family among the harmed by itself, in its domain too, and in no other."""
        found = stratified(
            self.indicators(), [[0, 2, 0], [0, 0, 2], [0, 2, 3]], at_risk=F(3, 10), harmed=F(3, 5)
        ).results

        assert found["level"].tolist() == ["harmed", "safe", "harmed"]
        assert found["social_level"].tolist() == ["harmed", "at_risk", "harmed"]
        assert found["economic_level"].tolist() == ["safe"] * 3
        assert found["critical_indicators"].tolist() == ["violence", "", "violence illness"]

    def test_an_open_one_is_not_told_as_there(self):
        """What nobody asked is critical only in the worst case, and is not listed."""
        found = stratified(self.indicators(), [[0, UNKNOWN, 0]]).results.loc["F1"]

        assert found[[*LEVEL_COLUMNS, "critical_indicators"]].tolist() == ["undetermined", "safe", "harmed", ""]


class TestOpen:
    def test_undetermined_where_the_range_spans_a_cut_off(self):
        """One of five unanswered: with no harm it is safe or at risk; with all others bad it is harmed anyway."""
        found = stratified(even_set(5), [[0, 0, 0, 0, UNKNOWN], [2, 2, 2, 2, UNKNOWN]]).results

        assert found[LEVEL_COLUMNS].to_numpy().tolist() == [
            ["undetermined", "safe", "at_risk"],
            ["harmed", "harmed", "harmed"],
        ]
        assert found["score_at_least_share"].tolist() == [0.0, 0.8]
        assert found["score_at_most_share"].tolist() == [0.2, 1.0]

    def test_nobody_asked_anything(self):
        """A family of which nothing is known is undetermined, never safe."""
        found = stratified(even_set(5), [[UNKNOWN] * 5]).results.loc["F1"]

        assert found[[*LEVEL_COLUMNS, "unanswered", "is_complete"]].tolist() == [
            "undetermined",
            "safe",
            "harmed",
            5,
            False,
        ]

    def test_complete(self):
        """Complete is a family whose every indicator is answered, with a reason where one is due."""
        made = stratified(even_set(2), [[0, 2], [0, 2], [0, UNKNOWN]])
        made.answers.lacks_reason[1, 1] = True
        found = made.results

        assert found["unanswered"].tolist() == [0, 0, 1]
        assert found["unreasoned"].tolist() == [0, 1, 0]
        assert found["is_complete"].tolist() == [True, False, False]

    def test_what_does_not_apply_is_answered(self):
        """It counts as no harm and leaves nothing open."""
        found = ranged(even_set(2), [[None, (0, 0)]])

        assert found.results.loc["F1", [*LEVEL_COLUMNS, "unanswered"]].tolist() == ["safe", "safe", "safe", 0]
        assert is_known(found.answers).tolist() == [[False], [True]]


class TestCapacities:
    def indicators(self) -> IndicatorSet:
        harms = [(indicator(f"h{n}"), "economic", F(1, 3)) for n in range(3)]
        return indicator_set(harms, [indicator("skill"), indicator("kin", counts_from=3)])

    def test_they_are_listed(self):
        """A strength counts from its own level; an open one is unanswered and not present."""
        found = stratified(self.indicators(), [[0, 0, 0, 2, 3], [0, 0, 0, 3, 2], [0, 0, 0, UNKNOWN, 0]]).results

        assert found["capacities"].tolist() == [2, 1, 0]
        assert found["unanswered"].tolist() == [0, 0, 1]

    @settings(max_examples=60)
    @given(levels=st.lists(st.sampled_from([0, 1, 2, 3, UNKNOWN]), min_size=3, max_size=3), data=st.data())
    def test_they_change_no_level(self, levels, data):
        """Whatever the strengths, every level and score is the same as without them."""
        strengths = data.draw(st.lists(st.sampled_from([0, 1, 2, 3, UNKNOWN]), min_size=2, max_size=2))
        found = stratified(self.indicators(), [[*levels, *strengths], [*levels, 0, 0]]).results
        columns = [name for name in found.columns if "level" in name or "score" in name]

        assert found.iloc[0][columns].tolist() == found.iloc[1][columns].tolist()


CELLS = st.sampled_from([0, 1, 2, 3, UNKNOWN])
ORDER = {"safe": 0, "at_risk": 1, "harmed": 2}


@st.composite
def families(draw: st.DrawFn) -> tuple[IndicatorSet, list[int | None]]:
    indicators = draw(harm_sets(6))
    size = len(indicators.harms)
    return indicators, draw(st.lists(CELLS, min_size=size, max_size=size))


@settings(max_examples=60)
@given(family=families(), data=st.data())
def test_a_worse_answer_never_improves_a_level(family, data):
    """Raising one indicator improves neither the best nor the worst case, of the whole or of any domain."""
    indicators, row = family
    place = data.draw(st.integers(0, len(row) - 1))
    low, high = sorted((data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))))
    rows = [[*row[:place], level, *row[place + 1 :]] for level in (low, high)]
    found = stratified(indicators, rows).results
    for column in (name for name in found.columns if name.endswith(("level_at_best", "level_at_worst"))):
        before, after = found[column].astype("str").map(ORDER)
        assert before <= after


@settings(max_examples=60)
@given(family=families(), data=st.data())
def test_an_answer_removed_only_widens(family, data):
    """Without an answer the best case is as good or better and the worst as bad or worse; a known level may go."""
    indicators, row = family
    place = data.draw(st.integers(0, len(row) - 1))
    found = stratified(indicators, [row, [*row[:place], UNKNOWN, *row[place + 1 :]]]).results
    for prefix in ("", *(f"{domain}_" for domain in DOMAINS if f"{domain}_level" in found.columns)):
        best, worst = (found[f"{prefix}level_at_{end}"].astype("str").map(ORDER).tolist() for end in ("best", "worst"))
        assert best[1] <= best[0] <= worst[0] <= worst[1]
        level = found[f"{prefix}level"].tolist()
        assert level[1] in (level[0], "undetermined")


@settings(max_examples=60)
@given(family=families(), data=st.data())
def test_names_and_order_change_nothing(family, data):
    """Indicators renamed, and reordered within their domains, give the same levels and scores."""
    indicators, row = family
    places = data.draw(st.permutations(range(len(row))))
    places = sorted(places, key=lambda place: DOMAINS.index(indicators.harms[place].domain))
    renamed = indicator_set(
        [
            (harm.indicator.model_copy(update={"code": f"x_{harm.code}"}), harm.domain, harm.weight)
            for harm in (indicators.harms[place] for place in places)
        ]
    )
    before = stratified(indicators, [row]).results
    after = stratified(renamed, [[row[place] for place in places]]).results
    columns = [name for name in before.columns if name != "critical_indicators"]

    assert before[columns].equals(after[columns])


@settings(max_examples=60)
@given(family=families(), data=st.data())
def test_one_family_as_among_many(family, data):
    """A family has the same row by itself and among others."""
    indicators, row = family
    size = len(row)
    others = data.draw(st.lists(st.lists(CELLS, min_size=size, max_size=size), max_size=4))
    among = stratified(indicators, [*others, row], ids=[*(f"O{n}" for n in range(len(others))), "F1"]).results

    assert stratified(indicators, [row]).results.equals(among.loc[["F1"]])


class TestUnder:
    def test_other_cut_offs(self):
        """The same answers under stricter cut-offs; the first stratification stays as it was."""
        made = stratified(even_set(5), [[2, 0, 0, 0, 0]])
        strict = made.under(LevelRules(CutOffs(F(1, 10), FIFTH), CutOffs(F(1, 10), FIFTH)))

        assert (made.results["level"].tolist(), strict.results["level"].tolist()) == (["at_risk"], ["harmed"])

    def test_other_weights(self):
        """The same answers with the first indicator made heavy."""
        made = stratified(even_set(5), [[2, 0, 0, 0, 0]])
        weights = [F(3, 5), *[F(1, 10)] * 4]
        heavy = indicator_set([(indicator(f"h{n}"), "economic", weight) for n, weight in enumerate(weights, 1)])

        assert made.under(made.level_rules, heavy).results["level"].tolist() == ["harmed"]


class TestFromTables:
    def test_a_family_from_its_facts(self):
        """Without a single observation a family's economy is computed, the rest is open, and it is undetermined."""
        parameters = load_parameters(PARAMETERS)
        found = stratify_families(tables(complete(10 * MILLION, 30 * MILLION)), parameters, MONTH)
        row = found.results.loc["F1"]

        assert (row["level"], row["level_at_worst"]) == ("undetermined", "harmed")
        gap = found.indicators.codes.index("gap")
        assert (found.answers.least[gap, 0], found.answers.most[gap, 0]) == (3, 3)

    def test_the_cut_offs_are_parameters(self):
        """The rules of a month are the four cut-offs of its parameters, and their use is remembered."""
        rules = ParametersInUse(load_parameters(PARAMETERS), MONTH)

        assert LevelRules.of(rules) == LevelRules(CutOffs(F(1, 9), F(2, 9)), CutOffs(F(1, 6), F(1, 3)))
        assert len(rules.used) == 4


def test_levels_are_words():
    """Levels are categories in their order, so that a million of them take little room; the codes are text."""
    found = stratified(even_set(2), [[0, 2]]).results

    assert found["level"].cat.categories.tolist() == ["safe", "at_risk", "harmed", "undetermined"]
    assert isinstance(found["critical_indicators"].dtype, pd.StringDtype)
    assert found["is_complete"].dtype == np.dtype(bool)


@pytest.mark.parametrize("case", ["least", "most"])
def test_where_it_is_never_critical_no_level_reaches(case):
    """Three, the worst level, is not critical where the catalogue names none."""
    assert not getattr(stratified(even_set(1), [[3]]), case).is_critical.any()
