"""Recording what became of visits: what stands in the plan stays, and nothing that cannot be is written."""

import pickle

import pandas as pd
import pytest

from hamyar.core.tables import VISITS, conform
from hamyar.store.conflict import Conflict
from hamyar.store.store import Store
from hamyar.store.visiting import VisitsRefused, record_visits

PLANNED = conform(
    VISITS,
    pd.DataFrame(
        [
            {
                **{"visit_id": code, "activity_id": "A", "number": number, "helper_id": "H1", "family_id": "F1"},
                **{"day": 14050710, "start_minute": 540, "minutes": 60, "status": "planned"},
            }
            for number, code in enumerate(["V1", "V2"], 1)
        ]
    ),
)


def planned(store: Store) -> None:
    with store.change("planner", "calendar") as change:
        change.record(VISITS, PLANNED)


def report(**values: object) -> pd.DataFrame:
    return pd.DataFrame([{"visit_id": "V1", "status": "done", "done_day": 14050715, **values}])


def test_a_visit_that_was_done_is_recorded(sqlite_store):
    """Its state and day change, its planned day and hour stay, and the other visit is left alone."""
    planned(sqlite_store)
    with sqlite_store.change("sara", "home visit") as change:
        assert record_visits(change, report()).corrected == 1
    rows = sqlite_store.current(VISITS).set_index("visit_id")
    assert tuple(rows.loc["V1", ["status", "done_day", "day", "start_minute"]].tolist()) == (
        "done",
        14050715,
        14050710,
        540,
    )
    assert rows.at["V2", "status"] == "planned"


def test_what_a_form_shows_beside_it_changes_nothing(sqlite_store):
    """Of a whole row only what became of the visit is read."""
    planned(sqlite_store)
    with sqlite_store.change("sara", "home visit") as change:
        record_visits(change, PLANNED.head(1).assign(status="cancelled", reason="ill", day=14050720, helper_id="H9"))
    row = sqlite_store.current(VISITS).set_index("visit_id").loc["V1"]
    assert (row["status"], row["reason"], row["day"], row["helper_id"]) == ("cancelled", "ill", 14050710, "H1")


@pytest.mark.parametrize(
    "values", [{"visit_id": "V9"}, {"done_day": 14050802}, {"status": "cancelled", "done_day": None}]
)
def test_what_cannot_be_is_refused_whole(sqlite_store, values):
    """An unknown visit, a day to come and a cancellation without a reason: nothing of the report is written."""
    planned(sqlite_store)
    both = pd.concat([report(visit_id="V2"), report(**values)], ignore_index=True)
    with sqlite_store.change("sara", "home visit") as change, pytest.raises(VisitsRefused) as refused:
        record_visits(change, both)
    assert sorted({fault.row for fault in refused.value.faults}) == [1]
    assert set(sqlite_store.current(VISITS)["status"]) == {"planned"}
    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - what we have just pickled ourselves
    assert str(again) == str(refused.value)


def test_two_reports_of_one_visit_do_not_overwrite_each_other(sqlite_store):
    """Whoever read the visit before the other told of it is shown both."""
    planned(sqlite_store)
    base = sqlite_store.versions(VISITS, PLANNED.head(1))
    with sqlite_store.change("sara", "home visit") as change:
        record_visits(change, report(), base_versions=base)
    with sqlite_store.change("reza", "home visit") as change, pytest.raises(Conflict):
        record_visits(change, report(done_day=14050714), base_versions=base)


def test_an_empty_report_records_nothing(sqlite_store):
    """No entry of the log is made for it."""
    planned(sqlite_store)
    before = sqlite_store.head()
    with sqlite_store.change("sara", "home visit") as change:
        record_visits(change, report().head(0))
    assert before == sqlite_store.head()
