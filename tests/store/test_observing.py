"""What helpers found is recorded only where it can be true."""

import datetime as dt
import pickle

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.tables import FOOD_WEEKS, MEMBERS, OBSERVATIONS, CaseTables, ValueNotAllowed
from hamyar.store.change import MonthFrozen, Recorded, iranian_day
from hamyar.store.conflict import Conflict
from hamyar.store.observing import ObservationsRefused, record_food_weeks, record_observations
from hamyar.store.store import Store

GOOD = {
    **{"family_id": "F1", "subject_id": "F1", "indicator": "housing", "observer_id": "h-sara"},
    **{"day": 14050801, "answer": "2", "reason": "یک اتاق"},
}


def observe(store: Store, catalogue: ParameterSet, *changes: dict, **options) -> Recorded:
    with store.change("sara", "home visit") as change:
        return record_observations(change, pd.DataFrame([GOOD | made for made in changes]), catalogue, **options)


def eat(store: Store, **days) -> Recorded:
    with store.change("sara", "home visit") as change:
        return record_food_weeks(change, pd.DataFrame([{"family_id": "F1", "day": 14050801, **days}]))


def test_what_can_be_true_is_recorded(filled: Store, catalogue: ParameterSet, observed_families: CaseTables):
    """All observations of the sample go in, and again change nothing."""
    frame = observed_families.observations
    for expected in (Recorded(inserted=4), Recorded(unchanged=4)):
        with filled.change("sara", "home visits") as change:
            assert expected == record_observations(change, frame, catalogue)
    pd.testing.assert_frame_equal(
        frame.sort_values(list(OBSERVATIONS.key), ignore_index=True), filled.tables().observations
    )


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"indicator": "no_such_thing"}, "indicator"),
        ({"indicator": "gap"}, "indicator"),
        ({"day": 14050802}, "day"),
        ({"day": 13991230}, "day"),
        ({"indicator": "old_debt"}, "day"),
        ({"family_id": "F9", "subject_id": "F9"}, "family_id"),
        ({"subject_id": "F9-1", "indicator": "child_labour"}, "subject_id"),
        ({"subject_id": "F2-1", "indicator": "child_labour"}, "subject_id"),
        ({"subject_id": "F1-2"}, "subject_id"),
    ],
)
def test_what_cannot_be_true_is_refused_whole(filled: Store, catalogue: ParameterSet, changed: dict, column: str):
    """An unknown or computed indicator, a day to come or out of validity, a wrong subject: nothing is written."""
    head = filled.head()
    with pytest.raises(ObservationsRefused) as caught:
        observe(filled, catalogue, {}, changed)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(1, column)]
    assert f"row 1, column '{column}'" in str(caught.value)
    assert filled.head() == head


def test_a_level_that_does_not_exist_is_refused(filled: Store, catalogue: ParameterSet):
    """There is no level 7."""
    with pytest.raises(ValueNotAllowed, match=r"'answer': '7' is not one of 0, 1, 2, 3, not_asked"):
        observe(filled, catalogue, {"answer": "7"})
    assert filled.tables().observations.empty


def test_a_refusal_keeps_its_faults_across_processes(filled: Store, catalogue: ParameterSet):
    """A pickled refusal says the same."""
    with pytest.raises(ObservationsRefused) as caught:
        observe(filled, catalogue, {"indicator": "x"}, {"indicator": "y"})
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what we have just pickled ourselves
    assert (str(again), len(again.faults)) == (str(caught.value), 2)


def test_a_member_recorded_in_the_same_change_is_known(filled: Store, catalogue: ParameterSet):
    """A child and what was seen of it may be entered together; a child that moved away belongs to the new family."""
    child = {"member_id": "F1-3", "family_id": "F1", "role": "child", "birth_day": 13950101}
    seen = {"subject_id": "F1-3", "indicator": "child_labour"}
    with filled.change("sara", "home visit") as change:
        change.record(MEMBERS, pd.DataFrame([child]))
        assert record_observations(change, pd.DataFrame([GOOD | seen]), catalogue) == Recorded(inserted=1)
        change.record(MEMBERS, pd.DataFrame([child | {"family_id": "F3"}]))
        with pytest.raises(ObservationsRefused):
            record_observations(change, pd.DataFrame([GOOD | seen | {"answer": "3"}]), catalogue)
        moved = GOOD | seen | {"family_id": "F3"}
        assert record_observations(change, pd.DataFrame([moved]), catalogue) == Recorded(inserted=1)
    assert filled.tables().observations["answer"].tolist() == ["2", "2"]


