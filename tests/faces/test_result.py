"""The result record: one to a notebook, exact, and shown to nobody."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hamyar.faces.result import RESULT_MIME, Result, ResultMissing, read_result

RECORD = Result("family", "S-A", "1404-08", "complete", {"gap_money": 2**53 + 1, "share": 0.1, "known": None})


def cell_with(result):
    return new_code_cell("x", outputs=[new_output("execute_result", data=result._repr_mimebundle_())])


def test_round_trip():
    """Written to a notebook and read again, every value is the same, large whole numbers and missing ones too."""
    notebook = new_notebook(cells=[new_markdown_cell("x"), new_code_cell("y"), cell_with(RECORD)])
    notebook.cells[-1].outputs[0].data = json.loads(json.dumps(notebook.cells[-1].outputs[0].data))
    found = read_result(notebook)

    assert found["values"] == RECORD.values
    del found["values"]
    assert found == {"kind": "family", "subject": "S-A", "month": "1404-08", "status": "complete"}


def test_not_for_paper():
    """The record has its own media type: a page shows neither HTML nor JSON of it."""
    assert set(RECORD._repr_mimebundle_()) == {RESULT_MIME, "text/plain"}
    assert RESULT_MIME.endswith("+json")


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one(count):
    """A notebook without a record, or with two, is refused with their number."""
    with pytest.raises(ResultMissing, match=f"left {count} result records"):
        read_result(new_notebook(cells=[cell_with(RECORD) for _ in range(count)]))
