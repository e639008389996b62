"""One run at a time in a folder: what a killed run left unfinished is cleared, and a second run is refused."""

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

    The lock is the system's, so it ends with the process however that ends.
    """
    # What is written tells of families: the folder is its owner's.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise RunInProgress(folder=str(folder)) from None
    try:
        for partial in leftovers(folder):
            partial.unlink()
        yield
    finally:
        lock.release()
