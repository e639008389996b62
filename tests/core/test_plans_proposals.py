"""Proposals to carried families, and the plan of a helper who accepts all that can be accepted alone."""

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.plans import (
    Able,
    AcceptedPlan,
    accepted_plan,
    activities_of,
    carried_families,
    goals_of,
    open_harms,
    plan_faults,
    plan_proposals,
    resource_use,
)
from hamyar.core.sample.generate import generate, indicators_at
from hamyar.core.tables import RESOURCES, CaseTables, conform
from hamyar.store.parameter_files import load_parameters
from hamyar.words import say
from tests.core.making import PARAMETERS
from tests.core.plans_making import plan_row, plans
from tests.core.test_level_cases import DAY, FAMILY, MONTH
from tests.core.test_plans import FROM, case_tables, resources

CENTRE_MONTH, CENTRE_FROM = Month(1405, 8), 14050801


@pytest.fixture(scope="module", name="parameters")
def _parameters() -> ParameterSet:
    return load_parameters(PARAMETERS)


def proposed(given: CaseTables, parameters: ParameterSet) -> pd.DataFrame:
    placed = stratify_families(given, parameters, MONTH)
    return plan_proposals(placed, given, parameters, MONTH, None, DAY)


def accepted(given: CaseTables, parameters: ParameterSet, **others: Any) -> AcceptedPlan:
    return accepted_plan(proposed(given, parameters), FROM, "H1", DAY, **others)


def test_a_proposal_says_why_in_both_languages(parameters: ParameterSet):
    """What calls for it, at which level, from which level it is proposed, and what is to be done first."""
    found = proposed(case_tables({"answers": {"addiction": "2", "housing": "3"}}, parameters), parameters)
    why = found.set_index("programme")["why"]
    assert say(why["housing_commission"], "en") == (
        "Housing to the commission (Referral to an expert), because of: Hold on the home (level 3, proposed from 2). "
        "Only the economic commission decides on it: propose the family to it first."
    )
    assert "find somebody" in say(why["addiction_treatment"], "en")
    assert all("ارجاع" in say(sentence, "fa") for sentence in why)


def test_a_proposal_says_what_is_decided_already(parameters: ParameterSet):
    """A decision in force stands beside its proposal; one of another year, or for somebody else, does not."""
    given = case_tables({"answers": {"addiction": "2", "debt": "2", "savings": "2", "housing": "2"}}, parameters)
    told = [
        plan_row(FAMILY, "debt_settlement", from_day=FROM, decision="refused", reason="no"),
        plan_row(FAMILY, "self_help_group", from_day=14030801),
        plan_row(FAMILY, "family_budget_plan", subject_id="F1-1", from_day=FROM),
    ]
    found = proposed(replace(given, plans=plans(*told)), parameters).set_index("programme")["decision"]
    assert found.dropna().to_dict() == {"debt_settlement": "refused"}


def test_general_help_stands_beside_and_waits_for_nobody(parameters: ParameterSet):
    """A concern of level 1 of a carried family is answered by the workshop for everybody."""
    found = proposed(case_tables({"answers": {"addiction": "2", "leisure_and_media": "1"}}, parameters), parameters)
    row = found[found["help"] == "general"].iloc[0]
    assert row[["programme", "waits_for"]].tolist() == ["media_and_leisure_workshop", ""]
    assert "whole neighbourhood" in str(row["why"])


def test_accepting_gives_places_while_there_are_some(parameters: ParameterSet):
    """The second family finds the clinic full, goes on to the next, and the third is refused with the reason."""
    there = resources({"near": {"does": "x", "reach": "neighbourhood"}, "far": {"does": "x", "reach": "country"}})
    there["programmes"], there["capacity"] = "addiction_treatment crisis_referral", 1
    first = case_tables({"answers": {"addiction": "2", "suicide_or_runaway": "2"}}, parameters)
    parts = [proposed(replace(first, resources=there), parameters)]
    for family in ("F2", "F3"):
        parts.append(parts[0].assign(family_id=family, subject_id=family))
    found = accepted_plan(pd.concat(parts, ignore_index=True), FROM, "H1", DAY).plans
    told = found.groupby("family_id")[["decision", "resource_id"]].agg(list)
    # A family counts once, so both programmes of one family take one place.
    assert told["resource_id"].tolist()[:2] == [["near", "near"], ["far", "far"]]
    assert told.loc["F3", "decision"] == ["refused", "refused"]
    assert found.loc[found["family_id"] == "F3", "reason"].str.contains("room").all()


