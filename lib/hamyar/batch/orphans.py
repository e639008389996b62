"""No process of a run outlives it, however the run ends.

A worker that has lost its run would wait for work for ever, with a month of families in its memory.
This module is small on purpose: a new worker loads it before everything else,
so that one whose run is killed meanwhile is gone at once and not after its imports.
"""

import os
import signal
import sys
from pathlib import Path


def die_with_parent(parent: int) -> None:
    """Ask Linux to end this process when ``parent`` ends, however that ends; elsewhere nothing."""
    if sys.platform != "linux":
        return
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
    # A parent that ended before the request is not noticed by it.
    if os.getppid() != parent:
        os._exit(1)


def begin_worker(bundle: Path, language: str, parent: int) -> None:
    """The first thing a worker of a run does."""
    die_with_parent(parent)
    from hamyar.batch.pages import prepare_worker

    prepare_worker(bundle, language)
