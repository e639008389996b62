"""Other weights and cut-offs against the same answers: exact, and honest about what is open."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.levels import what_if
from hamyar.core.levels.counting import CutOffs
from hamyar.core.levels.stratification import ALL_LEVELS, LevelRules, Stratification
from hamyar.core.levels.what_if import (
    DrawsTooFew,
    NothingWeighs,
    OtherFamilies,
    WeightNegative,
    WeightNotANumber,
    WeightUnknown,
    back_test,
    help_needed,
    helpers_for,
    moved,
    moved_by_group,
    movers,
    rejudged,
    stability,
)
from tests.core.levels_making import UNKNOWN, even_set, harm_sets, indicator, indicator_set, ranged, stratified

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
# Two economic harms and two social ones, a quarter each; at risk from 1/5, harmed from 1/3.
FOUR = indicator_set(
    [
        *((indicator(code), "economic", QUARTER) for code in ("e1", "e2")),
        *((indicator(code), "social", QUARTER) for code in ("s1", "s2")),
    ]
)
ROWS = [[0, 0, 0, 0], [2, 0, 0, 0], [2, 2, 0, 0], [0, 0, 2, 2], [2, 0, 0, UNKNOWN]]


def weights_of(found: Stratification) -> list[Fraction]:
    return list(found.indicators.weights)


def levels(found: Stratification) -> list[str]:
    return list(found.results["level"])


def test_without_a_change_nothing_moves():
    """The same rules and weights give the same levels."""
    found = stratified(FOUR, ROWS)
    again = rejudged(found)
    assert (levels(found), 0) == (levels(again), len(movers(found, again)))


def test_weights_stand_beside_those_that_keep_theirs():
    """Doubling e1 makes it two of five parts, exactly."""
    found = rejudged(stratified(FOUR, ROWS), weights={"e1": HALF})
    assert [Fraction(2, 5), Fraction(1, 5), Fraction(1, 5), Fraction(1, 5)] == weights_of(found)
    assert levels(found) == ["safe", "harmed", "harmed", "harmed", "harmed"]


@pytest.mark.parametrize("written", ["0.1", 0.1, Decimal("0.1"), "1/10", Fraction(1, 10)])
def test_a_number_is_what_was_written(written):
    """A tenth is a tenth however it is written, and eight of them reach four fifths."""
    eight = even_set(10)
    weights = {f"h{number}": written for number in range(1, 11)}
    rules = LevelRules(*[CutOffs(HALF, Fraction(4, 5))] * 2)
    found = rejudged(stratified(eight, [[2] * 8 + [0, 0]]), rules, weights)
    assert levels(found) == ["harmed"]


def test_shares_of_domains_keep_the_weights_inside():
    """A domain's new share is divided as its old one was."""
    found = rejudged(stratified(FOUR, ROWS), weights={"e1": 3, "e2": 1}, domain_shares={"economic": 4, "social": 1})
    assert [Fraction(3, 5), Fraction(1, 5), Fraction(1, 10), Fraction(1, 10)] == weights_of(found)


def test_a_share_stands_beside_the_other_domains():
    """With economic at one and social still at its half, economic is two thirds of the whole."""
    found = rejudged(stratified(FOUR, ROWS), domain_shares={"economic": 1})
    assert [Fraction(1, 3), Fraction(1, 3), Fraction(1, 6), Fraction(1, 6)] == weights_of(found)


def test_a_weight_of_zero_leaves_a_harm_out_and_the_order_as_it_was():
    """What weighs nothing brings no score; its row stays where it is."""
    before = stratified(FOUR, ROWS)
    found = rejudged(before, weights={"e1": 0})
    assert (before.indicators.codes, ["safe", "safe", "harmed"]) == (found.indicators.codes, _codes(found)[:3])


def _codes(found: Stratification) -> list[str]:
    return [ALL_LEVELS[code] for code in found.level]


def test_a_domain_can_be_left_out():
    """Without the economic harms only the social ones make a family harmed."""
    found = rejudged(stratified(FOUR, ROWS), domain_shares={"economic": 0})
    assert _codes(found) == ["safe", "safe", "safe", "harmed", "undetermined"]


