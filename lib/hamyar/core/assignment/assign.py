"""Assignment: each harmed family to one helper for a year, every helper 5 to 15 families or none (FH).

:func:`assign` takes the tables (:mod:`hamyar.core.assignment.tables`), forbids what the hard rules forbid, weighs the
rest (:mod:`hamyar.core.assignment.costs`) and finds the cheapest plan (:mod:`hamyar.core.assignment.solve`).
It never breaks a rule in silence: where there is no plan it says the smallest reason
(:mod:`hamyar.core.assignment.reasons`) and assigns nobody.

**Choices by hand** are kept, and the rest is made the best around them.  A choice that breaks a hard rule is set aside,
with a sentence, and its family assigned like the others.  It is kept where it is marked ``knowingly`` and the rule is a
declared incompatibility, the wish for a woman or the language; what it breaks then stands beside it.
Training, service and weekly hours cannot be waived: a helper without the first 40 hours carries no family.

**A plan in force** (``tables.in_force``) is changed only where a move gains more than ``move_penalty``
(:mod:`hamyar.core.assignment.moves`).

The columns of ``Assignment.families`` (one row per family, by ``family_id``):

===================================  ======================================================================
``helper_id``                        whom the family goes to
``cost``                             what speaks against the pair, in minutes of travel; the sum of the parts
``area_cost`` … ``wish_cost``        its parts, one for each of ``COSTS``
``next_helper_id, next_extra_cost``  the next best helper and what he would cost the whole plan more
``next_is_exact``                    whether that is exact; otherwise it is at most that much
``is_chosen``                        chosen by hand
``broken_rules``                     hard rules set aside knowingly, as codes joined by a space
===================================  ======================================================================

``Assignment.helpers`` (by ``helper_id``): ``families``, ``load``, ``cost``, and ``may_not``, the rules that keep him
from carrying any, or, where he has none, from a family whose year begins now; codes joined by a space.
``Assignment.moves`` (by ``family_id``, empty without a plan in force): ``from_helper_id, to_helper_id, cost_before,
cost_after``, ``is_chosen``, where another was chosen by hand, and ``is_forced``, where the family could not stay.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.assignment.alternatives import Alternatives, alternatives, exact_next_best
from hamyar.core.assignment.costs import COSTS, WAIVABLE, Situation, broken_rules
from hamyar.core.assignment.moves import can_all_stay, solve_moving, with_penalty
from hamyar.core.assignment.problem import Problem, Solution, Status
from hamyar.core.assignment.reasons import RULE_NAMES, why_impossible
from hamyar.core.assignment.solve import EFFORT
from hamyar.core.assignment.tables import (
    AssignmentRules,
    AssignmentTables,
    CostWeights,
    EffortInvalid,
    InForceTwice,
    PenaltyInvalid,
)
from hamyar.core.frames import positions
from hamyar.core.message import N_, Message, message, nmessage


@dataclass(frozen=True, eq=False)
class Assignment:
    """A plan for the year, or the reasons why there is none.

    ``reasons`` is empty where there is a plan; ``notes`` are what a manager must know beside it.
    ``chosen`` and ``current`` give each family's helper by hand and in force, by place, or -1.
    """

    situation: Situation
    solution: Solution
    chosen: np.ndarray
    current: np.ndarray
    move_penalty: int
    reasons: tuple[Message, ...]
    notes: tuple[Message, ...]

    @property
    def is_possible(self) -> bool:
        return self.solution.is_possible

    @property
    def is_optimal(self) -> bool:
        return self.solution.status == "optimal"

    @property
    def objective(self) -> int:
        """Costs, weighted largest load and penalties of the plan."""
        return self.solution.objective

    @property
    def bound(self) -> int:
        """No plan under these rules has a smaller objective."""
        return self.solution.bound

    @property
    def largest_load(self) -> int:
        return int(self._problem.load_of(self.solution.helpers).max(initial=0)) if self.is_possible else 0

    @cached_property
    def _problem(self) -> Problem:
        return self.situation.problem(self.chosen)

    @cached_property
    def _with_penalty(self) -> Problem:
        return with_penalty(self._problem, self.current, self.move_penalty)

    @cached_property
    def _could(self) -> np.ndarray:
        return self.situation.broken == 0

    @cached_property
    def families(self) -> pd.DataFrame:
        """Each family's helper, and why; without rows where there is no plan."""
        plan = self.solution.helpers
        place = np.arange(len(plan))
        ids = self.situation.family_ids if self.is_possible else self.situation.family_ids[:0]
        if len(plan):
            found = alternatives(self._with_penalty, self.solution, self._could)
        else:
            nothing = np.empty(0, dtype=np.int64)
            found = Alternatives(nothing, nothing, nothing.astype(bool))
        exists = found.helper >= 0
        broken = self.situation.broken[place, plan]
        parts = {f"{name}_cost": self.situation.parts[name][place, plan] for name in COSTS}
        return pd.DataFrame(
            {
                "helper_id": pd.array(self.situation.helper_ids[plan], dtype="str"),
                "cost": self._problem.costs[place, plan],
                **parts,
                "next_helper_id": pd.Series(self._named(found.helper), index=ids, dtype="str"),
                "next_extra_cost": pd.arrays.IntegerArray(found.extra.astype(np.int64), ~exists),
                "next_is_exact": pd.arrays.BooleanArray(found.is_exact & exists, ~exists),
                "is_chosen": self.chosen[: len(plan)] >= 0,
                "broken_rules": pd.Series([" ".join(broken_rules(int(c))) for c in broken], index=ids, dtype="str"),
            },
            index=ids,
        )

    @cached_property
    def helpers(self) -> pd.DataFrame:
        """What each helper carries; nothing where there is no plan."""
        problem, plan = self._problem, self.solution.helpers
        cost = np.zeros(problem.size[1], dtype=np.int64)
        np.add.at(cost, plan, problem.costs[np.arange(len(plan)), plan])
        whole = np.zeros(problem.size[1], dtype=np.int64)
        load = problem.load_of(plan) if len(plan) else whole
        counts = problem.counts(plan)
        codes = np.where(counts > 0, self.situation.of_helpers, self.situation.of_new)
        return pd.DataFrame(
            {
                "families": counts,
                "load": load,
                "cost": cost,
                "may_not": pd.array([" ".join(broken_rules(int(code))) for code in codes], dtype="str"),
            },
            index=self.situation.helper_ids,
        )

    @cached_property
    def moves(self) -> pd.DataFrame:
        """The families whose helper changes; ``cost_before`` also where a rule now forbids the pair."""
        plan = self.solution.helpers
        current = self.current[: len(plan)]
        place = np.flatnonzero((current >= 0) & (current != plan))
        before, after = current[place], plan[place]
        names = self.situation.helper_ids
        return pd.DataFrame(
            {
                "from_helper_id": pd.array(names[before], dtype="str"),
                "to_helper_id": pd.array(names[after], dtype="str"),
                "cost_before": self._problem.costs[place, before],
                "cost_after": self._problem.costs[place, after],
                "is_chosen": self.chosen[place] >= 0,
                "is_forced": ~self._problem.allowed[place, before] & (self.chosen[place] < 0),
            },
            index=self.situation.family_ids[place],
        )

    @cached_property
    def can_all_stay(self) -> bool:
        """Whether some plan leaves every family with its helper in force, where he may go on and none was chosen."""
        return can_all_stay(self._problem, self.current)

    def next_best(self, family_id: str, effort: float = EFFORT) -> tuple[str | None, int | None, bool]:
        """The next best helper of one family, what he costs more, and whether that is exact: solved anew for it."""
        place = int(self.situation.family_ids.get_loc(family_id))
        found = exact_next_best(self._with_penalty, self.solution, self._could, place, effort)
        helper = self._named(found.helper)[0]
        return helper, int(found.extra[0]) if helper is not None else None, bool(found.is_exact[0])

    def _named(self, helpers: np.ndarray) -> list[str | None]:
        return [str(self.situation.helper_ids[helper]) if helper >= 0 else None for helper in helpers]


