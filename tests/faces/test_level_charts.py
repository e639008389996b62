"""The charts of levels: what was drawn, read back from the figure's own objects."""

import re
from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch, Rectangle

from hamyar.faces import level_charts
from hamyar.faces.charting import Chart
from hamyar.faces.level_looks import ALL_LEVELS
from hamyar.words import Words

NINTH = Fraction(1, 9)


@pytest.fixture(name="en")
def _en():
    return Words("en")


def areas(rows, names=None, **others):
    frame = pd.DataFrame(rows, columns=list(ALL_LEVELS), dtype="Int64")
    frame.index = pd.Index(names or [f"Block {number}" for number in range(len(rows))])
    return frame.assign(**{name: pd.array(values, dtype="Int64") for name, values in others.items()})


def matrix(rows):
    return pd.DataFrame(rows, index=list(ALL_LEVELS), columns=list(ALL_LEVELS), dtype="Int64")


AREAS = areas([[10, 5, 5, 0], [2, 3, 15, 0], [8, 8, 2, 2]])
FLOWS = matrix([[8, 2, 0, 0], [3, 6, 1, 0], [1, 4, 7, 0], [0, 0, 1, 2]])
PARTS = pd.DataFrame(
    {
        "indicator": ["Debt", "Child labour", "Crowding"],
        "weight_share": [Fraction(1, 12), Fraction(1, 10), Fraction(1, 20)],
        "is_critical": [False, True, False],
        "is_known": [True, True, False],
    }
)
DECOMPOSED = pd.DataFrame(
    {
        "kind": ["domain", "domain", *["indicator"] * 15],
        "name": ["Social", "Economic", *(f"Indicator {number}" for number in range(15))],
        "contribution_share": [0.4, 0.6, *[1 / 15] * 15],
        "censored_headcount_share": [None, None, None, *[0.2] * 14],
    }
)
STABILITY = pd.DataFrame(
    {"level": ["safe", "safe", "harmed", "at_risk"], "same_level_share": [1.0, 0.95, 0.9, 0.42]},
)
MONTHS = pd.DataFrame(
    {
        "month": [140411, 140501] * 2,
        "version": ["in force"] * 2 + ["tried"] * 2,
        "safe": [10, 11, 9, 10],
        "at_risk": [5, 5, 5, 5],
        "harmed": [4, 3, 5, 4],
        "undetermined": pd.array([1, None, 1, 1], dtype="Int64"),
    }
)


@cache
def every_chart(language):
    """Drawn once for all tests that only read them."""
    words = Words(language)
    return [
        level_charts.level_counts(pd.Series([3, 2, 1, 0], index=list(ALL_LEVELS)), words),
        level_charts.level_map(AREAS, words),
        level_charts.transition_flow(FLOWS, words),
        level_charts.decomposition(DECOMPOSED, words),
        level_charts.contributions_of_family(PARTS, words, at_risk=NINTH, harmed=2 * NINTH),
        level_charts.stability_chart(STABILITY, words),
        level_charts.levels_over_months(MONTHS, words),
    ]


def parts(chart, gid, kind=Rectangle, axes=0):
    return [part for part in chart.figure.axes[axes].patches if part.get_gid() == gid and isinstance(part, kind)]


def texts(chart, axes=0):
    return [text.get_text() for text in chart.figure.axes[axes].texts]


class TestAll:
    @pytest.mark.parametrize(("language", "inverted"), [("fa", True), ("en", False)])
    def test_direction(self, language, inverted):
        """Every panel runs from the side where the language begins."""
        found = {axes.xaxis_inverted() for chart in every_chart(language) for axes in chart.figure.axes}

        assert found == {inverted}

    def test_says_what_it_shows(self):
        """Every chart has a title and, for those who cannot see, a longer text that begins with it."""
        for chart in every_chart("en"):
            assert isinstance(chart, Chart)
            assert chart.alt.startswith(chart.title)
            assert len(chart.alt) > len(chart.title) + 20

    def test_no_latin_digit_in_persian(self):
        """No chart in Persian writes a number with Latin digits."""
        for chart in every_chart("fa"):
            axes = chart.figure.axes
            found = [text.get_text() for panel in axes for text in panel.texts]
            found += [tick.get_text() for panel in axes if panel.axison for tick in panel.get_xticklabels()]
            # Names are the centre's own, and English words wait for their translation.
            numbers = [re.sub(r"(Block|Indicator) \d+", "", text) for text in found]
            assert [text for text in numbers if re.search(r"[0-9]", text)] == []

    def test_same_bytes(self, en):
        """The same numbers give the same drawing."""
        again = [level_charts.transition_flow(FLOWS, en), level_charts.level_map(AREAS, en)]

        assert [every_chart("en")[place].svg for place in (2, 1)] == [chart.svg for chart in again]

    def test_nobody(self, en):
        """A centre without families still has its charts."""
        charts = [
            level_charts.level_counts(pd.Series([], dtype="Int64"), en),
            level_charts.level_map(AREAS.head(0), en),
            level_charts.transition_flow(matrix(np.zeros((4, 4))), en),
            level_charts.decomposition(DECOMPOSED.head(0), en),
            level_charts.contributions_of_family(PARTS.head(0), en, at_risk=NINTH, harmed=2 * NINTH),
            level_charts.stability_chart(STABILITY.head(0), en),
        ]

        assert all("<svg" in chart.svg for chart in charts)


