"""The monthly balance of every family: what came in, what went out, and the gap between.

The rule is the handbook's (NZ, axis 6): the gap (کسری) is outflows less inflows, where positive.
This module keeps it three-valued.  Amounts are told for different periods and for some categories only, so

* each amount is brought to a month (:func:`monthly_amounts`), by a stated rule and without losing a rial;
* a category nobody told of, or told as "not known", is unknown, and so is a total that needs it;
* a gap that needs an unknown amount is unknown too, yet seldom wholly:
  ``gap_at_least_money`` and ``gap_at_most_money`` say what the known parts already prove.

This centre's own aid is kept apart: ``gap_before_aid_money`` is the family's own position,
``gap_after_aid_money`` what is still uncovered.  Aid can create dependence, and only the first shows it.

Works on any number of families and months at once; one family is a table with one family in it.
"""

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import (
    Amounts,
    positions,
    ratio_column,
    sum_into,
    times_fraction,
    whole_numbers,
    word_codes,
)
from hamyar.core.jalali import Month, month_codes
from hamyar.core.message import N_
from hamyar.core.rial import INT64_MAX
from hamyar.core.tables import CATEGORIES, CENTRE_AID, ITEMS, OUTFLOWS, OWN_INFLOWS, RECALL_PERIODS

INFLOW_PARTS = (*OWN_INFLOWS, "undivided_inflow")
OUTFLOW_PARTS = (*OUTFLOWS, "undivided_outflow")
_DIRECTION = np.array([0 if name in INFLOW_PARTS else 1 if name in CENTRE_AID else 2 for name in CATEGORIES])
# One month in 84ths of the amount told: 84 is divided by 7 days, 3, 6 and 12 months alike, so sums stay whole.
_WHOLE = 84
_MONTHLY_84THS = {"week": 0, "month": 84, "quarter": 28, "half_year": 14, "year": 7}
WEEK_RULES = ("thirty_days", "days_of_month")


class WeekRuleUnknown(HamyarError):
    msgid = N_("'{rule}' does not say how a week becomes a month. Use one of: {rules}.")


def money(name: str) -> str:
    """The column that holds a category's amount."""
    return f"{name}_money"


def monthly_amounts(flows: pd.DataFrame, week_rule: str = "thirty_days") -> pd.Series:
    """The amount of each flow row for one month, in whole units; missing where the amount is not known.

    A quarter, half-year or year is divided by its months.  A week is taken as 7 days of a month of 30
    (``thirty_days``, the convention of the World Food Programme) or of the Jalali month's own 29 to 31 days
    (``days_of_month``).  Rounding is done on the running sum of a family's amounts of one month and direction,
    so the rounded parts always sum to the rounded whole (halves up), and amounts told for a month stay as they are.
    """
    months = whole_numbers(flows["month"])
    group = pd.factorize(flows["family_id"])[0] * np.int64(10**6) + months
    category = word_codes(flows["category"], CATEGORIES)
    told = _monthly(flows, group, category, months, week_rule)
    return pd.Series(told.column(), index=flows.index, name="monthly_money")


