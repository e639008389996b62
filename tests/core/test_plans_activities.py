"""What an accepted plan asks of the helper: which activities, how often, until when, and in which order."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.calendar.due_visits import in_order
from hamyar.core.calendar.tables import ACTIVITIES, PREREQUISITES, Agenda
from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activities import activities_of
from hamyar.core.tables import CaseTables
from tests.core.plans_making import FROM, UNTIL, assignments, carried, parameters, plan_row, programme

MONTH = Month(1405, 8)
REVIEW = {"code": "review", "minutes": 45, "every_days": 30, "tolerance_days": 7}
CENTRE = parameters(
    programme("debts", every_days=21, number=4, tolerance_days=5),
    programme("shop", every_days=30, number=6, offset_days=30, needs=["debts"]),
    programme("school"),
    programme("clinic", done_by="expert", every_days=14, number=6, tolerance_days=4),
    programme("house", done_by="commission", commission="economic"),
)


def activities(given: CaseTables, on_day: int = FROM, centre: ParameterSet = CENTRE, **others: Any) -> pd.DataFrame:
    return activities_of(given, centre, MONTH, on_day, **others)[0]


def pairs(given: CaseTables, centre: ParameterSet = CENTRE) -> list[tuple[str, str]]:
    """The prerequisites, by subject and programme."""
    found = activities_of(given, centre, MONTH, FROM)[1]
    short = [[code.removesuffix(f".{FROM}") for code in row] for row in found.to_numpy().tolist()]
    return sorted((waiting.split(".", 1)[1], needed.split(".", 1)[1]) for waiting, needed in short)


def test_every_carried_family_has_the_standing_activities():
    """By the rhythm of the catalogue, from the first day of the year to the last, without an end of its own."""
    found = activities(carried(), centre=parameters(standing=(REVIEW,)))
    assert found["activity_id"].tolist() == [f"F1.F1.review.{FROM}", f"F2.F2.review.{FROM}"]
    row = found.iloc[0].to_dict()
    assert {name: row[name] for name in ("helper_id", "minutes", "every_days", "anchor_day", "last_day")} == {
        **{"helper_id": "H1", "minutes": 45, "every_days": 30},
        **{"anchor_day": FROM, "last_day": UNTIL},
    }
    assert (pd.isna(row["number"]), pd.isna(row["member_id"])) == (True, True)


def test_an_accepted_programme_is_carried_out_as_the_catalogue_says():
    """Minutes, rhythm, number and tolerance are the catalogue's; a member's activity names the member."""
    row = activities(carried(plan_row("F1", "debts", subject_id="F1-2"))).iloc[0]
    assert row["activity_id"] == f"F1.F1-2.debts.{FROM}"
    assert row[["member_id", "minutes", "every_days", "number", "tolerance_days"]].tolist() == ["F1-2", 60, 21, 4, 5]


def test_a_change_goes_before_the_catalogue_and_keeps_the_rest():
    """Only what the helper changed is other; numbers beside 'accepted' change nothing."""
    numbers = {"minutes": 20, "number": 2, "offset_days": 10}
    rows = [plan_row("F1", "debts", decision="changed", **numbers), plan_row("F2", "debts", **numbers)]
    found = activities(carried(*rows))[["minutes", "every_days", "number", "offset_days"]]
    assert found.to_numpy().tolist() == [[20, 21, 2, 10], [60, 21, 4, 0]]


def test_what_was_refused_or_is_no_focused_programme_takes_no_time():
    """Neither a refusal nor general help nor a code the catalogue does not have nor a commission's part is a visit."""
    rows = [plan_row("F1", "debts", decision="refused"), plan_row("F1", "workshop"), plan_row("F1", "lost")]
    assert activities(carried(*rows, plan_row("F1", "house"))).empty


@pytest.mark.parametrize(("code", "offset"), [("clinic", 18), ("debts", 26), ("house", 4)])
def test_what_another_does_is_followed_up_once(code: str, offset: int):
    """One visit of the helper, when the first meeting must have taken place."""
    found = activities(carried(plan_row("F1", code, resource_id="R1")))
    assert found[["number", "offset_days"]].to_numpy().tolist() == [[1, offset]]
    assert found["every_days"].isna().all()


def test_remaining_visits_go_to_the_new_helper_under_the_same_code():
    """After a change of helpers the activity is the same, the helper another, and each has his own last day."""
    held = assignments(("F1", "H1", FROM, 14051115), ("F1", "H2", 14051116, UNTIL))
    given_tables = carried(plan_row("F1", "debts"), assignments=held)
    rows = [activities(given_tables, day).iloc[0] for day in (14051115, 14051116)]
    assert rows[0]["activity_id"] == rows[1]["activity_id"]
    assert [row[["helper_id", "anchor_day", "last_day"]].tolist() for row in rows] == [
        ["H1", FROM, 14051115],
        ["H2", FROM, UNTIL],
    ]
    assert activities(given_tables, 14051116, helper_ids=["H1"]).empty


