"""The blocks of levels: word, shape and colour together, ranges, equal dignity, and nobody's text as markup."""

import re
from fractions import Fraction
from xml.etree import ElementTree

import pandas as pd
import pypdfium2
import pytest

from hamyar.core.message import message
from hamyar.faces.blocks import Facts, Field, Hidden, Table
from hamyar.faces.level_blocks import (
    Chances,
    DomainLevels,
    Harm,
    LevelBadge,
    Strength,
    StrengthsAndHarms,
)
from hamyar.faces.level_looks import ALL_LEVELS, LOOKS, level_icon
from hamyar.faces.render import collected_warnings, html_to_pdf
from hamyar.faces.score_bar import BAR_WIDTH, DomainLevel, score_bar, written_share
from hamyar.faces.step_blocks import AskNext, Change, ChangeList, ProgrammeList, ProposedHelp, Question
from hamyar.words import Words

HOSTILE = ["<script>alert(1)</script>", "a]]>b", "{{ 7*7 }}", "a\u202eb\u2069", "x" * 10_000]
CUT_OFFS = (Fraction(1, 6), Fraction(1, 3))


@pytest.fixture(name="fa")
def _fa():
    return Words("fa")


@pytest.fixture(name="en")
def _en():
    return Words("en")


def domain(least, most, level="undetermined", at_best="at_risk", at_worst="harmed", cut_offs=CUT_OFFS, **others):
    return DomainLevel("Economic", level, at_best, at_worst, least, most, *cut_offs, **others)


def drawing(svg):
    return ElementTree.fromstring(svg)  # noqa: S314 - our own drawing


def rectangles(svg):
    """The boxes of a drawing as (left, width, its other attributes)."""
    return [(float(box.get("x")), float(box.get("width")), box.attrib) for box in drawing(svg).iter("rect")]


def every_block(words, text="text"):
    return [
        LevelBadge("undetermined", "safe", "harmed", words, text),
        DomainLevels([domain(Fraction(1, 4), Fraction(1, 2), note=text)], words),
        StrengthsAndHarms(
            [Strength(text, text, text, text, 14040805)],
            [Harm(text, 3, text, text, text, text, 14040805, True, True, True)],
            words,
        ),
        ChangeList(text, [Change(text, text, text, "soon")], words),
        AskNext([Question(text, text, 0.3, True)], words),
        Chances({"safe": 0.1, "at_risk": 0.3, "harmed": 0.6}, words, text),
        ProgrammeList(text, [ProposedHelp(text, text, [text, text], True, text)], words),
    ]


class TestLooks:
    def test_told_apart_without_colour(self):
        """Each level has its own shape on the page and its own marker in a chart."""
        assert len({look.shape for look in LOOKS.values()}) == 4
        assert len({look.marker for look in LOOKS.values()}) == 4

    def test_darker_with_the_level(self):
        """In grey print the levels keep their order, with a tenth of the scale at least between two."""

        def lightness(colour):
            red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
            return (0.299 * red + 0.587 * green + 0.114 * blue) / 255

        safe, at_risk, harmed = (lightness(LOOKS[level].fill) for level in ("safe", "at_risk", "harmed"))

        assert safe - at_risk >= 0.1
        assert at_risk - harmed >= 0.1

    @pytest.mark.parametrize("level", ALL_LEVELS)
    def test_icon_is_named(self, en, level):
        """A shape is drawn in the page itself and carries the level's name for a PDF's structure."""
        icon = drawing(level_icon(level, en))

        assert icon.find("title").text == en(message(level.replace("_", " ").capitalize()))
        assert icon.get("aria-hidden") == "true"


