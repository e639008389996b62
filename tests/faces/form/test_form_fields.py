"""What can be entered, and the names of it."""

import pytest
from form_making import FAMILY, all_fields, opened
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.message import Message
from hamyar.faces.form.checking import AnswerRefused, checked
from hamyar.faces.form.fields import (
    FieldUnknown,
    FormField,
    flow_id,
    food_id,
    goal_id,
    member_field,
    name_id,
    observation_id,
    plan_id,
    target_of,
    visit_field,
)
from hamyar.faces.local_session import LocalSession
from hamyar.words import say

CODES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1).map(lambda code: f"S-{code}:1")


@given(CODES, st.integers(1, 99))
def test_an_id_taken_apart_is_what_it_was_made_of(code: str, line: int) -> None:
    """Codes of subjects and visits may hold colons."""
    taken = [
        target_of(flow_id("housing", line)),
        target_of(member_field(code, "sex")),
        target_of(name_id(code, "phone")),
        target_of(observation_id(code, "debt")),
        target_of(observation_id(code, "debt", "reason")),
        target_of(observation_id(code, "debt", "source")),
        target_of(food_id("dairy")),
        target_of(food_id("source")),
        target_of(visit_field(code, "status")),
        target_of(plan_id(code, "food_basket", 14040401, "reason")),
        target_of(goal_id(code, "debt", 14040401)),
        target_of(goal_id(code, "debt", 14040401, "until_day")),
    ]
    expected = [
        ("flow", ("housing", str(line)), "amount_money"),
        ("member", (code,), "sex"),
        ("name", (code,), "phone"),
        ("obs", (code, "debt"), "answer"),
        ("obs", (code, "debt"), "reason"),
        ("obs", (code, "debt"), "source"),
        ("food", (), "dairy"),
        ("food", (), "source"),
        ("visit", (code,), "status"),
        ("plan", (code, "food_basket", "14040401"), "reason"),
        ("goal", (code, "debt", "14040401"), "aim_level"),
        ("goal", (code, "debt", "14040401"), "until_day"),
    ]
    assert expected == [tuple(target) for target in taken]


@pytest.mark.parametrize(
    "text", ["", "flow", "flow:housing:1", "obs:", "obs:x", "member::role", "other:1:2", "food:", "goal:S-1:debt:1"]
)
def test_what_is_no_field_is_refused(text: str) -> None:
    """A page that asks for a field that never was is told so."""
    with pytest.raises(FieldUnknown):
        target_of(text)


def test_every_field_has_a_name_and_stands_in_a_group_of_its_section(shared_session: LocalSession) -> None:
    """Labels are said in both languages, and a page can lay every field out."""
    form = opened(shared_session)
    for section in form.sections:
        groups = {group.id for group in form.groups(section.name)}
        for field in form.fields(section.name):
            assert field.group in groups
            assert section.name == field.section
            assert all(say(field.label, language) for language in ("fa", "en"))
            assert all(isinstance(meaning, Message) for _, meaning in field.choices)


def test_ids_are_unique_and_short_enough_for_a_draft(shared_session: LocalSession) -> None:
    """The store keeps a draft by field and takes names of 200 signs."""
    ids = [field.id for field in all_fields(opened(shared_session))]
    assert len(set(ids)) == len(ids)
    assert max(map(len, ids)) <= 200


def test_a_section_is_found_by_name_only(shared_session: LocalSession) -> None:
    """Other names are refused."""
    with pytest.raises(FieldUnknown):
        opened(shared_session).fields("secrets")


def test_what_the_software_computes_is_not_asked(shared_session: LocalSession) -> None:
    """The gap and the family's food score follow from other fields."""
    form = opened(shared_session)
    ids = {field.id for field in all_fields(form)}
    computed = [harm.code for harm in form._file.indicators.harms if harm.indicator.computed is not None]
    assert computed
    assert not any(f"obs:{FAMILY}:{code}" in ids for code in computed)


def test_a_critical_question_to_everybody_cannot_be_left_out(shared_session: LocalSession) -> None:
    """ "Does not apply" is no answer to domestic violence, and is one to work of adults."""
    form = opened(shared_session)
    critical = {code for code, _ in form.field(observation_id(FAMILY, "domestic_violence")).choices}
    other = {code for code, _ in form.field(observation_id(FAMILY, "adult_work")).choices}
    assert {"0", "1", "2", "3", "not_known"} == critical
    assert critical | {"does_not_apply"} == other


def test_private_questions_are_marked(shared_session: LocalSession) -> None:
    """A page can hide them with one switch."""
    form = opened(shared_session)
    private = [observation_id(FAMILY, "domestic_violence"), observation_id(FAMILY, "domestic_violence", "reason")]
    assert [form.field(field).is_private for field in (*private, observation_id(FAMILY, "housing"))] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("money", -1),
        ("money", 10**16),
        ("money", 1.5),
        ("money", True),
        ("money", "12"),
        ("count", 8),
        ("day", 14041301),
        ("day", 14050101),
        ("choice", "zz"),
        ("choice", ["a"]),
        ("level", 2),
        ("text", 7),
        ("text", "x" * 2000),
        ("name", 7),
    ],
)
def test_values_that_cannot_be_are_refused_without_repeating_them(kind: str, value: object) -> None:
    """The refusal says what to do and never the value, which may be somebody's secret."""
    bounds = {"max": 14041229} if kind == "day" else {"min": 0, "max": 7} if kind == "count" else {}
    choices = (("a", Message("A")), ("2", Message("B")))
    field = FormField("name:S-1:name", "household", kind, Message("x"), choices=choices, **bounds)  # type: ignore[arg-type]
    with pytest.raises(AnswerRefused) as refused:
        checked(field, value)
    assert str(value) not in str(refused.value)


def test_a_national_id_is_kept_in_one_form() -> None:
    """Persian digits and dashes are brought to ten Latin digits; a wrong check digit is refused."""
    field = FormField("name:M-1:national_id", "household", "name", Message("x"))
    assert checked(field, "۸۴-۵۷۵۹۴۸") == "0084575948"
    with pytest.raises(AnswerRefused):
        checked(field, "0084575949")


@given(st.text(max_size=60))
def test_a_text_once_kept_is_kept_as_it_is(text: str) -> None:
    """What the store would change is changed when it is typed, so that the file never differs from the form."""
    field = FormField("visit:V:reason", "visits", "text", Message("x"))
    kept = checked(field, text)
    assert kept == checked(field, kept)
    assert kept is None or kept.encode("utf-8").decode("utf-8") == kept
