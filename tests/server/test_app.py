"""What a visitor gets, and what an attacker does not, from a real server over HTTP and websockets."""

import json
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.typing import Subprotocol

from hamyar.faces.addresses import PAGES
from hamyar.server.app import serve
from hamyar.server.headers import HEADERS
from hamyar.server.identity import AccountsIdentity
from hamyar.server.service import SocketPathTooLong
from tests.server.conftest import SECRET, V1, Visitor
from tests.server.running import DAY, MONTH, make_centre, open_serving

KERNEL_ID = "0123abcd-0123-4abc-8abc-0123456789ab"
LEAKS = ("Traceback", "Error", "/lib/", "site-packages", ".py")
Visitors = Callable[[str | None], Visitor]


def message(kind: str, **content: object) -> dict[str, object]:
    header = {"msg_type": kind, "msg_id": uuid.uuid4().hex, "session": "test", "username": "x", "version": "5.3"}
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}


def packed(sent: dict[str, object]) -> bytes:
    """The message in the binary form that pages use."""
    parts = [json.dumps(sent[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    parts.insert(0, str(sent["channel"]).encode())
    offsets, at = [], 8 * (len(parts) + 2)
    for part in parts:
        offsets.append(at)
        at += len(part)
    offsets.append(at)
    return b"".join(number.to_bytes(8, "little") for number in [len(offsets), *offsets]) + b"".join(parts)


def kinds_until(socket: ClientConnection, kind: str) -> list[str]:
    """The kinds of what the kernel says, up to ``kind``."""
    found: list[str] = []
    deadline = time.monotonic() + 30
    while kind not in found and time.monotonic() < deadline:
        found.append(json.loads(socket.recv(timeout=30))["header"]["msg_type"])
    return found


class TestPages:
    def test_own_family(self, visitor: Visitors):
        """The helper gets the family's page: this family, this month, and the notebook's own word for the rest."""
        answer = visitor("sara").get("/family?family=F1")

        assert (answer.status, answer.known) == (200, ["F1", MONTH, False, False])

    def test_more_in_the_address_changes_nothing(self, visitor: Visitors):
        """Neither hidden parameters, nor another template or theme, nor Voilà's own words are taken from an address."""
        more = "&private=True&outside=True&template=lab&voila-template=lab&theme=dark&voila-theme=dark&capability=x"
        answer = visitor("sara").get(f"/family?family=F1&month=1405-07{more}")

        assert answer.known == ["F1", "1405-07", False, False]
        assert "theme-light" in answer.text
        assert "hamyar/static/hamyar.css" in answer.text

    @pytest.mark.parametrize("path", ["/family?family={}", "/economy?family={}", "/levels?family={}"])
    def test_another_family(self, visitor: Visitors, path: str):
        """Another helper's family, nobody's and an unknown one get the same answer to the letter."""
        sara = visitor("sara")
        found = [sara.get(path.format(family)) for family in ("F2", "F3", "F999", "x%27y", "%2e%2e%2fF1")]

        assert [answer.status for answer in found] == [403] * 5
        assert len({answer.text for answer in found}) == 1
        assert sara.pages == []

    def test_pages_of_others(self, visitor: Visitors):
        """A helper has no page of the centre nor another's calendar; a manager has both, and the own one first."""
        sara, mina = visitor("sara"), visitor("mina")

        assert [sara.get(path).status for path in ("/centre", "/levels", "/report", "/visits?helper=h2")] == [403] * 4
        assert mina.get("/centre").known == [MONTH]
        assert mina.get("/visits?helper=h2").known == ["h2", MONTH, DAY]

    def test_the_first_page(self, visitor: Visitors):
        """The root is the own page; who has none is led to the first that is open, or told that there is none."""
        sara, mina, nima = visitor("sara"), visitor("mina"), visitor("nima")

        assert ((answer := sara.get("/")).status, "KNOWN" in answer.text) == (200, True)
        assert ((answer := mina.get("/")).status, answer.headers["Location"]) == (302, "/centre")
        assert [nima.get("/").status, nima.get("/home").status] == [403, 403]

    def test_all_families_by_name(self, visitor: Visitors):
        """A manager who carries nobody has the page with the search as well."""
        assert visitor("mina").get("/home").status == 200

    @pytest.mark.parametrize("path", ["/family", "/family?family=", "/family?family=F1&month=13", "/economy"])
    def test_an_address_that_is_cut(self, visitor: Visitors, path: str):
        """Without a family, or with no month, there is no page."""
        assert visitor("sara").get(path).status == 404

    def test_a_page_without_its_notebook(self, visitor: Visitors):
        """A page whose notebook is not installed is no page."""
        assert visitor("mina").get("/report").status == 404

    def test_a_page_that_fails(self, visitor: Visitors):
        """In place of the cell stands a sentence; neither the error nor what it says, nor what would follow."""
        answer = visitor("sara").get("/economy?family=F1")

        assert (answer.status, "hamyar-failed" in answer.text) == (200, True)
        assert [text for text in ("SAID", "AFTER", "WARNED", "ValueError", "Traceback") if text in answer.text] == []


class TestUnknownVisitor:
    @pytest.mark.parametrize("slug", ["", *PAGES])
    def test_pages(self, visitor: Visitors, slug: str):
        """Whoever is not signed in is sent to sign in, whatever page it is."""
        answer = visitor(None).get(f"/{slug}?family=F1")

        assert answer.status == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/api/kernels/{}"), ("POST", "/voila/api/shutdown/{}")],
    )
    def test_kernels(self, visitor: Visitors, method: str, path: str):
        """Requests about a kernel are refused, whether it is there or not."""
        own = visitor("sara").get("/home").kernel_id

        assert [visitor(None).ask(method, path.format(kernel_id)).status for kernel_id in (own, KERNEL_ID)] == [
            403,
            403,
        ]

    def test_websocket(self, visitor: Visitors):
        """And so is the websocket."""
        own = visitor("sara").get("/home").kernel_id
        for kernel_id in (own, KERNEL_ID):
            with pytest.raises(InvalidStatus) as refused:
                visitor(None).socket(kernel_id)
            assert refused.value.response.status_code == 403

    def test_a_cookie_nobody_was_given(self, visitor: Visitors):
        """A token that was made up opens nothing."""
        guest = visitor(None)
        guest.cookies[f"hamyar-{guest.port}"] = "A" * 43

        assert guest.get("/home").status == 302


class TestKernels:
    def test_own(self, visitor: Visitors):
        """The page may ask whether its kernel is there and let it go, once."""
        sara = visitor("sara")
        kernel_id = sara.get("/home").kernel_id
        path, end = f"/api/kernels/{kernel_id}", f"/voila/api/shutdown/{kernel_id}"

        assert (200, kernel_id) == ((answer := sara.get(path)).status, json.loads(answer.text)["id"])
        assert [sara.post(end).status, sara.post(end).status, sara.get(path).status] == [204, 403, 403]

    def test_anothers(self, visitor: Visitors):
        """Another's kernel is like one that is not there: not to be looked at, ended, or listened to."""
        sara, omid = visitor("sara"), visitor("omid")
        kernel_id = sara.get("/home").kernel_id
        omid.get("/home")
        found = {}
        for known in (kernel_id, KERNEL_ID):
            asked = omid.get(f"/api/kernels/{known}")
            ended = omid.post(f"/voila/api/shutdown/{known}")
            with pytest.raises(InvalidStatus) as refused:
                omid.socket(known)
            found[known] = (asked.status, asked.text, ended.status, ended.text, refused.value.response.status_code)

        assert found[kernel_id] == found[KERNEL_ID]
        assert found[kernel_id][::2] == (403, 403, 403)
        assert sara.get(f"/api/kernels/{kernel_id}").status == 200

    def test_a_manager_is_no_owner(self, visitor: Visitors):
        """Not even somebody who may see every family gets at another's page."""
        kernel_id = visitor("sara").get("/family?family=F1").kernel_id

        assert visitor("mina").get(f"/api/kernels/{kernel_id}").status == 403

    def test_end_from_elsewhere(self, visitor: Visitors):
        """Without the mark that our own pages send, and from another site, a page is not ended."""
        sara = visitor("sara")
        kernel_id = sara.get("/home").kernel_id
        end = f"/voila/api/shutdown/{kernel_id}"
        mark = {"_xsrf": sara.cookies["_xsrf"]}

        assert [
            sara.ask("POST", end, {}).status,
            sara.ask("POST", end, mark, Origin="https://elsewhere.example").status,
        ] == [403, 404]
        assert sara.get(f"/api/kernels/{kernel_id}").status == 200

    def test_websocket_from_elsewhere(self, visitor: Visitors):
        """A page of another site gets no websocket with the visitor's cookie."""
        sara = visitor("sara")
        kernel_id = sara.get("/home").kernel_id
        with pytest.raises(InvalidStatus) as refused:
            sara.socket(kernel_id, headers={"Origin": "https://elsewhere.example"})

        assert refused.value.response.status_code == 403

    @pytest.mark.parametrize("protocol", [None, V1])
    def test_code_is_not_run(self, visitor: Visitors, tmp_path, protocol: str | None):
        """A request to run code is dropped, in both forms of messages; the kernel answers what is asked after it."""
        sara, marker = visitor("sara"), tmp_path / "run"
        kernel_id = sara.get("/home").kernel_id
        code = f"open({str(marker)!r}, 'w')"
        sent = [
            message("execute_request", code=code, silent=False, store_history=False, user_expressions={}),
            {**message("execute_request", code=code, silent=True), "channel": "control"},
            message("comm_open", comm_id="1", target_name="jupyter.widget", data={"state": {}}),
            message("shutdown_request", restart=False),
            message("kernel_info_request"),
        ]
        with sara.socket(kernel_id, subprotocols=protocol and [Subprotocol(protocol)]) as socket:
            assert protocol == socket.subprotocol
            for each in sent:
                socket.send(packed(each) if protocol else json.dumps(each))
            if protocol:
                while b"kernel_info_reply" not in socket.recv(timeout=30):
                    pass
            else:
                assert {"status", "kernel_info_reply"} == set(kinds_until(socket, "kernel_info_reply"))

        assert not marker.exists()
        assert sara.get(f"/api/kernels/{kernel_id}").status == 200

    def test_what_is_no_message(self, visitor: Visitors):
        """Rubbish, and a message that says it has more parts than there is memory for, are dropped at once."""
        sara = visitor("sara")
        with sara.socket(sara.get("/home").kernel_id) as socket:
            for rubbish in ("", "{", "null", b"", b"\xff" * 64, b"\x7f\xff\xff\xff" * 4):
                socket.send(rubbish)
            socket.send(json.dumps(message("kernel_info_request")))
            assert "kernel_info_reply" in kinds_until(socket, "kernel_info_reply")

    def test_a_message_too_long(self, visitor: Visitors):
        """What no form could be as long as is not even read."""
        sara = visitor("sara")
        with sara.socket(sara.get("/home").kernel_id) as socket:
            # The server may hang up before all of it is sent.
            with suppress(ConnectionClosed):
                socket.send("x" * (3 << 20))
            with pytest.raises(ConnectionClosed):
                kinds_until(socket, "none")


class TestEnvironment:
    def test_nothing_of_the_servers(self, visitor: Visitors):
        """The kernel has no address of a database, no file of a key, no password, and an empty home of its own."""
        known = visitor("sara").get("/home?family=F1").known
        # What Jupyter and IPython set by themselves.
        theirs = {"JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE"}
        theirs |= {"PAGER", "GIT_PAGER", "VOILA_KERNEL_ID"}
        ours = {"HOME", "IPYTHONDIR", "JUPYTER_PLATFORM_DIRS", "MPLBACKEND", "MPLCONFIGDIR", "HAMYAR_HOME"}
        ours |= {"HAMYAR_LANGUAGE", "HAMYAR_SERVICE", "HAMYAR_CAPABILITY"}
        taken = {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "TMPDIR", "LANG", "LANGUAGE"}
        taken |= {"LC_ALL", "LC_CTYPE", "TZ", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}

        assert set() == set(known) - theirs - ours - taken - {"folder", "beside"}
        assert SECRET not in json.dumps(known)
        assert (known["folder"].rpartition("/")[2], known["beside"]) == ("kernels", ["profile_default"])


class TestWhatIsNotThere:
    @pytest.mark.parametrize(
        "path",
        [
            *("/voila/files/family_form.ipynb", "/files/family_form.ipynb", "/voila/tree", "/tree", "/api/contents"),
            *("/voila/api/contents", "/voila/render/family_form.ipynb", "/voila/render/home", "/family_form.ipynb"),
            *("/api/kernels", "/api/sessions", "/api/terminals", "/api/kernelspecs", "/nbconvert/html/home.ipynb"),
            *("/login", "/logout", "/api/me", "/api/status", "/metrics", "/lab", "/api", "/family/F1", "/Family"),
            *(f"/voila/query/{KERNEL_ID}", f"/voila/execution/{KERNEL_ID}", f"/api/kernels/{KERNEL_ID}/restart"),
            *("/voila/templates/lab/static/x.css", "/voila/templates/hamyar/conf.json", "/voila/templates/x"),
            *(
                "/voila/templates/hamyar/static/../index.html.j2",
                "/voila/templates/hamyar/static/..",
                "/voila/static/..",
            ),
            *("/voila/static/../app.py", "/voila/static/%2e%2e/app.py", "/voila/static/%00", "/voila/static/none.js"),
            *("/voila/labextensions/../../../../pyvenv.cfg", "/voila/api/themes/../../../pyvenv.cfg"),
        ],
    )
    def test_is_not_there(self, visitor: Visitors, path: str):
        """Signed in or not, what is no address of ours is answered like any nonsense, without a word of why."""
        found = [visitor(name).get(path) for name in ("mina", None)]

        # Where no file may be, a handler of files says so with 403.
        statuses = {404} if "/voila/static/" not in path else {403, 404}
        assert {answer.status for answer in found} <= statuses
        assert [leak for leak in LEAKS for answer in found if leak in answer.text] == []

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
    def test_other_methods(self, visitor: Visitors, method: str):
        """A page is only asked for; a kernel is neither started, restarted nor deleted."""
        sara = visitor("sara")
        sara.get("/home")
        mark = {"_xsrf": sara.cookies["_xsrf"]}
        paths = ["/home", "/api/kernels", f"/api/kernels/{sara.pages[0]}", f"/api/kernels/{sara.pages[0]}/restart"]

        assert {404, 405} == {sara.ask(method, path, mark).status for path in paths}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/family?family=F2", 403),
        ("/none", 404),
        ("/voila/labextensions/none.js", 404),
        ("/voila/static/voila.js", 200),
    ],
)
def test_headers(visitor: Visitors, path: str, status: int):
    """Whatever is answered carries all headers of safety, and says nothing of the server."""
    answer = visitor("sara").get(path)
    policy = answer.headers["Content-Security-Policy"]

    assert (status, None) == (answer.status, answer.headers["Server"])
    assert {name: value for name, value in HEADERS.items() if answer.headers[name] != value} == {}
    assert "'unsafe-eval'" not in policy
    assert (status == 200) == (answer.headers["Cache-Control"] != "no-store")


def test_pages_are_kept_by_no_browser(visitor: Visitors):
    """A page with a family's facts does not stay in the browser, and no script stands in it."""
    answer = visitor("sara").get("/family?family=F1")

    assert answer.headers["Cache-Control"] == "no-store"
    assert {name: value for name, value in HEADERS.items() if answer.headers[name] != value} == {}
    assert "<script>" not in answer.text


def test_pages_errors_speak_the_centres_language(visitor: Visitors):
    """Errors come in the look, right to left, with a way back."""
    answer = visitor("sara").get("/none")

    assert '<html lang="fa" dir="rtl">' in answer.text
    assert 'href="/"' in answer.text


def test_a_folder_too_deep_for_the_kernels_sockets(tmp_path):
    """The server says so when it starts, instead of failing at each page."""
    make_centre(tmp_path)
    serving = open_serving(tmp_path)
    serving.runtime.rmdir()
    # The data service's own socket, of a shorter name, would still have its place.
    serving.runtime = tmp_path / ("r" * (90 - len(str(tmp_path))))
    serving.runtime.mkdir()
    with serving.store, pytest.raises(SocketPathTooLong):
        serve(serving, AccountsIdentity(serving), port=0, is_warm=False)
