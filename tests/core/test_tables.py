"""The declared tables and the check at every edge."""

import pandas as pd
import pytest

from hamyar.core.tables import (
    ALL_TABLES,
    BUDGETS,
    FACT_TABLES,
    FAMILIES,
    FLOWS,
    FOOD_WEEKS,
    IDENTITIES,
    MEMBERS,
    OBSERVATIONS,
    CaseTables,
    ColumnsMissing,
    KeyRepeated,
    Table,
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


def observations(*family_ids: str, **others: object) -> pd.DataFrame:
    given = {"subject_id": "M1", "indicator": "housing", "observer_id": "h", "day": 14040801, "answer": "2"}
    return pd.DataFrame({"family_id": list(family_ids), **given, **others})


@pytest.mark.parametrize("answer", ["7", "-1", "2.0", "unknown", "", None, 4])
def test_an_answer_is_a_level_or_one_of_three_reasons(answer: object):
    """Anything but the four levels and the three ways of having none is refused."""
    for told in ("0", "3", 1, "not_asked", "not_known", "does_not_apply"):
        assert conform(OBSERVATIONS, observations("F1", answer=told))["answer"].tolist() == [str(told)]
    with pytest.raises(ValueNotAllowed, match="'answer'"):
        conform(OBSERVATIONS, observations("F1", answer=answer))


def test_two_helpers_may_see_one_thing_on_one_day():
    """The helper and the day are part of the key; the same helper twice on a day is not."""
    two = observations("F1", "F1", observer_id=["h1", "h2"])
    assert len(conform(OBSERVATIONS, pd.concat([two, two.assign(day=14040802)]))) == 4
    with pytest.raises(KeyRepeated, match="rows 0 and 1"):
        conform(OBSERVATIONS, observations("F1", "F1"))


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
        observations=conform(OBSERVATIONS, observations("F1", "F2")),
        food_weeks=conform(FOOD_WEEKS, pd.DataFrame({"family_id": ["F1", "F2"], "day": 14040801})),
        is_synthetic=True,
    )
    some = tables.only(["F2"])
    of_families = ("families", "members", "flows", "observations", "food_weeks")
    assert [getattr(some, name)["family_id"].tolist() for name in of_families] == [["F2"]] * 5
    assert (some.is_synthetic, some.currency, len(some.budgets)) == (True, "IRR", 1)


def test_only_some_families_of_the_work_of_help():
    """What names a family goes with it, what names none goes out, and helpers, events and resources stay whole."""
    rows = {
        name: pd.DataFrame([sample_row(table, family) for family in ("F1", "F2")])
        for name, table in FACT_TABLES.items()
        if table.format == 3
    }
    frames = {name: conform(FACT_TABLES[name], frame) for name, frame in rows.items()}
    frames["visits"].loc[0, "family_id"] = None
    tables = CaseTables(FAMILIES.empty(), MEMBERS.empty(), FLOWS.empty(), BUDGETS.empty(), **frames)
    some = tables.only(["F1"])
    left = {name: len(getattr(some, name)) for name in frames}
    whole = {"helpers", "helper_hours", "helper_leave", "helper_travel", "trainings", "resources"}
    whole |= {"sessions", "session_people", "help_groups", "events"}
    assert dict.fromkeys(whole, 2) | dict.fromkeys(set(left) - whole, 1) | {"visits": 0} == left


def sample_row(table: Table, family: str) -> dict[str, object]:
    """A row that the declaration allows: every code is the family's, so that two families' rows differ."""
    values = {"id": family, "text": family, "day": 14040801, "month": 140408, "count": int(family[1:]), "money": 1}
    return {
        column.name: column.allowed[0] if column.kind == "choice" else values[column.kind] for column in table.columns
    }


def test_tables_made_without_newer_ones_have_them_empty():
    """Whoever knows only the first four tables gets the newer ones empty, in their declared types."""
    tables = CaseTables(FAMILIES.empty(), MEMBERS.empty(), FLOWS.empty(), BUDGETS.empty())
    for name, table in FACT_TABLES.items():
        pd.testing.assert_frame_equal(table.empty(), getattr(tables, name))


def test_what_came_later_says_so():
    """The first format holds the first four tables whole but for schooling; nothing new may be required of old rows."""
    newer = {name: [column for column in table.columns if column.format > 1] for name, table in FACT_TABLES.items()}
    by_format: dict[int, list[str]] = {}
    for name, table in FACT_TABLES.items():
        by_format.setdefault(table.format, []).append(name)
    assert by_format[1] == ["families", "members", "flows", "budgets"]
    assert by_format[2] == ["observations", "food_weeks"]
    assert (sorted(by_format), len(by_format[3])) == ([1, 2, 3], 21)
    assert {name: [column.name for column in columns] for name, columns in newer.items() if columns} == {
        "members": ["schooling", "attends_school"]
    }
    assert [column.name for columns in newer.values() for column in columns if column.required] == []
