"""Blocks: what stands on the page, and what cannot get out of its place."""

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.message import message
from hamyar.core.rial import Money
from hamyar.core.tables import ColumnsMissing
from hamyar.faces import labels
from hamyar.faces.blocks import (
    Facts,
    Field,
    Finding,
    Heading,
    KeyFigure,
    KeyFigures,
    Notice,
    PageStyle,
    Provenance,
    Table,
    UnknownList,
)
from hamyar.faces.text import clip, isolated
from hamyar.words import Words

HOSTILE = ["<script>alert(1)</script>", "a]]>b", "{{ 7*7 }}", "=cmd|' /C calc'!A0", "a\u202eb\u2069", "x" * 10_000]
FRAME = pd.DataFrame(
    {
        "category": ["own_income", "subsidy"],
        "amount_money": pd.array([62_000_000, None], dtype="Int64"),
        "persons": [3, 4],
    }
)
FIELDS = [
    Field("category", "Inflow", "code"),
    Field("amount_money", "Amount", "money"),
    Field("persons", "n", "number"),
]


@pytest.fixture(name="fa")
def _fa():
    return Words("fa")


@pytest.fixture(name="en")
def _en():
    return Words("en")


class TestTable:
    def test_unit_stands_in_the_head(self, en):
        """Money is digits in the cells and its unit in the heading."""
        html = Table(FRAME, FIELDS, en)._repr_html_()

        assert 'Amount <span class="unit">(rial)</span></th>' in html
        assert '<td class="numeric">62,000,000</td>' in html

    def test_missing_is_unknown(self, en):
        """A missing cell is the word unknown, marked; so is a total that needs it, and no other."""
        html = Table(FRAME, FIELDS, en, total=True)._repr_html_()
        total = html.split('<tr class="total">')[1]

        assert html.count('<td class="numeric unknown-cell"><span class="unknown">unknown</span></td>') == 2
        assert '<td class="numeric">7</td>' in total

    def test_codes_have_names(self, en):
        """A code is shown by its name."""
        assert '<td class="words">Own income</td>' in Table(FRAME, FIELDS, en)._repr_html_()

    def test_persian_digits(self, fa):
        """A Persian table runs right to left with Persian digits."""
        html = Table(FRAME, FIELDS, fa)._repr_html_()

        assert 'dir="rtl"' in html
        assert "۶۲٬۰۰۰٬۰۰۰" in html

    def test_kinds(self, en):
        """Shares, months and days are written as the language writes them."""
        frame = pd.DataFrame({"share": [0.25], "month": [140508], "day": [14050830]})
        html = Table(frame, [Field(name, name, name) for name in frame.columns], en)._repr_html_()

        assert [f">{text}</td>" in html for text in ("25%", "Aban 1405", "30 Aban 1405")] == [True] * 3

    def test_column_must_exist(self, en):
        """A field that the frame lacks is named, with what there is."""
        with pytest.raises(ColumnsMissing, match="lacks the columns age"):
            Table(FRAME, [Field("age", "Age")], en)

    def test_repr_keeps_the_content(self, en):
        """The plain form that a notebook stores beside the HTML says nothing of a family."""
        assert repr(Table(FRAME, FIELDS, en)) == "<Table>"


class TestOthersText:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_never_markup(self, en, text):
        """Whatever people type is clipped, loses what reorders it, and is no markup in any block."""
        blocks = [
            Table(pd.DataFrame({"note": [text]}), [Field("note", text)], en, caption=text),
            Facts({text: text}, en),
            KeyFigures([KeyFigure(text, text, text)], en),
            UnknownList([(text, text)], en),
            Notice("note", text, en),
            Heading(text, en),
            Finding(message("Of {name}: {names}", name=text, names=[text]), en),
            Provenance({"run_id": text, text: text}, en),
        ]
        html = "".join(block._repr_html_() for block in blocks)

        assert "<script" not in html
        assert "\u202e" not in html
        assert html.count("\u2068") == html.count("\u2069")
        assert "x" * 481 not in html

    def test_clip(self):
        """Clipped text ends with an ellipsis and has exactly the length asked for."""
        assert clip("x" * 10_000) == "x" * 119 + "…"
        assert clip("x" * 120) == "x" * 120

    def test_isolated(self):
        """Text is isolated for the screen by an element, and for paper by Unicode's own marks."""
        assert isolated("a<b") == "<bdi>\u2068a&lt;b\u2069</bdi>"

    def test_values_of_a_sentence(self, en):
        """Free text among the values of a sentence is isolated; numbers and months are written out."""
        html = Finding(message("{name} had {gap} in {month}", name="A&B", gap=Money(5000), month=Month(1405, 8)), en)

        assert "<bdi>\u2068A&amp;B\u2069</bdi> had 5,000\xa0rial in Aban 1405" in html._repr_html_()


class TestOthers:
    def test_key_figures(self, en):
        """A key figure shows its number large and its unit small; a missing one is unknown."""
        html = KeyFigures([KeyFigure("Gap", Money(53_000_000)), KeyFigure("Savings", pd.NA)], en)._repr_html_()

        assert '<span class="number">53,000,000</span>&nbsp;<span class="unit">rial</span>' in html
        assert '<span class="unknown">unknown</span>' in html

    def test_nothing_unknown(self, en):
        """A list of nothing unknown leaves no empty frame on the page."""
        assert UnknownList([], en)._repr_html_() == ""

    @pytest.mark.parametrize(
        ("kind", "word"),
        [("synthetic", "Made-up data"), ("provisional", "Provisional"), ("warning", "Attention"), ("note", "Note")],
    )
    def test_notice_is_told_by_its_word(self, en, kind, word):
        """Each notice says in a word what it is, besides its frame."""
        assert f'notice-{kind}" dir="ltr"><p><b>{word}:</b> x</p>' in Notice(kind, "x", en)._repr_html_()

    def test_provenance_cuts_hashes(self, en):
        """The footer names the month and cuts hashes to twelve characters."""
        html = Provenance({"month": 140508, "data_hash": "0123456789abcdef", "run_id": None}, en)._repr_html_()

        assert "Month: Aban 1405" in html
        assert "0123456789ab\u2069" in html
        assert "unknown" in html

    def test_style_is_whole(self, en):
        """The style block carries the same sheet as paper."""
        assert "figure.chart" in PageStyle(en)._repr_html_()


class TestLabels:
    def test_every_code_has_a_name(self, en):
        """Every allowed word of the tables has a name to be shown by."""
        from hamyar.core import labels, tables

        pairs = [
            (tables.CATEGORIES, labels.CATEGORIES),
            (tables.ITEMS, labels.ITEMS),
            (tables.ROLES, labels.ROLES),
            (tables.SOURCES, labels.SOURCES),
            (tables.RECALL_PERIODS, labels.RECALL_PERIODS),
        ]

        assert [set(codes) for codes, _ in pairs] == [set(names) for _, names in pairs]

    def test_unknown_code_stays(self, en):
        """A code without a name is shown as it is."""
        assert labels.label("something_new", en) == "something_new"
