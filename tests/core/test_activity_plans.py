"""How help is carried out: plans that can be kept, in an order that exists."""

from typing import get_args

import pytest
from pydantic import ValidationError

from hamyar.core.plan.activity_plans import (
    ActivityPlan,
    CommissionName,
    NeedsImpossible,
    Rhythm,
    in_order,
    last_due_days,
)
from hamyar.core.tables import COMMISSIONS

SUCCESS = {"fa": "خوب", "en": "well"}


def plan(**others: object) -> ActivityPlan:
    given = {"minutes": 60, "done_by": "helper", "success": SUCCESS}
    return ActivityPlan.model_validate(given | others)


def refusal(**others: object) -> str:
    with pytest.raises(ValidationError) as caught:
        plan(**others)
    return str(caught.value)


def test_least_of_all():
    """A length, who does it and what success is are enough: one visit at any time."""
    found = plan()

    assert (
        *(found.every_days, found.number, found.offset_days, found.tolerance_days),
        *(found.needs, found.aims),
    ) == (None, None, 0, None, (), {})
    assert (found.is_several, found.is_endless, found.last_due) == (False, False, 0)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"minutes": 4}, "greater than or equal to 5"),
        ({"minutes": 1441}, "less than or equal to 1440"),
        ({"minutes": "60"}, "valid integer"),
        ({"number": 0}, "greater than or equal to 1"),
        ({"every_days": 0}, "greater than or equal to 1"),
        ({"every_days": True}, "valid integer"),
        ({"offset_days": -1}, "greater than or equal to 0"),
        ({"number": 3}, "3 visits need every_days"),
        ({"every_days": 14, "tolerance_days": 7}, "every 14 days allows 6 at most"),
        ({"every_days": 14, "number": 2, "tolerance_days": 7}, "every 14 days allows 6 at most"),
        ({"needs": ["a", "a"]}, "'a' is written twice"),
        ({"done_by": "neighbour"}, "'helper', 'expert' or 'commission'"),
        ({"done_by": "commission"}, "name the commission that does it"),
        ({"done_by": "expert", "commission": "social"}, "it is done by the expert"),
        ({"done_by": "commission", "commission": "medical"}, "'economic', 'social' or 'cultural'"),
        ({"success": {"fa": "خوب"}}, "success.en"),
        ({"aims": {"gap": -1}}, "greater than or equal to 0"),
        ({"rhythm": 7}, "Extra inputs are not permitted"),
    ],
)
def test_a_plan_that_cannot_be_kept(written, problem):
    """What nobody could put into a calendar is refused, with the words of the fault."""
    assert problem in refusal(**written)


def test_one_visit_may_lie_anywhere():
    """A single visit has no neighbour, so its tolerance has no bound."""
    assert plan(every_days=14, number=1, tolerance_days=30).tolerance_days == 30


def test_commissions_are_those_of_the_tables():
    """A plan can name every commission a family can be brought before, and no other."""
    assert get_args(CommissionName) == COMMISSIONS


@pytest.mark.parametrize(
    ("written", "last"),
    [
        ({"minutes": 30}, 0),
        ({"minutes": 30, "every_days": 30, "number": 6}, 179),
        ({"minutes": 30, "every_days": 30, "number": 1}, 29),
        ({"minutes": 30, "every_days": 30}, None),
    ],
)
def test_when_the_last_visit_can_be_due(written, last):
    """The first visit takes any day of the first step, so six in 30 days end on day 179 at the latest."""
    assert last == Rhythm.model_validate(written).last_due


def test_needs_come_first():
    """Each programme stands after all it needs."""
    plans = {"c": plan(needs=["b"]), "b": plan(needs=["a"]), "a": plan()}

    assert in_order(plans) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("needs", "problem"),
    [
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, "in a circle: "),
        ({"a": ["a"]}, "in a circle: a ← a"),
        ({"a": ["lost"]}, "'a' needs 'lost', which is no programme with a plan"),
    ],
)
def test_needs_without_an_order(needs, problem):
    """A circle and a need nobody defined are faults that name the programmes."""
    with pytest.raises(NeedsImpossible) as caught:
        in_order({code: plan(needs=found) for code, found in needs.items()})

    assert problem in str(caught.value)
    assert all(code in str(caught.value) for code in needs)
    assert caught.value.code in needs


def test_nothing_comes_after_what_never_ends():
    """A rhythm without a number goes on all year, so no programme can wait for its end."""
    with pytest.raises(NeedsImpossible, match="'a' needs 'b', which has no end"):
        in_order({"a": plan(needs=["b"]), "b": plan(every_days=30)})


def test_the_latest_a_plan_can_be():
    """A plan begins after all it needs have ended, or after its own offset, whichever is later."""
    plans = {
        "first": plan(every_days=14, number=4, tolerance_days=4),
        "second": plan(every_days=14, number=3, needs=["first"]),
        "late": plan(offset_days=100, needs=["first"]),
        "always": plan(every_days=30),
    }

    assert last_due_days(plans) == {"first": 55, "second": 101, "late": 100, "always": None}
