"""The assessment of a month: one row per family, the same for one as for many, and its why."""

from fractions import Fraction

import pandas as pd
import pytest

from hamyar.core.economy.assessment import assess_families, budget_of, heads_unknown, record_of, share_budget
from hamyar.core.economy.explain import trace_of_gap
from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterMissing, ParameterSet
from hamyar.core.sample import generate
from hamyar.core.tables import BUDGETS, conform
from tests.core.making import MONTH, complete, flows, members, shipped_parameters, tables
from tests.core.making import PARAMETERS as PARAMETERS_FOLDER

PARAMETERS = shipped_parameters()
SAMPLE = generate(12, Month(1403, 8).until(MONTH), 1404).tables


def assess(frame: pd.DataFrame, month: Month = MONTH, **others: object) -> pd.Series:
    return assess_families(tables(frame, **others), PARAMETERS, month).results.iloc[0]


@pytest.mark.parametrize("family", SAMPLE.families["family_id"].tolist())
def test_one_family_alone_gives_the_row_it_has_among_others(family):
    """A family's row does not depend on who else is in the table."""
    everybody = assess_families(SAMPLE, PARAMETERS, MONTH).results.loc[family]
    alone = assess_families(SAMPLE.only([family]), PARAMETERS, MONTH).results.loc[family]
    assert record_of(everybody) == record_of(alone)


def test_later_facts_do_not_reach_an_earlier_month():
    """Asked for a past month, the answer is that month's, whatever came after."""
    before = complete(10, 30, month=Month(1404, 7))
    both = pd.concat([before, complete(10, 90)], ignore_index=True)
    assert record_of(assess(both, Month(1404, 7))) == record_of(assess(before, Month(1404, 7)))


def test_the_baseline_may_lie_before_the_months_shown():
    """A plan that began two years ago still has its baseline."""
    began = Month(1402, 6)
    frame = pd.concat([complete(10, 30, month=began), complete(10, 25)], ignore_index=True)
    assert assess(frame, plan=began)["baseline_gap_money"] == 20


def test_the_support_line_is_two_fifths_of_the_minimum_wage():
    """40 % of 103,990,000 is 41,596,000 rial per equivalent adult."""
    assert assess(complete(10, 30))["support_line_money"] == 41_596_000


def test_a_month_without_a_minimum_wage_has_no_line():
    """In 1405 nobody has entered a wage, so nobody is said to be under the line or above it."""
    month = Month(1405, 8)
    found = assess(complete(10, 30, month=month), month)
    assert found[["support_line_money", "is_under_line", "poverty_gap_money"]].isna().all()


def test_a_missing_wage_is_remembered():
    """The assessment says which parameter it lacked."""
    month = Month(1405, 8)
    found = assess_families(tables(complete(10, 30, month=month)), PARAMETERS, month)
    assert "minimum_wage_per_month 1405-08" in found.rules.missing


def test_a_provisional_wage_is_named():
    """A value nobody confirmed is used and named."""
    found = assess_families(tables(complete(10, 30)), PARAMETERS, MONTH)
    assert [value.name for value in found.rules.provisional] == ["minimum_wage_per_month"]


def test_no_line_in_rial_for_another_currency():
    """A line in rial says nothing of an income in pounds."""
    assert assess(complete(10, 30), currency="GBP")["is_under_line"] is pd.NA


@pytest.mark.parametrize(("income", "expected"), [(41_596_000, False), (41_595_999, True)])
def test_on_the_line_is_not_under_it(income, expected):
    """The line itself counts as reached."""
    alone = members(("head", "female", 13600101))
    assert bool(assess(complete(income, 0), members=alone)["is_under_line"]) is expected


def test_real_gap_is_unknown_without_an_index():
    """The shipped parameters hold no price index, and none is invented."""
    frame = pd.concat([complete(10, 30, month=Month(1404, 2)), complete(10, 25)], ignore_index=True)
    assert assess(frame, plan=Month(1404, 2))["real_gap_money"] is pd.NA


def test_a_month_before_every_parameter_is_an_error():
    """A month that no value covers is refused by name."""
    with pytest.raises(ParameterMissing, match="history_months"):
        assess_families(tables(complete(10, 30)), PARAMETERS, Month(1299, 1))


def test_shared_aid_sums_to_the_budget():
    """The three rules each give out the whole budget of the sample's month."""
    budget = budget_of(SAMPLE, MONTH)
    found = share_budget(SAMPLE, assess_families(SAMPLE, PARAMETERS, MONTH), budget)
    assert {rule: int(shared.aid["aid_money"].sum()) for rule, shared in found.items()} == dict.fromkeys(found, budget)


def test_no_recorded_budget_is_unknown():
    """A month without a budget row has no budget, not one of zero."""
    given = conform(BUDGETS, pd.DataFrame({"month": [140407], "budget_money": [5]}))
    assert budget_of(tables(complete(1, 2), budgets=given), MONTH) is None


def test_the_trace_sums_to_the_position():
    """The lines behind a gap sum to outflows less inflows."""
    frame = flows(("own_income", 90, "month"), ("livelihood", 70, "week"), ("centre_cash", 10, "month"))
    assert int(trace_of_gap(frame, "thirty_days")["effect_money"].sum()) == 300 - 90


def test_a_record_has_plain_values():
    """A row becomes JSON's own types, with None where something is unknown."""
    kinds = {type(value) for value in record_of(assess(complete(10, 30))).values()}
    assert kinds <= {int, float, str, bool, type(None)}


def test_the_target_rule_is_the_handbooks():
    """15 % in 6 months, in a straight line."""
    rule = assess_families(tables(complete(10, 30)), PARAMETERS, MONTH).target
    assert (rule.reduction_share, rule.months, rule.shape) == (Fraction(15, 100), 6, "linear")


def test_a_plan_that_lies_ahead_is_not_shown():
    """A plan month after the month is a later fact."""
    assert assess(complete(10, 30), plan=Month(1404, 9))["plan_month"] is pd.NA


def test_no_families_give_an_empty_assessment():
    """A centre that knows nobody yet is no error."""
    assert len(assess_families(SAMPLE.only([]), PARAMETERS, MONTH).results) == 0


def test_unknown_heads_are_counted_where_the_rules_ask_for_them():
    """With a weight for women, a family whose head's sex is not recorded is counted aloud."""
    text = (PARAMETERS_FOLDER / "priority_weight_woman_head.yaml").read_text("utf-8").replace("value: 1", "value: 2")
    rules = PARAMETERS.overlaid(ParameterSet.from_texts({"priority_weight_woman_head.yaml": text}))
    given = tables(complete(10, 30), members=members(("head", None, 13600101)))
    assert heads_unknown(given, assess_families(given, rules, MONTH).rules) == 1