def test_two_helpers_who_correct_one_observation_are_told(filled: Store, catalogue: ParameterSet):
    """The version that a form was opened with goes through to the store."""
    observe(filled, catalogue, {})
    bases = filled.versions(OBSERVATIONS, pd.DataFrame([GOOD]))
    observe(filled, catalogue, {"answer": "1"}, base_versions=bases)
    with pytest.raises(Conflict) as caught:
        observe(filled, catalogue, {"answer": "3"}, base_versions=bases)
    assert (caught.value.ours["answer"], caught.value.theirs["answer"]) == ("3", "1")


def test_nothing_observed_needs_no_catalogue(filled: Store):
    """Without rows nothing is asked; with one the missing catalogue is named."""
    with filled.change("sara", "nothing") as change:
        assert record_observations(change, OBSERVATIONS.empty(), ParameterSet({})) == Recorded()
        assert record_food_weeks(change, FOOD_WEEKS.empty()) == Recorded()
    with pytest.raises(CatalogueAbsent, match="indicators"):
        observe(filled, ParameterSet({}), {})


def test_a_number_of_a_person_in_a_reason_is_refused_and_not_repeated(filled: Store, catalogue: ParameterSet):
    """The refusal says what is wrong without the number."""
    with pytest.raises(ObservationsRefused, match="telephone number") as caught:
        observe(filled, catalogue, {"reason": "با 09120000001 تماس بگیرید"})
    assert "0912" not in f"{caught.value} {caught.value.faults!r}"


@pytest.mark.parametrize(
    ("row", "column"), [({"meat_days": 8}, "meat_days"), ({"fewer_meals_days": 70}, "fewer_meals_days")]
)
def test_a_week_has_seven_days(filled: Store, row: dict, column: str):
    """More days than the week has are refused; seven, none and unknown are not."""
    with pytest.raises(ObservationsRefused, match=column):
        eat(filled, oil_days=7, **row)
    assert eat(filled, oil_days=7, sugar_days=0) == Recorded(inserted=1)
    assert filled.tables().food_weeks["meat_days"].isna().tolist() == [True]


def test_a_week_to_come_is_refused(filled: Store):
    """Tomorrow's visit has not been made."""
    with pytest.raises(ObservationsRefused, match="1405-08-02"):
        eat(filled, day=14050802)


def test_a_week_of_nobody_is_refused(filled: Store):
    """A family that is not recorded has eaten nothing that we know of."""
    with pytest.raises(ObservationsRefused, match="'family_id'"):
        eat(filled, family_id="F9")


def test_a_visit_in_a_frozen_month_is_refused(filled: Store, catalogue: ParameterSet):
    """Observations and weeks dated in it refuse new, changed and withdrawn rows; other months and corrections pass."""
    observe(filled, catalogue, {}, {"day": 14050730})
    eat(filled, oil_days=1)
    filled.freeze(Month(1405, 8), "sara", parameters_fingerprint="p")

    def refused(act) -> None:
        with pytest.raises(MonthFrozen, match="1405-08"), filled.change("omid", "late") as change:
            act(change)

    refused(lambda change: record_observations(change, pd.DataFrame([GOOD | {"answer": "3"}]), catalogue))
    refused(lambda change: record_observations(change, pd.DataFrame([GOOD | {"observer_id": "x"}]), catalogue))
    refused(lambda change: change.withdraw(OBSERVATIONS, pd.DataFrame([GOOD])))
    refused(lambda change: record_food_weeks(change, pd.DataFrame([{"family_id": "F2", "day": 14050801}])))
    assert observe(filled, catalogue, {}) == Recorded(unchanged=1)
    assert observe(filled, catalogue, {"day": 14050730, "answer": "3"}) == Recorded(corrected=1)
    with filled.change("omid", "the helper's notebook", corrects_frozen=True) as change:
        assert record_observations(change, pd.DataFrame([GOOD | {"answer": "3"}]), catalogue) == Recorded(corrected=1)


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(0, 0, 14050801), (20, 29, 14050801), (20, 30, 14050802), (23, 59, 14050802)]
)
def test_the_day_changes_at_midnight_in_iran(hour: int, minute: int, day: int):
    """Half past eight in the evening, universal time, is the next Jalali day."""
    assert iranian_day(dt.datetime(2026, 10, 23, hour, minute, tzinfo=dt.UTC)) == day


def test_today_is_told_by_the_clock(sqlite_store: Store):
    """The store and a change agree on the day."""
    with sqlite_store.change("sara", "nothing") as change:
        assert (change.today, sqlite_store.today()) == (14050801, 14050801)
