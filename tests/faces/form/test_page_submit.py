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

    assert (form.inputs.widget(field).value, form.state.value(field.id)) == (6, 5)
    assert form.inputs.widget(field).complaint == "This family is not yours any more."
    assert form.panel.said.startswith("Not saved")
    assert form.review.submit.disabled


def test_kept_once_it_can_be(form, session, monkeypatch):
    """What could not be saved while the server was away is saved with the next entry that is."""

    def refuse(*args, **kwargs):
        raise _Ended()

    first, second = [field for field in form.state.fields("money") if field.kind == "money"][:2]
    with monkeypatch.context() as patch:
        patch.setattr(session, "save_draft", refuse)
        form.inputs.widget(first).set_state({"value": 41})
    form.inputs.widget(second).set_state({"value": 42})

    assert (form.state.value(first.id), form.state.value(second.id)) == (41, 42)
    assert (form.inputs.widget(first).complaint, form.inputs.unsaved()) == ("", {})


def test_unread_text_is_not_passed_over(form):
    """A text that is no amount shuts the button, is told with its field, and opens it again when it is mended."""
    one, other = [field for field in form.state.fields("money") if field.kind == "money"][:2]
    form.inputs.widget(one).set_state({"value": 7})
    form.inputs.widget(other).set_state({"unread": "12 toman"})
    assert form.panel.said == "Not saved. See what is said beside the field."
    assert form.review.submit.disabled
    assert "cannot be read" in form.review.list.html
    form.review.submit.disabled = False
    press(form)
    assert form.review.outcome.said.startswith("Nothing was submitted")
    form.inputs.widget(other).set_state({"unread": "", "value": 12})

    assert not form.review.submit.disabled
    assert form.panel.said.startswith("Saved as a draft: 2")


@pytest.mark.parametrize("ask", ["discard", "undo"])
def test_refused_text_goes_with_the_rest(form, ask):
    """Throwing everything away, or undoing a field, empties what could not be kept as well."""
    field = line_of_file(form)
    old = form.state.value(field.id)
    widget = form.inputs.widget(field)
    widget.set_state({"value": 5})
    widget.set_state({"unread": "x"})
    form.review.list._handle_custom_msg({"ask": "discard" if ask == "discard" else f"undo:{field.id}"}, [])

    assert (widget.unread, widget.value, widget.complaint, form.inputs.unsaved()) == ("", old, "", {})


class TestTwoPages:
    def test_other_page_is_told(self, form, session):
        """Before submitting a page takes over what the same person wrote on another, says so, and waits."""
        one, other = [field for field in form.state.fields("money") if field.kind == "money"][:2]
        form.inputs.widget(one).set_state({"value": 1_000})
        beside = FormState(session, FAMILY, MONTH)
        beside.set(one.id, 2_000)
        beside.set(other.id, 3_000)
        # The other page wrote last, and this one has not looked since.
        form.review.submit.disabled = False
        press(form)
        assert form.review.outcome.said.startswith("Nothing was submitted: you have this form open on another page")
        assert (form.inputs.widget(one).value, form.state.value(other.id)) == (2_000, 3_000)
        press(form)

        filed = FormState(session, FAMILY, MONTH)
        assert (filed.filed(one.id), filed.filed(other.id)) == (2_000, 3_000)

    def test_submitted_there(self, form, session):
        """What was submitted on the other page is the file's here, and no draft any more."""
        field = line_of_file(form)
        beside = FormState(session, FAMILY, MONTH)
        form.inputs.widget(field).set_state({"value": 4_321})
        beside.look_elsewhere()
        beside.submit()
        form.panel._handle_custom_msg({"back": True}, [])

        assert form.panel.said.startswith("This form is open on another page too: 1 entry")
        assert (form.state.changed(), form.state.filed(field.id)) == ([], 4_321)

    def test_nothing_is_said_of_nothing(self, form):
        """Coming back to the page says nothing where nothing was written elsewhere."""
        form.inputs.widget(line_of_file(form)).set_state({"value": 9})
        said = form.panel.said
        form.panel._handle_custom_msg({"back": True}, [])

        assert form.panel.said == said


def test_private_clash_is_veiled(form, session):
    """Two answers to a private question are compared only where private matters are shown."""
    of_head = next(field for field in form.state.fields("household") if field.id.endswith(":phone") and field.subject)
    form._ask("private")
    form.inputs.widget(of_head).set_state({"value": "021 1111"})
    other = FormState(session.beside("manager"), FAMILY, MONTH)
    other.set(of_head.id, "021 2222")
    other.submit("earlier")
    form._ask("private")
    press(form)
    assert "A private matter" in form.review.clash.html
    assert "2222" not in form.review.clash.html
    form.review.clash._handle_custom_msg({"ask": "private"}, [])

    assert "1111" in form.review.clash.html
    assert "2222" in form.review.clash.html


def test_closed_month_is_told_first(session):
    """A month that is closed is told before anybody types, and submitting in it is refused in a sentence."""
    session.store.freeze(MONTH, "manager", parameters_fingerprint=session.parameters.fingerprint)
    form = FamilyForm(session, FAMILY, MONTH, Words("en"))
    assert "is closed" in form.notices()._repr_html_()
    form.inputs.widget(line_of_file(form)).set_state({"value": 5})
    press(form)

    assert "frozen" in form.review.outcome.said
    assert len(form.state.changed()) == 1
