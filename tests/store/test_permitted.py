"""Which rows of which table somebody may see, on the families known by heart."""

import pytest

from hamyar.core.tables import FACT_TABLES
from hamyar.store.access import Access, NotAllowed, User
from hamyar.store.permitted import permitted_tables
from hamyar.store.store import Store

# For those who see family F1 only: in which rows of the work of help.
OF_H1 = {
    **{"helpers": 1, "helper_hours": 2, "helper_leave": 1, "helper_travel": 0, "trainings": 1, "helper_choices": 0},
    **{"family_wishes": 1, "assignments": 2, "resources": 2, "plans": 2, "goals": 2, "visits": 2, "referrals": 1},
    **{"sessions": 1, "session_people": 1, "session_cases": 1, "decisions": 1, "help_groups": 1, "group_members": 2},
    **{"events": 2, "enrolments": 1, "families": 1, "members": 2, "flows": 4, "budgets": 0, "observations": 3},
    "food_weeks": 1,
}
# An expert of the session: no helper, and not of the group.
OF_P1 = OF_H1 | {"helpers": 0, "helper_hours": 0, "helper_leave": 0, "trainings": 0, "visits": 1, "group_members": 1}
# Another helper, who carries F2 and is of no session.
OF_H2 = {
    **dict.fromkeys(OF_H1, 0),
    **{"helpers": 1, "helper_travel": 1, "trainings": 1, "assignments": 1, "resources": 2, "visits": 1},
    **{"referrals": 1, "events": 2, "enrolments": 1, "families": 1, "members": 1, "flows": 1, "observations": 1},
}


def seen(store: Store, role: str, person: str | None, on_day: int, *asked) -> dict[str, int]:
    found = permitted_tables(store.tables(), Access(store, User("x", role, person), on_day), *asked)
    return {name: len(getattr(found, name)) for name in FACT_TABLES}


@pytest.mark.parametrize(
    ("role", "person", "on_day", "expected"),
    [
        ("helper", "h1", 14050801, OF_H1),
        ("helper", "h2", 14050801, OF_H2),
        ("commission_member", "p1", 14050910, OF_P1),
    ],
)
def test_who_sees_some_families_sees_these_rows(helped: Store, role: str, person: str, on_day: int, expected: dict):
    """Counted table by table: families' rows by family, people's rows by person, and what is nobody's whole."""
    assert seen(helped, role, person, on_day) == expected


def test_the_end_of_an_assignment_leaves_the_own_rows(helped: Store):
    """A helper without families still sees the own hours and sessions, and nothing of a family."""
    found = seen(helped, "helper", "h1", 14051101)
    shown = {name for name, rows in found.items() if rows}
    assert shown == {
        *("helpers", "helper_hours", "helper_leave", "trainings", "resources", "events", "visits"),
        *("sessions", "session_people", "help_groups", "group_members"),
    }
    visits = permitted_tables(helped.tables(), Access(helped, User("x", "helper", "h1"), 14051101)).visits
    assert visits["family_id"].isna().all()


def test_asking_for_some_families_opens_no_other(helped: Store):
    """The own among them are shown; unknown and foreign ones are as if they were not there."""
    assert seen(helped, "helper", "h1", 14050801, ["F1", "F2", "F9"]) == OF_H1
    assert seen(helped, "helper", "h1", 14050801, ["F2"])["flows"] == 0
    assert seen(helped, "manager", None, 14050801, ["F2"])["families"] == 1
    assert seen(helped, "supervisor", None, 14050801)["families"] == 3


@pytest.mark.parametrize(("role", "person"), [("operator", None), ("researcher", None), ("helper", None)])
def test_who_sees_no_facts_is_refused(helped: Store, role: str, person: str | None):
    """Also a researcher, whose tables are others."""
    with pytest.raises(NotAllowed):
        seen(helped, role, person, 14050801)


def test_every_table_has_been_decided_on(helped: Store):
    """A table that is added later is shown to nobody who sees some families only, until somebody decides."""
    from hamyar.store import permitted

    decided = {
        *permitted._SHARED,
        *(table.name for table in permitted._OF_FAMILIES),
    }
    assert decided == set(FACT_TABLES)
