"""Who told it: said where somebody says it, and as it was where nobody does."""

import pandas as pd
import pytest
from form_making import FAMILY, MONTH, opened

from hamyar.core.jalali import Month
from hamyar.core.tables import COPING, FOOD_GROUPS, SOURCES
from hamyar.faces.form.fields import flow_id, food_id, member_field, observation_id
from hamyar.faces.form.state import FormState
from hamyar.faces.local_session import LocalSession
from hamyar.store.submission import SubmitConflict

RENT, RENT_SOURCE = flow_id("housing", 1), flow_id("housing", 1, "source")
CROWDING = observation_id(FAMILY, "crowding")
HEAD = "M-K5D3Q6YK"
NEXT = MONTH + 1


def line_of(session: LocalSession, month: int, category: str = "housing") -> pd.Series:
    flows = session.tables([FAMILY]).flows
    is_it = (flows["month"] == month) & (flows["category"] == category) & (flows["line"] == 1)
    return flows[is_it].iloc[0]


def told(session: LocalSession, indicator: str = "crowding") -> pd.DataFrame:
    """The answers to an indicator in the store, the latest last."""
    rows = session.tables([FAMILY]).observations
    return rows[rows["indicator"] == indicator].sort_values("day", kind="stable")


def other_than(source: object) -> str:
    return "people_group" if source != "people_group" else "local"


def one_change(session: LocalSession, form: FormState) -> None:
    """Submits, and what was submitted is one row."""
    submitted = form.submit()
    assert (submitted.inserted + submitted.corrected, submitted.withdrawn, form.changed()) == (1, 0, [])


@pytest.mark.parametrize("field", [RENT_SOURCE, member_field(HEAD, "source"), f"{CROWDING}:source", food_id("source")])
def test_it_is_one_of_the_sources_of_the_tables(shared_session: LocalSession, field: str) -> None:
    """Money, members, answers and the week of food can say who told them."""
    assert tuple(code for code, _ in opened(shared_session).field(field).choices) == SOURCES


def test_food_has_no_group_of_that_name() -> None:
    """The source of a week of food is no food, and no way of coping."""
    assert "source" not in {*FOOD_GROUPS, *COPING}


# Money ------------------------------------------------------------------------------------------------------------


def test_a_line_keeps_its_source_when_its_amount_is_corrected(session: LocalSession) -> None:
    """What came from elsewhere stays told by whom it was told."""
    before = line_of(session, MONTH.code, "subsidy")
    form = opened(session)
    assert before["source"] == form.value(flow_id("subsidy", 1, "source")) != "family"
    form.set(flow_id("subsidy", 1), 1)
    form.submit()
    after = line_of(session, MONTH.code, "subsidy")
    assert (1, before["source"]) == (after["amount_money"], after["source"])


def test_the_source_of_a_line_alone_is_a_change(session: LocalSession) -> None:
    """Nothing else of the line changes, and the line is the only row that does."""
    before = line_of(session, MONTH.code)
    form = opened(session)
    form.set(RENT_SOURCE, other_than(before["source"]))
    assert form.changed() == [RENT_SOURCE]
    one_change(session, form)
    after = line_of(session, MONTH.code)
    assert after["source"] == other_than(before["source"])
    assert before.drop("source").to_dict() == after.drop("source").to_dict()


def test_a_new_line_is_told_by_the_family_unless_somebody_says_otherwise(session: LocalSession) -> None:
    """The default stands where nobody looked at it."""
    form = opened(session)
    groups = [form.add_line("treatment") for _ in range(2)]
    for group in groups:
        form.set(f"{group}:amount_money", 5)
    assert [form.value(f"{group}:source") for group in groups] == ["family", "family"]
    form.set(f"{groups[1]}:source", "observed")
    form.submit()
    assert [form.filed(f"{group}:source") for group in groups] == ["family", "observed"]


