"""What a synthetic household earns and spends in a month, and what of it the helper wrote down.

Spending follows prices, wages follow their year, and the difference is the family's own gap.
From the month its plan begins a family closes a part of that gap every month by its own income
(or loses ground, or never had a gap): that is its *course*, and it decides how its story reads.

A month's record has one *line* for every kind of amount a helper asks about.  A category that was asked and is
nothing is a line of zero; a line left out means that nobody asked; a line without amount, that nobody knew.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from hamyar.core.jalali import Month
from hamyar.core.sample.draws import DOZEN, Draws
from hamyar.core.sample.households import Households
from hamyar.core.sample.levels import market_wage_rial, price_level, subsidy_per_head_rial, wage_rial
from hamyar.core.tables import CATEGORIES, CENTRE_AID, ITEMS, OUTFLOWS, OWN_INFLOWS, RECALL_PERIODS, SOURCES

# (category, line number, item where money was spent, who usually tells), in the order of a record.
_LINES = (
    ("own_income", 1, None, "family"),
    ("subsidy", 1, None, "government"),
    ("charity_cash", 1, None, "institution"),
    ("charity_in_kind", 1, None, "institution"),
    ("other_inflow", 1, None, "family"),
    ("centre_cash", 1, None, "institution"),
    ("centre_in_kind", 1, None, "institution"),
    ("treatment", 1, "drugs", "family"),
    ("education", 1, "tuition", "family"),
    ("livelihood", 1, "food", "family"),
    ("livelihood", 2, "clothing", "family"),
    ("housing", 1, "rent", "family"),
    ("other_outflow", 1, "transport", "family"),
    ("other_outflow", 2, "debt", "family"),
)
LINE_CATEGORIES = np.array([CATEGORIES.index(line[0]) for line in _LINES], dtype=np.int8)
LINE_NUMBERS = np.array([line[1] for line in _LINES], dtype=np.int64)
LINE_ITEMS = np.array([-1 if line[2] is None else ITEMS.index(line[2]) for line in _LINES], dtype=np.int8)
_LINE_SOURCES = np.array([SOURCES.index(line[3]) for line in _LINES], dtype=np.int8)
OWN_INCOME_LINE = 0
_LINE_OF = {(line[0], line[1]): place for place, line in enumerate(_LINES)}
_IS_LEDGER = np.array([line[0] in CENTRE_AID for line in _LINES])
_ASKED = (*OWN_INFLOWS, *OUTFLOWS)
_NOT_ASKED_WEIGHTS = (0.14, 0.04, 0.1, 0.16, 0.16, 0.12, 0.1, 0.04, 0.04, 0.1)
_NOT_KNOWN_WEIGHTS = (0.32, 0.03, 0.06, 0.14, 0.08, 0.18, 0.06, 0.06, 0.02, 0.05)

_WEEK, _MONTH, _QUARTER, _HALF_YEAR = (RECALL_PERIODS.index(p) for p in ("week", "month", "quarter", "half_year"))
# How much of a month each recall period is, in the order of RECALL_PERIODS.
_MONTHS_OF_RECALL = np.array([7 / 30, 1, 3, 6, 12])
# People tell amounts in ten thousands of toman.
_TOLD_STEP_RIAL = 100_000

_NONE, _SEASONAL, _INSECURE, _STABLE = range(4)
_JOB_WEIGHTS_MAN = (0.2, 0.22, 0.4, 0.18)
_JOB_WEIGHTS_WOMAN = (0.42, 0.14, 0.34, 0.1)
# Building and field work: from Farvardin to Esfand, one on average.
_SEASON = (0.95, 1.15, 1.3, 1.35, 1.35, 1.25, 1.1, 0.95, 0.75, 0.6, 0.55, 0.7)

# The courses of a dozen families: one surplus, one falling back, three at a standstill, seven closing their gap.
_SURPLUS_CARD, _BACK_CARD, _STILL_CARDS = 0, 1, 4
_CARDS_WITHOUT_PLAN = 2


@dataclass(frozen=True)
class Economies:
    """What stays the same about each family's budget; amounts in rial a month at the average prices of 1400."""

    job: np.ndarray
    job_share_of_wage: np.ndarray
    heads: np.ndarray
    needs: dict[str, np.ndarray]
    tells_clothing: np.ndarray
    charity_cash: np.ndarray
    charity_in_kind: np.ndarray
    other_inflow: np.ndarray
    least_gap_share: np.ndarray
    is_surplus: np.ndarray
    surplus_share: np.ndarray
    closing_per_month: np.ndarray
    tells_income_weekly: np.ndarray
    tells_tuition_half_yearly: np.ndarray
    is_aided: np.ndarray
    aid_share: np.ndarray
    has_plan: np.ndarray
    plan_months_before_last: np.ndarray


