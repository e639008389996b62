"""The kernel's side of the form's own widgets: what they hold, and what they take from a page."""

import pytest

from hamyar.faces.widgets import Guarded, ValueRefused
from hamyar.faces.widgets.choice import ChoiceInput, ChoiceRefused
from hamyar.faces.widgets.controls import GuardedButton, Panel, Sheet, Shown
from hamyar.faces.widgets.count import CountInput, CountRefused
from hamyar.faces.widgets.disclosure import Disclosure
from hamyar.faces.widgets.slider import SliderInput
from hamyar.faces.widgets.text import TextInput, TextRefused

ANSWERS = [("0", "no harm"), ("1", "some"), ("not_known", "not known")]


@pytest.fixture(name="sent")
def _sent(monkeypatch):
    """What widgets send to their pages, as (widget, content); states are left out."""
    found = []
    monkeypatch.setattr(Guarded, "send", lambda self, content, buffers=None: found.append((self, content)))
    monkeypatch.setattr(Guarded, "send_state", lambda self, key=None: None)
    return found


class TestValues:
    @pytest.mark.parametrize("value", [None, "0", "not_known"])
    def test_choice(self, value):
        """A choice holds one of its own answers, or none."""
        assert ChoiceInput(ANSWERS, value=value, language="fa").value == value

    @pytest.mark.parametrize("value", ["2", 0, True, ["0"], "", "0 "])
    def test_no_choice(self, value):
        """What is none of the answers is refused, and the former one stands."""
        field = ChoiceInput(ANSWERS, value="1", language="fa")
        with pytest.raises(ChoiceRefused):
            field.value = value

        assert field.value == "1"

    @pytest.mark.parametrize(
        ("typed", "held"),
        [("علي  رضا", "علی رضا"), ("", None), ("  ", None), (None, None), ("a\u202eb", "ab"), ("<b>", "<b>")],
    )
    def test_text(self, typed, held):
        """Text is held in normal form: no marks that reorder it, nothing where there is nothing; markup stays text."""
        assert TextInput(value=typed, language="fa").value == held

    @pytest.mark.parametrize("value", [5, ["a"], "abcdef", b"a"])
    def test_no_text(self, value):
        """What is no text within the bound is refused, and the former text stands."""
        field = TextInput(value="a", longest=5, language="fa")
        with pytest.raises(TextRefused):
            field.value = value

        assert field.value == "a"

    @pytest.mark.parametrize("value", [None, 0, 7])
    def test_count(self, value):
        """A count holds a whole number within its bounds, both included, or none."""
        assert CountInput(min=0, max=7, value=value, language="fa").value == value

    @pytest.mark.parametrize("value", [-1, 8, 1.0, "1", True, float("nan")])
    def test_no_count(self, value):
        """What is no whole number within the bounds is refused."""
        with pytest.raises(CountRefused):
            CountInput(min=0, max=7, value=value, language="fa")

    def test_count_says_its_bounds(self):
        """The sentence of a number out of bounds names them."""
        assert CountInput(min=2, max=7, language="en").get_state()["_texts"]["out_of_bounds"] == (
            "The number must be from 2 to 7."
        )

    @pytest.mark.parametrize("value", [-1, 11, 5.0, True, "5"])
    def test_slider(self, value):
        """A slider holds whole numbers within its bounds, also between its steps."""
        field = SliderInput(min=0, max=10, step=5, value=3, language="en")
        with pytest.raises(ValueRefused):
            field.value = value

        assert field.value == 3

    @pytest.mark.parametrize("value", [1, None, "true"])
    def test_disclosure(self, value):
        """A heading is open or not."""
        with pytest.raises(ValueRefused):
            Disclosure(value=value, language="en")


class TestFromPage:
    @pytest.mark.parametrize(
        ("field", "state"),
        [
            (ChoiceInput(ANSWERS, value="1", language="en"), {"options": [["9", "x"]]}),
            (ChoiceInput(ANSWERS, value="1", language="en"), {"value": "9"}),
            (ChoiceInput(ANSWERS, value="1", language="en"), {"complaint": "x"}),
            (TextInput(value="a", language="en"), {"longest": 10**9}),
            (CountInput(value=1, language="en"), {"max": 10**9}),
            (SliderInput(value=1, language="en"), {"max": 10**9}),
            (Disclosure(label="a", language="en"), {"label": "x"}),
            (Sheet(html="a", language="en"), {"html": "x"}),
            (Sheet(html="a", language="en"), {"value": "x"}),
            (Panel(summary="a", language="en"), {"summary": "x"}),
            (Shown(value="a"), {"value": "x"}),
            (GuardedButton(description="a"), {"disabled": False}),
        ],
        ids=lambda part: type(part).__name__ if isinstance(part, Guarded) else next(iter(part)),
    )
    def test_refused(self, sent, field, state):
        """A page sets the value of a field and nothing else: no options, no bounds, no words, no markup."""
        before = field.get_state()
        field.set_state(state)

        assert field.get_state() == before
        assert [content for _, content in sent if "refused" in content] != []

    def test_press(self, sent):
        """A button that is shut hears no press, whatever a page sends; an open one does."""
        pressed = []
        button = GuardedButton(description="go")
        button.on_click(pressed.append)
        button._handle_custom_msg({"event": "click"}, [])
        button.disabled = True
        button._handle_custom_msg({"event": "click"}, [])
        button.disabled = False
        button._handle_custom_msg("click", [])

        assert pressed == [button]

    @pytest.mark.parametrize(
        ("content", "heard"),
        [
            ({"ask": "take:1"}, ["take:1"]),
            ({"ask": "take:2"}, []),
            ({"ask": ["take:1"]}, []),
            ({"ask": 'a"b'}, ['a"b']),
            ("take:1", []),
            ({}, []),
        ],
    )
    def test_ask(self, sent, content, heard):
        """A sheet can be asked for what stands in it now, and for nothing else."""
        asked = []
        sheet = Sheet(html='<button data-ask="take:1">1</button><i data-ask="a&#34;b"></i>', language="en")
        sheet.on_ask(asked.append)
        sheet._handle_custom_msg(content, [])

        assert asked == heard

    def test_ask_in_a_summary(self, sent):
        """What stands in a panel's summary may be asked for, too."""
        asked = []
        panel = Panel(summary='<a data-ask="go:1">1</a>', language="en")
        panel.on_ask(asked.append)
        panel._handle_custom_msg({"ask": "go:1"}, [])

        assert asked == ["go:1"]

    def test_focus(self, sent):
        """A sheet can lead the keyboard to a field."""
        sheet = Sheet(language="en")
        sheet.focus("at-1")

        assert sent == [(sheet, {"focus": "at-1"})]
