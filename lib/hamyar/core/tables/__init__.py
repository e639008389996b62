"""The tables the core speaks, declared once.

A table is a pandas frame whose columns, types, units and allowed values are written in one place and nowhere else:
:mod:`~hamyar.core.tables.families`, :mod:`~hamyar.core.tables.helpers`, :mod:`~hamyar.core.tables.plans` and
:mod:`~hamyar.core.tables.meetings`.  The database, the importer, the frozen month and the documentation are all made
from these declarations, and :func:`~hamyar.core.tables.declared.conform` checks a frame against them at every edge.
This module gathers them: whoever needs a table takes it from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from hamyar.core.tables.declared import (
    NUMERIC_KINDS,
    Column,
    ColumnKind,
    ColumnsMissing,
    KeyRepeated,
    Table,
    ValueNotAllowed,
    conform,
    dtype_of,
)
from hamyar.core.tables.families import (
    ANSWERS,
    BUDGETS,
    CATEGORIES,
    CENTRE_AID,
    COPING,
    FAMILIES,
    FLOWS,
    FOOD_GROUPS,
    FOOD_WEEKS,
    IDENTITIES,
    ITEMS,
    LEVEL_ANSWERS,
    MEMBERS,
    OBSERVATIONS,
    OUTFLOWS,
    OWN_INFLOWS,
    RECALL_PERIODS,
    ROLES,
    SCHOOLING,
    SOURCES,
    UNDIVIDED,
    YES_NO,
)
from hamyar.core.tables.helpers import (
    ASSIGNMENTS,
    CHOICES_BY_HAND,
    FAMILY_WISHES,
    HELD_STATES,
    HELPER_CHOICES,
    HELPER_HOURS,
    HELPER_LEAVE,
    HELPER_TABLES,
    HELPER_TRAVEL,
    HELPERS,
    TRAINING_PARTS,
    TRAINING_WAYS,
    TRAININGS,
)
from hamyar.core.tables.meetings import (
    COMMISSIONS,
    CONSENTS,
    DECISIONS,
    ENROLMENT_STATES,
    ENROLMENTS,
    EVENT_KINDS,
    EVENTS,
    GROUP_KINDS,
    GROUP_MEMBERS,
    HELP_GROUPS,
    MEETING_TABLES,
    PARTS_IN_SESSION,
    REFERRAL_STATES,
    REFERRALS,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    TASK_STATES,
)
from hamyar.core.tables.plans import (
    DECISIONS_ON_PROPOSALS,
    GOALS,
    PLAN_TABLES,
    PLANS,
    REACHES,
    RESOURCES,
    VISIT_KINDS,
    VISIT_STATUSES,
    VISITS,
)

__all__ = [
    "ALL_TABLES",
    "ANSWERS",
    "ASSIGNMENTS",
    "BUDGETS",
    "CATEGORIES",
    "CENTRE_AID",
    "CHOICES_BY_HAND",
    "COMMISSIONS",
    "CONSENTS",
    "COPING",
    "DECISIONS",
    "DECISIONS_ON_PROPOSALS",
    "ENROLMENTS",
    "ENROLMENT_STATES",
    "EVENTS",
    "EVENT_KINDS",
    "FACT_TABLES",
    "FAMILIES",
    "FAMILY_WISHES",
    "FLOWS",
    "FOOD_GROUPS",
    "FOOD_WEEKS",
    "GOALS",
    "GROUP_KINDS",
    "GROUP_MEMBERS",
    "HELD_STATES",
    "HELPERS",
    "HELPER_CHOICES",
    "HELPER_HOURS",
    "HELPER_LEAVE",
    "HELPER_TABLES",
    "HELPER_TRAVEL",
    "HELP_GROUPS",
    "IDENTITIES",
    "ITEMS",
    "LEVEL_ANSWERS",
    "MEETING_TABLES",
    "MEMBERS",
    "NUMERIC_KINDS",
    "OBSERVATIONS",
    "OUTFLOWS",
    "OWN_INFLOWS",
    "PARTS_IN_SESSION",
    "PLANS",
    "PLAN_TABLES",
    "REACHES",
    "RECALL_PERIODS",
    "REFERRALS",
    "REFERRAL_STATES",
    "RESOURCES",
    "ROLES",
    "SCHOOLING",
    "SESSIONS",
    "SESSION_CASES",
    "SESSION_PEOPLE",
    "SOURCES",
    "TASK_STATES",
    "TRAININGS",
    "TRAINING_PARTS",
    "TRAINING_WAYS",
    "UNDIVIDED",
    "VISITS",
    "VISIT_KINDS",
    "VISIT_STATUSES",
    "YES_NO",
    "CaseTables",
    "Column",
    "ColumnKind",
    "ColumnsMissing",
    "KeyRepeated",
    "Table",
    "ValueNotAllowed",
    "conform",
    "dtype_of",
]

FACT_TABLES = {
    table.name: table
    for table in (
        *(FAMILIES, MEMBERS, FLOWS, BUDGETS, OBSERVATIONS, FOOD_WEEKS),
        *(*HELPER_TABLES, *PLAN_TABLES, *MEETING_TABLES),
    )
}
ALL_TABLES = FACT_TABLES | {IDENTITIES.name: IDENTITIES}


@dataclass(frozen=True)
class CaseTables:
    """Everything the core needs to know of a set of families, and in which currency it is told."""

    families: pd.DataFrame
    members: pd.DataFrame
    flows: pd.DataFrame
    budgets: pd.DataFrame
    currency: str = "IRR"
    is_synthetic: bool = False
    title: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)
    observations: pd.DataFrame = field(default_factory=OBSERVATIONS.empty)
    food_weeks: pd.DataFrame = field(default_factory=FOOD_WEEKS.empty)
    helpers: pd.DataFrame = field(default_factory=HELPERS.empty)
    helper_hours: pd.DataFrame = field(default_factory=HELPER_HOURS.empty)
    helper_leave: pd.DataFrame = field(default_factory=HELPER_LEAVE.empty)
    helper_travel: pd.DataFrame = field(default_factory=HELPER_TRAVEL.empty)
    trainings: pd.DataFrame = field(default_factory=TRAININGS.empty)
    family_wishes: pd.DataFrame = field(default_factory=FAMILY_WISHES.empty)
    helper_choices: pd.DataFrame = field(default_factory=HELPER_CHOICES.empty)
    assignments: pd.DataFrame = field(default_factory=ASSIGNMENTS.empty)
    resources: pd.DataFrame = field(default_factory=RESOURCES.empty)
    plans: pd.DataFrame = field(default_factory=PLANS.empty)
    goals: pd.DataFrame = field(default_factory=GOALS.empty)
    visits: pd.DataFrame = field(default_factory=VISITS.empty)
    referrals: pd.DataFrame = field(default_factory=REFERRALS.empty)
    sessions: pd.DataFrame = field(default_factory=SESSIONS.empty)
    session_people: pd.DataFrame = field(default_factory=SESSION_PEOPLE.empty)
    session_cases: pd.DataFrame = field(default_factory=SESSION_CASES.empty)
    decisions: pd.DataFrame = field(default_factory=DECISIONS.empty)
    help_groups: pd.DataFrame = field(default_factory=HELP_GROUPS.empty)
    group_members: pd.DataFrame = field(default_factory=GROUP_MEMBERS.empty)
    events: pd.DataFrame = field(default_factory=EVENTS.empty)
    enrolments: pd.DataFrame = field(default_factory=ENROLMENTS.empty)

    @classmethod
    def holding(cls, frames: Mapping[str, pd.DataFrame]) -> "CaseTables":
        """Tables of which only those of ``frames``, by name, are needed; the others are empty."""
        needed = {table.name: table.empty() for table in (FAMILIES, MEMBERS, FLOWS, BUDGETS)}
        return cls(**{**needed, **frames})

    def only(self, family_ids: "list[str] | pd.Index") -> "CaseTables":
        """The same tables with these families only; what belongs to no family (budgets, helpers, events) stays whole.

        Rows that could name a family and name none (a helper's session among the visits) are left out.
        """
        frames = {name: getattr(self, name) for name, table in FACT_TABLES.items() if "family_id" in table.column_names}
        kept = {name: frame[frame["family_id"].isin(family_ids)] for name, frame in frames.items()}
        return replace(self, **kept)
