"""A data service on a real socket over a real store with the sample in it, and the pages that ask it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from hamyar.core.jalali import Month
from hamyar.faces.local_session import TODAY, LocalSession
from hamyar.faces.served import ServedSession
from hamyar.server.capability import Capabilities, Grant
from hamyar.server.context import Serving
from hamyar.server.service import DataService
from hamyar.store.accounts import Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store

MONTH = Month.from_code(TODAY // 100)
# The least Argon2 can do: nobody signs in here.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a long blue river"


@dataclass
class Served:
    """The parts of a running service; ``page`` opens a page as the server would."""

    serving: Serving
    # It owns the folder of the store.
    sample: LocalSession

    @property
    def store(self) -> Store:
        return self.serving.store

    def account(self, username: str, role: str, person_id: str | None = None) -> None:
        self.serving.accounts.add(username, role, person_id, password=PASSWORD, actor="operator")

    def token(self, username: str, family_id: str | None = None, month: str | None = None, page: str = "family") -> str:
        return self.serving.capabilities.issue(Grant(username, page, family_id, month, f"kernel-of-{username}"))

    def page(self, username: str, family_id: str | None = None, month: str | None = None) -> ServedSession:
        return ServedSession(self.serving.service_path, self.token(username, family_id, month))

    def send(self, content: Any) -> dict[str, Any]:
        """Whatever somebody writes to the socket, and the answer."""
        line = content if isinstance(content, bytes) else json.dumps(content).encode() + b"\n"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(60)
            connection.connect(str(self.serving.service_path))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as stream:
                return json.loads(stream.readline())

    def ask(self, token: str, call: str, language: str = "en", **args: Any) -> dict[str, Any]:
        return self.send({"capability": token, "call": call, "args": args, "language": language})

    @property
    def helpers(self) -> dict[str, list[str]]:
        """The families that each helper carries today."""
        rows = self.store.tables().assignments
        held = rows[(rows["from_day"] <= TODAY) & (rows["until_day"] >= TODAY)]
        return {str(helper): sorted(found["family_id"]) for helper, found in held.groupby("helper_id")}


@contextmanager
def running(folder: Path) -> Iterator[Served]:
    """The service with the sample, and nobody who has an account yet; ``folder`` is for its socket."""
    sample = LocalSession()
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    accounts = Accounts(sample.store, CHEAP)
    serving = Serving(Settings.from_environment({}), sample.store, accounts, Capabilities(), runtime)
    service = DataService(serving)
    service.start()
    try:
        yield Served(serving, sample)
    finally:
        service.stop()
