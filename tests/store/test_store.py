"""Making, opening and reading a store."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.rial import CurrencyUnknown
from hamyar.core.tables import BUDGETS, FACT_TABLES, FAMILIES, FLOWS, IDENTITIES, MEMBERS, OBSERVATIONS, CaseTables
from hamyar.store import facts
from hamyar.store.facts import Centre, KeyIncomplete
from hamyar.store.secrets import KeyFileMissing, KeyNotGiven
from hamyar.store.store import ChangeUnknown, CurrencyDiffers, Store, utc_now
from tests.store.conftest import NAME

TABLES = (FAMILIES, MEMBERS, FLOWS, BUDGETS)


def assert_same_tables(expected: CaseTables, actual: CaseTables) -> None:
    for table in TABLES:
        pd.testing.assert_frame_equal(
            getattr(expected, table.name).sort_values(list(table.key), ignore_index=True), getattr(actual, table.name)
        )
    told = ("currency", "is_synthetic", "title")
    assert [getattr(expected, name) for name in told] == [getattr(actual, name) for name in told]


def test_what_was_recorded_is_read_back(filled: Store, three_families: CaseTables):
    """All tables come back in their types, in the order of their keys, up to the largest amount."""
    assert_same_tables(three_families, filled.tables())


def test_an_empty_store_has_empty_tables_of_the_declared_types(store: Store):
    """Nothing recorded is all fact tables, conformed and empty."""
    tables = store.tables()
    for table in FACT_TABLES.values():
        pd.testing.assert_frame_equal(table.empty(), getattr(tables, table.name))
    assert (store.head().seq, store.identities()) == (0, {})


def test_tables_of_some_families_hold_only_those(filled: Store, three_families: CaseTables):
    """Families, members and flows are those asked for; budgets are everybody's; an unknown family is no row."""
    assert_same_tables(three_families.only(["F1", "F3"]), filled.tables(family_ids=["F3", "F1", "F9"]))
    assert filled.tables(family_ids=[]).members.empty


def test_asking_for_very_many_families_gives_the_same(
    filled: Store, three_families: CaseTables, monkeypatch: pytest.MonkeyPatch
):
    """Beyond the limit everything is read and then chosen."""
    monkeypatch.setattr(facts, "ASK_BY_NAME", 1)
    assert_same_tables(three_families.only(["F1", "F3"]), filled.tables(family_ids=["F1", "F3"]))
    assert {"F1-1", "F2-1"} == set(filled.identities(["F1-1", "F2-1", "F9"]))


def test_the_work_of_help_of_some_families(helped: Store, helped_families: CaseTables, monkeypatch: pytest.MonkeyPatch):
    """Plans and visits are those asked for, a helper's session is nobody's, and helpers and events come whole."""
    for limit in (facts.ASK_BY_NAME, 1):
        monkeypatch.setattr(facts, "ASK_BY_NAME", limit)
        found, expected = helped.tables(family_ids=["F1", "F3"]), helped_families.only(["F1", "F3"])
        assert (found.visits["visit_id"].tolist(), len(found.helpers)) == (["F1.F1-2.talking.14050801.1"], 2)
        for name, table in FACT_TABLES.items():
            rows = getattr(expected, name).sort_values(list(table.key), ignore_index=True)
            pd.testing.assert_frame_equal(rows, getattr(found, name))


def test_the_facts_as_of_an_earlier_change_are_those_it_could_see(filled: Store, three_families: CaseTables):
    """A correction and a withdrawal do not reach back; change 0 saw nothing."""
    with filled.change("omid", "correction") as change:
        change.record(FLOWS, three_families.flows.assign(amount_money=1))
        change.withdraw(FAMILIES, pd.DataFrame({"family_id": ["F2"]}))
    assert_same_tables(three_families, filled.tables(as_of=2))
    assert filled.tables().flows["amount_money"].tolist() == [1] * 6
    assert filled.tables(as_of=3).families["family_id"].tolist() == ["F1", "F3"]
    assert filled.tables(as_of=0).families.empty


def test_a_member_who_moved_is_in_the_new_family_only(filled: Store, three_families: CaseTables):
    """Asking for the old family does not find the member's earlier version."""
    moved = three_families.members.query("member_id == 'F1-2'").assign(family_id="F3")
    with filled.change("sara", "moved to the aunt") as change:
        change.record(MEMBERS, moved)
    assert filled.tables(family_ids=["F1"]).members["member_id"].tolist() == ["F1-1"]
    assert filled.tables(family_ids=["F3"]).members["member_id"].tolist() == ["F1-2", "F3-1"]


