"""Charts: what was drawn, read back from the figure's own objects."""

import base64
import importlib.util
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import ft2font
from matplotlib.patches import Rectangle

from hamyar.faces import centre_charts, charts
from hamyar.faces.charting import Chart, Scale
from hamyar.words import Words

PERSIAN_NUMBER = re.compile("^\u200e?-?[۰-۹٬٫]+$")
ROW = {
    **{"own_income_money": 62_000_000, "subsidy_money": 16_000_000, "charity_cash_money": 0},
    **{"charity_in_kind_money": 5_500_000, "other_inflow_money": None, "undivided_inflow_money": None},
    **{"centre_cash_money": 20_000_000, "centre_in_kind_money": 0},
    **{"treatment_money": 18_000_000, "education_money": 9_000_000, "livelihood_money": 64_000_000},
    **{"housing_money": 45_500_000, "other_outflow_money": 0, "undivided_outflow_money": None},
    **{"inflow_money": 83_500_000, "outflow_money": 136_500_000, "gap_before_aid_money": 53_000_000},
}
PATH = pd.DataFrame(
    {
        "month": [140503, 140504, 140506, 140507],
        "gap_before_aid_money": pd.array([60_000_000, 58_000_000, None, 49_000_000], dtype="Int64"),
        "gap_after_aid_money": pd.array([40_000_000, None, None, 33_000_000], dtype="Int64"),
        "target_money": pd.array([60_000_000, 59_000_000, 57_000_000, 56_000_000], dtype="Int64"),
    }
)
PARTS = pd.DataFrame(
    {
        "part": ["own_income", "housing", "treatment"],
        "change_money": pd.array([-12_000_000, None, 7_000_000], dtype="Int64"),
    }
)


@pytest.fixture(name="fa")
def _fa():
    return Words("fa")


@pytest.fixture(name="en")
def _en():
    return Words("en")


def axes_of(chart):
    return chart.figure.axes[0]


def bars(chart):
    """Bars with an area, as (left or bottom, length), without the marks of the unknown."""
    return [patch for patch in axes_of(chart).patches if isinstance(patch, Rectangle) and patch.get_gid() != "unknown"]


def unknown_marks(chart):
    return [patch for patch in axes_of(chart).patches if patch.get_gid() == "unknown"]


def texts(chart):
    return [text.get_text() for text in axes_of(chart).texts]


def tick_texts(axis):
    return [axis.get_major_formatter()(value, 0) for value in axis.get_majorticklocs()]


def every_chart(words):
    gaps = pd.Series([0, 10_000_000, 35_000_000, None], dtype="Int64")
    frame = pd.DataFrame({"rule": ["proportional", "max_min"] * 3, "covered_share": [0.4, 0.2, 0.4, 0.6, 0.4, 1]})
    return [
        charts.money_in_and_out(ROW, words),
        charts.gap_path(PATH, words),
        charts.bridge(PARTS, words, start=60_000_000, end=50_000_000),
        charts.shares({"treatment_share": 0.25, "housing_share": 0.75}, words),
        centre_charts.gap_histogram(gaps, words),
        centre_charts.allocation_comparison(frame, words),
        centre_charts.centre_gaps_over_months(PATH, words),
    ]


class TestPersian:
    def test_shaping_is_matplotlibs_own(self):
        """libraqm is inside matplotlib, and no package is installed that would turn shaped text round."""
        assert ft2font.__libraqm_version__
        assert [importlib.util.find_spec(name) for name in ("arabic_reshaper", "bidi")] == [None, None]

    def test_tick_digits_are_persian(self, fa):
        """Numbers on a Persian axis are written with Persian digits."""
        axes = axes_of(charts.gap_path(PATH, fa))

        assert len(tick_texts(axes.yaxis)) >= 3
        assert all(PERSIAN_NUMBER.match(text) for text in tick_texts(axes.yaxis))

    def test_tick_digits_are_latin_in_english(self, en):
        """Numbers on an English axis are written with Latin digits."""
        assert "60" in tick_texts(axes_of(charts.gap_path(PATH, en)).yaxis)

    @pytest.mark.parametrize(("language", "inverted"), [("fa", True), ("en", False)])
    def test_direction(self, language, inverted):
        """Time and bars start at the right in Persian and at the left in English."""
        found = [axes_of(chart).xaxis_inverted() for chart in every_chart(Words(language))]

        assert [inverted] * 7 == found

    def test_value_axis_stands_where_reading_begins(self, fa, en):
        """The value axis is at the right in Persian and at the left in English."""
        sides = [axes_of(charts.gap_path(PATH, words)).yaxis.get_ticks_position() for words in (fa, en)]

        assert sides == ["right", "left"]

    def test_month_labels(self, fa):
        """Months carry their Persian names, the first one its year."""
        labels = [text.get_text() for text in axes_of(charts.gap_path(PATH, fa)).get_xticklabels()]

        assert labels == ["خرداد\n۱۴۰۵", "تیر", "مرداد", "شهریور", "مهر"]


