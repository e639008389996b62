"""Who has which task, and who may see which case: no more than was referred, agreed to and not over."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.meetings.commissions import cases, cases_open_to, days_since, may_see, open_referrals, tasks, tasks_of
from hamyar.core.tables import COMMISSIONS, CONSENTS, REFERRAL_STATES, CaseTables
from tests.core.meeting_making import TODAY, Row, case, decision, facts, person, referral, session


def centre(
    *referrals: Row, sessions: tuple[Row, ...] = (session(state="planned", day=14040901),), **others: list[Row]
) -> CaseTables:
    given = {
        "session_people": [person(session_id=row["session_id"], has_attended=None) for row in sessions],
        "session_cases": [case(session_id=row["session_id"]) for row in sessions],
    }
    return facts(referrals=list(referrals), sessions=list(sessions), **(given | others))


def seen(tables: CaseTables, person_id: str = "P1", on_day: int = TODAY) -> list[str]:
    return cases_open_to(person_id, tables, on_day).tolist()


@pytest.mark.parametrize("state", REFERRAL_STATES)
@pytest.mark.parametrize("consent", CONSENTS)
def test_a_case_is_open_from_acceptance_to_the_end_and_with_consent(state: str, consent: str):
    """Not proposed, not done, not withdrawn, and only with the family's yes."""
    tables = centre(referral(state=state, consent=consent))
    is_open = state in ("accepted", "discussed", "decided") and consent == "yes"
    assert seen(tables) == (["F1"] if is_open else [])
    assert is_open == may_see("P1", "F1", tables, TODAY)


def test_nobody_sees_by_being_near():
    """Another person, another session, another family: nothing is open."""
    two = (session("S1", 14040901, "planned"), session("S2", 14040905, "planned"))
    tables = centre(
        referral(),
        referral("F2"),
        sessions=two,
        session_people=[person("P1", "S1", has_attended=None), person("P2", "S2", has_attended=None)],
        session_cases=[case("F1", "S1"), case("F2", "S2")],
    )
    assert (seen(tables, "P1"), seen(tables, "P2"), seen(tables, "P3"), seen(tables, "F1")) == (["F1"], ["F2"], [], [])


def test_a_case_referred_to_another_commission_stays_closed():
    """A family on the list of a session of a commission to which it was not referred is not shown."""
    assert seen(centre(referral(commission="economic"))) == []


def test_a_cancelled_session_opens_nothing():
    """Who would have met does not meet."""
    assert seen(centre(referral(), sessions=(session(state="cancelled"),))) == []


def test_last_years_session_does_not_open_this_years_case():
    """A person of an old session does not see the family again because it was referred anew."""
    old = referral(state="done", proposed_day=14030101, state_day=14030901)
    tables = centre(old, referral(), sessions=(session("S0", 14030201),))
    assert seen(tables) == []
    assert seen(tables, on_day=14030901) == []


def test_nothing_is_open_on_a_day_before_its_step():
    """The state that is recorded today says nothing of yesterday."""
    tables = centre(referral(state_day=14040710))
    assert [seen(tables, on_day=day) for day in (14040709, 14040710)] == [[], ["F1"]]


def test_a_session_that_was_held_keeps_its_cases_open_while_there_is_work():
    """Members have tasks until the case is done."""
    assert seen(centre(referral(state="decided", state_day=14040721), sessions=(session(),))) == ["F1"]


