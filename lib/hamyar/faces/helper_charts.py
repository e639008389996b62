"""The charts of helpers: one helper's weeks of a year, and all helpers of a centre against their bounds.

Hours that are planned stand as columns below the line of the hours a helper has; what is fixed (sessions, trainings)
has a pattern of its own.  A helper with too few or too many families is told by a mark beside the bar, not by colour.
"""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.persian import persian_digits
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
    alternative,
    finished,
    legend,
    new_figure,
    number_axis,
    short_number,
    start_of,
    turn_with_language,
)
from hamyar.faces.helper_text import short_month
from hamyar.faces.text import clip
from hamyar.words import Words

MINUTES_OF_HOUR = 60
# Points from the axes to the unit of the axis, where a legend as wide as the chart lies between them.
_ABOVE_LEGEND = 22


def load_over_year(frame: pd.DataFrame, words: Words, finding: str = "") -> Chart:
    """Each week's planned hours against the hours there are.

    ``frame`` has one row per week, in order: ``day`` (its first day), ``visit_minutes``, ``fixed_minutes``,
    ``free_minutes`` (what the helper's hours offer), and ``is_now`` for the week of the page.
    """
    return finished(lambda: _load_over_year(frame, words), finding)


def _load_over_year(frame: pd.DataFrame, words: Words) -> tuple[Figure, str, str]:
    figure, axes = new_figure(2.7, words)
    weeks = np.arange(len(frame))
    visits, fixed, free = (
        frame[name].to_numpy(dtype=float) / MINUTES_OF_HOUR
        for name in ("visit_minutes", "fixed_minutes", "free_minutes")
    )
    axes.bar(weeks, visits, width=0.8, color=MIDDLE, edgecolor=INK, linewidth=0.4)
    axes.bar(weeks, fixed, width=0.8, bottom=visits, color=PAPER, edgecolor=WARM, hatch=GAP_HATCH, linewidth=0.7)
    axes.stairs(free, np.arange(len(frame) + 1) - 0.5, color=DEEP, linewidth=1.5, baseline=None)
    for week in np.flatnonzero(frame["is_now"].to_numpy(dtype=bool)):
        axes.plot([week], [0], marker="^", markersize=7, color=INK, clip_on=False, zorder=6, gid="now")
    _months_below(axes, frame["day"], words)
    axes.set_xlim(-0.7, len(frame) - 0.3)
    axes.set_ylim(0, max(float((visits + fixed).max(initial=0)), float(free.max(initial=0)), 1) * 1.12)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    number_axis(axes, "y", words, words(N_("hours a week")), pad=_ABOVE_LEGEND)
    turn_with_language(axes, words)
    handles: list[Any] = [
        Patch(facecolor=MIDDLE, edgecolor=INK, label=words(N_("visits and tasks"))),
        Patch(facecolor=PAPER, edgecolor=WARM, hatch=GAP_HATCH, label=words(N_("sessions, trainings, events"))),
        Line2D([], [], color=DEEP, linewidth=1.5, label=words(N_("hours there are"))),
        Line2D([], [], linestyle="none", marker="^", color=INK, markersize=6, label=words(N_("this week"))),
    ]
    legend(axes, words, handles)
    title = words(N_("Load over the year of help"))
    said = [
        words(N_("most in a week: {hours} hours"), hours=_written(float((visits + fixed).max(initial=0)), words)),
        words(N_("hours there are in a full week: {hours}"), hours=_written(float(free.max(initial=0)), words)),
    ]
    return figure, title, alternative(title, said, words)


def _written(hours: float, words: Words) -> str:
    return short_number(Decimal(repr(hours)), words)


def _months_below(axes: Any, days: pd.Series, words: Words) -> None:
    """The name of each month below the first week that begins in it; the year below the first and below Farvardin."""
    places: list[int] = []
    labels: list[str] = []
    for place, month in enumerate(Month.from_code(int(day) // 100) for day in days):
        if place and month.code == int(days.iloc[place - 1]) // 100:
            continue
        name = short_month(month, words)
        year = persian_digits(str(month.year)) if words.language == "fa" else str(month.year)
        places.append(place)
        labels.append(f"{name}\n{year}" if not labels or month.month == 1 else name)
    axes.set_xticks(places, labels, fontsize=6.8, ha=start_of(words))


def families_of_helpers(frame: pd.DataFrame, least: int, most: int, words: Words, finding: str = "") -> Chart:
    """How many families each helper carries, against the bounds.

    ``frame`` has ``helper_id`` and ``families``; a helper with none is drawn without a bar.
    """
    return finished(lambda: _families_of_helpers(frame, least, most, words), finding)


def _families_of_helpers(frame: pd.DataFrame, least: int, most: int, words: Words) -> tuple[Figure, str, str]:
    figure, axes = new_figure(0.85 + 0.23 * len(frame), words)
    counts = frame["families"].to_numpy(dtype=int)
    axes.axvspan(least, most, facecolor=PALE, edgecolor="none", alpha=0.55, zorder=0, gid="bounds")
    for bound in (least, most):
        axes.axvline(bound, color=DEEP, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
    said = []
    for place, (code, count) in enumerate(zip(frame["helper_id"], counts, strict=True)):
        is_out = count and not least <= count <= most
        look: dict[str, Any] = {"color": PAPER, "edgecolor": WARM, "hatch": GAP_HATCH} if is_out else {"color": MIDDLE}
        axes.barh(place, count, height=0.62, linewidth=0.7, zorder=2, **({"edgecolor": INK} | look))
        mark = f"{words.number(int(count))} !" if is_out else words.number(int(count))
        axes.annotate(
            *(mark, (count, place)),
            xytext=(-4 if words.direction == "rtl" else 4, 0),
            textcoords="offset points",
            ha=start_of(words),
            va="center_baseline",
            fontsize=8,
            zorder=5,
        )
        said.append(f"{clip(code, 40)}: {words.number(int(count))}")
    axes.set_yticks(range(len(frame)), [clip(code, 40) for code in frame["helper_id"]], color=INK, fontsize=8)
    axes.set_ylim(len(frame) - 0.4, -0.6)
    axes.set_xlim(0, max(int(counts.max(initial=0)), most) * 1.12)
    number_axis(axes, "x", words, words(N_("families")), whole=True)
    turn_with_language(axes, words)
    handles = [
        Patch(
            facecolor=PALE,
            edgecolor=DEEP,
            linestyle="--",
            label=words(N_("between {least} and {most}"), least=least, most=most),
        ),
        Patch(facecolor=PAPER, edgecolor=WARM, hatch=GAP_HATCH, label=words(N_("outside the bounds"))),
    ]
    legend(axes, words, handles)
    title = words(N_("Families of each helper"))
    return figure, title, alternative(title, said, words)


__all__ = ["families_of_helpers", "load_over_year"]
