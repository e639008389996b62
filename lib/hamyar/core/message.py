"""Sentences before they have a language.

The core must say *why* in Persian and in English, yet may not read a catalogue.
So it returns a :class:`Message`: the English sentence as the catalogue's key, and typed values for its holes.
:mod:`hamyar.words` looks the sentence up and writes numbers, money and months as the language writes them.

A message's values keep their types (``Money``, ``Month``, ``Fraction``, ``int``, ``str``)
until the last moment, because «۱٬۲۵۰٬۰۰۰ ریال» and "1,250,000 rial" differ in more than digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate yet"
    """Mark a sentence for the catalogue without translating it."""
    return msgid


@dataclass(frozen=True)
class Message:
    """One sentence: its key in the catalogue and the values for its ``{holes}``.

    ``plural`` and ``count`` are given together when the sentence counts something.
    """

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    count: int | None = None

    def __str__(self) -> str:
        """The sentence in English with plain values, for developers and logs."""
        use_plural = self.plural is not None and self.count != 1
        return (self.plural if use_plural else self.msgid).format(**self.values)  # type: ignore[union-attr]


def message(msgid: str, **values: Any) -> Message:
    """``Message`` with its values as keyword arguments; the first argument is extracted to the catalogue."""
    return Message(msgid, values)


def nmessage(singular: str, plural: str, count: int, **values: Any) -> Message:
    """A sentence that counts: ``{count}`` is filled from ``count``."""
    return Message(singular, {"count": count, **values}, plural, count)
