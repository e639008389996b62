"""The server's hold on the warm process: start it, ask it for kernels, replace it when it is worn or dead.

Kernels that are copies of a warm process start in a fraction of the time, and share most of their memory.
Whatever goes wrong here must cost a helper no more than this gain: ``fork`` then raises ``TemplateGone``,
the caller starts an ordinary kernel, and meanwhile a new warm process loads.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.server.warm_child import INLINE_BACKEND
from hamyar.server.warm_process import MOST_BYTES

# What a process needs of the server's environment to find its programs, its user and its language.
INHERITED = ("PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
# A pool of threads does not survive a copy, and one family's arithmetic needs none.
FIXED = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": INLINE_BACKEND}
LOADING_SECONDS = 30.0
ANSWER_SECONDS = 10.0
PAUSE_SECONDS = 30.0
MOST_FORKS = 1000
POLL_SECONDS = 0.02


class TemplateGone(HamyarError):
    msgid = N_("No warm process is there to copy ({reason}). An ordinary kernel is started, which takes longer.")


def is_available() -> bool:
    """Whether this system can do it: Linux, for the watch over processes and the end of orphans."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def safe_environment(found: Mapping[str, str] | None = None) -> dict[str, str]:
    """The part of an environment (default: this process's) that holds no secret and every process needs."""
    found = os.environ if found is None else found
    return {name: found[name] for name in INHERITED if name in found}


class ForkedProcess:
    """A forked kernel, as ``subprocess.Popen`` would present it to jupyter_client."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid, self._channel = pid, channel
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, negative for a signal; ``None`` while it runs."""
        if self.returncode is None:
            try:
                told = self._channel.recv(MOST_BYTES)
            except BlockingIOError:
                return None
            except OSError:
                told = b""
            # Without a last word the warm process is gone, and its kernels went with it.
            self.returncode = json.loads(told)["status"] if told else -signal.SIGKILL
            self.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """``poll`` until it has ended; raises ``subprocess.TimeoutExpired``."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
            time.sleep(POLL_SECONDS)
        return status

    def send_signal(self, signum: int) -> None:
        """To the kernel and whatever it started."""
        if self.poll() is None:
            with contextlib.suppress(OSError):
                self._channel.send(json.dumps({"signal": int(signum)}).encode())

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Let go of it; a kernel that still runs is killed."""
        self._channel.close()