def _monthly(
    flows: pd.DataFrame, group: np.ndarray, category: np.ndarray, months: np.ndarray, week_rule: str
) -> Amounts:
    """The monthly amounts of rows; ``group`` tells families and months apart."""
    told = Amounts.of(flows["amount_money"])
    recall = word_codes(flows["recall"], RECALL_PERIODS)
    other = np.flatnonzero((recall != RECALL_PERIODS.index("month")) & told.known)
    if not len(other):
        return told
    category = category[other]
    factor = _factors(recall[other], months[other], week_rule)
    key = (group[other] * 3 + _DIRECTION[category]) * len(CATEGORIES) + category
    line = whole_numbers(flows["line"])[other]
    order = _order(key, line)
    # The running sum of each group, in 84ths, rounded; what a row adds to the rounded sum is its amount.
    kind = _kind_that_holds(told.values[other], factor)
    exact = told.values[other].astype(kind)[order] * factor.astype(kind)[order]
    direction = (key // len(CATEGORIES))[order]
    starts = np.flatnonzero(np.append(True, direction[1:] != direction[:-1]))
    running = np.cumsum(exact)
    running -= np.repeat(running[starts] - exact[starts], np.diff(np.append(starts, len(order))))
    rounded = (2 * running + _WHOLE) // (2 * _WHOLE)
    parts = np.diff(rounded, prepend=0)
    parts[starts] = rounded[starts]
    result = told.values.copy()
    result[other[order]] = parts.astype(np.int64)
    return Amounts(result, told.known)


def _kind_that_holds(amounts: np.ndarray, factors: np.ndarray) -> type:
    """64-bit integers where twice the sum of all amounts in 84ths fits them, else Python's own."""
    fits = 2 * amounts.sum(dtype=np.float64) * int(factors.max()) < INT64_MAX / 2
    return np.int64 if fits else object


def _order(key: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Rows by key and line; tables mostly come sorted, and looking is cheaper than sorting."""
    rising = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & (line[1:] >= line[:-1]))
    return np.arange(len(key)) if rising.all() else np.lexsort((line, key))


def _factors(recall: np.ndarray, months: np.ndarray, week_rule: str) -> np.ndarray:
    """How many 84ths of a month's amount each row's amount is worth."""
    factors = np.array([_MONTHLY_84THS[period] for period in RECALL_PERIODS], dtype=np.int64)[recall]
    if week_rule not in WEEK_RULES:
        raise WeekRuleUnknown(rule=week_rule, rules=", ".join(WEEK_RULES))
    week = recall == RECALL_PERIODS.index("week")
    if week_rule == "thirty_days":
        factors[week] = 30 * _WHOLE // 7
    else:
        distinct, place = np.unique(months[week], return_inverse=True)
        days = np.array([Month.from_code(code).days for code in distinct], dtype=np.int64)
        factors[week] = days[place] * _WHOLE // 7
    return factors


def monthly_balance(
    flows: pd.DataFrame,
    family_ids: pd.Index,
    first: Month,
    last: Month,
    week_rule: str = "thirty_days",
) -> pd.DataFrame:
    """The balance of each family in each month from ``first`` to ``last``.

    ``flows`` follows :data:`hamyar.core.tables.FLOWS`; ``family_ids`` holds each family once.
    Returns a frame indexed by (``family_id``, ``month``) in that order, families as given, months ascending:

    ``<category>_money``  amount of each category of ``CATEGORIES``; missing where unknown
    ``food_money``        the part of livelihood told as food; missing where no line says food
    ``inflow_money, outflow_money``  totals, without this centre's aid; missing where a needed part is
    ``centre_aid_money``  this centre's aid in cash and kind, from its ledger
    ``gap_before_aid_money, gap_after_aid_money, surplus_money``
    ``gap_at_least_money, gap_at_most_money``  bounds on the gap before aid from the known parts
    ``unknown_facts``     bit ``i`` set where category ``i`` of ``CATEGORIES`` would have to be told
                          to know both gaps
    """
    months = last - first + 1
    assert isinstance(months, int)  # noqa: S101 - narrows Month - Month for the type checker
    cells = len(family_ids) * months
    family = positions(flows["family_id"], family_ids)
    step, inside = _within(whole_numbers(flows["month"]), first, last)
    inside &= family >= 0
    cell = family.astype(np.int64, copy=False) * months + step if months > 1 else family.astype(np.int64, copy=False)
    rows = flows
    if not inside.all():
        rows, cell = flows.loc[inside], cell[inside]

    category = word_codes(rows["category"], CATEGORIES)
    told = _monthly(rows, cell, category, whole_numbers(rows["month"]), week_rule)
    wide = np.multiply(category, cells, dtype=np.int64)
    wide += cell
    shape = (len(CATEGORIES), cells)
    sums = sum_into(wide, told.values, len(CATEGORIES) * cells).reshape(shape)
    asked = np.zeros(len(CATEGORIES) * cells, dtype=bool)
    asked[wide] = True
    unanswered = np.zeros(len(CATEGORIES) * cells, dtype=bool)
    unanswered[wide[~told.known]] = True
    known = asked.reshape(shape) & ~unanswered.reshape(shape)

    parts = {name: Amounts(sums[i], known[i]).where(known[i]) for i, name in enumerate(CATEGORIES)}
    for name in CENTRE_AID:
        # The ledger is complete by rule, so its silence is a zero; an entry without an amount is still unknown.
        i = CATEGORIES.index(name)
        parts[name] = Amounts(sums[i], ~unanswered.reshape(shape)[i])
    food = _food(rows, cell, category, told, cells)
    columns = _balance_columns(parts, sums, unanswered.reshape(shape))
    index = pd.MultiIndex.from_product(
        [family_ids, [month.code for month in first.until(last)]], names=["family_id", "month"]
    )
    columns["food_money"] = food.where(parts["livelihood"].known).column()
    return pd.DataFrame(columns, index=index, copy=False)


def _within(months: np.ndarray, first: Month, last: Month) -> tuple[np.ndarray, np.ndarray]:
    """How many months after ``first`` each row lies (nothing to count for one month), and whether it is in the span."""
    if first == last:
        return np.zeros(1, dtype=np.int64), months == first.code
    step = month_codes(months) - first.ordinal
    return step, (step >= 0) & (step <= last.ordinal - first.ordinal)


def _food(rows: pd.DataFrame, cell: np.ndarray, category: np.ndarray, told: Amounts, cells: int) -> Amounts:
    """Spending on food: food that was given is no spending, and a line that does not say what it is may be food."""
    item = word_codes(rows["item"], ITEMS)
    lives = category == CATEGORIES.index("livelihood")
    is_food = lives & (item == ITEMS.index("food"))
    is_open = lives & (item < 0) & ~(told.known & (told.values == 0))
    sums = sum_into(cell[is_food], told.values[is_food], cells)
    known = np.zeros(cells, dtype=bool)
    known[cell[is_food]] = True
    known[cell[(is_food & ~told.known) | is_open]] = False
    return Amounts(sums, known)


def _balance_columns(parts: dict[str, Amounts], sums: np.ndarray, unanswered: np.ndarray) -> dict[str, object]:
    inflow, inflow_missing = _direction_total(parts, sums, unanswered, OWN_INFLOWS, "undivided_inflow")
    outflow, outflow_missing = _direction_total(parts, sums, unanswered, OUTFLOWS, "undivided_outflow")
    cash, kind = parts["centre_cash"], parts["centre_in_kind"]
    # Where an entry lacks its amount the values still hold the other part, which may prove that nothing is left open.
    aid = Amounts(cash.values + kind.values, cash.known & kind.known)
    before = _gap(outflow, inflow)
    with_aid = Amounts(inflow.values + aid.values, inflow.known & aid.known)
    after = _gap(outflow, with_aid)
    missing = np.where(before.known, 0, inflow_missing | outflow_missing)
    for name in CENTRE_AID:
        i = CATEGORIES.index(name)
        missing |= np.where(unanswered[i] & ~after.known, 1 << i, 0)
    least = np.where(inflow.known, np.maximum(outflow.values - inflow.values, 0), 0)
    most = np.maximum(outflow.values - inflow.values, 0)
    everywhere = np.ones(len(least), dtype=bool)
    return {
        **{money(name): amounts.column() for name, amounts in parts.items()},
        "inflow_money": inflow.where(inflow.known).column(),
        "outflow_money": outflow.where(outflow.known).column(),
        "centre_aid_money": aid.where(aid.known).column(),
        "gap_before_aid_money": before.column(),
        "gap_after_aid_money": after.column(),
        "surplus_money": (inflow - outflow).at_least_zero().column(),
        "gap_at_least_money": Amounts(np.where(before.known, before.values, least), everywhere).column(),
        "gap_at_most_money": Amounts(most, outflow.known).where(outflow.known).column(),
        "unknown_facts": missing.astype(np.int32),
    }


def _direction_total(
    parts: dict[str, Amounts],
    sums: np.ndarray,
    unanswered: np.ndarray,
    names: tuple[str, ...],
    undivided: str,
) -> tuple[Amounts, np.ndarray]:
    """A direction's total (its ``values`` hold the known part even where the whole is unknown) and what it lacks.

    With an undivided sum told, the whole is known although parts inside it are not.
    """
    everything = (*names, undivided)
    total = np.sum([sums[CATEGORIES.index(name)] for name in everything], axis=0)
    missing = np.where(unanswered[CATEGORIES.index(undivided)], 1 << CATEGORIES.index(undivided), 0)
    for name in names:
        i = CATEGORIES.index(name)
        needed = unanswered[i] | ~(parts[name].known | parts[undivided].known)
        missing |= np.where(needed, 1 << i, 0)
    return Amounts(total, missing == 0), missing


def _gap(outflow: Amounts, inflow: Amounts) -> Amounts:
    """``max(0, outflow - inflow)``; known to be zero where the inflows told so far already reach all outflows."""
    gap = np.maximum(outflow.values - inflow.values, 0)
    known = outflow.known & (inflow.known | (inflow.values >= outflow.values))
    return Amounts(np.where(known, gap, 0), known)


def unknown_categories(unknown_facts: int) -> list[str]:
    """The categories a balance still needs, from its ``unknown_facts``."""
    return [name for i, name in enumerate(CATEGORIES) if int(unknown_facts) >> i & 1]


def economic_shares(balance: pd.DataFrame) -> pd.DataFrame:
    """Shares that tell how a family lives, from :func:`monthly_balance`; same index, nullable ``Float64``.

    ``self_reliance_share``   own income ÷ outflows
    ``aid_dependence_share``  charity of any giver, this centre included ÷ all inflows (subsidy is a right, not aid)
    ``<category>_share``      each outflow category ÷ outflows
    ``food_share``            food ÷ outflows
    """
    outflow = Amounts.of(balance["outflow_money"])
    aid = Amounts.of(balance["centre_aid_money"])
    given = sum((Amounts.of(balance[money(name)]) for name in ("charity_cash", "charity_in_kind")), start=aid)
    shares = {
        "self_reliance_share": ratio_column(Amounts.of(balance["own_income_money"]), outflow),
        "aid_dependence_share": ratio_column(given, Amounts.of(balance["inflow_money"]) + aid),
        "food_share": ratio_column(Amounts.of(balance["food_money"]), outflow),
    }
    for name in OUTFLOW_PARTS:
        shares[f"{name}_share"] = ratio_column(Amounts.of(balance[money(name)]), outflow)
    return pd.DataFrame(shares, index=balance.index, copy=False)


def livelihood_deficits(
    income: pd.Series, survival_threshold: int, livelihood_threshold: int
) -> tuple[pd.Series, pd.Series]:
    """Survival and livelihood deficits of household economy analysis, in the income's unit per month.

    Survival deficit is ``max(0, S - I)``; livelihood deficit ``max(0, L - max(I, S))``, so the two never overlap.
    """
    known = income.astype("Int64")
    survival = (survival_threshold - known).clip(lower=0)
    livelihood = (livelihood_threshold - known.clip(lower=survival_threshold)).clip(lower=0)
    return survival.rename("survival_deficit_money"), livelihood.rename("livelihood_deficit_money")


def economic_capacity(
    expenditure: pd.Series, cash_aid: pd.Series, persons: pd.Series, consumed_percent: int = 80
) -> pd.Series:
    """Spending per person that rests on the household's own means (WFP's economic capacity), per month.

    Monthly ``expenditure`` less the part of monthly ``cash_aid`` that is consumed, divided by ``persons``;
    nullable whole units, halves up.  A family meets its essential needs when this reaches the basket per person.
    """
    spent, aid, size = (Amounts.of(column) for column in (expenditure, cash_aid, persons))
    own = spent.values - times_fraction(aid.values, consumed_percent, 100)
    known = spent.known & aid.known & size.known & (size.values > 0)
    people = np.where(known, size.values, 1)
    return pd.Series(
        Amounts((2 * own + people) // (2 * people), known).where(known).column(),
        index=expenditure.index,
        name="economic_capacity_money",
    )


__all__ = [
    "INFLOW_PARTS",
    "OUTFLOW_PARTS",
    "WEEK_RULES",
    "economic_capacity",
    "economic_shares",
    "livelihood_deficits",
    "money",
    "monthly_amounts",
    "monthly_balance",
    "unknown_categories",
]
