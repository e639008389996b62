"""Withdrawing a row by its key as a person types it."""

import pandas as pd
import pytest

from hamyar.core.tables import ASSIGNMENTS, FAMILIES
from hamyar.store.store import Store
from hamyar.store.withdrawing import WITHDRAWABLE, KeyUnreadable, RowStays, withdraw_row

KEY = ("family_id=F-1", "from_day=1405-01-01")


@pytest.fixture
def assigned(store: Store) -> Store:
    """One family in the hands of one helper for a year."""
    row = {"family_id": "F-1", "from_day": 14050101, "helper_id": "H-1", "until_day": 14051229}
    with store.change("sara", "first") as change:
        change.record(ASSIGNMENTS, pd.DataFrame([row]))
    return store


def withdrawn(store: Store, *key: str, table: str = "assignments") -> bool:
    return withdraw_row(store, table, key, actor="sara", reason="wrong month")


def test_it_counts_no_more(assigned: Store) -> None:
    """A withdrawn row is no current fact."""
    withdrawn(assigned, *KEY)
    assert assigned.current(ASSIGNMENTS).empty


def test_it_stays_in_the_history(assigned: Store) -> None:
    """Who withdrew it, and why, is kept."""
    withdrawn(assigned, *KEY)
    history = assigned.history(ASSIGNMENTS, {"family_id": "F-1", "from_day": 14050101})
    assert history["change_reason"].tolist() == ["first", "wrong month"]


def test_persian_digits(assigned: Store) -> None:
    """A day is read as everywhere else."""
    assert withdrawn(assigned, "family_id=F-1", "from_day=۱۴۰۵/۰۱/۰۱")


def test_twice(assigned: Store) -> None:
    """What was withdrawn already is told apart."""
    assert [withdrawn(assigned, *KEY), withdrawn(assigned, *KEY)] == [True, False]


@pytest.mark.parametrize("key", [KEY[:1], (*KEY, KEY[0]), ("family_id", KEY[1]), ("helper_id=H-1", *KEY)])
def test_key_is_whole(assigned: Store, key: tuple[str, ...]) -> None:
    """A key with a part missing, twice, without a value or of another column is refused."""
    with pytest.raises(KeyUnreadable):
        withdrawn(assigned, *key)


def test_nothing_is_left_pointing_nowhere(assigned: Store) -> None:
    """A row that introduces a code is not withdrawn."""
    with pytest.raises(RowStays):
        withdrawn(assigned, "family_id=F-1", table=FAMILIES.name)


def test_what_can_be_withdrawn() -> None:
    """Flows and visits can, helpers cannot."""
    assert {"flows", "visits"} <= set(WITHDRAWABLE) <= set(WITHDRAWABLE) - {"helpers"}
