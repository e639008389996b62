"""The files of calendars: iCalendar for programs, and which pages are printed.

Visits of the last twelve months are in an iCalendar file, so that what was done stays to be seen;
older ones stay in calendar programs as they are.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hamyar.batch.pages import PageTask, file_name
from hamyar.core.calendar.agenda_visits import taken_over
from hamyar.core.calendar.icalendar_text import NO_SUMMER_TIME_SINCE, family_calendar, helper_calendar
from hamyar.core.jalali import Month, day_of, day_to_iso
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables
from hamyar.faces.visit_titles import PLAIN_VISIT, family_titles, family_visits, helper_titles
from hamyar.words import Words

HELPER_NOTEBOOK, FAMILY_NOTEBOOK = "helper_calendar.ipynb", "family_calendar.ipynb"
HELPERS, FAMILIES = "helpers", "families"
MONTHS_SHOWN = 12


@dataclass(frozen=True, eq=False)
class Issue:
    """What the calendars are issued from: the facts as they stand, and the change of the log they stand at.

    ``begin`` is the day from which was planned; ``stamp`` the moment of change ``seq``, aware.
    """

    tables: CaseTables
    parameters: ParameterSet
    month: Month
    begin: int
    seq: int
    stamp: dt.datetime
    words: Words

    @property
    def visits(self) -> pd.DataFrame:
        """The visits that calendar programs are told of."""
        first = max((self.month + -MONTHS_SHOWN).code * 100 + 1, day_of(NO_SUMMER_TIME_SINCE))
        return self.tables.visits[self.tables.visits["day"] >= first]

    def families_of(self, helper_ids: Sequence[str]) -> list[str]:
        """The families with visits of these helpers, past, to come or withdrawn; sorted."""
        rows = self.visits[self.visits["helper_id"].isin(list(helper_ids))]
        return sorted(rows["family_id"].dropna().unique())

    def former_helpers(self, helper_ids: Sequence[str]) -> list[str]:
        """Who carried families of these helpers before, and whose programs must be told that visits to come are gone.

        It is read from the store, so a run that died before it wrote its files is made up for by the next.
        """
        theirs = self.visits[self.visits["helper_id"].isin(list(helper_ids)) & (self.visits["day"] >= self.begin)]
        rows = self.tables.assignments
        before = set(rows.loc[rows["family_id"].isin(theirs["family_id"].dropna()), "helper_id"]) - set(helper_ids)
        return sorted(code for code in before if len(taken_over(theirs, rows, code)))

    def calendars(self, helper_ids: Sequence[str], family_ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Path in the folder and content of each iCalendar file."""
        for helper_id in helper_ids:
            yield f"{HELPERS}/{file_name(helper_id)}.ics", self._of_helper(helper_id)
        for family_id in family_ids:
            yield f"{FAMILIES}/{file_name(family_id)}.ics", self._of_family(family_id)

    def _of_helper(self, helper_id: str) -> bytes:
        mine = self.visits[self.visits["helper_id"] == helper_id]
        gone = taken_over(self.visits, self.tables.assignments, helper_id)
        told = (self.tables, self.parameters, self.month, self.words)
        # What became of a family after this helper is not his to read.
        titles = helper_titles(mine, *told) | dict.fromkeys(gone["visit_id"], self.words(PLAIN_VISIT))
        rows = pd.concat([frame for frame in (mine, gone) if len(frame)] or [mine])
        name = self.words(N_("Helper {helper}"), helper=helper_id)
        return helper_calendar(rows, helper_id, titles, stamp=self.stamp, issue=self.seq, name=name)

    def _of_family(self, family_id: str) -> bytes:
        rows = family_visits(self.visits, family_id)
        titles = family_titles(rows, self.tables, self.parameters, self.month, self.words)
        name = self.words(N_("Visits of the helper"))
        return family_calendar(rows, family_id, titles, stamp=self.stamp, issue=self.seq, name=name)

    def pages(
        self, helper_ids: Sequence[str], family_ids: Sequence[str], notebooks: Path, folder: Path
    ) -> list[PageTask]:
        """One page for each helper and each family, in ``folder``."""
        helper_title, family_title = self.words(N_("Calendar of the helper")), self.words(N_("Calendar of the family"))
        return [
            *(
                self._page(code, "helper", notebooks / HELPER_NOTEBOOK, folder / HELPERS, helper_title)
                for code in helper_ids
            ),
            *(
                self._page(code, "family", notebooks / FAMILY_NOTEBOOK, folder / FAMILIES, family_title)
                for code in family_ids
            ),
        ]

    def _page(self, code: str, whose: str, notebook: Path, folder: Path, title: str) -> PageTask:
        header: dict[str, Any] = {
            **{"title": title, "month": self.month, "centre": self.tables.title},
            **{"helper" if whose == "helper" else "case": code},
            **{"is_synthetic": self.tables.is_synthetic, "created": self.stamp.isoformat(timespec="seconds")},
        }
        return PageTask(
            case=code,
            notebook=notebook,
            parameters={whose: code, "month": str(self.month), "on_day": day_to_iso(self.begin)},
            target=folder / f"{file_name(code)}.pdf",
            header=header,
        )
