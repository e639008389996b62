"""Tables and lists that lead on to a family: the blocks of pages that people walk through.

A printed page has nowhere to lead; these blocks are for a screen.  A cell is made of lines, a line is a sentence or a
link, and all text of people in it is clipped, isolated and never markup, as in :mod:`hamyar.faces.blocks`.
A long list is folded: its summary is the figure, and whoever opens it sees the families behind the figure.
It is the page's own folding, so it needs no kernel, works by keyboard and is closed again on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from markupsafe import Markup, escape

from hamyar.core.message import N_, Message, message
from hamyar.faces.blocks import TEMPLATES, Block, PageStyle, value_html
from hamyar.faces.labels import UNKNOWN
from hamyar.faces.level_looks import UNDETERMINED, level_icon, level_title, range_message
from hamyar.faces.pages import Several
from hamyar.faces.text import clip, isolated, sentence_html
from hamyar.store.settings import is_served
from hamyar.words import Words

Text = str | Message
# Of one figure so many families are named at once; the others are folded below them.
MOST_BEHIND = 40
NONE = "–"


@dataclass(frozen=True)
class Link:
    """A text that leads to ``href``, an address of our own (:func:`hamyar.faces.addresses.address`).

    ``code`` stands behind it in one piece; ``note`` is a remark after it.  Without ``href`` it is text alone.
    """

    text: Text
    href: str | None
    code: str = ""
    note: Text = ""

    def html(self, words: Words) -> Markup:
        # A name keeps its own direction; a sentence of ours has the page's.
        told = isolated(self.text) if isinstance(self.text, str) else sentence_html(self.text, words)
        shown = told
        if self.href:
            shown = Markup('<a class="lead" href="{}"{}>{}</a>').format(self.href, _opens_here(), told)
        if self.code:
            shown += Markup(' <bdi dir="ltr" class="case">{}</bdi>').format(clip(self.code, 40))
        if self.note:
            shown += Markup(' <span class="link-note">{}</span>').format(sentence_html(self.note, words))
        return shown


def _opens_here() -> Markup:
    """Jupyter gives every link of an output a window of its own, and a phone one more kernel for each.

    In Lab that is as it should be: a page of Hamyar has no place in the window of Lab.
    """
    return Markup(' target="_self"') if is_served() else Markup("")


@dataclass(frozen=True)
class Level:
    """A level in a cell: shape and word, and where it is undetermined the levels still possible."""

    level: str | None
    at_best: str | None = None
    at_worst: str | None = None

    def html(self, words: Words) -> Markup:
        if self.level is None:
            return Markup('<span class="unknown">{}</span>').format(words(UNKNOWN))
        chip = Markup('<span class="level-name">{}{}</span>').format(
            level_icon(self.level, words), level_title(self.level, words)
        )
        if self.level == UNDETERMINED and self.at_best and self.at_worst:
            possible = sentence_html(range_message(self.at_best, self.at_worst), words)
            chip += Markup(' <span class="link-note">{}</span>').format(possible)
        return chip


@dataclass(frozen=True)
class Marked:
    """A sentence behind a small picture of ours, such as the mark of what is overdue."""

    icon: Markup
    text: Text

    def html(self, words: Words) -> Markup:
        return self.icon + sentence_html(self.text, words)


Line = Link | Level | Marked | Message | str
Cell = Sequence[Line]


def _line_html(line: Line, words: Words) -> Markup:
    if isinstance(line, Link | Level | Marked):
        return line.html(words)
    return value_html(line, words)


@dataclass(frozen=True)
class Head:
    """The head of a column; ``is_number`` sets its values one below the other by their digits."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, repr=False)
class LinkedTable(Block):
    """Rows of cells, each of one or more lines; on a narrow screen every row is a card."""

    template: ClassVar[str] = "linked_table"
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    words: Words
    caption: str = ""

    def context(self) -> dict[str, Any]:
        return {
            "caption": clip(self.caption, 240),
            "heads": [{"title": clip(head.title), "numeric": head.is_number} for head in self.heads],
            "rows": [
                [
                    {
                        "lines": [_line_html(line, self.words) for line in cell] or [escape(NONE)],
                        "numeric": head.is_number,
                    }
                    for head, cell in zip(self.heads, row, strict=True)
                ]
                for row in self.rows
            ],
        }


@dataclass(frozen=True, repr=False)
class LinkList(Block):
    """Links one beside the other, as navigation called ``label`` for readers by ear."""

    template: ClassVar[str] = "link_list"
    label: str
    links: Sequence[Link]
    words: Words

    def context(self) -> dict[str, Any]:
        return {"label": self.label, "links": [link.html(self.words) for link in self.links]}


@dataclass(frozen=True)
class Part:
    """A group of the families behind a figure under a heading of its own, which may be empty.

    ``all_at`` is the address of a page that lists every one of them: a long list then leads there, which keeps a page
    of many lists light.  Without it whoever is not named at once stands folded below the others.
    """

    title: Line
    links: Sequence[Link]
    all_at: str | None = None


@dataclass(frozen=True, repr=False)
class Behind(Block):
    """A figure that opens: its sentence, and folded below it the families that it counts.

    Nothing is folded where there is nobody.  Of each part ``most`` are named at once; the rest is counted, and open.
    """

    template: ClassVar[str] = "behind"
    summary: Line
    parts: Sequence[Part]
    words: Words
    most: int = field(default=MOST_BEHIND)

    def context(self) -> dict[str, Any]:
        return {
            "summary": _line_html(self.summary, self.words),
            "parts": [self._part(part) for part in self.parts if part.links],
        }

    def _part(self, part: Part) -> dict[str, Any]:
        rest = part.links[self.most :]
        told = message(N_("and {count} more"), count=len(rest))
        return {
            "title": _line_html(part.title, self.words) if part.title else "",
            "links": [link.html(self.words) for link in part.links[: self.most]],
            "rest": Link(told, part.all_at).html(self.words) if rest else "",
            "folded": [] if part.all_at else [link.html(self.words) for link in rest],
        }


@dataclass(frozen=True, repr=False)
class _LinkedStyle(Block):
    template: ClassVar[str] = "linked_style"
    words: Words

    def context(self) -> dict[str, Any]:
        return {"css": Markup((TEMPLATES / "linked.css").read_text(encoding="utf-8"))}  # noqa: S704 - our own file


def linked_style(words: Words) -> Block:
    """The look of the blocks and of these, displayed once at the top of a notebook."""
    return Several([PageStyle(words), _LinkedStyle(words)])
