"""The chance of each level and the question that settles it, held against every case counted out by hand or machine."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.levels import chances
from hamyar.core.levels.background import Background, BackgroundLacks, Shares
from hamyar.core.levels.chances import (
    Question,
    ReportingError,
    ask_next,
    exact_chances,
    level_chances,
    results_with_chances,
)
from hamyar.core.levels.counting import LEVELS, WeightsTooFine
from hamyar.core.levels.stratification import Stratification
from tests.core.levels_making import MONTH, UNKNOWN, even_set, harm_sets, indicator, indicator_set, ranged, stratified
from tests.core.making import shipped_parameters

HALF, QUARTER, TENTH = Fraction(1, 2), Fraction(1, 4), Fraction(1, 10)
NO_ERROR = ReportingError(Fraction(0), Fraction(0), Fraction(4, 5))
SHIPPED = ReportingError(Fraction(1, 20), Fraction(1, 50), Fraction(4, 5))
COLUMNS = ["chance_safe_share", "chance_at_risk_share", "chance_harmed_share"]


def flat(stratification: Stratification, harm: Fraction = HALF, critical: Fraction = Fraction(0)) -> Background:
    """The same shares for every harm; where every harm is critical, the critical one."""
    found = {}
    for harmful in stratification.indicators.harms:
        critical_from, counts_from = harmful.indicator.critical_from, harmful.indicator.counts_from
        if critical_from is None:
            found[harmful.code] = Shares(harm, Fraction(0))
        else:
            found[harmful.code] = Shares(critical if critical_from <= counts_from else harm, critical)
    return Background(found)


class TestOracle:
    error = ReportingError(TENTH, TENTH, Fraction(4, 5))

    def oracle(self) -> Stratification:
        return stratified(even_set(4), [[2, 2, 0, 0]], at_risk=QUARTER, harmed=HALF)

    def test_exactly(self):
        """Four equal reports, each wrong with 0.1, seen 1, 1, 0, 0: half or more is reached with exactly 0.8443."""
        stratification = self.oracle()

        assert exact_chances(stratification, 0, self.error, flat(stratification))[2] == Fraction(8443, 10000)

    def test_on_floats(self):
        """The vectorised way shows the same number."""
        stratification = self.oracle()
        row = level_chances(stratification, self.error, flat(stratification)).loc["F1"]

        assert row["chance_harmed_share"] == 0.8443
        assert not row["is_second_look"]


class TestModel:
    @pytest.mark.parametrize(
        ("level", "expected"),
        [
            (0, (Fraction(49, 50), Fraction(0), Fraction(1, 50))),
            (1, (Fraction(49, 50), Fraction(0), Fraction(1, 50))),
            (2, (Fraction(1, 20), Fraction(0), Fraction(19, 20))),
            (3, (Fraction(1, 20), Fraction(0), Fraction(19, 20))),
        ],
    )
    @pytest.mark.parametrize("critical_from", [None, 2])
    def test_an_answer_may_be_wrong(self, critical_from, level, expected):
        """A harm on record is none with 1/20, an untold one is there with 1/50; here one harm decides everything."""
        indicators = indicator_set([(indicator("h1", critical_from=critical_from), "social", Fraction(1))])
        stratification = stratified(indicators, [[level]], at_risk=HALF, harmed=Fraction(1))

        assert exact_chances(stratification, 0, SHIPPED, flat(stratification)) == expected

    @pytest.mark.parametrize(
        ("level", "expected"),
        [
            (0, (Fraction(49, 50), Fraction(1, 50), Fraction(0))),
            (2, (Fraction(1, 20), Fraction(19, 20), Fraction(0))),
            (3, (Fraction(1, 20), Fraction(0), Fraction(19, 20))),
        ],
    )
    def test_how_grave_a_harm_is_is_believed(self, level, expected):
        """With three outcomes an error moves between none and what is on record; an untold harm is a plain one."""
        indicators = indicator_set(
            [(indicator("h1", critical_from=3), "social", HALF), (indicator("h2", can_change="never"), "social", HALF)]
        )
        stratification = ranged(indicators, [[(level, level), None]], at_risk=HALF, harmed=Fraction(1))

        assert exact_chances(stratification, 0, SHIPPED, flat(stratification)) == expected

    @pytest.mark.parametrize(
        ("known", "expected"),
        [
            ((0, 3), (Fraction(6, 10), Fraction(3, 10), Fraction(1, 10))),
            ((0, 2), (Fraction(6, 9), Fraction(3, 9), Fraction(0))),
            ((2, 3), (Fraction(0), Fraction(3, 4), Fraction(1, 4))),
            ((0, 1), (Fraction(49, 50), Fraction(1, 50), Fraction(0))),
        ],
    )
    def test_an_open_answer_is_drawn_from_what_is_possible(self, known, expected):
        """The background's shares, limited to the outcomes that are still possible; one outcome counts as answered."""
        indicators = indicator_set(
            [(indicator("h1", critical_from=3), "social", HALF), (indicator("h2"), "social", HALF)]
        )
        stratification = ranged(indicators, [[known, None]], at_risk=HALF, harmed=Fraction(1))
        background = flat(stratification, Fraction(4, 10), TENTH)

        assert exact_chances(stratification, 0, SHIPPED, background) == expected

    def test_the_worst_where_the_background_knows_no_such_thing(self):
        """A harm of which the background says that there is none is still possible, and is not taken for good news."""
        indicators = indicator_set([(indicator("h1", critical_from=3), "social", Fraction(1))])
        stratification = ranged(indicators, [[(2, 3)]], at_risk=HALF, harmed=Fraction(1))

        assert exact_chances(stratification, 0, SHIPPED, flat(stratification, Fraction(0))) == (0, 0, 1)

    def test_what_does_not_apply_is_sure(self):
        """No error is made about what does not concern a family."""
        stratification = ranged(even_set(2), [[None, None]])

        assert exact_chances(stratification, 0, SHIPPED, flat(stratification)) == (1, 0, 0)

    def test_without_error_a_known_level_is_certain(self):
        """Where nothing is wrong and nothing open, the stated level has the chance 1."""
        stratification = stratified(even_set(10), [[0] * 10, [2] * 2 + [0] * 8, [2] * 10])
        found = level_chances(stratification, NO_ERROR, flat(stratification))

        assert found[COLUMNS].to_numpy().tolist() == np.eye(3).tolist()
        assert found["is_second_look"].tolist() == [False] * 3


