"""``hamyar serve``: what it refuses, and that it really serves."""

import os
import re
import signal
import subprocess
from contextlib import contextmanager

import httpx
import pytest

from tests.batch.running import HAMYAR, Centre

START_SECONDS = 120
EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is refused
ACCOUNT = re.compile(r"name (\S+), password (\S+)$", re.MULTILINE)


@pytest.mark.parametrize("address", [EVERYWHERE, "::", "192.0.2.7", "", "centre.example"])
def test_other_machines(call, address):
    """An address that others reach is refused before anything is opened, and the sentence says why and what to do."""
    result = call("serve", "--address", address)

    assert result.exit_code == 2
    assert "this server has no TLS of its own" in result.stderr
    assert "--behind-proxy" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--behind-proxy"]])
def test_a_header_from_other_machines(call, arguments):
    """A header is believed from this machine only, a proxy elsewhere or not."""
    result = call("serve", "--address", EVERYWHERE, "--auth", "header", *arguments)

    assert (result.exit_code, "this machine only" in result.stderr) == (2, True)


def test_a_header_without_a_secret(call):
    """A proxy that cannot be told from any other program of the machine is not believed."""
    result = call("serve", "--auth", "header")

    assert (result.exit_code, "--proxy-secret" in result.stderr) == (2, True)


def test_an_empty_secret(call, tmp_path):
    """A file with nothing in it is no secret."""
    (tmp_path / "secret").write_text(" \n", "utf-8")
    result = call("serve", "--auth", "header", "--proxy-secret", tmp_path / "secret")

    assert (result.exit_code, "holds no secret" in result.stderr) == (2, True)


def test_no_hub(call, monkeypatch):
    """Without a hub's environment the sentence names what is missing."""
    for name in list(os.environ):
        if name.startswith("JUPYTERHUB"):
            monkeypatch.delenv(name)
    result = call("serve", "--auth", "hub")

    assert (result.exit_code, "JUPYTERHUB_API_TOKEN" in result.stderr) == (2, True)


def test_before_init(call):
    """Without a database the command says how to make one."""
    result = call("serve")

    assert (result.exit_code, "hamyar init" in result.stderr) == (2, True)


@contextmanager
def served(centre, *arguments, **more):
    """``hamyar serve`` at a free port; yields the process and what it says until it listens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB")}
    with (centre.folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [HAMYAR, "serve", "--port", "0", *arguments],
            **{"env": {**environment, **centre.environment, **more}, "cwd": centre.folder},
            **{"stdout": subprocess.PIPE, "stderr": log, "text": True, "encoding": "utf-8"},
        )
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "Ctrl+C" in line:
                break
        yield process, "".join(said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)
        process.stdout.close()


def address_in(said):
    return re.search(r"^(http://\S+)$", said, re.MULTILINE)[1]


@pytest.fixture(scope="module", name="demo")
def _demo(tmp_path_factory):
    """A demonstration that is being served; its centre, its process, and what it said."""
    centre = Centre(tmp_path_factory.mktemp("served"))
    with served(centre, "--demo", "--base-url", "/help") as (process, said):
        yield centre, process, said


@pytest.mark.slow
class TestServing:
    def test_says_where_and_who(self, demo):
        """The address stands on a line of its own, and each account with its password below it."""
        _, _, said = demo
        accounts = dict(ACCOUNT.findall(said))

        assert address_in(said).endswith("/help/")
        assert set(accounts) >= {"manager", "helper1", "helper2", "researcher", "commission", "supervisor", "operator"}

    def test_signs_in_and_shows_a_page(self, demo):
        """A helper signs in with what was printed and gets a page, made by a kernel."""
        _, _, said = demo
        with httpx.Client(base_url=address_in(said), trust_env=False, timeout=START_SECONDS) as browser:
            form = browser.get("home", follow_redirects=True)
            fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.text))
            name = "helper1"
            data = {**fields, "username": name, "password": dict(ACCOUNT.findall(said))[name]}
            entered = browser.post("sign-in", data=data)
            page = browser.get(entered.next_request.url)
            centre_page = browser.get("centre")

        assert (entered.status_code, page.url.path) == (303, "/help/home")
        assert (page.status_code, "jp-Notebook" in page.text, "Traceback" in page.text) == (200, True, False)
        assert centre_page.status_code == 403

    def test_nothing_secret_is_written(self, demo):
        """The log has neither a password nor a family; the passwords lie in one file for its owner."""
        centre, _, said = demo
        log = (centre.folder / "log").read_text("utf-8")

        assert [password for _, password in ACCOUNT.findall(said) if password in log] == []
        assert (centre.outputs("served") / "demo-accounts.json").stat().st_mode & 0o077 == 0

    def test_the_centres_own_database(self, demo):
        """The demonstration lies beside it and has not made it."""
        centre, _, _ = demo

        assert sorted(path.name for path in centre.folder.iterdir()) == ["log", "outputs"]

    def test_another_at_the_same_port(self, demo):
        """The second server says that the port is taken."""
        centre, _, said = demo
        port = httpx.URL(address_in(said)).port
        result = centre.command("serve", "--demo", "--port", port)

        assert (result.returncode, "listens at 127.0.0.1" in result.stderr) == (2, True)


@pytest.mark.slow
def test_by_a_header(centre, call):
    """The operator is told what the proxy must do; a visitor with the header is somebody, one without is nobody."""
    call("init", "--synthetic")
    with centre.open() as store:
        from hamyar.store.accounts import Accounts

        Accounts(store).add("omid", "operator", password="a long blue river", actor="test")
    (centre.folder / "secret").write_text("a wide green field", "utf-8")
    named, proved = {"X-Known-As": "omid"}, {"X-Hamyar-Proxy-Secret": "a wide green field"}
    options = ("--auth", "header", "--header", "X-Known-As", "--proxy-secret", centre.folder / "secret")
    with served(centre, *options) as (process, said):
        with httpx.Client(base_url=address_in(said), trust_env=False) as browser:
            statuses = [browser.get("sign-in", headers=sent).status_code for sent in (named, proved, named | proved)]
        process.send_signal(signal.SIGINT)
        ended = process.wait(START_SECONDS)
    log = (centre.folder / "log").read_text("utf-8")

    assert (statuses, ended) == ([403, 403, 303], 0)
    assert "sends the header X-Known-As together with the secret" in log
