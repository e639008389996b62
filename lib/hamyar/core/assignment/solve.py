"""Each family to one helper, each helper some number of families or none: whole-number costs, solved exactly.

Two methods, and the plan says which one found it:

``flow``    a minimum-cost flow: family → helper → end, with his places as a helper's capacity.  It is exact and fast.
            Where every helper happens to have ``least`` families or none, the cheapest flow is the cheapest plan.
            Loads that are all alike stay a flow too: the largest load is the largest count, and each is tried.
``search``  CP-SAT, where "``least`` or none" binds, or where families weigh differently and the largest load counts.
            It starts from the flow improved by exchanges, and ends with the optimum proven or with a bound stated.

Costs are whole numbers, so ``objective`` and ``bound`` are exact and equal numbers mean a proven optimum.
Everything is deterministic: one worker, a fixed seed, and effort measured in the solver's own deterministic seconds,
never by a clock; the same problem gives the same plan on a busy machine.
"""

from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np

from hamyar.core.assignment.exchange import improved
from hamyar.core.assignment.problem import Problem, Solution

EFFORT = 10.0
_SEED = 1404


def solve(problem: Problem, effort: float = EFFORT) -> Solution:
    """The cheapest plan, or the best one found within ``effort`` (deterministic seconds of the search)."""
    families, helpers = problem.size
    nobody = np.empty(0, dtype=np.int64)
    if not families:
        return Solution("optimal", "flow", nobody)
    relaxed = cheapest_flow(problem) if helpers else None
    if relaxed is None:
        return Solution("impossible", "flow", nobody)
    if problem.load_weight == 0 or (problem.loads == problem.loads[0]).all():
        relaxed = _cheapest_with_even_loads(problem, relaxed)
        bound = problem.objective(relaxed)
        if problem.keeps_least(relaxed):
            return Solution("optimal", "flow", relaxed, bound, bound)
    else:
        # No helper carries less than an equal part of the whole, nor less than the heaviest family.
        lightest = max(ceil(int(problem.loads.sum()) / helpers), int(problem.loads.max()))
        bound = problem.cost(relaxed) + problem.load_weight * lightest
    return _searched(problem, relaxed, bound, effort)


def cheapest_flow(problem: Problem, is_open: np.ndarray | None = None) -> np.ndarray | None:
    """Each family's helper in the cheapest plan by pair costs alone, or ``None`` where there is none.

    With ``is_open`` (one truth value a helper) those who are open have ``least`` families to all their places and the
    others none; without it everybody has at most his places and nobody must have any.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    families, helpers = problem.size
    lowest = np.zeros(helpers, dtype=np.int64) if is_open is None else np.where(is_open, problem.least, 0)
    highest = problem.places if is_open is None else np.where(is_open, problem.places, 0)
    end = families + helpers
    if lowest.sum() > families or (lowest > highest).any():
        return None
    pairs = np.argwhere(problem.allowed & (highest > 0))
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        pairs[:, 0],
        families + pairs[:, 1],
        np.ones(len(pairs), dtype=np.int64),
        problem.costs[pairs[:, 0], pairs[:, 1]],
    )
    places = np.arange(families, end)
    flow.add_arcs_with_capacity_and_unit_cost(
        places, np.full(helpers, end), highest - lowest, np.zeros(helpers, dtype=np.int64)
    )
    # A helper's minimum is a demand of his own; only what exceeds it flows on to the end.
    supplies = np.concatenate([np.ones(families, dtype=np.int64), -lowest, [lowest.sum() - families]])
    flow.set_nodes_supplies(np.arange(end + 1), supplies)
    if flow.solve() != SimpleMinCostFlow.OPTIMAL:
        return None
    found = np.empty(families, dtype=np.int64)
    used = flow.flows(arcs) > 0
    found[pairs[used, 0]] = pairs[used, 1]
    return found


def places_found(problem: Problem) -> np.ndarray:
    """Each family's helper in a plan with as many families as possible, -1 for those without a place; no minimum."""
    from ortools.graph.python.max_flow import SimpleMaxFlow

    families, helpers = problem.size
    start, end = families + helpers, families + helpers + 1
    pairs = np.argwhere(problem.allowed)
    flow = SimpleMaxFlow()
    flow.add_arcs_with_capacity(np.full(families, start), np.arange(families), np.ones(families, dtype=np.int64))
    arcs = flow.add_arcs_with_capacity(pairs[:, 0], families + pairs[:, 1], np.ones(len(pairs), dtype=np.int64))
    places = np.arange(families, start)
    flow.add_arcs_with_capacity(places, np.full(helpers, end), problem.places)
    flow.solve(start, end)
    found = np.full(families, -1)
    used = flow.flows(arcs) > 0
    found[pairs[used, 0]] = pairs[used, 1]
    return found


