"""A centre as it is really served, with the real pages, and a browser's side of a page's websocket in plain code."""

import json
import os
import re
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection

from hamyar.core.jalali import Month
from hamyar.core.tables import ASSIGNMENTS
from hamyar.faces.form.page import LONG_REST_SECONDS
from hamyar.server.demo import open_demo
from hamyar.store.accounts import Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from tests.batch.running import HAMYAR, ROOT
from tests.server.conftest import Visitor
from tests.server.site import CHEAP, PASSWORD

START_SECONDS, ANSWER_SECONDS = 90, 60
# Longer than any rest after which a page does something by itself.
REST_SECONDS = LONG_REST_SECONDS + 0.3
CONTROL = "jupyter.widget.control"


@dataclass
class RealCentre:
    """A server of the sample families with the pages as they are; ``own`` and ``other`` are of two helpers.

    ``sara`` carries ``own``, ``omid`` carries ``other``; ``mina`` is the manager.
    """

    process: "subprocess.Popen[bytes]"
    folder: Path
    store: Store
    port: int
    own: str
    other: str

    @property
    def month(self) -> Month:
        return Month.from_code(self.store.today() // 100)

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    def signed_in(self, username: str) -> Visitor:
        accounts = Accounts(self.store, CHEAP)
        account = accounts.find(username)
        assert account is not None
        return Visitor(self.port, {f"hamyar-{self.port}": accounts.begin_session(account)})

    def state(self) -> tuple[str, list[tuple[Any, ...]]]:
        """Where the log of changes stands, and every draft: all that a page could have changed."""
        with self.store._database.read() as connection:
            drafts = connection.exec_driver_sql("SELECT * FROM drafts ORDER BY 1, 2, 3, 4").all()
        return self.store.head().hash, [tuple(row) for row in drafts]


@contextmanager
def real_centre(folder: Path) -> Iterator[RealCentre]:
    """Make it in ``folder`` and serve it until the block ends."""
    given = {
        "HAMYAR_HOME": str(ROOT),
        "HAMYAR_DATABASE_URL": f"sqlite:///{folder / 'centre.sqlite3'}",
        "HAMYAR_KEY_FILE": str(folder / "keys" / "secrets.key"),
        "HAMYAR_OUTPUTS": str(folder / "outputs"),
        "HAMYAR_LANGUAGE": "en",
    }
    settings = Settings.from_environment(given)
    with open_demo(settings, "Sample centre") as store:
        families = _people(store)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [HAMYAR, "serve", "--port", "0"],
                **{"env": {**os.environ, **given}, "stdout": log, "stderr": log, "stdin": subprocess.DEVNULL},
            )
        try:
            yield RealCentre(process, folder, store, _port(process, folder / "log"), *families)
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _people(store: Store) -> list[str]:
    """An account for the manager and for two helpers; a family of each of these."""
    accounts, today = Accounts(store, CHEAP), store.today()
    accounts.add("mina", "manager", password=PASSWORD, actor="test")
    rows = store.current(ASSIGNMENTS)
    held = rows[(rows["from_day"] <= today) & (rows["until_day"] >= today)].sort_values(["helper_id", "family_id"])
    first = held.groupby("helper_id")["family_id"].first()
    for username, helper in zip(("sara", "omid"), first.index, strict=False):
        accounts.add(username, "helper", str(helper), password=PASSWORD, actor="test")
    return [str(family) for family in first.iloc[:2]]


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text("utf-8")):
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError(log.read_text("utf-8"))


@dataclass
class Widgets:
    """The widgets of an open page, over its websocket, with nothing of a browser that would hold anybody back."""

    socket: ClientConnection
    control: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        self.send("comm_open", comm_id=self.control, target_name=CONTROL, data={})

    def send(self, kind: str, **content: Any) -> str:
        header = {"msg_type": kind, "msg_id": uuid.uuid4().hex, "session": "a", "username": "x", "version": "5.3"}
        metadata = {"version": "1.0.0"}
        sent = {"channel": "shell", "header": header, "parent_header": {}, "metadata": metadata, "content": content}
        self.socket.send(json.dumps(sent))
        return header["msg_id"]

    def states(self) -> dict[str, dict[str, Any]]:
        """Every widget of the kernel by its id, shown or not, as the kernel tells it."""
        self.send("comm_msg", comm_id=self.control, data={"method": "request_states"})
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            received = self.socket.recv(timeout=ANSWER_SECONDS)
            text = received if isinstance(received, str) else received[received.index(b"{") :].decode("utf-8", "ignore")
            told, _ = json.JSONDecoder().raw_decode(text)
            data = told["content"].get("data", {})
            if told["content"].get("comm_id") == self.control and data.get("method") == "update_states":
                return {name: found["state"] for name, found in data["states"].items()}
        raise TimeoutError

    def set(self, widget: str, **state: Any) -> None:
        """What a page sends when somebody types, for any trait of any widget."""
        self.send("comm_msg", comm_id=widget, data={"method": "update", "state": state, "buffer_paths": []})

    def tell(self, widget: str, **content: Any) -> None:
        """What a page sends when somebody presses something."""
        self.send("comm_msg", comm_id=widget, data={"method": "custom", "content": content})

    def settled(self) -> dict[str, dict[str, Any]]:
        """The widgets once everything that was sent has been dealt with, and what the page does when the hand rests."""
        before, deadline = self.states(), time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            time.sleep(REST_SECONDS)
            now = self.states()
            if now == before:
                return now
            before = now
        raise TimeoutError
