"""The notebook of an import: every problem once, and the rows that it spoils.

A cell feeds several facts, and each would complain of it; the reader of the list needs the cause once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from hamyar.core.message import Message
from hamyar.store.problems import ImportProblem, shortened, shown
from hamyar.store.sourcetable import SourceTable

# Where a fact comes from: number of the source, row of the file, number of the template.
ORIGIN = ("origin_source", "origin_row", "origin_template")


@dataclass
class Notes:
    """The problems found so far, each told once however many facts a cell feeds."""

    sources: Sequence[SourceTable]
    problems: list[tuple[int, ImportProblem]] = field(default_factory=list)
    seen: set[tuple[int, int | None, str | None]] = field(default_factory=set)

    def add(self, source: int, row: int | None, column: str | None, value: str | None, reason: Message) -> None:
        """One problem; a cell that has one already keeps the first, which is the cause."""
        if (source, row, column) in self.seen:
            return
        self.seen.add((source, row, column))
        table = self.sources[source]
        shown_value = None if value is None else shown(value)
        problem = ImportProblem(table.file, row, column, shown_value, shortened(reason), table.sheet)
        self.problems.append((source, problem))

    def add_read(self, source: int, problem: ImportProblem) -> None:
        """A problem that the reading of the file has found."""
        self.seen.add((source, problem.row, problem.column))
        self.problems.append((source, problem))

    @property
    def bad_rows(self) -> set[tuple[int, int | None]]:
        return {(source, problem.row) for source, problem in self.problems}

    def in_order(self) -> tuple[ImportProblem, ...]:
        """The problems as somebody going through the file meets them."""
        return tuple(problem for _, problem in sorted(self.problems, key=lambda pair: (pair[0], pair[1].row or 0)))


def note_lines(
    notes: Notes,
    lines: pd.DataFrame,
    column: str,
    reason: Message,
    labels: Mapping[tuple[int, str], str],
    values: Sequence[str | None] | None = None,
) -> None:
    """One problem for each line of a table, told of the file's column behind ``column``."""
    for place, (source, row, template) in enumerate(lines[list(ORIGIN)].itertuples(index=False, name=None)):
        value = None if values is None else values[place]
        notes.add(int(source), int(row), labels.get((int(template), column), column), value, reason)
