"""From an executed notebook to one page of HTML for paper.

The exporter is nbconvert's with a template of our own: no script, no address outside, no code cells.
Prose stands in the notebook in Persian and is looked up cell by cell for another language.
A notebook with an error has no page: a family must not be handed half of one.

The family's name appears here and nowhere before: the caller gives it with the header,
and it goes to paper without passing through the notebook, its parameters or its outputs.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import traitlets
from nbconvert.exporters.html import HTMLExporter
from nbconvert.preprocessors import Preprocessor, TagRemovePreprocessor
from nbformat import NotebookNode
from traitlets.config import Config

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.faces.blocks import TEMPLATES
from hamyar.faces.text import clip
from hamyar.words import Words

HIDDEN_TAG = "hide-in-report"
# Raw markup that would reach out of the page or run; escaped text cannot look like this.
# What is read out and never fetched; an area may be called "url(…)", and a chart's text alternative names it.
_SAID = re.compile(r"""\s(?:alt|title|aria-label)=(?:"[^"]*"|'[^']*')""")
_REACHES_OUT = re.compile(
    r"<\s*(?:script|link|iframe|object|embed|base|form)\b"
    r"|<[^>]*\s(?:src|srcset|data|action|poster)\s*=\s*[\"']?(?!data:|[\"'\s>])"
    # Inside a tag or a style sheet only: people may write these words.
    r"|<(?:style\b[^<]*|[^>]*)(?:url\(\s*[\"']?(?!data:|#)|@import\b)",
    re.IGNORECASE,
)


class NotebookFailed(HamyarError):
    msgid = N_(
        "Cell {cell} of the notebook ended with an error ({error}), so it has no page. Correct and run it again."
    )


class NotForPaper(HamyarError):
    msgid = N_("The page would need '{found}', a script or a thing outside it. Display a block or a chart instead.")


class RefuseErrors(Preprocessor):
    """Stops at the first cell that ended with an error, hidden or not."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        for number, cell in enumerate(nb.cells, start=1):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    # The message of an exception may quote a fact of the family; its class does not.
                    raise NotebookFailed(cell=number, error=output.ename)
        return nb, resources


class TranslateProse(Preprocessor):
    """Each markdown cell, whole, in the language of the page."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        words: Words = resources["hamyar"]["words"]
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = words.prose(cell.source)
        return nb, resources


class ReportExporter(HTMLExporter):
    """nbconvert's HTML exporter with our template and with no preprocessor but ours."""

    default_preprocessors: Any = traitlets.List([])
    exclude_anchor_links = traitlets.Bool(True)
    exclude_input = traitlets.Bool(True)

    @traitlets.default("template_name")
    def _template_name_default(self) -> str:
        return "hamyar_report"


@lru_cache(maxsize=1)
def _exporter() -> ReportExporter:
    settings = Config()
    settings.TagRemovePreprocessor.enabled = True
    settings.TagRemovePreprocessor.remove_cell_tags = {HIDDEN_TAG}
    settings.ReportExporter.extra_template_basedirs = [str(TEMPLATES)]
    exporter = ReportExporter(config=settings)
    for preprocessor in (RefuseErrors, TagRemovePreprocessor, TranslateProse):
        exporter.register_preprocessor(preprocessor, enabled=True)
    return exporter


def notebook_to_html(nb: NotebookNode, *, words: Words, title: str, header: Mapping[str, Any]) -> str:
    """The page of an executed notebook, for :func:`hamyar.faces.render.html_to_pdf`.  ``nb`` is left as it is.

    ``header`` may hold:

    ``case``          the case code, at the head of every page
    ``helper``        the helper's code instead, on the page of a helper
    ``month``         a :class:`Month`
    ``family_name``   the name to print; only in the title block
    ``centre``        the centre's name, in the title block
    ``is_synthetic``  true for made-up data, which every page then says
    ``created``       the moment of the frozen month, ISO 8601 with a zone; the PDF's only date

    Raises ``NotebookFailed`` for an error among the outputs, ``NotForPaper`` for a script or an outside address.
    """
    month = header.get("month")
    case, helper = (
        f"\u200e{clip(header[whose], 40)}\u200e" if header.get(whose) else "" for whose in ("case", "helper")
    )
    about = [
        words(N_("Helper {helper}"), helper=helper) if helper else "",
        words(N_("Case {case}"), case=case) if case else "",
        words.month(month) if isinstance(month, Month) else "",
        clip(header.get("centre") or ""),
    ]
    name = clip(header.get("family_name") or "")
    page = {
        "words": words,
        "language": words.language,
        "direction": words.direction,
        "title": clip(title),
        "author": words(N_("Hamyar")),
        "created": header.get("created"),
        "person": words(N_("Family of {name}"), name=name) if name else "",
        "about": [line for line in about if line],
        "page_css": _page_css(words, [line for line in about[:3] if line], bool(header.get("is_synthetic"))),
    }
    html, _ = _exporter().from_notebook_node(nb, resources={"hamyar": page})
    if outside := _REACHES_OUT.search(_SAID.sub("", html)):
        raise NotForPaper(found=clip(outside[0], 60))
    return str(html)


def _page_css(words: Words, running: list[str], is_synthetic: bool) -> str:
    """The frame of every page: case and month, the mark of confidence, page numbers, and made-up data named."""
    start, end = ("right", "left") if words.direction == "rtl" else ("left", "right")
    style = "persian" if words.language == "fa" else "decimal"
    sentence = words(N_("Page {page} of {pages}"), page="\x00page\x00", pages="\x00pages\x00")
    counted = " ".join(
        f"counter({part}, {style})" if part in ("page", "pages") else _css_string(part)
        for part in sentence.split("\x00")
        if part
    )
    boxes = {
        f"top-{start}": (_css_string(" · ".join(running)), f"text-align: {start}; vertical-align: middle"),
        f"top-{end}": (
            _css_string(words(N_("Confidential"))),
            f"text-align: {end}; vertical-align: middle; font-weight: 700; color: #22313a",
        ),
        "bottom-center": (counted, "text-align: center"),
    }
    if is_synthetic:
        banner = words(N_("Made-up data for demonstration. No real family."))
        look = "text-align: center; vertical-align: middle; font-weight: 700; color: #22313a"
        boxes["top-center"] = (_css_string(banner), look)
    rules = " ".join(
        f"@{place} {{ content: {content}; direction: {words.direction}; {look} }}"
        for place, (content, look) in boxes.items()
    )
    return f"@page {{ {rules} }}"


def _css_string(text: str) -> str:
    """``text`` as a CSS string that can neither end early nor close the style element."""
    return '"' + re.sub(r'[\\"<>\n\r\f&(@]', lambda found: f"\\{ord(found[0]):06x} ", text) + '"'


__all__ = ["HIDDEN_TAG", "NotForPaper", "NotebookFailed", "ReportExporter", "notebook_to_html"]
