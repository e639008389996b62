"""What a score is made of: one family's against the cut-offs, and the centre's by domain and indicator.

An indicator's part of one family's score is its weight.  Its part of the centre's adjusted headcount M0 is its weight
times its censored headcount, the share of families that are harmed and deprived in it.
"""

from fractions import Fraction
from textwrap import wrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hamyar.core.message import N_, message
from hamyar.faces.charting import (
    DEEP,
    GAP_HATCH,
    GRID,
    INK,
    MIDDLE,
    MUTED,
    PAGE_WIDTH,
    PAPER,
    WARM,
    Chart,
    alternative,
    finished,
    legend,
    new_figure,
    start_of,
    turn_with_language,
)
from hamyar.faces.level_looks import LEVELS, LOOKS, level_title
from hamyar.faces.level_patches import hidden_look, level_mark
from hamyar.faces.text import clip
from hamyar.words import Words

MOST_INDICATORS = 12
LONGEST_NAME = 44
NARROW = 0.25
PANEL_TITLE = 28
NOT_SHOWN = N_("not shown")
KNOWN_LOOK: dict[str, Any] = {"facecolor": DEEP, "edgecolor": INK, "linewidth": 0.4}
POSSIBLE_LOOK: dict[str, Any] = {"facecolor": PAPER, "edgecolor": DEEP, "hatch": GAP_HATCH, "linewidth": 0.9}


def contributions_of_family(
    frame: pd.DataFrame,
    words: Words,
    *,
    at_risk: float | Fraction,
    harmed: float | Fraction,
    finding: str = "",
) -> Chart:
    """Step by step from nothing to the family's score, upon the three levels that the cut-offs make.

    ``frame`` has, in the order to be drawn, ``indicator`` (its name), ``weight_share`` (its part of the whole),
    ``is_critical``, and perhaps ``is_known``: true where the family is deprived, false where an open answer
    may still show it.  Known harms are solid; those still possible are hatched and come after them.
    ``at_risk`` and ``harmed`` are the cut-offs.
    """
    return finished(lambda: _contributions(frame, words, float(at_risk), float(harmed)), finding)


def _contributions(frame: pd.DataFrame, words: Words, at_risk: float, harmed: float) -> tuple[Figure, str, str]:
    rows = frame if "is_known" in frame.columns else frame.assign(is_known=True)
    rows = rows.sort_values("is_known", ascending=False, kind="stable")
    weights = [float(share) for share in rows["weight_share"]]
    known = rows["is_known"].astype(bool).tolist()
    critical = rows["is_critical"].astype(bool).tolist()
    names = [clip(name, LONGEST_NAME) for name in rows["indicator"]]
    right = min(max(sum(weights) * 1.12, harmed * 1.5), 1.0)
    figure, axes = new_figure(1.05 + 0.25 * max(len(rows), 1), words)
    bottom = max(len(rows), 1) - 0.4
    # Where the ground of a level is too narrow for its name, the names stand in two rows.
    top = -1.9 if (harmed - at_risk) / right < NARROW else -1.15
    _zones(axes, (0, at_risk, harmed, right), bottom, top, words)
    place, said = 0.0, []
    for y, (name, weight, is_known, is_critical) in enumerate(zip(names, weights, known, critical, strict=True)):
        look, gid = (KNOWN_LOOK, "known") if is_known else (POSSIBLE_LOOK, "possible")
        axes.add_patch(Rectangle((place, y - 0.3), weight, 0.6, gid=gid, zorder=3, **look))
        if y:
            axes.plot([place, place], [y - 0.7, y - 0.3], color=MUTED, linewidth=0.8, zorder=2)
        place += weight
        _after(axes, place, y, words.share(weight, 1), is_critical, words)
        said.append(f"{name}: {words.share(weight, 1)}" + ("" if is_known else f" ({words(N_('still possible'))})"))
    axes.set_yticks(range(len(names)), names, color=INK)
    for cut in (at_risk, harmed):
        axes.plot([cut, cut], [(top if cut == at_risk else -1.15) - 0.25, bottom], color=INK, linewidth=1.2, zorder=4)
    axes.set_xlim(0, right)
    axes.set_ylim(bottom, top - 0.45)
    _share_axis(axes, words)
    axes.set_xlabel(words(N_("part of the whole score")), fontsize=8)
    axes.grid(visible=False)
    turn_with_language(axes, words)
    handles = [Patch(label=words(N_("known harm")), **KNOWN_LOOK)]
    if not all(known):
        handles.append(Patch(label=words(N_("still possible, not yet answered")), **POSSIBLE_LOOK))
    legend(axes, words, handles)
    title = words(N_("What the family's score is made of"))
    cut_offs = message(
        N_("At risk from {at_risk}, harmed from {harmed}."), at_risk=words.share(at_risk), harmed=words.share(harmed)
    )
    return figure, title, f"{alternative(title, said, words)} {words(cut_offs)}"