class TestMoneyInAndOut:
    def test_bars_hold_the_amounts(self, en):
        """Each known category, each total and the gap has a bar of its amount in million rial."""
        widths = [round(abs(bar.get_width()), 6) for bar in bars(charts.money_in_and_out(ROW, en))]

        assert widths == [62, 16, 5.5, 83.5, 18, 9, 64, 45.5, 136.5, 53, 20]

    def test_the_gap_spans_what_is_missing(self, en):
        """The gap's bar runs from the end of the money in to the end of the money out."""
        (gap,) = [bar for bar in bars(charts.money_in_and_out(ROW, en)) if bar.get_gid() == "gap"]

        assert (gap.get_x(), gap.get_x() + gap.get_width()) == (83.5, 136.5)
        assert gap.get_hatch()

    def test_unknown_is_not_zero(self, en):
        """An unknown category is a hatched mark with the word; one of zero takes no row at all."""
        chart = charts.money_in_and_out(ROW, en)
        names = [label.get_text() for label in axes_of(chart).get_yticklabels()]

        assert 1 == len(unknown_marks(chart)) == texts(chart).count("unknown")
        assert unknown_marks(chart)[0].get_hatch()
        assert unknown_marks(chart)[0].get_width() > 0
        assert "Other money in" in names
        assert "Other charities, cash" not in names
        assert "Other money in: unknown" in chart.alt

    def test_unknown_totals(self, en):
        """Unknown totals and an unknown gap are marked, and no bar stands for them."""
        row = ROW | {"inflow_money": pd.NA, "gap_before_aid_money": pd.NA}
        chart = charts.money_in_and_out(row, en)

        assert texts(chart).count("unknown") == 3
        assert [bar for bar in bars(chart) if bar.get_gid() == "gap"] == []

    def test_undivided_sum_covers_its_parts(self, en):
        """Parts that nobody told are not called unknown where their whole is known."""
        row = ROW | {"undivided_inflow_money": 5_000_000}

        assert unknown_marks(charts.money_in_and_out(row, en)) == []

    def test_nothing_known(self, fa):
        """A family of whom nothing is known still gets a chart, all of it unknown."""
        chart = charts.money_in_and_out({}, fa)

        assert bars(chart) == []
        assert len(unknown_marks(chart)) == 13


class TestGapPath:
    def test_unknown_months_break_the_line(self, en):
        """A month without a gap, or not in the frame, is NaN in the line and a band on the page."""
        chart = charts.gap_path(PATH, en)
        (line,) = [line for line in axes_of(chart).lines if line.get_gid() == "gap_before_aid"]

        np.testing.assert_array_equal([60, 58, np.nan, np.nan, 49], np.asarray(line.get_ydata(), dtype=float))
        assert [round(mark.get_x() + mark.get_width() / 2) for mark in unknown_marks(chart)] == [2, 3]
        assert "Mordad 1405: unknown" in chart.alt

    def test_all_months_unknown(self, fa):
        """A path without one known gap is drawn as unknown throughout."""
        path = PATH.assign(**{name: pd.array([None] * 4, dtype="Int64") for name in PATH.columns if name != "month"})

        assert len(unknown_marks(charts.gap_path(path, fa))) == 5


class TestBridge:
    def test_steps(self, en):
        """Bars run from the start over each known change to the end; growing and falling differ in pattern."""
        chart = charts.bridge(PARTS, en, start=60_000_000, end=50_000_000)
        found = [(round(bar.get_y(), 6), round(bar.get_height(), 6), bool(bar.get_hatch())) for bar in bars(chart)]

        assert found == [(0, 60, False), (0, 50, False), (60, -12, False), (48, 7, True)]
        assert {"−12", "-12", "+7"} & set(texts(chart)) >= {"+7"}

    def test_unknown_part_stands_last(self, en):
        """A part without an amount follows the known ones, as a band, and changes no level."""
        chart = charts.bridge(PARTS, en, start=60_000_000, end=None)
        names = [label.get_text() for label in axes_of(chart).get_xticklabels()]

        assert names == ["Gap at the\nstart", "Own income", "Treatment", "Housing", "Gap at the\nend"]
        assert sorted(round(mark.get_x() + mark.get_width() / 2) for mark in unknown_marks(chart)) == [3, 4]


