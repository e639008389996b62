"""What an earlier Hamyar wrote down is still true, and still fits its hashes."""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from hamyar.core.jalali import Month
from hamyar.core.tables import FACT_TABLES, FOOD_WEEKS, MEMBERS, OBSERVATIONS, CaseTables
from hamyar.store import database as database_module
from hamyar.store.access import Access
from hamyar.store.accounts import Accounts
from hamyar.store.audit import Head
from hamyar.store.bundle import Bundle, BundleDamaged, data_hash, write_bundle
from hamyar.store.database import Database, DatabaseOutdated
from hamyar.store.drafts import Drafts
from hamyar.store.secrets import create_key_file
from hamyar.store.store import Store
from tests.store.work_of_help import WORK_TABLES

EARLIER = Path(__file__).parent / "earlier"
ABAN = Month(1405, 8)
# Written down when the months were frozen, by the Hamyars that froze them.
FROZEN_HASH = "08a897f75cdfaf31f3ba015b3ba23c5d25c565ac37567b1573c5dd0c4f4369b8"
HEAD = Head(3, "cd9d47db30d42da5e5403733b7c0474d0098b9f2ed8799b40c7adfa28de4ff7e")

OBSERVED_HASH = "c67194705a1f3674dfd6d88b9cdb09350f378e6f0d3a6abfebe8a835b1a972f0"
OBSERVED_HEAD = Head(3, "805a1c85a7ed287e67526d897ea65aceef9e50fa516f126d5e59015af5c87341")

HELPED_HASH = "0e7020f6062fed34c5c1bc5d9525243303d6063eb2b878b0566d354a217e9e6e"
HELPED_HEAD = Head(3, "d115f662af25ef54f1bd2ec1db2252d3c553ee6ec7d3d4c6942f3617d95b8b96")


