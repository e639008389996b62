"""A pool of warm worker processes that outlives the death of one of them.

Pages are made in processes, one at a time each: papermill changes the folder of its process and matplotlib, IPython
and WeasyPrint keep state.  Processes are spawned, not forked, so none inherits a lock or a database connection.

Should a worker die (memory, a fault in a library), the pages not yet made are tried again one by one;
a page that kills its worker when it is alone is the culprit, and is reported as failed.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from hamyar.batch.notebooks import Execution
from hamyar.batch.orphans import begin_worker
from hamyar.batch.pages import PageOutcome, PageTask, make_page
from hamyar.core.message import N_, message


def make_pages(
    tasks: Sequence[PageTask], *, workers: int, bundle: Path, language: str, execution: Execution
) -> Iterator[PageOutcome]:
    """Make every page and yield each outcome as it comes; order is the workers'."""
    remaining = deque(tasks)
    alone = False
    while remaining:
        pool = _pool(1 if alone else min(workers, len(remaining)), bundle, language)
        try:
            yield from _through(pool, remaining, 1 if alone else 2 * workers, execution, language)
        except BrokenProcessPool:
            if alone:
                culprit = remaining.popleft()
                reason = message(N_("Making this page ended its process. Look at memory, then run it again."))
                yield PageOutcome(culprit.case, "process", reason)
            alone = not alone
        finally:
            # The pool must cancel by itself: a page that is cancelled from here while its worker's death is being told
            # would end the thread that tells it, and the other workers would go on.
            pool.shutdown(cancel_futures=True)


def _pool(workers: int, bundle: Path, language: str) -> ProcessPoolExecutor:
    # One family's arithmetic is small: a thread pool only costs, and threads and forks do not mix.
    # The libraries read this when they are loaded, so it has to stand before a worker begins.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin_worker,
        initargs=(bundle, language, os.getpid()),
    )


def _through(
    pool: ProcessPoolExecutor, remaining: deque[PageTask], ahead: int, execution: Execution, language: str
) -> Iterator[PageOutcome]:
    """Feed the pool a few pages ahead; a page leaves ``remaining`` only when its outcome is known."""
    running: dict[Future[PageOutcome], PageTask] = {}
    waiting = deque(remaining)
    while waiting or running:
        while waiting and len(running) < ahead:
            task = waiting.popleft()
            running[pool.submit(make_page, task, execution, language)] = task
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            outcome = future.result()
            remaining.remove(running.pop(future))
            yield outcome
