"""Jalali months, days and ages.

The centre thinks in Jalali months, so a :class:`Month` is the unit of everything: it counts, compares and steps.
In tables a month is the whole number ``140508`` and a day ``14050830``: sortable, readable, fast by the million.
The calendar itself (leap years such as 1403 and **1408**, five years apart) is ``persiantools``';
the public holidays are the ``holidays`` package's, which knows both the solar and the lunar ones.

An age is counted in whole birthdays.  Days divided by 365 would make a child 17 a day too soon.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import holidays
import numpy as np
import pandas as pd
from persiantools.jdatetime import JalaliDate

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits, persian_digits

MONTH_NAMES = {
    "fa": ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
    "en": (
        *("Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar"),
        *("Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"),
    ),
}
WEEKDAY_NAMES = {
    "fa": ("شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه"),
    "en": ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
}
FRIDAY = 6
FIRST_YEAR, LAST_YEAR = 1200, 1600


class NotAMonth(HamyarError):
    msgid = N_("'{value}' is not a Jalali month. Write the year and the month, for example 1405-08.")


class NotADay(HamyarError):
    msgid = N_("'{value}' is not a day of the Jalali calendar. Write year, month and day, for example 1405-08-30.")


@dataclass(frozen=True, order=True)
class Month:
    """One month of the Jalali calendar.  ``Month(1405, 8) + 5`` is ``Month(1406, 1)``."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.month <= 12):
            raise NotAMonth(value=f"{self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``1405-08``, ``1405/8`` or «۱۴۰۵-۰۸»; any digits, never a two-digit year."""
        found = re.fullmatch(r"\s*(\d{4})\s*[-/]\s*(\d{1,2})\s*", latin_digits(str(text)))
        if not found:
            raise NotAMonth(value=text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def from_code(cls, code: int) -> "Month":
        """The month written in tables as ``140508``."""
        return cls(int(code) // 100, int(code) % 100)

    @property
    def code(self) -> int:
        return self.year * 100 + self.month

    @property
    def ordinal(self) -> int:
        """Months since month 1 of year 0, so that months subtract."""
        return self.year * 12 + self.month - 1

    def __add__(self, months: int) -> "Month":
        year, month = divmod(self.ordinal + months, 12)
        return Month(year, month + 1)

    def __sub__(self, other: "Month | int") -> "Month | int":
        if isinstance(other, Month):
            return self.ordinal - other.ordinal
        return self + -other

    def until(self, last: "Month") -> list["Month"]:
        """Every month from this one to ``last``, both included; empty when ``last`` is earlier."""
        return [self + step for step in range(last.ordinal - self.ordinal + 1)]

    @property
    def days(self) -> int:
        return _days(self.year, self.month)

    @property
    def first_day(self) -> dt.date:
        """The Gregorian date of the first day."""
        return JalaliDate(self.year, self.month, 1).to_gregorian()

    @property
    def last_day(self) -> dt.date:
        return JalaliDate(self.year, self.month, self.days).to_gregorian()

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    def label(self, language: str = "fa") -> str:
        """«آبان ۱۴۰۵» or "Aban 1405"."""
        text = f"{MONTH_NAMES[language][self.month - 1]} {self.year}"
        return persian_digits(text) if language == "fa" else text


def parse_day(text: str) -> int:
    """A Jalali day such as ``1387-12-30`` as the table's number ``13871230``; a day that does not exist is refused."""
    found = re.fullmatch(r"\s*(\d{4})\s*[-/]\s*(\d{1,2})\s*[-/]\s*(\d{1,2})\s*", latin_digits(str(text)))
    if not found:
        raise NotADay(value=text)
    year, month, day = (int(part) for part in found.groups())
    code = year * 10000 + month * 100 + day
    if month > 12 or day > 31 or not is_day(code):
        raise NotADay(value=text)
    return code


def is_day(code: int) -> bool:
    """Whether a number such as ``13871230`` is a day of the calendar."""
    year, month, day = int(code) // 10000, int(code) // 100 % 100, int(code) % 100
    return FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= _days(year, month)


@lru_cache(maxsize=8192)
def _days(year: int, month: int) -> int:
    return int(JalaliDate.days_in_month(month, year))


def format_day(code: int, language: str = "fa") -> str:
    """``13871230`` as «۳۰ اسفند ۱۳۸۷» or "30 Esfand 1387"."""
    month = Month.from_code(int(code) // 100)
    text = f"{int(code) % 100} {MONTH_NAMES[language][month.month - 1]} {month.year}"
    return persian_digits(text) if language == "fa" else text


def day_to_iso(code: int) -> str:
    """``13871230`` as ``1387-12-30``, the form that files carry."""
    return f"{code // 10000}-{code // 100 % 100:02d}-{code % 100:02d}"


def day_of(date: dt.date) -> int:
    """A Gregorian date as a Jalali day number."""
    jalali = JalaliDate(date)
    return int(jalali.year * 10000 + jalali.month * 100 + jalali.day)


def gregorian(code: int) -> dt.date:
    """A Jalali day number as a Gregorian date."""
    return JalaliDate(code // 10000, code // 100 % 100, code % 100).to_gregorian()


def day_ordinals(days: np.ndarray) -> np.ndarray:
    """Jalali day numbers (``int64``) counted one by one, so that they subtract across months."""
    unique, place = np.unique(days, return_inverse=True)
    return np.array([gregorian(int(day)).toordinal() for day in unique], dtype=np.int64)[place]


def age_years(birth_day: pd.Series, on_day: int) -> pd.Series:
    """Whole birthdays passed by ``on_day``.

    ``birth_day`` holds Jalali days (``13871230``) or missing; ``on_day`` is one Jalali day.
    Returns years as nullable ``Int64``: missing stays missing, and so does a birth after ``on_day``.
    """
    birth = birth_day.astype("Int64")
    years = on_day // 10000 - birth // 10000 - (birth % 10000 > on_day % 10000).astype("Int64")
    return years.mask(birth > on_day).rename("age_years")


def weekday(date: dt.date) -> int:
    """0 is Saturday, the first day of the Iranian week; 6 is Friday."""
    return (date.weekday() + 2) % 7


@lru_cache(maxsize=64)
def _official_holidays(gregorian_year: int) -> dict[dt.date, str]:
    return dict(holidays.country_holidays("IR", years=gregorian_year, language="fa_IR"))


def public_holiday(date: dt.date) -> str | None:
    """The Persian name of the public holiday on ``date``, or ``None``.

    Lunar feasts of coming years are astronomical estimates: the sighting of the moon may move them by a day.
    """
    return _official_holidays(date.year).get(date)


def is_workday(date: dt.date) -> bool:
    """Neither a Friday nor a public holiday."""
    return weekday(date) != FRIDAY and public_holiday(date) is None


def month_codes(months: "pd.Series | np.ndarray") -> np.ndarray:
    """Month numbers ``140508`` as counts of months, so that they subtract; shape is kept."""
    codes = np.asarray(months, dtype=np.int64)
    return codes // 100 * 12 + codes % 100 - 1
