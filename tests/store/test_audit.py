"""The audit log shows whatever was done to the database behind its back."""

import hashlib
import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from hamyar.core.jalali import Month
from hamyar.core.tables import BUDGETS, CaseTables
from hamyar.store.audit import Head
from hamyar.store.canonical import canonical_json, sha256_of
from hamyar.store.store import Store


@pytest.fixture
def tamper(filled: Store, three_families: CaseTables) -> Callable[..., list[str]]:
    """Do something to the database as somebody with full rights could, and tell what the audit finds."""
    with filled.change("omid", "correction") as change:
        change.record(BUDGETS, three_families.budgets.assign(budget_money=[1, 2]))
    filled.freeze(Month(1405, 8), "sara", parameters_fingerprint="p")
    assert filled.verify_audit() == []

    def run(*statements: str, known_head: Head | None = None) -> list[str]:
        with filled._database.engine.connect() as connection:
            if filled._database.is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF").close()
                connection.begin()
                for name in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type='trigger'")).all():
                    connection.execute(sa.text(f"DROP TRIGGER {name}"))
            else:
                connection.execute(sa.text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(sa.text(statement))
            connection.commit()
        return [str(problem) for problem in filled.verify_audit(known_head)]

    return run


def test_an_altered_amount_is_found(tamper: Callable[..., list[str]]):
    """One rial more in one row names the table and the change that wrote the row."""
    found = tamper("UPDATE flows SET amount_money = amount_money + 1 WHERE family_id = 'F1' AND month = 140507")
    assert found == ["Table 'flows': rows of change 1 were altered, removed or added."]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM members WHERE member_id = 'F1-2'",
        "UPDATE members SET source = 'family' WHERE member_id = 'F1-2'",
        "UPDATE members SET is_withdrawn = true WHERE member_id = 'F1-2'",
        "UPDATE members SET version = 7 WHERE member_id = 'F1-2'",
        "INSERT INTO members (member_id, family_id, role, version, is_withdrawn, change_seq) "
        "VALUES ('F9-1', 'F9', 'head', 1, false, 1)",
    ],
)
def test_a_row_removed_altered_or_slipped_in_is_found(tamper: Callable[..., list[str]], statement: str):
    """Whatever happens to a member's row, the table and the change are named."""
    assert tamper(statement) == ["Table 'members': rows of change 1 were altered, removed or added."]


def test_an_exchanged_ciphertext_is_found(tamper: Callable[..., list[str]]):
    """Secrets are covered as they are stored."""
    found = tamper("UPDATE identities SET value = 'x' WHERE owner_id = 'F2-1'")
    assert found == ["Table 'identities': rows of change 2 were altered, removed or added."]


def test_a_table_emptied_of_a_change_is_found(tamper: Callable[..., list[str]]):
    """All rows of one change gone is told as such."""
    assert tamper("DELETE FROM budgets WHERE change_seq = 3") == ["Table 'budgets' lacks all rows that change 3 wrote."]


def test_rows_moved_to_another_change_are_found(tamper: Callable[..., list[str]]):
    """Both the change they came from and the one they went to are named."""
    found = tamper("UPDATE families SET change_seq = 2")
    assert found == [
        "Table 'families' lacks all rows that change 1 wrote.",
        "Table 'families' holds rows of change 2, which did not write any there.",
    ]


@pytest.mark.parametrize(
    "setting",
    [
        "actor = 'nobody'",
        "reason = 'x'",
        "at = '2020'",
        "corrects_frozen = true",
        "summary = '{}'",
        "hash = 'x'",
        "previous_hash = 'x'",
    ],
)
def test_an_altered_entry_is_found(tamper: Callable[..., list[str]], setting: str):
    """Every column of an entry is under its hash."""
    found = tamper(f"UPDATE changes SET {setting} WHERE seq = 2")
    assert "Change 2 of the audit log was altered after it was written." in found


