"""Who the visitor is: by an own account and a cookie, by the word of a proxy, or by a JupyterHub.

Whoever says it, the answer is an account of the store, looked up anew at every request: a proxy or a hub can vouch
for a name, but role, person and whether the account is open are the centre's.  There is no token that opens everything,
no name without an account, and no visitor without a name.

- :class:`AccountsIdentity`: the cookie holds the token of a sign-in; the store has its digest.
- :class:`HeaderIdentity`: a proxy on this machine signs people in and sends the name in a header.
- :class:`~hamyar.server.hub.HubIdentity`: JupyterHub, in a module of its own because the package is not always there.
"""

import asyncio
import hmac
import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from tornado.httputil import HTTPServerRequest, split_host_and_port
from tornado.web import RequestHandler
from traitlets import Any as AnyTrait
from traitlets import Bool, default

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.server import sign_in
from hamyar.server.context import Serving
from hamyar.server.rate import Rate, visitor
from hamyar.store.accounts import Account

# Hashing takes a core and 64 MiB for a tenth of a second; the pages of those who are signed in go on beside it.
AT_ONCE, MOST_WAITING = 2, 20
SECRET_HEADER = "X-Hamyar-Proxy-Secret"  # noqa: S105 - a header's name
_TOKEN = re.compile(r"[\w-]{20,100}", re.ASCII)
_FOUND = "_hamyar_account"


class TooBusy(HamyarError):
    msgid = N_("Many people are signing in just now. Try again in a moment.")


