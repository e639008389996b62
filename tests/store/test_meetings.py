"""What people do together is recorded all or not at all, and only where it can stand beside what is recorded."""

import pickle

import pandas as pd
import pytest

from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.tables import (
    DECISIONS,
    ENROLMENTS,
    EVENTS,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPER_LEAVE,
    HELPERS,
    REFERRALS,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    Table,
    ValueNotAllowed,
)
from hamyar.store.change import Recorded
from hamyar.store.conflict import Conflict
from hamyar.store.meetings import (
    MeetingRefused,
    record_decisions,
    record_enrolments,
    record_events,
    record_groups,
    record_referrals,
    record_session,
    record_session_cases,
)
from hamyar.store.store import Store
from tests.core.meeting_making import (
    Row,
    belongs,
    case,
    decision,
    enrolment,
    event,
    frame,
    group,
    person,
    referral,
    session,
)

# The clock of the tests stands on 1405-08-01, a Friday.
PROPOSED, ACCEPTED, HELD, COMING = 14050601, 14050610, 14050712, 14050810


def step(state: str, day: int, **others: object) -> Row:
    return referral(state=state, proposed_day=PROPOSED, state_day=day, consent="yes") | others


def refer(store: Store, *rows: Row, **options: pd.Series) -> Recorded:
    with store.change("sara", "commission") as change:
        return record_referrals(change, frame(REFERRALS, list(rows)), **options)


def hold(
    store: Store, *, state: str = "done", decisions: tuple[Row, ...] = (), **others: list[Row]
) -> dict[str, Recorded]:
    rows = {"people": [person()], "cases": [case()], **others}
    with store.change("sara", "session") as change:
        return record_session(
            change,
            frame(SESSIONS, [session(day=HELD, state=state)]),
            people=pd.DataFrame(rows["people"]),
            cases=pd.DataFrame(rows["cases"]),
            decisions=frame(DECISIONS, list(decisions)) if decisions else None,
        )


@pytest.fixture
def centre(filled: Store) -> Store:
    """The three families with two helpers."""
    rows = [{"helper_id": name, "from_day": 14040101} for name in ("H1", "H2")]
    with filled.change("sara", "helpers") as change:
        change.record(HELPERS, pd.DataFrame(rows))
    return filled


@pytest.fixture
def accepted(centre: Store) -> Store:
    """Family F1 is proposed to the social commission, and accepted."""
    refer(centre, step("proposed", PROPOSED))
    refer(centre, step("accepted", ACCEPTED))
    return centre


def stored(store: Store, table: Table) -> int:
    return len(store.current(table))


def test_a_case_goes_its_whole_way(accepted: Store):
    """Proposed, accepted, discussed in a session, decided with a task, done when the task is done."""
    work = decision(until_day=COMING)
    told = hold(accepted, decisions=(work,))
    assert {name: recorded.inserted for name, recorded in told.items()} == dict.fromkeys(
        ("sessions", "session_people", "session_cases", "decisions"), 1
    )
    refer(accepted, step("discussed", HELD))
    refer(accepted, step("decided", HELD))
    with pytest.raises(MeetingRefused, match="still open"):
        refer(accepted, step("done", 14050801))
    with accepted.change("sara", "done") as change:
        record_decisions(change, frame(DECISIONS, [work | {"state": "done", "done_day": 14050720}]))
    assert refer(accepted, step("done", 14050801)) == Recorded(corrected=1)
    assert refer(accepted, step("done", 14050801)) == Recorded(unchanged=1)
    history = accepted.history(REFERRALS, {"family_id": "F1", "commission": "social", "proposed_day": PROPOSED})
    assert history["state"].tolist() == ["proposed", "accepted", "discussed", "decided", "done"]


