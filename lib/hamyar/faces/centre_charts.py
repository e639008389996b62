"""The charts of the whole centre: how large the gaps are, how the rules of sharing compare, and the months.

Families whose gap is unknown are counted and shown beside the others, not left out and not taken as zero.
No chart here can single out a family: they show counts, quartiles and sums.
"""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from hamyar.core.message import N_
from hamyar.faces.charting import (
    DEEP,
    GAP_HATCH,
    INK,
    MIDDLE,
    MUTED,
    PALE,
    PAPER,
    WARM,
    Chart,
    Scale,
    alternative,
    every_month,
    finished,
    legend,
    month_axis,
    new_figure,
    number_axis,
    numbers_of,
    said_of,
    short_number,
    start_of,
    turn_with_language,
    unknown_band,
    unknown_look,
)
from hamyar.faces.labels import RULES, UNKNOWN, label
from hamyar.faces.text import clip
from hamyar.words import Words, write_value

MOST_BINS = 12


def gap_histogram(gaps: pd.Series, words: Words, currency: str = "IRR", finding: str = "") -> Chart:
    """How many families have a gap of which size; ``gaps`` in smallest units, missing where unknown.

    The families with an unknown gap stand in a hatched column after the largest gaps.
    """
    return finished(lambda: _gap_histogram(gaps, words, currency), finding)


def _gap_histogram(gaps: pd.Series, words: Words, currency: str) -> tuple[Figure, str, str]:
    values = numbers_of(gaps)
    known = values[~np.isnan(values)]
    scale = Scale.of(map(float, known), words, currency)
    figure, axes = new_figure(2.5, words)
    edges = _round_edges(float(known.max(initial=0)) / scale.factor)
    counts, _ = np.histogram(known / scale.factor, edges)
    width = edges[1] - edges[0]
    axes.bar(edges[:-1], counts, width=width * 0.92, align="edge", color=MIDDLE, edgecolor=INK, linewidth=0.4)
    unknown = int(np.isnan(values).sum())
    right = float(edges[-1])
    if unknown:
        place = right + width
        axes.bar(place, unknown, width=width * 0.92, align="edge", gid="unknown", **unknown_look())
        axes.annotate(
            *(f"{words(N_('gap unknown'))}\n{words.number(unknown)}", (place + width * 0.46, unknown)),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8,
        )
        right = place + width
    axes.set_xlim(0, right)
    axes.set_ylim(0, max(int(counts.max(initial=0)), unknown * 1.35, 1) * 1.1)
    number_axis(axes, "x", words, f"{words(N_('Gap of a family'))} ({scale.name})")
    number_axis(axes, "y", words, words(N_("number of families")), whole=True)
    # Beyond the largest gap the axis counts nothing.
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= edges[-1]])
    axes.grid(visible=False, axis="x")
    turn_with_language(axes, words)
    title = words(N_("Gaps of the centre's families"))
    said = [
        f"{short_number(Decimal(repr(float(low))), words)}–{short_number(Decimal(repr(float(high))), words)} "
        f"{scale.name}: {words.number(int(count))}"
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        if count
    ]
    said.append(f"{words(UNKNOWN)}: {words.number(unknown)}")
    return figure, title, alternative(title, said, words)


def _round_edges(largest: float) -> np.ndarray:
    """Edges from zero in round steps, at most ``MOST_BINS`` bins, the last one beyond ``largest``."""
    rough = max(largest, 1e-9) / MOST_BINS
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 1.0001)
    return np.round(np.arange(0, largest + step * 1.0001, step), 9)


def allocation_comparison(frame: pd.DataFrame, words: Words, currency: str = "IRR", finding: str = "") -> Chart:
    """For each rule of sharing, how the share of the gap that is covered spreads over the families.

    ``frame`` has one row for a rule and a family: ``rule`` and ``covered_share`` (0 to 1, missing where the family
    has no gap).  A line spans lowest to highest, a box the middle half, a mark the median.
    ``currency`` is taken for likeness with the other charts: shares have no unit.
    """
    return finished(lambda: _allocation_comparison(frame, words), finding)


