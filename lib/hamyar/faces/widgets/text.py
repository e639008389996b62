"""A field for text: one line, or several where ``rows`` says so.

What is typed is somebody's own words in any script.  It is held as the core writes text
(:func:`hamyar.core.persian.normal_text`), and shown as text wherever it is shown.
"""

from typing import Any

import traitlets

from hamyar.core.message import N_
from hamyar.core.persian import normal_text
from hamyar.faces.widgets.field import Field, page_part
from hamyar.faces.widgets.guard import ValueRefused
from hamyar.words import Words

LONGEST = 2_000


class TextRefused(ValueRefused):
    msgid = N_("The text is too long for this field. Shorten it.")


class TextInput(Field):
    """Text in normal form, or ``None`` when there is none.

    ``longest`` bounds its signs.  ``is_number`` asks for even digits from left to right, for a telephone or an id.
    ``complaint`` is a sentence about the text, shown beside it and spoken with it; the text stays to be mended.
    Raises ``TextRefused`` for anything but text within the bound, whoever sets it.
    """

    rows = traitlets.Int(1).tag(sync=True)
    longest = traitlets.Int(LONGEST).tag(sync=True)
    is_number = traitlets.Bool(False).tag(sync=True)
    _esm = page_part("text", "js")
    _css = page_part("text", "css")

    def texts(self, words: Words) -> dict[str, Any]:
        return {}

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> str | None:
        value = proposal.value
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > self.longest:
            raise TextRefused()
        return normal_text(value) or None
