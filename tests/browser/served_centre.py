"""A centre as it is really served: ``hamyar serve`` in a process of its own, over a database of made-up families."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from hamyar.core.jalali import Month
from hamyar.core.message import message
from hamyar.core.tables import ASSIGNMENTS
from hamyar.server.demo import DemoAccount, demo_accounts, open_demo
from hamyar.store.accounts import Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from hamyar.words import say
from tests.batch.running import HAMYAR, ROOT
from tests.browser.form_page import section
from tests.server.site import CHEAP

START_SECONDS = 90
DATABASE = "centre.sqlite3"
# A page is made by a notebook, on a machine that is busy with the rest of the tests.
PAGE_MS = 90_000


def fa(sentence: str, **values: object) -> str:
    """The Persian of a sentence, as the page says it, without the signs that isolate what is filled in."""
    return re.sub("[\u2066-\u2069]", "", say(message(sentence, **values), "fa"))


@dataclass
class ServedCentre:
    """A running server and the people who may sign in to it, by name."""

    folder: Path
    people: dict[str, DemoAccount]
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HAMYAR_HOME": str(ROOT),
            "HAMYAR_DATABASE_URL": f"sqlite:///{self.folder / DATABASE}",
            "HAMYAR_KEY_FILE": str(self.folder / "keys" / "secrets.key"),
            "HAMYAR_OUTPUTS": str(self.folder / "outputs"),
            "HAMYAR_LANGUAGE": "fa",
        }

    @contextmanager
    def store(self) -> Iterator[Store]:
        settings = Settings.from_environment(self.environment)
        with Store.open(settings.database_url, settings.key_file) as store:
            yield store

    @property
    def month(self) -> Month:
        with self.store() as store:
            return Month.from_code(store.today() // 100)

    def families_of(self, username: str) -> list[str]:
        """The families a helper carries today."""
        with self.store() as store:
            rows = store.current(ASSIGNMENTS)
            today = store.today()
            helper = self.people[username].person_id
            held = (rows["helper_id"] == helper) & (rows["from_day"] <= today) & (rows["until_day"] >= today)
            return sorted(rows.loc[held, "family_id"])

    def sign_in(self, page: Page, username: str) -> Page:
        page.goto(self.url)
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(self.people[username].password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "sign-in" not in address, timeout=PAGE_MS)
        return page

    def open_family(self, page: Page, family_id: str) -> Page:
        """The form of a family, ready to be typed into."""
        page.goto(f"{self.url}family?family={family_id}")
        section(page, fa("Review and submit")).button.wait_for(timeout=PAGE_MS)
        return page

    def copied(self, to: Path) -> "ServedCentre":
        """The same families in another folder, for what would change the centre that is served; it is not served."""
        (to / "keys").mkdir()
        shutil.copy(self.folder / "keys" / "secrets.key", to / "keys" / "secrets.key")
        with (
            closing(sqlite3.connect(self.folder / DATABASE)) as served,
            closing(sqlite3.connect(to / DATABASE)) as copy,
        ):
            served.backup(copy)
        return ServedCentre(to, self.people)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command of Hamyar's on the same database."""
        return subprocess.run(
            [HAMYAR, *command],
            **{"env": {**os.environ, **self.environment}, "capture_output": True, "text": True, "check": True},
        )


@contextmanager
def served_centre(folder: Path) -> Iterator[ServedCentre]:
    """Make the families and the accounts, and serve them until the block ends."""
    centre = ServedCentre(folder, {})
    settings = Settings.from_environment(centre.environment)
    with open_demo(settings, "مرکز آزمون") as store:
        for account in demo_accounts(store, Accounts(store, CHEAP), settings.key_file.parent):
            centre.people[account.username] = account
    with (folder / "log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [HAMYAR, "serve", "--port", "0"],
            **{"env": {**os.environ, **centre.environment}, "stdout": log, "stderr": log, "stdin": subprocess.DEVNULL},
        )
        try:
            centre.url = _address(process, folder / "log")
            yield centre
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text("utf-8")):
            return found.group()
        time.sleep(0.1)
    raise RuntimeError(log.read_text("utf-8"))


def end_kernel(page: Page) -> None:
    """As when the kernel dies of itself: the server lets go of it."""
    page.evaluate(
        """async () => {
          const token = (document.cookie.match(/_xsrf=([^;]*)/) ?? [])[1];
          const { kernelId, baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
          const headers = { "X-XSRFToken": token };
          await fetch(`${baseUrl}voila/api/shutdown/${kernelId}`, { method: "POST", headers });
        }"""
    )
