"""A field for searching a list that the kernel holds: what was found stands below it while somebody types.

The search itself is a function of Python, so that it forgives spelling exactly as the store does
(:func:`hamyar.core.persian.search_key`), and only what is shown travels to the page.
How many were found is told in a sentence that readers by ear hear, too.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import traitlets
from markupsafe import Markup

from hamyar.core.message import N_
from hamyar.faces.widgets.guard import Guarded, ValueRefused
from hamyar.words import LANGUAGES, Words, current_language

# Nobody's name is longer, and a page must not have megabytes searched for.
LONGEST_QUERY = 120
_HERE = Path(__file__).parent


class QueryRefused(ValueRefused):
    msgid = N_("The search takes up to {longest} letters. Write fewer.")

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"longest": LONGEST_QUERY, **values})


class Found(NamedTuple):
    """What a search shows: markup made of our own blocks, and the sentence that says how much it is."""

    html: Markup
    told: str


class Finder(Guarded, anywidget.AnyWidget):
    """A search field called ``label``; ``find(query)`` says what stands below it, first for an empty query.

    ``value`` is the query as typed.
    Raises ``QueryRefused`` for one that is too long, and ``TraitError`` for what is no text.
    """

    label = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    language = traitlets.Enum(LANGUAGES).tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)
    longest = traitlets.Int(LONGEST_QUERY).tag(sync=True)
    _found = traitlets.Dict().tag(sync=True)
    _clear = traitlets.Unicode().tag(sync=True)
    _esm = (_HERE / "finder.js").read_text("utf-8")
    _css = (_HERE / "finder.css").read_text("utf-8")

    def __init__(self, find: Callable[[str], Found], **traits: Any) -> None:
        super().__init__(**traits)
        self._find = find
        self._clear = Words(self.language)(N_("Clear the search"))
        self._search()
        self.observe(self._search, "value")

    @traitlets.default("language")
    def _default_language(self) -> str:
        return current_language()

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> str:
        if len(proposal.value) > LONGEST_QUERY:
            raise QueryRefused()
        return str(proposal.value)

    def _search(self, change: Any = None) -> None:
        found = self._find(self.value)
        self._found = {"query": self.value, "html": str(found.html), "told": found.told}
