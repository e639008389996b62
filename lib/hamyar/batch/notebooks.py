"""The notebooks the monthly run prints, and what each is told.

A notebook's parameters are declared twice on purpose: in its ``parameters`` cell, where people read them, and here as
a closed model.  Papermill only warns about a parameter that a notebook does not know, and would run it with its
default: the wrong family, printed under the right name.  So before a run begins the two are compared,
and a name that either side lacks is an error.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
import papermill as pm
from nbformat import NotebookNode
from pydantic import Field

from hamyar.batch import fork_engine
from hamyar.core.documents import Closed
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_

MONTH_PATTERN = r"^1[2-6]\d\d-(0[1-9]|1[0-2])$"
DAY_PATTERN = r"^(1[2-6]\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$"
ENGINES = (fork_engine.ENGINE_NAME, "nbclient")
INJECTED_ID = "injected-parameters"


class NotebookMissing(HamyarError):
    msgid = N_("The notebook {path} is missing. Restore it from the release.")


class ParametersDiffer(HamyarError):
    msgid = N_("{notebook}: the parameters {names} stand in the notebook or in the run, not in both. Correct one.")


class EngineUnavailable(HamyarError):
    msgid = N_("The engine {engine} cannot be used on this system. Use one of: {engines}.")


class FamilyParameters(Closed):
    """What the notebooks of one family are told."""

    family: str = Field(min_length=1, max_length=64)
    month: str = Field(pattern=MONTH_PATTERN)


class CentreParameters(Closed):
    """What the notebooks of the centre are told."""

    month: str = Field(pattern=MONTH_PATTERN)


class LevelsParameters(Closed):
    """What the notebook of levels is told: an empty family means the whole centre."""

    family: str = Field(max_length=64)
    month: str = Field(pattern=MONTH_PATTERN)
    private: bool = False
    outside: bool = False


class WhatIfParameters(Closed):
    """What the researcher's notebook of other rules is told, as text that a person types."""

    month: str = Field(pattern=MONTH_PATTERN)
    at_risk: str = "1/5"
    harmed: str = "1/3"
    shares: str = "economic:1,social:1,cultural:1"
    weights: str = ""
    draws: int = Field(default=1000, ge=1)


class HelperCalendarParameters(Closed):
    """What the notebook of one helper's calendar is told; empty: the first helper, the last day of the month."""

    helper: str = Field(max_length=64)
    month: str = Field(pattern=MONTH_PATTERN)
    on_day: str = Field(default="", pattern=DAY_PATTERN)
    private: bool = False


class FamilyCalendarParameters(Closed):
    """What a family's own page is told; an empty day is the notebook's own choice."""

    family: str = Field(min_length=1, max_length=64)
    month: str = Field(pattern=MONTH_PATTERN)
    on_day: str = Field(default="", pattern=DAY_PATTERN)


PARAMETERS: dict[str, type[Closed]] = {
    "family_economy": FamilyParameters,
    "family_dossier": FamilyParameters,
    "centre_report": CentreParameters,
    "stratification": LevelsParameters,
    "levels_what_if": WhatIfParameters,
    "helper_calendar": HelperCalendarParameters,
    "family_calendar": FamilyCalendarParameters,
}


@dataclass(frozen=True)
class Execution:
    """How notebooks are run: the engine, and how long one may take."""

    engine: str
    timeout_seconds: int = fork_engine.DEFAULT_TIMEOUT_SECONDS


def execution_of(engine: str, timeout_seconds: int = fork_engine.DEFAULT_TIMEOUT_SECONDS) -> Execution:
    """The engine asked for, or the fastest this system can use when ``engine`` is empty; ``EngineUnavailable``."""
    usable = ENGINES if fork_engine.is_available() else ENGINES[1:]
    if engine and engine not in usable:
        raise EngineUnavailable(engine=engine, engines=", ".join(usable))
    return Execution(engine or usable[0], timeout_seconds)


def check_parameters(path: Path) -> None:
    """Raise ``ParametersDiffer`` unless the notebook's parameters cell names exactly its model's fields."""
    if not path.is_file():
        raise NotebookMissing(path=str(path))
    in_notebook = set(pm.inspect_notebook(str(path)))
    declared = set(PARAMETERS[path.stem].model_fields)
    if in_notebook != declared:
        raise ParametersDiffer(notebook=path.name, names=", ".join(sorted(in_notebook ^ declared)))


@lru_cache(maxsize=8)
def _template(path: Path) -> str:
    return path.read_text("utf-8")


def execute(path: Path, parameters: dict[str, Any], execution: Execution) -> NotebookNode:
    """Run one notebook and return it, free of everything that differs between two equal runs.

    Raises pydantic's ``ValidationError`` for unknown or wrong parameters, papermill's ``PapermillExecutionError``
    for a cell that failed, ``NotebookTimedOut`` or ``NotebookProcessDied``.
    """
    told = PARAMETERS[path.stem].model_validate(parameters).model_dump()
    options: dict[str, Any] = {"execution_timeout": execution.timeout_seconds}
    if execution.engine == "nbclient":
        # The default of 4 s fails cells on a loaded machine; a graceful end waits 0.3 s for nothing.
        options |= {"iopub_timeout": 60, "shutdown_kernel": "immediate"}
    executed = pm.execute_notebook(
        nbformat.reads(_template(path), as_version=4),
        None,
        parameters=told,
        engine_name=execution.engine,
        kernel_name="python3",
        progress_bar=False,
        log_output=False,
        autosave_cell_every=0,
        request_save_on_cell_execute=False,
        **options,
    )
    return scrubbed(executed)


def scrubbed(notebook: NotebookNode) -> NotebookNode:
    """The notebook without times, paths and random ids, so that equal runs give equal bytes."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = INJECTED_ID
            # Papermill's comment line; the tag says the same.
            cell.source = cell.source.removeprefix("# Parameters\n")
    return notebook


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as it is written to a file."""
    return (nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n").encode()
