"""A case takes one step at a time, never back, and is spoken of only with the family's consent."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.meetings.commissions import STEPS, Hearing, hearings, referral_faults, transition_faults
from hamyar.core.tables import REFERRAL_STATES, REFERRALS, CaseTables
from tests.core.meeting_making import TODAY, Row, case, decision, facts, frame, person, referral, session

HEARD = Hearing(session_days=(14040720,), decisions=1)


def columns(before: Row | None, after: Row, heard: Hearing = HEARD) -> list[str]:
    return [column for column, _ in transition_faults(before, after, heard, TODAY)]


@pytest.mark.parametrize("before", [None, *REFERRAL_STATES])
@pytest.mark.parametrize("after", REFERRAL_STATES)
def test_every_jump_but_the_documented_steps_is_refused(before: str | None, after: str):
    """Of all pairs of states only the steps of the table, and staying where one is, are free of faults."""
    was = None if before is None else referral(state=before)
    becomes = referral(state=after, state_day=14040701 if after == "proposed" else 14040730)
    is_step = after == before or after in STEPS[before]
    assert is_step == (columns(was, becomes) == [])


def test_withdrawal_is_open_from_every_state_but_the_last():
    """A family can take its case back at any time until it is done."""
    assert {state for state in STEPS if "withdrawn" in STEPS[state]} == {"proposed", "accepted", "discussed", "decided"}


@pytest.mark.parametrize("state", ["discussed", "decided", "done"])
@pytest.mark.parametrize("consent", ["not_asked", "no"])
def test_without_consent_nothing_is_spoken_of(state: str, consent: str):
    """Not asked is not yes, for every state in which others hear of the family."""
    before = referral(state=next(name for name in STEPS if name and state in STEPS[name]))
    assert columns(before, referral(state=state, consent=consent, state_day=14040730)) != []


@pytest.mark.parametrize("state", ["proposed", "accepted", "discussed", "decided"])
def test_a_no_leaves_withdrawal_only(state: str):
    """When the family says no the case is withdrawn, whatever it is about, and the withdrawal is free of faults."""
    before = referral(state=state)
    assert columns(before, before | {"consent": "no"}) == ["state"]
    withdrawn = referral(state="withdrawn", consent="no", state_day=14040730)
    assert columns(before, withdrawn) == []


def test_a_case_may_be_accepted_before_the_family_is_asked():
    """Acceptance tells nobody anything, so it does not wait for the answer."""
    assert columns(referral(state="proposed"), referral(consent="not_asked")) == []


def test_days_stand_in_the_order_of_the_steps():
    """No step before the former one, before the proposal, or in the future."""
    accepted = referral(state="accepted", state_day=14040710)
    assert columns(accepted, referral(state="discussed", state_day=14040709)) == ["state_day", "state"]
    assert columns(None, referral(state="proposed", state_day=14040630)) == ["state_day"]
    assert columns(referral(state="proposed"), referral(state_day=TODAY + 1)) == ["state_day"]


def test_a_withdrawal_needs_a_reason_and_a_proposal_a_ground():
    """Neither stands for itself; a rule or a sentence is ground enough for a proposal."""
    assert columns(referral(), referral(state="withdrawn", reason=None)) == ["reason"]
    assert columns(None, referral(state="proposed", rules=None)) == ["reason"]
    assert columns(None, referral(state="proposed", rules=None, reason="three quarrels in a month")) == []


@pytest.mark.parametrize(
    ("days", "is_heard"), [((), False), ((14040709,), False), ((14040710,), True), ((14040731,), False)]
)
def test_discussed_needs_a_session_after_acceptance(days: tuple[int, ...], is_heard: bool):
    """What a session said before the commission took the case, or after the step, does not count."""
    after = referral(state="discussed", state_day=14040730)
    found = columns(referral(state="accepted", state_day=14040710), after, Hearing(session_days=days))
    assert found == ([] if is_heard else ["state"])


def test_decided_needs_a_decision_and_done_needs_its_tasks_closed():
    """Without a division of labour nothing is decided; with an open task nothing is done."""
    assert columns(referral(state="discussed"), referral(state="decided", state_day=14040730), Hearing()) == ["state"]
    done = referral(state="done", state_day=14040730)
    assert columns(referral(state="decided"), done, Hearing((14040720,), 2, 1)) == ["state"]
    assert columns(referral(state="decided"), done, Hearing((14040720,), 2, 0)) == []


def test_a_sentence_tells_what_to_do():
    """A jump ahead names the step that is missing."""
    [(_, said)] = transition_faults(referral(state="proposed"), referral(state="discussed"), HEARD, TODAY)[:1]
    assert str(said) == "After 'Proposed' comes 'Accepted'. Record that step first, or withdraw the case."


def worked(*sessions: Row, decisions: tuple[Row, ...] = (), referrals: tuple[Row, ...] = ()) -> CaseTables:
    cases = [case(session_id=row["session_id"]) for row in sessions]
    people = [person(session_id=row["session_id"]) for row in sessions]
    return facts(
        referrals=list(referrals or (referral(),)),
        sessions=list(sessions),
        session_people=people,
        session_cases=cases,
        decisions=list(decisions),
    )


def test_a_hearing_is_of_its_own_referral():
    """A session of an earlier case of the same family and commission tells nothing of the later one."""
    earlier = referral(state="done", proposed_day=14030101, state_day=14030901)
    tables = worked(
        session("S0", 14030201), session("S1"), decisions=(decision(), decision(2, state="done", done_day=14040801)),
        referrals=(earlier, referral()),
    )  # fmt: skip
    assert hearings(tables, TODAY) == {
        ("F1", "social", 14030101): Hearing((14030201,), 0, 0),
        ("F1", "social", 14040701): Hearing((14040720,), 2, 1),
    }


@pytest.mark.parametrize(
    "other", [session(state="planned", day=14040901), session(state="cancelled"), session(commission="economic")]
)
def test_only_a_session_of_this_commission_that_was_held_counts(other: Row):
    """Planned, cancelled and other commissions' sessions are no discussion."""
    tables = worked(other)
    faults = referral_faults(
        tables.referrals, frame(REFERRALS, [referral(state="discussed", state_day=TODAY)]), tables, TODAY
    )
    assert [(fault.key, fault.column) for fault in faults] == [(("F1", "social", 14040701), "state")]