def assign(
    tables: AssignmentTables,
    rules: AssignmentRules,
    weights: CostWeights | None = None,
    *,
    move_penalty: int = 0,
    effort: float = EFFORT,
) -> Assignment:
    """The cheapest plan for the year, or the reasons why there is none.

    ``move_penalty`` is what a family's move away from ``tables.in_force`` must gain at least; equal plans move fewest.
    ``effort`` limits the search, in deterministic seconds (see :mod:`hamyar.core.assignment.solve`); the flow has none.
    Raises what :class:`hamyar.core.assignment.costs.Situation` does for rows that cannot be read,
    ``ChosenUnknown``, ``ChosenTwice``, ``InForceTwice``, ``PenaltyInvalid``, ``EffortInvalid``.
    """
    if not effort > 0:
        raise EffortInvalid(effort=str(effort))
    if not isinstance(move_penalty, int) or move_penalty < 0:
        raise PenaltyInvalid(penalty=str(move_penalty))
    situation = Situation(tables, rules, weights or CostWeights())
    chosen, notes = _kept_choices(situation)
    current = _in_force(situation)
    solution = solve_moving(situation.problem(chosen), current, move_penalty, effort)
    reasons = () if solution.is_possible else why_impossible(situation, chosen, solution, effort)
    return Assignment(
        situation, solution, chosen, current, move_penalty, reasons, (*notes, *_open_facts(situation), *_gap(solution))
    )


