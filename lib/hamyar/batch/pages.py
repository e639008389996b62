"""Making one page: execute its notebook, hold its result against the assessment, render it, write it whole.

The work of a worker process.  A page is two files, ``<case>.ipynb`` and ``<case>.pdf``;
the notebook is written first, so a PDF on disk means that the page is done.

Names appear on paper only: they are handed to the renderer, never to the notebook,
so what researchers and logs can reach stays without them.
"""

import gc
import hashlib
import os
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hamyar.batch import fork_engine
from hamyar.batch.notebooks import Execution, execute, notebook_bytes
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.faces.render import html_to_pdf, notebook_to_html
from hamyar.faces.result import read_result
from hamyar.store.files import write_bytes_atomically
from hamyar.store.version import code_version
from hamyar.words import Words

_LONGEST_NAME, _DIGEST_LENGTH = 100, 16


class ResultDiffers(HamyarError):
    msgid = N_("The notebook's result differs from the assessment in: {columns}. Report this; the page was not kept.")


@dataclass(frozen=True)
class PageTask:
    """One page to make.  ``expected`` are values its result record must hold; ``header`` goes to paper only."""

    case: str
    notebook: Path
    parameters: dict[str, Any]
    target: Path
    header: dict[str, Any] = field(default_factory=dict, repr=False)
    expected: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def pdf(self) -> Path:
        return self.target.with_suffix(".pdf")

    @property
    def ipynb(self) -> Path:
        return self.target.with_suffix(".ipynb")

    @property
    def is_done(self) -> bool:
        return self.pdf.is_file() and self.ipynb.is_file()

    def forget(self) -> None:
        """Take away what an earlier run made of this page, so that it is made again."""
        for path in (self.pdf, self.ipynb):
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class PageOutcome:
    """What became of a page: made, or failed at a stage for a reason."""

    case: str
    stage: str = "done"
    reason: Message | None = None
    details: str = field(default="", repr=False)

    @property
    def is_made(self) -> bool:
        return self.reason is None


def file_name(case: str) -> str:
    """A case code as a file name: letters and digits stay, anything else is written as ``%xx``.

    A name too long for a file system ends in a digest of the whole, so that no two cases share a page.
    """
    written = quote(case, safe="").replace(".", "%2E")
    if len(written) <= _LONGEST_NAME:
        return written
    digest = hashlib.sha256(case.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{written[: _LONGEST_NAME - _DIGEST_LENGTH - 1]}-{digest}"


def prepare_worker(bundle: Path, language: str) -> None:
    """Make this process ready: the frozen month and language its notebooks see, the warm engine."""
    os.environ["HAMYAR_BUNDLE"] = str(bundle)
    os.environ["HAMYAR_LANGUAGE"] = language
    fork_engine.register()
    # Every page names the code that made it; counted once here, it is inherited by all.
    code_version()
    if fork_engine.is_available():
        # What the forked notebooks will need, imported and read once and inherited by all.
        import hamyar.faces.centre
        import hamyar.faces.family  # noqa: F401
        from hamyar.faces.sources import frozen_source

        frozen_source(bundle)
    # The collector need not walk through all of this again and again, here or in the children.
    gc.collect()
    gc.freeze()


def make_page(task: PageTask, execution: Execution, language: str) -> PageOutcome:
    """Make one page; whatever goes wrong becomes an outcome, for one bad family never stops the others."""
    stage = "execute"
    try:
        notebook = execute(task.notebook, task.parameters, execution)
        stage = "check"
        check_result(read_result(notebook)["values"], task.expected)
        stage = "render"
        words = Words(language)
        html = notebook_to_html(notebook, words=words, title=task.header["title"], header=task.header)
        pdf = html_to_pdf(html)
        stage = "write"
        write_bytes_atomically(task.ipynb, notebook_bytes(notebook))
        write_bytes_atomically(task.pdf, pdf)
    except Exception as error:
        return PageOutcome(task.case, stage, _reason(error), traceback.format_exc())
    return PageOutcome(task.case)


def check_result(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Raise ``ResultDiffers`` naming the columns in which a notebook and the vectorised assessment disagree."""
    differing = [name for name, value in expected.items() if name not in found or found[name] != value]
    if differing:
        raise ResultDiffers(columns=", ".join(differing))


def _reason(error: Exception) -> Message:
    if isinstance(error, HamyarError):
        return error.message
    # Papermill's error carries the cell's own; its first line says what happened.
    kind, text = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error))
    first_line = (str(text).strip().splitlines() or [""])[0][:200]
    return message(N_("The page could not be made: {kind}: {text}"), kind=kind, text=first_line)
