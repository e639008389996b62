"""A field for a whole number that is no amount: years, days, persons."""

from typing import Any

import traitlets

from hamyar.core.message import N_
from hamyar.faces.widgets.field import ReadField, page_part
from hamyar.faces.widgets.guard import ValueRefused
from hamyar.words import Words

LARGEST = 10**6


class CountRefused(ValueRefused):
    msgid = N_("The number must be a whole one within the field's bounds, or empty when it is not known.")


class CountInput(ReadField):
    """A whole number, or ``None`` when it is not known; ``min`` and ``max`` bound it, both included.

    Raises ``CountRefused`` for any other value, whoever sets it.
    """

    min = traitlets.Any(0, allow_none=True).tag(sync=True)
    max = traitlets.Any(LARGEST, allow_none=True).tag(sync=True)
    _esm = page_part("count", "js")
    _css = page_part("count", "css")

    def texts(self, words: Words) -> dict[str, Any]:
        least, most = self._bounds()
        return {
            "not_a_number": words(N_("'{value}' is not a whole number. Write it in digits."), value="{value}"),
            "out_of_bounds": words(N_("The number must be from {least} to {most}."), least=least, most=most),
        }

    def _bounds(self) -> tuple[int, int]:
        return 0 if self.min is None else self.min, LARGEST if self.max is None else self.max

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> int | None:
        value, (least, most) = proposal.value, self._bounds()
        # JSON knows one kind of number, Python three: True is no number of days.
        if value is not None and (type(value) is not int or not least <= value <= most):
            raise CountRefused()
        return value

    @traitlets.observe("min", "max")
    def _say_bounds(self, change: Any) -> None:
        self._texts = self.texts(Words(self.language))
