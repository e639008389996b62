"""Whether a calendar holds: a second opinion, which knows nothing of how it was made.

It goes through the calendar day by day and visit by visit, with plain dates, and says every breach in a sentence:
two visits at once, a way too short, a day off, a time outside the hours, more than the day holds,
a visit that no activity asks for or that is not as it asks, one too far from the day it is due,
an activity that begins too soon or too late, a due visit that is neither planned nor said to be left out,
an activity that did not wait for another, and a visit that was done and is gone.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from hamyar.core.calendar.tables import Agenda
from hamyar.core.jalali import day_of, day_to_iso, gregorian, public_holiday, weekday
from hamyar.core.message import N_, Message, message

OFF = N_("Visit {visit_id} is on {day}, when helper {helper_id} does not work. Move it to a working day.")
OUTSIDE = N_("Visit {visit_id} on {day} begins or ends outside the hours of helper {helper_id}. Move it into them.")
AT_ONCE = N_("Helper {helper_id} has visits {visit_id} and {other_id} at once on {day}. Move one of them.")
NO_WAY = N_(
    "Between visits {visit_id} and {other_id} on {day} there are {minutes} minutes, and the way takes {way}. "
    "Move one of them."
)
TOO_MUCH = N_("The visits and ways of helper {helper_id} on {day} take {needed} minutes of {there}. Move one of them.")
NOT_ASKED = N_(
    "Visit {visit_id} belongs to no activity, has no number or due day, or lies beyond the number of visits. Remove it."
)
OTHERWISE = N_(
    "Visit {visit_id} is not as activity '{activity_id}' asks for it: helper, family, member, programme or minutes "
    "are others. Plan the activity anew."
)
BEGIN = N_("Activity '{activity_id}' is first due on {day}, and it should be between {first} and {last}. Plan it anew.")
OFF_RHYTHM = N_("Visit {visit_id} is on {day}, too far from {due}, the day it is due. Move it nearer.")
STEP = N_(
    "Visits {visit_id} and {other_id} are due {days} days apart, and the rhythm is {every}. Plan the activity anew."
)
TOO_LATE = N_("Visit {visit_id} on {day} comes after {last}, the last day of its activity. Move it earlier.")
TOO_SOON = N_("Visit {visit_id} on {day} comes before activity '{needs_id}' has ended. Move it later.")
MISSING = N_("Visit {number} of activity '{activity_id}' is neither planned nor left out with a reason. Plan it anew.")
TWICE = N_("Visit {number} of activity '{activity_id}' stands twice in the calendar. Remove one of them.")
CHANGED = N_("Visit {visit_id} was settled, and the new calendar changes it. Put it back as it was.")
NOT_SETTLED = N_("Visit {visit_id} stands as settled, and nobody has settled it. Plan the activity anew.")
BEFORE = N_("Visit {visit_id} is planned for {day}, which has passed. Move it to a day to come.")

TWO_HELPERS = N_("Family {family_id} has more than one helper on {day}: {helper_ids}. End all assignments but one.")
OUT_OF_BOUNDS = N_(
    "Helper {helper_id} carries {count} families, and each carries {least} to {most} or none. Assign again."
)


def check_schedule(
    agenda: Agenda,
    visits: pd.DataFrame,
    left_out: pd.DataFrame,
    *,
    today: "int | None" = None,
    previous: "pd.DataFrame | None" = None,
) -> list[Message]:
    """Every breach in ``visits``; an empty list is a calendar that holds.

    ``left_out`` is the schedule's list of due visits without a place (``activity_id, number, due_day`` are read).
    What was settled before ``today`` is judged by nobody; with ``previous``, it must stand as it stood there.
    """
    first = gregorian(agenda.first_day if today is None else max(today, agenda.first_day))
    checker = _Checker(agenda, visits, left_out, first)
    breaches = [*checker.days(), *checker.asked(), *checker.rhythms(), *checker.order(), *checker.whole()]
    if previous is None:
        return [*breaches, *checker.begins(set())]
    known = set(previous.loc[previous["status"] != "dropped", "activity_id"].dropna())
    return [*breaches, *checker.begins(known), *checker.settled(previous)]


def check_families(assignments: pd.DataFrame, day: int, least: int, most: int) -> list[Message]:
    """Every breach among the assignments in force on a Jalali day: a family with two helpers, too few or too many."""
    helpers_of, families_of = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for row in assignments.itertuples():
        if row.from_day <= day <= row.until_day:
            helpers_of[row.family_id].add(row.helper_id)
            families_of[row.helper_id].add(row.family_id)
    breaches = [
        message(TWO_HELPERS, family_id=family_id, helper_ids=sorted(helper_ids), day=day_to_iso(day))
        for family_id, helper_ids in sorted(helpers_of.items())
        if len(helper_ids) > 1
    ]
    for helper_id, family_ids in sorted(families_of.items()):
        holes = {"helper_id": helper_id, "count": len(family_ids), "least": least, "most": most}
        if not least <= len(family_ids) <= most:
            breaches.append(message(OUT_OF_BOUNDS, **holes))
    return breaches


class _Checker:
    def __init__(self, agenda: Agenda, visits: pd.DataFrame, left_out: pd.DataFrame, today: dt.date) -> None:
        self.agenda, self.today = agenda, today
        self.last = gregorian(agenda.last_day)
        self.visits: list[Any] = list(visits.itertuples())
        self.left_out = {(row.activity_id, int(row.number)) for row in left_out.itertuples()}
        rows = [*self.visits, *left_out.itertuples()]
        self.dues = {
            (row.activity_id, int(row.number)): self.last if pd.isna(row.due_day) else gregorian(int(row.due_day))
            for row in rows
            if pd.notna(row.number)
        }
        self.activities = {row.activity_id: row for row in agenda.activities.itertuples()}
        self.hours = {(row.helper_id, int(row.weekday)): row for row in agenda.hours.itertuples()}
        self.closed = [(row.first_day, row.last_day) for row in agenda.closed.itertuples()]
        self.leave = [(row.helper_id, row.first_day, row.last_day) for row in agenda.leave.itertuples()]
        self.ways = {(row.family_id, row.other_family_id): int(row.minutes) for row in agenda.travel.itertuples()}

    def _hours(self, helper_id: str, date: dt.date) -> "tuple[int, int] | None":
        """Begin and end of the helper's work on a day, or nothing."""
        code, row = day_of(date), self.hours.get((helper_id, weekday(date)))
        is_off = (
            row is None
            or row.minutes == 0
            or weekday(date) in self.agenda.free_weekdays
            or public_holiday(date) is not None
            or any(first <= code <= last for first, last in self.closed)
            or any(who == helper_id and first <= code <= last for who, first, last in self.leave)
        )
        return None if is_off or row is None else (int(row.start_minute), int(row.start_minute + row.minutes))

    def _way(self, one: Any, other: Any) -> int:
        if one.family_id == other.family_id:
            return 0
        there, back = (one.family_id, other.family_id), (other.family_id, one.family_id)
        return self.ways.get(there, self.ways.get(back, self.agenda.travel_minutes))

    def days(self) -> Iterator[Message]:
        """Days off, hours, overlaps, ways and what a day holds, from today on."""
        by_day: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for visit in self.visits:
            if visit.status in ("planned", "fixed", "done"):
                by_day[visit.helper_id, int(visit.day)].append(visit)
        for (helper_id, code), visits in sorted(by_day.items()):
            date, day = gregorian(code), day_to_iso(code)
            planned = [visit for visit in visits if visit.status == "planned"]
            hours = self._hours(helper_id, date)
            for visit in planned:
                holes = {"visit_id": visit.visit_id, "day": day}
                if date < self.today:
                    yield message(BEFORE, **holes)
                elif hours is None:
                    yield message(OFF, helper_id=helper_id, **holes)
                elif visit.start_minute < hours[0] or visit.start_minute + visit.minutes > hours[1]:
                    yield message(OUTSIDE, helper_id=helper_id, **holes)
            if planned and hours:
                yield from self._one_day(helper_id, day, hours, sorted(visits, key=lambda visit: visit.start_minute))

    def _one_day(self, helper_id: str, day: str, hours: tuple[int, int], visits: list[Any]) -> Iterator[Message]:
        inside = [visit for visit in visits if hours[0] <= visit.start_minute < hours[1]]
        needed = sum(int(visit.minutes) for visit in visits if visit.status == "planned")
        needed += _taken([visit for visit in visits if visit.status != "planned"], hours)
        for one, other in combinations(visits, 2):
            if "planned" in (one.status, other.status) and other.start_minute < _end(one):
                yield message(AT_ONCE, helper_id=helper_id, visit_id=one.visit_id, other_id=other.visit_id, day=day)
        for place, other in enumerate(visits[1:], start=1):
            # Meetings may lie over each other; the way begins where the last of them ends.
            one = max(visits[:place], key=_end)
            if "planned" not in (one.status, other.status):
                continue
            between, way = int(other.start_minute) - _end(one), self._way(one, other)
            needed += way
            if 0 <= between < way:
                yield message(NO_WAY, visit_id=one.visit_id, other_id=other.visit_id, day=day, minutes=between, way=way)
        if len(inside) == len(visits) and needed > hours[1] - hours[0]:
            yield message(TOO_MUCH, helper_id=helper_id, day=day, needed=needed, there=hours[1] - hours[0])

    def asked(self) -> Iterator[Message]:
        """Each planned visit is one that an activity asks for, as it asks for it."""
        for visit in self.visits:
            if visit.status != "planned":
                continue
            activity = self.activities.get(visit.activity_id)
            if activity is None or not self._is_counted(visit) or visit.number > self._most(activity):
                yield message(NOT_ASKED, visit_id=visit.visit_id)
                continue
            if _are_others(visit, activity, ("helper_id", "family_id", "member_id", "programme", "minutes")):
                yield message(OTHERWISE, visit_id=visit.visit_id, activity_id=visit.activity_id)

    def _is_counted(self, visit: Any) -> bool:
        return bool(pd.notna(visit.number) and pd.notna(visit.due_day))

    def _most(self, activity: Any) -> float:
        """How many visits the activity has at most."""
        if pd.isna(activity.every_days):
            return 1
        return float("inf") if pd.isna(activity.number) else int(activity.number)

    def begins(self, known: set[str]) -> Iterator[Message]:
        """The first visit of an activity that nobody has planned before is due where anchor and offset put it."""
        waiting = set(self.agenda.prerequisites["activity_id"])
        for activity_id, activity in self.activities.items():
            due = self.dues.get((activity_id, 1))
            if activity_id in known or due is None or due >= self._last_of(activity):
                continue
            anchor = self.agenda.first_day if pd.isna(activity.anchor_day) else int(activity.anchor_day)
            offset = 0 if pd.isna(activity.offset_days) else int(activity.offset_days)
            first, rhythm = gregorian(anchor) + dt.timedelta(offset), 1
            if pd.notna(activity.every_days):
                # A rhythm is not made up for, and its first visit lies within one rhythm.
                first, rhythm = max(first, self.today), int(activity.every_days)
            last = self.last if activity_id in waiting else first + dt.timedelta(rhythm - 1)
            if not first <= due <= last:
                day, first_day, last_day = (day_to_iso(day_of(date)) for date in (due, first, last))
                yield message(BEGIN, activity_id=activity_id, day=day, first=first_day, last=last_day)

    def rhythms(self) -> Iterator[Message]:
        """Each planned visit near its due day, and the due days a rhythm apart."""
        series: dict[str, list[Any]] = defaultdict(list)
        for visit in self.visits:
            if visit.status == "planned" and visit.activity_id in self.activities and self._is_counted(visit):
                series[visit.activity_id].append(visit)
        for activity_id, visits in series.items():
            activity = self.activities[activity_id]
            visits.sort(key=lambda visit: visit.number)
            every = None if pd.isna(activity.every_days) else int(activity.every_days)
            last = self._last_of(activity)
            for visit in visits:
                if gregorian(int(visit.day)) > last:
                    holes = {"day": day_to_iso(int(visit.day)), "last": day_to_iso(day_of(last))}
                    yield message(TOO_LATE, visit_id=visit.visit_id, **holes)
                if not self._is_near(visit, activity, every):
                    due = day_to_iso(int(visit.due_day))
                    yield message(OFF_RHYTHM, visit_id=visit.visit_id, day=day_to_iso(int(visit.day)), due=due)
            for one, other in pairwise(visits):
                days = (gregorian(int(other.due_day)) - gregorian(int(one.due_day))).days
                steps = int(other.number - one.number)
                # An older rhythm may stand behind what was caught up; what lies ahead keeps its step.
                if every is not None and gregorian(int(one.due_day)) >= self.today and days != steps * every:
                    yield message(STEP, visit_id=one.visit_id, other_id=other.visit_id, days=days, every=every * steps)

    def _last_of(self, activity: Any) -> dt.date:
        return self.last if pd.isna(activity.last_day) else min(self.last, gregorian(int(activity.last_day)))

    def _is_near(self, visit: Any, activity: Any, every: "int | None") -> bool:
        if pd.isna(activity.tolerance_days):
            allowed = 3 if every is None else every // 4
        else:
            allowed = int(activity.tolerance_days)
        if every is not None and (pd.isna(activity.number) or activity.number != 1):
            allowed = min(allowed, (every - 1) // 2)
        due, day = gregorian(int(visit.due_day)), gregorian(int(visit.day))
        if due + dt.timedelta(allowed) < self.today:
            due = self.today
        if abs((day - due).days) <= allowed:
            return True
        # Too far is right only where every possible day was closed, and then counted from the first open one.
        date = max(due - dt.timedelta(allowed), self.today)
        while date < day and self._hours(visit.helper_id, date) is None:
            date += dt.timedelta(1)
        return date > due + dt.timedelta(allowed) and (day - date).days <= allowed

    def order(self) -> Iterator[Message]:
        """What waits begins after what it waits for."""
        days: dict[str, list[Any]] = defaultdict(list)
        for visit in self.visits:
            if visit.status != "cancelled":
                days[visit.activity_id].append(visit)
        for row in self.agenda.prerequisites.itertuples():
            if days[row.activity_id] and days[row.needs_id]:
                first = min(days[row.activity_id], key=lambda visit: visit.day)
                last = max(days[row.needs_id], key=lambda visit: visit.day)
                if first.status == "planned" and first.day <= last.day:
                    day = day_to_iso(int(first.day))
                    yield message(TOO_SOON, visit_id=first.visit_id, day=day, needs_id=row.needs_id)

    def whole(self) -> Iterator[Message]:
        """Every numbered visit is there once, or said to be left out, and a rhythm goes on to the end."""
        for activity_id, activity in self.activities.items():
            numbers = [
                int(visit.number)
                for visit in self.visits
                if visit.activity_id == activity_id and pd.notna(visit.number)
            ]
            told = {number for other, number in self.left_out if other == activity_id}
            for number in sorted({number for number in numbers if numbers.count(number) > 1}):
                yield message(TWICE, number=number, activity_id=activity_id)
            known = {*numbers, *told}
            settled = [
                int(visit.number)
                for visit in self.visits
                if visit.activity_id == activity_id and visit.status != "planned" and pd.notna(visit.number)
            ]
            begin = 1
            if pd.notna(activity.number):
                wanted = int(activity.number)
            elif pd.isna(activity.every_days):
                wanted = 1
            else:
                # A rhythm without an end does not make up for what came before the last visit that is settled.
                begin, wanted = max(settled, default=1), self._last_number(activity, known)
            for number in sorted(set(range(begin, wanted + 1)) - known):
                yield message(MISSING, number=number, activity_id=activity_id)

    def _last_number(self, activity: Any, known: set[int]) -> int:
        """The number a rhythm without an end should reach: one more than known, where one more is due by the end."""
        every, end = dt.timedelta(int(activity.every_days)), self._last_of(activity)
        if known:
            last = max(known)
            return last + (self.dues[activity.activity_id, last] + every <= end)
        anchor = self.agenda.first_day if pd.isna(activity.anchor_day) else int(activity.anchor_day)
        begin = gregorian(anchor) + dt.timedelta(0 if pd.isna(activity.offset_days) else int(activity.offset_days))
        begin = max(begin, self.today)
        waits = (self.agenda.prerequisites["activity_id"] == activity.activity_id).any()
        # Its first visit is due within one rhythm from its beginning.
        return int(not waits and begin + every <= end + dt.timedelta(1))

    def settled(self, previous: pd.DataFrame) -> Iterator[Message]:
        """What was done, fixed or cancelled stands as it stood, and what was to come is not lost."""
        now = {visit.visit_id: visit for visit in self.visits}
        before = {old.visit_id for old in previous.itertuples() if old.status != "planned"}
        for visit in self.visits:
            if visit.status != "planned" and visit.visit_id not in before:
                yield message(NOT_SETTLED, visit_id=visit.visit_id)
        for old in previous.itertuples():
            if old.status == "planned":
                is_told = old.visit_id in now or (old.activity_id, int(old.number)) in self.left_out
                activity = self.activities.get(old.activity_id)
                # In a rhythm without an end the numbers follow the rhythm, which may have changed.
                if activity is None or is_told or gregorian(int(old.day)) < self.today:
                    continue
                is_single, is_endless = pd.isna(activity.every_days), pd.isna(activity.number)
                if is_single or (not is_endless and old.number <= activity.number):
                    yield message(MISSING, number=int(old.number), activity_id=old.activity_id)
            else:
                new = now.get(old.visit_id)
                same = ("helper_id", "family_id", "day", "start_minute", "minutes", "status")
                if new is None or _are_others(new, old, same):
                    yield message(CHANGED, visit_id=old.visit_id)


def _are_others(one: Any, other: Any, names: Sequence[str]) -> bool:
    """Whether any of these values is another; missing is equal to missing."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    return any(pd.isna(here) != pd.isna(there) or (pd.notna(here) and here != there) for here, there in pairs)


def _end(visit: Any) -> int:
    return int(visit.start_minute + visit.minutes)


def _taken(visits: list[Any], hours: tuple[int, int]) -> int:
    """Minutes of the hours that visits take which are what they are: they may lie over each other and over the end."""
    minutes = set[int]()
    for visit in visits:
        begin, end = int(visit.start_minute), int(visit.start_minute + visit.minutes)
        minutes |= set(range(max(begin, hours[0]), min(end, hours[1])))
    return len(minutes)
