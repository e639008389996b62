"""The session's one run of a month, a copy of it, and a warm worker for single pages."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hamyar.batch import month as month_module
from hamyar.batch.freeze import BUNDLE_NAME
from hamyar.batch.manifest import Manifest
from hamyar.batch.orphans import begin_worker
from hamyar.batch.pages import PageOutcome, PageTask
from hamyar.store.version import code_version
from tests.batch.running import Centre, shared_run


@pytest.fixture(scope="session")
def month_run(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    """A centre whose month has been run; read only."""
    return shared_run(tmp_path_factory)


@pytest.fixture
def own_run(month_run: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """A copy of the centre and its run that a test may change; the environment leads there."""
    if Manifest.read(month_run.outputs()).inputs.code_version != code_version.__wrapped__():
        pytest.fail("The code was edited while these tests ran, so its pages differ. Run them again.")
    centre = month_run.copy(tmp_path / "centre")
    for name, value in centre.environment.items():
        monkeypatch.setenv(name, value)
    return centre


@pytest.fixture(scope="session")
def in_worker(month_run: Centre) -> Iterator[Callable[..., Any]]:
    """``in_worker(function, …)`` calls a function of a module in a process prepared as those of a run are."""
    bundle = month_run.outputs() / BUNDLE_NAME
    with ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), begin_worker, (bundle, "fa", os.getpid())
    ) as pool:
        yield lambda function, *arguments: pool.submit(function, *arguments).result(120)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[PageTask]:
    """The pages that a run would make, in order; none is made."""
    seen: list[PageTask] = []

    def noted(tasks: Sequence[PageTask], **_: Any) -> Iterator[PageOutcome]:
        seen.extend(tasks)
        yield from (PageOutcome(task.case) for task in tasks)

    monkeypatch.setattr(month_module, "make_pages", noted)
    return seen
