"""The synthetic families: repeatable, conforming, varied, and clearly not real."""

import re
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hamyar.core.economy.balance import monthly_balance
from hamyar.core.jalali import Month, age_years, day_to_iso, parse_day
from hamyar.core.parameters import ParameterSet
from hamyar.core.persian import is_national_id, normal_text
from hamyar.core.sample import (
    CATEGORICAL_FROM,
    MonthWithoutPrices,
    NothingToGenerate,
    NumberOutOfRange,
    SeedInvalid,
    generate,
    price_index,
)
from hamyar.core.sample.draws import opaque_codes
from hamyar.core.sample.levels import FIRST_MONTH, LAST_MONTH, LEVELS
from hamyar.core.tables import BUDGETS, FACT_TABLES, IDENTITIES, OUTFLOWS, OWN_INFLOWS, CaseTables, conform

FIRST, LAST = Month(1403, 9), Month(1404, 8)
SPAN = FIRST.until(LAST)
SEED = 1404
OVERLAY = Path(__file__).parents[2] / "parameters" / "sample"


@pytest.fixture(scope="module")
def dozen():
    return generate(12, SPAN, SEED)


@pytest.fixture(scope="module")
def many():
    return generate(3_000, SPAN[-2:], SEED)


def balance(tables: CaseTables) -> pd.DataFrame:
    months = [Month.from_code(code) for code in tables.budgets["month"]]
    return monthly_balance(tables.flows, pd.Index(tables.families["family_id"]), months[0], months[-1])


def without_categories(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "str" for name, kind in frame.dtypes.items() if kind == "category"})


def assert_same_families(part: CaseTables, whole: CaseTables) -> None:
    """Every table of ``part`` equals the rows of ``whole`` that belong to the same families."""
    cut = whole.only(part.families["family_id"].tolist())
    for name in ("families", "members", "flows"):
        expected = without_categories(getattr(cut, name)).reset_index(drop=True)
        pd.testing.assert_frame_equal(expected, without_categories(getattr(part, name)))


def test_every_table_conforms(dozen):
    """Each table already has exactly the declared columns and types."""
    for name, table in FACT_TABLES.items():
        frame = getattr(dozen.tables, name)
        pd.testing.assert_frame_equal(conform(table, frame), frame)
    pd.testing.assert_frame_equal(conform(IDENTITIES, dozen.identities), dozen.identities)


def test_large_tables_conform_as_categoricals():
    """From twenty thousand families on ids are categoricals of one type, and hold the same families."""
    large = generate(CATEGORICAL_FROM, SPAN[-1:], SEED).tables
    for name, table in FACT_TABLES.items():
        frame = getattr(large, name)
        pd.testing.assert_frame_equal(conform(table, frame), frame)
    assert large.families["family_id"].dtype == "category"
    assert len({getattr(large, name)["family_id"].dtype for name in ("families", "members", "flows")}) == 1
    assert_same_families(generate(12, SPAN[-1:], SEED).tables, large)


def test_it_is_marked_synthetic(dozen):
    """The tables say aloud that nobody in them lives, and in which currency they are."""
    assert (
        dozen.tables.is_synthetic,
        dozen.tables.currency,
        dozen.tables.title,
    ) == (True, "IRR", "Synthetic families")


def test_equal_arguments_give_equal_tables(dozen):
    """The same seed, size and months, in any order, give the same tables and identities."""
    again = generate(12, [*SPAN[::-1], SPAN[0]], SEED)
    for name in FACT_TABLES:
        pd.testing.assert_frame_equal(getattr(dozen.tables, name), getattr(again.tables, name))
    pd.testing.assert_frame_equal(dozen.identities, again.identities)


def test_another_seed_gives_other_families(dozen):
    """No id of one seed is found under the next."""
    other = generate(12, SPAN, SEED + 1).tables.families["family_id"]
    assert not set(other) & set(dozen.tables.families["family_id"])


def test_a_family_does_not_depend_on_the_number_of_families(dozen):
    """The first twelve of a hundred are the twelve of a dozen."""
    hundred = generate(100, SPAN, SEED)
    assert_same_families(dozen.tables, hundred.tables)
    merged = dozen.identities.merge(hundred.identities, how="left", indicator=True)
    assert merged["_merge"].eq("both").all()


def test_a_run_may_continue_another():
    """Families 1,195 to 1,209, which lie in two blocks, are the same whoever began the count."""
    whole = generate(1_220, SPAN[-1:], SEED).tables
    part = generate(15, SPAN[-1:], SEED, first_number=1_195).tables
    assert whole.families["family_id"].iloc[1_194:1_209].tolist() == part.families["family_id"].tolist()
    assert_same_families(part, whole)


