"""``assign_centre`` on a database: recorded whole or not at all, once, and never into a frozen month in silence."""

import pytest

from hamyar.batch import assigning
from hamyar.batch.assigning import FactsOvertaken, assign_centre
from hamyar.core.tables import ASSIGNMENTS, FACT_TABLES, FAMILY_WISHES, HELPERS, CaseTables
from hamyar.store.change import MonthFrozen, Recorded
from hamyar.store.store import Store
from tests.core.assigning_making import FIRST_DAY, LAST_DAY, MONTH, centre, codes, frame, helper_rows, parameters


def fill(store: Store, tables: CaseTables) -> None:
    with store.change("test", "made for a test") as change:
        for name, table in FACT_TABLES.items():
            change.record(table, getattr(tables, name))


def assign(store: Store, **options: object):
    return assign_centre(store, parameters(), MONTH, actor="sara", language="en", **options)


def test_recorded_once(store):
    """The rows are recorded in one change with its author, and the same month again records nothing."""
    fill(store, centre(codes(6), codes(2, "H")))
    first = assign(store)
    after = store.head()
    second = assign(store)

    rows = store.current(ASSIGNMENTS)
    assert Recorded(6) == first.recorded
    assert [codes(6), {FIRST_DAY}, {LAST_DAY}] == [
        rows["family_id"].tolist(),
        set(rows["from_day"]),
        set(rows["until_day"]),
    ]
    told = store.history(ASSIGNMENTS, {"family_id": "F01", "from_day": FIRST_DAY})
    assert told["change_actor"].tolist() == ["sara"]
    assert (Recorded(), after) == (second.recorded, store.head())


def test_dry_run(sqlite_store):
    """A dry run finds the same plan and records nothing."""
    fill(sqlite_store, centre(codes(6), codes(2, "H")))
    before = sqlite_store.head()
    tried = assign(sqlite_store, dry_run=True)

    assert before == sqlite_store.head()
    assert Recorded() == tried.recorded
    assert tried.found.rows.equals(assign(sqlite_store).found.rows)


def test_no_plan_no_row(sqlite_store):
    """Where there is no plan nothing is recorded."""
    fill(sqlite_store, centre(codes(4), ["H01"]))
    before = sqlite_store.head()

    assert not assign(sqlite_store).is_possible
    assert before == sqlite_store.head()


def test_moves_are_corrections(sqlite_store):
    """When a helper leaves, the earlier rows end with a reason in words, and the history keeps what they were."""
    tables = centre(codes(10), codes(3, "H"))
    fill(sqlite_store, tables)
    first = assign(sqlite_store)
    gone = first.found.families["helper_id"].iat[0]
    theirs = first.found.families.query("helper_id == @gone").index.tolist()
    with sqlite_store.change("test", "leaves") as change:
        change.record(HELPERS, frame("helpers", helper_rows(tables, gone, until_day=14040930)))
    second = assign_centre(sqlite_store, parameters(), MONTH + 2, actor="sara", language="en")

    assert Recorded(len(theirs), len(theirs)) == second.recorded
    old = sqlite_store.history(ASSIGNMENTS, {"family_id": theirs[0], "from_day": FIRST_DAY})
    assert old["until_day"].tolist() == [LAST_DAY, 14040930]
    assert (
        old["reason"].iat[-1]
        == "Ended early, because a rule now stands against it: service in every month of the year."
    )
    new = sqlite_store.current(ASSIGNMENTS, {"from_day": [14041001]})
    assert (theirs, {LAST_DAY}) == (new["family_id"].tolist(), set(new["until_day"]))
    assert {f"Goes on from helper {gone}."} == set(new["reason"])


def test_frozen_month(sqlite_store):
    """A frozen month is not assigned unless that is declared a correction; what changes nothing is no entry in it."""
    fill(sqlite_store, centre(codes(6), codes(2, "H")))
    frozen = sqlite_store.freeze(MONTH, "test", parameters_fingerprint="x")

    with pytest.raises(MonthFrozen, match="1404-08"):
        assign(sqlite_store)
    assert sqlite_store.current(ASSIGNMENTS).empty
    assert Recorded(6) == assign(sqlite_store, corrects_frozen=True).recorded
    assert Recorded() == assign(sqlite_store).recorded
    assert sqlite_store.frozen_tables(frozen).assignments.empty


def test_later_month_frozen(sqlite_store):
    """A year of help that would hold in a frozen month is refused too, though its first month is open."""
    fill(sqlite_store, centre(codes(6), codes(2, "H")))
    sqlite_store.freeze(MONTH + 3, "test", parameters_fingerprint="x")

    with pytest.raises(MonthFrozen, match="1404-11"):
        assign(sqlite_store)
    assert sqlite_store.current(ASSIGNMENTS).empty


OTHERS = [
    (HELPERS, lambda tables: helper_rows(tables, "H01", until_day=14040801)),
    (FAMILY_WISHES, lambda tables: [{"family_id": "F01", "asks_for_woman": "yes", "language": "ku"}]),
]


@pytest.mark.parametrize(("table", "other"), OTHERS, ids=["helpers", "wishes"])
def test_overtaken(sqlite_store, monkeypatch, table, other):
    """What somebody records among helpers or wishes while the plan is made stops it; nothing of it is recorded."""
    tables = centre(codes(6), codes(2, "H"))
    fill(sqlite_store, tables)
    made = assigning.assignment_of_month

    def meanwhile(*arguments, **options):
        found = made(*arguments, **options)
        with sqlite_store.change("test", "meanwhile") as change:
            change.record(table, frame(table.name, other(tables)))
        return found

    monkeypatch.setattr(assigning, "assignment_of_month", meanwhile)
    with pytest.raises(FactsOvertaken):
        assign(sqlite_store)
    assert sqlite_store.current(ASSIGNMENTS).empty
