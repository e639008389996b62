"""What both fields share: label, hint, language, and the files of their page's part.

A widget's part of the page must be one module, so ``field.js`` stands before the widget's own script, as text.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from hamyar.faces.widgets.guard import Guarded
from hamyar.words import LANGUAGES, Words, current_language

_HERE = Path(__file__).parent


@lru_cache(maxsize=8)
def page_part(name: str, ending: str) -> str:
    """The shared ``field`` file and the widget's own, one after the other; ``ending`` is ``js`` or ``css``."""
    return "\n".join((_HERE / f"{part}.{ending}").read_text("utf-8") for part in ("field", name))


class Field(Guarded, anywidget.AnyWidget):
    """A labelled text input that holds a whole number or ``None``.

    ``label`` is the field's visible and spoken name, ``description`` a hint under it that is spoken with it.
    ``language`` is ``fa`` or ``en`` (default: the screen's).
    """

    label = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    language = traitlets.Enum(LANGUAGES).tag(sync=True)
    value = traitlets.Any(None, allow_none=True).tag(sync=True)
    min = traitlets.Any(None, allow_none=True).tag(sync=True)
    max = traitlets.Any(None, allow_none=True).tag(sync=True)
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
