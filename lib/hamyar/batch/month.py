"""``hamyar monthly``: a month of the centre, from frozen facts to printed pages.

freeze → assess all families at once → execute and render each page → check → publish.

What lands in ``outputs/<month>/``::

    frozen.bundle        the facts, parameters and shared aid the run is made from
    results.csv          one row per family
    families/<case>.pdf  and the executed notebook beside it
    centre_report.pdf    and its notebook
    failed/<case>.txt    why a page could not be made
    index.html           where everything is, failures included
    manifest.json        the hash of every file, the inputs, the counts; and the run's stamp

A page is written whole or not at all, and a page on disk is done: a run killed at any moment goes on where it was.
Pages depend on the frozen facts, parameters and code only, so an interrupted run ends with the same bytes as
an undisturbed one; the clock reaches the manifest's ``stamp`` and nothing else.
"""

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hamyar.batch.freeze import FrozenRun, freeze_month
from hamyar.batch.manifest import Manifest, RunInputs
from hamyar.batch.notebooks import check_parameters, execution_of
from hamyar.batch.one_writer import only_writer
from hamyar.batch.pages import PageOutcome, file_name
from hamyar.batch.plan import CENTRE, CENTRE_NOTEBOOK, FAMILY_NOTEBOOK, plan_pages, printed_names
from hamyar.batch.pool import make_pages
from hamyar.batch.publish import write_index
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_, message
from hamyar.store.files import write_bytes_atomically
from hamyar.store.settings import Settings
from hamyar.store.spreadsheets import guarded
from hamyar.store.store import Store
from hamyar.words import Words, say


class RunDiffers(HamyarError):
    msgid = N_(
        "{folder} holds pages made otherwise: from other facts, parameters or code, in another language, "
        "or without names. "
        "Use --fresh to make all pages again; the old ones are removed."
    )


class FamiliesUnknown(HamyarError):
    msgid = N_("These case codes are not among the families: {codes}.")


@dataclass(frozen=True)
class RunOptions:
    """What an operator can choose.  ``families`` and ``limit`` narrow the families; the centre's report covers all."""

    workers: int = 2
    limit: int | None = None
    families: Sequence[str] = ()
    language: str = "fa"
    engine: str = ""
    fresh: bool = False
    again_because: str | None = None
    actor: str = "operator"
    timeout_seconds: int = 300


@dataclass(frozen=True)
class RunSummary:
    """What a run did: pages ``made`` now, ``kept`` from before, ``failed``; and what the month found."""

    folder: Path
    month: Month
    families: int
    selected: int
    made: int
    kept: int
    failed: list[PageOutcome] = field(default_factory=list)
    gaps_open: int = 0
    gaps_unknown: int = 0
    names_printed: bool = True


Progress = Callable[[Iterator[PageOutcome], int, int], Iterator[PageOutcome]]


def silent(outcomes: Iterator[PageOutcome], total: int, done: int) -> Iterator[PageOutcome]:
    """No progress bar."""
    return outcomes


def run_month(
    store: Store, settings: Settings, month: Month, options: RunOptions, *, progress: Progress = silent
) -> RunSummary:
    """Make the pages of ``month`` that are not yet there, and publish index and manifest.

    Failures of single pages are counted and named in the summary, in ``failed/`` and in the index.
    Raises ``RunInProgress``, ``RunDiffers``, ``FamiliesUnknown``, ``EngineUnavailable``, ``NothingToRun``.
    """
    execution = execution_of(options.engine, options.timeout_seconds)
    for notebook in (FAMILY_NOTEBOOK, CENTRE_NOTEBOOK):
        check_parameters(settings.notebooks / notebook)
    folder = settings.outputs / str(month)
    started_at = _now()
    with only_writer(folder):
        _refuse_unknown(store, options.families)
        run = freeze_month(store, settings, month, folder, actor=options.actor, again_because=options.again_because)
        selected = _selected(run, options)
        names = printed_names(store, run, selected)
        inputs = RunInputs.of(run.bundle.meta, options.language, names_printed=names is not None)
        # Who freezes a month again has said that its pages are not to stand.
        fresh = options.fresh or options.again_because is not None
        _begin(folder, inputs, fresh)
        _write_results(run, folder)
        tasks = plan_pages(run, selected, settings.notebooks, folder, Words(options.language), names or {})
        if fresh:
            for task in tasks:
                task.forget()
        waiting = [task for task in tasks if not task.is_done]
        outcomes = make_pages(
            waiting,
            workers=options.workers,
            bundle=run.bundle.path,
            language=options.language,
            execution=execution,
        )
        failed: list[PageOutcome] = []
        for outcome in progress(outcomes, len(tasks), len(tasks) - len(waiting)):
            _quarantine(folder, outcome, options.language)
            if not outcome.is_made:
                failed.append(outcome)
        made = len(waiting) - len(failed)
        failed += _failed_before(folder, set(run.results.index) - set(selected))
        failed.sort(key=lambda outcome: outcome.case)
        write_index(folder, run, Words(options.language), failed)
        stamp = {"started_at": started_at, "finished_at": _now(), "engine": execution.engine}
        Manifest.of_folder(folder, inputs, run, failed, stamp | {"workers": options.workers}).write()
    gaps = run.results["gap_before_aid_money"]
    return RunSummary(
        folder=folder,
        month=month,
        families=len(run.results),
        selected=len(selected),
        made=made,
        kept=len(tasks) - len(waiting),
        failed=failed,
        gaps_open=int((gaps > 0).sum()),
        gaps_unknown=int(gaps.isna().sum()),
        names_printed=names is not None,
    )


