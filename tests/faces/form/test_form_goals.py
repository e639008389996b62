"""Goals in the form: to which level a harm is to come, until when, or why to none."""

from typing import Any

import pandas as pd
import pytest
from form_making import FAMILY, MONTH, beside, opened

from hamyar.core.jalali import Month
from hamyar.core.message import Message
from hamyar.core.plan.goals import goals_of
from hamyar.faces.form.checking import AnswerRefused
from hamyar.faces.form.clash import Clash
from hamyar.faces.form.fields import goal_id, member_field, observation_id
from hamyar.faces.form.state import FormHasProblems, FormState
from hamyar.faces.local_session import LocalSession
from hamyar.store.submission import SubmitConflict
from hamyar.words import say

YEAR, YEAR_END = 14040401, 14050331
SAFETY = goal_id(FAMILY, "neighbourhood_safety", YEAR)
HOUSING = goal_id(FAMILY, "housing", YEAR)
WORK = goal_id(FAMILY, "adult_work", YEAR)


def with_harm(session: LocalSession, indicator: str = "neighbourhood_safety", month: Month = MONTH) -> FormState:
    """A form in which a harm was found about which nothing is decided."""
    form = opened(session, month=month)
    answer = observation_id(FAMILY, indicator)
    form.set(answer, "3")
    form.set(f"{answer}:reason", "شب‌ها کوچه تاریک است")
    return form


def goals_in(form: FormState) -> set[str]:
    return {field.id for field in form.fields("plan") if field.id.endswith(":aim_level")}


def row_of(session: LocalSession, aim: str) -> dict[str, Any]:
    """The row of the store; what is missing is ``None``."""
    subject, indicator = aim.split(":")[1:3]
    rows = session.tables([FAMILY]).goals
    (row,) = rows[(rows["subject_id"] == subject) & (rows["indicator"] == indicator)].to_dict("records")
    return {name: None if pd.isna(value) else value for name, value in row.items()}


# What is asked ----------------------------------------------------------------------------------------------------


def test_every_harm_of_the_calendar_is_asked(shared_session: LocalSession) -> None:
    """What needs a goal by the core's count has its field, of the family's year of help; so has what stands."""
    form = opened(shared_session)
    tables = form.tables()
    placed = form.live().placed
    assert placed is not None
    needed = goals_of(placed, tables, shared_session.parameters, MONTH, form.day, [FAMILY])
    expected = {goal_id(row.subject_id, row.indicator, YEAR) for row in needed.itertuples()}
    standing = {goal_id(row.subject_id, row.indicator, row.from_day) for row in tables.goals.itertuples()}
    assert expected
    assert expected | standing == goals_in(form)


def test_what_stands_is_shown(shared_session: LocalSession) -> None:
    """A goal of the file shows its level, one without a level that there is none, with its reason."""
    form = opened(shared_session)
    shown = [(form.value(name), form.origin(name)) for name in (HOUSING, beside(HOUSING, "until_day"), WORK)]
    assert shown == [("1", "file"), (None, "empty"), ("none", "file")]
    assert form.value(beside(WORK, "reason")) == row_of(shared_session, WORK)["reason"]


def test_a_harm_found_now_is_asked_now(session: LocalSession) -> None:
    """Harms are those of the form as it stands: an answer brings the question, undone it takes it away."""
    form = opened(session)
    assert SAFETY not in goals_in(form)
    form.set(observation_id(FAMILY, "neighbourhood_safety"), "2")
    assert SAFETY in goals_in(form)
    form.undo(observation_id(FAMILY, "neighbourhood_safety"))
    assert SAFETY not in goals_in(form)


def test_a_goal_that_was_typed_stays_on_the_page(session: LocalSession) -> None:
    """Where its harm goes again it is still there to be seen and undone, and still private where it was."""
    form = with_harm(session, "addiction")
    name = goal_id(FAMILY, "addiction", YEAR)
    form.set(name, "0")
    form.undo(observation_id(FAMILY, "addiction"))
    assert form.field(name).is_private
    form.undo(name)
    assert name not in goals_in(form)


