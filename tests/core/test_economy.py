"""The monthly balance: totals, gaps, unknowns and recall periods."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.economy.balance import (
    INFLOW_PARTS,
    OUTFLOW_PARTS,
    WeekRuleUnknown,
    economic_capacity,
    economic_shares,
    livelihood_deficits,
    monthly_amounts,
    monthly_balance,
    unknown_categories,
)
from hamyar.core.jalali import Month
from hamyar.core.rial import LARGEST_MONEY
from hamyar.core.tables import CATEGORIES, OUTFLOWS, OWN_INFLOWS, RECALL_PERIODS
from tests.core.making import MONTH, complete, flows


def balance(frame: pd.DataFrame, month: Month = MONTH, *ids: str) -> pd.Series:
    return monthly_balance(frame, pd.Index(ids or ["F1"]), month, month).iloc[0]


def test_gap_is_outflows_less_inflows():
    """E = 142,500,000 and I = 95,000,000 leave a gap of 47,500,000 before aid."""
    assert balance(complete(95_000_000, 142_500_000))["gap_before_aid_money"] == 47_500_000


def test_gap_after_aid_counts_cash_and_kind():
    """Cash aid of 10,000,000 and in-kind aid of 6,500,000 leave 31,000,000 uncovered."""
    aid = (("centre_cash", 10_000_000), ("centre_in_kind", 6_500_000))
    assert balance(complete(95_000_000, 142_500_000, *aid))["gap_after_aid_money"] == 31_000_000


def test_aid_does_not_touch_the_gap_before_aid():
    """The family's own position is the same with and without this centre's aid."""
    row = balance(complete(95, 142, ("centre_cash", 10)))
    assert row["gap_before_aid_money"] == 47


def test_surplus_is_no_negative_gap():
    """A family with more in than out has a gap of zero and a surplus."""
    row = balance(complete(100, 80))
    assert [row["gap_before_aid_money"], row["surplus_money"]] == [0, 20]


def test_missing_category_makes_the_total_unknown():
    """A month without a word on treatment has no known outflow and no known gap."""
    told = complete(95, 142)
    row = balance(told[told["category"] != "treatment"])
    assert row[["outflow_money", "gap_before_aid_money"]].isna().all()


def test_missing_category_is_named():
    """The categories that would settle the gap are listed."""
    told = complete(95, 142)
    row = balance(told[~told["category"].isin(["treatment", "subsidy"])])
    assert unknown_categories(row["unknown_facts"]) == ["subsidy", "treatment"]


def test_amount_asked_and_not_known_is_unknown():
    """A row without an amount is unknown, not zero."""
    assert balance(flows(("own_income", None)))["own_income_money"] is pd.NA


def test_a_month_without_any_record_is_unknown():
    """No row at all is not a month without income."""
    assert balance(flows())["gap_before_aid_money"] is pd.NA


def test_the_ledger_is_complete():
    """No entry of this centre's aid means no aid: paying outside the ledger is forbidden."""
    assert balance(flows())["centre_aid_money"] == 0


def test_ledger_entry_without_amount_is_unknown():
    """Aid entered without an amount leaves the gap after aid unknown."""
    assert balance(complete(95, 142, ("centre_in_kind", None)))["gap_after_aid_money"] is pd.NA


def test_undivided_sum_makes_the_whole_known():
    """A source that tells one sum for all income tells the whole, and nothing of its parts."""
    row = balance(flows(("undivided_inflow", 90), ("livelihood", 40), ("undivided_outflow", 60)))
    assert [row["gap_before_aid_money"], row["own_income_money"]] == [10, pd.NA]


def test_unknown_part_beside_an_undivided_sum_is_the_only_thing_asked():
    """With the undivided sum told, only the category that was asked and not known is needed."""
    row = balance(flows(("undivided_inflow", 90), ("own_income", None), ("undivided_outflow", 160)))
    assert unknown_categories(row["unknown_facts"]) == ["own_income"]


def test_known_inflows_that_cover_all_outflows_prove_there_is_no_gap():
    """With other inflows untold, a family whose wages already cover its spending has no gap for certain."""
    told = complete(100, 80)
    assert balance(told[told["category"] != "charity_cash"])["gap_before_aid_money"] == 0


def test_known_outflows_prove_at_least_a_gap():
    """With treatment untold, the other outflows already prove a gap of at least 47."""
    told = complete(95, 142)
    assert balance(told[told["category"] != "treatment"])["gap_at_least_money"] == 47


def test_untold_inflows_leave_a_gap_of_at_most():
    """With subsidy untold, the gap is at most what the known inflows leave."""
    told = complete(95, 142)
    assert balance(told[told["category"] != "subsidy"])["gap_at_most_money"] == 47


