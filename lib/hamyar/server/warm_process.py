"""The warm process: everything a page imports is loaded here once, and every kernel is a copy of it.

It runs no page, holds no fact and has one thread, no event loop and no ZeroMQ context, for none of these
survives a copy.  The server that started it talks to it through a pair of sockets that have no name anywhere,
so nobody else can ask it for a process.  One message asks for one kernel and brings the kernel's own channel:

- to the server: ``{"pid": …}`` when the kernel can be spoken to, ``{"status": …}`` when it has ended;
- from the server: ``{"signal": …}`` for the kernel and all it started.

The kernel's process id is used here only, where it cannot have passed to another process: a parent keeps the id of
a child until it has asked how the child ended.  When the server is gone its socket closes, and all kernels end.
"""

import contextlib
import ctypes  # noqa: F401 - a kernel needs it before anything else, see die_with_parent
import gc
import importlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from hamyar.server.warm_child import become_kernel

# The environment of a kernel is the largest part of a request; a socket of this kind carries about 200 KB at once.
MOST_BYTES = 1 << 18
# What every kernel needs; the modules of the pages are given by the server.
KERNEL_MODULES = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "tornado.platform.asyncio", "faulthandler"),
    *("IPython.core.debugger", "IPython.core.completerlib", "IPython.core.magics", "IPython.core.magics.execution"),
    *("IPython.core.magics.ast_mod", "IPython.extensions.storemagic", "numpy", "pandas"),
    *("matplotlib.pyplot", "matplotlib_inline.backend_inline", "ipywidgets", "anywidget"),
)


@dataclass
class _Kernel:
    pid: int
    ended: int
    channel: socket.socket


class Nursery:
    """Forks kernels on request, passes signals on, and tells how each ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._kernels: dict[int, _Kernel] = {}
        self._is_retired = False
        self._listen(control, self._asked)

    def run(self) -> None:
        """Until the server is gone, or until the last kernel has ended after the server has sent for another."""
        while self._kernels or not self._is_retired:
            for key, _ in self._selector.select():
                # An earlier event of the same round may have closed this one.
                if key.fd in self._selector.get_map():
                    key.data()

    def _listen(self, to: socket.socket | int, then: Callable[[], None]) -> None:
        self._selector.register(to, selectors.EVENT_READ, then)

    def _asked(self) -> None:
        data, descriptors, flags, _ = socket.recv_fds(self._control, MOST_BYTES, 1)
        if not data:
            self._end_all()
        if not descriptors:
            self._is_retired = bool(json.loads(data).get("retire"))
            return
        channel = socket.socket(fileno=descriptors[0])
        if flags & socket.MSG_TRUNC:
            _tell_once(channel, failed="the request is too long")
            return
        try:
            self._fork(json.loads(data), channel)
        except OSError as fault:
            _tell_once(channel, failed=str(fault))

    def _fork(self, request: dict[str, Any], channel: socket.socket) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self._let_go()
                become_kernel(**request, parent=parent, begun=lambda: _tell_once(channel, pid=os.getpid()))
            finally:
                os._exit(1)
        kernel = self._kernels[pid] = _Kernel(pid, os.pidfd_open(pid), channel)
        self._listen(kernel.ended, lambda: self._ended(kernel))
        self._listen(channel, lambda: self._spoken_to(kernel))

    def _let_go(self) -> None:
        """In the child: nothing of the parent's business stays open, neither the server's nor other kernels'."""
        self._selector.close()
        self._control.close()
        for other in self._kernels.values():
            os.close(other.ended)
            other.channel.close()

    def _spoken_to(self, kernel: _Kernel) -> None:
        data = b""
        with contextlib.suppress(ConnectionError):
            data = kernel.channel.recv(MOST_BYTES)
        if data:
            _signal_group(kernel.pid, json.loads(data)["signal"])
        else:
            # The server wants no more of this kernel.
            self._selector.unregister(kernel.channel)
            _signal_group(kernel.pid, signal.SIGKILL)

    def _ended(self, kernel: _Kernel) -> None:
        status = _bury(kernel.pid)
        self._selector.unregister(kernel.ended)
        os.close(kernel.ended)
        if kernel.channel.fileno() in self._selector.get_map():
            self._selector.unregister(kernel.channel)
        _tell_once(kernel.channel, status=status)
        del self._kernels[kernel.pid]

    def _end_all(self) -> NoReturn:
        for pid in self._kernels:
            _signal_group(pid, signal.SIGKILL)
        for pid in self._kernels:
            _bury(pid)
        os._exit(0)


def _signal_group(pid: int, signum: int) -> None:
    """Signal a kernel and what it started; a kernel that has just been forked may have no group of its own yet."""
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(pid, signum)
        except ProcessLookupError:
            os.kill(pid, signum)


def _bury(pid: int) -> int:
    """Wait for the end of a kernel, end what it left running, and return how it ended (as ``subprocess`` does)."""
    # Not yet reaped, so neither its id nor its group's can belong to others.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _tell(channel: socket.socket, **fact: Any) -> None:
    # The server may have hung up already.
    with contextlib.suppress(OSError):
        channel.send(json.dumps(fact).encode())


def _tell_once(channel: socket.socket, **fact: Any) -> None:
    _tell(channel, **fact)
    channel.close()


def load(modules: Sequence[str]) -> None:
    """Import all that can be imported; a page whose module is broken will say so itself."""
    # A page is not debugged, and the debugger would take fourteen megabytes of every kernel.
    # ``None`` makes its import fail, which ipykernel expects.
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
    for module in modules:
        with _told(module):
            importlib.import_module(module)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Go on after whatever fails, and say so where the server's own errors stand."""
    try:
        yield
    except Exception:
        os.write(2, f"warm process, {what}:\n{traceback.format_exc()}".encode())


def rehearse() -> None:
    """Do once what every page does first, so that its result lies in memory: nothing here is about a family.

    The rules are those of the folder that ``HAMYAR_PARAMETERS`` names, if it does.  A kernel tells the server which
    ones it knows, so that no page is ever computed by rules that the server does not have.
    """
    from matplotlib.figure import Figure

    from hamyar.core.tables import FACT_TABLES
    from hamyar.faces.charting import finished
    from hamyar.faces.served import remember_parameters
    from hamyar.store.parameter_files import load_parameters
    from hamyar.store.version import code_version
    from hamyar.words import LANGUAGES, catalogue

    for language in LANGUAGES:
        catalogue(language)
    figure = Figure(figsize=(1, 1))
    figure.add_subplot().set_title(catalogue("fa").gettext("Levels"))
    finished(lambda: (figure, "", ""), "")
    code_version()
    for table in FACT_TABLES.values():
        table.empty()
    folder = os.environ.get("HAMYAR_PARAMETERS")
    if folder is not None:
        with _told(folder):
            for is_synthetic in (False, True):
                remember_parameters(load_parameters(Path(folder), is_synthetic=is_synthetic))


def main() -> None:
    """``python -c "…; main()" <descriptor of the control socket> <modules as JSON>``."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Ctrl-C is meant for the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A crash must not leave a family's facts in a file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A collection would write into pages that the copies are to share.
    gc.disable()
    load([*KERNEL_MODULES, *json.loads(sys.argv[2])])
    rehearse()
    gc.collect()
    gc.freeze()
    _tell(control, ready=True, tasks=len(list(Path("/proc/self/task").iterdir())))
    Nursery(control).run()
