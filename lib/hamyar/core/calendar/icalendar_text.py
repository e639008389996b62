"""Visits as iCalendar text (RFC 5545), one calendar for a helper and one for a family.

A calendar program knows an event by its UID.  Ours are made from the codes of owner and visit alone, so the same visit
has the same UID in every issue and tells nothing of anybody.  A later issue carries a higher SEQUENCE and replaces
what stood there; a visit that has left the plan is sent once more as cancelled, or it would stay in the program.

Times are those of Tehran, with a VTIMEZONE inside: UTC+3:30 without summer time since Mehr 1401.
What an event is called is said by the caller, in the language of the reader; a family's calendar is made from its own
visits alone, and a title of any other visit is never looked at.
"""

import datetime as dt
import uuid
from collections.abc import Mapping

import pandas as pd
from icalendar import Calendar, Event, Timezone, TimezoneStandard

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import day_to_iso, gregorian
from hamyar.core.message import N_
from hamyar.core.tables import VISITS, conform

TEHRAN = "Asia/Tehran"
PRODUCT = "-//Hamyar//Helper calendar//FA"
NAMESPACE = uuid.UUID("6d1f2c1e-6f0e-5c0a-9a40-14050830ca1e")
NO_SUMMER_TIME_SINCE = dt.date(2022, 9, 22)
OFFSET = dt.timedelta(hours=3, minutes=30)
SUMMER_OFFSET = dt.timedelta(hours=4, minutes=30)


class DayBeforeZone(HamyarError):
    msgid = N_(
        "Visit {visit_id} is on {day}, when Iran still had summer time. "
        "Calendars begin with Mehr 1401; leave earlier visits out."
    )


class TitleMissing(HamyarError):
    msgid = N_("Visit {visit_id} has no title, so a calendar cannot show it. Give a title for every visit.")


class StampWithoutZone(HamyarError):
    msgid = N_("The time of issue {stamp} has no time zone. Give it in universal time.")


def helper_calendar(
    visits: pd.DataFrame, helper_id: str, titles: Mapping[str, str], *, stamp: dt.datetime, issue: int, name: str = ""
) -> bytes:
    """The helper's visits, sessions and trainings.

    ``visits`` as declared in :data:`hamyar.core.tables.plans.VISITS`; ``titles`` by visit id;
    ``stamp`` the time of issue, with its zone; ``issue`` counts the issues of this calendar, from 0;
    ``name`` is what the calendar program may call the calendar.
    Raises ``TitleMissing``, ``DayBeforeZone``, ``StampWithoutZone``.
    """
    frame = conform(VISITS, visits)
    return _calendar(frame[frame["helper_id"] == helper_id], f"helper/{helper_id}", titles, stamp, issue, name)


def family_calendar(
    visits: pd.DataFrame, family_id: str, titles: Mapping[str, str], *, stamp: dt.datetime, issue: int, name: str = ""
) -> bytes:
    """One family's visits, and nothing of anybody else; arguments and errors as in :func:`helper_calendar`.

    Whoever shows a family its calendar decides first which visits to single members the others may see,
    and gives ``visits`` without the rest.
    """
    frame = conform(VISITS, visits)
    return _calendar(frame[frame["family_id"] == family_id], f"family/{family_id}", titles, stamp, issue, name)


def with_withdrawn(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """``now``, and as dropped what stood in ``before`` and has left the plan, so that a re-issue removes it."""
    before, now = conform(VISITS, before), conform(VISITS, now)
    gone = before[~before["visit_id"].isin(now["visit_id"])].assign(status="dropped")
    return pd.concat([now, gone], ignore_index=True) if len(gone) else now


def _calendar(
    visits: pd.DataFrame, owner: str, titles: Mapping[str, str], stamp: dt.datetime, issue: int, name: str
) -> bytes:
    if stamp.tzinfo is None:
        raise StampWithoutZone(stamp=stamp.isoformat())
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
    calendar.add_component(_zone())
    for row in visits.sort_values(["day", "start_minute", "visit_id"]).itertuples():
        if row.visit_id not in titles:
            raise TitleMissing(visit_id=row.visit_id)
        calendar.add_component(_event(row, owner, titles[row.visit_id], stamp, issue))
    return calendar.to_ical()


def _event(row: "pd.Series", owner: str, title: str, stamp: dt.datetime, issue: int) -> Event:
    date = gregorian(int(row.day))
    if date < NO_SUMMER_TIME_SINCE:
        raise DayBeforeZone(visit_id=row.visit_id, day=day_to_iso(int(row.day)))
    begin = dt.datetime.combine(date, dt.time.min) + dt.timedelta(minutes=int(row.start_minute))
    event = Event()
    event.add("uid", f"{uuid.uuid5(NAMESPACE, f'{owner}/{row.visit_id}')}@hamyar.invalid")
    event.add("sequence", issue)
    event.add("dtstamp", stamp.astimezone(dt.UTC))
    zone = {"TZID": TEHRAN}
    event.add("dtstart", begin, parameters=zone)
    event.add("dtend", begin + dt.timedelta(minutes=int(row.minutes)), parameters=zone)
    event.add("summary", title)
    event.add("status", "CANCELLED" if row.status in ("cancelled", "dropped") else "CONFIRMED")
    return event


def _zone() -> Timezone:
    standard = TimezoneStandard()
    standard.add("dtstart", dt.datetime.combine(NO_SUMMER_TIME_SINCE, dt.time.min))
    standard.add("tzoffsetfrom", SUMMER_OFFSET)
    standard.add("tzoffsetto", OFFSET)
    standard.add("tzname", "+0330")
    zone = Timezone()
    zone.add("tzid", TEHRAN)
    zone.add_component(standard)
    return zone
