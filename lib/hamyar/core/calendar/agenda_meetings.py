"""What stands in a helper's calendar by itself: sessions of commissions, trainings, events he leads, and his tasks.

A session, a training or an event has its day and hour, so it becomes a visit that is ``fixed``: it takes its time, and
the visits to families are placed around it.  It is made from its own table every time; when a session moves, its visit
moves with it, and when it is cancelled the visit is.  What the helper told of it himself (done; cancelled, and why)
stays as he told it.

A task that a session gave to a helper has no hour, only a day by which it is to be done.  It is an activity with one
visit, due between the session and that day.
"""

from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from hamyar.core.calendar.tables import ACTIVITIES
from hamyar.core.jalali import day_of, gregorian, weekday
from hamyar.core.tables import VISITS, CaseTables, conform

SESSION, TRAINING, EVENT, TASK = "session", "training", "event", "task"
MEETINGS = (SESSION, TRAINING, EVENT)
# Where a training has no hour and its helper no working hours on its day.
MORNING = 8 * 60
_STATUS_OF_STATE = {"planned": "fixed", "done": "done", "cancelled": "cancelled"}


def meetings_of(tables: CaseTables, helper_ids: Collection[str]) -> pd.DataFrame:
    """Rows of ``VISITS`` for the sessions, trainings and events of these helpers, as their own tables tell them.

    A cancelled one has no reason here: that stands with the session.
    A training without an hour begins with the helper's work on that day.
    """
    rows = [*_sessions(tables, helper_ids), *_trainings(tables, helper_ids), *_events(tables, helper_ids)]
    return conform(VISITS, pd.DataFrame(rows, columns=VISITS.column_names))


def _sessions(tables: CaseTables, helper_ids: Collection[str]) -> Iterable[dict[str, Any]]:
    people = tables.session_people
    theirs = people[people["person_id"].isin(helper_ids)].merge(tables.sessions, on="session_id")
    for row in theirs.itertuples():
        # Whoever did not come to a session that was held has not done his part of it.
        state = "cancelled" if row.state == "done" and row.has_attended == "no" else row.state
        yield _meeting(SESSION, row.session_id, row.person_id, row.day, row.start_minute, row.minutes, state)


def _trainings(tables: CaseTables, helper_ids: Collection[str]) -> Iterable[dict[str, Any]]:
    hours = {(row.helper_id, int(row.weekday)): int(row.start_minute) for row in tables.helper_hours.itertuples()}
    for row in tables.trainings[tables.trainings["helper_id"].isin(helper_ids)].itertuples():
        start = row.start_minute
        if pd.isna(start):
            start = hours.get((row.helper_id, weekday(gregorian(int(row.day)))), MORNING)
        yield _meeting(TRAINING, row.training_id, row.helper_id, row.day, start, row.minutes, row.state)


def _events(tables: CaseTables, helper_ids: Collection[str]) -> Iterable[dict[str, Any]]:
    for row in tables.events[tables.events["helper_id"].isin(helper_ids)].itertuples():
        yield _meeting(EVENT, row.event_id, row.helper_id, row.day, row.start_minute, row.minutes, row.state)


def _meeting(
    kind: str, code: str, helper_id: str, day: int, start_minute: int, minutes: int, state: str
) -> dict[str, Any]:
    return {
        "visit_id": f"{code}.{helper_id}",
        "helper_id": helper_id,
        "kind": kind,
        "day": day,
        "start_minute": start_minute,
        "minutes": minutes,
        "status": _STATUS_OF_STATE[state],
        "done_day": day if state == "done" else pd.NA,
    }


def merged_with_told(meetings: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """``meetings`` with what helpers told of them in ``stored``: done, or cancelled with a reason, stays as told."""
    has_reason = stored["reason"].fillna("").str.strip() != ""
    is_told = (stored["status"] == "done") | ((stored["status"] == "cancelled") & has_reason)
    told = stored[is_told & stored["visit_id"].isin(meetings["visit_id"])]
    rest = meetings[~meetings["visit_id"].isin(told["visit_id"])]
    return conform(VISITS, pd.concat([told, rest])) if len(told) else rest


def task_id(session_id: str, family_id: str, number: int) -> str:
    """The activity of a task."""
    return f"{session_id}.{family_id}.{number}"


def tasks_of(tables: CaseTables, helper_ids: Collection[str], minutes: int, begin: int) -> pd.DataFrame:
    """Rows of ``ACTIVITIES`` for the open tasks of these helpers; one without a length takes ``minutes``.

    The visit may be made from the session's day (or ``begin``, where the session is not known) until the day by which
    the task is to be done; after that it is due at once.
    """
    session_day = dict(zip(tables.sessions["session_id"], tables.sessions["day"], strict=True))
    decisions = tables.decisions
    rows = []
    for row in decisions[decisions["person_id"].isin(helper_ids) & (decisions["state"] == "open")].itertuples():
        last = gregorian(int(row.until_day))
        first = min(gregorian(int(session_day.get(row.session_id, begin))), last)
        half = (last - first) // 2
        rows.append(
            {
                "activity_id": task_id(row.session_id, row.family_id, row.number),
                "helper_id": row.person_id,
                "family_id": row.family_id,
                "minutes": minutes if pd.isna(row.minutes) else row.minutes,
                "anchor_day": day_of(last - half),
                "tolerance_days": half.days,
            }
        )
    return conform(ACTIVITIES, pd.DataFrame(rows, columns=ACTIVITIES.column_names))


def told_tasks(tables: CaseTables, helper_ids: Collection[str]) -> pd.DataFrame:
    """Visits of tasks that are planned still and of which the session's own table says that they are over.

    Done on the day the task was done, or cancelled with its reason.
    """
    over = tables.decisions
    over = over[over["person_id"].isin(helper_ids) & over["state"].isin(["done", "cancelled"])]
    told = {task_id(row.session_id, row.family_id, row.number): row for row in over.itertuples()}
    visits = tables.visits
    rows = visits[visits["activity_id"].isin(list(told)) & (visits["status"] == "planned")].copy()
    rows["status"] = [told[activity_id].state for activity_id in rows["activity_id"]]
    done_day = pd.Series([told[code].done_day for code in rows["activity_id"]], index=rows.index, dtype="Int64")
    rows["done_day"] = done_day.fillna(rows["day"]).where(rows["status"] == "done")
    rows["reason"] = [told[activity_id].reason for activity_id in rows["activity_id"]]
    return conform(VISITS, rows)
