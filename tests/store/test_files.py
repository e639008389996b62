"""Files appear whole or not at all."""

from pathlib import Path

import pytest

from hamyar.store.files import PARTIAL_SUFFIX, atomic_path, leftovers, write_bytes_atomically


def test_a_file_is_replaced_in_one_step(tmp_path: Path):
    """The new content stands under the name and nothing else stays in the folder."""
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")
    write_bytes_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [path] == list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file_and_no_partial(tmp_path: Path):
    """An exception while writing keeps what was there."""
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")

    def fail_half_way() -> None:
        with atomic_path(path) as partial:
            partial.write_bytes(b"ne")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_bytes() == b"old"
    assert [path] == list(tmp_path.iterdir())


def test_while_writing_the_name_does_not_exist(tmp_path: Path):
    """Until the block ends only a partial file exists, and it can be found as a leftover."""
    path = tmp_path / "report.pdf"
    with atomic_path(path) as partial:
        partial.write_bytes(b"half")
        assert not path.exists()
        assert partial.name.endswith(PARTIAL_SUFFIX)
        assert [partial] == leftovers(tmp_path)
    assert leftovers(tmp_path) == []
