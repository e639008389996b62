"""How a family stands in the list of the home page: one row, and below the field what a search found."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.rial import Money, currency_of
from hamyar.faces.addresses import address
from hamyar.faces.helper_text import named_day, state_icon
from hamyar.faces.home_families import OwnFamilies, words_of
from hamyar.faces.labels import label
from hamyar.faces.linked_blocks import Cell, Head, Level, Line, Link, LinkedTable, Marked
from hamyar.faces.widgets.finder import Finder, Found
from hamyar.words import Words

# Who has more families finds them by searching.
MOST_ROWS = 60


class FamilyRows:
    """The list of ``families``; ``slug`` is the page a family's name leads to, empty where none is open."""

    def __init__(self, families: OwnFamilies, slug: str, words: Words) -> None:
        self.families, self.slug, self.words = families, slug, words

    def finder(self) -> Finder:
        """The field for searching, with the list below it."""
        words = self.words
        return Finder(
            self.find,
            label=words(N_("Search my families")),
            description=words(N_("Name, case code, area, telephone or national id; any spelling, any digits.")),
            language=words.language,
        )

    def find(self, query: str) -> Found:
        """The families in which every word of ``query`` is found."""
        found = self.families.found(query)
        shown = found.head(MOST_ROWS)
        told = self.words(self._told(len(found), len(self.families.frame), is_search=bool(words_of(query))))
        if len(shown) < len(found):
            told += " " + self.words(
                message(N_("The first {count} are shown; type more to find others."), count=len(shown))
            )
        return Found(Markup(self.table(shown)._repr_html_() if len(shown) else ""), told)  # noqa: S704 - made of blocks

    def _told(self, found: int, families: int, *, is_search: bool) -> Message:
        if not is_search:
            return nmessage(N_("{count} family"), N_("{count} families"), families)
        if not found:
            return message(N_("No family is found. Try fewer letters, or a part of the name."))
        return nmessage(N_("{found} of {count} family"), N_("{found} of {count} families"), families, found=found)

    def table(self, frame: pd.DataFrame) -> LinkedTable:
        """Rows of :attr:`OwnFamilies.frame` as a table that leads to their files."""
        month = self.words.month(self.families.month)
        heads = [
            Head(self.words(N_("Family"))),
            Head(self.words(N_("Level, {month}"), month=month)),
            Head(self.words(N_("Gap before aid"))),
            Head(self.words(N_("What is due"))),
            Head(self.words(N_("What is incomplete"))),
        ]
        rows = [
            [self._who(row), self._level(row), self._gap(row), self._due(row), self._incomplete(row)]
            for row in frame.itertuples()
        ]
        return LinkedTable(heads, rows, self.words)

    def _who(self, row: Any) -> Cell:
        href = address(self.slug, family=row.family_id, month=self.families.month) if self.slug else None
        link = Link(row.name, href, code=row.family_id) if row.name else Link(row.family_id, href)
        return [link] if pd.isna(row.area) else [link, str(row.area)]

    def _level(self, row: Any) -> Cell:
        return [Level(row.level, row.level_at_best, row.level_at_worst)]

    def _gap(self, row: Any) -> Cell:
        if not pd.isna(row.gap):
            return [message(N_("{gap}"), gap=self._money(row.gap))]
        lines: list[Line] = [message(N_("not known"))]
        if not pd.isna(row.gap_at_least) and row.gap_at_least > 0:
            lines.append(message(N_("at least {gap}"), gap=self._money(row.gap_at_least)))
        if not pd.isna(row.gap_before):
            lines.append(message(N_("in {month}: {gap}"), month=self._before, gap=self._money(row.gap_before)))
        return lines

    @property
    def _before(self) -> Month:
        return self.families.month + -1

    def _money(self, amount: Any) -> Money:
        return Money(int(amount), currency_of(self.families.tables.currency))

    def _due(self, row: Any) -> Cell:
        lines: list[Line] = []
        if row.late:
            told = nmessage(
                N_("{count} visit is overdue, by {days} days"),
                N_("{count} visits are overdue, the longest by {days} days"),
                int(row.late),
                days=int(row.late_days),
            )
            lines.append(Marked(state_icon("late", self.words, beside_word=True), told))
        if not pd.isna(row.next_day):
            told = message(N_("Next visit: {day}"), day=named_day(int(row.next_day), self.words))
            lines.append(Marked(state_icon("to_come", self.words, beside_word=True), told))
        if row.ending:
            lines.append(
                nmessage(
                    N_("{count} answer goes out of date after {month}; ask again"),
                    N_("{count} answers go out of date after {month}; ask again"),
                    int(row.ending),
                    month=self.families.month,
                )
            )
        return lines

    def _incomplete(self, row: Any) -> Cell:
        lines: list[Line] = []
        if row.draft:
            lines.append(message(N_("A draft was begun and not submitted")))
        if row.unknown_facts:
            names = [label(code, self.words) for code in row.unknown_facts.split()]
            lines.append(message(N_("Not known: {facts}"), facts=names))
        if row.open:
            lines.append(nmessage(N_("{count} question is open"), N_("{count} questions are open"), int(row.open)))
        if row.unreasoned:
            lines.append(
                nmessage(N_("{count} harm has no reason"), N_("{count} harms have no reason"), int(row.unreasoned))
            )
        return lines


__all__ = ["MOST_ROWS", "FamilyRows"]
