"""A real Chromium, and stock Voilà with our template to show it something.

Chromium is the system's, found by name; Playwright only drives it.  Where it is missing these tests are skipped;
with ``HAMYAR_REQUIRE_BROWSER=1`` they fail instead.  Everything stays on the loopback address.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import nbformat
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from hamyar.server.look import JUPYTER_DATA, voila_options

START_SECONDS = 60
WAIT_MS = 30_000
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
# Chromium itself must not call home either; whatever tries finds no address but this machine's.
CHROMIUM_OPTIONS = [
    *("--no-sandbox", "--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# As strict as Voilà allows: style attributes are everywhere in it, and a widget's script comes as a blob.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


# What a page has to wait for comes from a kernel on a machine that is busy with the rest of the tests.
expect.set_options(timeout=WAIT_MS)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # They start Voilà or the whole server for a page; together they take as long as all everyday tests.
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        reason = "Chromium is not installed"
        if os.environ.get("HAMYAR_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def playwright(chromium_path: str) -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all tests; each takes a context of its own."""
    browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_OPTIONS)
    yield browser
    browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``new_page(width=1280, **options)``: a page in a context of its own; ``options`` are Playwright's."""
    contexts = []

    def make(width: int = 1280, height: int = 900, **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """``serve(cells, language)``: the address at which stock Voilà shows a notebook of these cells in our look.

    A cell that begins with ``#`` and a space is prose, any other is code.  The policy of contents is a strict one.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(cells: list[str], language: str = "fa", theme: str = "light") -> str:
        folder = tmp_path_factory.mktemp("voila")
        write_notebook(folder / "page.ipynb", cells)
        options = voila_options(language)
        options["VoilaConfiguration"]["theme"] = theme
        options["Voila"] = {
            **{"ip": "127.0.0.1", "port": (port := free_port()), "open_browser": False, "port_retries": 0},
            "tornado_settings": {"headers": {"Content-Security-Policy": CONTENT_POLICY}},
        }
        (folder / "voila.json").write_text(json.dumps(options), "utf-8")
        environment = {
            **os.environ,
            **{"JUPYTER_PATH": str(JUPYTER_DATA), "JUPYTER_CONFIG_DIR": str(folder / "config")},
            **{"HAMYAR_LANGUAGE": language, "HOME": str(folder), "PYTHONWARNINGS": "ignore"},
        }
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "voila", "page.ipynb"],
                **{"cwd": folder, "env": environment, "stdout": log, "stderr": log, "stdin": subprocess.DEVNULL},
            )
        running.append(process)
        address = f"http://127.0.0.1:{port}/"
        wait_for(f"{address}voila/templates/hamyar/static/hamyar.css", process, folder / "log")
        return address

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(START_SECONDS)


def write_notebook(path: Path, cells: list[str]) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    make = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    notebook = nbformat.v4.new_notebook(
        cells=[make[cell.startswith("# ")](cell) for cell in cells],
        metadata={"kernelspec": kernel, "title": cells[0].removeprefix("# ").splitlines()[0]},
    )
    nbformat.write(notebook, path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the address answers; fail with the server's own log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            direct.open(address, timeout=5).close()
        except (URLError, ConnectionError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text("utf-8")) from None
            time.sleep(0.1)
        else:
            return


def serious_faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it stands, each with the place."""
    # The page's own policy forbids scripts from elsewhere, so the checker goes in through the debugger.
    page.evaluate(AXE.read_text("utf-8") + "; null")
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{fault['id']}: {node['html']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """The elements by which a page is wider than its window; an own sideways scroll inside the page is none."""
    return page.evaluate(
        """() => {
          const content = document.getElementById("rendered_cells");
          const wide = (node) => node.scrollWidth > node.clientWidth;
          if (!wide(content) && !wide(document.documentElement)) return [];
          const out = ({ left, right }) => right > innerWidth + 1 || left < -1;
          const beyond = [...content.querySelectorAll("*")].filter((node) => out(node.getBoundingClientRect()));
          return ["the page", ...beyond.map((node) => node.outerHTML.slice(0, 160))];
        }"""
    )
