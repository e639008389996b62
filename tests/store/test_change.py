"""Recording, correcting and withdrawing facts; two people at one family."""

import logging
import pickle

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from hamyar.core.jalali import Month
from hamyar.core.tables import (
    BUDGETS,
    CATEGORIES,
    FAMILIES,
    FLOWS,
    IDENTITIES,
    MEMBERS,
    CaseTables,
    KeyRepeated,
    ValueNotAllowed,
)
from hamyar.store import change as change_module
from hamyar.store.change import Change, ChangeUnexplained, FactUnknown, MonthFrozen, Recorded
from hamyar.store.conflict import Conflict
from hamyar.store.secrets import KeyNotGiven, Secret
from hamyar.store.store import Store
from tests.store.conftest import NAME


def record(store: Store, table, frame: pd.DataFrame, **options) -> Recorded:
    with store.change("omid", "test") as change:
        return change.record(table, frame, **options)


def test_recording_the_same_again_writes_nothing(filled: Store, three_families: CaseTables, identities: pd.DataFrame):
    """A second import of equal rows is all unchanged and leaves no entry, identities included."""
    before = filled.head()
    with filled.change("sara", "again") as change:
        found = [change.record(table, getattr(three_families, table.name)) for table in (FAMILIES, MEMBERS, FLOWS)]
        found.append(change.record(IDENTITIES, identities))
    assert [Recorded(unchanged=number) for number in (3, 4, 6, 3)] == found
    assert before == filled.head()


def test_new_changed_and_equal_rows_are_told_apart(filled: Store, three_families: CaseTables):
    """Each row is inserted, corrected or unchanged by itself."""
    flows = three_families.flows.copy()
    flows.loc[0, "amount_money"] = 91_000_000
    flows.loc[4, "amount_money"] = 5
    flows.loc[5, "line"] = 2
    assert record(filled, FLOWS, flows) == Recorded(inserted=1, corrected=2, unchanged=3)
    assert len(filled.tables().flows) == 7


@pytest.mark.parametrize(("before", "after"), [(None, 0), (0, None)])
def test_missing_and_zero_are_different_facts(store: Store, before: int | None, after: int | None):
    """ "Not known" corrected to zero is a correction, and the other way round."""
    row = {"family_id": "F1", "month": 140508, "category": "subsidy", "line": 1, "recall": "month"}
    record(store, FLOWS, pd.DataFrame([{**row, "amount_money": before}]))
    assert record(store, FLOWS, pd.DataFrame([{**row, "amount_money": after}])) == Recorded(corrected=1)
    assert [pd.NA if after is None else after] == store.tables().flows["amount_money"].tolist()


def test_categories_are_recorded_like_text(filled: Store, three_families: CaseTables):
    """A categorical frame, with unused categories, equals the stored text."""
    flows = three_families.flows.assign(
        category=pd.Categorical(three_families.flows["category"], categories=CATEGORIES),
        family_id=three_families.flows["family_id"].astype("category"),
    )
    assert record(filled, FLOWS, flows) == Recorded(unchanged=6)


def test_free_text_is_kept_in_one_form(filled: Store, three_families: CaseTables):
    """An area typed with Arabic letters and spaces is the area that is stored."""
    families = three_families.families.assign(area=["شمال ", None, "  جنوب"])
    assert record(filled, FAMILIES, families) == Recorded(unchanged=3)


def test_an_index_of_any_kind_is_accepted(filled: Store, three_families: CaseTables):
    """A filtered or shuffled frame is recorded row by row, with its base versions by label."""
    budgets = three_families.budgets.assign(budget_money=[1, 2]).iloc[::-1]
    bases = pd.Series([1, 1], index=[0, 1])
    assert record(filled, BUDGETS, budgets, base_versions=bases) == Recorded(corrected=2)
    assert filled.tables().budgets["budget_money"].tolist() == [1, 2]


def test_a_frame_without_rows_is_nothing(store: Store):
    """Recording or withdrawing no rows writes nothing."""
    with store.change("sara", "nothing") as change:
        assert change.record(FLOWS, FLOWS.empty()) == Recorded()
        assert change.withdraw(FLOWS, FLOWS.empty()) == 0
    assert store.head().seq == 0


