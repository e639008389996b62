"""A field for a day of the Jalali calendar: typed, or picked from a month laid out from Saturday to Friday.

The page does no astronomy.  Which years are leap and on which weekday the calendar's first day falls
come from :mod:`hamyar.core.jalali`, so the picker cannot disagree with the core.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

import traitlets

from hamyar.core.jalali import (
    FIRST_YEAR,
    LAST_YEAR,
    MONTH_NAMES,
    WEEKDAY_NAMES,
    Month,
    day_of,
    format_day,
    is_day,
    weekday,
)
from hamyar.core.message import N_
from hamyar.core.persian import persian_digits
from hamyar.faces.widgets.field import ReadField, page_part
from hamyar.faces.widgets.guard import ValueRefused
from hamyar.words import Words


class DayRefused(ValueRefused):
    msgid = N_("The field takes a day of the Jalali calendar within its bounds, such as 14050830, or nothing.")


class JalaliDate(ReadField):
    """A Jalali day such as ``14050830``, or ``None`` when it is not known.

    ``min`` and ``max`` bound it, both included; ``today`` is where an empty picker opens (default: today's date).
    Raises ``DayRefused`` for any other value, whoever sets it.
    """

    today = traitlets.Any().tag(sync=True)
    _calendar = traitlets.Dict().tag(sync=True)
    _esm = page_part("jalali_date", "js")
    _css = page_part("jalali_date", "css")

    @traitlets.default("today")
    def _default_today(self) -> int:
        return day_of(dt.date.today())

    @traitlets.default("_calendar")
    def _default_calendar(self) -> dict[str, Any]:
        return calendar()

    def texts(self, words: Words) -> dict[str, Any]:
        example = "1405-08-30" if self.language == "en" else persian_digits("1405/08/30")
        return {
            "months": list(MONTH_NAMES[self.language]),
            "weekdays": list(WEEKDAY_NAMES[self.language]),
            "separator": "-" if self.language == "en" else "/",
            "example": example,
            "open": words(N_("Open the calendar: {label}"), label="{label}"),
            "title": words(N_("Calendar: {label}"), label="{label}"),
            "month": words(N_("Month")),
            "year": words(N_("Year")),
            "previous": words(N_("Previous month")),
            "next": words(N_("Next month")),
            "today": words(N_("Today")),
            "clear": words(N_("Not known")),
            "close": words(N_("Close")),
            "weekend": words(N_("{day}, weekend"), day="{day}"),
            "not_a_day": words(
                N_("'{value}' is not a day of the Jalali calendar. Write year, month and day, for example {example}."),
                **{"value": "{value}", "example": example},
            ),
            "no_such_day": words(N_("{month} has {days} days; write one of them."), month="{month}", days="{days}"),
            "too_early": ""
            if self.min is None
            else words(N_("The day must be {day} or later."), day=format_day(self.min, self.language)),
            "too_late": ""
            if self.max is None
            else words(N_("The day must be {day} or earlier."), day=format_day(self.max, self.language)),
        }

    @traitlets.validate("min", "max", "today")
    def _check_bound(self, proposal: Any) -> int | None:
        return _day(proposal.value)

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> int | None:
        day = _day(proposal.value)
        if day is not None and not (self.min or 0) <= day <= (self.max or LAST_YEAR * 10000 + 9999):
            raise DayRefused()
        return day

    @traitlets.observe("min", "max")
    def _say_bounds(self, change: Any) -> None:
        self._texts = self.texts(Words(self.language))


def _day(value: Any) -> int | None:
    # JSON knows one kind of number, Python three: True is no day, and 14050830.0 came from no field of ours.
    if value is not None and (type(value) is not int or not is_day(value)):
        raise DayRefused()
    return value


@lru_cache(maxsize=1)
def calendar() -> dict[str, Any]:
    """What the page must know of the calendar: the first year, which years are leap (``0`` and ``1``, one a year),
    and the weekday of the first year's first day (0 is Saturday)."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return {
        "first_year": FIRST_YEAR,
        "leap": "".join(str(Month(year, 12).days - 29) for year in years),
        "first_weekday": weekday(Month(FIRST_YEAR, 1).first_day),
    }
