"""The bridge between two gaps sums to the change, to the rial."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.economy.balance import money, monthly_balance
from hamyar.core.economy.bridge import BRIDGE_PARTS, gap_bridge
from hamyar.core.tables import OUTFLOWS, OWN_INFLOWS
from tests.core.making import MONTH, complete, flows

PARTS = [money(name) for name in BRIDGE_PARTS]


def bridge(start: pd.DataFrame, end: pd.DataFrame) -> pd.Series:
    ids = pd.Index(["F1"])
    return gap_bridge(*(monthly_balance(frame, ids, MONTH, MONTH) for frame in (start, end))).iloc[0]


def test_a_rise_of_rent_widens_the_gap():
    """Ten more of spending is ten more of gap, in its own category."""
    found = bridge(complete(50, 80), complete(50, 90))
    assert [found["livelihood_money"], found["change_money"]] == [10, 10]


def test_a_rise_of_income_narrows_the_gap():
    """Five more of income is five less of gap."""
    assert bridge(complete(50, 80), complete(55, 80))["own_income_money"] == -5


def test_surplus_hides_part_of_a_fall():
    """From 3 to spare to 2 short, the position fell by 5 and the gap grew by 2: 3 lie in the surplus."""
    found = bridge(complete(103, 100), complete(98, 100))
    assert [found["own_income_money"], found["surplus_money"], found["change_money"]] == [5, -3, 2]


def test_category_untold_in_one_month_is_not_attributed():
    """A sum told undivided first and divided later changes in no category that can be named."""
    found = bridge(flows(("undivided_inflow", 50), ("undivided_outflow", 80)), complete(55, 90))
    assert [found["own_income_money"], found["not_attributed_money"], found["change_money"]] == [pd.NA, 5, 5]


def test_unknown_gap_leaves_the_change_unknown():
    """Without the second month nothing is said of the change."""
    found = bridge(complete(50, 80), flows(("own_income", 50)))
    assert found[["change_money", "not_attributed_money", "surplus_money"]].isna().all()


month_told = st.fixed_dictionaries(dict.fromkeys(OWN_INFLOWS + OUTFLOWS, st.integers(0, 10**10)))


@given(month_told, month_told)
def test_parts_sum_to_the_change(start, end):
    """For any two months the parts sum to the change of the gap exactly."""
    found = bridge(flows(*start.items()), flows(*end.items()))
    assert found[PARTS].dropna().sum() == found["end_gap_money"] - found["start_gap_money"]


def test_a_gap_proved_closed_still_sums():
    """Where the means told so far prove that there is no gap, the unnamed rest closes the bridge."""
    told = complete(10, 30)
    told.loc[told["category"] == "subsidy", "amount_money"] = 100
    end = told[told["category"] != "charity_cash"]
    found = bridge(complete(0, 30), end)
    assert [found["surplus_money"], found[PARTS].dropna().sum()] == [pd.NA, -30]
