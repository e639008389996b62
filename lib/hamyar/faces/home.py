"""The first page after signing in: my families, what is due, what is incomplete, what changed since last time.

``open_home(month)`` returns a :class:`Home`; each of its methods is one answer on the page.
Served, the page is about today and its month, whatever the notebook says; over the sample it is about ``month``.
What stands on it depends on the role: a helper sees the families carried, a member of a commission the cases heard,
a manager every family; whoever may open no family's file sees the pages that are open.
Names stand here, so it is a page for the user's own screen and for no printer.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.jalali import Month, day_ordinals
from hamyar.core.meetings.commission_facts import tasks_of
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.years import carriers
from hamyar.core.tables import CaseTables
from hamyar.faces.addresses import PAGES, address
from hamyar.faces.blocks import Block, Facts, Finding, KeyFigure, KeyFigures, Notice
from hamyar.faces.helper_rules import last_day_of, months_of
from hamyar.faces.helper_text import long_day
from hamyar.faces.home_families import OwnFamilies, owners_of
from hamyar.faces.home_news import drafts_block, since_block, tasks_block
from hamyar.faces.home_rows import FamilyRows
from hamyar.faces.level_looks import ALL_LEVELS
from hamyar.faces.linked_blocks import Link, LinkList, linked_style
from hamyar.faces.pages import Several, connection, provenance
from hamyar.faces.result import Result
from hamyar.faces.session import LocalSession, Session, open_session
from hamyar.faces.widgets.connection import Connection
from hamyar.faces.widgets.finder import Finder
from hamyar.store.access import ROLE_LABELS, Role
from hamyar.store.drafts import Draft
from hamyar.words import Words

DAYS_AHEAD = 7


def open_home(month: str, language: str | None = None, *, role: Role = "helper") -> "Home":
    """The home page of whoever opened it; over the sample in a month such as ``1404-08``, with ``role`` played.

    Raises ``NotAMonth``.
    """
    return Home(open_session(role=role), Month.parse(month), Words(language))


class Home:
    """The user's own page.  ``month`` counts over the sample only; served, it is today's."""

    def __init__(self, session: Session, month: Month, words: Words) -> None:
        self.session, self.words, self.user = session, words, session.user
        self.is_served = not isinstance(session, LocalSession)
        self.today = session.today if self.is_served else min(session.today, last_day_of(month))
        self.month = Month.from_code(session.today // 100) if self.is_served else month

    # -- whose families --

    @cached_property
    def tables(self) -> CaseTables | None:
        """Everything that is open to the user; ``None`` where no family and no work of the user's own is."""
        may_read = self.user.may("read_family") or self.user.may("read_work")
        return self.session.tables() if may_read else None

    @cached_property
    def families(self) -> OwnFamilies | None:
        """The families of this page; ``None`` where the role opens no family's file."""
        if self.tables is None or not self.user.may("read_family"):
            return None
        helper_id = self.user.person_id if self.user.role == "helper" else None
        tables = self.tables
        if helper_id is not None:
            months = months_of(self.session, self.month)
            carried = carriers(tables.assignments, self.today, months, [helper_id])["family_id"]
            tables = tables.only(carried.tolist())
        if not len(tables.families):
            return None
        names = self.session.names(owners_of(tables)) if self.user.may("read_names") else {}
        return OwnFamilies(tables, self.session.parameters, self.month, self.today, helper_id, names, self._drafts)

    @cached_property
    def _drafts(self) -> list[Draft]:
        return self.session.drafts_begun() if self.user.may("write_family") else []

    @cached_property
    def _names(self) -> dict[str, str]:
        """Each family's name, where it may be told."""
        if self.families is None:
            return {}
        frame = self.families.frame
        return dict(zip(frame["family_id"], frame["name"], strict=True))

    @property
    def _slug(self) -> str:
        """The page that a family leads to."""
        return "family" if self.user.may("write_family") else "economy"

    @cached_property
    def _addresses(self) -> dict[str, str | None]:
        return {code: address(self._slug, family=code, month=self.month) for code in self._names}

    # -- the page --

    def style(self) -> Block:
        return linked_style(self.words)

    def connection(self) -> Block | Connection:
        """What tells that the search below has nobody to ask any more; nothing where there is no search."""
        return connection(self.words, is_served=self.is_served and self.families is not None)

    def notices(self) -> Block:
        """Invented data, and how many of the rules nobody has confirmed."""
        found: list[Block] = []
        if self.tables is not None and self.tables.is_synthetic:
            sentence = message(N_("No family on this page exists. The data were made by a program."))
            found.append(Notice("synthetic", sentence, self.words))
        if self.families is not None:
            # The levels ask for rules, too, which may be unconfirmed.
            _ = self.families.frame
            names = {value.name for value in self.families.assessment.rules.provisional}
            if names:
                found.append(
                    Notice(
                        "provisional",
                        nmessage(
                            N_("{count} rule that this page goes by is not confirmed; the family’s own pages name it."),
                            N_(
                                "{count} rules that this page goes by are not confirmed; "
                                "the family’s own pages name them."
                            ),
                            len(names),
                        ),
                        self.words,
                    )
                )
        return Several(found)

    def headline(self) -> Block:
        """Who is signed in and what day it is; then the one sentence that matters most, and the numbers."""
        role = message(ROLE_LABELS[self.user.role]) if self.user.role in ROLE_LABELS else self.user.role
        facts = {self.words(N_("Signed in as")): role, self.words(N_("Today")): long_day(self.today, self.words)}
        blocks: list[Block] = [Facts(facts, self.words), Finding(self._main_sentence(), self.words)]
        if self.families is not None:
            blocks.append(self._key_figures())
        return Several(blocks)

    def _main_sentence(self) -> Message:
        if self.families is None:
            if self.user.role == "helper":
                return message(
                    N_("No family is assigned to you today. Ask the manager of the centre if you expected one.")
                )
            if self.user.may("read_family"):
                return message(N_("There is no family to list."))
            return message(N_("Your account opens no family’s file. The pages that are open to you stand below."))
        if self._drafts:
            return nmessage(
                N_("{count} draft waits to be submitted."),
                N_("{count} drafts wait to be submitted."),
                len(self._drafts),
            )
        late = int((self.families.frame["late"] > 0).sum())
        if late:
            return nmessage(
                N_("In {count} family a visit is overdue."), N_("In {count} families a visit is overdue."), late
            )
        tasks = 0 if self._tasks is None else int(self._tasks["is_overdue"].sum())
        if tasks:
            return nmessage(
                N_("{count} task of a commission is overdue."), N_("{count} tasks of commissions are overdue."), tasks
            )
        return message(N_("No visit to a family is overdue, and no draft is left."))

    def _key_figures(self) -> KeyFigures:
        words, counts = self.words, self._counts
        soon = nmessage(N_("within {count} day"), N_("within {count} days"), DAYS_AHEAD)
        figures = [
            KeyFigure(words(N_("Families")), counts["families"]),
            KeyFigure(words(N_("Overdue visits to families")), counts["visits_overdue"]),
            KeyFigure(words(N_("Families to visit")), counts["families_due"], soon),
            KeyFigure(words(N_("Incomplete files")), counts["families_incomplete"]),
        ]
        return KeyFigures(figures, words)

    @cached_property
    def _counts(self) -> dict[str, int]:
        if self.families is None:
            return {
                "families": 0,
                "visits_overdue": 0,
                "families_due": 0,
                "families_incomplete": 0,
                "answers_ending": 0,
            }
        frame = self.families.frame
        is_open = (frame["unknown_facts"] != "") | (frame["open"] > 0) | (frame["unreasoned"] > 0) | frame["draft"]
        return {
            "families": len(frame),
            "visits_overdue": int(frame["late"].sum()),
            "families_due": self._due_within(frame["next_day"]),
            "families_incomplete": int(is_open.sum()),
            "answers_ending": int(frame["ending"].sum()),
        }

    def _due_within(self, days: pd.Series) -> int:
        known = days.dropna().to_numpy(dtype=int)
        first = day_ordinals(pd.Series([self.today]).to_numpy())[0]
        return int((day_ordinals(known) - first < DAYS_AHEAD).sum()) if len(known) else 0

    @property
    def _is_helper(self) -> bool:
        """Whether the user has a calendar: who only sits in a commission, or only manages, has none."""
        return self.tables is not None and bool((self.tables.helpers["helper_id"] == self.user.person_id).any())

    def links(self) -> Block:
        """The pages that are open to the user."""
        if not self._links():
            return Several([])
        return LinkList(self.words(N_("Pages that are open to you")), self._links(), self.words)

    def _links(self) -> list[Link]:
        user, found = self.user, []
        for slug in ("visits", "centre", "levels", "report"):
            page = PAGES[slug]
            if not user.may(page.centre_action or page.action) or (slug == "visits" and not self._is_helper):
                continue
            given = {"helper": user.person_id} if slug == "visits" else {}
            found.append(Link(message(page.title), address(slug, month=self.month, **given)))
        if self.is_served:
            found.append(Link(message(N_("Change my password")), "password"))
        return found

    def drafts(self) -> Block:
        """What was begun and not submitted: the first thing to finish."""
        return drafts_block(self._drafts, self._names, self.words)

    def my_families(self) -> Finder | Finding:
        """The list of families with its search field; a sentence where there is none."""
        if self.families is None:
            return Finding(message(N_("There is no family to list.")), self.words)
        return FamilyRows(self.families, self._slug, self.words).finder()

    @cached_property
    def _tasks(self) -> pd.DataFrame | None:
        if self.tables is None or self.user.person_id is None:
            return None
        return tasks_of(self.user.person_id, self.tables, self.today)

    def tasks(self) -> Block:
        """The tasks that commissions gave to the user."""
        if self._tasks is None:
            return Finding(message(N_("No task of a commission waits for you.")), self.words)
        return tasks_block(self._tasks, self._addresses, self._names, self.words)

    def since(self) -> Block:
        """What others recorded since the user was last here."""
        if self.families is None:
            return Finding(message(N_("Nothing new is told where no family is open to you.")), self.words)
        return since_block(self.session.changes_since_last(), self._names, self._addresses, self.words)

    # -- for programs --

    def result(self) -> Result:
        values: dict[str, Any] = {
            "role": self.user.role,
            **self._counts,
            "drafts": len(self._drafts),
            "tasks_open": 0 if self._tasks is None else int((self._tasks["state"] == "open").sum()),
        }
        if self.families is not None:
            counts = self.families.frame["level"].value_counts()
            values |= {f"levels_{level}": int(counts.get(level, 0)) for level in ALL_LEVELS}
        is_done = not (values["families_incomplete"] or values["drafts"])
        return Result(
            "home",
            self.user.person_id or self.user.role,
            str(self.month),
            "complete" if is_done else "incomplete",
            values,
        )

    def provenance(self) -> Block:
        return provenance(self.session.origin, self.month, self.words)


__all__ = ["Home", "open_home"]
