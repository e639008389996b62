"""When somebody was last here: an hour without a look ends a visit."""

import datetime as dt

import pytest
import sqlalchemy as sa

from hamyar.store.database import DatabaseBusy
from hamyar.store.seen import look
from hamyar.store.store import Store

NOON = dt.datetime(2026, 10, 23, 8, 30, tzinfo=dt.UTC)


@pytest.fixture
def at(store: Store):
    """``at(minutes, who)`` looks so many minutes after noon, and tells how many after noon the last visit ended."""

    def looked(minutes: float, who: str = "sara") -> float | None:
        store._clock = lambda: NOON + dt.timedelta(minutes=minutes)
        found = look(store, who)
        return None if found is None else (found - NOON).total_seconds() / 60

    return looked


def test_the_first_visit_has_none_before_it(at):
    """Whoever was never here has seen nothing, however often the page is looked at."""
    assert [at(0), at(0.5), at(59)] == [None, None, None]


def test_looks_within_an_hour_are_one_visit(at):
    """The moment of the visit before stays while one goes on, and is the last look of that one."""
    assert [at(0), at(50)] == [None, None]
    assert [at(200), at(259), at(310)] == [50, 50, 50]
    assert at(370) == 310


def test_everybody_has_visits_of_their_own(at):
    """What one has seen is not seen by another."""
    at(0)
    assert [at(120, "omid"), at(120)] == [None, 0]


def test_a_look_right_after_another_is_not_written(at, store: Store, monkeypatch: pytest.MonkeyPatch):
    """A page that is loaded again at once costs no write."""
    at(0)
    at(120)
    monkeypatch.setattr(store._database, "write", None)
    assert at(120.5) == 0


@pytest.mark.parametrize(
    "fault", [DatabaseBusy(seconds=30), sa.exc.OperationalError("", None, Exception("disk is full"))]
)
def test_what_is_new_is_told_without_a_write(at, store: Store, monkeypatch: pytest.MonkeyPatch, fault: Exception):
    """While somebody else writes for long, or the disk is full, the moment is told and only not noted."""

    def unable() -> None:
        raise fault

    at(0)
    monkeypatch.setattr(store._database, "write", unable)
    assert [at(200), at(300, "omid")] == [0, None]
