"""Assigning families to helpers in a month of the centre: from its facts to the rows that are to be recorded.

The *month* is the one whose levels say who is harmed, and its first day is the first of the year of help.
Who has a helper on that day keeps the year and the helper (:mod:`hamyar.core.assignment.month_families`); the
families that are harmed for certain and have none are assigned around them, and each helper's 5 to 15 count both.
A family with a helper changes only where it must (the helper may not go on, or another was chosen by hand), or where
the whole plan gains more than the parameter ``assignment_move_penalty``: then the old row ends on the day before, and
the new one goes on until the same last day.

Whatever is not proven the best is solved again from where it ended, until nothing moves any more.  So the month
assigned twice gives the same plan, and the second time nothing new to record; a proven optimum stays one anyway,
because whoever moves again pays the penalty again.

:func:`assignment_of_month` does it all, and :func:`assignment_tables` the part before the solver.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.assignment.assign import Assignment, adopted, assign
from hamyar.core.assignment.month_families import FamiliesOfMonth
from hamyar.core.assignment.month_helpers import HelpersOfMonth
from hamyar.core.assignment.month_rows import Row, rows_to_record
from hamyar.core.assignment.solve import EFFORT
from hamyar.core.assignment.tables import AssignmentTables
from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.message import Message
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ASSIGNMENTS, CaseTables, conform
from hamyar.core.work_rules import WorkRules

NEW, STAYS, MOVES = "new", "stays", "moves"
ASK_FIRST, NO_PLAN = "ask_first", "no_plan"


@dataclass(frozen=True, eq=False)
class AssignmentOfMonth:
    """What the assignment of a month comes to.

    ``assignment`` holds the plan or the reasons why there is none; ``records`` the rows that are new or corrected, each
    with its reason; ``notes`` what a manager must know beside the plan.
    ``first_day`` and ``last_day`` are those of a year of help that begins in ``month``; ``new_ids`` are the families
    that are to begin one, and ``former`` gives each other family's helper until now.
    """

    month: Month
    first_day: int
    last_day: int
    rules: WorkRules
    assignment: Assignment
    records: tuple[Row, ...]
    new_ids: tuple[str, ...]
    former: pd.Series
    asked_first: pd.DataFrame
    notes: tuple[Message, ...]

    @property
    def is_possible(self) -> bool:
        return self.assignment.is_possible

    @property
    def reasons(self) -> tuple[Message, ...]:
        """Why there is no plan; empty where there is one."""
        return self.assignment.reasons

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows of ``ASSIGNMENTS`` to record: new ones, and earlier ones that end sooner; none where there is no plan.

        Why a row began or ended is left to ``records``, where it is a sentence that waits for its language.
        """
        return conform(
            ASSIGNMENTS, pd.DataFrame([row.values for row in self.records], columns=ASSIGNMENTS.column_names)
        )

    @cached_property
    def families(self) -> pd.DataFrame:
        """:attr:`Assignment.families <hamyar.core.assignment.assign.Assignment>` with ``state``: new, stays or moves;
        and ``former_helper_id``."""
        frame = self.assignment.families
        before = self.former.reindex(frame.index)
        is_same = (before == frame["helper_id"]).fillna(False)
        state = np.select([before.isna(), is_same], [NEW, STAYS], MOVES)
        return frame.assign(state=pd.array(state, dtype="str"), former_helper_id=before.astype("str"))

    @cached_property
    def helpers(self) -> pd.DataFrame:
        """:attr:`~hamyar.core.assignment.assign.Assignment.helpers` with ``places``, the most each can have."""
        return self.assignment.helpers.assign(places=self.assignment.situation.places)

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """Families without a helper after this: ``family_id``, ``why`` and ``open_answers``.

        ``ask_first``: it is not known whether they are harmed, and ``open_answers`` may tell;
        ``no_plan``: they are harmed, and there is no plan (``reasons``).
        """
        without = [] if self.is_possible else list(self.new_ids)
        asked = self.asked_first
        return pd.DataFrame(
            {
                "family_id": pd.array([*without, *asked["family_id"]], dtype="str"),
                "why": pd.array([NO_PLAN] * len(without) + [ASK_FIRST] * len(asked), dtype="str"),
                "open_answers": pd.array([0] * len(without) + asked["open_answers"].tolist(), dtype="int64"),
            }
        )