def test_a_critical_harm_stays_critical_whatever_it_weighs():
    """No choice of weights takes a critical harm away."""
    harms = indicator_set([(indicator("c", critical_from=3), "social", HALF), (indicator("h"), "social", HALF)])
    assert levels(rejudged(stratified(harms, [[3, 0]]), weights={"c": 0})) == ["harmed"]


def test_other_cut_offs():
    """With harmed from 1/4 one harm of four is enough."""
    rules = LevelRules(CutOffs(Fraction(1, 8), QUARTER), CutOffs(Fraction(1, 8), QUARTER))
    assert levels(rejudged(stratified(FOUR, ROWS), rules)) == ["safe", "harmed", "harmed", "harmed", "harmed"]


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"weights": {"e9": 1}}, WeightUnknown, "e1, e2, s1, s2"),
        ({"domain_shares": {"cultural": 1}}, WeightUnknown, "economic, social"),
        ({"weights": {"e1": -1}}, WeightNegative, "'e1'"),
        ({"domain_shares": {"social": "-1/2"}}, WeightNegative, "'social'"),
        ({"weights": {"e1": "heavy"}}, WeightNotANumber, "'heavy'"),
        ({"weights": {"e1": float("nan")}}, WeightNotANumber, "'nan'"),
        ({"weights": {"e1": "1/0"}}, WeightNotANumber, "'1/0'"),
        ({"weights": {"e1": 0, "e2": 0, "s1": 0, "s2": 0}}, NothingWeighs, "indicators"),
        ({"domain_shares": {"economic": 0, "social": 0}}, NothingWeighs, "domains"),
        ({"weights": {"e1": 0, "e2": 0}, "domain_shares": {"economic": 1}}, NothingWeighs, "economic"),
    ],
)
def test_weights_that_mean_nothing_are_refused(changes, error, says):
    """Unknown, negative, unreadable or all zero: each is told by its name."""
    with pytest.raises(error, match=says):
        rejudged(stratified(FOUR, ROWS), **changes)


def test_who_moves():
    """The families whose level is another, from what to what, and the same as a table."""
    before = stratified(FOUR, ROWS)
    after = rejudged(before, weights={"e1": 0})
    changed = movers(before, after)
    assert (list(changed.index), changed.loc["F2"].tolist()) == (["F2"], ["at_risk", "safe"])
    table = moved(before, after)
    counts = {"safe": [1, 0, 0, 0], "at_risk": [1, 0, 0, 0], "harmed": [0, 0, 2, 0], "undetermined": [0, 0, 0, 1]}
    assert {level: row.tolist() for level, row in table.iterrows()} == counts
    assert list(ALL_LEVELS) == list(table.index) == list(table.columns)


def test_who_moves_by_group():
    """Each group's families and moves; those without a group stand last, by their own name."""
    before = stratified(FOUR, ROWS)
    after = rejudged(before, weights={"e1": HALF})
    groups = pd.Series({"F5": "B", "F1": "B", "F3": "A", "F2": "A"})
    found = moved_by_group(before, after, groups)
    assert list(found.index) == ["A", "B", "not_recorded"]
    assert found.loc["A"].tolist() == [2, 1, 0, 1, 0, 0, 1, 2]
    # F5 was open between at risk and harmed and is harmed now: known, and neither better nor worse.
    assert found.loc["B"].tolist() == [2, 1, 0, 0, 0, 1, 0, 1]
    in_order = pd.Categorical(["B", "A", "A", None, "B"], categories=["A", "B", "C"])
    pd.testing.assert_frame_equal(found, moved_by_group(before, after, in_order))


def test_a_level_that_becomes_open_is_neither_better_nor_worse():
    """Under other cut-offs an unanswered question may matter that did not."""
    before = stratified(even_set(4), [[2, 2, UNKNOWN, 0]], harmed=HALF)
    cut_offs = CutOffs(Fraction(1, 5), Fraction(3, 4))
    after = rejudged(before, LevelRules(cut_offs, cut_offs))
    found = moved_by_group(before, after, pd.Series({"F1": "A"})).loc["A"]
    assert (found["moved"], found["better"], found["worse"], found["now_open"]) == (1, 0, 0, 1)


