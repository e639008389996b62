"""The validator finds every kind of breach, and none in what the scheduler makes."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamyar.core.calendar import check as schedule_check
from hamyar.core.calendar.check import check_schedule
from hamyar.core.calendar.scheduling import schedule
from tests.core.scheduling_making import activity, agenda, fixed, hours, needs

# Two months with Nowruz in them, so that holidays matter.
DAYS = (14041201, 14050131)
LAST = 14050131


@st.composite
def centres(draw):
    """One or two helpers, a few families, every kind of rhythm, and some days closed."""
    helpers = ["H1", "H2"][: draw(st.integers(1, 2))]
    week = []
    for helper_id in helpers:
        weekdays = draw(st.lists(st.integers(0, 6), min_size=1, max_size=6, unique=True))
        week += hours(helper_id, weekdays, draw(st.integers(0, 360)), draw(st.integers(420, 720)))
    rows = []
    for place in range(draw(st.integers(1, 7))):
        every = draw(st.sampled_from([None, 1, 3, 7, 10, 14, 30]))
        rows.append(
            activity(
                f"A{place}",
                helper_id=draw(st.sampled_from(helpers)),
                family_id=f"F{draw(st.integers(1, 4))}",
                minutes=draw(st.integers(15, 120)),
                every_days=every,
                number=draw(st.sampled_from([None, 1, 2, 4])) if every else None,
                offset_days=draw(st.sampled_from([None, 0, 5, 40, 70])),
                tolerance_days=draw(st.sampled_from([None, 0, 1, 5])),
                last_day=draw(st.sampled_from([None, None, 14041228, 14050120])),
            )
        )
    pairs = [
        (later["activity_id"], earlier["activity_id"])
        for place, later in enumerate(rows)
        for earlier in rows[:place]
        if earlier["helper_id"] == later["helper_id"]
        and (earlier["number"] or not earlier["every_days"])
        and draw(st.integers(0, 4)) == 0
    ]
    closed = [{"first_day": 14041210, "last_day": draw(st.integers(14041210, 14041229))}]
    travel = [{"family_id": "F1", "other_family_id": "F2", "minutes": draw(st.integers(0, 60))}]
    of = agenda(
        rows,
        week,
        DAYS,
        prerequisites=needs(*pairs) or pd.DataFrame(columns=["activity_id", "needs_id"]),
        closed=closed,
        travel=travel,
        travel_minutes=draw(st.integers(0, 30)),
    )
    today = draw(st.sampled_from([14041201, 14041220, 14050115]))
    return of, today, draw(st.randoms(use_true_random=False))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(centres())
def test_the_validator_finds_nothing_in_a_random_centre(centre):
    """First plan and plan made again, with some visits done, some cancelled and some forgotten: no breach."""
    of, today, chance = centre
    plan = schedule(of, effort=0.2)
    blocked = {problem.values.get("helper_id") for problem in plan.problems}
    open_helpers = [helper_id for helper_id in of.helper_ids if helper_id not in blocked]
    of = of.only(open_helpers)
    assert [str(breach) for breach in check_schedule(of, plan.visits, plan.left_out)] == []
    # What became of the visits before today: done, cancelled, or nobody knows.
    become = plan.visits["status"].where(
        plan.visits["day"] >= today,
        pd.Series(
            [chance.choice(["done", "done", "cancelled", "planned"]) for _ in range(len(plan.visits))], dtype="str"
        ),
    )
    former = plan.visits.assign(status=become)
    again = schedule(of, former, today=today, effort=0.2)
    if not again.problems:
        found = check_schedule(of, again.visits, again.left_out, today=today, previous=former)
        assert [str(breach) for breach in found] == []


OF = agenda(
    [activity("A", every_days=7, tolerance_days=1), activity("B", offset_days=20), activity("C", number=1)],
    prerequisites=needs(("B", "C")),
    travel_minutes=30,
)
PLAN = schedule(OF)


def changed(visit_id: str, **values: object) -> pd.DataFrame:
    """The plan with other values in one row."""
    visits = PLAN.visits.copy()
    for name, value in values.items():
        visits.loc[visits["visit_id"] == visit_id, name] = value
    return visits


def row_of(visit_id: str) -> pd.Series:
    return PLAN.visits.set_index("visit_id").loc[visit_id]


@pytest.mark.parametrize(
    ("visits", "sentence"),
    [
        (changed("A.1", day=14040711, due_day=14040711), schedule_check.OFF),
        (changed("A.1", start_minute=500), schedule_check.OUTSIDE),
        (changed("A.1", start_minute=760), schedule_check.OUTSIDE),
        (changed("A.1", minutes=241), schedule_check.TOO_MUCH),
        (changed("C.1", day=int(row_of("A.1")["day"]), start_minute=570), schedule_check.AT_ONCE),
        (changed("C.1", day=int(row_of("A.1")["day"]), start_minute=610), schedule_check.NO_WAY),
        (changed("A.1", day=14040713), schedule_check.OFF_RHYTHM),
        (changed("A.2", due_day=int(row_of("A.2")["due_day"]) + 1), schedule_check.STEP),
        (changed("C.1", due_day=14040708, day=14040708), schedule_check.BEGIN),
        *(
            (changed("C.1", **other), schedule_check.OTHERWISE)
            for other in (
                {"helper_id": "H2"},
                {"family_id": "F-A"},
                {"member_id": "M1"},
                {"programme": "P"},
                {"minutes": 30},
            )
        ),
        *(
            (changed("C.1", **other), schedule_check.NOT_ASKED)
            for other in ({"activity_id": "X"}, {"number": 2}, {"number": pd.NA}, {"due_day": pd.NA})
        ),
        (changed("C.1", day=14040730), schedule_check.TOO_SOON),
        *(
            (PLAN.visits[PLAN.visits["visit_id"] != lost], schedule_check.MISSING)
            for lost in ("A.1", "A.2", "A.4", "B.1")
        ),
        (pd.concat([PLAN.visits, PLAN.visits.iloc[:1]]), schedule_check.TWICE),
    ],
)
def test_each_breach_has_its_sentence(visits, sentence):
    """A calendar spoilt in one way is told in that way."""
    assert sentence in [breach.msgid for breach in check_schedule(OF, visits, PLAN.left_out)]


def test_a_visit_after_its_activity_has_ended_is_told():
    """The last day of an activity binds the calendar, whoever made it."""
    ended = agenda([activity("A", every_days=7, tolerance_days=1, last_day=14040719)])
    plan = schedule(agenda([activity("A", every_days=7, tolerance_days=1)]))
    assert schedule_check.TOO_LATE in [breach.msgid for breach in check_schedule(ended, plan.visits, plan.left_out)]


def test_meetings_over_each_other_do_not_fill_the_day_twice():
    """Two sessions at one hour take that hour once, and what lies beyond the working day takes none of it."""
    day = int(row_of("A.1")["day"])
    sessions = [fixed("S1", day, 700, minutes=300), fixed("S2", day, 700, minutes=300)]
    visits = pd.concat([changed("A.1", start_minute=540), pd.DataFrame(sessions)], ignore_index=True)
    assert check_schedule(OF, visits, PLAN.left_out) == []


def test_a_visit_in_a_long_meeting_is_found_behind_a_short_one():
    """The meeting that begins last need not be the one that ends last."""
    day = int(row_of("A.1")["day"])
    sessions = [fixed("S1", day, 540, minutes=200), fixed("S2", day, 550, minutes=10)]
    visits = pd.concat([changed("A.1", start_minute=620), pd.DataFrame(sessions)], ignore_index=True)
    assert schedule_check.AT_ONCE in [breach.msgid for breach in check_schedule(OF, visits, PLAN.left_out)]


@pytest.mark.parametrize("status", ["done", "cancelled", "fixed", "dropped"])
def test_nobody_but_a_person_settles_a_visit(status):
    """A plan in which a visit to come is over by itself does not hold."""
    found = check_schedule(OF, changed("C.1", status=status), PLAN.left_out, previous=PLAN.visits)
    assert schedule_check.NOT_SETTLED in [breach.msgid for breach in found]


def test_a_sound_calendar_has_no_breach():
    """The calendar from which the spoilt ones are made holds."""
    assert check_schedule(OF, PLAN.visits, PLAN.left_out) == []


def test_the_past_cannot_be_planned_or_changed():
    """A visit planned before today, and a settled visit that is another now, are both told."""
    former = changed("A.1", status="done")
    found = check_schedule(OF, PLAN.visits, PLAN.left_out, today=14040715, previous=former)
    assert {schedule_check.BEFORE, schedule_check.CHANGED} <= {breach.msgid for breach in found}
