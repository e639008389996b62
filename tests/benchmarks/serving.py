"""How long helpers wait for a page and what each takes of the memory, against stock Voilà with the same notebook.

    python -m tests.benchmarks.serving [--helpers 20] [--notebook family_form.ipynb] [--against stock]

A simulated helper opens the page, reads it to its end, opens the websocket of its kernel and asks for the state of
all widgets, as the page's own script does; what is measured is the time from the click to that answer.
First as many as are asked for at once, then five one after another; every page stays open.

``hamyar``  our server: sign-in, permission, and kernels that are copies of a warm process.
``stock``   Voilà as it comes, with our look: nobody is asked who they are, and kernels are ordinary.
``warm``    stock Voilà with our warm kernels, to see what they alone give.

Each serves the same synthetic centre from the same kind of process, and kernels ask it over the same socket;
one page is opened before the clock runs.  The time of the processors is that of server, warm process and kernels
together; other work on the machine lengthens the wait but not this.  Memory is read from the system for each kernel:
private is its own alone, PSS counts what is shared by its share, whole is the PSS of all processes for each helper.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import nbformat
from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

from hamyar.core.tables import FAMILIES
from hamyar.faces.addresses import PAGES, address
from hamyar.server.capability import Capabilities, Grant
from hamyar.server.context import Serving
from hamyar.store.accounts import Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store

KINDS = ("hamyar", "stock", "warm")
USER = "bench"
ONE_AFTER_ANOTHER = 5
SECONDS = 300
KERNEL = re.compile(rb'"kernelId": ?"([0-9a-f-]{36})"')
FAILED = re.compile(rb'class="hamyar-failed"|There was an error when executing cell')


# The servers -------------------------------------------------------------------------------------------------------


def settings_in(folder: Path) -> Settings:
    given = {
        "HAMYAR_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "HAMYAR_KEY_FILE": str(folder / "bench.key"),
        "HAMYAR_OUTPUTS": str(folder / "outputs"),
    }
    return Settings.from_environment({**os.environ, **given})


def open_serving(folder: Path, kind: str) -> Serving:
    settings = settings_in(folder)
    store = Store.open(settings.database_url, settings.key_file)
    runtime = folder / kind
    runtime.mkdir(mode=0o700)
    return Serving(settings, store, Accounts(store), Capabilities(), runtime)


def run_server(folder: Path, kind: str, port: int, notebook: str, helpers: int) -> None:
    """Serve in this process until it is told to end."""
    serving = open_serving(folder, kind)
    with serving.store:
        if kind == "hamyar":
            from hamyar.server.app import serve
            from hamyar.server.identity import AccountsIdentity

            room = helpers + ONE_AFTER_ANOTHER + 1
            serve(serving, AccountsIdentity(serving), port=port, most_kernels=room, most_kernels_of_user=room)
        else:
            _run_voila(serving, folder, port, notebook, is_warm=kind == "warm")


def _run_voila(serving: Serving, folder: Path, port: int, notebook: str, *, is_warm: bool) -> None:
    from traitlets.config import Config
    from voila.app import Voila

    from hamyar.server.look import JUPYTER_DATA, voila_options
    from hamyar.server.service import DataService
    from hamyar.server.warm import WarmKernelSpecs, template_for

    service = DataService(serving)
    service.start()
    # Stock Voilà hands its whole environment to every kernel, and knows only one family.
    family, month = case_of(serving.store)
    grant = Grant(USER, slug_of(notebook), family, month, "all")
    os.environ["HAMYAR_SERVICE"] = str(serving.service_path)
    os.environ["HAMYAR_CAPABILITY"] = serving.capabilities.issue(grant)
    os.environ["JUPYTER_PATH"], os.environ["JUPYTER_CONFIG_DIR"] = str(JUPYTER_DATA), str(folder / "config")
    options = voila_options(serving.language)
    if is_warm:
        options["VoilaConfiguration"]["kernel_spec_manager_class"] = WarmKernelSpecs
    app = Voila(config=Config(options))
    app.initialize([str(parametrised(serving.settings, folder, notebook, family, month)), f"--port={port}"])
    app.open_browser = False
    template = template_for(serving)
    if is_warm:
        template.start()
        WarmKernelSpecs.template = template
    try:
        app.start()
    finally:
        template.stop()
        service.stop()


def parametrised(settings: Settings, folder: Path, notebook: str, family: str, month: str) -> Path:
    """A copy of the notebook that opens a family of the centre."""
    from hamyar.server.permission import with_parameters

    given = {"family": family, "month": month}
    page = PAGES[slug_of(notebook)]
    read = nbformat.read(settings.notebooks / notebook, as_version=4)
    target = folder / notebook
    nbformat.write(with_parameters(read, {name: given[name] for name in page.takes if name in given}), target)
    return target


def slug_of(notebook: str) -> str:
    return next(slug for slug, page in PAGES.items() if page.notebook == notebook)


def case_of(store: Store) -> tuple[str, str]:
    today = store.today() // 100
    return str(store.current(FAMILIES)["family_id"].iloc[0]), f"{today // 100}-{today % 100:02}"


@contextmanager
def server(folder: Path, kind: str, port: int, notebook: str, helpers: int) -> Any:
    """The process id of a running server; ended with its kernels when the block ends."""
    command = [*(sys.executable, "-m", "tests.benchmarks.serving", "--helpers", str(helpers), "--notebook", notebook)]
    with (folder / f"{kind}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--serve", kind, "--port", str(port), "--folder", str(folder)],
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": log,
                "env": {**os.environ, "HAMYAR_LANGUAGE": "fa"},
            },
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# The helpers -------------------------------------------------------------------------------------------------------


@dataclass
class Helpers:
    """Simulated browsers; what they opened stays open until ``close``."""

    base: str
    path: str
    cookie: str
    client: SimpleAsyncHTTPClient = field(
        default_factory=lambda: SimpleAsyncHTTPClient(force_instance=True, max_clients=1000)
    )
    sockets: list[WebSocketClientConnection] = field(default_factory=list)

    async def up(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        """Wait until the server answers at all."""
        deadline = time.monotonic() + SECONDS
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(log.read_text("utf-8")[-3000:])
            try:
                await self.client.fetch(f"{self.base}voila/templates/hamyar/static/hamyar.css", raise_error=False)
            except OSError:
                await asyncio.sleep(0.2)
            else:
                return

    async def open(self) -> float:
        """Seconds from the click to the state of the page's widgets."""
        started = time.perf_counter()
        headers = {"Cookie": self.cookie}
        request = HTTPRequest(
            f"{self.base}{self.path}", headers=headers, request_timeout=SECONDS, connect_timeout=SECONDS
        )
        page = (await self.client.fetch(request)).body
        found = KERNEL.search(page)
        if found is None or FAILED.search(page):
            raise SystemExit(f"The page failed:\n{page.decode()[-3000:]}")
        kernel = f"{self.base.replace('http', 'ws', 1)}api/kernels/{found[1].decode()}/channels?session_id=bench"
        connection = await websocket_connect(HTTPRequest(kernel, headers=headers, request_timeout=SECONDS))
        self.sockets.append(connection)
        opening = {"comm_id": "bench", "target_name": "jupyter.widget.control", "data": {}}
        await connection.write_message(_message("comm_open", opening))
        await connection.write_message(_message("comm_msg", {"comm_id": "bench", "data": {"method": "request_states"}}))
        while True:
            answer = await connection.read_message()
            if answer is None:
                raise SystemExit("The websocket was closed before the widgets came.")
            if isinstance(answer, bytes):
                # With buffers of widgets the message itself stands between the offsets.
                answer = answer[
                    int.from_bytes(answer[4:8], "big") : int.from_bytes(answer[8:12], "big") or None
                ].decode()
            said = json.loads(answer)
            # A kernel that never loaded ipywidgets refuses the question: there are no widgets.
            is_refused = said.get("msg_type") == "comm_close"
            is_comm = said.get("msg_type") == "comm_msg"
            if is_refused or (is_comm and said["content"]["data"].get("method") == "update_states"):
                return time.perf_counter() - started

    def close(self) -> None:
        for connection in self.sockets:
            connection.close()
        self.client.close()


