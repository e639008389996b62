"""Single pages, and frozen months without pages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hamyar.batch.freeze import BUNDLE_NAME, FrozenRun, freeze_month, read_run
from hamyar.batch.month import RunOptions, RunSummary, run_month
from hamyar.batch.pages import PageTask
from hamyar.batch.plan import plan_pages, printed_names
from hamyar.core.jalali import Month
from hamyar.store.bundle import Bundle
from hamyar.words import Words
from tests.batch.running import MONTH, Centre


def freeze(centre: Centre, month: Month = MONTH, **options: Any) -> FrozenRun:
    """Freeze a month of ``centre``, or find it frozen."""
    centre.outputs(month).mkdir(parents=True, exist_ok=True)
    with centre.open() as store:
        return freeze_month(store, centre.settings, month, centre.outputs(month), actor="test", **options)


def tasks_of(centre: Centre, folder: Path, month: Month = MONTH, language: str = "fa") -> list[PageTask]:
    """All pages of a frozen month, to be made in ``folder``."""
    folder.mkdir(exist_ok=True)
    (folder / "families").mkdir(exist_ok=True)
    run = read_run(Bundle(centre.outputs(month) / BUNDLE_NAME))
    cases = list(run.results.index)
    with centre.open() as store:
        names = printed_names(store, run, cases) or {}
    return plan_pages(run, cases, centre.settings.notebooks, folder, Words(language), names)


def task_of(centre: Centre, folder: Path, case: str, notebook: Path | None = None, **expected: Any) -> PageTask:
    """One page, to be made in ``folder``; perhaps from another notebook, or held against other values."""
    tasks = {task.case: task for task in tasks_of(centre, folder)}
    task = tasks.get(case) or replace(next(iter(tasks.values())), case=case, expected={})
    parameters = {"family": case, "month": str(MONTH)}
    chosen = replace(task, expected={**task.expected, **expected})
    return chosen if notebook is None else replace(chosen, notebook=notebook, parameters=parameters)


def run(centre: Centre, **options: object) -> RunSummary:
    """The month of ``centre``, run in this process."""
    with centre.open() as store:
        return run_month(store, centre.settings, MONTH, RunOptions(language="fa", **options))
