"""The printed page: its text, its fonts, its borders and its bytes."""

import copy
import ctypes
import gettext

import pandas as pd
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hamyar import words as words_module
from hamyar.core.jalali import Month
from hamyar.faces import charts
from hamyar.faces.blocks import Facts, Field, KeyFigure, KeyFigures, Table
from hamyar.faces.fonts import FONT_FILES
from hamyar.faces.html import NotebookFailed, NotForPaper
from hamyar.faces.render import OnlyOurFonts, ResourceRefused, collected_warnings, html_to_pdf, notebook_to_html
from hamyar.words import Words

HOSTILE = ["<script>alert(1)</script>", "a]]>b", "{{ 7*7 }}", "=cmd|' /C calc'!A0", "a\u202eb", "x" * 10_000]
TITLE = "کارنامه اقتصاد خانواده"
HEADER = {
    "case": "FA-0012",
    "month": Month(1405, 8),
    "family_name": "زهرا محمدی",
    "created": "2026-11-21T00:00:00+00:00",
}


@pytest.fixture(autouse=True, scope="module")
def _english_sentences():
    """Our own sentences stay in English, so that no translation can break a test of the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words_module, "catalogue", lambda language, domain="hamyar": gettext.NullTranslations())
        yield


def shown(block):
    data = block._repr_mimebundle_() if hasattr(block, "_repr_mimebundle_") else {"text/html": block._repr_html_()}
    return new_code_cell("secret_code()", outputs=[new_output("display_data", data=data)])


def page(*cells, words=None, title=TITLE, **header):
    notebook = new_notebook(cells=list(cells))
    return notebook_to_html(notebook, words=words or Words("fa"), title=title, header=HEADER | header)


@pytest.fixture(name="dossier", scope="module")
def _dossier():
    words = Words("fa")
    path = pd.DataFrame({"month": [140507, 140508], "gap_before_aid_money": [9 * 10**6, 8 * 10**6]})
    frame = pd.DataFrame({"who": HOSTILE, "amount_money": range(len(HOSTILE))})
    return page(
        new_markdown_cell("## بخش نخست\n\nمتن این بخش است."),
        shown(KeyFigures([KeyFigure("کسری", text) for text in HOSTILE[-3:]], words)),
        shown(charts.gap_path(path, words, finding="کسری کم شد.")),
        shown(Table(frame, [Field("who", "نام"), Field("amount_money", "مبلغ", "money")], words, caption=HOSTILE[-1])),
        shown(Facts({text: text for text in HOSTILE}, words)),
        family_name=HOSTILE[-1],
        centre=HOSTILE[0],
        is_synthetic=True,
    )


@pytest.fixture(name="printed", scope="module")
def _printed(dossier):
    document = pypdfium2.PdfDocument(html_to_pdf(dossier))
    yield document
    document.close()


def text_of(document):
    return "\n".join(document[number].get_textpage().get_text_range() for number in range(len(document)))


def fonts_of(document):
    """Name of every font that some text uses, and whether it is embedded."""
    found = {}
    for number in range(len(document)):
        for item in document[number].get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(item.raw)
            size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
            name = ctypes.create_string_buffer(size)
            pdfium.FPDFFont_GetBaseFontName(font, name, size)
            found[name.value.decode().split("+")[-1]] = pdfium.FPDFFont_GetIsEmbedded(font)
    return found


class TestPdf:
    def test_title_in_logical_order(self, printed):
        """The Persian title can be found and copied as it is written."""
        assert TITLE in text_of(printed)

    def test_only_our_fonts(self, printed):
        """Every font of the page is Vazirmatn, and embedded."""
        assert fonts_of(printed) == {"Vazirmatn": 1, "Vazirmatn-Bold": 1}

    def test_nothing_leaves_the_page(self, printed):
        """Whatever the length of a name, every letter lies between the margins of its page."""
        outside = []
        for number in range(len(printed)):
            width, height = printed[number].get_size()
            text = printed[number].get_textpage()
            for place in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(place)
                if left < 50 or right > width - 50 or bottom < 10 or top > height - 10:
                    outside.append((number, left, bottom, right, top))

        assert outside == []

    def test_hostile_text_is_text(self):
        """Markup, formulas and templates that people type stand on the page as letters."""
        words = Words("en")
        html = page(shown(Facts({str(place): text for place, text in enumerate(HOSTILE)}, words)), words=words)
        document = pypdfium2.PdfDocument(html_to_pdf(html))

        missing = [text for text in HOSTILE[:4] if text not in text_of(document)]
        document.close()
        assert missing == []

    def test_page_numbers_are_persian(self, printed):
        """The foot of each page counts in Persian digits."""
        assert "Page ۱ of" in text_of(printed)

    def test_every_page_is_marked(self, printed):
        """Every page says that it is confidential, and that made-up data is made up."""
        pages = [printed[number].get_textpage().get_text_range() for number in range(len(printed))]

        assert all("Confidential" in text and "Made-up data" in text for text in pages)

    def test_metadata(self, printed):
        """Title, author and the caller's date are in the file; it is tagged and in its language."""
        found = printed.get_metadata_dict()

        assert (found["Author"], found["Title"]) == ("Hamyar", TITLE)
        assert found["CreationDate"].startswith("D:20261121000000")
        assert pdfium.FPDFCatalog_IsTagged(printed.raw)

    def test_same_bytes(self, dossier):
        """Printed twice, a page is the same file."""
        assert html_to_pdf(dossier) == html_to_pdf(dossier)

    def test_no_warning(self, dossier):
        """The renderer ignores nothing of our style and misses no letter."""
        with collected_warnings() as warnings:
            html_to_pdf(dossier)

        assert warnings == []

    def test_family_name_only_in_its_place(self):
        """The family's name is printed once, in the title block, and is in no metadata."""
        document = pypdfium2.PdfDocument(html_to_pdf(page()))

        assert text_of(document).count("محمدی") == 1
        assert "زهرا" not in str(document.get_metadata_dict())
        document.close()


