"""Changing a plan that is in force: families know their helper, so each move must be worth it.

A move costs ``penalty`` beside the costs of its pair: a family moves only where the whole plan gains that much by it.
Of plans that are equally cheap the one that moves fewest is taken; for that every cost is multiplied by one more than
the number of families and each move adds one, which is less than any true difference.

A family without a helper in force, or whose helper may not go on by the hard rules, must be placed anyway:
that is no choice and costs no penalty.
"""

from dataclasses import replace

import numpy as np

from hamyar.core.assignment.problem import Problem, Solution
from hamyar.core.assignment.solve import EFFORT, solve


def with_penalty(problem: Problem, current: np.ndarray, penalty: int) -> Problem:
    """``problem`` where leaving ``current`` (each family's helper, or -1) costs ``penalty`` more."""
    return replace(problem, costs=problem.costs + penalty * _leaves(problem, current))


def solve_moving(problem: Problem, current: np.ndarray, penalty: int, effort: float = EFFORT) -> Solution:
    """The cheapest plan with penalties, and of those the one with fewest moves; the objective holds the penalties."""
    families = problem.size[0]
    scale = families + 1
    dear = with_penalty(problem, current, penalty)
    fine = replace(dear, costs=dear.costs * scale + _leaves(problem, current), load_weight=dear.load_weight * scale)
    found = solve(fine, effort)
    if found.status in ("found", "not_found") and _can_stand(problem, current):
        # What was not proven the best is never taken for the plan in force unless it is better.
        as_it_stands = fine.objective(current)
        if not found.is_possible or as_it_stands <= found.objective:
            found = replace(found, status="found", helpers=current.copy(), objective=as_it_stands)
    if not found.is_possible:
        return found
    objective = found.objective // scale
    bound = min(objective, -((families - found.bound) // scale))
    return replace(found, status="optimal" if bound == objective else "found", objective=objective, bound=bound)


def can_all_stay(problem: Problem, current: np.ndarray, effort: float = EFFORT) -> bool:
    """Whether there is a plan in which every family stays that may: then whoever moves does so for a gain."""
    families = problem.size[0]
    stays = _may_stay(problem, current)
    allowed = problem.allowed.copy()
    allowed[stays] = False
    allowed[np.arange(families)[stays], current[stays]] = True
    plain = replace(problem, allowed=allowed, costs=np.zeros_like(problem.costs), load_weight=0)
    return solve(plain, effort).is_possible


def _can_stand(problem: Problem, current: np.ndarray) -> bool:
    """Whether every family has a helper in force, and the plan in force breaks nothing."""
    families = problem.size[0]
    if not families or (current < 0).any() or not problem.allowed[np.arange(families), current].all():
        return False
    return problem.keeps_least(current) and bool((problem.counts(current) <= problem.places).all())


def _leaves(problem: Problem, current: np.ndarray) -> np.ndarray:
    """Which pairs would be a move: ``int64``, one where the family could stay with another."""
    return (_may_stay(problem, current)[:, None] & (current[:, None] != np.arange(problem.size[1]))).astype(np.int64)


def _may_stay(problem: Problem, current: np.ndarray) -> np.ndarray:
    """Which families have a helper in force who may go on."""
    may = current >= 0
    may[may] = problem.allowed[np.flatnonzero(may), current[may]]
    return may
