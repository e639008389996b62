"""The database's shape, its guards, and what opening one says."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError

from hamyar.core.jalali import Month
from hamyar.core.tables import FLOWS
from hamyar.store import database as database_module
from hamyar.store.accounts import Accounts
from hamyar.store.database import (
    REVISION,
    Database,
    DatabaseBusy,
    DatabaseKindUnknown,
    DatabaseMissing,
    DatabaseOutdated,
    DatabaseTooNew,
    DatabaseUnreachable,
)
from hamyar.store.models import AUDITED_MODELS, changes, metadata
from hamyar.store.store import Store


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    made.make_file()
    yield made
    made.close()


def test_the_migrations_make_what_the_declarations_say(database: Database):
    """Comparing the migrated database with the models finds no difference."""
    database.upgrade()
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(database: Database):
    """The second upgrade leaves every table, column and trigger as it was."""

    def shape() -> list[tuple[str, str]]:
        query = (
            "SELECT name, sql FROM sqlite_master ORDER BY name"
            if database.is_sqlite
            else "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname, oid"
        )
        with database.read() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    database.upgrade()
    before = shape()
    database.upgrade()
    assert before == shape()
    assert len(before) >= len(AUDITED_MODELS) + 1


def test_the_revision_in_code_is_the_newest_migration():
    """The constant that spares loading Alembic names the head of the migrations, and they are one line."""
    config = Config()
    config.set_main_option("script_location", str(Path(database_module.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_database_itself_refuses_to_change_what_was_written(helped: Store, statement: str):
    """UPDATE and DELETE fail on every fact table, identities, changes, frozen months and accounts."""
    helped.freeze(Month(1405, 8), "sara", parameters_fingerprint="p")
    Accounts(helped).add("omid", "operator", password="a long blue river", actor="sara")
    for name, model in (AUDITED_MODELS | {"changes": changes}).items():
        sql = statement.format(table=name, column=model.columns.keys()[1])
        with (
            pytest.raises(DatabaseError, match="never changed or removed"),
            helped._database.write() as connection,
        ):
            connection.execute(sa.text(sql))
    assert helped.verify_audit() == []


@pytest.mark.postgresql
def test_postgresql_refuses_to_empty_a_table(postgresql_url: str, key_file: Path):
    """TRUNCATE is refused like DELETE."""
    with Store.create(postgresql_url, key_file, title="x") as store:
        for table in AUDITED_MODELS:
            with (
                pytest.raises(DatabaseError, match="never changed or removed"),
                store._database.write() as connection,
            ):
                connection.execute(sa.text(f"TRUNCATE {table}"))


def test_sqlite_replaces_nothing_in_silence(sqlite_store: Store):
    """INSERT OR REPLACE over a stored row is refused by the delete trigger."""
    insert = "INTO families (id, family_id, version, is_withdrawn, change_seq) VALUES (1, 'F1', 1, false, 1)"
    with sqlite_store._database.write() as connection:
        connection.execute(sa.text(f"INSERT {insert}"))
        with pytest.raises(DatabaseError, match="never changed or removed"):
            connection.execute(sa.text(f"INSERT OR REPLACE {insert}"))
        connection.rollback()


def test_a_fact_without_an_entry_in_the_log_is_refused(store: Store):
    """The reference to the change is checked at the commit."""
    with pytest.raises(DatabaseError), store._database.write() as connection:
        connection.execute(
            sa.text("INSERT INTO families (family_id, version, is_withdrawn, change_seq) VALUES ('F1', 1, false, 77)")
        )
    assert store.tables().families.empty


def test_sqlite_is_opened_for_safety(sqlite_store: Store):
    """Write-ahead log, full synchronisation, foreign keys and a patient lock."""
    with sqlite_store._database.read() as connection:
        found = {
            name: connection.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_new_sqlite_file_is_its_owners_only(sqlite_store: Store):
    """Families' facts are not readable by other users of the computer."""
    assert sqlite_store._database.file.stat().st_mode & 0o777 == 0o600


def test_a_missing_sqlite_file_is_named_and_not_made(tmp_path: Path):
    """Opening where nothing is tells to run ``hamyar init`` and leaves no empty file."""
    file = tmp_path / "no.sqlite3"
    with pytest.raises(DatabaseMissing, match="hamyar init"):
        Store.open(f"sqlite:///{file}")
    assert not file.exists()


def test_an_empty_database_is_not_a_store(database: Database, database_url: str):
    """A database without Hamyar's tables tells to run ``hamyar init``."""
    with pytest.raises(DatabaseMissing, match="hamyar init"):
        Store.open(database_url)


def test_migrated_tables_without_a_centre_are_not_a_store(database: Database, database_url: str):
    """A creation that broke off tells to run ``hamyar init`` again."""
    database.upgrade()
    with pytest.raises(DatabaseMissing, match="hamyar init"):
        Store.open(database_url)


@pytest.mark.parametrize(("revision", "error"), [("0000", DatabaseOutdated), ("9999", DatabaseTooNew)])
def test_another_revision_is_refused(store: Store, database_url: str, revision: str, error: type[Exception]):
    """An older database tells to run ``hamyar init``; a newer one tells to install the newer Hamyar."""
    with store._database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(error, match="hamyar init" if error is DatabaseOutdated else "newer Hamyar"):
        Store.open(database_url)


def test_a_newer_database_is_not_downgraded_by_init(store: Store, database_url: str, key_file: Path):
    """Running init with an older Hamyar refuses."""
    with store._database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew):
        Store.create(database_url, key_file, title="x", is_synthetic=True)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://somebody:pa55@host/x", "no address pa55"])
def test_other_databases_are_refused(url: str):
    """Only a SQLite file or PostgreSQL will do, and the message shows no password."""
    with pytest.raises(DatabaseKindUnknown) as caught:
        Database(url)
    assert "pa55" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named_without_the_password(tmp_path: Path):
    """A wrong PostgreSQL address says so and keeps the password."""
    with pytest.raises(DatabaseUnreachable) as caught:
        Store.open(f"postgresql://sara:pa55@/x?host={tmp_path}")
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_addresses_are_read_in_every_usual_form(scheme: str):
    """Each form means psycopg 3."""
    database = Database(f"{scheme}://sara@/x")
    database.close()
    assert database.url.drivername == "postgresql+psycopg"


def test_who_waits_too_long_for_the_lock_is_told(store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch):
    """A second writer is refused with a sentence after the waiting time, and can write when the first is done."""
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 1)
    second = Database(database_url)
    with store._database.write(), pytest.raises(DatabaseBusy), second.write():
        pass
    with second.write() as connection:
        assert connection.in_transaction()
    second.close()


def test_many_writers_number_their_changes_without_gaps(store: Store, three_families):
    """Changes made at the same time wait for each other: 1, 2, 3, …, and the chain holds."""
    errors = []

    def write(number: int) -> None:
        try:
            with store.change(f"helper {number}", "visit") as change:
                change.record(FLOWS, three_families.flows.assign(family_id=f"G{number}"))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (store.head().seq, store.verify_audit()) == (4, [])
