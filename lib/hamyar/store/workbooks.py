"""Reading workbooks: saved values only.

Formulas are never computed.  A workbook keeps with each formula the result it had when it was saved;
where that is missing, the cell is a problem.
"""

import datetime as dt
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import TracebackType
from typing import Self
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, message
from hamyar.store.problems import ImportProblem
from hamyar.store.sourcetable import SourceTable, SourceUnreadable, column_letter, source_table

# A workbook is a compressed archive; one that unpacks to more than this is a mistake or an attack.
LARGEST_UNPACKED = 2**30
_BROKEN = (zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, KeyError, ValueError, EOFError)


class SourceTooLarge(HamyarError):
    msgid = N_("{file} unpacks to more than {limit} bytes. Split it into smaller files.")


class WorkbookSource:
    """A workbook, opened once however many of its sheets are read; ``sheets`` are those that are not hidden."""

    def __init__(self, file: str, content: bytes) -> None:
        _refuse_too_large(file, content)
        self.file = file
        self._content = content
        self._book = self._open(with_formulas=True)
        self._results: Workbook | None = None
        self.sheets = [page.title for page in self._book.worksheets if page.sheet_state == "visible"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()
        if self._results is not None:
            self._results.close()

    def read(self, sheet: str) -> SourceTable:
        """The table on ``sheet``.  Raises ``SourceUnreadable``, ``SourceEmpty`` or ``HeaderRepeated``."""
        with _broken_is_told(self.file):
            rows, formulas, problems = _rows_of(self.file, self._book, sheet)
        if formulas:
            # Only a workbook that has formulas is read a second time, for the results it was saved with.
            self._results = self._results or self._open(with_formulas=False)
            with _broken_is_told(self.file):
                problems += _fill_results(self.file, sheet, _cells_of(self._results, sheet), formulas, rows)
        # A workbook leaves out what is empty at the end of a row.
        return source_table(self.file, sheet, rows, problems, is_ragged_allowed=True)

    def _open(self, with_formulas: bool) -> Workbook:
        with _broken_is_told(self.file):
            return load_workbook(io.BytesIO(self._content), read_only=True, data_only=not with_formulas)


@contextmanager
def _broken_is_told(file: str) -> Iterator[None]:
    """openpyxl's many complaints of a broken file as one of ours."""
    # It also warns of styles and validations it drops; they carry no value.
    with warnings.catch_warnings(action="ignore"):
        try:
            yield
        except _BROKEN as error:
            raise SourceUnreadable(file=file, problem=error) from None


def _refuse_too_large(file: str, content: bytes) -> None:
    with _broken_is_told(file), zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
            raise SourceTooLarge(file=file, limit=LARGEST_UNPACKED)


def _cells_of(book: Workbook, title: str) -> Iterator[tuple]:
    page = book[title]
    # Some programs write a wrong size into the file; openpyxl would believe it.
    page.reset_dimensions()
    return page.iter_rows()


def _rows_of(
    file: str, book: Workbook, title: str
) -> tuple[list[list[str]], set[tuple[int, int]], list[ImportProblem]]:
    """Rows of text, the places of formulas, and problems of cells that hold an error."""
    rows, formulas, problems = [], set(), []
    for number, cells in enumerate(_cells_of(book, title), 1):
        row = []
        for place, cell in enumerate(cells):
            if cell.data_type == "f":
                formulas.add((number, place))
                row.append("")
            elif cell.data_type == "e":
                problems.append(_error_cell(file, title, number, place, str(cell.value)))
                row.append("")
            else:
                row.append(cell_text(cell.value))
        rows.append(row)
    return rows, formulas, problems


def _fill_results(
    file: str, title: str, results: Iterator[tuple], formulas: set[tuple[int, int]], rows: list[list[str]]
) -> list[ImportProblem]:
    problems = []
    for number, cells in enumerate(results, 1):
        for place, cell in enumerate(cells):
            if (number, place) not in formulas:
                continue
            if cell.value is None:
                reason = message(
                    N_("Cell {cell} holds a formula without a saved result. Paste the value in its place."),
                    cell=f"{column_letter(place)}{number}",
                )
                problems.append(ImportProblem(file, number, column_letter(place), None, reason, title))
            elif cell.data_type == "e":
                problems.append(_error_cell(file, title, number, place, str(cell.value)))
            else:
                rows[number - 1][place] = cell_text(cell.value)
    return problems


def _error_cell(file: str, title: str, number: int, place: int, value: str) -> ImportProblem:
    reason = message(
        N_("Cell {cell} holds the error {error}. Type the value in its place."),
        **{"cell": f"{column_letter(place)}{number}", "error": value},
    )
    return ImportProblem(file, number, column_letter(place), value, reason, title)


def cell_text(value: object) -> str:
    """A workbook's value as the text a person sees: ``12500000.0`` is ``12500000``, a date is written year first."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            # Fifteen digits are what a spreadsheet shows; what a double adds behind them was typed by nobody.
            return f"{Decimal(f'{value:.15g}'):f}"
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
    return str(value)
