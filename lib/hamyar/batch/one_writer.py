"""One run at a time in a folder: what a killed run or worker left unfinished is cleared; a second run is refused."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.store.files import leftovers


class RunInProgress(HamyarError):
    msgid = N_("Another run is writing {folder}. Wait for it to end, or stop it.")


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder, made where it is absent, for this run; raises ``RunInProgress``.

    The lock is the system's, so it ends with the process however that ends.  Partial files go before and after:
    half a page of a family stays neither from an earlier run nor from a worker that died in this one.
    """
    # What is written tells of families: the folder is its owner's.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise RunInProgress(folder=str(folder)) from None
    try:
        _clear(folder)
        try:
            yield
        finally:
            _clear(folder)
    finally:
        lock.release()


def _clear(folder: Path) -> None:
    for partial in leftovers(folder):
        partial.unlink(missing_ok=True)
