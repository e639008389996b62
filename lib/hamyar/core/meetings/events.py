"""General help: workshops, classes, conferences, talks and films with their dates, places, enrolments and attendance.

The parts, each in a module of its own, are gathered here for whoever shows or records them:

- :mod:`~hamyar.core.meetings.event_invitations`: whom an event is for
- :mod:`~hamyar.core.meetings.event_places`: who has a place, who waits, who moves up, who came
- :mod:`~hamyar.core.meetings.event_checks`: what is wrong or worth a second look

and how the events and their places were used, for the centre's page.
"""

import pandas as pd

from hamyar.core.meetings.event_checks import EventContext, busy_times, event_faults
from hamyar.core.meetings.event_invitations import invited, is_private
from hamyar.core.meetings.event_places import (
    SEATED,
    EventCalledOff,
    EventOver,
    EventToCome,
    NotEnrolled,
    attend,
    cancel,
    enrol,
    moved_up,
    places_left,
)
from hamyar.core.tables import ENROLMENT_STATES, CaseTables

__all__ = [
    "SEATED",
    "EventCalledOff",
    "EventContext",
    "EventOver",
    "EventToCome",
    "NotEnrolled",
    "attend",
    "attendance_by_family",
    "busy_times",
    "cancel",
    "enrol",
    "event_faults",
    "event_use",
    "invited",
    "is_private",
    "moved_up",
    "places_left",
]


def event_use(tables: CaseTables, first_day: int | None = None, last_day: int | None = None) -> pd.DataFrame:
    """How the places of each event were used, one row per ``event_id``, by day; between two days or of all time.

    ``kind, programme, title, helper_id, day, state`` of the event; ``places`` (missing: no limit);
    ``enrolled, waiting, attended, absent, cancelled`` persons; ``free`` places (missing: no limit);
    ``taken_share`` of the places that are or were taken (missing: no limit or no places);
    ``attended_share`` of those of whom it is told whether they came (missing: of nobody).
    """
    events = tables.events
    if first_day is not None:
        events = events[events["day"] >= first_day]
    if last_day is not None:
        events = events[events["day"] <= last_day]
    events = events.sort_values(["day", "start_minute", "event_id"], kind="stable")
    shown = events.set_index("event_id")[["kind", "programme", "title", "helper_id", "day", "state", "capacity"]]
    result = shown.rename(columns={"capacity": "places"}).join(_counted(tables, "event_id").reindex(shown.index))
    result[list(ENROLMENT_STATES)] = result[list(ENROLMENT_STATES)].fillna(0).astype(int)
    taken = result[list(SEATED)].sum(axis=1).astype("Int64")
    result["free"] = (result["places"] - taken).clip(lower=0)
    result["taken_share"] = _share(taken, result["places"])
    told = (result["attended"] + result["absent"]).astype("Int64")
    result["attended_share"] = _share(result["attended"].astype("Int64"), told)
    return result


def attendance_by_family(tables: CaseTables, last_day: int | None = None) -> pd.DataFrame:
    """By family with an enrolment: ``enrolled, waiting, attended, absent, cancelled`` in events until a day."""
    events = tables.events
    known = events if last_day is None else events[events["day"] <= last_day]
    rows = tables.enrolments[tables.enrolments["event_id"].isin(known["event_id"])]
    return _counted(tables, "family_id", rows)


def _counted(tables: CaseTables, by: str, rows: pd.DataFrame | None = None) -> pd.DataFrame:
    rows = tables.enrolments if rows is None else rows
    states = pd.Categorical(rows["state"], categories=list(ENROLMENT_STATES))
    counted = pd.crosstab(rows[by].astype("str"), states, dropna=False)
    counted = counted.reindex(columns=list(ENROLMENT_STATES), fill_value=0)
    return counted.rename_axis(index=by, columns=None).astype(int)


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """``part / whole``, ``Float64``; missing where the whole is unknown or nothing."""
    return part.astype("Float64") / whole.where(whole > 0).astype("Float64")