def test_last_months_line_brings_its_source(session: LocalSession) -> None:
    """Confirmed, it is told by whom it was told then; another source is said beside it."""
    form = opened(session, month=NEXT)
    before = line_of(session, MONTH.code)["source"]
    assert (before, "last_month") == (form.value(RENT_SOURCE), form.origin(RENT_SOURCE))
    form.confirm("flow:housing:1")
    subsidy = line_of(session, MONTH.code, "subsidy")["source"]
    form.confirm("flow:subsidy:1")
    form.set(RENT_SOURCE, other_than(before))
    flows = form.tables().flows
    now = flows[flows["month"] == NEXT.code].set_index("category")["source"]
    assert subsidy != "family"
    assert (other_than(before), subsidy) == (now["housing"], now["subsidy"])


def test_a_source_alone_makes_no_line(session: LocalSession) -> None:
    """It asks for the amount first, and goes back with it."""
    form = opened(session, month=NEXT)
    form.set(RENT_SOURCE, "local")
    assert list(form.problems()) == [RENT]
    assert not (form.tables().flows["month"] == NEXT.code).any()
    form.confirm(RENT)
    assert form.problems() == {}
    form.undo(RENT)
    assert form.changed() == []


@pytest.mark.parametrize("value", ["as it is", None])
def test_to_say_the_same_is_no_change(session: LocalSession, value: str | None) -> None:
    """The source that stands there already, or none chosen, takes the draft back."""
    form = opened(session)
    stands = form.value(RENT_SOURCE)
    form.set(RENT_SOURCE, other_than(stands))
    form.set(RENT_SOURCE, stands if value else None)
    assert (form.changed(), form.value(RENT_SOURCE)) == ([], stands)


# Members ----------------------------------------------------------------------------------------------------------


def test_a_member_keeps_the_source_it_came_with(session: LocalSession) -> None:
    """Another cell of the row leaves it; said anew, it is another and nothing else is."""
    form, name = opened(session), member_field(HEAD, "source")
    assert form.value(name) == "government"
    form.set(member_field(HEAD, "schooling"), "higher")
    form.submit()
    assert form.filed(name) == "government"
    form.set(name, "observed")
    one_change(session, form)
    row = session.tables([FAMILY]).members.set_index("member_id").loc[HEAD]
    assert (row["source"], row["schooling"]) == ("observed", "higher")


@pytest.mark.parametrize("source", ["family", "local"])
def test_a_new_member_is_told_by_the_family_or_whom_one_says(session: LocalSession, source: str) -> None:
    """The usual source is no draft of its own."""
    form = opened(session)
    member = form.add_member("child")
    name = member_field(member, "source")
    assert form.value(name) == "family"
    form.set(name, source)
    assert (name in form.changed()) == (source != "family")
    form.submit()
    assert session.tables([FAMILY]).members.set_index("member_id").loc[member, "source"] == source


# Answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_told_by_whom_one_says(session: LocalSession) -> None:
    """The helper saw it, and the row says so."""
    form = opened(session)
    form.set(CROWDING, "3")
    form.set(f"{CROWDING}:source", "observed" if form.value(f"{CROWDING}:source") != "observed" else "local")
    said = form.value(f"{CROWDING}:source")
    form.submit()
    row = told(session).iloc[-1]
    assert ("3", said, session.user.person_id) == (row["answer"], row["source"], row["observer_id"])


def test_the_first_answer_to_a_question_is_the_familys_own(session: LocalSession) -> None:
    """Nobody told it before, so the usual source stands."""
    form = opened(session)
    member = form.add_member("child")
    form.set(member_field(member, "birth_day"), 13940101)
    name = observation_id(member, "school_progress")
    assert form.value(f"{name}:source") == "family"
    form.set(name, "1")
    form.submit()
    rows = told(session, "school_progress")
    assert rows.loc[rows["subject_id"] == member, "source"].tolist() == ["family"]