@settings(max_examples=40)
@given(
    states=st.lists(
        st.tuples(
            st.sampled_from(["F1", "F2", "F3"]),
            st.sampled_from(COMMISSIONS),
            st.sampled_from(REFERRAL_STATES),
            st.sampled_from(CONSENTS),
            st.sampled_from([14040601, 14040701, 14040801]),
        ),
        unique_by=lambda row: (row[0], row[1], row[4]),
        max_size=9,
    ),
    held=st.lists(
        st.tuples(st.sampled_from(COMMISSIONS), st.sampled_from([14040615, 14040715, 14040901]), st.booleans()),
        max_size=4,
    ),
    named=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["P1", "P2"])), unique=True, max_size=8),
    spoken=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["F1", "F2", "F3"])), unique=True, max_size=12),
)
def test_what_is_open_is_what_a_plain_reading_of_the_rule_opens(states, held, named, spoken):
    """The joined tables give the same as walking through every session, case and referral by hand."""
    told = [
        referral(family, commission, state, consent=consent, proposed_day=day, state_day=day)
        for family, commission, state, consent, day in states
    ]
    sessions = [
        session(f"S{place}", day, "cancelled" if is_off else "done", commission=commission)
        for place, (commission, day, is_off) in enumerate(held)
    ]
    known = {row["session_id"] for row in sessions}
    people = [person(code, f"S{place}") for place, code in named if f"S{place}" in known]
    listed = [case(family, f"S{place}") for place, family in spoken if f"S{place}" in known]
    tables = facts(referrals=told, sessions=sessions, session_people=people, session_cases=listed)

    def by_hand(person_id: str) -> set[str]:
        found = set()
        for row in sessions:
            if row["state"] == "cancelled" or (row["session_id"], person_id) not in {
                (one["session_id"], one["person_id"]) for one in people
            }:
                continue
            for family in (one["family_id"] for one in listed if one["session_id"] == row["session_id"]):
                own = [
                    one
                    for one in told
                    if one["family_id"] == family
                    and one["commission"] == row["commission"]
                    and one["proposed_day"] <= row["day"]
                ]
                latest = max(own, key=lambda one: one["proposed_day"], default=None)
                if (
                    latest is not None
                    and latest["state"] in ("accepted", "discussed", "decided")
                    and latest["consent"] == "yes"
                ):
                    found.add(family)
        return found

    for person_id in ("P1", "P2"):
        assert set(cases_open_to(person_id, tables, TODAY)) == by_hand(person_id)


def test_cases_without_a_referral_are_told_as_such():
    """A family on a session that nobody referred has a row without a state, so a check can name it."""
    found = cases(centre(sessions=(session(),)))
    assert (found["family_id"].tolist(), found["state"].isna().tolist()) == (["F1"], [True])


def test_tasks_tell_what_presses_first():
    """Open tasks by their last day, overdue ones marked; what is closed comes after them."""
    tables = centre(
        referral(state="decided"),
        sessions=(session(),),
        decisions=[
            decision(1, until_day=14040820),
            decision(2, until_day=14040816),
            decision(3, state="done", done_day=14040801),
            decision(4, person_id="P1", until_day=TODAY),
        ],
    )
    found = tasks_of("H1", tables, TODAY)
    assert found[["number", "days_left", "is_overdue"]].values.tolist() == [[2, -1, True], [1, 3, False], [3, 3, False]]
    assert tasks_of("P1", tables, TODAY)["is_overdue"].tolist() == [False]
    assert len(tasks(tables, TODAY)) == 4
    assert found["commission"].unique().tolist() == ["social"]


def test_a_withdrawn_case_stops_its_open_tasks():
    """Nobody works on what the family has taken back; what was done stays done."""
    rows = [decision(1, until_day=14040801), decision(2, state="done", done_day=14040801)]
    tables = centre(referral(state="withdrawn", state_day=14040801), sessions=(session(),), decisions=rows)
    assert tasks(tables, TODAY)[["number", "state"]].values.tolist() == [[1, "stopped"], [2, "done"]]
    assert not tasks(tables, TODAY)["is_overdue"].any()


def test_open_referrals_are_those_of_the_day():
    """Before it is proposed and from the day it is over a referral is not open."""
    tables = facts(referrals=[referral(state="withdrawn", proposed_day=14040701, state_day=14040710)])
    days = (14040630, 14040701, 14040709, 14040710)
    assert [len(open_referrals(tables.referrals, day)) for day in days] == [0, 1, 1, 0]


def test_days_are_counted_over_months():
    """From the thirtieth of Mehr to the second of Aban are two days; a missing day stays missing."""
    found = days_since(pd.Series([14040730, None, 14040803], dtype="Int64"), 14040802)
    assert (found.dtype.name, found.fillna(99).tolist()) == ("Int64", [2, 99, -1])


def test_an_empty_centre_has_no_tasks_and_no_cases():
    """No rows give empty tables of the same columns."""
    tables = facts()
    assert (len(tasks(tables, TODAY)), len(cases(tables)), seen(tables)) == (0, 0, [])
