"""The levels of the centre month by month, and the families behind each count.

Each month is judged by the rules and facts of its own, of the families that the centre knew by then.
A month in which nothing had been asked yet has no levels, which is not the same as undetermined ones.

Outside the centre two months side by side tell small numbers by their difference (of 20 harmed families one was placed
anew), so the series is shown only where neither a count nor a difference is small.
"""

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification, stratify_families
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.parameters import ParameterMissing, ParameterSet
from hamyar.core.tables import FACT_TABLES, CaseTables
from hamyar.faces import level_charts
from hamyar.faces.addresses import address
from hamyar.faces.blocks import Block, Finding
from hamyar.faces.dashboard_leads import Leads
from hamyar.faces.drawn import Drawn
from hamyar.faces.labels import label
from hamyar.faces.linked_blocks import Behind, Level, Link, Part
from hamyar.faces.pages import Several
from hamyar.words import Words

MONTHS = 13


def known_by(tables: CaseTables, month: Month) -> CaseTables:
    """The same without the families that the centre came to know after ``month``; what names no family stays.

    A family of which nobody told when it came is taken as known.
    """
    families = tables.families
    later = families.loc[(families["joined_month"] > month.code).fillna(False).astype(bool), "family_id"]
    if not len(later):
        return tables
    frames = {name: getattr(tables, name) for name, table in FACT_TABLES.items() if "family_id" in table.column_names}
    # Not ``only``: a helper's own session or training names no family, and takes hours like a visit.
    return replace(tables, **{name: frame[~frame["family_id"].isin(later)] for name, frame in frames.items()})


class LevelsOverMonths:
    """The months up to that of ``placed``; ``least`` is the smallest count that may be shown, ``None`` for all.

    ``hides_levels`` says that the page hides some level's count of the month for the sake of another table.
    """

    def __init__(
        self,
        tables: CaseTables,
        parameters: ParameterSet,
        placed: Stratification,
        leads: Leads,
        words: Words,
        least: int | None = None,
        *,
        hides_levels: bool = False,
    ) -> None:
        self.tables, self.parameters, self.placed = tables, parameters, placed
        self.leads, self.words, self.least, self.hides_levels = leads, words, least, hides_levels
        self.month = placed.month

    @cached_property
    def found(self) -> dict[Month, Stratification]:
        """The months that have levels, in order."""
        months = (self.month + (1 - MONTHS)).until(self.month)
        placed = {month: self._placed_in(month) for month in months[:-1]} | {self.month: self.placed}
        return {month: levels for month, levels in placed.items() if levels is not None}

    def _placed_in(self, month: Month) -> Stratification | None:
        if not (self.tables.observations["day"] <= month.code * 100 + month.days).any():
            return None
        tables = known_by(self.tables, month)
        if not len(tables.families):
            return None
        try:
            return stratify_families(tables, self.parameters, month)
        except (CatalogueMissing, ParameterMissing):
            # A month before the rules began has no levels.
            return None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per month that has levels: ``month`` (140508) and the count of each level."""
        counts = [np.bincount(placed.level, minlength=len(ALL_LEVELS)) for placed in self.found.values()]
        frame = pd.DataFrame(counts, columns=list(ALL_LEVELS)).astype("Int64")
        return frame.assign(month=[month.code for month in self.found])

    @property
    def tells_small(self) -> bool:
        """Whether a count of the series, or the difference of two months, is too small to leave the centre.

        How many families a month has is a count like that of a level: the chart's sentence tells it.
        Where the page hides a level of its own month the series would tell it, whatever its size.
        """
        if self.least is None:
            return False
        if self.hides_levels:
            return True
        counts = self.frame[list(ALL_LEVELS)].to_numpy(dtype=np.int64)
        counts = np.column_stack([counts, counts.sum(axis=1)])
        apart = np.abs(counts[:, None, :] - counts[None, :, :])
        return any(bool(((numbers > 0) & (numbers < self.least)).any()) for numbers in (counts, apart))

    def series(self) -> Block:
        """The chart; a sentence where it would tell small numbers."""
        if self.tells_small:
            sentence = N_(
                "The months side by side would tell small numbers, or their differences would; they stay inside."
            )
            return Finding(message(sentence), self.words)
        chart = level_charts.levels_over_months(self.frame, self.words, self.words(self._sentence()))
        return Drawn(chart)

    def _sentence(self) -> Message:
        first, last = self.frame.iloc[0], self.frame.iloc[-1]
        now = {"harmed": int(last["harmed"]), "families": int(last[list(ALL_LEVELS)].sum()), "month": self.month}
        if len(self.frame) == 1:
            return message(N_("In {month} {harmed} of {families} families are known to be harmed."), **now)
        return message(
            N_("In {month} {harmed} of {families} families are known to be harmed; in {start} {earlier} of {of}."),
            **now,
            start=Month.from_code(int(first["month"])),
            earlier=int(first["harmed"]),
            of=int(first[list(ALL_LEVELS)].sum()),
        )

    def behind(self) -> Block:
        """Who moved since the month before, then each month with the families of each level, the latest first."""
        latest = list(self.found)[::-1]
        return Several([*self._moved(), *(self._month(month) for month in latest)])

    def _month(self, month: Month) -> Behind:
        placed = self.found[month]
        codes = np.asarray(placed.family_ids.astype("str"))
        parts = []
        for place, level in enumerate(ALL_LEVELS):
            links = [self.leads.levels(str(code), month=month) for code in codes[placed.level == place]]
            # This very page of an earlier month names them all.
            all_at = None if month == self.month else address("centre", month=month)
            parts.append(Part(Level(level), links, all_at))
        counts = [
            self.words(N_("{level}: {count}"), level=label(level, self.words), count=len(part.links))
            for level, part in zip(ALL_LEVELS, parts, strict=True)
        ]
        return Behind(message(N_("{month} – {counts}"), month=month, counts=counts), parts, self.words)

    def _moved(self) -> list[Block]:
        """The families whose level is another than in the month before."""
        before = self.found.get(self.month + -1)
        if before is None:
            return []
        then, now = (
            pd.Series(placed.level.astype(int), index=placed.family_ids.astype("str"))
            for placed in (before, self.placed)
        )
        both = pd.DataFrame({"now": now}).join(then.rename("then"), how="inner")
        both = both[both["now"] != both["then"]].sort_values("now", ascending=False, kind="stable")
        links = [
            self._change(str(row.Index), ALL_LEVELS[int(row.then)], ALL_LEVELS[int(row.now)])
            for row in both.itertuples()
        ]
        told = nmessage(
            N_("{count} family has another level than in {month}"),
            N_("{count} families have another level than in {month}"),
            len(links),
            month=self.month + -1,
        )
        return [self.leads.behind(told, links)]

    def _change(self, code: str, then: str, now: str) -> Link:
        note = message(N_("from “{then}” to “{now}”"), then=label(then, self.words), now=label(now, self.words))
        return self.leads.levels(code, note)

    def record(self) -> dict[str, dict[str, int]]:
        """The counts of every month, for programs; empty where they stay inside."""
        if self.tells_small:
            return {}
        return {
            str(Month.from_code(int(row["month"]))): {level: int(row[level]) for level in ALL_LEVELS}
            for _, row in self.frame.iterrows()
        }


__all__ = ["MONTHS", "LevelsOverMonths", "known_by"]