def test_an_exception_undoes_the_whole_change(filled: Store, three_families: CaseTables):
    """Nothing of a change that fails is written, not even an entry."""
    before = filled.head()

    def fail() -> None:
        with filled.change("sara", "fails") as change:
            change.record(BUDGETS, three_families.budgets.assign(budget_money=1))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert before == filled.head()
    assert filled.tables().budgets["budget_money"].tolist() == [500_000_000, 600_000_000]


def test_one_change_may_touch_a_row_twice(filled: Store, three_families: CaseTables):
    """The second recording sees the first; both versions belong to one entry and the log holds."""
    with filled.change("sara", "twice") as change:
        change.record(BUDGETS, three_families.budgets.assign(budget_money=1))
        change.record(BUDGETS, three_families.budgets.assign(budget_money=2))
    assert filled.tables().budgets["budget_money"].tolist() == [2, 2]
    assert filled.history(BUDGETS, {"month": 140508})["change_seq"].tolist() == [1, 3, 3]
    assert filled.verify_audit() == []


def test_rows_beyond_one_portion_are_all_written(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Rows are written in portions, and the digest covers all of them."""
    monkeypatch.setattr(change_module, "ROWS_AT_ONCE", 7)
    families = pd.DataFrame({"family_id": [f"F{number:03d}" for number in range(600)]})
    assert record(store, FAMILIES, families) == Recorded(inserted=600)
    assert record(store, FAMILIES, families.iloc[::-1]) == Recorded(unchanged=600)
    assert families["family_id"].tolist() == store.tables().families["family_id"].tolist()
    assert store.verify_audit() == []


@pytest.mark.parametrize(("actor", "reason"), [("", "x"), ("  ", "x"), ("x", ""), ("x", " \n")])
def test_a_change_needs_an_author_and_a_reason(store: Store, actor: str, reason: str):
    """Blank is not a name and not a reason."""
    with pytest.raises(ChangeUnexplained), store.change(actor, reason):
        pass


def test_what_the_tables_refuse_is_not_written(store: Store):
    """A value that is not allowed and a repeated key are refused before anything is written."""
    budgets = pd.DataFrame({"month": [140508, 140508], "budget_money": [1, 2]})
    with pytest.raises(KeyRepeated):
        record(store, BUDGETS, budgets)
    with pytest.raises(ValueNotAllowed):
        record(store, BUDGETS, budgets.assign(month=[140508, 140513]))
    assert store.head().seq == 0


# Withdrawal


def test_a_withdrawn_row_is_gone_and_can_come_back(filled: Store, three_families: CaseTables):
    """A wrong line no longer counts; telling it again makes it hold again, as a further version."""
    keys = three_families.flows.iloc[[2]][list(FLOWS.key)]
    with filled.change("omid", "entered for the wrong family") as change:
        assert change.withdraw(FLOWS, keys) == 1
        assert change.withdraw(FLOWS, keys) == 0
    assert len(filled.tables().flows) == 5
    assert record(filled, FLOWS, three_families.flows) == Recorded(corrected=1, unchanged=5)
    assert len(filled.tables().flows) == 6
    history = filled.history(FLOWS, keys.iloc[0].to_dict())
    assert list(history[["version", "is_withdrawn"]].itertuples(index=False, name=None)) == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert filled.verify_audit() == []


def test_what_never_was_cannot_be_withdrawn(filled: Store):
    """An unknown key is named, and nothing is withdrawn."""
    with pytest.raises(FactUnknown, match="F9"), filled.change("omid", "x") as change:
        change.withdraw(FAMILIES, pd.DataFrame({"family_id": ["F1", "F9"]}))
    assert len(filled.tables().families) == 3


# Two people at one family


def test_the_second_of_two_is_shown_both_values(filled: Store, three_families: CaseTables):
    """Who saves what somebody else corrected meanwhile gets both rows, and nothing is written."""
    flows = three_families.flows.iloc[[1, 2]]
    bases = filled.versions(FLOWS, flows)
    record(filled, FLOWS, flows.assign(amount_money=[96_000_000, 1], source=None), base_versions=bases)
    with pytest.raises(Conflict) as caught:
        record(filled, FLOWS, flows.assign(amount_money=[97_000_000, 1], source=None), base_versions=bases)
    conflict = caught.value
    assert (conflict.ours["amount_money"], conflict.theirs["amount_money"]) == (97_000_000, 96_000_000)
    assert list(FLOWS.column_names) == list(conflict.ours) == list(conflict.theirs)
    assert conflict.theirs["source"] is None
    difference = conflict.differences[0]
    assert (
        difference.their_version,
        difference.their_actor,
        difference.their_at,
        difference.is_withdrawn,
    ) == (2, "omid", "2026-10-23T06:02:00+00:00", False)
    assert len(conflict.differences) == 1
    assert filled.head().seq == 3


def test_two_who_say_the_same_do_not_disagree(filled: Store, three_families: CaseTables):
    """An equal correction by the second is unchanged, whatever version it was based on."""
    budgets = three_families.budgets.assign(budget_money=1)
    bases = filled.versions(BUDGETS, budgets)
    record(filled, BUDGETS, budgets, base_versions=bases)
    assert record(filled, BUDGETS, budgets, base_versions=bases) == Recorded(unchanged=2)


def test_a_row_that_somebody_else_added_meanwhile_is_a_conflict(filled: Store, three_families: CaseTables):
    """Where we saw no row (no base version), another's new row is not overwritten."""
    with pytest.raises(Conflict):
        record(
            filled,
            BUDGETS,
            three_families.budgets.assign(budget_money=1),
            base_versions=pd.Series([pd.NA, pd.NA], dtype="Int64"),
        )


def test_a_row_withdrawn_meanwhile_is_a_conflict(filled: Store, three_families: CaseTables):
    """Saving a row that somebody else withdrew is shown as such."""
    bases = filled.versions(BUDGETS, three_families.budgets)
    with filled.change("sara", "wrong") as change:
        change.withdraw(BUDGETS, three_families.budgets.iloc[[0]])
    with pytest.raises(Conflict) as caught:
        record(filled, BUDGETS, three_families.budgets, base_versions=bases)
    assert [difference.is_withdrawn for difference in caught.value.differences] == [True]


def test_without_base_versions_the_last_word_holds(filled: Store, three_families: CaseTables):
    """An import has read nothing earlier, so it corrects."""
    assert record(filled, BUDGETS, three_families.budgets.assign(budget_money=1)) == Recorded(corrected=2)


def test_a_change_may_go_on_after_a_refusal(filled: Store, three_families: CaseTables):
    """The refused call has written nothing; what follows is written and the log holds."""
    with filled.change("sara", "partly") as change:
        with pytest.raises(Conflict):
            change.record(BUDGETS, three_families.budgets.assign(budget_money=1), base_versions=pd.Series([0, 0]))
        change.record(FAMILIES, three_families.families.assign(area="x"))
    assert filled.tables().budgets["budget_money"].tolist() == [500_000_000, 600_000_000]
    assert (filled.head().seq, filled.verify_audit()) == (3, [])


def test_the_unique_key_is_the_last_line_of_defence(
    filled: Store, three_families: CaseTables, monkeypatch: pytest.MonkeyPatch
):
    """When a row appears between looking and writing, the database refuses and it is told as a conflict."""
    budgets = three_families.budgets.assign(budget_money=1)
    honest = change_module.matching_rows
    blind = iter([lambda *_: budgets[["month"]].merge(honest(*_).iloc[:0], on="month", how="left"), honest])
    monkeypatch.setattr(change_module, "matching_rows", lambda *given: next(blind)(*given))
    with filled.change("sara", "race") as change:
        with pytest.raises(Conflict) as caught:
            change.record(BUDGETS, budgets)
        monkeypatch.setattr(change_module, "matching_rows", honest)
        change.record(FAMILIES, three_families.families.assign(area="x"))
    assert (caught.value.ours["budget_money"], caught.value.theirs["budget_money"]) == (1, 500_000_000)
    assert filled.tables().budgets["budget_money"].tolist() == [500_000_000, 600_000_000]
    assert filled.verify_audit() == []


def test_a_conflict_crosses_process_borders(filled: Store, three_families: CaseTables):
    """A pickled conflict keeps its sentence and both rows."""
    with pytest.raises(Conflict) as caught:
        record(filled, BUDGETS, three_families.budgets.assign(budget_money=1), base_versions=pd.Series([0, 0]))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (str(caught.value), caught.value.differences) == (str(again), again.differences)


# Secrets


def test_a_conflict_of_names_shows_them_only_when_asked(filled: Store, identities: pd.DataFrame, caplog):
    """Neither text, nor ``repr``, nor log of the refusal holds a name; ``reveal`` does."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Conflict) as caught:
        record(filled, IDENTITIES, identities.assign(value="تازه"), base_versions=pd.Series([0, 0, 0]))
    conflict = caught.value
    shown = f"{conflict} {conflict!r} {conflict.differences!r} {conflict.ours} {conflict.message!r} {caplog.text}"
    for word in ("تازه", "زهرا", "۰۹۱۲"):
        assert word not in shown
    assert (Secret("تازه"), NAME) == (conflict.ours["value"], conflict.theirs["value"].reveal())


def test_a_refused_identity_keeps_its_secret(store: Store, identities: pd.DataFrame):
    """A wrong field or a repeated key is refused without a word of the value."""
    for wrong in (identities.assign(field="nickname"), identities.assign(field="name", owner_id="F1-1")):
        with pytest.raises((ValueNotAllowed, KeyRepeated)) as caught:
            record(store, IDENTITIES, wrong)
        assert "زهرا" not in f"{caught.value} {caught.value!r}"


def test_a_failing_statement_shows_no_parameters(store: Store, three_families: CaseTables):
    """What the database refuses is reported without the values of the rows."""
    with pytest.raises(sa.exc.DatabaseError) as caught, store._database.write() as connection:
        connection.execute(sa.text("SELECT * FROM nowhere WHERE area = :area"), {"area": "شمال"})
    assert "شمال" not in str(caught.value)


def test_identities_need_the_key(filled: Store, database_url: str, identities: pd.DataFrame):
    """A store opened without a key file cannot record or withdraw names."""
    with Store.open(database_url) as store:
        with pytest.raises(KeyNotGiven):
            record(store, IDENTITIES, identities)
        with pytest.raises(KeyNotGiven), store.change("sara", "x") as change:
            change.withdraw(IDENTITIES, identities)


# Frozen months


def test_a_frozen_month_is_not_changed_in_passing(filled: Store, three_families: CaseTables):
    """Flows and budgets of the month refuse new, changed and withdrawn rows; equal rows and other months pass."""
    filled.freeze(Month(1405, 8), "sara", parameters_fingerprint="p")
    flows = three_families.flows

    def refused(act) -> None:
        with pytest.raises(MonthFrozen, match="1405-08"), filled.change("omid", "late") as change:
            act(change)

    refused(lambda change: change.record(FLOWS, flows.assign(amount_money=1)))
    refused(lambda change: change.record(FLOWS, flows.iloc[[1]].assign(line=9)))
    refused(lambda change: change.withdraw(FLOWS, flows.iloc[[1]]))
    refused(lambda change: change.record(BUDGETS, three_families.budgets.assign(budget_money=1)))
    assert record(filled, FLOWS, flows) == Recorded(unchanged=6)
    assert record(filled, FLOWS, flows.iloc[[0]].assign(amount_money=1)) == Recorded(corrected=1)
    assert record(filled, FLOWS, flows.iloc[[1]].assign(month=140509)) == Recorded(inserted=1)
    assert record(filled, FAMILIES, three_families.families.assign(area="x")) == Recorded(corrected=3)


def test_a_correction_of_a_frozen_month_is_recorded_as_one(filled: Store, three_families: CaseTables):
    """With ``corrects_frozen`` the rows are written, and the entry says what it is."""
    filled.freeze(Month(1405, 8), "sara", parameters_fingerprint="p")
    with filled.change("omid", "the bank's letter", corrects_frozen=True) as change:
        assert isinstance(change, Change)
        assert change.record(BUDGETS, three_families.budgets.assign(budget_money=1)) == Recorded(corrected=2)
    with filled._database.read() as connection:
        found = connection.execute(sa.text("SELECT corrects_frozen FROM changes ORDER BY seq")).scalars().all()
    assert np.array_equal([False, False, False, True], found)