class TestCounts:
    def test_bars_and_shares(self, en):
        """Each level has a bar as long as its families are many, with their number and share."""
        chart = level_charts.level_counts(pd.Series({"safe": 6, "harmed": 2}), en)

        assert [part.get_width() for part in parts(chart, "safe") + parts(chart, "harmed")] == [6, 2]
        assert texts(chart) == ["6  (75%)", "0  (0%)", "2  (25%)", "0  (0%)"]

    def test_hidden_count_has_no_share(self, en):
        """With a hidden count no share is written, and the hidden bar says nothing of its size."""
        counts = pd.Series([60, 30, None, 8], index=list(ALL_LEVELS), dtype="Int64")
        chart = level_charts.level_counts(counts, en)

        assert texts(chart) == ["60", "30", "hidden (small count)", "8"]
        assert len(parts(chart, "hidden")) == 1
        assert parts(chart, "harmed") == []


class TestMap:
    def test_worst_area_first(self, en):
        """The area with the largest share of harmed families comes first."""
        names = [text for text in texts(level_charts.level_map(AREAS, en)) if text.startswith("Block")]

        assert names == ["Block 1", "Block 0", "Block 2"]

    def test_composition_fills_the_tile(self, en):
        """The parts of a tile are as wide as the levels' shares and together as wide as the tile."""
        chart = level_charts.level_map(AREAS.iloc[[1]], en)
        widths = {level: sum(part.get_width() for part in parts(chart, level)) for level in ALL_LEVELS}

        assert widths["harmed"] / sum(widths.values()) == pytest.approx(15 / 20)
        assert widths["safe"] / sum(widths.values()) == pytest.approx(2 / 20)

    def test_many_areas(self, en):
        """Beyond twelve areas the last tile sums the others."""
        chart = level_charts.level_map(areas([[10, 0, number, 0] for number in range(15)]), en)

        assert len([text for text in texts(chart) if text.startswith("Block")]) == 11
        assert "4 other areas" in texts(chart)
        assert "46 families" in texts(chart)

    def test_hidden_counts(self, en):
        """A hidden count is a lined part and a dash; the whole is told where it may be."""
        rows = areas([[90, 6, None, None], [9, 6, 5, 0]], families=[100, None])
        chart = level_charts.level_map(rows, en)

        assert len(parts(chart, "hidden")) == 2
        assert sum(part.get_width() for part in parts(chart, "hidden")) == pytest.approx(0.04 * 0.88)
        assert texts(chart).count("—") == 2
        assert "100 families" in texts(chart)

    def test_hidden_whole(self, en):
        """An area of which nothing is shown stands last, lined from end to end."""
        rows = areas([[None] * 4, [9, 6, 5, 0]])
        chart = level_charts.level_map(rows, en)

        assert [text for text in texts(chart) if text.startswith("Block")] == ["Block 1", "Block 0"]
        assert sum(part.get_width() for part in parts(chart, "hidden")) == pytest.approx(0.88)

    def test_other_areas_hide_what_one_hides(self, en):
        """The tile of the other areas shows no sum that holds a hidden count."""
        rows = [[10, 0, 20 - number, 0] for number in range(13)] + [[10, 0, None, 0]]
        chart = level_charts.level_map(areas(rows), en)

        assert len(parts(chart, "hidden")) == 1


class TestFlow:
    def test_bands_are_as_thick_as_the_families(self, en):
        """Each flow has one band; its thickness at the start is its share of all families."""
        chart = level_charts.transition_flow(FLOWS, en)
        (band,) = parts(chart, "harmed harmed", PathPatch)
        vertices = band.get_path().vertices

        assert len([part for part in chart.figure.axes[0].patches if isinstance(part, PathPatch)]) == 10
        assert vertices[-2][1] - vertices[0][1] == pytest.approx(7 / 35)

    def test_ends_count_everybody(self, en):
        """The two ends name each level with its number of families; undetermined ones are among them."""
        found = texts(level_charts.transition_flow(FLOWS, en, start_label="Mehr 1404"))

        assert [text for text in found if "  " in text] == [
            *("Safe  10", "At risk  10", "Harmed  12", "Undetermined  3"),
            *("Safe  12", "At risk  12", "Harmed  9", "Undetermined  2"),
        ]
        assert "Mehr 1404" in found

    def test_bands_fill_the_nodes(self, en):
        """At both ends the nodes are together as high as all families."""
        chart = level_charts.transition_flow(FLOWS, en)
        heights = [part.get_height() for level in ALL_LEVELS for part in parts(chart, f"node {level}")]

        assert sum(heights) == pytest.approx(2)

    def test_hidden_flow(self, en):
        """A hidden flow has always the same thickness, a pattern of its own, and is in no total."""
        flows = matrix([[20, None, 0, 0], [0, 20, 0, 0], [0, 0, None, 0], [0, 0, 0, 0]])
        chart = level_charts.transition_flow(flows, en)
        bands = parts(chart, "safe at_risk", PathPatch) + parts(chart, "harmed harmed", PathPatch)
        thick = [band.get_path().vertices[-2][1] - band.get_path().vertices[0][1] for band in bands]

        assert thick == pytest.approx([0.02, 0.02])
        assert "Safe  20" in texts(chart)
        assert "Harmed  0" in texts(chart)


