"""What became of the plan: done, late, still to come, cancelled and why."""

import pandas as pd

from hamyar.core.calendar.adherence import STATES, adherence, adherence_counts
from tests.core.scheduling_making import fixed

TODAY = 14050101
VISITS = pd.DataFrame(
    [
        fixed("on-time", 14041220, 540, status="done", family_id="F1"),
        fixed("after", 14041228, 540, status="done", done_day=14050101, family_id="F1"),
        fixed("forgotten", 14041229, 540, status="planned", family_id="F2"),
        fixed("today", 14050101, 540, status="planned", family_id="F2"),
        fixed("off", 14041225, 540, status="cancelled", reason="illness", family_id="F2"),
        fixed("session", 14041220, 600),
    ]
)


def test_each_visit_has_its_state():
    """A day that passed unspoken is late, today is still to come, and a new year does not break the count of days."""
    found = adherence(VISITS, TODAY).set_index("visit_id")
    assert found["state"].to_dict() == {
        "on-time": "done",
        "after": "done_late",
        "forgotten": "late",
        "today": "to_come",
        "off": "cancelled",
        "session": "late",
    }
    assert found["days_late"].dropna().to_dict() == {"after": 2, "forgotten": 1, "session": 10}
    assert found["reason"].dropna().to_dict() == {"off": "illness"}


def test_counts_by_family():
    """Each family's states; cancelled and coming visits are not among those that were due."""
    counts = adherence_counts(VISITS, TODAY, "family_id")
    assert counts.index.tolist() == ["F1", "F2"]
    assert counts["due"].tolist() == [2, 1]
    assert [
        int(counts[list(STATES)].to_numpy().sum()),
        *counts.loc["F1", ["late", "done", "done_late"]],
    ] == [5, 0, 1, 1]


def test_no_visits_have_no_states():
    """An empty calendar gives empty tables."""
    assert (len(adherence(VISITS[:0], TODAY)), len(adherence_counts(VISITS[:0], TODAY, "helper_id"))) == (0, 0)
