"""Controls that only ask for something: a button, and a sheet of our own markup with buttons and links in it.

A press is a message and no value, so the guard of values does not see it; these look at it themselves.
A sheet's markup is made in the kernel and escaped there.  What it may ask for is the list of its own ``data-ask``
names: anything else that comes from a page is no request.
"""

import logging
import re
from collections.abc import Callable
from typing import Any, ClassVar

import anywidget
import ipywidgets
import traitlets
from markupsafe import Markup

from hamyar.core.message import N_
from hamyar.faces.widgets.connection import lost_texts
from hamyar.faces.widgets.field import page_part
from hamyar.faces.widgets.guard import Guarded
from hamyar.words import LANGUAGES, current_language

_log = logging.getLogger(__name__)
_ASKED = re.compile(r'data-ask="([^"]*)"')


class GuardedButton(Guarded, ipywidgets.Button):
    """A button that does nothing while it is disabled, whatever a page sends."""

    from_page: ClassVar[frozenset[str]] = frozenset()

    def _handle_button_msg(self, widget: Any, content: Any, buffers: Any) -> None:
        if self.disabled or not isinstance(content, dict):
            _log.warning("%s refused a message from its page.", type(self).__name__)
            return
        super()._handle_button_msg(widget, content, buffers)


class Shown(Guarded, ipywidgets.HTML):
    """Our own markup, which a page cannot change."""

    from_page: ClassVar[frozenset[str]] = frozenset()


class Sheet(Guarded, anywidget.AnyWidget):
    """Markup whose elements with ``data-ask`` ask the kernel for something.

    ``html`` is escaped already (:class:`markupsafe.Markup`); ``title`` names the region for readers by ear.
    ``said`` is spoken when it changes, and shown below.
    """

    from_page: ClassVar[frozenset[str]] = frozenset()

    title = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    language = traitlets.Enum(LANGUAGES).tag(sync=True)
    _esm = page_part("sheet", "js", "asking")
    _css = page_part("sheet", "css", "asking")

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._listeners: list[Callable[[str], None]] = []
        self.on_msg(self._asked)

    @traitlets.default("language")
    def _default_language(self) -> str:
        return current_language()

    def on_ask(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the name that was asked for."""
        self._listeners.append(listener)

    def markup(self) -> str:
        """All of the sheet's markup: what may be asked for stands in it."""
        return self.html

    def focus(self, css_class: str) -> None:
        """Bring the first input within the element of this class into view and give it the keyboard."""
        self.send({"focus": css_class})

    def _asked(self, widget: Any, content: Any, buffers: Any) -> None:
        asked = content.get("ask") if isinstance(content, dict) else None
        allowed = {Markup(name).unescape() for name in _ASKED.findall(self.markup())}  # noqa: S704 - our own markup
        if not isinstance(asked, str) or asked not in allowed:
            _log.warning("%s refused a message from its page.", type(self).__name__)
            return
        for listener in self._listeners:
            listener(asked)


class Panel(Sheet):
    """A sheet that stays in view: ``summary`` always, ``html`` when it is open.

    On a wide page it stands beside the form and is open; on a narrow one it is a bar at the foot of the screen.
    Where the page loses its kernel it says so; when that cannot be mended it shuts the form's other controls.
    """

    summary = traitlets.Unicode().tag(sync=True)
    more = traitlets.Unicode().tag(sync=True)
    _texts = traitlets.Dict().tag(sync=True)
    _esm = page_part("panel", "js", "asking", "watching")
    _css = page_part("panel", "css", "asking", "watching")

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._returns: list[Callable[[], None]] = []

    @traitlets.default("_texts")
    def _default_texts(self) -> dict[str, str]:
        return lost_texts(
            self.language,
            away=N_("There is no connection now. Leave this page open: what you type is saved when it is back."),
            gone=N_(
                "The connection to the centre has ended, and nothing that you type here is saved any more. "
                "Load the page again; what you saved is kept. Only the entry you were at may be missing."
            ),
        )

    def on_return(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when somebody comes back to this page from another."""
        self._returns.append(listener)

    def _asked(self, widget: Any, content: Any, buffers: Any) -> None:
        if content != {"back": True}:
            super()._asked(widget, content, buffers)
            return
        for listener in self._returns:
            listener()

    def markup(self) -> str:
        return self.summary + self.html
