"""Years of help: which row is in force when, and who carries a family."""

import pandas as pd
import pytest

from hamyar.core.plan.years import carriers, end_of_year, in_force, last_days
from hamyar.core.tables import GOALS, conform
from tests.core.plans_making import FROM, UNTIL, assignments, plan_row, plans


@pytest.mark.parametrize(
    ("from_day", "months", "last"), [(14050801, 12, 14060730), (14030101, 12, 14031230), (14050101, 3, 14050331)]
)
def test_a_year_of_help_ends_with_its_last_month(from_day: int, months: int, last: int):
    """Twelve months from Aban end with Mehr; the last day of Esfand is the 30th in a leap year."""
    assert last == end_of_year(from_day, months)


@pytest.mark.parametrize(
    ("day", "found"), [(14050730, 0), (14050801, 2), (14050815, 2), (14050816, 1), (14060730, 1), (14060801, 0)]
)
def test_a_row_is_in_force_from_its_first_day_to_its_last(day: int, found: int):
    """One row holds the whole year, one was ended early; before and after none holds."""
    rows = plans(plan_row("F1", "a"), plan_row("F1", "b", until_day=14050815))
    assert found == len(in_force(rows, day, 12))


def test_the_day_of_a_goal_ends_it_too():
    """A goal is in force until the day by which it was to be reached, and never beyond the year."""
    row = {"family_id": "F1", "subject_id": "F1", "from_day": FROM, "aim_level": 1}
    goals = [row | {"indicator": "a", "until_day": 14051030}, row | {"indicator": "b", "until_day": 14070101}]
    frame = conform(GOALS, pd.DataFrame([*goals, row | {"indicator": "c"}]))
    assert last_days(frame, 12).tolist() == [14051030, UNTIL, UNTIL]


def test_a_family_changes_its_helper_and_keeps_its_year():
    """The new helper's part has the first day of the year that the old one's began."""
    rows = assignments(("F1", "H1", FROM, 14051115), ("F1", "H2", 14051116, UNTIL), ("F2", "H1", FROM, UNTIL))
    told = {day: carriers(rows, day, 12).to_numpy().tolist() for day in (14051115, 14051116)}
    assert told == {
        14051115: [["F1", "H1", FROM, 14051115], ["F2", "H1", FROM, UNTIL]],
        14051116: [["F2", "H1", FROM, UNTIL], ["F1", "H2", FROM, UNTIL]],
    }
    assert carriers(rows, 14051116, 12, ["H2"])["family_id"].tolist() == ["F1"]


def test_a_second_year_is_a_year_of_its_own():
    """What begins after a year, or goes beyond it, begins another."""
    rows = assignments(("F1", "H1", FROM, 14050930), ("F1", "H1", 14051201, 14061130), ("F2", "H1", 14060801, 14070730))
    assert carriers(rows, 14051201, 12)["year_from"].tolist() == [14051201]
    assert carriers(rows, 14060901, 12)["year_from"].tolist() == [14051201, 14060801]


def test_nobody_is_carried_without_assignments():
    """An empty table has no carriers, and no error."""
    assert carriers(assignments(), FROM, 12).empty
