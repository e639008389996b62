"""How a copy of the warm process becomes a Jupyter kernel.

A copy has all that its parent had: loaded modules, but also open sockets, an environment, signals, random numbers.
What must differ is put right here before the kernel begins; the rest is IPython's own start.

Two libraries note IPython when they are imported, and in the warm process there was none yet:
ipywidgets would not answer the page that asks for its widgets, and inline figures would be lost.
Both are introduced to the new shell.
"""

import atexit
import contextlib
import gc
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from hamyar.batch.orphans import die_with_parent

INLINE_BACKEND = "module://matplotlib_inline.backend_inline"
# When memory ends, one page should end and not the server: kernels are the first to be taken.
OUT_OF_MEMORY_SCORE = "500"


def become_kernel(
    arguments: Sequence[str], environment: Mapping[str, str], folder: str, parent: int, begun: Callable[[], None]
) -> NoReturn:
    """Be a kernel until it is told to stop, then vanish; the environment becomes exactly ``environment``.

    ``arguments`` are those of ``ipykernel_launcher``, ``parent`` is the process that this one was forked from,
    ``begun`` is called when the kernel's sockets are there.
    What the kernel prints outside of its cells goes nowhere, as it may be about a family; only a start that fails
    is told on standard error.
    """
    status = 1
    told = 2
    try:
        die_with_parent(parent)
        os.setsid()
        _be_oneself(arguments, environment, folder)
        told = _quiet()
        app = _started(arguments)
        os.close(told)
        told = 2
        begun()
        app.start()
        # Its threads can wait for each other here, for ten seconds or for ever; all it closes ends with the process.
        atexit.unregister(app.close)
        atexit._run_exitfuncs()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    except BaseException:
        os.write(told, traceback.format_exc().encode())
    # The interpreter's own end would touch, and so copy, most of what is shared with the parent.
    os._exit(status)


def _be_oneself(arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    # Copies of one process would otherwise draw the same numbers.
    random.seed()
    import numpy as np

    np.random.seed()
    Path("/proc/self/oom_score_adj").write_text(OUT_OF_MEMORY_SCORE, "ascii")
    gc.enable()


def _quiet() -> int:
    """Send both outputs to nowhere; the descriptor of what was standard error."""
    told = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(nowhere, output)
    os.close(nowhere)
    return told


def _started(arguments: Sequence[str]) -> Any:
    from ipykernel.kernelapp import IPKernelApp

    # 1: no thread that watches the parent, the system does that.
    app = IPKernelApp.instance(parent_handle=1)
    with _modules_left_alone():
        app.initialize(list(arguments))
    _introduce_libraries(app.shell)
    return app


class _FewModules:
    """``sys`` with next to no modules."""

    modules: ClassVar[dict[str, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@contextlib.contextmanager
def _modules_left_alone() -> Iterator[None]:
    """Spare a kernel eight megabytes: ipykernel lists the files of all modules, for a debugger that is not there.

    To look at a thing is to write to it, as Python counts references, so the list alone would copy every module.
    """
    from ipykernel import ipkernel

    ipkernel.sys = _FewModules()  # type: ignore[assignment]
    try:
        yield
    finally:
        ipkernel.sys = sys


def _introduce_libraries(shell: Any) -> None:
    import ipywidgets

    ipywidgets.register_comm_target()
    if os.environ.get("MPLBACKEND") == INLINE_BACKEND:
        shell.enable_matplotlib("inline")