class TestBadge:
    def test_word_shape_and_colour(self, en):
        """A known level shows its word beside its own shape, and no range."""
        html = LevelBadge("harmed", "harmed", "harmed", en)._repr_html_()

        assert '<p class="badge-word">Harmed</p>' in html
        assert str(LOOKS["harmed"].shape) in html
        assert "between" not in html

    def test_undetermined_shows_its_range(self, en):
        """An undetermined level names both ends and shows the shape of every level still possible."""
        html = LevelBadge("undetermined", "at_risk", "harmed", en)._repr_html_()

        assert "between at risk and harmed</p>" in html
        assert [str(LOOKS[level].shape) in html for level in ALL_LEVELS] == [False, True, True, True]

    def test_note_is_a_sentence(self, en):
        """The remark below may be a sentence of the core with values."""
        html = LevelBadge("safe", "safe", "safe", en, message("{count} questions are open.", count=7))._repr_html_()

        assert '<p class="badge-note">7 questions are open.</p>' in html


class TestDomains:
    def test_bar_shows_known_and_possible(self, en):
        """The known part is a box as long as the score, and the possible part begins where it ends."""
        boxes = rectangles(score_bar(domain(Fraction(1, 4), Fraction(1, 2)), en))
        (known,) = [box for box in boxes if box[2]["fill"] == "#1d5c63"]
        (possible,) = [box for box in boxes if box[2].get("stroke") == "#1d5c63"]

        assert known[:2] == (0, BAR_WIDTH / 4)
        assert possible[:2] == (BAR_WIDTH / 4, BAR_WIDTH / 4)

    def test_persian_bar_starts_at_the_right(self, fa):
        """In Persian the score grows from the right edge."""
        boxes = rectangles(score_bar(domain(Fraction(1, 4), Fraction(1, 4)), fa))
        (known,) = [box for box in boxes if box[2]["fill"] == "#1d5c63"]

        assert known[:2] == (BAR_WIDTH * 3 / 4, BAR_WIDTH / 4)

    def test_known_score_has_no_hatching(self, en):
        """Where nothing is open, nothing is drawn as possible."""
        assert 'stroke-width="1.5"' not in score_bar(domain(Fraction(1, 4), Fraction(1, 4)), en)

    def test_hatching_stays_in_its_part(self, en):
        """No line of the hatching leaves the part that is still possible."""
        svg = score_bar(domain(0.25, 0.3), en)
        (lines,) = re.findall(r'd="([^"]+)" stroke="#1d5c63" stroke-width="1.5"', svg)
        places = [float(x) for x in re.findall(r"[ML]([\d.]+) ", lines)]

        assert len(places) >= 4
        assert min(places) >= 0.25 * BAR_WIDTH - 0.01
        assert max(places) <= 0.3 * BAR_WIDTH + 0.01

    def test_bar_in_words(self, en):
        """The bar's title says the score, what it may be, and both cut-offs."""
        title = drawing(score_bar(domain(Fraction(1, 4), Fraction(1, 2)), en)).find("title").text

        assert title == (
            "The known harms weigh 25%; with the open answers it may be 50%. At risk from 17%, harmed from 33%."
        )

    def test_score_in_numbers(self, en):
        """The score stands beside the bar, as a range where answers are open."""
        html = DomainLevels([domain(0.25, 0.5), domain(0.25, 0.25, "at_risk", "at_risk", "at_risk")], en)._repr_html_()

        assert re.findall(r'<p class="domain-score">(.*?)</p>', html) == ["25% to 50%", "25%"]

    @pytest.mark.parametrize(
        ("cut_offs", "places"),
        [
            (
                (Fraction(1, 6), Fraction(1, 3)),
                ["left: 16.667%; margin-left: -3em", "left: 33.333%; margin-left: -3em"],
            ),
            (
                (Fraction(3, 10), Fraction(2, 5)),
                ["right: 70.000%; padding-right: .3em", "left: 40.000%; padding-left: .3em"],
            ),
            ((Fraction(1, 9), Fraction(2, 9)), ["left: 0", "left: 22.222%; padding-left: .3em"]),
        ],
    )
    def test_close_labels_lean_apart(self, en, cut_offs, places):
        """Labels stand below their marks; two that would touch lean away from each other and stay on the bar."""
        html = DomainLevels([domain(0.25, 0.5, cut_offs=cut_offs)], en)._repr_html_()

        assert re.findall(r'<span class="cut-off[^"]*" style="(.*?)">', html) == places

    @pytest.mark.parametrize(
        ("share", "text"),
        [
            (0, "0%"),
            (Fraction(1, 1000), "under 1%"),
            (0.004, "under 1%"),
            (0.63, "63%"),
            (0.997, "over 99%"),
            (1.0, "100%"),
        ],
    )
    def test_no_share_is_rounded_to_certainty(self, en, share, text):
        """A share is never rounded to nothing or to everything."""
        assert written_share(share, en) == text


