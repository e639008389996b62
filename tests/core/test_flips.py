"""The smallest changes that move a family: they really move it, and nothing smaller does."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.levels.counting import LEVELS
from hamyar.core.levels.flips import Change, FlipSet, better, distance, worse
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Case, Stratification
from tests.core.levels_making import UNKNOWN, even_set, harm_sets, indicator, indicator_set, ranged, stratified

TENTH = Fraction(1, 10)


def changes(flips: FlipSet | None) -> list[tuple[str, int, int]]:
    return [(change.code, change.from_level, change.to_level) for change in flips.changes] if flips else []


def weighing(weights: Sequence[int], **others: Sequence[object]) -> IndicatorSet:
    """Economic harms h1, h2 … with these weights in tenths; ``others`` hold one value for each."""
    rows = [dict(zip(others, values, strict=True)) for values in zip(*others.values(), strict=True)] or [{}] * len(
        weights
    )
    return indicator_set(
        [
            (indicator(f"h{n}", **more), "economic", weight * TENTH)
            for n, (weight, more) in enumerate(zip(weights, rows, strict=True), 1)
        ]
    )


class TestBetter:
    def test_a_safe_family_has_nothing_to_change(self):
        """There is no level better than safe."""
        assert better(stratified(even_set(5), [[0, 0, 1, 0, 0]]), 0) is None

    def test_one_of_even_weights(self):
        """Two of five harms with cut-offs 1/5 and 1/3: one falling to level 1 makes the family at risk."""
        found = better(stratified(even_set(5), [[0, 3, 2, 0, 0]]), 0)

        assert changes(found) == [("h3", 2, 1)]
        assert (found.from_level, found.to_level, found.is_possible) == ("harmed", "at_risk", True)

    def test_two_people_find_the_same(self):
        """Where nothing else tells two harms apart the catalogue's order does."""
        assert changes(better(stratified(even_set(5), [[0, 2, 2, 0, 0]]), 0)) == [("h2", 2, 1)]

    def test_fewest_indicators_come_first(self):
        """One heavy indicator that changes slowly and by two steps comes before two light ones that change soon."""
        indicators = weighing([4, 2, 2, 2], can_change=["slowly", "soon", "soon", "soon"])

        assert changes(better(stratified(indicators, [[3, 2, 2, 0]], harmed=5 * TENTH), 0)) == [("h1", 3, 1)]

    def test_soon_comes_before_slowly(self):
        """Of two alike the one that can change soon is taken, though it needs one step more."""
        indicators = weighing([5, 5], can_change=["slowly", "soon"])

        assert changes(better(stratified(indicators, [[2, 3]], harmed=6 * TENTH), 0)) == [("h2", 3, 1)]

    def test_fewer_steps_come_before_weight(self):
        """Of two that are enough the one with fewer steps is taken, though it is lighter."""
        assert changes(better(stratified(weighing([6, 4]), [[3, 2]], harmed=7 * TENTH), 0)) == [("h2", 2, 1)]

    def test_heavier_comes_before_the_catalogue(self):
        """Of two with equally many steps the heavier is taken."""
        assert changes(better(stratified(weighing([4, 6]), [[2, 2]], harmed=7 * TENTH), 0)) == [("h2", 2, 1)]

    def test_what_never_changes_is_left_out(self):
        """A harm that cannot change is in no flip set."""
        indicators = weighing([6, 4], can_change=["never", "slowly"])

        assert changes(better(stratified(indicators, [[2, 2]], harmed=7 * TENTH), 0)) == [("h2", 2, 1)]

    def test_what_blocks_is_named(self):
        """Where nothing that can change is enough, the harms that cannot are named and no change is."""
        indicators = weighing([4, 4, 2], can_change=["never", "never", "soon"])
        found = better(stratified(indicators, [[2, 2, 2]], harmed=7 * TENTH), 0)

        assert changes(found) == []
        assert (found.is_possible, found.blocked_by, found.to_level) == (False, ("h1", "h2"), "at_risk")

    def test_only_the_critical_one_blocks(self):
        """A critical harm that never changes blocks by itself; others that never change are not blamed for it."""
        indicators = weighing([4, 2, 4], can_change=["never", "never", "soon"], critical_from=[2, None, None])

        assert better(stratified(indicators, [[2, 2, 2]], harmed=7 * TENTH), 0).blocked_by == ("h1",)

    def test_a_critical_harm_must_fall(self):
        """A single critical harm is ended by the least step, and the family may reach safety at once."""
        indicators = weighing([1, 9], critical_from=[2, None])
        found = better(stratified(indicators, [[3, 0]]), 0)

        assert found.changes == (Change("h1", 3, 1, TENTH, "soon", is_open=False, is_critical=True),)
        assert (found.from_level, found.to_level) == ("harmed", "safe")

    def test_a_critical_harm_falls_no_further_than_needed(self):
        """Under ``critical_from`` it still counts, which is allowed where the score bears it."""
        indicators = weighing([2, 8], critical_from=[3, None])
        found = better(stratified(indicators, [[3, 0]]), 0)

        assert found.changes == (Change("h1", 3, 2, Fraction(0), "soon", is_open=False, is_critical=True),)
        assert found.to_level == "at_risk"

    def test_a_critical_harm_falls_further_before_another_is_touched(self):
        """Where the score does not bear it, the harm that must change anyway also gives up its weight."""
        indicators = weighing([2, 2, 6], critical_from=[3, None, None])
        found = better(stratified(indicators, [[3, 2, 0]]), 0)

        assert changes(found) == [("h1", 3, 1)]
        assert found.changes[0].weight == 2 * TENTH

    def test_critical_comes_first_then_what_can_be_had_soon(self):
        """The changes stand in the order in which to look at them."""
        codes = ["soon", "slowly", "soon", "soon"]
        indicators = weighing([4, 3, 2, 1], can_change=codes, critical_from=[None, None, None, 3])
        found = better(stratified(indicators, [[2, 2, 2, 3]], at_risk=TENTH, harmed=2 * TENTH), 0)

        assert [change.code for change in found.changes] == ["h4", "h1", "h3", "h2"]

    def test_an_open_answer_is_cleared_up_in_the_worst_case(self):
        """What nobody asked is bad in the worst case and is changed by asking, even if it never changes by itself."""
        stratification = stratified(even_set(4, can_change="never"), [[0, 0, UNKNOWN, UNKNOWN]])
        found = better(stratification, 0, "most")

        assert [(change.code, change.from_level, change.to_level) for change in found.changes] == [("h3", 3, 1)]
        assert [(change.is_open, change.can_change) for change in found.changes] == [(True, "never")]
        assert better(stratification, 0, "least") is None

    def test_asking_counts_as_soon(self):
        """An open answer to a slow indicator is cleared up before a slow harm that is known is changed."""
        indicators = even_set(2, can_change="slowly")

        assert [change.code for change in better(stratified(indicators, [[2, UNKNOWN]]), 0, "most").changes] == [
            "h2",
            "h1",
        ]
        assert better(stratified(indicators, [[3, UNKNOWN]], harmed=Fraction(3, 5)), 0, "most").changes[0].code == "h2"

    def test_an_answer_cannot_lower_what_is_known(self):
        """Known to be 2 or 3, an indicator does not leave the harms by an answer: that is a change."""
        stratification = ranged(even_set(2), [[(2, 3), (0, 0)]])

        assert better(stratification, 0, "most").changes == (
            Change("h1", 3, 1, Fraction(1, 2), "soon", is_open=False, is_critical=False),
        )


