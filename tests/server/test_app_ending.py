"""How pages end: with the assignment, the sign-in, the account, the closed tab, the server; and what the log says."""

import html
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from hamyar.core.tables import ASSIGNMENTS
from hamyar.server.kernels import ServerFull
from hamyar.words import say
from tests.server.conftest import CHECKOUT, Running, Visitor, eventually
from tests.server.running import make_centre, open_serving
from tests.server.test_app import kinds_until, message

# Each starts a server of its own.
pytestmark = pytest.mark.slow


def end_assignment(running: Running) -> None:
    """The helper h1 does not carry F1 any more."""
    row = {"family_id": "F1", "from_day": 14050801, "helper_id": "h1", "until_day": 14050801, "reason": "moved"}
    with running.beside.store.change("mina", "ended") as change:
        change.withdraw(ASSIGNMENTS, pd.DataFrame([row])[["family_id", "from_day"]])


def is_closed(socket: ClientConnection, seconds: float = 15) -> bool:
    """Whether the server hangs up within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.recv(timeout=0.2)
        except TimeoutError:
            continue
        except ConnectionClosed:
            return True
    return False


def begin_websocket(visitor: Visitor, kernel_id: str) -> socket.socket:
    """A connection that has asked for the websocket of a kernel and not waited for the answer."""
    lines = (
        *(f"GET /api/kernels/{kernel_id}/channels?session_id=test HTTP/1.1", f"Host: 127.0.0.1:{visitor.port}"),
        *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
        *("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Cookie: {visitor.cookie}"),
    )
    made = socket.create_connection(("127.0.0.1", visitor.port))
    made.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    return made


def are_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids)


class TestAssignment:
    def test_open_page(self, own_server):
        """When the assignment ends, the open page is ended within moments, without anybody touching it."""
        running = own_server()
        sara = running.signed_in("sara")
        kernel_id = sara.get("/family?family=F1").kernel_id
        pids = running.kernels()
        with sara.socket(kernel_id) as held:
            end_assignment(running)

            assert is_closed(held)
        assert [sara.get(path).status for path in (f"/api/kernels/{kernel_id}", "/family?family=F1")] == [403, 403]
        assert (len(pids), eventually(lambda: are_gone(pids))) == (1, True)
        assert sara.get("/home").status == 200

    def test_message_and_new_websocket(self, own_server):
        """Without the rounds that the server makes, the next message and the next websocket are refused too."""
        running = own_server(sweep_seconds=3600)
        sara = running.signed_in("sara")
        first, second = (sara.get("/family?family=F1").kernel_id for _ in range(2))
        with sara.socket(first) as held:
            end_assignment(running)
            time.sleep(0.5)
            held.send(json.dumps(message("kernel_info_request")))

            assert is_closed(held)
        with pytest.raises(InvalidStatus) as refused:
            sara.socket(second)
        assert refused.value.response.status_code == 403


class TestSignIn:
    def test_sign_out(self, own_server):
        """Signing out ends the pages of the user, and no others'."""
        running = own_server(sweep_seconds=3600)
        sara, omid = running.signed_in("sara"), running.signed_in("omid")
        kernel_id, other = sara.get("/home").kernel_id, omid.get("/home").kernel_id
        pids = running.kernels()
        with sara.socket(kernel_id) as held:
            assert sara.post("/sign-out").status in (200, 302, 303)

            assert is_closed(held)
        assert (sara.get("/home").status, omid.get(f"/api/kernels/{other}").status) == (302, 200)
        assert (len(pids), eventually(lambda: len(running.kernels()) == 1)) == (2, True)

    def test_sign_in_that_has_ended(self, own_server):
        """A message over a websocket whose sign-in was ended elsewhere ends the page."""
        running = own_server(sweep_seconds=3600)
        sara = running.signed_in("sara")
        with sara.socket(sara.get("/home").kernel_id) as held:
            running.beside.accounts.end_all("sara")
            time.sleep(0.5)
            held.send(json.dumps(message("kernel_info_request")))

            assert is_closed(held)

    def test_closed_account(self, own_server):
        """An account that is closed loses its pages within moments."""
        running = own_server()
        sara = running.signed_in("sara")
        with sara.socket(sara.get("/home").kernel_id) as held:
            running.beside.accounts.disable("sara", actor="mina")

            assert is_closed(held)
        assert eventually(lambda: running.kernels() == [])


