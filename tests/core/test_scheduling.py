"""The calendar of a helper: level, in rhythm, around what stands, and never a crash."""

from collections import Counter
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.calendar.check import check_schedule
from hamyar.core.calendar.day_choice import choose
from hamyar.core.calendar.day_search import Item, Option, Room
from hamyar.core.calendar.due_visits import PrerequisiteElsewhere, PrerequisiteEndless, PrerequisitesInCircle
from hamyar.core.calendar.result import Schedule
from hamyar.core.calendar.scheduling import least_peak, schedule
from hamyar.core.calendar.tables import (
    ActivityUnclear,
    Agenda,
    DayDoesNotExist,
    HoursImpossible,
    PeriodBackwards,
    RowOrphaned,
)
from hamyar.core.jalali import day_ordinals
from hamyar.core.tables import VISITS, conform
from tests.core.scheduling_making import FOUR_WEEKS, activity, agenda, fixed, hours, needs

ORACLE_RHYTHMS = [7] * 3 + [14] * 7
ORACLE = tuple(enumerate(ORACLE_RHYTHMS))


def oracle() -> Agenda:
    """Oracle 14: three families every week and seven every second, exactly."""
    rows = [activity(f"A{place}", every_days=every, tolerance_days=0) for place, every in ORACLE]
    return agenda(rows)


def holds(of: Agenda, plan: Schedule, **others: object) -> bool:
    """The independent check finds nothing; what it found is shown where a test fails."""
    assert [str(breach) for breach in check_schedule(of, plan.visits, plan.left_out, **others)] == []
    return True


def days_of(plan: Schedule, activity_id: str) -> list[int]:
    return plan.visits.loc[plan.visits["activity_id"] == activity_id, "day"].tolist()


def move(visits: pd.DataFrame, visit_id: str, **values: object) -> pd.DataFrame:
    """The same visits with other values in one row."""
    changed = visits.copy()
    for name, value in values.items():
        changed.loc[changed["visit_id"] == visit_id, name] = value
    return changed


def test_oracle_the_bound_is_two_and_is_reached():
    """Twenty-six visits on twenty days: the bound is 2, and a peak of 2 is found with exact gaps."""
    of = oracle()
    plan = schedule(of)
    load = plan.loads.iloc[0]
    assert least_peak(ORACLE_RHYTHMS, 28, 20) == 2
    assert tuple(load[["planned", "workdays", "peak", "peak_bound", "peak_gap"]]) == (26, 20, 2, 2, 0)
    assert (len(plan.left_out), plan.problems + plan.notices) == (0, ())
    gaps = plan.visits.groupby("activity_id")["day"].agg(lambda days: set(day_ordinals(days.to_numpy(dtype=int)) % 7))
    assert [len(weekdays) for weekdays in gaps] == [1] * 10
    assert holds(of, plan)


def test_oracle_a_peak_of_one_is_infeasible():
    """Where the hours allow one visit a day, six of the twenty-six have no place on the twenty days."""
    rows = [activity(f"A{place}", minutes=1, every_days=every, tolerance_days=0) for place, every in ORACLE]
    of = agenda(rows, hours(minutes=31), travel_minutes=30)
    plan = schedule(of)
    assert holds(of, plan)
    assert plan.loads["peak"].iloc[0] == 1
    assert len(plan.left_out) >= 6


def test_the_same_question_has_the_same_answer():
    """Two runs give the same table, to the minute."""
    pd.testing.assert_frame_equal(schedule(oracle()).visits, schedule(oracle()).visits)