def _message(kind: str, content: dict[str, Any]) -> str:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "bench", "version": "5.3"}
    header["date"] = "2026-01-01T00:00:00Z"
    return json.dumps(
        {
            **{"header": header, "parent_header": {}, "metadata": {"version": "1.0.0"}, "content": content},
            **{"channel": "shell", "buffers": []},
        }
    )


# What is measured --------------------------------------------------------------------------------------------------


@dataclass
class Memory:
    """MiB."""

    private: float
    pss: float


def memory_of(pid: int) -> Memory:
    found: dict[str, float] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        found[name] = int(rest.split()[0]) / 1024
    return Memory(found["Private_Clean"] + found["Private_Dirty"], found["Pss"])


def processor_seconds(pid: int) -> float:
    """Since the process began, or was forked."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text("ascii").split()]


def kernels_of(pid: int) -> tuple[list[int], list[int]]:
    """The kernels of a server, and its other processes (itself, the warm one)."""
    kernels, others = [], [pid]
    for child in children_of(pid):
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"warm_process" in command:
            others.append(child)
            kernels += children_of(child)
        elif b"ipykernel_launcher" in command:
            kernels.append(child)
    return kernels, others


@dataclass
class Measured:
    at_once: list[float]
    in_turn: list[float]
    kernels: list[Memory]
    others: list[Memory]
    processor: float

    def figures(self) -> dict[str, float]:
        whole = sum(memory.pss for memory in [*self.kernels, *self.others])
        return {
            f"{len(self.at_once)} at once, median, s": median(self.at_once),
            f"{len(self.at_once)} at once, worst, s": max(self.at_once),
            "one after another, median, s": median(self.in_turn),
            "one after another, worst, s": max(self.in_turn),
            "processor, s a page": self.processor,
            "private, MiB a kernel": mean(memory.private for memory in self.kernels),
            "PSS, MiB a kernel": mean(memory.pss for memory in self.kernels),
            "whole, MiB a helper": whole / len(self.kernels),
        }


async def measure(
    process: "subprocess.Popen[bytes]", log: Path, base: str, path: str, cookie: str, helpers: int
) -> Measured:
    opened = Helpers(base, path, cookie)
    try:
        await opened.up(process, log)
        await opened.open()
        known, others = kernels_of(process.pid)
        spent = sum(processor_seconds(pid) for pid in [*known, *others])
        at_once = await asyncio.gather(*(opened.open() for _ in range(helpers)))
        kernels, others = kernels_of(process.pid)
        spent = sum(processor_seconds(pid) for pid in [*kernels, *others]) - spent
        memory = [memory_of(pid) for pid in kernels], [memory_of(pid) for pid in others]
        in_turn = [await opened.open() for _ in range(ONE_AFTER_ANOTHER)]
    finally:
        opened.close()
    return Measured(list(at_once), in_turn, *memory, spent / helpers)


def make_centre(folder: Path) -> tuple[str, str]:
    """A synthetic centre and one account for all helpers; the account's cookie of a sign-in, and the page's query."""
    from hamyar.server.demo import open_demo

    settings = settings_in(folder)
    with open_demo(settings, "Benchmark") as store:
        accounts = Accounts(store)
        accounts.add(USER, "manager", None, password=uuid.uuid4().hex, actor=USER)
        return accounts.begin_session(accounts.find(USER)), "|".join(case_of(store))


def compare(kinds: Sequence[str], notebook: str, helpers: int) -> None:
    slug = slug_of(notebook)
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="hamyar-bench-") as scratch:
        folder = Path(scratch)
        token, case = make_centre(folder)
        given = dict(zip(("family", "month"), case.split("|"), strict=True))
        asked = address(slug, **{name: given[name] for name in PAGES[slug].takes if name in given})
        for kind in kinds:
            port = _free_port()
            path = asked if kind == "hamyar" else ""
            with server(folder, kind, port, notebook, helpers) as process:
                log = folder / f"{kind}.log"
                base, cookie = f"http://127.0.0.1:{port}/", f"hamyar-{port}={token}"
                found[kind] = asyncio.run(measure(process, log, base, path, cookie, helpers)).figures()
    print(f"{notebook}, {helpers} helpers, {os.cpu_count()} processors")
    print(f"{'':32}" + "".join(f"{kind:>10}" for kind in kinds) + "".join(f"{kind + ' x':>12}" for kind in kinds[1:]))
    for name, ours in found[kinds[0]].items():
        values = [found[kind][name] for kind in kinds]
        ratios = "".join(f"{value / ours:12.1f}" for value in values[1:])
        print(f"{name:32}" + "".join(f"{value:10.2f}" for value in values) + ratios)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--helpers", type=int, default=20)
    parser.add_argument("--notebook", default="family_form.ipynb", choices=[page.notebook for page in PAGES.values()])
    parser.add_argument("--against", nargs="*", default=["stock"], choices=KINDS)
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        run_server(options.folder, options.serve, options.port, options.notebook, options.helpers)
    else:
        compare(["hamyar", *options.against], options.notebook, options.helpers)


if __name__ == "__main__":
    main()
