"""Applying a mapping: from cells to facts, and what is told of cells that cannot be facts."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from hamyar.core.rial import POUND, RIAL
from hamyar.store.applying import ColumnsAbsent, Mapped, MappingCurrencyDiffers, SheetUnknown, apply_mapping
from hamyar.store.mapping import load_mapping
from hamyar.store.reading import read_source
from hamyar.store.settings import Settings
from hamyar.store.sourcetable import SourceTable, source_table

HEAD = """
name: sample
description: {fa: نمونه, en: Sample}
source_note: made up for a test
currency: IRR
source: local
"""
FLOWS = """
for_all: {family_id: {column: خانوار, prefix: S-}, month: {column: ماه}}
families: [{may_repeat: true}]
flows:
  - {category: own_income, amount_money: {column: دستمزد, unit: تومان}, recall: month}
  - {category: subsidy, amount_money: {column: یارانه, unit: rial}, recall: month, only_if_filled: یارانه}
"""
HEADER = ["خانوار", "ماه", "دستمزد", "یارانه"]
SPLIT = """
for_all: {family_id: {column: f}, month: {column: m}, recall: month}
families: [{}]
flows:
  - split:
      total: {column: t, unit: rial}
      tolerance: 0.001
      shares:
        - {column: a, category: livelihood, item: food}
        - {column: b, category: livelihood}
        - {column: c, category: housing}
