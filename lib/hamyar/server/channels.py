"""What a browser may say to a kernel, and the kernel to a browser.

A kernel's websocket carries whatever a browser sends, and a browser sends what it likes.
So every message is looked at: whose kernel it is, whether its page is still open to this visitor, and whether it is
of the few kinds that widgets need.  Code to run is not among them, nor the making of widgets from outside;
a forged value of a widget is, and is the business of the widget (``faces/widgets``) and of the service.
"""

import asyncio
import json
import re
import struct
from typing import Any, Literal, cast

from jupyter_core.utils import ensure_async
from jupyter_server.auth import Authorizer, User
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.services.kernels.connection.base import deserialize_binary_message, deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado import web
from tornado.websocket import WebSocketClosedError
from traitlets import Instance
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from hamyar.server.answers import Quiet
from hamyar.server.kernels import MESSAGE_TYPES, PageKernels
from hamyar.server.logs import LOG

CHANNELS = ("shell", "control")
# The one thing that a page opens by itself: the question for the state of all widgets.
OPENED_BY_PAGES = "jupyter.widget.control"
V1 = "v1.kernel.websocket.jupyter.org"
KERNELS = "kernels"
KERNEL_ID = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
NOT_SHOWN = "…"
# Jupyter writes it to the log; a browser's is a number of its own making.
_SESSION = re.compile(r"[\w-]{0,64}", re.ASCII)


class OwnKernels(Authorizer):
    """A kernel is its user's own, as long as its page is open to the user; everything else is nobody's."""

    kernels = Instance(PageKernels)

    async def is_authorized(self, handler: JupyterHandler, user: User, action: str, resource: str) -> bool:
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        is_own = resource == KERNELS and self.kernels.is_of(kernel_id, user.username)
        return is_own and await self.kernels.is_open(kernel_id)


class PageConnection(ZMQChannelsWebsocketConnection):
    """Between one websocket and one kernel: passes on what widgets need and drops the rest."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        if is_passed_on(incoming_msg, self.subprotocol == V1):
            super().handle_incoming_message(incoming_msg)
        else:
            LOG.warning("A message that pages do not send was dropped.")

    def _on_error(self, channel: str, msg: dict[str, Any], msg_list: list[Any]) -> None:
        """An error in a kernel reaches the page without its message and its traceback."""
        if self._kind(channel, msg, msg_list) == "error":
            msg["content"] = {"ename": NOT_SHOWN, "evalue": NOT_SHOWN, "traceback": [NOT_SHOWN]}
            if self.subprotocol == V1:
                msg_list[3] = self.session.pack(msg["content"])

    def _limit_rate(self, channel: str, msg: dict[str, Any], msg_list: list[Any]) -> bool:
        """Also drops what a kernel prints as an error: that is where tracebacks of widgets go."""
        if self._kind(channel, msg, msg_list) == "stream":
            msg["content"] = self.get_part("content", msg["content"], msg_list)
            if msg["content"].get("name") == "stderr":
                return True
        return bool(super()._limit_rate(channel, msg, msg_list))

    def _kind(self, channel: str, msg: dict[str, Any], msg_list: list[Any]) -> str | None:
        if channel != "iopub":
            return None
        msg["header"] = self.get_part("header", msg["header"], msg_list)
        kind: str = msg["header"]["msg_type"]
        return kind


class PageChannels(Quiet, VoilaKernelWebsocketHandler):
    """The websocket of a kernel, for its owner, for as long as the page is open to its owner."""

    kernel_id = ""
    connection = None
    _has_gone = False

    @property
    def kernels(self) -> PageKernels:
        return cast("PageKernels", self.settings["kernel_manager"])

    async def pre_get(self) -> None:
        """Turns other sites away before anything is done for them: Jupyter would first hang up on the page itself."""
        if not self.check_origin() or not _SESSION.fullmatch(self.get_argument("session_id", "")):
            raise web.HTTPError(403)
        await super().pre_get()
        if self._has_gone:
            # Tornado tells of a browser's end once; opened after that, the websocket would hold the kernel for ever.
            raise web.Finish

    async def open(self, kernel_id: str) -> None:
        self._known_at = self.kernels.clock()
        self.kernels.attached(kernel_id, self)
        await super().open(kernel_id)

    async def on_message(self, ws_message: Any) -> None:
        if not await self._is_open():
            await self.kernels.end(self.kernel_id)
        elif self.connection is not None:
            self.kernels.used(self.kernel_id)
            super().on_message(ws_message)

    async def _is_open(self) -> bool:
        """Whether this browser is still signed in as the owner, and the owner may still have the page."""
        now = self.kernels.clock()
        if now - self._known_at >= self.kernels.asked_seconds:
            # Counts as use of the sign-in, as it should: somebody is filling in a form.
            user = await ensure_async(self.identity_provider.get_user(self))
            if user is None or not self.kernels.is_of(self.kernel_id, user.username):
                return False
            self._known_at = now
        return await self.kernels.is_open(self.kernel_id)

    def write_message(self, message: Any, binary: bool = False) -> "asyncio.Future[None] | None":
        """A browser may go at any moment; what was on its way to it is nobody's any more, and no fault to be logged."""
        try:
            sent: asyncio.Future[None] | None = super().write_message(message, binary)
        except WebSocketClosedError:
            return None
        if sent is not None:
            sent.add_done_callback(_take_note)
        return sent

    def on_close(self) -> None:
        self._has_gone = True
        self.kernels.detached(self.kernel_id, self)
        if self.connection is not None:
            super().on_close()

    def write_error(self, status_code: int, **_: Any) -> None:
        self.finish()


