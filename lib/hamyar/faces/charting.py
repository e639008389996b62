"""What every chart shares: the house style, the units of its axes, and the way it reaches a page.

A chart is built with matplotlib's own objects and never with ``pyplot``: no figure stays behind in a global list,
and a forked kernel draws like any other.  matplotlib 3.11 shapes and orders Persian by itself;
a reshaper beside it would turn the text round again.

In Persian a chart runs from right to left: time and bars start at the right, and the value axis stands there.
Black and white printers decide the palette: the tones differ in lightness, and whatever matters
has a pattern, a mark or a word besides.  Nothing unknown is drawn as zero.

The drawing goes to SVG with outlined letters, the same bytes every time;
the sentence that states the finding and the text for those who cannot see stay in the page's own language and type.
"""

import base64
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import matplotlib
import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hamyar.core.jalali import MONTH_NAMES, Month
from hamyar.core.message import N_
from hamyar.core.persian import persian_digits
from hamyar.core.rial import currency_of
from hamyar.faces.fonts import FAMILY, register_fonts
from hamyar.faces.labels import UNKNOWN
from hamyar.faces.text import clip
from hamyar.words import Words

PAGE_WIDTH = 6.85  # inches between the margins of an A4 page
INK, MUTED, GRID = "#22313a", "#5d6b72", "#dde3e3"
DEEP, MIDDLE, PALE, WARM = "#1d5c63", "#6fa3a0", "#cfe0dd", "#c8703a"
PAPER = "#ffffff"
GAP_HATCH, UNKNOWN_HATCH, LESS_HATCH = "////", "xxx", "\\\\\\\\"

STYLE: Any = {
    "font.family": FAMILY,
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.titlesize": 9,
    "axes.unicode_minus": False,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "figure.dpi": 72,
    "savefig.bbox": None,
    "svg.fonttype": "path",
    "svg.hashsalt": "hamyar",
    "svg.image_inline": True,
}

