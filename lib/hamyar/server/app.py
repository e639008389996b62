"""The server: Voilà with people, with what they may do, and with an end to every kernel.

One process holds the database and the key.  It signs people in, decides, starts a kernel for each page that is
opened, and answers what kernels ask (:mod:`hamyar.server.service`).  It listens on this machine only, unless it is
told otherwise; on a network a proxy that ends TLS belongs before it.

>>> serve(serving, AccountsIdentity(serving))                                   # doctest: +SKIP
"""

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jupyter_server.services.config.manager import ConfigManager
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from tornado.httpserver import HTTPServer
from tornado.web import Application
from traitlets import Instance
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.utils import get_page_config

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.server.answers import NoSuchPage
from hamyar.server.channels import OwnKernels, PageConnection
from hamyar.server.context import Serving
from hamyar.server.headers import HEADERS, SafeHeaders
from hamyar.server.identity import HamyarIdentity
from hamyar.server.kernels import PageKernels
from hamyar.server.logs import LOG, discreet_log, log_request
from hamyar.server.look import JUPYTER_DATA, look, voila_options
from hamyar.server.permission import prelaunch
from hamyar.server.routes import routes
from hamyar.server.service import DataService, require_room
from hamyar.server.warm import WarmKernelSpecs, template_for
from hamyar.server.warm_template import WarmTemplate

# The extensions that pages need; what else is installed for JupyterLab is no part of a page.
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
CELL_SECONDS = 120
# The longest name that Jupyter gives a kernel's socket.
KERNEL_SOCKET = "kernel-00000000-0000-0000-0000-000000000000-ipc-5"
# A form sends fields, not files.
LARGEST_REQUEST, LARGEST_MESSAGE = 1 << 20, 2 << 20


class AddressTaken(HamyarError):
    msgid = N_("Something else listens at {address} port {port} already. End it, or choose another port with --port.")


class AddressUnusable(HamyarError):
    msgid = N_("The server cannot listen at {address} port {port}. Choose an address of this machine and a free port.")


@dataclass(frozen=True)
class Options:
    """How one server is run; times in seconds.  ``idle_seconds`` left out is the rest of a sign-in."""

    address: str = "127.0.0.1"
    port: int = 8866
    base_url: str = "/"
    most_kernels: int = 24
    most_kernels_of_user: int = 6
    left_seconds: float = 180.0
    idle_seconds: float | None = None
    asked_seconds: float = 5.0
    silent_seconds: float = 75.0
    sweep_seconds: float = 30.0
    is_warm: bool = True


