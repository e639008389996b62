"""``hamyar serve``: the pages for helpers and the manager, in a browser.

The server has no TLS of its own, so it listens on this machine only: names and passwords must not cross a network in
the clear.  A proxy that ends TLS belongs before it; ``--behind-proxy`` says that there is one.
"""

import ipaddress
import os
import tempfile
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hamyar.cli.terminal import say_line, say_lines, speaks, told
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.store.access import ROLE_LABELS
from hamyar.store.settings import Settings
from hamyar.words import current_language, say

if TYPE_CHECKING:
    from hamyar.server.context import Serving
    from hamyar.server.demo import DemoAccount
    from hamyar.server.hub import HubSettings
    from hamyar.server.identity import HamyarIdentity

ADDRESS, PORT, MOST_KERNELS = "127.0.0.1", 8866, 24
HEADER = "X-Remote-User"


class AddressOpen(HamyarError):
    msgid = N_(
        "At {address} names and passwords would cross the network in the clear: this server has no TLS of its own. "
        "Let it listen at 127.0.0.1, behind a proxy that has TLS. If only such a proxy reaches {address}, "
        "say so with --behind-proxy."
    )


class HeaderFromElsewhere(HamyarError):
    msgid = N_(
        "With --auth header the server believes whoever reaches it, so it must listen on this machine only, "
        "not at {address}. Leave --address out and let the proxy run on this machine."
    )


class SecretMissing(HamyarError):
    """A page of the web that is open on the server's own machine could otherwise send the header as well."""

    msgid = N_(
        "With --auth header the proxy must prove who it is: write a long random text into a file, give the proxy the "
        "same, and name the file with --proxy-secret."
    )


class SecretEmpty(HamyarError):
    msgid = N_("The file {file} holds no secret. Write a long random text into it, and give the proxy the same.")


@dataclass(frozen=True)
class Place:
    """Where the server is; ``None`` is not said."""

    address: str | None
    port: int | None
    base_url: str | None

    def or_else(self, other: "Place") -> "Place":
        """This place, and where it does not say, the other."""
        mine, others = astuple(self), astuple(other)
        return Place(*(theirs if own is None else own for own, theirs in zip(mine, others, strict=True)))

    @property
    def root(self) -> str:
        """``base_url`` with one stroke at either end."""
        inner = (self.base_url or "").strip("/")
        return f"/{inner}/" if inner else "/"

    def url(self, port: int) -> str:
        host = f"[{self.address}]" if ":" in str(self.address) else self.address
        return f"http://{host}:{port}{self.root}"


@click.command(
    "serve",
    help=told(N_("Serve the pages: the families of each helper, the form, the manager’s page.")),
    epilog=told(N_("Example: hamyar serve --port 8866")),
)
@click.option("--address", help=told(N_("Where to listen; left out: 127.0.0.1, this machine only.")))
@click.option("--port", type=click.IntRange(0, 65535), help=told(N_("Left out: 8866; 0 takes any free port.")))
@click.option(
    "--auth",
    type=click.Choice(["accounts", "header", "hub"]),
    default="accounts",
    show_default=True,
    help=told(N_("Who signs people in: own accounts, a proxy by a header, or a JupyterHub.")),
)
@click.option("--header", default=HEADER, show_default=True, help=told(N_("The header in which the proxy names them.")))
@click.option(
    "--proxy-secret",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=told(N_("A file with a secret that the proxy sends in the header X-Hamyar-Proxy-Secret.")),
)
@click.option("--behind-proxy", is_flag=True, help=told(N_("A proxy with TLS stands before the server.")))
@click.option("--base-url", help=told(N_("The path below which the pages lie; left out: /.")))
@click.option(
    "--most-kernels",
    type=click.IntRange(1, 10_000),
    default=MOST_KERNELS,
    show_default=True,
    help=told(N_("How many pages may be open at once.")),
)
@click.option("--demo", is_flag=True, help=told(N_("Made-up families and an account for each role.")))
@speaks
def serve(
    address: str | None,
    port: int | None,
    auth: str,
    header: str,
    proxy_secret: Path | None,
    behind_proxy: bool,
    base_url: str | None,
    most_kernels: int,
    demo: bool,
) -> None:
    place, hub = Place(address, port, base_url), _told_by_hub() if auth == "hub" else None
    if hub is not None:
        place = place.or_else(Place(hub.listens_at, hub.port, hub.base_url))
    place = place.or_else(Place(ADDRESS, PORT, "/"))
    _require_closed(str(place.address), auth, behind_proxy)
    secret = _secret(proxy_secret) if auth == "header" else ""
    with ExitStack() as ending:
        serving, accounts = _opened(ending, demo)
        if hub is not None:
            identity = _by_hub(serving, hub, behind_proxy)
        elif auth == "header":
            identity = _by_header(serving, header, secret)
        else:
            identity = _by_accounts(serving, behind_proxy)
        _listen(serving, identity, accounts, place, most_kernels)


