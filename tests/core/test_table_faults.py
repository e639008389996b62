"""Rows of helpers, plans and meetings that cannot stand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.tables import ALL_TABLES, ASSIGNMENTS, FACT_TABLES, conform
from hamyar.core.tables.faults import free_text_columns, overlapping_assignments, row_faults

VISIT = {"visit_id": "v", "helper_id": "h", "day": 14050801, "start_minute": 600, "minutes": 60, "status": "planned"}
GOAL = {"family_id": "F", "subject_id": "F", "indicator": "i", "from_day": 14050801, "aim_level": 1}
PLAN = {"family_id": "F", "subject_id": "F", "programme": "p", "from_day": 14050801, "decision": "accepted"}
TRAINING = {"helper_id": "h", "training_id": "t", "part": "in_service", "day": 14050801, "state": "planned"}
HOURS = {"helper_id": "h", "weekday": 0, "start_minute": 0, "minutes": 60}


def places(table: str, *rows: dict[str, object]) -> list[tuple[int, str]]:
    frame = conform(ALL_TABLES[table], pd.DataFrame(list(rows), dtype=object))
    return [(fault.row, fault.column) for fault in row_faults(table, frame)]


@pytest.mark.parametrize(
    ("table", "row", "wrong", "column"),
    [
        ("visits", VISIT, {"start_minute": 1440}, "start_minute"),
        ("visits", VISIT, {"start_minute": 1439, "minutes": 2}, "minutes"),
        ("visits", VISIT, {"start_minute": 1439, "minutes": 2**63 - 1}, "minutes"),
        ("visits", VISIT, {"minutes": 0}, "minutes"),
        ("visits", VISIT, {"status": "cancelled"}, "reason"),
        ("visits", VISIT, {"status": "cancelled", "reason": " "}, "reason"),
        ("visits", VISIT, {"reason": "شماره‌اش ۰۹۱۲ ۰۰۰ ۰۰۰۱ است"}, "reason"),
        ("goals", GOAL, {"aim_level": None}, "reason"),
        ("goals", GOAL, {"aim_level": 3}, "aim_level"),
        ("goals", GOAL, {"until_day": 14050730}, "until_day"),
        ("plans", PLAN, {"decision": "refused"}, "reason"),
        ("plans", PLAN, {"every_days": 0}, "every_days"),
        ("helper_hours", HOURS, {"weekday": 7}, "weekday"),
    ],
)
def test_a_fault_has_its_place(table: str, row: dict, wrong: dict, column: str):
    """Beside a good row the wrong one is found, by row and column, with a sentence that says what to do."""
    frame = conform(ALL_TABLES[table], pd.DataFrame([row, row | {ALL_TABLES[table].key[0]: "x"} | wrong], dtype=object))
    (fault,) = row_faults(table, frame)
    assert (fault.row, fault.column) == (1, column)
    assert str(fault.message).count(".") >= 1


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("visits", VISIT | {"start_minute": 0, "minutes": 1440}),
        ("visits", VISIT | {"start_minute": 1439, "minutes": 1}),
        ("visits", VISIT | {"status": "cancelled", "reason": "بیمار بود"}),
        ("visits", VISIT | {"reason": "هزینه ۲٬۰۰۰٬۰۰۰٬۰۰۰ ریال"}),
        ("goals", GOAL | {"aim_level": 0, "until_day": 14050801}),
        ("goals", GOAL | {"aim_level": None, "reason": "نخواست"}),
        ("helper_travel", {"helper_id": "h", "area": "x", "minutes": 0}),
        ("helper_hours", HOURS | {"weekday": 6}),
        ("trainings", TRAINING | {"minutes": 2400}),
    ],
)
def test_the_last_value_that_can_stand(table: str, row: dict):
    """A whole day, the last minute, level 0, a goal of one day, a way of no minutes, a course of a week."""
    assert places(table, row) == []


def test_faults_come_in_the_order_of_rows_and_columns():
    """Several faults of several rows are told as somebody going through the table meets them."""
    bad = VISIT | {"start_minute": 2000, "status": "cancelled"}
    found = places("visits", bad, VISIT | {"visit_id": "w", "minutes": 0}, bad | {"visit_id": "x"})
    assert found == [(0, "start_minute"), (0, "reason"), (1, "minutes"), (2, "start_minute"), (2, "reason")]


def test_categorical_words_are_judged_too():
    """The fast form of large tables has the same faults."""
    frame = conform(ALL_TABLES["plans"], pd.DataFrame([PLAN | {"decision": "refused", "reason": None}]))
    fast = frame.astype({"decision": "category", "reason": "category", "family_id": "category"})
    assert list(row_faults("plans", fast)) == list(row_faults("plans", frame)) != []


@pytest.mark.parametrize("name", FACT_TABLES)
def test_an_empty_table_has_no_fault(name: str):
    """Every fact table can be asked."""
    assert list(row_faults(name, ALL_TABLES[name].empty())) == []


def test_sentences_are_written_in_some_columns_only():
    """Areas and lists of codes are none of them, and neither are secrets."""
    assert free_text_columns(ALL_TABLES["helpers"]) == ["areas"]
    assert free_text_columns(ALL_TABLES["identities"]) == []
    assert free_text_columns(ALL_TABLES["events"]) == ["title", "area", "place", "reason"]


def assignments(*rows: tuple[str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["family_id", "from_day", "until_day"]).assign(helper_id="h")
    return conform(ASSIGNMENTS, frame)


@given(
    st.lists(
        st.tuples(st.sampled_from(["F1", "F2"]), st.integers(1, 30), st.integers(1, 30)),
        max_size=6,
        unique_by=lambda row: row[:2],
    )
)
def test_overlaps_are_found_as_by_hand(rows: list[tuple[str, int, int]]):
    """Every row that shares a day with another row of its family is told once, and no other."""
    frame = assignments(*((family, 14050800 + first, 14050800 + last) for family, first, last in rows))
    expected = []
    for number, (family, first, last) in enumerate(rows):
        own = set(range(first, last + 1))
        others = [row for other, row in enumerate(rows) if other != number and row[0] == family]
        if any(own & set(range(start, end + 1)) for _, start, end in others):
            expected.append((number, "from_day"))
    assert expected == [(fault.row, fault.column) for fault in overlapping_assignments(frame)]


def test_an_overlap_names_the_other_days():
    """The sentence says until when the other helper carries the family, and what to do."""
    faults = list(overlapping_assignments(assignments(("F1", 14050801, 14060730), ("F1", 14060730, 14070730))))
    assert "from 1406-07-30 until 1407-07-30" in str(faults[0].message)
    assert "end one assignment the day before the other begins" in str(faults[1].message)
