"""The kernels of the pages: whose each is, how many there are, for how long, and with what around them.

A kernel runs the notebook of a page, under the server's own system user.  So what it could reach matters more than
what it is asked to do: its environment is made here from a short list, never from the server's own; its home and its
folder are empty ones; of the centre it has a socket and a capability, which ends before the kernel does.

A kernel without a page is of no use, and each takes memory that another helper's page needs:

- when its page is closed the browser says so, and where it could not (a phone without a net) the kernel ends soon;
- a page that nobody has used for as long as a sign-in may rest is ended with its kernel, as the sign-in is;
- what the page was opened for is asked again all the time (:meth:`PageKernels.is_open`): a kernel whose user has
  lost the family, the account or the sign-in is ended, and its websockets closed.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from platformdirs import user_cache_path
from tornado.web import HTTPError
from traitlets import Float, Instance, Integer

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.server.context import Serving
from hamyar.server.permission import Admission, is_still_open

# Where programs and libraries are found, and how text is written; nothing that could be a secret.
INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "TMPDIR"),
    *("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
)
# What a page sends: messages of its widgets, and questions whether the kernel is there.
MESSAGE_TYPES = ("comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request")
# A page has one; others are left from a connection that broke. Each holds files of the server open.
MOST_SOCKETS = 3
# A page that is being loaded has no websocket yet, and a net that broke is often back after a moment.
JUST_LEFT_SECONDS = 20.0
LOOK_SECONDS = 0.05


class ServerFull(HamyarError):
    """Told on a page of its own, with status 503."""

    msgid = N_("As many pages are open as the computer of the centre can carry. Try again in a few minutes.")


class TooManyPages(HamyarError):
    """As :class:`ServerFull`, but the user can do something about it."""

    msgid = N_("You have {pages} pages open, and no more can be. Close one of them and load this page again.")


class Socket(Protocol):
    """The part of a websocket that a kernel's end needs."""

    def close(self, code: int | None = None, reason: str | None = None) -> None: ...


@dataclass
class PageKernel:
    """What is known of one kernel; times by the manager's clock.

    ``left_at`` is when the last browser let go of it; ``None`` while one holds it or the page is still being made.
    ``was_held`` says that a browser has held it at all, so that its page is not being loaded any more.
    """

    admission: Admission
    token: str = field(repr=False)
    began_at: float
    used_at: float
    left_at: float | None = None
    was_held: bool = False
    asked_at: float = float("-inf")
    # In the order in which they came.
    sockets: dict[Socket, None] = field(default_factory=dict)


