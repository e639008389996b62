"""The audit log: an entry for each change, chained by hash to the one before.

An entry says who changed what, when and why, counts the rows of each table (``summary``),
and holds a digest of the very rows it wrote, table by table (``rows_digest``).
Its hash covers all of that and the hash before it.  So a row that is altered, removed or slipped in later
no longer fits its entry, and an entry that is altered no longer fits the chain; :func:`verify` names both.

The chain begins at the centre's currency and at whether its data are invented:
with those changed, every amount would mean something else.

Someone who can rewrite the whole database can rewrite the whole chain, or cut off its end.
That shows only against a head kept elsewhere: every monthly run prints it, and ``verify`` takes it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message, message
from hamyar.store.canonical import RowsDigest, canonical_json, sha256_of
from hamyar.store.facts import Centre
from hamyar.store.models import AUDITED_MODELS, changes, digested_columns, frozen_months

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Head:
    """The last entry of the log; ``seq`` 0 and the chain's beginning while nothing is written."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Entry:
    """One entry of the log, all but its hash."""

    seq: int
    at: str
    actor: str
    reason: str
    corrects_frozen: bool
    summary: str
    rows_digest: str
    previous_hash: str

    @property
    def hash(self) -> str:
        return sha256_of(asdict(self))


def beginning(centre: Centre) -> Head:
    return Head(0, sha256_of({"currency": centre.currency, "is_synthetic": centre.is_synthetic}))


def read_head(connection: sa.Connection, centre: Centre) -> Head:
    last = connection.execute(sa.select(changes.c.seq, changes.c.hash).order_by(changes.c.seq.desc()).limit(1)).first()
    return beginning(centre) if last is None else Head(last.seq, last.hash)


def append(connection: sa.Connection, entry: Entry) -> Head:
    connection.execute(sa.insert(changes).values(**asdict(entry), hash=entry.hash))
    return Head(entry.seq, entry.hash)


def digests_text(digests: dict[str, RowsDigest]) -> str:
    """What an entry keeps of the rows it wrote: a SHA-256 for each table."""
    return canonical_json({table: digest.hexdigest() for table, digest in digests.items()})


def verify(connection: sa.Connection, centre: Centre, known_head: Head | None = None) -> list[Message]:
    """Everything that does not fit, each in a sentence; empty when the log and the facts are as they were written.

    Reads every row once, as a stream.  ``known_head`` is a head noted earlier outside the database.
    """
    problems: list[Message] = []
    expected: dict[int, dict[str, str]] = {}
    hashes = {0: beginning(centre).hash}
    previous = beginning(centre)
    for entry, stored_hash in _entries(connection):
        problems += _entry_problems(entry, stored_hash, previous)
        expected[entry.seq] = _read_digests(entry.rows_digest)
        hashes[entry.seq] = stored_hash
        previous = Head(entry.seq, stored_hash)
    for table, model in AUDITED_MODELS.items():
        problems += _table_problems(connection, table, model, expected)
    problems += _freeze_problems(connection, hashes)
    if known_head is not None and hashes.get(known_head.seq) != known_head.hash:
        problems.append(
            message(N_("The audit log no longer holds change {seq} as it was noted earlier."), seq=known_head.seq)
        )
    return problems


def _entries(connection: sa.Connection) -> Iterator[tuple[Entry, str]]:
    for row in connection.execute(sa.select(changes).order_by(changes.c.seq)):
        values = dict(row._mapping)
        yield Entry(**{name: value for name, value in values.items() if name != "hash"}), values["hash"]


def _entry_problems(entry: Entry, stored_hash: str, previous: Head) -> Iterable[Message]:
    if entry.seq != previous.seq + 1:
        yield message(N_("The audit log lacks the changes before number {seq}."), seq=entry.seq)
    elif entry.previous_hash != previous.hash:
        yield message(N_("Change {seq} of the audit log does not follow from the one before it."), seq=entry.seq)
    if entry.hash != stored_hash:
        yield message(N_("Change {seq} of the audit log was altered after it was written."), seq=entry.seq)


def _table_problems(
    connection: sa.Connection, table: str, model: sa.Table, expected: dict[int, dict[str, str]]
) -> Iterable[Message]:
    found = {}
    names = digested_columns(model)
    columns = [model.c.change_seq, *(model.c[name] for name in names)]
    rows = connection.execute(
        sa.select(*columns).order_by(model.c.change_seq, model.c.id),
        execution_options={"stream_results": True, "yield_per": ROWS_AT_ONCE},
    )
    for seq, written in groupby(rows, key=lambda row: row[0]):
        digest = RowsDigest()
        for row in written:
            digest.add(dict(zip(names, row[1:], strict=True)))
        found[seq] = digest.hexdigest()
    wanted = {seq: digests[table] for seq, digests in expected.items() if table in digests}
    for seq in sorted(found.keys() | wanted.keys()):
        values: dict[str, Any] = {"table": table, "seq": seq}
        if seq not in wanted:
            yield message(N_("Table '{table}' holds rows of change {seq}, which did not write any there."), **values)
        elif seq not in found:
            yield message(N_("Table '{table}' lacks all rows that change {seq} wrote."), **values)
        elif found[seq] != wanted[seq]:
            yield message(N_("Table '{table}': rows of change {seq} were altered, removed or added."), **values)


def _freeze_problems(connection: sa.Connection, hashes: dict[int, str]) -> Iterable[Message]:
    for row in connection.execute(sa.select(frozen_months).order_by(frozen_months.c.id)):
        if hashes.get(row.data_seq) != row.head_hash:
            yield message(
                N_("The frozen month {month} names change {seq} with a hash that the audit log does not have."),
                **{"month": Month.from_code(row.month), "seq": row.data_seq},
            )


def _read_digests(text: str) -> dict[str, str]:
    try:
        digests = json.loads(text)
    except ValueError:
        # Not readable any more: the entry's own hash reports it, and each table reports its rows.
        return {}
    return digests if isinstance(digests, dict) else {}
