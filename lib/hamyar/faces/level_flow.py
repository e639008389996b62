"""From the levels at the start to the levels at the end: every family's way as one flow.

A band is as thick as the families are many, and has the tone of the level it comes from.
Better levels stand higher, so what rises has improved.
A family that could not be placed at one of the two ends is undetermined there and has its band like the others.
"""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from hamyar.core.message import N_
from hamyar.faces.charting import INK, MUTED, Chart, alternative, finished, legend, new_figure, turn_with_language
from hamyar.faces.level_looks import ALL_LEVELS, LOOKS, level_title
from hamyar.faces.level_patches import HIDDEN, count_of, hidden_look, level_mark, patch_look
from hamyar.words import Words

Flow = tuple[str, str]
# In parts of the height of all families together, and of the width between the two ends.
NODE_GAP, NODE_WIDTH = 0.07, 0.03
HIDDEN_THICKNESS, SMALLEST_LABELLED = 0.02, 0.045
MARGIN = 0.3


def transition_flow(
    matrix: pd.DataFrame, words: Words, finding: str = "", start_label: str = "", end_label: str = ""
) -> Chart:
    """Bands from each level at the start to each level at the end.

    ``matrix`` has a row for each level at the start and a column for each level at the end, and counts families
    (``Int64``, missing where a small count is hidden); other columns are left aside.
    A hidden flow is a thin lined band, always of one thickness, and no total counts it.
    """
    return finished(lambda: _transition_flow(matrix, words, start_label, end_label), finding)


def _transition_flow(matrix: pd.DataFrame, words: Words, start_label: str, end_label: str) -> tuple[Figure, str, str]:
    flows = _flows(matrix)
    total = sum(count or 0 for count in flows.values()) or 1
    thick = {flow: HIDDEN_THICKNESS if count is None else count / total for flow, count in flows.items()}
    figure, axes = new_figure(3.2, words)
    tops = (_tops(thick, 0), _tops(thick, 1))
    low = 1.0
    for side, x in enumerate((-NODE_WIDTH, 1.0)):
        for level, top in tops[side].items():
            here = [flow for flow in flows if flow[side] == level]
            height = sum(thick[flow] for flow in here)
            axes.add_patch(Rectangle((x, top), NODE_WIDTH, height, gid=f"node {level}", **patch_look(level)))
            _node_label(axes, side, top + height / 2, level, sum(flows[flow] or 0 for flow in here), words)
            low = max(low, top + height)
    places = (dict(tops[0]), dict(tops[1]))
    for flow, count in flows.items():
        start, end = flow
        _band(axes, places[0][start], places[1][end], thick[flow], flow, count)
        if count is not None and thick[flow] >= SMALLEST_LABELLED:
            _band_label(axes, places[0][start] + thick[flow] / 2, count, words)
        places[0][start] += thick[flow]
        places[1][end] += thick[flow]
    axes.set_xlim(-MARGIN, 1 + MARGIN)
    axes.set_ylim(low + 0.03, -0.12)
    axes.set_axis_off()
    turn_with_language(axes, words)
    names = (start_label or words(N_("At the start")), end_label or words(N_("At the end")))
    for side, (x, name) in enumerate(zip((0, 1), names, strict=True)):
        axes.text(x, -0.05, name, ha=_outwards(1 - side, words), va="baseline", color=MUTED, fontweight="bold")
    if None in flows.values():
        legend(axes, words, [Patch(label=words(N_("hidden (small count), and in no total")), **hidden_look())])
    title = words(N_("From the level at the start to the level at the end"))
    said = [
        words(
            N_("from {start} to {end}: {families}"),
            start=level_title(start, words),
            end=level_title(end, words),
            families=words(HIDDEN) if count is None else count,
        )
        for (start, end), count in flows.items()
    ]
    return figure, title, alternative(title, said, words)


def _flows(matrix: pd.DataFrame) -> dict[Flow, int | None]:
    """The flows that somebody goes, in the order of the levels, so that bands cross as little as they can."""
    found = {(start, end): count_of(matrix.at[start, end]) for start in ALL_LEVELS for end in ALL_LEVELS}
    return {flow: count for flow, count in found.items() if count is None or count}


def _tops(thick: Mapping[Flow, float], side: int) -> dict[str, float]:
    """Where each level's node begins at one end, from above."""
    tops, place = {}, 0.0
    for level in ALL_LEVELS:
        height = sum(value for flow, value in thick.items() if flow[side] == level)
        if height:
            tops[level] = place
            place += height + NODE_GAP
    return tops


def _band(axes: Axes, start: float, end: float, thickness: float, flow: Flow, count: int | None) -> None:
    below_start, below_end = start + thickness, end + thickness
    points = [(0, start), (0.5, start), (0.5, end), (1, end), (1, below_end), (0.5, below_end), (0.5, below_start)]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    path = Path([*points, (0, below_start), (0, start)], curve)
    look = LOOKS[flow[0]]
    style = (
        hidden_look()
        if count is None
        else {"facecolor": look.tint if flow[0] == "undetermined" else look.fill, "edgecolor": look.edge, "alpha": 0.5}
    )
    axes.add_patch(PathPatch(path, **{"linewidth": 0.6} | style, gid=" ".join(flow), zorder=1))


def _outwards(side: int, words: Words) -> str:
    """The alignment of text that stands outside the node of an end."""
    return "right" if (side == 0) == (words.direction == "ltr") else "left"


def _node_label(axes: Axes, side: int, y: float, level: str, count: int, words: Words) -> None:
    sign = (-1 if side == 0 else 1) * (1 if words.direction == "ltr" else -1)
    x = -NODE_WIDTH if side == 0 else 1 + NODE_WIDTH
    level_mark(axes, x, y, level, points=(sign * 9, 0))
    axes.annotate(
        *(f"{level_title(level, words)}  {words.number(count)}", (x, y)),
        xytext=(sign * 17, 0),
        textcoords="offset points",
        ha=_outwards(side, words),
        va="center_baseline",
        color=INK,
        fontweight="bold",
    )


def _band_label(axes: Axes, y: float, count: int, words: Words) -> None:
    axes.annotate(
        *(words.number(count), (0, y)),
        xytext=(5 if words.direction == "ltr" else -5, 0),
        textcoords="offset points",
        ha="left" if words.direction == "ltr" else "right",
        va="center_baseline",
        fontsize=8,
        zorder=7,
    )


__all__ = ["transition_flow"]