@settings(max_examples=25)
@given(st.lists(st.sets(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=6))
def test_the_peak_is_what_brute_force_finds(windows):
    """A few visits with a few days each: no choice of days has a lower peak than the solver's."""
    items = [
        Item(f"F{place}", 60, (*(Option((day,)) for day in sorted(days)), Option((), left_out=1)))
        for place, days in enumerate(windows)
    ]
    room = Room([600] * 4, [0] * 4, [0] * 4, {item.family: 0 for item in items}, 0)
    choices = product(*(sorted(days) for days in windows))
    assert min(max(Counter(days).values()) for days in choices) == choose(items, room).peak


def test_a_year_goes_around_nowruz_and_feasts():
    """Every visit of a year is on a working day and near its due day, and hardly any is left out."""
    rows = [activity(f"A{place}", every_days=every) for place, every in enumerate([7, 14, 14, 30])]
    of = agenda(rows, days=(14050101, 14051229), travel_minutes=20)
    plan = schedule(of)
    assert holds(of, plan)
    assert len(plan.left_out) <= 2
    assert plan.loads["peak_gap"].iloc[0] <= 1


def test_closed_periods_and_leave_are_free():
    """No visit falls in exams or leave, and what has no day in its time is told."""
    closed = [{"first_day": 14040712, "last_day": 14040718, "why": "exams"}]
    leave = [{"helper_id": "H1", "first_day": 14040719, "last_day": 14040725}]
    of = agenda([activity("A", every_days=7, tolerance_days=1)], closed=closed, leave=leave)
    plan = schedule(of)
    assert holds(of, plan)
    assert {"closed"} == set(plan.left_out["why"])
    assert not plan.visits["day"].between(14040712, 14040725).any()
    assert len(plan.notices) == 1


def test_visits_to_one_family_are_joined():
    """Two members' visits due on the same day share it, one straight after the other, without a way."""
    rows = [activity("A", family_id="F", offset_days=2), activity("B", family_id="F", member_id="M1", offset_days=3)]
    plan = schedule(agenda(rows, travel_minutes=30))
    first, second = plan.visits.itertuples()
    assert first.day == second.day
    assert second.start_minute == first.start_minute + 60


def test_ways_are_kept():
    """Between two families on the only working day of the week lies the way that the table names."""
    travel = [{"family_id": "F-A", "other_family_id": "F-B", "minutes": 45}]
    of = agenda([activity("A"), activity("B")], hours(weekdays=[0], minutes=165), travel=travel, travel_minutes=5)
    first, second = schedule(of).visits.itertuples()
    assert second.start_minute - first.start_minute == 60 + 45


def test_a_day_is_not_overfilled():
    """Where two visits and their way do not fit in a day, one goes to another or is told to have no room."""
    of = agenda([activity("A"), activity("B")], hours(weekdays=[0], minutes=150), travel_minutes=45)
    plan = schedule(of)
    assert holds(of, plan)
    assert (len(plan.visits), plan.left_out["why"].tolist()) == (1, ["full"])


def test_a_session_keeps_its_time():
    """A commission in the middle of the only possible day stands, and a visit is placed beside it with its way."""
    session = conform(VISITS, pd.DataFrame([fixed("S", 14040705, 600)]))
    of = agenda([activity("A", tolerance_days=0)], travel_minutes=20)
    plan = schedule(of, session)
    visit = plan.visits.set_index("visit_id").loc["A.1"]
    assert (visit["day"], visit["start_minute"]) == (14040705, 680)
    assert holds(of, plan, previous=session)


def test_what_waits_begins_when_the_other_has_ended():
    """Counselling begins after the last of three weekly classes, whatever its own offset says."""
    rows = [activity("class", every_days=7, number=3), activity("talk", offset_days=3, family_id="F-class")]
    of = agenda(rows, prerequisites=needs(("talk", "class")))
    plan = schedule(of)
    assert max(days_of(plan, "class")) < min(days_of(plan, "talk"))
    assert holds(of, plan)


def test_a_circle_of_prerequisites_is_named():
    """The sentence lists the activities of the circle and no others."""
    rows = [activity(name) for name in "ABCD"]
    of = agenda(rows, prerequisites=needs(("A", "B"), ("B", "C"), ("C", "A"), ("D", "A")))
    with pytest.raises(PrerequisitesInCircle) as refused:
        schedule(of)
    named = str(refused.value).split(": ")[1].split(".")[0]
    assert set("ABC") == set(named.split(" ← "))


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([activity("A"), activity("B", every_days=7)], PrerequisiteEndless),
        ([activity("A"), activity("B", helper_id="H2")], PrerequisiteElsewhere),
    ],
)
def test_prerequisites_that_cannot_be_waited_for(rows, error):
    """A rhythm without an end, and another helper's activity, are refused in words."""
    with pytest.raises(error, match="'A' waits for 'B'"):
        schedule(agenda(rows, prerequisites=needs(("A", "B"))))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: agenda([activity("A")], days=(14040802, 14040705)), PeriodBackwards),
        (lambda: agenda([activity("A")], days=(14040705, 14041230)), DayDoesNotExist),
        (lambda: agenda([activity("A")], hours(start=1400)), HoursImpossible),
        (lambda: agenda([activity("A")], hours(weekdays=[7])), HoursImpossible),
        (lambda: agenda([activity("A", number=2)]), ActivityUnclear),
        (lambda: agenda([activity("A", minutes=0)]), ActivityUnclear),
        (lambda: agenda([activity("A", every_days=0)]), ActivityUnclear),
        (lambda: agenda([activity("A")], prerequisites=needs(("A", "Z"))), RowOrphaned),
    ],
)
def test_bad_input_is_refused_in_words(make, error):
    """Each mistake has its own sentence before anything is planned."""
    with pytest.raises(error):
        make()


WHOLE_TIME = [{"helper_id": "H1", "first_day": FOUR_WEEKS[0], "last_day": FOUR_WEEKS[1]}]


