"""Writing facts: one change is one transaction and one entry of the audit log.

What is recorded is compared with what is stored.  Equal rows are left alone, so the same file can be imported twice;
a different row becomes the next version; a new key becomes version 1.  Nothing is ever overwritten.

Whoever edits what they read earlier hands over the versions they read (``base_versions``).
If somebody else corrected such a row in between, and differently, nothing is written:
:class:`~hamyar.store.conflict.Conflict` holds both rows, because only a person can say which one is true.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, day_of
from hamyar.core.labels import table_message
from hamyar.core.message import N_
from hamyar.core.persian import normal_text
from hamyar.core.tables import CaseTables, Table, conform
from hamyar.store.audit import Entry, digests_text
from hamyar.store.canonical import RowsDigest, canonical_json, plain_values
from hamyar.store.conflict import conflict_over, key_text
from hamyar.store.facts import has_secrets, matching_rows, opened, read_table
from hamyar.store.models import AUDITED_MODELS, changes, frozen_months
from hamyar.store.secrets import KeyNotGiven, Keyring

ROWS_AT_ONCE = 10_000
# The Jalali day is that of Iran, whose clocks have not been moved in summer since 1401.
_IRAN = dt.timezone(dt.timedelta(hours=3, minutes=30))


class ChangeUnexplained(HamyarError):
    msgid = N_("A change needs its author and its reason. Say who changes and why.")


class MonthFrozen(HamyarError):
    msgid = N_(
        "The month {month} is frozen, and '{table}' would change in it. "
        "Enter it in a later month, or record it as a correction of the frozen month and freeze again."
    )


class FactUnknown(HamyarError):
    msgid = N_("Table '{table}' has no row {key} to withdraw. Look the row up again.")


@dataclass(frozen=True)
class Recorded:
    """How many rows were new, became another version, or were stored like this already."""

    inserted: int = 0
    corrected: int = 0
    unchanged: int = 0


@dataclass
class _Written:
    """What one change has written to one table so far."""

    counts: dict[str, int] = field(default_factory=lambda: {"inserted": 0, "corrected": 0, "withdrawn": 0})
    digest: RowsDigest = field(default_factory=RowsDigest)


def iranian_day(moment: dt.datetime) -> int:
    """The Jalali day that an aware moment falls on in Iran."""
    return day_of(moment.astimezone(_IRAN).date())


class Change:
    """The open transaction of :meth:`Store.change`.

    A caller may catch a refusal (``Conflict``, ``MonthFrozen``) and go on: the refused call has written nothing.
    """

    def __init__(
        self,
        connection: sa.Connection,
        begun: Entry,
        keyring: Keyring | None = None,
    ) -> None:
        self.seq = begun.seq
        self._begun = begun
        self._connection = connection
        self._keyring = keyring
        self._written: dict[str, _Written] = {}

    @property
    def today(self) -> int:
        """The day of this change in Iran, such as 14050830."""
        return iranian_day(dt.datetime.fromisoformat(self._begun.at))

    def current(self, table: Table, only: Mapping[str, Sequence[Any]] | None = None) -> pd.DataFrame:
        """The facts of a fact table as they stand now, with what this change has written so far; rows by key.

        ``only`` limits columns to some values.
        """
        return read_table(self._connection, table, only=only)

    def standing(self, table: Table, keys: pd.DataFrame) -> pd.DataFrame:
        """The current row for each row of ``keys`` (key columns, conformed), in its order; missing where none ever was.

        Withdrawn rows are among them, because they hold the place of their key.
        Besides the declared columns: ``version``, ``is_withdrawn`` and ``change_seq``.  Secrets stay encrypted.
        """
        return matching_rows(self._connection, table, keys.reset_index(drop=True))

    def changed_since(self, tables: CaseTables, among: Iterable[Table]) -> Table | None:
        """The first table of ``among`` that is not as it was read into ``tables``; ``None`` when all stand still.

        Whoever plans outside the change asks this first, so that no plan is recorded of facts that are no more.
        """
        return next((table for table in among if not self.current(table).equals(getattr(tables, table.name))), None)

    def record(self, table: Table, frame: pd.DataFrame, *, base_versions: pd.Series | None = None) -> Recorded:
        """Store each row of ``frame`` unless it is stored like this already.

        ``frame`` is conformed first; free text is brought to its one form.
        ``base_versions``, indexed like ``frame``, holds the version each row was read at (missing: there was none).
        Raises ``Conflict``, ``MonthFrozen``, ``KeyNotGiven`` and what :func:`~hamyar.core.tables.conform` raises.
        """
        wanted = _in_one_form(table, conform(table, frame))
        if wanted.empty:
            return Recorded()
        stored = matching_rows(self._connection, table, wanted)
        if has_secrets(table):
            stored = opened(stored, self._keyring)
        is_new = stored["version"].isna()
        is_changed = ~is_new & ~_is_same(table, wanted, stored)
        if base_versions is not None:
            bases = base_versions.reindex(frame.index).astype("Int64").fillna(0).reset_index(drop=True)
            self._refuse_conflict(table, wanted, stored, is_changed & (stored["version"] > bases).fillna(False))
        to_write = is_new | is_changed
        self._write(
            table,
            wanted[to_write],
            versions=stored.loc[to_write, "version"].fillna(0) + 1,
            counts={"inserted": int(is_new.sum()), "corrected": int(is_changed.sum())},
        )
        return Recorded(int(is_new.sum()), int(is_changed.sum()), int((~to_write).sum()))

    def withdraw(self, table: Table, keys: pd.DataFrame) -> int:
        """Say of each row named by ``keys`` (the key columns) that it was entered wrongly; returns how many were.

        The row stays in the history.  One that is withdrawn already is left alone; one that never was is
        ``FactUnknown``.  Recording the key again makes it hold again.
        """
        key_table = replace(table, columns=tuple(table[name] for name in table.key))
        wanted = conform(key_table, keys)
        if wanted.empty:
            return 0
        stored = matching_rows(self._connection, table, wanted)
        unknown = stored["version"].isna()
        if unknown.any():
            raise FactUnknown(table=table.name, key=key_text(table, stored[unknown]))
        holding = stored[~stored["is_withdrawn"].astype(bool)]
        if has_secrets(table):
            holding = opened(holding, self._keyring)
        self._write(
            table,
            holding[table.column_names],
            versions=holding["version"] + 1,
            counts={"withdrawn": len(holding)},
            is_withdrawn=True,
        )
        return len(holding)

    def teller_of(self, change_seq: int) -> tuple[str, str]:
        """Who wrote the change of that number, and when in ISO form; of this change itself, too."""
        told = self._connection.execute(sa.select(changes).where(changes.c.seq == change_seq)).first()
        # An earlier call within this very change has no entry yet.
        return (told.actor, told.at) if told else (self._begun.actor, self._begun.at)

    def write_plain(self, table: str, row: dict[str, Any]) -> None:
        """One row of a table that is not a fact table (a frozen month), under this change."""
        self._insert(table, ({**row, "change_seq": self.seq} for _ in range(1)), {"inserted": 1})

    def entry(self) -> Entry | None:
        """The entry of the audit log for what was written; ``None`` when nothing was."""
        if not self._written:
            return None
        return replace(
            self._begun,
            summary=canonical_json({table: written.counts for table, written in self._written.items()}),
            rows_digest=digests_text({table: written.digest for table, written in self._written.items()}),
        )

    def _write(
        self,
        table: Table,
        frame: pd.DataFrame,
        *,
        versions: pd.Series,
        counts: dict[str, int],
        is_withdrawn: bool = False,
    ) -> None:
        if frame.empty:
            return
        self._refuse_frozen(table, frame)
        columns = {name: plain_values(frame[name]) for name in frame.columns}
        if has_secrets(table):
            columns |= self._sealed(columns)
        columns["version"] = plain_values(versions)
        names = list(columns)
        constant = {"is_withdrawn": is_withdrawn, "change_seq": self.seq}
        rows = (dict(zip(names, row, strict=True)) | constant for row in zip(*columns.values(), strict=True))
        savepoint = self._connection.begin_nested()
        try:
            self._insert(table.name, rows, counts)
        except IntegrityError:
            # The lock of writers makes this impossible, unless something else than Hamyar writes.
            savepoint.rollback()
            self._refuse_overtaken(table, frame, versions)
            raise
        savepoint.commit()

    def _insert(self, table: str, rows: Iterator[dict[str, Any]], counts: dict[str, int]) -> None:
        written = self._written.get(table, _Written())
        digest = written.digest.copy()
        statement = sa.insert(AUDITED_MODELS[table])
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            self._connection.execute(statement, chunk)
            for row in chunk:
                digest.add({name: value for name, value in row.items() if name != "change_seq"})
        # Only now: a refused row must leave no trace in the digest of a change that goes on.
        total = {kind: number + counts.get(kind, 0) for kind, number in written.counts.items()}
        self._written[table] = _Written(total, digest)

    def _sealed(self, columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
        if self._keyring is None:
            raise KeyNotGiven()
        rows = list(zip(columns["owner_id"], columns["field"], columns["value"], strict=True))
        return {
            "value": [self._keyring.encrypt(*row) for row in rows],
            "value_index": [self._keyring.blind_index(field, value) for _, field, value in rows],
        }

    def _refuse_frozen(self, table: Table, frame: pd.DataFrame) -> None:
        if self._begun.corrects_frozen or not {"month", "day"} & set(table.key):
            return
        # A day such as 14050830 begins with its month.
        months = frame["month"] if "month" in table.key else frame["day"] // 100
        frozen = set(self._connection.scalars(sa.select(frozen_months.c.month).distinct()))
        touched = frozen & set(months.unique().tolist())
        if touched:
            raise MonthFrozen(month=Month.from_code(min(touched)), table=table_message(table.name))

    def _refuse_conflict(
        self, table: Table, wanted: pd.DataFrame, stored: pd.DataFrame, conflicting: pd.Series
    ) -> None:
        if conflicting.any():
            raise conflict_over(table, wanted[conflicting], stored[conflicting], self.teller_of)

    def _refuse_overtaken(self, table: Table, frame: pd.DataFrame, versions: pd.Series) -> None:
        wanted = frame.reset_index(drop=True)
        stored = matching_rows(self._connection, table, wanted)
        if has_secrets(table):
            stored = opened(stored, self._keyring)
        overtaken = (stored["version"] >= versions.reset_index(drop=True)).fillna(False)
        self._refuse_conflict(table, wanted, stored, overtaken)


def _in_one_form(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Plain (not categorical) columns, and free text as the store keeps it."""
    columns = {}
    for column in table.columns:
        values = frame[column.name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype("str")
        if column.kind == "text":
            values = values.map(normal_text, na_action="ignore").astype("str")
        columns[column.name] = values
    return pd.DataFrame(columns)


def _is_same(table: Table, wanted: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    same = ~stored["is_withdrawn"].fillna(True).astype(bool)
    for name in table.column_names:
        if name not in table.key:
            # As plain objects: there a missing value equals a missing value, which pandas denies.
            same &= np.array(plain_values(wanted[name]), object) == np.array(plain_values(stored[name]), object)
    return same