def cases(stratification: Stratification, error: ReportingError, background: Background) -> Iterator[tuple]:
    """Every combination of true outcomes of the first family, as (chance, score, whether one is critical)."""
    ways = []
    for place, harm in enumerate(stratification.indicators.harms):
        counts, critical = harm.indicator.counts_from, harm.indicator.critical_from or 4
        least, most = (int(stratification.levels(case)[place, 0]) for case in ("least", "most"))
        shares = background[harm.code]
        kinds = {
            "none": (Fraction(0), False),
            "harm": (harm.weight, False),
            "critical": (harm.weight, True),
        }
        at = [kind_of(level, counts, critical) for level in range(least, most + 1)]
        possible = dict.fromkeys(at)
        if stratification.answers.state[place, 0] == 1:
            chance = {"none": Fraction(1)}
        elif len(possible) > 1:
            drawn = {"none": 1 - shares.harm, "harm": shares.harm - shares.critical, "critical": shares.critical}
            total = sum(drawn[kind] for kind in possible)
            chance = {kind: drawn[kind] / total for kind in possible} if total else {at[-1]: Fraction(1)}
        elif at[0] == "none":
            untold = "critical" if critical <= counts else "harm"
            chance = {"none": 1 - error.unreported_harm_share, untold: error.unreported_harm_share}
        else:
            chance = {"none": error.reported_harm_wrong_share, at[0]: 1 - error.reported_harm_wrong_share}
        ways.append([(value, *kinds[kind]) for kind, value in chance.items()])
    for way in product(*ways):
        yield prod(part[0] for part in way), sum(part[1] for part in way), any(part[2] for part in way)


def kind_of(level: int, counts: int, critical: int) -> str:
    return "critical" if level >= critical else "harm" if level >= counts else "none"