@dataclass(frozen=True)
class Record:
    """One month of n families: arrays of shape (n, lines), and each family's gap where the record is complete."""

    amounts: np.ndarray
    is_known: np.ndarray
    is_told: np.ndarray
    recalls: np.ndarray
    sources: np.ndarray
    known_gaps: np.ndarray

    def monthly(self, categories: Collection[str], item: str | None = None) -> np.ndarray:
        """What was told of ``categories`` in a month, in rial as ``float64``; of one ``item`` only, if it is named."""
        counted = self.is_told & self.is_known & _is_of(categories)
        if item is not None:
            counted = counted & (ITEMS.index(item) == LINE_ITEMS)
        return np.where(counted, self.amounts / _MONTHS_OF_RECALL[self.recalls], 0).sum(axis=1)

    def tells(self, categories: Collection[str]) -> np.ndarray:
        """Whether each of ``categories`` was asked, and every amount in it known."""
        whole = np.ones(len(self.amounts), dtype=bool)
        for category in categories:
            of_it = _is_of((category,))
            whole &= (self.is_told & of_it).any(axis=1) & ~(self.is_told & ~self.is_known & of_it).any(axis=1)
        return whole


def _is_of(categories: Collection[str]) -> np.ndarray:
    return np.isin(LINE_CATEGORIES, [CATEGORIES.index(name) for name in categories])


def draw_economies(draws: Draws, households: Households) -> Economies:
    sizes = households.sizes
    children = households.count_aged(0, 13)
    is_woman = households.sexes[:, 0] == 0
    job = np.where(is_woman, draws.pick(_JOB_WEIGHTS_WOMAN), draws.pick(_JOB_WEIGHTS_MAN))
    job = np.where(households.ages[:, 0] > 68, _NONE, job)
    shares = (0 * sizes, draws.bell(0.3, 0.8), draws.bell(0.25, 0.85), draws.bell(0.7, 1.1))
    is_owner = draws.chance(0.36)
    is_ill = draws.chance(0.34)
    has_debt = draws.chance(0.3)
    pupils, students = households.count_aged(7, 17), households.count_aged(18, 23)
    needs = {
        "food": 3.2e6 * (sizes - 0.4 * children) * (1.12 - 0.04 * sizes) * draws.bell(0.75, 1.25),
        "clothing": 0.35e6 * sizes * draws.bell(0.5, 1.5),
        "housing": np.where(is_owner, draws.bell(0.6e6, 1.6e6), draws.bell(6e6, 17e6) + 0.5e6 * sizes),
        "treatment": 0.5e6 * sizes * draws.bell(0.3, 1.7) + np.where(is_ill, draws.uniform(2e6, 9e6), 0),
        "education": pupils * draws.bell(0.3e6, 1.7e6) + students * np.where(draws.chance(0.35), 2.2e6, 0),
        "other": 0.9e6 + 0.3e6 * sizes * draws.bell(0.4, 1.6),
        "debt": np.where(has_debt, draws.uniform(1.2e6, 3.5e6), 0),
    }
    card = draws.dozen()
    closing = np.select(
        (card == _SURPLUS_CARD, card == _BACK_CARD, card <= _STILL_CARDS),
        (np.zeros(len(card)), draws.uniform(-0.03, -0.01), np.where(job == _NONE, 0, draws.uniform(0, 0.015))),
        draws.uniform(0.045, 0.085),
    )
    return Economies(
        job=job,
        job_share_of_wage=np.choose(job, shares),
        heads=sizes,
        needs=needs,
        tells_clothing=draws.chance(0.25),
        charity_cash=np.where(draws.chance(0.3), draws.uniform(0.5e6, 2.5e6), 0),
        charity_in_kind=np.where(draws.chance(0.35), draws.uniform(0.4e6, 1.6e6), 0),
        other_inflow=np.where(draws.chance(0.22), draws.uniform(0.5e6, 4e6), 0),
        least_gap_share=draws.uniform(0.08, 0.4),
        is_surplus=card == _SURPLUS_CARD,
        surplus_share=draws.uniform(0.06, 0.18),
        closing_per_month=closing,
        tells_income_weekly=draws.chance(0.35),
        tells_tuition_half_yearly=draws.chance(0.7),
        is_aided=draws.chance(0.45),
        aid_share=draws.uniform(0.15, 0.5),
        has_plan=draws.dozen() >= _CARDS_WITHOUT_PLAN,
        plan_months_before_last=np.where(draws.chance(0.75), draws.whole(6, 9), draws.whole(1, 5)),
    )


