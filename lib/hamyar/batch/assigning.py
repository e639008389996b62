"""``hamyar assign``: the families of a month to their helpers, recorded whole or not at all.

Facts are read, the plan is made (:mod:`hamyar.core.assignment.month`), and its rows are recorded in one change.
Making the plan may take a while, and nobody else should wait for it, so the right to write is taken only afterwards;
where somebody meanwhile recorded anything among the tables of helpers, nothing is recorded and that is said.

**A frozen month** keeps the facts it was frozen with, and a plan recorded later would not be among them: its year of
help would hold in a month whose pages know nothing of it.  So a month is assigned before it is run, and before any
later month of that year is.  Afterwards its assignment is refused like any other entry in a frozen month, unless it is
declared a correction (and the month run again).
A plan that changes nothing records nothing, and is told of a frozen month as of any other.
"""

from dataclasses import dataclass

import pandas as pd

from hamyar.core.assignment.month import AssignmentOfMonth, assignment_of_month
from hamyar.core.assignment.solve import EFFORT
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.labels import table_message
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ASSIGNMENTS, HELPER_TABLES
from hamyar.store.carrying import record_assignments
from hamyar.store.change import MonthFrozen, Recorded
from hamyar.store.store import Store
from hamyar.words import say


class FactsOvertaken(HamyarError):
    msgid = N_(
        "While the plan was made somebody recorded something in '{table}'. "
        "Nothing was recorded; assign the month again."
    )


@dataclass(frozen=True, eq=False)
class AssignmentSummary:
    """What came of it: the plan or the reasons why there is none, and what was ``recorded`` (a dry run: nothing)."""

    found: AssignmentOfMonth
    is_dry_run: bool
    recorded: Recorded

    @property
    def is_possible(self) -> bool:
        return self.found.is_possible


def assign_centre(
    store: Store,
    parameters: ParameterSet,
    month: Month,
    *,
    actor: str,
    dry_run: bool = False,
    effort: float | None = None,
    corrects_frozen: bool = False,
    language: str | None = None,
) -> AssignmentSummary:
    """Assign the families of ``month`` and record the rows, all or none; without a plan nothing is recorded.

    The same month again records nothing new.  ``effort`` limits the search, in the solver's deterministic seconds.
    ``language`` is that of the recorded reasons, by default the terminal's.
    Raises ``MonthFrozen``, ``FactsOvertaken``, and what :func:`~hamyar.core.assignment.month.assignment_of_month` and
    :meth:`Store.change` raise.
    """
    tables = store.tables()
    found = assignment_of_month(tables, parameters, month, effort=EFFORT if effort is None else effort)
    if dry_run or not found.records:
        return AssignmentSummary(found, dry_run, Recorded())
    if not corrects_frozen:
        _refuse_frozen(store, found)
    reasons = [None if row.reason is None else say(row.reason, language) for row in found.records]
    rows = found.rows.assign(reason=pd.array(reasons, dtype="str"))
    with store.change(actor, f"assign {month}", corrects_frozen=corrects_frozen) as change:
        # Until now none of this may change: who carries whom, who may, who was chosen, what is wished.
        if changed := change.changed_since(tables, HELPER_TABLES):
            raise FactsOvertaken(table=table_message(changed.name))
        recorded = record_assignments(change, rows)
    return AssignmentSummary(found, dry_run, recorded)


def _refuse_frozen(store: Store, found: AssignmentOfMonth) -> None:
    """A year of help also holds in every later month, so none of them may be frozen either."""
    for later in range(found.rules.assignment.months):
        if store.frozen(month := found.month + later) is not None:
            raise MonthFrozen(month=month, table=table_message(ASSIGNMENTS.name))
