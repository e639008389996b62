"""A session speaks only of accepted cases whose families agree, and divides the work among people it knows."""

import pytest

from hamyar.core.calendar.tables import CLOSED
from hamyar.core.meetings.commissions import cases_waiting, commissions_waiting, session_agenda, session_faults
from hamyar.core.meetings.faults import refusing
from hamyar.core.tables import CaseTables
from tests.core.levels_making import even_set, stratified
from tests.core.meeting_making import TODAY, Row, case, decision, facts, frame, person, referral, session

PLANNED = session(state="planned", day=14040820)


def centre(*referrals: Row, sessions: list[Row] | None = None, **others: list[Row]) -> CaseTables:
    rows = [session()] if sessions is None else sessions
    given = {"session_people": [person()], "session_cases": [case()], **others}
    return facts(referrals=list(referrals) or [referral()], sessions=rows, **given)


def found(tables: CaseTables, *, notices: bool = False, **others) -> list[tuple[str, str]]:
    faults = session_faults(tables, TODAY, **others)
    return [(fault.table, fault.column) for fault in faults if fault.is_notice == notices]


def test_a_session_that_was_held_in_order_has_nothing_to_correct():
    """A chair who came, an accepted case that agrees, and a task for a helper."""
    tables = centre(decisions=[decision()])
    assert session_faults(tables, TODAY) == []


@pytest.mark.parametrize(
    ("state", "planned", "held"),
    [
        ("proposed", ["family_id"], ["family_id"]),
        ("accepted", [], []),
        ("discussed", [], []),
        ("decided", [], []),
        ("done", ["family_id"], []),
        ("withdrawn", ["family_id"], []),
    ],
)
def test_only_accepted_cases_stand_on_a_session(state: str, planned: list, held: list):
    """A session to come speaks of open cases; one that was held may have spoken of what is over by now."""
    row = referral(state=state, consent="yes")
    people = [person(has_attended=None)]
    assert [column for _, column in found(centre(row, sessions=[PLANNED], session_people=people))] == planned
    assert [column for _, column in found(centre(row))] == held


@pytest.mark.parametrize(("state", "expected"), [("proposed", ["family_id"]), ("withdrawn", []), ("done", [])])
def test_a_history_may_hold_a_case_that_is_over_by_now(state: str, expected: list):
    """Withdrawn after it was put on a session to come, which the export of a centre tells as it is."""
    tables = centre(referral(state=state), sessions=[PLANNED], session_people=[person(has_attended=None)])
    assert [column for _, column in found(tables, as_history=True)] == expected


def test_a_family_nobody_referred_is_not_spoken_of():
    """Without a referral to this commission there is no case."""
    assert found(centre(referral(commission="economic"))) == [("session_cases", "family_id")]


def test_consent_is_asked_before_and_needed_for_speaking():
    """Not asked is a notice before the session and a fault after it; a no is a fault always."""
    unasked, refused = referral(consent="not_asked"), referral(consent="no")
    people = [person(has_attended=None)]
    before = centre(unasked, sessions=[PLANNED], session_people=people)
    assert (found(before), found(before, notices=True)) == ([], [("session_cases", "family_id")])
    assert found(centre(unasked)) == [("session_cases", "family_id")]
    assert found(centre(refused, sessions=[PLANNED], session_people=people)) == [("session_cases", "family_id")]


def test_a_session_has_one_chair_and_tells_who_came():
    """No chair is a notice, two are a fault, and a session that was held needs somebody who was there."""
    assert found(centre(session_people=[person(part="expert")]), notices=True) == [("sessions", "session_id")]
    assert found(centre(session_people=[person(), person("P2")])) == [("sessions", "session_id")]
    assert found(centre(session_people=[person(has_attended="no")])) == [("sessions", "state")]
    early = centre(sessions=[PLANNED])
    assert found(early) == [("session_people", "has_attended")]


def test_people_are_known_and_are_no_members_of_families():
    """Who takes part as a helper is a helper, and nobody's neighbour sits in by a member's code."""
    rows = [person(), person("H1", part="helper"), person("X", part="helper"), person("F2-1", part="activist")]
    faults = refusing(session_faults(centre(session_people=rows), TODAY))
    assert [fault.key for fault in faults] == [("S1", "X"), ("S1", "F2-1")]


def test_days_of_sessions():
    """Held in the future is a fault; a day that has passed without a word, a Friday and a closed day are notices."""
    alone = {"session_people": [person(has_attended=None)], "session_cases": []}
    assert ("sessions", "state") in found(centre(sessions=[session(day=14040820)], **alone))
    passed = centre(sessions=[session(state="planned")], **alone)
    assert found(passed, notices=True) == [("sessions", "state")]
    friday = centre(sessions=[session(state="planned", day=14040823)], **alone)
    assert found(friday, notices=True) == [("sessions", "day")]
    closed = frame(CLOSED, [{"first_day": 14040819, "last_day": 14040821, "why": "exams"}])
    assert found(centre(sessions=[PLANNED], **alone), notices=True, closed=closed) == [("sessions", "day")]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"person_id": "F1-1"}, "person_id"),
        ({"until_day": 14040719}, "until_day"),
        ({"state": "done"}, "done_day"),
        ({"done_day": 14040801}, "done_day"),
        ({"state": "done", "done_day": 14040719}, "done_day"),
        ({"state": "done", "done_day": TODAY + 1}, "done_day"),
        ({"state": "cancelled"}, "reason"),
        ({"minutes": 0}, "minutes"),
        ({"number": 0}, "number"),
        ({"what": "call 09120000001"}, "what"),
    ],
)
def test_a_decision_says_who_until_when_and_what_became_of_it(changed: Row, column: str):
    """Each slip is one fault in its column."""
    assert found(centre(decisions=[decision() | changed])) == [("decisions", column)]


