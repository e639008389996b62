"""Mapping files: what is refused, and where the error points."""

from fractions import Fraction
from pathlib import Path

import pytest

from hamyar.core.documents import DocumentInvalid
from hamyar.core.tables import ALL_TABLES
from hamyar.store.mapping import load_mapping
from hamyar.store.settings import Settings

MAPPINGS = sorted((Settings.from_environment({}).parameters / "imports").glob("*.yaml"))
HEAD = """
name: sample
description: {fa: نمونه, en: Sample}
source_note: made up for a test
currency: IRR
"""
FLOW = HEAD + "flows: [{family_id: {column: f}, month: {column: m}, recall: month, category: subsidy, %s}]"


@pytest.mark.parametrize("path", MAPPINGS, ids=[path.name for path in MAPPINGS])
def test_every_mapping_that_ships_can_be_read_and_is_called_like_its_file(path: Path) -> None:
    """The mapping files of the parameters folder are whole."""
    assert load_mapping(path).name == path.stem


def test_the_native_mapping_reads_every_declared_column() -> None:
    """A column that is declared later and forgotten in ``hamyar.yaml`` would be lost in a round trip."""
    mapping = load_mapping(Settings.from_environment({}).parameters / "imports" / "hamyar.yaml")
    read = {
        table.name: sorted(template.fields) for part in mapping.sheets.values() for table, template in part.templates()
    }
    assert read == {name: sorted(table.column_names) for name, table in ALL_TABLES.items()}


def test_numbers_in_a_mapping_are_exact() -> None:
    """The tolerance 0.001 is one thousandth, not the nearest binary number."""
    mapping = load_mapping(Settings.from_environment({}).parameters / "imports" / "uk_budget.yaml")
    split = mapping.tables["flows"][1].split
    assert split is not None
    assert split.tolerance == Fraction(1, 1000)


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        (HEAD, "the file", "either at the top or under 'sheets'"),
        (HEAD + "families: [{family_id: {colum: a}}]", "families.0.family_id.colum", "Extra inputs"),
        (HEAD + "family: [{family_id: {column: a}}]", "family", "Extra inputs"),
        (HEAD + "families: [{family_id: {column: a}, town: {column: b}}]", "the file", "families.template 1.town"),
        (HEAD + "families: [{area: {column: a}}]", "the file", "family_id: is needed"),
        (HEAD + "families: [{family_id: {}}]", "families.0.family_id", "either 'column' or 'constant'"),
        (HEAD + "families: [{family_id: {constant: A1}}]", "families.0.family_id", "needs a reason"),
        (HEAD + "families: [{family_id: A1}]", "the file", "because"),
        (HEAD + "families: [{family_id: {column: a, unit: rial}}]", "the file", "only money has a unit"),
        (
            HEAD + "families: [{family_id: {column: a}, area: {column: b, calendar: gregorian}}]",
            "the file",
            "only days",
        ),
        (HEAD + "families: [{family_id: {column: a}, source: neighbour}]", "the file", "neighbour"),
        (HEAD + "families: [{family_id: {column: a}, source: {column: b, values: {1: nobody}}}]", "the file", "nobody"),
        (HEAD + "families: [{family_id: {column: a}, source: {column: b, values: {no: local}}}]", "families", "quotes"),
        (HEAD + "families: [{family_id: {column: a}, source: {column: b, values: {?: local}}}]", "families", "quotes"),
        (HEAD + "families: [{family_id: {column: a}, source: {column: b, values: {A: local, a: family}}}]", "", "same"),
        (HEAD + "families: [{family_id: {column: a}, joined_month: {constant: 1405-13, because: x}}]", "", "1405-13"),
        (HEAD + "families: [{family_id: {column: a}, repeat: {column: n}}]", "the file", "{n}"),
        (HEAD + "families: [{family_id: {column: a}}]\nfor_all: {month: {column: m}}", "the file", "for_all.month"),
        (HEAD + "families: [{family_id: {column: a}}]\nsource: neighbour", "the file", "'neighbour' is not one of"),
        (HEAD + "families: [{family_id: {column: a}}]\nunknown: [{of: incom, because: {fa: x, en: x}}]", "", "'incom'"),
        (HEAD.replace("IRR", "USD") + "families: [{family_id: {column: a}}]", "the file", "'USD' is not a currency"),
        (FLOW % "amount_money: {column: a}", "the file", "an amount needs its unit"),
        (FLOW % "amount_money: {column: a, unit: pound}", "the file", "'pound' is not a unit of IRR"),
        (FLOW % "item: food", "the file", "amount_money: is needed"),
        (FLOW.replace("currency: IRR", "") % "amount_money: {column: a, unit: rial}", "the file", "'currency'"),
        (
            FLOW.replace("category: subsidy", "category: {column: c}") % "amount_money: {column: a, unit: rial}",
            "",
            "line",
        ),
        (FLOW % "split: {total: {column: t, unit: rial}, tolerance: 0, shares: []}", "", "at least 2"),
    ],
)
def test_a_faulty_mapping_is_refused_with_the_place_of_the_fault(text: str, where: str, problem: str) -> None:
    """Every fault names the mapping file, the place in it and what is wrong."""
    with pytest.raises(DocumentInvalid) as caught:
        load_mapping(text, "sample.yaml")
    sentence = str(caught.value)
    assert sentence.startswith("sample.yaml: ")
    assert where in sentence
    assert problem in sentence


def test_a_key_written_twice_is_refused() -> None:
    """YAML would quietly keep the second of two equal keys."""
    with pytest.raises(DocumentInvalid, match="written twice"):
        load_mapping(HEAD + "currency: GBP\nfamilies: [{family_id: {column: a}}]")


def test_a_money_unit_from_a_column_needs_no_currency() -> None:
    """Where each amount names its unit, the file serves a centre of any currency."""
    text = FLOW.replace("currency: IRR", "") % "amount_money: {column: a, unit: {column: u}}"
    assert load_mapping(text).currency is None
