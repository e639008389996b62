"""One family, one month: what the notebooks of a family show.

``open_family(case, month)`` returns a :class:`FamilyCase`; each of its methods is one answer on the page,
a chart or a block.  All numbers come from the same vectorised assessment that the monthly run makes for everybody.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.economy import explain
from hamyar.core.economy.assessment import Assessment, assess_families, record_of
from hamyar.core.economy.balance import money
from hamyar.core.economy.bridge import BRIDGE_PARTS, gap_bridge
from hamyar.core.economy.explain import FamilyMonth
from hamyar.core.economy.households import age_ranges
from hamyar.core.economy.path import target_gap
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, month_codes
from hamyar.core.message import N_, Message, message
from hamyar.core.rial import Money, currency_of
from hamyar.core.tables import ROLES, CaseTables
from hamyar.faces import charts
from hamyar.faces.blocks import Block, Facts, Field, Finding, KeyFigure, KeyFigures, Table, UnknownList
from hamyar.faces.charting import Chart
from hamyar.faces.family_levels import FamilyLevels, WithoutCatalogue
from hamyar.faces.family_plan import FamilyPlan
from hamyar.faces.helper_rules import last_day_of
from hamyar.faces.labels import CATEGORIES, RULES, label
from hamyar.faces.pages import notices, provenance, rules_table
from hamyar.faces.result import Result
from hamyar.faces.sources import Source, find_source
from hamyar.words import Words


class FamilyUnknown(HamyarError):
    msgid = N_("There is no family with the case code {family}. Look the code up in the list of cases.")


def open_family(family: str, month: str, language: str | None = None) -> "FamilyCase":
    """The case of one family in a Jalali month such as ``1404-08``; raises ``FamilyUnknown`` or ``NotAMonth``."""
    return FamilyCase(find_source(), family, Month.parse(month), Words(language))


class FamilyCase:
    """A family's month, ready to be shown."""

    def __init__(self, source: Source, family: str, month: Month, words: Words) -> None:
        self.source, self.family_id, self.month, self.words = source, family, month, words
        self.tables: CaseTables = source.tables([family])
        if not len(self.tables.families):
            raise FamilyUnknown(family=family)
        self.currency = self.tables.currency
        self.assessment: Assessment = assess_families(self.tables, source.parameters, month)
        self.row: pd.Series = self.assessment.results.iloc[0]
        self._family_month = FamilyMonth(self.row, month, self.currency)

    # -- what the page says first --

    def notices(self) -> Block:
        """What a reader must know before reading: invented data, values nobody has confirmed."""
        return notices(self.tables.is_synthetic, self.assessment.rules, self.words)

    def headline(self) -> Finding:
        return Finding(explain.gap_sentence(self._family_month), self.words)

    def key_figures(self) -> KeyFigures:
        """Spent, had, missing, and still missing after this centre's aid."""
        names = ("outflow", "inflow", "gap_before_aid", "gap_after_aid")
        return KeyFigures([KeyFigure(label(name, self.words), self._money(name)) for name in names], self.words)

    def household(self) -> Table:
        """Who lives here: place in the household, sex and age; never a name."""
        members = self.tables.members
        least, most = age_ranges(members, self.month)
        ages = [_age(int(low), int(high)) for low, high in zip(least, most, strict=True)]
        frame = members[["role", "sex"]].assign(age_years=pd.Series(ages, index=members.index, dtype=object))
        # The head first, then as a household is told; among equals the eldest.
        place = members["role"].map(ROLES.index)
        frame = frame.assign(place=place, least=-least).sort_values(["place", "least"], kind="stable")
        fields = [
            Field("role", self.words(N_("Place in the household")), "code"),
            Field("sex", self.words(N_("Sex")), "code"),
            Field("age_years", self.words(N_("Age in years"))),
        ]
        return Table(frame, fields, self.words)

    # -- the month --

    def money_in_and_out(self) -> Chart | Finding:
        """Where the money came from and went; a sentence where nothing was told of the month."""
        if not (self.tables.flows["month"] == self.month.code).any():
            return Finding(explain.nothing_told_sentence(self.month), self.words)
        return charts.money_in_and_out(self.row, self.words, self.currency, finding=self._say(self._aid_or_inflow()))

    def spending_shares(self) -> Chart | Finding:
        """How the spending divides; a sentence where the whole of it is not known."""
        sentence = explain.shares_sentence(self._family_month)
        if not self._family_month.known("outflow_money"):
            return Finding(sentence, self.words)
        return charts.shares(self.row, self.words, finding=self._say(sentence))

    def lines(self) -> Table:
        """Every amount that was told, brought to a month, and what it does to the gap."""
        flows = self.tables.flows[self.tables.flows["month"] == self.month.code]
        trace = explain.trace_of_gap(flows, self.assessment.rules.value("week_to_month"))
        titles = {
            "category": (N_("Category"), "code"),
            "item": (N_("Item"), "code"),
            "amount_money": (N_("As told"), "money"),
            "recall": (N_("For"), "code"),
            "monthly_money": (N_("In a month"), "money"),
            "source": (N_("Told by"), "code"),
        }
        trace["item"] = trace["item"].fillna("–")
        fields = [Field(name, self.words(title), kind) for name, (title, kind) in titles.items()]  # type: ignore[arg-type]
        return Table(trace, fields, self.words, self.currency, is_dense=True)

    # -- the months before --

    @cached_property
    def _months(self) -> pd.DataFrame:
        """The months to look back on, by month: none before the first that anything was told of."""
        told = self.tables.flows["month"].min()
        balance = self.assessment.balance.droplevel("family_id")
        first = self.month.code if pd.isna(told) else min(int(told), self.month.code)
        return balance[balance.index >= first]

    def gap_path(self) -> Chart | Finding:
        """The gap month by month beside the path of the plan; a sentence where there is only one month."""
        sentence = explain.path_sentence(self._family_month)
        if len(self._months) == 1:
            return Finding(sentence, self.words)
        frame = self._months[["gap_before_aid_money", "gap_after_aid_money"]].reset_index()
        frame["target_money"] = self._targets(frame["month"])
        return charts.gap_path(frame, self.words, self.currency, finding=self._say(sentence))

    def path_in_real_terms(self) -> Finding | None:
        """The same in constant prices; nothing where there is no path to hold against."""
        sentence = explain.real_path_sentence(self._family_month)
        return None if sentence is None else Finding(sentence, self.words)

    def bridge_start(self) -> Month | None:
        """Where the bridge starts: the plan's first month or the first shown, or the first after it that is known."""
        known = self._months["gap_before_aid_money"].dropna().index
        began = 0 if pd.isna(self.row["plan_month"]) else int(self.row["plan_month"])
        earlier = [code for code in known if code < self.month.code]
        chosen = next((code for code in earlier if code >= began), None)
        return None if chosen is None else Month.from_code(chosen)

    def bridge(self) -> Chart | Finding:
        """From an earlier month's gap to this one's, part by part; a sentence where they cannot be compared."""
        start = self.bridge_start()
        if start is None:
            return Finding(explain.no_bridge_sentence(self.month), self.words)
        parts = gap_bridge(self.assessment.of_month(start), self.assessment.of_month(self.month)).iloc[0]
        sentence = explain.bridge_sentence(parts, start, self.month, self.currency)
        if pd.isna(parts["change_money"]):
            return Finding(sentence, self.words)
        changes = pd.DataFrame({"part": BRIDGE_PARTS, "change_money": [parts[money(name)] for name in BRIDGE_PARTS]})
        told = changes[(changes["change_money"].fillna(1) != 0) & ~self._never_told(changes, start)]
        return charts.bridge(
            told.astype({"change_money": "Int64"}),
            self.words,
            self.currency,
            start=int(parts["start_gap_money"]),
            end=int(parts["end_gap_money"]),
            start_label=self.words.month(start),
            end_label=self.words.month(self.month),
            finding=self._say(sentence),
        )

    def _never_told(self, changes: pd.DataFrame, start: Month) -> pd.Series:
        """Parts that were told in neither month: there is nothing to bridge, and nothing went missing."""
        ends = [self.assessment.of_month(month).iloc[0] for month in (start, self.month)]
        names = changes["part"].map(money)
        return names.isin(ends[0].index) & names.map(lambda name: all(pd.isna(end.get(name)) for end in ends))

    # -- the level --

    @cached_property
    def levels(self) -> FamilyLevels | WithoutCatalogue:
        """The family's level and everything about it, for paper: private matters are veiled."""
        if not self.source.parameters.has_indicators:
            return WithoutCatalogue(self.words)
        return FamilyLevels(self.source, self.assessment, self.words)

    # -- plan and visits --

    @cached_property
    def plan(self) -> FamilyPlan:
        """What was decided, the goals and the visits as they stand at the end of the month, for paper."""
        levels = self.levels if isinstance(self.levels, FamilyLevels) else None
        return FamilyPlan(self.source, self.tables, self.assessment, last_day_of(self.month), self.words, levels)

    # -- what is missing, and what is offered --

    def unknowns(self) -> Block:
        """What is not known and what to ask next; a plain sentence where nothing is missing."""
        asked = explain.ask_next(self.row["unknown_facts"])
        if not asked:
            return Finding(message(N_("Nothing is missing for this month’s gap.")), self.words)
        names = [message(CATEGORIES[name]) for name in self.row["unknown_facts"].split()]
        return UnknownList(list(zip(names, asked, strict=True)), self.words)

    @cached_property
    def suggested_aid_money(self) -> int | None:
        rule = self.assessment.rules.value("allocation_rule")
        return self.source.suggested_aid(self.month, self.family_id, rule)

    def suggestion(self) -> Block:
        """The part of the centre's budget that its rule suggests for this family."""
        if self.suggested_aid_money is None:
            return Finding(explain.no_suggestion_sentence(self._family_month), self.words)
        rule = self.assessment.rules.value("allocation_rule")
        amount = Money(self.suggested_aid_money, currency_of(self.currency))
        return Facts(
            {
                self.words(N_("Suggested from this month’s budget")): amount,
                self.words(N_("By the rule")): message(RULES[rule]),
            },
            self.words,
        )

    def rules_used(self) -> Table:
        """Every parameter that went into the page, with its date and source."""
        return rules_table(self.assessment.rules, self.words)

    # -- for programs --

    def result(self) -> Result:
        values: dict[str, Any] = {"currency": self.currency, **record_of(self.row)}
        values["suggested_aid_money"] = self.suggested_aid_money
        values |= self.levels.record()
        status = "complete" if not self.row["unknown_facts"] else "incomplete"
        return Result("family", self.family_id, str(self.month), status, values)

    def provenance(self) -> Block:
        return provenance(self.source.origin, self.month, self.words)

    # -- helpers --

    def _say(self, sentence: Message) -> str:
        return self.words(sentence)

    def _money(self, name: str) -> Money | None:
        value = self.row[money(name)]
        return None if pd.isna(value) else Money(int(value), currency_of(self.currency))

    def _aid_or_inflow(self) -> Message:
        return explain.aid_sentence(self._family_month) or explain.main_inflow_sentence(self._family_month)

    def _targets(self, months: pd.Series) -> list[Any]:
        """The path's target in each month; missing before the plan and without a baseline."""
        began = self.row["plan_month"]
        steps = pd.Series(month_codes(months), dtype="Int64")
        steps = steps - (pd.NA if pd.isna(began) else Month.from_code(began).ordinal)
        baseline = pd.Series([self.row["baseline_gap_money"]] * len(steps), dtype="Int64")
        return list(target_gap(baseline, steps, self.assessment.target))


def _age(least: int, most: int) -> int | Message | None:
    """An age as it is known: a number, one of two where only a stated age is at hand, or not at all."""
    if least == most:
        return least
    return message(N_("{least} or {most}"), least=least, most=most) if most == least + 1 else None
