"""``hamyar verify``: is a published month still what its run made, and would the run make it again?

Three questions: are the files those of the manifest; are the frozen facts those that were hashed;
and do the notebooks, executed anew from them, give the same bytes.
PDFs are printed anew and compared too when the names on them can be read.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hamyar.batch.freeze import BUNDLE_NAME, FrozenRun, read_run
from hamyar.batch.manifest import Manifest, hash_files, hash_of
from hamyar.batch.month import Progress, silent
from hamyar.batch.notebooks import Execution, execution_of
from hamyar.batch.pages import PageOutcome, PageTask, file_name
from hamyar.batch.plan import plan_pages, printed_names
from hamyar.batch.pool import make_pages
from hamyar.core.message import N_, Message, message
from hamyar.store.bundle import Bundle
from hamyar.store.database import DatabaseMissing
from hamyar.store.secrets import KeyFileMissing
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from hamyar.store.version import code_version
from hamyar.words import Words


@dataclass(frozen=True)
class Verification:
    """What was looked at and what did not fit; empty ``problems`` means that everything did."""

    files: int
    pages: int
    problems: list[Message]
    pdf_compared: bool


def verify_month(
    folder: Path,
    settings: Settings,
    *,
    workers: int = 2,
    limit: int | None = None,
    engine: str = "",
    progress: Progress = silent,
) -> Verification:
    """Compare a folder with its manifest and with a new run of its notebooks.

    Where the database and its key are at hand they give the names on the PDFs;
    otherwise the notebooks are compared and the PDFs are not.
    Raises ``ManifestMissing``, ``ManifestInvalid``, ``BundleMissing`` or ``BundleDamaged``.
    """
    manifest = Manifest.read(folder)
    problems = _file_problems(manifest)
    bundle = Bundle(folder / BUNDLE_NAME)
    bundle.verify()
    if manifest.inputs.code_version != code_version():
        problems.append(
            message(
                N_("The pages were made by version {then}, this is {now}: pages may differ for that reason alone."),
                then=manifest.inputs.code_version,
                now=code_version(),
            )
        )
    run = read_run(bundle)
    cases = [case for case in run.results.index if _is_listed(manifest, case)][:limit]
    names = _names(settings, run, cases) if manifest.inputs.names_printed else {}
    with tempfile.TemporaryDirectory(prefix="hamyar-verify-") as scratch:
        again = Path(scratch)
        (again / "families").mkdir()
        tasks = plan_pages(run, cases, settings.notebooks, again, Words(manifest.inputs.language), names or {})
        execution: Execution = execution_of(engine)
        outcomes = make_pages(
            tasks, workers=workers, bundle=bundle.path, language=manifest.inputs.language, execution=execution
        )
        by_case = {task.case: task for task in tasks}
        for outcome in progress(outcomes, len(tasks), 0):
            problems += _page_problems(manifest, by_case[outcome.case], outcome, again, names is not None)
    return Verification(len(manifest.files), len(tasks), problems, names is not None)


def _is_listed(manifest: Manifest, case: str) -> bool:
    return f"families/{file_name(case)}.pdf" in manifest.files


def _names(settings: Settings, run: FrozenRun, cases: Sequence[str]) -> dict[str, str] | None:
    """The names to print, or ``None`` where this machine is not the centre's."""
    try:
        with Store.open(settings.database_url, settings.key_file) as store:
            if store.head().seq < run.bundle.meta.change_seq:
                return None
            return printed_names(store, run, cases)
    except (DatabaseMissing, KeyFileMissing):
        return None


def _file_problems(manifest: Manifest) -> list[Message]:
    found = hash_files(manifest.folder)
    problems = [message(N_("{file} is missing."), file=name) for name in manifest.files if name not in found]
    problems += [
        message(N_("{file} is not the file that the run made."), file=name)
        for name, digest in found.items()
        if name in manifest.files and manifest.files[name] != digest
    ]
    problems += [
        message(N_("{file} was not made by the run."), file=name) for name in found if name not in manifest.files
    ]
    return problems


def _page_problems(
    manifest: Manifest, task: PageTask, outcome: PageOutcome, again: Path, compare_pdf: bool
) -> list[Message]:
    if outcome.reason is not None:
        return [message(N_("{case} could not be made again: {reason}"), case=task.case, reason=outcome.reason)]
    files = [task.ipynb, task.pdf] if compare_pdf else [task.ipynb]
    return [
        message(N_("Made again, {file} comes out different."), file=name)
        for path in files
        if (name := path.relative_to(again).as_posix()) in manifest.files
        and hash_of(path.read_bytes()) != manifest.files[name]
    ]