@pytest.mark.parametrize(
    ("rows", "week", "others", "begins"),
    [
        ([activity("A")], hours(helper_id="H2"), {}, "Helper H1 has no weekly hours"),
        ([activity("A")], hours(minutes=0), {}, "Helper H1 has no weekly hours"),
        ([activity("A")], hours(), {"leave": WHOLE_TIME}, "Helper H1 has no working day until 1404-08-02: 24 days"),
        ([activity("A", minutes=300)], hours(), {}, "Activity 'A' takes 300 minutes"),
        (
            [activity(f"A{place}", every_days=1, tolerance_days=0) for place in range(5)],
            hours(),
            {},
            "The visits of helper H1 need",
        ),
    ],
)
def test_why_there_is_no_plan(rows, week, others, begins):
    """No hours, leave all the time, a visit longer than any day, more minutes than hours: one sentence, no plan."""
    plan = schedule(agenda(rows, week, **others))
    (problem,) = plan.problems
    assert str(problem).startswith(begins)
    assert plan.visits.empty


def test_a_helper_without_a_plan_does_not_stop_the_others():
    """The one on leave is named, the other has his visits."""
    rows = [activity("A"), activity("B", helper_id="H2")]
    plan = schedule(agenda(rows, hours() + hours("H2"), leave=WHOLE_TIME))
    assert (len(plan.problems), plan.visits["helper_id"].tolist()) == (1, ["H2"])


def test_no_activities_give_an_empty_calendar():
    """Nothing to do is no problem."""
    plan = schedule(agenda([activity("A")]).only([]))
    assert (len(plan.visits), len(plan.left_out), plan.problems) == (0, 0, ())


def test_a_number_that_reaches_beyond_the_end_is_told():
    """Six weekly visits do not fit in four weeks: the rest belongs to the next plan."""
    plan = schedule(agenda([activity("A", every_days=7, number=6)]))
    assert (len(plan.visits), plan.left_out["why"].tolist()) == (4, ["after_end"] * 2)


def test_a_plan_made_again_with_nothing_changed_is_the_same():
    """Planning again from its own result moves nothing, not by a minute."""
    of = oracle()
    plan = schedule(of)
    again = schedule(of, plan.visits)
    pd.testing.assert_frame_equal(plan.visits, again.visits)
    assert again.loads["moved"].iloc[0] == 0


def test_what_was_done_stays_and_little_else_moves():
    """After two weeks one family is added: the past stands, the new family has its visits, nobody else moves."""
    rows = [activity(f"A{place}", every_days=7) for place in range(4)]
    before = schedule(agenda(rows)).visits
    done = before.assign(status=before["status"].mask(before["day"] < 14040719, "done"))
    of = agenda([*rows, activity("new", every_days=7, anchor_day=14040719)])
    plan = schedule(of, done, today=14040719)
    kept = plan.visits[plan.visits["visit_id"].isin(before["visit_id"])]
    assert len(days_of(plan, "new")) >= 2
    assert dict(zip(before["visit_id"], before["day"], strict=True)) == dict(
        zip(kept["visit_id"], kept["day"], strict=True)
    )
    assert holds(of, plan, today=14040719, previous=done)


def test_a_new_leave_moves_little_beside_what_it_hits():
    """A day of leave in a made plan moves its own visits, and for a lower peak at most two more."""
    rows = [activity(f"A{place}", every_days=14) for place in range(5)]
    before = schedule(agenda(rows)).visits
    hit = int(before["day"].iloc[3])
    of = agenda(rows, leave=[{"helper_id": "H1", "first_day": hit, "last_day": hit}])
    plan = schedule(of, before)
    both = before.merge(plan.visits, on="visit_id", suffixes=("_old", "_new"))
    moved = both[both["day_old"] != both["day_new"]]
    assert hit in moved["day_old"].tolist()
    assert (moved["day_old"] != hit).sum() <= 2
    assert plan.loads["moved"].iloc[0] == (moved["day_old"] != hit).sum()
    assert holds(of, plan)


def test_what_was_overtaken_is_told():
    """A weekly visit that nobody made, while the one after it was done, is not made up for."""
    of = agenda([activity("A", every_days=7)])
    done = move(schedule(of).visits, "A.2", status="done")
    plan = schedule(of, done, today=14040720)
    assert plan.visits["visit_id"].tolist() == ["A.2", "A.3", "A.4"]
    assert list(zip(plan.left_out["visit_id"], plan.left_out["why"], strict=True)) == [("A.1", "overtaken")]
    assert holds(of, plan, today=14040720, previous=done)


