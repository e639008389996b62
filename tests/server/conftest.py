"""A real server on the loopback address, and visitors who send it whatever they like."""

import html
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.sync.client import ClientConnection, connect

from hamyar.server.context import Serving
from tests.server.running import make_centre, open_serving

START_SECONDS, PAGE_SECONDS = 60, 60
CHECKOUT = Path(__file__).parents[2]
V1 = "v1.kernel.websocket.jupyter.org"
KERNEL = re.compile(r'"kernelId": ?"([0-9a-f-]{36})"')
KNOWN = re.compile(r"KNOWN (.*?)</pre>", re.DOTALL)
# Stands in the server's environment, where no kernel may find it.
SECRET = "stands-in-the-environment-of-the-server"
QUICK = {"asked_seconds": 0.2, "sweep_seconds": 0.3, "left_seconds": 30, "most_kernels_of_user": 2, "is_warm": False}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def kernel_id(self) -> str:
        """The kernel of the page that was sent."""
        return KERNEL.findall(self.text)[0]

    @property
    def known(self) -> Any:
        """What the notebook of the page said it knew."""
        return json.loads(html.unescape(KNOWN.findall(self.text)[0]))


@dataclass
class Visitor:
    """A browser without a screen; ``cookies`` by name.  It closes the pages it opened when the test ends."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PAGE_SECONDS)
        sent = {"Cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        body = None if form is None else urlencode(form)
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode("utf-8", "replace"))
        finally:
            connection.close()
        for value in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.pages += KERNEL.findall(answer.text)
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, **form: str) -> Answer:
        """With the mark against requests from elsewhere, which the pages' own scripts send too."""
        return self.ask("POST", path, {"_xsrf": self.cookies.get("_xsrf", ""), **form})

    def socket(self, kernel_id: str, session: str = "test", **options: Any) -> ClientConnection:
        """The websocket of a kernel; raises ``InvalidStatus`` when it is refused."""
        address = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel_id}/channels?session_id={session}"
        headers = {"Cookie": self.cookie, **options.pop("headers", {})}
        return connect(address, additional_headers=headers, proxy=None, **options)

    def close(self) -> None:
        for kernel_id in self.pages:
            with suppress(OSError):
                self.post(f"/voila/api/shutdown/{kernel_id}")


@dataclass
class Running:
    """A server in a process of its own, and the same centre opened beside it."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    beside: Serving
    port: int

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    def kernels(self) -> list[int]:
        """The process ids of the kernels that run."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children]

    def signed_in(self, username: str | None) -> Visitor:
        """A visitor signed in as ``username``; signed in as nobody without one."""
        visitor = Visitor(self.port)
        if username is not None:
            account = self.beside.accounts.find(username)
            visitor.cookies[f"hamyar-{self.port}"] = self.beside.accounts.begin_session(account)
        return visitor

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_SECONDS)


def start(folder: Path, **options: object) -> Running:
    """Serve a new centre from ``folder``; end it."""
    make_centre(folder)
    environment = {
        **os.environ,
        **{"HAMYAR_LANGUAGE": "fa", "HAMYAR_DATABASE_URL": f"postgresql://{SECRET}@nowhere/x"},
        **{"HAMYAR_KEY_FILE": SECRET, "A_PASSWORD": SECRET, "JUPYTER_CONFIG_DIR": str(folder / "config")},
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.running", str(folder), json.dumps({**QUICK, **options})],
            **{"cwd": CHECKOUT, "env": environment, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log},
        )
    deadline = time.monotonic() + START_SECONDS
    while not (folder / "port").exists() or not (folder / "port").read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError((folder / "log").read_text("utf-8"))
        time.sleep(0.05)
    return Running(process, folder, open_serving(folder), int((folder / "port").read_text()))


@pytest.fixture(scope="session")
def centre_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that change nothing but their own pages and sign-ins."""
    running = start(tmp_path_factory.mktemp("served"))
    with running.beside.store:
        yield running
        running.end()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """``own_server(**options)``: a server for one test, which may change its centre or end it."""
    started: list[Running] = []

    def make(**options: object) -> Running:
        started.append(start(tmp_path, **options))
        return started[-1]

    yield make
    for running in started:
        if running.process.poll() is None:
            running.end()
        running.beside.store.close()


@pytest.fixture
def visitor(centre_server: Running) -> Iterator[Callable[..., Visitor]]:
    """``visitor("sara")``: somebody signed in to the server of all tests; ``visitor(None)``: somebody unknown."""
    made: list[Visitor] = []

    def make(username: str | None) -> Visitor:
        made.append(centre_server.signed_in(username))
        return made[-1]

    yield make
    for each in made:
        each.close()


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether ``holds`` becomes true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