def test_rows_as_they_are_recorded_are_not_looked_at():
    """What was recorded under other rules stays; only a change is asked about."""
    recorded = frame(REFERRALS, [referral(state="decided"), referral("F9", state="proposed")])
    assert referral_faults(recorded, recorded, replace(facts(), referrals=recorded), TODAY) == []


def test_of_no_rows_there_is_nothing_to_correct():
    """Nothing given is no fault, and no crash."""
    assert referral_faults(REFERRALS.empty(), REFERRALS.empty(), facts(), TODAY) == []


@pytest.mark.parametrize("state", REFERRAL_STATES)
def test_a_case_told_later_may_stand_at_any_step_that_has_its_grounds(state: str):
    """What began elsewhere is not proposed first; consent, sessions and decisions are asked for all the same."""
    row = referral(state=state)
    assert transition_faults(None, row, HEARD, TODAY, as_history=True) == []
    without = {column for column, _ in transition_faults(None, row, Hearing(), TODAY, as_history=True)}
    assert ("state" in without) == (state in ("discussed", "decided", "done"))
    unasked = row | {"consent": "not_asked"}
    is_spoken_of = state in ("discussed", "decided", "done")
    assert (transition_faults(None, unasked, HEARD, TODAY, as_history=True) != []) == is_spoken_of


@pytest.mark.parametrize("before", REFERRAL_STATES)
@pytest.mark.parametrize("after", REFERRAL_STATES)
def test_a_case_that_is_known_goes_on_step_by_step_whoever_tells_of_it(before: str, after: str):
    """The history of a file begins cases anywhere, and moves none that is recorded."""
    was, becomes = referral(state=before), referral(state=after, state_day=14040730)
    found = [transition_faults(was, becomes, HEARD, TODAY, as_history=told) for told in (False, True)]
    assert found[0] == found[1]


def test_a_family_is_before_a_commission_once():
    """A second open case of the same family and commission is refused; after the first is over it is not."""
    again = referral(state="proposed", proposed_day=14040801, state_day=14040801)

    def faults(first: Row) -> list[str]:
        recorded = frame(REFERRALS, [first])
        tables = replace(facts(), referrals=pd.concat([recorded, frame(REFERRALS, [again])], ignore_index=True))
        return [fault.column for fault in referral_faults(recorded, frame(REFERRALS, [again]), tables, TODAY)]

    assert (faults(referral()), faults(referral(state="withdrawn")), faults(referral(state="done"))) == (
        ["commission"],
        [],
        [],
    )


def test_unknown_families_and_numbers_of_persons_are_refused_and_not_repeated():
    """The telephone number in a reason is in no sentence."""
    wanted = frame(REFERRALS, [referral("F9", state="proposed", reason="زنگ بزنید 09120000001")])
    faults = referral_faults(REFERRALS.empty(), wanted, replace(facts(), referrals=wanted), TODAY)
    assert [fault.column for fault in faults] == ["family_id", "reason"]
    assert "0912" not in " ".join(str(fault.message) for fault in faults)


rows = st.builds(
    referral,
    state=st.sampled_from(REFERRAL_STATES),
    consent=st.sampled_from(["yes", "no", "not_asked"]),
    state_day=st.sampled_from([14040630, 14040710, 14040720, 14040818]),
    reason=st.sampled_from([None, "said so"]),
)


@given(
    path=st.lists(rows, max_size=8),
    heard=st.builds(
        Hearing,
        session_days=st.sampled_from([(), (14040710,), (14040720,)]),
        decisions=st.integers(0, 2),
        open_tasks=st.integers(0, 2),
    ),
)
def test_whatever_is_tried_consent_and_order_hold(path: list[Row], heard: Hearing):
    """Any sequence of attempts, of which the faultless are recorded, never breaks a rule that matters."""
    now: Row | None = None
    seen: list[str] = []
    for wanted in path:
        if transition_faults(now, wanted, heard, TODAY):
            continue
        if now is not None and now["state"] == "withdrawn":
            assert wanted["state"] == "withdrawn"
        now = wanted
        seen.append(wanted["state"])
        if wanted["state"] in ("discussed", "decided", "done"):
            assert wanted["consent"] == "yes"
    forward = [state for state in seen if state != "withdrawn"]
    places = [REFERRAL_STATES.index(state) for state in forward]
    assert places == sorted(places)
    assert all(later - earlier <= 1 for earlier, later in zip([0, *places], places, strict=False))