def draw_record(
    draws: Draws, economies: Economies, month: Month, plan_ordinals: np.ndarray, last_month: Month
) -> Record:
    """The record of ``month``.

    ``plan_ordinals`` counts months as :attr:`Month.ordinal` does.  The month in which a plan begins has a whole
    record, because a plan is made from one; in the last month only the families with a surplus surely have one,
    because both an unknown and a surplus are to be seen in it.
    """
    monthly = _monthly_amounts(draws, economies, month, month.ordinal - plan_ordinals)
    recalls = _recalls(economies, monthly, month)
    told = monthly * _MONTHS_OF_RECALL[recalls]
    amounts = (np.rint(told / _TOLD_STEP_RIAL) * _TOLD_STEP_RIAL).astype(np.int64)
    subsidy = _LINE_OF["subsidy", 1]
    amounts[:, subsidy] = np.rint(told[:, subsidy]).astype(np.int64)

    is_told = np.ones(amounts.shape, dtype=bool)
    is_told[:, _IS_LEDGER] = amounts[:, _IS_LEDGER] > 0
    is_told[:, _LINE_OF["livelihood", 2]] = economies.tells_clothing
    is_told[:, _LINE_OF["other_outflow", 2]] = economies.needs["debt"] > 0
    is_known = np.ones(amounts.shape, dtype=bool)

    card = draws.dozen()
    not_asked, not_known = draws.pick(_NOT_ASKED_WEIGHTS), draws.pick(_NOT_KNOWN_WEIGHTS)
    is_half_odd = draws.chance(0.5)
    # A run too short for a family's plan begins after it, with a record like any other.
    begins_plan = plan_ordinals == last_month.ordinal - economies.plan_months_before_last
    is_sure = np.where(month == last_month, economies.is_surplus, begins_plan & (plan_ordinals == month.ordinal))
    may_lack = ~is_sure
    asked = np.array([CATEGORIES.index(name) for name in _ASKED])
    is_without_record = may_lack & (card == 0)
    lacks_category = may_lack & (card == 1)
    lacks_amount = may_lack & ((card == 2) | ((card == DOZEN - 1) & is_half_odd))
    is_told &= ~(is_without_record[:, None] & ~_IS_LEDGER)
    is_told &= ~(lacks_category[:, None] & (asked[not_asked][:, None] == LINE_CATEGORIES))
    is_known &= ~(lacks_amount[:, None] & (asked[not_known][:, None] == LINE_CATEGORIES) & (LINE_NUMBERS == 1))

    sources = np.where(draws.chance(0.12)[:, None], SOURCES.index("observed"), _LINE_SOURCES).astype(np.int8)
    sources[:, _IS_LEDGER] = _LINE_SOURCES[_IS_LEDGER]
    is_complete = ~(is_without_record | lacks_category | lacks_amount)
    is_out = np.isin(LINE_CATEGORIES, [CATEGORIES.index(name) for name in OUTFLOWS])
    counted = np.where(is_told & ~_IS_LEDGER, amounts / _MONTHS_OF_RECALL[recalls], 0)
    gaps = np.maximum(counted[:, is_out].sum(axis=1) - counted[:, ~is_out].sum(axis=1), 0)
    return Record(amounts, is_known, is_told, recalls, sources, np.where(is_complete, gaps, 0).astype(np.int64))


