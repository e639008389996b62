"""``hamyar assign`` on a small database: what it says by code, what it records, and how it ends without a plan."""

import pytest

from hamyar.core.tables import ASSIGNMENTS, FACT_TABLES
from tests.core.assigning_making import carried, changed, codes, training
from tests.core.assigning_making import centre as made


@pytest.fixture(name="filled")
def _filled(call, centre):
    """``filled(tables)`` makes the database and records the tables in it."""

    def fill(tables):
        assert call("init", "--synthetic").exit_code == 0
        with centre.open() as store, store.change("test", "made for a test") as change:
            for name, table in FACT_TABLES.items():
                change.record(table, getattr(tables, name))
        return centre

    return fill


def rows(centre) -> int:
    with centre.open() as store:
        return len(store.current(ASSIGNMENTS))


def test_a_whole_centre(call, filled):
    """Families, helpers, who waits and how good the plan is are told; a dry run, then recorded, then nothing new."""
    tables = made(codes(11), codes(3, "H"))
    more = [*tables.families.to_dict("records"), {"family_id": "X1", "area": "A"}]
    trained = [training("H01"), training("H02"), training("H03", 600)]
    centre = filled(changed(tables, families=more, trainings=trained))
    tried = call("assign", "--month", "1404-08", "--dry-run")
    assert (tried.exit_code, rows(centre)) == (0, 0)
    done = call("assign", "--month", "1404-08")
    again = call("assign", "--month", "1404-08")

    lines = done.stdout.splitlines()
    assert (done.exit_code, again.exit_code, rows(centre)) == (0, 0, 11)
    assert lines[0] == "Aban 1404: the year of help from 1404-08-01 to 1405-07-30."
    assert tried.stdout.splitlines()[:-1] == lines[:-1]
    assert tried.stdout.splitlines()[-1] == "Nothing was recorded; without --dry-run 11 rows would be."
    assert lines[-1] == "Recorded: 11 new rows, 0 that end earlier or change."
    assert lines[-2].startswith("The plan is the best there is; it costs ")
    assert len([line for line in lines if line.startswith("Family F") and " goes to helper H0" in line]) == 11
    assert lines[1] == "A cost is no money: it weighs what speaks against a helper, in minutes of travel."
    assert len([line for line in lines if line.endswith("the whole plan would cost no more.")]) == 11
    assert "Helper H03 may carry none; missing: the hours of training before the first family." in lines
    assert [line for line in lines if line.startswith("Helper H01: ") and " families of 5 to 15, load " in line]
    assert [line for line in lines if line.startswith("Family X1 waits: it may be harmed, and ")]
    assert again.stdout.splitlines()[-1] == "All of it was recorded before; nothing is new."
    assert "Every family keeps its helper." in again.stdout
    assert "A cost is no money" not in again.stdout
    assert "Family F01 stays with helper H0" in again.stdout


def test_no_plan(call, filled):
    """Without a plan the smallest reason is said, nothing is recorded, and the status is 1."""
    centre = filled(made(codes(4), ["H01"]))
    result = call("assign", "--month", "1404-08")

    assert (result.exit_code, result.stdout, rows(centre)) == (1, "", 0)
    assert result.stderr.splitlines() == [
        "Aban 1404: no plan is possible, and nothing was recorded.",
        "4 harmed families cannot fill one helper's minimum of 5: relax the minimum, or wait.",
        "4 harmed families wait for a helper: F01, F02, F03, F04.",
    ]


def test_a_helper_on_leave(call, filled):
    """A helper on leave all year carries none: without another there is no plan, and the leave is named."""
    leave = [{"helper_id": "H01", "first_day": 14040701, "last_day": 14060101}]
    filled(changed(made(codes(5), ["H01"]), helper_leave=leave))
    result = call("assign", "--month", "1404-08")

    assert result.exit_code == 1
    assert "Helper H01 is on leave on every working day" in result.stderr
    assert "weekly hours" not in result.stderr
    assert "Traceback" not in result.output


def test_moves(call, filled):
    """A move names both helpers and why, and the families that moved are counted."""
    tables = made(codes(10), codes(2, "H"), assignments=[carried(code, "H01") for code in codes(10)])
    ended = [
        {**row, "until_day": 14040730} if row["helper_id"] == "H01" else row
        for row in tables.helpers.to_dict("records")
    ]
    filled(changed(tables, helpers=ended))
    result = call("assign", "--month", "1404-08")

    assert result.exit_code == 0
    assert (
        "Family F07 moves from helper H01 to helper H02.\n"
        "Ended early, because a rule now stands against it: service in every month of the year.\n"
    ) in result.stdout
    assert "10 families cannot stay with their helpers and go to others." in result.stdout
    assert result.stdout.splitlines()[-1] == "Recorded: 10 new rows, 10 that end earlier or change."


def test_bad_data(call, filled):
    """A family in two areas is one sentence and status 2, and nothing is recorded."""
    areas = [{"family_id": code, "area": "A; B" if code == "F02" else "A"} for code in codes(5)]
    centre = filled(changed(made(codes(5), ["H01"]), families=areas))
    result = call("assign", "--month", "1404-08")

    assert (result.exit_code, rows(centre)) == (2, 0)
    assert len(result.stderr.splitlines()) == 1
    assert "F02" in result.stderr


def test_before_init(call, centre):
    """Without a database the command says how to make one."""
    result = call("assign", "--month", "1404-08")

    assert result.exit_code == 2
    assert "hamyar init" in result.stderr


def test_in_persian(call, filled, monkeypatch):
    """In Persian the command says the same, whatever is translated yet."""
    monkeypatch.setenv("HAMYAR_LANGUAGE", "fa")
    filled(made(codes(5), ["H01"]))

    assert call("assign", "--month", "۱۴۰۴-۰۸").exit_code == 0
