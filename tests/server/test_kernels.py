"""How many kernels there are, whose, for how long, and what is around them; with a clock of the test."""

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import HTTPError

from hamyar.faces.addresses import PAGES
from hamyar.server.capability import Capabilities
from hamyar.server.channels import OPENED_BY_PAGES, is_passed_on
from hamyar.server.context import Serving
from hamyar.server.kernels import (
    INHERITED,
    JUST_LEFT_SECONDS,
    MESSAGE_TYPES,
    PageKernels,
    ServerFull,
    TooManyPages,
    kernel_environment,
)
from hamyar.server.logs import Discreet, places_in_text
from hamyar.server.permission import Admission
from hamyar.store.settings import Settings


class Kernels(PageKernels):
    """Its kernels are entries without a process, so that a test is about the counting."""

    async def _async_start_kernel(self, *, kernel_id: str, **options: Any) -> str:
        self.begun.append(options)
        for _ in range(5):
            await asyncio.sleep(0)
        self._kernels[kernel_id] = SimpleNamespace(is_alive=lambda: kernel_id not in self.dead)
        return kernel_id

    async def _async_shutdown_kernel(self, kernel_id: str, **_: Any) -> None:
        self.shut.append(kernel_id)
        self.remove_kernel(kernel_id)


class Socket:
    def __init__(self) -> None:
        self.closed: int | None = None

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        self.closed = code


@pytest.fixture
def kernels(tmp_path: Path) -> Kernels:
    """A manager of at most three kernels, two for one user; ``now[0]`` is the time, ``open_to`` who may go on."""
    open_to = {"sara": "helper", "omid": "helper"}
    accounts = SimpleNamespace(active=lambda name: SimpleNamespace(username=name) if name in open_to else None)
    serving = Serving(Settings.from_environment({}), SimpleNamespace(), accounts, Capabilities(), tmp_path)
    serving.access = lambda account: SimpleNamespace(may=lambda *_: False, require=lambda *_: None)
    now = [1000.0]
    waits = {"left_seconds": 100, "idle_seconds": 500, "leaving_seconds": 0}
    made = Kernels(lambda: now[0], serving=serving, most=3, most_of_user=2, **waits)
    made.open_to, made.now, made.begun, made.shut, made.dead = open_to, now, [], [], set()
    return made


def begin(kernels: Kernels, username: str) -> str:
    return asyncio.run(kernels.begin(Admission(PAGES["home"], username, {}), "python3"))


def tokens(kernels: Kernels) -> list[str]:
    return [kept.token for kept in kernels.kept.values()]