def test_what_is_ended_early_stops():
    """Until the day it ends it is limited to it; from the next day on it is gone."""
    given_tables = carried(plan_row("F1", "debts", until_day=14050930))
    assert activities(given_tables)["last_day"].tolist() == [14050930]
    assert activities(given_tables, 14051001).empty


def test_what_is_decided_within_the_year_begins_no_sooner():
    """A programme accepted on the twentieth of the second month begins fifty days into the year."""
    rows = [plan_row("F1", "debts", decided_day=14050920), plan_row("F1", "shop", decided_day=14050803)]
    assert activities(carried(*rows))["offset_days"].tolist() == [49, 30]


@pytest.mark.parametrize(("offset", "number"), [(0, [4]), (320, [3]), (364, [1]), (365, [])])
def test_no_more_visits_than_fit(offset: int, number: list[int]):
    """Towards the end of the year there is room for fewer, on its last day for one, after it for none."""
    found = activities(carried(plan_row("F1", "debts", decision="changed", offset_days=offset)))
    # The year from Aban 1405 has 365 days.
    assert found["number"].tolist() == number


def test_an_activity_waits_for_what_comes_first():
    """For the same subject, or for the family; a family's also for any member's; never a member's for another's."""
    rows = [plan_row("F1", "debts"), plan_row("F1", "shop"), plan_row("F1", "shop", subject_id="F1-1")]
    assert pairs(carried(*rows)) == [("F1-1.shop", "F1.debts"), ("F1.shop", "F1.debts")]
    rows = [plan_row("F1", "debts", subject_id="F1-2"), *rows[1:]]
    assert pairs(carried(*rows)) == [("F1.shop", "F1-2.debts")]
    assert pairs(carried(plan_row("F1", "debts"), plan_row("F2", "shop"))) == []


@pytest.mark.parametrize(
    "first",
    [
        {"decision": "refused"},
        {"resource_id": "R1"},
        # It would end with the year, and the other could never begin.
        {"decision": "changed", "every_days": 100},
        {"decision": "changed", "offset_days": 360},
    ],
)
def test_nothing_waits_for_what_the_helper_does_not_do_or_not_in_time(first: dict[str, Any]):
    """Then the other programme begins by its own offset."""
    assert pairs(carried(plan_row("F1", "debts", **first), plan_row("F1", "shop"))) == []


def test_nothing_waits_for_what_has_no_end():
    """A change that makes an only visit a rhythm without a number leaves nothing to wait for."""
    centre = parameters(programme("first"), programme("second", needs=["first"]))
    changed = plan_row("F1", "first", decision="changed", every_days=30)
    for first, expected in ((plan_row("F1", "first"), [("F1.second", "F1.first")]), (changed, [])):
        assert pairs(carried(first, plan_row("F1", "second")), centre) == expected


def test_without_plans_or_catalogues_there_is_nothing():
    """Empty tables of the declared shape, also for helpers whom nobody knows."""
    for found in (activities_of(carried(), CENTRE, MONTH, FROM), activities_of(carried(), CENTRE, MONTH, FROM, ["H9"])):
        assert [list(frame) for frame in found] == [ACTIVITIES.column_names, PREREQUISITES.column_names]
        assert [len(frame) for frame in found] == [0, 0]


numbers = st.fixed_dictionaries(
    {
        **{"minutes": st.sampled_from([None, 0, 20]), "every_days": st.sampled_from([None, 0, 1, 30])},
        **{"number": st.sampled_from([None, 0, 1, 50]), "offset_days": st.sampled_from([None, 0, 200, 500])},
        "decision": st.sampled_from(["accepted", "changed", "refused"]),
        "resource_id": st.sampled_from([None, "R1"]),
        "until_day": st.sampled_from([None, 14050810]),
    }
)
decisions = st.dictionaries(
    st.tuples(
        st.sampled_from(["F1", "F2"]), st.sampled_from(["", "-1"]), st.sampled_from(list(CENTRE.programmes.by_code))
    ),
    numbers,
    max_size=6,
)


@settings(max_examples=40)
@given(told=decisions)
def test_whatever_was_decided_can_be_scheduled(told):
    """Every plan that can be written makes an agenda, and nothing waits in vain or in a circle."""
    rows = [
        plan_row(family, code, subject_id=family + member) | numbers for (family, member, code), numbers in told.items()
    ]
    found, prerequisites = activities_of(carried(*rows), CENTRE, MONTH, FROM)
    hours = pd.DataFrame({"helper_id": ["H1"], "weekday": [0], "start_minute": [480], "minutes": [480]})
    agenda = Agenda(FROM, UNTIL, found, hours, prerequisites=prerequisites)
    assert sorted(found["activity_id"]) == sorted(in_order(agenda))