def level_of(score: Fraction, is_critical: bool, stratification: Stratification) -> int:
    rules = stratification.level_rules.whole
    return 2 if is_critical or score >= rules.harmed else 1 if score >= rules.at_risk else 0


SHARE = st.integers(0, 6).map(lambda n: Fraction(n, 6))


@st.composite
def situations(draw: st.DrawFn, most: int = 5) -> tuple[Stratification, ReportingError, Background]:
    indicators = draw(harm_sets(most))
    cells = []
    for _ in indicators.harms:
        least = draw(st.integers(0, 3))
        cells.append(draw(st.sampled_from([(least, least), (least, draw(st.integers(least, 3))), None, (0, 3)])))
    at_risk = Fraction(draw(st.integers(1, 10)), 12)
    harmed = Fraction(draw(st.integers(int(at_risk * 12) + 1, 12)), 12)
    stratification = ranged(indicators, [cells], at_risk=at_risk, harmed=harmed)
    shares = {}
    for harm in indicators.harms:
        critical, more = sorted((draw(SHARE), draw(SHARE)))
        critical_from = harm.indicator.critical_from
        if critical_from is None:
            critical = Fraction(0)
        elif critical_from <= harm.indicator.counts_from:
            more = critical
        shares[harm.code] = Shares(more, critical)
    return stratification, ReportingError(draw(SHARE), draw(SHARE), draw(SHARE)), Background(shares)


@given(situation=situations())
def test_every_case_counted_out(situation):
    """The chances are the sums over every combination of true outcomes, exactly, and on floats to four decimals."""
    stratification, error, background = situation
    expected = [Fraction(0)] * 3
    for chance, score, is_critical in cases(stratification, error, background):
        expected[level_of(score, is_critical, stratification)] += chance
    shown = level_chances(stratification, error, background).loc["F1", COLUMNS]

    assert exact_chances(stratification, 0, error, background) == tuple(expected)
    assert shown.tolist() == pytest.approx([float(chance) for chance in expected], abs=0.00005001)


@given(situation=situations())
def test_deciding_counted_out(situation):
    """A question decides with the chance, over the other open answers, that best and worst answer differ in level."""
    stratification, _, background = situation
    sure = ReportingError(Fraction(0), Fraction(0), Fraction(0))
    expected = {}
    for place, harm in enumerate(stratification.indicators.harms):
        least, most = stratification.levels("least")[place, 0], stratification.levels("most")[place, 0]
        if least == most:
            continue
        total = Fraction(0)
        counts, critical = harm.indicator.counts_from, harm.indicator.critical_from or 4
        for chance, score, is_critical in without(stratification, place, sure, background):
            after = {
                level_of(
                    score + (harm.weight if level >= min(counts, critical) else 0),
                    is_critical or level >= critical,
                    stratification,
                )
                for level in (least, most)
            }
            total += chance if len(after) > 1 else 0
        expected[harm.code] = total
    weights = {harm.code: harm.weight for harm in stratification.indicators.harms}
    codes = list(stratification.indicators.codes)
    ranked = sorted(expected, key=lambda code: (-expected[code], -weights[code], codes.index(code)))

    assert ask_next(stratification, 0, background) == [(code, expected[code]) for code in ranked]


def without(
    stratification: Stratification, place: int, error: ReportingError, background: Background
) -> Iterator[tuple]:
    """The cases of all harms but one, which is set not to apply."""
    answers = stratification.answers
    least, most, state = answers.least.copy(), answers.most.copy(), answers.state.copy()
    least[place], most[place], state[place] = 0, 0, 1
    rows = [
        [
            None if state[j, 0] == 1 else (int(least[j, 0]), int(most[j, 0]))
            for j in range(len(stratification.indicators.harms))
        ]
    ]
    rules = stratification.level_rules.whole
    left = ranged(stratification.indicators, rows, at_risk=rules.at_risk, harmed=rules.harmed)
    return cases(left, error, background)


