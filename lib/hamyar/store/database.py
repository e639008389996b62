"""The connection: SQLite by default, PostgreSQL by address, one behaviour.

Writing is serial.  A change takes the one write lock when it begins (``BEGIN IMMEDIATE`` in SQLite,
an advisory lock in PostgreSQL), so that the entries of the audit log are numbered without gaps
and nobody decides on facts that another is just replacing.  Reading never waits.

SQLite is opened with a write-ahead log, full synchronisation and foreign keys:
after a power cut the database is as it was at the last finished change.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_

# The newest file in ``migrations/versions``; a test compares them, so that opening need not load Alembic.
REVISION = "0004"
BUSY_SECONDS = 30
# Any fixed number, for "the right to write" among all sessions of one PostgreSQL database.
_WRITE_LOCK = 0x68616D796172
_LOCK_NOT_AVAILABLE = "55P03"


class DatabaseMissing(HamyarError):
    msgid = N_("There is no Hamyar database at {url}. Run 'hamyar init' to make one, or correct the address.")


class DatabaseUnreachable(HamyarError):
    msgid = N_("The database at {url} does not answer. Start it, or correct the address and the password.")


class DatabaseOutdated(HamyarError):
    msgid = N_(
        "The database at {url} has revision {found}; this Hamyar needs {needed}. Run 'hamyar init' to bring it up."
    )


class DatabaseTooNew(HamyarError):
    msgid = N_("The database at {url} has revision {found}, which this Hamyar does not know. Install the newer Hamyar.")


class DatabaseBusy(HamyarError):
    msgid = N_("Somebody else has been writing to the database for {seconds} seconds. Nothing was saved; try again.")


class DatabaseKindUnknown(HamyarError):
    msgid = N_("'{url}' is not an address Hamyar can use. Write sqlite:///path or postgresql://user@host/name.")


class Database:
    """One engine and the two ways to use it: :meth:`read` and :meth:`write`."""

    def __init__(self, url: str) -> None:
        self.url = _normal_url(url)
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def name(self) -> str:
        """The address without its password, for messages."""
        return self.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """The database file, where it is one."""
        return Path(self.url.database or "") if self.is_sqlite else None

    def make_file(self) -> None:
        """An empty database file with its folders, readable by its owner only; PostgreSQL has its own care."""
        if self.file is not None and not self.file.exists():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600))

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that alone may write; an exception undoes all of it.  Raises ``DatabaseBusy``."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(hamyar_write=True)
            with self._begin(connection):
                yield connection

    def _begin(self, connection: sa.Connection) -> sa.RootTransaction:
        try:
            transaction = connection.begin()
            if not self.is_sqlite:
                connection.execute(sa.text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITE_LOCK})
        except OperationalError as error:
            if "locked" in str(error.orig) or getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise DatabaseBusy(seconds=BUSY_SECONDS) from error
            raise
        return transaction

    def upgrade(self) -> None:
        """Bring the tables to :data:`REVISION`; on a database that has it nothing happens."""
        # Only `hamyar init` needs Alembic; a notebook that opens the store should not pay for loading it.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        with self.write() as connection:
            self._refuse_newer(self._revision(connection))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def require_current(self) -> None:
        """Raises ``DatabaseMissing``, ``DatabaseUnreachable``, ``DatabaseOutdated`` or ``DatabaseTooNew``."""
        if self.file is not None and not self.file.is_file():
            raise DatabaseMissing(url=self.name)
        try:
            with self.read() as connection:
                found = self._revision(connection)
        except OperationalError as error:
            raise DatabaseUnreachable(url=self.name) from error
        if found is None:
            raise DatabaseMissing(url=self.name)
        self._refuse_newer(found)
        if found != REVISION:
            raise DatabaseOutdated(url=self.name, found=found, needed=REVISION)

    def _revision(self, connection: sa.Connection) -> str | None:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)

    def _refuse_newer(self, found: str | None) -> None:
        # Revisions are numbered 0001, 0002, …, so their order is that of the text.
        if found is not None and found > REVISION:
            raise DatabaseTooNew(url=self.name, found=found)

    def close(self) -> None:
        self.engine.dispose()


def _normal_url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        # The text may hold a password, and a broken address cannot be cut into what may be shown.
        raise DatabaseKindUnknown(url="•••") from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    in_a_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    if not in_a_file and url.drivername != "postgresql+psycopg":
        raise DatabaseKindUnknown(url=url.render_as_string(hide_password=True))
    return url


def _postgresql_engine(url: sa.URL) -> sa.Engine:
    # Parameters of a failed statement would travel in the exception, and with them what a family told.
    return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True)


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    # Opening a file is cheap; a connection kept in a pool would follow a forked kernel into the child.
    engine = sa.create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Python's own transaction handling would begin too late and without the write lock.
        connection.isolation_level = None
        # Recursive triggers: without them INSERT OR REPLACE removes a row unnoticed by the delete trigger.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        is_write = connection.get_execution_options().get("hamyar_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine
