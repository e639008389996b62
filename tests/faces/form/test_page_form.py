"""The page of a family's form in the kernel: what is built when, what typing does, and what is told."""

import re

import ipywidgets
import pytest
from tests.faces.form.form_making import FAMILY, MONTH, open_section

from hamyar.core.jalali import Month
from hamyar.core.tables import FLOWS
from hamyar.faces.form.page import FamilyForm, open_family_form
from hamyar.faces.form.sections import Part
from hamyar.words import Words

HOSTILE = '<script>alert(1)</script>\u202e=1+1"'


def inputs_in(widget):
    """Every field within a widget that is on the page."""
    found = []
    for child in getattr(widget, "children", ()):
        found += inputs_in(child)
    return found + ([widget] if hasattr(widget, "value") and hasattr(widget, "label") else [])


def of_kind(form, section, kind, shown=True):
    return [
        field for field in form.state.fields(section) if field.kind == kind and (form.tools.shows(field) or not shown)
    ]


def typed(form, field, value):
    """As a page types it."""
    form.inputs.widget(field).set_state({"value": value})


class TestBuilding:
    def test_first_paint(self, form):
        """Before a section is opened no field has a widget."""
        assert len(form.inputs) == 0
        assert [section.head.value for section in form.sections.values()] == [False] * 7

    @pytest.mark.parametrize("name", ["household", "money", "indicators", "strengths", "food", "plan", "visits"])
    def test_opened(self, form, name):
        """An open section shows every field that may be seen and is called for, once, and no two have one label."""
        section = open_section(form, name)
        wanted = [field.id for field in form.state.fields(name) if form.tools.wants(field)]
        shown = [one for one in inputs_in(section.body) if not hasattr(one, "heading")]

        assert len(shown) == len(wanted) > 0
        assert {id(one) for one in shown} == {id(form.inputs.widget(form.state.field(name))) for name in wanted}
        assert [one for one in shown if not one.label] == []
        places = section._parts.values() or [section]
        for place in places:
            labels = [one.label for one in inputs_in(place.body) if not hasattr(one, "heading")]
            assert sorted(set(labels)) == sorted(labels)

    def test_shut_again(self, form):
        """A section that is shut shows nothing of itself."""
        section = open_section(form, "food")
        section.head.value = False

        assert section.body.layout.display == "none"

    def test_empty_section_says_so(self, shared_session):
        """A month without visits says that there is nothing to enter."""
        form = FamilyForm(shared_session, FAMILY, Month(1403, 8), Words("en"))
        section = open_section(form, "visits")

        assert "nothing to enter" in "".join(child.html for child in section.body.children)


class TestTyping:
    def test_saved_at_once(self, form, shared_session):
        """What is typed is a draft before the message is answered, and the page says so."""
        field = of_kind(form, "money", "money")[0]
        typed(form, field, 1_234_000)

        assert shared_session.load_draft(FAMILY, MONTH)[field.id]["value"] == 1_234_000
        assert form.panel.said == "Saved as a draft: 1 change is not submitted yet."
        assert "Not submitted yet." in form.inputs.widget(field).description

    def test_panel_follows(self, form):
        """The gap in the panel is that of the file with the drafts over it."""
        before = form.panel.summary
        for field in of_kind(form, "money", "money"):
            if ":in" not in field.id and form.state.value(field.id) is None:
                typed(form, field, 0)
        livelihood = next(field for field in of_kind(form, "money", "money") if "livelihood" in field.id)
        typed(form, livelihood, 99_000_000)

        gap = form.state.live().gap_before_aid
        assert f"{gap.amount:,}" in form.panel.summary != before
        assert "What your changes do" in form.panel.html

    def test_refused_text_stays(self, form, shared_session):
        """A wrong national id stays in the field to be mended, with its sentence; nothing of it is kept."""
        form._ask("private")
        field = next(field for field in of_kind(form, "household", "name") if field.id.endswith(":national_id"))
        widget = form.inputs.widget(field)
        before = form.state.value(field.id)
        typed(form, field, "1234567890")

        assert widget.value == "1234567890"
        assert widget.complaint
        assert form.state.value(field.id) == before
        assert shared_session.load_draft(FAMILY, MONTH) == {}
        assert form.panel.said.startswith("Not saved")

    def test_reason_is_asked_for(self, form):
        """A level of harm brings the question why, and taking it back takes the question away."""
        form._ask("private")
        section = open_section(form, "indicators")
        levels = of_kind(form, "indicators", "level")
        field = next(field for field in levels if form.state.value(field.id) in (None, "0"))
        reason = form.state.field(f"{field.id}:reason")
        assert not form.tools.wants(reason)
        typed(form, field, "3")

        assert form.tools.wants(reason)
        assert form.inputs.widget(reason) in inputs_in(section.body)
        typed(form, field, "not_asked")
        assert form.inputs.widget(reason) not in inputs_in(section.body)

    def test_asked_again(self, form):
        """A question that was answered before can be answered the same once more."""
        field = next(
            field
            for field in of_kind(form, "indicators", "level")
            if form.state.told(field.id) is not None and form.state.told(field.id).value == "0"
        )
        widget = form.inputs.widget(field)
        assert widget.again
        widget._handle_custom_msg({"again": True}, [])

        assert form.state.origin(field.id) == "draft"
        assert widget.again == ""

    def test_member_comes_and_goes(self, form):
        """A new member has a part of their own, open, and leaves with everything typed."""
        section = open_section(form, "household")
        count = len(section._parts)
        section.body.children[0]._handle_custom_msg({"ask": "member:child"}, [])
        parts = [child for child in section.body.children if isinstance(child, ipywidgets.VBox)]
        assert len(parts) == count + 1
        (member,) = {name.split(":")[1] for name in form.state.changed()}
        assert section._parts[f"member:{member}"].head.value
        form._ask(f"unmember:{member}")

        assert len([child for child in section.body.children if isinstance(child, ipywidgets.VBox)]) == count
        assert form.state.changed() == []

    def test_line_comes_and_goes(self, form):
        """One more line of rent has its own amount, named after its place, until it is taken away."""
        section = open_section(form, "money")
        form._ask("line:flow:housing")
        label = form.inputs.widget(form.state.fields("money")[-1]).label
        lines = [one.label for one in inputs_in(section.body) if "Housing" in one.label and "line" in one.label]
        assert len(lines) >= 2, label
        (name,) = {name.rpartition(":")[0] for name in form.state.changed()}
        form._ask(f"unline:{name}")

        assert form.state.changed() == []


