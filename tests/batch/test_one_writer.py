"""The folder of a run while it is written: whatever was left half made goes."""

from pathlib import Path

import pytest

from hamyar.batch.one_writer import only_writer
from hamyar.store.files import PARTIAL_SUFFIX, leftovers


def half_a_page(folder: Path) -> None:
    (folder / "families").mkdir(exist_ok=True)
    (folder / "families" / f".F-1.pdf.0a1b2c3d{PARTIAL_SUFFIX}").write_bytes(b"half")


def test_what_a_killed_run_left_goes(tmp_path: Path):
    """Half a page of an earlier run is gone before the next writes anything."""
    half_a_page(tmp_path)
    with only_writer(tmp_path):
        assert leftovers(tmp_path) == []


def test_what_a_dead_worker_left_goes(tmp_path: Path):
    """Half a page of a worker that died in this run does not wait for the next run."""
    with only_writer(tmp_path):
        half_a_page(tmp_path)

    assert leftovers(tmp_path) == []


def test_what_a_failed_run_left_goes(tmp_path: Path):
    """Nor does it stay when the run itself fails."""

    def run_that_fails() -> None:
        with only_writer(tmp_path):
            half_a_page(tmp_path)
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        run_that_fails()

    assert leftovers(tmp_path) == []
