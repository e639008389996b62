"""What an importer found wrong, row by row, in words a person can act on.

A bad row never raises: a file with forty slips is corrected in one sitting, not in forty attempts.
Every slip is an :class:`ImportProblem` that names file, row, column, value and reason;
:func:`write_problems` lays them out as a table for a spreadsheet program.
Values of secret columns never enter a problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from hamyar.core.message import N_, Message
from hamyar.store.spreadsheets import csv_bytes, write_private
from hamyar.words import Words

MASK = "•••"
LONGEST_SHOWN = 80


@dataclass(frozen=True)
class ImportProblem:
    """One slip.  ``row`` counts as the spreadsheet does, the header being row 1; ``value`` is the cell as read."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: Message
    sheet: str | None = None


def shown(text: str) -> str:
    """The beginning of a text: a cell of ten thousand letters must not fill the page."""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def shortened(reason: Message) -> Message:
    """``reason`` with the texts in its holes cut to what a reader can use."""
    values = {name: shown(value) if isinstance(value, str) else value for name, value in reason.values.items()}
    return replace(reason, values=values)


def write_problems(path: Path, problems: Iterable[ImportProblem], language: str = "fa") -> Path:
    """Write the list as CSV that a spreadsheet program opens as it is; returns ``path``.

    The sentences are in ``language``; no cell can be taken for a formula.
    """
    words = Words(language)
    header = [words(N_("File")), words(N_("Sheet")), words(N_("Row")), words(N_("Column")), words(N_("Value"))]
    rows = (
        [
            problem.file,
            problem.sheet or "",
            "" if problem.row is None else str(problem.row),
            problem.column or "",
            problem.value or "",
            words(problem.reason),
        ]
        for problem in problems
    )
    write_private(path, csv_bytes([*header, words(N_("Reason"))], rows))
    return path
