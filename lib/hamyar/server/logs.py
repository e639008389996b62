"""What the server writes to its log, and what it must not: no address with its query, no token, no fact, no name.

Our own lines are written so.  Those of the libraries below us are made so before they are written: what follows a
question mark in an address is cut, and of an exception only its kind and its place in the code remain,
because a message may quote what somebody typed.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from tornado.web import RequestHandler

LOG = logging.getLogger("hamyar.server")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
# Jupyter counts in milliseconds what Tornado takes for seconds, and Tornado says so at every websocket.
_NO_NEWS = "The websocket_ping_timeout"
_QUERY = re.compile(r"\?[^\s'\"<>]+")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# A line of a traceback as IPython writes it, and as Python does.
_PLACE = re.compile(r"""(?:File "?)([^\s"]+?)"?(?::|, line )(\d+)""")


class Discreet(logging.Filter):
    """Takes out of a record what a log must not hold."""

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(_NO_NEWS):
            return False
        record.msg, record.args = _QUERY.sub("?…", record.getMessage()), ()
        if record.exc_info:
            record.exc_text = "\n".join(places(record.exc_info))
            record.exc_info = None
        return True


def places(found: tuple[object, BaseException | None, TracebackType | None] | tuple[None, None, None]) -> list[str]:
    """Kind and places of an exception and of what caused it, without their messages."""
    fault, lines = found[1], []
    while fault is not None:
        lines.append(f"  {type(fault).__module__}.{type(fault).__qualname__}")
        frames = traceback.extract_tb(fault.__traceback__)
        lines += [f"    {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        fault = fault.__cause__ or fault.__context__
    return lines


def places_in_text(text: str) -> list[str]:
    """The places in a traceback that a kernel sent as text, without anything else of it."""
    return [f"    {file}:{line}" for file, line in _PLACE.findall(_ANSI.sub("", text))]


def log_request(handler: RequestHandler) -> None:
    """One line for each request: which of our handlers answered how; not what was asked for, and not by whom."""
    status, request = handler.get_status(), handler.request
    level = logging.DEBUG if status < 400 else logging.WARNING if status < 500 else logging.ERROR
    seconds = request.request_time()
    LOG.log(level, "%d %s %s %.0f ms", status, request.method, type(handler).__name__, 1000 * seconds)


@contextmanager
def discreet_log(level: int = logging.INFO) -> Iterator[None]:
    """Write the log of everything to standard error, made discreet."""
    root, handler = logging.getLogger(), logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.addFilter(Discreet())
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
