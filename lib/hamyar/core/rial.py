"""Money: whole units of a declared currency, never a float, never an unnamed toman.

Iran counts in rial and speaks in toman (ten rials), so a bare number is ambiguous by a factor of ten:
:func:`parse_money` refuses one without a unit.  Inside Hamyar an amount is a whole number of the data set's
smallest unit (the rial; the penny in the British survey that ships as test data), in columns ending in ``_money``.

:func:`share_out` divides a whole amount by weights so that the parts always sum to the whole
(largest remainder, Hamilton's method; ties go to the earlier entry).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np
from persiantools.digits import to_word

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits, persian_digits

INT64_MAX = 2**63 - 1
# A million billion rial: no household's and no centre's sum, and sums of such amounts still fit 64 bits.
LARGEST_MONEY = 10**15


class UnitMissing(HamyarError):
    msgid = N_("The amount '{value}' has no unit. Say which it is: {units}.")


class UnitUnknown(HamyarError):
    msgid = N_("'{unit}' is not a unit of {currency}. Use one of: {units}.")


class NotAnAmount(HamyarError):
    msgid = N_("'{value}' is not an amount of money. Write digits only, for example 12,500,000.")


class NotWhole(HamyarError):
    msgid = N_("{value} {unit} is not a whole number of the smallest unit ({smallest}).")


class AmountTooLarge(HamyarError):
    msgid = N_("The amount {value} is larger than any account can be; check for extra zeros.")


class WeightsInvalid(HamyarError):
    msgid = N_("Shares need weights that are whole numbers or exact fractions, zero or more and not all zero.")


class CurrencyUnknown(HamyarError):
    msgid = N_("'{value}' is not a currency Hamyar knows. Use one of: {known}.")


@dataclass(frozen=True)
class Currency:
    """A currency by its ISO 4217 code; ``units`` tells how many smallest units each named unit holds."""

    code: str
    exponent: int
    units: dict[str, int]
    name: str
    smallest: str

    def __hash__(self) -> int:
        return hash(self.code)


RIAL = Currency(
    "IRR", 0, {"rial": 1, "toman": 10, "thousand_toman": 10_000, "million_rial": 1_000_000}, N_("rial"), "rial"
)
POUND = Currency("GBP", 2, {"penny": 1, "pound": 100}, N_("pound"), "penny")
CURRENCIES = {currency.code: currency for currency in (RIAL, POUND)}

_UNIT_WORDS = {
    **{"ریال": "rial", "تومان": "toman", "هزار تومان": "thousand_toman", "میلیون ریال": "million_rial"},
    **{"rials": "rial", "tomans": "toman", "£": "pound", "pounds": "pound", "pence": "penny"},
}


def currency_of(code: str) -> Currency:
    if code not in CURRENCIES:
        raise CurrencyUnknown(value=code, known=", ".join(CURRENCIES))
    return CURRENCIES[code]


@dataclass(frozen=True)
class Money:
    """An amount to be *shown*: the whole number of smallest units and its currency."""

    amount: int
    currency: Currency = RIAL


def unit_factor(unit: str, currency: Currency = RIAL) -> int:
    """How many smallest units one ``unit`` is; ``unit`` in English or Persian."""
    name = _UNIT_WORDS.get(unit.strip().lower(), unit.strip().lower())
    if name not in currency.units:
        raise UnitUnknown(unit=unit, currency=currency.code, units=", ".join(currency.units))
    return currency.units[name]


def parse_number(text: str) -> Decimal:
    """A number as people write it: any digits, Persian, Arabic or Latin separators between groups of three."""
    plain = latin_digits(str(text)).replace("\u066b", ".")
    plain = re.sub(r"[\s\u200c\u200e\u200f_'’]", "", plain).replace("\u066c", ",").replace("،", ",")
    # "125,000" is grouped; "1,25" is somebody's decimal comma or a slip, and both readings would be a guess.
    if "," in plain and not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        raise NotAnAmount(value=text)
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain.replace(",", "")):
        raise NotAnAmount(value=text)
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the pattern above admits only what Decimal reads
        raise NotAnAmount(value=text) from None


def parse_money(text: str, unit: str | None = None, currency: Currency = RIAL) -> int:
    """An amount in smallest units, from digits with their unit beside them or named by ``unit``.

    ``parse_money("۱۲٬۵۰۰ تومان")`` is 125,000.  Raises ``UnitMissing`` when neither says the unit,
    ``NotWhole`` when the amount is not whole in the smallest unit.
    """
    written = re.fullmatch(r"\s*([-+\d۰-۹٠-٩.,٬٫،'’_\s\u200c]+?)\s*([^\d۰-۹٠-٩.,٬٫،'’]*)\s*", str(text))
    if not written:
        raise NotAnAmount(value=text)
    number, unit_written = written.groups()
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(\.\d{3})+", latin_digits(number).replace("٫", ".")):
        # "12.500": a point between thousands, as some write it, or a decimal?  A guess would be wrong a thousandfold.
        raise NotAnAmount(value=text)
    unit_name = unit_written.strip() or unit
    if not unit_name:
        raise UnitMissing(value=text, units=", ".join(currency.units))
    exact = parse_number(number) * unit_factor(unit_name, currency)
    if exact != exact.to_integral_value():
        raise NotWhole(value=number, unit=unit_name, smallest=currency.smallest)
    if abs(exact) > LARGEST_MONEY:
        raise AmountTooLarge(value=number)
    return int(exact)


def share_out(total: int, weights: Sequence[int | Fraction] | np.ndarray) -> np.ndarray:
    """Divide ``total`` by ``weights`` into whole parts that sum to it exactly.

    ``weights`` are whole numbers or fractions, zero or more; returns ``int64`` of the same length.
    Each part is the exact share rounded down, then one more for the largest remainders.
    """
    if any(isinstance(weight, float | np.floating) for weight in weights):
        # A binary fraction is not the share that was meant.
        raise WeightsInvalid()
    exact = [weight if isinstance(weight, Fraction) else Fraction(int(weight)) for weight in weights]
    if not exact or min(exact) < 0 or not any(exact):
        raise WeightsInvalid()
    denominator = int(np.lcm.reduce(np.array([weight.denominator for weight in exact], dtype=object)))
    whole = np.array([int(weight * denominator) for weight in exact], dtype=object)
    return share_out_whole(total, whole)


def share_out_whole(total: int, weights: np.ndarray) -> np.ndarray:
    """:func:`share_out` for an array of whole weights; Python integers inside, so nothing overflows."""
    weights = np.asarray(weights, dtype=object)
    weight_sum = int(weights.sum())
    products = weights * int(total)
    parts = products // weight_sum
    remainders = products - parts * weight_sum
    missing = int(total) - int(parts.sum())
    if missing:
        # A stable sort keeps ties in the order given, so the same families always get the odd rial.
        parts[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return parts.astype(np.int64)


def round_half_up(numerator: np.ndarray | int, denominator: np.ndarray | int) -> np.ndarray:
    """``numerator / denominator`` to the nearest whole, halves away from minus infinity, exactly, in integers."""
    return (2 * np.asarray(numerator) + denominator) // (2 * np.asarray(denominator))


def format_number(value: int | Decimal, language: str = "fa", decimals: int | None = None) -> str:
    """Digits grouped by three, with the digits and separators of the language."""
    text = f"{value:,}" if decimals is None else f"{value:,.{decimals}f}"
    if language != "fa":
        return text
    # The minus sign is a mark of its own in a right-to-left line; U+200E keeps it at the number's left.
    text = text.replace(",", "٬").replace(".", "٫")
    return persian_digits(f"\u200e{text}" if text.startswith("-") else text)


def format_amount(amount: int, currency: Currency = RIAL, language: str = "fa") -> str:
    """The number of an amount, without the currency's name."""
    if currency.exponent == 0:
        return format_number(int(amount), language)
    return format_number(Decimal(int(amount)).scaleb(-currency.exponent), language, currency.exponent)


def format_share(share: float | Fraction, language: str = "fa", decimals: int = 0) -> str:
    """A share as per cent: 0.15 is «۱۵٪» or "15%"."""
    value = Decimal(share.numerator) / share.denominator if isinstance(share, Fraction) else Decimal(repr(float(share)))
    text = format_number(value * 100, language, decimals)
    return text + ("٪" if language == "fa" else "%")


def amount_in_words(amount: int, language: str = "fa") -> str:
    """«چهل میلیون و سیصد هزار» for a cheque or a check by ear; whole units only."""
    amount = int(amount)
    if language != "fa":
        # Costs seconds to import, and only an English amount in words needs it.
        import inflect

        return str(inflect.engine().number_to_words(str(amount)))
    # persiantools says «تریلیون»; accounts in Iran say «هزار میلیارد».
    words = to_word(abs(amount)) if abs(amount) < 10**12 else _thousand_billions(abs(amount))
    return ("منفی " if amount < 0 else "") + words.replace("یکصد", "صد")


def _thousand_billions(amount: int) -> str:
    billions, rest = divmod(amount, 10**9)
    return amount_in_words(billions) + " میلیارد" + (f" و {to_word(rest)}" if rest else "")
