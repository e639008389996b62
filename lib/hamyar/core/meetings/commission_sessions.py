"""A session of a commission: who takes part, of which families it speaks, and what is decided.

Nobody is spoken of in passing: a case stands on a session only after the commission accepted it, and it is spoken of
only with the family's consent.  A session divides the work: each decision says who does what until when, and becomes
a task of that person (:func:`~hamyar.core.meetings.commission_facts.tasks_of`).

:func:`session_faults` looks at sessions as they would stand in the tables; what is only unusual (no chair yet, a
Friday, a family that was not asked so far) is a notice.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.levels.stratification import Stratification
from hamyar.core.meetings.commission_facts import HEARD_STATES, cases, commission_name, days_since, tasks
from hamyar.core.meetings.commission_rules import need_of
from hamyar.core.meetings.faults import MeetingFault, faults_where, free_days, held_in_time, known_in, row_faults_of
from hamyar.core.message import N_, message
from hamyar.core.tables import DECISIONS, SESSION_CASES, SESSION_PEOPLE, SESSIONS, CaseTables

_OF_SESSIONS = (SESSIONS, SESSION_PEOPLE, SESSION_CASES, DECISIONS)


def session_faults(
    tables: CaseTables,
    on_day: int,
    session_ids: Collection[str] | None = None,
    closed: pd.DataFrame | None = None,
    *,
    as_history: bool = False,
) -> list[MeetingFault]:
    """Everything to correct, or to know, in sessions, their people, cases and decisions; of some sessions or of all.

    ``tables`` holds them as they would stand, with the referrals, families and helpers they point to;
    ``closed`` are the periods of :data:`~hamyar.core.calendar.tables.CLOSED` in which the centre invites nobody.
    ``as_history``: the rows tell what came about elsewhere, so a case that is over by now may stand on a session that
    is still to come; it is closed to the members all the same.
    """
    if session_ids is not None:
        kept = {table.name: getattr(tables, table.name) for table in _OF_SESSIONS}
        kept = {name: frame[frame["session_id"].isin(list(session_ids))] for name, frame in kept.items()}
        tables = replace(tables, **kept)
    checks = (
        *_sessions(tables, on_day, closed),
        *_people(tables, on_day),
        *_cases(tables, as_history),
        *_decisions(tables, on_day),
    )
    return [*checks, *(found for table in _OF_SESSIONS for found in row_faults_of(table, getattr(tables, table.name)))]


def session_agenda(
    session_id: str, tables: CaseTables, on_day: int, placed: Stratification | None = None
) -> pd.DataFrame:
    """The cases of a session, the most needed first; without ``placed`` those that wait longest.

    ``place`` (from 1), ``family_id``, ``state`` and ``consent`` of the referral, ``rules`` that proposed it,
    ``waiting_days`` since it was proposed, ``is_ready`` (accepted, not over, and the family agrees),
    ``open_tasks`` of earlier sessions, and ``level`` (missing where the family is not placed).
    """
    found = cases(tables)
    found = found[found["session_id"] == session_id]
    told = tables.referrals[["family_id", "commission", "proposed_day", "rules"]]
    found = found.merge(told, on=["family_id", "commission", "proposed_day"], how="left")
    found["waiting_days"] = days_since(found["proposed_day"], on_day)
    found["is_ready"] = (found["state"].isin(HEARD_STATES) & (found["consent"] == "yes")).astype(bool)
    work = tasks(tables, on_day)
    is_earlier = (work["state"] == "open") & (work["session_id"] != session_id)
    is_earlier &= work["commission"].isin(found["commission"])
    found["open_tasks"] = found["family_id"].map(work.loc[is_earlier, "family_id"].value_counts()).fillna(0).astype(int)
    found["need"] = pd.Series(0, index=found.index)
    found["level"] = pd.Series(pd.NA, index=found.index, dtype="str")
    if placed is not None:
        need = need_of(placed)
        found["need"] = found["family_id"].map(need).fillna(len(need)).astype(int)
        levels = placed.results["level"].astype("str")
        found["level"] = found["family_id"].map(levels.set_axis(need.index)).astype("str")
    found = found.sort_values(["need", "proposed_day", "family_id"], kind="stable", ignore_index=True)
    found["place"] = found.index + 1
    shown = ["place", "family_id", "state", "consent", "rules", "waiting_days", "is_ready", "open_tasks", "level"]
    return found[shown]


def _sessions(tables: CaseTables, on_day: int, closed: pd.DataFrame | None) -> Iterator[MeetingFault]:
    sessions, people = tables.sessions, tables.session_people
    yield from free_days(SESSIONS, sessions, closed)
    yield from held_in_time(SESSIONS, sessions, on_day)
    chairs = people[people["part"] == "chair"].groupby("session_id", observed=True).size()
    counted = sessions["session_id"].map(chairs).fillna(0)
    is_on = sessions["state"] != "cancelled"
    no_chair = message(N_("Nobody chairs the session yet. Name one person as the chair."))
    two_chairs = message(N_("More than one person chairs the session. Leave one as the chair."))
    yield from faults_where(SESSIONS, sessions, "session_id", is_on & (counted == 0), no_chair, is_notice=True)
    yield from faults_where(SESSIONS, sessions, "session_id", is_on & (counted > 1), two_chairs)
    came = people.loc[people["has_attended"] == "yes", "session_id"]
    nobody = message(N_("The session was held, and of nobody is it said that he or she came. Say who came."))
    is_empty = (sessions["state"] == "done") & ~sessions["session_id"].isin(came)
    yield from faults_where(SESSIONS, sessions, "state", is_empty, nobody)
    decided = sessions["session_id"].isin(tables.decisions["session_id"])
    undone = message(N_("The session has decisions and is not held. Say that it was held, or withdraw the decisions."))
    yield from faults_where(SESSIONS, sessions, "state", decided & (sessions["state"] != "done"), undone)


def _people(tables: CaseTables, on_day: int) -> Iterator[MeetingFault]:
    people = tables.session_people
    yield from known_in(SESSION_PEOPLE, people, "session_id", tables.sessions["session_id"], _NO_SESSION)
    day = people["session_id"].map(tables.sessions.set_index("session_id")["day"])
    early = message(N_("The day of the session has not come. Say who came when it has been held."))
    yield from faults_where(
        SESSION_PEOPLE, people, "has_attended", people["has_attended"].notna() & (day > on_day), early
    )
    no_helper = message(N_("No helper has this code. Correct it, or give the person another part."))
    helpers = people[people["part"] == "helper"]
    yield from known_in(SESSION_PEOPLE, helpers, "person_id", tables.helpers["helper_id"], no_helper)
    members = tables.members["member_id"]
    of_family = message(N_("The code is that of a member of a family. A session is of helpers, experts and officials."))
    yield from faults_where(SESSION_PEOPLE, people, "person_id", people["person_id"].isin(members), of_family)


def _cases(tables: CaseTables, as_history: bool) -> Iterator[MeetingFault]:
    rows = tables.session_cases
    yield from known_in(SESSION_CASES, rows, "session_id", tables.sessions["session_id"], _NO_SESSION)
    yield from known_in(SESSION_CASES, rows, "family_id", tables.families["family_id"], _NO_FAMILY)
    found = cases(tables)
    found = found[found["session_state"] != "cancelled"]
    is_held = found["session_state"] == "done"
    # A session that was held may have spoken of a case that was done or withdrawn afterwards.
    may_be_over = is_held | as_history
    is_taken = found["state"].isin(HEARD_STATES) | (may_be_over & found["state"].isin(("done", "withdrawn")))
    not_taken = N_(
        "The {commission} commission has not accepted this case, or it is over. "
        "Propose the family and let the commission accept it, or take it off the session."
    )
    yield from faults_where(
        *(SESSION_CASES, found, "family_id", ~is_taken),
        lambda row: message(not_taken, commission=commission_name(row.commission)),
    )
    is_withdrawn = found["state"] == "withdrawn"
    refused = message(N_("The family does not agree that its case is spoken of. Take it off the session."))
    yield from faults_where(
        SESSION_CASES, found, "family_id", (found["consent"] == "no") & is_taken & ~is_withdrawn, refused
    )
    is_unasked = (found["consent"] == "not_asked") & is_taken & ~is_withdrawn
    spoken = message(
        N_("The session spoke of a family that was not asked. Record its consent, or take it off the session.")
    )
    to_ask = message(
        N_("The family has not been asked yet. Ask it before the session; without its yes it is not spoken of.")
    )
    yield from faults_where(SESSION_CASES, found, "family_id", is_unasked & is_held, spoken)
    yield from faults_where(SESSION_CASES, found, "family_id", is_unasked & ~is_held, to_ask, is_notice=True)


def _decisions(tables: CaseTables, on_day: int) -> Iterator[MeetingFault]:
    rows = tables.decisions
    yield from known_in(DECISIONS, rows, "session_id", tables.sessions["session_id"], _NO_SESSION)
    listed = pd.MultiIndex.from_frame(tables.session_cases[["session_id", "family_id"]].astype("str"))
    own = pd.MultiIndex.from_frame(rows[["session_id", "family_id"]].astype("str"))
    not_listed = message(
        N_("The session does not speak of this family. Add the family to its cases, or correct the code.")
    )
    yield from faults_where(DECISIONS, rows, "family_id", ~own.isin(listed), not_listed)
    people = tables.session_people
    here = pd.MultiIndex.from_frame(people[["session_id", "person_id"]].astype("str"))
    is_known = pd.MultiIndex.from_frame(rows[["session_id", "person_id"]].astype("str")).isin(here)
    is_known |= rows["person_id"].isin(tables.helpers["helper_id"]).to_numpy(dtype=bool)
    stranger = message(
        N_("Neither a helper nor anybody of the session has this code. Correct it, or name the person there.")
    )
    yield from faults_where(DECISIONS, rows, "person_id", ~is_known, stranger)
    day = rows["session_id"].map(tables.sessions.set_index("session_id")["day"])
    too_soon = N_("The task would end on {until}, before the session on {day}. Correct the day until which it is done.")
    dated = rows.assign(session_day=day)
    yield from faults_where(
        *(DECISIONS, dated, "until_day", rows["until_day"] < day),
        lambda row: message(too_soon, until=day_to_iso(int(row.until_day)), day=day_to_iso(int(row.session_day))),
    )
    is_done = rows["state"] == "done"
    no_day = message(N_("The task is done, and the day is missing. Write the day on which it was done."))
    yield from faults_where(DECISIONS, rows, "done_day", is_done & rows["done_day"].isna(), no_day)
    not_done = message(
        N_("A day is told on which the task was done, and it is not said to be done. Correct one of them.")
    )
    yield from faults_where(DECISIONS, rows, "done_day", ~is_done & rows["done_day"].notna(), not_done)
    wrong_day = message(N_("A task is done between its session and today. Correct the day on which it was done."))
    is_wrong = is_done & ((rows["done_day"] < day) | (rows["done_day"] > on_day))
    yield from faults_where(DECISIONS, rows, "done_day", is_wrong, wrong_day)


_NO_SESSION = message(N_("No session has this code. Correct it, or record the session first."))
_NO_FAMILY = message(N_("No family has this case code. Correct it, or record the family first."))
