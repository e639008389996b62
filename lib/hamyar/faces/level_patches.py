"""What the charts of levels share: the patches of a level, of a hidden count, and their legend.

A level keeps the colour, pattern and shape of :mod:`hamyar.faces.level_looks`.
A count that is hidden because it is small has a pattern of its own: horizontal lines, unlike the crossed lines of what
nobody knows.  A hidden part is drawn in a width that says nothing of its size.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from hamyar.core.small_numbers import HIDDEN
from hamyar.faces.charting import MUTED
from hamyar.faces.level_looks import LOOKS, UNDETERMINED, level_title
from hamyar.words import Words

# From reading's beginning: what asks for most comes first.
WORST_FIRST = ("harmed", "at_risk", "safe", UNDETERMINED)
HIDDEN_HATCH = "-----"


def patch_look(level: str) -> dict[str, Any]:
    """matplotlib's arguments for a filled part of this level."""
    look = LOOKS[level]
    style: dict[str, Any] = {"facecolor": look.fill, "edgecolor": look.edge, "hatch": look.hatch, "linewidth": 0.7}
    if level == UNDETERMINED:
        return style | {"hatchcolor": "#b9c1c3", "linestyle": (0, (3, 2))}
    return style | {"hatchcolor": "#c4861b"}


def hidden_look() -> dict[str, Any]:
    return {
        "facecolor": "#f2f4f4",
        "edgecolor": MUTED,
        "hatch": HIDDEN_HATCH,
        "hatchcolor": "#8a979b",
        "linewidth": 0.7,
    }


def count_of(value: Any) -> int | None:
    """A count, or ``None`` where it is hidden."""
    return None if pd.isna(value) else int(value)


def text_on(axes: Axes, x: float, y: float, text: str, level: str, **others: Any) -> None:
    """A short text in the middle of a level's part; upon a pattern it has the part's colour behind it."""
    look = LOOKS[level]
    box = {"facecolor": look.fill, "edgecolor": "none", "pad": 1.1} if look.hatch else None
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": 8, "fontweight": "bold"} | others
    axes.text(x, y, text, color=look.ink, bbox=box, **style)


def level_mark(axes: Axes, x: float, y: float, level: str, points: tuple[float, float] = (0, 0), **others: Any) -> None:
    """The level's shape at a place, moved by so many points."""
    moved = ScaledTranslation(points[0] / 72, points[1] / 72, axes.figure.dpi_scale_trans)
    style: dict[str, Any] = {"transform": axes.transData + moved, "markersize": 6} | marker_look(level) | others
    axes.plot([x], [y], clip_on=False, zorder=6, linestyle="none", **style)


def marker_look(level: str) -> dict[str, Any]:
    look = LOOKS[level]
    width = 1.2 if level == UNDETERMINED else 0.7
    return {"marker": look.marker, "markerfacecolor": look.fill, "markeredgecolor": look.edge, "markeredgewidth": width}


def level_handles(levels: Iterable[str], words: Words, hidden: bool = False) -> list[Any]:
    """Handles of a legend: each level's pattern and word, and the pattern of hidden counts where there are any."""
    handles: list[Any] = [Patch(label=level_title(level, words), **patch_look(level)) for level in levels]
    return [*handles, Patch(label=words(HIDDEN), **hidden_look())] if hidden else handles


def shape_handles(levels: Iterable[str], words: Words, hidden: bool = False) -> list[Any]:
    """As :func:`level_handles`, with each level's shape."""
    handles: list[Any] = [
        Line2D([], [], linestyle="none", markersize=7, label=level_title(level, words), **marker_look(level))
        for level in levels
    ]
    return [*handles, Patch(label=words(HIDDEN), **hidden_look())] if hidden else handles


def said_counts(levels: Sequence[str], counts: Sequence[int | None], words: Words) -> str:
    """Levels with their counts, for the text alternative."""
    joiner = "، " if words.language == "fa" else ", "
    return joiner.join(
        f"{level_title(level, words)} {words(HIDDEN) if count is None else words.number(count)}"
        for level, count in zip(levels, counts, strict=True)
    )


__all__ = [
    "HIDDEN",
    "WORST_FIRST",
    "count_of",
    "hidden_look",
    "level_handles",
    "level_mark",
    "marker_look",
    "patch_look",
    "said_counts",
    "shape_handles",
    "text_on",
]
