"""What a helper does beside visits, what was learned, and how far the plan was kept.

Sessions, trainings, events and tasks take a helper's time and stand among the visits; here they are listed by
themselves.  Training counts what was held; what is still planned stands beside it and counts for nothing yet.
A visit that was cancelled counts neither for the helper nor against: it is listed with its reason.
"""

from functools import cached_property

import pandas as pd

from hamyar.core.assignment.training import training_progress, training_told
from hamyar.core.calendar.adherence import adherence_counts
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.tables import CaseTables
from hamyar.core.work_rules import WorkRules
from hamyar.faces.blocks import Block, Field, FieldKind, Finding, Heading, Table
from hamyar.faces.helper_text import hours, named_day
from hamyar.faces.helper_visits import visit_table
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.words import Words

PARTS = {"before_first_family": "before", "in_service": "in_service"}
# A page is read; of a long list the latest entries stand on it.
MOST_CANCELLED, MOST_DUTIES = 10, 12


def kept_sentence(counts: pd.Series) -> Message:
    """What was due, done, late and open, of sums of :func:`hamyar.core.calendar.adherence.adherence_counts`."""
    if not len(counts) or not counts["due"]:
        return message(N_("Nothing was due until this day."))
    return message(
        N_("Visits due so far: {due}. Done: {done}, of them late: {late}. Overdue: {open}."),
        due=int(counts["due"]),
        done=int(counts["done"] + counts["done_late"]),
        late=int(counts["done_late"]),
        open=int(counts["late"]),
    )


class HelperWork:
    """One helper's other work; ``frame`` are all the helper's visits as :func:`~hamyar.faces.helper_visits.seen`."""

    def __init__(
        self,
        tables: CaseTables,
        helper_id: str,
        frame: pd.DataFrame,
        on_day: int,
        rules: WorkRules | None,
        words: Words,
    ) -> None:
        self.tables, self.helper_id, self.frame = tables, helper_id, frame
        self.on_day, self.rules, self.words = on_day, rules, words

    # -- sessions, trainings, tasks --

    def coming(self, first_day: int) -> Block:
        """Sessions, trainings, events and tasks from ``first_day`` on."""
        frame = self.frame[(self.frame["kind"] != "activity") & (self.frame["day"] >= first_day)]
        if not len(frame):
            return Finding(message(N_("No session, training, event or task is planned.")), self.words)
        columns = ("when", "time", "purpose", "family_or_none", "state_word")
        first, rest = frame.head(MOST_DUTIES), frame.iloc[MOST_DUTIES:]
        table = visit_table(first, columns, self.words)
        if not len(rest):
            return table
        sentence = nmessage(
            N_("After these {count} more is planned, until {day}; it stands in the calendar file."),
            N_("After these {count} more are planned, until {day}; they stand in the calendar file."),
            len(rest),
            day=named_day(int(rest["day"].iloc[-1]), self.words),
        )
        return Several([table, Finding(sentence, self.words)])

    @cached_property
    def trained(self) -> pd.Series | None:
        """How far the helper's training has come; missing where the month has no rules."""
        if self.rules is None:
            return None
        mine = self.tables.trainings[self.tables.trainings["helper_id"] == self.helper_id]
        return training_progress(mine, self.rules, self.on_day, [self.helper_id]).iloc[0]

    def training(self) -> Block:
        """Hours held against hours asked for, before the first family and in service."""
        if self.trained is None or self.rules is None:
            return Finding(
                message(N_("No rule of the training of helpers held when this month was frozen.")), self.words
            )
        frame = pd.DataFrame(
            [
                {
                    "part": label(part, self.words),
                    "held": hours(self.trained[f"minutes_{short}_done"], self.words),
                    "planned": hours(self.trained[f"minutes_{short}_planned"], self.words),
                    "missing": hours(self.trained[f"minutes_{short}_missing"], self.words),
                }
                for part, short in PARTS.items()
            ]
        )
        titles = {
            "part": N_("Training"),
            "held": N_("Hours held"),
            "planned": N_("Hours planned"),
            "missing": N_("Hours missing"),
        }
        fields = [Field(name, self.words(title)) for name, title in titles.items()]
        told = training_told(self.trained.to_frame().T, self.rules)
        table = Table(frame, fields, self.words, is_dense=True)
        return Several([*(Finding(sentence, self.words) for sentence in told), table])

    # -- how far the plan was kept --

    def adherence(self, visits: pd.DataFrame) -> Block:
        """Counts by family of what was due, and each cancelled visit with its reason.

        ``visits`` are the helper's rows of the table of visits.
        """
        counts = adherence_counts(visits, self.on_day, "family_id")
        blocks: list[Block] = [Finding(self._kept(visits), self.words)]
        if len(counts):
            blocks.append(self._counts_table(counts.reset_index()))
        cancelled = self.frame[self.frame["state"] == "cancelled"].tail(MOST_CANCELLED)
        if len(cancelled):
            title = Heading(message(N_("Cancelled, and why")), self.words, 3)
            blocks += [title, visit_table(cancelled, ("when", "family_or_none", "purpose", "why"), self.words)]
        return Several(blocks)

    def _kept(self, visits: pd.DataFrame) -> Message:
        return kept_sentence(adherence_counts(visits, self.on_day, "helper_id").sum())

    def _counts_table(self, counts: pd.DataFrame) -> Table:
        titles: dict[str, tuple[str, FieldKind]] = {
            "family_id": (N_("Case"), "case"),
            "due": (N_("Due so far"), "number"),
            "done": (N_("Done in time"), "number"),
            "done_late": (N_("Done late"), "number"),
            "late": (N_("Overdue"), "number"),
            "cancelled": (N_("Cancelled"), "number"),
            "to_come": (N_("Still to come"), "number"),
        }
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]
        return Table(counts, fields, self.words, total=True, is_dense=True)
