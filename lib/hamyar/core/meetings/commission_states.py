"""How far a case has come before a commission, and which step it may take next.

::

    proposed → accepted → discussed → decided → done
        ↘          ↘           ↘          ↘
                       withdrawn

One step at a time and never back.  What was entered by mistake is taken out of the record (with its reason, as any
fact) and entered again; a case that is done and needs the commission once more is proposed anew.

*Consent.*  Without the family's own yes its case is not spoken of with others: it can be proposed and accepted while
the family has not been asked, and goes no further.  When the family says no, or takes its yes back, the case is
withdrawn; nothing outweighs that here, a critical harm included, for a commission is not how somebody in danger is
protected.  The helper goes on helping, and protection is the manager's duty at once.

*What a step rests on.*  Discussed: a session of this commission was held and spoke of the family, after the case was
accepted.  Decided: a session divided the work.  Done: every task is done or cancelled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.labels import OUTCOMES
from hamyar.core.meetings.commission_facts import OPEN_STATES, cases, commission_name, tasks
from hamyar.core.meetings.faults import MeetingFault, known_in, row_faults_of
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.tables import REFERRAL_STATES, REFERRALS, CaseTables

STEPS: Mapping[str | None, tuple[str, ...]] = {
    None: ("proposed",),
    "proposed": ("accepted", "withdrawn"),
    "accepted": ("discussed", "withdrawn"),
    "discussed": ("decided", "withdrawn"),
    "decided": ("done", "withdrawn"),
    "done": (),
    "withdrawn": (),
}
_SPOKEN_OF = ("discussed", "decided", "done")


@dataclass(frozen=True)
class Hearing:
    """What the sessions tell of one referral: the days on which it was spoken of, and its tasks."""

    session_days: tuple[int, ...] = ()
    decisions: int = 0
    open_tasks: int = 0


def transition_faults(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    heard: Hearing,
    on_day: int,
    *,
    as_history: bool = False,
) -> list[tuple[str, Message]]:
    """What keeps a row of ``REFERRALS`` from becoming ``after``, each with its column; empty when it may.

    ``before`` is the row as it is recorded, ``None`` where it is new; ``heard`` what the sessions tell of it by now.
    ``as_history``: a new row tells of a case that began elsewhere, so it may stand at any step that has its grounds.
    """
    is_told_late = as_history and before is None
    return [
        *([] if is_told_late else _step_faults(before, after)),
        *_consent_faults(after),
        *_day_faults(before, after, on_day),
        *_ground_faults(before, after, heard),
    ]


def _step_faults(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    was, becomes = (None if before is None else str(before["state"])), str(after["state"])
    if was == becomes or becomes in STEPS[was]:
        return
    if was is None:
        yield "state", message(N_("A case begins as proposed. Propose it first; the next step is a change of its own."))
    elif not STEPS[was]:
        sentence = N_(
            "The case stands at '{state}' and stays so. If the family needs the commission again, propose it anew."
        )
        yield "state", message(sentence, state=Message(OUTCOMES[was]))
    elif REFERRAL_STATES.index(becomes) < REFERRAL_STATES.index(was):
        sentence = N_(
            "A case that stands at '{state}' does not go back. "
            "If it was entered by mistake, take the row out of the record with the reason and enter it again."
        )
        yield "state", message(sentence, state=Message(OUTCOMES[was]))
    else:
        sentence = N_("After '{state}' comes '{step}'. Record that step first, or withdraw the case.")
        yield "state", message(sentence, state=Message(OUTCOMES[was]), step=Message(OUTCOMES[STEPS[was][0]]))


def _consent_faults(after: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    state, consent = after["state"], after["consent"]
    if consent == "no" and state == "done":
        yield (
            "consent",
            message(N_("The case is done and closed to the members. What the family agreed to then stays recorded.")),
        )
    elif consent == "no" and state != "withdrawn":
        sentence = N_(
            "The family does not agree, so its case is not brought before others. Withdraw it, and go on helping; "
            "if somebody is in danger, tell the manager at once, for protection does not wait for a commission."
        )
        yield "state", message(sentence)
    elif consent != "yes" and state in _SPOKEN_OF:
        yield (
            "consent",
            message(N_("A case is spoken of only if the family agrees. Ask the family, and record its answer first.")),
        )


def _day_faults(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], on_day: int
) -> Iterator[tuple[str, Message]]:
    day = int(after["state_day"])
    if day > on_day:
        sentence = N_("The day {day} lies in the future. Write the day on which the case came so far.")
        yield "state_day", message(sentence, day=day_to_iso(day))
    has_moved = before is not None and before["state"] != after["state"]
    earliest = int(before["state_day"]) if before is not None and has_moved else int(after["proposed_day"])
    if day < earliest:
        sentence = N_("The case came to its former step on {earlier}, after {day}. Correct the day of this step.")
        yield "state_day", message(sentence, earlier=day_to_iso(earliest), day=day_to_iso(day))


def _ground_faults(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], heard: Hearing
) -> Iterator[tuple[str, Message]]:
    state = after["state"]
    if state == "withdrawn" and pd.isna(after["reason"]):
        yield "reason", message(N_("A case that is withdrawn needs a reason. Write it in plain words, without names."))
    if state == "proposed" and pd.isna(after["rules"]) and pd.isna(after["reason"]):
        yield "reason", message(N_("Say why the family is proposed: by which rules, or in your own words."))
    if state == "discussed":
        # What was spoken before the commission took the case was not spoken of this case.
        accepted = int(before["state_day"]) if before is not None and before["state"] == "accepted" else 0
        if not any(accepted <= day <= int(after["state_day"]) for day in heard.session_days):
            sentence = N_(
                "No session of the {commission} commission was held with this family between its acceptance and {day}. "
                "Record the session and that it was held, with the family among its cases."
            )
            values = {"commission": commission_name(after["commission"])}
            yield "state", message(sentence, **values, day=day_to_iso(int(after["state_day"])))
    if state in ("decided", "done") and not heard.decisions:
        yield (
            "state",
            message(N_("No session has decided anything for this family. Record who does what until when first.")),
        )
    if state == "done" and heard.open_tasks:
        still_open = nmessage(
            N_("{count} task of the case is still open. Say that it is done, or cancel it with a reason."),
            N_("{count} tasks of the case are still open. Say of each that it is done, or cancel it with a reason."),
            heard.open_tasks,
        )
        yield "state", still_open


def hearings(tables: CaseTables, on_day: int) -> dict[tuple[str, str, int], Hearing]:
    """What the sessions tell of each referral, by its key; referrals that no session spoke of are not in it."""
    found = cases(tables)
    found = found[found["proposed_day"].notna()]
    work, key = tasks(tables, on_day), ["session_id", "family_id"]
    counted = pd.DataFrame(
        {"all": work.groupby(key).size(), "open": work[work["state"] == "open"].groupby(key).size()}, dtype="Int64"
    )
    found = found.merge(counted.reset_index(), on=key, how="left")
    told = {}
    for which, part in found.groupby(["family_id", "commission", "proposed_day"], observed=True):
        family, commission, day = which
        held = part.loc[(part["session_state"] == "done") & (part["session_day"] <= on_day), "session_day"]
        told[str(family), str(commission), int(day)] = Hearing(
            tuple(sorted(held.astype(int))), int(part["all"].fillna(0).sum()), int(part["open"].fillna(0).sum())
        )
    return told


def referral_faults(
    recorded: pd.DataFrame, wanted: pd.DataFrame, tables: CaseTables, on_day: int, *, as_history: bool = False
) -> list[MeetingFault]:
    """Everything to correct before the rows ``wanted`` of ``REFERRALS`` follow those ``recorded``.

    Both are conformed; rows that are recorded like this already are not looked at.
    ``tables`` holds the facts beside them: families, sessions with their cases, decisions, and all referrals as they
    would stand afterwards.  ``as_history`` as in :func:`transition_faults`.
    """
    told = hearings(tables, on_day)
    was = {_key(row): row for row in recorded.to_dict("records")}
    rows = wanted.to_dict("records")
    is_changed = [not _is_same(was.get(_key(row)), row) for row in rows]
    # Of no rows the mask is a list without a kind, which would choose no columns.
    changed, rows = wanted[np.array(is_changed, dtype=bool)], list(compress(rows, is_changed))
    faults = []
    for row in rows:
        key = _key(row)
        found = transition_faults(was.get(key), row, told.get(key, Hearing()), on_day, as_history=as_history)
        faults += [MeetingFault(REFERRALS.name, key, column, sentence) for column, sentence in found]
    unknown = message(N_("No family has this case code. Correct it, or record the family first."))
    faults += known_in(REFERRALS, changed, "family_id", tables.families["family_id"], unknown)
    faults += row_faults_of(REFERRALS, changed, faults)
    return faults + list(_open_twice(changed, tables.referrals))


def _open_twice(changed: pd.DataFrame, referrals: pd.DataFrame) -> Iterator[MeetingFault]:
    """A family is before one commission with one case at a time."""
    is_open = referrals["state"].isin(OPEN_STATES)
    open_ones = referrals[is_open].groupby(["family_id", "commission"], observed=True).size()
    for row in changed[changed["state"].isin(OPEN_STATES)].to_dict("records"):
        if open_ones.get((row["family_id"], row["commission"]), 0) > 1:
            sentence = N_(
                "The family is before the {commission} commission already. Go on with that case, or withdraw it first."
            )
            values = {"commission": commission_name(row["commission"])}
            yield MeetingFault(REFERRALS.name, _key(row), "commission", message(sentence, **values))


def _key(row: Mapping[str, Any]) -> tuple[str, str, int]:
    return str(row["family_id"]), str(row["commission"]), int(row["proposed_day"])


def _is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> bool:
    if one is None:
        return False
    return all(
        (pd.isna(one[name]) and pd.isna(other[name])) or one[name] == other[name] for name in REFERRALS.column_names
    )
