"""``hamyar calendar``: what it says, what it writes, and how it ends."""

from collections.abc import Callable

import pytest
from click.testing import Result

from hamyar.core.tables import FACT_TABLES, VISITS
from tests.batch.running import Centre
from tests.core.agenda_making import carried, frame, helper, hours
from tests.core.agenda_making import centre as tables_of

FAST = ("--no-pages", "--workers", 1, "--effort", 0.05, "--quiet")


@pytest.fixture
def filled(centre: Centre) -> Centre:
    """A centre of helper H1 with two families, and H2 who has a family and no hours."""
    rows = [carried("F1"), carried("F2"), carried("F3", "H2")]
    tables = tables_of(["F1", "F2", "F3"], helpers=[helper(), helper("H2")], assignments=rows, helper_hours=hours())
    with centre.create() as store, store.change("test", "facts") as change:
        for name, table in FACT_TABLES.items():
            change.record(table, getattr(tables, name))
    return centre


def calendar(call: Callable[..., Result], *arguments: object) -> Result:
    return call("calendar", "--month", "1404-07", "--on-day", "1404-07-01", *arguments, *FAST)


def test_a_calendar_is_planned_recorded_and_written(filled, call):
    """The command says how many visits, how level, what was recorded and where the files are."""
    result = calendar(call, "--helper", "H1")
    assert result.exit_code == 0
    assert "Helper H1:" in result.stdout
    assert "no plan has less than" in result.stdout
    assert "Recorded:" in result.stdout
    assert (filled.folder / "outputs" / "calendars" / "1404-07" / "helpers" / "H1.ics").is_file()
    again = calendar(call, "--helper", "H1")
    assert "nothing was recorded" in again.stdout


@pytest.mark.parametrize("everybody", [(), ("--all",)])
def test_a_helper_without_hours_has_his_sentence(filled, call, everybody):
    """The others have their calendars, and the command ends with 1."""
    result = calendar(call, *everybody)
    assert result.exit_code == 1
    assert "Not planned: helper H2. Helper H2 has no weekly hours." in result.stderr
    folder = filled.folder / "outputs" / "calendars" / "1404-07" / "helpers"
    assert [path.name for path in folder.glob("*")] == ["H1.ics"]


def test_a_dry_run_says_and_does_nothing(filled, call):
    """No row, no file."""
    result = calendar(call, "--helper", "H1", "--dry-run")
    assert (result.exit_code, "Nothing was recorded or written." in result.stdout) == (0, True)
    with filled.open() as store:
        assert store.current(VISITS).empty
    assert not (filled.folder / "outputs").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--helper", "H9"), "These codes are not among the helpers: H9."),
        (("--helper", "H1", "--on-day", "1404-08-01"), "The day 1404-08-01 lies after"),
        (("--helper", "H1", "--all"), "Give --helper or --all, not both."),
        (("--on-day", "1404-07-31"), "is not a day"),
    ],
)
def test_what_cannot_be_planned_is_said_in_a_sentence(filled, call, arguments, sentence):
    """A mistyped helper, a day of another month, both kinds of choice, a day that does not exist."""
    result = calendar(call, *arguments)
    assert (result.exit_code, sentence in result.stderr) == (2, True)


def test_moved_and_dropped_visits_are_told(filled, call):
    """A family that leaves takes its visits out of the calendar; a later day moves what was missed."""
    calendar(call, "--helper", "H1")
    with filled.open() as store, store.change("test", "F2 has left") as change:
        change.record(FACT_TABLES["assignments"], frame("assignments", [carried("F2", until_day=14040715)]))
    result = call("calendar", "--month", "1404-07", "--helper", "H1", "--on-day", "1404-07-30", *FAST)
    assert result.exit_code == 0
    assert "of helper H1 have left the calendar." in result.stdout


def test_dropped_visits_are_told_where_nothing_is_left_to_plan(filled, call):
    """All families leave: the helper has nothing to do any more, and that his visits went is said beside it."""
    calendar(call, "--helper", "H1")
    with filled.open() as store, store.change("test", "all have left") as change:
        rows = store.current(FACT_TABLES["assignments"])
        change.record(FACT_TABLES["assignments"], rows[rows["helper_id"] == "H1"].assign(until_day=14040715))
    result = call("calendar", "--month", "1404-07", "--helper", "H1", "--on-day", "1404-07-30", *FAST)
    assert "no visit to plan" in result.stdout
    assert "of helper H1 have left the calendar." in result.stdout


def test_a_month_that_is_over_is_planned_from_its_last_day(filled, call):
    """Without a day, and with today after the month."""
    result = call("calendar", "--month", "1404-07", "--helper", "H1", "--dry-run", *FAST)
    assert "from 1404-07-30 on" in result.stdout


def test_without_families_there_is_nothing_to_plan(centre, call):
    """The sentence says what to do first."""
    with centre.create():
        pass
    result = calendar(call)
    assert (result.exit_code, "hamyar assign --month 1404-07" in result.stderr) == (2, True)