def _cheapest_with_even_loads(problem: Problem, relaxed: np.ndarray) -> np.ndarray:
    """The cheapest flow where the largest load is the largest count times one load; each count is tried."""
    best = relaxed
    if problem.load_weight == 0:
        return best
    found: np.ndarray | None = relaxed
    while found is not None:
        best = min(best, found, key=problem.objective)
        found = cheapest_flow(replace(problem, most=int(problem.counts(found).max()) - 1))
    return best


def _searched(problem: Problem, relaxed: np.ndarray, bound: int, effort: float) -> Solution:
    """CP-SAT over the allowed pairs; ``bound`` is what the flow already proves."""
    from ortools.sat.python import cp_model

    families, helpers = problem.size
    plan = _start(problem, relaxed)
    start = relaxed if plan is None else plan
    pairs = np.argwhere(problem.allowed)
    model = cp_model.CpModel()
    goes = [model.new_bool_var("") for _ in pairs]
    for variable, (family, helper) in zip(goes, pairs, strict=True):
        model.add_hint(variable, bool(start[family] == helper))
    for family in range(families):
        model.add_exactly_one([goes[place] for place in np.flatnonzero(pairs[:, 0] == family)])
    terms, factors = list(goes), problem.costs[pairs[:, 0], pairs[:, 1]].tolist()
    if problem.load_weight:
        largest = model.new_int_var(int(problem.loads.max()), int(problem.loads.sum()), "")
        model.add_hint(largest, int(problem.load_of(start).max()))
        terms, factors = [*terms, largest], [*factors, problem.load_weight]
    for helper in range(helpers):
        places = np.flatnonzero(pairs[:, 1] == helper)
        own = [goes[place] for place in places]
        _bound_count(model, problem.least, int(problem.places[helper]), own, is_used=bool((start == helper).any()))
        if problem.load_weight:
            loads = problem.loads[pairs[places, 0]].tolist()
            model.add(cp_model.LinearExpr.weighted_sum(own, loads) <= largest)
    whole = cp_model.LinearExpr.weighted_sum(terms, factors)
    model.add(whole >= bound)
    model.minimize(whole)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = _SEED
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        chosen = [place for place, variable in enumerate(goes) if solver.boolean_value(variable)]
        found = np.empty(families, dtype=np.int64)
        found[pairs[chosen, 0]] = pairs[chosen, 1]
        plan = found if plan is None else min(found, plan, key=problem.objective)
    if plan is None:
        proven = status == cp_model.INFEASIBLE
        return Solution("impossible" if proven else "not_found", "search", np.empty(0, dtype=np.int64))
    plan = _polished(problem, plan)
    objective = problem.objective(plan)
    # The solver's bound is a whole number held in floating point.
    bound = max(bound, round(solver.best_objective_bound))
    return Solution("optimal" if objective <= bound else "found", "search", plan, objective, min(bound, objective))


def _start(problem: Problem, relaxed: np.ndarray) -> np.ndarray | None:
    """Some plan that keeps the minimum, to start the search from; ``None`` where no quick one is found.

    Helpers to whom the flow gave least are closed one by one until the others can all have their minimum.
    """
    if problem.keeps_least(relaxed):
        return improved(problem, relaxed)
    is_open = (problem.allowed.sum(axis=0) >= problem.least) & (problem.places >= problem.least)
    for helper in np.argsort(problem.counts(relaxed), kind="stable"):
        plan = cheapest_flow(problem, is_open)
        if plan is not None:
            return improved(problem, plan)
        is_open[helper] = False
    return None


def _bound_count(model: Any, least: int, most: int, own: list[Any], *, is_used: bool) -> None:
    """Between ``least`` and ``most`` of ``own``, or none."""
    if least <= 1:
        model.add(sum(own) <= most)
        return
    used = model.new_bool_var("")
    model.add_hint(used, is_used)
    model.add(sum(own) <= most * used)
    model.add(sum(own) >= least * used)
    for variable in own:
        model.add_implication(variable, used)


def _polished(problem: Problem, plan: np.ndarray) -> np.ndarray:
    """The best plan near ``plan``: by pair costs alone, the cheapest with the same helpers in use."""
    if problem.load_weight:
        return improved(problem, plan)
    found = cheapest_flow(problem, problem.counts(plan) > 0)
    return plan if found is None else found