def test_without_a_year_of_help_no_goal_is_asked(shared_session: LocalSession) -> None:
    """Before the family was carried there was no year that a goal could belong to."""
    assert goals_in(opened(shared_session, month=Month(1404, 2))) == set()


def test_a_goal_of_a_member_is_told_with_the_member(shared_session: LocalSession) -> None:
    """Whose goal it is stands in the label and in the field."""
    form = opened(shared_session)
    member = "M-K5D3Q6YK"
    field = form.field(goal_id(member, "parents_schooling", YEAR))
    assert field.subject == member
    assert say(form.member_label(member), "en") in say(field.label, "en")


def test_levels_are_offered_in_words_and_only_better_ones(session: LocalSession) -> None:
    """A harm at level 2 is to come to 1 or 0; the words are those of the question itself."""
    form = opened(session)
    meanings = dict(form.field(observation_id(FAMILY, "housing")).choices)
    assert form.value(observation_id(FAMILY, "housing")) == "2"
    offered = form.field(HOUSING).choices
    assert tuple(code for code, _ in offered) == ("0", "1", "none")
    assert [meanings["0"], meanings["1"], Message("No goal")] == [meaning for _, meaning in offered]
    form.set(observation_id(FAMILY, "housing"), "3")
    assert tuple(code for code, _ in form.field(HOUSING).choices) == ("0", "1", "2", "none")


def test_what_was_chosen_stays_among_the_levels(session: LocalSession) -> None:
    """A level that the harm has reached since can still be seen, whether it is the file's or a draft."""
    form = opened(session)
    form.set(observation_id(FAMILY, "housing"), "0")
    assert tuple(code for code, _ in form.field(HOUSING).choices) == ("0", "1", "none")
    form.set(observation_id(FAMILY, "housing"), "3")
    form.set(HOUSING, "2")
    form.set(observation_id(FAMILY, "housing"), "0")
    assert tuple(code for code, _ in form.field(HOUSING).choices) == ("0", "1", "2", "none")


def test_how_the_harm_stands_is_told_beside_it(session: LocalSession) -> None:
    """The level of now, by the form, in the catalogue's words."""
    form = opened(session)
    form.set(observation_id(FAMILY, "housing"), "3")
    meaning = dict(form.field(observation_id(FAMILY, "housing")).choices)["3"]
    help_ = form.field(HOUSING).help
    assert help_ is not None
    assert f"Now: {say(meaning, 'en')}" == say(help_, "en")


def test_what_is_accepted_is_a_goal_until_another_is_written(session: LocalSession) -> None:
    """Where an accepted programme aims at a harm nothing is open; where none does, it is not decided yet."""
    form = with_harm(session, "crowding")
    implied, open_ = form.field(goal_id(FAMILY, "crowding", YEAR)), with_harm(session).field(SAFETY)
    assert (implied.is_settled, open_.is_settled) == (True, False)
    assert implied.empty is not None
    assert say(implied.empty, "en").startswith("As the accepted programmes aim: More than two")
    assert Message("Not decided yet") == open_.empty


def test_sensitive_and_screen_only_harms_are_private(session: LocalSession) -> None:
    """All three fields of a goal are hidden where its question is."""
    form = with_harm(session, "addiction")
    of_page = [field for field in form.fields("plan") if field.id.startswith("goal:")]
    asked = {name.split(":")[2]: field.is_private for name, field in ((field.id, field) for field in of_page)}
    assert (asked["addiction"], asked["debt"], asked["housing"]) == (True, True, False)
    by_indicator = {field.id.split(":")[2]: set() for field in of_page}
    for field in of_page:
        by_indicator[field.id.split(":")[2]].add(field.is_private)
    assert all(len(found) == 1 for found in by_indicator.values())


# What is typed ----------------------------------------------------------------------------------------------------