class TestFetching:
    def test_nothing_is_fetched(self, dossier, monkeypatch):
        """A page of ours asks for its own data only."""
        asked = []
        fetch = OnlyOurFonts.fetch

        def noted(fetcher, url, headers=None):
            asked.append(url)
            return fetch(fetcher, url, headers)

        monkeypatch.setattr(OnlyOurFonts, "fetch", noted)
        html_to_pdf(dossier)

        own = ("data:", FONT_FILES[400].parent.as_uri())
        assert any(url.startswith("data:image/svg+xml") for url in asked)
        assert [url for url in asked if not url.startswith(own)] == []

    @pytest.mark.parametrize("address", ["https://example.org/a.png", "file:///etc/hostname", "ftp://example.org/a"])
    def test_outside_is_refused(self, address):
        """A page that asks for anything outside itself is refused, not printed with a hole."""
        with pytest.raises(ResourceRefused, match="put it into the page itself"):
            html_to_pdf(f'<html lang="fa"><img alt="x" src="{address}">')

    def test_no_way_out_of_the_font_folder(self):
        """An address that climbs out of the font folder is refused."""
        font = FONT_FILES[400].as_uri()

        assert OnlyOurFonts().fetch(font).read(4)
        with pytest.raises(ResourceRefused):
            OnlyOurFonts().fetch(font.replace("fonts/", "fonts/../labels.py#"))


class TestHtml:
    def test_no_code_and_nothing_outside(self, dossier):
        """The page holds no code cell, no script and no address."""
        assert [part in dossier for part in ("secret_code", "<script", "http:", "https:")] == [False] * 4
        assert '<html dir="rtl" lang="fa">' in dossier or '<html lang="fa" dir="rtl">' in dossier

    def test_hidden_cells(self):
        """A cell tagged for it does not reach paper."""
        hidden = new_markdown_cell("پنهان", metadata={"tags": ["hide-in-report"]})

        assert "پنهان" not in page(hidden, new_markdown_cell("پیدا"))

    def test_prose_is_translated_whole(self, monkeypatch):
        """Each markdown cell is looked up as one text."""
        monkeypatch.setattr(Words, "prose", lambda words, text: {"یک\n\nدو": "one and two"}.get(text, text))

        assert "<p>one and two</p>" in page(new_markdown_cell("یک\n\nدو"), words=Words("en"))

    def test_error_has_no_page(self):
        """A notebook with an error is refused with the cell and the class of the error, not its text."""
        failed = new_code_cell("x", outputs=[new_output("error", ename="KeyError", evalue="زهرا", traceback=[])])

        with pytest.raises(NotebookFailed, match=r"^Cell 2 .*\(KeyError\)") as refused:
            page(new_markdown_cell("یک"), failed)
        assert "زهرا" not in str(refused.value)

    @pytest.mark.parametrize(
        "html",
        [
            "<script>1</script>",
            '<img src="http://a/b.png">',
            "<style>@import 'x'</style>",
            "<p style='background:url(x)'>",
        ],
    )
    def test_outputs_that_reach_out(self, html):
        """An output that would run or load something is refused."""
        cell = new_code_cell("x", outputs=[new_output("display_data", data={"text/html": html})])

        with pytest.raises(NotForPaper):
            page(cell)

    def test_plain_outputs_are_escaped(self):
        """Plain text of an output is text; a JSON record is not printed."""
        plain = new_code_cell("x", outputs=[new_output("display_data", data={"text/plain": "<b>5</b>"})])
        record = new_output("display_data", data={"application/json": {"a": 1}, "text/plain": "record"})
        html = page(plain, new_code_cell("x", outputs=[record]))

        assert "<pre>&lt;b&gt;5&lt;/b&gt;</pre>" in html
        assert "record" not in html

    def test_running_head_cannot_be_broken(self):
        """A case code with quotes or tags stays inside its string in the style sheet."""
        html = page(case='"; } </style><b>')

        assert html.count("</style>") == 1

    def test_notebook_is_left_alone(self):
        """Making the page does not change the notebook."""
        notebook = new_notebook(cells=[new_markdown_cell("x", metadata={"tags": ["hide-in-report"]})])
        before = copy.deepcopy(notebook)
        notebook_to_html(notebook, words=Words("en"), title="t", header={})

        assert before == notebook
