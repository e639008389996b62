"""A CSV file or a workbook's sheet as a table of plain text.

Nothing is interpreted here: a cell is the text a person sees, brought to one form
(:func:`hamyar.core.persian.normal_text`), with its row number as in the file, the header being row 1.
What the text means is said by a mapping file (:mod:`hamyar.store.mapping`).

Nothing is guessed either.  A CSV that is not UTF-8 is refused with the way out, because a wrong guess of the encoding
turns names into other names; a formula whose result was not saved is a problem that names the cell.
Formulas are never computed: a workbook gives the values it was saved with.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.store.sourcetable import SourceTable, SourceUnreadable, source_table
from hamyar.store.spreadsheets import unguarded
from hamyar.store.workbooks import WorkbookSource

_DELIMITERS = ",;\t"
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class SourceAbsent(HamyarError):
    msgid = N_("There is no file '{file}'. Check the name and the folder.")


class SourceNotUtf8(HamyarError):
    msgid = N_(
        "{file} is not written in UTF-8, so its letters cannot be read with certainty. "
        "In the spreadsheet program choose 'Save as' and the type 'CSV UTF-8', or save it as .xlsx."
    )


class SheetUnclear(HamyarError):
    msgid = N_("{file} has several sheets: {sheets}. Say which one to read.")


class SheetMissing(HamyarError):
    msgid = N_("{file} has no sheet '{sheet}'. It has: {sheets}.")


class Source(Protocol):
    """A file with one or more tables."""

    file: str
    sheets: list[str]

    def read(self, sheet: str) -> SourceTable:
        """The table called ``sheet``, one of ``sheets``."""


class CsvSource:
    """One CSV file; its one table goes by the file's name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.name
        self.sheets = [path.stem]

    def read(self, sheet: str) -> SourceTable:
        return _read_csv(self.file, sheet, _content(self.path))


class FolderSource:
    """A folder of CSV files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.name
        self.sheets = sorted(entry.stem for entry in path.glob("*.csv"))

    def read(self, sheet: str) -> SourceTable:
        return CsvSource(self.path / f"{sheet}.csv").read(sheet)


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The tables of a CSV file, a workbook or a folder of CSV files; what a file is, its first bytes say.

    Raises ``SourceAbsent``, ``SourceUnreadable`` or ``SourceTooLarge``.
    """
    if path.is_dir():
        yield FolderSource(path)
        return
    content = _content(path)
    if content.startswith(_OLD_OFFICE):
        raise SourceUnreadable(file=path.name, problem="an old or protected workbook")
    if not content.startswith(_ZIP):
        yield CsvSource(path)
        return
    with WorkbookSource(path.name, content) as book:
        yield book


def read_source(path: Path, sheet: str | None = None) -> SourceTable:
    """Read a CSV file, one sheet of a workbook, or the CSV file ``sheet`` of a folder.

    ``sheet`` may be left out where there is only one.
    Raises ``SourceAbsent``, ``SourceNotUtf8``, ``SourceUnreadable``, ``SourceTooLarge``, ``SourceEmpty``,
    ``HeaderRepeated``, ``SheetUnclear`` or ``SheetMissing``.
    """
    with open_source(path) as source:
        return source.read(chosen_sheet(source, sheet))


def chosen_sheet(source: Source, sheet: str | None) -> str:
    """``sheet``, or the only one there is.  Raises ``SheetUnclear`` or ``SheetMissing``."""
    names = ", ".join(source.sheets) or "-"
    if sheet is None and len(source.sheets) == 1:
        return source.sheets[0]
    if sheet is None:
        raise SheetUnclear(file=source.file, sheets=names)
    if sheet not in source.sheets:
        raise SheetMissing(file=source.file, sheet=sheet, sheets=names)
    return sheet


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise SourceAbsent(file=path.name)
    return path.read_bytes()


def _read_csv(file: str, sheet: str, content: bytes) -> SourceTable:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceNotUtf8(file=file) from None
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True):
            rows.append([unguarded(cell) for cell in row])
    except csv.Error as error:
        raise SourceUnreadable(file=file, problem=f"row {len(rows) + 1}: {error}") from None
    # A row cut short is a file cut short.
    return source_table(file, sheet, rows)


def _delimiter(text: str) -> str:
    """The separator of the header: the one that makes most cells of it, quoted names left aside."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(_DELIMITERS, key=header.count)