class TestShares:
    def test_widths_are_the_shares(self, en):
        """Segments follow each other with the width of their share, and say it."""
        chart = charts.shares({"treatment_share": 0.25, "housing_share": 0.75}, en)

        assert [(bar.get_x(), bar.get_width()) for bar in bars(chart)] == [(0, 0.25), (0.25, 0.75)]
        assert texts(chart) == ["25%", "75%"]

    def test_unknown_rest(self, en):
        """What the known shares leave open is hatched as unknown, not stretched away."""
        chart = charts.shares({"treatment_share": None, "housing_share": 0.75}, en)

        assert [(mark.get_x(), mark.get_width()) for mark in unknown_marks(chart)] == [(0.75, 0.25)]
        assert "Treatment: unknown" in chart.alt

    def test_other_columns_are_left_aside(self, en):
        """A family's whole row may be given: only the shares of what it spends are drawn."""
        row = ROW | {"housing_share": 0.6, "undivided_outflow_share": 0.4, "treatment_share": None, "food_share": 0.3}

        assert [(bar.get_x(), bar.get_width()) for bar in bars(charts.shares(row, en))] == [(0, 0.6), (0.6, 0.4)]


class TestCentre:
    def test_histogram_counts_everybody(self, en):
        """The bars sum to the families with a known gap; the others stand apart, counted."""
        gaps = pd.Series([0, 10_000_000, 35_000_000, 36_000_000, None, None], dtype="Int64")
        chart = centre_charts.gap_histogram(gaps, en)

        assert sum(bar.get_height() for bar in bars(chart)) == 4
        assert [mark.get_height() for mark in unknown_marks(chart)] == [2]

    def test_rules_keep_their_order_and_median(self, en):
        """Rules stand in their declared order, each with its median written."""
        frame = pd.DataFrame({"rule": ["max_min", "proportional"] * 3, "covered_share": [0.1, 0.4, 0.5, 0.4, 1, 0.4]})
        chart = centre_charts.allocation_comparison(frame, en)
        names = [label.get_text() for label in axes_of(chart).get_yticklabels()]

        assert names == ["In proportion to the gap", "Largest gap left first"]
        assert texts(chart) == ["40%", "50%"]

    def test_missing_month_is_a_band(self, en):
        """A month without a sum has no bar and a band."""
        chart = centre_charts.centre_gaps_over_months(PATH, en)

        assert [round(bar.get_height(), 6) for bar in bars(chart)] == [60, 58, 49, 40, 33]
        assert len(unknown_marks(chart)) == 2


class TestScale:
    @pytest.mark.parametrize(
        ("largest", "currency", "unit"),
        [
            (5_000, "IRR", "rial"),
            (53_000_000, "IRR", "million rial"),
            (9_000_000_000, "IRR", "billion rial"),
            (120_000, "GBP", "pounds"),
            (5_000_000, "GBP", "thousand pounds"),
        ],
    )
    def test_unit_follows_magnitude(self, en, largest, currency, unit):
        """The axis is written in the unit that keeps its numbers short."""
        assert unit == Scale.of([largest, None], en, currency).name

    def test_rounds_halves_up(self, en):
        """A label has one decimal at most, halves up."""
        assert Scale(10**6, "million rial", en).write(136_450_000) == "136.5"


class TestOutput:
    def test_same_bytes(self, fa):
        """Drawn twice, a chart is the same SVG, with neither a date nor the letters of any font."""
        first, second = every_chart(fa), every_chart(fa)

        assert [chart.svg for chart in first] == [chart.svg for chart in second]
        assert not any("dc:date" in chart.svg or "<text" in chart.svg for chart in first)

    def test_html(self):
        """A chart displays as a figure with its finding as caption, its alternative text and its own data."""
        chart = Chart(svg="<svg/>", alt='a "b" <c>', title="What", finding="5 < 6 & 7", figure=None)
        html = chart._repr_mimebundle_()["text/html"]

        assert '<figcaption class="finding"><span class="kicker">What</span> 5 &lt; 6 &amp; 7</figcaption>' in html
        assert 'alt="a &#34;b&#34; &lt;c&gt;"' in html
        assert base64.b64decode(html.split("base64,")[1].split('"')[0]).decode() == "<svg/>"

    def test_alternative_text_says_the_numbers(self, en):
        """Who cannot see the chart is told what it shows."""
        assert all(len(chart.alt) > len(chart.title) + 10 for chart in every_chart(en))

    def test_house_style_leaves_no_trace(self, fa):
        """Drawing changes no setting of matplotlib for others, and keeps no figure."""
        import matplotlib

        before = dict(matplotlib.rcParams)
        charts.gap_path(PATH, fa)

        assert before == dict(matplotlib.rcParams)
