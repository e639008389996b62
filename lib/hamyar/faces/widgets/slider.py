"""A slider for "what if": the browser's own, with the value beside it in the reader's digits.

It holds a whole number of steps' size; what it stands for is said by ``unit``.
"""

from typing import Any

import traitlets

from hamyar.core.rial import LARGEST_MONEY
from hamyar.faces.widgets.field import Field, page_part
from hamyar.faces.widgets.guard import ValueRefused
from hamyar.words import Words


class SliderInput(Field):
    """A whole number from ``min`` to ``max``; the slider moves by ``step``, other values within the bounds may be set.

    ``names`` may give a word for each value from ``min`` on.  ``unset`` is what it says before it is moved.
    Raises ``ValueRefused`` for any other value, whoever sets it.
    """

    min = traitlets.Int(0).tag(sync=True)
    max = traitlets.Int(100).tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    unset = traitlets.Unicode().tag(sync=True)
    _esm = page_part("slider", "js")
    _css = page_part("slider", "css")

    def texts(self, words: Words) -> dict[str, Any]:
        return {"separator": "٬" if self.language == "fa" else ","}

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> int | None:
        value = proposal.value
        if value is not None and (type(value) is not int or not self.min <= value <= min(self.max, LARGEST_MONEY)):
            raise ValueRefused()
        return value
