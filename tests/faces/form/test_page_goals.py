"""Goals, and who told what, on the page of a family's form: what is shown when, and to whom."""

import re

import pytest
from tests.faces.form.form_making import FAMILY, MONTH, beside, open_section

from hamyar.faces.form.fields import flow_id, food_id, goal_id, member_field, observation_id
from hamyar.faces.form.inputs import NOT_ASKED
from hamyar.faces.form.page import FamilyForm
from hamyar.faces.form.state import FormState
from hamyar.words import Words

YEAR = 14040401
# The second is asked in private.
HOUSING, HUNGER = (goal_id(FAMILY, code, YEAR) for code in ("housing", "food_coping"))
SAFETY = goal_id(FAMILY, "neighbourhood_safety", YEAR)
WORK = observation_id(FAMILY, "adult_work")
HEAD = "M-K5D3Q6YK"


def on_page(form, name):
    """The ids of the fields that stand in an open section."""

    def within(widget):
        return {widget, *(one for child in getattr(widget, "children", ()) for one in within(child))}

    shown = within(form.sections[name].body)
    return {field for field, made in form.inputs._made.items() if made in shown}


def typed(form, field, value):
    """As a page types it."""
    form.inputs.widget(form.state.field(field)).set_state({"value": value})


def label_of(form, goal):
    return form.state._file.indicators[goal.split(":")[2]].label.en


def html_of(form):
    """Everything the page says in sheets, panel and headings."""
    sections = [part for section in form.sections.values() for part in section._parts.values()]
    parts = "".join(part.head.label + part.head.note + part._head.html for part in sections)
    return form.head.html + form.panel.html + form.panel.summary + form.review.list.html + parts


class TestGoals:
    def test_one_part_holds_them(self, form):
        """They stand under one heading, the last of the plan, which says how many are open."""
        section = open_section(form, "plan")
        part = list(section._parts.values())[-1]
        assert (part.head.label, part.head.note) == ("Goals", "")
        typed(form, observation_id(FAMILY, "neighbourhood_safety"), "3")

        assert part.head.note == "1 open"

    def test_the_answer_calls_for_the_rest(self, form):
        """A level asks for its day, no goal for its reason, and neither is asked before one of them is chosen."""
        typed(form, observation_id(FAMILY, "neighbourhood_safety"), "3")
        open_section(form, "plan")
        day, reason = beside(SAFETY, "until_day"), beside(SAFETY, "reason")
        asked = []
        for value in (None, "1", "none"):
            if value:
                typed(form, SAFETY, value)
            asked.append({SAFETY, day, reason} & on_page(form, "plan"))

        assert [{SAFETY}, {SAFETY, day}, {SAFETY, reason}] == asked

    def test_undecided_is_said(self, form):
        """Choosing nothing has its name: not decided yet, what is accepted, or as it was."""
        for code in ("neighbourhood_safety", "crowding"):
            typed(form, observation_id(FAMILY, code), "3")
        open_section(form, "plan")
        names = [SAFETY, goal_id(FAMILY, "crowding", YEAR), HOUSING]
        left = [dict(form.inputs.widget(form.state.field(name)).options)[NOT_ASKED] for name in names]

        assert left[::2] == ["Not decided yet", "Leave it as it was"]
        assert left[1].replace("\u2068", "").startswith("As the accepted programmes aim: More than two")

    def test_what_is_said_follows_the_form(self, form):
        """The levels offered and how the harm stands are those of the answers as they are typed."""
        open_section(form, "plan")
        widget = form.inputs.widget(form.state.field(HOUSING))
        before = widget.description, len(widget.options)
        typed(form, observation_id(FAMILY, "housing"), "3")

        assert before != (widget.description, len(widget.options))
        assert [code for code, _ in widget.options] == ["0", "1", "2", "none", NOT_ASKED]
        assert widget.value == "1"

    def test_missing_reason_is_told_beside_it(self, form):
        """ "No goal" without a reason shuts the button and says at the reason what is to be done."""
        open_section(form, "plan")
        typed(form, HOUSING, "none")
        reason = form.inputs.widget(form.state.field(beside(HOUSING, "reason")))

        assert reason.complaint == "Write why there is no goal, or choose a level to come to."
        assert form.review.submit.disabled
        typed(form, beside(HOUSING, "reason"), "sold")
        assert (reason.complaint, form.review.submit.disabled) == ("", False)

    def test_day_outside_of_the_year_is_refused(self, form):
        """The day is refused by its field, which knows the bounds of the year, and the draft keeps nothing of it."""
        open_section(form, "plan")
        day = form.inputs.widget(form.state.field(beside(HOUSING, "until_day")))
        day.set_state({"value": 14050401})

        assert (day.min, day.max) == (YEAR, 14050331)
        assert (day.value, form.state.changed()) == (None, [])

    def test_review_tells_old_and_new(self, form):
        """Levels in words, and the year's end where no day stood; undone from there, nothing is left."""
        meanings = {code: form.inputs.words(words) for code, words in form.state.field(HOUSING).choices}
        typed(form, HOUSING, "0")
        typed(form, beside(HOUSING, "until_day"), 14041229)
        told = re.sub("<[^>]+>", "", form.review.list.html).replace("\u2068", "").replace("\u2069", "")

        assert f"before {meanings['1']} → now  {meanings['0']}" in re.sub(r"\s*→\s*", " → ", told)
        assert "When the year of help ends" in told
        form._ask(f"undo:{HOUSING}")
        form._ask(f"undo:{beside(HOUSING, 'until_day')}")
        assert form.state.changed() == []

    def test_change_leads_to_its_goal(self, form):
        """From the list the keyboard is led to the goal, and its part opens."""
        typed(form, HOUSING, "0")
        form._ask(f"go:{HOUSING}")

        assert form.sections["plan"]._parts["plan:goals"].head.value
        assert HOUSING in on_page(form, "plan")


