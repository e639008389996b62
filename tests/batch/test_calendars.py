"""Calendars: planned, recorded in one change, and written for programs and for paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from hamyar.batch import calendars
from hamyar.batch.calendars import (
    CalendarOptions,
    CalendarOvertaken,
    CalendarsSummary,
    NothingToPlan,
    make_calendars,
)
from hamyar.batch.one_writer import RunInProgress, only_writer
from hamyar.batch.planning import plan_helpers
from hamyar.core.calendar.agendas import DayBehindMonth, HelpersUnknown, plan_calendar
from hamyar.core.jalali import Month
from hamyar.core.tables import ASSIGNMENTS, FACT_TABLES, VISITS, CaseTables
from hamyar.store.store import Store
from hamyar.store.visiting import record_visits
from tests.batch.running import Centre, text_of
from tests.core.agenda_making import (
    FROM_DAY,
    LATER,
    MONTH,
    accepted,
    carried,
    centre,
    frame,
    helper,
    hours,
    parameters,
)

# Years are planned and pages printed; what a plan is made of has quicker tests in tests/core and tests/cli.
pytestmark = pytest.mark.slow

EFFORT = 0.05
FAMILIES = ("F1", "F2", "F3")


def tables() -> CaseTables:
    """Helpers H1 and H2 with two families and one, a private programme, and a helper without hours."""
    rows = [carried("F1"), carried("F2"), carried("F3", "H2"), carried("F4", "H3")]
    return centre(
        [*FAMILIES, "F4"],
        helpers=[helper("H1"), helper("H2"), helper("H3")],
        assignments=rows,
        plans=[accepted("F1", private_programme()), accepted("F2", "home_literacy", "F2-1")],
        helper_hours=hours("H1") + hours("H2"),
    )


def private_programme() -> str:
    """Of focused help, whoever does it: the helper comes at least once to ask how it goes."""
    by_code = parameters().indicators.by_code
    return next(
        programme.code
        for programme in parameters().programmes.by_help["focused"].programmes
        if programme.plan is not None
        and not programme.plan.needs
        and any(by_code[code].screen_only for code in programme.indicators)
    )


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Store, Centre]]:
    """A store with the tables, and its centre."""
    (tmp_path / "centre").mkdir()
    of = Centre(tmp_path / "centre")
    with of.create() as store:
        with store.change("test", "facts") as change:
            for name, table in FACT_TABLES.items():
                change.record(table, getattr(tables(), name))
        yield store, of


def make(
    here: tuple[Store, Centre], *helper_ids: str, month: Month = MONTH, on_day: int = FROM_DAY, **options: object
) -> CalendarsSummary:
    store, of = here
    chosen = CalendarOptions(**{"pages": False, "workers": 1, "effort": EFFORT, **options})
    return make_calendars(store, of.settings, month, helper_ids, on_day, chosen)


def events(path: Path) -> dict[str, dict[str, str]]:
    """The events of a calendar file by UID; lines are unfolded, and none is longer than 75 octets."""
    raw = path.read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.replace(b"\r\n ", b"").decode("utf-8")
    found = {}
    for block in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL):
        lines = [line.split(":", 1) for line in block.strip().split("\r\n")]
        values = {name.split(";")[0]: value for name, value in lines}
        assert values["UID"] not in found
        found[values["UID"]] = values
    return found


def test_everybody_with_work_has_a_calendar(here):
    """Rows in the store, a file for each helper and family; who has no hours is told and has nothing."""
    summary = make(here)
    assert (summary.helpers, [refusal.helper_id for refusal in summary.calendar.refused]) == (["H1", "H2"], ["H3"])
    assert list(FAMILIES) == summary.families
    names = {
        path.relative_to(summary.folder).as_posix() for path in summary.folder.rglob("*.*") if path.name != ".lock"
    }
    helpers = {f"helpers/{code}.ics" for code in ("H1", "H2")}
    assert helpers | {f"families/{code}.ics" for code in FAMILIES} == names
    visits = here[0].current(VISITS)
    assert {"H1", "H2"} == set(visits["helper_id"])
    for helper_id, rows in visits.groupby("helper_id"):
        assert len(rows) == len(events(summary.folder / "helpers" / f"{helper_id}.ics"))


def test_the_same_plan_twice_records_and_writes_the_same(here):
    """No entry of the log and not a byte of the files is new."""
    first = make(here)
    before = {path: path.read_bytes() for path in first.folder.rglob("*.ics")}
    head = here[0].head()
    again = make(here)
    assert (again.recorded.inserted, again.recorded.corrected) == (0, 0)
    assert head == here[0].head()
    assert before == {path: path.read_bytes() for path in again.folder.rglob("*.ics")}


def test_a_later_issue_replaces_the_earlier(here):
    """A visit keeps its UID and gets a higher SEQUENCE; one that left the plan is cancelled."""
    folder = make(here, "H1").folder
    before = events(folder / "helpers" / "H1.ics")
    store, _ = here
    with store.change("test", "F2 has left") as change:
        change.record(ASSIGNMENTS, frame("assignments", [carried("F2", until_day=14040715)]))
    make(here, "H1", on_day=14040716)
    after = events(folder / "helpers" / "H1.ics")
    assert set(before) <= set(after)
    assert all(int(after[uid]["SEQUENCE"]) > int(before[uid]["SEQUENCE"]) for uid in before)
    cancelled = [value for value in after.values() if value["STATUS"] == "CANCELLED"]
    assert cancelled
    assert all("F2" in value["SUMMARY"] for value in cancelled)
    at_home = events(folder / "families" / "F2.ics")
    assert "CANCELLED" in {value["STATUS"] for value in at_home.values()}


def test_who_gave_a_family_away_is_told(here):
    """His calendar is issued with the new helper's: the visits are cancelled in it, without a word about them."""
    folder = make(here, "H1", "H2").folder
    before = events(folder / "helpers" / "H1.ics")
    rows = [carried("F1", until_day=14040930), carried("F1", "H2", from_day=LATER)]
    with here[0].change("test", "F1 to H2") as change:
        change.record(ASSIGNMENTS, frame("assignments", rows))
    summary = make(here, "H2", month=Month(1404, 10), on_day=LATER)
    assert summary.helpers == ["H1", "H2"]
    after = events(summary.folder / "helpers" / "H1.ics")
    gone = {uid for uid, value in before.items() if "F1" in value["SUMMARY"] and value["DTSTART"] > "20251222"}
    assert gone
    assert gone <= set(after)
    assert {"CANCELLED"} == {after[uid]["STATUS"] for uid in gone}
    assert not any("F1" in after[uid]["SUMMARY"] for uid in gone)


