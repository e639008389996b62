"""What both fields share: label, hint, language, and the files of their page's part.

A widget's part of the page must be one module, so ``field.js`` stands before the widget's own script, as text.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from hamyar.faces.widgets.guard import Guarded, ValueRefused
from hamyar.words import LANGUAGES, Words, current_language

_HERE = Path(__file__).parent
# As in the page's part.
LONGEST_UNREAD = 200


@lru_cache(maxsize=8)
def page_part(name: str, ending: str, *shared: str) -> str:
    """The files ``field`` and ``shared``, and then the widget's own, as one; ``ending`` is ``js`` or ``css``."""
    return "\n".join((_HERE / f"{part}.{ending}").read_text("utf-8") for part in ("field", *shared, name))


class Field(Guarded, anywidget.AnyWidget):
    """A labelled text input that holds a whole number or ``None``.

    ``label`` is the field's visible and spoken name, ``description`` a hint under it that is spoken with it.
    ``language`` is ``fa`` or ``en`` (default: the screen's).
    ``complaint`` is a sentence about the value, shown beside it and spoken with it.
    """

    label = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    language = traitlets.Enum(LANGUAGES).tag(sync=True)
    value = traitlets.Any(None, allow_none=True).tag(sync=True)
    min = traitlets.Any(None, allow_none=True).tag(sync=True)
    max = traitlets.Any(None, allow_none=True).tag(sync=True)
    complaint = traitlets.Unicode().tag(sync=True)
    _texts = traitlets.Dict().tag(sync=True)

    @traitlets.default("language")
    def _default_language(self) -> str:
        return current_language()

    @traitlets.default("_texts")
    def _default_texts(self) -> dict[str, Any]:
        return self.texts(Words(self.language))

    def texts(self, words: Words) -> dict[str, Any]:
        """The field's own sentences in its language; a hole that the page fills stays as ``{name}``."""
        raise NotImplementedError

    @traitlets.observe("language")
    def _speak(self, change: Any) -> None:
        self._texts = self.texts(Words(self.language))


class ReadField(Field):
    """A field whose text is read as a value, such as an amount or a day.

    ``unread`` is the text that stands in it and is no value; empty where there is none.  The value is the former one
    until the text is mended.
    """

    from_page: ClassVar[frozenset[str]] = frozenset({"value", "unread"})

    unread = traitlets.Unicode().tag(sync=True)

    @traitlets.validate("unread")
    def _check_unread(self, proposal: Any) -> str:
        if len(proposal.value) > LONGEST_UNREAD:
            raise ValueRefused()
        return str(proposal.value)