def test_ids_are_opaque_and_unique(many):
    """Ids are six or eight letters or digits without vowels, no two alike, and not in any order."""
    families, members = many.tables.families["family_id"], many.tables.members["member_id"]
    assert families.str.fullmatch(r"S-[0-9BCDFGHJKMNPQRSTVWXYZ]{6}").all()
    assert members.str.fullmatch(r"M-[0-9BCDFGHJKMNPQRSTVWXYZ]{8}").all()
    assert (families.is_unique, members.is_unique, families.is_monotonic_increasing) == (True, True, False)


def test_codes_do_not_collide():
    """Different numbers have different codes: all 900 codes of two letters are taken by 900 numbers."""
    codes = opaque_codes(np.arange(900), SEED, "", 2)
    assert len(set(codes)) == 900


def test_every_month_asked_is_told_or_left_out_for_a_reason(many):
    """A whole record has a row for each of ten categories, zeros among them, and about seven in ten are whole."""
    facts = balance(many.tables)
    whole = facts["inflow_money"].notna() & facts["outflow_money"].notna()
    assert 0.65 < whole.mean() < 0.78
    told = many.tables.flows.groupby(["family_id", "month"])["category"].agg(set)
    complete = told.reindex(facts.index[whole])
    assert complete.map(lambda names: set(OWN_INFLOWS + OUTFLOWS) <= names).all()
    assert many.tables.flows["amount_money"].eq(0).any()


def test_every_kind_of_unknown_appears(many):
    """There are months without a record, categories not asked, and amounts asked and not known."""
    own = many.tables.flows[many.tables.flows["category"].isin(OWN_INFLOWS + OUTFLOWS)]
    categories = own.groupby(["family_id", "month"])["category"].nunique()
    families_months = 2 * len(many.tables.families)
    without_record = families_months - len(categories)
    not_asked, not_known = (categories < 10).sum(), own["amount_money"].isna().sum()
    assert all(0.05 < count / families_months < 0.14 for count in (without_record, not_asked, not_known))


def test_what_was_not_known_tells_nothing_else(many):
    """A row without an amount, or of zero, names no earner; one of zero names no item."""
    flows = many.tables.flows
    nothing = flows[flows["amount_money"].isna() | flows["amount_money"].eq(0)]
    assert nothing["member_id"].isna().all()
    assert flows.loc[flows["amount_money"].eq(0), "item"].isna().all()


def test_earners_belong_to_their_family(many):
    """The member named beside an income lives in the family."""
    earned = many.tables.flows.dropna(subset="member_id").merge(many.tables.members, on="member_id")
    assert len(earned) > 1_000
    assert earned["family_id_x"].eq(earned["family_id_y"]).all()


def test_periods_of_recall(many):
    """Food is told by the week, charity by the quarter, tuition by the half-year."""
    flows = many.tables.flows[many.tables.flows["amount_money"].gt(0)]
    periods = flows.groupby(flows["item"].fillna(flows["category"]))["recall"].agg(set)
    assert [{"week"}, {"quarter"}, {"half_year", "month"}] == periods[["food", "charity_cash", "tuition"]].tolist()


def test_the_subsidy_is_paid_by_head(many):
    """Every subsidy is the year's amount for each person of the household."""
    sizes = many.tables.members.groupby("family_id").size()
    paid = many.tables.flows[many.tables.flows["category"].eq("subsidy")].dropna(subset="amount_money")
    expected = paid["family_id"].map(sizes) * LEVELS[1404].subsidy_per_head_rial
    assert expected.tolist() == paid["amount_money"].tolist()


def test_the_shape_of_households(many):
    """About 3.3 persons with a tail, one head each, about a third of the heads women."""
    members = many.tables.members
    sizes = members.groupby("family_id").size()
    heads = members[members["role"].eq("head")]
    assert 3.1 < sizes.mean() < 3.6
    assert 8 <= sizes.max() <= 9
    assert heads["family_id"].tolist() == many.tables.families["family_id"].tolist()
    assert 0.3 < heads["sex"].eq("female").mean() < 0.4


