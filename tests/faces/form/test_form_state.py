"""One open form: what it shows, what is typed, and that nothing of it is lost."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from form_making import FAMILY, MONTH, all_fields, everything, facts_of, is_same, opened, values_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.faces.family import FamilyUnknown
from hamyar.faces.form.checking import AnswerRefused
from hamyar.faces.form.fields import FieldUnknown, FormField, flow_id, food_id, member_field, name_id, observation_id
from hamyar.faces.form.removing import MemberNamed
from hamyar.faces.form.state import FormHasProblems, FormState, NothingToSubmit
from hamyar.faces.local_session import LocalSession
from hamyar.store.access import NotAllowed

QUIETLY = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
RENT = flow_id("housing", 1)
CROWDING = observation_id(FAMILY, "crowding")
NEXT = MONTH + 1


@pytest.fixture(scope="module")
def askable(shared_session: LocalSession) -> dict[str, FormField]:
    """The fields of a form that nobody has touched, by id; the plan, which takes long to propose, left out."""
    return {field.id: field for field in all_fields(opened(shared_session), without=("plan",))}


def field_values(askable: dict[str, FormField], data: st.DataObject, most: int) -> dict[str, Any]:
    """Some fields with values they can hold."""
    ids = data.draw(st.lists(st.sampled_from(list(askable)), min_size=1, max_size=most, unique=True))
    return {field: data.draw(values_of(askable[field])) for field in ids}


def typed_into(form: FormState, values: dict[str, Any]) -> None:
    for field, value in values.items():
        try:
            form.set(field, value)
        except (FieldUnknown, AnswerRefused):
            # An earlier value took the field away, or it holds what is corrected and not emptied.
            continue


# Opening ---------------------------------------------------------------------------------------------------------


def test_a_family_of_nobody_is_unknown(shared_session: LocalSession) -> None:
    """A code that stands for no family opens nothing."""
    with pytest.raises((FamilyUnknown, NotAllowed)):
        opened(shared_session, "S-NOBODY")


def test_who_may_only_read_opens_no_form() -> None:
    """A supervisor sees files and writes none."""
    with pytest.raises(NotAllowed):
        opened(LocalSession(role="supervisor"))


def test_a_new_form_has_changed_nothing_and_submits_nothing(shared_session: LocalSession) -> None:
    """Untouched, the form holds the file, with no drafts and no problems."""
    form = opened(shared_session)
    assert [] == form.changed() == form.left_over
    assert form.problems() == {}
    assert is_same(facts_of(shared_session.tables([FAMILY])), facts_of(form.tables()))
    with pytest.raises(NothingToSubmit):
        form.submit()


def test_answers_bear_today_within_the_month_and_its_last_day_else(shared_session: LocalSession) -> None:
    """An earlier month is told as of its end; a later one has not begun, and the form says so."""
    days = [opened(shared_session, month=month).day for month in (MONTH, Month(1404, 6))]
    assert [shared_session.today, 14040631] == days
    assert opened(shared_session).notices == ()
    assert len(opened(shared_session, month=NEXT).notices) == 1


def test_a_closed_month_is_told_before_anybody_types(session: LocalSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the session knows which months are frozen, the form says so at once."""
    monkeypatch.setattr(session, "is_frozen", lambda month: month == MONTH, raising=False)
    assert [notice.msgid for notice in opened(session).notices] == [
        "The month {month} is closed. What you enter stays a draft and cannot be submitted."
    ]
    assert opened(session, month=Month(1404, 6)).notices == ()


# Typing ----------------------------------------------------------------------------------------------------------


@QUIETLY
@given(st.data())
def test_what_is_typed_and_undone_leaves_the_file(
    shared_session: LocalSession, askable: dict[str, FormField], data: st.DataObject
) -> None:
    """After every draft is undone the form shows what it showed before, and nothing is kept."""
    form = opened(shared_session)
    before = everything(form)
    typed_into(form, field_values(askable, data, 4))
    for field in form.changed():
        form.undo(field)
    assert form.changed() == []
    assert shared_session.load_draft(FAMILY, MONTH) == {}
    assert before == everything(form)