def _zones(axes: Axes, edges: tuple[float, float, float, float], bottom: float, top: float, words: Words) -> None:
    """The ground of each level, with its shape and word above it."""
    for level, left, right in zip(LEVELS, edges, edges[1:], strict=False):
        axes.add_patch(Rectangle((left, -0.75), right - left, bottom + 0.75, color=LOOKS[level].tint, linewidth=0))
        share = "" if level == "safe" else " " + words(N_("from {share}"), share=words.share(left))
        sign = -1 if words.direction == "rtl" else 1
        row = top if level == "at_risk" else -1.15
        level_mark(axes, left, row, level, points=(sign * 6, 0))
        axes.annotate(
            *(level_title(level, words) + share, (left, row)),
            xytext=(sign * 14, 0),
            textcoords="offset points",
            ha=start_of(words),
            va="center_baseline",
            fontsize=7.6,
            color=MUTED,
        )


def _after(axes: Axes, x: float, y: float, text: str, is_critical: bool, words: Words, points: float = 4) -> None:
    """What a bar weighs, behind its end; a critical harm has the shape and the words besides."""
    sign = -1 if words.direction == "rtl" else 1
    if is_critical:
        level_mark(axes, x, y, "harmed", points=(sign * 9, 0))
        text = f"{text}  {words(N_('critical by itself'))}"
    axes.annotate(
        *(text, (x, y)),
        xytext=(sign * (17 if is_critical else points), 0),
        textcoords="offset points",
        ha=start_of(words),
        va="center_baseline",
        fontsize=8,
        fontweight="bold" if is_critical else "normal",
        zorder=6,
        annotation_clip=False,
        # A cut-off may run through the text.
        path_effects=[withStroke(linewidth=2.4, foreground=PAPER)],
    )


def decomposition(frame: pd.DataFrame, words: Words, finding: str = "") -> Chart:
    """How much each domain and each indicator adds to M0, with the censored headcount beside it.

    ``frame`` has one row per domain and per indicator: ``name``, ``kind`` (``domain`` or ``indicator``),
    ``contribution_share`` (its part of M0; each kind sums to 1) and ``censored_headcount_share`` (the share of
    families that are harmed and deprived in it; missing for a domain).  Either is missing too where it is hidden.
    The twelve largest indicators are drawn, the rest as one bar.
    """
    return finished(lambda: _decomposition(frame, words), finding)