"""
UK = Path(__file__).parents[1] / "data" / "budget_uk.csv"
NATIONAL_ID = "0012345679"


def table(header: list[str], *rows: list[str], sheet: str = "file") -> SourceTable:
    return source_table("file.csv", sheet, [header, *rows])


def applied(mapping: str, header: list[str], *rows: list[str]) -> Mapped:
    return apply_mapping(table(header, *rows), load_mapping(HEAD + mapping), RIAL)


def places(mapped: Mapped) -> list[tuple[int | None, str | None]]:
    return [(problem.row, problem.column) for problem in mapped.problems]


def test_cells_become_facts_in_the_declared_units() -> None:
    """Persian digits, separators and tomans come out as whole rials of a Jalali month."""
    mapped = applied(FLOWS, HEADER, ["۱", "۱۴۰۵/۸", "۱۲٬۵۰۰", "300"], ["2", "1405-08", "٧", ""])
    assert mapped.problems == ()
    flows = mapped.frames["flows"]
    assert flows["family_id"].tolist() == ["S-1", "S-1", "S-2"]
    assert flows["month"].tolist() == [140508] * 3
    assert flows["category"].tolist() == ["own_income", "subsidy", "own_income"]
    assert flows["amount_money"].tolist() == [125_000, 300, 70]
    assert flows["source"].unique().tolist() == ["local"]
    assert (mapped.rows_read, mapped.rows_kept) == (2, 2)


def test_an_empty_amount_is_asked_and_not_known() -> None:
    """An empty cell is a row with a missing amount, not a zero and not nothing, unless the mapping says otherwise."""
    flows = applied(FLOWS, HEADER, ["1", "1405-08", "", ""]).frames["flows"]
    assert flows["category"].tolist() == ["own_income"]
    assert flows["amount_money"].isna().tolist() == [True]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["1", "05-08", "1", "1"], "ماه", "not a Jalali month"),
        (["1", "1405-13", "1", "1"], "ماه", "not a Jalali month"),
        (["1", "", "1", "1"], "ماه", "missing"),
        (["", "1405-08", "1", "1"], "خانوار", "missing"),
        (["../etc", "1405-08", "1", "1"], "خانوار", "cannot be a code"),
        (["زهرا مرادی", "1405-08", "1", "1"], "خانوار", "cannot be a code"),
        ([NATIONAL_ID, "1405-08", "1", "1"], "خانوار", "national id or a telephone"),
        (["09123456789", "1405-08", "1", "1"], "خانوار", "national id or a telephone"),
        (["1", "1405-08", "-5", "1"], "دستمزد", "below zero"),
        (["1", "1405-08", "1.25", "1"], "دستمزد", "not a whole number"),
        (["1", "1405-08", "1", "0.5"], "یارانه", "not a whole number"),
        (["1", "1405-08", "1,25", "1"], "دستمزد", "not an amount"),
        (["1", "1405-08", "9" * 30, "1"], "دستمزد", "extra zeros"),
        (["1", "1405-08", "9" * 10_000, "1"], "دستمزد", "not an amount"),
        (["1", "1405-08", "5 یورو", "1"], "دستمزد", "not a unit"),
        (["1", "1405-08", "=1+1", "1"], "دستمزد", "not an amount"),
    ],
)
def test_a_bad_cell_is_one_problem_with_its_place(row: list[str], column: str, reason: str) -> None:
    """However many facts a cell feeds, it is reported once, and the whole row is left out."""
    mapped = applied(FLOWS, HEADER, ["7", "1405-08", "1", "1"], row)
    assert places(mapped) == [(3, column)]
    assert reason in str(mapped.problems[0].reason)
    assert mapped.problems[0].file == "file.csv"
    assert mapped.frames["flows"]["family_id"].unique().tolist() == ["S-7"]
    assert mapped.frames["families"]["family_id"].tolist() == ["S-7"]
    assert (mapped.rows_read, mapped.rows_kept) == (2, 1)


def test_a_problem_is_short_however_long_the_cell() -> None:
    """Ten thousand letters in a cell fill neither the value nor the reason of a problem."""
    problem = applied(FLOWS, HEADER, ["x" * 10_000, "1405-08", "1", "1"]).problems[0]
    assert len(problem.value or "") < 100
    assert len(str(problem.reason)) < 300


def test_a_column_that_the_file_lacks_is_one_clear_error() -> None:
    """The error lists what the mapping reads in vain and what the file has."""
    with pytest.raises(ColumnsAbsent, match=r"دستمزد, یارانه.*It has: خانوار, ماه"):
        applied(FLOWS, ["خانوار", "ماه"], ["1", "1405-08"])


def test_columns_that_nobody_reads_are_listed() -> None:
    """What a mapping leaves aside is told, not dropped in silence."""
    mapped = applied(FLOWS, [*HEADER, "توضیح"], ["1", "1405-08", "1", "1", "x"])
    assert mapped.ignored == ("توضیح",)


def test_a_mapping_of_another_currency_is_refused() -> None:
    """A file of rials cannot enter books in pounds."""
    with pytest.raises(MappingCurrencyDiffers, match=r"IRR.*GBP"):
        apply_mapping(table(HEADER), load_mapping(HEAD + FLOWS), POUND)


def test_a_sheet_the_mapping_does_not_know_is_refused() -> None:
    """A misspelt sheet is an error, not an empty import."""
    mapping = load_mapping(Settings.from_environment({}).parameters / "imports" / "hamyar.yaml")
    with pytest.raises(SheetUnknown, match="'flow'"):
        apply_mapping(table(["family_id"], sheet="flow"), mapping, RIAL)


def test_a_row_pasted_twice_is_a_problem_of_the_second() -> None:
    """An equal repeat is reported once, at its second place; the first stays."""
    mapped = applied(FLOWS, HEADER, ["1", "1405-08", "5", "6"], ["1", "1405-08", "5", "6"])
    assert places(mapped) == [(3, "خانوار")]
    assert mapped.rows_kept == 1


def test_two_rows_that_contradict_each_other_are_both_left_out() -> None:
    """Of two rows with one key and different amounts neither is believed."""
    mapped = applied(FLOWS, HEADER, ["1", "1405-08", "5", "6"], ["1", "1405-08", "5", "7"])
    assert {row for row, _ in places(mapped)} == {2, 3}
    assert len(mapped.frames["flows"]) == 0


def test_a_family_may_stand_in_several_rows_where_the_mapping_allows_it() -> None:
    """With ``may_repeat`` a family told in two months is one family with two months of flows."""
    mapped = applied(FLOWS, HEADER, ["1", "1405-07", "5", ""], ["1", "1405-08", "5", ""])
    assert mapped.problems == ()
    assert len(mapped.frames["families"]) == 1
    assert mapped.frames["flows"]["month"].tolist() == [140507, 140508]


LONG = """
flows:
  - family_id: {column: f}
    month: {column: m}
    recall: {column: r, values: {هفتگی: week, Monthly: month}}
    category: {column: c}
    item: {column: i, values: {خوراک: food, "?": null}}
    amount_money: {column: a, unit: {column: u}}
    line: %s