def test_a_counted_session_is_made_up_for():
    """Of four weekly sessions the first was missed and the second held: the first is due today."""
    of = agenda([activity("A", every_days=7, number=4)])
    done = move(schedule(of).visits, "A.2", status="done")
    plan = schedule(of, done, today=14040715)
    assert {"A.1", "A.2", "A.3", "A.4"} == {*plan.visits["visit_id"], *plan.left_out["visit_id"]}
    assert holds(of, plan, today=14040715, previous=done)


def test_a_late_visit_is_due_today():
    """A single visit whose time has passed undone is planned for the first days from today on."""
    of = agenda([activity("A", tolerance_days=1)])
    before = schedule(of).visits
    plan = schedule(of, before, today=14040720)
    assert plan.visits["day"].between(14040720, 14040721).all()
    assert holds(of, plan, today=14040720)


def test_a_cancelled_visit_takes_no_time_and_is_not_planned_again():
    """It stays in the calendar with its reason, and the rhythm goes on."""
    of = agenda([activity("A", every_days=7)])
    before = schedule(of).visits
    cancelled = move(before, "A.2", status="cancelled", reason="the family travelled")
    plan = schedule(of, cancelled)
    assert plan.visits["status"].tolist() == ["planned", "cancelled", "planned", "planned"]
    assert days_of(plan, "A") == before["day"].tolist()


def test_a_family_that_goes_to_another_helper_keeps_its_rhythm():
    """What the first helper did stays his; the second goes on where the rhythm stands."""
    before = schedule(agenda([activity("A", every_days=7)])).visits
    done = move(before, "A.1", status="done")
    of = agenda([activity("A", every_days=7, helper_id="H2")], hours("H2"))
    plan = schedule(of, done, today=14040712)
    assert plan.visits["helper_id"].tolist() == ["H1", "H2", "H2", "H2"]
    assert before["due_day"].tolist() == plan.visits["due_day"].tolist()


def test_a_changed_rhythm_goes_on_from_what_was_done():
    """Weekly becomes every two weeks: the next is due two weeks after the last one done."""
    before = schedule(agenda([activity("A", every_days=7)])).visits
    done = move(before, "A.1", status="done")
    of = agenda([activity("A", every_days=14)])
    plan = schedule(of, done, today=int(before["day"].iloc[0]) + 1)
    due = day_ordinals(plan.visits["due_day"].to_numpy(dtype=int))
    assert holds(of, plan, today=int(before["day"].iloc[0]) + 1, previous=done)
    assert [14] * (len(due) - 1) == [int(step) for step in due[1:] - due[:-1]]
    assert len(due) >= 2


def test_no_visit_after_the_last_day_of_its_activity():
    """A rhythm stops there, and what is counted and would come later is told."""
    rows = [activity("A", every_days=7, last_day=14040719), activity("B", every_days=7, number=4, last_day=14040719)]
    of = agenda(rows)
    plan = schedule(of)
    assert plan.visits["day"].max() <= 14040719
    assert len(days_of(plan, "A")) >= 2
    assert len(days_of(plan, "B")) + len(plan.left_out) == 4
    assert {("B", "after_end")} == set(zip(plan.left_out["activity_id"], plan.left_out["why"], strict=True))
    assert holds(of, plan)


def test_a_rhythm_that_is_first_planned_late_begins_today():
    """Nobody makes up for weeks that nobody has planned, and nothing is said to be left out."""
    of = agenda([activity("A", every_days=7), activity("B", every_days=7, number=2)])
    plan = schedule(of, today=14040719)
    assert plan.visits.loc[plan.visits["activity_id"] == "A", "visit_id"].tolist() == ["A.1", "A.2"]
    assert [len(days_of(plan, "A")), len(days_of(plan, "B"))] == [2, 2]
    assert plan.left_out.empty
    assert plan.visits["day"].min() >= 14040719
    assert holds(of, plan, today=14040719)


def test_what_waits_waits_for_what_is_settled_too():
    """A class that was put on a fixed day late in the month holds back the talk that needs it."""
    rows = [activity("class"), activity("talk", family_id="F-class")]
    of = agenda(rows, prerequisites=needs(("talk", "class")))
    held = fixed("class.1", 14040723, 540, activity_id="class", number=1, family_id="F-class")
    plan = schedule(of, pd.DataFrame([held]))
    assert min(days_of(plan, "talk")) > 14040723
    assert holds(of, plan)


def test_short_ways_fill_a_day():
    """Three families of one area fit in a day whose hours three long ways would not."""
    rows = [activity(name, family_id=name, tolerance_days=0) for name in "ABC"]
    near = [{"family_id": one, "other_family_id": other, "minutes": 5} for one, other in ("AB", "AC", "BC")]
    week = hours(weekdays=[0], minutes=190)
    of = agenda(rows, week, travel=near, travel_minutes=60)
    plan = schedule(of)
    assert (len(plan.visits), len(plan.left_out)) == (3, 0)
    assert holds(of, plan)
