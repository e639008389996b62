"""Saying of a recorded row that it was entered wrongly, by its key as a person types it.

The row stays in the history and counts no more.  A row that introduces a code (a family, a helper, a session …) is
refused: what points to it would point to nothing.  Such a row is corrected, or ended by its dates.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.labels import table_message
from hamyar.core.message import N_
from hamyar.core.tables import FACT_TABLES, Table
from hamyar.store.cells import read_cell
from hamyar.store.references import HOMES
from hamyar.store.store import Store

WITHDRAWABLE = tuple(sorted(set(FACT_TABLES) - {home.name for home in HOMES.values()}))


class RowStays(HamyarError):
    msgid = N_("Rows of '{name}' are not withdrawn: others point to them. Those that can be are of {known}.")


class KeyUnreadable(HamyarError):
    msgid = N_("A row of '{table}' is named by {columns}. Write each as column=value; '{given}' is not such a part.")


def withdraw_row(
    store: Store, name: str, key: Sequence[str], *, actor: str, reason: str, corrects_frozen: bool = False
) -> bool:
    """Withdraw the row of the table ``name`` that ``key`` names, parts such as ``from_day=1405-01-01``.

    Returns whether it still held.  Raises ``RowStays``, ``KeyUnreadable``, what a cell of the column raises,
    ``FactUnknown``, ``MonthFrozen`` and ``ChangeUnexplained``.
    """
    if name not in WITHDRAWABLE:
        raise RowStays(name=name, known=", ".join(WITHDRAWABLE))
    table = FACT_TABLES[name]
    given: dict[str, Any] = {}
    for part in key:
        column, equals, text = part.partition("=")
        if not equals or column not in table.key or column in given:
            raise _unreadable(table, part)
        given[column] = read_cell(table[column], text.strip())
    if missing := set(table.key) - set(given):
        raise _unreadable(table, f"{min(missing)}=")
    with store.change(actor, reason, corrects_frozen=corrects_frozen) as change:
        return change.withdraw(table, pd.DataFrame([given])) > 0


def _unreadable(table: Table, part: str) -> KeyUnreadable:
    return KeyUnreadable(table=table_message(table.name), columns=", ".join(table.key), given=part)