"""


def test_words_of_the_file_become_ours_and_units_may_vary_by_row() -> None:
    """``values`` translates words in any case, a word for "unknown" is a missing value, each row has its own unit."""
    header = ["f", "m", "r", "c", "i", "a", "u", "n"]
    mapped = applied(
        LONG % "{column: n}",
        header,
        ["F1", "1405-08", "هفتگی", "livelihood", "خوراک", "۵", "تومان", "1"],
        ["F1", "1405-08", "monthly", "Livelihood", "?", "5", "rial", "2"],
        ["F1", "1405-08", "yearly", "gifts", "", "5", "pound", "3"],
        ["F1", "1405-08", "monthly", "livelihood", "", "5", "", "4"],
    )
    flows = mapped.frames["flows"]
    assert flows["amount_money"].tolist() == [50, 5]
    assert flows["recall"].tolist() == ["week", "month"]
    assert flows["item"].fillna("").tolist() == ["food", ""]
    assert set(places(mapped)) == {(4, "r"), (4, "c"), (4, "a"), (5, "a")}


def test_lines_are_numbered_in_the_order_of_the_file_where_the_mapping_says_so() -> None:
    """``in_order`` counts the rows of one family, month and category."""
    header = ["f", "m", "r", "c", "i", "a", "u"]
    rows = [["F1", "livelihood"], ["F1", "housing"], ["F2", "livelihood"], ["F1", "livelihood"]]
    full = [[family, "1405-08", "monthly", category, "", "5", "rial"] for family, category in rows]
    assert applied(LONG % "in_order", header, *full).frames["flows"]["line"].tolist() == [1, 1, 1, 2]


def test_days_are_jalali_unless_the_mapping_says_gregorian() -> None:
    """30 Esfand 1387 and its Gregorian date are one birthday; a date of the other calendar is a problem."""
    text = "members: [{member_id: {column: m}, family_id: {column: f}, role: child, birth_day: {column: d%s}}]"
    header = ["m", "f", "d"]
    assert applied(text % "", header, ["M", "F", "۱۳۸۷/۱۲/۳۰"]).frames["members"]["birth_day"].tolist() == [13871230]
    gregorian = applied(text % ", calendar: gregorian", header, ["M", "F", "2009-03-20"], ["N", "F", "2009-02-30"])
    assert gregorian.frames["members"]["birth_day"].tolist() == [13871230]
    assert places(gregorian) == [(3, "d")]
    assert places(applied(text % "", header, ["M", "F", "2009-03-20"])) == [(2, "d")]


def test_members_are_repeated_and_numbered() -> None:
    """A number of children makes as many members; an empty, wild or huge number is a problem."""
    text = "families: [{family_id: {column: f}}]\nmembers: [{member_id: {column: f, suffix: '-{n}'}, "
    text += "family_id: {column: f}, role: child, repeat: {column: n, first: 3, at_most: 12}}]"
    mapped = applied(text, ["f", "n"], ["A", "2"], ["B", "0"], ["C", ""], ["D", "-1"], ["E", "1000000000"])
    assert mapped.frames["members"]["member_id"].tolist() == ["A-3", "A-4"]
    assert mapped.frames["families"]["family_id"].tolist() == ["A", "B"]
    assert places(mapped) == [(4, "n"), (5, "n"), (6, "n")]


IDENTITY = """
families: [{family_id: {column: f}}]
identities:
  - {owner_id: {column: f}, field: name, value: {column: name}}
  - {owner_id: {column: f}, field: national_id, value: {column: id}, only_if_filled: id}
