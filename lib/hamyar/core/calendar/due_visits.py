"""When each visit of an activity is due, and on which days it may be made.

A rhythm is a first due day and a step: a visit is due every ``every_days`` days, exactly, so that nothing drifts
through the year.  The visit is made within ``tolerance_days`` of its due day.  Where all of those days are closed the
first working day after them takes the due day's place, with the same tolerance after it, unless the next visit's time
has begun by then: then it is left out, and said.
A tolerance never reaches into the next visit's time, so visits keep their order.

Where no tolerance is given it is a quarter of the rhythm, and three days for a single visit.

An activity with prerequisites begins after the last day on which the last of them may end.
When a plan is made again the rhythm goes on from what was done; a visit whose time has passed undone is due today.
In a rhythm without an end a visit whose follower is done already is not made up for: it was overtaken.
A rhythm that is first planned when its time has begun begins today.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.calendar.tables import Agenda
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import gregorian
from hamyar.core.message import N_

SINGLE_TOLERANCE = 3
TOLERANCE_PART = 4
STAYS = ("fixed", "done", "cancelled")


class PrerequisitesInCircle(HamyarError):
    msgid = N_("These activities wait for each other in a circle: {activity_ids}. Remove one of the prerequisites.")


class PrerequisiteEndless(HamyarError):
    msgid = N_(
        "Activity '{activity_id}' waits for '{needs_id}', which has no end. Give '{needs_id}' a number of visits."
    )


class PrerequisiteElsewhere(HamyarError):
    msgid = N_(
        "Activity '{activity_id}' waits for '{needs_id}', which another helper does. "
        "Give it the day from which it may begin as its anchor instead."
    )


@dataclass(frozen=True)
class Series:
    """One activity on the days of the agenda, counted from 0.

    ``firsts`` are the days that may be the due day of visit ``begin``: one where it is settled, else a whole rhythm.
    ``early`` holds due days, by number, of open visits before ``begin``, which a change left behind.
    ``after`` and ``last`` bound the days on which it may be visited: it begins after what it waits for.
    """

    activity_id: str
    family_id: str
    minutes: int
    every: int
    tolerance: int
    number: "int | None"
    after: int
    last: int
    begin: int
    firsts: range
    early: Mapping[int, int]
    stays: frozenset[int]
    needs: tuple[str, ...]

    def is_overtaken(self, number: int) -> bool:
        """Whether a later visit of a rhythm without an end is settled already, once its own time has passed."""
        return self.number is None and number < self.begin

    def dues(self, first: int) -> dict[int, int]:
        """Due day by number of every open visit, those after the last day included where they are counted."""
        found = dict(self.early)
        number, due = self.begin, first
        while due <= self.last if self.number is None else number <= self.number:
            if number not in self.stays:
                found[number] = due
            number, due = number + 1, due + self.every
        return found


@dataclass(frozen=True)
class OpenDays:
    """A helper's working days from ``today`` on, as places on the agenda."""

    places: Sequence[int]
    today: int
    length: int

    @classmethod
    def of(cls, minutes: np.ndarray, today: int) -> "OpenDays":
        return cls([int(place) for place in np.flatnonzero(minutes > 0) if place >= today], today, len(minutes))

    def window(self, due: int, tolerance: int, limit: int) -> tuple[int, ...]:
        """The days on which a visit may be made; ``limit`` is the last before the next visit's time. Empty: none."""
        due = due if due + tolerance >= self.today else self.today
        low, high = bisect_left(self.places, due - tolerance), bisect_left(self.places, due + tolerance + 1)
        if low == high and low < len(self.places):
            high = bisect_left(self.places, self.places[low] + tolerance + 1)
        return tuple(place for place in self.places[low:high] if place <= limit)


