"""Warm kernels for jupyter_client: the kernel of a page is a copy of a process that has everything loaded.

jupyter_client asks a *provisioner* for a kernel's process, and finds the provisioner through the kernel's
specification.  So a server needs nothing but our specifications and a started template::

    configuration.kernel_spec_manager_class = WarmKernelSpecs
    app.kernel_spec_manager.template = template_for(serving)
    app.kernel_spec_manager.template.start()

Without a template, or when it fails, the kernel is an ordinary one.
"""

import ast
import logging
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.kernelspec import RESOURCES, make_ipkernel_cmd
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from hamyar.faces.addresses import PAGES
from hamyar.server.context import Serving
from hamyar.server.warm_template import ForkedProcess, TemplateGone, WarmTemplate, safe_environment

PROVISIONER = "hamyar-warm"
LAUNCHER = "ipykernel_launcher"
# How a page asks the server; loaded when a page first asks.
ASKING_MODULES = ("hamyar.faces.session", "hamyar.faces.served")


class WarmProvisioner(LocalProvisioner):
    """A kernel forked from the template of the kernel specifications that it was found in, else an ordinary one."""

    process: Any

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        template: WarmTemplate | None = getattr(getattr(self.parent, "kernel_spec_manager", None), "template", None)
        if template is not None and LAUNCHER in cmd:
            folder = Path(kwargs.get("cwd") or Path.cwd())
            try:
                self.process = await template.fork(cmd[cmd.index(LAUNCHER) + 1 :], kwargs["env"], folder)
            except TemplateGone as gone:
                self.log.warning("%s", gone)
            else:
                # Without a group the base class signals through the process, which knows that it is still there.
                self.pid, self.pgid, self.cwd = self.process.pid, None, folder
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart=restart)
        if isinstance(self.process, ForkedProcess):
            self.process.close()


class WarmKernelSpecs(KernelSpecManager):
    """One kernel, the Python of this installation, whatever else the machine has.

    Set ``template`` to have its kernels forked.  No kernel writes a history of its cells.
    """

    template: WarmTemplate | None = None

    def __init__(self, **kwargs: Any) -> None:
        register()
        super().__init__(**kwargs)

    def find_kernel_specs(self) -> dict[str, str]:
        return {NATIVE_KERNEL_NAME: RESOURCES}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The specification; raises ``NoSuchKernel`` for any other name."""
        if kernel_name != NATIVE_KERNEL_NAME:
            raise NoSuchKernel(kernel_name)
        return KernelSpec(
            argv=[*make_ipkernel_cmd(), "--HistoryManager.enabled=False"],
            display_name="Python 3",
            language="python",
            resource_dir=RESOURCES,
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}},
        )


def register() -> None:
    """Make the provisioner known in this process, as an entry point of an installed package would be."""
    KernelProvisionerFactory.provisioners[PROVISIONER] = EntryPoint(
        PROVISIONER, f"{__name__}:{WarmProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
    )


def template_for(serving: Serving, log: logging.Logger | None = None) -> WarmTemplate:
    """The template for the pages of a centre, not yet started; of the centre it has nothing but language and rules."""
    settings = serving.settings
    environment = {
        **safe_environment(),
        "HAMYAR_HOME": str(settings.home),
        "HAMYAR_LANGUAGE": serving.language,
        "HAMYAR_PARAMETERS": str(settings.parameters),
    }
    notebooks = (settings.notebooks / page.notebook for page in PAGES.values())
    return WarmTemplate([*imported_modules(notebooks), *ASKING_MODULES], environment, log=log)


def imported_modules(notebooks: Iterable[Path]) -> list[str]:
    """The modules that the cells of notebooks import, sorted; notebooks that do not exist count as empty."""
    found: set[str] = set()
    for path in notebooks:
        if not path.exists():
            continue
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                found.update(_imports(cell.source))
    return sorted(found)


def _imports(source: str) -> Iterable[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
