"""Signing in, signing out, and changing the password: the only pages for visitors nobody knows yet.

They are plain forms without a script, under a policy that allows none, with their own style and font from this server.
An error says the same, with the same status, for a name that exists and for one that does not; names and passwords
reach neither a log nor an address.

After signing in the visitor goes on to the page that was asked for.  That is taken apart and put together again from
the list of our pages, so an address that leads anywhere else cannot come out of it.
"""

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

import jinja2
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado.escape import url_escape
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.core.persian import normal_text
from hamyar.faces.addresses import PAGES, address
from hamyar.server.answers import Quiet
from hamyar.server.look import JUPYTER_DATA, TEMPLATE
from hamyar.store.access import FAMILY_ACTIONS, ROLE_LABELS, Access
from hamyar.store.accounts import Account, AccountLocked, PasswordWrong
from hamyar.store.database import DatabaseBusy
from hamyar.words import Words

if TYPE_CHECKING:
    from hamyar.server.identity import AccountsIdentity, HamyarIdentity

SIGN_IN, SIGN_OUT, PASSWORD = "sign-in", "sign-out", "password"
TEMPLATES = Path(__file__).parent / "templates" / "sign_in"
FONTS = JUPYTER_DATA / "voila" / "templates" / TEMPLATE / "static"
# Stricter than that of the pages behind; a browser keeps to both.
POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; img-src data:; form-action 'self'; base-uri 'none'"
# What no page of ours and no person's name or password is longer than.
_LONGEST_NEXT, _MOST_PARAMETERS, _LONGEST_TYPED = 1_000, 10, 1_000


class TooManyAttempts(HamyarError):
    msgid = N_("Too many attempts came from your network. Try again later. Minutes to wait: {minutes}.")


class PresentPasswordWrong(HamyarError):
    msgid = N_("The present password is not right. Nothing was changed; try again.")


class RepetitionDiffers(HamyarError):
    msgid = N_("The new password and its repetition differ. Nothing was changed; type both again.")


def handlers(base_url: str, *, meets_elsewhere: bool) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
    """The addresses below ``base_url``; ``meets_elsewhere``: no password is asked for here."""
    forms: list[tuple[str, type[RequestHandler]]] = [(SIGN_IN, SignIn), (SIGN_OUT, SignOut), (PASSWORD, Password)]
    if meets_elsewhere:
        forms = [(SIGN_IN, Meeting), (SIGN_OUT, SignOut)]
    style, fonts = r"(sign_in\.css)", r"(Vazirmatn-(?:Regular|Bold)\.woff2)"
    return [
        *((f"{base_url}{path}", handler, {}) for path, handler in forms),
        (f"{base_url}{SIGN_IN}/{style}", StaticFileHandler, {"path": str(TEMPLATES)}),
        (f"{base_url}{SIGN_IN}/{fonts}", StaticFileHandler, {"path": str(FONTS)}),
    ]


def own_address(asked: str, base_url: str) -> str | None:
    """The page of ours that ``asked`` names, as a relative address with only what the page takes; else ``None``.

    ``asked`` is relative to ``base_url`` or begins with it.  The root is the page that is named by nothing.
    """
    path, _, query = asked.partition("?")
    slug = path.removeprefix(base_url)
    if len(asked) > _LONGEST_NEXT or not slug:
        return None
    if slug == PASSWORD:
        return slug
    if slug not in PAGES:
        return None
    try:
        given = dict(parse_qsl(query, max_num_fields=_MOST_PARAMETERS))
    except ValueError:
        return None
    return address(slug, **{name: given[name] for name in PAGES[slug].takes if name in given})


def first_page(access: Access) -> str:
    """The first page that this user may open without naming a family; the page of the account where there is none."""
    for page in PAGES.values():
        action = page.centre_action or page.action
        if action not in FAMILY_ACTIONS and access.may(action):
            return page.slug
    return PASSWORD


