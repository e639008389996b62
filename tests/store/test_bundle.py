"""A frozen month as one file: equal bytes, one family at a time, no names."""

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.tables import FACT_TABLES, CaseTables
from hamyar.store import bundle as bundle_module
from hamyar.store.bundle import (
    Bundle,
    BundleContradicts,
    BundleDamaged,
    BundleMeta,
    BundleMissing,
    BundleUnreadable,
    data_hash,
    write_bundle,
)
from hamyar.store.store import Store
from tests.store.work_of_help import WORK

# Written down once: a change of this number would orphan every month frozen so far.
HASH = "dcb2787f405fb9e1d9c47f7ff14044006905d30dc7890504b9f67f50a2660d0b"


def meta_of(tables: CaseTables) -> BundleMeta:
    return BundleMeta(
        month=Month(1405, 8),
        data_hash=data_hash(tables),
        change_seq=2,
        head_hash="h",
        parameters_fingerprint="p",
        parameter_texts={"wage.yaml": "name: دستمزد\n", "share.yaml": "name: x\n"},
        is_synthetic=True,
        title="مرکز نمونه",
        frozen_at="2026-10-23T06:03:00+00:00",
        code_version="0.1.0",
    )


@pytest.fixture
def bundle(tmp_path: Path, three_families: CaseTables) -> Bundle:
    path = tmp_path / "month #1.bundle"
    write_bundle(path, three_families, meta_of(three_families))
    return Bundle(path)


def test_the_hash_is_the_same_on_every_database(filled: Store, three_families: CaseTables):
    """SQLite, PostgreSQL and plain memory give one hash, which never changes between versions of Hamyar."""
    assert data_hash(three_families) == data_hash(filled.tables()) == HASH


def test_the_hash_knows_no_order_and_no_pandas_type(three_families: CaseTables):
    """Shuffled rows, categorical columns and another title change nothing."""
    flows = three_families.flows.iloc[::-1].astype({"category": "category", "family_id": "category"})
    assert data_hash(dataclasses.replace(three_families, flows=flows, title="x")) == HASH


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: {"currency": "GBP"},
        lambda tables: {"is_synthetic": False},
        lambda tables: {"flows": tables.flows.assign(amount_money=tables.flows["amount_money"].fillna(0))},
        lambda tables: {"flows": tables.flows.iloc[1:]},
        lambda tables: {"families": tables.families.assign(area=tables.families["area"].fillna(""))},
        lambda tables: {"members": tables.members.assign(source="family")},
        lambda tables: {"budgets": tables.budgets.assign(month=[140506, 140508])},
    ],
)
def test_the_hash_knows_every_fact(three_families: CaseTables, change):
    """Currency, synthetic or not, a missing amount made zero, a row less: each is another hash."""
    assert data_hash(dataclasses.replace(three_families, **change(three_families))) != HASH


def test_what_is_new_and_empty_does_not_enter_the_hash(three_families: CaseTables):
    """Schooling nobody told and tables without a row leave the hash as it was before they were declared."""
    untold = three_families.members.assign(schooling=None, attends_school=pd.Categorical([None] * 4, ["yes", "no"]))
    assert data_hash(dataclasses.replace(three_families, members=untold)) == HASH


@pytest.mark.parametrize(
    "take",
    [
        lambda tables: {"members": tables.members},
        lambda tables: {"members": tables.members.assign(schooling=None)},
        lambda tables: {"members": tables.members.assign(attends_school=None)},
        lambda tables: {"observations": tables.observations},
        lambda tables: {"observations": tables.observations.assign(reason=None)},
        lambda tables: {"observations": tables.observations.assign(answer="3")},
        lambda tables: {"food_weeks": tables.food_weeks},
        lambda tables: {"food_weeks": tables.food_weeks.assign(oil_days=0)},
    ],
)
def test_what_is_new_and_told_is_another_hash(three_families: CaseTables, observed_families: CaseTables, take):
    """One member's schooling, one observation or a day of food: each is a hash of its own."""
    plain, told = three_families, dataclasses.replace(three_families, **take(observed_families))
    hashes = {data_hash(tables) for tables in (plain, told, observed_families)}
    assert len(hashes) == 3


# Written down once, like the hash above: of the three families with what helpers observed.
OBSERVED_HASH = "5c7bf69c0dfa7c96a80511fb771d3abf037a02cdc763441360cd3bdbfaef5f89"


def test_the_hash_with_observations_is_the_same_on_every_database(observed: Store, observed_families: CaseTables):
    """Also with what is new, and in whatever order or pandas type."""
    turned = observed_families.observations.iloc[::-1].astype({"indicator": "category", "answer": "category"})
    shuffled = dataclasses.replace(observed_families, observations=turned)
    found = [data_hash(tables) for tables in (observed_families, shuffled, observed.tables())]
    assert found == [OBSERVED_HASH] * 3


