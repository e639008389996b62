"""The plan of one helper: phases, days and times, around what stands."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamyar.core.calendar.day_choice import Chosen, choose
from hamyar.core.calendar.day_search import Item, Option, Room
from hamyar.core.calendar.day_times import Stop, largest_gap, longest_ways, place_stops, ways
from hamyar.core.calendar.due_visits import STAYS, OpenDays, Series, series_of
from hamyar.core.calendar.result import LEFT_OUT_COLUMNS, Schedule, notices_of, reasons_against
from hamyar.core.calendar.tables import Agenda
from hamyar.core.calendar.working_days import working_days
from hamyar.core.jalali import day_of, gregorian
from hamyar.core.message import Message
from hamyar.core.tables import VISITS, conform


@dataclass(frozen=True)
class _Due:
    """One visit that is to have a day."""

    visit_id: str
    series: Series
    number: int
    due: int
    window: tuple[int, ...]
    stood: "tuple[int, int] | None"


class HelperPlan:
    """One helper's visits from ``today``, a place on the agenda, on; ``order`` has activities after what they need."""

    def __init__(self, agenda: Agenda, helper_id: str, known: pd.DataFrame, order: Sequence[str], today: int) -> None:
        self.helper_id, self.today = helper_id, today
        self.agenda = agenda.only([helper_id])
        self.days = working_days(agenda, helper_id)
        self.minutes = self.days["minutes"].to_numpy(dtype=np.int64)
        self.open = OpenDays.of(self.minutes, today)
        mine = self.agenda.activities
        self.former = known[known["helper_id"] == helper_id]
        self.stays = self.former[self.former["status"].isin(STAYS)]
        self.known = known[known["activity_id"].isin(mine["activity_id"])]
        theirs = set(mine["activity_id"])
        ordered = [activity_id for activity_id in order if activity_id in theirs]
        self.series = series_of(self.agenda, ordered, self.known, self.open)
        self.way, self.longest = ways(agenda), longest_ways(self.agenda)
        self.stops = self._fixed_stops()
        self.gaps = self._gaps()

    def made(self, effort: float) -> Schedule:
        """The plan, or why there is none."""
        problems = tuple(self._problems())
        if problems:
            return self._schedule(self.former, [], Chosen([], 0, 0, 0), {}, problems)
        firsts = self._phases(effort)
        dues = self._dues(firsts)
        placed = [due for due in dues if due.window]
        chosen = choose([self._item(due) for due in placed], self._room(placed), self._waits(placed), effort=effort)
        days = {due.visit_id: option.days[0] for due, option in zip(placed, chosen.options, strict=True) if option.days}
        return self._schedule(self._visits(placed, days), dues, chosen, days, ())

    def _place(self, code: int) -> int:
        return gregorian(int(code)).toordinal() - self.agenda.first_ordinal

    def _fixed_stops(self) -> dict[int, list[Stop]]:
        """What stands on a day from today on and cannot be moved, by day; what is cancelled takes no time."""
        found: dict[int, list[Stop]] = {}
        for row in self.stays[self.stays["status"] != "cancelled"].itertuples():
            day = self._place(row.day)
            if self.today <= day < len(self.minutes):
                family = "" if pd.isna(row.family_id) else str(row.family_id)
                stop = Stop(str(row.visit_id), family, int(row.minutes), int(row.start_minute))
                found.setdefault(day, []).append(stop)
        return found

    def _gaps(self) -> list[tuple[int, int]]:
        """For each day begin and length of the free time that the choice of days counts with."""
        gaps = list(zip(self.days["start_minute"].tolist(), self.minutes.tolist(), strict=True))
        for day, stops in self.stops.items():
            margin = max((self.way(stop.family, family) for stop in stops for family in self.longest), default=0)
            begin, length = largest_gap(*gaps[day], stops, margin)
            gaps[day] = (begin, max(0, length))
        return gaps

    def _room(self, placed: "Sequence[_Due] | None" = None) -> Room:
        trips = [0] * len(self.minutes)
        there = frozenset((stop.family, day) for day, stops in self.stops.items() for stop in stops if stop.family)
        for _, day in there:
            trips[day] += 1
        ways_of = {series.family_id: self.longest[series.family_id] for series in self.series.values()}
        least = self._bound(placed) if placed is not None else 0
        return Room([length for _, length in self.gaps], trips, self.days["week"].tolist(), ways_of, least, there)

    def _bound(self, placed: Sequence[_Due]) -> int:
        """Each activity is there at most once a day, so a family needs as many days as its most frequent activity."""
        counts: dict[str, dict[str, int]] = {}
        for due in placed:
            of = counts.setdefault(due.series.family_id, {})
            of[due.series.activity_id] = of.get(due.series.activity_id, 0) + 1
        days = sum(max(of.values()) for of in counts.values())
        return -(-days // len(self.open.places)) if self.open.places else 0

    def _windows(self, series: Series, first: int) -> list[tuple[int, int, tuple[int, ...]]]:
        """Number, due day and possible days of every open visit of an activity."""
        dues = sorted(series.dues(first).items())
        found = []
        for place, (number, due) in enumerate(dues):
            following = dues[place + 1][1] - series.tolerance - 1 if place + 1 < len(dues) else series.last
            is_past = due + series.tolerance < self.today
            is_out = due > series.last or (is_past and series.is_overtaken(number))
            days = () if is_out else self.open.window(due, series.tolerance, min(following, series.last))
            found.append((number, due, tuple(day for day in days if day > series.after)))
        return found

    def _phases(self, effort: float) -> dict[str, int]:
        """The first due day of every activity, chosen so that their days together are level."""
        firsts = {series.activity_id: series.firsts[0] for series in self.series.values()}
        free = [series for series in self.series.values() if len(series.firsts) > 1]
        if not free:
            return firsts
        items = [
            Item(series.family_id, series.minutes, tuple(self._phase_options(series)))
            for series in self.series.values()
        ]
        chosen = choose(items, self._room(), soft=True, effort=effort)
        for series, item, option in zip(self.series.values(), items, chosen.options, strict=True):
            if len(series.firsts) > 1:
                # A rhythm that found no room as a whole still has most of its visits: the days decide which.
                place = item.options.index(option) if option.days else 0
                firsts[series.activity_id] = series.firsts[min(place, len(series.firsts) - 1)]
        return firsts

    def _phase_options(self, series: Series) -> list[Option]:
        """One option for each first due day, its visits on the nearest possible days; and one for none of them."""
        options = []
        for first in series.firsts:
            windows = self._windows(series, first)
            near = [(due, min(days, key=lambda day: abs(day - due))) for _, due, days in windows if days]
            drifts = [abs(day - max(due, self.today)) for due, day in near]
            options.append(
                Option(
                    days=tuple(sorted({day for _, day in near})),
                    left_out=len(windows) - len(near),
                    outside=sum(drift > series.tolerance for drift in drifts),
                    drift=sum(drifts),
                )
            )
        return [*options, Option((), left_out=max(1, len(options[0].days)) + options[0].left_out)]

    def _dues(self, firsts: dict[str, int]) -> list[_Due]:
        stood = {
            str(row.visit_id): (self._place(row.day), int(row.start_minute))
            for row in self.former[self.former["status"] == "planned"].itertuples()
        }
        found = []
        for series in self.series.values():
            for number, due, days in self._windows(series, firsts[series.activity_id]):
                visit_id = f"{series.activity_id}.{number}"
                found.append(_Due(visit_id, series, number, due, days, stood.get(visit_id)))
        return found

    def _item(self, due: _Due) -> Item:
        wanted = max(due.due, self.today)
        # A visit whose day has passed, or is closed now, has to move in any case.
        can_stay = due.stood is not None and due.stood[0] in due.window
        options = [
            Option(
                (day,),
                moved=int(can_stay and due.stood is not None and day != due.stood[0]),
                outside=int(abs(day - wanted) > due.series.tolerance),
                drift=abs(day - wanted),
            )
            for day in due.window
        ]
        standing = None if due.stood is None else next((kept for kept in options if kept.days == due.stood[:1]), None)
        return Item(due.series.family_id, due.series.minutes, (*options, Option((), left_out=1)), standing)

    def _waits(self, placed: Sequence[_Due]) -> list[tuple[int, int]]:
        """Which visit comes after which: the first of an activity after the last of those it waits for."""
        places: dict[str, list[int]] = {}
        for place, due in enumerate(placed):
            places.setdefault(due.series.activity_id, []).append(place)
        return [
            (places[series.activity_id][0], places[needed][-1])
            for series in self.series.values()
            for needed in series.needs
            if series.activity_id in places and needed in places
        ]

    def _visits(self, placed: Sequence[_Due], days: dict[str, int]) -> pd.DataFrame:
        """The rows of the planned visits with their times, and those that stay."""
        by_day: dict[int, list[_Due]] = {}
        for due in placed:
            if due.visit_id in days:
                by_day.setdefault(days[due.visit_id], []).append(due)
        details = self.agenda.activities.set_index("activity_id")[["member_id", "programme"]]
        starts = self.days["start_minute"].to_numpy()
        rows = []
        for day, dues in by_day.items():
            hours = (int(starts[day]), int(self.minutes[day]))
            stops = [self._stop(due, day) for due in dues]
            kept, new = [stop for stop in stops if stop.start >= 0], [stop for stop in stops if stop.start < 0]
            times = place_stops(hours, self.gaps[day], self.stops.get(day, []), kept, new, self.way)
            start_of = {stop.visit_id: stop.start for stop in times}
            rows += [(due, day, start_of[due.visit_id]) for due in dues]
        codes = self.days["day"].to_numpy()
        planned = pd.DataFrame(
            {
                "visit_id": [due.visit_id for due, _, _ in rows],
                "activity_id": [due.series.activity_id for due, _, _ in rows],
                "number": [due.number for due, _, _ in rows],
                "helper_id": self.helper_id,
                "family_id": [due.series.family_id for due, _, _ in rows],
                "due_day": [self._code(due.due) for due, _, _ in rows],
                "day": [codes[day] for _, day, _ in rows],
                "start_minute": [start for _, _, start in rows],
                "minutes": [due.series.minutes for due, _, _ in rows],
                "status": "planned",
            }
        )
        planned[["member_id", "programme"]] = details.loc[planned["activity_id"]].to_numpy()
        frames = [conform(VISITS, planned)] if len(planned) else []
        frames += [self.stays] if len(self.stays) or not frames else []
        return pd.concat(frames, ignore_index=True).sort_values(["day", "start_minute", "visit_id"], kind="stable")

    def _stop(self, due: _Due, day: int) -> Stop:
        """A visit that stays on its day keeps its time; any other has none yet."""
        start = due.stood[1] if due.stood is not None and due.stood[0] == day else -1
        return Stop(due.visit_id, due.series.family_id, due.series.minutes, start)

    def _code(self, place: int) -> int:
        return day_of(dt.date.fromordinal(self.agenda.first_ordinal + place))

    def _problems(self) -> Iterator[Message]:
        wanted = [
            (series.activity_id, series.minutes)
            for series in self.series.values()
            for _, due, days in self._windows(series, series.firsts[0])
            if days or (due <= series.last and not self.open.places)
        ]
        free = [length for place, (_, length) in enumerate(self.gaps) if place >= self.today]
        yield from reasons_against(self.agenda, self.helper_id, self.days.iloc[self.today :], free, wanted)

    def _left_out(self, dues: Sequence[_Due], days: Mapping[str, int]) -> pd.DataFrame:
        rows = []
        for due in dues:
            if due.visit_id not in days:
                is_after = due.due > due.series.last
                # A visit that was missed, with the next one's time begun, is as one whose follower is made.
                is_missed = not due.window and due.due + due.series.tolerance < self.today and bool(self.open.places)
                is_overtaken = is_missed or due.series.is_overtaken(due.number)
                why = "after_end" if is_after else "overtaken" if is_overtaken else "full" if due.window else "closed"
                due_day = pd.NA if is_after else self._code(due.due)
                series = due.series
                rows.append(
                    (due.visit_id, series.activity_id, due.number, self.helper_id, series.family_id, due_day, why)
                )
        return pd.DataFrame(rows, columns=LEFT_OUT_COLUMNS).astype({"number": "Int64", "due_day": "Int64"})

    def _schedule(
        self,
        visits: pd.DataFrame,
        dues: Sequence[_Due],
        chosen: Chosen,
        days: Mapping[str, int],
        problems: tuple[Message, ...],
    ) -> Schedule:
        left_out = self._left_out(dues, days)
        bound = min(self._bound([due for due in dues if due.visit_id in days]), chosen.peak)
        load = {
            "helper_id": self.helper_id,
            "planned": len(days),
            "workdays": len(self.open.places),
            "peak": chosen.peak,
            "peak_bound": bound,
            "peak_gap": chosen.peak - bound,
            "moved": sum(option.moved for option in chosen.options),
            "spread_cost": chosen.spread_cost if chosen.spread_cost >= 0 else pd.NA,
            "spread_bound": chosen.spread_bound if chosen.spread_cost >= 0 else pd.NA,
        }
        notices = tuple(notices_of(self.helper_id, left_out))
        return Schedule(
            visits,
            left_out,
            pd.DataFrame([load]).astype({"spread_cost": "Int64", "spread_bound": "Int64"}),
            problems,
            notices,
        )
