"""Persian and English from one catalogue.

``say`` turns a core :class:`~hamyar.core.message.Message` into a sentence;
``Words`` is the same for the templates and faces that write a whole page in one language.

Two gettext domains live in ``lib/hamyar/locale``: ``hamyar`` holds the sentences of the code, keyed by English;
``notebooks`` holds the prose of the notebooks, keyed by the Persian that stands in them.
The ``.po`` files are read as they are, so no compiled catalogue can be older than its source.
Sentences that name a number, a sum or a month carry it as a typed value, written here as the language writes it.
"""

import gettext
import io
import os
import sys
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hamyar.core.documents import BilingualText
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import Message
from hamyar.core.rial import Money, currency_of, format_amount, format_number, format_share

LANGUAGES = ("fa", "en")
LOCALE_DIR = Path(__file__).parent / "locale"
# First-strong isolates: a Latin code or a foreign name inside a Persian sentence keeps its own order.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"


def current_language() -> str:
    """The language of screen and terminal: ``HAMYAR_LANGUAGE``, else Persian.

    A terminal whose encoding cannot hold Persian letters gets English instead of question marks.
    """
    chosen = os.environ.get("HAMYAR_LANGUAGE", "")
    if chosen in LANGUAGES:
        return chosen
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    return "fa" if encoding.startswith("utf") or encoding == "cp1256" else "en"


@lru_cache(maxsize=8)
def catalogue(language: str, domain: str = "hamyar") -> gettext.NullTranslations:
    """The translations of one domain; an absent file is an empty catalogue, which answers with the key."""
    path = LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def write_value(value: Any, language: str, isolate: bool = False) -> str:
    """A value of a message as the language writes it; ``isolate`` wraps free text against reordering."""
    match value:
        case bool() | None:
            return str(value)
        case Money():
            return Words(language).money(value.amount, value.currency.code)
        case Month():
            return value.label(language)
        case Message():
            return say(value, language)
        case HamyarError():
            return say(value.message, language)
        case BilingualText():
            return write_value(value.in_language(language), language, isolate)
        case Fraction():
            return format_share(value, language)
        case int() | Decimal():
            return format_number(value, language)
        case str():
            return f"{ISOLATE}{value}{END_ISOLATE}" if isolate else value
        case Iterable():
            joiner = "، " if language == "fa" else ", "
            return joiner.join(write_value(part, language, isolate) for part in value)
    return str(value)


def say(message: Message, language: str | None = None, isolate: bool = False) -> str:
    """The sentence in ``language`` (default: :func:`current_language`)."""
    language = language or current_language()
    words = catalogue(language)
    if message.plural is not None:
        template = words.ngettext(message.msgid, message.plural, message.count or 0)
    else:
        template = words.gettext(message.msgid)
    return template.format(**{key: write_value(value, language, isolate) for key, value in message.values.items()})


class Words:
    """One language, for code that writes a page: ``words("…")``, ``words.money(…)``, ``words.share(…)``."""

    def __init__(self, language: str | None = None) -> None:
        self.language = language or current_language()

    @property
    def direction(self) -> str:
        return "rtl" if self.language == "fa" else "ltr"

    def __call__(self, msgid: "str | Message", **values: Any) -> str:
        message = msgid if isinstance(msgid, Message) else Message(msgid, values)
        return say(message, self.language)

    def number(self, value: int | Decimal, decimals: int | None = None) -> str:
        return format_number(value, self.language, decimals)

    def amount(self, amount: int, currency: str = "IRR") -> str:
        """Digits only; the unit stands elsewhere (a column head, an axis)."""
        return format_amount(amount, currency_of(currency), self.language)

    def money(self, amount: int, currency: str = "IRR") -> str:
        known = currency_of(currency)
        return f"{format_amount(amount, known, self.language)}\u00a0{self(known.name)}"

    def share(self, share: float | Fraction, decimals: int = 0) -> str:
        return format_share(share, self.language, decimals)

    def month(self, month: Month) -> str:
        return month.label(self.language)

    def prose(self, text: str) -> str:
        """Notebook prose, which stands in Persian in the notebook, in this language."""
        return catalogue(self.language, "notebooks").gettext(text) if text.strip() else text
