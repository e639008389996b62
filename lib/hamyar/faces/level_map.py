"""A map of levels by area: one tile for each area, the area with the largest share of harmed families first.

A centre knows its areas by name and has no outlines of them, so the map is an ordered field of tiles.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hamyar.core.message import N_, nmessage
from hamyar.faces.charting import (
    INK,
    MUTED,
    Chart,
    alternative,
    finished,
    legend,
    new_figure,
    turn_with_language,
)
from hamyar.faces.level_patches import (
    WORST_FIRST,
    count_of,
    hidden_look,
    level_mark,
    patch_look,
    said_counts,
    shape_handles,
)
from hamyar.faces.text import clip
from hamyar.words import Words

COLUMNS, MOST_TILES = 3, 12
# In parts of a tile's own height and width.
GAP, ROW_INCHES = 0.06, 0.82
# Where the whole is not known either, a hidden part is drawn like this, whatever it holds.
HIDDEN_PART = 0.12
# So many letters of a name leave room for the number of families, and so many fill the tile.
LONGEST_BESIDE, LONGEST_ALONE = 20, 34


def level_map(frame: pd.DataFrame, words: Words, finding: str = "") -> Chart:
    """A tile for each area with the composition of its levels, their counts, and the area's name.

    ``frame`` is indexed by the areas' names and has the counts ``safe``, ``at_risk``, ``harmed`` and ``undetermined``
    (``Int64``, missing where hidden), and ``families``, all together, where that may be shown although a part may not.
    Beyond twelve areas the last tile holds all others together.
    """
    return finished(lambda: _level_map(frame, words), finding)


def _level_map(frame: pd.DataFrame, words: Words) -> tuple[Figure, str, str]:
    tiles = _areas(frame, words)
    rows = -(-len(tiles) // COLUMNS)
    figure, axes = new_figure(0.35 + ROW_INCHES * max(rows, 1), words)
    axes.set_xlim(0, COLUMNS)
    axes.set_ylim(max(rows, 1), 0)
    axes.set_axis_off()
    turn_with_language(axes, words)
    said, hides = [], False
    for place, area in enumerate(tiles):
        _tile(axes, place % COLUMNS, place // COLUMNS, area, words)
        hides |= None in area.counts
        said.append(f"{area.name}: {said_counts(WORST_FIRST, area.counts, words)}")
    legend(axes, words, shape_handles(WORST_FIRST, words, hides), columns=5)
    title = words(N_("Levels of families by area"))
    return figure, title, alternative(title, said, words)


@dataclass(frozen=True)
class _Area:
    """A tile's content: counts in the order of ``WORST_FIRST``, each ``None`` where hidden, and their sum."""

    name: str
    counts: tuple[int | None, ...]
    families: int | None

    @property
    def harmed_share(self) -> float:
        """The share by which areas are ordered; where it cannot be told they stand after the others."""
        harmed, whole = self.counts[0], self.families
        return -1.0 if harmed is None or not whole else harmed / whole


def _areas(frame: pd.DataFrame, words: Words) -> list[_Area]:
    """The areas worst first, the surplus of them summed."""
    found = []
    for name, row in frame.iterrows():
        counts = tuple(count_of(row[level]) for level in WORST_FIRST)
        families = count_of(row["families"]) if "families" in row else None
        found.append(_Area(clip(name, 40), counts, _sum(counts) if families is None else families))
    found.sort(key=lambda area: (-area.harmed_share, area.name))
    if len(found) <= MOST_TILES:
        return found
    others = found[MOST_TILES - 1 :]
    name = words(nmessage(N_("{count} other area"), N_("{count} other areas"), len(others)))
    sums = tuple(_sum(area.counts[place] for area in others) for place in range(len(WORST_FIRST)))
    return [*found[: MOST_TILES - 1], _Area(name, sums, _sum(area.families for area in others))]


def _sum(counts: Iterable[int | None]) -> int | None:
    counts = list(counts)
    return None if None in counts else sum(count for count in counts if count is not None)


def _tile(axes: Axes, column: int, row: int, area: _Area, words: Words) -> None:
    left, right = column + GAP, column + 1 - GAP
    sign = -1 if words.direction == "rtl" else 1
    start, end = ("right", "left") if words.direction == "rtl" else ("left", "right")
    name = clip(area.name, LONGEST_ALONE)
    axes.text(left, row + 0.27, name, ha=start, va="baseline", color=INK, fontweight="bold")
    if area.families is not None and len(name) <= LONGEST_BESIDE:
        sentence = nmessage(N_("{count} family"), N_("{count} families"), area.families)
        axes.text(right, row + 0.27, words(sentence), ha=end, va="baseline", color=MUTED, fontsize=7.5)
    _composition(axes, left, right, row, area)
    for place, (level, count) in enumerate(zip(WORST_FIRST, area.counts, strict=True)):
        x = left + place * (right - left) / len(WORST_FIRST)
        level_mark(axes, x, row + 0.78, level, points=(sign * 4, 0), markersize=5.5)
        text = "—" if count is None else words.number(count)
        axes.annotate(
            *(text, (x, row + 0.78)),
            xytext=(sign * 11, 0),
            textcoords="offset points",
            ha=start,
            va="center_baseline",
            fontsize=8,
            annotation_clip=False,
        )


def _composition(axes: Axes, left: float, right: float, row: int, area: _Area) -> None:
    """The levels one after the other; hidden ones share what the others leave of the whole, if that is known."""
    hidden = sum(count is None for count in area.counts)
    known = sum(count for count in area.counts if count is not None)
    if area.families is not None:
        each = max(area.families - known, 0) / max(hidden, 1)
    else:
        each = known * HIDDEN_PART if known else 1.0
    whole = known + each * hidden
    place = left
    for level, count in zip(WORST_FIRST, area.counts, strict=True):
        width = (right - left) * (each if count is None else count) / (whole or 1)
        if width:
            look, gid = (hidden_look(), "hidden") if count is None else (patch_look(level), level)
            axes.add_patch(Rectangle((place, row + 0.36), width, 0.24, gid=gid, **look))
        place += width


__all__ = ["level_map"]