def test_a_goal_is_recorded_with_who_and_when(session: LocalSession) -> None:
    """From a draft to a row of the store: level, day, and whose decision of which day."""
    form = with_harm(session)
    form.set(SAFETY, "1")
    form.set(beside(SAFETY, "until_day"), 14041229)
    assert form.problems() == {}
    assert SAFETY in form.changed()
    form.submit()
    expected = {
        "family_id": FAMILY,
        "subject_id": FAMILY,
        "indicator": "neighbourhood_safety",
        "from_day": YEAR,
        "aim_level": 1,
        "until_day": 14041229,
        "reason": None,
        "decided_day": session.today,
        "decided_by": session.user.person_id,
    }
    assert expected == row_of(session, SAFETY)
    assert form.changed() == []
    assert (form.value(SAFETY), form.origin(SAFETY)) == ("1", "file")


def test_a_goal_without_a_day_lasts_for_the_year(session: LocalSession) -> None:
    """No day is written where none was chosen, and the form says what that means."""
    form = with_harm(session)
    form.set(SAFETY, "0")
    until = form.field(beside(SAFETY, "until_day"))
    assert until.empty is not None
    form.submit()
    assert row_of(session, SAFETY)["until_day"] is None


def test_no_goal_needs_its_reason_beside_it(session: LocalSession) -> None:
    """Without one nothing is submitted, and the field of the reason says so."""
    form = with_harm(session)
    form.set(SAFETY, "none")
    reason = beside(SAFETY, "reason")
    assert [reason] == list(form.problems())
    with pytest.raises(FormHasProblems):
        form.submit()
    form.set(reason, "دست ما نیست؛ به شهرداری نوشته شد")
    assert form.problems() == {}
    form.submit()
    row = row_of(session, SAFETY)
    assert (row["aim_level"], row["reason"]) == (None, "دست ما نیست؛ به شهرداری نوشته شد")


@pytest.mark.parametrize("day", [YEAR_END + 70, 14040331])
def test_a_day_outside_of_the_year_is_refused(session: LocalSession, day: int) -> None:
    """Neither after the year of help nor before it; the last day of it is one of it."""
    form = opened(session)
    until = beside(HOUSING, "until_day")
    with pytest.raises(AnswerRefused):
        form.set(until, day)
    assert form.changed() == []
    form.set(until, YEAR_END)
    assert form.value(until) == YEAR_END


def test_a_day_that_came_another_way_is_a_problem_beside_it(session: LocalSession) -> None:
    """What the server would refuse is told at the field of the day."""
    until = beside(HOUSING, "until_day")
    session.save_draft(FAMILY, MONTH, until, {"value": 14060101, "base": None})
    assert [until] == list(opened(session).problems())


def test_a_level_no_better_than_now_is_a_problem_beside_it(session: LocalSession) -> None:
    """A goal that the harm has overtaken is told at the level."""
    form = with_harm(session)
    form.set(SAFETY, "2")
    form.set(observation_id(FAMILY, "neighbourhood_safety"), "1")
    assert list(form.problems()) == [SAFETY]


def test_a_number_of_a_person_in_the_reason_is_a_problem(session: LocalSession) -> None:
    """It is kept as a draft and told beside the reason."""
    form = with_harm(session)
    form.set(SAFETY, "none")
    form.set(beside(SAFETY, "reason"), "زنگ بزنید ۰۹۱۲۱۲۳۴۵۶۷")
    assert [beside(SAFETY, "reason")] == list(form.problems())


@pytest.mark.parametrize(("column", "value"), [("until_day", 14041229), ("reason", "چون")])
def test_what_is_said_of_a_goal_needs_the_goal(session: LocalSession, column: str, value: object) -> None:
    """A day or a reason by itself asks for the level first."""
    form = with_harm(session)
    form.set(beside(SAFETY, column), value)
    assert list(form.problems()) == [SAFETY]