def test_a_refused_forerunner_refuses_what_follows(parameters: ParameterSet):
    """Where nobody can see to safety, the treatment that comes after it is refused too, and does not say of what."""
    there = resources({"clinic": {"does": "addiction_treatment", "reach": "province", "takes": "5"}})
    given = case_tables({"answers": {"addiction": "2", "domestic_violence": "2"}}, parameters)
    found = accepted(replace(given, resources=there), parameters).plans.set_index("programme")
    assert found["decision"].to_dict() == {"addiction_treatment": "refused", "safety_first": "refused"}
    assert "comes before" in found.loc["addiction_treatment", "reason"]


def test_what_a_commission_decides_stays_undecided(parameters: ParameterSet):
    """It is neither accepted nor refused; the harm's reason is that it waits, in the language that is asked for."""
    given = case_tables({"answers": {"addiction": "2", "housing": "3"}}, parameters)
    found = accepted(given, parameters, say=partial(say, language="en"))
    assert found.waiting["programme"].tolist() == ["housing_commission"]
    assert "housing_commission" not in found.plans["programme"].tolist()
    assert "commission" in found.goals.set_index("indicator").loc["housing", "reason"]


def test_what_is_decided_already_is_left_alone(parameters: ParameterSet):
    """A refusal stands, and no new row is made for it."""
    given = case_tables({"answers": {"addiction": "2", "debt": "2"}}, parameters)
    told = plan_row(FAMILY, "debt_settlement", from_day=FROM, decision="refused", reason="no")
    found = accepted(replace(given, plans=plans(told)), parameters)
    assert found.plans["programme"].tolist() == ["addiction_treatment"]
    assert pd.isna(found.goals.set_index("indicator").loc["debt", "aim_level"])


@pytest.fixture(scope="module", name="centre")
def _centre(parameters: ParameterSet) -> tuple[CaseTables, Stratification]:
    """Families of the sample, with two resources."""
    indicators = indicators_at(parameters, CENTRE_MONTH)
    found = generate(90, [CENTRE_MONTH], 7, indicators=indicators).tables
    experts = "safety_first addiction_treatment crisis_referral case_management working_child_support"
    rows = [
        {"resource_id": "R1", "reach": "neighbourhood", "programmes": experts, "capacity": 2},
        {"resource_id": "R2", "reach": "province", "programmes": f"{experts} psychologist_sessions", "capacity": 5},
    ]
    found = replace(found, resources=conform(RESOURCES, pd.DataFrame(rows)))
    return found, stratify_families(found, parameters, CENTRE_MONTH)


def test_the_accepted_plan_of_a_centre_can_stand(centre: tuple[CaseTables, Stratification], parameters: ParameterSet):
    """No fault in any row, a goal or a reason for every harm, no resource over its capacity, and visits to make."""
    given, placed = centre
    offered = plan_proposals(placed, given, parameters, CENTRE_MONTH, None, CENTRE_FROM)
    harms = open_harms(placed, given, parameters, CENTRE_MONTH, CENTRE_FROM)
    found = accepted_plan(offered, CENTRE_FROM, "H1", CENTRE_FROM, harms)
    assert list(plan_faults(found.plans, found.goals, given, parameters, CENTRE_MONTH)) == []
    after = replace(given, plans=found.plans, goals=found.goals)
    assert len(harms) > 0
    assert open_harms(placed, after, parameters, CENTRE_MONTH, CENTRE_FROM).empty
    assert resource_use(after, parameters, CENTRE_FROM)["families"].tolist() == [2, 5]
    assert {"accepted", "refused"} == set(found.plans["decision"])
    assert len(activities_of(after, parameters, CENTRE_MONTH, CENTRE_FROM)[0]) == 0


def test_every_harm_that_needs_a_goal_has_one_state(
    centre: tuple[CaseTables, Stratification], parameters: ParameterSet
):
    """Before and after the decisions each harm stands once, and each state has what it says."""
    given, placed = centre
    offered = plan_proposals(placed, given, parameters, CENTRE_MONTH, None, CENTRE_FROM)
    found = accepted_plan(offered, CENTRE_FROM, "H1", CENTRE_FROM)
    harms = []
    for plans_, goals in ((given.plans, given.goals), (found.plans, found.goals), (found.plans, given.goals)):
        told = goals_of(placed, replace(given, plans=plans_, goals=goals), parameters, CENTRE_MONTH, CENTRE_FROM)
        assert not told.duplicated(["family_id", "subject_id", "indicator"]).any()
        assert (told["level"] >= 2).all()
        assert ((told["state"] == "goal") == told["aim_level"].notna()).all()
        assert ((told["state"] == "reason") == told["reason"].notna()).all()
        harms.append(set(told[["family_id", "subject_id", "indicator"]].itertuples(index=False, name=None)))
    assert harms[0] == harms[1] == harms[2] != set()


