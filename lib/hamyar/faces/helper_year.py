"""A helper's year of help: how full its weeks are, and each family's and member's programme over its months.

The year begins where the first of the assignments in force begins and ends where the last of them ends.
A helper who carries nobody is shown the year that begins with the month of the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from hamyar.core.calendar.agenda_inputs import away
from hamyar.core.calendar.tables import ACTIVITIES, CLOSED, Agenda
from hamyar.core.calendar.working_days import working_days
from hamyar.core.jalali import MONTH_NAMES, Month, day_ordinals
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.years import end_of_year
from hamyar.core.tables import CaseTables
from hamyar.faces import helper_charts
from hamyar.faces.blocks import Block, Finding
from hamyar.faces.charting import Chart
from hamyar.faces.drawn import Drawn
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_text import hours, short_day, short_month, state_icon
from hamyar.faces.helper_visits import NONE, busiest, of_families
from hamyar.faces.pages import Several
from hamyar.faces.text import clip, sentence_html
from hamyar.words import Words

_FIXED_KINDS = ("session", "training", "event")


def year_of(carried: pd.DataFrame, month: Month, months: int) -> tuple[int, int]:
    """First and last day of the year of help of ``carried`` (:func:`hamyar.core.plan.years.carriers`).

    Without any family it is the year from ``month`` on.
    """
    first = int(carried["year_from"].min()) if len(carried) else month.code * 100 + 1
    last = int(carried["until_day"].max()) if len(carried) else 0
    return first, max(last, end_of_year(first, months))


def closed_days(names: HelpNames, first_day: int, last_day: int) -> pd.DataFrame:
    """The closed periods of the centre that touch those days, with their reasons in the reader's language."""
    if not names.parameters.has_calendar:
        return CLOSED.empty()
    return names.parameters.calendar.closed_between(first_day, last_day, names.words.language)


@dataclass(frozen=True)
class FamilyProgramme:
    """One family's visits of the year (rows of ``seen``), how the family is told, and notes below the table."""

    case: str
    about: str
    visits: pd.DataFrame
    notes: Sequence[tuple[str, str | Message]] = ()


