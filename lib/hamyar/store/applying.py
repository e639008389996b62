"""From text cells and a mapping to declared tables, with a list of what could not be read.

Pure: no clock, no database.  Every template becomes a few operations on whole columns;
only different texts are read one by one (:func:`hamyar.store.cells.read_each`).

A row of the file stands or falls as one.  When one of its cells is refused, nothing that the row says is kept,
because half a household is a wrong household.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.rial import Currency
from hamyar.core.tables import ALL_TABLES, conform
from hamyar.store.expanding import Expansion
from hamyar.store.finishing import finish
from hamyar.store.mapping import MappingFile, SheetMapping, static_lines
from hamyar.store.notes import ORIGIN, Notes
from hamyar.store.problems import ImportProblem
from hamyar.store.references import HOMES
from hamyar.store.sourcetable import SourceTable
from hamyar.store.templates import Template


class MappingCurrencyDiffers(HamyarError):
    msgid = N_(
        "The mapping '{mapping}' tells amounts in {theirs}, the centre keeps its books in {ours}. Nothing was read."
    )


class ColumnsAbsent(HamyarError):
    msgid = N_(
        "{file} lacks columns that the mapping '{mapping}' reads: {missing}. It has: {existing}. "
        "Correct the header or the mapping."
    )


class SheetUnknown(HamyarError):
    msgid = N_(
        "{file} has a sheet '{sheet}', which the mapping '{mapping}' does not know. "
        "Rename it to one of {known}, or remove it."
    )


@dataclass(frozen=True)
class Mapped:
    """What a file says.

    ``frames`` are the conformed tables without the rows that have problems;
    ``origins`` tell, line by line of each, the source, row and template (columns :data:`ORIGIN`);
    ``labels`` name the file's column behind a template's declared column; ``ignored`` are columns nobody reads;
    ``left_out`` are the codes of families, members, helpers … whose own rows are not among the frames.
    """

    frames: dict[str, pd.DataFrame]
    origins: dict[str, pd.DataFrame]
    labels: Mapping[tuple[int, str], str]
    notes: Notes
    rows_read: int
    rows_kept: int
    ignored: tuple[str, ...]
    left_out: frozenset[str] = frozenset()

    @property
    def problems(self) -> tuple[ImportProblem, ...]:
        return self.notes.in_order()

    def without_bad_rows(self) -> "Mapped":
        """The same without every row that ``notes`` knows a problem of by now."""
        bad = self.notes.bad_rows
        keep = {name: ~_is_in(origin, bad) for name, origin in self.origins.items()}
        return replace(
            self,
            left_out=self.left_out | _codes({name: frame[~keep[name]] for name, frame in self.frames.items()}),
            frames={name: frame[keep[name]].reset_index(drop=True) for name, frame in self.frames.items()},
            origins={name: origin[keep[name]].reset_index(drop=True) for name, origin in self.origins.items()},
            rows_kept=_rows_kept(self.notes),
        )


def apply_mapping(sources: SourceTable | Sequence[SourceTable], mapping: MappingFile, currency: Currency) -> Mapped:
    """The facts that ``mapping`` finds in one sheet, or in the several of one file.

    Amounts come out in smallest units of ``currency``.
    Raises ``MappingCurrencyDiffers``, ``SheetUnknown`` or ``ColumnsAbsent``;
    everything smaller becomes a problem in ``Mapped.problems``.
    """
    if mapping.currency is not None and mapping.currency != currency.code:
        raise MappingCurrencyDiffers(mapping=mapping.name, theirs=mapping.currency, ours=currency.code)
    sources = [sources] if isinstance(sources, SourceTable) else list(sources)
    notes = Notes(sources)
    pieces: dict[str, list[pd.DataFrame]] = {}
    labels: dict[tuple[int, str], str] = {}
    ignored = []
    numbered: list[Template] = []
    for number, source in enumerate(sources):
        part = part_for(mapping, source.file, source.sheet)
        _require_columns(source, part.columns_used, mapping)
        ignored += [name for name in source.columns if name not in part.columns_used]
        for problem in source.problems:
            # A faulty cell in a column that nobody reads does no harm.
            if problem.column is None or problem.column in part.columns_used:
                notes.add_read(number, problem)
        templates = list(part.templates())
        lines = static_lines(templates)
        for place, (table, template) in enumerate(templates):
            labels |= {(len(numbered), name): rule.column or name for name, rule in template.fields.items()}
            expansion = Expansion(number, source, table, template, mapping.source, currency, notes)
            frame = expansion.frame([lines.get((place, share)) for share in range(expansion.parts)])
            pieces.setdefault(table.name, []).append(frame.assign(**{ORIGIN[2]: len(numbered)}))
            numbered.append(template)
    whole = {
        table.name: finish(table, pd.concat(pieces[table.name], ignore_index=True), numbered, labels, notes)
        for table in ALL_TABLES.values()
        if table.name in pieces
    }
    is_bad = {name: _is_in(frame, notes.bad_rows) for name, frame in whole.items()}
    # Row by row, as the file tells it, not template by template.
    kept = {name: frame[~is_bad[name]].sort_values(list(ORIGIN), kind="stable") for name, frame in whole.items()}
    return Mapped(
        frames={name: conform(ALL_TABLES[name], frame) for name, frame in kept.items()},
        origins={name: frame[list(ORIGIN)].reset_index(drop=True) for name, frame in kept.items()},
        labels=labels,
        notes=notes,
        rows_read=sum(len(source.cells) for source in sources),
        rows_kept=_rows_kept(notes),
        ignored=tuple(ignored),
        left_out=_codes({name: frame[is_bad[name]] for name, frame in whole.items()}),
    )


def _codes(frames: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """The codes that rows of families, members, helpers … introduce."""
    given = [frames[table.name][table.key[0]].dropna() for table in HOMES.values() if table.name in frames]
    return frozenset().union(*given)


def _require_columns(source: SourceTable, used: set[str], mapping: MappingFile) -> None:
    missing = sorted(used.difference(source.columns))
    if missing:
        names = {"missing": ", ".join(missing), "existing": ", ".join(source.columns)}
        raise ColumnsAbsent(file=source.place, mapping=mapping.name, **names)


def part_for(mapping: MappingFile, file: str, sheet: str) -> SheetMapping:
    """What ``mapping`` says of a sheet; raises ``SheetUnknown``, for it may be a misspelt one."""
    if mapping.sheets and sheet not in mapping.sheets:
        raise SheetUnknown(file=file, sheet=sheet, mapping=mapping.name, known=", ".join(mapping.sheets))
    return mapping.parts()[sheet if mapping.sheets else None]


def _is_in(frame: pd.DataFrame, rows: Iterable[tuple[int, int | None]]) -> np.ndarray:
    """Which lines of ``frame`` come from one of ``rows``."""
    codes = np.array([source << 32 | row for source, row in rows if row is not None], dtype=np.int64)
    own = frame[ORIGIN[0]].to_numpy(dtype=np.int64) << 32 | frame[ORIGIN[1]].to_numpy(dtype=np.int64)
    return np.isin(own, codes)


def _rows_kept(notes: Notes) -> int:
    bad = notes.bad_rows
    return sum(
        sum((number, row) not in bad for row in source.cells.index) for number, source in enumerate(notes.sources)
    )
