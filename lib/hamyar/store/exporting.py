"""Writing the facts out in Hamyar's own form, which ``parameters/imports/hamyar.yaml`` reads back.

A workbook has one sheet for each table, a folder of CSV files one file for each.
Months are written ``1405-08`` and days ``1387-12-30``; amounts are whole smallest units,
with the name of that unit in a column beside them, so that no reader has to guess.

The export is pseudonymous.  Names, national ids, telephones and addresses are written only when asked for.
The same facts give the same bytes.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.rial import Currency, currency_of
from hamyar.core.tables import FACT_TABLES, IDENTITIES, CaseTables, Column, Table, conform
from hamyar.store.canonical import plain_rows, plain_values
from hamyar.store.spreadsheets import Cell, csv_bytes, workbook_bytes, write_private
from hamyar.store.store import Store

UNIT = "unit"


def export_tables(
    store: Store, path: Path, *, form: Literal["xlsx", "csv"] = "xlsx", with_identities: bool = False
) -> list[Path]:
    """Write the current facts to the workbook ``path``, or as CSV files into the folder ``path``.

    Returns the files written; only their owner can read them.
    Raises ``KeyNotGiven`` when identities are asked for and the store was opened without its key,
    ``CellTooLong`` for a text that no workbook can hold.
    """
    currency = currency_of(store.centre.currency)
    identities = store.identities() if with_identities else None
    sheets = sheets_of(store.tables(), currency, identities)
    if form == "xlsx":
        write_private(path, workbook_bytes((name, *_shape(frame)) for name, frame in sheets.items()))
        return [path]
    files = []
    for name, frame in sheets.items():
        header, rows = _shape(frame)
        texts = (["" if cell is None else str(cell) for cell in row] for row in rows)
        write_private(path / f"{name}.csv", csv_bytes(header, texts))
        files.append(path / f"{name}.csv")
    return files


def sheets_of(
    tables: CaseTables, currency: Currency, identities: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, pd.DataFrame]:
    """What stands on each sheet, rows by key; cells are text, whole numbers or ``None``.

    Tables with money get the column ``unit``.  ``identities`` become a sheet of their own.
    """
    sheets = {name: _sheet(table, getattr(tables, name), currency) for name, table in FACT_TABLES.items()}
    if identities is not None:
        secrets = [(owner, field, value) for owner, known in identities.items() for field, value in known.items()]
        frame = conform(IDENTITIES, pd.DataFrame(secrets, columns=IDENTITIES.column_names))
        sheets[IDENTITIES.name] = _sheet(IDENTITIES, frame, currency)
    return sheets


def _sheet(table: Table, frame: pd.DataFrame, currency: Currency) -> pd.DataFrame:
    frame = frame.sort_values(list(table.key), kind="stable").reset_index(drop=True)
    columns = {}
    for column in table.columns:
        write = _writer(column)
        cells = [None if value is None else write(value) for value in plain_values(frame[column.name])]
        columns[column.name] = pd.Series(cells, index=frame.index, dtype=object)
        if column.kind == "money":
            columns[UNIT] = pd.Series(currency.smallest, index=frame.index, dtype=object)
    return pd.DataFrame(columns, index=frame.index)


def _writer(column: Column) -> Callable[[str | int], Cell]:
    match column.kind:
        case "month":
            return lambda code: str(Month.from_code(int(code)))
        case "day":
            return lambda code: day_to_iso(int(code))
        case "money" | "count":
            return int
    return str


def _shape(frame: pd.DataFrame) -> tuple[list[str], list[tuple[Cell, ...]]]:
    return list(frame.columns), list(plain_rows(frame))
