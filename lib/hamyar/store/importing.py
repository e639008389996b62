"""Bringing a file into the store: read, map, check what it points to, record.

By default a file with any problem is refused whole, and the refusal carries the list.
With ``keep_good`` the rows without problems are recorded, and the list tells which were left out.
Everything is one change of the store: it is written together or not at all,
and the same file imported again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.core.rial import currency_of
from hamyar.core.tables import ALL_TABLES, FAMILIES, IDENTITIES, MEMBERS
from hamyar.store.applying import Mapped, apply_mapping, part_for
from hamyar.store.change import Recorded
from hamyar.store.mapping import MappingFile, Unknown
from hamyar.store.notes import note_lines
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
    reason: str | None = None,
    keep_good: bool = False,
    sheet: str | None = None,
    corrects_frozen: bool = False,
) -> ImportResult:
    """Record the facts of a CSV file, a workbook or a folder of CSV files, as ``mapping`` reads them.

    ``sheet`` names the sheet where a workbook has several and the mapping speaks of one.
    Raises ``ImportRefused`` for a file with problems unless ``keep_good``;
    what :func:`~hamyar.store.reading.read_source` and :func:`~hamyar.store.applying.apply_mapping` raise;
    ``SheetUnknown``; and what the store refuses, such as a change in a frozen month.
    """
    sources = read_sources(path, mapping, sheet)
    mapped = check_references(apply_mapping(sources, mapping, currency_of(store.centre.currency)), store)
    problems = mapped.problems
    if problems and not keep_good:
        raise ImportRefused(problems)
    with store.change(actor, reason or f"import: {mapping.name}", corrects_frozen=corrects_frozen) as change:
        recorded = {name: change.record(ALL_TABLES[name], frame) for name, frame in mapped.frames.items()}
    return ImportResult(
        file=path.name,
        rows_read=mapped.rows_read,
        rows_kept=mapped.rows_kept,
        problems=problems,
        recorded=recorded,
        unknown=mapping.unknown,
        ignored=mapped.ignored,
    )


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


# What facts point to ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """The codes that a fact may point to: families, and members with their family."""

    families: frozenset[str] = frozenset()
    family_of: Mapping[str, str] = field(default_factory=dict)

    def and_those_of(self, families: pd.DataFrame, members: pd.DataFrame) -> "_Known":
        own = dict(zip(members["member_id"], members["family_id"], strict=True))
        return _Known(self.families.union(families["family_id"]), {**self.family_of, **own})


def check_references(mapped: Mapped, store: Store) -> Mapped:
    """``mapped`` without the rows that point to families or members which are neither in the file nor in the store.

    Leaving out a row may leave others pointing to nothing, so it is looked at again until nothing more falls.
    """
    stored: _Known | None = None
    while True:
        found = _dangling(mapped, stored or _Known())
        if found and stored is None:
            # The store is asked only where the file does not answer by itself.
            tables = store.tables()
            stored = _Known().and_those_of(tables.families, tables.members)
            found = _dangling(mapped, stored)
        if not found:
            return mapped
        for lines, column, values, reason in found:
            note_lines(mapped.notes, lines, column, reason, mapped.labels, values)
        mapped = mapped.without_bad_rows()


def _dangling(mapped: Mapped, stored: _Known) -> list[tuple[pd.DataFrame, str, list[str], Message]]:
    """The lines that point to nothing: their origins, the column, its values and the reason."""
    frames = {table.name: table.empty() for table in (FAMILIES, MEMBERS)} | mapped.frames
    known = stored.and_those_of(frames["families"], frames["members"])
    found = []
    for name, frame in mapped.frames.items():
        columns = ALL_TABLES[name].column_names
        if "family_id" in columns and name != FAMILIES.name:
            found.append((name, "family_id", ~frame["family_id"].isin(known.families), _FAMILY_UNKNOWN))
        if "member_id" in columns and name != MEMBERS.name:
            own = frame["member_id"].map(known.family_of)
            is_told = frame["member_id"].notna()
            found.append((name, "member_id", is_told & own.isna(), _MEMBER_UNKNOWN))
            found.append((name, "member_id", is_told & own.notna() & (own != frame["family_id"]), _MEMBER_ELSEWHERE))
        if name == IDENTITIES.name:
            owners = known.families.union(known.family_of)
            found.append((name, "owner_id", ~frame["owner_id"].isin(owners), _OWNER_UNKNOWN))
    lines = []
    for name, column, is_dangling, reason in found:
        is_left_out = mapped.frames[name][column].isin(mapped.left_out)
        for here, why in ((is_dangling & is_left_out, _ROW_LEFT_OUT), (is_dangling & ~is_left_out, reason)):
            if here.any():
                lines.append((mapped.origins[name][here], column, mapped.frames[name].loc[here, column].tolist(), why))
    return lines


_FAMILY_UNKNOWN = message(N_("The family is neither in the file nor in the store. Add its row, or correct the code."))
_MEMBER_UNKNOWN = message(N_("The member is neither in the file nor in the store. Add the row, or correct the code."))
_MEMBER_ELSEWHERE = message(N_("The member belongs to another family. Correct one of the two codes."))
_OWNER_UNKNOWN = message(N_("No family and no member has this code. Add the row, or correct the code."))
_ROW_LEFT_OUT = message(N_("The row that introduces this code has a problem of its own. Correct that one first."))