class TestWorse:
    def test_a_harmed_family_stands_at_no_edge(self):
        """There is no level worse than harmed."""
        assert worse(stratified(even_set(2), [[2, 2]]), 0) is None

    def test_the_nearest_edge(self):
        """From no harm, the first harm by one of five makes a family at risk, and the step from 1 is the shortest."""
        found = worse(stratified(even_set(5), [[0, 0, 1, 0, 0]]), 0)

        assert changes(found.nearest) == [("h3", 1, 2)]
        assert (found.nearest.from_level, found.nearest.to_level) == ("safe", "at_risk")
        assert found.nearest == found.without_critical

    def test_a_single_critical_harm_is_enough(self):
        """It makes a family harmed by itself; the nearest set without one is told beside it."""
        indicators = weighing([1, 1, 4, 4], critical_from=[2, None, None, None])
        found = worse(stratified(indicators, [[1, 0, 2, 0]], harmed=5 * TENTH), 0)

        assert (changes(found.nearest), found.nearest.to_level) == ([("h1", 1, 2)], "harmed")
        assert found.nearest.changes[0].is_critical
        assert changes(found.without_critical) == [("h4", 0, 2)]

    def test_what_does_not_apply_cannot_worsen(self):
        """A childless family is not brought nearer the edge by school."""
        stratification = ranged(even_set(2), [[None, (0, 0)]])

        assert changes(worse(stratification, 0).nearest) == [("h2", 0, 2)]

    def test_nothing_can_worsen(self):
        """Where nothing can still change both are missing."""
        found = worse(stratified(even_set(2, can_change="never"), [[0, 0]]), 0)

        assert (found.nearest, found.without_critical) == (None, None)

    def test_an_open_answer_may_turn_out_bad(self):
        """An open answer is marked as such, even where the indicator never changes."""
        found = worse(stratified(even_set(2, can_change="never"), [[0, UNKNOWN]]), 0)

        assert [(change.code, change.is_open) for change in found.nearest.changes] == [("h2", True)]