@pytest.mark.parametrize(("harmed", "bounds"), [(130, (9, 26)), (62, (5, 12)), (4, (1, 0)), (0, (0, 0)), (15, (1, 3))])
def test_helpers_carry_five_to_fifteen_families(harmed, bounds):
    """The known bounds; where the fewest exceed the most, no number of helpers will do."""
    assert bounds == helpers_for(harmed)


def test_what_more_help_is_needed():
    """More harmed families, and their gaps: what is known summed, what is not counted."""
    before = stratified(FOUR, ROWS)
    after = rejudged(before, weights={"e1": HALF})
    gaps = pd.Series({"F2": 10, "F3": 5, "F4": None, "F1": 1000}, dtype="Int64")
    found = help_needed(before, after, most_families_per_helper=2, least_families_per_helper=1, gaps=gaps)
    assert {name: row.tolist() for name, row in found.iterrows()} == {
        "harmed": [2, 4, 2],
        "possibly_harmed": [1, 0, -1],
        "helpers_at_least": [1, 2, 1],
        "helpers_at_most": [2, 4, 2],
        "gaps_of_harmed_money": [5, 15, 10],
        "unknown_gaps_of_harmed": [1, 2, 1],
    }
    assert list(help_needed(before, after).index) == [
        "harmed",
        "possibly_harmed",
        "helpers_at_least",
        "helpers_at_most",
    ]


def test_only_the_same_families_are_compared():
    """Another set of families, or another order, is refused."""
    one, other = stratified(FOUR, ROWS), stratified(FOUR, ROWS[::-1], ids=["F5", "F4", "F3", "F2", "F1"])
    with pytest.raises(OtherFamilies):
        moved(one, other)
    with pytest.raises(OtherFamilies):
        help_needed(one, other)


def test_a_back_test_has_a_row_for_each_month():
    """Months in the order of time, each judged by its own answers."""
    months = {month: stratified(FOUR, rows, month=month) for month, rows in _two_months()}
    found = back_test(months, weights={"e1": HALF}, gaps=dict.fromkeys(months, pd.Series({"F2": 7}, dtype="Int64")))
    assert found.index.tolist() == [140407, 140408]
    assert found["moved"].tolist() == [0, 2]
    assert (found["harmed_before"].tolist(), found["harmed_after"].tolist()) == ([0, 2], [0, 4])
    assert found["gaps_of_harmed_money_after"].tolist() == [0, 7]


def _two_months() -> list[tuple[Month, list[list[int | None]]]]:
    return [(Month(1404, 8), ROWS), (Month(1404, 7), [[0, 0, 0, 0]])]


def test_a_back_test_names_the_month_in_which_a_code_did_not_count():
    """A weight for an indicator that is newer than the month is no silent nothing."""
    months = {Month(1404, 7): stratified(FOUR, ROWS, month=Month(1404, 7))}
    with pytest.raises(WeightUnknown, match="1404-07"):
        back_test(months, weights={"new": 1})


def test_random_weights_have_the_known_shares():
    """One of two harms weighs anything from 0 to 1 alike; one of three follows Beta(1, 2); a domain is like a harm."""
    two, three = even_set(2), even_set(3)
    one_of_two = stability(stratified(two, [[2, 0]]), draws=20_000).iloc[0]
    one_of_three = stability(stratified(three, [[2, 0, 0]]), draws=20_000).iloc[0]
    a_domain = stability(stratified(FOUR, [[2, 2, 0, 0]]), draws=20_000).iloc[0]
    # Twenty thousand draws stand within 0.014 of the truth but for once in ten thousand times.
    assert pytest.approx(_shares(one_of_two), abs=0.014) == [1 / 5, 2 / 15, 2 / 3]
    assert pytest.approx(_shares(one_of_three), abs=0.014) == [9 / 25, 1 - 9 / 25 - 4 / 9, 4 / 9]
    assert pytest.approx(_shares(a_domain), abs=0.014) == [1 / 5, 2 / 15, 2 / 3]


