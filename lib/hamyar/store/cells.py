"""What one cell's text means, by the declared kind of its column.

The readers are strict and say why they refuse: an importer that bends a doubtful cell into a value
hides the slip that a person could have corrected.
Each works on one text; :func:`read_each` spreads it over a column, reading every different text once.
"""

import datetime as dt
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, NotADay, day_of, parse_day
from hamyar.core.message import N_, Message
from hamyar.core.persian import is_national_id, latin_digits
from hamyar.core.rial import INT64_MAX, AmountTooLarge, Currency, NotAnAmount, parse_money, parse_number
from hamyar.core.tables import NUMERIC_KINDS, Column
from hamyar.store.problems import shortened, shown

# Nothing that is read as a number, a month or a day is longer; a cell full of letters is refused at once.
_LONGEST_NUMBER = 60
_ID = re.compile(r"[^\W_][\w.\-]*")
_LONGEST_CODE = 64
# These are put together from other codes: the activity from family, subject and programme, the visit from it.
_PUT_TOGETHER = ("activity_id", "visit_id")
_LONGEST_PUT_TOGETHER = 255
_PERSONAL_NUMBER = re.compile(r"(\+98|0098|0)?9\d{9}")


class AmountNegative(HamyarError):
    msgid = N_("The amount {value} is below zero. Write an inflow or an outflow as a plain amount in its own category.")


class NotACount(HamyarError):
    msgid = N_("'{value}' is not a whole number, zero or more.")


class NotACode(HamyarError):
    msgid = N_("'{value}' cannot be a code. Use up to {longest} letters, digits, dots and hyphens, without spaces.")


class CodeIsPersonal(HamyarError):
    msgid = N_("The code is a national id or a telephone number. Give the family or member a code that tells nothing.")


class WordUnknown(HamyarError):
    msgid = N_("The word is not one of {known}. Correct it, or add it to the mapping's 'values'.")


def read_cell(column: Column, text: str, calendar: str = "jalali") -> int | str:
    """The value that ``text`` states for a column of any kind but money.

    Raises a ``HamyarError`` that says what is wrong and what would be right.
    """
    match column.kind:
        case "month" | "day" | "count" if len(text) > _LONGEST_NUMBER:
            raise NotACount(value=shown(text))
        case "month":
            return Month.parse(text).code
        case "day":
            return parse_day(text) if calendar == "jalali" else _from_gregorian(text)
        case "count":
            return _read_count(text)
        case "id":
            return _read_code(text, _LONGEST_PUT_TOGETHER if column.name in _PUT_TOGETHER else _LONGEST_CODE)
        case "choice":
            known = {word.casefold(): word for word in column.allowed}
            word = latin_digits(text).casefold()
            if word not in known:
                raise WordUnknown(known=column.allowed)
            return known[word]
    return text


def _from_gregorian(text: str) -> int:
    try:
        return day_of(dt.date.fromisoformat(latin_digits(text).replace("/", "-")))
    except ValueError:
        raise NotADay(value=text) from None


def _read_count(text: str) -> int:
    try:
        number = parse_number(text)
    except NotAnAmount:
        raise NotACount(value=text) from None
    if number < 0 or number != number.to_integral_value():
        raise NotACount(value=text)
    if number > INT64_MAX:
        raise AmountTooLarge(value=text)
    return int(number)


def _read_code(text: str, longest: int) -> str:
    code = latin_digits(text)
    if len(code) > longest or not _ID.fullmatch(code):
        raise NotACode(value=shown(text), longest=longest)
    if (len(code) == 10 and is_national_id(code)) or _PERSONAL_NUMBER.fullmatch(code):
        raise CodeIsPersonal()
    return code


def read_amount(text: str, unit: str | None, currency: Currency) -> int:
    """An amount in smallest units, zero or more; a unit written in the cell itself goes before ``unit``."""
    if len(text) > _LONGEST_NUMBER:
        raise NotAnAmount(value=shown(text))
    amount = parse_money(text, unit, currency)
    if amount < 0:
        raise AmountNegative(value=text)
    return amount


def read_share(text: str) -> Fraction:
    """A share of a whole, exactly as written: ``0.4272`` is 4272/10000."""
    if len(text) > _LONGEST_NUMBER:
        raise NotAnAmount(value=shown(text))
    share = Fraction(parse_number(text))
    if share < 0:
        raise AmountNegative(value=text)
    return share


def with_lost_zeros(national_id: str) -> str:
    """A national id with the leading zeros that a spreadsheet program has taken for nothing."""
    digits = latin_digits(national_id).replace("-", "")
    return national_id if len(digits) >= 10 else digits.zfill(10)


def read_each(texts: pd.Series, read: Callable[[str], Any]) -> tuple[pd.Series, dict[str, Message]]:
    """``read`` over a column, once for each different text.

    Returns the values (``None`` where the text is empty or refused) and, for each refused text, the reason.
    """
    codes, different = pd.factorize(texts)
    values: list[Any] = []
    faults: dict[str, Message] = {}
    for text in different:
        try:
            values.append(read(text) if text else None)
        except HamyarError as error:
            values.append(None)
            faults[text] = shortened(error.message)
    return pd.Series([values[code] for code in codes], index=texts.index, dtype=object), faults


def typed(column: Column, values: pd.Series) -> pd.Series:
    """Values of :func:`read_each` in the column's own type; whole numbers never pass through a float."""
    return values.astype("Int64" if column.kind in NUMERIC_KINDS else object)
