"""The head of a section that opens and shuts: a button in a heading, which says whether it is open.

What it opens stands below it and is the notebook's: a section may be built when it is opened for the first time.
"""

from typing import Any

import anywidget
import traitlets

from hamyar.faces.widgets.field import page_part
from hamyar.faces.widgets.guard import Guarded, ValueRefused
from hamyar.words import LANGUAGES, current_language


class Disclosure(Guarded, anywidget.AnyWidget):
    """``value`` is whether the section is open; ``label`` its title, ``note`` a few words on what is in it."""

    label = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    heading = traitlets.Enum((2, 3), 2).tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    language = traitlets.Enum(LANGUAGES).tag(sync=True)
    value = traitlets.Any(False).tag(sync=True)
    _esm = page_part("disclosure", "js")
    _css = page_part("disclosure", "css")

    @traitlets.default("language")
    def _default_language(self) -> str:
        return current_language()

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> bool:
        if not isinstance(proposal.value, bool):
            raise ValueRefused()
        return proposal.value
