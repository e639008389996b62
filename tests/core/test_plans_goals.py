"""Goals and what became of them: written, implied or reasoned, and measured only by a later look."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.plans import goal_progress, goals_of, open_harms, subject_levels
from hamyar.core.tables import GOALS, OBSERVATIONS, CaseTables, conform
from hamyar.store.parameter_files import load_parameters
from tests.core.making import PARAMETERS
from tests.core.plans_making import plan_row, plans
from tests.core.test_level_cases import DAY, FAMILY, MONTH
from tests.core.test_plans import FROM, case_tables

LATER, LATER_DAY = Month(1405, 2), 14050215
HARMED = {"addiction": "2", "debt": "3"}


@pytest.fixture(scope="module", name="parameters")
def _parameters() -> ParameterSet:
    return load_parameters(PARAMETERS)


def facts(parameters: ParameterSet, answers: dict[str, str], *rows: dict[str, Any], **goals: Any) -> CaseTables:
    """The household with these answers, rows of plans, and goals by indicator."""
    written = [{"family_id": FAMILY, "subject_id": FAMILY, "indicator": code} | told for code, told in goals.items()]
    frame = pd.DataFrame(written, columns=GOALS.column_names).assign(from_day=FROM)
    given = case_tables({"answers": answers}, parameters)
    return replace(given, plans=plans(*rows), goals=conform(GOALS, frame))


def goals(given: CaseTables, parameters: ParameterSet, on_day: int = DAY) -> pd.DataFrame:
    placed = stratify_families(given, parameters, MONTH)
    return goals_of(placed, given, parameters, MONTH, on_day).set_index("indicator")


def row(code: str, **others: Any) -> dict[str, Any]:
    return plan_row(FAMILY, code, **{"from_day": FROM, **others})


def test_a_written_level_goes_before_an_implied_one_and_keeps_its_programmes(parameters: ParameterSet):
    """The helper's level and day stand; what works towards it is told beside it."""
    given = facts(parameters, HARMED, row("debt_settlement"), debt={"aim_level": 2, "until_day": 14041230 - 1})
    found = goals(given, parameters).loc["debt"]
    assert found[["aim_level", "until_day", "by", "state"]].tolist() == [2, 14041229, "debt_settlement", "goal"]


def test_an_accepted_programme_goes_before_a_reason_for_no_goal(parameters: ParameterSet):
    """What is worked at has a goal, whatever was written before; its day is the last of the year."""
    given = facts(parameters, HARMED, row("debt_settlement"), debt={"reason": "later"})
    found = goals(given, parameters).loc["debt"]
    assert found[["level", "aim_level", "until_day", "state"]].tolist() == [3, 1, 14050730, "goal"]
    assert pd.isna(found["reason"])


def test_general_help_is_a_goal_only_where_nothing_else_is(parameters: ParameterSet):
    """A gathering of neighbours that aims at 0 does not raise what a companion family is to reach."""
    lonely = {"addiction": "2", "social_support": "2"}
    both = facts(parameters, lonely, row("safe_family_companion"), row("neighbours_gathering"))
    alone = facts(parameters, lonely, row("neighbours_gathering"))
    told = [goals(given, parameters).loc["social_support", ["aim_level", "by"]].tolist() for given in (both, alone)]
    assert told == [[1, "safe_family_companion"], [0, "neighbours_gathering"]]


@pytest.mark.parametrize(
    ("changed", "on_day", "state"),
    [
        ({}, DAY, "goal"),
        ({"decision": "refused", "reason": "no"}, DAY, "open"),
        ({"until_day": 14040810}, 14040811, "open"),
        ({}, 14050801, "open"),
        ({"from_day": 14030801}, DAY, "open"),
    ],
)
def test_a_goal_holds_as_long_as_its_plan(parameters: ParameterSet, changed: dict[str, Any], on_day: int, state: str):
    """Refused, ended early, or of another year of help, a programme sets no goal."""
    given = facts(parameters, HARMED, row("debt_settlement", **changed))
    assert state == goals(given, parameters, on_day).loc["debt", "state"]


def test_open_harms_are_those_without_goal_and_reason(parameters: ParameterSet):
    """Of three harms one has a goal and one a reason; a strength and a concern of level 1 need none."""
    answers = HARMED | {"housing": "2", "leisure_and_media": "1", "skill": "3"}
    given = facts(parameters, answers, row("debt_settlement"), housing={"reason": "the landlord decides"})
    placed = stratify_families(given, parameters, MONTH)
    assert open_harms(placed, given, parameters, MONTH, DAY)["indicator"].tolist() == ["addiction"]
    assert goals(given, parameters)["state"].to_dict() == {"housing": "reason", "debt": "goal", "addiction": "open"}


