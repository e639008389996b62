"""One helper, one month: the families carried, the month's grid, this week, what is overdue, and the year.

``open_helper(helper, month, on_day)`` returns a :class:`HelperCase`; each of its methods is one answer on the page.
It shows one helper's own families and nobody else's.  The page may be printed and carried along, so what is private is
veiled on it (:mod:`hamyar.faces.helper_names`) unless the helper asks for it on the screen with ``private``.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.calendar.adherence import STATES, adherence_counts
from hamyar.core.economy.assessment import Assessment, assess_families
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.levels import subject_levels
from hamyar.core.plan.years import carriers
from hamyar.faces.blocks import Block, Facts, Field, FieldKind, Finding, Heading, KeyFigure, KeyFigures, Table
from hamyar.faces.charting import Chart
from hamyar.faces.helper_goals import HelpGoals
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_rules import day_of_page, last_day_of, months_of, work_rules
from hamyar.faces.helper_text import hours, long_day, named_day
from hamyar.faces.helper_visits import by_visit, of_families, overdue, seen, to_come, visit_table
from hamyar.faces.helper_work import PARTS, HelperWork
from hamyar.faces.helper_year import HelperYear, closed_days, year_of
from hamyar.faces.labels import label
from hamyar.faces.month_grid import DayEntry, MonthGrid, days_off, visit_entry, week_of
from hamyar.faces.pages import Several, notices, provenance
from hamyar.faces.result import Result
from hamyar.faces.sources import Source, find_source
from hamyar.words import Words


class HelperUnknown(HamyarError):
    msgid = N_("There is no helper with the code {helper}. Look the code up in the list of helpers.")


def open_helper(
    helper: str, month: str, on_day: str = "", *, private: bool = False, language: str | None = None
) -> "HelperCase":
    """The calendar of a helper in a Jalali month such as ``1404-08``, as seen on a day such as ``1404-08-15``.

    An empty ``helper`` is the first of the centre who carries families; an empty ``on_day`` the last day of the month.
    Raises ``HelperUnknown``, ``NotAMonth`` or ``NotADay``.
    """
    found = Month.parse(month)
    return HelperCase(
        find_source(), helper, found, day_of_page(on_day, last_day_of(found)), Words(language), private=private
    )


class HelperCase:
    """A helper's month, ready to be shown."""

    def __init__(
        self, source: Source, helper_id: str, month: Month, on_day: int, words: Words, *, private: bool = False
    ) -> None:
        self.source, self.month, self.on_day, self.words = source, month, on_day, words
        self.whole = source.tables()
        self.months = months_of(source, month)
        self.rules = work_rules(source, month)
        self.helper_id = self._chosen(helper_id)
        self.carried = carriers(self.whole.assignments, on_day, self.months, [self.helper_id])
        self.tables = self.whole.only(self.carried["family_id"].tolist())
        self.names = HelpNames(source.parameters, self.whole, month, words, on_paper=not private)
        self.visits = self.whole.visits[self.whole.visits["helper_id"] == self.helper_id]
        self.frame = seen(self.visits, on_day, self.names)

    def _chosen(self, helper_id: str) -> str:
        """The helper of that code; for an empty one the first who carries families, or the first there is."""
        known = sorted(self.whole.helpers["helper_id"].astype("str"))
        if helper_id.strip():
            if helper_id not in known:
                raise HelperUnknown(helper=helper_id)
            return helper_id
        busy = carriers(self.whole.assignments, self.on_day, self.months)["helper_id"].tolist()
        return next(iter([*busy, *known]), "")

    @cached_property
    def assessment(self) -> Assessment:
        return assess_families(self.tables, self.source.parameters, self.month, history_months=0)

    @cached_property
    def year(self) -> HelperYear:
        return HelperYear(
            self.whole,
            self.helper_id,
            self.frame,
            year_of(self.carried, self.month, self.months),
            self.on_day,
            self.names,
        )

    @cached_property
    def work(self) -> HelperWork:
        return HelperWork(self.whole, self.helper_id, self.frame, self.on_day, self.rules, self.words)

    # -- what the page says first --

    def notices(self) -> Block:
        """Invented data, and values nobody has confirmed; then that there is no helper, where that is so."""
        blocks: list[Block] = [notices(self.whole.is_synthetic, self.assessment.rules, self.words)]
        if self.rules is not None:
            blocks.append(notices(False, self.rules.trace, self.words))
        if not self.helper_id:
            blocks.append(Finding(message(N_("No helper is recorded yet. Import the helpers first.")), self.words))
        return Several(blocks)

    def headline(self) -> Block:
        """Whose calendar this is, and as seen on which day."""
        facts = {self.words(N_("Helper")): self.helper_id or None, self.words(N_("As seen on")): self._today()}
        return Several([Facts(facts, self.words), Finding(self._main_sentence(), self.words)])

    def _today(self) -> str:
        return long_day(self.on_day, self.words)

    def _main_sentence(self) -> Message:
        late = len(overdue(self.frame))
        coming = to_come(of_families(self.frame))
        if late:
            return nmessage(
                N_("{count} visit is overdue; tell what became of it, or make a new day for it."),
                N_("{count} visits are overdue; tell what became of them, or make new days for them."),
                late,
            )
        if not len(coming):
            return message(N_("No visit is planned from this day on."))
        return message(N_("Nothing is overdue. The next visit is on {day}."), day=self._day(coming["day"].iloc[0]))

    def key_figures(self) -> KeyFigures:
        """Families against the bounds, an ordinary week, what is overdue, and training."""
        words = self.words
        planned, free = self.year.weekly_minutes()
        figures = [
            KeyFigure(words(N_("Families carried")), len(self.carried), self._bounds()),
            KeyFigure(
                words(N_("Hours planned a week")),
                hours(planned, words),
                message(N_("of {hours} there are"), hours=hours(free, words)),
            ),
            KeyFigure(words(N_("Overdue visits")), len(overdue(self.frame))),
            KeyFigure(words(N_("Hours of training")), *self._training()),
        ]
        return KeyFigures(figures, words)

    def _training(self) -> tuple[str | None, Message | str]:
        """Hours held before the first family and in service, and what the rules ask for."""
        trained, rules = self.work.trained, self.rules
        if trained is None or rules is None:
            return None, ""
        held = (hours(trained[f"minutes_{short}_done"], self.words) for short in PARTS.values())
        needed = (rules.training_minutes_before, rules.training_minutes_in_service)
        before, after = (hours(minutes, self.words) for minutes in needed)
        return " + ".join(held), message(N_("needed: {before} before, {after} in service"), before=before, after=after)

    def _bounds(self) -> Message | str:
        if self.rules is None:
            return ""
        found = self.rules.assignment
        return message(N_("between {least} and {most}, or none"), least=found.least, most=found.most)

    # -- families --

    def families(self) -> Block:
        """Every family carried: area, level, gap, next visit, and what is overdue."""
        if not len(self.carried):
            sentence = N_("This helper carries no family on {day}.")
            return Finding(message(sentence, day=self._day(self.on_day)), self.words)
        results = self.assessment.results
        frame = pd.DataFrame(
            {
                "family_id": results.index.astype("str"),
                "area": self.tables.families["area"].to_numpy(),
                "level": [self._levels.get(str(code)) for code in results.index],
                "gap_before_aid_money": results["gap_before_aid_money"].to_numpy(),
                "next": [self._next_of(str(code)) for code in results.index],
                "overdue": [self._overdue_of(str(code)) for code in results.index],
            }
        )
        titles: dict[str, tuple[str, FieldKind]] = {
            "family_id": (N_("Case"), "case"),
            "area": (N_("Area"), "text"),
            "level": (N_("Level"), "code"),
            "gap_before_aid_money": (N_("Gap before aid"), "money"),
            "next": (N_("Next visit"), "kept"),
            "overdue": (N_("Overdue"), "number"),
        }
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]
        return Table(frame, fields, self.words, self.tables.currency, is_dense=True)

    @cached_property
    def _placed(self) -> Stratification | None:
        """The levels of every family carried; ``None`` without any, and where the month has no catalogue."""
        if not len(self.carried) or not self.source.parameters.has_indicators:
            return None
        return stratify_families(self.tables, self.source.parameters, self.month, self.assessment)

    @cached_property
    def _levels(self) -> dict[str, str]:
        results = {} if self._placed is None else self._placed.results["level"].items()
        return {str(code): str(level) for code, level in dict(results).items()}

    def _next_of(self, code: str) -> str:
        found = to_come(self.frame[self.frame["family_id"] == code])
        return named_day(found["day"].iloc[0], self.words) if len(found) else "–"

    def _overdue_of(self, code: str) -> int:
        return int((self.frame.loc[self.frame["family_id"] == code, "state"] == "late").sum())

    # -- the month, the week, and what is overdue --

    def month_grid(self) -> MonthGrid:
        """The month day by day: the visits, sessions and trainings, Fridays and holidays, closed days and leave.

        What is done for a family on one day is one entry; the names of its parts stand with the week and the programme.
        """
        entries: dict[int, list[DayEntry]] = {}
        visits: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for row in self.frame[self.frame["day"] // 100 == self.month.code].itertuples():
            start, state = int(row.start_minute), str(row.state)
            if pd.isna(row.family_id):
                entries.setdefault(int(row.day), []).append(DayEntry(start, str(row.purpose), state=state))
            else:
                visits.setdefault((int(row.day), str(row.family_id)), []).append((start, state))
        for (day, case), parts in visits.items():
            entries.setdefault(day, []).append(visit_entry(case, parts))
        first, last = self.month.code * 100 + 1, self.month.code * 100 + self.month.days
        leave = self.whole.helper_leave[self.whole.helper_leave["helper_id"] == self.helper_id]
        off = days_off(self.month, closed_days(self.names, first, last), leave, self.words)
        return MonthGrid(self.month, entries, self.words, off, self.on_day)

    def this_week(self) -> Block:
        """From Saturday to Friday of the week of the page: every visit with its hour and what is done, for whom."""
        week = week_of(self.on_day)
        frame = self.frame[self.frame["day"].isin(week)]
        between = {"first": self._day(week[0]), "last": self._day(week[-1])}
        if not len(frame):
            return Finding(message(N_("Nothing is planned from {first} to {last}."), **between), self.words)
        columns = ("when", "time", "family_or_none", "purpose", "state_word")
        caption = self.words(N_("From {first} to {last}"), **between)
        return visit_table(by_visit(frame, self.words), columns, self.words, caption)

    def overdue(self) -> Block:
        """What should have been done, since when, the longest first."""
        frame = overdue(self.frame)
        if not len(frame):
            return Finding(message(N_("Nothing is overdue.")), self.words)
        return visit_table(frame, ("when", "days_late", "family_or_none", "who", "purpose"), self.words)

    def duties(self) -> Block:
        """Sessions, trainings, events and tasks from this month on."""
        return self.work.coming(self.month.code * 100 + 1)

    # -- the year --

    def load(self) -> Block | Chart:
        return self.year.load()

    def programmes(self) -> Block:
        """Each family's and member's programme over the year with its goals; at the end what success is."""
        told = {str(code): self._about(str(code)) for code in self.carried["family_id"]}
        goals = self._goals
        notes = {code: goals.lines(code) if goals else [] for code in told}
        blocks = self.year.programmes(told, notes)
        if not blocks:
            return Finding(message(N_("No family is carried.")), self.words)
        return Several([*blocks, *self._successes()])

    @cached_property
    def _goals(self) -> HelpGoals | None:
        """The goals of the families carried; ``None`` where the month has no levels or no rules for a year of help."""
        if self._placed is None or self.rules is None:
            return None
        asked = (self.tables, self.source.parameters, self.month)
        levels = subject_levels(*asked, self._placed.family_ids, self._placed.indicators, self.assessment)
        return HelpGoals(self._placed, *asked, self.on_day, self.names, levels)

    def _successes(self) -> list[Block]:
        """What success of each programme is, once for all families."""
        codes = of_families(self.year.frame)["programme"].dropna().unique()
        told = {self.names.programme(code): text for code in codes if (text := self.names.success(code))}
        if not told:
            return []
        frame = pd.DataFrame(sorted(told.items()), columns=["programme", "success"])
        titles = {"programme": N_("Programme"), "success": N_("What success is")}
        fields = [Field(name, self.words(title)) for name, title in titles.items()]
        return [Heading(message(N_("What success is")), self.words, 3), Table(frame, fields, self.words, is_dense=True)]

    def _about(self, code: str) -> str:
        family = self.tables.families[self.tables.families["family_id"] == code].iloc[0]
        level = self._levels.get(code)
        parts = [label(level, self.words) if level else "", "" if pd.isna(family["area"]) else str(family["area"])]
        return " · ".join(part for part in parts if part)

    def adherence(self) -> Block:
        return self.work.adherence(self.visits)

    # -- for programs --

    def result(self) -> Result:
        counts = adherence_counts(self.visits, self.on_day, "helper_id").sum()
        trained = self.work.trained
        planned, free = self.year.weekly_minutes()
        values: dict[str, Any] = {
            "on_day": day_to_iso(self.on_day),
            "families": self.carried["family_id"].tolist(),
            **{f"visits_{state}": int(counts.get(state, 0)) for state in (*STATES, "due")},
            "week_minutes": planned,
            "week_minutes_there_are": free,
            **{
                f"training_minutes_{short}": None if trained is None else int(trained[f"minutes_{short}_done"])
                for short in PARTS.values()
            },
        }
        status = "complete" if self.helper_id and len(self.visits) else "incomplete"
        return Result("helper", self.helper_id, str(self.month), status, values)

    def provenance(self) -> Block:
        return provenance(self.source.origin, self.month, self.words)

    # -- helpers --

    def _day(self, day: int) -> str:
        return named_day(int(day), self.words)


__all__ = ["HelperCase", "HelperUnknown", "open_helper"]
