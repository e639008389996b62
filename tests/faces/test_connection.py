"""What tells that a page has lost its kernel: its words, what it takes from a page, and which pages have it."""

from pathlib import Path

import pytest
from tests.faces.help_making import MONTH
from tests.faces.home_making import PlayedSession

from hamyar.faces import widgets
from hamyar.faces.home import Home, open_home
from hamyar.faces.pages import connection
from hamyar.faces.widgets import Guarded
from hamyar.faces.widgets.connection import Connection
from hamyar.faces.widgets.controls import Panel
from hamyar.words import Words

WATCHING = (Path(widgets.__file__).parent / "watching.js").read_text("utf-8")


class TestWidget:
    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_words(self, language):
        """It has a sentence for what may pass, another for what is for good, and the name of a button."""
        texts = Connection(language=language).get_state()["_texts"]

        assert list(texts) == ["away", "gone", "again"]
        assert all(texts.values())
        assert len(set(texts.values())) == 3

    def test_language(self):
        """It speaks the language it is made with."""
        again = "Load the page again"

        assert Connection(language="en").get_state()["_texts"]["again"] == again
        assert Connection(language="fa").get_state()["_texts"]["again"] == Words("fa")(again)

    @pytest.mark.parametrize("state", [{"_texts": {"gone": "x"}}, {"language": "fa"}, {"value": 1}, {"_esm": "x"}])
    def test_takes_nothing(self, monkeypatch, state):
        """No message of a page changes it."""
        monkeypatch.setattr(Guarded, "send", lambda self, content, buffers=None: None)
        monkeypatch.setattr(Guarded, "send_state", lambda self, key=None: None)
        made = Connection(language="en")
        before = made.get_state()
        made.set_state(state)

        assert before == made.get_state()

    @pytest.mark.parametrize("kind", [Connection, Panel])
    def test_one_watch(self, kind):
        """The form's panel and the bar of other pages watch by the very same script."""
        assert str(kind(language="en").get_state()["_esm"]).count(WATCHING) == 1

    def test_own_words_of_the_panel(self):
        """The form says of itself what is saved, which no other page could."""
        panel, other = (kind(language="en").get_state()["_texts"] for kind in (Panel, Connection))

        assert "saved" in panel["gone"]
        assert "saved" not in other["gone"]


class TestPages:
    def test_served(self):
        """A served page has it, in the language of the page."""
        made = connection(Words("en"), is_served=True)

        assert isinstance(made, Connection)
        assert made.language == "en"

    def test_elsewhere(self):
        """In Lab and on paper it is nothing at all."""
        assert connection(Words("en"), is_served=False)._repr_html_() == ""

    @pytest.mark.parametrize("role", ["helper", "manager"])
    def test_home(self, role):
        """Where families can be searched for, it is there."""
        assert isinstance(Home(PlayedSession(role), MONTH, Words("en")).connection(), Connection)

    def test_home_without_a_search(self):
        """Where no family is open to the user, nothing on the page asks the kernel, and nothing is watched over."""
        assert Home(PlayedSession("operator"), MONTH, Words("en")).connection()._repr_html_() == ""

    def test_home_over_the_sample(self):
        """The home page over the sample, which Lab opens, has none."""
        assert open_home(str(MONTH), "en").connection()._repr_html_() == ""
