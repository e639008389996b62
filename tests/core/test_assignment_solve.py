"""Solving, next best and moves on bare matrices, against oracle 13 and against every plan there is."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.assignment.alternatives import alternatives, exact_next_best
from hamyar.core.assignment.moves import solve_moving, with_penalty
from hamyar.core.assignment.problem import Problem, Solution
from hamyar.core.assignment.solve import solve
from hamyar.core.levels.what_if import helpers_for

COSTS = np.array([[3, 4, 3], [1, 2, 8], [1, 8, 9], [3, 7, 9], [1, 1, 7], [1, 2, 3]])
# The plan of somebody who gives each family in turn its cheapest helper who still has a place.
GREEDY = np.array([0, 0, 1, 1, 2, 2])


def problem(costs: np.ndarray = COSTS, least: int = 0, most: int = 2, **more: object) -> Problem:
    """Everybody may go to everybody, and every family weighs one."""
    found = Problem(costs.astype(np.int64), np.ones(costs.shape, bool), np.ones(len(costs), np.int64), least, most)
    return replace(found, **more)


def every_plan(asked: Problem) -> dict[tuple[int, ...], int]:
    """The objective of every plan that keeps the rules, written apart from the solver."""
    families, helpers = asked.size
    found = {}
    for plan in product(range(helpers), repeat=families):
        counts = [plan.count(helper) for helper in range(helpers)]
        loads = [sum(int(asked.loads[f]) for f in range(families) if plan[f] == h) for h in range(helpers)]
        if all(asked.allowed[f, h] for f, h in enumerate(plan)) and all(
            count == 0 or asked.least <= count <= place for count, place in zip(counts, asked.places, strict=True)
        ):
            cost = sum(int(asked.costs[f, h]) for f, h in enumerate(plan))
            found[plan] = cost + asked.load_weight * max(loads, default=0)
    return found


@st.composite
def problems(draw: st.DrawFn, *, weighs: bool | None = None) -> Problem:
    """Up to 8 families and 4 helpers; some pairs forbidden, with a minimum, loads alike or not, room alike or not."""
    helpers = draw(st.integers(1, 4))
    families = draw(st.integers(1, 8 if helpers < 4 else 6))
    numbers = st.integers(0, 9)
    costs = draw(st.lists(st.lists(numbers, min_size=helpers, max_size=helpers), min_size=families, max_size=families))
    allowed = [[draw(st.integers(0, 4)) > 0 for _ in range(helpers)] for _ in range(families)]
    most = draw(st.integers(1, 8))
    loads = draw(st.lists(st.integers(1, 4), min_size=families, max_size=families))
    counts_load = draw(st.booleans()) if weighs is None else weighs
    room = draw(st.none() | st.lists(st.integers(0, 8), min_size=helpers, max_size=helpers))
    return Problem(
        np.array(costs, dtype=np.int64),
        np.array(allowed),
        np.array(loads, dtype=np.int64),
        draw(st.integers(0, min(most, 5))),
        most,
        draw(st.integers(1, 5)) if counts_load else 0,
        None if room is None else np.array(room, dtype=np.int64),
    )


def test_oracle_of_six_families():
    """The optimum of oracle 13 costs 13 and gives the helpers 3, 2, 1, 1, 2, 3; greedily it would be 29."""
    found = solve(problem())

    assert (found.helpers + 1).tolist() == [3, 2, 1, 1, 2, 3]
    assert (found.status, found.method, found.objective, found.bound) == ("optimal", "flow", 13, 13)
    assert problem().cost(GREEDY) == 29
    assert list(every_plan(problem()).values()).count(13) == 1
    assert len(every_plan(problem())) == 90


@pytest.mark.parametrize(
    ("penalty", "cost", "moves", "objective"), [(0, 13, 5, 13), (2, 16, 3, 22), (4, 16, 3, 28), (8, 29, 0, 29)]
)
def test_oracle_of_moves(penalty: int, cost: int, moves: int, objective: int):
    """With a penalty for each family moved from the greedy plan fewer move, and at last nobody."""
    found = solve_moving(problem(), GREEDY, penalty)

    assert (cost, moves) == (problem().cost(found.helpers), int((found.helpers != GREEDY).sum()))
    assert ("optimal", objective, objective) == (found.status, found.objective, found.bound)


def test_oracle_of_loads():
    """Sizes 8, 7, 6, 5, 4 on two helpers: the larger load is 15 at best, where the longest first gives 17."""
    loads = np.array([8, 7, 6, 5, 4])
    asked = problem(np.zeros((5, 2)), most=5, loads=loads, load_weight=1)
    found = solve(asked)

    greedy = [0, 0]
    for load in sorted(loads.tolist(), reverse=True):
        greedy[greedy.index(min(greedy))] += load
    assert (found.status, found.method, found.objective) == ("optimal", "search", 15)
    assert asked.load_of(found.helpers).max() == 15
    assert max(greedy) == 17


@pytest.mark.parametrize(("families", "bounds"), [(130, (9, 26)), (62, (5, 12)), (4, (1, 0))])
def test_oracle_of_bounds(families: int, bounds: tuple[int, int]):
    """Five to fifteen families each: so many helpers are needed at least and at most."""
    assert bounds == helpers_for(families, 15, 5)


def test_least_or_none():
    """Where a helper's minimum binds, two helpers share six families though three would cost less."""
    found = solve(problem(least=3, most=3))

    assert found.method == "search"
    assert min(every_plan(problem(least=3, most=3)).values()) == found.objective == found.bound
    assert {0, 3} == set(problem().counts(found.helpers).tolist())