class SignInPage(Quiet, JupyterHandler):
    """What all these pages share: their look, their headers, and that they never show how something failed.

    Nor do they log it: a fault of what was typed quotes it, and it may be a password.
    """

    @property
    def identity(self) -> "HamyarIdentity":
        return cast("HamyarIdentity", self.identity_provider)

    @property
    def words(self) -> Words:
        return Words(self.identity.serving.language)

    @property
    def next_address(self) -> str | None:
        """Where the visitor wanted to go."""
        return own_address(self.get_argument("next", ""), self.base_url)

    def show(self, template: str, status: int = 200, **values: Any) -> None:
        """Write a page of :data:`TEMPLATES`."""
        self.set_status(status)
        centre = self.identity.serving.store.centre
        shared = {
            **{"words": self.words, "base_url": self.base_url, "centre": centre},
            **{"policy": POLICY, "xsrf": self.xsrf_form_html()},
        }
        page = _environment().get_template(f"{template}.html.j2").render({**shared, "error": None, **values})
        self.finish(page)

    def go(self, relative: str) -> None:
        """Send the visitor to an address below ``base_url``, by GET."""
        self.redirect(f"{self.base_url}{relative}", status=HTTPStatus.SEE_OTHER)

    def go_on(self, account: Account) -> None:
        self.go(self.next_address or first_page(self.identity.serving.access(account)))

    def refuse(self, said: Message, status: int = HTTPStatus.FORBIDDEN) -> None:
        title = NOT_OPEN if status == HTTPStatus.FORBIDDEN else NOT_SHOWN
        self.show("refused", status, title=self.words(title), said=self.words(said))

    def typed(self, field: str) -> str:
        return self.get_body_argument(field, "", strip=False)[:_LONGEST_TYPED]

    def write_error(self, status_code: int, **_: Any) -> None:
        """No page of Jupyter's, and not a word of the cause."""
        self.refuse(_FAULTS.get(status_code, _FAULT), status_code)

    def _request_summary(self) -> str:
        # The query names the page that was asked for, and the family with it.
        return f"{self.request.method} {self.request.path}"


class SignIn(SignInPage):
    """Name and password."""

    @property
    def own(self) -> "AccountsIdentity":
        return cast("AccountsIdentity", self.identity_provider)

    @allow_unauthenticated
    async def get(self) -> None:
        account = self.identity.account_of(self)
        if account is not None:
            self.go_on(account)
            return
        had_cookie = self.own.has_cookie(self)
        if had_cookie:
            self.own.forget(self)
        elif self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            # Who comes by a link in a message is sent here without the cookie; coming from here, it is sent along.
            self.set_header("Refresh", f"0; url={self._again()}")
        self._form(notice=self._notice(had_cookie))

    @allow_unauthenticated
    async def post(self) -> None:
        # A name that was copied from a terminal may have brought invisible marks along.
        username, password = normal_text(self.typed("username")), self.typed("password")
        visitor = self.identity.visitor(self.request)
        try:
            _take_attempt(self.identity, visitor)
            account = await self.identity.slowly(self.identity.serving.accounts.verify, username, password)
            await self.own.enter(self, account)
        except HamyarError as error:
            self.log.warning("A sign-in was refused: %s", type(error).__name__)
            self._form(username, error)
        else:
            self.identity.rate.give_back(visitor)
            self.go_on(account)

    def write_error(self, status_code: int, **_: Any) -> None:
        if status_code == HTTPStatus.FORBIDDEN:
            # The form was older than its counterpart in the browser, or the browser keeps none.
            self._form(error=FormTooOld())
        else:
            super().write_error(status_code)

    def _form(self, username: str = "", error: HamyarError | None = None, notice: Message | None = None) -> None:
        said = None if error is None else self.words(error.message)
        noticed = None if notice is None else self.words(notice)
        values = {"username": username, "error": said, "notice": noticed, "next_address": self.next_address or ""}
        self.show("sign_in", 200 if error is None else _status(self, error), **values)

    def _notice(self, had_cookie: bool) -> Message | None:
        if had_cookie:
            return message(N_("Your sign-in has ended. Sign in again; what you had entered is kept as a draft."))
        if self.get_argument("said", "") == SIGN_OUT:
            return self.identity.farewell()[0]
        return None

    def _again(self) -> str:
        asked = self.next_address
        return f"{self.base_url}{SIGN_IN}" + (f"?next={url_escape(asked)}" if asked else "")


class FormTooOld(HamyarError):
    msgid = N_(
        "The page had been open for too long, or your browser keeps no cookies of this address. Type both once more."
    )