class TestStrengthsAndHarms:
    def test_equal_dignity(self, en):
        """Strengths come first, under a title of the same kind and with the same parts as harms."""
        html = StrengthsAndHarms([Strength("Skill", "m", "w", "r", 14040805)], [Harm("Debt", 2, "harm")], en)
        first, second = html._repr_html_().split('<div class="side side-')[1:]

        assert first.startswith('strengths">\n<p class="side-title">Strengths</p>')
        assert second.startswith('harms">\n<p class="side-title">Harms</p>')
        assert '<p class="observed-name">Skill</p>' in first
        assert '<span class="label">The helper’s reason:</span> r' in first

    def test_harm_is_told_whole(self, en):
        """A harm shows its level's word and meaning, whom it concerns, the reason, the day, and that it is critical."""
        harm = Harm("Child labour", 3, "severe", "A child works.", "Child", "Seen at work.", 14040805, is_critical=True)
        html = StrengthsAndHarms([], [harm], en)._repr_html_()

        for part in ("severe</span>", "A child works.", "Child · 5 Aban 1404", "Seen at work.", "critical by itself"):
            assert part in html
        assert "No reason is written yet." not in html

    def test_what_is_doubtful_is_said(self, en):
        """A missing reason and poor agreement each have their sentence."""
        html = StrengthsAndHarms([], [Harm("Debt", 2, "harm", lacks_reason=True, is_poorly_agreed=True)], en)

        assert "No reason is written yet." in html._repr_html_()
        assert "Helpers often differ on this one; look again." in html._repr_html_()

    def test_nothing_recorded(self, en):
        """Where nothing is recorded both sides say so."""
        html = StrengthsAndHarms([], [], en)._repr_html_()

        assert "No strength is recorded yet. Ask what the family is able to do." in html
        assert "No harm is known." in html


class TestSteps:
    @pytest.mark.parametrize(("language", "arrow"), [("en", "M2 12H21"), ("fa", "M22 12H3")])
    def test_arrow_points_where_reading_goes(self, language, arrow):
        """The arrow from now to what is needed points in the direction of reading."""
        html = ChangeList("title", [Change("Debt", "much", "little", "slowly")], Words(language))._repr_html_()

        assert arrow in html

    def test_change(self, en):
        """A change tells the level's words now, the words needed, and how soon it can be."""
        html = ChangeList("Two changes", [Change("Debt", "much", "little", "slowly")], en)._repr_html_()

        assert "<b>Debt</b>" in html
        assert "changes slowly" in html
        assert html.index("much") < html.index("little")

    def test_sensitive_question_is_marked(self, en):
        """Only a question that hurts in company is marked, and the order of questions is kept."""
        questions = [Question("Drugs?", "Addiction", Fraction(1, 3), True), Question("Rooms?", "Crowding")]
        first, second = AskNext(questions, en)._repr_html_().split("<li>")[1:]

        assert "ask in private" in first
        assert "with a chance of 33%." in first
        assert "ask in private" not in second
        assert "chance" not in second

    def test_chances(self, en):
        """Each level has a bar as wide as its chance; a second look is asked for in words only where it is due."""
        shares = {"safe": 0.0, "at_risk": 0.37, "harmed": 0.63}
        html = Chances(shares, en)._repr_html_()

        assert re.findall(r'style="width: (.*?)"', html) == ["0.000%", "37.000%", "63.000%"]
        assert "Second look" not in html
        assert "<b>Second look:</b> close" in Chances(shares, en, "close")._repr_html_()

    def test_programmes(self, en):
        """A programme names its means and the harms it answers; what only an expert gives is marked."""
        html = ProgrammeList("Help", [ProposedHelp("School", "referral", ["Child labour", "Debt"], True)], en)

        assert "(referral)" in html._repr_html_()
        assert "Child labour, Debt" in html._repr_html_()
        assert "needs an expert" in html._repr_html_()

    def test_nothing_to_show(self, en):
        """Lists of nothing leave nothing on the page."""
        blocks = [AskNext([], en), ChangeList("", [], en), ProgrammeList("", [], en)]

        assert [block._repr_html_() for block in blocks] == ["", "", ""]


