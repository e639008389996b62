"""One sheet of a file as plain text: the cells a person sees, in one form, with the row numbers of the file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, message
from hamyar.core.persian import normal_text
from hamyar.store.problems import ImportProblem


class SourceUnreadable(HamyarError):
    msgid = N_("{file} cannot be read ({problem}). Save it again as .xlsx or as 'CSV UTF-8'.")


class SourceEmpty(HamyarError):
    msgid = N_("{file} has no header: row 1 must name the columns.")


class HeaderRepeated(HamyarError):
    msgid = N_("{file}: the column '{column}' stands in the header twice. Give each column its own name.")


@dataclass(frozen=True)
class SourceTable:
    """The cells of one sheet; of a CSV file, which has no sheets, ``sheet`` is the name without its ending.

    ``cells`` holds text, ``""`` where a cell is empty, one column for each of ``columns``,
    and the row number of the file as its index; rows without any content are not in it.
    ``problems`` are rows that cannot be read whole; they are among ``cells`` all the same.
    """

    file: str
    sheet: str
    columns: tuple[str, ...]
    cells: pd.DataFrame
    problems: tuple[ImportProblem, ...] = ()

    @property
    def place(self) -> str:
        """The file, with the sheet where the file's name does not say it."""
        return self.file if self.file.startswith(f"{self.sheet}.") else f"{self.file} [{self.sheet}]"


def column_letter(place: int) -> str:
    """The letter a spreadsheet gives to a column; ``place`` counts from 0."""
    return str(get_column_letter(place + 1))


def source_table(
    file: str,
    sheet: str,
    rows: Sequence[Sequence[str]],
    problems: Sequence[ImportProblem] = (),
    *,
    is_ragged_allowed: bool = False,
) -> SourceTable:
    """``rows`` of text, the header first, as a table; ``problems`` may name a column by its letter.

    A row longer than the header is a problem, and so is a shorter one unless ``is_ragged_allowed``.
    Raises ``SourceEmpty`` or ``HeaderRepeated``.
    """
    header = [_clean(name, {}) for name in rows[0]] if rows else []
    while header and not header[-1]:
        header.pop()
    if not any(header):
        raise SourceEmpty(file=file)
    for place, name in enumerate(header):
        if name and name in header[:place]:
            raise HeaderRepeated(file=file, column=name)
    # A column without a name can be used by no mapping; it goes by its letter.
    columns = [name or f"({column_letter(place)})" for place, name in enumerate(header)]
    known: dict[str, str] = {}
    found = list(problems)
    kept, numbers = [], []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        is_short = len(row) < len(columns) and not is_ragged_allowed
        if is_short or any(row[len(columns) :]):
            reason = message(
                N_("The row has {cells} cells and the header {columns}. Look for a missing or an extra separator."),
                **{"cells": len(row), "columns": len(columns)},
            )
            found.append(ImportProblem(file, number, None, None, reason, sheet))
        kept.append([_clean(cell, known) for cell in [*row, *[""] * len(columns)][: len(columns)]])
        numbers.append(number)
    cells = pd.DataFrame(
        np.array(kept, dtype=object).reshape(len(kept), len(columns)), numbers, columns=columns, dtype=object
    )
    # The name of a column is known only once the header is.
    names = {column_letter(place): name for place, name in enumerate(columns)}
    named = tuple(replace(problem, column=names.get(problem.column or "", problem.column)) for problem in found)
    return SourceTable(file, sheet, tuple(columns), cells, named)


def _clean(text: str, known: dict[str, str]) -> str:
    # Most cells are short words and digits, which have only one form; the others often come again.
    if text.isascii() and text.isalnum():
        return text
    if text not in known:
        known[text] = normal_text(text)
    return known[text]
