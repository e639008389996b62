"""From a page of HTML to PDF/A: archivable, tagged for screen readers, and the same bytes every time.

WeasyPrint lays the page out; it may read our own font files and data inside the page, and nothing else.
Anything more is an error and not a gap in the page.  One font configuration serves a whole process,
because reading the fonts costs more than laying out a dossier.

The file's identifier is made from its content and its date is the caller's, so a frozen month printed again
is the same file.
"""

import hashlib
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.faces.blocks import TEMPLATES
from hamyar.faces.fonts import FONT_FOLDER, font_faces
from hamyar.faces.html import notebook_to_html

with warnings.catch_warnings():
    # Without HarfBuzz's subsetter on the machine, fontTools does its work; the page is the same.
    warnings.filterwarnings("ignore", message="HarfBuzz-Subset", category=DeprecationWarning)
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

# Archiving (PDF/A-3) with the structure that a screen reader needs (level A).
PDF_VARIANT = "pdf/a-3a"


class ResourceRefused(HamyarError):
    msgid = N_("The page asks for '{address}'. A page may use only what it carries; put it into the page itself.")


class OnlyOurFonts(URLFetcher):
    """Reads ``data:`` addresses and our font folder; remembers and refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data", "file"}, allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if not (url.lower().startswith("data:") or _is_our_font(url)):
            self.refused.append(url[:80])
            raise ResourceRefused(address=url[:80])
        return super().fetch(url, headers)


def _is_our_font(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return False
    path = Path(url2pathname(unquote(parts.path) if os.name == "nt" else parts.path)).resolve()
    return path.is_relative_to(FONT_FOLDER.resolve()) and path.suffix == ".ttf"


@lru_cache(maxsize=1)
def _house_style(_process: int) -> tuple[FontConfiguration, list[CSS]]:
    fonts = FontConfiguration()
    fetcher = OnlyOurFonts()
    sheets = [font_faces(), *((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "print.css"))]
    return fonts, [CSS(string=sheet, font_config=fonts, url_fetcher=fetcher) for sheet in sheets]


def html_to_pdf(html: str) -> bytes:
    """``html`` (from :func:`notebook_to_html`) as PDF/A-3a bytes; equal input gives equal bytes.

    Raises ``ResourceRefused`` when the page asks for anything outside itself.
    """
    # A forked child must not share the parent's configuration, which removes its files when it ends.
    fonts, sheets = _house_style(os.getpid())
    fetcher = OnlyOurFonts()
    with _timeless_fonts(), warnings.catch_warnings():
        # WeasyPrint 70 leaves its own colour profile open for the collector to close.
        warnings.simplefilter("ignore", ResourceWarning)
        pdf = HTML(string=html, url_fetcher=fetcher).write_pdf(
            stylesheets=sheets,
            font_config=fonts,
            pdf_variant=PDF_VARIANT,
            pdf_identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
        )
    if fetcher.refused:
        raise ResourceRefused(address=fetcher.refused[0])
    return bytes(pdf)


@contextmanager
def _timeless_fonts() -> Iterator[None]:
    """fontTools stamps a subset font with the clock, unless the environment names another moment."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


@contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """What WeasyPrint complains of meanwhile: rules it ignores, letters no font has, things it could not load.

    That a machine has no HarfBuzz subsetter is no fault of a page, and is left out.
    """
    found: list[str] = []

    class _Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "HarfBuzz-Subset" not in record.getMessage():
                found.append(record.getMessage())

    collector = _Collector(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(collector)
    try:
        yield found
    finally:
        logger.removeHandler(collector)


__all__ = ["PDF_VARIANT", "OnlyOurFonts", "ResourceRefused", "collected_warnings", "html_to_pdf", "notebook_to_html"]