def test_who_gave_a_family_away_is_told_after_a_run_that_died(here, monkeypatch):
    """The change is recorded and the files are not: the next run writes the former helper's calendar all the same."""
    make(here, "H1", "H2")
    rows = [carried("F1", until_day=14040930), carried("F1", "H2", from_day=LATER)]
    with here[0].change("test", "F1 to H2") as change:
        change.record(ASSIGNMENTS, frame("assignments", rows))

    def die(*arguments: object) -> None:
        raise OSError("power")

    with monkeypatch.context() as patch:
        patch.setattr(calendars, "write_bytes_atomically", die)
        with pytest.raises(OSError, match="power"):
            make(here, "H2", month=Month(1404, 10), on_day=LATER)
    summary = make(here, "H2", month=Month(1404, 10), on_day=LATER)
    assert summary.recorded.corrected == 0
    found = events(summary.folder / "helpers" / "H1.ics").values()
    assert "CANCELLED" in {value["STATUS"] for value in found}


def test_a_mistaken_month_takes_nothing_away(here):
    """Planned for a month before the year of help begins, everything stands as it was planned."""
    make(here)
    before = here[0].current(VISITS)
    summary = make(here, month=Month(1404, 6), on_day=14040601)
    assert (summary.recorded.inserted, summary.recorded.corrected) == (0, 0)
    pd.testing.assert_frame_equal(before, here[0].current(VISITS))


def test_a_familys_calendar_tells_nobody_anything(here):
    """No other family, no member, no helper, and of the private programme only that somebody comes."""
    folder = make(here, language="en").folder
    label = parameters().programmes.by_code[private_programme()].label.en
    raw = (folder / "families" / "F1.ics").read_bytes().replace(b"\r\n ", b"").decode()
    assert "Visit of the helper" in raw
    assert not any(word in raw for word in (label, "private", "F2", "F3", "H1", private_programme()))
    literacy = parameters().programmes.by_code["home_literacy"].label.en
    assert literacy not in (folder / "families" / "F2.ics").read_bytes().replace(b"\r\n ", b"").decode()