@pytest.mark.parametrize("seq", [-1, 3])
def test_a_change_that_has_not_happened_is_refused(filled: Store, seq: int):
    """``as_of`` must be a change of the log."""
    with pytest.raises(ChangeUnknown, match="ends at 2"):
        filled.tables(as_of=seq)


def test_history_tells_every_version_with_who_when_and_why(filled: Store):
    """Versions are numbered from 1 and carry the entry that wrote them."""
    key = {"month": 140508}
    with filled.change("omid", "the bank's letter") as change:
        change.record(BUDGETS, pd.DataFrame([{**key, "budget_money": 700_000_000}]))
    with filled.change("omid", "wrong letter") as change:
        change.withdraw(BUDGETS, pd.DataFrame([key]))
    history = filled.history(BUDGETS, key)
    assert history["budget_money"].tolist() == [600_000_000, 700_000_000, 700_000_000]
    assert list(history[["version", "is_withdrawn", "change_seq"]].itertuples(index=False, name=None)) == [
        (1, False, 1),
        (2, False, 3),
        (3, True, 4),
    ]
    assert history["change_reason"].tolist() == ["first import", "the bank's letter", "wrong letter"]
    assert history["change_actor"].tolist() == ["sara", "omid", "omid"]
    assert history["change_at"].tolist()[0] == "2026-10-23T06:00:00+00:00"


def test_history_keeps_apart_why_a_fact_is_so_and_why_it_was_changed(filled: Store):
    """An observation has a reason of its own; that of the change stands beside it."""
    key = {"family_id": "F1", "subject_id": "F1", "indicator": "housing", "observer_id": "sara", "day": 14050710}
    with filled.change("omid", "misread") as change:
        change.record(OBSERVATIONS, pd.DataFrame([{**key, "answer": "2", "reason": "saw it"}]))
    told = filled.history(OBSERVATIONS, key).iloc[0]
    assert (told["reason"], told["change_reason"], told["change_actor"]) == ("saw it", "misread", "omid")


def test_history_needs_the_whole_key(filled: Store):
    """Half a key would mix the versions of several facts."""
    with pytest.raises(KeyIncomplete, match="family_id, month, category, line"):
        filled.history(FLOWS, {"family_id": "F1"})


def test_history_of_an_identity_is_decrypted(filled: Store):
    """The earlier name can be read by who has the key."""
    with filled.change("sara", "spelling") as change:
        change.record(IDENTITIES, pd.DataFrame([{"owner_id": "F1-1", "field": "name", "value": "زهرا نمونه"}]))
    history = filled.history(IDENTITIES, {"owner_id": "F1-1", "field": "name"})
    assert history["value"].tolist() == [NAME, "زهرا نمونه"]


def test_identities_come_decrypted_by_owner(filled: Store):
    """Free text is in its one form; owners who have none are absent."""
    everything = {"F1-1": {"name": NAME, "phone": "۰۹۱۲۰۰۰۰۰۰۱"}, "F2-1": {"name": "علی‌رضا نمونه"}}
    assert everything == filled.identities()
    assert {"F2-1": everything["F2-1"]} == filled.identities(["F2-1", "F3-1"])
    assert filled.identities(as_of=1) == {}


def test_identities_are_found_without_being_read(filled: Store):
    """Any spelling finds the current owner; an outdated or withdrawn secret finds nobody."""
    assert filled.find_by_identity("name", "علیرضا  نمونه") == ["F2-1"]
    assert filled.find_by_identity("phone", "+989120000001") == ["F1-1"]
    assert filled.find_by_identity("name", "نیست") == []
    with filled.change("sara", "corrections") as change:
        change.record(IDENTITIES, pd.DataFrame([{"owner_id": "F2-1", "field": "name", "value": "دیگر"}]))
        change.withdraw(IDENTITIES, pd.DataFrame([{"owner_id": "F1-1", "field": "phone"}]))
    assert filled.find_by_identity("name", "علیرضا نمونه") == []
    assert filled.find_by_identity("phone", "09120000001") == []
    assert filled.identities() == {"F1-1": {"name": NAME}, "F2-1": {"name": "دیگر"}}