class HamyarIdentity(IdentityProvider):
    """What all three ways have in common.  ``is_behind_proxy``: a proxy on this machine ends TLS for the visitors.

    ``leaving`` are called with a user's name after a sign-out or a change of password.
    """

    serving: Serving = AnyTrait()  # type: ignore[assignment]
    is_behind_proxy: bool = Bool(False)  # type: ignore[assignment]

    def __init__(self, serving: Serving, **options: Any) -> None:
        super().__init__(serving=serving, **options)
        self.rate = Rate()
        self.leaving: list[Callable[[str], Any]] = []
        self._hashing, self._waiting = asyncio.Semaphore(AT_ONCE), 0

    # What Jupyter's server asks ----------------------------------------------------------------------------------

    @default("token")
    def _token_default(self) -> str:
        return ""

    @property
    def auth_enabled(self) -> bool:
        return True

    @property
    def login_available(self) -> bool:
        return False

    @property
    def logout_available(self) -> bool:
        return False

    def get_handlers(self) -> list[tuple[str, object]]:
        """None of Jupyter's own; those of :meth:`handlers` stand in their place."""
        return []

    async def get_user(self, handler: RequestHandler) -> User | None:
        """The user of this request, found anew; :meth:`account_of` has the account behind it."""
        found = await self.find_account(handler)
        setattr(handler, _FOUND, found)
        return None if found is None else User(found.username)

    # What the rest of the server asks ----------------------------------------------------------------------------

    def account_of(self, handler: RequestHandler) -> Account | None:
        """The account that this request was found to come from when it was prepared."""
        found: Account | None = getattr(handler, _FOUND, None)
        return found

    def handlers(self, base_url: str) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """The addresses for signing in and out below ``base_url``."""
        return sign_in.handlers(base_url, meets_elsewhere=True)

    def tornado_settings(self, base_url: str) -> dict[str, Any]:
        """What the application must be set to for this identity to hold."""
        return {
            "identity_provider": self,
            "login_url": f"{base_url}{sign_in.SIGN_IN}",
            "xsrf_cookies": True,
            # Scripts of the page send it along, so it cannot be hidden from them.
            "xsrf_cookie_kwargs": {"path": base_url, "samesite": "Strict", "secure": self.is_behind_proxy},
        }

    # What each way says for itself -------------------------------------------------------------------------------

    async def find_account(self, handler: RequestHandler) -> Account | None:
        """The account of whoever sent this request, if it may be used now."""
        raise NotImplementedError

    def way_in(self, handler: RequestHandler, next_address: str) -> str | None:
        """Where somebody unknown is sent to sign in; ``None`` where nowhere."""
        return None

    def refusal(self, handler: RequestHandler) -> Message:
        """Why somebody who cannot sign in here is not let in."""
        raise NotImplementedError

    async def leave(self, handler: RequestHandler) -> None:
        """End what this browser is signed in by."""

    def farewell(self) -> tuple[Message, str | None]:
        """What is said after :meth:`leave`, and where the visitor is signed in still, if that is elsewhere."""
        return message(N_("You have signed out.")), None

    # Shared by them ----------------------------------------------------------------------------------------------

    def is_https(self, request: HTTPServerRequest) -> bool:
        return self.is_behind_proxy or request.protocol == "https"

    def visitor(self, request: HTTPServerRequest) -> str:
        """What attempts to sign in are counted by."""
        return visitor(peer_of(request), request.headers, self.is_behind_proxy)

    def said_goodbye(self, username: str) -> None:
        for told in self.leaving:
            told(username)

    async def slowly(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call what hashes a password, beside the event loop and few at a time.  Raises ``TooBusy``."""
        if self._waiting >= MOST_WAITING:
            raise TooBusy()
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(function, *arguments)
        finally:
            self._waiting -= 1


class AccountsIdentity(HamyarIdentity):
    """Own accounts: name and password once, then a cookie with the token of the sign-in."""

    def handlers(self, base_url: str) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        return sign_in.handlers(base_url, meets_elsewhere=False)

    async def find_account(self, handler: RequestHandler) -> Account | None:
        token = self.sign_in_token(handler)
        if token is None:
            return None
        # It may have to wait while somebody else writes.
        return await asyncio.to_thread(self.serving.accounts.account_of, token)

    def refusal(self, handler: RequestHandler) -> Message:
        return message(N_("Sign in to open this page."))

    def sign_in_cookie(self, handler: RequestHandler) -> str:
        """The cookie's name: bound to this host where the browser can see to that, else told apart by port."""
        if not self.is_https(handler.request):
            return f"hamyar-{split_host_and_port(handler.request.host)[1] or 80}"
        return "__Host-hamyar" if _path(handler) == "/" else "__Secure-hamyar"

    def sign_in_token(self, handler: RequestHandler) -> str | None:
        """The token that the browser sent; ``None`` without one, or for what can be none."""
        sent = handler.get_cookie(self.sign_in_cookie(handler))
        return sent if sent and _TOKEN.fullmatch(sent) else None

    def has_cookie(self, handler: RequestHandler) -> bool:
        return handler.get_cookie(self.sign_in_cookie(handler)) is not None

    async def enter(self, handler: RequestHandler, account: Account) -> None:
        """Begin a sign-in of ``account`` and give the browser its token; one it had before ends."""
        old = self.sign_in_token(handler)
        token = await asyncio.to_thread(self.serving.accounts.begin_session, account)
        if old is not None:
            await asyncio.to_thread(self.serving.accounts.end_session, old)
        handler.set_cookie(self.sign_in_cookie(handler), token, **self._flags(handler))

    async def leave(self, handler: RequestHandler) -> None:
        token = self.sign_in_token(handler)
        if token is not None:
            await asyncio.to_thread(self.serving.accounts.end_session, token)
        self.forget(handler)

    def forget(self, handler: RequestHandler) -> None:
        """Take the cookie back."""
        handler.clear_cookie(self.sign_in_cookie(handler), **self._flags(handler))

    def _flags(self, handler: RequestHandler) -> dict[str, Any]:
        # No expiry: the browser forgets it when it ends, and the store has both its limits.
        secure = self.is_https(handler.request)
        return {"path": _path(handler), "httponly": True, "samesite": "Strict", "secure": secure}


class HeaderIdentity(HamyarIdentity):
    """A proxy on this machine signs people in, and sends the name in ``header``.

    The header counts only from this machine's own addresses or a Unix socket.  That is no proof where other people or
    programs use the machine, so the proxy can be given a ``secret`` to send with each request.
    """

    def __init__(self, serving: Serving, header: str, secret: str | None = None, **options: Any) -> None:
        super().__init__(serving, **options)
        self._header, self._secret = header, secret

    async def find_account(self, handler: RequestHandler) -> Account | None:
        username = self._vouched(handler.request)
        return None if username is None else await asyncio.to_thread(self.serving.accounts.active, username)

    def refusal(self, handler: RequestHandler) -> Message:
        if self._vouched(handler.request) is None:
            return message(N_("This address is reached through your centre’s gateway, which knows who you are."))
        return NO_ACCOUNT

    def farewell(self) -> tuple[Message, str | None]:
        return message(N_("You are signed in at your centre’s gateway; sign out there.")), None

    def _vouched(self, request: HTTPServerRequest) -> str | None:
        """The name that the proxy gives, if it is the proxy."""
        if not _is_here(request):
            return None
        given = request.headers.get(SECRET_HEADER, "")
        if self._secret is not None and not hmac.compare_digest(given.encode(), self._secret.encode()):
            return None
        # Two headers of one name arrive with a comma between them, which no name of an account has.
        return request.headers.get(self._header)


NO_ACCOUNT = message(
    N_("Your name is known, but no open account of this centre has it. Ask the operator of the centre for one.")
)


def peer_of(request: HTTPServerRequest) -> str | None:
    """The address at the other end of the socket, whatever any header says; ``None`` for a Unix socket."""
    context = request.connection.context  # type: ignore[union-attr]
    return None if context.address_family == socket.AF_UNIX else str(context.address[0])


def _is_here(request: HTTPServerRequest) -> bool:
    peer = peer_of(request)
    return peer is None or ipaddress.ip_address(peer.partition("%")[0]).is_loopback


def _path(handler: RequestHandler) -> str:
    return str(handler.settings.get("base_url", "/"))
