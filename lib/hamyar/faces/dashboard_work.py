"""What the helpers of the centre have to do: load, hours, overdue visits, and cases that wait for a commission.

What the centre's report already counts is taken from there (:mod:`hamyar.faces.centre_help`); here stand the hours
and, below each figure, the families behind it.  With ``outside`` there are no lists and nothing by helper.
The report is printed when its month is over; this page is opened in the middle of one, when the visits of next week
are not overdue, and who begins next week carries nobody yet.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.calendar.adherence import adherence
from hamyar.core.calendar.agenda_inputs import away
from hamyar.core.calendar.tables import ACTIVITIES, CLOSED, Agenda
from hamyar.core.calendar.working_days import working_days
from hamyar.core.meetings.commission_facts import OPEN_STATES, commission_name
from hamyar.core.meetings.commissions import cases_waiting
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.faces.addresses import address
from hamyar.faces.blocks import Block, Finding, Hidden, KeyFigure, KeyFigures
from hamyar.faces.centre_help import CentreHelp
from hamyar.faces.dashboard_leads import Leads, shown_count
from hamyar.faces.helper_rules import last_day_of
from hamyar.faces.helper_text import hours
from hamyar.faces.labels import label
from hamyar.faces.linked_blocks import Behind, Link, Part
from hamyar.faces.pages import Several
from hamyar.words import Words

# Days that an overdue visit may wait before it stands in the next group.
_AGES = ((7, N_("up to a week")), (30, N_("up to a month")), (10**6, N_("longer than a month")))


class CentreTasks:
    """The work of the month of ``help_``, as seen on its day; the hours are those of the whole month."""

    def __init__(
        self, help_: CentreHelp, leads: Leads, words: Words, least: int | None = None, *, sees_calendars: bool = False
    ) -> None:
        self.help, self.leads, self.words, self.least = help_, leads, words, least
        self.sees_calendars = sees_calendars
        self.tables, self.month, self.on_day, self.outside = help_.tables, help_.month, help_.on_day, help_.outside

    # -- load --

    @cached_property
    def hours(self) -> pd.DataFrame:
        """By helper in service: ``planned`` minutes of the month, and the minutes ``there`` are."""
        first, last = self.month.code * 100 + 1, last_day_of(self.month)
        ids = self.help.helpers["helper_id"].tolist()
        visits = self.tables.visits
        is_taken = visits["day"].between(first, last) & ~visits["status"].isin(["cancelled", "dropped"])
        planned = visits[is_taken].groupby("helper_id")["minutes"].sum()
        parameters = self.help.source.parameters
        closed = CLOSED.empty()
        if parameters.has_calendar:
            closed = parameters.calendar.closed_between(first, last, self.words.language)
        leave = away(self.tables, ids, first, last)
        agenda = Agenda(first, last, ACTIVITIES.empty(), self.tables.helper_hours, leave=leave, closed=closed)
        there = [int(working_days(agenda, code)["minutes"].sum()) for code in ids]
        return pd.DataFrame({"planned": planned.reindex(ids).fillna(0).astype(int), "there": there}, index=ids)

    def load(self) -> Block:
        """Families of each helper against the bounds; then each helper's hours and families."""
        blocks = self.help.load()
        if not blocks:
            return Finding(message(N_("No helper is recorded yet. Import the helpers first.")), self.words)
        if self.outside:
            return Several(blocks)
        return Several([*blocks, self._full(), *(self._helper(str(code)) for code in self.hours.index)])

    def _full(self) -> Finding:
        over = int((self.hours["planned"] > self.hours["there"]).sum())
        values = {"planned": hours(int(self.hours["planned"].sum()), self.words), "month": self.month}
        there = hours(int(self.hours["there"].sum()), self.words)
        return Finding(
            nmessage(
                N_("In {month} {planned} of {there} hours are planned; {count} helper has more planned than there is."),
                N_(
                    "In {month} {planned} of {there} hours are planned; "
                    "{count} helpers have more planned than there is."
                ),
                over,
                there=there,
                **values,
            ),
            self.words,
        )

    def _helper(self, code: str) -> Behind:
        carried = self.help.carried
        families = carried.loc[carried["helper_id"] == code, "family_id"].astype("str").tolist()
        row = self.hours.loc[code]
        told = nmessage(
            N_("{helper}: {count} family; {planned} of {there} hours planned this month"),
            N_("{helper}: {count} families; {planned} of {there} hours planned this month"),
            len(families),
            helper=code,
            planned=hours(int(row["planned"]), self.words),
            there=hours(int(row["there"]), self.words),
        )
        parts = [Part("", [self.leads.file(family) for family in families])]
        if self.sees_calendars and families:
            calendar = address("visits", helper=code, month=self.month)
            parts.append(Part("", [Link(message(N_("The calendar of this helper")), calendar)]))
        return Behind(told, parts, self.words)

    # -- overdue visits --

    @cached_property
    def _late(self) -> pd.DataFrame:
        """By family: overdue visits, the days of the longest, and the helper of it; the longest first."""
        told = adherence(self.tables.visits, self.on_day)
        late = told[(told["state"] == "late") & told["family_id"].notna()].sort_values(
            ["days_late", "family_id"], ascending=[False, True], kind="stable"
        )
        grouped = late.groupby("family_id", sort=False)
        return pd.DataFrame(
            {"visits": grouped.size(), "days": grouped["days_late"].max(), "helper_id": grouped["helper_id"].first()}
        )

    def overdue(self) -> Block:
        """The families with an overdue visit, by how long it has waited."""
        frame = self._late
        if not len(frame):
            return Finding(message(N_("Nothing is overdue.")), self.words)
        if self.outside:
            return KeyFigures(
                [KeyFigure(self.words(N_("Families with an overdue visit")), self._late_count())], self.words
            )
        blocks: list[Block] = [Finding(self._late_sentence(), self.words)]
        before = 0
        for days, title in _AGES:
            rows = frame[(frame["days"] > before) & (frame["days"] <= days)]
            links = [self.leads.file(str(row.Index), self._how_late(row)) for row in rows.itertuples()]
            count = nmessage(N_("{age}: {count} family"), N_("{age}: {count} families"), len(links), age=message(title))
            blocks.append(self.leads.behind(count, links))
            before = days
        return Several(blocks)

    def _late_count(self) -> int | Hidden:
        return shown_count(len(self._late), self.least, len(self.tables.families))

    def _late_sentence(self) -> Message:
        families, visits = len(self._late), int(self._late["visits"].sum())
        if visits == families:
            return nmessage(
                N_("In {count} family a visit is overdue."), N_("In {count} families a visit is overdue."), families
            )
        return nmessage(
            N_("{visits} visits are overdue, in {count} family."),
            N_("{visits} visits are overdue, in {count} families."),
            families,
            visits=visits,
        )

    def _how_late(self, row: Any) -> Message:
        return nmessage(
            N_("{count} visit, {days} days, helper {helper}"),
            N_("{count} visits, the longest {days} days, helper {helper}"),
            int(row.visits),
            days=int(row.days),
            helper=row.helper_id,
        )

    # -- commissions --

    @cached_property
    def _waiting(self) -> pd.DataFrame:
        found = cases_waiting(self.tables, self.on_day)
        # What ended after the day stood in a state then that nobody kept; the table above leaves it out as well.
        return found[found["state"].isin(OPEN_STATES)]

    def commissions(self) -> Block:
        """The cases before each commission by state, and who waits how long."""
        blocks = self.help.commissions()
        if not blocks:
            return Finding(message(N_("No case waits before a commission.")), self.words)
        if self.outside:
            return Several(blocks)
        lists = []
        for commission, cases in self._waiting.groupby("commission", observed=True, sort=True):
            links = [self.leads.levels(str(row.family_id), self._how_far(row)) for row in cases.itertuples()]
            told = nmessage(
                N_("{commission}: {count} case, for {days} days"),
                N_("{commission}: {count} cases, the longest for {days} days"),
                len(links),
                commission=commission_name(str(commission)),
                days=int(cases["days_in_all"].max()),
            )
            lists.append(self.leads.behind(told, links))
        return Several([*blocks, *lists])

    def _how_far(self, row: Any) -> Message:
        told: list[Message] = [
            nmessage(
                N_("{state} for {count} day"),
                N_("{state} for {count} days"),
                int(row.days_in_state),
                state=label(row.state, self.words),
            )
        ]
        if row.consent != "yes":
            told.append(message(N_("no consent yet")))
        if not row.has_session:
            told.append(message(N_("no session yet")))
        if row.overdue_tasks:
            told.append(nmessage(N_("{count} overdue task"), N_("{count} overdue tasks"), int(row.overdue_tasks)))
        return message(N_("{parts}"), parts=told)

    def record(self) -> dict[str, int | None]:
        """Counts for programs; ``None`` where a small one stays inside."""
        counts = {
            "helpers": len(self.help.helpers),
            "families_carried": len(self.help.carried),
            "families_overdue": len(self._late),
            "cases_waiting": len(self._waiting),
        }
        if self.outside:
            # With the harmed families that wait for a helper, those carried would tell how many the others are.
            del counts["families_carried"]
        shown = {name: shown_count(count, self.least) for name, count in counts.items()}
        # As on the page: the few that have none would tell of themselves.
        shown["families_overdue"] = self._late_count()
        return {name: None if isinstance(count, Hidden) else count for name, count in shown.items()}


__all__ = ["CentreTasks"]