def test_distance_is_exact():
    """Five eighteenths lie 7/90 above a fifth and 1/18 under a third; in the worst case a third is reached."""
    weights = [Fraction(5, 18), Fraction(1, 18), Fraction(2, 3)]
    indicators = indicator_set([(indicator(f"h{n}"), "social", weight) for n, weight in enumerate(weights)])
    stratification = stratified(indicators, [[2, UNKNOWN, 0]])

    assert distance(stratification, 0, "at_risk") == Fraction(7, 90)
    assert distance(stratification, 0, "harmed") == Fraction(-1, 18)
    assert distance(stratification, 0, "harmed", "most") == 0


# Everything below compares with brute force: every way to set every level, judged by the stratification itself.


def assignments(stratification: Stratification, case: Case, *, up: bool) -> Iterator[tuple[int, ...]]:
    levels = stratification.levels(case)[:, 0].tolist()
    applies = (stratification.answers.state[: len(levels), 0] != 1).tolist()
    ways = [
        range(level, (4 if may else level + 1)) if up else range(level + 1)
        for level, may in zip(levels, applies, strict=True)
    ]
    yield from product(*ways)


def size(stratification: Stratification, case: Case, to_levels: Sequence[int]) -> tuple[object, ...] | None:
    """What makes one set of changes smaller than another; ``None`` where it changes what cannot be changed."""
    least, most, now = (
        levels[:, 0].tolist()
        for levels in (stratification.levels("least"), stratification.levels("most"), stratification.levels(case))
    )
    slow, steps, weight, new, further = 0, 0, Fraction(0), [], []
    for j, (level, to_level, harm) in enumerate(zip(now, to_levels, stratification.indicators.harms, strict=True)):
        if level == to_level:
            continue
        how_soon = "soon" if least[j] < most[j] and least[j] <= to_level <= most[j] else harm.indicator.can_change
        if how_soon == "never":
            return None
        slow += how_soon == "slowly"
        steps += abs(level - to_level)
        counts, bound = harm.indicator.counts_from, harm.indicator.critical_from or 4
        if (level >= counts) != (to_level >= counts):
            weight += harm.weight
        new.append(j)
        further += [j] if level >= bound and to_level < bound - 1 else []
    # A harm that must change takes no place of another's, so the catalogue's order looks at those that need not.
    needless = [j for j in new if not critical(stratification, now)[j]]
    return len(new), slow, steps, -weight, needless, further


def critical(stratification: Stratification, levels: Sequence[int]) -> list[bool]:
    harms = stratification.indicators.harms
    return [level >= (harm.indicator.critical_from or 4) for level, harm in zip(levels, harms, strict=True)]


def levels_after(stratification: Stratification, ways: Sequence[Sequence[int]]) -> list[int]:
    """The level of the family after each of ``ways``, every one counted as a family of its own."""
    rules = stratification.level_rules.whole
    changed = stratified(stratification.indicators, ways, at_risk=rules.at_risk, harmed=rules.harmed)
    return changed.least.level.tolist()