PROGRAMMES = ("a", "b", "c", "d")
_row = st.fixed_dictionaries(
    {
        "family_id": st.sampled_from(["F1", "F2", "F3"]),
        "member": st.sampled_from(["", "-1", "-2"]),
        "programme": st.sampled_from(PROGRAMMES),
        "done_by": st.sampled_from(["helper", "expert", "commission"]),
        "decision": st.sampled_from([None, None, None, "accepted", "refused"]),
        "needs": st.booleans(),
        "aim": st.integers(0, 1),
        "able": st.lists(st.sampled_from(["R1", "R2"]), unique=True, max_size=2),
    }
)


@over(rows=st.lists(_row, max_size=14), free=st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2)))
def test_whatever_is_proposed_no_resource_has_too_many_and_every_harm_one_answer(rows: list, free: tuple):
    """Places by family, needs before what follows, commissions left alone; a level or a reason for each harm, once."""
    room = dict(zip(("R1", "R2"), free, strict=True))
    made = {}
    for row in rows:
        needed = PROGRAMMES[: PROGRAMMES.index(row["programme"])] if row["needs"] else ()
        subject = row["family_id"] + row["member"]
        told = {"family_id": row["family_id"], "subject_id": subject, "programme": row["programme"], "help": "focused"}
        told |= {"indicators": f"h{row['programme']}", "levels": "2", "done_by": row["done_by"], "needs": needed}
        told |= {"aims": ((f"h{row['programme']}", row["aim"]),), "decision": row["decision"]}
        told["resources"] = tuple(Able(code, room[code]) for code in row["able"])
        told["waits_for"] = "commission" if row["done_by"] == "commission" else ""
        made[subject, row["programme"]] = told
    # A need stands only where it is proposed to the same subject, or to its family.
    for told in made.values():
        whom = (told["subject_id"], told["family_id"])
        told["needs"] = " ".join(code for code in told["needs"] if any((each, code) in made for each in whom))
    columns = [*("family_id", "subject_id", "programme", "help", "indicators", "levels", "done_by", "needs", "aims")]
    columns += ["decision", "resources", "waits_for"]
    offered = pd.DataFrame(list(made.values()), columns=columns)
    offered["decision"] = offered["decision"].astype("str")
    found = accepted_plan(offered, FROM, "H1", FROM)
    given_ = found.plans[found.plans["resource_id"].notna()]
    served = given_.groupby("resource_id")["family_id"].nunique()
    assert all(room[code] is not None and count <= room[code] for code, count in served.items())
    told = {(row.subject_id, row.programme): row.decision for row in found.plans.itertuples()}
    for key, row in made.items():
        is_open = row["decision"] is None and row["waits_for"] == ""
        assert (key in told) == is_open
        if told.get(key) == "accepted":
            held = told | {name: each["decision"] for name, each in made.items() if each["decision"]}
            for code in row["needs"].split():
                whom = [each for each in held if each[1] == code and each[0].startswith(row["family_id"])]
                assert "accepted" in {held[each] for each in whom}
    harms = [(row["family_id"], row["subject_id"], row["indicators"]) for row in made.values()]
    goals = found.goals
    assert sorted(set(harms)) == sorted(
        goals[["family_id", "subject_id", "indicator"]].itertuples(index=False, name=None)
    )
    assert (goals["aim_level"].isna() == goals["reason"].notna()).all()


def test_some_families_are_proposed_what_they_are_among_all(
    centre: tuple[CaseTables, Stratification], parameters: ParameterSet
):
    """One family by itself has the same rows as in the whole centre; one that is not carried has none."""
    given, placed = centre
    carried = carried_families(placed)
    whole = plan_proposals(placed, given, parameters, CENTRE_MONTH, None, CENTRE_FROM)
    assert carried.tolist() == whole["family_id"].drop_duplicates().tolist()
    one = plan_proposals(placed, given, parameters, CENTRE_MONTH, [carried[1]], CENTRE_FROM)
    expected = whole[whole["family_id"] == carried[1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(expected.drop(columns="why"), one.drop(columns="why"))
    others = placed.family_ids.difference(carried).tolist()
    assert plan_proposals(placed, given, parameters, CENTRE_MONTH, others, CENTRE_FROM).empty