def _decomposition(frame: pd.DataFrame, words: Words) -> tuple[Figure, str, str]:
    rows = _decomposition_rows(frame, words)
    figure = Figure(
        figsize=(PAGE_WIDTH, 0.75 + 0.24 * len(rows)), layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03)
    )
    rtl = words.direction == "rtl"
    ratios = [0.36, 0.64] if rtl else [0.64, 0.36]
    pair = figure.subplots(1, 2, sharey=True, width_ratios=ratios)
    parts, heads = (pair[1], pair[0]) if rtl else (pair[0], pair[1])
    said, y, places = [], 0.0, []
    for before, row in zip([None, *rows], rows, strict=False):
        y += 0.45 if before is not None and before["kind"] != row["kind"] else 0
        places.append(y)
        said.append(_draw_part(parts, heads, y, row, words))
        y += 1
    _finish_panel(parts, words, words(N_("part of the adjusted headcount M0")))
    _finish_panel(heads, words, words(N_("families harmed and deprived in it")))
    parts.set_ylim(y - 0.4, -0.6)
    parts.set_yticks(places, [row["name"] for row in rows])
    if rtl:
        parts.yaxis.tick_right()
    heads.tick_params(axis="y", labelleft=False, labelright=False)
    parts.tick_params(axis="y", labelleft=not rtl, labelright=rtl)
    for tick, row in zip(parts.get_yticklabels(), rows, strict=True):
        tick.set(color=INK, fontweight="bold" if row["kind"] == "domain" else "normal")
    title = words(N_("What the centre's harms are made of"))
    return figure, title, alternative(title, said, words)


def _decomposition_rows(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    columns = ["kind", "name", "contribution_share", "censored_headcount_share"]
    rows = [
        dict(zip(columns, values, strict=True)) | {"name": clip(values[1], LONGEST_NAME)}
        for values in frame[columns].sort_values("contribution_share", ascending=False, kind="stable").to_numpy()
    ]
    domains = [row for row in rows if row["kind"] == "domain"]
    indicators = [row for row in rows if row["kind"] == "indicator"]
    rest = indicators[MOST_INDICATORS:]
    if len(rest) > 1:
        shares = [row["contribution_share"] for row in rest]
        total = pd.NA if any(pd.isna(share) for share in shares) else sum(map(float, shares))
        name = words(N_("{count} other indicators"), count=len(rest))
        values = ("rest", name, total, pd.NA)
        indicators = [*indicators[:MOST_INDICATORS], dict(zip(columns, values, strict=True))]
    return [*domains, *indicators]


def _draw_part(parts: Axes, heads: Axes, y: float, row: dict[str, Any], words: Words) -> str:
    share, headcount = row["contribution_share"], row["censored_headcount_share"]
    said = [words(NOT_SHOWN) if pd.isna(share) else words.share(float(share))]
    if pd.isna(share):
        _hidden(parts, y, words)
    else:
        colour = DEEP if row["kind"] == "domain" else MIDDLE
        parts.barh(y, float(share), height=0.62, color=colour, edgecolor=INK, linewidth=0.4)
        _after(parts, float(share), y, said[0], False, words)
    if not pd.isna(headcount):
        said.append(words.share(float(headcount)))
        heads.plot([0, float(headcount)], [y, y], color=WARM, linewidth=1.4, solid_capstyle="butt")
        heads.plot(float(headcount), y, marker="D", color=WARM, markeredgecolor=INK, markersize=5, clip_on=False)
        _after(heads, float(headcount), y, said[1], False, words, points=7)
    elif row["kind"] == "indicator":
        _hidden(heads, y, words)
    return f"{row['name']}: {', '.join(said)}"


def _hidden(axes: Axes, y: float, words: Words) -> None:
    axes.add_patch(Rectangle((0, y - 0.25), 0.05, 0.5, gid="hidden", **hidden_look()))
    _after(axes, 0.05, y, words(NOT_SHOWN), False, words)


def _finish_panel(axes: Axes, words: Words, title: str) -> None:
    """The panel's own name stands above it, at the side where reading begins: below, two would meet."""
    for side in ("top", "left", "right", "bottom"):
        axes.spines[side].set_visible(False)
    high = axes.get_xlim()[1]
    axes.set_xlim(0, max(high, 0.05) * 1.16)
    axes.set_title("\n".join(wrap(title, PANEL_TITLE)), loc=start_of(words), fontsize=8, color=MUTED, pad=6)  # type: ignore[arg-type]
    _share_axis(axes, words)
    turn_with_language(axes, words)


def _share_axis(axes: Axes, words: Words) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: words.share(share)))
    axes.grid(axis="x", color=GRID)


__all__ = ["contributions_of_family", "decomposition"]
