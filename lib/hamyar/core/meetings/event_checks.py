"""What is wrong, or worth a second look, with events and their enrolments.

A helper cannot lead two things at once, and a full room takes nobody more: such things are faults.
That the helper does not usually work at that hour, that it is a Friday, that a place stays empty while somebody waits,
or that a harmed family comes to a workshop that its helper could do better, are notices: a person decides.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from hamyar.core.jalali import day_to_iso, gregorian, weekday
from hamyar.core.levels.stratification import Stratification
from hamyar.core.meetings.event_places import SEATED
from hamyar.core.meetings.faults import MeetingFault, faults_where, free_days, held_in_time, known_in, row_faults_of
from hamyar.core.meetings.groups import MEETING, groups_on
from hamyar.core.message import N_, message
from hamyar.core.plan.help import FOCUSED, addressed, families_for
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.tables import ENROLMENTS, EVENTS, CaseTables


@dataclass(frozen=True)
class EventContext:
    """What may be known beside the tables; what is missing is not asked about.

    ``closed`` are the periods of :data:`~hamyar.core.calendar.tables.CLOSED`, ``catalogue`` the programmes,
    ``placed`` the levels of the month.
    ``as_history``: the rows tell what came about elsewhere, so nobody asks whether the helper or the group that was
    there when the event was planned is there still.
    """

    closed: pd.DataFrame | None = None
    catalogue: ProgrammeCatalogue | None = None
    placed: Stratification | None = None
    as_history: bool = False


def event_faults(
    tables: CaseTables,
    on_day: int,
    event_ids: Collection[str] | None = None,
    beside: EventContext | None = None,
) -> list[MeetingFault]:
    """Everything to correct, or to know, in events and their enrolments as they would stand; of some events or of all.

    ``tables`` holds also the families, members, helpers with their hours and leave, trainings, sessions with their
    people and groups that they rest on.
    """
    beside = beside or EventContext()
    whole = tables
    if event_ids is not None:
        kept = {name: getattr(tables, name) for name in ("events", "enrolments")}
        kept = {name: frame[frame["event_id"].isin(list(event_ids))] for name, frame in kept.items()}
        tables = replace(tables, **kept)
    return [
        *_events(tables, on_day, beside),
        *(() if beside.as_history else _leaders(tables, whole)),
        *_places(tables),
        *_enrolments(tables, on_day),
        *_programmes(tables, beside),
        *row_faults_of(EVENTS, tables.events),
        *row_faults_of(ENROLMENTS, tables.enrolments),
    ]


def _events(tables: CaseTables, on_day: int, beside: EventContext) -> Iterator[MeetingFault]:
    events = tables.events
    yield from free_days(EVENTS, events, beside.closed)
    yield from held_in_time(EVENTS, events, on_day)
    no_places = message(N_("An event without places takes nobody. Write 1 or more, or leave it empty for no limit."))
    yield from faults_where(EVENTS, events, "capacity", events["capacity"] == 0, no_places)
    no_group = message(N_("A meeting of a group needs its group. Write the code of the group."))
    is_meeting = events["kind"] == MEETING
    yield from faults_where(EVENTS, events, "group_id", is_meeting & events["group_id"].isna(), no_group)
    unknown = message(N_("No group has this code. Correct it, or record the group first."))
    yield from known_in(EVENTS, events, "group_id", tables.help_groups["group_id"], unknown)
    if beside.as_history:
        return
    is_known = events["group_id"].isin(tables.help_groups["group_id"])
    alive = [set(groups_on(tables.help_groups, int(day))["group_id"]) for day in events["day"]]
    is_over = [group not in groups for group, groups in zip(events["group_id"], alive, strict=True)]
    not_then = message(N_("The group does not exist on that day. Correct the day, or the days of the group."))
    yield from faults_where(EVENTS, events, "day", is_known & pd.Series(is_over, events.index, dtype=bool), not_then)


def _leaders(tables: CaseTables, whole: CaseTables) -> Iterator[MeetingFault]:
    """Whether the helper who leads an event serves, works and is free at that time."""
    no_helper = message(N_("No helper has this code. Correct it, or leave it empty until somebody leads the event."))
    yield from known_in(EVENTS, tables.events, "helper_id", tables.helpers["helper_id"], no_helper)
    events = tables.events[tables.events["helper_id"].notna() & (tables.events["state"] != "cancelled")]
    events = events[events["helper_id"].isin(tables.helpers["helper_id"])]
    told = events.merge(tables.helpers[["helper_id", "from_day", "until_day"]], on="helper_id")
    is_out = (told["day"] < told["from_day"]) | (told["day"] > told["until_day"]).fillna(False)
    not_serving = message(N_("The helper is not in service on that day. Choose another helper or another day."))
    yield from faults_where(EVENTS, told, "helper_id", is_out, not_serving)
    away = events.merge(tables.helper_leave, on="helper_id")
    away = away[(away["first_day"] <= away["day"]) & (away["day"] <= away["last_day"])].drop_duplicates("event_id")
    on_leave = message(N_("The helper is on leave on that day. Choose another helper or another day."))
    yield from faults_where(EVENTS, away, "helper_id", pd.Series(True, away.index), on_leave)
    yield from _hours(events, tables.helper_hours)
    yield from _double_booked(events, whole)


def _hours(events: pd.DataFrame, hours: pd.DataFrame) -> Iterator[MeetingFault]:
    days = events.assign(weekday=[weekday(gregorian(int(day))) for day in events["day"]])
    told = hours.rename(columns={"start_minute": "opens", "minutes": "length"})
    found = days.astype({"weekday": "Int64"}).merge(told, on=["helper_id", "weekday"], how="left")
    is_within = (found["opens"] <= found["start_minute"]) & (
        found["start_minute"] + found["minutes"] <= found["opens"] + found["length"]
    )
    unusual = message(N_("The helper does not work at that time of the week. Ask the helper, or choose another time."))
    is_planned = found["state"] == "planned"
    yield from faults_where(
        EVENTS, found, "start_minute", is_planned & ~is_within.fillna(False), unusual, is_notice=True
    )


def busy_times(tables: CaseTables) -> pd.DataFrame:
    """What takes a helper's time at an hour that is fixed: events led, sessions and trainings; not the cancelled.

    ``helper_id, what`` (``event``, ``session`` or ``training``), ``code, day, start_minute, minutes``.
    A training without an hour of beginning is not in it.
    """
    columns = ["helper_id", "code", "day", "start_minute", "minutes"]
    people = tables.session_people[["session_id", "person_id"]].merge(tables.sessions, on="session_id")
    parts = {
        "event": tables.events.rename(columns={"event_id": "code"}),
        "session": people.rename(columns={"session_id": "code", "person_id": "helper_id"}),
        "training": tables.trainings.rename(columns={"training_id": "code"}),
    }
    kept = [part.loc[part["state"] != "cancelled", columns].assign(what=what) for what, part in parts.items()]
    found = pd.concat(kept, ignore_index=True)
    return found[found["helper_id"].notna() & found["start_minute"].notna()].reset_index(drop=True)


def _double_booked(events: pd.DataFrame, whole: CaseTables) -> Iterator[MeetingFault]:
    other = busy_times(whole).rename(columns={"start_minute": "other_start", "minutes": "other_minutes"})
    both = events.merge(other, on=["helper_id", "day"])
    is_other = ~((both["what"] == "event") & (both["code"] == both["event_id"]))
    overlaps = (both["start_minute"] < both["other_start"] + both["other_minutes"]) & (
        both["other_start"] < both["start_minute"] + both["minutes"]
    )
    met = both[(is_other & overlaps).to_numpy(dtype=bool)].drop_duplicates("event_id")
    sentence = N_("The helper has something else at that time: {code}. Choose another helper or another time.")
    yield from faults_where(
        EVENTS, met, "helper_id", pd.Series(True, met.index), lambda row: message(sentence, code=row.code)
    )


def _places(tables: CaseTables) -> Iterator[MeetingFault]:
    events, rows = tables.events, tables.enrolments
    counted = rows.assign(
        has_place=rows["state"].isin(("enrolled",)), waits=rows["state"] == "waiting", held=rows["state"].isin(SEATED)
    ).groupby("event_id", observed=True)[["has_place", "waits", "held"]]
    found = events.merge(counted.sum().reset_index(), on="event_id", how="left")
    too_many = N_("{taken} have a place and there are {places}. Enlarge the event, or let the last ones wait.")
    taken = found["has_place"].fillna(0)
    is_full = (found["state"] == "planned") & (taken > found["capacity"])
    yield from faults_where(
        *(EVENTS, found, "capacity", is_full),
        lambda row: message(too_many, taken=int(row.has_place), places=int(row.capacity)),
    )
    waits = found["waits"].fillna(0)
    is_free = found["capacity"].isna() | (found["held"].fillna(0) < found["capacity"]).fillna(False)
    move_up = message(N_("Places are free and somebody waits. Let those who wait move up."))
    yield from faults_where(
        EVENTS, found, "capacity", (found["state"] == "planned") & (waits > 0) & is_free, move_up, is_notice=True
    )
    say = message(N_("The event was held. Say of everybody who had a place whether he or she came."))
    yield from faults_where(EVENTS, found, "state", (found["state"] == "done") & (taken > 0), say, is_notice=True)
    tell = message(N_("The event was cancelled, and people are enrolled in it. Tell them, and offer another."))
    is_off = (found["state"] == "cancelled") & (taken + waits > 0)
    yield from faults_where(EVENTS, found, "state", is_off, tell, is_notice=True)


def _enrolments(tables: CaseTables, on_day: int) -> Iterator[MeetingFault]:
    rows = tables.enrolments
    no_event = message(N_("No event has this code. Correct it, or record the event first."))
    no_family = message(N_("No family has this case code. Correct it, or record the family first."))
    yield from known_in(ENROLMENTS, rows, "event_id", tables.events["event_id"], no_event)
    yield from known_in(ENROLMENTS, rows, "family_id", tables.families["family_id"], no_family)
    homes = tables.members.astype({"member_id": "str", "family_id": "str"}).set_index("member_id")["family_id"]
    home = homes.reindex(rows["subject_id"].astype("str")).set_axis(rows.index)
    family = rows["family_id"].astype("str")
    is_stranger = (rows["subject_id"].astype("str") != family) & (home != family).fillna(True)
    nobody = message(N_("The person is neither the family of the row nor one of its members. Correct the code."))
    yield from faults_where(ENROLMENTS, rows, "subject_id", is_stranger, nobody)
    found = rows.merge(
        tables.events[["event_id", "day", "state"]].rename(columns={"state": "event_state"}), on="event_id"
    )
    has_come = found["state"].isin(("attended", "absent"))
    early = N_("The event is on {day}. Who came is told when that day has come.")
    yield from faults_where(
        *(ENROLMENTS, found, "state", has_come & (found["day"] > on_day)),
        lambda row: message(early, day=day_to_iso(int(row.day))),
    )
    off = message(N_("The event was cancelled, so nobody came. Correct the enrolment, or the event."))
    yield from faults_where(ENROLMENTS, found, "state", has_come & (found["event_state"] == "cancelled"), off)
    ahead = message(N_("The day of the enrolment lies in the future. Write the day on which the place was asked for."))
    yield from faults_where(ENROLMENTS, found, "enrolled_day", found["enrolled_day"] > on_day, ahead)
    after = message(N_("The enrolment is later than the event. Correct the day of the enrolment."))
    yield from faults_where(ENROLMENTS, found, "enrolled_day", found["enrolled_day"] > found["day"], after)


def _programmes(tables: CaseTables, beside: EventContext) -> Iterator[MeetingFault]:
    if beside.catalogue is None:
        return
    unknown = message(N_("The catalogue has no programme of this code. Correct it, or leave it empty."))
    yield from known_in(EVENTS, tables.events, "programme", beside.catalogue.by_code, unknown)
    if beside.placed is None:
        return
    help_of = addressed(beside.placed)["help"].astype("str")
    focused = help_of.index[help_of == FOCUSED]
    rows = tables.enrolments[tables.enrolments["state"].isin(("enrolled", "waiting"))]
    rows = rows[rows["family_id"].isin(focused)].merge(tables.events[["event_id", "programme"]], on="event_id")
    for programme, part in rows.groupby("programme", observed=True):
        called = families_for(beside.placed, beside.catalogue, [str(programme)])["at_worst"]
        is_answered = part["family_id"].isin(called.index[called])
        better = message(
            N_(
                "The family has a helper of its own who answers this matter. "
                "It is welcome; ask the helper whether the event helps."
            )
        )
        yield from faults_where(ENROLMENTS, part, "family_id", ~is_answered, better, is_notice=True)
