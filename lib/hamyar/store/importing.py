"""Bringing a file into the store: read, map, check what it rests on, record.

By default a file with any problem is refused whole, and the refusal carries the list.
With ``keep_good`` the rows without problems are recorded, and the list tells which were left out.
Everything is one change of the store: it is written together or not at all,
and the same file imported again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.rial import currency_of
from hamyar.core.tables import ALL_TABLES, ASSIGNMENTS, FOOD_WEEKS, OBSERVATIONS
from hamyar.store.applying import apply_mapping, part_for
from hamyar.store.carrying import record_assignments
from hamyar.store.change import Change, Recorded
from hamyar.store.checking import check_facts
from hamyar.store.mapping import MappingFile, Unknown
from hamyar.store.observing import record_food_weeks, record_observations
from hamyar.store.problems import ImportProblem
from hamyar.store.reading import chosen_sheet, open_source
from hamyar.store.sourcetable import SourceTable
from hamyar.store.store import Store


class ImportRefused(HamyarError):
    """Nothing was written; ``problems`` is the whole list.

    The sentence names places only: what stands in a cell may be a name, and errors end in logs.
    """

    msgid = N_(
        "{file} was not imported: {count} problems, the first in row {row}, column '{column}'. "
        "Nothing was written. Correct the rows in the list of problems, or import the good rows alone."
    )

    def __init__(self, problems: Sequence[ImportProblem]) -> None:
        first = problems[0]
        places = {"row": "" if first.row is None else str(first.row), "column": first.column or ""}
        super().__init__(file=first.file, count=len(problems), **places)
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


@dataclass(frozen=True)
class ImportResult:
    """What became of a file.

    ``recorded`` counts the facts by table; ``unknown`` is what such files leave open;
    ``ignored`` are columns that the mapping does not read.
    """

    file: str
    rows_read: int
    rows_kept: int
    problems: tuple[ImportProblem, ...]
    recorded: Mapping[str, Recorded]
    unknown: tuple[Unknown, ...]
    ignored: tuple[str, ...] = ()


def import_file(
    store: Store,
    path: Path,
    mapping: MappingFile,
    *,
    actor: str,
    parameters: ParameterSet,
    reason: str | None = None,
    keep_good: bool = False,
    sheet: str | None = None,
    corrects_frozen: bool = False,
) -> ImportResult:
    """Record the facts of a CSV file, a workbook or a folder of CSV files, as ``mapping`` reads them.

    Observations, plans and goals are held against the catalogues of ``parameters``, observations against the store's
    clock too, and assignments against those recorded already.
    ``sheet`` names the sheet where a workbook has several and the mapping speaks of one.
    Raises ``ImportRefused`` for a file with problems unless ``keep_good``;
    what :func:`~hamyar.store.reading.read_source` and :func:`~hamyar.store.applying.apply_mapping` raise;
    ``SheetUnknown``; ``CatalogueAbsent`` for observations without a catalogue;
    and what the store refuses, such as a change in a frozen month or a second helper of a family.
    """
    sources = read_sources(path, mapping, sheet)
    mapped = check_facts(apply_mapping(sources, mapping, currency_of(store.centre.currency)), store, parameters)
    problems = mapped.problems
    if problems and not keep_good:
        raise ImportRefused(problems)
    with store.change(actor, reason or f"import: {mapping.name}", corrects_frozen=corrects_frozen) as change:
        # In the order of the declared tables, so that what an observation is about is recorded before it.
        recorded = {name: _record(change, name, frame, parameters) for name, frame in mapped.frames.items()}
    return ImportResult(
        file=path.name,
        rows_read=mapped.rows_read,
        rows_kept=mapped.rows_kept,
        problems=problems,
        recorded=recorded,
        unknown=mapping.unknown,
        ignored=mapped.ignored,
    )


def _record(change: Change, name: str, frame: pd.DataFrame, parameters: ParameterSet) -> Recorded:
    match name:
        case OBSERVATIONS.name:
            # Looked at once more, now that nobody else can write.
            return record_observations(change, frame, parameters)
        case FOOD_WEEKS.name:
            return record_food_weeks(change, frame)
        case ASSIGNMENTS.name:
            return record_assignments(change, frame)
    return change.record(ALL_TABLES[name], frame)


def read_sources(path: Path, mapping: MappingFile, sheet: str | None = None) -> list[SourceTable]:
    """The sheets of ``path`` that ``mapping`` speaks of.

    A mapping with sheets also takes a part of them, for example one CSV file; a sheet it does not know is refused,
    because it may be a misspelt one.  Raises ``SheetUnknown``, ``SheetMissing`` and what ``read_source`` raises.
    """
    with open_source(path) as source:
        is_all = bool(mapping.sheets) and sheet is None and len(source.sheets) > 0
        names = source.sheets if is_all else [chosen_sheet(source, sheet)]
        for name in names:
            part_for(mapping, source.file, name)
        return [source.read(name) for name in names]