class TestRoom:
    def test_of_one_user(self, kernels):
        """A third page of one user is refused while the other two are held; somebody else's is not."""
        first, second = begin(kernels, "sara"), begin(kernels, "sara")
        for kernel_id in (first, second):
            kernels.attached(kernel_id, Socket())

        with pytest.raises(TooManyPages):
            begin(kernels, "sara")
        assert begin(kernels, "omid") in kernels.kept

    def test_in_all(self, kernels):
        """The fourth page of the server is refused, whoever asks."""
        kernels.most_of_user = 9
        for username in ("sara", "sara", "omid"):
            begin(kernels, username)

        with pytest.raises(ServerFull):
            begin(kernels, "omid")

    def test_many_at_once(self, kernels):
        """Requests that come together are counted together."""

        async def rush() -> list[Any]:
            page = Admission(PAGES["home"], "sara", {})
            return await asyncio.gather(*(kernels.begin(page, "python3") for _ in range(5)), return_exceptions=True)

        found = asyncio.run(rush())

        assert (len(kernels.kept), sum(isinstance(each, TooManyPages) for each in found)) == (2, 3)

    def test_who_has_left_makes_room(self, kernels):
        """The page that was left first gives way, but none that may still be loading, and none of another user."""
        first, second = begin(kernels, "sara"), begin(kernels, "sara")
        kernels.made(first)
        kernels.now[0] += 1
        kernels.made(second)
        with pytest.raises(TooManyPages):
            begin(kernels, "sara")
        kernels.now[0] += JUST_LEFT_SECONDS
        third = begin(kernels, "sara")

        assert ([first], {second, third}) == (kernels.shut, set(kernels.kept))

    def test_who_was_there_and_left_makes_room_at_once(self, kernels):
        """A page that a browser had open and let go of gives way to its user's next page, however fast that comes."""
        first, second = begin(kernels, "sara"), begin(kernels, "sara")
        for kernel_id in (first, second):
            kernels.attached(kernel_id, socket := Socket())
            kernels.detached(kernel_id, socket)
            kernels.now[0] += 1
        third = begin(kernels, "sara")

        assert ([first], {second, third}) == (kernels.shut, set(kernels.kept))

    def test_who_was_there_and_left_may_come_back_before_others(self, kernels):
        """To another user's page it gives way only after a moment: a telephone's net may be back by then."""
        kernels.most_of_user = 9
        for _ in range(3):
            kernels.attached(kernel_id := begin(kernels, "sara"), socket := Socket())
            kernels.detached(kernel_id, socket)
        with pytest.raises(ServerFull):
            begin(kernels, "omid")
        kernels.now[0] += JUST_LEFT_SECONDS

        assert begin(kernels, "omid") in kernels.kept

    @pytest.mark.parametrize(("waits", "expected"), [(0.0, TooManyPages), (60.0, None)])
    def test_who_is_leaving_makes_room(self, kernels, waits, expected):
        """A page waits a moment for the one that its user has come from to be let go of."""
        kernels.leaving_seconds = waits
        first, second = begin(kernels, "sara"), begin(kernels, "sara")
        for kernel_id in (first, second):
            kernels.attached(kernel_id, Socket())

        async def go_on() -> list[Any]:
            opening = asyncio.ensure_future(kernels.begin(Admission(PAGES["home"], "sara", {}), "python3"))
            await asyncio.sleep(0)
            await kernels.end(first)
            return await asyncio.gather(opening, return_exceptions=True)

        (found,) = asyncio.run(go_on())

        assert len(kernels.kept) == (1 if expected else 2)
        assert isinstance(found, expected or str)

    def test_a_start_that_fails_takes_no_room(self, kernels, monkeypatch):
        """Neither its place nor its capability stays."""

        async def fails(*_: Any, **options: Any) -> str:
            given.append(options["env"]["HAMYAR_CAPABILITY"])
            raise OSError

        given: list[str] = []
        monkeypatch.setattr(Kernels, "_async_start_kernel", fails)
        with pytest.raises(OSError):
            begin(kernels, "sara")

        assert (kernels.kept, kernels.serving.capabilities.grant_of(given[0])) == ({}, None)

    def test_none_without_a_page(self, kernels):
        """A kernel cannot be started by itself."""
        with pytest.raises(HTTPError):
            asyncio.run(kernels.start_kernel(kernel_name="python3"))
        assert kernels.begun == []


class TestEnd:
    def test_capability_and_sockets_end_with_the_kernel(self, kernels):
        """The token opens nothing any more, and who listened is hung up on."""
        kernel_id, socket = begin(kernels, "sara"), Socket()
        (token,) = tokens(kernels)
        kernels.attached(kernel_id, socket)
        before = kernels.serving.capabilities.grant_of(token)
        asyncio.run(kernels.end(kernel_id))
        asyncio.run(kernels.end(kernel_id))

        assert (kernel_id, None) == (before.kernel_id, kernels.serving.capabilities.grant_of(token))
        assert (1008, [kernel_id]) == (socket.closed, kernels.shut)

    def test_a_kernel_that_is_taken_away_loses_its_capability(self, kernels):
        """However a kernel leaves the manager, its token ends."""
        kernel_id = begin(kernels, "sara")
        (token,) = tokens(kernels)
        kernels.remove_kernel(kernel_id)

        assert (kernels.serving.capabilities.grant_of(token), kernels.kept) == (None, {})

    def test_of_a_user(self, kernels):
        """Who leaves loses all pages, and nobody else any."""
        begin(kernels, "sara")
        kept = begin(kernels, "omid")
        asyncio.run(kernels.end_of("sara"))

        assert [kept] == list(kernels.kept)

    def test_while_it_starts(self, kernels):
        """A user who signs out while a kernel starts has none afterwards."""

        async def both() -> list[Any]:
            starting = asyncio.ensure_future(kernels.begin(Admission(PAGES["home"], "sara", {}), "python3"))
            await asyncio.sleep(0)
            await kernels.end_of("sara")
            return await asyncio.gather(starting, return_exceptions=True)

        (found,) = asyncio.run(both())

        assert (found.status_code, kernels.kept, kernels._kernels) == (403, {}, {})