# Written down once, too: with the work of help, which is in every table.
HELPED_HASH = "4711e8d5049640c5fe7c9e9a9633e7b40cd6671501eb162935c35d7ad0472c86"


def test_the_hash_with_the_work_of_help_is_the_same_on_every_database(helped: Store, helped_families: CaseTables):
    """Helpers, plans, visits, commissions and events have one hash in memory and in both databases."""
    assert [data_hash(helped_families), data_hash(helped.tables())] == [HELPED_HASH] * 2


@pytest.mark.parametrize("name", WORK)
def test_each_table_of_the_work_of_help_is_in_the_hash(observed_families, helped_families, name: str):
    """Alone it makes another hash, and a row less of it another still."""
    rows = getattr(helped_families, name)
    with_one = dataclasses.replace(observed_families, **{name: rows})
    with_less = dataclasses.replace(helped_families, **{name: rows.iloc[1:]})
    assert len({data_hash(observed_families), data_hash(with_one), data_hash(with_less), HELPED_HASH}) == 4


def test_a_bundle_gives_back_the_work_of_help(tmp_path: Path, helped_families: CaseTables):
    """Every table comes back as it was written, and fits its hash."""
    write_bundle(tmp_path / "month", helped_families, meta_of(helped_families))
    bundle = Bundle(tmp_path / "month")
    bundle.verify()
    found = bundle.tables()
    for name in WORK:
        expected = getattr(helped_families, name).sort_values(list(FACT_TABLES[name].key), ignore_index=True)
        pd.testing.assert_frame_equal(expected, getattr(found, name))


def test_a_bundle_gives_back_what_helpers_observed(tmp_path: Path, observed: Store, observed_families: CaseTables):
    """Observations, weeks of food and schooling of all families, and of one."""
    tables = observed.tables()
    write_bundle(tmp_path / "month", tables, meta_of(tables))
    bundle = Bundle(tmp_path / "month")
    bundle.verify()
    found = bundle.tables()
    for name, table in FACT_TABLES.items():
        expected = getattr(observed_families, name).sort_values(list(table.key), ignore_index=True)
        pd.testing.assert_frame_equal(expected, getattr(found, name))
    assert bundle.tables(["F2"]).observations["answer"].tolist() == ["not_known"]
    assert bundle.tables(["F2"]).food_weeks.empty


def test_a_bundle_carries_its_background(tmp_path: Path, three_families: CaseTables, bundle: Bundle):
    """The text comes back letter for letter; without one it is empty; neither is part of the meta."""
    meta, text = meta_of(three_families), '{"نماگر": [1, "a\\n"]}'
    write_bundle(tmp_path / "with", three_families, meta, background=text)
    found = Bundle(tmp_path / "with")
    assert (found.background(), bundle.background()) == (text, "")
    assert found.meta == bundle.meta == meta


def test_a_bundle_gives_back_tables_and_meta(bundle: Bundle, three_families: CaseTables):
    """What was written is read, up to the largest amount and the parameter files' text."""
    tables = bundle.tables()
    assert bundle.meta == meta_of(three_families)
    assert data_hash(tables) == HASH
    assert (tables.currency, tables.is_synthetic, tables.title) == ("IRR", True, "مرکز نمونه")
    for name, table in FACT_TABLES.items():
        expected = getattr(three_families, name).sort_values(list(table.key), ignore_index=True)
        pd.testing.assert_frame_equal(expected, getattr(tables, name))


@pytest.mark.parametrize("limit", [500, 1])
def test_some_families_are_read_alone(
    tmp_path: Path, helped_families: CaseTables, limit: int, monkeypatch: pytest.MonkeyPatch
):
    """The tables of two families are those of the whole, chosen; budgets stay whole; an unknown one adds nothing."""
    monkeypatch.setattr(bundle_module, "ASK_BY_NAME", limit)
    write_bundle(tmp_path / "month", helped_families, meta_of(helped_families))
    bundle = Bundle(tmp_path / "month")
    expected = helped_families.only(["F1", "F3"])
    found = bundle.tables(["F3", "F1", "F9"])
    for name, table in FACT_TABLES.items():
        pd.testing.assert_frame_equal(
            getattr(expected, name).sort_values(list(table.key), ignore_index=True), getattr(found, name)
        )
    assert bundle.tables([]).flows.empty


def test_what_may_name_a_family_and_names_none_belongs_to_no_family(tmp_path: Path, helped_families: CaseTables):
    """A helper's session and a helper in a group stand in the whole month, and in no family's part of it."""
    write_bundle(tmp_path / "month", helped_families, meta_of(helped_families))
    bundle = Bundle(tmp_path / "month")
    one, every = bundle.tables(["F1"]), bundle.tables(["F1", "F2", "F3"])
    assert (len(bundle.tables().visits), len(every.visits), len(one.visits)) == (3, 2, 1)
    assert (len(bundle.tables().group_members), len(one.group_members)) == (2, 1)
    assert (len(one.helpers), len(one.events), len(one.session_people)) == (2, 2, 2)


