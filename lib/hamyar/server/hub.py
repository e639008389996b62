"""Who the visitor is, by the word of a JupyterHub.

The hub runs Hamyar as one of its services and tells it by environment (``JUPYTERHUB_…``) where the hub is and what to
show there for a pass.  A visitor nobody knows goes to the hub, which signs in and sends back with a code;
for the code the hub gives a token, kept in a cookie of this service, and for the token the name.
All of that is done by :class:`jupyterhub.services.auth.HubOAuth`; here stand only the limits we set to it:

- only the cookie signs in, neither a token in the address nor one in a header;
- the hub must let the person use this service, and the centre must have an open account of that name;
- the check of forged forms stays that of our own server, the same for all ways of signing in.

``jupyterhub`` is loaded only where it is used: a centre with accounts of its own need not install it.
"""

import asyncio
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.httputil import url_concat
from tornado.web import RequestHandler

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.server import sign_in
from hamyar.server.context import Serving
from hamyar.server.identity import NO_ACCOUNT, HamyarIdentity
from hamyar.store.accounts import Account

if TYPE_CHECKING:
    from jupyterhub.services.auth import HubOAuth

CALLBACK = "oauth_callback"
# Where the hub's client keeps the user it found for a request.
_KNOWN = "_cached_hub_user"
_NEEDED = ("JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL", "JUPYTERHUB_CLIENT_ID", "JUPYTERHUB_SERVICE_PREFIX")


class HubMissing(HamyarError):
    msgid = N_("JupyterHub is not installed here, and signing in by a hub needs it. Install it: pip install jupyterhub")


class HubSettingMissing(HamyarError):
    msgid = N_(
        "The environment has no {name}, so no hub has started this server. Name it among the services of the hub's "
        "configuration, or sign in by another way: --auth accounts."
    )


class HubSettings:
    """What the hub tells by environment.  Raises ``HubSettingMissing``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        for name in _NEEDED:
            if not environment.get(name):
                raise HubSettingMissing(name=name)
        self.api_token, self.api_url, self.client_id, prefix = (environment[name] for name in _NEEDED)
        self.base_url = f"/{prefix.strip('/')}/" if prefix.strip("/") else "/"
        self.callback = environment.get("JUPYTERHUB_OAUTH_CALLBACK_URL") or f"{self.base_url}{CALLBACK}"
        self.hub_host = environment.get("JUPYTERHUB_HOST", "")
        self.hub_prefix = f"{environment.get('JUPYTERHUB_BASE_URL', '/').rstrip('/')}/hub/"
        scopes = environment.get("JUPYTERHUB_OAUTH_ACCESS_SCOPES")
        name = environment.get("JUPYTERHUB_SERVICE_NAME", "")
        self.scopes = set(json.loads(scopes)) if scopes else {f"access:services!service={name}"}
        self.is_https = environment.get("JUPYTERHUB_PUBLIC_URL", "").startswith("https:")
        # Where the hub expects the service to listen, if it says so.
        listens = urlsplit(environment.get("JUPYTERHUB_SERVICE_URL", ""))
        self.listens_at, self.port = listens.hostname, listens.port


class HubIdentity(HamyarIdentity):
    """JupyterHub signs people in.  Raises ``HubMissing``."""

    def __init__(self, serving: Serving, settings: HubSettings, **options: Any) -> None:
        super().__init__(serving, **options)
        longest = dt.timedelta(minutes=serving.accounts.rules.longest_minutes)
        self._hub = _hub_oauth(settings, longest, is_secure=self.is_behind_proxy or settings.is_https)
        # Tokens of those who signed out here; the hub would go on answering for them.
        self._left: set[str] = set()

    def handlers(self, base_url: str) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        callback = (f"{base_url}{CALLBACK}", _callback_handler(), {"hub_auth": self._hub})
        return [*super().handlers(base_url), callback]

    async def find_account(self, handler: RequestHandler) -> Account | None:
        username = await self._named(handler)
        return None if username is None else await asyncio.to_thread(self.serving.accounts.active, username)

    def way_in(self, handler: RequestHandler, next_address: str) -> str | None:
        if getattr(handler, _KNOWN, None):
            # The hub knows the visitor, the centre does not; the hub would only send back here.
            return None
        verifier, challenge, method = self._hub.generate_pkce_code_challenge()
        state = self._hub.set_state_cookie(handler, f"{self._hub.base_url}{next_address}", code_verifier=verifier)
        asked = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        return str(url_concat(self._hub.login_url, asked))

    def refusal(self, handler: RequestHandler) -> Message:
        return NO_ACCOUNT

    async def leave(self, handler: RequestHandler) -> None:
        token = self._hub.get_token(handler)
        if token is not None:
            self._left.add(_digest(token))
        self._hub.clear_cookie(handler)

    def farewell(self) -> tuple[Message, str | None]:
        said = message(N_("You have signed out here. At the hub you are signed in still."))
        return said, f"{self._hub.hub_host}{self._hub.hub_prefix}logout"

    async def _named(self, handler: RequestHandler) -> str | None:
        """The name that the hub gives for this browser's token."""
        token = self._hub.get_token(handler)
        if token is None or _digest(token) in self._left:
            return None
        # A websocket asks again and again, and must hear what the hub says now.
        vars(handler).pop(_KNOWN, None)
        found = await self._hub.get_user(handler, sync=False)
        if not found or not self._hub.check_scopes(self._hub.access_scopes, found):
            return None
        return str(found["name"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _hub_oauth(settings: HubSettings, longest: dt.timedelta, *, is_secure: bool) -> "HubOAuth":
    try:
        from jupyterhub.services.auth import HubOAuth
    except ImportError as error:
        raise HubMissing() from error

    class OnlyByCookie(HubOAuth):
        """The hub's own client with fewer ways in, and with an end to each sign-in."""

        def get_token(self, handler: RequestHandler, in_cookie: bool = True) -> str | None:
            return self._get_token_cookie(handler) if in_cookie else None

        def _get_token_cookie(self, handler: RequestHandler) -> str | None:
            sent = handler.get_secure_cookie(self.cookie_name, max_age_days=longest / dt.timedelta(days=1))
            return sent.decode("ascii", "replace") if sent else None

        def set_cookie(self, handler: RequestHandler, access_token: str) -> None:
            options = {"path": self.cookie_path, "httponly": True, **self.cookie_options}
            handler.set_secure_cookie(self.cookie_name, access_token, **options)

        def _patch_xsrf(self, handler: RequestHandler) -> None:
            # It would replace a method of Jupyter's handlers for the whole process.
            return

    # "Lax", because the browser comes back from the hub by a link.
    cookie_options = {"samesite": "Lax", "expires_days": None, **({"secure": True} if is_secure else {})}
    return OnlyByCookie(
        api_token=settings.api_token,
        api_url=settings.api_url,
        base_url=settings.base_url,
        hub_host=settings.hub_host,
        hub_prefix=settings.hub_prefix,
        oauth_client_id=settings.client_id,
        oauth_redirect_uri=settings.callback,
        access_scopes=settings.scopes,
        cookie_options=cookie_options,
    )


def _callback_handler() -> type[RequestHandler]:
    from jupyterhub.services.auth import HubOAuthCallbackHandler

    class Callback(HubOAuthCallbackHandler, sign_in.SignInPage):
        """Where the hub sends the visitor back to; what fails is told as on our other pages."""

        def initialize(self, hub_auth: "HubOAuth") -> None:
            self.hub_auth = hub_auth

        @allow_unauthenticated
        async def get(self) -> None:
            await HubOAuthCallbackHandler.get(self)

    return Callback
