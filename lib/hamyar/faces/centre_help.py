"""The helpers' work of a whole centre on a page: who carries how many, who waits for a helper, what is overdue.

Each answer shows nothing at all where the month has no such facts, so a month that was frozen before there were
helpers has no empty heading.  Inside the centre helpers and cases stand by their codes.
With ``outside`` the page is for eyes outside: lists by helper, case or event are left out, and a count of one to four
is not shown (:mod:`hamyar.core.small_numbers`).
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.assignment.training import training_progress
from hamyar.core.calendar.adherence import adherence, adherence_counts
from hamyar.core.economy.assessment import Assessment
from hamyar.core.levels.counting import UNDETERMINED
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.meetings.commissions import commissions_waiting
from hamyar.core.meetings.events import event_use
from hamyar.core.meetings.groups import group_use
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.plans import carriers, resource_use
from hamyar.faces.blocks import Block, Field, FieldKind, Finding, Heading, Hidden, KeyFigure, KeyFigures, Table
from hamyar.faces.drawn import Drawn
from hamyar.faces.helper_charts import families_of_helpers
from hamyar.faces.helper_rules import last_day_of, months_of, work_rules
from hamyar.faces.helper_text import hours, short_day
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.faces.sources import Source
from hamyar.words import Words

# A report is read; of a long list the most pressing entries stand on it.
MOST_LISTED = 30
NONE = "–"
Titles = dict[str, tuple[str, FieldKind]]


class CentreHelp:
    """The work of help in the month of ``assessment``, as seen on its last day, and not later than ``today``.

    A month that is run has no today: it is over, or taken as it will be.
    """

    def __init__(
        self,
        source: Source,
        assessment: Assessment,
        words: Words,
        *,
        today: int | None = None,
        outside: bool = False,
    ) -> None:
        self.source, self.assessment, self.words, self.outside = source, assessment, words, outside
        self.tables, self.month = source.tables(), assessment.month
        self.on_day = last_day_of(self.month) if today is None else min(last_day_of(self.month), today)
        self.rules = work_rules(source, self.month)
        self.carried = carriers(self.tables.assignments, self.on_day, months_of(source, self.month))

    def whole(self) -> Block | None:
        """Every part of which there are facts, under one heading; nothing where there are none."""
        parts = [
            (N_("Helpers and their families"), self.load()),
            (N_("Families without a helper"), self.without_helper()),
            (N_("Training of helpers"), self.training()),
            (N_("Cases before commissions"), self.commissions()),
            (N_("Workshops, classes and talks"), self.events()),
            (N_("Groups"), self.groups()),
            (N_("Resources"), self.resources()),
        ]
        told = [(title, blocks) for title, blocks in parts if blocks]
        if not told:
            return None
        shown: list[Block] = [Heading(message(N_("The work of helpers")), self.words)]
        for title, blocks in told:
            shown += [Heading(message(title), self.words, 3), *blocks]
        return Several(shown)

    # -- helpers --

    @cached_property
    def helpers(self) -> pd.DataFrame:
        """The helpers in service on the day: ``helper_id, families``, and of visits ``due, late, longest``."""
        known = self.tables.helpers
        there = known[(known["from_day"] <= self.on_day) & (known["until_day"].fillna(self.on_day) >= self.on_day)]
        ids = sorted({*there["helper_id"], *self.carried["helper_id"]})
        counts = adherence_counts(self.tables.visits, self.on_day, "helper_id").reindex(ids).fillna(0).astype(int)
        told = adherence(self.tables.visits, self.on_day)
        longest = told[told["state"] == "late"].groupby("helper_id")["days_late"].max()
        return pd.DataFrame(
            {
                "helper_id": ids,
                "families": self.carried["helper_id"].value_counts().reindex(ids).fillna(0).astype(int).to_numpy(),
                "due": counts["due"].to_numpy(),
                "late": counts["late"].to_numpy(),
                "longest": longest.reindex(ids).astype("Int64").to_numpy(),
            }
        )

    def load(self) -> list[Block]:
        """How many families each helper carries against the bounds, and what is overdue at whom."""
        frame = self.helpers
        if not len(frame):
            return []
        figures = [
            KeyFigure(self.words(N_("Helpers in service")), len(frame)),
            KeyFigure(self.words(N_("Families carried")), self._carried_count()),
            KeyFigure(self.words(N_("Overdue visits")), self._count(int(frame["late"].sum()))),
        ]
        blocks: list[Block] = [KeyFigures(figures, self.words)]
        if self.outside:
            return blocks
        # Who stands outside the bounds first, then who is most overdue.
        order = frame.assign(is_within=~self._is_out(frame["families"]), late=-frame["late"])
        chosen = order.sort_values(["is_within", "late", "helper_id"], kind="stable").index[:MOST_LISTED]
        shown = frame.loc[chosen].sort_values("helper_id")
        if self.rules is not None:
            least, most = self.rules.assignment.least, self.rules.assignment.most
            sentence = self.words(self._bounds_sentence(frame["families"]))
            blocks.append(Drawn(families_of_helpers(shown, least, most, self.words, sentence)))
        titles: Titles = {
            "helper_id": (N_("Helper"), "case"),
            "families": (N_("Families"), "number"),
            "due": (N_("Visits due so far"), "number"),
            "late": (N_("Overdue"), "number"),
            "longest_told": (N_("Longest, in days"), "text"),
        }
        told = shown.assign(
            longest_told=[NONE if pd.isna(days) else self.words.number(int(days)) for days in shown["longest"]]
        )
        return [*blocks, self._table(told, titles), *self._left_out(len(frame))]

    def _is_out(self, families: pd.Series) -> pd.Series:
        if self.rules is None:
            return pd.Series(False, index=families.index)
        return (families > 0) & ~families.between(self.rules.assignment.least, self.rules.assignment.most)

    def _bounds_sentence(self, families: pd.Series) -> Message:
        out, idle = int(self._is_out(families).sum()), int((families == 0).sum())
        return message(
            N_("Helpers with too few or too many families: {out}. Helpers without a family: {idle}."),
            out=out,
            idle=idle,
        )

    def _left_out(self, count: int) -> list[Block]:
        if count <= MOST_LISTED:
            return []
        sentence = message(N_("{shown} of {count} are listed, the most pressing ones."), shown=MOST_LISTED, count=count)
        return [Finding(sentence, self.words)]

    # -- families without a helper --

    @cached_property
    def _waiting(self) -> tuple[list[str], int] | None:
        """The harmed families without a helper, and how many are undetermined; ``None`` without helpers or levels."""
        if not self.source.parameters.has_indicators or not (len(self.tables.helpers) or len(self.carried)):
            return None
        placed = stratify_families(self.tables, self.source.parameters, self.month, self.assessment)
        levels = placed.results["level"].astype("str")
        harmed = levels.index[(levels == "harmed").to_numpy() & ~levels.index.isin(self.carried["family_id"])]
        return sorted(map(str, harmed)), int((levels == UNDETERMINED).sum())

    def without_helper(self) -> list[Block]:
        """Harmed families that nobody carries, and how many are not assigned because their level is open."""
        if self._waiting is None:
            return []
        codes, undetermined = self._waiting
        if self.outside and self._is_small(len(codes)):
            sentence = message(N_("How many harmed families wait for a helper is a small number."))
            return [Finding(sentence, self.words)]
        told = nmessage(
            N_("{count} harmed family has no helper."), N_("{count} harmed families have no helper."), len(codes)
        )
        blocks: list[Block] = [Finding(told, self.words)]
        if undetermined and not self.outside:
            open_ = nmessage(
                N_("{count} family is undetermined: it is asked first and assigned when its level is known."),
                N_("{count} families are undetermined: they are asked first and assigned when their level is known."),
                undetermined,
            )
            blocks.append(Finding(open_, self.words))
        if codes and not self.outside:
            frame = self.tables.families.set_index("family_id").loc[codes[:MOST_LISTED]].reset_index()
            titles: Titles = {"family_id": (N_("Case"), "case"), "area": (N_("Area"), "text")}
            blocks += [self._table(frame, titles), *self._left_out(len(codes))]
        return blocks

    # -- training --

    def training(self) -> list[Block]:
        """Helpers in service who lack hours of training, those who may not carry a family yet first."""
        if self.rules is None or not len(self.helpers):
            return []
        ids = self.helpers["helper_id"].tolist()
        mine = self.tables.trainings[self.tables.trainings["helper_id"].isin(ids)]
        frame = training_progress(mine, self.rules, self.on_day, ids)
        barred = int((~frame["may_carry"]).sum())
        sentence = nmessage(
            N_("{count} helper lacks training before the first family and carries none until it is done."),
            N_("{count} helpers lack training before the first family and carry none until it is done."),
            barred,
        )
        blocks: list[Block] = [Finding(sentence, self.words)]
        lacking = frame[frame["missing"] > 0].sort_values(
            ["may_carry", "missing"], ascending=[True, False], kind="stable"
        )
        if self.outside or not len(lacking):
            return blocks
        names = ("minutes_before_missing", "minutes_in_service_missing", "planned", "unplanned")
        shown = lacking.head(MOST_LISTED)
        shown = shown.assign(**{name: [hours(minutes, self.words) for minutes in shown[name]] for name in names})
        titles: Titles = {
            "helper_id": (N_("Helper"), "case"),
            "minutes_before_missing": (N_("Missing before the first family, hours"), "text"),
            "minutes_in_service_missing": (N_("Missing in service, hours"), "text"),
            "planned": (N_("Planned, hours"), "text"),
            "unplanned": (N_("Not planned yet, hours"), "text"),
        }
        return [*blocks, self._table(shown, titles), *self._left_out(len(lacking))]

    # -- commissions --

    def commissions(self) -> list[Block]:
        """Cases waiting before each commission by their state, and how long."""
        frame = commissions_waiting(self.tables, self.on_day).reset_index()
        frame = frame[frame["cases"] > 0]
        if not len(frame):
            return []
        if self.outside:
            count = self._count(int(frame["cases"].sum()))
            return [KeyFigures([KeyFigure(self.words(N_("Cases waiting")), count)], self.words)]
        titles: Titles = {
            "commission": (N_("Commission"), "code"),
            "state": (N_("State"), "code"),
            "cases": (N_("Cases"), "number"),
            "without_consent": (N_("No consent"), "number"),
            "without_session": (N_("No session"), "number"),
            "longest_days": (N_("Longest wait, days"), "number"),
            "overdue_tasks": (N_("Overdue tasks"), "number"),
        }
        return [self._table(frame, titles)]

    # -- general help --

    def events(self) -> list[Block]:
        """Events of the month and those to come: places, enrolments, attendance."""
        frame = event_use(self.tables, self.month.code * 100 + 1).reset_index()
        frame = frame[frame["state"] != "cancelled"]
        if not len(frame):
            return []
        persons = frame[["enrolled", "attended"]].sum().sum()
        sentence = nmessage(
            N_("{count} event in this month and later."), N_("{count} events in this month and later."), len(frame)
        )
        blocks: list[Block] = [Finding(sentence, self.words)]
        if self.outside:
            return [
                *blocks,
                KeyFigures([KeyFigure(self.words(N_("Places taken")), self._count(int(persons)))], self.words),
            ]
        shown = frame.head(MOST_LISTED)
        shown = shown.assign(
            when=[short_day(day, self.words) for day in shown["day"]],
            what=[
                label(kind, self.words) if pd.isna(title) else str(title)
                for kind, title in zip(shown["kind"], shown["title"], strict=True)
            ],
            places_told=[self._places(places) for places in shown["places"]],
            came=[self._share(share) for share in shown["attended_share"]],
        )
        titles: Titles = {
            "when": (N_("Day"), "kept"),
            "what": (N_("What"), "text"),
            "places_told": (N_("Places"), "text"),
            "enrolled": (N_("Have a place"), "number"),
            "waiting": (N_("Wait"), "number"),
            "attended": (N_("Came"), "number"),
            "came": (N_("Share who came"), "text"),
        }
        return [*blocks, self._table(shown, titles), *self._left_out(len(frame))]

    def _places(self, places: Any) -> str:
        return self.words(N_("no limit")) if pd.isna(places) else self.words.number(int(places))

    def _share(self, share: Any) -> str:
        return NONE if pd.isna(share) else self.words.share(float(share))

    def groups(self) -> list[Block]:
        """Helper groups and self-help groups, with members and meetings; inside the centre only."""
        frame = group_use(self.tables, self.on_day).reset_index()
        if not len(frame) or self.outside:
            return []
        shown = frame.head(MOST_LISTED)
        shown = shown.assign(
            name=shown["title"].fillna(shown["group_id"]),
            last=[NONE if pd.isna(day) else short_day(int(day), self.words) for day in shown["last_meeting"]],
            next=[NONE if pd.isna(day) else short_day(int(day), self.words) for day in shown["next_meeting"]],
        )
        titles: Titles = {
            "name": (N_("Group"), "text"),
            "kind": (N_("Kind"), "code"),
            "members": (N_("Members"), "number"),
            "meetings_held": (N_("Meetings held"), "number"),
            "last": (N_("Last meeting"), "kept"),
            "next": (N_("Next meeting"), "kept"),
        }
        return [self._table(shown, titles), *self._left_out(len(frame))]

    # -- resources --

    def resources(self) -> list[Block]:
        """What is used of each resource against what it can take; inside the centre only."""
        if not len(self.tables.resources) or self.rules is None or self.outside:
            return []
        frame = resource_use(self.tables, self.source.parameters, self.on_day)
        titled = self.tables.resources["title"].reset_index(drop=True).fillna(frame["resource_id"])
        frame = frame.assign(name=titled)
        # The fullest first; of what is not known, last.
        frame = frame[frame["is_available"]].sort_values(["free", "families"], ascending=[True, False], kind="stable")
        titles: Titles = {
            "name": (N_("Resource"), "text"),
            "reach": (N_("Reach"), "code"),
            "families": (N_("Families"), "number"),
            "capacity": (N_("Can take"), "number"),
            "free": (N_("Free"), "number"),
        }
        return [self._table(frame.head(MOST_LISTED), titles), *self._left_out(len(frame))] if len(frame) else []

    # -- small numbers --

    @cached_property
    def _least(self) -> int:
        return int(self.assessment.rules.value("smallest_shown_count"))

    def _is_small(self, count: int) -> bool:
        return 0 < count < self._least

    def _count(self, count: int) -> int | Hidden:
        return Hidden(self._least) if self.outside and self._is_small(count) else count

    def _carried_count(self) -> int | Hidden:
        """Families carried; outside not shown either where the harmed without a helper are few: the rest tells them."""
        if self.outside and self._waiting is not None and self._is_small(len(self._waiting[0])):
            return Hidden()
        return self._count(len(self.carried))

    def _table(self, frame: pd.DataFrame, titles: Titles) -> Table:
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]
        return Table(frame, fields, self.words, self.tables.currency, is_dense=True)