def _take_note(sent: "asyncio.Future[None]") -> None:
    """Nobody waits for a message to be sent, and asyncio logs an exception that nobody has looked at."""
    if not sent.cancelled() and isinstance(fault := sent.exception(), Exception):
        LOG.debug("A message did not reach its page: %s", type(fault).__name__)


class OwnKernel(Quiet, KernelHandler):
    """The page asks whether its kernel is there."""

    SUPPORTED_METHODS = ("GET",)


class EndKernel(Quiet, APIHandler):
    """The page is being closed and lets its kernel go."""

    auth_resource = KERNELS
    SUPPORTED_METHODS = ("POST",)

    @web.authenticated
    @authorized
    async def post(self, kernel_id: str) -> None:
        await self.settings["kernel_manager"].end(kernel_id)
        self.set_status(204)
        self.finish()


def is_passed_on(ws_message: str | bytes, is_v1: bool) -> bool:
    """Whether a message from a browser is one of those that widgets need."""
    try:
        channel, header, content = _read(ws_message, is_v1)
        if channel not in CHANNELS or header["msg_type"] not in MESSAGE_TYPES:
            return False
        return header["msg_type"] != "comm_open" or content["target_name"] == OPENED_BY_PAGES
    except (ValueError, LookupError, TypeError, AttributeError, struct.error, RecursionError):
        return False


def _read(ws_message: Any, is_v1: bool) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Channel, header and content of a message in either of Jupyter's two forms."""
    if is_v1:
        _check_count(ws_message, 8, "little")
        channel, parts = deserialize_msg_from_ws_v1(ws_message)
        return channel, json.loads(parts[0]), json.loads(parts[3])
    if isinstance(ws_message, bytes):
        _check_count(ws_message, 4, "big")
        whole = deserialize_binary_message(ws_message)
    else:
        whole = json.loads(ws_message)
    return whole["channel"], whole["header"], whole["content"]


def _check_count(ws_message: bytes, width: int, order: Literal["little", "big"]) -> None:
    """Raises ``ValueError`` where a message says that it has more parts than it could hold.

    Jupyter believes the number and makes a list of that length, which would take all memory there is.
    """
    parts = int.from_bytes(ws_message[:width], order)
    if width * (parts + 1) > len(ws_message):
        raise ValueError(parts)
