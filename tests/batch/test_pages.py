"""One page by itself: made without a network, whole or not at all."""

import pytest

from hamyar.batch.freeze import BUNDLE_NAME, read_run
from hamyar.store.bundle import Bundle
from tests.batch.cells import in_folder, made, made_offline
from tests.batch.making import task_of, tasks_of


@pytest.fixture(name="case", scope="module")
def _case(month_run):
    return read_run(Bundle(month_run.outputs() / BUNDLE_NAME)).results.index[0]


def test_no_network(month_run, in_worker, tmp_path, case):
    """A page is made, the same as ever, by a process that can open no socket, whatever proxy it is told."""
    task = in_folder(task_of(month_run, tmp_path, case), tmp_path)
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}

    assert in_worker(made_offline, task, nowhere).is_made
    for suffix in (".pdf", ".ipynb"):
        expected = (month_run.outputs() / "families" / case).with_suffix(suffix).read_bytes()
        assert expected == (tmp_path / f"{case}{suffix}").read_bytes()


def test_unwritable_is_an_outcome(month_run, in_worker, tmp_path, case):
    """A page that cannot be written fails at that stage, with a reason; nothing half stands there."""
    task = in_folder(task_of(month_run, tmp_path, case), tmp_path / "absent")
    outcome = in_worker(made, task)

    assert (outcome.stage, "FileNotFoundError" in str(outcome.reason)) == ("write", True)


def test_tasks_hide_names(month_run, tmp_path):
    """What is logged of a page, its representation, holds no name and no value of a family."""
    for task in tasks_of(month_run, tmp_path):
        name = task.header.get("family_name") or "nobody"

        assert name not in repr(task)
        assert "expected" not in repr(task)