class TestProposals:
    def test_confirmed_as_a_whole(self, shared_session):
        """Last month's amounts are proposals until they are confirmed, here all at once."""
        form = FamilyForm(shared_session, FAMILY, MONTH + 1, Words("en"))
        open_section(form, "money")
        proposed = [
            field.id for field in of_kind(form, "money", "money") if form.state.origin(field.id) == "last_month"
        ]
        assert proposed
        assert "confirm it" in form.inputs.widget(form.state.field(proposed[0])).description
        form._ask("confirm:money")

        assert {form.state.origin(name) for name in proposed} == {"draft"}
        assert "confirm:money" not in form.sections["money"].body.children[0].html
        form.state.discard_all()

    def test_confirmed_by_line(self, shared_session):
        """One line's button makes a fact of that line alone."""
        form = FamilyForm(shared_session, FAMILY, MONTH + 1, Words("en"))
        open_section(form, "money")
        proposed = [field for field in of_kind(form, "money", "money") if form.state.origin(field.id) == "last_month"]
        form._ask(f"confirm:{proposed[0].group}")

        assert [form.state.origin(field.id) for field in proposed[:2]] == ["draft", "last_month"]
        form.state.discard_all()


class TestPrivate:
    def test_hidden_first(self, form):
        """Private questions are not on the page, nor told by the panel, before somebody asks for them."""
        private = [field for field in form.state.fields("indicators") if field.is_private]
        open_section(form, "indicators")
        assert private
        assert len(form.inputs) > 0
        assert not {field.id for field in private} & set(form.inputs._made)
        form._ask("private")

        assert {field.id for field in private if form.tools.wants(field)} <= set(form.inputs._made)
        assert "Hide private matters" in form.head.html

    def test_review_veils(self, form):
        """A change of a private answer is counted, and not named while private matters are hidden."""
        form._ask("private")
        field = next(field for field in form.state.fields("indicators") if field.is_private and field.kind == "level")
        typed(form, field, "0" if form.state.value(field.id) != "0" else "1")
        assert form.inputs.label_of(field) in form.review.list.html
        form._ask("private")

        assert form.inputs.label_of(field) not in form.review.list.html
        assert "A private matter" in form.review.list.html

    def test_problem_is_veiled(self, form):
        """A private answer with a reason that cannot stand is something to mend, without its name or its code."""
        form._ask("private")
        field = next(field for field in form.state.fields("indicators") if field.is_private and field.kind == "level")
        typed(form, field, "3")
        typed(form, form.state.field(f"{field.id}:reason"), "call 09123456789")
        code = field.id.split(":")[2]
        name = form.state._file.indicators[code].label.en
        assert name in form.panel.html
        form._ask("private")

        told = form.panel.html + form.review.list.html
        assert name not in told
        assert f":{code}" not in told
        assert "Show private matters to see what is to mend." in told

    def test_sliders_are_veiled(self, form):
        """A slider for a private answer leaves the page when private matters are hidden, and what it tried with it."""
        form._ask("private")
        form.trying.open()
        shown = [name for name in form.trying._sliders if form.state.field(name).is_private]
        assert shown
        slider = form.trying._sliders[shown[0]]
        slider.set_state({"value": slider.max if slider.value != slider.max else slider.min})
        assert form.trying.what_if
        form._ask("private")

        assert [name for name in form.trying._sliders if form.state.field(name).is_private] == []
        assert form.trying.what_if == {}

    def test_plan_is_veiled(self, shared_session):
        """A proposal whose name tells a private matter has no heading, and no reason names one."""
        form = FamilyForm(shared_session, FAMILY, MONTH, Words("en"))
        section = open_section(form, "plan")
        # The goals stand in one group, of which only some are private.
        hidden = {field.group for field in form.state.fields("plan") if field.is_private} - {"plan:goals"}
        indicators = form.state._file.indicators
        private = [indicators[code] for code in indicators.codes if indicators[code].is_sensitive]
        shown = "".join(part.head.label + part._head.html for part in section._parts.values())

        assert hidden
        assert not hidden & set(section._parts)
        assert [one.code for one in private if one.label.en in shown] == []
        form._ask("private")
        assert hidden <= set(section._parts)