class TestPrivateGoals:
    def test_hidden_first(self, form):
        """Goals of private questions are not on the page before somebody asks for them."""
        open_section(form, "plan")
        private = {field.id for field in form.state.fields("plan") if field.group == "plan:goals" and field.is_private}
        assert HUNGER in private
        assert not private & set(form.inputs._made)
        form._ask("private")

        assert HUNGER in on_page(form, "plan")

    def test_no_open_goal_names_a_programme(self, form):
        """What an accepted programme is called may tell what is private; at a goal stands only what it aims at."""
        open_section(form, "plan")
        catalogue = form.state.session.parameters.programmes
        names = [programme.label.en for programme in catalogue.by_code.values()]
        goals = [made for name, made in form.inputs._made.items() if name.endswith(":aim_level")]
        said = "".join(made.description + "".join(words for _, words in made.options) for made in goals)
        assert "Now: " in said

        assert [name for name in names if name in said] == []

    def test_veiled_in_review_and_problems(self, form):
        """A private goal is counted and something to mend, and neither is named while it is hidden."""
        form._ask("private")
        open_section(form, "plan")
        name = label_of(form, HUNGER)
        typed(form, HUNGER, "none")
        typed(form, beside(HUNGER, "reason"), "call 09123456789")
        assert name in form.review.list.html
        form._ask("private")
        told = html_of(form)

        assert name not in form.review.list.html
        assert "food_coping" not in told
        assert "Show private matters to see what is to mend." in told


def press(form):
    form.review.submit._handle_custom_msg({"event": "click"}, [])