def test_a_family_with_a_plan_has_goals_although_it_is_no_longer_harmed(parameters: ParameterSet):
    """While the year lasts its harms still need their goals; without a plan a safe family has none."""
    given = facts(parameters, {"debt": "2"}, row("debt_settlement"))
    assert goals(given, parameters)["state"].to_dict() == {"debt": "goal"}
    assert goals(replace(given, plans=plans()), parameters).empty


def later(given: CaseTables, parameters: ParameterSet, **answers: str) -> pd.DataFrame:
    """Progress by indicator after a second visit with these answers."""
    told = [
        {"family_id": FAMILY, "subject_id": FAMILY, "indicator": code, "observer_id": "H1", "day": LATER_DAY}
        | {"answer": answer, "reason": "seen" if answer in ("2", "3") else None}
        for code, answer in answers.items()
    ]
    seen = conform(OBSERVATIONS, pd.DataFrame(told, columns=OBSERVATIONS.column_names))
    after = replace(given, observations=pd.concat([given.observations, seen], ignore_index=True))
    placed = stratify_families(after, parameters, LATER)
    return goal_progress(placed, after, parameters, LATER, LATER_DAY).set_index("indicator")


@pytest.mark.parametrize(
    ("answer", "state"),
    [("0", "reached"), ("1", "reached"), ("2", "nearer"), ("3", "same"), ("not_known", "unknown")],
)
def test_a_later_look_tells_how_far_a_goal_has_come(parameters: ParameterSet, answer: str, state: str):
    """From 3 towards 1: reached at 1 or better, nearer at 2, the same at 3; not known tells nothing."""
    found = later(facts(parameters, HARMED, row("debt_settlement")), parameters, debt=answer).loc["debt"]
    assert found[["state", "level_then", "aim_level", "decided_month"]].tolist() == [state, 3, 1, 140408]


def test_a_harm_that_grew_is_worse(parameters: ParameterSet):
    """From 2 to 3, although the goal is 1."""
    given = facts(parameters, {"addiction": "2", "debt": "2"}, row("debt_settlement"))
    assert later(given, parameters, debt="3").loc["debt", ["state", "level_then", "level_now"]].tolist() == [
        "worse",
        2,
        3,
    ]


def test_without_a_later_look_nothing_is_claimed(parameters: ParameterSet):
    """The old answer still counts as the level now, and tells nothing of the goal."""
    found = later(facts(parameters, HARMED, row("debt_settlement")), parameters).loc["debt"]
    assert found[["state", "level_now", "looked_day"]].tolist() == ["unknown", 3, DAY]


def test_a_goal_that_was_reached_stays_in_sight(parameters: ParameterSet):
    """When its day has passed or its programme has ended it is still measured, in its year of help and not after."""
    ended = row("debt_settlement", until_day=14041001)
    given = facts(parameters, HARMED, ended, addiction={"aim_level": 0, "until_day": 14041001})
    found = later(given, parameters, debt="0", addiction="1")
    assert found["state"].to_dict() == {"addiction": "nearer", "debt": "reached"}
    placed = stratify_families(given, parameters, LATER)
    assert goal_progress(placed, given, parameters, LATER, 14050801).empty


def test_goals_of_families_that_are_not_asked_for_are_left_out(parameters: ParameterSet):
    """Some families' goals are those of all, limited to them."""
    given = facts(parameters, HARMED, row("debt_settlement"))
    placed = stratify_families(given, parameters, MONTH)
    found = [goals_of(placed, given, parameters, MONTH, DAY, ids) for ids in (None, [FAMILY], ["F9"])]
    assert [len(frame) for frame in found] == [2, 2, 0]
    assert [len(goal_progress(placed, given, parameters, MONTH, DAY, ids)) for ids in (None, ["F9"])] == [1, 0]


def test_levels_at_hand_change_nothing(parameters: ParameterSet):
    """Goals and progress are the same whether the levels are given, of more families than asked for, or made anew."""
    given = facts(parameters, HARMED, row("debt_settlement"), debt={"aim_level": 2})
    placed = stratify_families(given, parameters, MONTH)
    levels = subject_levels(given, parameters, MONTH, placed.family_ids, placed.indicators)
    beside = pd.concat([levels.assign(family_id="F0"), levels], ignore_index=True)
    for asked in (goals_of, goal_progress):
        told = asked(placed, given, parameters, MONTH, DAY, [FAMILY])
        assert len(told)
        pd.testing.assert_frame_equal(asked(placed, given, parameters, MONTH, DAY, [FAMILY], beside), told)