def test_next_best_keeps_the_minimum():
    """Who has just his minimum gives nobody away without taking another: the exchange costs 17, the move alone 10."""
    asked = problem(np.array([[0, 10], [0, 10], [7, 0], [9, 0]]), least=2, most=3)
    found = solve(asked)
    told = alternatives(asked, found, asked.allowed)

    assert found.helpers.tolist() == [0, 0, 1, 1]
    assert (told.helper[0], told.extra[0]) == (1, 17)
    assert exact_next_best(asked, found, asked.allowed, 0).extra.tolist() == [17]


def test_nobody_to_assign():
    """Without families there is a plan, and it costs nothing."""
    assert Solution("optimal", "flow", np.empty(0)).objective == solve(problem(np.empty((0, 3)))).objective
    assert solve(problem(np.empty((0, 0)))).is_possible


def test_nobody_to_help():
    """Without helpers there is none."""
    assert solve(problem(np.empty((2, 0)))).status == "impossible"


def test_same_plan_again():
    """The same problem is solved the same way, also by the search."""
    random = np.random.default_rng(0)
    asked = problem(random.integers(0, 3, (30, 5)), least=5, most=9, loads=random.integers(1, 5, 30), load_weight=2)

    assert solve(asked).helpers.tolist() == solve(asked).helpers.tolist()


def test_a_search_cut_short_states_its_gap():
    """With hardly any effort the plan keeps the rules and no plan costs less than the bound it states."""
    random = np.random.default_rng(1)
    asked = problem(random.integers(0, 90, (60, 8)), least=5, most=12, loads=random.integers(2, 9, 60), load_weight=9)
    short, long = solve(asked, effort=0.02), solve(asked, effort=2)

    assert short.status == "found"
    assert short.bound <= long.bound <= long.objective <= short.objective == asked.objective(short.helpers)
    assert asked.keeps_least(short.helpers)


@settings(max_examples=60)
@given(problems())
def test_equals_brute_force(asked: Problem):
    """The plan found costs what the cheapest of all plans costs, and there is none exactly where there is none."""
    plans = every_plan(asked)
    found = solve(asked)

    assert bool(plans) == found.is_possible
    if plans:
        assert (min(plans.values()), "optimal") == (found.objective, found.status)
        assert found.objective == plans[tuple(found.helpers.tolist())] == found.bound


@settings(max_examples=40)
@given(problems(), st.data())
def test_next_best_against_brute_force(asked: Problem, data: st.DataObject):
    """An exact next best costs what brute force finds without the pair; another is never cheaper than that."""
    found = solve(asked)
    if not found.is_possible:
        return
    plans = every_plan(asked)
    told = alternatives(asked, found, asked.allowed)
    for family, here in enumerate(found.helpers.tolist()):
        others = {plan: cost for plan, cost in plans.items() if plan[family] != here}
        if told.helper[family] < 0:
            assert not (others and told.is_exact[family])
            continue
        extra = min(others.values()) - found.objective
        with_him = min(cost for plan, cost in others.items() if plan[family] == told.helper[family])
        assert extra <= with_him - found.objective <= told.extra[family]
        if told.is_exact[family]:
            assert extra == told.extra[family]
    family = data.draw(st.integers(0, len(found.helpers) - 1))
    others = [cost for plan, cost in plans.items() if plan[family] != found.helpers[family]]
    again = exact_next_best(asked, found, asked.allowed, family)
    assert bool(others) == (again.helper[0] >= 0)
    assert again.is_exact[0]
    assert min(others, default=found.objective) == again.extra[0] + found.objective


@settings(max_examples=25)
@given(problems(weighs=False))
def test_next_best_is_exact_without_a_minimum(asked: Problem):
    """Where no minimum binds the next best is exact for every family that has one."""
    free = replace(asked, least=0)
    found = solve(free)
    if found.is_possible:
        told = alternatives(free, found, free.allowed)
        plans = every_plan(free)
        for family, here in enumerate(found.helpers.tolist()):
            others = [cost for plan, cost in plans.items() if plan[family] != here]
            assert bool(others) == (told.helper[family] >= 0)
            assert min(others, default=found.objective) - found.objective == told.extra[family]


@settings(max_examples=30)
@given(problems(), st.integers(0, 6), st.data())
def test_moves_are_as_few_as_possible(asked: Problem, penalty: int, data: st.DataObject):
    """With a plan in force no plan has a smaller objective, and none with the same one moves fewer families."""
    families, helpers = asked.size
    current = np.array(data.draw(st.lists(st.integers(-1, helpers - 1), min_size=families, max_size=families)))
    can_stay = [h >= 0 and bool(asked.allowed[f, h]) for f, h in enumerate(current)]

    def moves(plan: tuple[int, ...]) -> int:
        return sum(can_stay[family] and plan[family] != current[family] for family in range(families))

    plans = {plan: (cost + penalty * moves(plan), moves(plan)) for plan, cost in every_plan(asked).items()}
    found = solve_moving(asked, current, penalty)
    assert bool(plans) == found.is_possible
    if plans:
        best, fewest = min(plans.values())
        assert (best, best) == (found.objective, found.bound)
        assert fewest == moves(tuple(found.helpers.tolist()))
        assert best == with_penalty(asked, current, penalty).objective(found.helpers)
