"""Months, days, ages and working days of the Jalali calendar."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.jalali import (
    FRIDAY,
    Month,
    NotADay,
    NotAMonth,
    age_years,
    day_of,
    day_to_iso,
    format_day,
    gregorian,
    is_workday,
    month_codes,
    parse_day,
    public_holiday,
    weekday,
)

PERSIAN, ARABIC = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"), str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ORACLE_DAYS = {
    14031230: dt.date(2025, 3, 20),
    14040101: dt.date(2025, 3, 21),
    14041229: dt.date(2026, 3, 20),
    14050101: dt.date(2026, 3, 21),
}
months = st.builds(Month, st.integers(1300, 1500), st.integers(1, 12))
steps = st.integers(-1000, 1000)


@pytest.mark.parametrize(("code", "date"), ORACLE_DAYS.items())
def test_days_of_both_calendars(code, date):
    """The days around two new years convert in both directions."""
    assert (date, code) == (gregorian(code), day_of(date))


def test_leap_years():
    """Esfand has thirty days in 1395, 1399, 1403, then five years later in 1408, and in 1412."""
    assert [year for year in range(1394, 1414) if Month(year, 12).days == 30] == [1395, 1399, 1403, 1408, 1412]


def test_first_half_year():
    """The first six months have 186 days together."""
    assert sum(Month(1404, month).days for month in range(1, 7)) == 186


@given(st.dates(dt.date(1930, 1, 1), dt.date(2090, 12, 31)))
def test_conversion_is_one_to_one(date):
    """A Gregorian day, written as a Jalali one, leads back to itself."""
    assert date == gregorian(day_of(date))


@given(months)
def test_a_month_joins_its_successor(month):
    """The day after the last day is the first day of the next month."""
    assert (month + 1).first_day == month.last_day + dt.timedelta(days=1)


@given(months, steps)
def test_adding_and_subtracting_undo_each_other(month, step):
    """Going some months on and back leads home, and the distance is the number of steps."""
    later = month + step
    assert (month, step) == (later - step, later - month)


@given(months, months)
def test_months_order_as_their_codes(one, other):
    """Months compare as their codes, their ordinals and their first days do."""
    assert (
        (one < other)
        == (one.code < other.code)
        == (one.ordinal < other.ordinal)
        == (one.first_day < other.first_day)
        == (one - other < 0)
    )


@given(months)
def test_a_month_is_read_as_it_was_written(month):
    """A written month is read again in Latin, Persian and Arabic digits, with a dash or a slash."""
    text = str(month)
    written = [text, text.translate(PERSIAN), text.translate(ARABIC), text.replace("-", "/"), f" {text} "]
    assert [month] * 5 == [Month.parse(form) for form in written]
    assert month == Month.from_code(month.code)


@pytest.mark.parametrize("text", ["", "1405", "05-08", "1405-13", "1405-00", "1100-01", "1405-8-1", "1405.08", "آبان"])
def test_what_is_no_month_is_refused(text):
    """Two-digit years, a thirteenth month and prose are not read as months."""
    with pytest.raises(NotAMonth) as caught:
        Month.parse(text)
    assert "1405-08" in str(caught.value)


def test_months_until():
    """A span holds both its ends, and nothing when it runs backwards."""
    first = Month(1403, 11)
    assert [str(month) for month in first.until(Month(1404, 1))] == ["1403-11", "1403-12", "1404-01"]
    assert first.until(Month(1403, 10)) == []


def test_month_codes_subtract():
    """Month codes become counts of months, and keep their shape."""
    codes = month_codes(pd.Series([140312, 140401, 140501]))
    assert (codes[1:] - codes[:-1]).tolist() == [1, 12]


def test_labels():
    """A month and a day are named in Persian with Persian digits, and in English."""
    assert (Month(1405, 8).label(), Month(1405, 8).label("en")) == ("آبان ۱۴۰۵", "Aban 1405")
    assert (format_day(13871230), format_day(13871230, "en")) == ("۳۰ اسفند ۱۳۸۷", "30 Esfand 1387")


def test_a_day_is_read_and_written():
    """A day is read in any digits and written as files carry it."""
    assert {13871230} == {parse_day(text) for text in ("1387-12-30", "۱۳۸۷/۱۲/۳۰", " ١٣٨٧-١٢-٣٠ ")}
    assert day_to_iso(13871230) == "1387-12-30"


@pytest.mark.parametrize("text", ["1404-12-30", "1404-07-31", "1404-00-10", "1404-05-00", "87-12-30", "2025-03", ""])
def test_what_is_no_day_is_refused(text):
    """Esfand 30 of a common year and other days that never were are refused."""
    with pytest.raises(NotADay):
        parse_day(text)


def test_age_counts_birthdays():
    """Born on 1387/12/30: sixteen on the last day of 1404, seventeen the next day, whatever days // 365 says."""
    birth = pd.Series([13871230], dtype="Int64")
    assert (age_years(birth, 14041229).tolist(), age_years(birth, 14050101).tolist()) == ([16], [17])
    lived = [(gregorian(day) - gregorian(13871230)).days // 365 for day in (14041229, 14050101)]
    assert lived == [17, 17]


def test_an_unknown_age_stays_unknown():
    """Without a birthday, or before it, there is no age."""
    ages = age_years(pd.Series([pd.NA, 14050101, 14041229], dtype="Int64"), 14041229)
    assert (ages.isna().tolist(), ages.iloc[2]) == ([True, True, False], 0)


def test_the_week_begins_on_saturday():
    """1405/01/01 is a Saturday, and the Friday before it is the week's last day."""
    assert (weekday(gregorian(14050101)), weekday(gregorian(14041229))) == (0, FRIDAY)


def test_nowruz_is_a_holiday():
    """1405/01/01 has a name and is no workday."""
    nowruz = gregorian(14050101)
    assert "نوروز" in public_holiday(nowruz)
    assert not is_workday(nowruz)


def test_workdays():
    """An ordinary Friday is no workday though it is no public holiday; the Saturday after it is one."""
    friday = gregorian(14050808)
    assert (weekday(friday), public_holiday(friday)) == (FRIDAY, None)
    assert [is_workday(friday), is_workday(friday + dt.timedelta(days=1))] == [False, True]
