"""One template of a mapping, applied to all rows of a sheet at once.

Columns are read whole (:func:`hamyar.store.cells.read_each` reads each different text once);
only shares are divided row by row, because every total has weights of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd

from hamyar.core.message import N_, Message, message
from hamyar.core.rial import Currency, share_out
from hamyar.core.tables import FLOWS, Column, Table
from hamyar.store.cells import NotACount, WordUnknown, read_amount, read_cell, read_each, read_share, typed
from hamyar.store.notes import ORIGIN, Notes
from hamyar.store.problems import MASK
from hamyar.store.sourcetable import SourceTable
from hamyar.store.templates import Rule, Split, Template, is_in_order, word_key


@dataclass
class Expansion:
    """One template over the rows of one source, which is the ``number``-th."""

    number: int
    source: SourceTable
    table: Table
    template: Template
    default_source: str | None
    currency: Currency
    notes: Notes
    # The row of the file that each line being made comes from.
    rows: np.ndarray = field(init=False)

    @property
    def parts(self) -> int:
        return len(self.template.split.shares) if self.template.split else 1

    def frame(self, lines: Sequence[int | None]) -> pd.DataFrame:
        """The template's facts with the two first columns of :data:`ORIGIN`, one line per row, repeat and share."""
        cells, repeat_number = self._repeated(self._chosen())
        origin = {ORIGIN[0]: self.number, ORIGIN[1]: cells.index.to_numpy(dtype=np.int64)}
        cells = cells.reset_index(drop=True)
        self.rows = origin[ORIGIN[1]]
        values = {
            name: self._read(self.table[name], rule, cells, repeat_number)
            for name, rule in self.template.fields.items()
            if not is_in_order(name, rule)
        }
        if "source" in self.table.column_names and "source" not in values and self.default_source is not None:
            values["source"] = pd.Series(self.default_source, index=cells.index, dtype=object)
        if self.template.split is None:
            return self._whole(values, lines[0], cells.index).assign(**origin)
        split = self.template.split
        shares = self._split(split, cells)
        parts = []
        for share, amounts, line in zip(split.shares, shares, lines, strict=True):
            own = {"category": share.category, "item": share.item}
            told = {name: pd.Series(value, index=cells.index, dtype=object) for name, value in own.items()}
            parts.append(self._whole({**values, **told, "amount_money": amounts}, line, cells.index).assign(**origin))
        return pd.concat(parts, ignore_index=True)

    def _chosen(self) -> pd.DataFrame:
        cells = self.source.cells
        only = self.template.only_if_filled
        return cells if only is None else cells[cells[only] != ""]

    def _repeated(self, cells: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray | None]:
        repeat = self.template.repeat
        if repeat is None:
            return cells, None

        def read(text: str) -> int:
            count = int(read_cell(Column("repeat", "count", ""), text))
            if count > repeat.at_most:
                raise NotACount(value=text)
            return count

        texts = cells[repeat.column]
        counts, faults = read_each(texts, read)
        self.rows = cells.index.to_numpy(dtype=np.int64)
        self._note(repeat.column, texts, faults)
        self._note_where((texts == "").to_numpy(), repeat.column, message(N_("The cell is empty; write 0 for none.")))
        times = np.array([count or 0 for count in counts], dtype=np.int64)
        starts = np.repeat(np.cumsum(times) - times, times)
        number = np.arange(times.sum()) - starts + repeat.first
        return cells.iloc[np.repeat(np.arange(len(cells)), times)], number

    def _whole(self, values: dict[str, pd.Series], line: int | None, index: pd.Index) -> pd.DataFrame:
        """``values`` with every declared column in its type, so that pieces join without a guess."""
        columns = {}
        for column in self.table.columns:
            found = values.get(column.name)
            if found is None:
                is_line = self.table is FLOWS and column.name == "line"
                found = pd.Series(line if is_line else None, index=index, dtype=object)
            columns[column.name] = typed(column, found)
        return pd.DataFrame(columns, index=index)

    def _read(self, column: Column, rule: Rule, cells: pd.DataFrame, repeat_number: np.ndarray | None) -> pd.Series:
        texts = self._texts(column, rule, cells)
        if column.kind == "money":
            return self._read_money(column, rule, texts, cells)
        values, faults = read_each(texts, lambda text: read_cell(column, text, rule.calendar))
        self._note(rule.column or column.name, texts, faults, column.secret)
        if rule.prefix or rule.suffix:
            values = self._composed(column, rule, values, repeat_number)
        return values

    def _texts(self, column: Column, rule: Rule, cells: pd.DataFrame) -> pd.Series:
        """The words of the file as our words."""
        if rule.column is None:
            return pd.Series(rule.constant, index=cells.index, dtype=object)
        texts = cells[rule.column]
        if not rule.values:
            return texts

        def ours(text: str) -> str:
            if word_key(text) not in rule.values:
                raise WordUnknown(known=tuple(rule.values))
            return rule.values[word_key(text)] or ""

        words, faults = read_each(texts, ours)
        self._note(rule.column, texts, faults, column.secret)
        return words.where(words.notna(), "")

    def _read_money(self, column: Column, rule: Rule, texts: pd.Series, cells: pd.DataFrame) -> pd.Series:
        units = self._texts(column, rule.unit, cells) if rule.unit else pd.Series("", index=cells.index, dtype=object)
        amounts = pd.Series(None, index=cells.index, dtype=object)
        for unit in units.unique():
            here = units == unit
            read, faults = read_each(texts[here], partial(read_amount, unit=unit or None, currency=self.currency))
            amounts[here] = read
            self._note(rule.column or column.name, texts.where(here, ""), faults)
        return amounts

    def _composed(self, column: Column, rule: Rule, values: pd.Series, number: np.ndarray | None) -> pd.Series:
        """Codes with their prefix and suffix; what is missing stays missing."""
        is_there = values.notna().to_numpy()
        numbers = np.full(len(values), "") if number is None else number.astype(str)
        whole = [
            f"{rule.prefix}{value}{rule.suffix}".replace("{n}", n) if there else ""
            for value, n, there in zip(values, numbers, is_there, strict=True)
        ]
        texts = pd.Series(whole, index=values.index, dtype=object)
        read, faults = read_each(texts, lambda text: read_cell(column, text))
        self._note(rule.column or column.name, texts, faults, column.secret)
        return read

    def _split(self, split: Split, cells: pd.DataFrame) -> list[pd.Series]:
        """For each share a column of amounts, which sum to the total in every row."""
        totals = self._read(FLOWS["amount_money"], split.total, cells, None)
        shares = []
        for share in split.shares:
            texts = cells[share.column]
            read, faults = read_each(texts, read_share)
            self._note(share.column, texts, faults)
            is_left_out = (texts == "").to_numpy() & totals.notna().to_numpy()
            self._note_where(is_left_out, share.column, message(N_("The share is missing; write 0 for none.")))
            shares.append(read)
        rows = []
        for place, (total, *weights) in enumerate(zip(totals, *shares, strict=True)):
            if total is None or None in weights:
                rows.append([None] * len(weights))
                continue
            if abs(sum(weights) - 1) > split.tolerance:
                self._note_split(place, split, sum(weights, Fraction(0)))
                rows.append([None] * len(weights))
                continue
            rows.append(share_out(int(total), weights).tolist())
        columns = zip(*rows, strict=True) if rows else [()] * len(shares)
        return [pd.Series(list(column), index=cells.index, dtype=object) for column in columns]

    def _note_split(self, place: int, split: Split, found: Fraction) -> None:
        reason = message(
            N_("The shares sum to {found} instead of 1 (tolerance {tolerance}). Correct them."),
            **{"found": f"{float(found):.6g}", "tolerance": f"{float(split.tolerance):.6g}"},
        )
        names = ", ".join(share.column for share in split.shares)
        self.notes.add(self.number, int(self.rows[place]), names, None, reason)

    def _note(self, column: str, texts: pd.Series, faults: Mapping[str, Message], is_secret: bool = False) -> None:
        if not faults:
            return
        for place in np.flatnonzero(texts.isin(list(faults)).to_numpy()):
            text = texts.iloc[place]
            self.notes.add(self.number, int(self.rows[place]), column, MASK if is_secret else text, faults[text])

    def _note_where(self, bad: np.ndarray, column: str, reason: Message) -> None:
        for place in np.flatnonzero(bad):
            self.notes.add(self.number, int(self.rows[place]), column, None, reason)
