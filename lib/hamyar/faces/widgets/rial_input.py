"""A field for an amount of money in rial, which says the amount in words while it is typed.

The unit is fixed: people speak in toman and write in rial, and a field that took both would be wrong tenfold.
The words are Persian's own, made here by the core; the page only asks for them.
"""

from typing import Any

import traitlets

from hamyar.core.message import N_
from hamyar.core.rial import LARGEST_MONEY, RIAL, AmountTooLarge, NotAnAmount, amount_in_words, format_number
from hamyar.faces.widgets.field import ReadField, page_part
from hamyar.faces.widgets.guard import ValueRefused
from hamyar.words import Words


class AmountRefused(ValueRefused):
    msgid = N_("The amount must be a whole number of rial within the field's bounds, or empty when it is not known.")


class RialInput(ReadField):
    """An amount in whole rial, or ``None`` when it is not known.

    ``min`` and ``max`` bound it, both included (defaults: 0 and the largest amount an account can hold).
    Raises ``AmountRefused`` for any other value, whoever sets it.
    """

    min = traitlets.Any(0, allow_none=True).tag(sync=True)
    max = traitlets.Any(LARGEST_MONEY, allow_none=True).tag(sync=True)
    # The amount and its words together: words that come late must not stand under another amount.
    _said = traitlets.Dict().tag(sync=True)
    _esm = page_part("rial_input", "js")
    _css = page_part("rial_input", "css")

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._answer)

    def texts(self, words: Words) -> dict[str, Any]:
        largest = LARGEST_MONEY if self.max is None else self.max
        return {
            "unit": words(RIAL.name),
            "separator": "٬" if self.language == "fa" else ",",
            "toman": words(N_("Write the amount in rial, without a unit: one toman is ten rial.")),
            "not_an_amount": words(NotAnAmount.msgid, value="{value}"),
            "not_whole": words(N_("A rial has no parts: write a whole number, without a point.")),
            "too_small": words(
                N_("The amount must be {least} rial or more."), least=format_number(self.min or 0, self.language)
            ),
            "too_large": words(
                N_("The amount must be {most} rial or less."), most=format_number(largest, self.language)
            ),
            "beyond": words(AmountTooLarge.msgid, value="{value}"),
        }

    def words_of(self, amount: int | None) -> str:
        """The amount in words with its unit; nothing for an amount that is not known."""
        if amount is None:
            return ""
        return Words(self.language)(N_("{amount} rial"), amount=amount_in_words(amount, self.language))

    @traitlets.validate("min", "max")
    def _check_bound(self, proposal: Any) -> int | None:
        return _whole_amount(proposal.value)

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> int | None:
        amount = _whole_amount(proposal.value)
        least = -LARGEST_MONEY if self.min is None else self.min
        most = LARGEST_MONEY if self.max is None else self.max
        if amount is not None and not least <= amount <= most:
            raise AmountRefused()
        return amount

    @traitlets.observe("value", "language")
    def _say_amount(self, change: Any) -> None:
        self._said = {"amount": self.value, "words": self.words_of(self.value)}

    @traitlets.observe("min", "max")
    def _say_bounds(self, change: Any) -> None:
        self._texts = self.texts(Words(self.language))

    def _answer(self, widget: Any, content: Any, buffers: Any) -> None:
        """The words of an amount that is being typed; what is not an amount gets no answer."""
        typed = content.get("typed") if isinstance(content, dict) else None
        if isinstance(typed, int) and not isinstance(typed, bool) and abs(typed) <= LARGEST_MONEY:
            self.send({"said": {"amount": typed, "words": self.words_of(typed)}})


def _whole_amount(value: Any) -> int | None:
    # JSON knows one kind of number, Python three: True is no amount, and 5.0 came from no field of ours.
    if value is not None and (type(value) is not int or abs(value) > LARGEST_MONEY):
        raise AmountRefused()
    return value
