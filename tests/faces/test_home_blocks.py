"""Tables and lists that lead on: what stands in them is text, and a figure opens to those it counts."""

import re

import pytest
from markupsafe import Markup

from hamyar.core.message import N_, message
from hamyar.faces.linked_blocks import Behind, Head, Level, Link, LinkedTable, LinkList, Marked, Part, linked_style
from hamyar.words import Words

EN, FA = Words("en"), Words("fa")
HOSTILE = '"><script>alert(1)</script>'


def plain(markup):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>|[\u2066-\u2069]", "", markup)).strip()


class TestLink:
    def test_text_is_never_markup(self):
        """Nothing of a link's text, code or note becomes markup, nor does anything in its address."""
        told = Link(HOSTILE, f"family?family={HOSTILE}", code=HOSTILE, note=HOSTILE).html(EN)

        assert "<script" not in told
        assert told.count("<a ") == 1

    def test_without_an_address(self):
        """A family whose page is not open stands as text."""
        assert "<a " not in Link("S-1", None).html(EN)


class TestLevel:
    @pytest.mark.parametrize("level", ["safe", "at_risk", "harmed", "undetermined"])
    def test_word_and_shape(self, level):
        """Every level has its word beside its shape."""
        told = Level(level, "safe", "harmed").html(EN)

        assert plain(re.sub(r"<svg.*?</svg>", "", told))
        assert "level-icon" in told

    def test_range(self):
        """An undetermined level tells the levels still possible, a known one does not."""
        assert "between" in Level("undetermined", "safe", "harmed").html(EN)
        assert "between" not in Level("harmed", "harmed", "harmed").html(EN)

    def test_unknown(self):
        """Without a level there is the word for what is not known."""
        assert plain(Level(None).html(EN)) == "unknown"


class TestLinkedTable:
    def test_cells(self):
        """A cell holds its lines below each other; an empty one a dash; each knows the head of its column."""
        mark = Marked(Markup("<svg></svg>"), HOSTILE)
        table = LinkedTable([Head("Who"), Head("Many", True)], [[["a", mark], []]], EN, caption="Those")._repr_html_()

        assert table.count('class="line"') == 3
        assert 'data-head="Many"' in table
        assert "–" in table
        assert "<script" not in table

    def test_rows_must_fit(self):
        """A row with another number of cells is a fault of the program."""
        with pytest.raises(ValueError, match="zip"):
            LinkedTable([Head("Who")], [[["a"], ["b"]]], EN)._repr_html_()


class TestWindow:
    def test_served(self, monkeypatch):
        """A served page leads on in its own window: Jupyter would open another one, with another kernel."""
        monkeypatch.setenv("HAMYAR_SERVICE", "/nowhere")
        assert 'href="levels" target="_self"' in Link("S-1", "levels").html(EN)

    def test_lab(self):
        """In Lab a link must not take the place of Lab."""
        assert "target" not in Link("S-1", "levels").html(EN)


class TestBehind:
    def test_opens(self):
        """The figure is the summary, and below it stand the families with their headings."""
        told = Behind(
            message(N_("{count} families"), count=2), [Part("Safe", [Link("S-1", "levels"), Link("S-2", "levels")])], EN
        )
        markup = told._repr_html_()

        assert markup.count("<details") == markup.count("<summary>") == 1
        assert re.findall(r'href="levels"', markup) == ['href="levels"'] * 2

    def test_nobody(self):
        """Nothing opens where nobody is counted."""
        assert "<details" not in Behind("none", [Part("Safe", [])], EN)._repr_html_()

    def test_long_lists(self):
        """Of a long list the first are named, and the rest is counted and folded below."""
        links = [Link(f"S-{number}", "levels") for number in range(7)]
        markup = Behind("7", [Part("", links)], EN, most=5)._repr_html_()
        first, rest = markup.split("and 2 more")

        assert (first.count("<a "), rest.count("<a ")) == (5, 2)
        assert (markup.count("<details"), markup.count("</details>")) == (2, 2)

    def test_long_lists_elsewhere(self):
        """Where another page names them all, the rest leads there."""
        links = [Link(f"S-{number}", "levels") for number in range(7)]
        markup = Behind("7", [Part("", links, "centre?month=1404-01")], EN, most=5)._repr_html_()

        assert re.findall(r'href="(centre[^"]*)">(.*?)</a>', markup)[0][0] == "centre?month=1404-01"
        assert "and 2 more" in plain(markup)
        assert (markup.count("<a "), markup.count("<details")) == (6, 1)

    @pytest.mark.parametrize("count", [5, 6])
    def test_just_long_enough(self, count):
        """Nobody is left over, or one."""
        links = [Link(f"S-{number}", "levels") for number in range(count)]
        markup = Behind("n", [Part("", links)], EN, most=5)._repr_html_()

        assert markup.count("<a ") == count
        assert ("more" in markup) is (count == 6)

    @pytest.mark.parametrize(("words", "direction"), [(FA, "rtl"), (EN, "ltr")])
    def test_direction(self, words, direction):
        """Each block runs in the direction of its language."""
        for block in (Behind("x", [Part("", [Link("S-1", None)])], words), LinkList("Pages", [Link("a", "b")], words)):
            assert f'dir="{direction}"' in block._repr_html_()


def test_style():
    """The look comes with the page: nothing is fetched."""
    told = linked_style(FA)._repr_html_()

    assert "details.behind" in told
    assert re.findall(r"url\(|@import|https?:", told) == []