class TestSweep:
    @pytest.mark.parametrize(("passed", "expected"), [(99, 1), (100, 0)])
    def test_left(self, kernels, passed, expected):
        """A kernel that no browser holds waits, and then ends."""
        kernels.made(begin(kernels, "sara"))
        kernels.now[0] += passed
        asyncio.run(kernels.sweep())

        assert expected == len(kernels.kept)

    def test_come_back(self, kernels):
        """A browser that comes back in time keeps its kernel; when the last lets go the wait begins anew."""
        kernel_id, one, other = begin(kernels, "sara"), Socket(), Socket()
        kernels.made(kernel_id)
        left = []
        for step, socket in (
            *((kernels.attached, one), (kernels.attached, other)),
            *((kernels.detached, one), (kernels.detached, other)),
        ):
            kernels.now[0] += 90
            asyncio.run(kernels.sweep())
            step(kernel_id, socket)
            left.append(kernels.kept[kernel_id].left_at)

        assert left == [None, None, None, 1360.0]

    @pytest.mark.parametrize(("passed", "expected"), [(499, 1), (500, 0)])
    def test_unused(self, kernels, passed, expected):
        """A page that is open but not used ends like a sign-in; use begins the time anew."""
        kernel_id = begin(kernels, "sara")
        kernels.attached(kernel_id, Socket())
        kernels.now[0] += 400
        kernels.used(kernel_id)
        kernels.now[0] += passed
        asyncio.run(kernels.sweep())

        assert expected == len(kernels.kept)

    def test_never_finished(self, kernels):
        """A page that is being made has its time too, longer than one that was left."""
        begin(kernels, "sara")
        kernels.now[0] += 299
        asyncio.run(kernels.sweep())
        before = len(kernels.kept)
        kernels.now[0] += 1
        asyncio.run(kernels.sweep())

        assert (before, len(kernels.kept)) == (1, 0)

    def test_dead(self, kernels):
        """A kernel that died is taken away."""
        kernels.dead.add(begin(kernels, "sara"))
        asyncio.run(kernels.sweep())

        assert kernels.kept == {}

    def test_right_is_over(self, kernels):
        """The kernels of somebody whose page is not open any more are ended, and only those."""
        begin(kernels, "sara")
        kept = begin(kernels, "omid")
        del kernels.open_to["sara"]
        asyncio.run(kernels.sweep())

        assert [kept] == list(kernels.kept)

    def test_capability_is_over(self, kernels):
        """A kernel whose capability was revoked is of no use."""
        begin(kernels, "sara")
        kernels.serving.capabilities.revoke_user("sara")
        asyncio.run(kernels.sweep())

        assert kernels.kept == {}

    def test_database_away(self, kernels, monkeypatch, caplog):
        """When nobody can be asked for a moment, no page is lost, and the log says so."""
        begin(kernels, "sara")

        def away(username: str) -> None:
            raise OSError

        kernels.serving.accounts.active = away
        with caplog.at_level(logging.ERROR):
            asyncio.run(kernels.sweep())

        assert (len(kernels.kept), len(caplog.records)) == (1, 1)


def test_answers_hold_for_a_moment(kernels):
    """Not every message asks the database; after some seconds it is asked again."""
    kernel_id = begin(kernels, "sara")
    found = [asyncio.run(kernels.is_open(kernel_id))]
    del kernels.open_to["sara"]
    for passed in (4.9, 0.2):
        kernels.now[0] += passed
        found.append(asyncio.run(kernels.is_open(kernel_id)))

    assert found == [True, True, False]


