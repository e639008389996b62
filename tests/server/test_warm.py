"""Kernels that are copies of a warm process: as good as ordinary ones, strangers to each other, never left behind."""

import asyncio
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager

from hamyar.server import warm_template
from hamyar.server.warm import WarmKernelSpecs, imported_modules, template_for
from hamyar.server.warm_template import ForkedProcess, TemplateGone, WarmTemplate, safe_environment
from hamyar.store.parameter_files import load_parameters
from hamyar.store.settings import Settings

# None of them is slow: each runs a loop of its own, and in the processes of the slow tests Playwright's is running.
pytestmark = pytest.mark.skipif(not warm_template.is_available(), reason="warm kernels need Linux")

SECONDS = 30
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_CTYPE": "C.UTF-8", "HAMYAR_CAPABILITY": "token"}
WITHOUT_CACHE = {"IPYTHONDIR": tempfile.gettempdir(), "MPLCONFIGDIR": tempfile.gettempdir()}


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder of mode 0700 with a short name, as the path of a Unix socket must be."""
    with tempfile.TemporaryDirectory(prefix="hamyar-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def template() -> Iterator[WarmTemplate]:
    """The template of the real pages."""
    settings = Settings.from_environment({})
    made = template_for(SimpleNamespace(settings=settings, language="fa"))  # type: ignore[arg-type]
    made.start()
    yield made
    made.stop()


class Kernel:
    """A started kernel with a client."""

    def __init__(self, manager: AsyncKernelManager, client: Any) -> None:
        self.manager, self.client = manager, client

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr]

    @property
    def is_warm(self) -> bool:
        return isinstance(self.manager.provisioner.process, ForkedProcess)  # type: ignore[union-attr]

    async def run(self, code: str) -> str:
        """What the code prints."""
        printed: list[str] = []

        def keep(message: dict[str, Any]) -> None:
            printed.append(message["content"].get("text", ""))

        reply = await self.client.execute_interactive(code, output_hook=keep, timeout=SECONDS)
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed)

    async def heard(self, kind: str, where: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The content of the next message of a kind for which ``where`` holds."""
        while True:
            message = await self.client.get_iopub_msg(timeout=SECONDS)
            if message["msg_type"] == kind and where(message["content"]):
                return dict(message["content"])


@asynccontextmanager
async def started(
    template: WarmTemplate | None, runtime: Path, environment: Mapping[str, str] = ENVIRONMENT, name: str = "k"
) -> AsyncIterator[Kernel]:
    specs = WarmKernelSpecs()
    specs.template = template
    manager = AsyncKernelManager(
        kernel_spec_manager=specs, transport="ipc", connection_file=str(runtime / f"kernel-{name}.json")
    )
    await manager.start_kernel(env={**WITHOUT_CACHE, **environment}, cwd=str(runtime))
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=SECONDS)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)


def is_there(pid: int) -> bool:
    """Whether there is such a process, a zombie included."""
    return Path(f"/proc/{pid}").exists()


async def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    return holds()


def test_same_environment_as_an_ordinary_kernel(template, runtime, monkeypatch):
    """A copy finds around it what an ordinary kernel would find: nothing of the server's, nothing of the template's."""
    monkeypatch.setenv("HAMYAR_KEY_FILE", "secret")
    look = "import json, os; print(json.dumps([dict(os.environ), os.getcwd()]))"

    async def found(source: WarmTemplate | None) -> tuple[bool, dict[str, str], str]:
        async with started(source, runtime) as kernel:
            variables, folder = json.loads(await kernel.run(look))
            # Only an ordinary kernel is told of its parent, which it has to watch, and has a debugger.
            for name in ("JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL"):
                variables.pop(name, None)
            return kernel.is_warm, variables, folder

    ordinary, warm = asyncio.run(found(None)), asyncio.run(found(template))

    assert (ordinary[0], warm[0]) == (False, True)
    assert ordinary[1:] == warm[1:]
    assert {**ENVIRONMENT, **WITHOUT_CACHE}.items() <= warm[1].items()
    assert {"HAMYAR_KEY_FILE", "OPENBLAS_NUM_THREADS", "HAMYAR_HOME"} & warm[1].keys() == set()


