"""Submitting from the page: the list of what changes, and two people who wrote the same row."""

import pytest
from tests.faces.form.form_making import FAMILY, MONTH

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.faces.form.page import FamilyForm
from hamyar.faces.form.state import FormState
from hamyar.words import Words


class _Ended(HamyarError):
    msgid = N_("This family is not yours any more.")


@pytest.fixture(name="form")
def _form(session):
    form = FamilyForm(session, FAMILY, MONTH, Words("en"))
    form.page()
    return form


def line_of_file(form):
    """A line of money that the file of the month has."""
    fields = [field for field in form.state.fields("money") if field.kind == "money"]
    return next(field for field in fields if form.state.origin(field.id) == "file" and form.state.value(field.id))


def press(form):
    form.review.submit._handle_custom_msg({"event": "click"}, [])


def test_nothing_to_submit(form):
    """Before anything is changed the button is shut, whatever a page sends."""
    press(form)

    assert form.review.submit.disabled
    assert form.review.outcome.said == ""


def test_submitted(form, session):
    """The list shows old and new; after submitting the file says the new value and nothing is left."""
    field = line_of_file(form)
    old = form.state.value(field.id)
    form.inputs.widget(field).set_state({"value": old + 1_000})
    assert f"{old:,}" in form.review.list.html
    assert f"{old + 1_000:,}" in form.review.list.html
    form.review.reason.set_state({"value": "misread"})
    press(form)

    assert form.review.outcome.said.startswith("Submitted: 1 entry")
    assert (form.review.reason.value, form.state.changed()) == (None, [])
    assert FormState(session, FAMILY, MONTH).filed(field.id) == old + 1_000
    assert form.review.submit.disabled


def test_undone_from_the_list(form):
    """A change leads to its field and can be taken back from the list."""
    field = line_of_file(form)
    old = form.state.value(field.id)
    form.inputs.widget(field).set_state({"value": old + 1_000})
    form.review.list._handle_custom_msg({"ask": f"go:{field.id}"}, [])
    assert form.sections["money"].head.value
    form.review.list._handle_custom_msg({"ask": f"undo:{field.id}"}, [])

    assert (form.inputs.widget(field).value, form.state.changed()) == (old, [])


def test_all_thrown_away(form):
    """All of it can be thrown away at once, and only while there is something."""
    form.review.list._handle_custom_msg({"ask": "discard"}, [])
    field = line_of_file(form)
    old = form.state.value(field.id)
    form.inputs.widget(field).set_state({"value": 5})
    form.review.list._handle_custom_msg({"ask": "discard"}, [])

    assert form.inputs.widget(field).value == old


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_both_values_side_by_side(form, session, side):
    """Somebody else wrote the same row: both values stand with what each gives, and the helper's choice holds."""
    field = line_of_file(form)
    form.inputs.widget(field).set_state({"value": 1_111_000})
    other = FormState(session.beside("manager"), FAMILY, MONTH)
    other.set(field.id, 2_222_000)
    other.submit("earlier")
    press(form)
    html = form.review.clash.html

    assert "1,111,000" in html
    assert "2,222,000" in html
    assert html.count("hamyar-outcome") == 2
    assert form.review.submit.disabled
    assert "sample-manager" in html
    (clash,) = form._clashes
    form.review.clash._handle_custom_msg({"ask": f"decide:{clash.key}:{side}"}, [])
    assert "Chosen" in form.review.clash.html
    if side == "ours":
        assert not form.review.submit.disabled
        press(form)
        assert form.review.clash.html == ""
    wanted = {"ours": 1_111_000, "theirs": 2_222_000}[side]
    assert FormState(session, FAMILY, MONTH).filed(field.id) == wanted
    assert form.inputs.widget(field).value == wanted


def test_right_ends_while_typing(form, session, monkeypatch):
    """Where the right to the family ended, the refusal is told by the button and beside the field; nothing breaks."""

    def refuse(*args, **kwargs):
        raise _Ended()

    field = line_of_file(form)
    form.inputs.widget(field).set_state({"value": 5})
    monkeypatch.setattr(session, "submit", refuse)
    press(form)
    assert form.review.outcome.said == "This family is not yours any more."
    monkeypatch.setattr(session, "save_draft", refuse)
    form.inputs.widget(field).set_state({"value": 6})

    assert form.inputs.widget(field).value == 5
    assert form.panel.said.startswith("Not saved")
