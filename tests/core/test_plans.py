"""Cases of families' plans that social workers write: every one in ``tests/cases/plans`` is run as it stands."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.plans import activities_of, goals_of, plan_faults, plan_proposals
from hamyar.core.tables import (
    ASSIGNMENTS,
    FAMILIES,
    GOALS,
    OBSERVATIONS,
    PLANS,
    REFERRALS,
    RESOURCES,
    CaseTables,
    conform,
)
from hamyar.store.parameter_files import load_parameters
from tests.core.making import PARAMETERS, tables
from tests.core.test_cases import cases_of
from tests.core.test_level_cases import DAY, FAMILY, MONTH, good_week, household, month_of_money, visit

FROM, UNTIL = 14040801, 14050730
STANDING = ("economy_review", "evaluation", "relevelling")


def case_tables(case: dict[str, Any], parameters: ParameterSet) -> CaseTables:
    """The facts of a case before anything is decided."""
    told = visit(case, parameters.indicators.at(MONTH))
    for member, indicator, level in case.get("others") or ():
        here = (told["subject_id"] == member) & (told["indicator"] == indicator)
        told.loc[here, ["answer", "reason"]] = [level, "seen"]
    others = [f"X{number}" for number in range(int(case.get("taken") or 0))]
    given = tables(
        month_of_money({}),
        FAMILY,
        members=household(),
        observations=conform(OBSERVATIONS, told),
        food_weeks=good_week(),
        resources=resources(case.get("resources") or {}),
        referrals=referrals(case.get("referred") or ()),
    )
    by, first = next(iter((case.get("resources") or {"": {"does": ""}}).items()))
    taken = [row(other, first["does"], {"decision": "accepted", "by": by}) for other in others]
    areas = pd.DataFrame({"family_id": [FAMILY, *others], "area": [case.get("area"), *[None] * len(others)]})
    held = {"family_id": FAMILY, "from_day": FROM, "helper_id": "H1", "until_day": UNTIL}
    return replace(
        given,
        families=conform(FAMILIES, areas),
        plans=conform(PLANS, pd.DataFrame(taken, columns=PLANS.column_names)),
        assignments=conform(ASSIGNMENTS, pd.DataFrame([held])),
    )


def resources(told: dict[str, dict[str, str]]) -> pd.DataFrame:
    rows = [
        {"resource_id": code, "reach": found["reach"], "programmes": found["does"], "area": found.get("area")}
        | {"capacity": number(found.get("takes")), "until_day": number(found.get("until"))}
        for code, found in told.items()
    ]
    return conform(RESOURCES, pd.DataFrame(rows, columns=RESOURCES.column_names))


def referrals(commissions: tuple[str, ...]) -> pd.DataFrame:
    rows = [
        {"family_id": FAMILY, "commission": commission, "proposed_day": DAY, "state": "accepted", "state_day": DAY}
        | {"consent": "yes"}
        for commission in commissions
    ]
    return conform(REFERRALS, pd.DataFrame(rows, columns=REFERRALS.column_names))


def number(text: str | None) -> int | None:
    return None if text is None else int(text)


def row(family: str, code: str, told: Any) -> dict[str, Any]:
    """One row of ``PLANS`` as a case writes it."""
    programme, _, subject = code.partition(" for ")
    if isinstance(told, str):
        decision, _, reason = told.partition(" because ")
        told = {"decision": decision, "reason": reason or None}
    numbers = {name: number(told.get(name)) for name in ("minutes", "every_days", "number", "offset_days")}
    given = {"family_id": family, "subject_id": subject or family, "programme": programme, "from_day": FROM}
    return given | numbers | {name: told.get(name) for name in ("decision", "reason")} | {"resource_id": told.get("by")}


def decided(case: dict[str, Any]) -> pd.DataFrame:
    rows = [row(FAMILY, code, told) for code, told in (case.get("decisions") or {}).items()]
    return conform(PLANS, pd.DataFrame(rows, columns=PLANS.column_names))


def aimed(case: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for harm, told in (case.get("goals") or {}).items():
        indicator, _, subject = harm.partition(" of ")
        level, _, reason = told.partition(" because ")
        aim = {"aim_level": None, "reason": reason} if level == "none" else {"aim_level": int(level)}
        rows.append({"family_id": FAMILY, "subject_id": subject or FAMILY, "indicator": indicator} | aim)
    return conform(GOALS, pd.DataFrame(rows, columns=GOALS.column_names).assign(from_day=FROM))


def found_in(case: dict[str, Any], parameters: ParameterSet) -> dict[str, Any]:
    """What the software says to a case, in the words of its ``expect``."""
    given = case_tables(case, parameters)
    placed: Stratification = stratify_families(given, parameters, MONTH)
    plans, goals = decided(case), aimed(case)
    offered = plan_proposals(placed, given, parameters, MONTH, [FAMILY], DAY)
    focused = offered[offered["help"] == "focused"]
    after = replace(given, plans=pd.concat([given.plans, plans]), goals=goals)
    harms = goals_of(placed, after, parameters, MONTH, DAY, [FAMILY])
    activities, _ = activities_of(after, parameters, MONTH, DAY)
    activities = activities[~activities["programme"].isin(STANDING)]
    return {
        "proposed": list(dict.fromkeys(focused["programme"])),
        "for": {code: rows["subject_id"].tolist() for code, rows in focused.groupby("programme")},
        "waits": {found.programme: found.waits_for for found in offered.itertuples() if found.waits_for},
        "resources": {
            found.programme: [able.resource_id for able in found.resources] for found in offered.itertuples()
        },
        "faults": [fault.column for fault in plan_faults(plans, goals, given, parameters, MONTH)],
        "goals": {
            found.indicator + (f" of {found.subject_id}" if found.subject_id != FAMILY else ""): found.state
            for found in harms.itertuples()
        },
        "activities": dict(zip(activities["programme"], activities["number"].map(str), strict=True)),
    }


@pytest.fixture(scope="module", name="parameters")
def _parameters() -> ParameterSet:
    return load_parameters(PARAMETERS)


@pytest.mark.parametrize("case", cases_of("plans"))
def test_plan(case, parameters):
    """What is proposed, decided and aimed at is answered as the case expects."""
    found, expected = found_in(case, parameters), case["expect"]
    for name in ("for", "resources"):
        found[name] = {code: found[name].get(code) for code in expected.get(name, ())}
    assert {name: found[name] for name in expected} == expected