def test_rules_are_known(template, runtime):
    """A copy has the rules already, of a real centre and of a made-up one, by the names that the server knows."""
    folder = Settings.from_environment({}).parameters
    known = [load_parameters(folder, is_synthetic=is_made_up).fingerprint for is_made_up in (False, True)]
    look = "from hamyar.faces import served; print(*sorted(served._KNOWN_PARAMETERS))"

    async def found() -> str:
        async with started(template, runtime) as kernel:
            return await kernel.run(look)

    assert asyncio.run(found()).split() == sorted(known)


def test_rules_that_cannot_be_read(tmp_path, runtime, capfd):
    """Where the rules are missing there are warm kernels all the same, and the server's log says why."""
    source = WarmTemplate([], {**safe_environment(), "HAMYAR_PARAMETERS": str(tmp_path / "nowhere")})
    source.start()

    async def is_warm() -> bool:
        async with started(source, runtime) as kernel:
            return kernel.is_warm

    try:
        assert asyncio.run(is_warm())
    finally:
        source.stop()
    assert "There are no parameters in" in capfd.readouterr().err


def test_strangers(template, runtime):
    """Two kernels share neither variables nor patches, and draw different random numbers."""
    draw = "import random, numpy as np, os; print(random.random(), np.random.rand(), np.random.default_rng().random())"

    async def compare() -> None:
        async with started(template, runtime, name="a") as one, started(template, runtime, name="b") as other:
            await one.run("import pandas as pd; pd.hamyar_was_here = True; family = 'F-1'")
            first, second = (await one.run(draw)).split(), (await other.run(draw)).split()

            assert one.pid != other.pid
            assert await other.run("import pandas as pd; print('family' in dir(), hasattr(pd, 'hamyar_was_here'))") == (
                "False False\n"
            )
            assert all(mine != theirs for mine, theirs in zip(first, second, strict=True))

    asyncio.run(compare())


def test_nothing_inherited(template, runtime):
    """A copy holds no descriptor of other kernels, is in a session of its own, and leaves no image when it crashes."""
    look = """
        import os, pathlib, resource
        links = [os.readlink(link) for link in pathlib.Path("/proc/self/fd").iterdir() if link.is_symlink()]
        print("anon_inode:[pidfd]" in links, os.getsid(0) == os.getpid(), resource.getrlimit(resource.RLIMIT_CORE))
    """

    async def look_around() -> None:
        async with started(template, runtime, name="a"), started(template, runtime, name="b") as kernel:
            assert await kernel.run(textwrap.dedent(look)) == "False True (0, 0)\n"

    asyncio.run(look_around())


