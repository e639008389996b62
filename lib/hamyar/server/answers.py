"""Answers when something is wrong: a page of the look with a sentence, never how it went wrong.

``error.html`` of the template has a heading for each status; a sentence of our own (:class:`Told`) is added to it.
"""

from types import TracebackType
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError, RequestHandler
from voila.utils import create_include_assets_functions

from hamyar.core.message import Message
from hamyar.server.logs import LOG
from hamyar.server.look import TEMPLATE
from hamyar.words import say


class Told(HTTPError):
    """A refusal with a sentence for whoever asked; ``retry_seconds`` where it may be otherwise soon."""

    def __init__(self, status_code: int, said: Message, retry_seconds: int | None = None) -> None:
        super().__init__(status_code)
        self.said, self.retry_seconds = said, retry_seconds


class Quiet(RequestHandler):
    """Logs that a request failed, without its address: that may name a family."""

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        # A refusal is in the log of requests.
        if not isinstance(value, HTTPError) and typ is not None and value is not None:
            LOG.error("%s failed.", type(self).__name__, exc_info=(typ, value, tb))


class ShowsErrors(Quiet):
    """Answers with ``error.html`` in the language of the server."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        fault = (kwargs.get("exc_info") or (None, None))[1]
        said = None
        look = self.settings["voila_jinja2_env"].globals["look"]
        if isinstance(fault, Told):
            said = say(fault.said, look["language"])
            if fault.retry_seconds is not None:
                self.set_header("Retry-After", str(fault.retry_seconds))
        base_url = self.settings["base_url"]
        self.set_header("Content-Type", "text/html; charset=utf-8")
        page = self.settings["voila_jinja2_env"].get_template("error.html")
        self.finish(
            page.render(
                status_code=status_code,
                said=said,
                base_url=base_url,
                **create_include_assets_functions(TEMPLATE, base_url),
            )
        )


class NoSuchPage(ShowsErrors, JupyterHandler):
    """Whatever is not one of our addresses, for whoever asks, by whatever method."""

    async def prepare(self) -> None:  # type: ignore[override]
        raise HTTPError(404)
