"""The assignment as bare numbers: who may go to whom, what it costs, and a plan for it.

Everything that knows about people stands elsewhere (:mod:`hamyar.core.assignment.costs`); here are matrices, so that
solving, exchanging and explaining can each be checked against every plan there is.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Method = Literal["flow", "search"]
Status = Literal["optimal", "found", "impossible", "not_found"]


@dataclass(frozen=True, eq=False)
class Problem:
    """Who may go to whom, and what it costs.

    ``costs`` (``int64``) and ``allowed`` (``bool``) have the shape ``(families, helpers)``; ``loads`` (``int64``, one a
    family) say how much each weighs.  A helper has between ``least`` and ``most`` families, or none;
    ``room`` (one number a helper) is what his hours allow him, where that is less than ``most``.
    The objective is the sum of the costs and ``load_weight`` times the largest load of a helper.
    """

    costs: np.ndarray
    allowed: np.ndarray
    loads: np.ndarray
    least: int
    most: int
    load_weight: int = 0
    room: np.ndarray | None = None

    @property
    def places(self) -> np.ndarray:
        """How many families each helper can have at most, ``int64``."""
        places = np.full(self.size[1], self.most, dtype=np.int64)
        return places if self.room is None else np.minimum(places, self.room)

    @property
    def size(self) -> tuple[int, int]:
        return self.costs.shape[0], self.costs.shape[1]

    def counts(self, helpers: np.ndarray) -> np.ndarray:
        """How many families each helper has, where ``helpers`` gives each family's."""
        return np.bincount(helpers, minlength=self.size[1])

    def load_of(self, helpers: np.ndarray) -> np.ndarray:
        """Each helper's load."""
        total = np.zeros(self.size[1], dtype=np.int64)
        np.add.at(total, helpers, self.loads)
        return total

    def cost(self, helpers: np.ndarray) -> int:
        """The sum of the costs of the pairs."""
        return int(self.costs[np.arange(len(helpers)), helpers].sum())

    def objective(self, helpers: np.ndarray) -> int:
        """The costs and the weighted largest load."""
        return self.cost(helpers) + self.load_weight * int(self.load_of(helpers).max(initial=0))

    def keeps_least(self, helpers: np.ndarray) -> bool:
        """Whether every helper has ``least`` families or none."""
        counts = self.counts(helpers)
        return bool(((counts == 0) | (counts >= self.least)).all())

    def without(self, family: int, helper: int) -> "Problem":
        """The same problem with one pair forbidden."""
        allowed = self.allowed.copy()
        allowed[family, helper] = False
        return replace(self, allowed=allowed)


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan, or the word that there is none.

    ``helpers`` is each family's helper by place, empty where there is no plan.  No plan costs less than ``bound``.
    ``impossible`` is proven; ``not_found`` is not: the effort was used up before a plan or a proof was found.
    """

    status: Status
    method: Method
    helpers: np.ndarray
    objective: int = 0
    bound: int = 0

    @property
    def is_possible(self) -> bool:
        return self.status in ("optimal", "found")
