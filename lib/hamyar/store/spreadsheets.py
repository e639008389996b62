"""Tables as spreadsheet files that are safe to open and the same byte for byte.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` is a formula to a spreadsheet program,
and a name typed into a form can begin with any of them.
In CSV such a text gets a leading apostrophe (:func:`guarded`), which :func:`unguarded` takes away again;
in a workbook it is stored as text and marked so, and needs no extra sign.

The same tables give the same bytes: a workbook says nothing of when it was made.
A file appears whole or not at all, and only its owner can read it (:func:`write_private`).
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.store.files import atomic_path

# What a spreadsheet program may take for a formula, also behind apostrophes, so that the guard can be undone.
_FORMULA_LIKE = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
# What XML 1.0, and so a workbook, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
_MOST_ROWS = 2**20
# Spreadsheet programs keep fifteen digits of a number; a longer one travels as text.
_EXACT_NUMBERS = 10**15
Cell = str | int | None
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_TIMES_IN_PROPERTIES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


class CellTooLong(HamyarError):
    msgid = N_(
        "Sheet '{sheet}', row {row}, column '{column}': a workbook's cell holds {limit} letters "
        "and this text is longer. Export as CSV instead."
    )


class TooManyRows(HamyarError):
    msgid = N_("Sheet '{sheet}' would have {rows} rows and a workbook holds {limit}. Export as CSV instead.")


def guarded(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet program would compute it."""
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def unguarded(text: str) -> str:
    """The text that :func:`guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV with a byte-order mark, by which spreadsheet programs know UTF-8; every cell quoted and guarded."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def workbook_bytes(sheets: Iterable[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]]) -> bytes:
    """A workbook of ``(title, header, rows)``; right to left, with the header row frozen.

    Raises ``CellTooLong`` where a text would be cut, ``TooManyRows`` where rows would be lost.
    """
    sheets = list(sheets)
    # Before anything is written: openpyxl writes to temporary files, which a refusal half-way would leave open.
    for title, header, rows in sheets:
        _refuse_what_does_not_fit(title, header, rows)
    book = Workbook(write_only=True)
    for title, header, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_view.rightToLeft = True
        sheet.freeze_panes = "A2"
        for number, name in enumerate(header, 1):
            sheet.column_dimensions[get_column_letter(number)].width = max(12, len(name) + 2)
        sheet.append([_written(sheet, name, is_bold=True) for name in header])
        for row in rows:
            sheet.append([_written(sheet, value) for value in row])
    made = io.BytesIO()
    book.save(made)
    return _without_times(made)


def _refuse_what_does_not_fit(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    if len(rows) >= _MOST_ROWS:
        raise TooManyRows(sheet=title, rows=len(rows), limit=_MOST_ROWS)
    for number, row in enumerate(rows, 2):
        for name, value in zip(header, row, strict=True):
            if isinstance(value, str) and len(value) > _LONGEST_CELL:
                raise CellTooLong(sheet=title, row=number, column=name, limit=_LONGEST_CELL)


def _written(sheet: object, value: Cell, is_bold: bool = False) -> object:
    if value is None or (isinstance(value, int) and abs(value) < _EXACT_NUMBERS):
        return value
    text = _NOT_IN_XML.sub(" ", str(value))
    cell = WriteOnlyCell(sheet, text)
    # openpyxl has taken "=…" for a formula by now; saying "text" afterwards is what keeps it one.
    cell.data_type = "s"
    if _FORMULA_LIKE.match(text):
        cell.quotePrefix = True
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _without_times(made: io.BytesIO) -> bytes:
    """The same archive with one fixed time everywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _TIMES_IN_PROPERTIES.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, content)
    return out.getvalue()


def write_private(path: Path, content: bytes) -> None:
    """Make ``path`` hold ``content``, whole or not at all, readable by its owner only; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as partial:
        partial.touch(mode=0o600)
        partial.write_bytes(content)