@pytest.mark.parametrize("text", ["not json", "[]"])
def test_unreadable_digests_are_found(tamper: Callable[..., list[str]], text: str):
    """An entry whose digests cannot be read is altered, and its rows belong to nothing."""
    assert tamper(f"UPDATE changes SET rows_digest = '{text}' WHERE seq = 2") == [
        "Change 2 of the audit log was altered after it was written.",
        "Table 'identities' holds rows of change 2, which did not write any there.",
    ]


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_chain(filled: Store, tamper: Callable[..., list[str]]):
    """Whoever recomputes the hash of an altered entry no longer fits the entry after it."""
    with filled._database.read() as connection:
        entry = dict(connection.execute(sa.text("SELECT * FROM changes WHERE seq = 2")).one()._mapping)
    del entry["hash"]
    entry |= {"actor": "nobody", "corrects_frozen": bool(entry["corrects_frozen"])}
    found = tamper(f"UPDATE changes SET actor = 'nobody', hash = '{sha256_of(entry)}' WHERE seq = 2")
    assert found == ["Change 3 of the audit log does not follow from the one before it."]


def test_a_removed_entry_is_found(tamper: Callable[..., list[str]]):
    """A gap in the numbers is named, and so are the rows that belong to nothing."""
    assert tamper("DELETE FROM changes WHERE seq = 2") == [
        "The audit log lacks the changes before number 3.",
        "Table 'identities' holds rows of change 2, which did not write any there.",
    ]


def test_a_log_cut_off_at_its_end_shows_against_a_noted_head(filled: Store, tamper: Callable[..., list[str]]):
    """With its last entries and their rows gone the rest fits; only a head noted elsewhere tells."""
    noted = filled.head()
    cut = ("DELETE FROM frozen_months", "DELETE FROM changes WHERE seq = 4")
    assert tamper(*cut, known_head=noted) == ["The audit log no longer holds change 4 as it was noted earlier."]
    assert filled.verify_audit() == []


def test_a_noted_head_fits_however_long_the_log_has_grown(filled: Store, three_families: CaseTables):
    """An earlier head stays part of the chain."""
    noted = filled.head()
    with filled.change("omid", "correction") as change:
        change.record(BUDGETS, three_families.budgets.assign(budget_money=1))
    assert filled.verify_audit(noted) == []
    assert filled.verify_audit(Head(0, "x")) != []


def test_a_frozen_month_that_names_another_chain_is_found(tamper: Callable[..., list[str]]):
    """The head of a freezing must stand in the log."""
    found = tamper("UPDATE frozen_months SET head_hash = 'x'")
    assert found == [
        "Table 'frozen_months': rows of change 4 were altered, removed or added.",
        "The frozen month 1405-08 names change 3 with a hash that the audit log does not have.",
    ]


def test_a_changed_currency_is_found(filled: Store, database_url: str, tamper: Callable[..., list[str]]):
    """The chain begins at the currency: with another one every amount would mean something else."""
    tamper("UPDATE centre SET currency = 'GBP'")
    with Store.open(database_url) as store:
        assert [str(problem) for problem in store.verify_audit()] == [
            "Change 1 of the audit log does not follow from the one before it."
        ]


def test_the_summary_counts_rows_by_table(filled: Store, three_families: CaseTables):
    """An entry says in canonical JSON how many rows of which table it wrote, and a digest for each table."""
    with filled.change("omid", "correction") as change:
        change.record(BUDGETS, three_families.budgets.iloc[[0]].assign(budget_money=1))
        change.withdraw(BUDGETS, three_families.budgets)
    with filled._database.read() as connection:
        entry = connection.execute(sa.text("SELECT summary, rows_digest FROM changes WHERE seq = 3")).one()
    counts = {"budgets": {"inserted": 0, "corrected": 1, "withdrawn": 2}}
    assert canonical_json(counts) == entry.summary
    assert list(json.loads(entry.rows_digest)) == ["budgets"]


def test_a_digest_can_be_computed_by_anybody(filled: Store):
    """On every database it is the SHA-256 of the rows as JSON lines, as written, missing values left out."""
    with filled._database.read() as connection:
        digests = json.loads(connection.scalar(sa.text("SELECT rows_digest FROM changes WHERE seq = 1")))
    lines = (
        '{"budget_money":500000000,"is_withdrawn":false,"month":140507,"source":"institution","version":1}\n'
        '{"budget_money":600000000,"is_withdrawn":false,"month":140508,"source":"institution","version":1}\n'
    )
    assert {"families", "members", "flows", "budgets"} == set(digests)
    assert hashlib.sha256(lines.encode()).hexdigest() == digests["budgets"]
