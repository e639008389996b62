"""The blocks of a printed page: tables, findings, key figures, notices, what is unknown, and where it all came from.

A notebook displays them; each draws itself from a small template in ``templates/blocks`` that escapes everything,
and ``templates/page.css`` gives them their look on paper and on screen.

A missing value is written as the word "unknown" and marked; a total that needs it is unknown too.
A number that must not be shown because it is small is :class:`Hidden`, which is not the same as unknown.
Text from people is clipped, isolated and never markup (:mod:`hamyar.faces.text`).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from hamyar.core.jalali import Month, format_day
from hamyar.core.message import N_, Message
from hamyar.core.rial import Money, currency_of
from hamyar.core.tables import ColumnsMissing
from hamyar.faces.labels import UNKNOWN, label
from hamyar.faces.text import clip, isolated, sentence_html
from hamyar.words import Words, write_value

TEMPLATES = Path(__file__).parent / "templates"
FieldKind = Literal["text", "kept", "case", "code", "money", "number", "share", "month", "day"]
NoticeKind = Literal["synthetic", "provisional", "warning", "note"]
NUMERIC_FIELDS = ("money", "number", "share")
HASH_LENGTH = 12

_NOTICE_WORDS: Mapping[str, str] = {
    "synthetic": N_("Made-up data"),
    "provisional": N_("Provisional"),
    "warning": N_("Attention"),
    "note": N_("Note"),
}
_PROVENANCE_LABELS: Mapping[str, str] = {
    "month": N_("Month"),
    "data_hash": N_("Data"),
    "parameter_hash": N_("Parameters"),
    "code_version": N_("Version"),
    "run_id": N_("Run"),
}


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "blocks"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class Hidden:
    """Stands for a number that is known and not shown: a count smaller than ``under``, or (with none)
    anything from which such a count could be worked out."""

    under: int | None = None


def is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def value_html(value: Any, words: Words) -> Markup:
    """Any value for a page: missing as the word "unknown", typed values as the language writes them, text isolated."""
    if is_missing(value):
        return Markup('<span class="unknown">{}</span>').format(words(UNKNOWN))
    if isinstance(value, Hidden):
        return Markup('<span class="hidden-number">{}</span>').format(_hidden_words(value, words))
    if isinstance(value, Message):
        return sentence_html(value, words)
    if isinstance(value, str):
        return isolated(value)
    if isinstance(value, Money):
        return Markup('<span class="number">{}</span>&nbsp;<span class="unit">{}</span>').format(
            words.amount(value.amount, value.currency.code), words(value.currency.name)
        )
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        # The language's writer knows exact numbers only; a float reaches a page as a share.
        return escape(words.share(value))
    return escape(write_value(value, words.language))


def _hidden_words(hidden: Hidden, words: Words) -> str:
    return words(N_("not shown")) if hidden.under is None else words(N_("fewer than {count}"), count=hidden.under)


class Block(ABC):
    """Something a notebook shows on a page; a subclass names its template and what stands in it."""

    template: ClassVar[str]
    words: Words

    @abstractmethod
    def context(self) -> dict[str, Any]:
        """What the template is filled with."""

    def _repr_html_(self) -> str:
        page = _environment().get_template(f"{self.template}.html.j2")
        return page.render(words=self.words, direction=self.words.direction, **self.context()).strip()

    def __repr__(self) -> str:
        # What a notebook keeps beside the HTML; the content stays out of it.
        return f"<{type(self).__name__}>"


@dataclass(frozen=True)
class Field:
    """A column of a printed table: which column of the frame, its heading in the reader's language, and its kind.

    ``kept`` is a short text of ours, such as a day, kept on one line; ``case`` is a case code, kept in one piece;
    ``code`` values are looked up in :mod:`hamyar.faces.labels`; ``money`` in smallest units; ``share`` from 0 to 1;
    ``month`` and ``day`` as the tables write them (140508, 14050830).
    """

    name: str
    title: str
    kind: FieldKind = "text"


@dataclass(frozen=True, repr=False)
class Table(Block):
    """A frame as a table: text from the reading side, numbers in even digits, the unit of money in the heading.

    ``is_dense`` sets the rows close, for a table of many rows on a page that should stay short.
    With ``total`` the last row sums money and numbers; a sum over a missing cell is unknown.

    ``hidden`` is a companion frame of true and false with the same rows and some of the same columns.
    Where it is true the number is not shown: a count smaller than ``hidden_under``, or one that is missing,
    says "fewer than …", anything else "not shown".  A sum over a hidden cell is not shown either,
    or the rest would give it away.
    Raises ``ColumnsMissing`` when the frame lacks a field.
    """

    template: ClassVar[str] = "table"
    frame: pd.DataFrame
    fields: Sequence[Field]
    words: Words
    currency: str = "IRR"
    total: bool = False
    is_dense: bool = False
    caption: str = ""
    hidden: pd.DataFrame | None = None
    hidden_under: int | None = None

    def __post_init__(self) -> None:
        missing = [column.name for column in self.fields if column.name not in self.frame.columns]
        if missing:
            existing = ", ".join(map(str, self.frame.columns))
            raise ColumnsMissing(table="on the page", missing=", ".join(missing), existing=existing)

    def context(self) -> dict[str, Any]:
        columns = [(column, self._values(column)) for column in self.fields]
        return {
            "caption": clip(self.caption, 240),
            "is_dense": self.is_dense,
            "heads": [self._head(column) for column in self.fields],
            "rows": [
                [self._cell(column, values[place]) for column, values in columns] for place in range(len(self.frame))
            ],
            "totals": self._totals() if self.total and len(self.frame) else [],
        }

    def _values(self, column: Field) -> list[Any]:
        """The cells of a column, each hidden one replaced by :class:`Hidden`."""
        values = self.frame[column.name].tolist()
        if self.hidden is None or column.name not in self.hidden.columns:
            return values
        flags = self.hidden[column.name].tolist()
        return [self._hide(column, value) if flag else value for value, flag in zip(values, flags, strict=True)]

    def _hide(self, column: Field, value: Any) -> Hidden:
        under = self.hidden_under
        is_small = under is not None and column.kind == "number" and (is_missing(value) or value < under)
        return Hidden(under if is_small else None)

    def _head(self, column: Field) -> dict[str, Any]:
        unit = self.words(currency_of(self.currency).name) if column.kind == "money" else ""
        return {"title": clip(column.title), "unit": unit, "numeric": column.kind in NUMERIC_FIELDS}

    def _cell(self, column: Field, value: Any) -> dict[str, Any]:
        missing = is_missing(value)
        plain = missing or isinstance(value, Hidden)
        html = value_html(value, self.words) if plain else self._known(column.kind, value)
        return {"html": html, "numeric": column.kind in NUMERIC_FIELDS, "unknown": missing}

    def _known(self, kind: FieldKind, value: Any) -> Markup:
        match kind:
            case "money":
                return escape(self.words.amount(int(value), self.currency))
            case "number":
                return escape(self.words.number(_exact(value)))
            case "share":
                return escape(self.words.share(value if isinstance(value, Fraction) else float(value)))
            case "month":
                return escape(self.words.month(value if isinstance(value, Month) else Month.from_code(value)))
            case "day":
                return escape(format_day(int(value), self.words.language))
            case "code":
                return escape(label(clip(value), self.words))
            case "kept":
                return Markup('<span class="kept">{}</span>').format(clip(value, 40))
            case "case":
                return Markup('<bdi dir="ltr" class="case">{}</bdi>').format(clip(value, 40))
        return value_html(value, self.words)

    def _totals(self) -> list[dict[str, Any]]:
        cells = []
        for place, column in enumerate(self.fields):
            if column.kind in ("money", "number"):
                cells.append(self._cell(column, _sum_of(self._values(column))))
            else:
                text = self.words(N_("Total")) if place == 0 else ""
                cells.append({"html": escape(text), "numeric": False, "unknown": False})
        return cells


def _sum_of(values: list[Any]) -> Any:
    if any(map(is_missing, values)):
        return None
    return Hidden() if any(isinstance(value, Hidden) for value in values) else sum(values)


def _exact(value: Any) -> int | Decimal:
    """A cell as a number that can be written exactly, with two decimals at most."""
    number = Decimal(repr(value.item() if isinstance(value, np.generic) else value))
    return int(number) if number == number.to_integral_value() else round(number, 2)


@dataclass(frozen=True, repr=False)
class Heading(Block):
    template: ClassVar[str] = "heading"
    text: str | Message
    words: Words
    level: Literal[2, 3] = 2

    def context(self) -> dict[str, Any]:
        return {"text": sentence_html(self.text, self.words), "level": self.level}


@dataclass(frozen=True, repr=False)
class Finding(Block):
    """The sentence that states what was found, computed and never typed."""

    template: ClassVar[str] = "finding"
    sentence: Message
    words: Words

    def context(self) -> dict[str, Any]:
        return {"sentence": sentence_html(self.sentence, self.words)}


@dataclass(frozen=True, repr=False)
class Facts(Block):
    """Labels and values, one to a line; a value may be text, a number, ``Money``, ``Month``, ``Message`` or missing."""

    template: ClassVar[str] = "facts"
    facts: Mapping[str, Any]
    words: Words

    def context(self) -> dict[str, Any]:
        return {"facts": [(clip(name), value_html(value, self.words)) for name, value in self.facts.items()]}


@dataclass(frozen=True)
class KeyFigure:
    """One large number: its label, its value (as in :class:`Facts`) and a small remark."""

    label: str
    value: Any
    note: str | Message = ""


@dataclass(frozen=True, repr=False)
class KeyFigures(Block):
    """Three or four numbers that a reader should take away."""

    template: ClassVar[str] = "key_figures"
    figures: Sequence[KeyFigure]
    words: Words

    def context(self) -> dict[str, Any]:
        return {
            "figures": [
                {
                    "label": clip(figure.label),
                    "value": value_html(figure.value, self.words),
                    "note": sentence_html(figure.note, self.words),
                }
                for figure in self.figures
            ]
        }


@dataclass(frozen=True, repr=False)
class UnknownList(Block):
    """What is missing, and what to ask to learn it; nothing at all where nothing is missing."""

    template: ClassVar[str] = "unknown_list"
    items: Sequence[tuple[str | Message, str | Message]]
    words: Words

    def context(self) -> dict[str, Any]:
        return {
            "title": self.words(N_("What is not yet known")),
            "items": [(sentence_html(what, self.words), sentence_html(ask, self.words)) for what, ask in self.items],
        }


@dataclass(frozen=True, repr=False)
class Notice(Block):
    """A framed remark, told by its word and its frame: made-up data, a provisional value, a warning, a note."""

    template: ClassVar[str] = "notice"
    kind: NoticeKind
    message: str | Message
    words: Words

    def context(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "word": self.words(_NOTICE_WORDS[self.kind]),
            "text": sentence_html(self.message, self.words),
        }


@dataclass(frozen=True, repr=False)
class Provenance(Block):
    """Where a page comes from: ``month`` (a ``Month`` or 140508), ``data_hash``, ``parameter_hash``, ``code_version``,
    ``run_id``; others are shown under their own name.  Hashes are cut to what tells two of them apart."""

    template: ClassVar[str] = "provenance"
    facts: Mapping[str, Any]
    words: Words

    def context(self) -> dict[str, Any]:
        return {"facts": [(self._label(name), self._value(name, value)) for name, value in self.facts.items()]}

    def _label(self, name: str) -> str:
        return self.words(_PROVENANCE_LABELS[name]) if name in _PROVENANCE_LABELS else clip(name)

    def _value(self, name: str, value: Any) -> Markup:
        if is_missing(value):
            return value_html(None, self.words)
        if name == "month":
            return escape(self.words.month(value if isinstance(value, Month) else Month.from_code(value)))
        text = str(value)[:HASH_LENGTH] if name.endswith("_hash") else clip(value, 40)
        return isolated(text)


@dataclass(frozen=True, repr=False)
class PageStyle(Block):
    """The look of the blocks for a page that is not printed: displayed once at the top of a notebook."""

    template: ClassVar[str] = "style"
    words: Words = field(default_factory=Words)

    def context(self) -> dict[str, Any]:
        # Narrow screens have a sheet of their own: paper has one width.
        sheets = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "screen.css")]
        return {"css": Markup("\n".join(sheets))}  # noqa: S704 - our own files