def _allocation_comparison(frame: pd.DataFrame, words: Words) -> tuple[Figure, str, str]:
    found = list(frame["rule"].astype("str").unique())
    rules = [rule for rule in RULES if rule in found] + sorted(rule for rule in found if rule not in RULES)
    figure, axes = new_figure(0.85 + 0.42 * len(rules), words)
    said = []
    for y, rule in enumerate(rules):
        shares = numbers_of(frame.loc[frame["rule"] == rule, "covered_share"])
        shares = shares[~np.isnan(shares)]
        name = label(clip(rule, 40), words)
        if not len(shares):
            axes.text(0.01, y, words(UNKNOWN), color=MUTED, va="center_baseline")
            said.append(f"{name}: {words(UNKNOWN)}")
            continue
        low, first, median, third, high = (float(value) for value in np.quantile(shares, [0, 0.25, 0.5, 0.75, 1]))
        axes.plot([low, high], [y, y], color=INK, linewidth=1.1, solid_capstyle="butt", marker="|", markersize=8)
        axes.barh(y, third - first, left=first, height=0.42, color=PALE, edgecolor=INK, linewidth=0.8, zorder=3)
        axes.plot(median, y, marker="D", color=WARM, markeredgecolor=INK, markersize=6.5, zorder=4, clip_on=False)
        axes.annotate(
            *(words.share(median), (high, y)),
            xytext=(-7 if words.direction == "rtl" else 7, 0),
            textcoords="offset points",
            ha=start_of(words),
            va="center_baseline",
            fontweight="bold",
            annotation_clip=False,
        )
        said.append(f"{name}: {write_value([words.share(value) for value in (low, median, high)], words.language)}")
    axes.set_yticks(range(len(rules)), [label(clip(rule, 40), words) for rule in rules], color=INK)
    axes.set_ylim(len(rules) - 0.5, -0.6)
    axes.set_xlim(0, 1.1)
    number_axis(axes, "x", words, words(N_("share of the gap covered")))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: words.share(share)))
    turn_with_language(axes, words)
    handles = [
        Line2D([], [], color=INK, marker="|", markersize=7, label=words(N_("lowest to highest"))),
        Patch(facecolor=PALE, edgecolor=INK, label=words(N_("middle half of the families"))),
        Line2D([], [], color="none", marker="D", markerfacecolor=WARM, markeredgecolor=INK, label=words(N_("median"))),
    ]
    legend(axes, words, handles)
    title = words(N_("Share of each gap that the centre covers"))
    return figure, title, alternative(title, said, words)


def centre_gaps_over_months(frame: pd.DataFrame, words: Words, currency: str = "IRR", finding: str = "") -> Chart:
    """The gaps of all families, month by month, before and after this centre's aid.

    ``frame`` has ``month``, ``gap_before_aid_money`` and ``gap_after_aid_money``, summed over the families;
    a month without a sum, or not in the frame, is a hatched band.
    """
    return finished(lambda: _centre_gaps_over_months(frame, words, currency), finding)


def _centre_gaps_over_months(frame: pd.DataFrame, words: Words, currency: str) -> tuple[Figure, str, str]:
    months = every_month(frame["month"])
    rows = frame.set_index("month").reindex([month.code for month in months])
    before, after = numbers_of(rows["gap_before_aid_money"]), numbers_of(rows["gap_after_aid_money"])
    known = [float(amount) for amount in np.concatenate([before, after]) if not np.isnan(amount)]
    scale = Scale.of(known, words, currency)
    figure, axes = new_figure(2.5, words)
    looks: tuple[tuple[str, np.ndarray, float, dict[str, Any]], ...] = (
        ("gap_before_aid", before, -0.2, {"color": DEEP, "edgecolor": INK}),
        ("gap_after_aid", after, 0.2, {"color": PAPER, "edgecolor": WARM, "hatch": GAP_HATCH}),
    )
    for name, values, shift, look in looks:
        places = np.flatnonzero(~np.isnan(values))
        axes.bar(
            places + shift, values[places] / scale.factor, width=0.38, linewidth=0.7, label=label(name, words), **look
        )
    for place in np.flatnonzero(np.isnan(before)):
        unknown_band(axes, float(place), words)
    axes.set_ylim(0, scale.of_amount(max(known, default=0) or scale.factor) * 1.1)
    month_axis(axes, months, words)
    number_axis(axes, "y", words, scale.name)
    turn_with_language(axes, words)
    legend(axes, words)
    title = words(N_("Gaps of all families over the months"))
    said = [
        said_of(words.month(month), None if np.isnan(gap) else float(gap), scale)
        for month, gap in zip(months, before, strict=True)
    ]
    return figure, title, alternative(title, said, words)


__all__ = ["allocation_comparison", "centre_gaps_over_months", "gap_histogram"]