class _Process:
    """One warm process, from its start to its end."""

    def __init__(self, modules: Sequence[str], environment: Mapping[str, str]) -> None:
        self.control, theirs = _pair()
        self.is_ready, self.tasks, self.forks = False, 0, 0
        self.started = time.monotonic()
        with theirs:
            self.popen = subprocess.Popen(
                # -P: the folder that the server happens to stand in is no place to import from.
                [
                    *(sys.executable, "-P", "-c", "from hamyar.server.warm_process import main; main()"),
                    *(str(theirs.fileno()), json.dumps(list(modules))),
                ],
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        """Also takes note of its being ready."""
        with contextlib.suppress(OSError):
            if told := self.control.recv(MOST_BYTES):
                self.is_ready, self.tasks = True, json.loads(told)["tasks"]
        return self.popen.poll() is None

    def retire(self) -> None:
        """Let it end when its last kernel has ended."""
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"retire": True}).encode())

    def end(self) -> None:
        """End it and all its kernels now."""
        self.control.close()
        try:
            self.popen.wait(ANSWER_SECONDS if self.is_ready else POLL_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class WarmTemplate:
    """Forked kernels for one server.

    ``modules`` are those that pages import; ``environment`` is the warm process's own, and must hold no secret.
    After ``most_forks`` kernels it is replaced, while those that came from it go on.
    """

    def __init__(
        self,
        modules: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        *,
        most_forks: int = MOST_FORKS,
        log: logging.Logger | None = None,
    ) -> None:
        self._modules = tuple(modules)
        self._environment = {**(safe_environment() if environment is None else environment), **FIXED}
        self._most_forks = most_forks
        self._log = log or logging.getLogger(__name__)
        self._current: _Process | None = None
        self._successor: _Process | None = None
        self._retired: list[_Process] = []
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        """The warm process that the next kernel will come from."""
        return self._current.popen.pid if self._current else None

    def start(self) -> None:
        """Begin loading; returns at once.  Where the system cannot do it, says so in the log and does nothing."""
        if not is_available():
            self._log.warning("Warm kernels need Linux; ordinary kernels are used.")
        elif self._current is None:
            self._current = self._begin()

    def stop(self) -> None:
        """End the warm process and every kernel that came from it."""
        for process in filter(None, (self._current, self._successor, *self._retired)):
            process.end()
        self._current = self._successor = None
        self._retired.clear()
        self._not_before = float("inf")

    async def fork(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> ForkedProcess:
        """A kernel that has begun; ``arguments`` as for ``ipykernel_launcher``.  Raises ``TemplateGone``."""
        process = await self._ready()
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": str(folder)}
        channel, theirs = _pair()
        try:
            with theirs:
                await _send(process.control, json.dumps(request).encode(), theirs.fileno())
            answer = await asyncio.wait_for(
                asyncio.get_running_loop().sock_recv(channel, MOST_BYTES), timeout=ANSWER_SECONDS
            )
            told: dict[str, Any] = json.loads(answer) if answer else {"failed": "it died"}
        except (OSError, TimeoutError) as fault:
            told = {"failed": type(fault).__name__}
        except BaseException:
            channel.close()
            raise
        if "pid" not in told:
            channel.close()
            raise TemplateGone(reason=told.get("failed") or f"the copy ended with status {told['status']}")
        process.forks += 1
        return ForkedProcess(told["pid"], channel)

    async def _ready(self) -> _Process:
        """The warm process to ask, after the wait for its loading."""
        self._renew()
        process = self._current
        while process is not None:
            if not process.is_alive():
                self._lose(process)
                break
            if process.is_ready:
                if process.tasks > 1:
                    self._refuse(process)
                    break
                return process
            if time.monotonic() > process.started + LOADING_SECONDS:
                raise TemplateGone(reason="still loading")
            await asyncio.sleep(POLL_SECONDS)
            process = self._current
        raise TemplateGone(reason="it has ended" if is_available() else "not on this system")

    def _renew(self) -> None:
        """Begin the successor of a worn process, and put it in its place once it is ready."""
        for process in list(self._retired):
            if not process.is_alive():
                process.control.close()
                self._retired.remove(process)
        if self._current is None:
            self._current = self._begin()
        elif self._successor is None:
            if self._current.forks >= self._most_forks:
                self._successor = self._begin()
        elif not self._successor.is_alive():
            self._successor.control.close()
            self._successor, self._not_before = None, time.monotonic() + PAUSE_SECONDS
        elif self._successor.is_ready:
            self._current.retire()
            self._retired.append(self._current)
            self._current, self._successor = self._successor, None

    def _lose(self, process: _Process) -> None:
        """A process that died is replaced; one that died while loading would do so again, so not at once."""
        if process is not self._current:
            return
        self._log.warning("The warm process ended with status %s.", process.popen.returncode)
        process.control.close()
        if not process.is_ready:
            self._not_before = time.monotonic() + PAUSE_SECONDS
        self._current = self._begin()

    def _refuse(self, process: _Process) -> None:
        """A copy has one thread, whatever locks the others held; a warm process with more of them is of no use."""
        self._log.warning("A module of a page starts threads when it is imported; ordinary kernels are used.")
        process.end()
        self._current, self._not_before = None, float("inf")

    def _begin(self) -> _Process | None:
        if time.monotonic() < self._not_before or not is_available():
            return None
        return _Process(self._modules, self._environment)


def _pair() -> tuple[socket.socket, socket.socket]:
    """The server's end, which never blocks, and the other; one ``send`` is one message."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs


async def _send(control: socket.socket, message: bytes, descriptor: int) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            socket.send_fds(control, [message], [descriptor])
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(POLL_SECONDS)
        else:
            return
