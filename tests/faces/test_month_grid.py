"""The grid of a month: weeks from Saturday, days off with their reasons, entries in the order of hours."""

import html
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.calendar.tables import CLOSED
from hamyar.core.jalali import Month, day_of, gregorian, public_holiday, weekday
from hamyar.core.tables import HELPER_LEAVE, conform
from hamyar.faces.month_grid import DayEntry, MonthGrid, days_of, days_off, visit_entry, week_of
from hamyar.words import Words

MONTH = Month(1404, 8)
EN, FA = Words("en"), Words("fa")
NO_CLOSED, NO_LEAVE = CLOSED.empty(), HELPER_LEAVE.empty()


def text_of(block):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", block._repr_html_())))


def cell_of(block, number):
    """The table cell of a day of the month."""
    cells = re.findall(r'<td class="grid-day.*?</td>', block._repr_html_(), re.S)
    return cells[number - 1]


class TestWeeks:
    @given(st.builds(Month, st.integers(1390, 1420), st.integers(1, 12)))
    def test_each_day_once_under_its_weekday(self, month):
        """Every day of any month stands once, in the column of its weekday; rows begin on Saturday."""
        rows = re.findall(r"<tr>\n(.*?)</tr>", MonthGrid(month, {}, EN)._repr_html_(), re.S)
        found = [
            (place, cell)
            for row in rows
            for place, cell in enumerate(re.findall(r'<time datetime="([\d-]+)">|<td class="grid-out">', row))
            if cell
        ]

        dates = [gregorian(day) for day in days_of(month)]
        assert [(weekday(date), date.isoformat()) for date in dates] == found

    def test_headings(self):
        """The columns have headings for readers by ear."""
        assert MonthGrid(MONTH, {}, EN)._repr_html_().count('<th scope="col"') == 7

    def test_persian_digits(self):
        """A Persian grid counts in Persian digits."""
        assert "۳۰" in text_of(MonthGrid(MONTH, {}, FA))

    @given(st.dates(min_value=gregorian(14000101), max_value=gregorian(14081229)))
    def test_week_of_a_day(self, date):
        """A week has seven days from Saturday to Friday, and the day is among them."""
        week = week_of(day_of(date))

        assert [weekday(gregorian(day)) for day in week] == [0, 1, 2, 3, 4, 5, 6]
        assert day_of(date) in week


class TestDaysOff:
    def test_fridays_and_holidays(self):
        """In any month exactly the Fridays and the public holidays are off, where nothing else is told."""
        month = Month(1404, 1)

        off = days_off(month, NO_CLOSED, NO_LEAVE, EN)

        wanted = [day for day in days_of(month) if weekday(gregorian(day)) == 6 or public_holiday(gregorian(day))]
        assert wanted == list(off)

    @pytest.mark.parametrize(("words", "name"), [(EN, "Nature"), (FA, "طبیعت")])
    def test_holiday_has_its_name(self, words, name):
        """A public holiday stands with its name in the reader's language."""
        month = Month(1404, 1)
        grid = MonthGrid(month, {}, words, days_off(month, NO_CLOSED, NO_LEAVE, words))

        assert name in cell_of(grid, 13)
        assert "off-holiday" in cell_of(grid, 13)

    def test_moon_is_said(self):
        """Under a month with a public holiday stands that feasts of the moon are estimates."""
        month = Month(1404, 1)
        off = days_off(month, NO_CLOSED, NO_LEAVE, EN)

        assert "follow the moon" in text_of(MonthGrid(month, {}, EN, off))
        assert "follow the moon" not in text_of(MonthGrid(MONTH, {}, EN))

    def test_closed_and_leave(self):
        """A closed period says why on each of its days, leave says so; both ends are within."""
        closed = conform(CLOSED, pd.DataFrame([{"first_day": 14040804, "last_day": 14040805, "why": "Exams"}]))
        leave = conform(HELPER_LEAVE, pd.DataFrame([{"helper_id": "H1", "first_day": 14040805, "last_day": 14040806}]))

        off = days_off(MONTH, closed, leave, EN)

        kinds = {day: [reason.kind for reason in off[day]] for day in (14040804, 14040805, 14040806)}
        assert kinds == {14040804: ["closed"], 14040805: ["closed", "leave"], 14040806: ["leave"]}
        assert "Exams" in cell_of(MonthGrid(MONTH, {}, EN, off), 4)


class TestEntries:
    def test_in_the_order_of_hours(self):
        """A day lists its entries by the hour, each with the case and a title."""
        entries = {14040805: [DayEntry(600, "Later", "F-2"), DayEntry(540, "Earlier", "F-1")]}

        text = re.sub(r"<[^>]+>", " ", cell_of(MonthGrid(MONTH, entries, EN), 5))

        assert re.search(r"09:00\s+F-1\s+Earlier\s+10:00\s+F-2\s+Later", text)

    def test_state_has_a_mark_and_a_word(self):
        """What became of an entry shows by a mark with its word, and the legend lists the marks there are."""
        entries = {14040805: [DayEntry(540, "Visit", state="late"), DayEntry(600, "Visit", state="cancelled")]}
        grid = MonthGrid(MONTH, entries, EN)

        assert re.findall(r"<title>(.*?)</title>", cell_of(grid, 5)) == ["overdue", "cancelled"]
        legend = grid._repr_html_().split('<p class="grid-legend">')[1]
        assert re.findall(r"</svg>(.*?)</span>", legend) == ["overdue", "cancelled"]

    def test_to_come_needs_no_mark(self):
        """What is still to come is the ordinary case."""
        assert "<svg" not in cell_of(MonthGrid(MONTH, {14040805: [DayEntry(540, "Visit")]}, EN), 5)

    def test_hostile_title(self):
        """Markup in a title is text."""
        entries = {14040805: [DayEntry(540, "<b onclick=x>Session</b>", "<i>")]}

        assert "<b onclick" not in MonthGrid(MONTH, entries, EN)._repr_html_()
        assert "&lt;b onclick" in MonthGrid(MONTH, entries, EN)._repr_html_()

    def test_today_is_marked(self):
        """The day of the page is marked for the eye and for readers by ear; no other is."""
        text = MonthGrid(MONTH, {}, EN, on_day=14040805)._repr_html_()

        assert text.count('aria-current="date"') == 1
        assert 'aria-current="date"' in cell_of(MonthGrid(MONTH, {}, EN, on_day=14040805), 5)


class TestOneVisit:
    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ([(600, "done"), (540, "done")], DayEntry(540, "", "F1", "done", 2)),
            ([(600, "to_come"), (660, "late"), (540, "done")], DayEntry(540, "", "F1", "late", 3)),
            ([(540, "cancelled"), (600, "done_late")], DayEntry(600, "", "F1", "done_late", 1)),
            ([(540, "cancelled"), (600, "cancelled")], DayEntry(540, "", "F1", "cancelled", 2)),
        ],
    )
    def test_what_is_done_together(self, parts, expected):
        """The visit begins with its first part that takes place, and is overdue where any of them is."""
        assert visit_entry("F1", parts) == expected

    def test_how_many_parts(self):
        """A visit with several parts says how many, one with a single part does not."""
        several = MonthGrid(MONTH, {14040805: [DayEntry(540, "", "F1", "done", 3)]}, EN)
        single = MonthGrid(MONTH, {14040805: [DayEntry(540, "", "F1", "done")]}, EN)

        assert "3 items" in cell_of(several, 5)
        assert "item" not in cell_of(single, 5)
