"""The rules a page about helpers needs, where its month has them.

A month that was frozen before there were such rules is shown all the same: with a year of twelve months, and without
the bounds and hours that nobody had set.
"""

from hamyar.core.jalali import Month, parse_day
from hamyar.core.parameters import ParameterMissing, ParameterUnknown
from hamyar.core.plan.years import months_of_help
from hamyar.core.work_rules import WorkRules
from hamyar.faces.sources import Source

MONTHS_OF_YEAR = 12


def last_day_of(month: Month) -> int:
    return month.code * 100 + month.days


def day_of_page(on_day: str, otherwise: int) -> int:
    """The day a page is looked at from: the one that is told, such as ``1404-08-15``; raises ``NotADay``."""
    return parse_day(on_day) if on_day.strip() else otherwise


def months_of(source: Source, month: Month) -> int:
    """How many months a year of help has."""
    try:
        return months_of_help(source.parameters, month)
    except (ParameterMissing, ParameterUnknown):
        return MONTHS_OF_YEAR


def work_rules(source: Source, month: Month) -> WorkRules | None:
    """The rules of the helpers' work; ``None`` in a month that has none."""
    try:
        return WorkRules.of(source.parameters, month)
    except (ParameterMissing, ParameterUnknown):
        return None
