"""How complete the files are: which share of the questions is answered, what is most often open, and in whose file.

Which indicators are open most often is counted by :mod:`hamyar.faces.centre_work`, which hides small counts outside.
How many questions are open in all would give those back by a subtraction, so it is told inside the centre only.
A private indicator is never listed with its families: that it is disputed in one of them would tell enough.
"""

from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment
from hamyar.core.levels.answers import DOES_NOT_APPLY, KNOWN
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.tables import CATEGORIES
from hamyar.faces.blocks import Block, Finding, Heading
from hamyar.faces.centre_levels import CentreLevels
from hamyar.faces.centre_work import MOST_ASKED
from hamyar.faces.dashboard_leads import Leads
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.faces.shown_tables import NONE, Title, share_text, shown_table
from hamyar.words import Words


class CentreFiles:
    """The files of all families; ``levels`` is ``None`` without a catalogue of indicators."""

    def __init__(
        self, assessment: Assessment, levels: CentreLevels | None, leads: Leads, words: Words, *, outside: bool = False
    ) -> None:
        self.assessment, self.levels, self.leads, self.words, self.outside = assessment, levels, leads, words, outside
        self.placed: Stratification | None = None if levels is None else levels.placed

    def share_known(self) -> Block:
        """Which share of the questions that apply is answered: of all, and by domain; inside the centre only."""
        if self.outside:
            return Several([])
        if self.placed is None:
            return Finding(
                message(N_("The month has no catalogue of indicators, so no question is counted.")), self.words
            )
        frame = self._shares
        told = message(
            N_("Of the questions that apply {share} are answered: {known} of {asked}."),
            share=Fraction(int(frame["known"].sum()), max(int(frame["asked"].sum()), 1)),
            known=int(frame["known"].sum()),
            asked=int(frame["asked"].sum()),
        )
        titles: dict[str, Title] = {
            "domain": (N_("Domain"), "code"),
            "asked": (N_("Questions that apply"), "number"),
            "known": (N_("Answered"), "number"),
            "share": (N_("Share answered"), "text"),
        }
        return Several([Finding(told, self.words), shown_table(frame, titles, self.words)])

    @cached_property
    def _shares(self) -> pd.DataFrame:
        """By domain and for the strengths: questions that apply in some family, and how many of them are answered."""
        if self.placed is None:
            return pd.DataFrame(columns=["domain", "asked", "known", "share"])
        indicators, state = self.placed.indicators, self.placed.answers.state
        domains = np.array(
            [harm.domain for harm in indicators.harms] + ["capacity"] * len(indicators.capacities), dtype=object
        )
        rows = []
        for domain in dict.fromkeys(domains):
            part = state[domains == domain]
            asked, known = int((part != DOES_NOT_APPLY).sum()), int((part == KNOWN).sum())
            share = share_text(Fraction(known, asked), self.words) if asked else NONE
            rows.append({"domain": domain, "asked": asked, "known": known, "share": share})
        return pd.DataFrame(rows)

    def open_questions(self) -> Block:
        """Which indicators are open most often, then the families behind each that may be listed."""
        if self.levels is None or self.placed is None:
            return Several([])
        blocks: list[Block] = [self.levels.ask()]
        if self.outside:
            return Several(blocks)
        is_open = self.placed.answers.is_open
        counts, ids = is_open.sum(axis=1), self.placed.family_ids.astype("str")
        order = np.argsort(-counts, kind="stable")[:MOST_ASKED]
        for place in order[counts[order] > 0].tolist():
            indicator = self.placed.indicators.indicators[place]
            if indicator.screen_only:
                continue
            name = indicator.label.in_language(self.words.language)
            told = nmessage(
                N_("“{name}” is open in {count} family"),
                N_("“{name}” is open in {count} families"),
                int(counts[place]),
                name=name,
            )
            blocks.append(self.leads.behind(told, [self.leads.file(str(code)) for code in ids[is_open[place]]]))
        return Several(blocks)

    @cached_property
    def _open(self) -> pd.DataFrame:
        """By family: open questions, harms without a reason, categories of money not known, and all of it together."""
        results = self.assessment.results
        frame = pd.DataFrame(
            {"open": 0, "unreasoned": 0, "facts": results["unknown_facts"].to_numpy()},
            index=results.index.astype("str"),
        )
        if self.placed is not None:
            levels = self.placed.results
            frame["open"], frame["unreasoned"] = levels["unanswered"].to_numpy(), levels["unreasoned"].to_numpy()
        frame["missing"] = frame["open"] + frame["unreasoned"] + frame["facts"].str.split().str.len().to_numpy()
        return frame

    def families(self) -> Block:
        """The files with most unknown first, those that are complete, and the money that nobody knows."""
        if self.outside:
            return Several([])
        frame = self._open
        lacking = frame[frame["missing"] > 0].sort_values("missing", ascending=False, kind="stable")
        complete = frame.index[frame["missing"] == 0]
        blocks: list[Block] = [
            self.leads.behind(
                nmessage(
                    N_("Something is missing in the file of {count} family; most first"),
                    N_("Something is missing in the files of {count} families; most first"),
                    len(lacking),
                ),
                [self.leads.file(str(row.Index), self._lacks(row)) for row in lacking.itertuples()],
            ),
            self.leads.behind(
                nmessage(N_("{count} file is complete"), N_("{count} files are complete"), len(complete)),
                [self.leads.file(str(code)) for code in complete],
            ),
            Heading(message(N_("Money that nobody knows")), self.words, 3),
        ]
        return Several([*blocks, *self._money()])

    def _lacks(self, row: Any) -> Message:
        told: list[Message] = []
        if row.open:
            told.append(nmessage(N_("{count} question is open"), N_("{count} questions are open"), int(row.open)))
        if row.unreasoned:
            told.append(
                nmessage(N_("{count} harm has no reason"), N_("{count} harms have no reason"), int(row.unreasoned))
            )
        if row.facts:
            told.append(
                message(N_("not known: {facts}"), facts=[label(code, self.words) for code in row.facts.split()])
            )
        return message(N_("{parts}"), parts=told)

    def _money(self) -> list[Block]:
        facts = self._open["facts"].str.split()
        lists: list[Block] = []
        for category in CATEGORIES:
            codes = [str(code) for code, found in facts.items() if category in found]
            if codes:
                name = label(category, self.words)
                told = nmessage(
                    N_("“{name}” is not known of {count} family"),
                    N_("“{name}” is not known of {count} families"),
                    len(codes),
                    name=name,
                )
                lists.append(self.leads.behind(told, [self.leads.file(code) for code in codes]))
        return lists or [Finding(message(N_("Nothing is missing for this month’s gaps.")), self.words)]

    def record(self) -> dict[str, int]:
        """Counts for programs; they stay inside."""
        if self.outside:
            return {}
        found = {name: int(self._shares[name].sum()) for name in ("asked", "known")} if len(self._shares) else {}
        counts = {f"questions_{name}": count for name, count in found.items()}
        return {**counts, "files_complete": int((self._open["missing"] == 0).sum())}


__all__ = ["CentreFiles"]