class TestHidden:
    FRAME = pd.DataFrame({"n": pd.array([12, 3, 7, None], dtype="Int64"), "s": [0.5, 0.2, 0.3, 0.1]})
    FIELDS = (Field("n", "n", "number"), Field("s", "s", "share"))

    def cells(self, words, **others):
        html = Table(self.FRAME, self.FIELDS, words, **others)._repr_html_()
        return [re.sub("<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", html)]

    def test_hidden_is_not_unknown(self, en):
        """A hidden cell says that it is not shown; a missing one that is not hidden stays unknown."""
        hidden = pd.DataFrame({"n": [False, True, False, False], "s": [False, True, False, False]})

        assert self.cells(en, hidden=hidden) == ["12", "50%", "not shown", "not shown", "7", "30%", "unknown", "10%"]

    def test_small_count(self, en):
        """With a bound, a small or missing hidden count is fewer than it; a larger one and a share say nothing."""
        hidden = pd.DataFrame({"n": [False, True, True, True], "s": [True, False, False, False]})
        found = self.cells(en, hidden=hidden, hidden_under=5)

        assert found == ["12", "not shown", "fewer than 5", "20%", "not shown", "30%", "fewer than 5", "10%"]

    def test_total_gives_nothing_away(self, en):
        """The sum of a column with a hidden cell is not shown."""
        frame = self.FRAME.head(3)
        html = Table(frame, self.FIELDS, en, total=True, hidden=pd.DataFrame({"n": [False, True, False]}))
        total = html._repr_html_().split('<tr class="total">')[1]

        assert "not shown" in total
        assert "22" not in total

    def test_hidden_value(self, en):
        """A hidden number may stand among facts."""
        html = Facts({"Harmed": Hidden(5), "Share": Hidden()}, en)._repr_html_()

        assert '<span class="hidden-number">fewer than 5</span>' in html
        assert '<span class="hidden-number">not shown</span>' in html


class TestPage:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_never_markup(self, en, text):
        """Whatever people type is clipped, loses what reorders it, and is no markup in any block of levels."""
        html = "".join(block._repr_html_() for block in every_block(en, text))

        assert "<script" not in html
        assert "\u202e" not in html
        assert "x" * 481 not in html

    @pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
    def test_direction(self, language, direction):
        """Every block runs in the direction of its language."""
        found = [f'dir="{direction}"' in block._repr_html_() for block in every_block(Words(language))]

        assert found == [True] * 7

    def test_prints_without_a_warning(self, fa):
        """The renderer ignores nothing of the blocks' style; a long list of harms goes on over the next page."""
        harms = [Harm(f"Harm {number}", 2, "harm", "A meaning of some length. " * 8) for number in range(14)]
        blocks = [*every_block(fa), StrengthsAndHarms([Strength("Skill")], harms, fa)]
        body = "".join(block._repr_html_() for block in blocks)
        html = f'<!DOCTYPE html><html lang="fa" dir="rtl"><head><title>x</title></head><body>{body}</body></html>'
        with collected_warnings() as warnings:
            document = pypdfium2.PdfDocument(html_to_pdf(html))
        texts = [document[number].get_textpage().get_text_range() for number in range(len(document))]
        document.close()

        assert warnings == []
        assert [sum(f"Harm {number}" in text for text in texts) for number in (5, 13)] == [1, 1]
        assert all(len(text.strip()) > 40 for text in texts)
