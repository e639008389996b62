"""The run killed at any moment: the same command goes on where it was, and ends as an undisturbed run does.

The undisturbed run is the session's; each test takes its frozen month without its pages, disturbs the run that makes
them, lets the same command finish, and compares every byte.
"""

import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hamyar.batch.freeze import BUNDLE_NAME
from hamyar.store.files import leftovers
from tests.batch.running import (
    HAMYAR,
    MARK,
    MONTH,
    Centre,
    differing,
    files_of,
    left_after,
    new_centre,
    processes_marked,
    without_stamp,
)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc"),
    pytest.mark.slow,
]

COMMAND = ["monthly", "--month", str(MONTH), "--workers", "2", "--quiet"]
# The kernel ends the workers as their parent ends; this is for a loaded machine.
SECONDS_TO_DIE = 10


@pytest.fixture(name="frozen")
def _frozen(own_run):
    """The session's month, frozen and with no page made."""
    folder = own_run.outputs()
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != BUNDLE_NAME:
            path.unlink()
    return own_run


class Run:
    """A run of the command that can be killed; its processes carry a mark of their own."""

    def __init__(self, centre: Centre) -> None:
        self.mark = secrets.token_hex(8)
        self.process = subprocess.Popen(
            [HAMYAR, *COMMAND],
            env={**os.environ, **centre.environment, MARK: self.mark},
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": centre.folder},
        )

    def wait_until(self, happened, seconds=120):
        deadline = time.monotonic() + seconds
        while not happened():
            assert self.process.poll() is None, "the run ended before it could be disturbed"
            assert time.monotonic() < deadline, "the run did not come so far"
            time.sleep(0.01)

    def workers(self) -> list[int]:
        """The processes that make pages, begun by the main process."""
        return [process for process in processes_marked(self.mark) if _is_worker(process, self.process.pid)]

    def kill(self) -> list[int]:
        """``kill -9`` for the main process alone; returns processes of the run that live on."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return left_after(self.mark, SECONDS_TO_DIE)


@pytest.fixture(name="begin")
def _begin():
    """Begins runs, and ends those that a failing test leaves."""
    begun = []

    def begin(centre):
        begun.append(Run(centre))
        return begun[-1]

    yield begin
    for run in begun:
        run.kill()


def finish(centre):
    said = centre.command(*COMMAND)
    assert (said.returncode, said.stderr) == (0, "")


def assert_undisturbed(month_run, centre):
    expected, found = files_of(month_run.outputs()), files_of(centre.outputs())

    assert differing(without_stamp(expected), without_stamp(found)) == []
    assert leftovers(centre.folder) == []


class TestKilled:
    def test_twice(self, month_run, frozen, begin):
        """Killed while its workers start, and again after its first page, the command ends as if undisturbed."""
        starting = begin(frozen)
        starting.wait_until(lambda: len(starting.workers()) == 2)
        assert starting.kill() == []

        working = begin(frozen)
        pages = frozen.outputs() / "families"
        working.wait_until(lambda: any(pages.glob("*.pdf")))
        kept = {path: path.stat().st_mtime_ns for path in pages.glob("*.pdf")}
        assert working.kill() == []

        finish(frozen)
        assert [path for path, then in kept.items() if path.stat().st_mtime_ns != then] == []
        assert_undisturbed(month_run, frozen)

    def test_worker_killed(self, month_run, frozen, begin):
        """A worker that is killed costs no page: the run goes on with others and ends as if undisturbed."""
        run = begin(frozen)
        pages = frozen.outputs() / "families"
        run.wait_until(lambda: any(pages.glob("*.ipynb")))
        os.kill(run.workers()[0], signal.SIGKILL)

        assert run.process.wait(120) == 0
        assert left_after(run.mark, SECONDS_TO_DIE) == []
        assert_undisturbed(month_run, frozen)

    def test_at_ten_random_moments(self, month_run, frozen, begin, tmp_path):
        """Wherever in its course it is killed, the same command ends with the bytes of an undisturbed run."""
        seed = int(os.environ.get("HAMYAR_TEST_SEED", secrets.randbelow(10**6)))
        print("HAMYAR_TEST_SEED =", seed)
        draw = random.Random(seed)
        begun = time.monotonic()
        finish(frozen.copy(tmp_path / "timed"))
        whole = time.monotonic() - begun
        for round_ in range(10):
            centre = frozen.copy(tmp_path / f"round-{round_}")
            run = begin(centre)
            # One moment in each tenth of the course, so that no phase is left out by chance.
            time.sleep(whole * (round_ + draw.random()) / 10)
            assert run.kill() == []
            finish(centre)
            assert_undisturbed(month_run, centre)
            shutil.rmtree(centre.folder)

    def test_while_freezing(self, begin, tmp_path):
        """Killed around the freezing itself, the month is frozen once, its run can be finished, and all verifies."""
        whole = new_centre(tmp_path / "whole", 1)
        for round_, seconds in enumerate((0.8, 1.2, 1.6, 2.0, 2.4, 2.8, 3.2, 3.6)):
            centre = whole.copy(tmp_path / f"round-{round_}")
            run = begin(centre)
            time.sleep(seconds)
            assert run.kill() == []
            finish(centre)

            with centre.open() as store:
                assert store.frozen(MONTH).version == 1
                assert store.verify_audit() == []
            assert centre.command("verify", centre.outputs(), "--quiet").returncode == 0
            assert leftovers(centre.folder) == []


def _is_worker(process, parent):
    folder = Path(f"/proc/{process}")
    try:
        is_child = (folder / "stat").read_text().rpartition(")")[2].split()[1] == str(parent)
        return is_child and b"spawn_main" in (folder / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
