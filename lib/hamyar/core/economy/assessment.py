"""The month of every family in one row, and how the centre's budget meets it.

:func:`assess_families` looks at each family by itself, so it gives the same row for one family as for a million;
the notebooks of a family and the monthly run both call it, and the run checks that they agree.
:func:`share_budget` is the only part that needs all families at once.

The columns of ``Assessment.results`` (one row per family, in the order of ``tables.families``):

===============================  ==========================================================================
``persons``                      members of the household
``<category>_money``             each inflow and outflow of the month
``inflow_money, outflow_money``  totals before this centre's aid
``centre_aid_money``             this centre's aid of the month
``gap_before_aid_money`` …       gap, gap after aid, surplus, and the bounds the known parts prove
``self_reliance_share`` …        shares, see :func:`hamyar.core.economy.balance.economic_shares`
``equivalised_income_money``     inflows per equivalent adult
``support_line_money``           the line they are held against; missing without a minimum wage for the month
``is_under_line``                three-valued, decided on the exact fractions
``poverty_gap_money``            distance to the line, zero at or above it
``plan_month, plan_step``        month the plan began, months since; missing while it lies ahead
``baseline_gap_money``           gap in that month
``target_gap_money``             where the path is now
``is_on_track``                  three-valued: at or under that target
``real_gap_money``               this month's gap in prices of the plan's first month
``is_on_track_real``             the same test for it
``unknown_facts``                what would settle both gaps, as words joined by a space; empty when they are known
===============================  ==========================================================================
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.documents import BilingualText
from hamyar.core.economy.allocation import RULES, Allocation, allocate
from hamyar.core.economy.balance import economic_shares, money, monthly_balance, unknown_categories
from hamyar.core.economy.households import equivalised, household_facts, is_under_line
from hamyar.core.economy.path import TargetRule, in_prices_of, is_on_track, target_gap
from hamyar.core.frames import Amounts
from hamyar.core.jalali import Month, month_codes
from hamyar.core.parameters import DatedValue, ParameterMissing, ParameterSet
from hamyar.core.rial import RIAL, currency_of, round_half_up
from hamyar.core.tables import CATEGORIES, CaseTables

BALANCE_COLUMNS = (
    *(money(name) for name in CATEGORIES),
    *("inflow_money", "outflow_money", "centre_aid_money"),
    *("gap_before_aid_money", "gap_after_aid_money", "surplus_money", "gap_at_least_money", "gap_at_most_money"),
    "food_money",
)


class ParametersInUse:
    """A parameter set at one month that remembers what was asked of it: the other half of every why."""

    def __init__(self, parameters: ParameterSet, month: Month) -> None:
        self._parameters, self._month = parameters, month
        self.used: dict[tuple[str, Month], DatedValue] = {}
        self.missing: dict[str, ParameterMissing] = {}

    def value(self, name: str) -> Any:
        """The value at the month; an absent one raises ``ParameterMissing``."""
        found = self._parameters.at(name, self._month)
        self.used[name, self._month] = found
        return found.value

    def find(self, name: str, month: Month | None = None) -> Any | None:
        """The value at a month, or ``None`` with the absence remembered, for results that may stay unknown."""
        month = month or self._month
        try:
            found = self._parameters.at(name, month)
        except ParameterMissing as absence:
            self.missing[f"{name} {month}"] = absence
            return None
        self.used[name, month] = found
        return found.value

    def label(self, name: str) -> BilingualText:
        """What people call the parameter."""
        return self._parameters.describe(name).label

    @property
    def provisional(self) -> list[DatedValue]:
        return [found for found in self.used.values() if found.status == "provisional"]


@dataclass(frozen=True)
class Assessment:
    """One month of a set of families: ``results`` by family, ``balance`` by family and month, and the rules used."""

    month: Month
    currency: str
    results: pd.DataFrame
    balance: pd.DataFrame
    target: TargetRule
    rules: ParametersInUse

    def of_month(self, month: Month) -> pd.DataFrame:
        """The balance of one of the months it covers, indexed by family."""
        return month_of(self.balance, month)


def month_of(balance: pd.DataFrame, month: Month) -> pd.DataFrame:
    """One month of a balance, indexed by family; with no family there is nothing to take, and that is no error."""
    if not len(balance):
        return balance.droplevel("month")
    return balance.xs(month.code, level="month")


def target_rule(rules: ParametersInUse) -> TargetRule:
    return TargetRule(
        rules.value("gap_reduction_share"), rules.value("gap_reduction_months"), rules.value("gap_path_shape")
    )


def assess_families(
    tables: CaseTables, parameters: ParameterSet, month: Month, *, history_months: int | None = None
) -> Assessment:
    """Assess every family of ``tables`` for ``month`` with the parameters of that month.

    ``history_months`` is how many months before it ``balance`` covers (default: the parameter of that name).
    Later facts than ``month`` are not looked at.
    """
    rules = ParametersInUse(parameters, month)
    history = rules.value("history_months") if history_months is None else history_months
    week_rule = rules.value("week_to_month")
    family_ids = pd.Index(tables.families["family_id"], name="family_id")
    balance = monthly_balance(tables.flows, family_ids, month + -history, month, week_rule)
    now = month_of(balance, month)
    facts = household_facts(tables.members, family_ids, month)
    parts = (
        facts[["persons"]],
        now[list(BALANCE_COLUMNS)],
        economic_shares(now),
        _support_line(now, facts, rules, tables.currency),
        _plan(tables, balance, month, week_rule, rules),
    )
    columns = {name: part[name].array for part in parts for name in part.columns}
    columns["unknown_facts"] = _words(now["unknown_facts"].to_numpy())
    results = pd.DataFrame(columns, index=family_ids, copy=False)
    return Assessment(month, tables.currency, results, balance, target_rule(rules), rules)


def _words(bits: np.ndarray) -> pd.Series:
    distinct, place = np.unique(bits, return_inverse=True)
    words = np.array([" ".join(unknown_categories(value)) for value in distinct], dtype=object)
    return words[place]


def _support_line(now: pd.DataFrame, facts: pd.DataFrame, rules: ParametersInUse, currency: str) -> pd.DataFrame:
    scale = rules.value("equivalence_scale")
    income = equivalised(now["inflow_money"], facts, scale)
    line = support_line(rules, currency)
    amounts = Amounts.of(income)
    known = amounts.known & (line is not None)
    level = 0 if line is None else int(round_half_up(line.numerator, line.denominator))
    return pd.DataFrame(
        {
            "equivalised_income_money": income,
            "support_line_money": Amounts(np.full(len(income), level), np.full(len(income), line is not None)).column(),
            "is_under_line": is_under_line(now["inflow_money"], facts, scale, line),
            "poverty_gap_money": Amounts(np.maximum(level - amounts.values, 0), known).where(known).column(),
        },
        index=now.index,
        copy=False,
    )


def support_line(rules: ParametersInUse, currency: str) -> Fraction | None:
    """The monthly income per equivalent adult under which the centre's rules speak of need, exactly.

    ``None`` where no minimum wage covers the month, or where amounts are not in rial.
    """
    if currency_of(currency) != RIAL:
        return None
    wage = rules.find("minimum_wage_per_month")
    share = rules.find("poverty_line_share_of_minimum_wage")
    return None if wage is None or share is None else Fraction(wage * share)


def _plan(
    tables: CaseTables, balance: pd.DataFrame, month: Month, week_rule: str, rules: ParametersInUse
) -> pd.DataFrame:
    """Each family against the path that starts in its own plan month."""
    gap = month_of(balance, month)["gap_before_aid_money"]
    plan = Amounts.of(tables.families["plan_month"])
    began = plan.where(plan.known & (plan.values <= month.code))
    step = Amounts(month.ordinal - month_codes(np.where(began.known, began.values, month.code)), began.known)
    steps = pd.Series(step.column(), index=gap.index)
    baseline = _baseline_gap(tables, balance, began, week_rule, gap.index)
    target = target_gap(baseline, steps, target_rule(rules))
    real = _real_gap(gap, began, month, rules)
    return pd.DataFrame(
        {
            "plan_month": began.column(),
            "plan_step": steps,
            "baseline_gap_money": baseline,
            "target_gap_money": target,
            "is_on_track": is_on_track(gap, target),
            "real_gap_money": real,
            "is_on_track_real": is_on_track(real, target),
        },
        index=gap.index,
        copy=False,
    )


def _baseline_gap(
    tables: CaseTables, balance: pd.DataFrame, began: Amounts, week_rule: str, family_ids: pd.Index
) -> pd.Series:
    """The gap before aid in each family's own plan month, however long ago."""
    result = Amounts(np.zeros(len(family_ids), dtype=np.int64), np.zeros(len(family_ids), dtype=bool))
    span = set(balance.index.levels[1])
    for code in np.unique(began.values[began.known]).tolist():
        here = np.flatnonzero(began.known & (began.values == code))
        if code in span:
            gap = Amounts.of(balance.xs(code, level="month")["gap_before_aid_money"])
            result.values[here], result.known[here] = gap.values[here], gap.known[here]
            continue
        # Before the months shown: one balance for those families in that month alone.
        then = Month.from_code(code)
        rows = tables.flows[tables.flows["month"].to_numpy(dtype=np.int64) == code]
        gap = Amounts.of(monthly_balance(rows, family_ids[here], then, then, week_rule)["gap_before_aid_money"])
        result.values[here], result.known[here] = gap.values, gap.known
    return pd.Series(result.column(), index=family_ids, name="baseline_gap_money")