class TestManyFamilies:
    def many(self, count: int = 300) -> tuple[Stratification, Background]:
        draws = np.random.default_rng(7)
        parts = [7, 11, 13, 17, 19, 23, 29, 31]
        harms = [
            (indicator(f"h{n}", critical_from=3 if n == 2 else None), "economic", Fraction(part, sum(parts)))
            for n, part in enumerate(parts)
        ]
        levels = draws.integers(0, 5, size=(count, len(parts)))
        rows = [[None if level > 3 else int(level) for level in row] for row in levels]
        stratification = stratified(indicator_set(harms), rows)
        return stratification, flat(stratification, Fraction(2, 5), Fraction(1, 20))

    def test_alone_and_among_many(self, monkeypatch):
        """A family's numbers are equal to the last bit alone, among many, and however the many are divided."""
        stratification, background = self.many()
        together = level_chances(stratification, SHIPPED, background)
        monkeypatch.setattr(chances, "AT_ONCE", 1000)
        divided = level_chances(stratification, SHIPPED, background)
        alone = [level_chances(one(stratification, place), SHIPPED, background).iloc[0] for place in range(40)]

        assert together.equals(divided)
        assert together.iloc[:40].to_numpy().tolist() == [row.to_numpy().tolist() for row in alone]

    def test_as_exact_as_shown(self):
        """Floats show the exact chance, rounded to four decimals."""
        stratification, background = self.many(60)
        shown = level_chances(stratification, SHIPPED, background)[COLUMNS].to_numpy()
        exact = np.array([exact_chances(stratification, place, SHIPPED, background) for place in range(60)])

        assert np.abs(shown - exact.astype(float)).max() <= 0.00005001

    def test_no_family(self):
        """No family is no error."""
        found = level_chances(stratified(even_set(3), []), SHIPPED, flat(stratified(even_set(3), [])))

        assert (len(found), list(found.columns)) == (0, [*COLUMNS, "is_second_look"])


def one(stratification: Stratification, place: int) -> Stratification:
    """One family of many by itself."""
    levels = stratification.answers.least[:, place].tolist()
    known = (stratification.answers.state[:, place] == 0).tolist()
    row = [level if is_known else None for level, is_known in zip(levels, known, strict=True)]
    return stratified(stratification.indicators, [row])


def test_fine_weights_are_counted_in_bounded_room(monkeypatch):
    """Weights in thousands of parts are taken few families at a time; in millions they are refused."""
    harms = [
        (indicator(f"h{n}"), "economic", weight)
        for n, weight in enumerate([Fraction(1, 9973), Fraction(4986, 9973), Fraction(4986, 9973)])
    ]
    stratification = stratified(indicator_set(harms), [[2, 2, 0]] * 100)
    background = flat(stratification)
    found = level_chances(stratification, NO_ERROR, background)

    assert found["chance_harmed_share"].tolist() == [1.0] * 100
    monkeypatch.setattr(chances, "MOST_SCORES", 3000)
    with pytest.raises(WeightsTooFine, match="9973"):
        level_chances(stratification, NO_ERROR, background)


class TestSecondLook:
    def looks(self, bound: Fraction) -> bool:
        stratification = stratified(even_set(1), [[2]], at_risk=HALF, harmed=Fraction(1))
        error = ReportingError(Fraction(1, 5), Fraction(0), bound)
        return bool(level_chances(stratification, error, flat(stratification))["is_second_look"].iloc[0])

    @pytest.mark.parametrize(
        ("bound", "expected"), [(Fraction(4, 5), False), (Fraction(80001, 100000), True), (Fraction(3, 4), False)]
    )
    def test_on_the_bound_is_sure_enough(self, bound, expected):
        """A chance of 0.8 is not less than four in five."""
        assert self.looks(bound) == expected

    def test_undetermined_is_always_looked_at(self):
        """A level that answers leave open deserves a second look, however likely one of them is."""
        stratification = stratified(even_set(2), [[0, UNKNOWN]])
        found = level_chances(stratification, NO_ERROR, flat(stratification, Fraction(1, 1000)))

        assert (found["chance_safe_share"].iloc[0], found["is_second_look"].iloc[0]) == (0.999, True)


