"""Small tables for the tests of the core, made inline so that a test shows all it rests on."""

from pathlib import Path

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import BUDGETS, FAMILIES, FLOWS, MEMBERS, CaseTables, conform

PARAMETERS = Path(__file__).parents[2] / "parameters"
MONTH = Month(1404, 8)
MILLION = 1_000_000


def flows(*rows: tuple, family: str = "F1", month: Month = MONTH) -> pd.DataFrame:
    """Rows of (category, amount[, recall[, item]]) of one family and month; lines are numbered."""
    seen: dict[str, int] = {}
    made = []
    for category, amount, *rest in rows:
        seen[category] = seen.get(category, 0) + 1
        made.append(
            {
                "family_id": family,
                "month": month.code,
                "category": category,
                "line": seen[category],
                "amount_money": amount,
                "recall": rest[0] if rest else "month",
                "item": rest[1] if len(rest) > 1 else None,
            }
        )
    return conform(FLOWS, pd.DataFrame(made, columns=FLOWS.column_names))


def complete(inflow: int, outflow: int, *aid: tuple, family: str = "F1", month: Month = MONTH) -> pd.DataFrame:
    """A family told wholly: all income its own, all spending livelihood, zeros where there was nothing."""
    zeros = ("subsidy", "charity_cash", "charity_in_kind", "other_inflow")
    nothing = ("treatment", "education", "housing", "other_outflow")
    rows = [("own_income", inflow), ("livelihood", outflow), *((name, 0) for name in zeros + nothing), *aid]
    return flows(*rows, family=family, month=month)


def families(*ids: str, plan: Month | None = None) -> pd.DataFrame:
    plans = [plan.code if plan else None] * len(ids)
    return conform(FAMILIES, pd.DataFrame({"family_id": list(ids), "plan_month": plans}))


def members(*rows: tuple, family: str = "F1") -> pd.DataFrame:
    """Rows of (role, sex, birth_day[, stated_age[, stated_month]])."""
    made = [
        {
            "member_id": f"{family}-{number}",
            "family_id": family,
            "role": role,
            "sex": sex,
            "birth_day": born,
            "stated_age_years": rest[0] if rest else None,
            "stated_age_month": rest[1] if len(rest) > 1 else None,
        }
        for number, (role, sex, born, *rest) in enumerate(rows, 1)
    ]
    return conform(MEMBERS, pd.DataFrame(made, columns=MEMBERS.column_names))


def tables(flow_rows: pd.DataFrame, *ids: str, plan: Month | None = None, **others: object) -> CaseTables:
    given = {"members": MEMBERS.empty(), "budgets": BUDGETS.empty(), **others}
    return CaseTables(families=families(*(ids or ("F1",)), plan=plan), flows=flow_rows, **given)


def shipped_parameters() -> ParameterSet:
    return ParameterSet.from_texts({path.name: path.read_text("utf-8") for path in PARAMETERS.glob("*.yaml")})
