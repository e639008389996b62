"""What if other weights or cut-offs held: the researcher's page, tried on the months already run.

It shows no case code, and hides small numbers always, because what is tried on families may be read far from them.
Nothing here changes a level: a centre that wants other rules writes a new dated version of them.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.profile import group_message, group_of_area, group_of_head
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification
from hamyar.core.levels.what_if import DrawsTooFew, stability
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.persian import persian_digits
from hamyar.core.small_numbers import hidden_message, hide_small
from hamyar.faces import level_charts
from hamyar.faces.blocks import Block, Finding, Heading, Notice
from hamyar.faces.charting import Chart
from hamyar.faces.drawn import Drawn
from hamyar.faces.labels import label
from hamyar.faces.pages import Several, provenance
from hamyar.faces.result import Result
from hamyar.faces.shown_tables import Title, shown_table
from hamyar.faces.what_if_help import FORCE, TRIED, help_asked
from hamyar.faces.what_if_months import JudgedMonth, Months, find_months
from hamyar.faces.what_if_rules import TriedRules
from hamyar.faces.what_if_shown import WAYS, Compared
from hamyar.words import Words

# Each draw holds a number for every family of a part of the centre in memory.
MOST_DRAWS = 20_000
# A level is called firm if so large a share of random weights gives it.
FIRM_SHARE = 0.95
_WAYS: Mapping[str, str] = {
    "better": N_("To a better level"),
    "worse": N_("To a worse level"),
    "now_open": N_("Known, then open"),
    "now_known": N_("Open, then known"),
}


class DrawsTooMany(HamyarError):
    msgid = N_("{draws} random weightings need too much memory. Ask for at most {most}; 1,000 are usual.")


def open_what_if(
    month: str,
    at_risk: str = "",
    harmed: str = "",
    shares: str = "",
    weights: str = "",
    draws: int = 1000,
    language: str | None = None,
) -> "WhatIf":
    """Other rules in a Jalali month such as ``1404-08``, and in every other month that was run.

    Raises ``NotAMonth``, ``MonthNotRun``, ``NothingRecorded``, ``CutOffNotReadable``, ``PairNotReadable``,
    ``NameTwice``, ``CutOffsInvalid``, ``DrawsTooFew``, ``DrawsTooMany``, and of weights what ``rejudged`` does.
    """
    chosen = Month.parse(month)
    rules = TriedRules.read(at_risk, harmed, shares, weights)
    return WhatIf(find_months(chosen), chosen, rules, draws, Words(language))


class WhatIf:
    """The rules tried, and what they change, ready to be shown."""

    def __init__(self, months: Months, month: Month, rules: TriedRules, draws: int, words: Words) -> None:
        if draws < 1:
            raise DrawsTooFew(draws=draws)
        if draws > MOST_DRAWS:
            raise DrawsTooMany(draws=draws, most=MOST_DRAWS)
        self.months, self.month, self.rules, self.draws, self.words = months, month, rules, draws, words
        self.now: JudgedMonth = months.judged[month]
        # All at once, so that a rule that cannot hold in some month is refused before anything is shown.
        self.compared = {each: self._compare(found) for each, found in months.judged.items()}

    def _compare(self, found: JudgedMonth) -> Compared:
        return Compared(found.placed, self.rules.judge(found.placed), found.smallest_shown)

    @property
    def here(self) -> Compared:
        return self.compared[self.month]

    # -- the page --

    def notices(self) -> Block:
        """Made-up data, what is hidden, and months that could not be read."""
        found: list[Block] = []
        if self.now.tables.is_synthetic:
            sentence = message(N_("No family on this page exists. The data were made by a program."))
            found.append(Notice("synthetic", sentence, self.words))
        found.append(Notice("note", hidden_message(self.here.least), self.words))
        if not self.months.is_frozen:
            sentence = message(N_("No month has been run yet; the last months are taken as they are recorded now."))
            found.append(Notice("note", sentence, self.words))
        if self.months.unread:
            found.append(
                Notice(
                    "warning",
                    nmessage(
                        N_("{count} month that was run cannot be read by this Hamyar and is left out."),
                        N_("{count} months that were run cannot be read by this Hamyar and are left out."),
                        self.months.unread,
                    ),
                    self.words,
                )
            )
        return Several(found)

    def rules_tried(self) -> Block:
        """The rules in force beside those tried."""
        before, after = self.here.before, self.here.after
        rows = [
            (self.words(N_("At risk from")), before.level_rules.whole.at_risk, after.level_rules.whole.at_risk),
            (self.words(N_("Harmed from")), before.level_rules.whole.harmed, after.level_rules.whole.harmed),
        ]
        for domain, part in before.domain_slices.items():
            name = self.words(N_("Share of the domain {domain}"), domain=self._domain(domain))
            rows.append((name, _sum(before.indicators.weights[part]), _sum(after.indicators.weights[part])))
        weights = zip(before.indicators.harms, after.indicators.harms, strict=True)
        rows += [
            (self.words(N_("Weight of {indicator}"), indicator=self._indicator(one.code)), one.weight, other.weight)
            for one, other in weights
            if one.code in self.rules.weights
        ]
        frame = pd.DataFrame(
            [(name, self._exactly(one), self._exactly(two)) for name, one, two in rows],
            columns=["rule", "force", "tried"],
        )
        titles: dict[str, Title] = {"rule": (N_("Rule"), "text"), "force": (FORCE, "text"), "tried": (TRIED, "text")}
        return shown_table(frame, titles, self.words)

    def _exactly(self, share: Fraction) -> str:
        return persian_digits(str(share)) if self.words.language == "fa" else str(share)

    def who_moves(self) -> Block:
        """How many families have which level under either set of rules, and which way they move."""
        here = self.here
        blocks: list[Block] = [Finding(self._moved_sentence(), self.words)]
        if here.has_matrix:
            labels = self.words(FORCE), self.words(TRIED)
            blocks.append(Drawn(level_charts.transition_flow(here.matrix, self.words, "", *labels)))
            return Several(blocks)
        before, after = here.levels
        if before.isna().all():
            return Several(blocks)
        rows = [(level, before[level], after[level]) for level in ALL_LEVELS]
        frame = pd.DataFrame(rows, columns=["level", "force", "tried"])
        titles: dict[str, Title] = {
            "level": (N_("Level"), "code"),
            "force": (FORCE, "number"),
            "tried": (TRIED, "number"),
        }
        return Several([*blocks, shown_table(frame, titles, self.words, frame.isna())])

    def _moved_sentence(self) -> Message:
        families, found = len(self.here.before.family_ids), self.here.directions
        if pd.isna(found["moved"]):
            return self._part_sentence(found)
        if not found["moved"]:
            return message(N_("No family changes its level under these rules."))
        values = {name: int(found[name]) for name in ("moved", "better", "worse")}
        return nmessage(
            N_("{moved} of {count} family changes its level: {better} to a better one, {worse} to a worse one."),
            N_("{moved} of {count} families change their level: {better} to a better one, {worse} to a worse one."),
            families,
            **values,
        )

    def _part_sentence(self, found: pd.Series) -> Message:
        if pd.isna(found["better"]):
            return message(N_("How many of the families change their level is a small number, or would tell one."))
        sentence = N_("{better} families come to a better level and {worse} to a worse one; other numbers are small.")
        return message(sentence, better=int(found["better"]), worse=int(found["worse"]))

    def who_in_which_group(self) -> Block:
        """The same by area and by kind of head."""
        placed, tables = self.here.before, self.now.tables
        groups = {
            N_("By area"): group_of_area(tables, placed.family_ids),
            N_("By kind of head"): group_of_head(tables, placed.family_ids, self.month),
        }
        blocks: list[Block] = []
        for title, codes in groups.items():
            blocks += [Heading(message(title), self.words, 3), self._by_group(codes)]
        return Several(blocks)

    def _by_group(self, codes: pd.Categorical) -> Block:
        published = self.here.by_group(codes)
        if published is None:
            return Finding(message(N_("This table would give small numbers away and is not shown.")), self.words)
        names = [group_message(str(code)) or str(code) for code in published.frame.index]
        frame = published.frame.assign(group=names)
        titles: dict[str, Title] = {"group": (N_("Group"), "text"), "families": (N_("Families"), "number")}
        titles |= {way: (_WAYS[way], "number") for way in self.here.shown_ways}
        return shown_table(frame, titles, self.words, published.is_hidden)

    def more_help(self) -> Block:
        """What either set of rules asks of the centre: harmed families, helpers, and the gaps to fill."""
        return help_asked(self.here, self.now, self.words)

    def back_test(self) -> Block:
        """The levels of every month under both sets of rules, and how many families would have had another."""
        versions = [(self.words(FORCE), 0), (self.words(TRIED), 1)]
        rows = [
            {"month": month.code, "version": name, **found.levels[place].to_dict()}
            for name, place in versions
            for month, found in self.compared.items()
        ]
        frame = pd.DataFrame(rows).astype(dict.fromkeys(ALL_LEVELS, "Int64"))
        chart = level_charts.levels_over_months(frame, self.words, self.words(self._months_sentence()))
        moves = pd.DataFrame([found.directions for found in self.compared.values()]).astype("Int64")
        moves = moves.assign(month=[month.code for month in self.compared])
        titles: dict[str, Title] = {"month": (N_("Month"), "month"), "families": (N_("Families"), "number")}
        titles |= {"moved": (N_("Change their level"), "number")}
        titles |= {way: (title, "number") for way, title in _WAYS.items()}
        return Several([Drawn(chart), shown_table(moves, titles, self.words, moves.isna())])

    def _months_sentence(self) -> Message:
        counts = [found.directions["moved"] for found in self.compared.values()]
        if any(pd.isna(count) for count in counts):
            return nmessage(
                N_("{count} month under both sets of rules."),
                N_("{count} months under both sets of rules."),
                len(counts),
            )
        return nmessage(
            N_("In {count} month {fewest} to {most} families would have had another level."),
            N_("In {count} months {fewest} to {most} families would each time have had another level."),
            len(counts),
            fewest=int(min(counts)),
            most=int(max(counts)),
        )

    # -- without other rules in mind --

    @cached_property
    def _stability(self) -> pd.DataFrame:
        return stability(self.here.before, self.draws)

    def firm(self) -> Chart | Finding:
        """How many levels stand whatever the weights; groups of few families are not drawn."""
        frame = self._stability
        shown = frame[self._may_be_drawn(frame)]
        sentence = self._firm_sentence(frame)
        if not len(shown):
            return Finding(sentence, self.words)
        left_out = "" if len(shown) == len(frame) else " " + self.words(N_("Small groups are not drawn."))
        return level_charts.stability_chart(shown, self.words, self.words(sentence) + left_out)

    def _may_be_drawn(self, frame: pd.DataFrame) -> np.ndarray:
        """Whether each family's column and level hold so many that the part may be drawn."""
        shares = frame["same_level_share"].to_numpy(dtype=float)
        bins = level_charts.STABILITY_BINS
        column = np.where(shares >= 1, bins, np.floor(shares * bins + 1e-9)).astype(np.int64)
        counts = pd.crosstab(column, frame["level"].astype("str")).reindex(columns=list(ALL_LEVELS), fill_value=0)
        hidden = hide_small(counts.astype("Int64"), ALL_LEVELS, least=self.here.least).is_hidden.to_numpy(dtype=bool)
        rows = counts.index.get_indexer(column)
        places = pd.Index(ALL_LEVELS).get_indexer(frame["level"].astype("str"))
        return ~hidden[rows, places]

    def _firm_sentence(self, frame: pd.DataFrame) -> Message:
        firm, families = int((frame["same_level_share"] >= FIRM_SHARE).sum()), len(frame)
        if any(0 < count < self.here.least for count in (firm, families - firm)):
            return message(
                N_("Under {draws} random weightings; how many levels stand is a small number."), draws=self.draws
            )
        return message(
            N_("{firm} of {families} families keep their level under at least 95 in 100 of {draws} random weightings."),
            firm=firm,
            families=families,
            draws=self.draws,
        )

    # -- the end --

    def result(self) -> Result:
        """Counts before and after, ``None`` where hidden; rules as exact text."""
        before, after = ({level: _plain(count) for level, count in counts.items()} for counts in self.here.levels)
        whole = self.here.after.level_rules.whole
        values = {
            "families": len(self.here.before.family_ids),
            "levels_before": before,
            "levels_after": after,
            **{name: _plain(self.here.directions[name]) for name in ("moved", *WAYS)},
            "at_risk": str(whole.at_risk),
            "harmed": str(whole.harmed),
            "domain_shares": {name: str(share) for name, share in self._shares(self.here.after).items()},
            "months": [str(month) for month in self.compared],
            "draws": self.draws,
        }
        return Result("what_if", "centre", str(self.month), "complete", values)

    def _shares(self, judged: Stratification) -> dict[str, Fraction]:
        return {name: _sum(judged.indicators.weights[part]) for name, part in judged.domain_slices.items()}

    def provenance(self) -> Block:
        return provenance(self.months.origin, self.month, self.words)

    def _domain(self, code: str) -> str:
        return label(code, self.words)

    def _indicator(self, code: str) -> str:
        return str(self.here.before.indicators[code].label.in_language(self.words.language))


def _sum(weights: Sequence[Fraction]) -> Fraction:
    return sum(weights, Fraction(0))


def _plain(count: Any) -> int | None:
    return None if pd.isna(count) else int(count)
