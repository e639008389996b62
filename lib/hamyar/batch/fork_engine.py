"""A papermill engine that runs a notebook's cells in a forked child of a warm process.

Almost all of a small notebook's time under papermill is the start of a kernel, its imports and its end.
A worker of the monthly run has everything imported already, so this engine forks it: the child owns a copy-on-write
image of the warm process, builds an IPython shell, runs the cells, sends the outputs through a pipe and is gone.
Each family still has a process of its own: no variable, patch or crash passes from one to the next.

What a kernel has and this has not: widgets, ``input()``, updates of a display by id, top-level ``await``.
The notebooks of the monthly run need none of them, and a test runs them through both engines and compares.

A child that dies or outlives its time is an error of the notebook, never a silent success.
"""

import base64
import contextlib
import json
import os
import select
import signal
import sys
import time
import traceback
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type

from hamyar.batch.orphans import die_with_parent
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_

ENGINE_NAME = "hamyar-fork"
DEFAULT_TIMEOUT_SECONDS = 300


class NotebookProcessDied(HamyarError):
    msgid = N_("The notebook's process ended without an answer (status {status}). Look at memory, then run it again.")


class NotebookTimedOut(HamyarError):
    msgid = N_("The notebook did not finish in {seconds} seconds and was stopped.")


class _Recorder:
    """Collects the outputs of the cell that is running, in the notebook's own form."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []

    def stream(self, name: str, text: str) -> None:
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last.get("name") == name:
            last["text"] += text
        elif text:
            self.outputs.append(new_output("stream", name=name, text=text))

    def rich(self, kind: str, data: dict[str, Any], metadata: dict[str, Any], **others: Any) -> None:
        self.outputs.append(new_output(kind, data=_as_text(data), metadata=metadata, **others))


def _as_text(data: dict[str, Any]) -> dict[str, Any]:
    """Binary formats as base64, as the notebook format has them."""
    return {
        kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value for kind, value in data.items()
    }


class _Stream:
    """Stands in for ``sys.stdout`` or ``sys.stderr`` while cells run."""

    encoding = "utf-8"

    def __init__(self, recorder: _Recorder, name: str) -> None:
        self._recorder, self._name = recorder, name

    def write(self, text: str) -> int:
        self._recorder.stream(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False


class _Publisher(DisplayPublisher):
    recorder: _Recorder

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        self.recorder.rich("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.outputs.clear()


class _Hook(DisplayHook):
    recorder: _Recorder

    def write_output_prompt(self) -> None:
        """The prompt is the front end's."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.recorder.rich("execute_result", format_dict, md_dict or {}, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        """IPython ends a printed result with a blank line; ours is not printed."""


class _Shell(InteractiveShell):
    """A shell whose displays, results and errors become notebook outputs."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    recorder: _Recorder

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to open; ``%matplotlib inline`` asks all the same."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.recorder.outputs.append(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb)))


def _new_shell() -> tuple[_Shell, _Recorder]:
    recorder = _Recorder()
    _Publisher.recorder = _Hook.recorder = _Shell.recorder = recorder
    shell = _Shell.instance()
    # No cell is worth a place in a history file, least of all a family's.
    if shell.history_manager is not None:
        shell.history_manager.enabled = False
    sys.stdout, sys.stderr = _Stream(recorder, "stdout"), _Stream(recorder, "stderr")
    return shell, recorder


def run_cells(sources: list[str | None]) -> list[dict[str, Any]]:
    """Run code cells in this process and return what each left; ``None`` stands for a cell that is not code.

    Stops after the first cell that raises.  Call it in a child only: it takes over standard output.
    """
    shell, recorder = _new_shell()
    answers: list[dict[str, Any]] = []
    for source in sources:
        recorder.outputs = []
        if source is None:
            answers.append({"count": None, "outputs": []})
            continue
        result = shell.run_cell(source, store_history=True)
        answers.append({"count": result.execution_count, "outputs": recorder.outputs})
        if not result.success:
            break
    return answers


class ForkEngine(Engine):
    """``pm.execute_notebook(…, engine_name="hamyar-fork")``; keyword ``execution_timeout`` in seconds."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        execution_timeout: float | None = None,
        **_: Any,
    ) -> None:
        cells = nb_man.nb.cells
        sources = [cell.source if cell.cell_type == "code" and cell.source.strip() else None for cell in cells]
        started = time.monotonic()
        answers = in_child(run_cells, sources, timeout_seconds=execution_timeout or DEFAULT_TIMEOUT_SECONDS)
        for index, answer in enumerate(answers):
            _fill(nb_man, cells[index], index, answer)
        nb_man.nb.metadata.papermill["duration"] = time.monotonic() - started


def _fill(nb_man: NotebookExecutionManager, cell: NotebookNode, index: int, answer: dict[str, Any]) -> None:
    nb_man.cell_start(cell, index)
    if cell.cell_type == "code":
        cell.execution_count = answer["count"]
        cell.outputs = [NotebookNode(output) for output in answer["outputs"]]
        if any(output["output_type"] == "error" for output in answer["outputs"]):
            nb_man.cell_exception(cell, cell_index=index)
            return
    nb_man.cell_complete(cell, index)


def in_child(work: Any, argument: Any, *, timeout_seconds: float) -> Any:
    """``work(argument)`` in a forked child; its JSON-able answer.

    Raises ``NotebookTimedOut`` (the child is killed) or ``NotebookProcessDied``.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_child(work, argument, writing, parent)
    os.close(writing)
    try:
        answer = _read_until(reading, time.monotonic() + timeout_seconds)
    finally:
        os.close(reading)
        # Harmless when the child has ended; without it a child that outlived its time would go on.
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        # What a cell started ends with its notebook, as it does with a kernel.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    if answer is None:
        raise NotebookTimedOut(seconds=int(timeout_seconds))
    try:
        return json.loads(answer)
    except json.JSONDecodeError:
        raise NotebookProcessDied(status=os.waitstatus_to_exitcode(status)) from None


def _be_child(work: Any, argument: Any, writing: int, parent: int) -> NoReturn:
    """Do the work, send the answer, vanish: no clean-up of the parent's objects may run in the child."""
    status = 1
    try:
        die_with_parent(parent)
        os.setpgid(0, 0)
        answer = json.dumps(work(argument)).encode()
        # A worker that is being ended reads no more, and nobody is there to be told.
        with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        status = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    os._exit(status)


def _read_until(reading: int, deadline: float) -> bytes | None:
    """Everything the pipe holds until it closes; ``None`` when the deadline comes first."""
    chunks: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        chunk = os.read(reading, 1 << 20)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)


def register() -> None:
    """Make the engine known to papermill under ``ENGINE_NAME``."""
    papermill_engines.register(ENGINE_NAME, ForkEngine)


def is_available() -> bool:
    """Whether this system can fork (Linux and other Unix; macOS forbids it to processes with its frameworks)."""
    return hasattr(os, "fork") and sys.platform != "darwin"