def test_birthdays_are_possible(many):
    """Known birthdays exist in the calendar, heads are grown up, children younger; the rest state an age or nothing."""
    members = many.tables.members
    known = members["birth_day"].dropna()
    assert known.tolist() == [parse_day(day_to_iso(day)) for day in known]
    ages = age_years(members["birth_day"], SPAN[-2].code * 100 + 1)
    assert ages[members["birth_day"].notna()].notna().all()
    assert ages[members["role"].eq("head")].min() >= 18
    assert ages[members["role"].eq("child")].max() <= 34
    unknown = members[members["birth_day"].isna()]
    assert 0.05 < len(unknown) / len(members) < 0.15
    assert 0.6 < unknown["stated_age_years"].notna().mean() < 0.9
    assert unknown["stated_age_years"].isna().tolist() == unknown["stated_age_month"].isna().tolist()


def test_a_mother_is_older_than_her_children(many):
    """A woman who heads a household is at least fifteen years older than each child in it."""
    members = many.tables.members.assign(year=many.tables.members["birth_day"] // 10_000)
    mothers = members[members["role"].eq("head") & members["sex"].eq("female")].set_index("family_id")["year"]
    children = members[members["role"].eq("child") & members["family_id"].isin(mothers.index)]
    between = (children["year"] - children["family_id"].map(mothers)).dropna()
    assert len(between) > 500
    assert between.min() >= 15


def test_jobs_of_every_kind(many):
    """Some families earn nothing, some with the season, most something; many have a gap and few a surplus."""
    facts = balance(many.tables)
    assert 0.03 < facts["own_income_money"].eq(0).mean() < 0.35
    gaps = facts["gap_before_aid_money"].dropna()
    assert 0.75 < gaps.gt(0).mean() < 0.98
    assert 0.05 < facts["centre_aid_money"].gt(0).mean() < 0.5


def test_seasonal_income_swings():
    """Although prices rise, some families earn a quarter less in Dey than in Tir; the others do not."""
    facts = balance(generate(600, Month(1404, 4).until(Month(1404, 10)), SEED).tables)["own_income_money"].unstack()
    summer, winter = facts[140404], facts[140410]
    both = summer.gt(0) & winter.gt(0)
    assert 0.08 < (winter < 0.75 * summer)[both].mean() < 0.4


def test_nominal_amounts_follow_the_year():
    """The same families pay several times as much in 1405 as in 1400."""
    old, new = (generate(200, [Month(year, 5)], SEED).tables for year in (1400, 1405))
    rents = [tables.flows.loc[tables.flows["item"].eq("rent"), "amount_money"].mean().item() for tables in (old, new)]
    expected = price_index(Month(1405, 5)) / price_index(Month(1400, 5))
    assert expected == pytest.approx(rents[1] / rents[0], rel=0.1)


def test_budgets_are_too_small_on_purpose(many):
    """Each month's budget is about sixty per cent of the gaps that are known, in whole millions."""
    gaps = balance(many.tables)["gap_before_aid_money"].groupby("month").sum()
    budgets = many.tables.budgets.set_index("month")["budget_money"]
    assert [0.59 < budgets[month] / gaps[month] <= 0.601 for month in gaps.index] == [True, True]
    assert budgets.mod(1_000_000).eq(0).all()
    assert BUDGETS.column_names == list(many.tables.budgets.columns)


def test_plans_begin_inside_the_span():
    """Five in six families have a plan, within the months told, most of them half a year or more ago."""
    plans = generate(600, SPAN, SEED).tables.families["plan_month"]
    ages = LAST.ordinal - plans.dropna().map(lambda code: Month.from_code(code).ordinal)
    assert len(ages) == 500
    assert (ages.max() <= 11, ages.min() >= 1) == (True, True)
    assert 0.65 < (ages >= 6).mean() < 0.85


def course(tables: CaseTables) -> pd.DataFrame:
    """First gap of the plan, last gap, in money of the day and of the plan's month, for plans of six months or more."""
    gaps = balance(tables)["gap_before_aid_money"]
    rows = {}
    for family, plan in tables.families.set_index("family_id")["plan_month"].dropna().items():
        start, end = gaps[family, plan], gaps[family, LAST.code]
        if LAST - Month.from_code(plan) >= 6 and pd.notna(start) and pd.notna(end):
            real = end * price_index(Month.from_code(plan)) / price_index(LAST)
            rows[family] = {"start": float(start), "end": float(end), "real": real}
    return pd.DataFrame(rows).T


def test_a_dozen_shows_what_a_demonstration_needs(dozen):
    """Among twelve: a surplus, on track, behind, an unknown gap, and a mother of three or more at the head."""
    tables = dozen.tables
    last = balance(tables).xs(LAST.code, level="month")
    assert last["surplus_money"].gt(0).any()
    assert last["gap_before_aid_money"].isna().any()
    paths = course(tables)
    # On track in money of the day, and so in real terms too; behind in real terms, and so in money of the day.
    assert (paths["end"] <= 0.85 * paths["start"]).any()
    assert (paths["real"] > 0.85 * paths["start"]).any()
    members = tables.members
    mothers = members.loc[members["role"].eq("head") & members["sex"].eq("female"), "family_id"]
    children = members[members["role"].eq("child")].groupby("family_id").size()
    assert children.reindex(mothers, fill_value=0).max() >= 3


def test_most_gaps_fall_and_some_do_not():
    """Over half a year or more most planned gaps fall in real terms, and a quarter or more do not fall enough."""
    paths = course(generate(600, SPAN, SEED).tables)
    falling, behind = (paths["real"] < paths["start"]).mean(), (paths["real"] > 0.85 * paths["start"]).mean()
    assert falling > 0.6
    assert 0.2 < behind < 0.6


def test_identities_are_fictitious(many):
    """National ids begin with 99 and have a right check digit; telephones begin with 0000; names are in normal form."""
    secrets = many.identities.groupby("field")["value"]
    ids, phones, names = (secrets.get_group(field) for field in ("national_id", "phone", "name"))
    assert (ids.is_unique, ids.map(is_national_id).all()) == (True, True)
    assert ids.str.startswith("99").all()
    assert phones.map(lambda phone: bool(re.fullmatch(r"0000\d{7}", phone))).all()
    assert names.map(normal_text).tolist() == names.tolist()
    assert names.nunique() > 1_000


def test_identities_belong_to_the_tables(many):
    """Every member has a name and an id, every family a telephone, and nobody else has any."""
    owners = many.identities.groupby("field")["owner_id"].agg(list)
    members = many.tables.members["member_id"].tolist()
    assert [members, members] == owners[["name", "national_id"]].tolist()
    assert many.tables.families["family_id"].tolist() == owners["phone"]


def test_no_secret_stands_in_the_tables(dozen):
    """No value of the identities appears in a table of facts."""
    secrets = set(dozen.identities["value"])
    for name in FACT_TABLES:
        assert not secrets & set(getattr(dozen.tables, name).astype("str").to_numpy().ravel())


@pytest.mark.parametrize(
    ("families", "months", "seed", "first", "error"),
    [
        (0, SPAN, SEED, 1, NothingToGenerate),
        (5, [], SEED, 1, NothingToGenerate),
        (5, SPAN, -1, 1, SeedInvalid),
        (5, SPAN, SEED, 0, NumberOutOfRange),
        (5, SPAN, SEED, 30**6, NumberOutOfRange),
        (5, [FIRST_MONTH - 1], SEED, 1, MonthWithoutPrices),
        (5, [LAST_MONTH, LAST_MONTH + 1], SEED, 1, MonthWithoutPrices),
    ],
)
def test_an_impossible_sample_is_refused(families, months, seed, first, error):
    """No families, no months, a negative seed, and numbers or months out of range are refused."""
    with pytest.raises(error):
        generate(families, months, seed, first_number=first)


@pytest.fixture(scope="module")
def overlay() -> ParameterSet:
    return ParameterSet.from_texts({f"sample/{file.name}": file.read_text("utf-8") for file in OVERLAY.glob("*.yaml")})


def test_the_overlay_index_is_the_samples_price_path(overlay):
    """Each month's index in the file is the price the sample uses, synthetic, with none missing."""
    values = [overlay.at("consumer_price_index", month) for month in FIRST_MONTH.until(LAST_MONTH)]
    expected = [Fraction(str(price_index(month))) for month in FIRST_MONTH.until(LAST_MONTH)]
    assert (96, expected) == (len(values), [value.value for value in values])
    assert {"synthetic"} == {value.status for value in values}
    assert overlay.check(LAST) == []


def test_prices_rise_two_to_three_per_cent_a_month():
    """The index averages 100 in 1400, and each month is two to three per cent above the one before."""
    path = np.array([price_index(month) for month in FIRST_MONTH.until(LAST_MONTH)])
    assert pytest.approx(path[12:24].mean(), abs=0.05) == 100
    growth = path[1:] / path[:-1] - 1
    assert (growth.min() > 0.02, growth.max() < 0.032) == (True, True)


@pytest.mark.slow
def test_a_million_families_in_a_minute():
    """A million families in one month, about ten million amounts, take less than a minute."""
    began = time.perf_counter()
    tables = generate(1_000_000, [LAST], SEED).tables
    assert time.perf_counter() - began < 60
    assert len(tables.flows) > 9_000_000
    assert tables.families["family_id"].nunique() == 1_000_000