@dataclass(frozen=True, repr=False)
class ProgrammeYear(Block):
    """A family's programme over the months: one row for each activity, the days of each month with their marks."""

    template: ClassVar[str] = "programme_year"
    programme: FamilyProgramme
    months: Sequence[Month]
    on_day: int
    words: Words

    def context(self) -> dict[str, Any]:
        words = self.words
        codes = [month.code for month in self.months]
        return {
            "case": clip(self.programme.case, 40),
            "about": clip(self.programme.about),
            "heads": {
                "activity": words(N_("Activity")),
                "done": words(N_("Done")),
                "next": words(N_("Next")),
            },
            "months": [self._month(month) for month in self.months],
            "now": codes.index(self.on_day // 100) if self.on_day // 100 in codes else -1,
            "rows": self._rows(codes),
            "nothing": words(N_("No visit is planned for this family yet.")),
            "notes": [(clip(kind), sentence_html(text, words)) for kind, text in self.programme.notes],
        }

    def _month(self, month: Month) -> dict[str, str]:
        return {"name": MONTH_NAMES[self.words.language][month.month - 1], "short": short_month(month, self.words)}

    def _rows(self, codes: list[int]) -> list[dict[str, Any]]:
        visits = self.programme.visits
        # Small lists: a page has hundreds of cells, and a frame for each would take seconds.
        groups: dict[str, list[Any]] = {}
        for key, visit in zip(visits["activity_id"].fillna(visits["visit_id"]), visits.itertuples(), strict=True):
            groups.setdefault(key, []).append(visit)
        rows = [self._row(group, codes) for group in groups.values()]
        # What is for the whole family first, then member by member.
        return sorted(rows, key=lambda row: (row["who"] != "", row["who"]))

    def _row(self, group: list[Any], codes: list[int]) -> dict[str, Any]:
        words, first = self.words, group[0]
        states = [visit.state for visit in group]
        counted = len(group) - states.count("cancelled")
        coming = next((int(visit.day) for visit in group if visit.state == "to_come"), None)
        return {
            "name": clip(first.purpose),
            "who": "" if first.person == NONE else clip(first.person),
            "done": words(
                N_("{done} of {planned}"), done=states.count("done") + states.count("done_late"), planned=counted
            ),
            "next": NONE if coming is None else short_day(coming, words),
            "cells": self._cells([[visit for visit in group if visit.day // 100 == code] for code in codes], codes),
        }

    def _cells(self, months: list[list[Any]], codes: list[int]) -> list[dict[str, Any]]:
        """The cells of a row: a month with visits by itself, empty ones beside each other as one.

        A year of fifteen families would have two thousand cells, most of them empty; laying them out takes seconds.
        The month of the page keeps its own, because its lines run through the table.
        """
        cells: list[dict[str, Any]] = []
        for place, (code, visits) in enumerate(zip(codes, months, strict=True)):
            is_now = code == self.on_day // 100
            if cells and not visits and not cells[-1]["days"] and not is_now and not cells[-1]["is_now"]:
                cells[-1]["span"] += 1
            else:
                cells.append({"month": place, "span": 1, "is_now": is_now, "days": self._days(visits)})
        return cells

    def _days(self, visits: list[Any]) -> list[dict[str, Any]]:
        return [
            {
                "number": self.words.number(int(row.day) % 100),
                "state": row.state,
                "icon": "" if row.state == "to_come" else state_icon(row.state, self.words),
            }
            for row in visits
        ]


class HelperYear:
    """One helper's year; ``frame`` are all the helper's visits as :func:`~hamyar.faces.helper_visits.seen`."""

    def __init__(
        self,
        tables: CaseTables,
        helper_id: str,
        frame: pd.DataFrame,
        year: tuple[int, int],
        on_day: int,
        names: HelpNames,
    ) -> None:
        self.helper_id, self.on_day, self.names, self.words = helper_id, on_day, names, names.words
        self.first_day, self.last_day = year
        self.frame = frame[frame["day"].between(self.first_day, self.last_day)]
        agenda = Agenda(
            self.first_day,
            self.last_day,
            ACTIVITIES.empty(),
            _of(tables.helper_hours, helper_id),
            leave=away(tables, [helper_id], self.first_day, self.last_day),
            closed=closed_days(names, self.first_day, self.last_day),
        )
        self.days = working_days(agenda, helper_id)

    @property
    def workdays(self) -> int:
        """Days of the year on which the helper works."""
        return int((self.days["minutes"] > 0).sum())

    @property
    def months(self) -> list[Month]:
        return Month.from_code(self.first_day // 100).until(Month.from_code(self.last_day // 100))

    def weeks(self) -> pd.DataFrame:
        """One row per week: its first day, the minutes of visits and of fixed things, and the minutes there are."""
        taken = self.frame[self.frame["state"] != "cancelled"]
        places = day_ordinals(taken["day"].to_numpy(dtype=int)) - day_ordinals(self.days["day"].to_numpy()[:1])[0]
        weeks = self.days["week"].to_numpy()[places] if len(taken) else []
        is_fixed = taken["kind"].isin(_FIXED_KINDS)
        minutes = taken["minutes"].astype("int64")
        frame = self.days.groupby("week").agg(day=("day", "first"), free_minutes=("minutes", "sum"))
        sums = pd.DataFrame(
            {"week": weeks, "visit_minutes": minutes.where(~is_fixed, 0), "fixed_minutes": minutes.where(is_fixed, 0)}
        )
        frame = frame.join(sums.groupby("week").sum()).fillna(0).astype("int64")
        now = self.days.loc[self.days["day"] == self.on_day, "week"]
        return frame.assign(is_now=frame.index.isin(now))

    def weekly_minutes(self) -> tuple[int, int]:
        """What an ordinary week holds: the mean of planned and of offered minutes over the weeks with hours."""
        weeks = self.weeks()
        there = weeks[weeks["free_minutes"] > 0]
        if not len(there):
            return 0, 0
        planned = int((there["visit_minutes"] + there["fixed_minutes"]).mean().round())
        return planned, int(there["free_minutes"].mean().round())

    def load(self) -> Block | Chart:
        """The weeks of the year against the helper's hours; a sentence where nothing is planned."""
        if not len(self.frame):
            return Finding(message(N_("No visit is planned in this year of help yet.")), self.words)
        weeks = self.weeks()
        chart = helper_charts.load_over_year(weeks, self.words, self.words(self._load_sentence(weeks)))
        return Several([Drawn(chart), Finding(self._peak_sentence(), self.words)])

    def _load_sentence(self, weeks: pd.DataFrame) -> Message:
        planned = weeks["visit_minutes"] + weeks["fixed_minutes"]
        over, most = int((planned > weeks["free_minutes"]).sum()), hours(int(planned.max()), self.words)
        if not over:
            return message(N_("The fullest week has {most} hours; every week fits the hours there are."), most=most)
        return nmessage(
            N_("The fullest week has {most} hours; {count} week holds more than the hours there are."),
            N_("The fullest week has {most} hours; {count} weeks hold more than the hours there are."),
            over,
            most=most,
        )

    def _peak_sentence(self) -> Message:
        peak, bound = busiest(self.frame, self.workdays)
        return nmessage(
            N_("On the busiest day {count} family is visited; no plan of these visits can do with fewer than {bound}."),
            N_(
                "On the busiest day {count} families are visited; "
                "no plan of these visits can do with fewer than {bound}."
            ),
            peak,
            bound=bound,
        )

    def programmes(
        self, about: Mapping[str, str], notes: Mapping[str, Sequence[tuple[str, str | Message]]]
    ) -> list[Block]:
        """One block per family of ``about`` (case code: how it is told), in its order."""
        frame = of_families(self.frame)
        return [
            ProgrammeYear(
                FamilyProgramme(case, told, frame[frame["family_id"] == case], notes.get(case, ())),
                self.months,
                self.on_day,
                self.words,
            )
            for case, told in about.items()
        ]


def _of(frame: pd.DataFrame, helper_id: str) -> pd.DataFrame:
    return frame[frame["helper_id"] == helper_id]
