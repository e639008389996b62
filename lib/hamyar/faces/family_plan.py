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
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.meetings.commissions import cases_waiting, tasks
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.years import carriers, in_force
from hamyar.core.tables import CaseTables
from hamyar.faces.blocks import Block, Field, FieldKind, Finding, Heading, Table
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
    """One family's plan as it stands on ``on_day``; ``tables`` hold this family alone."""

    def __init__(self, source: Source, tables: CaseTables, assessment: Assessment, on_day: int, words: Words) -> None:
        self.tables, self.assessment, self.on_day, self.words = tables, assessment, on_day, words
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
        rows = self.plan_rows
        if not len(rows):
            return []
        order = {"accepted": 0, "changed": 1, "refused": 2}
        rows = rows.assign(place=rows["decision"].map(order)).sort_values("place", kind="stable")
        frame = pd.DataFrame([self._decision(row) for row in rows.itertuples()])
        titles: dict[str, tuple[str, FieldKind]] = {
            "programme": (N_("Programme"), "text"),
            "who": (N_("For whom"), "text"),
            "decision": (N_("Decision"), "code"),
            "rhythm": (N_("How often"), "text"),
            "by": (N_("Who does it"), "text"),
            "reason": (N_("Reason"), "text"),
        }
        return [self._table(frame, titles)]

    def _decision(self, row: Any) -> dict[str, Any]:
        is_private = self.names.is_private(row.programme)
        reason = NONE if pd.isna(row.reason) else str(row.reason)
        return {
            "programme": self.names.programme(row.programme),
            "who": NONE if is_private else self.names.subject(row.family_id, row.subject_id),
            "decision": row.decision,
            "rhythm": NONE if row.decision == "refused" else self.rhythm(row),
            "by": NONE if is_private or row.decision == "refused" else self._who_does(row),
            "reason": NONE if is_private else reason,
        }

    def rhythm(self, row: Any) -> str:
        """How often, in words; what the row leaves open the catalogue says."""
        every, number = self.names.rhythm_of(row.programme)
        every = every if pd.isna(row.every_days) else int(row.every_days)
        number = number if pd.isna(row.number) else int(row.number)
        return self.words(rhythm_message(every, number))

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
        goals = HelpGoals(self._placed, self.tables, self.parameters, self.month, self.on_day, self.names)
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
        frame = seen(self.tables.visits, self.on_day, self.names)
        is_task = frame["kind"] == "task"
        if is_task.any() and self._has_private_matter:
            frame["purpose"] = frame["purpose"].mask(is_task, label("task", self.words))
        return frame

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
            if self._has_private_matter:
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

    @cached_property
    def _placed(self) -> Stratification:
        return stratify_families(self.tables, self.parameters, self.month, self.assessment)

    @cached_property
    def _has_private_matter(self) -> bool:
        """Whether anything private is planned for the family or known of it; so too where nobody can tell."""
        if not self.parameters.has_indicators:
            return True
        if any(self.names.is_private(code) for code in self.plan_rows["programme"]):
            return True
        is_harmed = self._placed.is_deprived("least")[:, 0]
        codes = [harm.code for harm, known in zip(self._placed.indicators.harms, is_harmed, strict=True) if known]
        return any(self.names.is_private_indicator(code) for code in codes)

    def _consent(self, code: str) -> str:
        return self.words(N_("not asked yet")) if code == "not_asked" else label(code, self.words)

    def _table(self, frame: pd.DataFrame, titles: dict[str, tuple[str, FieldKind]]) -> Table:
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]
        return Table(frame, fields, self.words)


def rhythm_message(every: int | None, number: int | None) -> Message:
    """How often something is: once, every so many days, and so many times."""
    if every is None:
        return message(N_("once"))
    if number is None:
        return nmessage(N_("every day"), N_("every {count} days"), every)
    return nmessage(N_("every day, {number} times"), N_("every {count} days, {number} times"), every, number=number)


__all__ = ["FamilyPlan", "rhythm_message"]
