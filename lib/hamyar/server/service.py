"""Where kernels ask for data: a Unix socket, a question a line.

A question names a capability, a call and its arguments; the answer is a result or a refusal.  For every question the
capability is looked up, the account is read anew, and :class:`~hamyar.store.access.Access` is asked
(:mod:`hamyar.server.service_calls`).  So an assignment that ends, an account that is closed or a kernel that is gone
closes the page's data at once, whatever still runs in it.

Each question has a thread of its own, of which there are only so many; who waits longer than a while without asking
is hung up on.  What is too long is refused both ways.
Of a fault that nobody foresaw the kernel learns nothing, and the log learns where it happened and no value: the text
of an exception may quote what a family told.
"""

import json
import logging
import os
import socketserver
import threading
import traceback
from pathlib import Path
from typing import Any

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.faces.served import ServiceFailed
from hamyar.server.context import Serving
from hamyar.server.service_calls import Answering
from hamyar.store.submission import SubmitConflict, SubmitRefused
from hamyar.store.wire import LONGEST_ANSWER, LONGEST_QUESTION, WireInvalid
from hamyar.store.wire_words import conflict_to_wire, message_to_wire, refusal_to_wire
from hamyar.words import LANGUAGES, say

log = logging.getLogger("hamyar.server.service")

# What a Unix socket's address may be long, its ending zero included.
LONGEST_ADDRESS = 107
MOST_AT_ONCE = 32
PATIENCE_SECONDS = 30


class SocketPathTooLong(HamyarError):
    msgid = N_("The folder {folder} has too long a name for a socket in it. Choose one nearer to the root.")


class AnswerTooLong(HamyarError):
    msgid = N_("The answer is too long to be sent. Ask for fewer families at once.")


class DataService:
    """The data service of one server; :meth:`start` it before the first kernel, :meth:`stop` it after the last."""

    def __init__(self, serving: Serving) -> None:
        self._path = serving.service_path
        self._answering = Answering(serving)
        self._language = serving.language
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Answer from now on, in a thread of its own; raises ``SocketPathTooLong``."""
        require_room(self._path.parent, self._path.name)
        # A server that was killed leaves its socket behind; the folder is ours alone.
        self._path.unlink(missing_ok=True)
        self._server = _Server(self._path, self)
        self._thread = threading.Thread(target=self._server.serve_forever, name="hamyar-data", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more questions; those being answered are finished.  Without a start it is no fault."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)
        self._server = self._thread = None

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, without the end of line; never raises."""
        language = self._language
        call = "?"
        try:
            question = _read(line)
            language = question["language"] if question.get("language") in LANGUAGES else language
            call = str(question.get("call"))[:40]
            return _written(self._answering.answer(question))
        except HamyarError as error:
            log.info("refused: %s, %s", call if call.isidentifier() else "?", type(error).__name__)
            return _error(error, language)
        except Exception as error:
            log.error("failed: %s, %s", call if call.isidentifier() else "?", _where(error))  # noqa: TRY400
            return _error(ServiceFailed(), language)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    # Threads that hang on a dead kernel must not hold the server's end.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, path: Path, service: DataService) -> None:
        self.service = service
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(str(path), _Connection)

    def server_bind(self) -> None:
        super().server_bind()
        # Before it listens: nobody else of this machine ever has a moment to connect.
        Path(str(self.server_address)).chmod(0o600)

    def process_request(self, request: Any, client_address: Any) -> None:
        # Beyond so many the next question waits in the socket's own queue.
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # The default prints a traceback; a kernel that hangs up in the middle is no news.
        log.info("a question was not finished")


class _Connection(socketserver.StreamRequestHandler):
    timeout = PATIENCE_SECONDS
    server: _Server

    def handle(self) -> None:
        line = self.rfile.readline(LONGEST_QUESTION + 1)
        if line:
            self.wfile.write(self.server.service.answer(line) + b"\n")


def require_room(folder: Path, name: str) -> None:
    """Raises ``SocketPathTooLong`` where a socket of this name cannot lie in ``folder``."""
    if len(os.fsencode(folder / name)) > LONGEST_ADDRESS:
        raise SocketPathTooLong(folder=str(folder))


def _read(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_QUESTION or not line.endswith(b"\n"):
        raise WireInvalid(problem="it is too long or was cut off")
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        raise WireInvalid(problem="it is no JSON") from None
    if not isinstance(question, dict):
        raise WireInvalid(problem="it is no question")
    return question


def _written(result: Any) -> bytes:
    # A draft may hold half a letter, which only escaped is a line of bytes.
    written = json.dumps({"ok": result}, ensure_ascii=True, allow_nan=False).encode()
    if len(written) >= LONGEST_ANSWER:
        raise AnswerTooLong()
    return written


def _error(error: HamyarError, language: str) -> bytes:
    match error:
        case SubmitConflict():
            data: dict[str, Any] = {"differences": conflict_to_wire(error)}
        case SubmitRefused():
            data = refusal_to_wire(error)
        case _:
            data = {"message": message_to_wire(error.message)}
    told = {"kind": type(error).__name__, "text": say(error.message, language), "data": data}
    return json.dumps({"error": told}, ensure_ascii=True).encode()


def _where(error: Exception) -> str:
    """The kind of an exception and the places it went through; nothing of what it says."""
    places = traceback.extract_tb(error.__traceback__)[-8:]
    return f"{type(error).__name__} at " + " < ".join(
        f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in reversed(places)
    )
