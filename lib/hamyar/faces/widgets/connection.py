"""What tells the reader of a page that it has lost its kernel, as far as no other widget of the page tells it.

A field whose kernel is gone looks as it always did, and whatever is typed into it goes nowhere.
The watching itself is in ``watching.js`` and belongs to every widget that tells of it: this one, and the form's
:class:`~hamyar.faces.widgets.controls.Panel`, which has its own place and its own words for it.
"""

from typing import ClassVar

import anywidget
import traitlets

from hamyar.core.message import N_
from hamyar.faces.widgets.field import page_part
from hamyar.faces.widgets.guard import Guarded
from hamyar.words import LANGUAGES, Words, current_language


def lost_texts(language: str, *, away: str, gone: str) -> dict[str, str]:
    """What ``watching.js`` says, in one language: ``away`` may pass, ``gone`` is for good, and then a button."""
    words = Words(language)
    return {"away": words(away), "gone": words(gone), "again": words(N_("Load the page again"))}


class Connection(Guarded, anywidget.AnyWidget):
    """Nothing while all is well; a bar at the foot of the screen while the page's connection is away or gone.

    When it is gone, the page's fields and buttons are shut and the bar has a button that loads the page again.
    """

    from_page: ClassVar[frozenset[str]] = frozenset()

    language = traitlets.Enum(LANGUAGES).tag(sync=True)
    _texts = traitlets.Dict().tag(sync=True)
    _esm = page_part("connection", "js", "watching")
    _css = page_part("connection", "css", "watching")

    @traitlets.default("language")
    def _default_language(self) -> str:
        return current_language()

    @traitlets.default("_texts")
    def _default_texts(self) -> dict[str, str]:
        return lost_texts(
            self.language,
            away=N_("There is no connection now. Leave this page open: what you type or press is answered later."),
            gone=N_(
                "The connection to the centre has ended, and the fields and buttons of this page do nothing any more. "
                "Load the page again."
            ),
        )
