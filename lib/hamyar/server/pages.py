"""A page: a notebook that is run for one visitor, with what the visitor may see, and sent as it is made.

The order is: who is it, may they, is there room, start the kernel, run cell by cell.  Nothing of the notebook runs
before the first three are answered.  Voilà makes the page; what is ours is the way to it, and what is said where
something fails: a sentence in the place of the cell, never the error.
"""

import asyncio
import copy
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import nbformat
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from nbconvert.preprocessors.clearoutput import ClearOutputPreprocessor
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, authenticated
from voila.execute import VoilaExecutor
from voila.handler import BaseVoilaHandler
from voila.notebook_renderer import NotebookRenderer

from hamyar.core.message import message
from hamyar.faces.addresses import PAGES, PageSpec
from hamyar.server.answers import ShowsErrors, Told
from hamyar.server.compiled import CompiledTemplates
from hamyar.server.context import Serving
from hamyar.server.kernels import PageKernels, ServerFull, TooManyPages
from hamyar.server.logs import LOG, places_in_text
from hamyar.server.permission import AddressWrong, Admission, admit
from hamyar.server.sign_in import PASSWORD, first_page
from hamyar.store.access import NotAllowed
from hamyar.words import Words

HOME = "home"
RESULT = "result"
_COMPILED = CompiledTemplates()
RETRY_SECONDS = 60
# Something has to be sent now and then, or a proxy takes the page for dead.
KEEP_ALIVE_SECONDS, KEEP_ALIVE = 10.0, "<!-- -->\n"
# Both are sentences of the look.
FAILED = (
    "The page could not be shown",
    "Load it again in a moment; if it fails once more, tell the operator the time and the page.",
)


class PageRenderer(NotebookRenderer):
    """Voilà's, with our way of starting the kernel's client, and with silence about how a cell failed."""

    notice: str = ""

    async def load_notebook(self, path: str) -> nbformat.NotebookNode:
        file = Path(path)
        return await self.fix_notebook(copy.deepcopy(_notebook(file, file.stat().st_mtime_ns)))

    async def _jinja_kernel_start(self, nb: nbformat.NotebookNode, kernel_id: str, kernel_future: Any) -> str:
        self.executor = VoilaExecutor(nb, km=kernel_future, config=self.traitlet_config, show_tracebacks=False)
        self.executor.kc = await self.executor.async_start_new_kernel_client()
        self.kernel_started = True
        return kernel_id

    async def _jinja_cell_generator(
        self, nb: nbformat.NotebookNode, kernel_id: str
    ) -> AsyncIterator[nbformat.NotebookNode]:
        nb, _ = ClearOutputPreprocessor().preprocess(nb, {"metadata": {}})
        for number, cell in enumerate(nb.cells):
            try:
                await self.executor.execute_cell(cell, None, number, store_history=False)
            except (CellControlSignal, DeadKernelError) as fault:
                _log_failure(Path(self.notebook_path).stem, cell.get("id", str(number)), fault)
                output = nbformat.v4.new_output("display_data", {"text/html": self.notice})
                yield cell | {"outputs": [output]}
                break
            # What a notebook leaves for programs says nothing to somebody who reads the page.
            yield cell | {"outputs": []} if RESULT in cell.metadata.get("tags", ()) else cell
        await self._cleanup_resources()


