"""The sample's commissions: families on every step of the way, a session that was held, and one to come.

Each of the three commissions has both sessions.  Its first case was decided (or is done), others wait for the next
session, were proposed only, or were taken back because the family did not agree.
A helper sits in a session that speaks of a family of his; of the decisions one is his and one is somebody else's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from hamyar.core.sample.work_groups import Centre
from hamyar.core.sample.work_words import COMMISSION_PLACE, DECISIONS, REFERRAL_REASONS, WITHDRAWN
from hamyar.core.tables import COMMISSIONS, REFERRALS, SESSION_CASES, SESSION_PEOPLE, SESSIONS, conform
from hamyar.core.tables import DECISIONS as DECISION_TABLE

# By commission, the states of its cases; a small sample has the first of them only.
_STATES = {
    "economic": ("decided", "accepted", "proposed", "withdrawn", "discussed"),
    "social": ("done", "accepted", "proposed", "discussed", "withdrawn"),
    "cultural": ("decided", "proposed", "accepted", "withdrawn", "done"),
}
_AT_HELD = ("discussed", "decided", "done")
_PROPOSED, _ACCEPTED, _HELD, _DONE = 0.14, 0.3, 0.5, 0.9
_COMING_DAYS = {"economic": 8, "social": 11, "cultural": 15}
_BEGIN, _MINUTES = 600, 90
_OTHERS = ("chair", "expert", "official", "activist")
_PEOPLE_FROM = 10


@dataclass(frozen=True)
class _Commission:
    """One commission, its two sessions, and its cases with their states."""

    name: str
    number: int
    held_id: str
    coming_id: str
    held_day: int
    coming_day: int
    people: Mapping[str, str]
    cases: Sequence[tuple[str, str]]


def meeting_frames(
    centre: Centre, helper_of: Mapping[str, str], rules_of: Mapping[str, Mapping[str, str]]
) -> dict[str, pd.DataFrame]:
    """Referrals, sessions, the people and cases of sessions, and decisions.

    ``helper_of`` gives the helper of each family that is carried, in the order in which families are proposed;
    ``rules_of`` gives, by commission and family, the codes of the rules that propose it, where there are any.
    """
    commissions = [_commission(centre, number, name, list(helper_of)) for number, name in enumerate(COMMISSIONS)]
    rows: dict[str, list[dict[str, object]]] = {
        "referrals": [
            row for found in commissions for row in _referrals(found, centre, helper_of, rules_of.get(found.name, {}))
        ],
        "sessions": [row for found in commissions for row in _sessions(found)],
        "session_people": [row for found in commissions for row in _people(found, helper_of)],
        "session_cases": [row for found in commissions for row in _cases(found)],
        "decisions": [row for found in commissions for row in _decisions(found, centre, helper_of)],
    }
    tables = (REFERRALS, SESSIONS, SESSION_PEOPLE, SESSION_CASES, DECISION_TABLE)
    return {
        table.name: conform(table, pd.DataFrame(rows[table.name])) if rows[table.name] else table.empty()
        for table in tables
    }


def _commission(centre: Centre, number: int, name: str, carried: list[str]) -> _Commission:
    held_id, coming_id = centre.codes("C-", 2, begin=2 * number)
    people = centre.codes("P-", len(_OTHERS), begin=_PEOPLE_FROM * number)
    # Each commission begins with another family, so that few families come before all three.
    turned = carried[number:] + carried[:number]
    return _Commission(
        name=name,
        number=number,
        held_id=held_id,
        coming_id=coming_id,
        held_day=centre.time.past(_HELD + 0.03 * number),
        coming_day=centre.time.coming(_COMING_DAYS[name]),
        people=dict(zip(_OTHERS, people, strict=True)),
        cases=list(zip(turned, _STATES[name], strict=False)),
    )


def _referrals(
    commission: _Commission, centre: Centre, helper_of: Mapping[str, str], rules_of: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    time = centre.time
    days = {
        "proposed": time.past(_PROPOSED),
        "accepted": time.past(_ACCEPTED),
        "discussed": commission.held_day,
        "decided": commission.held_day,
        "done": time.past(_DONE),
        "withdrawn": time.past(_ACCEPTED),
    }
    consents = {"proposed": "not_asked", "withdrawn": "no"}
    for family_id, state in commission.cases:
        rules = rules_of.get(family_id)
        yield {
            "family_id": family_id,
            "commission": commission.name,
            "proposed_day": days["proposed"],
            "proposed_by": None if rules else helper_of[family_id],
            "rules": rules,
            "state": state,
            "state_day": days[state],
            "consent": consents.get(state, "yes"),
            "reason": WITHDRAWN if state == "withdrawn" else None if rules else REFERRAL_REASONS[commission.name],
        }


def _sessions(commission: _Commission) -> Iterator[dict[str, object]]:
    for session_id, day, state in (
        (commission.held_id, commission.held_day, "done"),
        (commission.coming_id, commission.coming_day, "planned"),
    ):
        yield {
            "session_id": session_id,
            "commission": commission.name,
            "day": day,
            "start_minute": _BEGIN,
            "minutes": _MINUTES,
            "place": COMMISSION_PLACE,
            "state": state,
        }


def _cases(commission: _Commission) -> Iterator[dict[str, object]]:
    for family_id, state in commission.cases:
        if state in _AT_HELD:
            yield {"session_id": commission.held_id, "family_id": family_id}
        elif state == "accepted":
            yield {"session_id": commission.coming_id, "family_id": family_id}


def _people(commission: _Commission, helper_of: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """The chair and three others, one of whom missed the first session; and the helpers of its cases."""
    for session_id, is_held in ((commission.held_id, True), (commission.coming_id, False)):
        cases = [str(case["family_id"]) for case in _cases(commission) if case["session_id"] == session_id]
        seats = [(person_id, part) for part, person_id in commission.people.items()]
        seats += [(helper_id, "helper") for helper_id in dict.fromkeys(helper_of[case] for case in cases)]
        for person_id, part in seats:
            came = "no" if part == "activist" and commission.number == 1 else "yes"
            attended = came if is_held else None
            yield {"session_id": session_id, "person_id": person_id, "part": part, "has_attended": attended}


def _decisions(commission: _Commission, centre: Centre, helper_of: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Two for each case that was decided: the helper's own, and one for the expert; all done where the case is."""
    time = centre.time
    helpers_task, others_task = DECISIONS[commission.name]
    for family_id, state in commission.cases:
        if state not in ("decided", "done"):
            continue
        tasks = (
            (helpers_task, helper_of[family_id], 45, state == "done", time.coming(20)),
            # The first commission's expert is late.
            (others_task, commission.people["expert"], None, state == "done" or commission.number > 0, time.past(0.95)),
        )
        for number, (what, person_id, minutes, is_done, until_day) in enumerate(tasks, 1):
            yield {
                "session_id": commission.held_id,
                "family_id": family_id,
                "number": number,
                "what": what,
                "person_id": person_id,
                "until_day": time.past(0.95) if is_done else until_day,
                "minutes": minutes,
                "state": "done" if is_done else "open",
                "done_day": time.past(_DONE - 0.1) if is_done else None,
            }