def test_a_dry_run_leaves_no_trace(here):
    """The plan is told, and neither store nor disk is touched."""
    head = here[0].head()
    summary = make(here, dry_run=True)
    assert summary.is_dry_run
    assert len(summary.calendar.rows)
    assert head == here[0].head()
    assert not summary.folder.exists()


def test_without_any_plan_nothing_is_written(here):
    """The one helper asked for has no hours: his sentence, and no folder."""
    summary = make(here, "H3")
    assert "no weekly hours" in str(summary.calendar.refused[0].reason)
    assert not summary.folder.exists()
    assert here[0].current(VISITS).empty


def test_what_was_told_meanwhile_is_not_overwritten(here, monkeypatch):
    """A visit that is told done while the plan is made: nothing of the plan is recorded, and that is said."""
    store, _ = here
    make(here)
    visit = store.current(VISITS).iloc[[0]]
    real = calendars.plan_helpers

    def slow(*arguments: object, **options: object) -> object:
        with store.change("sara", "home visit") as change:
            record_visits(change, visit.assign(status="done", done_day=int(visit["day"].iloc[0])))
        return real(*arguments, **options)

    monkeypatch.setattr(calendars, "plan_helpers", slow)
    with pytest.raises(CalendarOvertaken, match="Visits"):
        make(here, on_day=14040710)
    assert store.current(VISITS).set_index("visit_id").at[visit["visit_id"].iloc[0], "status"] == "done"


def test_the_store_keeps_what_became_of_visits(here):
    """Told done, a visit stands through the next plan."""
    store, _ = here
    make(here)
    first = store.current(VISITS).sort_values("day").iloc[[0]]
    with store.change("sara", "home visit") as change:
        record_visits(change, first.assign(status="done", done_day=int(first["day"].iloc[0])))
    make(here, on_day=14040730)
    row = store.current(VISITS).set_index("visit_id").loc[first["visit_id"].iloc[0]]
    assert ("done", int(first["day"].iloc[0])) == (row["status"], row["day"])


def test_two_processes_plan_what_one_plans():
    """The order of helpers and the number of processes change nothing."""
    of = tables()
    alone = plan_calendar(of, parameters(), MONTH, ["H1", "H2", "H3"], FROM_DAY, EFFORT)
    both = plan_helpers(of, parameters(), MONTH, ["H3", "H1", "H2"], FROM_DAY, effort=EFFORT, workers=2)
    pd.testing.assert_frame_equal(alone.rows, both.rows)
    pd.testing.assert_frame_equal(alone.schedule.loads, both.schedule.loads)
    assert list(alone.refused) == list(both.refused)


@pytest.mark.parametrize(
    ("helper_ids", "options", "error"),
    [
        (("H1", "H9"), {}, HelpersUnknown),
        (("H1",), {"on_day": 14040801}, DayBehindMonth),
        ((), {"month": Month(1407, 1), "on_day": 14070101}, NothingToPlan),
    ],
)
def test_what_cannot_be_planned_is_refused_in_words(here, helper_ids, options, error):
    """An unknown helper, a day after the month, and a month in which nobody has work."""
    with pytest.raises(error):
        make(here, *helper_ids, **options)
    assert here[0].current(VISITS).empty


def test_one_folder_has_one_writer(here):
    """A second command for the same month waits its turn, in words."""
    folder = make(here, "H2").folder
    with only_writer(folder), pytest.raises(RunInProgress):
        make(here, "H2")


def test_pages_are_printed_from_the_plan(here):
    """The helper's month and the family's page lie beside their calendars, and know the visits just planned."""
    summary = make(here, "H2", pages=True, language="en")
    assert ([str(outcome.reason) for outcome in summary.failed], summary.pages) == ([], 2)
    for name in ("helpers/H2", "families/F3"):
        for ending in (".pdf", ".ipynb"):
            assert (summary.folder / f"{name}{ending}").is_file()
    assert "F3" in text_of(summary.folder / "helpers" / "H2.pdf")
    assert re.search(r"Mehr", text_of(summary.folder / "families" / "F3.pdf"))
