"""Cases of families' levels that social workers write: every one in ``tests/cases/levels`` is run as it stands."""

from typing import Any

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import Indicator, IndicatorSet
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.rial import parse_money
from hamyar.core.tables import FOOD_GROUPS, FOOD_WEEKS, MEMBERS, OBSERVATIONS, CaseTables, conform
from hamyar.store.parameter_files import load_parameters
from tests.core.making import PARAMETERS, flows, tables
from tests.core.test_cases import cases_of

MONTH, DAY = Month(1404, 8), 14040805
FAMILY, MOTHER, SON, DAUGHTER = "F1", "F1-1", "F1-2", "F1-3"
NOTHING = (
    *("subsidy", "charity_cash", "charity_in_kind", "other_inflow"),
    *("treatment", "education", "housing", "other_outflow"),
)
DOMAIN_LEVELS = ("level", "economic", "social", "cultural")


def household() -> pd.DataFrame:
    rows = [
        (MOTHER, "head", "female", 13660510, "upper_secondary", None),
        (SON, "child", "male", 13920510, "primary", "yes"),
        (DAUGHTER, "child", "female", 13950510, "none", "yes"),
    ]
    names = ["member_id", "role", "sex", "birth_day", "schooling", "attends_school"]
    return conform(MEMBERS, pd.DataFrame(rows, columns=names).assign(family_id=FAMILY))


def month_of_money(changed: dict[str, str]) -> pd.DataFrame:
    """A month told wholly: income 150, spending 100 with 40 of food, in millions, but for what the case changes."""
    told: dict[str, Any] = {"own_income": 150_000_000} | dict.fromkeys(NOTHING, 0)
    told |= {name: None if text == "not known" else parse_money(text, "rial") for name, text in changed.items()}
    livelihood = [("livelihood", 40_000_000, "month", "food"), ("livelihood", 60_000_000, "month", "clothing")]
    return flows(*told.items(), *livelihood, month=MONTH)


def good_week() -> pd.DataFrame:
    days = {column: 0 for column in FOOD_WEEKS.column_names if column.endswith("_days")}
    days |= {f"{group}_days": 7 for group in FOOD_GROUPS}
    return conform(FOOD_WEEKS, pd.DataFrame([{"family_id": FAMILY, "day": DAY, **days}]))


def subjects_of(indicator: Indicator) -> list[str]:
    """Whom an indicator is asked of in this household."""
    if indicator.scope == "family":
        return [FAMILY]
    ages = indicator.applies_to.ages or (0, 120)
    of_age = {MOTHER: 38, SON: 12, DAUGHTER: 9}
    is_adult_role = "child" not in (indicator.applies_to.roles or ("child",))
    asked = [member for member, age in of_age.items() if ages[0] <= age <= ages[1]]
    return [MOTHER] if is_adult_role else [member for member in (SON, DAUGHTER, MOTHER) if member in asked]


def visit(case: dict[str, Any], indicators: IndicatorSet) -> pd.DataFrame:
    """One visit in which everything was asked, but for what the case says."""
    told = case.get("answers") or {}
    assert set(told) <= set(indicators.codes), f"unknown indicators: {set(told) - set(indicators.codes)}"
    rows = []
    for indicator in indicators.indicators:
        if indicator.computed is not None:
            assert indicator.code not in told, f"{indicator.code} is computed, not answered"
            continue
        if case.get("unasked") == "everything" and indicator.code not in told:
            continue
        for place, subject in enumerate(subjects_of(indicator)):
            answer = told.get(indicator.code, "0") if place == 0 else "0"
            has_reason = answer in ("2", "3") and case.get("why") != "missing"
            rows.append((FAMILY, subject, indicator.code, "H1", DAY, answer, "دیده شد" if has_reason else None))
    return conform(OBSERVATIONS, pd.DataFrame(rows, columns=OBSERVATIONS.column_names[:7]))


def placed(case: dict[str, Any], parameters: ParameterSet) -> Stratification:
    given: CaseTables = tables(
        month_of_money(case.get("money") or {}),
        FAMILY,
        members=household(),
        observations=visit(case, parameters.indicators.at(MONTH)),
        food_weeks=good_week(),
    )
    return stratify_families(given, parameters, MONTH)


@pytest.fixture(scope="module", name="parameters")
def _parameters() -> ParameterSet:
    return load_parameters(PARAMETERS)


@pytest.mark.parametrize("case", cases_of("levels"))
def test_level(case, parameters):
    """What was found in a family gives the level and the reasons that the case expects."""
    found = placed(case, parameters)
    row, expected = found.results.iloc[0], case["expect"]
    told = {name: row[name if name == "level" else f"{name}_level"] for name in DOMAIN_LEVELS}
    told |= {"best": row["level_at_best"], "worst": row["level_at_worst"]}
    told["critical"] = row["critical_indicators"].split()
    told["complete"] = "yes" if row["is_complete"] else "no"
    deprived = found.is_deprived("least")[:, 0]
    told["reasons"] = [harm.code for harm, is_harm in zip(found.indicators.harms, deprived, strict=True) if is_harm]
    assert {name: told[name] for name in expected} == expected