def _real_gap(gap: pd.Series, began: Amounts, month: Month, rules: ParametersInUse) -> pd.Series:
    """This month's gap in prices of each family's plan month; missing where an index is."""
    known = Amounts.of(gap)
    result = Amounts(np.zeros(len(gap), dtype=np.int64), np.zeros(len(gap), dtype=bool))
    codes = np.unique(began.values[began.known]).tolist()
    index_now = rules.find("consumer_price_index") if codes else None
    for code in codes:
        index_then = rules.find("consumer_price_index", Month.from_code(code))
        if index_now is None or index_then is None:
            continue
        here = np.flatnonzero(began.known & known.known & (began.values == code))
        result.values[here] = in_prices_of(known.values[here], index_now, index_then)
        result.known[here] = True
    return pd.Series(result.column(), index=gap.index, name="real_gap_money")


def share_budget(
    tables: CaseTables, assessment: Assessment, budget_money: int, rules_compared: Iterable[str] = RULES
) -> dict[str, Allocation]:
    """``budget_money`` shared among the gaps still open after aid already given, by each rule."""
    rules = assessment.rules
    results = assessment.results
    priority = _priority(tables, results.index, Fraction(rules.value("priority_weight_woman_head")))
    return {
        rule: allocate(
            results["gap_after_aid_money"],
            results["outflow_money"],
            budget_money,
            rule,
            priority=priority,
            floor_money=rules.value("allocation_floor_per_month"),
        )
        for rule in rules_compared
    }