def make_old(database_url: str, key_file: Path, revision: str) -> str:
    """The address of a database of an earlier revision with facts and an audit log."""
    database = Database(database_url)
    database.make_file()
    config = Config()
    config.set_main_option("script_location", str(Path(database_module.__file__).parent / "migrations"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for table, rows in json.loads((EARLIER / f"database_{revision}.json").read_text("utf-8")).items():
            for row in rows:
                # The database numbers the rows itself, in the order in which they were written.
                given = {name: value for name, value in row.items() if name != "id" or table == "centre"}
                places = ", ".join(f":{name}" for name in given)
                connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({places})"), given)
    database.close()
    create_key_file(key_file)
    return database_url


@pytest.fixture
def old_url(database_url: str, key_file: Path) -> str:
    """A database of revision 0001, on each kind of database in turn."""
    return make_old(database_url, key_file, "0001")


@pytest.fixture
def observed_url(database_url: str, key_file: Path) -> str:
    """A database of revision 0002, which knows observations and no helpers."""
    return make_old(database_url, key_file, "0002")


@pytest.fixture
def helped_url(database_url: str, key_file: Path) -> str:
    """A database of revision 0003, which knows the work of help and no accounts."""
    return make_old(database_url, key_file, "0003")


@pytest.fixture
def upgraded(old_url: str, key_file: Path, clock: Callable[[], dt.datetime]) -> Iterator[Store]:
    with Store.create(old_url, key_file, title="Another title", is_synthetic=True, clock=clock) as store:
        yield store


@pytest.fixture
def upgraded_observed(observed_url: str, key_file: Path, clock: Callable[[], dt.datetime]) -> Iterator[Store]:
    with Store.create(observed_url, key_file, title="Another title", is_synthetic=True, clock=clock) as store:
        yield store


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_an_earlier_database_asks_for_its_upgrade(database_url: str, key_file: Path, revision: str):
    """Opening it as it is tells to run ``hamyar init``."""
    with pytest.raises(DatabaseOutdated, match="hamyar init"):
        Store.open(make_old(database_url, key_file, revision))


def test_an_upgraded_database_keeps_its_facts_and_its_log(upgraded: Store, three_families: CaseTables):
    """Every fact and every version is there, what is new is missing, and the log verifies up to the noted head."""
    tables = upgraded.tables()
    assert upgraded.centre.title == "Sample centre"
    pd.testing.assert_frame_equal(three_families.families, tables.families)
    assert tables.members["birth_day"].fillna(0).tolist() == [13600115, 13951230, 13530720, 0]
    assert tables.members[["schooling", "attends_school"]].isna().all(axis=None)
    assert (len(tables.flows), len(tables.budgets), len(tables.observations), len(tables.food_weeks)) == (5, 2, 0, 0)
    assert upgraded.history(MEMBERS, {"member_id": "F2-1"})["version"].tolist() == [1, 2]
    assert (upgraded.head(), upgraded.verify_audit(HEAD)) == (HEAD, [])


def test_a_month_frozen_before_the_upgrade_is_still_the_same(upgraded: Store):
    """Its facts have the hash that was written down, before and after new facts are recorded."""
    frozen = upgraded.frozen(ABAN)
    assert frozen is not None
    assert frozen.data_hash == FROZEN_HASH == data_hash(upgraded.frozen_tables(frozen))
    with upgraded.change("sara", "asked at last") as change:
        change.record(MEMBERS, upgraded.tables().members.assign(schooling="primary"))
    assert data_hash(upgraded.frozen_tables(frozen)) == FROZEN_HASH
    assert data_hash(upgraded.tables()) != FROZEN_HASH


def test_an_upgraded_database_takes_what_is_new(upgraded: Store, observed_families: CaseTables):
    """Schooling, observations and weeks of food are recorded beside the old facts, and the log covers both."""
    with upgraded.change("sara", "home visits") as change:
        change.record(MEMBERS, observed_families.members.iloc[[0]])
        change.record(OBSERVATIONS, observed_families.observations)
        change.record(FOOD_WEEKS, observed_families.food_weeks)
    history = upgraded.history(MEMBERS, {"member_id": "F1-1"})
    assert history["schooling"].fillna("").tolist() == ["", "primary"]
    assert (len(upgraded.tables().observations), len(upgraded.tables().food_weeks)) == (4, 1)
    assert (upgraded.head().seq, upgraded.verify_audit(HEAD)) == (4, [])


def test_a_database_with_observations_takes_the_work_of_help(upgraded_observed: Store, helped_families: CaseTables):
    """Facts, versions, the log and the frozen month are as they were, and the new tables stand beside them."""
    store = upgraded_observed
    assert store.tables().observations["answer"].tolist() == ["3", "0", "not_known"]
    assert store.tables().members["schooling"].fillna("").tolist() == ["primary", "", "none", ""]
    assert (store.head(), store.verify_audit(OBSERVED_HEAD)) == (OBSERVED_HEAD, [])
    with store.change("sara", "the work of help") as change:
        for table in WORK_TABLES:
            change.record(table, getattr(helped_families, table.name))
    found = store.tables()
    for table in WORK_TABLES:
        expected = getattr(helped_families, table.name).sort_values(list(table.key), ignore_index=True)
        pd.testing.assert_frame_equal(expected, getattr(found, table.name))
    assert (store.head().seq, store.verify_audit(OBSERVED_HEAD)) == (4, [])
    frozen = store.frozen(ABAN)
    assert frozen is not None
    assert frozen.data_hash == OBSERVED_HASH == data_hash(store.frozen_tables(frozen))
    assert data_hash(store.tables()) != OBSERVED_HASH


def test_a_database_with_the_work_of_help_takes_accounts(helped_url: str, key_file: Path):
    """Facts, versions, the log and the frozen month are as they were, and accounts and drafts stand beside them."""
    with Store.create(helped_url, key_file, title="Another title", is_synthetic=True) as store:
        assert (store.head(), store.verify_audit(HELPED_HEAD)) == (HELPED_HEAD, [])
        frozen = store.frozen(ABAN)
        assert frozen is not None
        assert frozen.data_hash == HELPED_HASH == data_hash(store.frozen_tables(frozen))
        made = Accounts(store).add("omid", "helper", "h2", password="a long blue river", actor="sara")
        assert Access(store, made.user, 14060101).families() == {"F1"}
        assert Access(store, made.user, 14051229).families() == {"F1", "F2"}
        Drafts(store).save("omid", "F1", ABAN, "own_income", 1)
        assert Drafts(store).load("omid", "F1", ABAN) == {"own_income": 1}
        assert (store.head().seq, store.verify_audit(HELPED_HEAD)) == (4, [])
        assert data_hash(store.frozen_tables(frozen)) == HELPED_HASH


@pytest.mark.parametrize("column", ["schooling", "attends_school"])
def test_an_old_row_cannot_be_given_schooling_behind_the_log(old_url: str, key_file: Path, column: str):
    """A value slipped into a new column of an old row no longer fits the old entry."""
    with Store.create(old_url, key_file, title="x") as store:
        with store._database.write() as connection:
            if store._database.is_sqlite:
                connection.execute(sa.text("DROP TRIGGER members_no_update"))
            else:
                connection.execute(sa.text("DROP TRIGGER members_no_change ON members"))
            connection.execute(sa.text(f"UPDATE members SET {column} = 'no' WHERE member_id = 'F1-1'"))
        assert [str(problem) for problem in store.verify_audit()] == [
            "Table 'members': rows of change 1 were altered, removed or added."
        ]


def bundle_of(path: Path, number: int) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((EARLIER / f"bundle_format_{number}.sql").read_text("utf-8"))
    return path


@pytest.fixture
def old_bundle(tmp_path: Path) -> Path:
    """A frozen month of format 1."""
    return bundle_of(tmp_path / "frozen.bundle", 1)


@pytest.fixture
def observed_bundle(tmp_path: Path) -> Path:
    """A frozen month of format 2."""
    return bundle_of(tmp_path / "observed.bundle", 2)


def test_a_frozen_month_of_the_first_format_can_be_read(old_bundle: Path, upgraded: Store):
    """Its facts are those of the database it was frozen from; what is new is missing; it verifies."""
    bundle = Bundle(old_bundle)
    bundle.verify()
    assert (bundle.meta.month, bundle.meta.data_hash) == (ABAN, FROZEN_HASH)
    assert (bundle.background(), bundle.shared_aid("F1")) == ("", {"max_min": 7})
    frozen, tables = upgraded.frozen_tables(upgraded.frozen(ABAN)), bundle.tables()
    for name in FACT_TABLES:
        pd.testing.assert_frame_equal(getattr(frozen, name), getattr(tables, name))
    one = bundle.tables(["F1"])
    assert (one.members["member_id"].tolist(), len(one.observations)) == (["F1-1", "F1-2"], 0)


def test_a_frozen_month_of_the_second_format_can_be_read(observed_bundle: Path, upgraded_observed: Store):
    """It has its observations and its background, no work of help, and the hash it was frozen with."""
    bundle = Bundle(observed_bundle)
    bundle.verify()
    assert (bundle.meta.month, bundle.meta.data_hash) == (ABAN, OBSERVED_HASH)
    assert (bundle.background(), bundle.shared_aid("F1")) == ("what one page knows of all", {"max_min": 7})
    frozen, tables = upgraded_observed.frozen_tables(upgraded_observed.frozen(ABAN)), bundle.tables()
    for name in FACT_TABLES:
        pd.testing.assert_frame_equal(getattr(frozen, name), getattr(tables, name))
    one = bundle.tables(["F1"])
    assert (one.observations["answer"].tolist(), len(one.visits), len(one.helpers)) == (["3", "0"], 0, 0)


def test_a_month_of_the_second_format_can_be_written_again(
    observed_bundle: Path, upgraded_observed: Store, tmp_path: Path
):
    """From the same database the month is made anew in the new format, under the old hash."""
    meta = Bundle(observed_bundle).meta
    write_bundle(tmp_path / "again", upgraded_observed.frozen_tables(upgraded_observed.frozen(ABAN)), meta)
    again = Bundle(tmp_path / "again")
    again.verify()
    assert again.meta == meta


def test_an_altered_month_of_the_first_format_is_found(old_bundle: Path):
    """The hash guards it as it did."""
    with closing(sqlite3.connect(old_bundle)) as connection:
        connection.execute("UPDATE flows SET amount_money = 1")
        connection.commit()
    with pytest.raises(BundleDamaged):
        Bundle(old_bundle).verify()


def test_a_month_of_the_first_format_can_be_written_again(old_bundle: Path, upgraded: Store, tmp_path: Path):
    """From the same database the month is made anew in the new format, under the old hash."""
    meta = Bundle(old_bundle).meta
    write_bundle(tmp_path / "again", upgraded.frozen_tables(upgraded.frozen(ABAN)), meta)
    again = Bundle(tmp_path / "again")
    again.verify()
    assert again.meta == meta