class TestHead:
    def test_names_the_head(self, shared_session):
        """Where the family itself has no name, its head's stands in the header, and a corrected one follows."""
        form = FamilyForm(shared_session, FAMILY, MONTH, Words("en"))
        names = [field for field in form.state.fields("household") if field.id.endswith(":name")]
        head = next(field for field in names if field.subject)
        assert form.state.value(names[0].id) is None
        assert form.state.value(head.id) in form.head.html
        typed(form, head, "نام دیگر")

        assert "نام دیگر" in form.head.html
        form.state.discard_all()


class TestLines:
    def test_each_has_its_buttons(self, form):
        """Where a category has several lines each has its own buttons right after it, and one more stands below."""
        section = open_section(form, "money")
        form._ask("line:flow:housing")
        box = section._boxes["flow:housing"]
        sheets = [child for child in box.children if hasattr(child, "html")]

        assert len(sheets) == len(form.state._overlay.lines("housing")) + 1
        assert [sheet.html.count("unline:") for sheet in sheets] == [*[1] * (len(sheets) - 1), 0]
        assert "line:flow:housing" in sheets[-1].html
        assert not any(
            hasattr(one, "html") and hasattr(two, "html")
            for one, two in zip(box.children, box.children[1:-1], strict=False)
        )


class TestTrying:
    def test_nothing_is_kept(self, form, shared_session):
        """What is tried tells gap and level beside what holds, and leaves neither draft nor change."""
        form.trying.open()
        name, slider = next(iter(form.trying._sliders.items()))
        before = form.panel.summary
        slider.set_state({"value": slider.max})

        assert "What if" in form.trying._result.html
        assert form.trying.what_if == {name: slider.max}
        assert (form.state.changed(), shared_session.load_draft(FAMILY, MONTH)) == ([], {})
        assert form.panel.summary == before
        form.trying._result._handle_custom_msg({"ask": "back"}, [])
        assert (form.trying.what_if, slider.value) == ({}, form.state.value(name))


class TestHostile:
    def test_text_is_text(self, form):
        """Markup and override characters in a name or a reason are text on every part of the page."""
        name = next(field for field in of_kind(form, "household", "name") if field.id.startswith("name:M-"))
        open_section(form, "household")
        typed(form, name, HOSTILE)
        shown = "".join(
            [form.review.list.html, form.panel.html, form.panel.summary, form.head.html]
            + [part._head.html for part in form.sections["household"]._parts.values()]
        )

        assert "<script" not in shown
        assert "\u202e" not in shown
        assert "&lt;script&gt;" in form.review.list.html
        assert '=1+1"' not in re.sub(r"&#34;", '"', shown).replace('=1+1"', "", 0) or "&#34;" in shown

    def test_forged_value(self, form, shared_session):
        """A forged value of the wrong kind changes nothing and is no draft."""
        field = of_kind(form, "money", "money")[0]
        for value in ("1; drop", -5, [1], {"a": 1}, True):
            typed(form, field, value)
        level = of_kind(form, "indicators", "level")[0]
        typed(form, level, "7")

        assert shared_session.load_draft(FAMILY, MONTH) == {}
        assert form.state.changed() == []


class TestRest:
    def test_leads_to_a_field(self, form):
        """A problem leads to its field: everything over it opens."""
        form._ask("private")
        field = of_kind(form, "indicators", "level")[0]
        form._go(field.id)
        section = form.sections["indicators"]

        assert section.head.value
        assert [part.head.value for part in section._parts.values()].count(True) == 1
        assert all(isinstance(part, Part) for part in section._parts.values())

    def test_notices_and_record(self, form):
        """The page says that its data are made up, and its record holds results and nothing that was typed."""
        record = form.result()

        assert "No family on this page exists" in form.notices()._repr_html_()
        assert (record.kind, record.subject, record.month) == ("family_form", FAMILY, str(MONTH))
        assert set(record.values) == {"gap_before_aid_money", "level", "changes"}
        assert FLOWS.name not in record.values
        assert form.provenance()._repr_html_()

    def test_sample_opens(self, monkeypatch, tmp_path):
        """Without a server the notebook's own form opens over the sample."""
        monkeypatch.delenv("HAMYAR_SERVICE", raising=False)
        form = open_family_form("S-D2DCZS", "1404-08", "fa")

        assert form.words.language == "fa"
        assert "S-D2DCZS" in form.head.html
