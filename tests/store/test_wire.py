"""Facts on their way: what comes out is what went in, types and all; what is no table is refused."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.tables import FACT_TABLES, FLOWS, CaseTables
from hamyar.store.submission import SUBMITTED_TABLES, Submission
from hamyar.store.wire import (
    WireInvalid,
    frame_from_wire,
    frame_to_wire,
    submission_from_wire,
    submission_to_wire,
    tables_from_wire,
    tables_to_wire,
)

TABLES = {table.name: table for table in SUBMITTED_TABLES}


def sent(content: object) -> object:
    return json.loads(json.dumps(content, allow_nan=False))


def test_every_table_comes_out_as_it_went_in(helped_families: CaseTables):
    """Every column of every table, empty tables too."""
    for tables in (helped_families, helped_families.only(["F3"])):
        found = tables_from_wire(sent(tables_to_wire(tables)))
        for name in FACT_TABLES:
            expected = getattr(tables, name).reset_index(drop=True)
            pd.testing.assert_frame_equal(expected, getattr(found, name))
        assert (found.title, found.currency, found.is_synthetic) == (tables.title, tables.currency, True)


def test_a_submission_comes_out_as_it_went_in():
    """Frames, their versions by row whatever the index was, withdrawn rows, names and the reason."""
    rows = [("F1", 140508, "own_income", 1, None, "month"), ("F1", 140508, "housing", 1, 5, "year")]
    flows = pd.DataFrame(
        rows, columns=["family_id", "month", "category", "line", "amount_money", "recall"], index=[7, 3]
    )
    given_submission = Submission(
        "F1",
        Month(1405, 8),
        frames={"flows": flows},
        bases={"flows": pd.Series({3: 2}, dtype="Int64"), "withdrawn:flows": pd.Series([4])},
        withdrawn={"flows": flows.iloc[[0]][list(FLOWS.key)].reset_index(drop=True)},
        identities=pd.DataFrame([{"owner_id": "F1", "field": "name", "value": "x"}]),
        reason="دیدار",
    )
    found = submission_from_wire(sent(submission_to_wire(given_submission)), TABLES)
    assert found.frames["flows"].iloc[1].to_dict() == flows.iloc[1].to_dict()
    assert found.frames["flows"]["amount_money"].isna().tolist() == [True, False]
    assert found.bases["flows"].tolist() == [pd.NA, 2]
    assert found.bases["withdrawn:flows"].tolist() == [4]
    assert found.withdrawn["flows"].to_dict("list") == given_submission.withdrawn["flows"].to_dict("list")
    assert found.identities.to_dict("list") == given_submission.identities.to_dict("list")
    assert (found.family_id, found.month, found.reason) == ("F1", Month(1405, 8), "دیدار")


@pytest.mark.parametrize(
    "content",
    [
        *[None, [], "x", 5, {"x": [1]}, {"family_id": "F1"}, {"family_id": ["F1"], "line": [1, 2]}],
        *[{"family_id": [["F1"]]}, {"line": [True]}, {"family_id": [{"a": 1}]}, {"item": ["\0"]}, {"item": ["\ud800"]}],
    ],
)
def test_what_is_no_table_is_refused(content: object):
    """Unknown columns, lists inside cells, columns of unequal length, text no database keeps."""
    with pytest.raises(WireInvalid):
        frame_from_wire(content, FLOWS)


@pytest.mark.parametrize(
    "changed",
    [
        *[{"frames": {"helpers": {}}}, {"frames": []}, {"month": 5}, {"family_id": None}, {"reason": "x" * 3_000}],
        *[{"bases": {"flows": [1, 2]}}, {"bases": {"flows": [-1]}}, {"bases": {"flows": [True]}}, {"bases": []}],
        {"identities": {"owner": ["x"]}},
    ],
)
def test_what_is_no_submission_is_refused(changed: dict):
    """Other tables, versions that fit no rows, and parts of another shape."""
    good = {"family_id": "F1", "month": "1405-08", "reason": "", "frames": {"flows": {"line": [1]}}}
    assert submission_from_wire(good, TABLES).frames["flows"]["line"].tolist() == [1]
    with pytest.raises(WireInvalid):
        submission_from_wire(good | changed, TABLES)


@given(st.lists(st.none() | st.integers() | st.floats() | st.text(), max_size=5))
def test_any_plain_values_are_read_or_refused(values: list):
    """Whatever JSON can hold in a column never breaks the reading of it."""
    for name in ("line", "item"):
        try:
            found = frame_from_wire({name: values}, FLOWS)
        except WireInvalid:
            continue
        assert len(found) == len(values)
        frame_to_wire(found)
