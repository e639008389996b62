"""A self-help group is of women who head their household; where that cannot be told nobody is turned away."""

import pandas as pd
import pytest

from hamyar.core.meetings.groups import group_faults, group_meetings, group_use, groups_on, heads_as_woman, members_on
from hamyar.core.tables import CaseTables
from tests.core.meeting_making import TODAY, Row, belongs, event, facts, group


def found(tables: CaseTables, *, notices: bool = False, **others) -> list[tuple[str, str]]:
    faults = group_faults(tables, TODAY, **others)
    return [(fault.table, fault.column) for fault in faults if fault.is_notice == notices]


def centre(*members: Row, groups: list[Row] | None = None) -> CaseTables:
    return facts(help_groups=[group()] if groups is None else groups, group_members=list(members))


def test_who_heads_a_household_as_a_woman_is_three_valued():
    """Yes, no for a man and for whoever is no head, and unknown for a head whose sex nobody recorded."""
    people = pd.Series(["F1-1", "F1-2", "F2-1", "F2-2", "F3-1", "F3-2", "F9-1", "H1"])
    told = heads_as_woman(people, facts().members)
    assert told.dtype.name == "boolean"
    assert told.astype(object).where(told.notna(), None).tolist() == [
        True,
        False,
        False,
        False,
        None,
        False,
        None,
        None,
    ]


def test_a_group_of_women_heads_has_nothing_to_correct():
    """Two women who head their households, and a helper who accompanies them."""
    assert group_faults(centre(belongs(), belongs("F4-1", "F4")), TODAY) == []


@pytest.mark.parametrize(
    ("code", "family"), [("F2-1", "F2"), ("F2-2", "F2"), ("F1-2", "F1"), ("F3-2", "F3"), ("H1", None)]
)
def test_others_do_not_belong_to_a_self_help_group(code: str, family: str | None):
    """A man, a spouse, a daughter, a parent of unknown sex who is no head, a helper."""
    assert found(centre(belongs(code, family))) == [("group_members", "person_id")]


def test_what_cannot_be_told_is_asked_and_refuses_nobody():
    """A head of unknown sex is a notice and no fault."""
    tables = centre(belongs("F3-1", "F3"))
    assert (found(tables), found(tables, notices=True)) == ([], [("group_members", "person_id")])


def test_a_helper_group_is_of_helpers_and_volunteers():
    """Anybody of a family may volunteer; a code that nobody has is refused."""
    groups = [group(kind="helper_group")]
    tables = centre(belongs("H1", None), belongs("H2", None), belongs("F2-1", "F2"), groups=groups)
    assert group_faults(tables, TODAY) == []
    assert found(centre(belongs("X", None), groups=groups)) == [("group_members", "person_id")]
    assert found(centre(belongs("H1", "F1"), groups=groups)) == [("group_members", "family_id")]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"from_day": 14031229}, "from_day"),
        ({"until_day": 14040101}, "until_day"),
        ({"family_id": "F2"}, "family_id"),
        ({"family_id": None}, "family_id"),
    ],
)
def test_slips_in_a_membership(changed: Row, column: str):
    """Joined before the group was founded, left before joining, or of another family."""
    assert found(centre(belongs() | changed)) == [("group_members", column)]


def test_a_group_that_ended_keeps_nobody():
    """Whoever is in it still, or joins after its end, is told with the day of the end."""
    groups = [group(until_day=14040630)]
    assert found(centre(belongs(until_day=14040630), groups=groups)) == []
    assert found(centre(belongs(), groups=groups)) == [("group_members", "until_day")]
    late = belongs(from_day=14040701, until_day=14040715)
    assert found(centre(late, groups=groups)) == [("group_members", "from_day"), ("group_members", "until_day")]


def test_a_group_has_a_helper_who_is_known():
    """An unknown helper is a fault; none at all is a notice while the group lives."""
    assert found(centre(groups=[group(helper_id="H9")])) == [("help_groups", "helper_id")]
    assert found(centre(groups=[group(helper_id=None)]), notices=True) == [("help_groups", "helper_id")]
    assert group_faults(centre(groups=[group(helper_id=None, until_day=14040630)]), TODAY) == []
    assert found(centre(belongs(group_id="G9"))) == [("group_members", "group_id")]


def test_one_group_can_be_asked_about_alone():
    """What is wrong with another group does not hinder this one."""
    tables = centre(belongs(), belongs("F2-1", "F2", "G2"), groups=[group(), group("G2")])
    assert (found(tables, group_ids=["G1"]), len(found(tables, group_ids=["G2"]))) == ([], 1)


def test_members_in_force_on_a_day():
    """The first and the last day of a membership are within it."""
    rows = centre(belongs(until_day=14040510)).group_members
    days = (14040131, 14040201, 14040510, 14040511)
    assert [len(members_on(rows, day)) for day in days] == [0, 1, 1, 0]
    assert len(groups_on(centre().help_groups, 14040101)) == 1


def test_how_groups_are_used():
    """Members on the day, meetings held, the last and the next; a cancelled meeting and a talk count for nothing."""
    meets = {"kind": "group_meeting", "group_id": "G1"}
    events = [
        event("E1", 14040701, "done", **meets),
        event("E2", 14040801, "done", **meets),
        event("E3", 14040901, "planned", **meets),
        event("E4", TODAY, "planned", **meets),
        event("E5", 14040810, "cancelled", **meets, reason="rain"),
        event("E6", 14040810, "done", kind="talk", group_id="G1"),
    ]
    tables = facts(help_groups=[group(), group("G0", until_day=14040630)], group_members=[belongs()], events=events)
    use = group_use(tables, TODAY)
    assert use.index.tolist() == ["G1"]
    told = ["members", "meetings_held", "last_meeting", "next_meeting"]
    assert use.loc["G1", told].tolist() == [1, 2, 14040801, TODAY]
    assert group_meetings(tables, "G1")["event_id"].tolist() == ["E1", "E2", "E5", "E4", "E3"]
    alone = group_use(centre(), TODAY)
    assert (alone["members"].tolist(), alone["next_meeting"].isna().tolist()) == ([0], [True])


def test_who_heads_a_household_now_says_nothing_of_a_membership_that_is_over():
    """A member that left may have ceased to be a head since; one that is in the group is no woman head."""
    left = belongs("F1-2", until_day=14040601)
    assert [group_faults(centre(row), TODAY) == [] for row in (left, belongs("F1-2"))] == [True, False]