def adopted(assignment: Assignment, helpers: np.ndarray) -> Assignment:
    """The same question answered by another plan, each family's helper by place; the bound holds as before."""
    objective = assignment._with_penalty.objective(helpers)
    bound = min(assignment.bound, objective)
    status: Status = "optimal" if objective == bound else "found"
    solution = replace(assignment.solution, helpers=helpers, objective=objective, bound=bound, status=status)
    said = _gap(assignment.solution)
    notes = tuple(note for note in assignment.notes if note not in said)
    return replace(assignment, solution=solution, notes=(*notes, *_gap(solution)))


def _in_force(situation: Situation) -> np.ndarray:
    current = np.full(situation.size[0], -1)
    table = situation.tables.in_force
    if table is not None:
        family = positions(table["family_id"], situation.family_ids)
        helper = positions(table["helper_id"], situation.helper_ids)
        for place, whom in zip(family, helper, strict=True):
            if place >= 0 and whom >= 0:
                if current[place] not in (-1, whom):
                    raise InForceTwice(family_id=situation.family_ids[place])
                current[place] = whom
    return current


def _kept_choices(situation: Situation) -> tuple[np.ndarray, list[Message]]:
    """The choices by hand that stand, and a sentence for every one that breaks a hard rule."""
    chosen, knowingly = situation.choices()
    notes = []
    for family in np.flatnonzero(chosen >= 0):
        broken = int(situation.broken[family, chosen[family]])
        if not broken:
            continue
        values = {
            "family": str(situation.family_ids[family]),
            "helper": str(situation.helper_ids[chosen[family]]),
            "rules": [Message(RULE_NAMES[name]) for name in broken_rules(broken)],
        }
        if broken & ~WAIVABLE:
            said = N_(
                "Helper {helper} was chosen by hand for family {family} and may carry no family now; missing: {rules}. "
                "The choice was set aside."
            )
        elif not knowingly[family]:
            said = N_(
                "Helper {helper} was chosen by hand for family {family} against a rule: {rules}. "
                "The choice was set aside; mark it as made knowingly to keep it."
            )
        else:
            notes.append(
                message(
                    N_("Helper {helper} was knowingly chosen for family {family} against a rule: {rules}."), **values
                )
            )
            continue
        chosen[family] = -1
        notes.append(Message(said, values))
    return chosen, notes


def _open_facts(situation: Situation) -> list[Message]:
    """What is not known about the families and would have counted."""
    notes = []
    if asked := int(situation.wish_unknown.sum()):
        notes.append(
            nmessage(
                N_("Of {count} family it is not known whether it asks for a woman: ask before the year begins."),
                N_("Of {count} families it is not known whether they ask for a woman: ask before the year begins."),
                asked,
            )
        )
    if spoken := int(situation.families["language"].isna().sum()):
        notes.append(
            nmessage(
                N_("The language of {count} family is not recorded, so nobody was ruled out for it."),
                N_("The language of {count} families is not recorded, so nobody was ruled out for it."),
                spoken,
            )
        )
    return notes


def _gap(solution: Solution) -> list[Message]:
    if solution.status != "found":
        return []
    return [
        message(
            N_("This plan costs {objective}, and no plan costs less than {bound}; a better one may exist."),
            objective=solution.objective,
            bound=solution.bound,
        )
    ]