def _told_by_hub() -> "HubSettings":
    from hamyar.server.hub import HubSettings

    return HubSettings(os.environ)


def _opened(ending: ExitStack, is_demo: bool) -> tuple["Serving", list["DemoAccount"]]:
    from hamyar.server.capability import Capabilities
    from hamyar.server.context import Serving
    from hamyar.server.demo import demo_accounts, demo_settings, open_demo
    from hamyar.store.accounts import Accounts
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    if is_demo:
        settings = demo_settings(settings)
        store = open_demo(settings, say(message(N_("Sample centre"))))
    else:
        store = Store.open(settings.database_url, settings.key_file)
    ending.enter_context(store)
    accounts = Accounts(store)
    known = demo_accounts(store, accounts, settings.key_file.parent) if is_demo else []
    # A socket's path may not be long, so it lies in the system's own place for such things.
    runtime = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="hamyar-", ignore_cleanup_errors=True)))
    return Serving(settings, store, accounts, Capabilities(), runtime, current_language()), known


def _by_accounts(serving: "Serving", is_behind_proxy: bool) -> "HamyarIdentity":
    from hamyar.server.identity import AccountsIdentity

    return AccountsIdentity(serving, is_behind_proxy=is_behind_proxy)


def _by_header(serving: "Serving", header: str, secret: str) -> "HamyarIdentity":
    from hamyar.server.identity import HeaderIdentity

    said = N_(
        "Who sends the header {header} together with the secret is believed. The proxy must take away every copy of "
        "either that a visitor sends, and set its own."
    )
    say_line(message(said, header=header), err=True)
    return HeaderIdentity(serving, header, secret, is_behind_proxy=True)


def _by_hub(serving: "Serving", hub: "HubSettings", is_behind_proxy: bool) -> "HamyarIdentity":
    from hamyar.server.hub import HubIdentity

    return HubIdentity(serving, hub, is_behind_proxy=is_behind_proxy)


def _secret(file: Path | None) -> str:
    if file is None:
        raise SecretMissing()
    found = file.read_text("utf-8").strip()
    if not found:
        raise SecretEmpty(file=str(file))
    return found


def _require_closed(address: str, auth: str, is_behind_proxy: bool) -> None:
    """Raises ``AddressOpen`` or ``HeaderFromElsewhere`` where others than this machine could reach the server."""
    try:
        is_here = address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_here = False
    if not is_here and auth == "header":
        raise HeaderFromElsewhere(address=address or "0.0.0.0")  # noqa: S104 - what an empty address means
    if not is_here and not is_behind_proxy:
        raise AddressOpen(address=address or "0.0.0.0")  # noqa: S104


def _listen(
    serving: "Serving", identity: "HamyarIdentity", accounts: list["DemoAccount"], place: Place, most_kernels: int
) -> None:
    from hamyar.server.app import serve as serve_pages

    def ready(port: int) -> None:
        say_line(message(N_("The pages are at this address:")))
        # By itself, without the marks that keep its order inside a sentence, so that a terminal can open it.
        click.echo(place.url(port))
        say_lines(map(_told, accounts))
        say_line(message(N_("Ctrl+C ends the server.")))

    serve_pages(
        serving,
        identity,
        address=str(place.address),
        port=int(place.port or 0),
        base_url=place.root,
        most_kernels=most_kernels,
        ready=ready,
    )


def _told(account: "DemoAccount") -> Message:
    return message(
        N_("{role}: name {username}, password {password}"),
        role=Message(ROLE_LABELS[account.role]),
        username=account.username,
        password=account.password,
    )