class PageKernels(AsyncMappingKernelManager):
    """The kernels of one server; ``clock`` gives seconds that never run backwards.

    ``kept`` has what is known of every kernel from before its start until its end begins.
    """

    serving = Instance(Serving)
    most = Integer(24, help="How many kernels there may be.")
    most_of_user = Integer(6, help="How many of them one user may have.")
    left_seconds = Float(180.0, help="How long a kernel waits for a browser to come back.")
    leaving_seconds = Float(1.0, help="How long a page that finds no room waits for another to be left.")
    idle_seconds = Float(3600.0, help="How long an open page may be unused.")
    making_seconds = Float(300.0, help="How long a page may take to be made.")
    asked_seconds = Float(5.0, help="How long the answer holds that a page is still open to its user.")

    def __init__(self, clock: Callable[[], float] = time.monotonic, **options: Any) -> None:
        super().__init__(**options)
        self.clock = clock
        self.kept: dict[str, PageKernel] = {}
        self.allowed_message_types = list(MESSAGE_TYPES)

    # Voilà asks the manager it is given about kernels that were started in advance; there are none.
    @property
    def notebook_data(self) -> dict[str, Any]:
        return {}

    def get_pool_size(self, nb: str) -> int:
        return 0

    # Beginning ---------------------------------------------------------------------------------------------------

    async def begin(self, admission: Admission, kernel_name: str) -> str:
        """Start a kernel for an admitted page and return its id.  Raises ``ServerFull`` or ``TooManyPages``."""
        spared = await self._room(admission.username)
        # Nothing is awaited between the count and the entry, so that many at once are no way around.
        kernel_id = self.new_kernel_id()
        token = self.serving.capabilities.issue(admission.grant(kernel_id))
        self.kept[kernel_id] = PageKernel(admission, token, self.clock(), self.clock())
        try:
            if spared is not None:
                await self._end_forgotten(spared)
            await self._async_start_kernel(
                kernel_name=kernel_name,
                kernel_id=kernel_id,
                env=kernel_environment(os.environ, self.serving, token),
                cwd=str(kernel_folder(self.serving)),
                # What a kernel prints or logs may be about a family; it is for the page, not for the server's log.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            )
        except BaseException:
            self._forget(kernel_id)
            raise
        if kernel_id not in self.kept:
            # Its user signed out while it started.
            await self._end_forgotten(kernel_id)
            raise HTTPError(403)
        return kernel_id

    async def start_kernel(self, **_: Any) -> str:  # type: ignore[override]
        """Refused: a kernel belongs to an admitted page (:meth:`begin`)."""
        raise HTTPError(403)

    async def _room(self, username: str) -> str | None:
        """As :meth:`_make_room`, but waits a moment: who goes on to the next page is still leaving the last."""
        clock = asyncio.get_running_loop().time
        until = clock() + self.leaving_seconds
        while True:
            try:
                return self._make_room(username)
            except (ServerFull, TooManyPages):
                if clock() >= until:
                    raise
            await asyncio.sleep(LOOK_SECONDS)

    def _make_room(self, username: str) -> str | None:
        """A kernel to end because its place is needed, one that no browser holds any more; ``None`` if none is.

        A user's own page that a browser has let go of gives way to the user's next one at once.
        """
        own = {kernel_id: kept for kernel_id, kept in self.kept.items() if kept.admission.username == username}
        for among, most, refusal in (
            (own, self.most_of_user, TooManyPages(pages=len(own))),
            (self.kept, self.most, ServerFull()),
        ):
            if len(among) >= most:
                now = self.clock()
                left = {
                    kept.left_at: kernel_id
                    for kernel_id, kept in among.items()
                    if kept.left_at is not None
                    and (now - kept.left_at >= JUST_LEFT_SECONDS or (among is own and kept.was_held))
                }
                if not left:
                    raise refusal
                spared = left[min(left)]
                self._forget(spared)
                return spared
        return None

    # Being used --------------------------------------------------------------------------------------------------

    def is_of(self, kernel_id: str, username: str) -> bool:
        """Whether there is such a kernel and it is this user's."""
        kept = self.kept.get(kernel_id)
        return kept is not None and kept.admission.username == username

    async def is_open(self, kernel_id: str) -> bool:
        """Whether the page would be opened to its user now; an answer holds for ``asked_seconds``."""
        kept = self.kept.get(kernel_id)
        if kept is None or self.serving.capabilities.grant_of(kept.token) is None:
            return False
        if self.clock() - kept.asked_at < self.asked_seconds:
            return True
        asked_at = self.clock()
        if not await asyncio.to_thread(is_still_open, kept.admission, self.serving):
            return False
        kept.asked_at = asked_at
        return True

    def made(self, kernel_id: str) -> None:
        """The page has been sent; from now on a browser has to hold the kernel."""
        kept = self.kept.get(kernel_id)
        if kept is not None and not kept.sockets:
            kept.left_at = self.clock()

    def attached(self, kernel_id: str, socket: Socket) -> None:
        """A browser holds the kernel; of more websockets than a page needs, the oldest are closed."""
        if kept := self.kept.get(kernel_id):
            kept.sockets[socket] = None
            kept.left_at, kept.was_held, kept.used_at = None, True, self.clock()
            for older in list(kept.sockets)[:-MOST_SOCKETS]:
                older.close(1008, "closed")

    def detached(self, kernel_id: str, socket: Socket) -> None:
        if kept := self.kept.get(kernel_id):
            kept.sockets.pop(socket, None)
            if not kept.sockets:
                kept.left_at = self.clock()

    def used(self, kernel_id: str) -> None:
        """Somebody did something on the page."""
        if kept := self.kept.get(kernel_id):
            kept.used_at = self.clock()

    # Ending ------------------------------------------------------------------------------------------------------

    async def end(self, kernel_id: str) -> None:
        """Revoke the capability, close the websockets and end the kernel; one that has ended is left alone."""
        if kernel_id in self.kept:
            self._forget(kernel_id)
            await self._end_forgotten(kernel_id)

    async def end_of(self, username: str) -> None:
        """End every kernel of a user; for a sign-out, a new password, a closed account."""
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in list(self.kept) if self.is_of(kernel_id, username)))

    async def end_all(self) -> None:
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in list(self.kept)))

    async def sweep(self) -> None:
        """End the kernels whose time or whose right is over."""
        for kernel_id, kept in list(self.kept.items()):
            try:
                over = await self._why_over(kernel_id, kept)
            except Exception:
                # The database may be away for a moment; the next round asks again.
                self.log.exception("A kernel could not be looked at.")
                continue
            if over:
                self.log.info("Kernel %s is ended: %s.", kernel_id, over)
                await self.end(kernel_id)

    async def _why_over(self, kernel_id: str, kept: PageKernel) -> str | None:
        now = self.clock()
        if kernel_id in self._kernels and not await ensure_async(self._kernels[kernel_id].is_alive()):
            return "it has died"
        if kept.left_at is not None and now - kept.left_at >= self.left_seconds:
            return "its page is closed"
        if kept.sockets and now - kept.used_at >= self.idle_seconds:
            return "its page is not used"
        is_making = kept.left_at is None and not kept.sockets
        if is_making and now - kept.began_at >= self.making_seconds:
            return "its page was never finished"
        return None if await self.is_open(kernel_id) else "its page is not open to its user any more"

    def _forget(self, kernel_id: str) -> None:
        """Take the kernel's right and its browsers away; the kernel itself is left to the caller."""
        kept = self.kept.pop(kernel_id, None)
        self.serving.capabilities.revoke_kernel(kernel_id)
        for socket in list(kept.sockets) if kept else ():
            socket.close(1008, "closed")

    async def _end_forgotten(self, kernel_id: str) -> None:
        # One that is still starting is ended by whoever starts it.
        if kernel_id in self._kernels:
            # It holds nothing that was not saved as it was typed, so there is nothing to wait for.
            await self._async_shutdown_kernel(kernel_id, now=True)

    def remove_kernel(self, kernel_id: str) -> Any:
        self._forget(kernel_id)
        return super().remove_kernel(kernel_id)


def kernel_folder(serving: Serving) -> Path:
    """The folder that kernels begin in and call their home: of this server's run, and empty."""
    folder = serving.runtime / "kernels"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def kernel_environment(inherited: Mapping[str, str], serving: Serving, token: str) -> dict[str, str]:
    """All that a kernel has around it: the allowed part of ``inherited``, and where to ask with which capability.

    Neither the address of the database nor the file of the key is in it, nor anything of the request.
    """
    folder = str(kernel_folder(serving))
    return {
        **{name: inherited[name] for name in INHERITED if name in inherited},
        **{"HOME": folder, "IPYTHONDIR": folder, "JUPYTER_PLATFORM_DIRS": "1"},
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # The fonts that matplotlib has found; to look for them anew takes seconds.
        "MPLCONFIGDIR": inherited.get("MPLCONFIGDIR") or str(user_cache_path("matplotlib")),
        "HAMYAR_HOME": str(serving.settings.home),
        "HAMYAR_LANGUAGE": serving.language,
        "HAMYAR_SERVICE": str(serving.service_path),
        "HAMYAR_CAPABILITY": token,
    }
