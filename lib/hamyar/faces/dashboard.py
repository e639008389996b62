"""The manager's page: levels over a year, load, overdue visits, commissions, money and completeness of the centre.

``open_dashboard(month)`` returns a :class:`Dashboard`; each of its methods is one answer on the page.
The figures are those of the centre's report and are computed there; what is new here is that each of them opens, and
the families behind it stand below, each leading to its own page.  Families and helpers stand by their codes.
A month counts the families that the centre knew by then; work is seen on its last day, and while it lasts, today.
With ``outside`` the page may leave the centre: small numbers are hidden, and no family, case or helper is listed.
"""

from functools import cached_property
from typing import Any

from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import ALL_LEVELS
from hamyar.core.message import N_, message
from hamyar.faces.addresses import PAGES, address
from hamyar.faces.blocks import Block, Finding, KeyFigure, KeyFigures
from hamyar.faces.centre import CentreCase
from hamyar.faces.centre_help import CentreHelp
from hamyar.faces.centre_levels import CentreLevels
from hamyar.faces.dashboard_files import CentreFiles
from hamyar.faces.dashboard_leads import Leads
from hamyar.faces.dashboard_levels import LevelsOverMonths, known_by
from hamyar.faces.dashboard_money import CentreMoney
from hamyar.faces.dashboard_work import CentreTasks
from hamyar.faces.labels import label
from hamyar.faces.linked_blocks import Link, LinkList, linked_style
from hamyar.faces.pages import Several, notices, provenance, rules_table
from hamyar.faces.result import Result
from hamyar.faces.session import Session, open_session
from hamyar.faces.sources import SourceOver
from hamyar.words import Words


def open_dashboard(month: str, language: str | None = None, *, outside: bool = False) -> "Dashboard":
    """The centre in a Jalali month such as ``1404-08``.

    Raises ``NobodyRecorded``, ``NotAMonth`` or ``CatalogueMissing``; served, ``NotAllowed``.
    """
    return Dashboard(open_session(role="manager"), Month.parse(month), Words(language), outside=outside)


class Dashboard:
    """The centre in a month, with every figure open to those behind it unless the page goes ``outside``."""

    def __init__(self, session: Session, month: Month, words: Words, *, outside: bool = False) -> None:
        # Each part wants the tables, and they are the whole centre, so they are asked for once.
        self.source = SourceOver(session, known_by(session.tables(), month))
        self.month, self.words, self.outside = month, words, outside
        self.case = CentreCase(self.source, month, words)
        user, self._today = session.user, session.today
        self.leads = Leads(month, user.may("write_family"), self.case.currency, words)
        self._sees_calendars = user.may("read_work")

    @cached_property
    def _least(self) -> int | None:
        return int(self.case.assessment.rules.value("smallest_shown_count")) if self.outside else None

    @cached_property
    def levels(self) -> CentreLevels | None:
        """Everything about the levels of the month; ``None`` without a catalogue of indicators."""
        if not self.source.parameters.has_indicators:
            return None
        return CentreLevels(self.source, self.case.assessment, self.words, outside=self.outside)

    @cached_property
    def over_months(self) -> LevelsOverMonths | None:
        if self.levels is None:
            return None
        return LevelsOverMonths(
            self.case.tables,
            self.source.parameters,
            self.levels.placed,
            self.leads,
            self.words,
            self._least,
            hides_levels=not self.levels.shown.is_whole,
        )

    @cached_property
    def work(self) -> CentreTasks:
        assessment, today = self.case.assessment, self._today
        help_ = CentreHelp(self.source, assessment, self.words, today=today, outside=self.outside)
        return CentreTasks(help_, self.leads, self.words, self._least, sees_calendars=self._sees_calendars)

    @cached_property
    def money(self) -> CentreMoney:
        return CentreMoney(self.case, self.leads, self.words, self._least)

    @cached_property
    def files(self) -> CentreFiles:
        return CentreFiles(self.case.assessment, self.levels, self.leads, self.words, outside=self.outside)

    # -- the page --

    def style(self) -> Block:
        return linked_style(self.words)

    def notices(self) -> Block:
        # Placing the families asks for more rules, which may be unconfirmed too.
        levels = self.levels
        found = [notices(self.case.tables.is_synthetic, self.case.assessment.rules, self.words)]
        # Outside, the levels' own headline says what is hidden.
        return Several(found if levels is None or self.outside else [*found, *levels.notices()])

    def headline(self) -> Block:
        """How many families there are, and how many of each level."""
        if self.levels is None:
            return Finding(message(N_("The month has no catalogue of indicators, so there are no levels.")), self.words)
        if self.outside:
            return self.levels.headline()
        counts = self.levels.shown.levels
        figures = [KeyFigure(self.words(N_("Families")), int(counts["families"]))]
        figures += [KeyFigure(label(level, self.words), int(counts[level])) for level in ALL_LEVELS]
        return Several([KeyFigures(figures, self.words), self._links()])

    def _links(self) -> LinkList:
        """Every family by name is on the page that helpers land on; the others tell of the month."""
        links = [Link(message(N_("All families, with search")), address("home"))]
        links += [Link(message(PAGES[slug].title), address(slug, month=self.month)) for slug in ("levels", "report")]
        return LinkList(self.words(N_("Pages that are open to you")), links, self.words)

    def levels_over_months(self) -> Block:
        """The levels of thirteen months, and the families of each."""
        if self.over_months is None:
            return Several([])
        if self.outside:
            return self.over_months.series()
        return Several([self.over_months.series(), self.over_months.behind()])

    def load(self) -> Block:
        """The helpers' load in families and hours."""
        return self.work.load()

    def overdue(self) -> Block:
        return self.work.overdue()

    def commissions(self) -> Block:
        return self.work.commissions()

    def gaps(self) -> Block:
        """Gaps and aid against the month's budget."""
        return Several([self.money.figures(), self.money.charts(), self.money.behind()])

    def completeness(self) -> Block:
        """Which share of the files is known, and where most is unknown."""
        return Several([self.files.share_known(), self.files.families(), self.files.open_questions()])

    def rules_used(self) -> Block:
        return rules_table(self.case.assessment.rules, self.words)

    # -- for programs --

    def result(self) -> Result:
        levels: dict[str, Any] = {}
        if self.over_months is not None:
            levels = {"levels_by_month": self.over_months.record()}
        values = {**levels, **self.work.record(), **self.money.record(), **self.files.record()}
        is_complete = values.get("files_complete") == len(self.case.results)
        return Result("dashboard", "centre", str(self.month), "complete" if is_complete else "incomplete", values)

    def provenance(self) -> Block:
        return provenance(self.source.origin, self.month, self.words)


__all__ = ["Dashboard", "open_dashboard"]