class TestRoom:
    def test_full(self, own_server):
        """A page too many is answered with a sentence and when to try again; a page that is closed makes room."""
        running = own_server(most_kernels=1)
        sara, omid = running.signed_in("sara"), running.signed_in("omid")
        kernel_id = sara.get("/home").kernel_id
        refused = omid.get("/home")
        sara.post(f"/voila/api/shutdown/{kernel_id}")

        assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
        assert say(ServerFull().message, "fa") in html.unescape(refused.text)
        assert omid.get("/home").status == 200
        assert eventually(lambda: len(running.kernels()) == 1)

    def test_left(self, own_server):
        """The kernel of a page whose browser went without a word is ended after a while."""
        running = own_server(left_seconds=3.0)
        running.signed_in("sara").get("/home")
        pids = running.kernels()

        assert (len(pids), eventually(lambda: are_gone(pids))) == (1, True)

    def test_left_before_it_was_held(self, own_server):
        """A browser that goes while its websocket is being opened holds no kernel, and is no fault of the server."""
        running = own_server(left_seconds=3.0)
        sara = running.signed_in("sara")
        kernel_id = sara.get("/home").kernel_id
        pids = running.kernels()
        for _ in range(5):
            begin_websocket(sara, kernel_id).close()

        assert (len(pids), eventually(lambda: are_gone(pids))) == (1, True)
        assert "Error" not in running.log()

    def test_unused(self, own_server):
        """An open page that nobody uses is ended, as a sign-in is."""
        running = own_server(idle_seconds=1.0)
        sara = running.signed_in("sara")
        with sara.socket(sara.get("/home").kernel_id) as held:
            assert is_closed(held)

    def test_a_kernel_that_dies(self, own_server):
        """A kernel that was killed is not started again, and its page is hung up on."""
        running = own_server()
        sara = running.signed_in("sara")
        with sara.socket(sara.get("/home").kernel_id) as held:
            (pid,) = running.kernels()
            os.kill(pid, 9)

            assert is_closed(held)
        assert eventually(lambda: running.kernels() == [])


def test_the_end_of_the_server(own_server):
    """When it is told to end, the server ends its kernels and takes its folder away."""
    running = own_server()
    sara = running.signed_in("sara")
    kernel_id = sara.get("/home").kernel_id
    pids = running.kernels()
    runtime = running.beside.runtime
    before = runtime.exists()
    with sara.socket(kernel_id):
        status = running.end()

    assert (status, before, runtime.exists()) == (0, True, False)
    assert (len(pids), are_gone(pids)) == (1, True)


@pytest.mark.parametrize("is_warm", [False, True])
def test_log(own_server, is_warm):
    """Pages, refusals, failures and rubbish leave no family, no token, no query, no fact and no name in the log."""
    running = own_server(is_warm=is_warm)
    sara = running.signed_in("sara")
    for path in ("/family?family=F2", "/economy?family=F1", "/none?token=F1", "/files/F1", "/visits"):
        sara.get(path)
    sara.ask("POST", "/voila/api/shutdown/F1?family=F1", {"family": "F1"})
    with sara.socket(sara.pages[-1]) as held:
        held.send(json.dumps(message("execute_request", code="F1")))
        held.send("F1")
        held.send(json.dumps(message("comm_msg", comm_id="failing", data={})))
        held.send(json.dumps(message("kernel_info_request")))
        told = kinds_until(held, "kernel_info_reply")
    running.end()
    found = running.log()
    secrets = [*sara.cookies.values(), "F1", "F2", "family=", "token", "sara", "SAID", "HAMYAR_CAPABILITY"]

    assert {"status", "kernel_info_reply"} == set(told)
    assert [secret for secret in secrets if secret in found] == []
    assert "The page family_economy failed" in found
    assert "ValueError" in found
    assert "A message that pages do not send was dropped." in found


def test_a_port_that_is_taken(own_server, tmp_path_factory):
    """The server says so and ends, instead of taking another port that nobody knows."""
    running = own_server()
    folder = tmp_path_factory.mktemp("second")
    make_centre(folder)
    serving = open_serving(folder)
    serving.store.close()
    # A process of its own: a test in a browser may have left a running loop in this one.
    options = json.dumps({"port": running.port, "is_warm": False})
    second = subprocess.run(
        [sys.executable, "-m", "tests.server.running", str(folder), options],
        **{"cwd": CHECKOUT, "capture_output": True, "text": True},
    )

    assert "AddressTaken" in second.stderr
    assert not serving.runtime.exists()
