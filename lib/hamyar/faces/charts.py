"""The charts of one family: where its money comes from and goes, and its gap over the months.

What changed the gap between two months is :mod:`hamyar.faces.gap_bridge`.

Each takes plain pandas data with the column names of :mod:`hamyar.core.economy.balance`, the ``words`` of the reader,
the data set's ``currency``, and the ``finding``: the sentence, already in the reader's language, that the chart proves.
Each returns a :class:`~hamyar.faces.charting.Chart`.

A category without an amount is drawn as unknown, with a hatched mark and the word, and never as zero.
A category whose amount is zero takes no room.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from hamyar.core.message import N_
from hamyar.core.tables import CENTRE_AID, OUTFLOWS, OWN_INFLOWS
from hamyar.faces.charting import (
    DEEP,
    GAP_HATCH,
    INK,
    LESS_HATCH,
    MIDDLE,
    PALE,
    PAPER,
    WARM,
    Chart,
    Scale,
    alternative,
    amount_of,
    every_month,
    finished,
    legend,
    month_axis,
    new_figure,
    number_axis,
    numbers_of,
    said_of,
    start_of,
    turn_with_language,
    unknown_band,
    unknown_look,
    unknown_mark,
)
from hamyar.faces.gap_bridge import bridge
from hamyar.faces.labels import UNKNOWN, label
from hamyar.words import Words

Row: TypeAlias = pd.Series | Mapping[str, Any]


def money_in_and_out(row: Row, words: Words, currency: str = "IRR", finding: str = "") -> Chart:
    """Bars of every inflow and outflow of a month, their totals, and the gap between them as a marked segment.

    ``row`` has ``<category>_money`` for the categories of the tables, ``inflow_money``, ``outflow_money`` and
    ``gap_before_aid_money``; a missing one is unknown.  This centre's aid stands in a group of its own.
    """
    return finished(lambda: _money_in_and_out(row, words, currency), finding)


def _money_in_and_out(row: Row, words: Words, currency: str) -> tuple[Figure, str, str]:
    groups = (
        ("inflow", MIDDLE, _shown(row, OWN_INFLOWS, "undivided_inflow"), amount_of(row, "inflow_money")),
        ("outflow", PALE, _shown(row, OUTFLOWS, "undivided_outflow"), amount_of(row, "outflow_money")),
        ("centre_aid", MIDDLE, _shown(row, CENTRE_AID, "", ledger=True), None),
    )
    gap = amount_of(row, "gap_before_aid_money")
    everything = [amount for _, _, parts, total in groups for amount in (*parts.values(), total)] + [gap]
    scale = Scale.of(everything, words, currency)
    longest = max((amount for amount in everything if amount is not None), default=0) or scale.factor
    mark = scale.of_amount(longest) * 0.05

    rows = 1 + sum(len(parts) + (name != "centre_aid") for name, _, parts, _ in groups)
    figure, axes = new_figure(0.55 + 0.255 * rows, words)
    names: list[tuple[float, str, bool]] = []
    y, inflow_row, said = 0.0, 0.0, []
    for name, colour, parts, total in groups:
        for code, amount in parts.items():
            _bar(axes, y, amount, colour, scale, mark)
            names.append((y, label(code, words), False))
            said.append(said_of(label(code, words), amount, scale))
            y += 1
        if name == "centre_aid":
            continue
        _bar(axes, y, total, DEEP, scale, mark, bold=True)
        names.append((y, label(name, words), True))
        said.append(said_of(label(name, words), total, scale))
        if name == "inflow":
            inflow_row = y
        y += 1.35
        if name == "outflow":
            _gap_bar(axes, y - 0.35, inflow_row, gap, total, scale, mark)
            names.append((y - 0.35, label("gap_before_aid", words), True))
            said.append(said_of(label("gap_before_aid", words), gap, scale))
            y += 1
    axes.set_xlim(0, scale.of_amount(longest) * 1.1)
    axes.set_ylim(y - 0.3, -0.7)
    axes.set_yticks([place for place, _, _ in names], [name for _, name, _ in names])
    for tick, (_, _, bold) in zip(axes.get_yticklabels(), names, strict=True):
        tick.set(color=INK, fontweight="bold" if bold else "normal")
    number_axis(axes, "x", words, scale.name)
    turn_with_language(axes, words)
    title = words(N_("Money in and out of the household in the month"))
    return figure, title, alternative(title, said, words)


def _shown(row: Row, codes: tuple[str, ...], undivided: str, ledger: bool = False) -> dict[str, float | None]:
    """The categories worth a row: those with an amount, and those that are unknown and not inside a known whole."""
    whole = amount_of(row, f"{undivided}_money") if undivided else None
    amounts = {code: amount_of(row, f"{code}_money") for code in codes}
    # An undivided sum covers the parts nobody told; and a ledger column that was not given says nothing at all.
    shown = {
        code: amount
        for code, amount in amounts.items()
        if amount or (amount is None and not whole and not (ledger and f"{code}_money" not in row))
    }
    return shown | ({undivided: whole} if whole else {})


def _bar(
    axes: Axes, y: float, amount: float | None, colour: str, scale: Scale, mark: float, bold: bool = False
) -> None:
    if amount is None:
        unknown_mark(axes, y, mark, scale.words)
        return
    axes.barh(y, scale.of_amount(amount), height=0.62, color=colour, edgecolor=INK, linewidth=0.4)
    _bar_label(axes, y, scale.of_amount(amount), scale.write(amount), scale.words, bold)


def _bar_label(axes: Axes, y: float, x: float, text: str, words: Words, bold: bool = False) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(-4 if words.direction == "rtl" else 4, 0),
        textcoords="offset points",
        ha=start_of(words),
        va="center_baseline",
        fontweight="bold" if bold else "normal",
    )


def _gap_bar(
    axes: Axes, y: float, inflow_row: float, gap: float | None, outflow: float | None, scale: Scale, mark: float
) -> None:
    """The gap hangs from the end of what goes out back to where the money in ended; thin lines show both ends."""
    if gap is None:
        unknown_mark(axes, y, mark, scale.words)
        return
    end = scale.of_amount(max(gap, outflow or 0))
    start = end - scale.of_amount(gap)
    (bar,) = axes.barh(
        y, end - start, left=start, height=0.62, color=PAPER, edgecolor=WARM, hatch=GAP_HATCH, linewidth=1.1
    )
    bar.set_gid("gap")
    if gap:
        axes.plot([start, start], [inflow_row + 0.31, y - 0.31], color=WARM, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.plot([end, end], [y - 0.69, y - 0.31], color=WARM, linewidth=0.8, linestyle=(0, (3, 2)))
    _bar_label(axes, y, end, scale.write(gap), scale.words, bold=True)


def gap_path(path: pd.DataFrame, words: Words, currency: str = "IRR", finding: str = "") -> Chart:
    """The gap over the months beside its target.

    ``path`` has ``month`` (140508), ``gap_before_aid_money``, ``gap_after_aid_money`` and ``target_money``; any amount
    may be missing.  A month without a gap, and a month that is not in the frame, is a hatched band, never a line.
    """
    return finished(lambda: _gap_path(path, words, currency), finding)


def _gap_path(path: pd.DataFrame, words: Words, currency: str) -> tuple[Figure, str, str]:
    months = every_month(path["month"])
    rows = path.set_index("month").reindex([month.code for month in months])
    names = ("gap_before_aid", "gap_after_aid", "target")
    columns = {name: numbers_of(_column(rows, f"{name}_money")) for name in names}
    known = [float(amount) for values in columns.values() for amount in values[~np.isnan(values)]]
    scale = Scale.of(known, words, currency)
    figure, axes = new_figure(2.5, words)
    x = np.arange(len(months))
    looks: dict[str, dict[str, Any]] = {
        "gap_before_aid": {"color": DEEP, "marker": "o", "linewidth": 1.8, "markersize": 5.5},
        "gap_after_aid": {"color": WARM, "marker": "s", "linewidth": 1.3, "markersize": 4.5, "markerfacecolor": PAPER},
        "target": {"color": INK, "linestyle": (0, (5, 3)), "linewidth": 1.1, "drawstyle": "steps-mid"},
    }
    for name, values in columns.items():
        if not np.isnan(values).all():
            axes.plot(x, values / scale.factor, label=label(name, words), gid=name, clip_on=False, **looks[name])
    for place in x[np.isnan(columns["gap_before_aid"])]:
        unknown_band(axes, float(place), words)
    axes.set_ylim(0, scale.of_amount(max(known, default=0) or scale.factor) * 1.12)
    month_axis(axes, months, words)
    number_axis(axes, "y", words, scale.name)
    turn_with_language(axes, words)
    if known:
        legend(axes, words)
    title = words(N_("The gap of each month and its target"))
    said = [
        said_of(words.month(month), None if np.isnan(gap) else float(gap), scale)
        for month, gap in zip(months, columns["gap_before_aid"], strict=True)
    ]
    return figure, title, alternative(title, said, words)


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name] if name in rows.columns else pd.Series(pd.NA, index=rows.index)


_SHARE_LOOKS: tuple[dict[str, Any], ...] = (
    {"facecolor": DEEP, "hatch": ""},
    {"facecolor": PALE, "hatch": GAP_HATCH},
    {"facecolor": MIDDLE, "hatch": ""},
    {"facecolor": PAPER, "hatch": LESS_HATCH},
    {"facecolor": "#e9c9ae", "hatch": ""},
    {"facecolor": PALE, "hatch": ""},
)


def shares(row: Row, words: Words, finding: str = "") -> Chart:
    """What the household's money is spent on, as one bar of a hundred per cent with direct labels.

    ``row`` has ``<category>_share``, between 0 and 1, for outflow categories; its other columns are left aside.
    A missing share is named as unknown beside the bar; the known ones keep their true width.
    """
    return finished(lambda: _shares(row, words), finding)


def _outflow_shares(row: Row) -> dict[str, float | None]:
    """Shares of the outflow categories that ``row`` has; an undivided sum covers the parts nobody told."""
    undivided = amount_of(row, "undivided_outflow_share")
    shares = {code: amount_of(row, f"{code}_share") for code in OUTFLOWS if f"{code}_share" in row}
    if undivided:
        shares = {code: share for code, share in shares.items() if share is not None}
        shares["undivided_outflow"] = undivided
    return shares


def _shares(row: Row, words: Words) -> tuple[Figure, str, str]:
    found = _outflow_shares(row)
    figure, axes = new_figure(1.05, words)
    start, handles, said = 0.0, [], []
    for place, (code, share) in enumerate((code, share) for code, share in found.items() if share is None or share > 0):
        name = label(code, words)
        look = _SHARE_LOOKS[place % len(_SHARE_LOOKS)] if share is not None else None
        text = words(UNKNOWN) if share is None else words.share(share)
        handles.append(
            Patch(edgecolor=INK, linewidth=0.5, label=f"{name} {text}", **look)
            if look
            else Patch(label=f"{name}: {text}", **unknown_look())
        )
        said.append(f"{name}: {text}")
        if share is None or look is None:
            continue
        axes.add_patch(Rectangle((start, 0), share, 1, edgecolor=INK, linewidth=0.5, gid=code, **look))
        if share >= 0.06:
            colour = PAPER if look["facecolor"] == DEEP else INK
            box = None if not look["hatch"] else {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2}
            axes.text(
                *(start + share / 2, 0.5, text),
                ha="center",
                va="center_baseline",
                color=colour,
                fontweight="bold",
                bbox=box,
            )
        start += share
    if start < 0.995:
        axes.add_patch(Rectangle((start, 0), 1 - start, 1, gid="unknown", **unknown_look()))
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.05, 1.05)
    axes.set_axis_off()
    turn_with_language(axes, words)
    rtl = words.direction == "rtl"
    axes.legend(
        # One row is filled from the left, and must read like the bar.
        handles=list(reversed(handles)) if rtl and len(handles) <= 4 else handles,
        loc="upper right" if rtl else "upper left",
        bbox_to_anchor=(1, -0.05) if rtl else (0, -0.05),
        ncols=1 if not handles else len(handles) if len(handles) <= 4 else 3,
        markerfirst=not rtl,
        borderaxespad=0.2,
        fontsize=8,
        frameon=False,
    )
    title = words(N_("What the household's money is spent on"))
    return figure, title, alternative(title, said, words)


__all__ = ["bridge", "gap_path", "money_in_and_out", "shares"]
