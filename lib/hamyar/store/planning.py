"""Recording what was decided for a family: nothing enters that cannot stand beside the facts.

A form and the sample both record through here, within the change, so that nobody takes a resource's last place,
moves a member or withdraws a referral in between.  Plans and goals enter together: all of them, or none.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.labels import table_message
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.faults import PlanFault, plan_faults
from hamyar.core.tables import (
    FAMILIES,
    FLOWS,
    FOOD_WEEKS,
    GOALS,
    MEMBERS,
    OBSERVATIONS,
    PLANS,
    REFERRALS,
    RESOURCES,
    CaseTables,
    conform,
)
from hamyar.store.change import Change, Recorded


class PlanRefused(HamyarError):
    """Nothing was written; ``faults`` is the whole list, rows counted from 0."""

    msgid = N_(
        "Nothing was recorded of the plan. The first of {count} faults is in '{table}', row {row}, "
        "column '{column}': {problem}"
    )

    def __init__(self, faults: Sequence[PlanFault]) -> None:
        first = faults[0]
        places = {"row": first.row, "column": first.column, "problem": first.message}
        super().__init__(table=table_message(first.table), count=len(faults), **places)
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


def record_plan(
    change: Change,
    plans: pd.DataFrame,
    goals: pd.DataFrame,
    parameters: ParameterSet,
    *,
    month: Month | None = None,
    base_versions: tuple[pd.Series | None, pd.Series | None] = (None, None),
) -> tuple[Recorded, Recorded]:
    """Record rows of ``PLANS`` and of ``GOALS`` of families that are recorded already, all of them or none.

    They are held against the levels and the catalogues of ``month`` (default: that of the day of the change).
    ``base_versions`` are those that a form was opened with, of plans and of goals.
    Raises ``PlanRefused``, ``CatalogueAbsent``, ``ParameterMissing`` and what :meth:`Change.record` raises, such as
    ``Conflict``.
    """
    decided, aimed = conform(PLANS, plans), conform(GOALS, goals)
    if decided.empty and aimed.empty:
        return Recorded(), Recorded()
    families = pd.concat([decided["family_id"], aimed["family_id"]]).unique().tolist()
    resources = decided["resource_id"].dropna().unique().tolist()
    facts = _facts(change, families, resources)
    faults = list(plan_faults(decided, aimed, facts, parameters, month or Month.from_code(change.today // 100)))
    if faults:
        raise PlanRefused(faults)
    recorded = change.record(PLANS, plans, base_versions=base_versions[0])
    return recorded, change.record(GOALS, goals, base_versions=base_versions[1])


def _facts(change: Change, family_ids: Sequence[str], resource_ids: Iterable[str]) -> CaseTables:
    """What the plans of some families rest on: their own facts, and everybody's plans with the same resources."""
    only, resources = {"family_id": family_ids}, {"resource_id": list(resource_ids)}
    key = list(PLANS.key)
    theirs = change.current(PLANS, resources) if resources["resource_id"] else PLANS.empty()
    plans = pd.concat([change.current(PLANS, only), theirs], ignore_index=True).drop_duplicates(key)
    own = (FAMILIES, MEMBERS, FLOWS, OBSERVATIONS, FOOD_WEEKS, REFERRALS)
    shared = {
        "plans": conform(PLANS, plans),
        "resources": change.current(RESOURCES, resources) if resources["resource_id"] else RESOURCES.empty(),
    }
    return CaseTables.holding({table.name: change.current(table, only) for table in own} | shared)
