"""The whole centre in one month: what the centre's report shows its manager.

Sums and counts say how many families they rest on; a family whose gap is unknown is counted as unknown, never as zero.
The list of families carries case codes only.
"""

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.economy import explain
from hamyar.core.economy.allocation import RULES, Allocation, compare_rules
from hamyar.core.economy.assessment import assess_families, budget_of, heads_unknown, share_budget
from hamyar.core.economy.inequality import fgt, gini
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.rial import Money, currency_of
from hamyar.core.tables import CATEGORIES
from hamyar.faces import centre_charts
from hamyar.faces.blocks import Block, Facts, Field, Finding, KeyFigure, KeyFigures, Table
from hamyar.faces.centre_help import CentreHelp
from hamyar.faces.centre_levels import CentreLevels
from hamyar.faces.charting import Chart
from hamyar.faces.family_levels import WithoutCatalogue
from hamyar.faces.labels import RULES as RULE_LABELS
from hamyar.faces.pages import Several, notices, provenance, rules_table
from hamyar.faces.result import Result
from hamyar.faces.served import ServedSession
from hamyar.faces.sources import Source, find_source
from hamyar.words import Words

# A report is read; what is longer is looked up in the results.
MOST_LISTED = 60


class NobodyRecorded(HamyarError):
    msgid = N_("No family is recorded, so there is nothing to run. Import families first: hamyar import --help.")


def open_centre(month: str, language: str | None = None) -> "CentreCase":
    """The centre in a Jalali month such as ``1404-08``; raises ``NobodyRecorded`` or ``NotAMonth``."""
    source = find_source()
    today = source.today if isinstance(source, ServedSession) else None
    return CentreCase(source, Month.parse(month), Words(language), today=today)


