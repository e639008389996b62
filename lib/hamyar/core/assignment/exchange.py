"""Small changes of a plan: one family moves, or two change places.

They improve a plan before and after the search, and they tell what the next best helper would cost
where the largest load counts (:mod:`hamyar.core.assignment.alternatives`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hamyar.core.assignment.problem import Problem

NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, eq=False)
class Exchanges:
    """Every move and every swap of a plan, with what each would add to the objective; ``NEVER`` where not allowed.

    ``allowed`` may hold more than the problem's: whom a family could go to if nobody had chosen for it.
    """

    problem: Problem
    helpers: np.ndarray
    allowed: np.ndarray

    @cached_property
    def counts(self) -> np.ndarray:
        return self.problem.counts(self.helpers)

    @cached_property
    def _saved(self) -> np.ndarray:
        """What each family's own pair costs now."""
        return self.problem.costs[np.arange(len(self.helpers)), self.helpers]

    def _largest(self, giving: np.ndarray, taking: np.ndarray, given: np.ndarray, taken: np.ndarray) -> np.ndarray:
        """How the weighted largest load changes when ``giving`` gets lighter by ``given`` and ``taking`` heavier."""
        weight = self.problem.load_weight
        if not weight:
            return np.zeros(np.broadcast_shapes(giving.shape, taking.shape), dtype=np.int64)
        loads = self.problem.load_of(self.helpers)
        change = given - taken
        both = np.maximum(loads[giving] - change, loads[taking] + change)
        return weight * (np.maximum(self._without_two(loads)[giving, taking], both) - int(loads.max()))

    @staticmethod
    def _without_two(loads: np.ndarray) -> np.ndarray:
        """The largest load when two helpers are left out, ``(helpers, helpers)``."""
        order = np.argsort(-loads, kind="stable")[:3]
        largest = np.zeros((len(loads), len(loads)), dtype=np.int64)
        place = np.arange(len(loads))
        for helper in order[::-1]:
            is_left_out = (place == helper)[:, None] | (place == helper)[None, :]
            largest = np.where(is_left_out, largest, loads[helper])
        return largest

    @cached_property
    def moves(self) -> np.ndarray:
        """``(families, helpers)``: the family goes to the helper, and nobody comes for it."""
        problem, here = self.problem, self.helpers
        there = np.arange(problem.size[1])
        left, joined = self.counts[here] - 1, self.counts + 1
        can_leave = (left == 0) | (left >= problem.least)
        can_join = (joined <= problem.places) & (joined >= problem.least)
        may = self.allowed & can_leave[:, None] & can_join & (here[:, None] != there)
        more = problem.costs - self._saved[:, None]
        nothing = np.zeros(1, dtype=np.int64)
        largest = self._largest(here[:, None], there[None, :], problem.loads[:, None], nothing)
        return np.where(may, more + largest, NEVER)

    @cached_property
    def swaps(self) -> np.ndarray:
        """``(families, families)``: the first takes the second's helper, by ``allowed``; the second the first's."""
        problem, here = self.problem, self.helpers
        more = problem.costs[:, here] - self._saved[:, None]
        may = self.allowed[:, here] & problem.allowed[:, here].T & (here[:, None] != here)
        largest = self._largest(here[:, None], here[None, :], problem.loads[:, None], problem.loads[None, :])
        return np.where(may, more + more.T + largest, NEVER)


def improved(problem: Problem, helpers: np.ndarray) -> np.ndarray:
    """``helpers`` after the best move or swap, again and again, until none makes the plan cheaper."""
    plan = helpers.copy()
    while True:
        found = Exchanges(problem, plan, problem.allowed)
        move, swap = int(found.moves.argmin()), int(found.swaps.argmin())
        moved, swapped = found.moves.flat[move], found.swaps.flat[swap]
        if min(moved, swapped) >= 0:
            return plan
        if moved <= swapped:
            family, helper = np.unravel_index(move, found.moves.shape)
            plan[family] = helper
        else:
            first, second = np.unravel_index(swap, found.swaps.shape)
            plan[[first, second]] = plan[[second, first]]
