"""Three invented families, small enough to know by heart."""

from dataclasses import replace

import pandas as pd
import pytest

from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import (
    BUDGETS,
    FAMILIES,
    FLOWS,
    FOOD_WEEKS,
    IDENTITIES,
    MEMBERS,
    OBSERVATIONS,
    CaseTables,
    conform,
)
from hamyar.store.store import Store
from tests.store.work_of_help import WORK_TABLES, with_work

NAME = "زهرا مرادی نمونه"
# A family indicator, one of children, one that is retired, and one that is computed.
_INDICATOR = """
  - code: {code}
    label: *text
    question: *text
    levels: {{0: *text, 1: *text, 2: *text, 3: *text}}
    scope: {scope}
    can_change: soon
    reason: *text
    source: made up for a test
    since: 1400-01-01
"""
CATALOGUE = {
    "indicators/economic.yaml": "domain: economic\nlabel: &text {fa: نمونه, en: Sample}\nindicators:"
    + _INDICATOR.format(code="housing", scope="family")
    + _INDICATOR.format(code="child_labour", scope="member")
    + "    applies_to: {ages: [6, 17]}\n"
    + _INDICATOR.format(code="old_debt", scope="family")
    + "    until: 1404-12-29\n"
    + _INDICATOR.format(code="gap", scope="family")
    + "    computed: {measure: gap_share_of_outflows, worse: higher, bounds: [1/20, 1/5, 2/5]}\n",
    "indicators/weightings.yaml": """
name: weightings
description: {fa: نمونه, en: Sample}
versions:
  1400-01-01:
    source: made up for a test
    domains: {economic: {share: 1, indicators: {housing: 1/2, child_labour: 1/4, gap: 1/4}}}
""",
}


@pytest.fixture
def three_families() -> CaseTables:
    """Families F1 to F3, their members, flows of 1405-07 and 1405-08, and two budgets; in whole rial."""
    families = [
        {"family_id": "F1", "area": "شمال", "joined_month": 140401, "plan_month": 140405, "source": "local"},
        {"family_id": "F2", "area": None, "joined_month": 140502, "plan_month": None, "source": "family"},
        {"family_id": "F3", "area": "جنوب", "joined_month": None, "plan_month": None, "source": None},
    ]
    members = [
        {"member_id": "F1-1", "family_id": "F1", "role": "head", "sex": "female", "birth_day": 13600115},
        {"member_id": "F1-2", "family_id": "F1", "role": "child", "sex": "male", "birth_day": 13951230},
        {"member_id": "F2-1", "family_id": "F2", "role": "head", "stated_age_years": 51, "stated_age_month": 140502},
        {"member_id": "F3-1", "family_id": "F3", "role": "head"},
    ]
    flow_columns = ["family_id", "month", "category", "line", "amount_money", "recall", "item", "member_id", "source"]
    flows = [
        ("F1", 140507, "own_income", 1, 90_000_000, "month", None, "F1-1", "family"),
        ("F1", 140508, "own_income", 1, 95_000_000, "month", None, "F1-1", "family"),
        ("F1", 140508, "livelihood", 1, 12_500_000, "week", "food", None, "family"),
        ("F1", 140508, "livelihood", 2, 0, "month", "clothing", None, "observed"),
        ("F2", 140508, "subsidy", 1, None, "month", None, None, None),
        ("F3", 140508, "housing", 1, 1_000_000_000_000_000, "year", "rent", None, "local"),
    ]
    budgets = [
        {"month": 140507, "budget_money": 500_000_000, "source": "institution"},
        {"month": 140508, "budget_money": 600_000_000, "source": "institution"},
    ]
    return CaseTables(
        families=conform(FAMILIES, pd.DataFrame(families)),
        members=conform(MEMBERS, pd.DataFrame(members, dtype=object)),
        flows=conform(FLOWS, pd.DataFrame(flows, columns=flow_columns, dtype=object)),
        budgets=conform(BUDGETS, pd.DataFrame(budgets)),
        is_synthetic=True,
        title="Sample centre",
    )


@pytest.fixture
def identities() -> pd.DataFrame:
    """An invented name and telephone of F1's head, and a name for F2's."""
    rows = [("F1-1", "name", NAME), ("F1-1", "phone", "۰۹۱۲۰۰۰۰۰۰۱"), ("F2-1", "name", "علي‌رضا نمونه")]
    return conform(IDENTITIES, pd.DataFrame(rows, columns=["owner_id", "field", "value"]))


@pytest.fixture(scope="session")
def catalogue() -> ParameterSet:
    """A centre's parameters with four indicators and nothing else."""
    return ParameterSet.from_texts(CATALOGUE)


@pytest.fixture
def observed_families(three_families: CaseTables) -> CaseTables:
    """The three families with schooling, four observations of two helpers, and a week of food; dated 1405-07."""
    observations = [
        ("F1", "F1", "housing", "h-sara", 14050710, "2", "یک اتاق برای چهار نفر", "observed"),
        ("F1", "F1", "housing", "h-omid", 14050712, "1", None, "observed"),
        ("F1", "F1-2", "child_labour", "h-sara", 14050710, "0", None, "family"),
        ("F2", "F2", "housing", "h-omid", 14050730, "not_known", None, None),
    ]
    days = {name: number for number, name in enumerate(FOOD_WEEKS.column_names[2:9])}
    members = three_families.members.assign(
        schooling=["primary", None, "none", None], attends_school=["no", "yes", None, None]
    )
    return replace(
        three_families,
        members=conform(MEMBERS, members),
        observations=conform(OBSERVATIONS, pd.DataFrame(observations, columns=OBSERVATIONS.column_names)),
        food_weeks=conform(FOOD_WEEKS, pd.DataFrame([{"family_id": "F1", "day": 14050710, **days}])),
    )


@pytest.fixture
def observed(filled: Store, observed_families: CaseTables) -> Store:
    """The filled store with schooling, observations and a week of food recorded as change 3."""
    with filled.change("sara", "home visits") as change:
        for table in (MEMBERS, OBSERVATIONS, FOOD_WEEKS):
            change.record(table, getattr(observed_families, table.name))
    return filled


@pytest.fixture
def helped_families(observed_families: CaseTables) -> CaseTables:
    """The observed families with helpers, plans, visits, a commission and a workshop: no table is empty."""
    return with_work(observed_families)


@pytest.fixture
def helped(observed: Store, helped_families: CaseTables) -> Store:
    """The observed store with the work of help recorded as change 4."""
    with observed.change("sara", "the work of help") as change:
        for table in WORK_TABLES:
            change.record(table, getattr(helped_families, table.name))
    return observed


@pytest.fixture
def filled(store: Store, three_families: CaseTables, identities: pd.DataFrame) -> Store:
    """The store with the three families recorded as change 1 and their identities as change 2."""
    with store.change("sara", "first import") as change:
        for table in (FAMILIES, MEMBERS, FLOWS, BUDGETS):
            change.record(table, getattr(three_families, table.name))
    with store.change("sara", "names") as change:
        change.record(IDENTITIES, identities)
    return store