def test_a_participant_may_take_a_task():
    """Whoever sits in the session is known, helper or not."""
    assert found(centre(decisions=[decision(person_id="P1"), decision(2, state="done", done_day=14040801)])) == []


def test_decisions_are_of_cases_of_sessions_that_were_held():
    """Of another family, of a session to come, of a session nobody knows: refused."""
    assert found(centre(decisions=[decision(family="F2")])) == [("decisions", "family_id")]
    people = [person(has_attended=None)]
    tables = centre(sessions=[PLANNED], session_people=people, decisions=[decision(until_day=14040901)])
    assert found(tables) == [("sessions", "state")]
    unknown = centre(decisions=[decision(session_id="S9")])
    assert found(unknown) == [("decisions", "session_id"), ("decisions", "family_id")]


def test_rows_of_sessions_nobody_knows():
    """People and cases of a session that is not recorded are told, each once."""
    tables = centre(sessions=[])
    assert found(tables) == [("session_people", "session_id"), ("session_cases", "session_id")]


def test_one_session_can_be_asked_about_alone():
    """What is wrong with another session does not hinder this one."""
    tables = centre(sessions=[session(), session("S2", minutes=0)])
    assert found(tables, session_ids=["S1"]) == []
    assert ("sessions", "minutes") in found(tables, session_ids=["S2"])


def test_the_agenda_stands_in_the_order_of_need():
    """The critical family first, then by score; without levels by who waits longest."""
    rows = [
        referral("F1"),
        referral("F2", consent="not_asked", proposed_day=14040601),
        referral("F3", state="decided", proposed_day=14040630),
    ]
    tables = centre(
        *rows,
        sessions=[session("S0"), PLANNED],
        session_people=[],
        session_cases=[case(name) for name in ("F1", "F2", "F3")] + [case("F3", "S0")],
        decisions=[decision(family="F3", session_id="S0"), decision(2, "F3", "S0", state="cancelled", reason="x")],
    )
    placed = stratified(even_set(2, critical_from=3), [[2, 0], [0, 3]], ids=["F1", "F3"])
    plain, ordered = (session_agenda("S1", tables, TODAY, levels) for levels in (None, placed))
    assert plain["family_id"].tolist() == ["F2", "F3", "F1"]
    assert ordered["family_id"].tolist() == ["F3", "F1", "F2"]
    assert ordered[["place", "is_ready", "open_tasks"]].values.tolist() == [[1, True, 1], [2, True, 0], [3, False, 0]]
    assert ordered["level"].fillna("?").tolist() == ["harmed", "harmed", "?"]
    assert plain["waiting_days"].tolist() == [77, 48, 46]
    assert session_agenda("S9", tables, TODAY).empty


def test_how_long_cases_wait():
    """By commission and state: how many, how long, without consent, without a session, with tasks overdue."""
    tables = centre(
        referral("F1", state_day=14040807),
        referral("F2", state_day=14040813, consent="not_asked"),
        referral("F3", state="decided", state_day=14040721),
        referral("F4", state="done"),
        referral("F5", commission="economic", state="proposed", proposed_day=14040818, state_day=14040818),
        sessions=[session(), session("S2", TODAY, "planned")],
        session_cases=[case("F1", "S2"), case("F3", "S1")],
        decisions=[decision(family="F3", until_day=14040816), decision(2, "F3", state="done", done_day=14040722)],
    )
    waiting = commissions_waiting(tables, TODAY)
    assert (len(waiting), waiting["cases"].sum()) == (12, 3)
    names = ["cases", "without_consent", "without_session", "overdue_tasks", "median_days", "longest_days"]
    assert waiting.loc[("social", "accepted"), names].tolist() == [2, 1, 1, 0, 7.0, 10]
    assert waiting.loc[("social", "decided"), names].tolist() == [1, 0, 1, 1, 26.0, 26]
    assert waiting["longest_days"].isna().sum() == 10
    assert cases_waiting(tables, TODAY)["family_id"].tolist() == ["F3", "F1", "F2"]


def test_nobody_waits_in_an_empty_centre():
    """All rows stand, with zeros and unknown days."""
    waiting = commissions_waiting(facts(), TODAY)
    assert (len(waiting), waiting["cases"].sum(), waiting["median_days"].isna().all()) == (12, 0, True)
