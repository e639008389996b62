"""The store of one centre: facts with their history, secrets, the audit log, frozen months.

Everything else in Hamyar reaches the database through :class:`Store`.

>>> with Store.open(url, key_file) as store, store.change("sara", "home visit") as change:
...     change.record(FLOWS, frame)                                        # doctest: +SKIP
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import sqlalchemy as sa

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message
from hamyar.core.rial import currency_of
from hamyar.core.tables import IDENTITIES, CaseTables, Table
from hamyar.store import audit
from hamyar.store.audit import Entry, Head
from hamyar.store.bundle import data_hash
from hamyar.store.change import Change, ChangeUnexplained, iranian_day
from hamyar.store.database import Database, DatabaseMissing
from hamyar.store.facts import (
    Centre,
    current_rows,
    current_versions,
    has_secrets,
    opened,
    read_centre,
    read_history,
    read_owners,
    read_table,
    read_tables,
)
from hamyar.store.frozen import FrozenDataDiffer, FrozenMonth, as_row, read_frozen
from hamyar.store.models import centre as centre_model
from hamyar.store.models import changes
from hamyar.store.secrets import KeyFileMissing, KeyNotGiven, Keyring, create_key_file

Clock = Callable[[], dt.datetime]


class CurrencyDiffers(HamyarError):
    msgid = N_("The database counts in {existing}, not in {asked}. Make another database for another currency.")


class ChangeUnknown(HamyarError):
    msgid = N_("There is no change {seq} to look back to: the audit log ends at {last}.")


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _ensure_centre(connection: sa.Connection, wanted: Centre, key_file: Path) -> None:
    existing = read_centre(connection)
    if existing is None:
        create_key_file(key_file)
        connection.execute(sa.insert(centre_model).values(id=1, **asdict(wanted)))
    elif existing.currency != wanted.currency:
        raise CurrencyDiffers(existing=existing.currency, asked=wanted.currency)
    elif not key_file.exists():
        raise KeyFileMissing(file=key_file)


class Store:
    """Open one with :meth:`create` or :meth:`open`, and close it (or use ``with``).

    ``clock`` gives the time of a change as an aware ``datetime``; it is kept in UTC, to the second.
    Accounts and drafts lie in the same database; their modules in this layer share its connection and its keys.
    """

    def __init__(self, database: Database, keyring: Keyring | None, centre: Centre, clock: Clock) -> None:
        self.centre = centre
        self._database = database
        self._keyring = keyring
        self._clock = clock

    @classmethod
    def create(
        cls,
        url: str,
        key_file: Path,
        *,
        title: str,
        currency: str = "IRR",
        is_synthetic: bool = False,
        clock: Clock = utc_now,
    ) -> "Store":
        """Make the database and the key file where they are absent, or bring an existing database up to date.

        An existing database keeps its title and whether it is synthetic.
        Raises ``CurrencyDiffers`` or ``CurrencyUnknown``; ``KeyFileMissing`` where a database has lost its key,
        because a new key would open none of the secrets in it.
        """
        currency_of(currency)
        database = Database(url)
        try:
            database.make_file()
            database.upgrade()
            with database.write() as connection:
                _ensure_centre(connection, Centre(title, currency, is_synthetic), key_file)
            return cls._opened(database, key_file, clock)
        except BaseException:
            database.close()
            raise

    @classmethod
    def open(cls, url: str, key_file: Path | None = None, clock: Clock = utc_now) -> "Store":
        """Open a database that ``hamyar init`` made; without ``key_file`` its secrets stay closed.

        Raises ``DatabaseMissing``, ``DatabaseUnreachable``, ``DatabaseOutdated``, ``DatabaseTooNew``
        and, for the key file, ``KeyFileMissing``, ``KeyFileOpen`` or ``KeyFileInvalid``.
        """
        database = Database(url)
        try:
            database.require_current()
            return cls._opened(database, key_file, clock)
        except BaseException:
            database.close()
            raise

    @classmethod
    def _opened(cls, database: Database, key_file: Path | None, clock: Clock) -> "Store":
        keyring = None if key_file is None else Keyring.read(key_file)
        with database.read() as connection:
            centre = read_centre(connection)
        if centre is None:
            raise DatabaseMissing(url=database.name)
        return cls(database, keyring, centre, clock)

    @property
    def can_read_secrets(self) -> bool:
        """Whether the key of the secrets is at hand."""
        return self._keyring is not None

    @property
    def keyring(self) -> Keyring:
        """The keys themselves; raises ``KeyNotGiven``."""
        if self._keyring is None:
            raise KeyNotGiven()
        return self._keyring

    @property
    def address(self) -> str:
        """Where the database is, without a password."""
        return self._database.name

    def has_families(self) -> bool:
        """Whether any family was ever recorded; cheap at any size."""
        with self._database.read() as connection:
            return connection.execute(sa.text("SELECT 1 FROM families LIMIT 1")).first() is not None

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def change(self, actor: str, reason: str, *, corrects_frozen: bool = False) -> Iterator[Change]:
        """One transaction and one entry of the audit log: all of it is written, or nothing.

        When the block raises, nothing is written; when it records nothing new, there is no entry.
        Changes wait for each other, so keep the block short and never open one inside another.
        Raises ``ChangeUnexplained`` or ``DatabaseBusy``.
        """
        with self._change(actor, reason, corrects_frozen) as (change, _connection, _head):
            yield change

    @contextmanager
    def _change(
        self, actor: str, reason: str, corrects_frozen: bool = False
    ) -> Iterator[tuple[Change, sa.Connection, Head]]:
        if not actor.strip() or not reason.strip():
            raise ChangeUnexplained()
        with self._database.write() as connection:
            head = audit.read_head(connection, self.centre)
            begun = Entry(head.seq + 1, self._now(), actor, reason, corrects_frozen, "{}", "{}", head.hash)
            change = Change(connection, begun, self._keyring)
            yield change, connection, head
            entry = change.entry()
            if entry is not None:
                audit.append(connection, entry)

    def tables(self, *, as_of: int | None = None, family_ids: Sequence[str] | None = None) -> CaseTables:
        """The current facts, or those as of change ``as_of``; of all families or of some; rows by key.

        Raises ``ChangeUnknown`` for a change that has not happened.
        """
        with self._database.read() as connection:
            return read_tables(connection, self.centre, self._seq(connection, as_of), family_ids)

    def current(self, table: Table, only: Mapping[str, Sequence[Any]] | None = None) -> pd.DataFrame:
        """The current facts of one fact table, rows by key; ``only`` limits columns to some values."""
        with self._database.read() as connection:
            return read_table(connection, table, only=only)

    def of_families(self, table: Table, family_ids: Sequence[str]) -> pd.DataFrame:
        """The facts of one table that were ever told of some families, each as it stands, withdrawn ones too."""
        with self._database.read() as connection:
            found = current_rows(connection, table, only={"family_id": family_ids}, with_withdrawn=True)
        return found[found["family_id"].isin(list(family_ids))].reset_index(drop=True)

    def now(self) -> dt.datetime:
        """The time by the store's clock, aware and in UTC."""
        return self._clock().astimezone(dt.UTC)

    def today(self) -> int:
        """The day it is in Iran, such as 14050830."""
        return iranian_day(self._clock())

    def versions(self, table: Table, keys: pd.DataFrame) -> pd.Series:
        """The current version of each row named by ``keys`` (missing: none), for ``base_versions`` of a later edit."""
        with self._database.read() as connection:
            return current_versions(connection, table, keys)

    def history(self, table: Table, key: Mapping[str, Any]) -> pd.DataFrame:
        """All versions of one fact, oldest first, with the declared columns and who, when and why.

        The further columns are ``version, is_withdrawn, change_seq, change_at, change_actor, change_reason``;
        a ``reason`` is the fact's own.
        Raises ``KeyIncomplete``; for identities, which come decrypted, ``KeyNotGiven``.
        """
        with self._database.read() as connection:
            found = read_history(connection, table, key)
        return opened(found, self._keyring) if has_secrets(table) else found

    def identities(
        self, owner_ids: Sequence[str] | None = None, *, as_of: int | None = None
    ) -> dict[str, dict[str, str]]:
        """Secrets in plain text as ``{owner_id: {field: value}}``, by owner and field; raises ``KeyNotGiven``."""
        only = None if owner_ids is None else {"owner_id": owner_ids}
        with self._database.read() as connection:
            found = current_rows(connection, IDENTITIES, as_of=self._seq(connection, as_of), only=only)
        if owner_ids is not None and len(found):
            found = found[found["owner_id"].isin(list(owner_ids))]
        secrets: dict[str, dict[str, str]] = {}
        for row in opened(found, self._keyring).sort_values(["owner_id", "field"]).itertuples():
            secrets.setdefault(row.owner_id, {})[row.field] = row.value
        return secrets

    def find_by_identity(self, field: str, value: str) -> list[str]:
        """Owners whose current ``field`` is ``value``, however it is spelt or in whichever digits, sorted."""
        if self._keyring is None:
            raise KeyNotGiven()
        with self._database.read() as connection:
            return read_owners(connection, self._keyring.blind_indexes(field, value))

    def head(self) -> Head:
        """The last entry of the audit log."""
        with self._database.read() as connection:
            return audit.read_head(connection, self.centre)

    def last_moment(self) -> dt.datetime:
        """When the last entry of the audit log was written, aware and in UTC; now, while nothing is written."""
        with self._database.read() as connection:
            head = audit.read_head(connection, self.centre)
            at = connection.scalar(sa.select(changes.c.at).where(changes.c.seq == head.seq))
        return self.now() if at is None else dt.datetime.fromisoformat(at).astimezone(dt.UTC)

    def verify_audit(self, known_head: Head | None = None) -> list[Message]:
        """What does not fit between the log and the facts; empty when all is as it was written.

        ``known_head``, noted outside the database (every run's manifest has one), also shows a log cut off at its end.
        """
        with self._database.read() as connection:
            return audit.verify(connection, self.centre, known_head)

    def freeze(
        self, month: Month, actor: str, *, parameters_fingerprint: str, again_because: str | None = None
    ) -> FrozenMonth:
        """Note the facts and the parameters that ``month`` is run from.

        A month that is frozen is returned as it is, unless ``again_because`` says why it is frozen anew.
        The freezing is itself an entry of the audit log.
        """
        existing = self.frozen(month)
        if existing is not None and again_because is None:
            return existing
        with self._change(actor, again_because or f"freeze {month}") as (change, connection, head):
            # Somebody may have frozen it while we waited for the right to write.
            existing = read_frozen(connection, month)
            if existing is not None and again_because is None:
                return existing
            frozen = FrozenMonth(
                month=month,
                version=existing.version + 1 if existing else 1,
                change_seq=head.seq,
                head_hash=head.hash,
                data_hash=data_hash(read_tables(connection, self.centre, head.seq)),
                parameters_fingerprint=parameters_fingerprint,
                frozen_at=self._now(),
                frozen_by=actor,
                again_because=again_because if existing else None,
            )
            change.write_plain("frozen_months", as_row(frozen))
        return frozen

    def frozen(self, month: Month) -> FrozenMonth | None:
        """The latest freezing of ``month``, or ``None``."""
        with self._database.read() as connection:
            return read_frozen(connection, month)

    def frozen_tables(self, frozen: FrozenMonth) -> CaseTables:
        """The facts a month was frozen with; raises ``FrozenDataDiffer`` when they are not those any more."""
        tables = self.tables(as_of=frozen.change_seq)
        if data_hash(tables) != frozen.data_hash:
            raise FrozenDataDiffer(month=frozen.month)
        return tables

    def _seq(self, connection: sa.Connection, as_of: int | None) -> int:
        last = audit.read_head(connection, self.centre).seq
        if as_of is not None and not 0 <= as_of <= last:
            raise ChangeUnknown(seq=as_of, last=last)
        return last if as_of is None else as_of

    def _now(self) -> str:
        return self.now().isoformat(timespec="seconds")
