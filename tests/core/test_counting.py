"""Counting deprivations: the worked example exactly, the float trap, and what may never happen."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.levels.counting import (
    AT_RISK,
    HARMED,
    SAFE,
    CutOffs,
    CutOffsInvalid,
    Poverty,
    WeightsTooFine,
    WholeWeights,
    level_codes,
    poverty,
    scores,
)

F = Fraction
NAMES = ["c1", "c2", "s1", "s2", "s3", "e1", "e2"]
WEIGHTS = [F(1, 6), F(1, 6), F(1, 9), F(1, 9), F(1, 9), F(1, 6), F(1, 6)]
DEPRIVED_IN = [[], ["s1", "e2"], ["c1", "s2", "e1"], ["c1", "c2", "s1", "e1", "e2"], ["s3"]]
PERSONS = np.array([4, 5, 6, 3, 2])
IN_A = np.array([True, True, True, False, False])
DEPRIVED = np.array([[name in family for family in DEPRIVED_IN] for name in NAMES])
CUT_OFFS = CutOffs(F(1, 5), F(1, 3))


def levels(is_deprived: np.ndarray = DEPRIVED) -> np.ndarray:
    whole = WholeWeights.of(WEIGHTS)
    return level_codes(scores(is_deprived, whole), whole, CUT_OFFS, np.zeros(is_deprived.shape[1], dtype=bool))


def measured(
    *, by_person: bool = False, where: np.ndarray | None = None, is_deprived: np.ndarray = DEPRIVED
) -> Poverty:
    here = np.ones(5, dtype=bool) if where is None else where
    chosen = is_deprived[:, here]
    return poverty(chosen, levels(chosen) == HARMED, WEIGHTS, PERSONS[here] if by_person else None)


def by_domain(found: Poverty) -> dict[str, Fraction]:
    shares = dict.fromkeys("cse", F(0))
    for name, share in zip(NAMES, found.contribution, strict=True):
        shares[name[0]] += share
    return shares


class TestWorkedExample:
    """Five families, seven indicators (Alkire & Foster 2011), by the fractions of the oracle."""

    def test_scores_and_levels(self):
        """0, 5/18, 4/9, 7/9 and 1/9 are safe, at risk, harmed, harmed and safe with cut-offs 1/5 and 1/3."""
        whole = WholeWeights.of(WEIGHTS)
        found = [F(int(parts), whole.whole) for parts in scores(DEPRIVED, whole)]

        assert found == [F(0), F(5, 18), F(4, 9), F(7, 9), F(1, 9)]
        assert levels().tolist() == [SAFE, AT_RISK, HARMED, HARMED, SAFE]

    def test_by_household(self):
        """H = 2/5, A = 11/18, M0 = 11/45."""
        found = measured()

        assert (found.headcount, found.intensity, found.adjusted_headcount) == (F(2, 5), F(11, 18), F(11, 45))
        assert (found.population, found.poor) == (5, 2)

    def test_headcounts_of_indicators(self):
        """Censored to the poor, and uncensored."""
        found = measured()

        assert found.censored == (F(2, 5), F(1, 5), F(1, 5), F(1, 5), F(0), F(2, 5), F(1, 5))
        assert found.uncensored == (F(2, 5), F(1, 5), F(2, 5), F(1, 5), F(1, 5), F(2, 5), F(2, 5))

    def test_contributions_of_domains(self):
        """Cultural 9/22, social 4/22 and economic 9/22 of M0."""
        assert by_domain(measured()) == {"c": F(9, 22), "s": F(4, 22), "e": F(9, 22)}

    @pytest.mark.parametrize(("where", "adjusted", "part"), [(IN_A, F(4, 27), F(4, 11)), (~IN_A, F(7, 18), F(7, 11))])
    def test_by_area(self, where, adjusted, part):
        """Area A has 4/27 and brings 4/11 of the whole, area B 7/18 and 7/11."""
        found = measured(where=where)

        assert found.adjusted_headcount == adjusted
        assert F(found.population, 5) * found.adjusted_headcount / measured().adjusted_headcount == part

    def test_by_person(self):
        """H = 9/20, A = 5/9, M0 = 1/4; cultural 2/5, social 1/5, economic 2/5."""
        found = measured(by_person=True)

        assert (found.headcount, found.intensity, found.adjusted_headcount) == (F(9, 20), F(5, 9), F(1, 4))
        assert by_domain(found) == {"c": F(2, 5), "s": F(1, 5), "e": F(2, 5)}

    @pytest.mark.parametrize(("where", "adjusted", "part"), [(IN_A, F(8, 45), F(8, 15)), (~IN_A, F(7, 15), F(7, 15))])
    def test_by_person_and_area(self, where, adjusted, part):
        """Area A has 8/45 and brings 8/15 of the whole, area B 7/15 and 7/15."""
        found = measured(by_person=True, where=where)

        assert found.adjusted_headcount == adjusted
        assert F(found.population, 20) * found.adjusted_headcount / F(1, 4) == part

    def test_what_the_non_poor_lack_does_not_count(self):
        """Taking s3 from F5, which is not poor, changes its uncensored headcount and not M0."""
        without = DEPRIVED.copy()
        without[NAMES.index("s3"), 4] = False
        before, after = measured(), measured(is_deprived=without)

        assert before.adjusted_headcount == after.adjusted_headcount
        assert (before.uncensored[4], after.uncensored[4]) == (F(1, 5), F(0))


class TestExactness:
    def test_the_float_trap(self):
        """Eight weights of 0.1 reach a cut-off of 0.8, which their floating sum does not."""
        whole = WholeWeights.of([F(1, 10)] * 10)
        eight = np.array([[place < 8] for place in range(10)])
        score = scores(eight, whole)
        floating = 0.0
        for _ in range(8):
            floating += 0.1

        found = level_codes(score, whole, CutOffs(F(1, 2), F("0.8")), np.array([False]))
        assert (found.tolist(), floating >= 0.8) == ([HARMED], False)

    @pytest.mark.parametrize(("numerator", "expected"), [(11, SAFE), (12, AT_RISK), (19, AT_RISK), (20, HARMED)])
    def test_on_the_cut_off_is_reached(self, numerator, expected):
        """With 60 parts a fifth is 12 and a third is 20: on it has reached it, one part less has not."""
        whole = WholeWeights.of([F(numerator, 60), 1 - F(numerator, 60)])
        score = scores(np.array([[True], [False]]), whole)

        assert level_codes(score, whole, CUT_OFFS, np.array([False])).tolist() == [expected]

    @pytest.mark.parametrize(
        ("cut_off", "parts"), [(F(1, 3), 4), (F(1, 4), 3), (F(1, 5), 2), (F(1, 100), 1), (F(1), 10)]
    )
    def test_the_least_parts_that_reach(self, cut_off, parts):
        """Of ten parts a third needs four, because three are less."""
        assert WholeWeights.of([F(1, 10)] * 10).needed(cut_off) == parts

    @pytest.mark.parametrize("largest", [255, 256, 65535, 65536, 2**31 - 1])
    def test_small_numbers_hold_every_sum(self, largest):
        """Where sums pass 8 or 16 bits wider numbers are used, so no score wraps round to a small one."""
        weights = [F(1, largest), F(largest - 1, largest)]

        assert scores(np.array([[True], [True]]), WholeWeights.of(weights)).tolist() == [largest]

    def test_weights_too_fine_are_refused(self):
        """More parts than can be counted exactly are refused, with what to do."""
        with pytest.raises(WeightsTooFine, match="smaller denominators"):
            WholeWeights.of([F(1, 65537), F(1, 65539)])

    def test_a_critical_harm_decides_by_itself(self):
        """It makes a family harmed whose score is nothing."""
        whole = WholeWeights.of([F(1)])

        assert level_codes(np.array([0, 0]), whole, CUT_OFFS, np.array([True, False])).tolist() == [HARMED, SAFE]


@pytest.mark.parametrize(
    ("at_risk", "harmed"), [(F(0), F(1, 2)), (F(1, 2), F(1, 2)), (F(1, 2), F(1, 3)), (F(1, 2), F(11, 10))]
)
def test_cut_offs_that_do_not_rise_are_refused(at_risk, harmed):
    """A cut-off at zero, two alike, two that fall and one above the whole."""
    with pytest.raises(CutOffsInvalid, match="must rise"):
        CutOffs(at_risk, harmed)


def test_nobody_is_poor():
    """Without anybody poor M0 is zero, and intensity and contributions are missing, not zero."""
    found = poverty(np.zeros((2, 3), dtype=bool), np.zeros(3, dtype=bool), [F(1, 2)] * 2)

    assert (found.headcount, found.adjusted_headcount, found.intensity) == (0, 0, None)
    assert found.contribution == (None, None)


def test_no_families():
    """Measures of nobody are zero or missing, and no error."""
    found = poverty(np.zeros((2, 0), dtype=bool), np.zeros(0, dtype=bool), [F(1, 2)] * 2)

    assert (found.population, found.headcount, found.adjusted_headcount, found.intensity) == (0, 0, 0, None)


@st.composite
def populations(draw: st.DrawFn) -> tuple[np.ndarray, list[Fraction], np.ndarray]:
    """Who is deprived in what (up to 5 indicators, 8 families), the weights, and the persons of each family."""
    parts = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    families = draw(st.integers(1, 8))
    cells = draw(st.lists(st.booleans(), min_size=len(parts) * families, max_size=len(parts) * families))
    persons = draw(st.lists(st.integers(1, 12), min_size=families, max_size=families))
    weights = [F(part, sum(parts)) for part in parts]
    return np.array(cells).reshape(len(parts), families), weights, np.array(persons)


def counted(is_deprived: np.ndarray, weights: list[Fraction]) -> np.ndarray:
    whole = WholeWeights.of(weights)
    return level_codes(scores(is_deprived, whole), whole, CUT_OFFS, np.zeros(is_deprived.shape[1], dtype=bool))


@given(population=populations(), data=st.data())
def test_split_and_recombined(population, data):
    """A centre divided at will has, weighted by its parts, the same M0 and censored headcounts as the whole."""
    is_deprived, weights, persons = population
    is_poor = counted(is_deprived, weights) == HARMED
    first = np.array(data.draw(st.lists(st.booleans(), min_size=len(persons), max_size=len(persons))))
    whole = poverty(is_deprived, is_poor, weights, persons)
    parts = [poverty(is_deprived[:, here], is_poor[here], weights, persons[here]) for here in (first, ~first)]

    assert sum(part.population * part.adjusted_headcount for part in parts) == (
        whole.population * whole.adjusted_headcount
    )
    for place in range(len(weights)):
        assert sum(part.population * part.censored[place] for part in parts) == (
            whole.population * whole.censored[place]
        )


@given(population=populations())
def test_the_measures_agree(population):
    """M0 is H times A, the mean of the poor's scores over all, and what the indicators bring sums to the whole."""
    is_deprived, weights, persons = population
    is_poor = counted(is_deprived, weights) == HARMED
    found = poverty(is_deprived, is_poor, weights, persons)
    score = [sum((w for w, lacks in zip(weights, family, strict=True) if lacks), F(0)) for family in is_deprived.T]
    of_poor = sum(
        (c * int(size) for c, size, poor in zip(score, persons, is_poor, strict=True) if poor),
        F(0),
    )

    assert found.adjusted_headcount == of_poor / int(persons.sum())
    assert found.adjusted_headcount == found.headcount * (found.intensity or 0)
    assert sum(part or 0 for part in found.contribution) == (1 if is_poor.any() else 0)


@given(population=populations(), data=st.data())
def test_a_deprivation_removed_never_raises_poverty(population, data):
    """M0 never rises, and no family's level worsens, when a deprivation goes."""
    is_deprived, weights, persons = population
    row = data.draw(st.integers(0, len(weights) - 1))
    column = data.draw(st.integers(0, len(persons) - 1))
    fewer = is_deprived.copy()
    fewer[row, column] = False
    before, after = counted(is_deprived, weights), counted(fewer, weights)

    assert (after <= before).all()
    assert (
        poverty(fewer, after == HARMED, weights, persons).adjusted_headcount
        <= poverty(is_deprived, before == HARMED, weights, persons).adjusted_headcount
    )