def assignment_tables(
    tables: CaseTables, placed: Stratification, rules: WorkRules, parameters: ParameterSet
) -> tuple[AssignmentTables, tuple[Message, ...]]:
    """What the month of ``rules`` is assigned from, and a sentence for every helper of whom less can be asked.

    ``placed`` has the levels of every family of ``tables`` in that month.
    Raises ``LaterAssigned``, ``CatalogueAbsent``, and what :class:`hamyar.core.calendar.tables.Agenda` raises for hours
    and leave that cannot be.
    """
    question = _Question.of(tables, placed, rules, parameters)
    return question.tables, tuple(question.helpers.told())


def assignment_of_month(
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    *,
    placed: Stratification | None = None,
    effort: float = EFFORT,
) -> AssignmentOfMonth:
    """The assignment of ``month`` from the facts of the whole centre, by the parameters of that month.

    ``placed`` are its levels where they are at hand; they are made otherwise.
    Raises what :func:`assignment_tables`, :func:`hamyar.core.assignment.assign.assign`,
    :func:`hamyar.core.levels.stratification.stratify_families` and :meth:`hamyar.core.work_rules.WorkRules.of` raise.
    """
    rules = WorkRules.of(parameters, month)
    question = _Question.of(tables, placed or stratify_families(tables, parameters, month), rules, parameters)
    found = question.settled(effort)
    families = question.families
    return AssignmentOfMonth(
        month=month,
        first_day=families.first_day,
        last_day=families.last_day,
        rules=rules,
        assignment=found,
        records=tuple(rows_to_record(found, families)) if found.is_possible else (),
        new_ids=tuple(families.new_ids),
        former=families.former["helper_id"],
        asked_first=families.asked_first,
        notes=(*question.helpers.told(), *found.notes),
    )


@dataclass(frozen=True, eq=False)
class _Question:
    """The families and helpers of a month, as the solver is asked about them."""

    families: FamiliesOfMonth
    helpers: HelpersOfMonth

    @classmethod
    def of(cls, tables: CaseTables, placed: Stratification, rules: WorkRules, parameters: ParameterSet) -> "_Question":
        families = FamiliesOfMonth(tables, placed, rules, parameters.programmes)
        return cls(families, HelpersOfMonth(families, parameters.calendar if parameters.has_calendar else None))

    @cached_property
    def tables(self) -> AssignmentTables:
        travel = self.families.tables.helper_travel
        in_force = self.families.in_force[["family_id", "helper_id"]]
        return AssignmentTables(
            families=self.families.table,
            helpers=self.helpers.table(in_force),
            last_year=self.families.last_year,
            chosen=self.helpers.chosen,
            incompatible=self.helpers.incompatible,
            travel=travel if len(travel) else None,
            in_force=in_force,
        )

    def settled(self, effort: float) -> Assignment:
        """The plan of the month, solved again from where it ended until nothing moves any more."""
        first = last = self._assigned(self.tables, effort)
        while last.is_possible and not last.is_optimal:
            plan = last.families["helper_id"].reset_index()
            again = self._assigned(replace(self.tables, helpers=self.helpers.table(plan), in_force=plan), effort)
            if again.moves.empty:
                break
            last = again
        return first if last is first else adopted(first, last.solution.helpers)

    def _assigned(self, tables: AssignmentTables, effort: float) -> Assignment:
        rules = self.families.rules
        return assign(tables, rules.assignment, rules.weights, move_penalty=rules.move_penalty, effort=effort)