def _refuse_unknown(store: Store, families: Sequence[str]) -> None:
    """A mistyped case code is refused before anything is frozen for its sake."""
    if families:
        known = set(store.tables(family_ids=list(families)).families["family_id"])
        if unknown := sorted(set(families) - known):
            raise FamiliesUnknown(codes=", ".join(unknown))


def _selected(run: FrozenRun, options: RunOptions) -> list[str]:
    everybody = list(run.results.index)
    unknown = sorted(set(options.families) - set(everybody))
    if unknown:
        raise FamiliesUnknown(codes=", ".join(unknown))
    wanted = [case for case in everybody if case in set(options.families)] if options.families else everybody
    return wanted[: options.limit] if options.limit is not None else wanted


def _begin(folder: Path, inputs: RunInputs, fresh: bool) -> None:
    """Make sure that what lies in the folder was made from the same inputs as what will be added."""
    marker = folder / "run.json"
    is_same = marker.is_file() and marker.read_bytes() == inputs.as_bytes()
    if marker.is_file() and not is_same and not fresh:
        raise RunDiffers(folder=str(folder))
    if fresh and not is_same:
        # Pages of another origin must not stand beside the new ones, whoever is asked for now.
        for name in ("families", "failed"):
            shutil.rmtree(folder / name, ignore_errors=True)
        for path in (marker, *folder.glob(f"{CENTRE}.*"), folder / "manifest.json", folder / "index.html"):
            path.unlink(missing_ok=True)
    write_bytes_atomically(marker, inputs.as_bytes())
    (folder / "families").mkdir(exist_ok=True)


def _write_results(run: FrozenRun, folder: Path) -> None:
    frame = run.results.copy()
    frame.insert(0, "month", str(run.assessment.month))
    frame.insert(1, "currency", run.assessment.currency)
    # A case code comes from somebody's file, and this one is opened by spreadsheet programs.
    frame.index = frame.index.map(guarded)
    text = frame.to_csv(lineterminator="\n")
    write_bytes_atomically(folder / "results.csv", text.encode())


def _failed_before(folder: Path, others: set[str]) -> list[PageOutcome]:
    """Families whose pages an earlier run could not make and this one was not asked for: still not made."""
    found = []
    for case in sorted(others):
        path = _failed_path(folder, case)
        if path.is_file():
            first_line = path.read_text("utf-8").split("\n", 1)[0]
            found.append(PageOutcome(case, "earlier", message(N_("In an earlier run: {reason}"), reason=first_line)))
    return found


def _failed_path(folder: Path, case: str) -> Path:
    return folder / "failed" / f"{file_name(case)}.txt"


def _quarantine(folder: Path, outcome: PageOutcome, language: str) -> None:
    """Say why a page failed, in ``failed/``; or take back what was said when it is made after all."""
    path = _failed_path(folder, outcome.case)
    if outcome.reason is None:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()
        return
    path.parent.mkdir(exist_ok=True)
    text = f"{say(outcome.reason, language)}\n{outcome.reason}\n\nstage: {outcome.stage}\n\n{outcome.details}"
    write_bytes_atomically(path, text.encode())


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
