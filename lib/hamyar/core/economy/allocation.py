"""Sharing the centre's monthly budget among gaps that are larger than it.

Three rules, each a different idea of fairness; the centre chooses one, and the report shows all three side by side:

``proportional``    everybody receives the same share of the gap.
``equal_coverage``  money goes first to whoever can cover the smallest share of the household's outflows,
                    until all who are helped cover the same share.
``max_min``         the largest gap left is served first, so the largest gap that remains is as small as can be;
                    the family with the smallest gap left is served last.

All three are one idea: a level rises, and each family's aid follows it, ``slope × level + offset``,
never below its floor and never above its gap (water-filling).  The level at which the aid sums to the budget is found
exactly, in fractions, and the odd rials go to the largest remainders, so the parts sum to the budget.

Priority weights make a family's need count more; floors give every gap a first amount before the rule shares the rest.
A family whose gap is unknown receives nothing by guess: its aid is unknown, and it is counted aloud.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import Amounts, ratio_column
from hamyar.core.message import N_
from hamyar.core.rial import share_out

RULES = ("proportional", "equal_coverage", "max_min")


class RuleUnknown(HamyarError):
    msgid = N_("'{rule}' is not a rule for sharing aid. Use one of: {rules}.")


class BudgetNegative(HamyarError):
    msgid = N_("The budget {budget} is negative. A month's budget is zero or more.")


class FloorNegative(HamyarError):
    msgid = N_("The first amount for every gap is {floor}; it must be zero or more.")


class NeedUnknown(HamyarError):
    msgid = N_("Family {family_id} has an open gap but no known outflows, so its coverage cannot be compared.")


class PriorityNotPositive(HamyarError):
    msgid = N_("Family {family_id} has the priority weight {weight}. Weights must be above zero.")


@dataclass(frozen=True)
class Allocation:
    """A shared-out budget.

    ``aid`` is indexed by family: ``aid_money``, ``left_money`` (gap still open) and ``covered_share`` (of the gap),
    all missing where the gap is unknown (the share also where there is no gap).  ``unspent_money`` was not shared out;
    gaps that are still unknown may need it.
    """

    rule: str
    budget_money: int
    aid: pd.DataFrame
    unspent_money: int
    unknown_gaps: int


def allocate(
    gaps: pd.Series,
    outflows: pd.Series,
    budget_money: int,
    rule: str,
    *,
    priority: "pd.Series | None" = None,
    floor_money: int = 0,
) -> Allocation:
    """Share ``budget_money`` among ``gaps`` by ``rule``.

    ``gaps`` and ``outflows`` are nullable whole amounts on one index of families; ``priority`` holds positive
    fractions on the same index (default 1).  Each open gap first receives ``floor_money`` or all of itself;
    where even that exceeds the budget, the floors are scaled down.
    """
    if rule not in RULES:
        raise RuleUnknown(rule=rule, rules=", ".join(RULES))
    if budget_money < 0:
        raise BudgetNegative(budget=budget_money)
    if floor_money < 0:
        raise FloorNegative(floor=floor_money)
    known = Amounts.of(gaps)
    open_ = np.flatnonzero(known.known & (known.values > 0))
    highs = [int(gap) for gap in known.values[open_]]
    weights = _weights(priority, gaps.index, open_)
    aid = np.zeros(len(gaps), dtype=np.int64)
    if highs:
        needs = [int(need) for need in Amounts.of(outflows).values[open_]]
        if rule == "equal_coverage" and min(needs) <= 0:
            raise NeedUnknown(family_id=gaps.index[open_[int(np.argmin(needs))]])
        aid[open_] = _share(highs, needs, weights, budget_money, rule, floor_money)
    given = Amounts(aid, known.known)
    left = known - given
    return Allocation(
        rule=rule,
        budget_money=budget_money,
        aid=pd.DataFrame(
            {
                "aid_money": given.column(),
                "left_money": left.column(),
                "covered_share": ratio_column(given, known),
            },
            index=gaps.index,
        ),
        unspent_money=budget_money - int(aid.sum()),
        unknown_gaps=int((~known.known).sum()),
    )


def _weights(priority: "pd.Series | None", index: pd.Index, open_: np.ndarray) -> list[Fraction]:
    if priority is None:
        return [Fraction(1)] * len(open_)
    weights = [Fraction(weight) for weight in priority.iloc[open_]]
    for place, weight in zip(open_, weights, strict=True):
        if weight <= 0:
            raise PriorityNotPositive(family_id=index[place], weight=weight)
    return weights


def _share(
    gaps: list[int], needs: list[int], weights: list[Fraction], budget: int, rule: str, floor: int
) -> "np.ndarray | list[int]":
    floors = [min(floor, gap) for gap in gaps]
    if budget >= sum(gaps):
        return gaps
    if sum(floors) >= budget:
        return share_out(budget, floors) if any(floors) else [0] * len(gaps)
    slopes, offsets = _lines(gaps, needs, weights, rule)
    lows, highs = [Fraction(floor) for floor in floors], [Fraction(gap) for gap in gaps]
    level = _level_that_spends(slopes, offsets, lows, highs, budget)
    exact = [
        min(max(slope * level + offset, low), high)
        for slope, offset, low, high in zip(slopes, offsets, lows, highs, strict=True)
    ]
    whole = [int(amount) for amount in exact]
    odd = budget - sum(whole)
    by_remainder = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in by_remainder[:odd]:
        whole[i] += 1
    return whole


def _lines(
    gaps: list[int], needs: list[int], weights: list[Fraction], rule: str
) -> tuple[list[Fraction], list[Fraction]]:
    """Slope and offset of each family's aid as a function of the level."""
    rows = list(zip(gaps, needs, weights, strict=True))
    match rule:
        case "proportional":  # the level is the share of the (weighted) gap that is filled
            return [weight * gap for gap, _, weight in rows], [Fraction(0)] * len(rows)
        case "equal_coverage":  # the level is the share of outflows covered, own inflows included
            return [weight * need for _, need, weight in rows], [Fraction(gap - need) for gap, need, _ in rows]
        case _:  # max_min: the level is minus the gap left
            return [1 / weight for _, _, weight in rows], [Fraction(gap) for gap, _, _ in rows]


