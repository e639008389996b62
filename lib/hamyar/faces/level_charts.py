"""The charts of levels: one family's score, and the levels of the whole centre.

The map by area is :mod:`hamyar.faces.level_map`, the flow from start to end :mod:`hamyar.faces.level_flow`,
what the score rests on :mod:`hamyar.faces.score_charts`.

Each takes plain pandas data, the ``words`` of the reader and the ``finding``: the sentence, already in the reader's
language, that the chart proves.  Levels are ``safe``, ``at_risk``, ``harmed`` and ``undetermined``.
Counts are ``Int64`` and missing where a small one is hidden: then the chart shows that it is hidden, never a zero.
Undetermined families are counted and drawn beside the others.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle

from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.faces.charting import (
    INK,
    MUTED,
    PAGE_WIDTH,
    Chart,
    alternative,
    every_month,
    finished,
    legend,
    month_axis,
    new_figure,
    number_axis,
    start_of,
    turn_with_language,
    unknown_band,
)
from hamyar.faces.labels import UNKNOWN
from hamyar.faces.level_flow import transition_flow
from hamyar.faces.level_looks import ALL_LEVELS, level_title
from hamyar.faces.level_map import level_map
from hamyar.faces.level_patches import (
    HIDDEN,
    WORST_FIRST,
    count_of,
    hidden_look,
    level_handles,
    level_mark,
    patch_look,
    said_counts,
    text_on,
)
from hamyar.faces.score_charts import contributions_of_family, decomposition
from hamyar.faces.text import clip
from hamyar.words import Words

STABILITY_BINS = 10


def level_counts(families: pd.Series, words: Words, finding: str = "") -> Chart:
    """How many families have each level, with the share of all.

    ``families`` counts by level (``Int64``, missing where a small count is hidden); a level without a row is nobody's.
    With a hidden count there are no shares, which would give it away.
    """
    return finished(lambda: _level_counts(families, words), finding)


def _level_counts(families: pd.Series, words: Words) -> tuple[Figure, str, str]:
    counts = [count_of(families.get(level, 0)) for level in ALL_LEVELS]
    known = [count for count in counts if count is not None]
    total = sum(known) if len(known) == len(counts) else None
    most = max(known, default=0) or 1
    figure, axes = new_figure(1.55, words)
    sign = -1 if words.direction == "rtl" else 1
    for y, (level, count) in enumerate(zip(ALL_LEVELS, counts, strict=True)):
        if count is None:
            axes.add_patch(Rectangle((0, y - 0.31), most * 0.06, 0.62, gid="hidden", **hidden_look()))
            text = words(HIDDEN)
        else:
            axes.add_patch(Rectangle((0, y - 0.31), count, 0.62, gid=level, **patch_look(level)))
            text = words.number(count) + (f"  ({words.share(count / total)})" if total else "")
        axes.annotate(
            *(text, (most * 0.06 if count is None else count, y)),
            xytext=(sign * 5, 0),
            textcoords="offset points",
            ha=start_of(words),
            va="center_baseline",
            fontweight="normal" if count is None else "bold",
            color=MUTED if count is None else INK,
            annotation_clip=False,
        )
        level_mark(axes, 0, y, level, points=(-sign * 10, 0), markersize=8)
    axes.set_yticks(range(len(ALL_LEVELS)), [level_title(level, words) for level in ALL_LEVELS], color=INK)
    axes.tick_params(axis="y", pad=20)
    axes.set_xlim(0, most * 1.22)
    axes.set_ylim(len(ALL_LEVELS) - 0.5, -0.5)
    axes.set_xticks([])
    turn_with_language(axes, words)
    title = words(N_("Families by level"))
    return figure, title, alternative(title, [said_counts(ALL_LEVELS, counts, words)], words)


def stability_chart(frame: pd.DataFrame, words: Words, finding: str = "") -> Chart:
    """How firm the levels are: how many families keep theirs under which share of random weights.

    ``frame`` has one row per family: its ``level`` and ``same_level_share`` (0 to 1), the share of the random weights
    that give it the same level.  The last column holds the families whose level no drawn weights change.
    """
    return finished(lambda: _stability_chart(frame, words), finding)


def _stability_chart(frame: pd.DataFrame, words: Words) -> tuple[Figure, str, str]:
    shares = frame["same_level_share"].to_numpy(dtype=float)
    # A share of exactly one has a column of its own, after the last tenth.
    bins = np.where(shares >= 1, STABILITY_BINS, np.floor(shares * STABILITY_BINS + 1e-9)).astype(int)
    first = min(int(bins.min(initial=STABILITY_BINS)), STABILITY_BINS - 2)
    columns = range(first, STABILITY_BINS + 1)
    levels = frame["level"].astype("str").to_numpy()
    present = [level for level in ALL_LEVELS if (levels == level).any()]
    figure, axes = new_figure(2.5, words)
    bottom = np.zeros(len(columns))
    for level in present:
        heights = np.array([int(((bins == column) & (levels == level)).sum()) for column in columns])
        axes.bar(np.arange(len(columns)), heights, width=0.86, bottom=bottom, gid=level, **patch_look(level))
        bottom += heights
    for x, height in enumerate(bottom):
        if height:
            axes.annotate(
                *(words.number(int(height)), (x, height)),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontweight="bold",
            )
    names = [_bin_name(column, words) for column in columns]
    axes.set_xticks(range(len(columns)), names, fontsize=7.6)
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_ylim(0, max(bottom.max(initial=0), 1) * 1.14)
    axes.set_xlabel(words(N_("share of random weights under which the family keeps its level")), fontsize=8)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    number_axis(axes, "y", words, words(N_("number of families")), whole=True)
    turn_with_language(axes, words)
    legend(axes, words, level_handles(present, words))
    title = words(N_("How firm the levels are when weights change"))
    said = [f"{name}: {words.number(int(height))}" for name, height in zip(names, bottom, strict=True)]
    return figure, title, alternative(title, said, words)


def _bin_name(column: int, words: Words) -> str:
    if column == STABILITY_BINS:
        return words(N_("always"))
    low, high = (words.number(100 * edge // STABILITY_BINS) for edge in (column, column + 1))
    return words(N_("{least} to {most}%"), least=low, most=high)


def levels_over_months(frame: pd.DataFrame, words: Words, finding: str = "") -> Chart:
    """The levels of all families, month by month; one row of columns for each version of the rules.

    ``frame`` has ``month`` (140508) and the counts ``safe``, ``at_risk``, ``harmed``, ``undetermined``.
    Where it has ``version`` too (the name of the version as the reader should see it), each version has a row
    of its own, in order of appearance: rules in force above, those being tried below.
    A month that is not in the frame is a hatched band.
    """
    return finished(lambda: _levels_over_months(frame, words), finding)


def _levels_over_months(frame: pd.DataFrame, words: Words) -> tuple[Figure, str, str]:
    months = every_month(frame["month"])
    names = list(dict.fromkeys(frame["version"].astype("str"))) if "version" in frame.columns else [""]
    figure = Figure(
        figsize=(PAGE_WIDTH, 0.6 + 1.75 * len(names)), layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03)
    )
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    said: list[str] = []
    hides = bool(frame[list(ALL_LEVELS)].isna().any(axis=None))
    top = int(frame[list(ALL_LEVELS)].fillna(0).sum(axis=1).max()) or 1
    for name, axes in zip(names, panels, strict=True):
        rows = frame[frame["version"].astype("str") == name] if name else frame
        said += _panel(axes, rows, months, top, name, words)
    for axes in panels[:-1]:
        axes.set_xticklabels([])
    legend(panels[0], words, level_handles(ALL_LEVELS, words, hides), columns=5)
    title = words(N_("Levels of families over the months"))
    return figure, title, alternative(title, said, words)


def _panel(axes: Axes, rows: pd.DataFrame, months: list[Month], top: int, name: str, words: Words) -> list[str]:
    """One version's columns; the worst level lies at the bottom, where heights are read most easily."""
    for side in ("top", "left", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if words.direction == "rtl":
        axes.yaxis.tick_right()
    found = {int(row["month"]): [count_of(row[level]) for level in WORST_FIRST] for _, row in rows.iterrows()}
    said = []
    for x, month in enumerate(months):
        counts = found.get(month.code)
        before = f"{clip(name, 40)}, " if name else ""
        if counts is None:
            unknown_band(axes, x, words)
            said.append(f"{before}{words.month(month)}: {words(UNKNOWN)}")
            continue
        said.append(f"{before}{words.month(month)}: {said_counts(WORST_FIRST, counts, words)}")
        place = 0.0
        for level, count in zip(WORST_FIRST, counts, strict=True):
            height = top * 0.03 if count is None else float(count)
            look = hidden_look() if count is None else patch_look(level)
            if not height:
                continue
            gid = "hidden" if count is None else level
            axes.add_patch(Rectangle((x - 0.36, place), 0.72, height, gid=gid, **look))
            if count is not None and height >= top * 0.09:
                size = 7.6 if len(months) <= 9 else 6.6
                text_on(axes, x, place + height / 2, words.number(count), level, fontsize=size)
            place += height
    axes.set_ylim(0, top * 1.08)
    month_axis(axes, months, words)
    unit = words(N_("number of families"))
    number_axis(axes, "y", words, f"{clip(name, 60)} ({unit})" if name else unit, whole=True)
    turn_with_language(axes, words)
    return said


__all__ = [
    "contributions_of_family",
    "decomposition",
    "level_counts",
    "level_map",
    "levels_over_months",
    "stability_chart",
    "transition_flow",
]
