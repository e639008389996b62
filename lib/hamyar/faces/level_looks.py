"""How a level looks, once for blocks and charts: its word, its shape, its colour and its pattern.

Three levels have three colours and never a colour alone.  Each has a shape of its own (circle, triangle, square;
a hollow diamond where the level is undetermined) and its word beside it.  The colours keep apart for colour-blind eyes
(blue, amber, vermilion), and they darken with the level, so that a grey print still orders them.

The shapes are drawn as SVG in the page, because a font of the reader may lack the glyph or draw it otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from hamyar.core.levels.counting import LEVELS, UNDETERMINED
from hamyar.core.levels.explain_family import level_word
from hamyar.core.levels.stratification import ALL_LEVELS
from hamyar.core.message import N_, Message, message
from hamyar.faces.labels import label
from hamyar.words import Words


@dataclass(frozen=True)
class LevelLook:
    """``fill`` with ``edge`` and ``ink`` upon it; ``tint`` behind others; ``hatch`` and ``marker`` for matplotlib."""

    fill: str
    edge: str
    ink: str
    tint: str
    hatch: str
    marker: str
    shape: Markup


LOOKS: Mapping[str, LevelLook] = {
    "safe": LevelLook("#a9d0ea", "#1f5f8b", "#22313a", "#eaf3f9", "", "o", Markup('<circle cx="12" cy="12" r="9.6"')),
    "at_risk": LevelLook(
        "#e3a32b", "#7a5200", "#22313a", "#fbf0da", "////", "^", Markup('<path d="M12 2.2 22.6 21.2H1.4Z"')
    ),
    "harmed": LevelLook(
        "#a5390d", "#5f1d02", "#ffffff", "#f4e0d7", "", "s", Markup('<rect x="2.8" y="2.8" width="18.4" height="18.4"')
    ),
    "undetermined": LevelLook(
        "#ffffff", "#5d6b72", "#22313a", "#f2f4f4", "xxx", "D", Markup('<path d="M12 1.6 22.4 12 12 22.4 1.6 12Z"')
    ),
}


def level_title(level: str, words: Words) -> str:
    """The level's word standing alone: "At risk"."""
    return label(level, words)


def level_icon(level: str, words: Words) -> Markup:
    """The level's shape as inline SVG.

    The word always stands beside it, so a screen hides the shape from readers by ear;
    on paper its title is the text that an archivable PDF asks of every figure.
    """
    look = LOOKS[level]
    width = "2.6" if level == UNDETERMINED else "1.8"
    return Markup(
        '<svg class="level-icon" viewBox="0 0 24 24" aria-hidden="true"><title>{}</title>{} fill="{}" stroke="{}"'
        ' stroke-width="{}" stroke-linejoin="round"/></svg>'
    ).format(level_title(level, words), look.shape, look.fill, look.edge, width)


def range_message(at_best: str, at_worst: str) -> Message:
    """The levels still possible, inside a sentence."""
    return message(N_("between {best} and {worst}"), best=level_word(at_best), worst=level_word(at_worst))


__all__ = ["ALL_LEVELS", "LEVELS", "LOOKS", "UNDETERMINED", "LevelLook", "level_icon", "level_title", "range_message"]
