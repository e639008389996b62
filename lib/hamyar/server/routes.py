"""Every address the server answers; whatever is not here is not there.

========================================  =====================================================  ===============
address                                   what                                                   for
========================================  =====================================================  ===============
``/`` and ``/<page>``                     the pages of :mod:`hamyar.faces.addresses`             who may open it
``/api/kernels/<id>`` (GET)               whether the page's kernel is there                     its owner
``/api/kernels/<id>/channels``            the websocket of the page's kernel                     its owner
``/voila/api/shutdown/<id>`` (POST)       the page is closed                                     its owner
``/voila/static``, ``labextensions``, …   scripts, styles and fonts                              everybody
those of the identity                     signing in and out, the password                       everybody
========================================  =====================================================  ===============

Of Voilà's own there are no files, no tree, no contents, no list of kernels, no query of another's page and no running
of code by request.
"""

from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_path
from jupyter_server.base.handlers import FileFindHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado.web import RequestHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler

from hamyar.faces.addresses import PAGES
from hamyar.server.answers import ShowsErrors
from hamyar.server.channels import KERNEL_ID, EndKernel, OwnKernel, PageChannels
from hamyar.server.look import TEMPLATE
from hamyar.server.pages import Page

if TYPE_CHECKING:
    from hamyar.server.app import HamyarVoila

# A path of plain names; the handlers of files look closer, but not all of them without a fault of their own.
FILE = r"[\w-]+(?:[./][\w-]+)*"
Route = tuple[str, type[RequestHandler], dict[str, Any]]


class Scripts(ShowsErrors, MultiStaticFileHandler):
    """What Voilà's page runs."""


class TemplateFiles(ShowsErrors, TemplateStaticFileHandler):
    """Style and fonts of our template."""


class Extensions(ShowsErrors, FileFindHandler):
    """The scripts of the widgets."""


class Themes(ShowsErrors, ThemesHandler):
    """The two themes of JupyterLab, from which widgets take their colours."""


def routes(app: "HamyarVoila") -> list[Route]:
    """The addresses of one server, below its ``base_url``."""
    base = app.base_url
    page = {"serving": app.serving, "shared": app.shared}
    extensions = app.labextensions_path
    # Voilà looks for its themes in the first of its folders, which is that of our template.
    folders = [f"{folder}/themes" for folder in jupyter_path("voila")]
    themes = {"themes_url": f"{base}voila/api/themes", "path": folders, "labextensions_path": extensions}
    return [
        (f"{base}({'|'.join(PAGES)})?", Page, page),
        (f"{base}api/kernels/{KERNEL_ID}", OwnKernel, {}),
        (f"{base}api/kernels/{KERNEL_ID}/channels", PageChannels, {}),
        (f"{base}voila/api/shutdown/{KERNEL_ID}", EndKernel, {}),
        (f"{base}voila/static/(.*)", Scripts, {"paths": app.static_paths}),
        (f"{base}voila/templates/({TEMPLATE}/static/{FILE})", TemplateFiles, {}),
        (f"{base}voila/labextensions/(.*)", Extensions, {"path": extensions, "no_cache_paths": ["/"]}),
        (f"{base}voila/api/themes/(.*)", Themes, {**themes, "no_cache_paths": ["/"]}),
        *app.identity.handlers(base),
    ]