def test_another_level_is_decided_anew(session: LocalSession) -> None:
    """Whoever changes the level decides, today; what belonged to the row beside it stays."""
    before = row_of(session, HOUSING)
    form = opened(session)
    form.set(HOUSING, "0")
    form.submit()
    assert {**before, "aim_level": 0, "decided_day": session.today} == row_of(session, HOUSING)


def test_another_day_is_no_new_decision(session: LocalSession) -> None:
    """How far a goal has come is counted from its decision, which a later day does not move."""
    before = row_of(session, HOUSING)
    assert before["decided_day"] != session.today
    form = opened(session)
    form.set(beside(HOUSING, "until_day"), 14041229)
    form.submit()
    assert {**before, "until_day": 14041229} == row_of(session, HOUSING)


def test_a_reason_is_left_behind_when_a_level_is_chosen(session: LocalSession) -> None:
    """Why there was no goal is no part of the goal, be it of the file or typed."""
    form = opened(session)
    form.set(beside(WORK, "reason"), "دلیل دیگر")
    form.set(WORK, "1")
    assert form.changed() == [WORK]
    assert form.value(beside(WORK, "reason")) is None
    form.submit()
    row = row_of(session, WORK)
    assert (row["aim_level"], row["reason"]) == (1, None)


def test_a_day_is_left_behind_when_there_is_no_goal(session: LocalSession) -> None:
    """A day by which nothing is to be reached means nothing."""
    form = opened(session)
    form.set(beside(HOUSING, "until_day"), 14041229)
    form.submit()
    form.set(HOUSING, "0")
    assert form.value(beside(HOUSING, "until_day")) == 14041229
    form.set(HOUSING, "none")
    form.set(beside(HOUSING, "reason"), "خانه فروخته شد")
    form.submit()
    assert row_of(session, HOUSING)["until_day"] is None


def test_what_was_left_behind_can_be_said_again(session: LocalSession) -> None:
    """The same reason for another decision is news, although the file has the same words for the former one."""
    form = opened(session)
    said = form.value(beside(WORK, "reason"))
    form.set(WORK, "1")
    form.set(beside(WORK, "reason"), said)
    assert form.value(beside(WORK, "reason")) == said


def test_undone_it_is_as_it_was(session: LocalSession) -> None:
    """An undone goal leaves no draft, and the level of the file is no draft either."""
    form = opened(session)
    form.set(HOUSING, "none")
    form.undo(HOUSING)
    form.set(HOUSING, "0")
    form.set(HOUSING, None)
    form.set(WORK, "none")
    assert ((form.value(HOUSING), form.origin(HOUSING)), form.changed()) == (("1", "file"), [])
    assert session.load_draft(FAMILY, MONTH) == {}


def test_a_goal_is_a_draft_that_another_page_finds(session: LocalSession) -> None:
    """A closed laptop loses no goal."""
    opened(session).set(HOUSING, "0")
    again = opened(session)
    assert (again.value(HOUSING), again.origin(HOUSING), again.changed()) == ("0", "draft", [HOUSING])


def test_the_goals_that_were_not_touched_stay_as_they_are(session: LocalSession) -> None:
    """One goal is submitted; no other row of the table is another, and none is gone."""
    before = session.tables([FAMILY]).goals
    form = opened(session)
    form.set(HOUSING, "0")
    submitted = form.submit()
    after = session.tables([FAMILY]).goals
    assert (submitted.inserted, submitted.corrected, submitted.withdrawn) == (0, 1, 0)
    is_other = before["indicator"] != "housing"
    pd.testing.assert_frame_equal(before[is_other].reset_index(drop=True), after[is_other].reset_index(drop=True))


def test_a_new_members_goal_goes_with_the_member(session: LocalSession) -> None:
    """Somebody who is taken back leaves no goal behind."""
    form = opened(session)
    member = form.add_member("child")
    form.set(member_field(member, "birth_day"), 13940101)
    form.set(observation_id(member, "school_progress"), "2")
    name = goal_id(member, "school_progress", YEAR)
    form.set(name, "1")
    form.remove_member(member)
    assert form.changed() == []
    assert form.tables().goals.equals(session.tables([FAMILY]).goals)


