"""The places of an event: who has one, who waits, and who moves up when somebody gives a place back.

Places go in the order of enrolment: by the day, and within a day in the order in which people are enrolled together;
where nothing else tells them apart, by their codes.  An event without a capacity has places for everybody.

Each function takes the enrolments as they are and returns the rows of ``ENROLMENTS`` that change, so that whatever
records them writes no more than that.  Asking for the same again changes nothing.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_
from hamyar.core.tables import ENROLMENTS, conform

# Who has, or had, a place.
SEATED = ("enrolled", "attended", "absent")
_KEY = ["family_id", "subject_id"]


class EventOver(HamyarError):
    msgid = N_("Event '{event_id}' was on {day}; nobody can be enrolled in it or leave it now. Say who came instead.")


class EventCalledOff(HamyarError):
    msgid = N_("Event '{event_id}' was cancelled. Choose another event, or plan it again first.")


class EventToCome(HamyarError):
    msgid = N_("Event '{event_id}' is on {day}. Say who came when that day has come.")


class NotEnrolled(HamyarError):
    msgid = N_("'{subject_id}' is not enrolled in event '{event_id}'. Look the enrolment up again, or enrol first.")


def places_left(event: Mapping[str, Any], enrolments: pd.DataFrame) -> int | None:
    """How many places are free, 0 or more; ``None`` where there is no limit.  ``event`` is a row of ``EVENTS``."""
    if pd.isna(event["capacity"]):
        return None
    return max(0, int(event["capacity"]) - int(_own(event, enrolments)["state"].isin(SEATED).sum()))


def enrol(event: Mapping[str, Any], enrolments: pd.DataFrame, asking: pd.DataFrame, on_day: int) -> pd.DataFrame:
    """Enrol each row of ``asking`` (``family_id, subject_id``) in its order: as long as there are places, then to wait.

    Nobody passes those who wait already.  Who has a place or waits stays where he is; who had cancelled comes last.
    Raises ``EventCalledOff`` and ``EventOver``.
    """
    _refuse_closed(event, on_day)
    own = _own(event, enrolments)
    held = own[own["state"] != "cancelled"]
    wanted = asking[_KEY].drop_duplicates()
    wanted = wanted[~_keys(wanted).isin(_keys(held))]
    left = places_left(event, enrolments)
    free = len(wanted) if left is None else 0 if (own["state"] == "waiting").any() else left
    states = ["enrolled"] * min(free, len(wanted)) + ["waiting"] * max(0, len(wanted) - free)
    new = wanted.assign(event_id=event["event_id"], state=states, enrolled_day=on_day)
    # Places that are free although somebody waits (the room grew) go to those who wait first.
    both = pd.concat([own[~_keys(own).isin(_keys(new))], conform(ENROLMENTS, new)], ignore_index=True)
    moved = moved_up(event, both)
    return conform(ENROLMENTS, pd.concat([new[~_keys(new).isin(_keys(moved))], moved], ignore_index=True))


def cancel(event: Mapping[str, Any], enrolments: pd.DataFrame, leaving: pd.DataFrame, on_day: int) -> pd.DataFrame:
    """Give back the places of each row of ``leaving`` (``family_id, subject_id``); the first who wait move up.

    Raises ``NotEnrolled`` for whoever never was, and ``EventOver``.
    """
    _refuse_over(event, on_day)
    own = _own(event, enrolments)
    for row in leaving[~_keys(leaving).isin(_keys(own))].itertuples():
        raise NotEnrolled(subject_id=row.subject_id, event_id=event["event_id"])
    is_leaving = _keys(own).isin(_keys(leaving)) & (own["state"] != "cancelled").to_numpy(dtype=bool)
    gone = own[is_leaving].assign(state="cancelled")
    moved = moved_up(event, pd.concat([own[~is_leaving], gone], ignore_index=True))
    return conform(ENROLMENTS, pd.concat([gone, moved], ignore_index=True))


def moved_up(event: Mapping[str, Any], enrolments: pd.DataFrame) -> pd.DataFrame:
    """Those who wait and for whom there is a place by now, enrolled, the first first; also after a larger capacity."""
    own = _own(event, enrolments)
    waiting = own[own["state"] == "waiting"].sort_values(["enrolled_day"], kind="stable")
    left = places_left(event, enrolments)
    if event["state"] == "cancelled":
        left = 0
    return conform(ENROLMENTS, waiting.head(len(waiting) if left is None else left).assign(state="enrolled"))


def attend(event: Mapping[str, Any], enrolments: pd.DataFrame, came: Collection[str], on_day: int) -> pd.DataFrame:
    """Say who came, by ``subject_id``; all others who had a place did not.

    Whoever waited and came all the same has attended.  Said again, the last word holds.
    Raises ``EventCalledOff``, ``EventToCome``, and ``NotEnrolled`` for somebody who was never enrolled.
    """
    if event["state"] == "cancelled":
        raise EventCalledOff(event_id=event["event_id"])
    if on_day < event["day"]:
        raise EventToCome(event_id=event["event_id"], day=day_to_iso(int(event["day"])))
    own = _own(event, enrolments)
    for subject_id in sorted(set(came) - set(own["subject_id"])):
        raise NotEnrolled(subject_id=subject_id, event_id=event["event_id"])
    has_come = own["subject_id"].isin(list(came))
    had_place = own["state"].isin(SEATED)
    state = own["state"].astype("str").mask(has_come, "attended").mask(had_place & ~has_come, "absent")
    changed = own.assign(state=state)
    return conform(ENROLMENTS, changed[(changed["state"] != own["state"].astype("str")).to_numpy(dtype=bool)])


def is_beyond_places(events: pd.DataFrame, enrolments: pd.DataFrame) -> pd.Series:
    """By enrolment: whether it has a place that its event does not have, the rows being served in their order."""
    capacity = enrolments["event_id"].map(events.astype({"event_id": "str"}).set_index("event_id")["capacity"])
    seated = enrolments[(enrolments["state"] == "enrolled").to_numpy(dtype=bool)]
    place = (seated.groupby("event_id").cumcount() + 1).reindex(enrolments.index).astype("Int64")
    return (place > capacity.astype("Int64")).fillna(False).astype(bool)


def _own(event: Mapping[str, Any], enrolments: pd.DataFrame) -> pd.DataFrame:
    return enrolments[(enrolments["event_id"] == event["event_id"]).to_numpy(dtype=bool)]


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[_KEY].astype("str"))


def _refuse_closed(event: Mapping[str, Any], on_day: int) -> None:
    if event["state"] == "cancelled":
        raise EventCalledOff(event_id=event["event_id"])
    _refuse_over(event, on_day)


def _refuse_over(event: Mapping[str, Any], on_day: int) -> None:
    if on_day > event["day"] or event["state"] == "done":
        raise EventOver(event_id=event["event_id"], day=day_to_iso(int(event["day"])))