# From which amount on (in smallest units) an axis is written in which unit, largest first.
_AXIS_UNITS: Mapping[str, tuple[tuple[int, int, str], ...]] = {
    "IRR": (
        (2 * 10**9, 10**9, N_("billion rial")),
        (10**6, 10**6, N_("million rial")),
        (10**4, 10**3, N_("thousand rial")),
        (0, 1, N_("rial")),
    ),
    "GBP": ((10**8, 10**8, N_("million pounds")), (2 * 10**6, 10**5, N_("thousand pounds")), (0, 100, N_("pounds"))),
}


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its SVG, what it shows (``title``), what it says (``finding``) and its text alternative."""

    svg: str
    alt: str
    title: str
    finding: str
    figure: Figure = field(repr=False, compare=False)

    def html(self) -> str:
        source = "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()
        kicker = Markup('<span class="kicker">{}</span> ').format(self.title) if self.finding else Markup("")
        return Markup(
            '<figure class="chart" dir="auto"><figcaption class="finding">{}{}</figcaption>'
            '<img alt="{}" src="{}"></figure>'
        ).format(kicker, clip(self.finding or self.title, 480), self.alt, source)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": str(self.html()), "text/plain": f"{self.title}. {self.finding}".strip()}


@contextmanager
def house_style() -> Iterator[None]:
    """Fonts and settings of a chart, in force only while it is built and written."""
    register_fonts()
    with matplotlib.rc_context(STYLE):
        yield


@dataclass(frozen=True)
class Scale:
    """The unit an axis is written in: so many smallest units, and its name."""

    factor: int
    name: str
    words: Words

    @classmethod
    def of(cls, amounts: Iterable[float | None], words: Words, currency: str) -> "Scale":
        """Chosen by the largest known amount, so that ticks have few digits."""
        currency_of(currency)
        largest = max((abs(amount) for amount in amounts if amount is not None), default=0)
        _, factor, name = next(unit for unit in _AXIS_UNITS[currency] if largest >= unit[0])
        return cls(factor, words(name), words)

    def of_amount(self, amount: float) -> float:
        return amount / self.factor

    def write(self, amount: float, signed: bool = False) -> str:
        """An amount of smallest units as a short number of this unit, with at most one decimal."""
        number = Decimal(repr(float(amount))) / self.factor
        text = short_number(number, self.words)
        return f"+{text}" if signed and number > 0 else text

    def say(self, amount: float) -> str:
        return f"{self.write(amount)} {self.name}"


def short_number(number: Decimal, words: Words) -> str:
    """At most one decimal, halves up, and none where it would be zero or the number has four digits."""
    decimals = 0 if abs(number) >= 1000 else 1
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return words.number(rounded, 0 if rounded == rounded.to_integral_value() else decimals)


def amount_of(row: "pd.Series | Mapping[str, Any]", name: str) -> float | None:
    """A number of a row, or ``None`` where it is missing or not there at all."""
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


def numbers_of(column: pd.Series) -> np.ndarray:
    """A nullable column as floats with NaN for the unknown, which matplotlib leaves out."""
    return pd.to_numeric(column, errors="coerce").astype("Float64").to_numpy(dtype=float, na_value=math.nan)


def new_figure(height: float, words: Words) -> tuple[Figure, Axes]:
    """An empty chart of the page's width and ``height`` inches, right to left where the language is."""
    figure = Figure(figsize=(PAGE_WIDTH, height), layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03))
    axes = figure.add_subplot()
    for side in ("top", "left", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if words.direction == "rtl":
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
    return figure, axes


def turn_with_language(axes: Axes, words: Words) -> None:
    """Let the horizontal axis start at the reader's side; called once the limits are known."""
    low, high = sorted(axes.get_xlim())
    axes.set_xlim((high, low) if words.direction == "rtl" else (low, high))


def start_of(words: Words) -> str:
    """matplotlib's name of the side where a line of text begins."""
    return "right" if words.direction == "rtl" else "left"


def tick_formatter(words: Words) -> FuncFormatter:
    """Tick numbers in the digits of the language, without trailing zeros."""

    def write(value: float, _position: int | None = None) -> str:
        number = Decimal(f"{value:.6g}")
        whole = number == number.to_integral_value()
        places = 0 if whole else max(0, -int(number.normalize().as_tuple().exponent))
        return words.number(number, places)

    return FuncFormatter(write)


def number_axis(
    axes: Axes, which: Literal["x", "y"], words: Words, title: str, whole: bool = False, pad: float = 6
) -> None:
    """Few round ticks in the language's digits, a light grid, and the unit on the axis.

    ``pad``: points from a vertical axis to its unit.
    """
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=5, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(tick_formatter(words))
    axes.grid(axis=which, color=GRID)
    # The unit stands where the axis is read from, level, so that nobody has to turn the page.
    if which == "x":
        axes.set_xlabel(title, fontsize=8)
    else:
        axes.set_ylabel("")
        axes.set_title(title, loc=start_of(words), fontsize=8, color=MUTED, pad=pad)  # type: ignore[arg-type]


def unknown_mark(axes: Axes, y: float, width: float, words: Words, height: float = 0.5) -> Rectangle:
    """In a row of bars: a hatched outline and the word, for an amount nobody knows."""
    box = Rectangle((0, y - height / 2), width, height, **unknown_look())
    box.set_gid("unknown")
    axes.add_patch(box)
    axes.annotate(
        words(UNKNOWN),
        (width, y),
        xytext=(-4 if words.direction == "rtl" else 4, 0),
        textcoords="offset points",
        ha=start_of(words),
        va="center_baseline",
        color=MUTED,
        fontsize=8,
    )
    return box


def unknown_band(axes: Axes, x: float, words: Words, width: float = 0.7) -> Rectangle:
    """In a row of months: a hatched band of the axes' full height and the word, for a month nobody knows."""
    box = Rectangle((x - width / 2, 0), width, 1, transform=axes.get_xaxis_transform(), zorder=0, **unknown_look())
    box.set_gid("unknown")
    axes.add_patch(box)
    axes.text(
        *(x, 0.5, words(UNKNOWN)),
        transform=axes.get_xaxis_transform(),
        rotation=90,
        ha="center",
        va="center",
        fontsize=8,
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
    )
    return box


def unknown_look() -> dict[str, Any]:
    return {
        "facecolor": "none",
        "edgecolor": "#a9b3b5",
        "hatch": UNKNOWN_HATCH,
        "linewidth": 0.8,
        "linestyle": (0, (3, 2)),
    }


def legend(axes: Axes, words: Words, handles: list[Any] | None = None, columns: int = 4) -> None:
    """Above the chart, at the side where reading begins; in Persian each mark stands right of its word."""
    rtl = words.direction == "rtl"
    handles = axes.get_legend_handles_labels()[0] if handles is None else handles
    axes.legend(
        # matplotlib fills a legend's columns from the left.
        handles=list(reversed(handles)) if rtl else handles,
        loc="lower left" if rtl else "lower right",
        bbox_to_anchor=(0, 1) if rtl else (1, 1),
        borderaxespad=0.2,
        ncols=min(columns, max(len(handles), 1)),
        markerfirst=not rtl,
        fontsize=8,
        handlelength=2.2,
        columnspacing=1.6,
    )


def every_month(codes: pd.Series) -> list[Month]:
    """All months from the first to the last of ``codes``, so that an absent one has its place."""
    return Month.from_code(int(codes.min())).until(Month.from_code(int(codes.max())))


def month_axis(axes: Axes, months: list[Month], words: Words) -> None:
    """Names of months; the year below the first and below each Farvardin; some left out where there are many."""
    step = -(-len(months) // 13)
    shown = range(0, len(months), step)
    labels = []
    for place in shown:
        month = months[place]
        text = MONTH_NAMES[words.language][month.month - 1]
        new_year = place == 0 or months[place].year != months[place - step].year
        year = persian_digits(str(month.year)) if words.language == "fa" else str(month.year)
        labels.append(f"{text}\n{year}" if new_year else text)
    axes.set_xticks(list(shown), labels, fontsize=8 if len(labels) <= 9 else 6.8)
    axes.set_xlim(-0.6, len(months) - 0.4)
    axes.axhline(0, color=MUTED, linewidth=0.8)


def said_of(name: str, amount: float | None, scale: Scale) -> str:
    """A name and its amount, for the text alternative of a chart."""
    return f"{name}: {scale.words(UNKNOWN) if amount is None else scale.say(amount)}"


def alternative(title: str, said: list[str], words: Words) -> str:
    """What a chart shows, in words, for those who cannot see it."""
    return f"{title}. " + ("؛ " if words.language == "fa" else "; ").join(said) + "."


def finished(build: Callable[[], tuple[Figure, str, str]], finding: str) -> Chart:
    """Build and write a chart in the house style; ``build`` returns the figure, its title and its alternative text."""
    with house_style():
        figure, title, alt = build()
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return Chart(svg=target.getvalue(), alt=alt, title=title, finding=finding, figure=figure)