def test_a_refused_step_writes_nothing_and_tells_everything(accepted: Store):
    """One good row and one bad: neither is written, and the error has every fault with its key."""
    head = accepted.head()
    good = step("proposed", PROPOSED, family_id="F2", consent="not_asked")
    bad = step("decided", HELD, consent="not_asked")
    with pytest.raises(MeetingRefused) as caught:
        refer(accepted, good, bad)
    assert {fault.key for fault in caught.value.faults} == {("F1", "social", PROPOSED)}
    assert [fault.column for fault in caught.value.faults] == ["state", "consent", "state"]
    assert accepted.head() == head
    for part in (
        "3 faults",
        "After 'Accepted' comes 'Discussed'",
        "only if the family agrees",
        "No session has decided",
    ):
        assert part in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (again.faults, str(again)) == (caught.value.faults, str(caught.value))


def test_two_who_take_the_same_step_are_told(accepted: Store):
    """The version that a form was opened with goes through to the store."""
    rows = pd.DataFrame([step("accepted", ACCEPTED)])
    bases = accepted.versions(REFERRALS, rows)
    refer(accepted, step("accepted", ACCEPTED, reason="asked at home"), base_versions=bases)
    with pytest.raises(Conflict):
        refer(accepted, step("withdrawn", 14050701, reason="moved away"), base_versions=bases)


def test_a_session_is_recorded_whole_or_not_at_all(accepted: Store):
    """A stranger among the people leaves no session, and a value that is not allowed neither."""
    with pytest.raises(MeetingRefused, match="No helper has this code") as caught:
        hold(accepted, people=[person(), person("H9", part="helper")])
    assert [(fault.table, fault.key) for fault in caught.value.faults] == [("session_people", ("S1", "H9"))]
    with pytest.raises(ValueNotAllowed):
        hold(accepted, people=[person(part="guest")])
    assert (stored(accepted, SESSIONS), stored(accepted, SESSION_CASES)) == (0, 0)


def test_a_family_that_did_not_agree_is_kept_off_the_session(centre: Store):
    """Its case is accepted, and nobody asked: the session cannot have spoken of it."""
    refer(centre, step("proposed", PROPOSED, consent="not_asked"))
    refer(centre, step("accepted", ACCEPTED, consent="not_asked"))
    with pytest.raises(MeetingRefused, match="was not asked"):
        hold(centre)
    with centre.change("sara", "plan") as change:
        record_session(change, frame(SESSIONS, [session(day=COMING, state="planned")]))
        assert record_session_cases(change, frame(SESSION_CASES, [case()])) == Recorded(inserted=1)
        with pytest.raises(MeetingRefused, match="No family"):
            record_session_cases(change, frame(SESSION_CASES, [case("F9")]))
    assert stored(centre, SESSION_CASES) == 1


def test_decisions_need_their_session(accepted: Store):
    """A task of a session nobody recorded is refused."""
    with pytest.raises(MeetingRefused, match="No session has this code"), accepted.change("sara", "work") as change:
        record_decisions(change, frame(DECISIONS, [decision()]))
    assert stored(accepted, DECISIONS) == 0


def test_a_conflict_over_a_session_leaves_its_people_unwritten(accepted: Store):
    """Somebody else moved the session meanwhile: nothing of the second is saved."""
    hold(accepted)
    first = frame(SESSIONS, [session(day=HELD)]).set_axis([7])
    bases = accepted.versions(SESSIONS, first)
    with accepted.change("omid", "place") as change:
        record_session(change, first.assign(place="مسجد"), base_versions=bases)
    people = frame(SESSION_PEOPLE, [person("P2", part="expert")])
    with pytest.raises(Conflict), accepted.change("sara", "place") as change:
        record_session(change, first.assign(place="خانه"), people=people, base_versions=bases)
    assert stored(accepted, SESSION_PEOPLE) == 1
    assert accepted.current(SESSIONS)["place"].tolist() == ["مسجد"]


