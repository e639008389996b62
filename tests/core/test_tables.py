"""The declared tables and the check at every edge."""

import pandas as pd
import pytest

from hamyar.core.tables import (
    ALL_TABLES,
    BUDGETS,
    FAMILIES,
    FLOWS,
    IDENTITIES,
    MEMBERS,
    CaseTables,
    ColumnsMissing,
    KeyRepeated,
    ValueNotAllowed,
    conform,
)

FLOW = {"family_id": "F1", "month": 140408, "category": "subsidy", "line": 1, "amount_money": 5, "recall": "month"}


def flows(*changes: dict) -> pd.DataFrame:
    return pd.DataFrame([FLOW | {"line": number} | change for number, change in enumerate(changes, 1)])


def refusal(*changes: dict) -> str:
    with pytest.raises(ValueNotAllowed) as caught:
        conform(FLOWS, flows(*changes))
    return str(caught.value)


@pytest.mark.parametrize("table", ALL_TABLES.values(), ids=lambda table: table.name)
def test_an_empty_table_has_every_column(table):
    """An empty table has the declared columns in order, and conforms to itself."""
    empty = table.empty()
    assert (table.column_names, 0) == (list(empty.columns), len(empty))
    pd.testing.assert_frame_equal(empty, conform(table, empty))


def test_columns_in_order_and_type():
    """Columns are put in order, optional ones added as missing, undeclared ones left out, rows counted from 0."""
    frame = flows({}, {"amount_money": None})[["recall", "line", *FLOW]].loc[:, lambda f: ~f.columns.duplicated()]
    frame.index = pd.Index([7, 9])
    result = conform(FLOWS, frame.assign(note="x"))
    assert (FLOWS.column_names, [0, 1]) == (list(result.columns), list(result.index))
    assert (str(result["amount_money"].dtype), str(result["family_id"].dtype)) == ("Int64", "str")
    assert (result["amount_money"].isna().tolist(), result["item"].isna().tolist()) == ([False, True], [True, True])


def test_zero_is_not_missing():
    """A told zero stays zero and an amount not known stays unknown."""
    amounts = conform(FLOWS, flows({"amount_money": 0}, {"amount_money": None}))["amount_money"]
    assert (amounts.dropna().tolist(), amounts.isna().tolist()) == ([0], [False, True])


def test_a_missing_column_is_named():
    """A table without a required column is refused with those it has."""
    with pytest.raises(ColumnsMissing, match=r"'flows' lacks the columns category, recall. It has family_id"):
        conform(FLOWS, flows({}).drop(columns=["category", "recall"]))


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        *(("amount_money", -1, "out of range"), ("amount_money", 2.5, "not a whole number")),
        *(("amount_money", "ten", "not a whole number"), ("amount_money", 1e30, "not a whole number")),
        ("amount_money", float("inf"), "not a whole number"),
        *(("month", 140413, "out of range"), ("month", 202503, "out of range"), ("month", 140400, "out of range")),
        *(("line", -1, "out of range"), ("line", None, "is missing")),
        *(("category", "rent", "is not one of own_income"), ("category", None, "is missing")),
        *(
            ("recall", "day", "is not one of week"),
            ("family_id", None, "is missing"),
            ("item", "gold", "is not one of"),
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_place(column, value, problem):
    """The error says table, row, column and what is wrong, for the row that is wrong."""
    said = refusal({}, {column: value})
    assert f"Table 'flows', row 1, column '{column}':" in said
    assert problem in said


@pytest.mark.parametrize("day", [14041332, 14040132, 14040100, 20250321])
def test_days_out_of_range_are_refused(day):
    """A thirteenth month, a day 32 and a Gregorian date are no birthdays."""
    frame = pd.DataFrame([{"member_id": "M1", "family_id": "F1", "role": "head", "birth_day": day}])
    with pytest.raises(ValueNotAllowed, match="birth_day"):
        conform(MEMBERS, frame)


@pytest.mark.parametrize("kind", ["str", "category"])
def test_a_repeated_key_is_named_with_both_rows(kind):
    """Two rows of one family, month, category and line are refused, also in categorical text."""
    frame = flows({}, {}, {"line": 1}).astype({"family_id": kind, "category": kind})
    with pytest.raises(KeyRepeated, match="rows 0 and 2"):
        conform(FLOWS, frame)


def test_categorical_text_stays_categorical():
    """Categoricals keep their type, with their missing values, and the rest of the check."""
    frame = flows({"item": "food"}, {"item": None}).astype({"family_id": "category", "item": "category"})
    result = conform(FLOWS, frame)
    assert (frame["family_id"].dtype, frame["item"].dtype) == (result["family_id"].dtype, result["item"].dtype)
    assert result["item"].isna().tolist() == [False, True]


def test_a_category_nobody_uses_is_harmless():
    """Only values that stand in rows are judged: an unused foreign category passes, a used one does not."""
    kind = pd.CategoricalDtype(["subsidy", "gold"])
    conform(FLOWS, flows({}).astype({"category": kind}))
    with pytest.raises(ValueNotAllowed, match=r"row 1, column 'category': 'gold'"):
        conform(FLOWS, flows({}, {"category": "gold"}).astype({"category": kind}))


def test_a_missing_categorical_is_missing():
    """A required column is required in categorical form too."""
    with pytest.raises(ValueNotAllowed, match=r"row 1, column 'category': .* is missing"):
        conform(FLOWS, flows({}, {"category": None}).astype({"category": "category"}))


def test_a_secret_never_travels_in_an_error():
    """A refused secret is shown as dots."""
    frame = pd.DataFrame({"owner_id": ["M1"], "field": ["name"], "value": ["secret"]})
    hidden = pd.DataFrame({"owner_id": ["M1", "M2"], "field": ["name", "name"], "value": ["secret", None]})
    assert conform(IDENTITIES, frame)["value"].tolist() == ["secret"]
    with pytest.raises(ValueNotAllowed, match="'•••' is missing"):
        conform(IDENTITIES, hidden)


def test_only_some_families():
    """A selection keeps the chosen families' rows in every table, the budgets and the marks."""
    tables = CaseTables(
        families=conform(FAMILIES, pd.DataFrame({"family_id": ["F1", "F2"]})),
        members=conform(
            MEMBERS, pd.DataFrame({"member_id": ["M1", "M2"], "family_id": ["F1", "F2"], "role": ["head", "head"]})
        ),
        flows=conform(FLOWS, flows({}, {"family_id": "F2"})),
        budgets=conform(BUDGETS, pd.DataFrame({"month": [140408], "budget_money": [9]})),
        is_synthetic=True,
    )
    some = tables.only(["F2"])
    rows = [some.families["family_id"], some.members["family_id"], some.flows["family_id"]]
    assert [column.tolist() for column in rows] == [["F2"]] * 3
    assert (some.is_synthetic, some.currency, len(some.budgets)) == (True, "IRR", 1)
