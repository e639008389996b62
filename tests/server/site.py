"""The pages of signing in on a small application of their own, reached over a real socket.

The server runs on a loop in a thread of its own; what the tests hold is a client that keeps cookies, as a browser does.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from jupyter_server.base.handlers import JupyterHandler
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from hamyar.server.capability import Capabilities
from hamyar.server.context import Serving
from hamyar.server.headers import SafeHeaders
from hamyar.server.identity import HamyarIdentity
from hamyar.store.accounts import Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store

# The least Argon2 can do: what is tested is not how slow it is.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD, OTHER = "گل سرخ باغ ۷", "a long blue river"
XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


class Page(JupyterHandler):
    """A page of the application: says who is there, and where."""

    def get(self) -> None:
        account = self.identity_provider.account_of(self)
        self.finish(f"{account.username} {account.role} {self.request.uri}")


@dataclass
class Site:
    """A running application; ``get`` and ``post`` are those of a browser that follows no redirect by itself."""

    identity: HamyarIdentity
    port: int
    base_url: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    @property
    def serving(self) -> Serving:
        return self.identity.serving

    @contextmanager
    def browser(self, **headers: str) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.url, trust_env=False, headers=headers, timeout=20) as client:
            yield client


def form_of(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields of the first form of a page."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return {name: value.replace("&amp;", "&") for name, value in fields}


def sign_in(browser: httpx.Client, username: str, password: str, asked: str = "sign-in") -> httpx.Response:
    """Open the form, fill it in, send it."""
    form = form_of(browser.get(asked))
    return browser.post("sign-in", data={**form, "username": username, "password": password})


def new_serving(folder: Path, language: str = "en", hasher: PasswordHasher = CHEAP, **options: Any) -> Serving:
    """A centre with no family and three accounts: ``sara`` (helper), ``omid`` (manager), ``nima`` (closed)."""
    url = f"sqlite:///{folder / 'site.sqlite3'}"
    settings = Settings.from_environment({"HAMYAR_DATABASE_URL": url, "HAMYAR_KEY_FILE": str(folder / "key")})
    store = Store.create(settings.database_url, settings.key_file, **{"title": "مرکز آزمون", **options})
    accounts = Accounts(store, hasher)
    accounts.add("sara", "helper", "H07", password=PASSWORD, actor="test")
    accounts.add("omid", "manager", password=PASSWORD, actor="test")
    accounts.add("nima", "researcher", password=PASSWORD, actor="test")
    accounts.disable("nima", actor="test")
    return Serving(settings, store, accounts, Capabilities(), folder, language)


@contextmanager
def running(make: Callable[[], HamyarIdentity], base_url: str = "/", port: int = 0) -> Iterator[Site]:
    """The application with the identity that ``make`` gives, until the block ends; its store is closed then."""
    started, ended = threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    async def serve() -> None:
        identity = make()
        pages = [(f"{base_url}(?:home|family|centre|levels)?", Page), *identity.handlers(base_url)]
        settings = {**identity.tornado_settings(base_url), "base_url": base_url, "allow_remote_access": True}
        settings |= {"cookie_secret": "x" * 32, "transforms": [SafeHeaders], "log_function": lambda _: None}
        application = Application(pages, **settings)
        server = HTTPServer(application)
        sockets = bind_sockets(port, "127.0.0.1")
        server.add_sockets(sockets)
        found["site"] = Site(identity, sockets[0].getsockname()[1], base_url)
        found["loop"], found["end"] = asyncio.get_running_loop(), asyncio.Event()
        started.set()
        await found["end"].wait()
        server.stop()
        await server.close_all_connections()

    def run() -> None:
        try:
            asyncio.run(serve())
        finally:
            started.set()
            ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield found["site"]
    finally:
        if "loop" in found:
            found["loop"].call_soon_threadsafe(found["end"].set)
        thread.join(30)
        if "site" in found:
            found["site"].serving.store.close()