@QUIETLY
@given(st.data())
def test_another_form_finds_every_draft(
    shared_session: LocalSession, askable: dict[str, FormField], data: st.DataObject
) -> None:
    """A browser that is killed loses nothing: whoever opens the form again sees the same values."""
    form = opened(shared_session)
    typed_into(form, field_values(askable, data, 4))
    form_shows, again_shows = everything(form), everything(opened(shared_session))
    form.discard_all()
    assert form_shows == again_shows
    assert form.changed() == []


@QUIETLY
@given(st.data())
def test_what_if_changes_nothing(
    shared_session: LocalSession, askable: dict[str, FormField], data: st.DataObject
) -> None:
    """A slider moves the answer and neither drafts nor facts."""
    form = opened(shared_session)
    before, facts = everything(form), facts_of(form.tables())
    movable = {name: field for name, field in askable.items() if field.kind in ("money", "level", "count")}
    form.live(field_values(movable, data, 4))
    assert form.changed() == []
    assert shared_session.load_draft(FAMILY, MONTH) == {}
    assert before == everything(form)
    assert is_same(facts, facts_of(shared_session.tables([FAMILY])))


@QUIETLY
@given(st.data())
def test_what_is_submitted_is_what_the_form_showed(askable: dict[str, FormField], data: st.DataObject) -> None:
    """After a submission the facts of the family are the form's own tables, and no draft is left."""
    # A store of its own for each example: what one submits would be another's file.
    session = LocalSession(role="helper")
    form = opened(session)
    typed_into(form, field_values(askable, data, 5))
    while problems := form.problems():
        # A reason that has no answer is told at the answer.
        for field in [field for field in problems if field in form.changed()] or form.changed():
            form.undo(field)
    expected = facts_of(form.tables())
    try:
        form.submit()
    except NothingToSubmit:
        form.discard_all()
    assert is_same(expected, facts_of(session.tables([FAMILY])))
    assert session.load_draft(FAMILY, MONTH) == {}
    assert form.changed() == []


def test_a_value_the_file_has_is_no_draft(session: LocalSession) -> None:
    """Typing the same amount again is no change; typing another and the first again neither."""
    form = opened(session)
    amount = form.value(RENT)
    form.set(RENT, amount)
    assert form.changed() == []
    form.set(RENT, amount + 1)
    assert form.changed() == [RENT]
    form.set(RENT, amount)
    assert session.load_draft(FAMILY, MONTH) == {}


def test_a_refused_value_keeps_the_former(session: LocalSession) -> None:
    """Nothing is kept of what a field cannot hold."""
    form = opened(session)
    form.set(RENT, 5)
    with pytest.raises(AnswerRefused):
        form.set(RENT, -5)
    with pytest.raises(FieldUnknown):
        form.set("flow:housing:9:amount_money", 5)
    assert (form.value(RENT), form.origin(RENT)) == (5, "draft")


