"""What a widget takes from a page, and what it does not.

Whoever opens a page can send any message to any widget of its kernel: to one that is disabled, to its bounds,
to its label.  A widget with this guard takes its ``value`` and nothing else, and not even that while it is disabled.
A refused message changes nothing and wakes no observer; the page is told the value that still holds.

This keeps the form honest, not the data: who may write what is asked again where it is written.
"""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

import ipywidgets
from traitlets import TraitError

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.words import Words

_log = logging.getLogger(__name__)


class ValueRefused(HamyarError, TraitError):
    """A value that a field cannot hold; a ``TraitError`` too, so that traitlets puts the former value back."""

    msgid = N_("The field cannot hold this value; the former one stands. Enter it anew in the field itself.")


class FieldDisabled(ValueRefused):
    msgid = N_("This field cannot be changed here; the former value stands.")


class Guarded(ipywidgets.DOMWidget):
    """A widget that takes only ``value`` from its page.  Put it before the widget's own class:
    ``class GuardedText(Guarded, ipywidgets.Text)``.

    ``from_page`` names the traits a page may set; ``disabled`` closes them all.
    """

    from_page: ClassVar[frozenset[str]] = frozenset({"value"})

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the page says where it may say it; otherwise tell the page what holds."""
        foreign = sorted(set(sync_data) - self.from_page)
        allowed = {name: value for name, value in sync_data.items() if name in self.from_page}
        # The message's values are somebody's money or birthday: they stay out of the log, and so do unknown names.
        refusal: HamyarError | None = ValueRefused() if foreign else None
        if allowed and getattr(self, "disabled", False):
            allowed, refusal = {}, FieldDisabled()
        if allowed:
            try:
                super().set_state(allowed)
            except ValueRefused as error:
                refusal = error
            except TraitError:
                refusal = ValueRefused()
        if refusal is not None:
            _log.warning("%s refused a message from its page.", type(self).__name__)
            self.send_state([name for name in sync_data if name in self.keys])
            self.tell_refusal(refusal)

    def tell_refusal(self, refusal: HamyarError) -> None:
        """Say to the page why a message was refused; a widget of ours shows the sentence beside the field."""
        self.send({"refused": Words(getattr(self, "language", None) or None)(refusal.message)})