class TestClash:
    @pytest.fixture(name="form")
    def _form(self, session):
        form = FamilyForm(session, FAMILY, MONTH, Words("en"))
        form.page()
        return form

    def their_goal(self, session, name, level):
        other = FormState(session.beside("manager"), FAMILY, MONTH)
        other.set(name, level)
        other.submit("earlier")

    def test_both_goals_side_by_side(self, form, session):
        """Both levels stand in words with a button each; ours is submitted when it is chosen."""
        meanings = {code: form.inputs.words(words) for code, words in form.state.field(HOUSING).choices}
        typed(form, HOUSING, "none")
        typed(form, beside(HOUSING, "reason"), "sold")
        self.their_goal(session, HOUSING, "0")
        press(form)
        html = form.review.clash.html

        assert "Goal: " in html
        assert meanings["0"] in html
        assert "No goal" in html
        (clash,) = form._clashes
        form.review.clash._handle_custom_msg({"ask": f"decide:{clash.key}:ours"}, [])
        press(form)
        filed = FormState(session, FAMILY, MONTH)
        assert (filed.filed(HOUSING), filed.filed(beside(HOUSING, "reason"))) == ("none", "sold")

    def test_private_goals_are_compared_in_private(self, form, session):
        """While private matters are hidden neither value of a private goal is on the page."""
        form._ask("private")
        typed(form, HUNGER, "0")
        self.their_goal(session, HUNGER, "2")
        name = label_of(form, HUNGER)
        form._ask("private")
        press(form)
        assert "A private matter" in form.review.clash.html
        assert name not in form.review.clash.html
        form.review.clash._handle_custom_msg({"ask": "private"}, [])

        assert name in form.review.clash.html


class TestSources:
    @pytest.mark.parametrize("section", ["household", "money", "indicators", "strengths", "food"])
    def test_details_are_not_in_the_way(self, form, section):
        """Nobody is asked who told it before somebody wants to say so; nothing of it counts as open."""
        notes = {name: part.head.note for name, part in open_section(form, section)._parts.items()}
        assert [name for name in on_page(form, section) if name.endswith(":source")] == []
        sources = [field for field in form.state.fields(section) if field.id.endswith(":source")]
        assert sources
        form.tools.detailed.update(field.group for field in sources)
        form._refresh_open()

        assert [name for name in on_page(form, section) if name.endswith(":source")] != []
        assert notes == {name: part.head.note for name, part in form.sections[section]._parts.items()}

    @pytest.mark.parametrize(
        ("section", "group", "field"),
        [
            ("household", f"member:{HEAD}", member_field(HEAD, "source")),
            ("money", "flow:housing:1", flow_id("housing", 1, "source")),
            ("indicators", "indicators:economic", f"{WORK}:source"),
            ("food", "food:week", food_id("source")),
        ],
    )
    def test_opened_on_demand(self, form, section, group, field):
        """A button brings the field, is gone then, and what is chosen is a draft."""
        place = open_section(form, section)

        def buttons():
            sheets = [*place._sheets.values(), *(part._head for part in place._parts.values())]
            return "".join(sheet.html for sheet in sheets)

        assert f"detail:{group}" in buttons()
        assert field not in on_page(form, section)
        form._ask(f"detail:{group}")
        assert field in on_page(form, section)
        assert f"detail:{group}" not in buttons().replace(f"detail:{group}:", "")
        typed(form, field, "people_group")

        assert field in form.state.changed()
        assert "People&#39;s group" in form.review.list.html

    def test_a_draft_of_it_is_in_view(self, form):
        """What was changed stands on the page although nobody asked for details."""
        open_section(form, "food")
        typed(form, food_id("source"), "people_group")
        form._refresh_open()

        assert food_id("source") in on_page(form, "food")

    def test_the_week_has_no_empty_heading(self, form):
        """Where its source is not asked for, the week as a whole has no title of its own."""
        section = open_section(form, "food")
        assert "food:week" not in section._sheets
        form._ask("detail:food:week")

        assert "The week as a whole" in section._sheets["food:week"].html

    def test_a_question_without_an_answer_has_none(self, form):
        """Among the details of a domain only answers say who told them."""
        form._ask("private")
        open_section(form, "indicators")
        form.tools.detailed.update({field.group for field in form.state.fields("indicators")})
        form._refresh_open()
        shown = on_page(form, "indicators")
        answered = {
            field.id: form.state.value(field.id) is not None
            for field in form.state.fields("indicators")
            if field.kind == "level"
        }

        assert answered == {name: f"{name}:source" in shown for name in answered}
        assert set(answered.values()) == {True, False}

    def test_private_ones_stay_hidden(self, form):
        """Details of a domain bring nothing of its private questions."""
        open_section(form, "indicators")
        form.tools.detailed.update({field.group for field in form.state.fields("indicators")})
        form._refresh_open()
        private = {field.id for field in form.state.fields("indicators") if field.is_private}

        assert not private & set(form.inputs._made)
