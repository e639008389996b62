"""From one gap to another: what each part of the household's economy added or took away.

A part is told apart by its pattern, its arrow and its sign, and by colour only besides.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from hamyar.core.message import N_
from hamyar.faces.charting import (
    DEEP,
    GAP_HATCH,
    INK,
    MUTED,
    PALE,
    PAPER,
    WARM,
    Chart,
    Scale,
    alternative,
    finished,
    legend,
    new_figure,
    number_axis,
    numbers_of,
    said_of,
    turn_with_language,
    unknown_band,
)
from hamyar.faces.labels import label
from hamyar.faces.text import clip
from hamyar.words import Words


def bridge(
    parts: pd.DataFrame,
    words: Words,
    currency: str = "IRR",
    *,
    start: int | None,
    end: int | None,
    start_label: str = "",
    end_label: str = "",
    finding: str = "",
) -> Chart:
    """From the gap at ``start`` to the gap at ``end``: what each part added or took away.

    ``parts`` has ``part`` (a code with a name in :mod:`hamyar.faces.labels`) and ``change_money``.
    Parts without an amount stand last, as hatched bands, so that the known steps keep their true height.
    """
    return finished(lambda: _bridge(parts, words, currency, start, end, start_label, end_label), finding)


def _bridge(
    parts: pd.DataFrame,
    words: Words,
    currency: str,
    start: int | None,
    end: int | None,
    start_label: str,
    end_label: str,
) -> tuple[Figure, str, str]:
    changes = numbers_of(parts["change_money"])
    order = np.argsort(np.isnan(changes), kind="stable")
    changes, codes = changes[order], [str(parts["part"].iloc[int(place)]) for place in order]
    known = changes[~np.isnan(changes)]
    levels = (start or 0) + np.concatenate([[0.0], np.cumsum(known)])
    scale = Scale.of([start, end, *map(float, levels)], words, currency)
    figure, axes = new_figure(2.7, words)
    last = len(changes) + 1
    names = [start_label or words(N_("Gap at the start")), *(label(clip(code, 40), words) for code in codes)]
    names.append(end_label or words(N_("Gap at the end")))

    span = max(scale.of_amount(float(np.ptp([0, *levels, *[v for v in (start, end) if v is not None]]))), 1e-9)
    for place, amount in ((0, start), (last, end)):
        if amount is None:
            unknown_band(axes, place, words)
        else:
            axes.bar(place, scale.of_amount(amount), width=0.62, color=DEEP, edgecolor=INK, linewidth=0.4)
            _over(axes, place, scale.of_amount(amount), scale.write(amount), bold=True)
    for place, change in enumerate(changes, start=1):
        if np.isnan(change):
            unknown_band(axes, place, words)
            continue
        before, after = levels[place - 1] / scale.factor, levels[place] / scale.factor
        grows = change > 0
        look: dict[str, Any] = (
            {"color": PAPER, "edgecolor": WARM, "hatch": GAP_HATCH} if grows else {"color": PALE, "edgecolor": DEEP}
        )
        axes.bar(place, after - before, bottom=before, width=0.62, linewidth=0.9, **look)
        axes.plot([place - 1 + 0.31, place - 0.31], [before, before], color=MUTED, linewidth=0.7)
        top = max(before, after)
        marker = "^" if grows else "v"
        axes.plot(place, top + span * 0.045, marker=marker, color=WARM if grows else DEEP, markersize=5, clip_on=False)
        _over(axes, place, top + span * 0.06, scale.write(change, signed=True))
    if len(known) == len(changes) and end is not None:
        axes.plot([last - 0.69, last - 0.31], [levels[-1] / scale.factor] * 2, color=MUTED, linewidth=0.7)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.set_xlim(-0.6, last + 0.6)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0), max(high, span) * 1.1)
    axes.set_xticks(range(last + 1), [_broken(name) for name in names], fontsize=7.6)
    number_axis(axes, "y", words, scale.name)
    turn_with_language(axes, words)
    handles = [
        Patch(facecolor=PAPER, edgecolor=WARM, hatch=GAP_HATCH, label=words(N_("makes the gap larger"))),
        Patch(facecolor=PALE, edgecolor=DEEP, label=words(N_("makes the gap smaller"))),
    ]
    legend(axes, words, handles)
    title = words(N_("What changed the gap"))
    amounts = [start, *(None if np.isnan(change) else float(change) for change in changes), end]
    said = [said_of(name, amount, scale) for name, amount in zip(names, amounts, strict=True)]
    return figure, title, alternative(title, said, words)


def _over(axes: Axes, x: float, y: float, text: str, bold: bool = False) -> None:
    axes.annotate(
        *(text, (x, y)),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontweight="bold" if bold else "normal",
    )


def _broken(name: str, width: int = 13) -> str:
    """A name on up to three short lines, so that neighbours do not touch."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width and len(lines) < 3:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
