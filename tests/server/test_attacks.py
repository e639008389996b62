"""Attacks on a running server: each of these opened something once, or would have brought it down."""

import http.client
import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hamyar.server.kernels import MOST_SOCKETS
from tests.server.conftest import Running, Visitor
from tests.server.test_app import kinds_until, message
from tests.server.test_app_ending import end_assignment

# Nearly each has a server of its own.
pytestmark = pytest.mark.slow

Visitors = Callable[[str | None], Visitor]


def asked(service: str, capability: str, call: str, **args: Any) -> Any:
    """What the data service answers to somebody who has a capability; the kind of refusal, or what it says."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(service)
        connection.sendall(json.dumps({"capability": capability, "call": call, "args": args}).encode() + b"\n")
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline())
    return answer["error"]["kind"] if "error" in answer else answer["ok"]


def sent_raw(visitor: Visitor, path: str, body: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=30)
    headers = {"Cookie": visitor.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


class TestLog:
    def test_what_is_typed_with_half_a_letter(self, own_server):
        """A password, a name or an address that is no text is refused, and not quoted in the log."""
        running = own_server()
        guest, sara = running.signed_in(None), running.signed_in("sara")
        guest.get("/sign-in")
        mark = guest.cookies["_xsrf"]
        half = quote("MY-PASSWORD") + "%FF"
        found = [
            sent_raw(guest, "/sign-in", f"_xsrf={mark}&username=sara&password={half}".encode()),
            sent_raw(guest, "/sign-in", f"_xsrf={mark}&password=x&username={half}".encode()),
            *(guest.get(f"/sign-in?next={half}").status, sara.get(f"/family?family={half}").status),
        ]
        running.end()

        assert set(found) <= {400, 404}
        assert [text for text in ("MY-PASSWORD", "Invalid unicode") if text in running.log()] == []

    def test_a_session_with_a_line_of_its_own(self, own_server):
        """What a browser calls its session is written to the log, so it is refused unless it is a plain name."""
        running = own_server()
        sara = running.signed_in("sara")
        kernel_id = sara.get("/home").kernel_id
        for named in ("F1%0A2026%20forged", "F1/%3C", "a" * 65):
            with pytest.raises(InvalidStatus) as refused:
                sara.socket(kernel_id, named)
            assert refused.value.response.status_code == 403
        running.end()

        assert [text for text in ("forged", "F1") if text in running.log()] == []


def settled(files: Path) -> int:
    """How many files a process has open, once their number stands still: a websocket opens one after another."""
    counts = [-1, -2]
    while counts[-1] != counts[-2]:
        time.sleep(1)
        counts.append(len(list(files.iterdir())))
    return counts[-1]


class TestWebsockets:
    def test_a_message_of_boxes_in_boxes(self, visitor: Visitors):
        """What is nested too deeply to be read is dropped like any rubbish."""
        sara = visitor("sara")
        with sara.socket(sara.get("/home").kernel_id) as connected:
            connected.send("[" * 1_000_000)
            connected.send(json.dumps(message("kernel_info_request")))
            assert "kernel_info_reply" in kinds_until(connected, "kernel_info_reply")

    def test_more_than_a_page_needs(self, own_server):
        """Of many websockets of one page only the latest stay, and the server keeps its open files for others."""
        running = own_server()
        sara = running.signed_in("sara")
        kernel_id = sara.get("/home").kernel_id
        files = Path(f"/proc/{running.process.pid}/fd")
        with ExitStack() as stack:
            before, opened = 0, []
            for number in range(12):
                if number == MOST_SOCKETS:
                    before = settled(files)
                made = sara.socket(kernel_id, f"n{number}", ping_interval=None, close_timeout=1)
                opened.append(stack.enter_context(made))
            after = settled(files)
            ended = [is_closed(each) for each in opened]

        # Nine more pages without a bound would hold some eighty more; a few come and go with a websocket that closes.
        assert after <= before + 20
        assert ended == [True] * (12 - MOST_SOCKETS) + [False] * MOST_SOCKETS

    def test_from_elsewhere_nothing_is_hung_up_on(self, visitor: Visitors):
        """A page of another site is turned away before it can end the websocket of our page by taking its name."""
        sara = visitor("sara")
        kernel_id = sara.get("/home").kernel_id
        with sara.socket(kernel_id) as own:
            for origin in ("https://elsewhere.example", f"http://127.0.0.1:{sara.port + 1}", "null"):
                with pytest.raises(InvalidStatus) as refused:
                    sara.socket(kernel_id, headers={"Origin": origin})
                assert refused.value.response.status_code == 403
            own.send(json.dumps(message("kernel_info_request")))
            assert "kernel_info_reply" in kinds_until(own, "kernel_info_reply")


def is_closed(opened: Any) -> bool:
    try:
        while True:
            opened.recv(timeout=0.3)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


class TestCapability:
    """With the capability of a page in hand, as another program of the system's user might have it."""

    @pytest.fixture
    def running(self, own_server) -> Running:
        return own_server(sweep_seconds=3600)

    def test_it_reaches_no_further_than_its_page(self, running: Running):
        """The capability of one helper's page tells nothing of another's family, and writes nothing."""
        known = running.signed_in("sara").get("/home").known
        ask = (known["HAMYAR_SERVICE"], known["HAMYAR_CAPABILITY"])
        of_other = {"family_id": "F2", "month": "1405-08"}

        told = asked(*ask, "tables", family_ids=["F2"])["frames"]
        assert [name for name, columns in told.items() if "F2" in json.dumps(columns)] == []
        assert asked(*ask, "names", owner_ids=["F1", "F2", "F3", "h2"]) == {}
        assert [
            asked(*ask, "suggested_aid", **of_other, rule="equal"),
            asked(*ask, "draft_load", **of_other),
            asked(*ask, "draft_save", **of_other, field="x", value=1),
            asked(*ask, "draft_save", family_id="F1", month="1405-08", field="x", value=1),
            asked(*ask, "submit", submission={**of_other, "reason": ""}),
            asked(ask[0], "another", "whoami"),
        ] == ["NotAllowed"] * 5 + ["SessionEnded"]

    def test_after_signing_out(self, running: Running):
        """It opens nothing once its user has signed out, nor when the page is closed."""
        sara = running.signed_in("sara")
        first = sara.get("/home").known
        second = sara.get("/home").known
        sara.post(f"/voila/api/shutdown/{sara.pages[0]}")
        closed = [asked(known["HAMYAR_SERVICE"], known["HAMYAR_CAPABILITY"], "whoami") for known in (first, second)]
        sara.post("/sign-out")

        assert (closed[0], closed[1]["username"]) == ("SessionEnded", "sara")
        assert asked(second["HAMYAR_SERVICE"], second["HAMYAR_CAPABILITY"], "whoami") == "SessionEnded"

    def test_after_the_assignment(self, running: Running):
        """The moment the assignment has ended, the open page's capability tells nothing of the family."""
        sara = running.signed_in("sara")
        known = sara.get("/home").known
        ask = (known["HAMYAR_SERVICE"], known["HAMYAR_CAPABILITY"])
        before = asked(*ask, "tables", family_ids=["F1"])["frames"]
        end_assignment(running)

        assert "F1" in json.dumps(before)
        assert "F1" not in json.dumps(asked(*ask, "tables", family_ids=["F1"])["frames"])

    def test_the_folder_is_the_servers_own(self, running: Running):
        """Another user of the machine reaches neither the socket nor the kernels' own sockets and keys."""
        known = running.signed_in("sara").get("/home").known
        runtime = Path(known["HAMYAR_SERVICE"]).parent
        modes = {path: path.stat().st_mode & 0o077 for path in (runtime, Path(known["HAMYAR_SERVICE"]))}

        assert set(modes.values()) == {0}


class TestRoom:
    def test_one_user_does_not_fill_the_server(self, own_server):
        """However many pages one user asks for at once, the others still get theirs."""
        running = own_server(most_kernels=4, most_kernels_of_user=2)
        sara, omid = running.signed_in("sara"), running.signed_in("omid")
        found = [sara.get("/home").status for _ in range(5)]

        assert found == [200, 200, 503, 503, 503]
        assert omid.get("/home").status == 200


def test_a_visitor_who_says_nothing_is_hung_up_on(own_server):
    """Whoever connects and sends half a request, or a body that never comes, does not keep the connection."""
    running = own_server(silent_seconds=1.0)
    halves = [
        b"",
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
    ]
    opened = [socket.create_connection(("127.0.0.1", running.port)) for _ in halves]
    for each, half in zip(opened, halves, strict=True):
        each.sendall(half)
        each.settimeout(20)
    began = time.monotonic()
    ends = [each.recv(1) for each in opened]
    for each in opened:
        each.close()

    assert ends == [b""] * 3
    assert time.monotonic() - began < 15
