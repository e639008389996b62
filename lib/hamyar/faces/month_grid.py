"""A Jalali month as a grid: one row for each week, from Saturday to Friday, and what is planned on each day.

The grid is a table with headings, so that it can be read by ear; on a narrow screen the same table becomes a list of
the days on which there is something (``templates/screen.css``).
A day on which nobody works says why in words (Friday stands at the head of its column) and has a tone and a frame of
its own besides; what became of a visit shows by its mark.  Nothing rests on colour alone.

Public holidays that follow the moon are estimates until it is sighted; the note below the grid says so.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Literal

import holidays
import pandas as pd
from markupsafe import Markup

from hamyar.core.jalali import FRIDAY, WEEKDAY_NAMES, Month, day_of, gregorian, public_holiday, weekday
from hamyar.core.message import N_, Message, nmessage
from hamyar.faces.blocks import Block
from hamyar.faces.helper_text import STATES, clock, state_icon, state_word
from hamyar.faces.text import clip, sentence_html
from hamyar.words import Words

OffKind = Literal["weekend", "holiday", "closed", "leave"]
_LONGEST_TITLE = 60


@dataclass(frozen=True)
class DayEntry:
    """One thing on one day: when it begins (minutes after midnight), what it is called, of which case.

    ``state`` is one of :data:`hamyar.core.calendar.adherence.STATES`; ``count``, how many things are done in one visit.
    """

    start_minute: int
    title: str | Message = ""
    case: str = ""
    state: str = "to_come"
    count: int = 1


def visit_entry(case: str, visits: Sequence[tuple[int, str]]) -> DayEntry:
    """What is done for one family on one day, as one entry: the hour at which each begins, and its state.

    What is overdue shows first, then what is still to come; what was cancelled only where nothing else took place.
    """
    there = {state for _, state in visits}
    state = next(found for found in ("late", "to_come", "done_late", "done", "cancelled") if found in there)
    standing = [minute for minute, found in visits if found != "cancelled"] or [minute for minute, _ in visits]
    return DayEntry(min(standing), "", case, state, len(standing))


@dataclass(frozen=True)
class DayOff:
    """Why nobody works on a day, and how it is called."""

    kind: OffKind
    name: str | Message


def days_of(month: Month) -> list[int]:
    """Every day of the month as the tables write it."""
    return [month.code * 100 + day for day in range(1, month.days + 1)]


def days_off(month: Month, closed: pd.DataFrame, leave: pd.DataFrame, words: Words) -> dict[int, list[DayOff]]:
    """Why nobody works, for the days of the month on which that is so.

    ``closed`` has ``first_day, last_day, why``, ``leave`` has ``first_day, last_day`` (of the one helper it is about).
    A day may have several reasons; they stand in the order in which the scheduler looks at them.
    """
    found: dict[int, list[DayOff]] = {}
    for day in days_of(month):
        date = gregorian(day)
        reasons: list[DayOff] = []
        if weekday(date) == FRIDAY:
            reasons.append(DayOff("weekend", words(N_("Friday"))))
        if public_holiday(date) is not None:
            reasons.append(DayOff("holiday", _holiday_name(date, words.language)))
        reasons += [DayOff("closed", row.why) for row in _covering(closed, day)]
        reasons += [DayOff("leave", words(N_("Leave"))) for _ in list(_covering(leave, day))[:1]]
        if reasons:
            found[day] = reasons
    return found


def _covering(periods: pd.DataFrame, day: int) -> Sequence[Any]:
    rows = periods[(periods["first_day"] <= day) & (periods["last_day"] >= day)]
    return list(rows.itertuples())


@lru_cache(maxsize=16)
def _english_holidays(gregorian_year: int) -> dict[dt.date, str]:
    return dict(holidays.country_holidays("IR", years=gregorian_year, language="en_US"))


def _holiday_name(date: dt.date, language: str) -> str:
    """The name of a public holiday; which days are holidays is decided in :mod:`hamyar.core.jalali`."""
    name = public_holiday(date) or ""
    return name if language == "fa" else _english_holidays(date.year).get(date, name)


@dataclass(frozen=True, repr=False)
class MonthGrid(Block):
    """The month with its entries by day, the days off, and ``on_day``, the day from which it is looked at."""

    template: ClassVar[str] = "month_grid"
    month: Month
    entries: Mapping[int, Sequence[DayEntry]]
    words: Words
    off: Mapping[int, Sequence[DayOff]] = field(default_factory=dict)
    on_day: int | None = None

    def context(self) -> dict[str, Any]:
        words = self.words
        weeks: list[list[dict[str, Any] | None]] = []
        for day in days_of(self.month):
            place = weekday(gregorian(day))
            if not weeks or place == 0:
                weeks.append([None] * 7)
            weeks[-1][place] = self._day(day, place)
        return {
            "caption": words(N_("Calendar of {month}"), month=self.month),
            "weekdays": WEEKDAY_NAMES[words.language],
            "friday": FRIDAY,
            "weeks": weeks,
            "legend": [
                (state_icon(state, words, beside_word=True), state_word(state, words)) for state in self._states()
            ],
            "note": words(N_("Feasts that follow the moon are estimates; sighting may move them by a day."))
            if any(reason.kind == "holiday" for reasons in self.off.values() for reason in reasons)
            else "",
        }

    def _states(self) -> list[str]:
        there = {entry.state for entries in self.entries.values() for entry in entries}
        return [state for state in STATES if state in there]

    def _day(self, day: int, place: int) -> dict[str, Any]:
        words = self.words
        reasons = [reason for reason in self.off.get(day, ()) if reason.kind != "weekend"]
        kinds = [reason.kind for reason in self.off.get(day, ())]
        entries = sorted(self.entries.get(day, ()), key=lambda entry: (entry.start_minute, entry.case))
        return {
            "number": words.number(day % 100),
            "weekday": WEEKDAY_NAMES[words.language][place],
            "date": gregorian(day).isoformat(),
            "classes": " ".join(f"off-{kind}" for kind in dict.fromkeys(kinds)),
            "is_today": day == self.on_day,
            "reasons": [(reason.kind, sentence_html(reason.name, words)) for reason in reasons],
            "entries": [self._entry(entry) for entry in entries],
        }

    def _entry(self, entry: DayEntry) -> dict[str, Any]:
        title = self.words(entry.title) if isinstance(entry.title, Message) else entry.title
        return {
            "time": clock(entry.start_minute, self.words),
            "case": clip(entry.case, 40),
            "title": clip(title, _LONGEST_TITLE),
            "count": ""
            if entry.count == 1
            else self.words(nmessage(N_("{count} item"), N_("{count} items"), entry.count)),
            "state": entry.state,
            # What is still to come is the ordinary case and needs no mark in a small cell.
            "icon": Markup("") if entry.state == "to_come" else state_icon(entry.state, self.words),
        }


def week_of(day: int) -> list[int]:
    """The seven days of the week of ``day``, from Saturday to Friday."""
    date = gregorian(day)
    first = date - dt.timedelta(days=weekday(date))
    return [day_of(first + dt.timedelta(days=place)) for place in range(7)]


__all__ = ["DayEntry", "DayOff", "MonthGrid", "days_of", "days_off", "visit_entry", "week_of"]
