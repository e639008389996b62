"""The family's own page: when the helper comes, and what was agreed, in plain words and large type.

It hangs on the family's wall, and everybody at home and every guest reads it.  So nothing stands on it that could hurt
or shame: no level, no score, no amount, no code but the case's.  What a reader could hold against somebody, and what
is for one member alone, is a visit and nothing more (:meth:`hamyar.faces.helper_names.HelpNames.may_be_told_at_home`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import pandas as pd

from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.message import N_, Message, message
from hamyar.core.plan.years import accepted_rows, in_force
from hamyar.core.tables import CaseTables
from hamyar.faces.blocks import Block, Notice
from hamyar.faces.family import FamilyUnknown
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_rules import day_of_page, months_of
from hamyar.faces.helper_text import clock, named_day, rhythm_message
from hamyar.faces.helper_visits import seen, to_come
from hamyar.faces.pages import provenance
from hamyar.faces.result import Result
from hamyar.faces.sources import Source, find_source
from hamyar.faces.text import clip, sentence_html
from hamyar.faces.visit_titles import PLAIN_VISIT, family_titles, family_visits
from hamyar.words import Words

_SEATED = ("enrolled", "attended")
# From more than so many lines on, the type is smaller, so that the page stays one sheet.
LARGE_TYPE_LINES = 8


def open_family_page(family: str, month: str, on_day: str = "", language: str | None = None) -> "FamilyPageCase":
    """The page of one family for a Jalali month such as ``1404-08``.

    An empty ``on_day`` is the first day of the month: the page is handed over when the month begins.
    Raises ``FamilyUnknown``, ``NotAMonth`` or ``NotADay``.
    """
    found = Month.parse(month)
    return FamilyPageCase(find_source(), family, found, day_of_page(on_day, found.code * 100 + 1), Words(language))


@dataclass(frozen=True)
class PlainVisit:
    """One line of the month: which day, at what hour, what for, and a word where it is over or does not take place."""

    day: str
    hour: str
    what: str
    remark: str = ""
    is_over: bool = False


@dataclass(frozen=True, repr=False)
class PlainPage(Block):
    """Sentences and short lists in large type; a list that is empty is not there."""

    template: ClassVar[str] = "plain_page"
    opening: Message
    next_visit: Message | None
    month_title: Message
    visits: Sequence[PlainVisit]
    agreed: Sequence[str]
    gatherings: Sequence[Message]
    words: Words

    def context(self) -> dict[str, Any]:
        words = self.words
        return {
            "is_long": len(self.visits) + len(self.agreed) + len(self.gatherings) > LARGE_TYPE_LINES,
            "opening": sentence_html(self.opening, words),
            "next_visit": "" if self.next_visit is None else sentence_html(self.next_visit, words),
            "month_title": sentence_html(self.month_title, words),
            "hour_word": words(N_("at")),
            "visits": [
                {
                    "day": clip(visit.day),
                    "hour": visit.hour,
                    "what": clip(visit.what),
                    "remark": clip(visit.remark),
                    "is_over": visit.is_over,
                }
                for visit in self.visits
            ],
            "no_visits": words(N_("No visit is planned in this month. Your helper will tell you.")),
            "agreed_title": words(N_("What we agreed")),
            "agreed": [clip(line) for line in self.agreed],
            "gatherings_title": words(N_("Gatherings and classes")),
            "gatherings": [sentence_html(line, words) for line in self.gatherings],
            "away_title": words(N_("If you cannot be at home")),
            "away": words(N_("Please tell your helper or the centre’s office a day before. We will find another day.")),
            "office": words(N_("The centre’s office:")),
        }


class FamilyPageCase:
    """One family's page for a month."""

    def __init__(self, source: Source, family: str, month: Month, on_day: int, words: Words) -> None:
        self.source, self.family_id, self.month, self.on_day, self.words = source, family, month, on_day, words
        self.tables: CaseTables = source.tables([family])
        if not len(self.tables.families):
            raise FamilyUnknown(family=family)
        self.names = HelpNames(source.parameters, self.tables, month, words, on_paper=True)
        visits = family_visits(self.tables.visits, family)
        titles = family_titles(visits, self.tables, source.parameters, month, words)
        frame = seen(visits, on_day, self.names)
        self.frame = frame.assign(purpose=frame["visit_id"].map(titles))

    def notices(self) -> Block | None:
        """That the data are invented, where they are; nothing else belongs on this page."""
        if not self.tables.is_synthetic:
            return None
        return Notice(
            "synthetic", message(N_("No family on this page exists. The data were made by a program.")), self.words
        )

    def page(self) -> PlainPage:
        return PlainPage(
            message(N_("This page tells when your helper comes to you in {month}."), month=self.month),
            self._next(),
            message(N_("Visits in {month}"), month=self.month),
            self.visits,
            self.agreed,
            self._gatherings(),
            self.words,
        )

    def _next(self) -> Message | None:
        coming = to_come(self.frame)
        if not len(coming):
            return None
        first = coming.iloc[0]
        return message(
            N_("Next visit: {day}, at {hour}."),
            day=named_day(int(first["day"]), self.words),
            hour=clock(int(first["start_minute"]), self.words),
        )

    @cached_property
    def visits(self) -> list[PlainVisit]:
        """The visits of the month by day and hour; several things on one day are one line.

        A cancelled visit is told where it is the only one of its day: else somebody comes all the same.
        """
        frame = self.frame[self.frame["day"] // 100 == self.month.code]
        lines = []
        for _, group in frame.groupby("day", sort=True):
            standing = group[group["state"] != "cancelled"]
            lines.append(self._line(standing if len(standing) else group))
        return lines

    def _told(self, purposes: pd.Series) -> list[str]:
        """What is done on one day; a plain visit beside something named would only ask what it is."""
        plain = self.words(PLAIN_VISIT)
        named = [purpose for purpose in dict.fromkeys(purposes) if purpose != plain]
        return named or [plain]

    def _line(self, group: pd.DataFrame) -> PlainVisit:
        first, states = group.iloc[0], set(group["state"])
        remark = ""
        if states == {"cancelled"}:
            remark = self.words(N_("does not take place"))
        elif states <= {"done", "done_late"}:
            remark = self.words(N_("done"))
        joiner = "، " if self.words.language == "fa" else ", "
        return PlainVisit(
            named_day(int(first["day"]), self.words),
            clock(int(first["start_minute"]), self.words),
            joiner.join(self._told(group["purpose"])),
            remark,
            bool(remark),
        )

    @cached_property
    def agreed(self) -> list[str]:
        """What is done for the whole family and may be read by everybody, each with how often.

        First what every family has, as far as it stands in this one's calendar; then what was accepted for it.
        """
        rows = accepted_rows(in_force(self.tables.plans, self.on_day, months_of(self.source, self.month)))
        rows = rows[rows["subject_id"] == rows["family_id"]]
        told = {
            # A standing activity goes on through the year, so how many times is no news.
            code: rhythm_message(self.names.rhythm_of(code)[0])
            for code in self.frame["programme"]
            if self.names.is_standing(code) and self.names.may_be_told_at_home(code)
        }
        told |= {
            row.programme: self.names.rhythm(row)
            for row in rows.itertuples()
            if self.names.may_be_told_at_home(row.programme)
        }
        return [
            self.words(
                N_("{programme}: {rhythm}"),
                programme=self.names.programme(code),
                rhythm=rhythm,
            )
            for code, rhythm in told.items()
        ]

    def _gatherings(self) -> list[Message]:
        """Events of this month and later in which the family itself has a place; what could shame has no name."""
        mine = self.tables.enrolments
        mine = mine[(mine["subject_id"] == self.family_id) & mine["state"].isin(_SEATED)]
        events = self.tables.events.merge(mine[["event_id"]], on="event_id")
        events = events[(events["day"] >= self.on_day) & (events["state"] == "planned")]
        return [self._gathering(row) for row in events.sort_values(["day", "start_minute"]).itertuples()]

    def _gathering(self, event: Any) -> Message:
        is_open = self.names.may_be_told_at_home(event.programme) and not pd.isna(event.title)
        values = {
            "what": str(event.title) if is_open else self.words(N_("A gathering at the centre")),
            "day": named_day(int(event.day), self.words),
            "hour": clock(int(event.start_minute), self.words),
        }
        # The place of what must not be named would name it, too; the helper tells it.
        if pd.isna(event.place) or not is_open:
            return message(N_("{what}: {day}, at {hour}"), **values)
        return message(N_("{what}: {day}, at {hour}, {place}"), place=str(event.place), **values)

    def result(self) -> Result:
        values = {
            "on_day": day_to_iso(self.on_day),
            "visits_of_month": len(self.visits),
            "visits_to_come": len(to_come(self.frame)),
            "agreed": len(self.agreed),
        }
        return Result(
            "family_page", self.family_id, str(self.month), "complete" if len(self.frame) else "incomplete", values
        )

    def provenance(self) -> Block:
        return provenance(self.source.origin, self.month, self.words)