def test_groups_take_women_heads_and_ask_where_nothing_is_known(centre: Store):
    """F1's head is a woman, F2's sex is not recorded, F1's son is no head."""
    with centre.change("sara", "group") as change:
        told = record_groups(
            change, frame(HELP_GROUPS, [group()]), frame(GROUP_MEMBERS, [belongs(), belongs("F2-1", "F2")])
        )
    assert {name: recorded.inserted for name, recorded in told.items()} == {"help_groups": 1, "group_members": 2}
    with pytest.raises(MeetingRefused, match="women who head"), centre.change("sara", "group") as change:
        record_groups(change, members=frame(GROUP_MEMBERS, [belongs("F1-2", "F1")]))
    assert stored(centre, GROUP_MEMBERS) == 2
    with centre.change("sara", "nothing") as change:
        assert record_groups(change) == {}


def enrolled(store: Store) -> dict[str, str]:
    rows = store.current(ENROLMENTS)
    return dict(zip(rows["subject_id"], rows["state"], strict=True))


def test_an_event_with_more_places_lets_the_first_move_up(centre: Store):
    """Within one change: who waits has a place as soon as there is one."""
    rows = [enrolment("F1"), enrolment("F2"), enrolment("F3", "waiting")]
    with centre.change("sara", "workshop") as change:
        assert record_events(change, frame(EVENTS, [event(day=COMING)])) == Recorded(inserted=1)
        record_enrolments(change, frame(ENROLMENTS, rows).assign(enrolled_day=14050720))
    with centre.change("sara", "a larger room") as change:
        record_events(change, frame(EVENTS, [event(day=COMING, capacity=3)]))
    assert enrolled(centre) == {"F1": "enrolled", "F2": "enrolled", "F3": "enrolled"}
    with (
        pytest.raises(MeetingRefused, match="3 have a place and there are 1"),
        centre.change("sara", "small") as change,
    ):
        record_events(change, frame(EVENTS, [event(day=COMING, capacity=1)]))


def test_a_full_room_takes_nobody_more(centre: Store):
    """Whatever a form believed, the places are counted where they are written."""
    with centre.change("sara", "workshop") as change:
        record_events(change, frame(EVENTS, [event(day=COMING, capacity=1)]))
        record_enrolments(change, frame(ENROLMENTS, [enrolment("F1", enrolled_day=14050720)]))
    with pytest.raises(MeetingRefused, match="2 have a place and there are 1"), centre.change("omid", "more") as change:
        record_enrolments(change, frame(ENROLMENTS, [enrolment("F2", enrolled_day=14050720)]))
    assert enrolled(centre) == {"F1": "enrolled"}


def test_what_was_wrong_before_refuses_nobody_a_place(centre: Store):
    """The helper took leave after the event was planned: enrolling goes on, changing the event does not."""
    with centre.change("sara", "workshop") as change:
        record_events(change, frame(EVENTS, [event(day=COMING, helper_id="H1")]))
        leave = {"helper_id": "H1", "first_day": COMING, "last_day": COMING}
        change.record(HELPER_LEAVE, pd.DataFrame([leave]))
    with centre.change("sara", "enrol") as change:
        assert record_enrolments(change, frame(ENROLMENTS, [enrolment(enrolled_day=14050720)])) == Recorded(inserted=1)
    with pytest.raises(MeetingRefused, match="on leave"), centre.change("sara", "title") as change:
        record_events(change, frame(EVENTS, [event(day=COMING, helper_id="H1", title="a talk")]))


def test_an_event_names_a_programme_of_the_catalogue(centre: Store):
    """Where the catalogue is given, an unknown code is refused."""
    row = frame(EVENTS, [event(day=COMING, programme="no_such")])
    with pytest.raises(MeetingRefused, match="no programme"), centre.change("sara", "workshop") as change:
        record_events(change, row, catalogue=ProgrammeCatalogue({}))
    with centre.change("sara", "workshop") as change:
        assert record_events(change, row) == Recorded(inserted=1)