def test_without_the_key_file_facts_are_read_and_secrets_are_not(filled: Store, database_url: str):
    """The store opens, shows its tables and checks its log; every way to a name says that a key file is needed."""
    with Store.open(database_url) as store:
        assert len(store.tables().families) == 3
        assert store.verify_audit() == []
        for ask in (
            store.identities,
            lambda: store.find_by_identity("name", NAME),
            lambda: store.history(IDENTITIES, {"owner_id": "F1-1", "field": "name"}),
        ):
            with pytest.raises(KeyNotGiven):
                ask()


def test_the_stored_versions_of_rows_are_told_for_a_later_edit(filled: Store, three_families: CaseTables):
    """Rows unknown to the store have no version; the index is that of the question."""
    keys = pd.DataFrame({"family_id": ["F9", "F1"]}, index=[7, 5])
    with filled.change("sara", "area") as change:
        change.record(FAMILIES, three_families.families.assign(area="x"))
    versions = filled.versions(FAMILIES, keys)
    assert (versions.index.tolist(), versions.tolist()) == ([7, 5], [pd.NA, 2])


def test_a_withdrawn_row_holds_its_version(filled: Store, three_families: CaseTables):
    """Who writes a row that was taken back writes after its last version; a key that nobody could write has none."""
    flows = three_families.flows.head(1)
    with filled.change("sara", "entered wrongly") as change:
        change.withdraw(FLOWS, flows)
    keys = pd.concat([flows, flows.assign(line=pd.NA)])[list(FLOWS.key)]

    assert filled.versions(FLOWS, keys).tolist() == [2, pd.NA]


def test_creating_again_keeps_what_is_there(filled: Store, database_url: str, key_file: Path):
    """A second creation migrates only: same title, same facts, same key."""
    key = key_file.read_bytes()
    with Store.create(database_url, key_file, title="Another title") as again:
        assert again.centre == Centre("Sample centre", "IRR", True)
        assert again.head() == filled.head()
        assert again.identities() == filled.identities()
    assert key == key_file.read_bytes()


def test_a_database_keeps_its_currency(store: Store, database_url: str, key_file: Path):
    """Another currency is another database, and an unknown one is none."""
    with pytest.raises(CurrencyDiffers, match="IRR"):
        Store.create(database_url, key_file, title="x", currency="GBP")
    with pytest.raises(CurrencyUnknown):
        Store.create(database_url, key_file, title="x", currency="XXX")


def test_a_lost_key_is_never_replaced(store: Store, database_url: str, key_file: Path):
    """A new key would open nothing, so creating again asks for the old one."""
    key_file.unlink()
    with pytest.raises(KeyFileMissing):
        Store.create(database_url, key_file, title="x")
    assert not key_file.exists()


def test_no_secret_stands_in_the_database_file(sqlite_store: Store, identities: pd.DataFrame, tmp_path: Path):
    """Neither the file nor its write-ahead log holds a name or a number, in Persian or in Latin digits."""
    with sqlite_store.change("sara", "names") as change:
        change.record(IDENTITIES, identities)
        content = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    sqlite_store.close()
    content += b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert b"F1-1" in content
    for secret in (NAME, "زهرا", "۰۹۱۲۰۰۰۰۰۰۱", "09120000001", "9120000001"):
        assert secret.encode() not in content


def test_times_are_kept_in_utc(sqlite_store: Store, three_families: CaseTables, monkeypatch: pytest.MonkeyPatch):
    """A clock in Tehran's time is written down in UTC."""
    tehran = dt.timezone(dt.timedelta(hours=3, minutes=30))
    clock: Callable[[], dt.datetime] = lambda: dt.datetime(2026, 10, 23, 2, 15, 59, 999, tzinfo=tehran)  # noqa: E731
    monkeypatch.setattr(sqlite_store, "_clock", clock)
    with sqlite_store.change("sara", "x") as change:
        change.record(BUDGETS, three_families.budgets)
    assert sqlite_store.history(BUDGETS, {"month": 140507})["change_at"].tolist() == ["2026-10-22T22:45:59+00:00"]


def test_the_default_clock_tells_utc():
    """The time of a change is now, with its zone."""
    assert abs(utc_now() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
