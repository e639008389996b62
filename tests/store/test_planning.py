"""What was decided for a family is recorded only where it can stand beside the facts."""

import pickle

import pandas as pd
import pytest

from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.tables import GOALS, MEMBERS, PLANS, REFERRALS, RESOURCES
from hamyar.store.change import Recorded
from hamyar.store.conflict import Conflict
from hamyar.store.parameter_files import load_parameters
from hamyar.store.planning import PlanRefused, record_plan
from hamyar.store.store import Store
from tests.core.making import PARAMETERS

PLAN = {"family_id": "F1", "subject_id": "F1", "programme": "debt_settlement", "from_day": 14050801}
PLAN |= {"decision": "accepted", "decided_day": 14050801, "decided_by": "h-sara"}
GOAL = {"family_id": "F1", "subject_id": "F1", "indicator": "debt", "from_day": 14050801, "aim_level": 1}
CLINIC = {"resource_id": "R1", "reach": "province", "programmes": "treatment_link", "capacity": 1}


@pytest.fixture(scope="module", name="parameters")
def _parameters() -> ParameterSet:
    return load_parameters(PARAMETERS)


def decide(store: Store, parameters: ParameterSet, *plans: dict, goals: tuple[dict, ...] = (), **options):
    with store.change("sara", "home visit") as change:
        aimed = pd.DataFrame(list(goals), columns=GOALS.column_names)
        return record_plan(change, pd.DataFrame(list(plans), columns=PLANS.column_names), aimed, parameters, **options)


def test_plans_and_goals_are_recorded_together(filled: Store, parameters: ParameterSet):
    """What can stand goes in, and again changes nothing."""
    for expected in (Recorded(inserted=1), Recorded(unchanged=1)):
        assert decide(filled, parameters, PLAN, goals=(GOAL,)) == (expected, expected)
    tables = filled.tables()
    assert tables.plans[list(PLAN)].to_dict("records") == [PLAN]
    assert tables.goals["aim_level"].tolist() == [1]


@pytest.mark.parametrize(
    ("plan", "goal", "place"),
    [
        ({"programme": "no_such_thing"}, {}, ("plans", "programme")),
        ({"family_id": "F9", "subject_id": "F9"}, {}, ("plans", "family_id")),
        ({"subject_id": "F2-1"}, {}, ("plans", "subject_id")),
        ({"decision": "refused"}, {}, ("plans", "reason")),
        ({"from_day": 14050802}, {}, ("plans", "from_day")),
        ({"programme": "safety_first"}, {}, ("plans", "resource_id")),
        ({"programme": "housing_commission"}, {}, ("plans", "decision")),
        ({"programme": "couple_counselling"}, {}, ("plans", "programme", "resource_id")),
        # What begins next month is decided by what is known now.
        ({"programme": "housing_commission", "from_day": 14050901}, {}, ("plans", "decision")),
        ({"programme": "couple_counselling", "from_day": 14050901}, {}, ("plans", "programme", "resource_id")),
        ({}, {"indicator": "no_such_thing"}, ("goals", "indicator")),
        ({}, {"until_day": 14060801}, ("goals", "until_day")),
        ({}, {"aim_level": None}, ("goals", "reason")),
    ],
)
def test_what_cannot_stand_is_refused_whole(filled: Store, parameters: ParameterSet, plan, goal, place):
    """One fault in either table, and nothing of either is written."""
    head = filled.head()
    with pytest.raises(PlanRefused) as caught:
        decide(filled, parameters, PLAN | {"subject_id": "F1-1"}, PLAN | plan, goals=(GOAL | goal,))
    assert [(fault.table, fault.column) for fault in caught.value.faults] == [
        (place[0], column) for column in place[1:]
    ]
    assert f"column '{place[1]}'" in str(caught.value)
    assert filled.head() == head


def test_a_refusal_keeps_its_faults_across_processes(filled: Store, parameters: ParameterSet):
    """A pickled refusal says the same."""
    with pytest.raises(PlanRefused) as caught:
        decide(filled, parameters, PLAN | {"programme": "x"}, goals=(GOAL | {"indicator": "y"},))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what we have just pickled ourselves
    assert (str(again), len(again.faults)) == (str(caught.value), 2)


def test_the_last_place_is_given_once(filled: Store, parameters: ParameterSet):
    """What another family was given before counts, also within one change; when it ends, the place is free again."""
    with filled.change("sara", "a clinic") as change:
        change.record(RESOURCES, pd.DataFrame([CLINIC]))
    first, second = (
        PLAN | {"family_id": family, "subject_id": family, "programme": "treatment_link", "resource_id": "R1"}
        for family in ("F1", "F2")
    )
    with pytest.raises(PlanRefused, match="takes 1 family at once"):
        decide(filled, parameters, first, second)
    assert decide(filled, parameters, first)[0] == Recorded(inserted=1)
    with pytest.raises(PlanRefused, match="takes 1 family at once"):
        decide(filled, parameters, second)
    assert decide(filled, parameters, first | {"until_day": 14050801})[0] == Recorded(corrected=1)
    with pytest.raises(PlanRefused):
        decide(filled, parameters, second)
    assert decide(filled, parameters, second | {"from_day": 14050901})[0] == Recorded(inserted=1)


def test_what_the_same_change_recorded_counts(filled: Store, parameters: ParameterSet):
    """A child and its plan, or a referral and what only its commission may do, may be entered together."""
    child = {"member_id": "F1-3", "family_id": "F1", "role": "child", "birth_day": 13950101}
    case = {"family_id": "F1", "commission": "economic", "proposed_day": 14050801, "state": "proposed"}
    case |= {"state_day": 14050801, "consent": "not_asked"}
    rows = pd.DataFrame([PLAN | {"subject_id": "F1-3"}, PLAN | {"programme": "housing_commission"}])
    with filled.change("sara", "home visit") as change:
        with pytest.raises(PlanRefused):
            record_plan(change, rows, GOALS.empty(), parameters)
        change.record(MEMBERS, pd.DataFrame([child]))
        change.record(REFERRALS, pd.DataFrame([case]))
        assert record_plan(change, rows, GOALS.empty(), parameters) == (Recorded(inserted=2), Recorded())


def test_two_helpers_who_decide_on_one_proposal_are_told(filled: Store, parameters: ParameterSet):
    """The version that a form was opened with goes through to the store."""
    decide(filled, parameters, PLAN)
    bases = filled.versions(PLANS, pd.DataFrame([PLAN]))
    refused = PLAN | {"decision": "refused", "reason": "not wanted"}
    decide(filled, parameters, refused, base_versions=(bases, None))
    with pytest.raises(Conflict) as caught:
        decide(filled, parameters, refused | {"reason": "not now"}, base_versions=(bases, None))
    assert (caught.value.ours["reason"], caught.value.theirs["reason"]) == ("not now", "not wanted")


def test_a_number_of_a_person_in_a_reason_is_refused_and_not_repeated(filled: Store, parameters: ParameterSet):
    """The refusal says what is wrong without the number."""
    with pytest.raises(PlanRefused, match="telephone number") as caught:
        decide(filled, parameters, PLAN | {"decision": "refused", "reason": "با 09120000001 تماس بگیرید"})
    assert "0912" not in f"{caught.value} {caught.value.faults!r}"


def test_nothing_decided_needs_no_catalogue(filled: Store):
    """Without rows nothing is asked; with one the missing catalogue is named."""
    assert decide(filled, ParameterSet({})) == (Recorded(), Recorded())
    with pytest.raises(CatalogueAbsent, match="programmes"):
        decide(filled, ParameterSet({}), PLAN)