def test_a_draft_that_is_not_saved_is_not_shown(session: LocalSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page shows as kept is kept."""
    form = opened(session)
    amount = form.value(RENT)

    def refuse(*_: object) -> None:
        raise NotAllowed()

    monkeypatch.setattr(session, "save_draft", refuse)
    with pytest.raises(NotAllowed):
        form.set(RENT, 1)
    assert (amount, []) == (form.value(RENT), form.changed())


# Money -----------------------------------------------------------------------------------------------------------


def test_last_month_is_proposed_and_no_fact(session: LocalSession) -> None:
    """A new month begins with last month's lines; none of them counts before it is confirmed."""
    form = opened(session, month=NEXT)
    before = opened(session)
    assert (before.value(RENT), "last_month") == (form.value(RENT), form.origin(RENT))
    assert form.tables().flows.query(f"month == {NEXT.code}").empty
    assert form.live().gap_before_aid is None


def test_confirming_makes_facts_of_proposals(session: LocalSession) -> None:
    """A line, a category or the whole section is the same as last month, with period and item."""
    form = opened(session, month=NEXT)
    form.confirm("flow:housing:1")
    assert [field for field in form.changed() if field.endswith("amount_money")] == [RENT]
    form.confirm("money")
    columns = ["category", "line", "amount_money", "recall", "item"]
    flows = form.tables().flows
    then = flows[(flows["month"] == MONTH.code) & flows["amount_money"].notna()]
    now = flows[flows["month"] == NEXT.code]
    pd.testing.assert_frame_equal(
        then[columns].sort_values(columns[:2], ignore_index=True),
        now[columns].sort_values(columns[:2], ignore_index=True),
    )


def test_an_empty_amount_is_asked_and_not_known(session: LocalSession) -> None:
    """Emptying an amount leaves the row without one, and the gap unknown."""
    form = opened(session)
    form.set(RENT, None)
    flows = form.tables().flows
    row = flows[(flows["month"] == MONTH.code) & (flows["category"] == "housing") & (flows["line"] == 1)]
    assert row["amount_money"].isna().tolist() == [True]
    assert form.live().gap_before_aid is None


def test_a_line_without_an_amount_is_no_fact(session: LocalSession) -> None:
    """A new line asks for its amount before anything is submitted, and can be taken back."""
    form = opened(session)
    before = facts_of(form.tables())
    group = form.add_line("treatment")
    amount = f"{group}:amount_money"
    assert group in {found.id for found in form.groups("money")}
    assert is_same(before, facts_of(form.tables()))
    assert [amount] == list(form.problems())
    with pytest.raises(FormHasProblems):
        form.submit()
    form.set(amount, 3_000)
    assert form.problems() == {}
    assert len(form.tables().flows) - len(before["flows"]) == 1
    form.remove_line(group)
    assert form.changed() == []


def test_a_line_of_the_file_is_taken_back_and_can_return(session: LocalSession) -> None:
    """What was entered wrongly is withdrawn with the submission; undone, it stands as before."""
    form = opened(session)
    before = facts_of(form.tables())
    form.remove_line("flow:housing:1")
    assert form.changed() == ["flow:housing:1:removed"]
    assert len(before["flows"]) - len(form.tables().flows) == 1
    form.undo("flow:housing:1:removed")
    assert is_same(before, facts_of(form.tables()))
    form.remove_line("flow:housing:1")
    assert form.submit().withdrawn == 1
    assert len(before["flows"]) - len(session.tables([FAMILY]).flows) == 1


def test_who_writes_a_removed_line_wants_it(session: LocalSession) -> None:
    """An amount typed into a line that was taken back brings the line back with it."""
    form = opened(session)
    form.remove_line("flow:housing:1")
    form.set(RENT, 77)
    assert form.changed() == [RENT]


# The household ---------------------------------------------------------------------------------------------------


def test_a_new_member_brings_questions_and_is_submitted(session: LocalSession) -> None:
    """Somebody who is added is a member in every table at once, with a name."""
    form = opened(session)
    member = form.add_member("child")
    form.set(member_field(member, "birth_day"), 13940101)
    form.set(member_field(member, "sex"), "female")
    form.set(name_id(member, "name"), "نازنین")
    progress = observation_id(member, "school_progress")
    form.set(progress, "2")
    assert "نازنین" in str(form.member_label(member))
    assert form.problems() == {}
    form.submit()
    found = session.tables([FAMILY])
    assert found.members.set_index("member_id").loc[[member], "birth_day"].tolist() == [13940101]
    assert session.names([member])[member]["name"] == "نازنین"
    assert (found.observations["subject_id"] == member).any()


def test_a_new_member_taken_back_leaves_nothing(session: LocalSession) -> None:
    """Neither the person nor the answers about the person stay."""
    form = opened(session)
    member = form.add_member("child")
    form.set(member_field(member, "birth_day"), 13940101)
    form.set(observation_id(member, "school_progress"), "2")
    form.remove_member(member)
    assert form.changed() == []


def test_who_is_named_elsewhere_stays(session: LocalSession) -> None:
    """Money of earlier months names the head, so the head cannot have been entered wrongly."""
    form = opened(session)
    flows = session.tables([FAMILY]).flows
    earner = str(flows["member_id"].dropna().iloc[0])
    with pytest.raises(MemberNamed):
        form.remove_member(earner)
    assert form.changed() == []


def test_somebody_entered_wrongly_goes_with_the_answers(session: LocalSession) -> None:
    """A member whom nothing else names is withdrawn, and so are the answers about the member."""
    form = opened(session)
    member = form.add_member("child")
    form.set(member_field(member, "birth_day"), 13940101)
    form.set(observation_id(member, "school_progress"), "2")
    form.submit()
    form.remove_member(member)
    assert member not in set(form.tables().members["member_id"])
    assert form.submit().withdrawn == 2
    found = session.tables([FAMILY])
    assert member not in set(found.members["member_id"]) | set(found.observations["subject_id"])


def test_a_stated_age_remembers_its_month(session: LocalSession) -> None:
    """An age grows old; the month in which it was told stands beside it."""
    form = opened(session)
    member = form.add_member("other")
    form.set(member_field(member, "stated_age_years"), 40)
    row = form.tables().members.set_index("member_id").loc[member]
    assert (40, MONTH.code) == (row["stated_age_years"], row["stated_age_month"])


def test_a_recorded_name_is_corrected_and_not_emptied(session: LocalSession) -> None:
    """A secret of the file is never removed by an empty field."""
    form = opened(session)
    named = next(
        field.id for field in form.fields("household") if field.kind == "name" and form.value(field.id) is not None
    )
    with pytest.raises(AnswerRefused):
        form.set(named, " ")


# Answers, food, visits -------------------------------------------------------------------------------------------


def test_an_answer_is_of_the_helper_and_the_day(session: LocalSession) -> None:
    """A new answer is a new row; what was told before stays where it was told."""
    form = opened(session)
    before = len(form.tables().observations)
    form.set(CROWDING, "3")
    form.set(f"{CROWDING}:reason", "شش نفر در یک اتاق")
    told = form.tables().observations
    row = told[(told["indicator"] == "crowding") & (told["day"] == form.day)].iloc[0]
    assert len(told) - before == 1
    assert (session.user.person_id, "3", "شش نفر در یک اتاق") == (row["observer_id"], row["answer"], row["reason"])


def test_a_reason_alone_completes_an_own_answer(session: LocalSession) -> None:
    """Added later in the month, it stands with the answer it is for."""
    form = opened(session)
    form.set(CROWDING, "2")
    form.submit()
    form.set(f"{CROWDING}:reason", "دو نفر مهمان دائم")
    assert len(form.tables().observations) - len(session.tables([FAMILY]).observations) == 0
    form.submit()
    assert form.value(f"{CROWDING}:reason") == "دو نفر مهمان دائم"


def test_another_answer_leaves_the_former_reason_behind(session: LocalSession) -> None:
    """A reason is for one level, and empty where the level changed."""
    form = opened(session)
    work = observation_id(FAMILY, "adult_work")
    assert form.value(f"{work}:reason") is not None
    other = "1" if form.value(work) != "1" else "3"
    form.set(work, other)
    assert (form.value(f"{work}:reason"), form.origin(f"{work}:reason")) == (None, "empty")


def test_a_number_of_a_person_in_a_reason_is_a_problem(session: LocalSession) -> None:
    """It is kept as a draft, so that nothing typed is lost, and not submitted."""
    form = opened(session)
    form.set(CROWDING, "2")
    form.set(f"{CROWDING}:reason", "زنگ بزنید ۰۹۱۲۱۲۳۴۵۶۷")
    assert [f"{CROWDING}:reason"] == list(form.problems())
    with pytest.raises(FormHasProblems):
        form.submit()
    assert form.value(f"{CROWDING}:reason").endswith("۶۷")


def test_a_reason_needs_its_answer(session: LocalSession) -> None:
    """Without a level that counts there is nothing it could be for."""
    form = opened(session)
    unanswered = next(
        field.id for field in form.fields("indicators") if field.kind == "level" and form.value(field.id) is None
    )
    form.set(f"{unanswered}:reason", "نمی‌دانیم")
    assert [unanswered] == list(form.problems())


def test_food_completes_the_week_of_the_month(session: LocalSession) -> None:
    """One month has one week of food in the form; a second visit goes on with it."""
    form = opened(session)
    weeks = len(form.tables().food_weeks)
    form.set(food_id("dairy"), 3)
    form.submit()
    count = len(session.tables([FAMILY]).food_weeks)
    form.set(food_id("meat"), 2)
    form.submit()
    assert count == len(session.tables([FAMILY]).food_weeks) <= weeks + 1
    assert (form.value(food_id("dairy")), form.value(food_id("meat"))) == (3, 2)


def test_a_visit_is_told_done_on_its_day_unless_another_is_told(session: LocalSession) -> None:
    """The planned day is taken until somebody writes the real one; the store has both facts."""
    form = opened(session)
    visit = next(
        field.id.removesuffix(":status")
        for field in form.fields("visits")
        if field.id.endswith(":status") and form.value(field.id) == "planned"
    )
    form.set(f"{visit}:status", "done")
    planned = form.value(f"{visit}:done_day")
    assert planned <= session.today
    assert form.problems() == {}
    form.set(f"{visit}:done_day", 14040820)
    form.submit()
    row = session.tables([FAMILY]).visits.set_index("visit_id").loc[visit.removeprefix("visit:")]
    assert (row["status"], row["done_day"]) == ("done", 14040820)


def test_a_day_of_a_visit_that_is_not_done_is_a_problem(session: LocalSession) -> None:
    """It is told and not passed over; whoever says that the visit is not done says so of its day, too."""
    form = opened(session)
    status = next(field.id for field in form.fields("visits") if form.value(field.id) == "planned")
    day = status.replace(":status", ":done_day")
    form.set(day, 14040801)
    assert [day] == list(form.problems())
    form.set(status, "done")
    assert form.problems() == {}
    form.set(status, "planned")
    assert form.changed() == []


def test_a_cancelled_visit_needs_its_reason(session: LocalSession) -> None:
    """The form says so before the server would."""
    form = opened(session)
    visit = next(field.id for field in form.fields("visits") if form.value(field.id) == "planned")
    form.set(visit, "cancelled")
    reason = visit.replace(":status", ":reason")
    assert [reason] == list(form.problems())
    form.set(reason, "خانه نبودند")
    assert form.problems() == {}


def test_a_refused_proposal_needs_its_reason_and_is_recorded(session: LocalSession) -> None:
    """What was accepted can be decided anew, with who and when."""
    form = opened(session)
    name = next(
        field.id
        for field in form.fields("plan")
        if field.id.endswith(":decision") and form.value(field.id) == "accepted"
    )
    reason = name.replace(":decision", ":reason")
    form.set(name, "refused")
    assert reason in form.problems()
    form.set(reason, "خانواده نخواست")
    assert form.problems() == {}
    form.submit()
    subject, programme, from_day = name.split(":")[1:4]
    plans = session.tables([FAMILY]).plans
    row = plans[
        (plans["subject_id"] == subject) & (plans["programme"] == programme) & (plans["from_day"] == int(from_day))
    ].iloc[0]
    assert ("refused", session.user.person_id, form.day) == (row["decision"], row["decided_by"], row["decided_day"])


def test_drafts_of_other_programs_are_left_alone(session: LocalSession) -> None:
    """What no form understands is neither shown nor lost, until everything is discarded."""
    session.save_draft(FAMILY, MONTH, "something else", 1)
    form = opened(session)
    assert form.changed() == []
    form.set(RENT, 9)
    form.submit()
    assert session.load_draft(FAMILY, MONTH) == {"something else": 1}
    form.discard_all()
    assert session.load_draft(FAMILY, MONTH) == {}


def test_a_submission_is_told_with_its_time_and_counts(session: LocalSession) -> None:
    """One change, one row corrected."""
    form = opened(session)
    form.set(RENT, 5)
    submitted = form.submit("a visit")
    assert (submitted.inserted, submitted.corrected, submitted.withdrawn) == (0, 1, 0)
    assert isinstance(submitted.at, dt.datetime)
    assert form.origin(RENT) == "file"
