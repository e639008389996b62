"""Two people at one family: nothing is lost in silence, and a person decides."""

import pytest
from form_making import FAMILY, MONTH, opened

from hamyar.core.rial import Money
from hamyar.faces.form.fields import flow_id, member_field, name_id, observation_id
from hamyar.faces.form.state import ClashUnknown, FormState
from hamyar.faces.local_session import LocalSession
from hamyar.store.submission import SubmitConflict

RENT = flow_id("housing", 1)


def conflict_of(form: FormState) -> SubmitConflict:
    with pytest.raises(SubmitConflict) as found:
        form.submit()
    return found.value


def others_set(session: LocalSession, field: str, value: object) -> None:
    """The manager is faster."""
    form = opened(session.beside("manager"))
    form.set(field, value)
    form.submit()


def test_both_amounts_are_shown_with_what_each_comes_to(session: LocalSession) -> None:
    """Ours and theirs side by side; the gap differs by what the amounts differ."""
    form = opened(session)
    form.set(flow_id("own_income", 1), 1_000)
    form.set(RENT, 7_000_000)
    others_set(session, RENT, 9_000_000)
    (clash,) = form.clashes(conflict_of(form))
    (cell,) = clash.fields
    assert (Money(7_000_000), Money(9_000_000)) == (cell.ours, cell.theirs)
    ours, theirs = clash.ours_live.gap_before_aid, clash.theirs_live.gap_before_aid
    assert ours is not None
    assert theirs is not None
    assert theirs.amount - ours.amount == 2_000_000
    assert clash.their_actor == "sample-manager"


@pytest.mark.parametrize(("side", "kept"), [("ours", 7_000_000), ("theirs", 9_000_000)])
def test_what_is_decided_is_what_is_recorded(session: LocalSession, side: str, kept: int) -> None:
    """Ours overwrites theirs knowingly; theirs lets our draft of this row go, and the rest is submitted."""
    form = opened(session)
    form.set(RENT, 7_000_000)
    form.set(flow_id("treatment", 1), 123)
    others_set(session, RENT, 9_000_000)
    (clash,) = form.clashes(conflict_of(form))
    form.decide(clash.key, side)  # type: ignore[arg-type]
    form.submit()
    assert (kept, 123) == (form.value(RENT), form.value(flow_id("treatment", 1)))
    assert session.load_draft(FAMILY, MONTH) == {}
    with pytest.raises(ClashUnknown):
        form.decide(clash.key, "ours")


def test_a_draft_remembers_what_it_was_typed_over(session: LocalSession) -> None:
    """A page that is opened again after others changed the row does not overwrite them unseen."""
    opened(session).set(RENT, 7_000_000)
    others_set(session, RENT, 9_000_000)
    again = opened(session)
    assert again.value(RENT) == 7_000_000
    assert len(conflict_of(again).differences) == 1


def test_the_same_value_of_two_people_is_no_clash(session: LocalSession) -> None:
    """Who typed what others recorded meanwhile has nothing left to submit."""
    opened(session).set(RENT, 9_000_000)
    others_set(session, RENT, 9_000_000)
    assert opened(session).changed() == []


def test_our_row_is_kept_as_it_was_shown(session: LocalSession) -> None:
    """Choosing ours takes the whole row, also the cell that only they changed."""
    form = opened(session)
    member = str(session.tables([FAMILY]).members["member_id"].iloc[0])
    schooling, school = member_field(member, "schooling"), member_field(member, "attends_school")
    stood = form.value(school)
    form.set(schooling, "higher")
    others_set(session, school, "no" if stood == "yes" else "yes")
    (clash,) = form.clashes(conflict_of(form))
    assert len(clash.fields) == 2
    form.decide(clash.key, "ours")
    form.submit()
    assert ("higher", stood) == (form.value(schooling), form.value(school))


def test_a_row_that_others_took_back_is_shown_as_such(session: LocalSession) -> None:
    """Ours brings it back, and only when somebody says so."""
    form = opened(session)
    form.set(RENT, 7_000_000)
    other = opened(session.beside("manager"))
    other.remove_line("flow:housing:1")
    other.submit()
    (clash,) = form.clashes(conflict_of(form))
    assert clash.is_withdrawn
    form.decide(clash.key, "ours")
    form.submit()
    assert (form.value(RENT), form.origin(RENT)) == (7_000_000, "file")


def test_what_others_corrected_is_not_taken_back_unseen(session: LocalSession) -> None:
    """A removal meets the correction, and stands when it is decided so."""
    form = opened(session)
    form.remove_line("flow:housing:1")
    others_set(session, RENT, 9_000_000)
    (clash,) = form.clashes(conflict_of(form))
    assert [Money(9_000_000)] == [cell.theirs for cell in clash.fields if isinstance(cell.theirs, Money)]
    form.decide(clash.key, "ours")
    assert form.submit().withdrawn == 1


def test_names_clash_like_facts(session: LocalSession) -> None:
    """A name that two people correct is shown to the second with both values."""
    form = opened(session)
    member = str(session.tables([FAMILY]).members["member_id"].iloc[0])
    name = name_id(member, "name")
    form.set(name, "یک")
    others_set(session, name, "دو")
    (clash,) = form.clashes(conflict_of(form))
    assert [(cell.ours, cell.theirs) for cell in clash.fields] == [("یک", "دو")]
    form.decide(clash.key, "theirs")
    assert (form.value(name), form.changed()) == ("دو", [])


def test_answers_of_two_helpers_are_no_clash(session: LocalSession) -> None:
    """Each records what they saw themselves, under their own name."""
    other = opened(session.beside("manager", "H-4QHJ"))
    form = opened(session)
    crowding = observation_id(FAMILY, "crowding")
    form.set(crowding, "2")
    other.set(crowding, "1")
    other.submit()
    assert form.submit().inserted == 1
