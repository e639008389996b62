"""How a table is declared, and how a frame is held against its declaration.

Kinds of column
    ``id``     opaque text, or a code of the centre's own catalogues; never a name or a number of a person
    ``month``  a Jalali month as a whole number, ``140508``
    ``day``    a Jalali day as a whole number, ``14050830``
    ``money``  whole smallest units of the data set's declared currency (for Iran, rial), ``int64``
    ``count``  a whole number, zero or more
    ``choice`` one of the words listed in ``allowed``
    ``text``   free text; anybody's script; never markup
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import is_day
from hamyar.core.message import N_
from hamyar.core.rial import LARGEST_MONEY

ColumnKind = Literal["id", "month", "day", "money", "count", "choice", "text"]
NUMERIC_KINDS = ("month", "day", "money", "count")


@dataclass(frozen=True)
class Column:
    name: str
    kind: ColumnKind
    description: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    secret: bool = False
    format: int = 1


@dataclass(frozen=True)
class Table:
    """One declared table.  ``key`` names the columns that tell one fact from another.

    ``format``, of a table or a column, is the format of frozen months in which it appeared.
    What is newer than the first and holds nothing counts for nothing in a frozen month's hash,
    so months frozen by an earlier Hamyar keep theirs.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    format: int = 1

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """A frame without rows, the caller's own."""
        return _empty(self).copy()


class ColumnsMissing(HamyarError):
    msgid = N_("The table '{table}' lacks the columns {missing}. It has {existing}.")


class ValueNotAllowed(HamyarError):
    msgid = N_("Table '{table}', row {row}, column '{column}': '{value}' {problem}.")


class KeyRepeated(HamyarError):
    msgid = N_("Table '{table}': the key {key} stands in rows {first} and {second}. Keep one, or number the lines.")


def dtype_of(column: Column) -> str:
    """The pandas type of a column: nullable whole numbers, or text."""
    return "Int64" if column.kind in NUMERIC_KINDS else "str"


@cache
def _empty(table: Table) -> pd.DataFrame:
    # Made once: whoever reads one family's tables gets most of them empty, and a hundred thousand pages are read so.
    return conform(table, pd.DataFrame(columns=table.column_names))


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the declared columns, in order, in their types.

    Columns that are not required may be absent and become missing.
    Raises ``ColumnsMissing``, ``ValueNotAllowed`` (first offending row, counted from 0) or ``KeyRepeated``.
    Categorical text stays categorical: for millions of rows it is the fast form.
    """
    missing = [column.name for column in table.columns if column.required and column.name not in frame.columns]
    if missing:
        raise ColumnsMissing(table=table.name, missing=", ".join(missing), existing=", ".join(map(str, frame.columns)))
    columns = {}
    for column in table.columns:
        values = frame[column.name] if column.name in frame.columns else pd.Series(pd.NA, index=frame.index)
        columns[column.name] = _typed(table, column, values)
    result = pd.DataFrame(columns, index=frame.index).reset_index(drop=True)
    repeated = result.duplicated(list(table.key))
    if repeated.any():
        second = int(repeated.to_numpy().argmax())
        key = tuple(result.loc[second, list(table.key)])
        same = (result[list(table.key)] == pd.Series(key, index=list(table.key))).all(axis=1)
        raise KeyRepeated(table=table.name, key=key, first=int(same.to_numpy().argmax()), second=second)
    return result


def _typed(table: Table, column: Column, values: pd.Series) -> pd.Series:
    if column.kind in NUMERIC_KINDS:
        try:
            # Infinity and 1e30 are refused below, in words; numpy would also warn of them.
            with np.errstate(invalid="ignore"):
                typed = values.astype("Int64")
        except (TypeError, ValueError, OverflowError):
            whole = pd.to_numeric(values, errors="coerce")
            bad = values.notna() & (whole.isna() | (whole % 1 != 0) | (whole.abs() >= 2.0**63))
            raise _fault(table, column, values, bad, "is not a whole number") from None
        _refuse(table, column, values, _out_of_range(column, typed), "is out of range")
    elif isinstance(values.dtype, pd.CategoricalDtype):
        typed = values
        if column.allowed:
            # A missing value has the code -1, which reads the last place: allowed here, judged below.
            allowed = np.append(values.cat.categories.isin(column.allowed), True)
            _refuse(table, column, values, pd.Series(~allowed[values.cat.codes], values.index), _one_of(column))
    else:
        typed = values.astype("str")
        if column.allowed:
            _refuse(table, column, values, typed.notna() & ~typed.isin(column.allowed), _one_of(column))
    if column.required:
        _refuse(table, column, values, typed.isna(), "is missing")
    return typed


def _one_of(column: Column) -> str:
    return f"is not one of {', '.join(column.allowed)}"


def _out_of_range(column: Column, typed: pd.Series) -> pd.Series:
    match column.kind:
        case "month":
            return (~typed.between(120001, 160012) | ~(typed % 100).between(1, 12)).fillna(False)
        case "day":
            return typed.notna() & ~typed.isin([code for code in typed.dropna().unique() if is_day(code)])
        case "money":
            return (~typed.between(0, LARGEST_MONEY)).fillna(False)
        case _:
            return (typed < 0).fillna(False)


def _refuse(table: Table, column: Column, values: pd.Series, bad: pd.Series, problem: str) -> None:
    if bad.to_numpy().any():
        raise _fault(table, column, values, bad, problem)


def _fault(table: Table, column: Column, values: pd.Series, bad: pd.Series, problem: str) -> ValueNotAllowed:
    row = int(bad.to_numpy().argmax())
    # A secret must not travel inside an error into a log.
    value = "•••" if column.secret else values.iloc[row]
    return ValueNotAllowed(table=table.name, row=row, column=column.name, value=value, problem=problem)