class HamyarVoila(Voila):
    """Voilà's application, made from :class:`Serving` and not from a command line or files of settings."""

    name = "hamyar"
    serving = Instance(Serving)
    identity = Instance(HamyarIdentity)
    options = Instance(Options)

    def __init__(self, serving: Serving, identity: HamyarIdentity, options: Options) -> None:
        # Voilà finds templates on Jupyter's path, which it reads from the environment at every request.
        os.environ["JUPYTER_PATH"] = str(JUPYTER_DATA)
        super().__init__(config=_config(serving.language), log=LOG)
        self.serving, self.identity, self.options = serving, identity, options
        self.base_url = self.server_url = options.base_url
        self.root_dir = str(serving.settings.notebooks)
        self.connection_dir = str(_private(serving.runtime / "connections"))
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.voila_configuration.prelaunch_hook = prelaunch
        self.setup_template_dirs()
        self.kernel_spec_manager = self.voila_configuration.kernel_spec_manager_class(parent=self)
        self.kernel_manager = self._kernels()
        identity.leaving.append(self._left)
        settings = self.init_settings()
        self.shared: dict[str, Any] = {
            "voila_configuration": self.voila_configuration,
            "traitlet_config": self.config,
            "template_paths": self.template_paths,
            "config_manager": settings["config_manager"],
            "page_config": get_page_config(self.base_url, settings, self.log, self.voila_configuration),
        }
        self.app = Application(routes(self), **settings)
        self._warm: WarmTemplate | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    def _kernels(self) -> PageKernels:
        options, rules = self.options, self.serving.accounts.rules
        return PageKernels(
            parent=self,
            log=self.log,
            serving=self.serving,
            connection_dir=self.connection_dir,
            kernel_spec_manager=self.kernel_spec_manager,
            most=options.most_kernels,
            most_of_user=options.most_kernels_of_user,
            left_seconds=options.left_seconds,
            idle_seconds=options.idle_seconds or rules.idle_minutes * 60.0,
            asked_seconds=options.asked_seconds,
        )

    def init_settings(self) -> dict[str, Any]:
        """Tornado's settings; Voilà's own would bring an identity and an authoriser that admit everybody."""
        loader = jinja2.FileSystemLoader(self.template_paths)
        templates = jinja2.Environment(loader=loader, autoescape=True)
        templates.globals["look"] = look(self.serving.language)
        return {
            "base_url": self.base_url,
            "server_url": self.base_url,
            "kernel_manager": self.kernel_manager,
            "kernel_spec_manager": self.kernel_spec_manager,
            "kernel_websocket_connection_class": PageConnection,
            "contents_manager": LargeFileManager(parent=self, root_dir=self.root_dir),
            "config_manager": ConfigManager(parent=self, read_config_path=[]),
            "voila_jinja2_env": templates,
            "jinja2_env": templates,
            "mathjax_url": None,
            "mathjax_config": None,
            # Whoever is signed in is known by a cookie of this name of the machine, so a foreign name brings nobody.
            "allow_remote_access": True,
            "cookie_secret": self.cookie_secret,
            "authorizer": OwnKernels(parent=self, identity_provider=self.identity, kernels=self.kernel_manager),
            "headers": HEADERS,
            "transforms": [SafeHeaders],
            "log_function": log_request,
            "default_handler_class": NoSuchPage,
            "websocket_max_message_size": LARGEST_MESSAGE,
            **self.identity.tornado_settings(self.base_url),
        }

    def _left(self, username: str) -> None:
        """Somebody has signed out: what their pages may do ends now, and the pages a moment later."""
        self.serving.capabilities.revoke_user(username)
        task = asyncio.ensure_future(self.kernel_manager.end_of(username))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    # Running -----------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, ready: Callable[[int], object] = lambda port: None) -> None:
        """Serve until ``stop``; ``ready`` is told the port.

        Raises ``AddressTaken``, ``AddressUnusable`` or ``SocketPathTooLong``.
        """
        require_room(Path(self.connection_dir), KERNEL_SOCKET)
        silent = self.options.silent_seconds
        # Whoever is silent in the middle of a request would keep a file of the server open.
        server = HTTPServer(
            self.app, max_body_size=LARGEST_REQUEST, idle_connection_timeout=silent, body_timeout=silent
        )
        listening = self._listen()
        server.add_socket(listening)
        sweeping = asyncio.create_task(self._sweep())
        try:
            self._warm_up()
            ready(listening.getsockname()[1])
            await stop.wait()
        finally:
            server.stop()
            sweeping.cancel()
            await self.kernel_manager.end_all()
            await asyncio.gather(*self._leaving)
            if self._warm is not None:
                self._warm.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.close_all_connections(), 5)

    def _listen(self) -> socket.socket:
        address, port = self.options.address, self.options.port
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            made = socket.create_server((address, port), family=family)
        except OSError as fault:
            kind = AddressTaken if fault.errno == errno.EADDRINUSE else AddressUnusable
            raise kind(address=address, port=str(port)) from fault
        made.setblocking(False)
        return made

    def _warm_up(self) -> None:
        if self.options.is_warm and isinstance(self.kernel_spec_manager, WarmKernelSpecs):
            self._warm = template_for(self.serving, LOG)
            self._warm.start()
            self.kernel_spec_manager.template = self._warm

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self.options.sweep_seconds)
            await self.kernel_manager.sweep()


def make_app(serving: Serving, identity: HamyarIdentity, options: Options | None = None) -> HamyarVoila:
    """The server, not yet listening."""
    return HamyarVoila(serving, identity, options or Options())


def serve(
    serving: Serving,
    identity: HamyarIdentity,
    *,
    address: str = "127.0.0.1",
    port: int = 8866,
    most_kernels: int = 24,
    ready: Callable[[int], object] = lambda port: None,
    **options: Any,
) -> None:
    """Serve until interrupted (SIGINT, SIGTERM, SIGHUP), then end all kernels and remove ``serving.runtime``.

    ``port`` 0 takes a free one; ``ready`` is told which.  ``options`` are further fields of :class:`Options`.
    Raises ``AddressTaken``, ``AddressUnusable`` or ``SocketPathTooLong``.
    """
    try:
        with discreet_log():
            app = make_app(serving, identity, Options(address, port, most_kernels=most_kernels, **options))
            service = DataService(serving)
            service.start()
            try:
                asyncio.run(_until_interrupted(app, ready))
            finally:
                service.stop()
    finally:
        shutil.rmtree(serving.runtime, ignore_errors=True)


async def _until_interrupted(app: HamyarVoila, ready: Callable[[int], object]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await app.run(stop, ready)


def _config(language: str) -> Config:
    """Voilà's settings: our look, nothing of what a visitor or a notebook may otherwise choose, and no traceback."""
    options = voila_options(language, has_people=True)
    options["VoilaConfiguration"] |= {
        "kernel_spec_manager_class": WarmKernelSpecs,
        "extension_allowlist": EXTENSIONS,
        "file_allowlist": [],
        "preheat_kernel": False,
        "progressive_rendering": False,
        "show_tracebacks": False,
        "strip_sources": True,
    }
    options["VoilaExecutor"] = {"timeout": CELL_SECONDS}
    # A kernel without its page is of no use, so one that died stays dead.
    # Sockets lie in a folder of ours: to a port of this machine any of its users could listen.
    options["KernelManager"] = {"autorestart": False, "transport": "ipc"}
    return Config(options)


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
