"""The facts of the whole centre as they stand, brought up to date without reading all of them again.

A server is asked about the same centre all day, and between two questions somebody submits a family's month.
Every row names the change that wrote it, and no row is ever altered, so what is new since a place in the audit log is
a handful of rows.  They take the place of the rows with their keys; a row that was withdrawn leaves its place.
What comes out is, to the order of the rows, what reading everything would give; a test holds the two side by side.
"""

from dataclasses import dataclass, replace

import pandas as pd
import sqlalchemy as sa

from hamyar.core.tables import FACT_TABLES, CaseTables, Table, conform
from hamyar.store import audit
from hamyar.store.audit import Head
from hamyar.store.facts import current_rows, read_tables
from hamyar.store.models import changes
from hamyar.store.store import Store


@dataclass(frozen=True, eq=False)
class Standing:
    """All facts, and the entry of the audit log with which they stood so."""

    tables: CaseTables
    head: Head


def standing(store: Store, earlier: Standing | None = None) -> Standing:
    """The facts as they stand now; of what ``earlier`` has, only what changed since is read.

    ``earlier`` itself is returned where nothing changed.  Where it is of another database, or of one that was put back
    to an older state, everything is read.  Its tables are never altered: who holds them may go on.
    """
    with store._database.read() as connection:
        head = audit.read_head(connection, store.centre)
        if earlier is None or not _leads_to(connection, earlier.head, head):
            return Standing(read_tables(connection, store.centre, head.seq), head)
        if earlier.head == head:
            return earlier
        frames = {
            name: _brought(connection, table, getattr(earlier.tables, name), earlier.head.seq, head.seq)
            for name, table in FACT_TABLES.items()
        }
    return Standing(replace(earlier.tables, **frames), head)


def _leads_to(connection: sa.Connection, earlier: Head, head: Head) -> bool:
    """Whether the log that ends at ``head`` once ended at ``earlier``."""
    if earlier == head:
        return True
    of_entry = sa.select(changes.c.hash).where(changes.c.seq == earlier.seq)
    return earlier.seq < head.seq and earlier.hash == connection.scalar(of_entry)


def _brought(connection: sa.Connection, table: Table, kept: pd.DataFrame, after: int, as_of: int) -> pd.DataFrame:
    changed = current_rows(connection, table, after=after, as_of=as_of, with_withdrawn=True)
    if changed.empty:
        return kept
    key = list(table.key)
    # The first part of the key says of nearly all rows that they are not meant, at a tenth of the cost.
    near = kept.loc[kept[key[0]].isin(changed[key[0]]), key]
    replaced = near.index[pd.MultiIndex.from_frame(near).isin(pd.MultiIndex.from_frame(changed[key]))]
    new = changed.loc[~changed["is_withdrawn"].astype(bool), list(table.column_names)]
    return pd.concat([kept.drop(replaced), conform(table, new)]).sort_values(key, ignore_index=True)


__all__ = ["Standing", "standing"]