def test_a_level_that_is_none_is_no_goal(session: LocalSession) -> None:
    """A draft that no field could hold makes no row."""
    session.save_draft(FAMILY, MONTH, HOUSING, {"value": "seven", "base": None})
    form = opened(session)
    assert form.tables().goals.equals(session.tables([FAMILY]).goals)


# Two people -------------------------------------------------------------------------------------------------------


def clash_over(session: LocalSession, form: FormState, name: str, theirs: dict[str, object]) -> Clash:
    """The manager is faster with ``theirs``; what the form says to that."""
    other = opened(session.beside("manager"))
    for column, value in theirs.items():
        other.set(beside(name, column), value)
    other.submit()
    with pytest.raises(SubmitConflict) as found:
        form.submit()
    (clash,) = form.clashes(found.value)
    return clash


def test_both_goals_are_shown_in_words(session: LocalSession) -> None:
    """What each means by the catalogue, or that there is none; a day that is none means the year's end."""
    form = opened(session)
    form.set(HOUSING, "0")
    clash = clash_over(session, form, HOUSING, {"aim_level": "none", "reason": "خانه فروخته شد"})
    said = {say(cell.label, "en"): (cell.ours, cell.theirs) for cell in clash.fields}
    meaning = dict(form.field(HOUSING).choices)["0"]
    assert (meaning, Message("No goal")) == said["Level to come to"]
    assert said["Reason"] == (None, "خانه فروخته شد")
    assert say(clash.label, "en").startswith("Goal: ")
    assert HOUSING in clash.field_ids


def test_a_day_against_none_is_told(session: LocalSession) -> None:
    """Ours has a day, theirs lasts as long as the year."""
    form = opened(session)
    form.set(HOUSING, "0")
    form.set(beside(HOUSING, "until_day"), 14041229)
    clash = clash_over(session, form, HOUSING, {"aim_level": "0"})
    (cell,) = [cell for cell in clash.fields if say(cell.label, "en") == "Last day"]
    assert Message("When the year of help ends") == cell.theirs


@pytest.mark.parametrize(("side", "kept"), [("ours", (0, None)), ("theirs", (None, "خانه فروخته شد"))])
def test_what_is_decided_on_a_goal_is_recorded(session: LocalSession, side: str, kept: tuple[object, object]) -> None:
    """Ours is our whole row, without their reason; theirs lets our draft go."""
    form = opened(session)
    form.set(HOUSING, "0")
    form.set(beside(HOUSING, "until_day"), 14041229)
    form.set(goal_id(FAMILY, "basic_insurance", YEAR), "1")
    clash = clash_over(session, form, HOUSING, {"aim_level": "none", "reason": "خانه فروخته شد"})
    form.decide(clash.key, side)  # type: ignore[arg-type]
    assert form.problems() == {}
    form.submit()
    row = row_of(session, HOUSING)
    assert kept == (row["aim_level"], row["reason"])
    assert row["until_day"] == (14041229 if side == "ours" else None)
    assert form.changed() == []


def test_our_no_goal_stands_against_their_level(session: LocalSession) -> None:
    """Choosing ours where ours is "no goal" records it with our reason."""
    form = opened(session)
    form.set(HOUSING, "none")
    form.set(beside(HOUSING, "reason"), "خانه فروخته شد")
    clash = clash_over(session, form, HOUSING, {"aim_level": "0"})
    form.decide(clash.key, "ours")
    form.submit()
    row = row_of(session, HOUSING)
    assert (row["aim_level"], row["reason"]) == (None, "خانه فروخته شد")


def test_two_new_goals_of_one_harm_clash(session: LocalSession) -> None:
    """Where the file had none when either began, the second is shown the first."""
    form = with_harm(session)
    form.submit()
    form.set(SAFETY, "1")
    clash = clash_over(session, form, SAFETY, {"aim_level": "0"})
    assert "Level to come to" in [say(cell.label, "en") for cell in clash.fields]