def _monthly_amounts(draws: Draws, e: Economies, month: Month, since_plan: np.ndarray) -> np.ndarray:
    """True amounts of the month, whole family by line; the income is what the family's course makes it."""
    prices = price_level(month)
    n = len(e.heads)
    out = {name: need * prices for name, need in e.needs.items()}
    out["clothing"] = np.where(e.tells_clothing, out["clothing"], 0)
    inflow = {
        "subsidy": e.heads * float(subsidy_per_head_rial(month)),
        "charity_cash": e.charity_cash * prices,
        "charity_in_kind": e.charity_in_kind * prices,
        "other_inflow": e.other_inflow * prices,
    }
    spent, received = np.sum(list(out.values()), axis=0), np.sum(list(inflow.values()), axis=0)
    wage = np.where(e.job == _STABLE, float(wage_rial(month)), market_wage_rial(month))
    earned = np.clip(e.job_share_of_wage * wage, 0, np.maximum((1 - e.least_gap_share) * spent - received, 0))
    gap = np.maximum(spent - received - earned, 0)
    steps = np.maximum(since_plan, 0)
    closed = 1 - (1 - e.closing_per_month) ** steps
    earned = np.maximum(earned + gap * closed, 0)
    earned = np.where(e.is_surplus, np.maximum((1 + e.surplus_share) * spent - received, earned), earned)
    earned = np.where(e.job == _SEASONAL, earned * _SEASON[month.month - 1], earned)
    wobble = np.choose(e.job, (0.04, 0.12, 0.08, 0.02))
    earned *= 1 + wobble * draws.bell(-1, 1)

    lines = np.zeros((n, len(_LINES)))
    lines[:, _LINE_OF["own_income", 1]] = earned
    for name, amount in inflow.items():
        lines[:, _LINE_OF[name, 1]] = amount
    lines[:, _LINE_OF["treatment", 1]] = out["treatment"] * draws.bell(0.85, 1.15)
    lines[:, _LINE_OF["education", 1]] = out["education"]
    lines[:, _LINE_OF["livelihood", 1]] = out["food"] * draws.bell(0.95, 1.05)
    lines[:, _LINE_OF["livelihood", 2]] = out["clothing"]
    lines[:, _LINE_OF["housing", 1]] = out["housing"]
    lines[:, _LINE_OF["other_outflow", 1]] = out["other"] * draws.bell(0.9, 1.1)
    lines[:, _LINE_OF["other_outflow", 2]] = out["debt"]

    is_paid = e.is_aided & (since_plan >= 0) & draws.chance(0.75)
    aid = np.where(is_paid, e.aid_share * np.maximum(spent - received - earned, 0), 0)
    is_in_kind = draws.chance(0.3)
    lines[:, _LINE_OF["centre_cash", 1]] = np.where(is_in_kind, 0.6 * aid, aid)
    lines[:, _LINE_OF["centre_in_kind", 1]] = np.where(is_in_kind, 0.4 * aid, 0)
    return lines


def _recalls(e: Economies, monthly: np.ndarray, month: Month) -> np.ndarray:
    """The period each amount is told for; a zero is told for the month."""
    recalls = np.full(monthly.shape, _MONTH, dtype=np.int8)
    is_casual = (e.job == _SEASONAL) | (e.job == _INSECURE)
    recalls[:, OWN_INCOME_LINE] = np.where(is_casual & e.tells_income_weekly, _WEEK, _MONTH)
    for name in ("charity_cash", "charity_in_kind"):
        recalls[:, _LINE_OF[name, 1]] = _QUARTER
    recalls[:, _LINE_OF["education", 1]] = np.where(e.tells_tuition_half_yearly, _HALF_YEAR, _MONTH)
    recalls[:, _LINE_OF["livelihood", 1]] = _WEEK
    recalls[:, _LINE_OF["livelihood", 2]] = _QUARTER
    recalls[monthly == 0] = _MONTH
    return recalls