"""


def test_a_national_id_is_checked_and_never_shown() -> None:
    """A wrong check digit is a problem without the number; zeros lost in a spreadsheet come back."""
    rows = [["A", "زهرا", NATIONAL_ID[2:]], ["B", "مریم", "0012345678"], ["C", "]]>", ""]]
    mapped = applied(IDENTITY, ["f", "name", "id"], *rows)
    assert mapped.frames["identities"]["value"].tolist() == ["زهرا", NATIONAL_ID, "]]>"]
    assert places(mapped) == [(3, "id")]
    assert mapped.problems[0].value == "•••"
    assert "0012345678" not in str(mapped.problems)


def test_a_secret_that_cannot_be_read_is_masked() -> None:
    """A problem of a secret column says what is wrong and not what stands there."""
    text = IDENTITY.replace("value: {column: name}", "value: {column: name, values: {A: B}}")
    mapped = applied(text, ["f", "name", "id"], ["F", "زهرا", ""])
    assert [(problem.column, problem.value) for problem in mapped.problems] == [("name", "•••")]
    assert "زهرا" not in str(mapped.problems)


def test_a_faulty_cell_in_a_column_nobody_reads_does_no_harm(tmp_path: Path) -> None:
    """Only the cells that a mapping reads can spoil a row."""
    book = Workbook()
    for row in (["f", "sum"], ["A", "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "file.xlsx")
    book.close()
    source = read_source(tmp_path / "file.xlsx")
    read = apply_mapping(source, load_mapping(HEAD + "families: [{family_id: {column: f}}]"), RIAL)
    assert (len(source.problems), read.problems, read.rows_kept) == (1, (), 1)
    spoilt = apply_mapping(
        source, load_mapping(HEAD + "families: [{family_id: {column: f}, area: {column: sum}}]"), RIAL
    )
    assert (len(spoilt.problems), spoilt.rows_kept) == (1, 0)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10_000), min_size=3, max_size=3))
def test_the_parts_of_a_split_sum_to_the_total(total: int, weights: list[int]) -> None:
    """Shares rounded to four decimals still divide every total without losing or inventing a rial."""
    shares = [f"{weight / sum(weights):.4f}" for weight in weights]
    mapped = applied(SPLIT, ["f", "m", "t", "a", "b", "c"], ["F", "1405-08", str(total), *shares])
    assert mapped.problems == ()
    assert mapped.frames["flows"]["amount_money"].sum() == total
    assert mapped.frames["flows"]["line"].tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["100", "0.5", "0.3", "0.1"], "a, b, c"),
        (["100", "0.5", "0.5", ""], "c"),
        (["100", "1.5", "-0.5", "0"], "b"),
        (["100", "half", "0.5", "0"], "a"),
        (["1e3", "0.5", "0.5", "0"], "t"),
    ],
)
def test_shares_that_make_no_whole_are_a_problem(cells: list[str], problem: str) -> None:
    """A sum beyond the tolerance, a missing share, a negative one or a word is reported with its columns."""
    mapped = applied(SPLIT, ["f", "m", "t", "a", "b", "c"], ["F", "1405-08", *cells])
    assert places(mapped) == [(2, problem)]


def test_a_total_that_is_not_known_leaves_its_parts_unknown() -> None:
    """An empty total is asked and not known; so is each of its parts."""
    mapped = applied(SPLIT, ["f", "m", "t", "a", "b", "c"], ["F", "1405-08", "", "0.5", "0.5", "0"])
    assert mapped.frames["flows"]["amount_money"].isna().tolist() == [True] * 3


@pytest.fixture(scope="module")
def uk() -> Mapped:
    mapping = load_mapping(Settings.from_environment({}).parameters / "imports" / "uk_budget.yaml")
    return apply_mapping(read_source(UK), mapping, POUND)


def test_every_british_household_is_read(uk: Mapped) -> None:
    """All 1,519 households come in, with two adults, their children and seven flows each, and no problem."""
    children = pd.read_csv(UK)["children"].sum()
    assert uk.problems == ()
    assert uk.ignored == ()
    assert {name: len(frame) for name, frame in uk.frames.items()} == {
        "families": 1519,
        "members": 2 * 1519 + children,
        "flows": 7 * 1519,
    }


def test_what_british_households_spend_and_earn_is_kept_to_the_penny(uk: Mapped) -> None:
    """In each household the parts of spending sum to ``totexp`` and the inflow is ``income``, times 100 pence."""
    raw = pd.read_csv(UK)
    raw.index = pd.Index("UK-" + raw["household"].astype(str))
    flows = uk.frames["flows"]
    is_inflow = flows["category"] == "undivided_inflow"
    spent = flows[~is_inflow].groupby("family_id")["amount_money"].sum()
    earned = flows[is_inflow].set_index("family_id")["amount_money"]
    assert (spent.loc[raw.index] == raw["totexp"] * 100).all()
    assert (earned.loc[raw.index] == raw["income"] * 100).all()


def test_the_first_british_household_comes_out_as_worked_by_hand(uk: Mapped) -> None:
    """50 pounds by the shares of row 2; they sum to 1 exactly, so each part is its share of 5,000 pence."""
    flows = uk.frames["flows"][uk.frames["flows"]["family_id"] == "UK-1"]
    found = flows[["category", "line", "item", "amount_money", "recall"]].fillna("").to_numpy().tolist()
    assert found == [
        ["undivided_inflow", 1, "", 13000, "week"],
        ["livelihood", 1, "food", 2136, "week"],
        ["housing", 1, "fuel", 671, "week"],
        ["livelihood", 2, "clothing", 0, "week"],
        ["other_outflow", 1, "alcohol", 53, "week"],
        ["livelihood", 3, "transport", 729, "week"],
        ["undivided_outflow", 1, "", 1411, "week"],
    ]
    members = uk.frames["members"][uk.frames["members"]["family_id"] == "UK-1"]
    assert members["member_id"].tolist() == ["UK-1-1", "UK-1-2", "UK-1-3", "UK-1-4"]
    assert members["role"].tolist() == ["head", "spouse", "child", "child"]
    assert members["stated_age_years"].fillna(-1).tolist() == [25, -1, -1, -1]
