"""Whether a field can hold a value: asked before a draft is kept.

Only what can never be right is refused here, so that nothing that was typed gets lost: a text with a telephone
number in it is kept as a draft, and :mod:`hamyar.faces.form.faults` says what to do about it before it is submitted.
No sentence repeats a value: it may be somebody's name, number or money.
"""

from typing import Any

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import day_to_iso, is_day
from hamyar.core.message import N_, Message, message
from hamyar.core.persian import is_national_id, latin_digits, normal_text
from hamyar.core.rial import LARGEST_MONEY
from hamyar.faces.form.fields import FormField, target_of

LONGEST_TEXT = 1_000
LONGEST_NAME = 300
OLDEST = 130


class AnswerRefused(HamyarError):
    """Root of what a field refuses; the former value stands."""

    msgid = N_("This cannot stand here; the former value stands. {problem}")

    def __init__(self, problem: Message) -> None:
        super().__init__(problem=problem)
        self.problem = problem

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem,)


def checked(field: FormField, value: Any, *, is_required: bool = False) -> Any:
    """``value`` as it is kept; ``None`` is empty.  Raises ``AnswerRefused``."""
    if isinstance(value, str) and not value.strip():
        value = None
    if value is None:
        if is_required:
            raise AnswerRefused(message(N_("It cannot be left empty. Choose or write the right one.")))
        return None
    match field.kind:
        case "money":
            return _whole(value, 0, LARGEST_MONEY)
        case "count":
            return _whole(value, field.min or 0, LARGEST_MONEY if field.max is None else field.max)
        case "day":
            return _day(field, value)
        case "choice" | "level":
            if value not in [code for code, _ in field.choices]:
                raise AnswerRefused(message(N_("Choose one of the answers that are offered.")))
            return value
        case "text":
            return _text(value, LONGEST_TEXT)
        case "name":
            return _name(field, value)


def _whole(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise AnswerRefused(message(N_("Write a whole number, in digits.")))
    if not least <= value <= most:
        raise AnswerRefused(message(N_("Write a number from {least} to {most}."), least=least, most=most))
    return value


def _day(field: FormField, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not is_day(value):
        raise AnswerRefused(message(N_("This is no day of the calendar. Write year, month and day.")))
    if field.max is not None and value > field.max:
        raise AnswerRefused(message(N_("The day lies after {day}. Write an earlier one."), day=day_to_iso(field.max)))
    if field.min is not None and value < field.min:
        raise AnswerRefused(message(N_("The day lies before {day}. Write a later one."), day=day_to_iso(field.min)))
    return value


def _text(value: Any, longest: int) -> str | None:
    if not isinstance(value, str):
        raise AnswerRefused(message(N_("Write it as text.")))
    if len(value) > longest:
        raise AnswerRefused(message(N_("The text is too long. Shorten it to {longest} signs."), longest=longest))
    return _storable(normal_text(value)) or None


def _storable(text: str) -> str:
    # Half a letter from a broken client has no bytes, so neither store nor page could hold it.
    return text.encode("utf-8", "replace").decode("utf-8")


def _name(field: FormField, value: Any) -> str | None:
    text = _text(value, LONGEST_NAME)
    if text is None:
        return None
    match target_of(field.id).column:
        case "national_id":
            if not is_national_id(text):
                raise AnswerRefused(message(N_("This is no national id: its check digit is wrong. Compare the card.")))
            return latin_digits(text).replace("-", "").strip().zfill(10)
        case "phone":
            number = latin_digits(text)
            if not any(sign.isdigit() for sign in number):
                raise AnswerRefused(message(N_("A telephone number has digits. Write them.")))
            return number
    return text


__all__ = ["LONGEST_NAME", "LONGEST_TEXT", "OLDEST", "AnswerRefused", "checked"]