class Page(ShowsErrors, BaseVoilaHandler):
    """``/<name>`` of :data:`~hamyar.faces.addresses.PAGES`; without a name, the page somebody lands on."""

    admission: Admission | None = None

    def initialize(self, serving: Serving, shared: Mapping[str, Any]) -> None:
        super().initialize(voila_configuration=shared["voila_configuration"])
        self._serving, self._shared = serving, shared

    @property
    def kernels(self) -> PageKernels:
        return cast("PageKernels", self.settings["kernel_manager"])

    @authenticated
    async def get(self, slug: str = "") -> None:
        page = PAGES[slug or HOME]
        self.admission = await self._admitted(page, is_root=not slug)
        if self.admission is None:
            return
        file = self._serving.settings.notebooks / page.notebook
        if not file.is_file():
            raise HTTPError(404)
        # The page's script needs it to let the kernel go.
        _ = self.xsrf_token
        renderer = self._renderer(file)
        await renderer.initialize()
        renderer.exporter.environment.bytecode_cache = _COMPILED
        try:
            kernel_id = await self.kernels.begin(self.admission, renderer.notebook.metadata.kernelspec.name)
        except (ServerFull, TooManyPages) as full:
            raise Told(503, full.message, RETRY_SECONDS) from None
        try:
            await self._send(renderer, kernel_id)
        except BaseException:
            await self.kernels.end(kernel_id)
            raise
        self.kernels.made(kernel_id)

    async def _admitted(self, page: PageSpec, *, is_root: bool) -> Admission | None:
        """The page opened to this visitor; ``None`` when they have been sent to another page."""
        account = await ensure_async(self.identity_provider.account_of(self))
        if account is None:
            raise HTTPError(403)
        if is_root:
            first = await asyncio.to_thread(first_page, self._serving.access(account))
            if first == PASSWORD:
                raise HTTPError(403)
            if first != page.slug:
                self.redirect(f"{self.base_url}{first}")
                return None
        asked = {name: self.get_query_arguments(name) for name in page.takes}
        try:
            return await asyncio.to_thread(admit, page, asked, account, self._serving)
        except AddressWrong:
            raise HTTPError(404) from None
        except NotAllowed:
            raise HTTPError(403) from None

    def _renderer(self, file: Path) -> PageRenderer:
        renderer = PageRenderer(
            request_handler=self,
            notebook_path=str(file),
            base_url=self.base_url,
            contents_manager=self.contents_manager,
            kernel_spec_manager=self.kernel_spec_manager,
            **self._shared,
        )
        renderer.notice = notice(self._serving.language)
        return renderer

    async def _send(self, renderer: PageRenderer, kernel_id: str) -> None:
        """Run the notebook and send the page piece by piece; whoever has gone away meanwhile needs no page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        pieces = renderer.generate_content_generator(kernel_id, self.kernels.get_kernel(kernel_id))
        step: asyncio.Future[Any] | None = None
        try:
            while True:
                step = asyncio.ensure_future(anext(pieces, None))
                while not (await asyncio.wait({step}, timeout=KEEP_ALIVE_SECONDS))[0]:
                    await self._write(KEEP_ALIVE)
                piece = step.result()
                if piece is None:
                    return
                await self._write(piece[0])
        except StreamClosedError:
            await self.kernels.end(kernel_id)
        except (RuntimeError, DeadKernelError) as fault:
            # The beginning of the page has been sent, so the status cannot say it any more.
            _log_failure(Path(renderer.notebook_path).stem, "start", fault)
            await self.kernels.end(kernel_id)
            await self._write(f"</div></div>{notice(self._serving.language)}")
        finally:
            if step is not None and not step.done():
                step.cancel()
                await asyncio.wait({step})
            await pieces.aclose()

    async def _write(self, html: str) -> None:
        self.write(html)
        await self.flush()


def notice(language: str) -> str:
    """That a part of the page could not be made, as markup."""
    words = Words(language)
    title, advice = (words(message(sentence)) for sentence in FAILED)
    return f'<div class="hamyar-failed" role="alert"><p><strong>{title}</strong></p><p>{advice}</p></div>'


@lru_cache(maxsize=32)
def _notebook(file: Path, _modified: int) -> nbformat.NotebookNode:
    """The notebook as it stands; read anew when it has been changed."""
    return nbformat.read(file, as_version=4)


def _log_failure(page: str, where: str, fault: BaseException) -> None:
    """That a page failed, in which cell, with what kind of error, and where in the code; not what the error says."""
    if isinstance(fault, CellExecutionError):
        kind, lines = fault.ename, places_in_text(fault.traceback)
    else:
        kind, lines = type(fault).__name__, []
    LOG.error("%s", "\n".join([f"The page {page} failed at {where}: {kind}", *lines]))
