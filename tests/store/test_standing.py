"""The facts as they stand, brought up to date, beside all of them read anew."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.tables import FACT_TABLES, FLOWS, MEMBERS, OBSERVATIONS, CaseTables
from hamyar.store import standing as module
from hamyar.store.standing import Standing, standing
from hamyar.store.store import Store

ONE_FLOW = {"family_id": "F1", "month": 140508, "category": "treatment", "line": 1, "recall": "month"}


def assert_as_read_anew(store: Store, found: Standing) -> None:
    read = store.tables()
    for name in FACT_TABLES:
        pd.testing.assert_frame_equal(getattr(read, name), getattr(found.tables, name))
    told = ("currency", "is_synthetic", "title")
    assert [getattr(read, name) for name in told] == [getattr(found.tables, name) for name in told]
    assert store.head() == found.head


def flows(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([ONE_FLOW | row for row in rows])


def no_reading(*_: object) -> CaseTables:
    raise AssertionError("everything was read")


def test_without_an_earlier_one_all_is_read(helped: Store):
    """The first time there is nothing to go by."""
    assert_as_read_anew(helped, standing(helped))


def test_where_nothing_changed_it_is_the_very_same(helped: Store):
    """No table is made anew for a question that follows another."""
    first = standing(helped)
    assert first is standing(helped, first)


def test_every_table_is_brought_up_to_date(observed: Store, helped_families: CaseTables):
    """Rows of tables that were empty before, of twenty kinds, come in."""
    first = standing(observed)
    with observed.change("sara", "the work of help") as change:
        for name, table in FACT_TABLES.items():
            change.record(table, getattr(helped_families, name))
    assert_as_read_anew(observed, standing(observed, first))


def test_only_what_changed_is_read(helped: Store, monkeypatch: pytest.MonkeyPatch):
    """A correction, a new row, a withdrawn one and one that was put back, without reading the centre again."""
    with helped.change("sara", "one more, and one less") as change:
        change.record(FLOWS, flows({"amount_money": 7}))
        change.withdraw(OBSERVATIONS, helped.tables().observations[list(OBSERVATIONS.key)].head(1))
    first, before = standing(helped), helped.tables()
    with helped.change("omid", "the bank's letter") as change:
        change.record(FLOWS, flows({"amount_money": 8}, {"line": 2, "amount_money": None}))
        change.withdraw(FLOWS, before.flows[list(FLOWS.key)].tail(1))
    with helped.change("omid", "it was right") as change:
        change.withdraw(FLOWS, flows({})[list(FLOWS.key)])
        change.record(FLOWS, before.flows.tail(1))
    monkeypatch.setattr(module, "read_tables", no_reading)
    assert_as_read_anew(helped, standing(helped, first))


def test_a_member_who_moved_is_in_the_new_family_only(filled: Store):
    """A row's place is its key, whichever family it speaks of."""
    first = standing(filled)
    with filled.change("sara", "moved to the aunt") as change:
        change.record(MEMBERS, first.tables.members.query("member_id == 'F1-2'").assign(family_id="F3"))
    assert_as_read_anew(filled, standing(filled, first))


def test_the_last_row_of_a_table_can_go(observed: Store):
    """A table that is empty again has its declared types."""
    first = standing(observed)
    with observed.change("sara", "all wrong") as change:
        change.withdraw(OBSERVATIONS, first.tables.observations[list(OBSERVATIONS.key)])
    assert_as_read_anew(observed, standing(observed, first))


def test_the_earlier_one_stays_as_it_was(filled: Store, three_families: CaseTables):
    """Somebody may still be working with it."""
    first = standing(filled)
    with filled.change("sara", "more") as change:
        change.record(FLOWS, flows({"amount_money": 1}))
        change.record(FLOWS, three_families.flows.assign(amount_money=1))
    standing(filled, first)
    pd.testing.assert_frame_equal(
        three_families.flows.sort_values(list(FLOWS.key), ignore_index=True), first.tables.flows
    )


def test_another_centre_is_read_whole(filled: Store, tmp_path: Path, clock: Callable[[], Any]):
    """What stands at the same place of another log, or beyond its end, is no place to go on from."""
    with filled.change("sara", "more") as change:
        change.record(FLOWS, flows({"amount_money": 1}))
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    with Store.create(url, tmp_path / "other.key", title="Other", is_synthetic=True, clock=clock) as other:
        assert_as_read_anew(other, standing(other, standing(filled)))
        for number in range(4):
            with other.change("omid", "something else") as change:
                change.record(FLOWS, flows({"amount_money": number}))
        assert_as_read_anew(other, standing(other, standing(filled)))


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that every example goes on with."""
    folder = tmp_path_factory.mktemp("growing")
    with Store.create(f"sqlite:///{folder / 'c.sqlite3'}", folder / "key", title="Sample", is_synthetic=True) as made:
        yield made


_NUMBERS = itertools.count()
_FLOW = st.tuples(st.sampled_from(["F1", "F2", "F3"]), st.integers(1, 3))
_CHANGE = st.dictionaries(_FLOW, st.booleans(), min_size=1, max_size=5)


@given(st.lists(_CHANGE, min_size=1, max_size=5), st.data())
@settings(max_examples=8)
def test_from_any_earlier_state(growing: Store, made: list[dict[tuple[str, int], bool]], data: st.DataObject):
    """Whatever was recorded and withdrawn since, from each state before it comes out as if all were read."""
    known = [standing(growing)]
    for rows in made:
        with growing.change("sara", "a visit") as change:
            for (family, line), stays in rows.items():
                row = flows({"family_id": family, "line": line, "amount_money": next(_NUMBERS)})
                change.record(FLOWS, row)
                if not stays:
                    change.withdraw(FLOWS, row[list(FLOWS.key)])
        known.append(standing(growing, data.draw(st.sampled_from(known))))
    for earlier in known:
        assert_as_read_anew(growing, standing(growing, earlier))
