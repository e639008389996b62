"""The synthetic price, wage and subsidy levels that nominal rials follow, by Jalali year.

They have the shape of the years 1399–1406 (prices rising two to three per cent a month, wages set anew each
Farvardin, a subsidy per head that jumps after 1401) and no other claim.
``parameters/sample/consumer_price_index.yaml`` carries the same prices, so that real terms fit the sample.
"""

from dataclasses import dataclass
from functools import lru_cache

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_


@dataclass(frozen=True)
class YearLevel:
    """``inflation_per_month`` is a share; wage and subsidy are whole rials a month."""

    inflation_per_month: float
    wage_rial: int
    subsidy_per_head_rial: int


LEVELS = {
    1399: YearLevel(0.029, 19_000_000, 455_000),
    1400: YearLevel(0.028, 27_000_000, 455_000),
    1401: YearLevel(0.030, 42_000_000, 455_000),
    1402: YearLevel(0.026, 53_000_000, 3_000_000),
    1403: YearLevel(0.024, 72_000_000, 3_500_000),
    1404: YearLevel(0.027, 104_000_000, 4_000_000),
    1405: YearLevel(0.025, 140_000_000, 4_000_000),
    1406: YearLevel(0.023, 185_000_000, 4_000_000),
}
FIRST_MONTH = Month(min(LEVELS), 1)
LAST_MONTH = Month(max(LEVELS), 12)
BASE_YEAR = 1400


class MonthWithoutPrices(HamyarError):
    msgid = N_("Synthetic prices exist from {first} to {last}, not for {month}. Choose months within them.")


def require_prices(month: Month) -> None:
    if not FIRST_MONTH <= month <= LAST_MONTH:
        raise MonthWithoutPrices(first=FIRST_MONTH, last=LAST_MONTH, month=month)


@lru_cache(maxsize=1)
def _price_path() -> dict[Month, float]:
    """Prices month by month relative to the average of ``BASE_YEAR``; products only, so equal on every machine."""
    level, path = 1.0, {}
    for month in FIRST_MONTH.until(LAST_MONTH):
        path[month] = level
        level *= 1 + LEVELS[month.year].inflation_per_month
    base = sum(value for month, value in path.items() if month.year == BASE_YEAR) / 12
    return {month: value / base for month, value in path.items()}


def price_level(month: Month) -> float:
    """Prices of ``month`` where the average month of 1400 is 1."""
    require_prices(month)
    return _price_path()[month]


def price_index(month: Month) -> float:
    """The synthetic consumer price index, 1400 = 100, to one decimal as an index is published."""
    return round(price_level(month) * 100, 1)


def wage_rial(month: Month) -> int:
    """The year's wage of a full-time job."""
    require_prices(month)
    return LEVELS[month.year].wage_rial


def market_wage_rial(month: Month) -> float:
    """What informal work pays: it does not wait for Farvardin, but moves from one year's wage to the next's."""
    require_prices(month)
    middle = (month.month - 6.5) / 12
    this = LEVELS[month.year].wage_rial
    other = LEVELS.get(month.year + (1 if middle > 0 else -1), LEVELS[month.year]).wage_rial
    return this + (other - this) * abs(middle)


def subsidy_per_head_rial(month: Month) -> int:
    require_prices(month)
    return LEVELS[month.year].subsidy_per_head_rial
