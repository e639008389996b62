"""A frozen month as one read-only file, which notebooks read instead of the database.

A hundred thousand kernels cannot ask one database, and none of them may see a name.
So the frozen facts are written once into a small SQLite file with an index by family:
a kernel opens the file, reads one family through the index, and has no way to anything else.
The file holds the declared fact tables, :class:`BundleMeta`, and what needs all families at once:
what each rule gives a family of the month's budget, and the background against which a family's page is written.
Identities are not among them.

Equal content gives an equal file, byte for byte (with one version of SQLite), and :func:`data_hash` gives
an equal hash on every database.

A table or a column that was declared later has a greater ``format`` (:mod:`hamyar.core.tables`).
While it holds nothing it takes no part in the hash, and a file of an earlier format, which lacks it, is read as one
in which it holds nothing.  So a month frozen by an earlier Hamyar stays the month that was frozen.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.tables import FACT_TABLES, NUMERIC_KINDS, CaseTables, Column, Table, conform
from hamyar.store.canonical import canonical_json, plain_rows
from hamyar.store.files import atomic_path

FORMAT = 3
_READABLE = range(1, FORMAT + 1)
_BACKGROUND = "background"
# More families than this and reading everything is quicker than asking for each.
ASK_BY_NAME = 500


class BundleMissing(HamyarError):
    msgid = N_("There is no frozen month at {file}. Freeze the month first, or correct the path.")


class BundleUnreadable(HamyarError):
    msgid = N_("{file} is not a frozen month that this Hamyar can read. Freeze the month again.")


class BundleDamaged(HamyarError):
    msgid = N_("The facts in {file} are not those that were frozen. Make the file again from the database.")


class BundleContradicts(HamyarError):
    msgid = N_("The tables handed over for {month} are not those that were frozen. Read them again from the freeze.")


@dataclass(frozen=True)
class BundleMeta:
    """What a frozen month is made from; ``parameter_texts`` holds the parameter files by name, as they were."""

    month: Month
    data_hash: str
    change_seq: int
    head_hash: str
    parameters_fingerprint: str
    parameter_texts: dict[str, str] = field(default_factory=dict)
    currency: str = "IRR"
    is_synthetic: bool = False
    title: str = ""
    frozen_at: str = ""
    code_version: str = ""


def data_hash(tables: CaseTables) -> str:
    """The SHA-256, in hexadecimal, of the facts in ``tables``, in whatever order or pandas type they stand.

    Covers the fact tables, the currency and whether the data are invented; the centre's title is only a label.
    What is newer than the first format and holds no value is left out.
    """
    sha = hashlib.sha256()
    sha.update(canonical_json([tables.currency, tables.is_synthetic]).encode() + b"\n")
    for name, table in FACT_TABLES.items():
        frame = getattr(tables, name)
        if table.format > 1 and frame.empty:
            continue
        frame = _by_key(table, frame)
        told = [column.name for column in table.columns if _is_told(table, column, frame)]
        sha.update(canonical_json([name, told]).encode() + b"\n")
        for row in plain_rows(frame[told]):
            sha.update(canonical_json(row).encode() + b"\n")
    return sha.hexdigest()


def _is_told(table: Table, column: Column, frame: pd.DataFrame) -> bool:
    """Whether a column counts: it is as old as its table, or says something."""
    return column.format <= table.format or bool(frame[column.name].notna().any())


def write_bundle(
    path: Path,
    tables: CaseTables,
    meta: BundleMeta,
    shared_aid: pd.DataFrame | None = None,
    background: str = "",
) -> None:
    """Write ``tables`` and ``meta`` to ``path``, whole or not at all; the folder must exist.

    ``shared_aid`` is indexed by family, with one column of nullable money for each rule of sharing.
    ``background`` is what one family's page must know of the whole centre, as text that its maker can read again.

    Raises ``BundleContradicts`` when the tables are not those of ``meta.data_hash``.
    """
    if data_hash(tables) != meta.data_hash:
        raise BundleContradicts(month=meta.month)
    with atomic_path(path) as partial, closing(sqlite3.connect(partial, isolation_level=None)) as connection:
        # A rollback journal would only guard a file that is thrown away if anything goes wrong.
        for pragma in ("page_size=4096", "journal_mode=OFF", "synchronous=OFF", "encoding='UTF-8'"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        entries = {**asdict(meta), "month": meta.month.code, "format": FORMAT}
        if background:
            entries[_BACKGROUND] = background
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", ((name, canonical_json(entries[name])) for name in sorted(entries))
        )
        for name, table in FACT_TABLES.items():
            _write_table(connection, table, _by_key(table, getattr(tables, name)))
        _write_shared_aid(connection, shared_aid)
        connection.execute("COMMIT")


class Bundle:
    """A frozen month, opened for reading; raises ``BundleMissing`` or ``BundleUnreadable``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise BundleMissing(file=path)
        self.meta, self._format = self._read_meta()

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        """The frozen facts of all families or of some, conformed, rows by key.

        Tables that know no family (budgets, helpers, events) are always whole.
        """
        with self._open() as connection:
            frames = {name: self._read_table(connection, table, family_ids) for name, table in FACT_TABLES.items()}
        return CaseTables(
            **frames, currency=self.meta.currency, is_synthetic=self.meta.is_synthetic, title=self.meta.title
        )

    def shared_aid(self, family_id: str) -> dict[str, int | None]:
        """What each rule gives the family, ``None`` with an unknown gap; empty where no budget was shared."""
        with self._open() as connection:
            rows = connection.execute("SELECT rule, aid_money FROM shared_aid WHERE family_id = ?", (family_id,))
            return dict(rows.fetchall())

    def background(self) -> str:
        """What :func:`write_bundle` was given as the background of the centre; empty where there was none."""
        with self._open() as connection:
            found = connection.execute("SELECT value FROM meta WHERE name = ?", (_BACKGROUND,)).fetchone()
        return "" if found is None else str(json.loads(found[0]))

    def verify(self) -> None:
        """Read everything and compare with the hash; raises ``BundleDamaged``."""
        try:
            found = data_hash(self.tables())
        except (sqlite3.DatabaseError, HamyarError) as error:
            raise BundleDamaged(file=self.path) from error
        if found != self.meta.data_hash:
            raise BundleDamaged(file=self.path)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # Immutable: no lock is taken and no file is made beside it, so it may lie in a folder without write access.
        address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            yield connection

    def _read_meta(self) -> tuple[BundleMeta, int]:
        try:
            with self._open() as connection:
                # The background may be long, and only who needs it should read it.
                rows = connection.execute("SELECT name, value FROM meta WHERE name <> ?", (_BACKGROUND,))
                entries = {name: json.loads(value) for name, value in rows}
            written = entries.pop("format")
            if written not in _READABLE:
                raise BundleUnreadable(file=self.path)
            return BundleMeta(**{**entries, "month": Month.from_code(entries["month"])}), written
        except (sqlite3.DatabaseError, KeyError, TypeError, ValueError) as error:
            raise BundleUnreadable(file=self.path) from error

    def _read_table(
        self, connection: sqlite3.Connection, table: Table, family_ids: Sequence[str] | None
    ) -> pd.DataFrame:
        if table.format > self._format:
            return table.empty()
        stored = [column for column in table.columns if column.format <= self._format]
        is_whole = family_ids is None or "family_id" not in table.column_names
        wanted = None if is_whole else list(dict.fromkeys(family_ids or ()))
        condition, values = "", []
        if wanted is not None and len(wanted) <= ASK_BY_NAME:
            condition, values = f" WHERE family_id IN ({', '.join('?' * len(wanted))})", wanted
        names = ", ".join(column.name for column in stored)
        # Names and condition come from the declarations; values are bound.
        rows = connection.execute(f"SELECT {names} FROM {table.name}{condition} ORDER BY rowid", values).fetchall()  # noqa: S608
        if not rows:
            return table.empty()
        columns = list(zip(*rows, strict=True))
        frame = pd.DataFrame(
            {
                column.name: pd.Series(told, dtype="Int64" if column.kind in NUMERIC_KINDS else "str")
                for column, told in zip(stored, columns, strict=True)
            }
        )
        if wanted is not None and not condition:
            frame = frame[frame["family_id"].isin(wanted)]
        return conform(table, frame)