def test_one_family_is_found_by_the_index(bundle: Bundle):
    """No table that knows families is searched from end to end."""
    with closing(sqlite3.connect(bundle.path)) as connection:
        for table in (name for name, table in FACT_TABLES.items() if "family_id" in table.column_names):
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE family_id IN (?) ORDER BY rowid", ["F1"]
            ).fetchall()
            assert f"USING INDEX {table}_by_family" in plan[0][3]


def test_equal_content_gives_an_equal_file(tmp_path: Path, bundle: Bundle, three_families: CaseTables):
    """Two writings are equal byte for byte, whatever the order of rows or of parameter files."""
    meta = meta_of(three_families)
    shuffled = dataclasses.replace(three_families, flows=three_families.flows.iloc[::-1])
    turned = dataclasses.replace(meta, parameter_texts=dict(reversed(meta.parameter_texts.items())))
    write_bundle(tmp_path / "again", shuffled, turned)
    assert bundle.path.read_bytes() == (tmp_path / "again").read_bytes()


def test_an_empty_month_can_be_written(tmp_path: Path, store: Store):
    """No family at all is a bundle with empty tables."""
    tables = store.tables()
    write_bundle(tmp_path / "empty", tables, meta_of(tables))
    assert Bundle(tmp_path / "empty").tables().flows.empty


def test_a_bundle_is_read_where_nothing_can_be_written(bundle: Bundle):
    """Reading makes no file beside it and needs no right to write."""
    bundle.path.chmod(0o400)
    before = sorted(bundle.path.parent.iterdir())
    Bundle(bundle.path).tables(["F1"])
    assert before == sorted(bundle.path.parent.iterdir())


def test_a_bundle_holds_no_identity(tmp_path: Path, filled: Store):
    """The file of a store with names has only the fact tables, and not one letter of a name or its ciphertext."""
    tables = filled.tables()
    write_bundle(tmp_path / "month", tables, meta_of(tables))
    with closing(sqlite3.connect(tmp_path / "month")) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"meta", "shared_aid", *FACT_TABLES} == names
    assert "زهرا".encode() not in (tmp_path / "month").read_bytes()


def test_a_bundle_keeps_what_each_rule_gives(filled: Store, tmp_path: Path) -> None:
    """Shared aid is read by family, an unknown one as unknown, and a family without any has none."""
    tables = filled.tables()
    aid = pd.DataFrame({"max_min": pd.array([7, None], dtype="Int64")}, index=["F1", "F2"])
    write_bundle(tmp_path / "month", tables, meta_of(tables), aid)
    bundle = Bundle(tmp_path / "month")
    assert [bundle.shared_aid(case) for case in ("F1", "F2", "F3")] == [{"max_min": 7}, {"max_min": None}, {}]


def test_tables_that_were_not_frozen_are_not_written(tmp_path: Path, three_families: CaseTables):
    """The hash in the meta must be that of the tables."""
    with pytest.raises(BundleContradicts):
        write_bundle(tmp_path / "month", three_families.only(["F1"]), meta_of(three_families))
    assert list(tmp_path.iterdir()) == []


def test_an_altered_bundle_is_found(bundle: Bundle):
    """``verify`` reads everything and compares."""
    bundle.verify()
    with closing(sqlite3.connect(bundle.path)) as connection:
        connection.execute("UPDATE flows SET amount_money = 1")
        connection.commit()
    with pytest.raises(BundleDamaged):
        bundle.verify()


def test_a_bundle_with_values_nobody_allowed_is_damaged(bundle: Bundle):
    """What the declarations refuse is reported as damage too."""
    with closing(sqlite3.connect(bundle.path)) as connection:
        connection.execute("UPDATE flows SET category = 'gift of a stranger'")
        connection.commit()
    with pytest.raises(BundleDamaged):
        bundle.verify()


def test_what_is_no_bundle_is_named(tmp_path: Path, bundle: Bundle):
    """A missing file, another file, an empty database and a bundle of another format each say so."""
    with pytest.raises(BundleMissing):
        Bundle(tmp_path / "nothing")
    (tmp_path / "text").write_text("no database, but long enough to be looked at" * 50)
    sqlite3.connect(tmp_path / "empty").close()
    with closing(sqlite3.connect(bundle.path)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
        connection.commit()
    (tmp_path / "empty").touch()
    for path in (tmp_path / "text", tmp_path / "empty", bundle.path):
        with pytest.raises(BundleUnreadable):
            Bundle(path)