def test_widgets_answer(template, runtime):
    """A page that asks for the state of its widgets gets it, and what it sends arrives."""

    async def ask() -> None:
        async with started(template, runtime) as kernel:
            await kernel.run("import ipywidgets; field = ipywidgets.IntText(7)")
            send = kernel.client.shell_channel.send
            message = kernel.client.session.msg
            opening = {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}
            send(message("comm_open", opening, metadata={"version": "1.0.0"}))
            send(message("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}}))
            answer = await kernel.heard("comm_msg", lambda content: content["data"].get("method") == "update_states")
            states = answer["data"]["states"]
            (model,) = (model for model, widget in states.items() if widget["model_name"] == "IntTextModel")

            assert states[model]["state"]["value"] == 7

            data = {"method": "update", "state": {"value": 8}, "buffer_paths": []}
            send(message("comm_msg", {"comm_id": model, "data": data}))

            assert await kernel.run("print(field.value)") == "8\n"

    asyncio.run(ask())


def test_figures_are_shown(template, runtime):
    """A figure drawn with pyplot, which was loaded before IPython was there, reaches the page."""

    async def draw() -> None:
        async with started(template, runtime) as kernel:
            kernel.client.execute("import matplotlib.pyplot as plt; plt.plot([1, 2]);")
            shown = await kernel.heard("display_data", lambda content: "image/png" in content["data"])

            assert shown["data"]["image/png"].startswith("iVBOR")

    asyncio.run(draw())


def test_interrupted(template, runtime):
    """A cell that does not end is interrupted, with what it started, and the kernel goes on."""

    async def interrupt() -> None:
        async with started(template, runtime) as kernel:
            code = "import subprocess; print('now', flush=True); subprocess.run(['sleep', '600'])"
            # What is asked next is not to be thrown away because of this one's error.
            kernel.client.execute(code, stop_on_error=False)
            await kernel.heard("stream", lambda content: "now" in content["text"])
            await asyncio.sleep(0.1)
            await kernel.manager.interrupt_kernel()
            error = await kernel.heard("error", lambda _: True)

            assert error["ename"] == "KeyboardInterrupt"
            assert await kernel.run("print('goes on')") == "goes on\n"

    asyncio.run(interrupt())


def test_killed_kernel_is_seen(template, runtime):
    """A kernel that was killed is known to be dead and how; neither it nor what it started is left, not as a zombie."""

    async def kill() -> None:
        async with started(template, runtime) as kernel:
            started_by_cell = int(await kernel.run("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
            os.kill(kernel.pid, signal.SIGKILL)

            assert await until(lambda: kernel.manager.provisioner.process.poll() is not None)  # type: ignore[union-attr]
            assert await kernel.manager.provisioner.poll() == -signal.SIGKILL  # type: ignore[union-attr]
            assert not await kernel.manager.is_alive()
            assert await until(lambda: not is_there(kernel.pid))
            assert await until(lambda: not is_there(started_by_cell))

    asyncio.run(kill())


@pytest.mark.parametrize("now", [True, False])
def test_shut_down(template, runtime, now):
    """A kernel that is shut down ends, takes its connection file and sockets along, and is no zombie."""

    async def end() -> None:
        async with started(template, runtime) as kernel:
            await kernel.manager.shutdown_kernel(now=now)

            assert not kernel.manager.has_kernel
            assert await until(lambda: not is_there(kernel.pid))

    asyncio.run(end())

    assert list(runtime.glob("kernel-*")) == []


def test_ends_by_itself(template, runtime):
    """A kernel that is asked to end does, with status 0 and after what it had registered for its end."""

    async def end() -> None:
        async with started(template, runtime) as kernel:
            mark = runtime / "ended"
            await kernel.run(f"import atexit, pathlib; atexit.register(pathlib.Path({str(mark)!r}).touch)")
            kernel.client.shutdown()

            assert await until(lambda: kernel.manager.provisioner.process.poll() == 0)  # type: ignore[union-attr]
            assert mark.exists()

    asyncio.run(end())


def test_connection_file(template, runtime):
    """The file with a kernel's key lies in the runtime folder and is its owner's only."""

    async def look() -> None:
        async with started(template, runtime) as kernel:
            path = Path(kernel.manager.connection_file)

            assert path.parent == runtime
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    asyncio.run(look())


def test_let_go(template, runtime):
    """A kernel that the server lets go of is ended."""

    async def let_go() -> None:
        async with started(template, runtime) as kernel:
            kernel.manager.provisioner.process.close()  # type: ignore[union-attr]

            assert await until(lambda: not is_there(kernel.pid))

    asyncio.run(let_go())


def test_template_killed(runtime, caplog):
    """When the warm process is killed its kernels are seen dead; the next kernel is ordinary, the one after it warm."""
    source = WarmTemplate()
    source.start()

    async def lose() -> None:
        async with started(source, runtime, name="a") as first:
            assert first.is_warm
            killed = source.pid
            os.kill(killed, signal.SIGKILL)

            assert await until(lambda: first.manager.provisioner.process.poll() is not None)  # type: ignore[union-attr]
            async with started(source, runtime, name="b") as second:
                assert not second.is_warm
                assert await second.run("print(1)") == "1\n"
            async with started(source, runtime, name="c") as third:
                assert third.is_warm
                assert source.pid not in (None, killed)

    try:
        asyncio.run(lose())
    finally:
        source.stop()

    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [message for message in said if "ended with status -9" in message] != []
    assert [message for message in said if "An ordinary kernel is started" in message] != []


def test_worn(runtime):
    """After so many kernels the warm process is replaced; kernels of the old one go on, and it ends with the last."""
    source = WarmTemplate(most_forks=1)
    source.start()

    async def wear() -> None:
        async with started(source, runtime, name="a") as first:
            old = source.pid
            deadline = time.monotonic() + SECONDS
            while source.pid == old and time.monotonic() < deadline:
                async with started(source, runtime, name="b") as other:
                    assert other.is_warm

            assert source.pid != old
            assert await first.run("print('goes on')") == "goes on\n"
            assert is_there(old)
        assert await until(lambda: not is_running(old))

    try:
        asyncio.run(wear())
    finally:
        source.stop()


def is_running(pid: int) -> bool:
    """Whether there is such a process and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_stopped(runtime):
    """A stopped template has ended with its kernels, and later ones are ordinary."""
    source = WarmTemplate()
    source.start()

    async def stop() -> None:
        async with started(source, runtime, name="a") as kernel:
            warm = source.pid
            source.stop()

            assert await until(lambda: not is_there(kernel.pid))
            assert not is_there(warm)
        async with started(source, runtime, name="b") as later:
            assert not later.is_warm

    asyncio.run(stop())


def test_elsewhere(runtime, monkeypatch, caplog):
    """On a system that cannot do it nothing is started, the log says so, and kernels are ordinary."""
    monkeypatch.setattr(warm_template, "is_available", lambda: False)
    source = WarmTemplate()
    source.start()

    async def run() -> None:
        async with started(source, runtime) as kernel:
            assert not kernel.is_warm

    asyncio.run(run())

    assert source.pid is None
    assert "Warm kernels need Linux" in caplog.text


def test_threads_are_refused(tmp_path, caplog):
    """A module that starts a thread when it is imported ends the use of the warm process, with a word in the log."""
    (tmp_path / "busy.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=[60]).start()\n"
    )
    source = WarmTemplate(["busy"], {**safe_environment(), "PYTHONPATH": str(tmp_path)})
    source.start()

    with pytest.raises(TemplateGone):
        asyncio.run(source.fork([], {}, tmp_path))

    assert source.pid is None
    assert "starts threads" in caplog.text


def test_cannot_begin(template, tmp_path):
    """A copy that cannot become a kernel is told of, so that an ordinary one can be tried."""
    with pytest.raises(TemplateGone, match=r"the copy ended with status [12]"):
        asyncio.run(template.fork(["-f"], ENVIRONMENT, tmp_path))


def test_request_too_long(template, tmp_path):
    """An environment that no socket carries is refused, not cut."""
    with pytest.raises(TemplateGone):
        asyncio.run(template.fork([], {"LONG": "x" * 400_000}, tmp_path))


def test_gone_with_the_server(runtime):
    """When the server is killed its warm process, its kernels and what they started are gone."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.server.warm_server", str(runtime)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    with server:
        pids = [int(pid) for pid in server.stdout.readline().split()]
        server.kill()

    assert len(pids) == 3
    assert asyncio.run(until(lambda: not any(is_running(pid) for pid in pids)))


def test_one_kernel_only():
    """Whatever kernels the machine has, a page gets the Python of this installation, without a history of cells."""
    specs = WarmKernelSpecs()

    assert set(specs.get_all_specs()) == {"python3"}
    assert "--HistoryManager.enabled=False" in specs.get_kernel_spec("python3").argv
    with pytest.raises(NoSuchKernel):
        specs.get_kernel_spec("ir")


def test_imported_modules(tmp_path):
    """The modules of notebooks' code cells are found, their prose and notebooks that are not there are passed over."""
    cells = [
        nbformat.v4.new_markdown_cell("import nothing"),
        nbformat.v4.new_code_cell("import json, os.path\nfrom hamyar.faces.family import open_family"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "page.ipynb")

    found = imported_modules([tmp_path / "page.ipynb", tmp_path / "absent.ipynb"])

    assert found == ["hamyar.faces.family", "json", "os.path"]


def test_safe_environment():
    """What the template inherits holds neither the database, nor the key, nor what is not known."""
    found = {"PATH": "/bin", "LANG": "fa_IR", "HAMYAR_KEY_FILE": "k", "HAMYAR_DATABASE_URL": "d", "TOKEN": "t"}

    assert safe_environment(found) == {"PATH": "/bin", "LANG": "fa_IR"}
