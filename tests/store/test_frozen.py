"""A month is frozen before it is run, and stays what it was."""

import pytest
import sqlalchemy as sa

from hamyar.core.jalali import Month
from hamyar.core.tables import FLOWS, CaseTables
from hamyar.store.bundle import data_hash
from hamyar.store.frozen import FrozenDataDiffer, FrozenMonth
from hamyar.store.store import Store

ABAN = Month(1405, 8)


def test_a_freezing_notes_facts_parameters_and_who(filled: Store, three_families: CaseTables):
    """The facts are those of the head before the freezing, which is an entry of its own."""
    head = filled.head()
    frozen = filled.freeze(ABAN, "sara", parameters_fingerprint="p1")
    assert frozen == FrozenMonth(
        month=ABAN,
        version=1,
        change_seq=2,
        head_hash=head.hash,
        data_hash=data_hash(three_families),
        parameters_fingerprint="p1",
        frozen_at="2026-10-23T06:03:00+00:00",
        frozen_by="sara",
    )
    assert frozen == filled.frozen(ABAN)
    assert (filled.head().seq, filled.verify_audit()) == (3, [])


def test_a_month_that_is_not_frozen_has_no_freezing(filled: Store):
    """Another month's freezing is not this month's."""
    filled.freeze(ABAN, "sara", parameters_fingerprint="p")
    assert filled.frozen(Month(1405, 7)) is None


def test_freezing_again_changes_nothing(filled: Store):
    """A second call returns the first freezing and writes no entry."""
    first = filled.freeze(ABAN, "sara", parameters_fingerprint="p")
    head = filled.head()
    assert first == filled.freeze(ABAN, "omid", parameters_fingerprint="other")
    assert head == filled.head()


def test_a_frozen_month_keeps_its_facts_through_a_correction(filled: Store, three_families: CaseTables):
    """After a recorded correction the first freezing still gives the first facts; freezing anew gives a new version."""
    first = filled.freeze(ABAN, "sara", parameters_fingerprint="p")
    with filled.change("omid", "the bank's letter", corrects_frozen=True) as change:
        change.record(FLOWS, three_families.flows.assign(amount_money=1))
    second = filled.freeze(ABAN, "omid", parameters_fingerprint="p", again_because="the bank's letter")
    assert (second.version, second.again_because) == (2, "the bank's letter")
    assert second == filled.frozen(ABAN)
    assert first.data_hash != second.data_hash
    assert data_hash(filled.frozen_tables(first)) == data_hash(three_families)
    assert filled.frozen_tables(second).flows["amount_money"].tolist() == [1] * 6


def test_an_empty_store_can_be_frozen(store: Store):
    """With nothing recorded the facts are those of change 0."""
    frozen = store.freeze(ABAN, "sara", parameters_fingerprint="p")
    assert frozen.change_seq == 0
    assert store.frozen_tables(frozen).families.empty
    assert store.verify_audit() == []


def test_frozen_facts_that_differ_are_never_handed_out(sqlite_store: Store, three_families: CaseTables):
    """When somebody altered the database, the frozen month is refused with what to do."""
    with sqlite_store.change("sara", "import") as change:
        change.record(FLOWS, three_families.flows)
    frozen = sqlite_store.freeze(ABAN, "sara", parameters_fingerprint="p")
    with sqlite_store._database.write() as connection:
        connection.execute(sa.text("DROP TRIGGER flows_no_update"))
        connection.execute(sa.text("UPDATE flows SET amount_money = 1"))
    with pytest.raises(FrozenDataDiffer, match="audit verify"):
        sqlite_store.frozen_tables(frozen)