def test_the_row_of_the_monthly_run():
    """Results with chances are the results, then the chances, by the parameters in use, which are remembered."""
    rules = ParametersInUse(shipped_parameters(), MONTH)
    stratification = stratified(even_set(5), [[2, 0, 0, 0, 0], [0, 0, UNKNOWN, 0, 0]])
    background = Background.prior(stratification.indicators, rules)
    found = results_with_chances(stratification, rules, background)

    assert found[stratification.results.columns].equals(stratification.results)
    assert list(found.columns[-4:]) == [*COLUMNS, "is_second_look"]
    assert found["is_second_look"].dtype == bool
    used = {name for name, _ in rules.used}
    assert {"reported_harm_wrong_share", "unreported_harm_share", "second_look_below_share"} <= used


def test_a_background_that_lacks_an_indicator():
    """Chances are not guessed for an indicator that the frozen month did not count."""
    with pytest.raises(BackgroundLacks, match="'h1'"):
        level_chances(stratified(even_set(1), [[0]]), SHIPPED, Background({}))


class TestAskNext:
    def three(self) -> Stratification:
        """Known 1/5, open 3/5 and 1/5: with either of them the family would be harmed."""
        weights = [Fraction(1, 5), Fraction(3, 5), Fraction(1, 5)]
        indicators = indicator_set([(indicator(f"h{n}"), "social", weight) for n, weight in enumerate(weights, 1)])
        return stratified(indicators, [[2, UNKNOWN, UNKNOWN]])

    def test_the_deciding_question_comes_first(self):
        """Each decides where the other is no harm, so the lighter is asked first when the heavier is rarely one."""
        none = Fraction(0)
        background = Background({"h1": Shares(HALF, none), "h2": Shares(TENTH, none), "h3": Shares(HALF, none)})

        assert ask_next(self.three(), 0, background) == [Question("h3", Fraction(9, 10)), Question("h2", HALF)]

    def test_then_the_heavier_comes_first(self):
        """Of two that decide equally often the heavier is asked first."""
        expected = [Question("h2", Fraction(3, 4)), Question("h3", Fraction(3, 4))]

        assert ask_next(self.three(), 0, flat(self.three(), QUARTER)) == expected

    def test_a_critical_question_ranks_high(self):
        """Of equal weights the one that decides by itself comes first."""
        indicators = indicator_set(
            [(indicator(f"h{n}", critical_from=2 if n == 4 else None), "social", Fraction(1, 8)) for n in range(8)]
        )
        stratification = stratified(indicators, [[UNKNOWN] * 8], harmed=HALF)

        assert ask_next(stratification, 0, flat(stratification, QUARTER, TENTH))[0].code == "h4"

    def test_what_cannot_matter_comes_last(self):
        """With a critical harm known nothing decides any more; the heavier comes first, then the catalogue's order."""
        indicators = indicator_set(
            [
                (indicator("h1", critical_from=2), "social", HALF),
                (indicator("h2"), "social", Fraction(1, 8)),
                (indicator("h3"), "social", Fraction(1, 8)),
                (indicator("h4"), "social", QUARTER),
            ]
        )
        stratification = stratified(indicators, [[2, UNKNOWN, UNKNOWN, UNKNOWN]])

        assert ask_next(stratification, 0, flat(stratification)) == [("h4", 0), ("h2", 0), ("h3", 0)]

    def test_capacities_are_not_asked(self):
        """A strength decides no level."""
        indicators = indicator_set([(indicator("h1"), "social", Fraction(1))], [indicator("skill")])
        stratification = stratified(indicators, [[UNKNOWN, UNKNOWN]])

        assert [found.code for found in ask_next(stratification, 0, flat(stratification))] == ["h1"]

    def test_open_with_one_outcome_is_listed_with_nothing(self):
        """Between no concern and a concern nothing is decided, but it is still unanswered."""
        stratification = ranged(even_set(2), [[(0, 1), (0, 3)]])

        assert ask_next(stratification, 0, flat(stratification)) == [("h2", Fraction(1)), ("h1", Fraction(0))]

    def test_nothing_open(self):
        """Where everything is answered there is nothing to ask."""
        stratification = stratified(even_set(2), [[0, 2]])

        assert ask_next(stratification, 0, flat(stratification)) == []


def test_levels_are_named_in_order():
    """The columns follow the levels from the best to the worst."""
    assert [f"chance_{level}_share" for level in LEVELS] == COLUMNS