class CentreCase:
    """All families of a month, ready to be shown; ``today`` is a Jalali day where the month may not be over."""

    def __init__(self, source: Source, month: Month, words: Words, *, today: int | None = None) -> None:
        self.source, self.month, self.words, self._today = source, month, words, today
        self.tables = source.tables()
        if not len(self.tables.families):
            raise NobodyRecorded()
        self.currency = self.tables.currency
        self.assessment = assess_families(self.tables, source.parameters, month)
        self.results = self.assessment.results
        self.budget_money = budget_of(self.tables, month)

    @cached_property
    def allocations(self) -> dict[str, Allocation]:
        """The month's budget by each rule; empty where no budget is recorded."""
        if self.budget_money is None:
            return {}
        return share_budget(self.tables, self.assessment, self.budget_money)

    @property
    def rule(self) -> str:
        return str(self.assessment.rules.value("allocation_rule"))

    @cached_property
    def levels(self) -> CentreLevels | WithoutCatalogue:
        """The levels of all families and everything about them, for eyes inside the centre."""
        if not self.source.parameters.has_indicators:
            return WithoutCatalogue(self.words)
        return CentreLevels(self.source, self.assessment, self.words)

    @cached_property
    def helpers(self) -> CentreHelp:
        """Who carries whom, what is overdue and what is missing, for eyes inside the centre."""
        return CentreHelp(self.source, self.assessment, self.words, today=self._today)

    # -- the page --

    def notices(self) -> Block:
        # Placing the families asks for more rules, which may be unconfirmed too.
        _ = self.levels
        return notices(self.tables.is_synthetic, self.assessment.rules, self.words)

    def headline(self) -> Finding:
        return Finding(explain.centre_sentence(self.results, self.month), self.words)

    def key_figures(self) -> KeyFigures:
        """The sum of gaps, the aid given, the budget, and how much of the gaps it can fill."""
        gaps = self.results["gap_after_aid_money"]
        needed = int(gaps.sum())
        covered = None if self.budget_money is None or not needed else Fraction(min(self.budget_money, needed), needed)
        words = self.words
        # Of everybody's aid nothing need be said; where an amount is not known, whose it is the sum of.
        aid_of = self._of_families("centre_aid_money") if self.results["centre_aid_money"].isna().any() else ""
        gaps_of = self._of_families("gap_before_aid_money")
        figures = [
            KeyFigure(words(N_("Sum of the gaps before aid")), self._sum("gap_before_aid_money"), gaps_of),
            KeyFigure(words(N_("Aid given by this centre")), self._sum("centre_aid_money"), aid_of),
            KeyFigure(words(N_("Budget to share")), self._money(self.budget_money)),
            KeyFigure(words(N_("Share of the open gaps it fills")), covered),
        ]
        return KeyFigures(figures, words)

    def gap_sizes(self) -> Chart | Finding:
        """How the gaps spread; a sentence where no family is known to have one."""
        gaps, sentence = self.results["gap_before_aid_money"], self._median_sentence()
        if not (gaps > 0).any():
            return Finding(sentence, self.words)
        return centre_charts.gap_histogram(gaps, self.words, self.currency, finding=self.words(sentence))

    def gaps_over_months(self) -> Chart:
        """Sums of the known gaps of each month, and how many families they rest on."""
        balance = self.assessment.balance
        columns = ["gap_before_aid_money", "gap_after_aid_money"]
        frame = balance[columns].groupby(level="month").sum(min_count=1).reset_index()
        known = balance["gap_before_aid_money"].notna().groupby(level="month").sum()
        sentence = message(
            N_("Each month rests on the families whose gap is known: between {fewest} and {most} of {families}."),
            fewest=int(known.min()),
            most=int(known.max()),
            families=len(self.results),
        )
        return centre_charts.centre_gaps_over_months(frame, self.words, self.currency, finding=self.words(sentence))

    def rules_compared(self) -> Chart | Finding:
        """How each rule of sharing would spread the budget."""
        if not self.allocations:
            return self._no_budget()
        shares = [allocation.aid[["covered_share"]].assign(rule=rule) for rule, allocation in self.allocations.items()]
        sentence = message(
            N_("The centre shares by the rule “{rule}”; the other two show what it gives up for that."),
            rule=message(RULE_LABELS[self.rule]),
        )
        frame = pd.concat(shares, ignore_index=True)
        return centre_charts.allocation_comparison(frame, self.words, self.currency, finding=self.words(sentence))

    def priority_note(self) -> Finding | None:
        """How many families share without their priority being known; nothing where that cannot be."""
        count = heads_unknown(self.tables, self.assessment.rules)
        if not count:
            return None
        sentence = nmessage(
            N_("For {count} family the head’s sex is not recorded, so its weight in sharing may be too small."),
            N_("For {count} families the head’s sex is not recorded, so their weight in sharing may be too small."),
            count,
        )
        return Finding(sentence, self.words)

    def rules_table(self) -> Table | Finding:
        """The three rules side by side in numbers."""
        if not self.allocations:
            return self._no_budget()
        frame = compare_rules([self.allocations[rule] for rule in RULES])
        titles: dict[str, tuple[str, Any]] = {
            "rule": (N_("Rule"), "code"),
            "helped": (N_("Families helped"), "number"),
            "filled": (N_("Gaps filled"), "number"),
            "aid_money": (N_("Money given"), "money"),
            "largest_left_money": (N_("Largest gap left"), "money"),
            "smallest_covered_share": (N_("Least covered"), "share"),
        }
        return self._table(frame, titles)

    def families(self) -> Block:
        """The families with the largest gaps, then those whose gap is unknown: where they stand, and suggested aid."""
        frame = self.results.assign(
            suggested_aid_money=self.allocations[self.rule].aid["aid_money"] if self.allocations else pd.NA,
        )
        frame = frame[frame["gap_before_aid_money"].fillna(1) > 0]
        frame = frame.sort_values("gap_before_aid_money", ascending=False, na_position="last", kind="stable")
        shown = frame.head(MOST_LISTED)
        shown = shown.assign(standing=[self._standing(row) for _, row in shown.iterrows()]).reset_index()
        titles: dict[str, tuple[str, Any]] = {
            "family_id": (N_("Case"), "case"),
            "gap_before_aid_money": (N_("Gap before aid"), "money"),
            "gap_after_aid_money": (N_("Gap after aid"), "money"),
            "suggested_aid_money": (N_("Suggested aid"), "money"),
            "standing": (N_("Path"), "kept"),
        }
        sentence = message(
            N_("{shown} of {families} families are listed: the largest gaps, then those not known. All are in {file}."),
            shown=len(shown),
            families=len(self.results),
            file="results.csv",
        )
        table = self._table(shown.astype({"suggested_aid_money": "Int64"}), titles)
        return Several([Finding(sentence, self.words), table])

    def _standing(self, row: pd.Series) -> str:
        if pd.isna(row["plan_step"]):
            return self.words(N_("no plan"))
        if pd.isna(row["is_on_track"]):
            return self.words(N_("not known"))
        return self.words(N_("on track") if row["is_on_track"] else N_("behind"))

    def need(self) -> Block:
        """Poverty and inequality of the families whose equivalised income is known."""
        known = self.results[self.results["equivalised_income_money"].notna()]
        line = self.results["support_line_money"].iloc[0] if len(self.results) else pd.NA
        income = known["equivalised_income_money"].to_numpy(dtype=np.float64)
        under, depth = (None if pd.isna(line) else fgt(income, float(line), alpha) for alpha in (0, 1))
        spread = gini(income)
        words = self.words
        return Facts(
            {
                words(N_("Families whose income per equivalent adult is known")): len(known),
                words(N_("Support line per equivalent adult")): self._money(None if pd.isna(line) else int(line)),
                words(N_("Under the line")): under,
                words(N_("Average distance to the line")): depth,
                words(N_("Gini coefficient of incomes")): None if spread is None else Decimal(repr(round(spread, 2))),
            },
            words,
        )

    def unknowns(self) -> Block:
        """Which facts are missing most often: where the centre's next questions should go."""
        told = self.results["unknown_facts"].str.split()
        counts = told.explode().dropna().value_counts()
        if not len(counts):
            return Finding(message(N_("Nothing is missing for this month’s gaps.")), self.words)
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], CATEGORIES.index(pair[0])))
        frame = pd.DataFrame(ordered, columns=["category", "families"])
        titles: dict[str, tuple[str, Any]] = {
            "category": (N_("What is not known"), "code"),
            "families": (N_("Families"), "number"),
        }
        return self._table(frame, titles)

    def rules_used(self) -> Table:
        return rules_table(self.assessment.rules, self.words)

    def provenance(self) -> Block:
        return provenance(self.source.origin, self.month, self.words)

    def result(self) -> Result:
        gaps = self.results["gap_before_aid_money"]
        values: dict[str, Any] = {
            "currency": self.currency,
            "families": len(self.results),
            "gaps_open": int((gaps > 0).sum()),
            "gaps_unknown": int(gaps.isna().sum()),
            "gap_before_aid_money": int(gaps.sum()),
            "gap_after_aid_money": int(self.results["gap_after_aid_money"].sum()),
            "budget_money": self.budget_money,
            "rule": self.rule,
            "aid_money": {rule: int(found.aid["aid_money"].sum()) for rule, found in self.allocations.items()},
        }
        values |= self.levels.record()
        status = "complete" if not values["gaps_unknown"] else "incomplete"
        return Result("centre", "centre", str(self.month), status, values)

    # -- helpers --

    def _no_budget(self) -> Finding:
        return Finding(message(N_("The centre’s budget for {month} is not recorded."), month=self.month), self.words)

    def _median_sentence(self) -> Message:
        gaps = self.results["gap_before_aid_money"].dropna()
        open_ = gaps[gaps > 0]
        if not len(open_):
            return message(N_("No family is known to have a gap in {month}."), month=self.month)
        middle = Money(int(open_.sort_values().iloc[(len(open_) - 1) // 2]), currency_of(self.currency))
        return message(N_("Half of the families with a gap lack {median} or less."), median=middle)

    def _money(self, amount: int | None) -> Money | None:
        return None if amount is None else Money(amount, currency_of(self.currency))

    def _sum(self, column: str) -> Money | None:
        """The sum of what is known; ``None`` where of no family anything is."""
        known = self.results[column].dropna()
        return Money(int(known.sum()), currency_of(self.currency)) if len(known) else None

    def _of_families(self, column: str) -> Message:
        known = int(self.results[column].notna().sum())
        return nmessage(N_("of {count} family"), N_("of {count} families"), known)

    def _table(self, frame: pd.DataFrame, titles: dict[str, tuple[str, Any]]) -> Table:
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]
        return Table(frame, fields, self.words, self.currency, is_dense=True)