def aid_by_rule(tables: CaseTables, assessment: Assessment, rules: Sequence[str]) -> pd.DataFrame:
    """What each rule gives each family of the month's recorded budget; no column where no budget is recorded."""
    budget = budget_of(tables, assessment.month)
    shared = {} if budget is None else share_budget(tables, assessment, budget, rules)
    return pd.DataFrame(
        {rule: found.aid["aid_money"] for rule, found in shared.items()}, index=assessment.results.index
    )


def _priority(tables: CaseTables, family_ids: pd.Index, woman_head: Fraction) -> pd.Series:
    """Each family's weight; where the head's sex is not recorded it is 1, which :func:`heads_unknown` counts aloud."""
    heads = tables.members[tables.members["role"] == "head"]
    led = family_ids.isin(heads.loc[heads["sex"] == "female", "family_id"])
    return pd.Series([woman_head if led_by_woman else Fraction(1) for led_by_woman in led], index=family_ids)


def heads_unknown(tables: CaseTables, rules: ParametersInUse) -> int:
    """How many families might have another weight: their head's sex is not recorded, and the rules ask for it."""
    if rules.value("priority_weight_woman_head") == 1:
        return 0
    heads = tables.members[tables.members["role"] == "head"]
    told = heads.loc[heads["sex"].notna(), "family_id"]
    return int((~tables.families["family_id"].isin(told)).sum())


def budget_of(tables: CaseTables, month: Month) -> int | None:
    """The centre's budget for ``month``; ``None`` when nobody recorded one."""
    rows = tables.budgets[tables.budgets["month"] == month.code]
    return int(rows["budget_money"].iloc[0]) if len(rows) else None


def record_of(row: pd.Series) -> dict[str, Any]:
    """A row of results as plain values for JSON: missing is ``None``, whole stays whole."""
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if value is pd.NA or value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, np.bool_ | bool):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, np.floating | float) else value