def _shares(row: pd.Series) -> list[float]:
    return [row[f"{level}_share"] for level in ("safe", "at_risk", "harmed")]


def test_what_no_weights_can_change_is_stable():
    """No harm, every harm, or a critical one: every draw says the same; an open family is open in every draw."""
    harms = indicator_set([(indicator("c", critical_from=3), "social", HALF), (indicator("h"), "economic", HALF)])
    found = stability(stratified(harms, [[0, 0], [2, 2], [3, 0], [UNKNOWN, 2]]), draws=50)
    assert found["same_level_share"].tolist()[:3] == [1.0, 1.0, 1.0]
    # Open in itself: the second harm alone may be enough, and the critical one may always be there.
    assert found.loc["F4", "undetermined_share"] + found.loc["F4", "harmed_share"] == 1.0


def test_the_same_seed_gives_the_same_shares_in_any_chunks(monkeypatch):
    """The seed decides the weights and the size of a chunk decides nothing."""
    found = stratified(FOUR, ROWS)
    one = stability(found, draws=40, seed=5)
    monkeypatch.setattr(what_if, "_CHUNK", 2)
    pd.testing.assert_frame_equal(one, stability(found, draws=40, seed=5))
    assert not one.equals(stability(found, draws=40, seed=6))


def test_without_a_draw_nothing_is_told():
    """Zero draws are refused."""
    with pytest.raises(DrawsTooFew):
        stability(stratified(FOUR, ROWS), draws=0)


cells = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted).map(tuple)


@given(data=st.data(), indicators=harm_sets())
def test_every_draw_is_counted_exactly(data, indicators):
    """The shares are those of judging the families draw by draw in exact fractions."""
    size = len(indicators.harms)
    row = st.lists(st.one_of(st.none(), cells), min_size=size, max_size=size)
    found = ranged(indicators, data.draw(st.lists(row, min_size=1, max_size=4)))
    seed, draws = data.draw(st.integers(0, 99)), 6
    counts = np.zeros((len(found.family_ids), len(ALL_LEVELS)))
    for drawn in what_if._random_weights(found, draws, np.random.default_rng(seed)):
        exact = [Fraction(int(weight), what_if.PARTS**2) for weight in drawn]
        assert sum(exact) == 1
        pairs = zip(indicators.harms, exact, strict=True)
        other = replace(indicators, harms=tuple(replace(harm, weight=weight) for harm, weight in pairs))
        judged = found.under(found.level_rules, other)
        # Weights of 2**40 parts are finer than whole counting allows elsewhere, so judge in fractions.
        counts[np.arange(len(counts)), _exact_levels(judged, exact)] += 1
    told = stability(found, draws=draws, seed=seed)
    assert (counts / draws).tolist() == told[[f"{level}_share" for level in ALL_LEVELS]].to_numpy().tolist()
    assert [row[f"{row['level']}_share"] for _, row in told.iterrows()] == told["same_level_share"].tolist()


def _exact_levels(judged: Stratification, weights: list[Fraction]) -> list[int]:
    rules = judged.level_rules.whole

    def level(case: str, family: int) -> int:
        score = sum(
            (weight for weight, is_in in zip(weights, judged.is_deprived(case)[:, family], strict=True) if is_in)
        )
        critical = (judged.levels(case)[:, family] >= judged.critical_from).any()
        return 2 if score >= rules.harmed or critical else int(score >= rules.at_risk)

    pairs = [(level("least", family), level("most", family)) for family in range(len(judged.family_ids))]
    return [least if least == most else 3 for least, most in pairs]


@given(data=st.data(), indicators=harm_sets())
def test_only_proportions_matter(data, indicators):
    """All weights times the same number are the same weights, and they always sum to 1."""
    size = len(indicators.harms)
    numbers = data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size).filter(any))
    found = ranged(indicators, [[(0, 0)] * size])
    one = rejudged(found, weights={f"h{place}": number for place, number in enumerate(numbers, 1)})
    many = rejudged(found, weights={f"h{place}": 7 * number for place, number in enumerate(numbers, 1)})
    assert (weights_of(one), 1) == (weights_of(many), sum(weights_of(one)))