@pytest.mark.parametrize(
    ("amount", "recall", "expected"),
    [
        (5_600_000, "week", 24_000_000),
        (18_000_000, "month", 18_000_000),
        (9_000_000, "quarter", 3_000_000),
        (12_000_000, "half_year", 2_000_000),
        (12_000_000, "year", 1_000_000),
    ],
)
def test_recall_periods_become_a_month(amount, recall, expected):
    """Each period is brought to a month by its stated rule."""
    assert monthly_amounts(flows(("livelihood", amount, recall))).tolist() == [expected]


def test_week_by_days_of_the_month():
    """By the days of Aban (30) and of Mehr 1404 (30) against Farvardin (31), a week is a seventh of the days."""
    rows = flows(("livelihood", 7_000_000, "week"), month=Month(1404, 1))
    assert monthly_amounts(rows, "days_of_month").tolist() == [31_000_000]


@given(
    st.lists(
        st.tuples(st.sampled_from(CATEGORIES), st.integers(0, 10**10), st.sampled_from(RECALL_PERIODS)),
        min_size=1,
        max_size=12,
    )
)
def test_rounding_keeps_the_sum_of_each_direction(rows):
    """The monthly parts of one direction sum to the exactly rounded whole, whatever the parts and periods."""
    frame = flows(*rows)
    monthly = monthly_amounts(frame)
    factor = {"week": Fraction(30, 7), "month": Fraction(1), "quarter": Fraction(1, 3)}
    factor |= {"half_year": Fraction(1, 6), "year": Fraction(1, 12)}
    direction = frame["category"].map(lambda name: "in" if name in INFLOW_PARTS else name in OUTFLOW_PARTS)
    for _, group in frame.assign(monthly=monthly).groupby(direction):
        exact = sum(int(row.amount_money) * factor[row.recall] for row in group.itertuples())
        assert int(group["monthly"].sum()) == int((2 * exact + 1) // 2)


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_a_monthly_amount_stays_as_told(weekly, monthly):
    """An amount told for a month is not touched by the rounding of a weekly one beside it."""
    rows = flows(("own_income", weekly, "week"), ("subsidy", monthly))
    assert monthly_amounts(rows).iloc[1] == monthly


@given(st.permutations(range(10)))
def test_order_of_rows_changes_nothing(order):
    """The same rows in another order give the same balance."""
    frame = complete(95, 142).assign(recall="week")
    expected = monthly_balance(frame, pd.Index(["F1"]), MONTH, MONTH)
    shuffled = frame.iloc[list(order)].reset_index(drop=True)
    pd.testing.assert_frame_equal(expected, monthly_balance(shuffled, pd.Index(["F1"]), MONTH, MONTH))


amount_or_unknown = st.none() | st.integers(0, 1000)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(OWN_INFLOWS, amount_or_unknown)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(OUTFLOWS, amount_or_unknown)),
    st.dictionaries(st.sampled_from(OWN_INFLOWS + OUTFLOWS), st.integers(0, 1000), min_size=10, max_size=10),
)
def test_bounds_hold_however_the_unknown_turns_out(inflows, outflows, answers):
    """Whatever the unknown amounts prove to be, the true gap lies within the bounds and equals a known gap."""
    told = inflows | outflows
    row = balance(flows(*told.items()))
    truth = {name: told[name] if told.get(name) is not None else answers[name] for name in OWN_INFLOWS + OUTFLOWS}
    gap = max(0, sum(truth[name] for name in OUTFLOWS) - sum(truth[name] for name in OWN_INFLOWS))
    assert row["gap_at_least_money"] <= gap
    assert row["gap_at_most_money"] is pd.NA or gap <= row["gap_at_most_money"]
    assert row["gap_before_aid_money"] is pd.NA or row["gap_before_aid_money"] == gap


def test_many_families_and_months_are_kept_apart():
    """Each family and month has its own balance, and a family without rows is there, unknown."""
    frame = pd.concat(
        [complete(10, 30), complete(10, 25, month=Month(1404, 7)), complete(5, 6, family="F2")], ignore_index=True
    )
    result = monthly_balance(frame, pd.Index(["F1", "F2", "F3"]), Month(1404, 7), MONTH)
    assert result["gap_before_aid_money"].tolist() == [15, 20, pd.NA, 1, pd.NA, pd.NA]


def test_categorical_ids_give_the_same_balance():
    """Text and categorical ids, in any order of categories, agree."""
    frame = pd.concat([complete(10, 30), complete(5, 6, family="F2")], ignore_index=True)
    ids = pd.Index(["F1", "F2"])
    as_category = frame.assign(family_id=frame["family_id"].astype(pd.CategoricalDtype(["F2", "x", "F1"])))
    pd.testing.assert_frame_equal(
        monthly_balance(frame, ids, MONTH, MONTH), monthly_balance(as_category, ids, MONTH, MONTH)
    )


def test_sums_beyond_floating_point_are_exact():
    """Amounts whose sum a double cannot hold are still added to the last unit."""
    largest = [LARGEST_MONEY - 1] * 101
    assert balance(flows(*(("own_income", amount) for amount in largest)))["own_income_money"] == sum(largest)


