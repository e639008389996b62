"""A field's value as a reader reads it: money with its unit, a choice in its words, a day as a day, text isolated."""

from typing import Any

from markupsafe import Markup, escape

from hamyar.core.jalali import format_day
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits
from hamyar.faces.form.fields import FormField
from hamyar.faces.labels import UNKNOWN, label
from hamyar.faces.text import isolated, sentence_html
from hamyar.words import Words


def shown_value(field: FormField, value: Any, words: Words, currency: str) -> Markup:
    """The value of a field as HTML; what is empty says that it is not known, or what else it means."""
    if value is None and field.empty is not None:
        return sentence_html(field.empty, words)
    if value is None:
        return Markup('<span class="unknown">{}</span>').format(words(UNKNOWN))
    if field.kind == "money" and isinstance(value, int):
        return escape(words.money(value, currency))
    if field.kind == "day" and isinstance(value, int):
        return escape(format_day(value, words.language))
    if field.kind in ("choice", "level"):
        named = dict(field.choices).get(str(value))
        return escape(label(str(value), words)) if named is None else sentence_html(named, words)
    if isinstance(value, int) and not isinstance(value, bool):
        return escape(words.number(value))
    return isolated(value)


def plain_value(value: Any, words: Words, currency: str, is_money: bool = False) -> Markup:
    """A cell of a table whose field is not on the page: a row that somebody else wrote."""
    if value is None:
        return Markup('<span class="unknown">{}</span>').format(words(UNKNOWN))
    if isinstance(value, bool):
        return escape(words(N_("yes") if value else N_("no")))
    if isinstance(value, int):
        return escape(words.money(value, currency) if is_money else latin_digits(str(value)))
    return isolated(label(value, words) if isinstance(value, str) else value)


__all__ = ["plain_value", "shown_value"]
