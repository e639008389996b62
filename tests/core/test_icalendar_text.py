"""iCalendar files: read back by a parser that shares no code with the writer."""

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.calendar.icalendar_text import (
    DayBeforeZone,
    StampWithoutZone,
    TitleMissing,
    family_calendar,
    helper_calendar,
    with_withdrawn,
)
from tests.core.scheduling_making import fixed

STAMP = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
TITLE = "دیدار با خانواده؛ نیم‌فاصله، کاما, نقطه‌ویرگول; و \\ خط\nدوم 🌱"
VISITS = pd.DataFrame(
    [
        fixed("V1", 14050115, 540, family_id="F1", status="planned"),
        fixed("V2", 14050116, 600, minutes=90, family_id="F2", status="planned"),
        fixed("V3", 14050117, 615, family_id="F1", status="cancelled", reason="illness"),
        fixed("S1", 14050118, 480),
    ]
)
TITLES = {"V1": TITLE, "V2": "SECRET of F2", "V3": "x", "S1": "کمیسیون"}
NAME = re.compile(r"[A-Za-z0-9-]+")


def parse(raw: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Content lines as (name, parameters, value), strictly by RFC 5545, section 3.1."""
    assert raw.endswith(b"\r\n")
    lines = raw[:-2].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        assert 0 < len(line) <= 75
        # A fold never stands inside a letter.
        line.decode("utf-8")
    found = []
    for line in raw.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]:
        head, value = line.split(":", 1)
        name, *parameters = head.split(";")
        assert NAME.fullmatch(name)
        found.append((name, dict(parameter.split("=", 1) for parameter in parameters), value))
    return found


def unescape(value: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def events(raw: bytes) -> list[dict[str, str]]:
    """The events of a calendar, each a mapping from name to value; components must nest."""
    stack: list[str] = []
    found: list[dict[str, str]] = []
    for name, parameters, value in parse(raw):
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert value == stack.pop()
        elif stack[-1] == "VEVENT":
            assert name not in found[-1]
            found[-1][name] = value
            if name in ("DTSTART", "DTEND"):
                assert parameters == {"TZID": "Asia/Tehran"}
    assert stack == []
    return found


def helper(issue: int = 0, visits: pd.DataFrame = VISITS, titles: dict[str, str] = TITLES) -> bytes:
    return helper_calendar(visits, "H1", titles, stamp=STAMP, issue=issue)


def family(visits: pd.DataFrame = VISITS, family_id: str = "F1", issue: int = 0) -> bytes:
    return family_calendar(visits, family_id, TITLES, stamp=STAMP, issue=issue)


def test_a_calendar_reads_back():
    """Begin, end, stamp, number of issue, state and a Persian title with every special sign come back as given."""
    first, second, third, session = events(helper(issue=4))
    assert (
        first["DTSTART"],
        first["DTEND"],
        first["DTSTAMP"],
    ) == ("20260404T090000", "20260404T100000", "20260301T123000Z")
    assert (second["DTSTART"], second["DTEND"]) == ("20260405T100000", "20260405T113000")
    assert unescape(first["SUMMARY"]) == TITLE
    assert [event["STATUS"] for event in (first, second, third, session)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]
    assert {"4"} == {event["SEQUENCE"] for event in (first, second, third, session)}


def test_the_head_says_what_the_standard_wants():
    """Version 2.0, a product, a method, and Tehran at three and a half hours, without summer time."""
    lines = {name: value for name, _, value in parse(helper())}
    assert (lines["VERSION"], lines["METHOD"], lines["TZID"]) == ("2.0", "PUBLISH", "Asia/Tehran")
    assert (lines["TZOFFSETTO"], lines["TZOFFSETFROM"]) == ("+0330", "+0430")
    assert "DAYLIGHT" not in [value for name, _, value in parse(helper()) if name == "BEGIN"]


def test_a_calendar_may_have_a_name():
    """Calendar programs show it; without one the line is absent."""
    named = helper_calendar(VISITS, "H1", TITLES, stamp=STAMP, issue=0, name="تقویم همیار")
    assert "تقویم همیار" in [value for name, _, value in parse(named) if name == "X-WR-CALNAME"]
    assert "X-WR-CALNAME" not in [name for name, _, _ in parse(helper())]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120))
def test_any_title_is_folded_in_octets_and_comes_back(title):
    """No line is longer than 75 octets, no fold tears a letter, and the title is whole."""
    found = events(helper(titles={**TITLES, "V1": title}))
    assert title == unescape(found[0].get("SUMMARY", ""))


def test_a_new_issue_replaces_the_old_one():
    """A moved visit has the same UID, a higher number and its new time."""
    moved = VISITS.assign(start_minute=VISITS["start_minute"].mask(VISITS["visit_id"] == "V1", 660))
    old, new = events(helper(issue=1)), events(helper(issue=2, visits=moved))
    assert [event["UID"] for event in old] == [event["UID"] for event in new]
    assert (int(old[0]["SEQUENCE"]) + 1, "20260404T110000") == (int(new[0]["SEQUENCE"]), new[0]["DTSTART"])


def test_what_left_the_plan_is_cancelled():
    """The visit that is gone stands in the next issue under its UID, cancelled."""
    uid = events(helper())[0]["UID"]
    again = events(helper(issue=1, visits=with_withdrawn(VISITS, VISITS[1:])))
    assert {uid: "CANCELLED"} == {event["UID"]: event["STATUS"] for event in again if event["UID"] == uid}
    assert len(VISITS) == len(with_withdrawn(VISITS, VISITS))


def test_identifiers_are_each_their_own_and_tell_nothing():
    """Every event has a UID of its own in each calendar, and no code stands in it."""
    uids = [event["UID"] for raw in (helper(), family(), family(family_id="F2")) for event in events(raw)]
    assert len(uids) == len(set(uids)) == 7
    assert not any(code in uid for uid in uids for code in ("V1", "F1", "H1"))


def test_a_family_sees_nothing_of_another():
    """Its calendar has its own visits only, and does not change with the others."""
    alone = VISITS[VISITS["family_id"] == "F1"]
    assert family() == family(alone)
    assert b"SECRET" not in family()
    assert len(events(family())) == 2


def test_the_same_issue_has_the_same_bytes():
    """Order of the rows does not matter."""
    assert helper() == helper(visits=VISITS[::-1])


@pytest.mark.parametrize(
    ("visits", "titles", "stamp", "error"),
    [
        (VISITS, {}, STAMP, TitleMissing),
        (VISITS.assign(day=14010501), TITLES, STAMP, DayBeforeZone),
        (VISITS, TITLES, STAMP.replace(tzinfo=None), StampWithoutZone),
    ],
)
def test_what_cannot_be_written_is_refused(visits, titles, stamp, error):
    """A visit without a title, a day of summer time, and a stamp without a zone."""
    with pytest.raises(error):
        helper_calendar(visits, "H1", titles, stamp=stamp, issue=0)