def in_order(agenda: Agenda) -> list[str]:
    """Every activity after those it waits for.

    Raises ``PrerequisitesInCircle``, ``PrerequisiteEndless`` and ``PrerequisiteElsewhere``.
    """
    frame = agenda.activities.set_index("activity_id")
    waits: dict[str, list[str]] = {activity_id: [] for activity_id in sorted(frame.index)}
    for row in agenda.prerequisites.sort_values(["activity_id", "needs_id"]).itertuples():
        waits[row.activity_id].append(row.needs_id)
    try:
        order = list(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise PrerequisitesInCircle(activity_ids=" ← ".join(reversed(error.args[1]))) from error
    for activity_id, needs in waits.items():
        for needs_id in needs:
            holes = {"activity_id": activity_id, "needs_id": needs_id}
            if frame.at[needs_id, "helper_id"] != frame.at[activity_id, "helper_id"]:
                raise PrerequisiteElsewhere(**holes)
            if pd.notna(frame.at[needs_id, "every_days"]) and pd.isna(frame.at[needs_id, "number"]):
                raise PrerequisiteEndless(**holes)
    return order


def series_of(agenda: Agenda, order: Sequence[str], previous: pd.DataFrame, open_days: OpenDays) -> dict[str, Series]:
    """The activities of one helper's ``agenda``, those first that others wait for.

    ``previous`` holds the visits already known of these activities, whoever makes them.
    """
    frame = agenda.activities.set_index("activity_id")
    known = dict(iter(previous.groupby("activity_id")))
    needs = agenda.prerequisites.groupby("activity_id")["needs_id"].agg(lambda ids: tuple(sorted(ids))).to_dict()
    found: dict[str, Series] = {}
    ends: dict[str, int] = {}
    for activity_id in order:
        row = frame.loc[activity_id]
        waits = needs.get(activity_id, ())
        earliest = max((ends[needed] + 1 for needed in waits), default=-agenda.length * 10)
        after = max((_last_settled(known.get(needed), agenda) for needed in waits), default=-1)
        series = _series(agenda, row, activity_id, waits, known.get(activity_id), earliest, after, open_days.today)
        found[activity_id] = series
        ends[activity_id] = _latest_end(series, known.get(activity_id), agenda, open_days)
    return found


def _series(
    agenda: Agenda,
    row: pd.Series,
    activity_id: str,
    needs: tuple[str, ...],
    known: "pd.DataFrame | None",
    earliest: int,
    after: int,
    today: int,
) -> Series:
    single = pd.isna(row["every_days"])
    every = 1 if single else int(row["every_days"])
    number = 1 if single else None if pd.isna(row["number"]) else int(row["number"])
    default = SINGLE_TOLERANCE if single else every // TOLERANCE_PART
    tolerance = default if pd.isna(row["tolerance_days"]) else int(row["tolerance_days"])
    # Times of neighbouring visits must not overlap; a single visit has no neighbour.
    tolerance = tolerance if single or number == 1 else min(tolerance, (every - 1) // 2)
    anchor = agenda.first_day if pd.isna(row["anchor_day"]) else int(row["anchor_day"])
    start = gregorian(anchor).toordinal() - agenda.first_ordinal
    start = max(start + (0 if pd.isna(row["offset_days"]) else int(row["offset_days"])), earliest)
    begin, firsts, early, stays = 1, range(start, start + every), dict[int, int](), frozenset[int]()
    if known is not None:
        begin, first, early, stays = _goes_on(agenda, known, every, earliest, number is not None)
        firsts = range(first, first + 1)
    elif not single and start < today:
        # What nobody has planned before today is not made up for: the rhythm begins now.
        firsts = range(today, today + every)
    return Series(
        activity_id=activity_id,
        family_id=str(row["family_id"]),
        minutes=int(row["minutes"]),
        every=every,
        tolerance=tolerance,
        number=number,
        after=after,
        last=_last_place(agenda, row["last_day"]),
        begin=begin,
        firsts=firsts,
        early=early,
        stays=stays,
        needs=needs,
    )


def _last_settled(known: "pd.DataFrame | None", agenda: Agenda) -> int:
    """The last day on which a visit stands that cannot be moved, as a place; -1 where there is none."""
    if known is None:
        return -1
    days = known.loc[known["status"].isin(["fixed", "done"]), "day"]
    return max((gregorian(int(day)).toordinal() - agenda.first_ordinal for day in days), default=-1)


def _last_place(agenda: Agenda, last_day: Any) -> int:
    """The last day of an activity as a place; the last of the agenda where none is told."""
    if pd.isna(last_day):
        return agenda.length - 1
    return min(agenda.length - 1, gregorian(int(last_day)).toordinal() - agenda.first_ordinal)


def _goes_on(
    agenda: Agenda, known: pd.DataFrame, every: int, earliest: int, is_counted: bool
) -> tuple[int, int, dict[int, int], frozenset[int]]:
    """From which visit and day the rhythm goes on, what is still open before it, and which numbers stay as they are."""
    rows = known.sort_values("number", kind="stable")
    day = rows["due_day"].fillna(rows["day"])
    dues = {
        int(number): gregorian(int(code)).toordinal() - agenda.first_ordinal
        for number, code in zip(rows["number"], day, strict=True)
    }
    stays = frozenset(int(number) for number in rows.loc[rows["status"].isin(STAYS), "number"])
    last = max(stays, default=0)
    if not stays:
        known_first = min(dues)
        return 1, max(dues[known_first] - (known_first - 1) * every, earliest), {}, stays
    # What a rhythm without an end has left out before stays left out.
    counted = {number: dues[last] - (last - number) * every for number in range(1, last)} if is_counted else {}
    early = {number: due for number, due in {**counted, **dues}.items() if number < last and number not in stays}
    return last + 1, dues[last] + every, early, stays


def _latest_end(series: Series, known: "pd.DataFrame | None", agenda: Agenda, open_days: OpenDays) -> int:
    """The last day on which the activity may end."""
    dues = series.dues(series.firsts[-1])
    ends = [gregorian(int(day)).toordinal() - agenda.first_ordinal for day in known["day"]] if known is not None else []
    if dues:
        due = max(dues.values())
        window = open_days.window(due, series.tolerance, agenda.length)
        ends.append(window[-1] if window else max(due, open_days.today))
    return max(ends, default=-1)