def _level_that_spends(
    slopes: list[Fraction], offsets: list[Fraction], lows: list[Fraction], highs: list[Fraction], budget: int
) -> Fraction:
    """The level at which the clipped lines sum to ``budget``, which lies between the sums of lows and highs."""
    rows = list(zip(slopes, offsets, lows, highs, strict=True))
    enters = [(low - offset) / slope for slope, offset, low, _ in rows]
    leaves = [(high - offset) / slope for slope, offset, _, high in rows]
    breaks = sorted({*enters, *leaves})

    def spent(level: Fraction) -> Fraction:
        return sum((min(max(s * level + o, low), high) for s, o, low, high in rows), start=Fraction(0))

    below, above = 0, len(breaks) - 1
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if spent(breaks[middle]) <= budget else (below, middle)
    start = breaks[below]
    steepness = sum(
        (slope for slope, enter, leave in zip(slopes, enters, leaves, strict=True) if enter <= start and leave > start),
        start=Fraction(0),
    )
    return start + (budget - spent(start)) / steepness if steepness else start


def compare_rules(allocations: list[Allocation]) -> pd.DataFrame:
    """One row per allocation: who is helped and how far, for a manager who has to choose.

    ``rule, helped, filled`` (gaps closed wholly), ``aid_money, largest_left_money, smallest_covered_share,
    median_covered_share`` over the families with an open gap.
    """
    rows = []
    for allocation in allocations:
        aid = allocation.aid[allocation.aid["covered_share"].notna()]
        rows.append(
            {
                "rule": allocation.rule,
                "helped": int((aid["aid_money"] > 0).sum()),
                "filled": int((aid["left_money"] == 0).sum()),
                "aid_money": int(aid["aid_money"].sum()),
                "largest_left_money": int(aid["left_money"].max()) if len(aid) else 0,
                "smallest_covered_share": aid["covered_share"].min() if len(aid) else pd.NA,
                "median_covered_share": aid["covered_share"].median() if len(aid) else pd.NA,
            }
        )
    return pd.DataFrame(rows)
