"""The next best helper of every family, and what he would cost more.

"More" is the cost of the whole centre's plan when this one pair is forbidden, with everybody else free to change:
one family's helper is often another's, so a comparison of two pairs alone would mislead.

Where the largest load does not count, every such plan is found at once.  Take the family away from its helper and give
it to another; the other now has one too many and the first one too few, and the cheapest way to make that good is a
shortest path of single moves between helpers.  From a cheapest plan such a path leads to the cheapest of the plans with
that pair (this is how a flow is augmented), so no family needs a solution of its own.

Done among the helpers in use, each keeping ``least`` to ``most`` families, it gives a plan that exists: ``extra`` is
then the most the next best can cost.  Done with ``least`` left aside it gives a number no plan can undercut, known only
where the plan is a cheapest flow.  Where both agree ``is_exact`` is true.

Where the largest load counts, ``extra`` is that of the best move or swap and of what further exchanges then win back:
again a plan that exists, so at most.  :func:`exact_next_best` solves the problem anew for one family.
"""

from dataclasses import dataclass, replace

import numpy as np

from hamyar.core.assignment.exchange import NEVER, Exchanges, improved
from hamyar.core.assignment.problem import Problem, Solution
from hamyar.core.assignment.solve import EFFORT, solve


@dataclass(frozen=True, eq=False)
class Alternatives:
    """By family: the next best ``helper`` (-1: none is known), what he costs more, and whether that is exact.

    ``extra`` is at most that much where it is not exact, and below zero where a choice by hand costs the centre more
    than the next best would.
    """

    helper: np.ndarray
    extra: np.ndarray
    is_exact: np.ndarray


def alternatives(problem: Problem, solution: Solution, could: np.ndarray) -> Alternatives:
    """The next best of every family; ``could`` tells whom each may go to by the hard rules, choices by hand aside."""
    if problem.load_weight:
        return _by_exchange(problem, solution, could)
    counts = problem.counts(solution.helpers)
    in_use = counts > 0 if problem.least > 1 else np.ones(problem.size[1], dtype=bool)
    lowest = np.where(in_use, problem.least if problem.least > 1 else 0, 0)
    extras = _by_path(problem, solution.helpers, could & in_use, lowest)
    helper, extra = extras.argmin(axis=1), extras.min(axis=1)
    if problem.least <= 1:
        is_exact = np.full(len(extra), solution.status == "optimal")
    elif solution.method == "flow":
        is_exact = _by_path(problem, solution.helpers, could, np.zeros_like(lowest)).min(axis=1) == extra
    else:
        is_exact = np.zeros(len(extra), dtype=bool)
    return _told(helper, extra, is_exact)


def exact_next_best(
    problem: Problem, solution: Solution, could: np.ndarray, family: int, effort: float = EFFORT
) -> Alternatives:
    """The next best of one family, by solving again with its pair forbidden (one value in each array)."""
    again = solve(_freed(problem, could, family, solution.helpers), effort)
    if not again.is_possible:
        return Alternatives(np.array([-1]), np.array([0]), np.array([again.status == "impossible"]))
    is_exact = again.status == solution.status == "optimal"
    extra = again.objective - problem.objective(solution.helpers)
    return Alternatives(again.helpers[[family]], np.array([extra]), np.array([is_exact]))


def _told(helper: np.ndarray, extra: np.ndarray, is_exact: np.ndarray) -> Alternatives:
    exists = extra < NEVER // 2
    return Alternatives(np.where(exists, helper, -1), np.where(exists, extra, 0), is_exact)


def _by_path(problem: Problem, plan: np.ndarray, could: np.ndarray, lowest: np.ndarray) -> np.ndarray:
    """What each pair would add, ``(families, helpers)``, with at least ``lowest`` families for each helper."""
    families, helpers = problem.size
    own = problem.costs[np.arange(families), plan]
    more = problem.costs - own[:, None]
    counts = problem.counts(plan)
    usable = np.where(problem.allowed & (lowest[None, :] > 0) if lowest.any() else problem.allowed, more, NEVER)
    # The last place stands for nobody: who has room keeps one more, who has one to spare goes without.
    ways = np.full((helpers + 1, helpers + 1), NEVER, dtype=np.int64)
    np.minimum.at(ways[:, :helpers], plan, usable)
    ways[:helpers, -1] = np.where(counts < problem.places, 0, NEVER)
    ways[-1, :helpers] = np.where(counts > lowest, 0, NEVER)
    np.fill_diagonal(ways, 0)
    for through in range(helpers + 1):
        ways = np.minimum(ways, np.minimum(ways[:, [through]] + ways[[through], :], NEVER))
    extras = np.where(could & (plan[:, None] != np.arange(helpers)), more + ways[:helpers, plan].T, NEVER)
    return np.minimum(extras, NEVER)


def _by_exchange(problem: Problem, solution: Solution, could: np.ndarray) -> Alternatives:
    """The best move or swap of each family, and what exchanges among the others then win back."""
    plan, families = solution.helpers, problem.size[0]
    found = Exchanges(problem, plan, could)
    both = np.hstack([found.moves, found.swaps])
    best = both.argmin(axis=1)
    extra = both[np.arange(families), best]
    whom = np.full(families, -1)
    for family in np.flatnonzero(extra < NEVER).tolist():
        start = plan.copy()
        if best[family] < problem.size[1]:
            start[family] = best[family]
        else:
            other = best[family] - problem.size[1]
            start[[family, other]] = start[[other, family]]
        after = improved(_freed(problem, could, family, plan), start)
        whom[family], extra[family] = after[family], problem.objective(after) - problem.objective(plan)
    # Nothing is cheaper than a cheapest plan, so a next best that costs nothing more is exact.
    is_free = problem.allowed.sum(axis=1) > 1
    return _told(whom, extra, (extra == 0) & is_free & (solution.status == "optimal"))


def _freed(problem: Problem, could: np.ndarray, family: int, plan: np.ndarray) -> Problem:
    """The problem in which ``family`` may go to anybody it could but its helper in ``plan``."""
    allowed = problem.allowed.copy()
    allowed[family] = could[family]
    return replace(problem, allowed=allowed).without(family, int(plan[family]))
