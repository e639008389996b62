"""Plan and visits of one family, as the dossier prints them.

What was decided on each programme, the goals and how far they have come, the visits behind and ahead, the case before
a commission and what is still to be done.  A dossier may lie at home, so what is private is veiled
(:mod:`hamyar.faces.helper_names`): such a programme is "help in a private matter", without whom it is for, without
reason and without resource.

A month that was frozen before there were plans, or a family without any, shows nothing at all: no empty heading.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.calendar.adherence import adherence_counts
from hamyar.core.economy.assessment import Assessment
from hamyar.core.meetings.commissions import cases_waiting, tasks
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.years import carriers, in_force
from hamyar.core.tables import CaseTables
from hamyar.faces.blocks import Block, Field, FieldKind, Finding, Heading, Table
from hamyar.faces.family_levels import FamilyLevels
from hamyar.faces.helper_goals import HelpGoals
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_rules import months_of, work_rules
from hamyar.faces.helper_text import named_day, short_day
from hamyar.faces.helper_visits import done, overdue, seen, to_come, visit_table
from hamyar.faces.helper_work import kept_sentence
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.faces.sources import Source
from hamyar.faces.veil import PRIVATE_MEANING
from hamyar.words import Words

# Paper has room for the next and the last few; the helper's calendar has them all.
MOST_COMING, MOST_PASSED = 5, 3
NONE = "–"


class FamilyPlan:
    """One family's plan as it stands on ``on_day``; ``tables`` hold this family alone.

    ``levels`` is the family's level where the page has it; without a catalogue of indicators there is none.
    """

    def __init__(
        self,
        source: Source,
        tables: CaseTables,
        assessment: Assessment,
        on_day: int,
        words: Words,
        levels: FamilyLevels | None = None,
    ) -> None:
        self.tables, self.assessment, self.on_day, self.words = tables, assessment, on_day, words
        self.levels = levels
        self.month = month = assessment.month
        self.family_id = str(tables.families["family_id"].iloc[0])
        self.source, self.parameters = source, source.parameters
        self.months = months_of(source, month)
        self.names = HelpNames(source.parameters, tables, month, words, on_paper=True)

    def whole(self) -> Block | None:
        """Every part of which there are facts, under one heading; nothing where there are none."""
        parts = [
            (N_("What was decided"), self.decided()),
            (N_("Goals"), self.goals()),
            (N_("Visits"), self.visits()),
            (N_("Commission and tasks"), self.meetings()),
        ]
        told = [(title, blocks) for title, blocks in parts if blocks]
        if not told:
            return None
        shown: list[Block] = [Heading(message(N_("Plan and visits")), self.words)]
        for title, blocks in told:
            shown += [Heading(message(title), self.words, 3), *blocks]
        return Several(shown)

    # -- what was decided --

    @cached_property
    def plan_rows(self) -> pd.DataFrame:
        return in_force(self.tables.plans, self.on_day, self.months)

    def decided(self) -> list[Block]:
        """Each programme accepted, changed or refused, for whom, who does it, how often, and the reason."""
        blocks: list[Block] = []
        is_refused = self.plan_rows["decision"] == "refused"
        taken = self.plan_rows[~is_refused].sort_values("decision", kind="stable")
        if len(taken):
            blocks.append(self._taken_up(taken))
        refused: dict[str, list[str]] = {}
        for row in self.plan_rows[is_refused].itertuples():
            told = self._decision(row)
            refused.setdefault(told["reason"], []).append(told["programme"])
        return [*blocks, *self._by_reason(refused, N_("Not taken up"))]

    def _taken_up(self, rows: pd.DataFrame) -> Block:
        frame = pd.DataFrame([self._decision(row) for row in rows.itertuples()])
        titles: dict[str, tuple[str, FieldKind]] = {
            "programme": (N_("Programme"), "text"),
            "who": (N_("For whom"), "text"),
            "decision": (N_("Decision"), "code"),
            "rhythm": (N_("How often"), "text"),
            "by": (N_("Who does it"), "text"),
            "reason": (N_("Why so"), "text"),
        }
        return self._table(frame, titles)

    def _by_reason(self, told: dict[str, list[str]], title: str) -> list[Block]:
        """What was left out, one row for each reason: a year leaves out much for the same one."""
        if not told:
            return []
        rows = [(message(N_("{parts}"), parts=list(dict.fromkeys(names))), why) for why, names in told.items()]
        titles: dict[str, tuple[str, FieldKind]] = {"names": (title, "text"), "why": (N_("Why so"), "text")}
        return [self._table(pd.DataFrame(rows, columns=["names", "why"]), titles)]

    def _decision(self, row: Any) -> dict[str, Any]:
        is_private = self.names.is_private(row.programme)
        reason = NONE if pd.isna(row.reason) else str(row.reason)
        return {
            "programme": self.names.programme(row.programme),
            "who": NONE if is_private else self.names.subject(row.family_id, row.subject_id),
            "decision": row.decision,
            "rhythm": NONE if row.decision == "refused" else self.words(self.names.rhythm(row)),
            "by": NONE if is_private or row.decision == "refused" else self._who_does(row),
            "reason": NONE if is_private else reason,
        }

    def _who_does(self, row: Any) -> str:
        """The resource by its title; else whom the catalogue names: the helper, an expert, a commission."""
        if not pd.isna(row.resource_id):
            found = self.tables.resources[self.tables.resources["resource_id"] == row.resource_id]["title"].dropna()
            return str(found.iloc[0]) if len(found) else str(row.resource_id)
        plan = self.names.plan_of(row.programme)
        if plan is not None and plan.commission is not None:
            return self.words(N_("Commission: {commission}"), commission=label(plan.commission, self.words))
        return label("helper" if plan is None else plan.done_by, self.words)

    # -- goals --

    def goals(self) -> list[Block]:
        """Each goal with its state; then the harms that have neither a goal nor a reason why not.

        A family without plan and goal is not asked for goals: nothing is decided for it yet.
        """
        has_any = len(self.plan_rows) or len(in_force(self.tables.goals, self.on_day, self.months))
        if not has_any or not self.parameters.has_indicators or work_rules(self.source, self.month) is None:
            return []
        levels = self.levels or FamilyLevels(self.source, self.assessment, self.words)
        goals = HelpGoals(
            levels.placed, self.tables, self.parameters, self.month, self.on_day, self.names, levels.details
        )
        blocks: list[Block] = []
        if rows := goals.rows(self.family_id):
            titles: dict[str, tuple[str, FieldKind]] = {
                "indicator": (N_("Harm"), "text"),
                "who": (N_("For whom"), "text"),
                "aim": (N_("To come to"), "text"),
                "until": (N_("By"), "kept"),
                "state": (N_("State"), "kept"),
            }
            blocks.append(self._table(pd.DataFrame(rows), titles))
        blocks += self._by_reason(goals.reasons(self.family_id), N_("No goal for"))
        if lacking := goals.open_harms(self.family_id):
            sentence = nmessage(
                N_("{count} harm has neither a goal nor a reason why not: {harms}."),
                N_("{count} harms have neither a goal nor a reason why not: {harms}."),
                len(lacking),
                harms=list(dict.fromkeys(lacking)),
            )
            blocks.append(Finding(sentence, self.words))
        return blocks

    # -- visits --

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The family's visits, as :func:`hamyar.faces.helper_visits.seen`."""
        return seen(self.tables.visits, self.on_day, self.names)

    def visits(self) -> list[Block]:
        """The next visits, the last ones, what is overdue, and the counts of the year."""
        if not len(self.frame):
            return []
        blocks: list[Block] = [Finding(sentence, self.words) for sentence in self._visit_sentences()]
        parts = (
            (N_("Overdue"), overdue(self.frame), ("when", "days_late", "who", "purpose")),
            (N_("Next visits"), to_come(self.frame).head(MOST_COMING), ("when", "time", "who", "purpose")),
            (N_("Last visits"), done(self.frame).tail(MOST_PASSED), ("when", "done_on", "who", "purpose")),
        )
        for title, frame, columns in parts:
            if len(frame):
                blocks.append(visit_table(frame, columns, self.words, self.words(title)))
        return blocks

    def _visit_sentences(self) -> list[Message]:
        carried = carriers(self.tables.assignments, self.on_day, self.months)
        told = []
        if len(carried):
            row = carried.iloc[0]
            until = named_day(int(row["until_day"]), self.words)
            told.append(
                message(N_("Helper {helper} carries the family until {day}."), helper=row["helper_id"], day=until)
            )
        counts = adherence_counts(self.tables.visits, self.on_day, "family_id").sum()
        return [*told, kept_sentence(counts)]

    # -- commissions and tasks --

    def meetings(self) -> list[Block]:
        """The case before a commission, and the tasks that are still open."""
        blocks: list[Block] = []
        waiting = cases_waiting(self.tables, self.on_day)
        if len(waiting):
            frame = pd.DataFrame(
                {
                    "commission": waiting["commission"],
                    "state": waiting["state"],
                    "since": [short_day(day, self.words) for day in waiting["state_day"]],
                    "consent": [self._consent(code) for code in waiting["consent"]],
                }
            )
            titles: dict[str, tuple[str, FieldKind]] = {
                "commission": (N_("Commission"), "code"),
                "state": (N_("State"), "code"),
                "since": (N_("Since"), "kept"),
                "consent": (N_("The family agrees"), "text"),
            }
            blocks.append(self._table(frame, titles))
        found = tasks(self.tables, self.on_day)
        found = found[found["state"] == "open"]
        if len(found):
            if not self.names.may_quote(self.family_id):
                # What a session wrote is free text and may name what paper must not.
                found = found.assign(what=self.words(PRIVATE_MEANING))
            frame = found.assign(until=[named_day(day, self.words) for day in found["until_day"]])
            titles = {
                "what": (N_("Open task"), "text"),
                "person_id": (N_("Who does it"), "case"),
                "until": (N_("By"), "kept"),
            }
            blocks.append(self._table(frame, titles))
        return blocks

    def _consent(self, code: str) -> str:
        return self.words(N_("not asked yet")) if code == "not_asked" else label(code, self.words)

    def _table(self, frame: pd.DataFrame, titles: dict[str, tuple[str, FieldKind]]) -> Table:
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]
        return Table(frame, fields, self.words, is_dense=True)


__all__ = ["FamilyPlan"]