def test_whose(kernels):
    """A kernel is its user's own and nobody else's; one that is not there is nobody's."""
    kernel_id = begin(kernels, "sara")

    assert [
        kernels.is_of(kernel_id, "sara"),
        kernels.is_of(kernel_id, "omid"),
        kernels.is_of("x", "sara"),
    ] == [True, False, False]


def test_environment(kernels):
    """Only what is on the list is taken over, whatever the server has around it."""
    names = ["HAMYAR_DATABASE_URL", "HAMYAR_KEY_FILE", "PGPASSWORD", "JUPYTERHUB_API_TOKEN", "AWS_SECRET", "HOME"]
    inherited = {**dict.fromkeys(names, "secret"), "PATH": "/bin", "LANG": "C.UTF-8"}
    found = kernel_environment(inherited, kernels.serving, "token")

    assert "secret" not in found.values()
    assert {"PATH", "LANG", "HAMYAR_CAPABILITY", "HAMYAR_SERVICE"} <= set(found)
    assert found["HAMYAR_CAPABILITY"] == "token"
    assert not {name for name in INHERITED if "HAMYAR" in name or "TOKEN" in name}


def message(kind: str, channel: str = "shell", **content: object) -> str:
    header = {"msg_type": kind, "msg_id": "1"}
    return json.dumps({"channel": channel, "header": header, "parent_header": {}, "metadata": {}, "content": content})


class TestMessages:
    def test_what_widgets_need(self):
        """A change of a widget, the question for all of them, and whether the kernel is there."""
        sent = [
            message("comm_msg", comm_id="1", data={}),
            message("comm_open", comm_id="1", target_name=OPENED_BY_PAGES),
            *(message(kind) for kind in MESSAGE_TYPES if kind != "comm_open"),
            message("kernel_info_request", "control"),
        ]

        assert [True] * len(sent) == [is_passed_on(each, False) for each in sent]

    def test_what_nobody_needs(self):
        """Code, input, the end or debugging of a kernel, widgets made from outside, and what is no message."""
        sent: list[str | bytes] = [
            *(message(kind) for kind in ("execute_request", "complete_request", "inspect_request", "history_request")),
            *(message(kind, "control") for kind in ("shutdown_request", "debug_request", "interrupt_request")),
            message("input_reply", "stdin"),
            message("comm_msg", "iopub"),
            message("comm_open", comm_id="1", target_name="jupyter.widget"),
            message("comm_open", comm_id="1"),
            # Says that it has more parts than there is memory for.
            b"\x7f\xff\xff\xff" * 3,
            *("", "[]", "{}", "null", '{"channel": 1}', "{", b"", b"\x00", b"\xff" * 50),
            json.dumps({"header": {"msg_type": "comm_msg"}, "content": {}}),
        ]

        assert [each for each in sent if is_passed_on(each, False) or is_passed_on(_bytes(each), True)] == []


def _bytes(sent: str | bytes) -> bytes:
    return sent if isinstance(sent, bytes) else sent.encode()


class TestLog:
    def test_addresses_without_queries(self):
        """What follows a question mark in an address does not reach the log, nor does what an exception says."""
        try:
            int("a name")
        except ValueError as fault:
            found = (type(fault), fault, fault.__traceback__)
        record = logging.LogRecord("x", 40, "f", 1, "GET %s failed", ("/family?family=F1",), found)
        Discreet().filter(record)
        text = logging.Formatter("%(message)s").format(record)

        assert text.splitlines()[0] == "GET /family?… failed"
        assert "builtins.ValueError" in text
        assert "test_kernels.py" in text
        assert "a name" not in text

    def test_places_of_a_kernels_traceback(self):
        """Of a traceback as IPython writes it only file and line remain."""
        lines = [
            '\x1b[0;36mFile \x1b[0;32m~/lib/x.py:12\x1b[0m, in f("F1")',
            '  File "/a/b.py", line 7, in g',
            "Error: F1",
        ]
        text = "\n".join(lines)

        assert places_in_text(text) == ["    ~/lib/x.py:12", "    /a/b.py:7"]
