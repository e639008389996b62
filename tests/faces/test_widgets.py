"""The kernel's side of the fields: which values they hold, and what they take from a page."""

import pickle

import ipywidgets
import pytest
from traitlets import TraitError

from hamyar.core.rial import LARGEST_MONEY
from hamyar.faces.widgets import Guarded, JalaliDate, RialInput, ValueRefused
from hamyar.faces.widgets.jalali_date import DayRefused
from hamyar.faces.widgets.rial_input import AmountRefused


@pytest.fixture(name="sent")
def _sent(monkeypatch):
    """What widgets send to their pages, as (widget, kind, content)."""
    found = []
    monkeypatch.setattr(Guarded, "send", lambda self, content, buffers=None: found.append((self, "custom", content)))
    monkeypatch.setattr(Guarded, "send_state", lambda self, key=None: found.append((self, "state", key)))
    return found


class TestValues:
    @pytest.mark.parametrize("day", [None, 14050830, 14031230, 12000101, 16001229])
    def test_day(self, day):
        """A field of a day holds any day of the calendar, or none."""
        assert JalaliDate(value=day, language="fa").value == day

    @pytest.mark.parametrize("day", [14041230, 14050732, 0, -1, "14050830", 14050830.0, True, [14050830], 10**30])
    def test_no_day(self, day):
        """What is no day of the calendar is refused, whoever sets it, and the former day stands."""
        field = JalaliDate(value=14050830, language="fa")
        with pytest.raises(DayRefused):
            field.value = day

        assert field.value == 14050830

    def test_bounds_of_days(self):
        """Both bounds belong to the field, and nothing beyond them."""
        field = JalaliDate(min=14050101, max=14050131, language="en")
        for day in (14050101, 14050131, None):
            field.value = day
        for day in (14041229, 14050201):
            with pytest.raises(DayRefused):
                field.value = day
        with pytest.raises(DayRefused):
            field.max = 14041230

        assert field.value is None
        assert "1 Farvardin 1405" in field.get_state()["_texts"]["too_early"]

    @pytest.mark.parametrize("amount", [None, 0, 1, LARGEST_MONEY])
    def test_amount(self, amount):
        """A field of an amount holds whole rial from zero to the largest account, or none."""
        assert RialInput(value=amount, language="fa").value == amount

    @pytest.mark.parametrize("amount", [-1, LARGEST_MONEY + 1, 1.0, True, "1", float("nan"), {"a": 1}])
    def test_no_amount(self, amount):
        """What is no amount within the bounds is refused, and the former amount stands."""
        field = RialInput(value=7, language="fa")
        with pytest.raises(AmountRefused):
            field.value = amount

        assert field.value == 7

    def test_words(self):
        """The amount is said in the field's language and follows its value; no amount has no words."""
        field = RialInput(value=12_500_000, language="en")
        assert field.get_state()["_said"]["words"] == "twelve million, five hundred thousand rial"
        field.language = "fa"
        assert field.get_state()["_said"]["words"].startswith("دوازده میلیون و پانصد هزار")
        field.value = None

        assert field.get_state()["_said"]["words"] == ""

    @pytest.mark.parametrize(("kind", "error"), [(RialInput, AmountRefused), (JalaliDate, DayRefused)])
    def test_refusal_tells_no_value(self, kind, error):
        """A refusal is a TraitError whose sentence and pickle carry nothing of what was sent."""
        with pytest.raises(error) as caught:
            kind(value="a name", language="fa")

        assert isinstance(caught.value, TraitError)
        assert "a name" not in str(caught.value)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes


class TestFromPage:
    def test_value(self, sent):
        """A page may set the value."""
        field = RialInput(language="fa")
        field.set_state({"value": 5})

        assert field.value == 5
        assert [kind for _, kind, content in sent if kind == "custom"] == []

    @pytest.mark.parametrize(
        "state",
        [
            {"value": 11},
            {"value": "5"},
            {"max": 100},
            {"label": "x"},
            {"_esm": "x"},
            {"disabled": True},
            {"nothing": 1},
            {"language": "en"},
        ],
    )
    def test_refused(self, sent, caplog, state):
        """Anything else leaves every trait as it was, and the page is told what holds; the log has no values."""
        field = RialInput(value=7, max=10, label="rent", language="fa")
        before, woken = field.get_state(), []
        field.observe(woken.append, ["value", "min", "max", "label", "description", "disabled", "language"])
        sent.clear()
        field.set_state(state)

        assert field.get_state() == before
        assert woken == []
        assert [name for name, kind, content in sent if kind == "custom" and content["refused"]] == [field]
        assert [name for _, kind, names in sent if kind == "state" for name in names] == [
            name for name in state if name != "nothing"
        ]
        assert [record.getMessage() for record in caplog.records] == ["RialInput refused a message from its page."]

    def test_disabled(self, sent):
        """A disabled field takes no value from the page, and still one from the notebook."""
        field = JalaliDate(value=14050830, disabled=True, language="fa")
        field.set_state({"value": 14050829})
        assert field.value == 14050830
        field.value = 14050828

        assert field.value == 14050828

    def test_good_part_of_a_bad_message(self, sent):
        """A message that also sets what it may not keeps its allowed part: the value is checked on its own."""
        field = RialInput(value=7, max=10, language="fa")
        field.set_state({"value": 8, "max": 100})

        assert (field.value, field.max) == (8, 10)

    def test_any_widget(self, sent):
        """The guard serves a widget of ipywidgets, too."""

        class GuardedText(Guarded, ipywidgets.Text):
            pass

        field = GuardedText(value="a")
        field.set_state({"value": "b", "description": "c"})
        assert (field.value, field.description) == ("b", "")
        field.disabled = True
        field.set_state({"value": "d", "disabled": False})

        assert (field.value, field.disabled) == ("b", True)

    @pytest.mark.parametrize(
        ("asked", "answered"),
        [({"typed": 5}, 1), ({"typed": "5"}, 0), ({"typed": 10**16}, 0), ({"typed": True}, 0), (5, 0)],
    )
    def test_words_on_request(self, sent, asked, answered):
        """The words of an amount that is being typed go back to the page; any other request gets no answer."""
        field = RialInput(language="fa")
        field._handle_custom_msg(asked, [])

        assert [content["said"]["amount"] for _, kind, content in sent if kind == "custom"] == [5] * answered
        assert field.value is None

    def test_is_a_refusal(self):
        """Both kinds of refusal can be caught as one."""
        assert issubclass(AmountRefused, ValueRefused)
        assert issubclass(DayRefused, ValueRefused)
