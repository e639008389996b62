"""Notebooks made for a test, and functions that a warm worker calls: they must be importable there."""

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from hamyar.batch.notebooks import Execution, execute, notebook_bytes
from hamyar.batch.pages import PageOutcome, PageTask, make_page
from hamyar.faces.result import RESULT_MIME

PARAMETERS = 'family: str = "S-NONE"\nmonth: str = "1404-08"'


def write_notebook(folder: Path, *sources: str) -> Path:
    """A notebook of a family's dossier with these cells after its parameters."""
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), *map(new_code_cell, sources)]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "family_dossier.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def record(values: str = "{}") -> str:
    """Source of a cell that leaves a result record with ``values``, an expression."""
    bundle = f'{{"{RESULT_MIME}": {{"values": {values}}}}}'
    return f"from IPython.display import display\ndisplay({bundle}, raw=True)"


def ran(path: Path, family: str, engine: str, timeout_seconds: int = 60) -> bytes:
    """The executed notebook as bytes."""
    told = {"family": family, "month": "1404-08"}
    return notebook_bytes(execute(path, told, Execution(engine, timeout_seconds)))


def tried(path: Path, engine: str, timeout_seconds: int = 60, parameters: dict[str, Any] | None = None) -> str:
    """The class of the error that executing ends with; empty when it ends well."""
    try:
        execute(path, parameters or {"family": "S-X", "month": "1404-08"}, Execution(engine, timeout_seconds))
    except Exception as error:
        return type(error).__name__
    return ""


def made(task: PageTask, engine: str = "hamyar-fork", timeout_seconds: int = 60) -> PageOutcome:
    return make_page(task, Execution(engine, timeout_seconds), "fa")


def made_offline(task: PageTask, environment: dict[str, str]) -> PageOutcome:
    """:func:`made`, in a process that can open no socket."""
    os.environ.update(environment)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    kept = socket.socket, socket.create_connection, socket.getaddrinfo
    socket.socket = socket.create_connection = socket.getaddrinfo = refused  # type: ignore[assignment,misc]
    try:
        return made(task)
    finally:
        socket.socket, socket.create_connection, socket.getaddrinfo = kept  # type: ignore[misc]


def made_in(bundle: Path, tasks: Sequence[PageTask]) -> list[PageOutcome]:
    """Pages of another month than the worker was prepared for."""
    before = os.environ["HAMYAR_BUNDLE"]
    os.environ["HAMYAR_BUNDLE"] = str(bundle)
    try:
        return [made(task) for task in tasks]
    finally:
        os.environ["HAMYAR_BUNDLE"] = before


def in_folder(task: PageTask, folder: Path) -> PageTask:
    """The same page, to be made in another folder."""
    return replace(task, target=folder / task.target.name)


def threads_of_worker() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def lives(process: int) -> bool:
    """Whether a process still does anything, after a moment in which it may end."""
    for _ in range(40):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        except FileNotFoundError:
            return False
        time.sleep(0.05)
    return True


def ran_in(bundle: Path, path: Path, family: str, engine: str) -> bytes:
    """:func:`ran` with the facts of another frozen month."""
    before = os.environ["HAMYAR_BUNDLE"]
    os.environ["HAMYAR_BUNDLE"] = str(bundle)
    try:
        return ran(path, family, engine)
    finally:
        os.environ["HAMYAR_BUNDLE"] = before