def _write_shared_aid(connection: sqlite3.Connection, shared_aid: pd.DataFrame | None) -> None:
    connection.execute(
        "CREATE TABLE shared_aid (family_id TEXT, rule TEXT, aid_money INTEGER, PRIMARY KEY (family_id, rule)) "
        "WITHOUT ROWID"
    )
    if shared_aid is None:
        return
    for rule in sorted(shared_aid.columns):
        amounts = (None if pd.isna(amount) else int(amount) for amount in shared_aid[rule])
        families = shared_aid.index.astype("str")
        connection.executemany(
            "INSERT INTO shared_aid VALUES (?, ?, ?)",
            ((family, rule, amount) for family, amount in zip(families, amounts, strict=True)),
        )


def _by_key(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    conformed = conform(table, frame)
    keys = conformed[list(table.key)]
    keys = keys.astype({name: "str" for name in table.key if table[name].kind not in NUMERIC_KINDS})
    return conformed.loc[keys.sort_values(list(table.key)).index]


def _write_table(connection: sqlite3.Connection, table: Table, frame: pd.DataFrame) -> None:
    columns = ", ".join(
        f"{column.name} {'INTEGER' if column.kind in NUMERIC_KINDS else 'TEXT'}" for column in table.columns
    )
    connection.execute(f"CREATE TABLE {table.name} ({columns})")
    places = ", ".join("?" * len(table.columns))
    rows: Iterator[tuple[Any, ...]] = iter(plain_rows(frame))
    connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)  # noqa: S608 - declared names
    if "family_id" in table.column_names:
        connection.execute(f"CREATE INDEX {table.name}_by_family ON {table.name} (family_id)")