def test_the_source_of_an_own_answer_is_corrected_where_it_stands(session: LocalSession) -> None:
    """No second answer, the same level and reason, another source."""
    form = opened(session)
    form.set(CROWDING, "3")
    form.set(f"{CROWDING}:reason", "شش نفر در یک اتاق")
    form.submit()
    before = told(session)
    form.set(f"{CROWDING}:source", other_than(before.iloc[-1]["source"]))
    one_change(session, form)
    after = told(session)
    assert len(before) == len(after)
    assert after.iloc[-1]["source"] == other_than(before.iloc[-1]["source"])
    assert before.drop(columns="source").equals(after.drop(columns="source"))


def test_the_source_alone_repeats_the_answer_of_another(session: LocalSession) -> None:
    """What a former helper recorded is left alone; the same answer stands as one's own, told by somebody else."""
    form = opened(session)
    name = observation_id(FAMILY, "adult_work")
    before = told(session, "adult_work")
    known = form.told(name)
    assert known is not None
    assert known.observer_id != session.user.person_id
    form.set(f"{name}:source", other_than(form.value(f"{name}:source")))
    form.submit()
    after = told(session, "adult_work")
    row = after.iloc[-1]
    assert len(after) == len(before) + 1
    assert (known.value, known.reason) == (row["answer"], row["reason"])
    assert row["source"] == other_than(known.source)


def test_a_source_without_an_answer_asks_for_it(session: LocalSession) -> None:
    """Nobody can have told what was not said."""
    form = opened(session)
    name = next(
        field.id for field in form.fields("indicators") if field.kind == "level" and form.value(field.id) is None
    )
    form.set(f"{name}:source", "local" if form.value(f"{name}:source") != "local" else "family")
    assert list(form.problems()) == [name]


def test_the_source_of_a_private_answer_is_private(shared_session: LocalSession) -> None:
    """It would tell that the question was answered."""
    form = opened(shared_session)
    name = observation_id(FAMILY, "domestic_violence", "source")
    assert (form.field(name).is_private, form.field(f"{CROWDING}:source").is_private) == (True, False)


# Food -------------------------------------------------------------------------------------------------------------


def test_the_source_of_the_week_alone_is_a_change(session: LocalSession) -> None:
    """The days stay as they are."""
    form = opened(session)
    before = form.value(food_id("source"))
    days = {field.id: form.value(field.id) for field in form.fields("food") if field.kind == "count"}
    form.set(food_id("source"), other_than(before))
    one_change(session, form)
    assert form.filed(food_id("source")) == other_than(before)
    assert days == {name: form.value(name) for name in days}


def test_days_leave_the_source_of_their_week(session: LocalSession) -> None:
    """Who told the week first told it."""
    form = opened(session)
    assert form.value(food_id("source")) == "observed"
    form.set(food_id("dairy"), 3)
    form.submit()
    assert form.filed(food_id("source")) == "observed"


def test_a_source_alone_makes_no_week(session: LocalSession) -> None:
    """It says beside itself that nothing is told yet, and goes with the first day that is."""
    form = opened(session, month=Month(1404, 6))
    form.set(food_id("source"), "observed")
    assert list(form.problems()) == [food_id("source")]
    assert len(form.tables().food_weeks) == len(session.tables([FAMILY]).food_weeks)
    form.set(food_id("dairy"), 3)
    assert form.problems() == {}
    weeks = form.tables().food_weeks.set_index("day")
    assert (weeks.loc[form.day, "dairy_days"], weeks.loc[form.day, "source"]) == (3, "observed")


# Two people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_two_sources_of_one_row_clash(session: LocalSession, side: str) -> None:
    """Both are shown, and the one that is chosen is recorded."""
    form, other = opened(session), opened(session.beside("manager"))
    form.set(RENT_SOURCE, "people_group")
    other.set(RENT_SOURCE, "local")
    other.submit()
    with pytest.raises(SubmitConflict) as found:
        form.submit()
    (clash,) = form.clashes(found.value)
    assert RENT_SOURCE in clash.field_ids
    assert len(clash.fields) == 1
    form.decide(clash.key, side)  # type: ignore[arg-type]
    if side == "ours":
        form.submit()
    assert line_of(session, MONTH.code)["source"] == {"ours": "people_group", "theirs": "local"}[side]
