"""Cases of commissions and events that social workers write: all of ``tests/cases/commissions``, run as they stand."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from hamyar.core.jalali import parse_day
from hamyar.core.meetings.commissions import Hearing, proposed_referrals, transition_faults
from hamyar.core.meetings.events import attend, cancel, enrol, moved_up
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ASSIGNMENTS, ENROLMENTS, PLANS
from hamyar.core.work_rules import WorkRules
from hamyar.store.parameter_files import load_parameters
from tests.core.making import PARAMETERS
from tests.core.meeting_making import TODAY, event, facts, referral
from tests.core.test_cases import cases_in
from tests.core.test_level_cases import FAMILY, MONTH, placed


@pytest.mark.parametrize("case", cases_in("commissions/steps.yaml"))
def test_step(case):
    """A step is taken, or what is to be corrected first is told."""
    accepted = parse_day(case.get("accepted", "1404-07-10"))
    before = None if case["was"] == "nothing" else referral(state=case["was"], state_day=accepted)
    after = referral(
        state=case["becomes"],
        state_day=parse_day(case.get("day", "1404-08-01")),
        consent=case.get("consent", "yes"),
        reason=case.get("reason"),
        rules=None,
    )
    tasks = case.get("tasks", [])
    heard = Hearing(tuple(map(parse_day, case.get("sessions", []))), len(tasks), tasks.count("open"))
    found = [column for column, _ in transition_faults(before, after, heard, TODAY)]
    assert ([] if case["expect"] == "may" else case["expect"]) == found


@pytest.fixture(scope="module", name="parameters")
def _parameters() -> ParameterSet:
    return load_parameters(PARAMETERS)


@pytest.mark.parametrize("case", cases_in("commissions/proposals.yaml"))
def test_proposal(case, parameters):
    """What was found in a family proposes it to the commissions that the case expects, by the rules it names."""
    now, rules = placed(case, parameters), WorkRules.of(parameters, MONTH)
    before, helped = None, []
    if "before" in case:
        # The same household, its answers of then: the month is told, the facts are those of the case.
        then = placed({**case, "answers": case["before"]}, parameters)
        before = replace(then, month=MONTH + -rules.commission_no_progress_months)
        helped = [{"family_id": FAMILY, "helper_id": "H1", "from_day": 14040101, "until_day": 14041229}]
    plans = [
        dict.fromkeys(PLANS.column_names)
        | {"family_id": FAMILY, "subject_id": FAMILY, "programme": code, "from_day": 14040101, "decision": "accepted"}
        for code in case.get("plan", [])
    ]
    tables = facts(
        referrals=[referral(FAMILY, commission, state) for commission, state in case.get("referred", {}).items()],
        assignments=[dict.fromkeys(ASSIGNMENTS.column_names) | row for row in helped],
        plans=plans,
    )
    found = proposed_referrals(now, tables, parameters.programmes, rules, TODAY, before).to_dict("records")
    sure = {row["commission"]: row["rules"].split() for row in found if row["is_certain"]}
    perhaps = {row["commission"]: row["possible_rules"].split() for row in found if row["possible_rules"]}
    assert (sure, perhaps) == (case["expect"], case.get("perhaps", {}))


@pytest.mark.parametrize("case", cases_in("commissions/places.yaml"))
def test_places(case):
    """Enrolments, cancellations and a growing room leave each person where the case expects."""

    def capacity(told: str) -> int | None:
        return None if told == "none" else int(told)

    workshop, told = event(capacity=capacity(case["places"])), ENROLMENTS.empty()
    for number, step in enumerate(case["steps"]):
        [(what, given)] = step.items()
        changed = _changed(what, given, workshop, told, 14040801 + number)
        both = pd.concat([changed, told], ignore_index=True).drop_duplicates(list(ENROLMENTS.key))
        told = both.sort_values(list(ENROLMENTS.key), ignore_index=True)
    assert case["expect"] == dict(zip(told["subject_id"], told["state"], strict=True))


def _changed(what: str, given: Any, workshop: dict[str, Any], told: pd.DataFrame, on_day: int) -> pd.DataFrame:
    if what == "places":
        workshop["capacity"] = int(given)
        return moved_up(workshop, told)
    if what == "came":
        return attend(workshop, told, given, int(workshop["day"]))
    people = pd.DataFrame({"family_id": given, "subject_id": given})
    return {"enrol": enrol, "cancel": cancel}[what](workshop, told, people, on_day)
