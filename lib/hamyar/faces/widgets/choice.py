"""A field for one of a few answers, each in words: radio buttons where all should be read, a list where there are many.

A radio group answers to the arrow keys and a list to letters, because both are the browser's own.
"""

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from hamyar.core.message import N_
from hamyar.faces.widgets.field import Field, page_part
from hamyar.faces.widgets.guard import ValueRefused
from hamyar.words import Words


class ChoiceRefused(ValueRefused):
    msgid = N_("The field takes one of its own answers, or none. Choose it in the field itself.")


class ChoiceInput(Field):
    """One of ``options``, or ``None`` when nothing is chosen.

    ``options`` are pairs of a code and its words; ``asides`` are the codes that say why there is no answer,
    which stand apart from the answers.  ``look`` is ``radio`` or ``list``; with ``is_required`` a list offers no
    empty answer.  ``complaint`` is a sentence about the value, shown beside it and spoken with it.
    ``again`` is the title of a button that gives the same answer once more (see :meth:`on_again`); none where empty.
    Raises ``ChoiceRefused`` for any other value, whoever sets it.
    """

    options: Any = traitlets.List().tag(sync=True)
    asides: Any = traitlets.List().tag(sync=True)
    look = traitlets.Enum(("radio", "list"), "radio").tag(sync=True)
    is_required = traitlets.Bool(False).tag(sync=True)
    again = traitlets.Unicode().tag(sync=True)
    _esm = page_part("choice", "js")
    _css = page_part("choice", "css")

    def __init__(self, options: Sequence[tuple[str, str]] = (), **traits: Any) -> None:
        # Before the value, which must be one of them.
        super().__init__(**{"options": [list(option) for option in options], **traits})
        self._listeners: list[Callable[[], None]] = []
        self.on_msg(self._heard)

    def on_again(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when the same answer is given once more."""
        self._listeners.append(listener)

    def _heard(self, widget: Any, content: Any, buffers: Any) -> None:
        if content == {"again": True} and self.again and not self.disabled:
            for listener in self._listeners:
                listener()

    def texts(self, words: Words) -> dict[str, Any]:
        return {"none": words(N_("Not chosen"))}

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> str | None:
        value = proposal.value
        if value is None:
            return None
        if not isinstance(value, str) or value not in {code for code, _ in self.options}:
            raise ChoiceRefused()
        return value