def sized_ways(stratification: Stratification, case: Case, *, up: bool) -> dict[tuple[int, ...], tuple[object, ...]]:
    """Every possible way to a better or a worse level, with its size."""
    now = int((stratification.least if case == "least" else stratification.most).level[0])
    every = list(assignments(stratification, case, up=up))
    after = levels_after(stratification, every)
    flipped = [way for way, level in zip(every, after, strict=True) if (level > now if up else level < now)]
    sizes = {way: size(stratification, case, way) for way in flipped}
    return {way: key for way, key in sizes.items() if key is not None}


def as_levels(stratification: Stratification, case: Case, flips: FlipSet) -> tuple[int, ...]:
    levels = dict(zip(stratification.indicators.codes, stratification.levels(case)[:, 0].tolist(), strict=False))
    assert all(levels[change.code] == change.from_level for change in flips.changes)
    return tuple((levels | {change.code: change.to_level for change in flips.changes}).values())


@st.composite
def families(draw: st.DrawFn) -> Stratification:
    """One family with up to five harms, some open, some that do not apply, under any cut-offs."""
    indicators = draw(harm_sets(most=5))
    cells = []
    for _ in indicators.harms:
        least = draw(st.integers(0, 3))
        cells.append(draw(st.sampled_from([(least, least), (least, draw(st.integers(least, 3))), None, (0, 3)])))
    at_risk = Fraction(draw(st.integers(1, 10)), 12)
    harmed = Fraction(draw(st.integers(int(at_risk * 12) + 1, 12)), 12)
    return ranged(indicators, [cells], at_risk=at_risk, harmed=harmed)


@pytest.mark.parametrize("case", ["least", "most"])
@given(stratification=families())
def test_nothing_smaller_makes_it_better(case, stratification):
    """The flip set makes the level better, and of all ways to do so it is the smallest; none means there is none."""
    ways = sized_ways(stratification, case, up=False)
    found = better(stratification, 0, case)
    if found is None or not found.is_possible:
        assert ways == {}
        return
    way = as_levels(stratification, case, found)
    assert [way] == [other for other, key in ways.items() if key <= ways[way]]
    assert [found.to_level] == [LEVELS[level] for level in levels_after(stratification, [way])]


@pytest.mark.parametrize("case", ["least", "most"])
@given(stratification=families())
def test_nothing_smaller_makes_it_worse(case, stratification):
    """The edge is the smallest set that makes the level worse, with critical harms and without."""
    ways = sized_ways(stratification, case, up=True)
    without = {way: key for way, key in ways.items() if not any(critical(stratification, way))}
    edge = worse(stratification, 0, case)
    if edge is None:
        assert ways == {}
        return
    for flips, possible in ((edge.nearest, ways), (edge.without_critical, without)):
        if flips is None:
            assert possible == {}
            continue
        way = as_levels(stratification, case, flips)
        assert [way] == [other for other, key in possible.items() if key <= possible[way]]
        assert [flips.to_level] == [LEVELS[level] for level in levels_after(stratification, [way])]


@given(stratification=families())
def test_the_level_tells_whether_there_is_a_better_and_a_worse(stratification):
    """Only the safe have no better level, only the harmed no worse, and what is impossible is blocked by something."""
    level, flips = int(stratification.least.level[0]), better(stratification, 0)

    assert (flips is None, worse(stratification, 0) is None) == (level == 0, level == 2)
    assert flips is None or flips.is_possible != bool(flips.blocked_by)


@given(stratification=families())
def test_what_blocks_really_blocks(stratification):
    """If what blocks could change, there would be a way."""
    found = better(stratification, 0)
    if found is None or found.is_possible:
        return
    freed = [
        (harm.indicator.model_copy(update={"can_change": "slowly"}), harm.domain, harm.weight)
        if harm.code in found.blocked_by
        else (harm.indicator, harm.domain, harm.weight)
        for harm in stratification.indicators.harms
    ]
    assert better(stratification.under(stratification.level_rules, indicator_set(freed)), 0).is_possible