class TestScore:
    def test_steps_add_up(self, en):
        """Each bar begins where the one before ended; known ones are solid, possible ones hatched and last."""
        chart = level_charts.contributions_of_family(PARTS, en, at_risk=NINTH, harmed=2 * NINTH)
        known, possible = parts(chart, "known"), parts(chart, "possible")

        assert [part.get_x() for part in known + possible] == pytest.approx([0, 1 / 12, 11 / 60])
        assert possible[0].get_x() + possible[0].get_width() == pytest.approx(float(sum(PARTS["weight_share"])))
        assert [bool(part.get_hatch()) for part in known + possible] == [False, False, True]

    def test_cut_offs(self, en):
        """The cut-offs are lines at their place, named with shape, word and share; a critical harm is named too."""
        chart = level_charts.contributions_of_family(PARTS, en, at_risk=NINTH, harmed=2 * NINTH)
        lines = [line.get_xdata()[0] for line in chart.figure.axes[0].lines if line.get_linewidth() == 1.2]

        assert lines == pytest.approx([1 / 9, 2 / 9])
        assert {"Safe", "At risk from 11%", "Harmed from 22%", "10.0%  critical by itself"} <= set(texts(chart))

    def test_known_where_nothing_is_said(self, en):
        """Without a column that says otherwise every harm is known."""
        frame = PARTS.drop(columns="is_known")
        chart = level_charts.contributions_of_family(frame, en, at_risk=NINTH, harmed=2 * NINTH)

        assert len(parts(chart, "known")) == 3

    def test_decomposition(self, en):
        """Domains come first, the larger before the smaller; what is beyond twelve indicators is one bar."""
        chart = level_charts.decomposition(DECOMPOSED, en)
        names = [tick.get_text() for tick in chart.figure.axes[0].get_yticklabels()]

        assert names[:3] == ["Economic", "Social", "Indicator 0"]
        assert names[-1] == "3 other indicators"
        assert len(names) == 15
        assert texts(chart)[-1] == "20%"

    def test_hidden_share(self, en):
        """A missing share of an indicator is drawn as hidden and not as nothing; a domain has none to hide."""
        hides = DECOMPOSED.assign(contribution_share=DECOMPOSED["contribution_share"].where(DECOMPOSED.index != 3))
        chart = level_charts.decomposition(hides.head(5), en)

        assert [len(parts(chart, "hidden", axes=axes)) for axes in (0, 1)] == [1, 1]
        assert texts(chart)[-1] == "not shown"


class TestStability:
    def test_certain_families_stand_alone(self, en):
        """Only a family whose level no draw changed stands in the last column."""
        chart = level_charts.stability_chart(STABILITY, en)
        ticks = [tick.get_text() for tick in chart.figure.axes[0].get_xticklabels()]
        heights = {level: [int(part.get_height()) for part in parts(chart, level)] for level in ("safe", "harmed")}

        assert ticks == ["40 to 50%", "50 to 60%", "60 to 70%", "70 to 80%", "80 to 90%", "90 to 100%", "always"]
        assert heights == {"safe": [0, 0, 0, 0, 0, 1, 1], "harmed": [0, 0, 0, 0, 0, 1, 0]}


class TestMonths:
    def test_a_row_for_each_version(self, en):
        """Each version of the rules has its own row of columns, on one scale."""
        chart = level_charts.levels_over_months(MONTHS, en)
        titles = [axes.get_title(loc="left") for axes in chart.figure.axes]

        assert titles == ["in force (number of families)", "tried (number of families)"]
        assert len({axes.get_ylim() for axes in chart.figure.axes}) == 1

    def test_absent_month_is_unknown(self, en):
        """A month that is not in the frame is a hatched band, and a hidden count a lined part."""
        chart = level_charts.levels_over_months(MONTHS.head(2).drop(columns="version"), en)

        assert len(parts(chart, "unknown")) == 1
        assert len(parts(chart, "hidden")) == 1
        assert [part.get_height() for part in parts(chart, "harmed")] == [4, 3]
        assert "Esfand 1404: unknown" in chart.alt