class Meeting(SignInPage):
    """Where a proxy or a hub signs people in: who is not known yet is sent there, or told why not."""

    @allow_unauthenticated
    async def get(self) -> None:
        account = self.identity.account_of(self)
        if self.get_argument("said", "") == SIGN_OUT:
            said, elsewhere = self.identity.farewell()
            self.show("left", said=self.words(said), elsewhere=elsewhere)
        elif account is not None:
            self.go_on(account)
        elif (way_in := self.identity.way_in(self, self.next_address or "")) is not None:
            self.redirect(way_in)
        else:
            self.refuse(self.identity.refusal(self))


class SignOut(SignInPage):
    """A button, because an address alone must change nothing."""

    @allow_unauthenticated
    async def get(self) -> None:
        account = self.identity.account_of(self)
        if account is None:
            self.go(SIGN_IN)
        else:
            self.show("sign_out", username=account.username)

    @allow_unauthenticated
    async def post(self) -> None:
        account = self.identity.account_of(self)
        await self.identity.leave(self)
        if account is not None:
            self.identity.said_goodbye(account.username)
        self.go(f"{SIGN_IN}?said={SIGN_OUT}")


class Password(SignInPage):
    """The page of the own account: who one is here, and another password."""

    @property
    def own(self) -> "AccountsIdentity":
        return cast("AccountsIdentity", self.identity_provider)

    async def get(self) -> None:
        self._form()

    async def post(self) -> None:
        account, visitor = self._account, self.identity.visitor(self.request)
        old, new, again = (self.typed(field) for field in ("old", "new", "again"))
        try:
            if new != again:
                raise RepetitionDiffers()
            _take_attempt(self.identity, visitor)
            changed = await self.identity.slowly(self._change, account.username, old, new)
        except HamyarError as error:
            self._form(error)
        else:
            self.identity.rate.give_back(visitor)
            self.identity.said_goodbye(account.username)
            await self.own.enter(self, changed)
            self._form(notice=message(N_("Your password is changed. Whoever was signed in with it elsewhere is out.")))

    @property
    def _account(self) -> Account:
        account = self.identity.account_of(self)
        if account is None:
            raise HTTPError(HTTPStatus.FORBIDDEN)
        return account

    def _change(self, username: str, old: str, new: str) -> Account:
        accounts = self.identity.serving.accounts
        try:
            accounts.verify(username, old)
        except PasswordWrong as error:
            raise PresentPasswordWrong() from error
        return accounts.set_password(username, new, actor=username)

    def _form(self, error: HamyarError | None = None, notice: Message | None = None) -> None:
        account = self._account
        page = first_page(self.identity.serving.access(account))
        self.show(
            "password",
            200 if error is None else _status(self, error),
            error=None if error is None else self.words(error.message),
            notice=None if notice is None else self.words(notice),
            username=account.username,
            role=self.words(Message(ROLE_LABELS[account.role])),
            page=None if page == PASSWORD else page,
        )


NOT_OPEN = message(N_("This page is not open to you"))
NOT_SHOWN = message(N_("The page could not be shown"))
_FAULT = message(N_("Load it again in a moment; if it fails once more, tell the operator the time and the page."))
_FAULTS: dict[int, Message] = {
    HTTPStatus.FORBIDDEN: message(
        N_("The page had been open for too long. Go back, load it again, and try once more.")
    ),
    HTTPStatus.NOT_FOUND: message(N_("Check the address, or go back to your own page.")),
}


def _take_attempt(identity: "HamyarIdentity", visitor: str) -> None:
    """Raises ``TooManyAttempts``."""
    seconds = identity.rate.take(visitor)
    if seconds:
        raise TooManyAttempts(minutes=-(-seconds // 60))


def _status(handler: RequestHandler, error: HamyarError) -> int:
    """The status of an answer that says ``error``; it never depends on whether there is such an account."""
    if isinstance(error, TooManyAttempts | AccountLocked):
        handler.set_header("Retry-After", str(60 * int(error.message.values["minutes"])))
        return HTTPStatus.TOO_MANY_REQUESTS
    if isinstance(error, DatabaseBusy):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.FORBIDDEN


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