def test_self_reliance_is_own_income_over_outflows():
    """Own income of 24 against outflows of 44 is 6/11."""
    shares = economic_shares(monthly_balance(complete(24, 44), pd.Index(["F1"]), MONTH, MONTH))
    assert shares["self_reliance_share"].iloc[0] == pytest.approx(6 / 11)


def test_food_expenditure_share():
    """Food of 24 in outflows of 44 is 0.545455."""
    told = complete(0, 0)
    told.loc[told["category"] == "livelihood", ["amount_money", "item"]] = [24, "food"]
    told.loc[told["category"] == "housing", "amount_money"] = 20
    shares = economic_shares(monthly_balance(told, pd.Index(["F1"]), MONTH, MONTH))
    assert round(shares["food_share"].iloc[0], 6) == 0.545455


def test_dependence_counts_the_centre_too():
    """Charity of 5 and this centre's 15 among inflows of 30 (15 own, 5 charity) and 15 aid is 20/35."""
    told = complete(15, 60, ("centre_cash", 15))
    told.loc[told["category"] == "charity_cash", "amount_money"] = 5
    shares = economic_shares(monthly_balance(told, pd.Index(["F1"]), MONTH, MONTH))
    assert shares["aid_dependence_share"].iloc[0] == pytest.approx(20 / 35)


def test_shares_without_outflows_are_undefined():
    """A family that told of spending nothing has no shares of it."""
    shares = economic_shares(monthly_balance(complete(5, 0), pd.Index(["F1"]), MONTH, MONTH))
    assert shares["self_reliance_share"].isna().all()


@pytest.mark.parametrize(("income", "survival", "livelihood"), [(70, 20, 30), (95, 0, 25), (130, 0, 0)])
def test_household_economy_deficits(income, survival, livelihood):
    """With S = 90 and L = 120 the deficits of 70, 95 and 130 are 20+30, 0+25 and none."""
    found = livelihood_deficits(pd.Series([income], dtype="Int64"), 90, 120)
    assert [column.iloc[0] for column in found] == [survival, livelihood]


def test_economic_capacity_of_five_persons():
    """Food 24,000,000, monthly 18,000,000 and 2,000,000 less 80 % of 3,000,000 aid is 8,320,000 for each of five."""
    one = {"dtype": "Int64"}
    spent = pd.Series([24_000_000 + 18_000_000 + 2_000_000], **one)
    found = economic_capacity(spent, pd.Series([3_000_000], **one), pd.Series([5], **one))
    assert found.tolist() == [8_320_000]


def test_rows_of_other_families_are_not_counted():
    """Rows of a family that is not asked for do not reach another's balance."""
    frame = pd.concat([complete(10, 30), complete(5, 6, family="F2")], ignore_index=True)
    assert balance(frame)["gap_before_aid_money"] == 20


def test_food_that_was_given_is_no_spending():
    """Food parcels from a charity or from this centre do not raise the share that the family spends on food."""
    told = complete(50, 60, ("centre_in_kind", 50, "month", "food"))
    told.loc[told["category"] == "charity_in_kind", ["amount_money", "item"]] = [40, "food"]
    told.loc[told["category"] == "livelihood", "item"] = "food"
    assert balance(told)["food_money"] == 60


def test_a_line_that_does_not_say_what_it_was_for_may_be_food():
    """With ten told as food and ninety as livelihood of whatever kind, spending on food is not known."""
    assert balance(flows(("livelihood", 10, "month", "food"), ("livelihood", 90)))["food_money"] is pd.NA


def test_a_ledger_entry_without_amount_is_asked_for():
    """What would settle the gap after aid is named: the entry of this centre's own ledger."""
    row = balance(complete(50, 100, ("centre_cash", None)))
    assert unknown_categories(row["unknown_facts"]) == ["centre_cash"]


def test_the_known_half_of_the_aid_may_prove_that_nothing_is_left():
    """Cash of 60 on a gap of 50 leaves nothing open, whatever the basket was worth."""
    row = balance(complete(50, 100, ("centre_cash", 60), ("centre_in_kind", None)))
    assert [row["gap_after_aid_money"], row["centre_aid_money"]] == [0, pd.NA]


def test_many_large_weekly_amounts_do_not_wrap():
    """Thirteen weekly lines of the largest amount are exact, although their sum in 84ths exceeds 64 bits."""
    rows = flows(*(("livelihood", LARGEST_MONEY, "week") for _ in range(13)))
    assert sum(map(int, monthly_amounts(rows))) == int(Fraction(13 * LARGEST_MONEY * 30, 7) + Fraction(1, 2))


def test_a_misspelt_week_rule_is_refused():
    """A rule nobody knows is not silently another one."""
    with pytest.raises(WeekRuleUnknown, match="thirty_days, days_of_month"):
        monthly_amounts(flows(("livelihood", 7, "week")), "30_days")
