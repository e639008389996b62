"""Other people's text on our page: clipped, stripped of what reorders it, and escaped.

Names and notes come in any script and any length, some by mistake and some by malice.
Here they become plain text of a bearable length inside ``<bdi>``, so that none can leave its place on the page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from hamyar.core.errors import HamyarError
from hamyar.core.message import Message
from hamyar.core.persian import normal_text
from hamyar.words import END_ISOLATE, ISOLATE, Words, say

LONGEST = 120
ELLIPSIS = "…"


def clip(text: Any, longest: int = LONGEST) -> str:
    """``text`` in normal form, cut to ``longest`` characters of which the last is then an ellipsis."""
    # Normal form is linear, but nobody needs it of a text that is cut anyway.
    normal = normal_text(str(text)[: 4 * longest])
    return normal if len(normal) <= longest else normal[: longest - 1].rstrip() + ELLIPSIS


def _clipped(value: Any) -> Any:
    match value:
        case str():
            return clip(value)
        case Message():
            return Message(value.msgid, _all_clipped(value.values), value.plural, value.count)
        case HamyarError():
            return _clipped(value.message)
        case list() | tuple() | set() | frozenset():
            return [_clipped(part) for part in _ordered(value)]
    return value


def _ordered(values: Iterable[Any]) -> Iterable[Any]:
    # A set has no order of its own, and a page must come out the same twice.
    return sorted(values, key=str) if isinstance(values, set | frozenset) else values


def _all_clipped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _clipped(value) for name, value in values.items()}


def sentence_html(sentence: "Message | str", words: Words) -> Markup:
    """A sentence as HTML: free text among its values is clipped, escaped and isolated; a plain string is escaped."""
    if not isinstance(sentence, Message):
        return escape(clip(sentence, 4 * LONGEST))
    text = say(_clipped(sentence), words.language, isolate=True)
    opened, closed = Markup(f"<bdi>{ISOLATE}"), Markup(f"{END_ISOLATE}</bdi>")  # noqa: S704 - no text of others
    return escape(text).replace(ISOLATE, opened).replace(END_ISOLATE, closed)


def isolated(text: Any) -> Markup:
    """``text`` clipped, escaped, and kept from reordering its neighbours."""
    # WeasyPrint 70 knows no unicode-bidi, so the element alone would isolate on screen and not on paper.
    return Markup("<bdi>{}{}{}</bdi>").format(ISOLATE, clip(text), END_ISOLATE)
