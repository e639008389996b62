"""Who may do what, on which day.

What rests on the facts is tested on each kind of database; what follows from the role alone, on one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.tables import ASSIGNMENTS, FACT_TABLES, HELPERS, REFERRALS, SESSIONS
from hamyar.store.access import (
    ALL,
    CENTRE_ACTIONS,
    FAMILY_ACTIONS,
    ROLE_LABELS,
    ROLES,
    Access,
    ActionUnknown,
    NotAllowed,
    Rights,
    User,
)
from hamyar.store.store import Store
from tests.store.work_of_help import WORK

# Helper h1 carries F1 from the first day to the last; then h2 does, who also carries F2.
FIRST, LAST, DAY_AFTER = 14050801, 14051030, 14051101
# On this day the case of F1 is before the social commission, for which p1 and h1 are named.
HEARD = 14050910
READERS = {"manager", "supervisor"}


ASKED = ("helpers", "assignments", "referrals", "sessions", "session_people", "session_cases")


def at_work(store: Store) -> Store:
    """The store with the part of the work of help that decides who may do what."""
    with store.change("sara", "the work of help") as change:
        for name in ASKED:
            change.record(FACT_TABLES[name], pd.DataFrame(WORK[name]))
    return store


@pytest.fixture
def working(store: Store) -> Store:
    """On each kind of database in turn."""
    return at_work(store)


@pytest.fixture
def access(working: Store) -> Callable[..., Access]:
    """``access("helper", "h1", 14050801)`` is what that helper may do on that day."""
    return asking(working)


@pytest.fixture(scope="module")
def by_role(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Access]]:
    """The same on one database for all tests of this file, which they only read."""
    folder: Path = tmp_path_factory.mktemp("access")
    with Store.create(f"sqlite:///{folder / 'data.sqlite3'}", folder / "key", title="x", is_synthetic=True) as made:
        yield asking(at_work(made))


def asking(store: Store) -> Callable[..., Access]:
    # Shared, as by everybody who asks one server.
    rights = Rights(store)

    def of(role: str, person_id: str | None = None, on_day: int | None = FIRST) -> Access:
        return Access(store, User("somebody", role, person_id), on_day, rights)

    return of


def correct(store: Store, table, rows: list[dict]) -> None:
    with store.change("omid", "changed for a test") as change:
        change.record(table, pd.DataFrame(rows))


class TestHelper:
    def test_carries_families_from_the_first_day_to_the_last(self, access):
        """Both days are within; another helper's families, and no helper's, are not open."""
        for helper, on_day, families in (
            ("h1", 14050730, set()),
            ("h1", FIRST, {"F1"}),
            ("h1", LAST, {"F1"}),
            ("h1", DAY_AFTER, set()),
            ("h2", FIRST, {"F2"}),
            ("h2", DAY_AFTER, {"F1", "F2"}),
            ("h2", 14060730, {"F1", "F2"}),
            ("h2", 14060801, set()),
            ("h3", FIRST, set()),
            ("", FIRST, set()),
            (None, FIRST, set()),
        ):
            found = access("helper", helper, on_day)
            assert [found.families(action) for action in FAMILY_ACTIONS] == [families] * 3

    def test_reads_writes_and_knows_the_names_of_the_own_families(self, access):
        """F1 is open, F2 and a family nobody has are not, nor all of them at once."""
        found = access("helper", "h1")
        for action in FAMILY_ACTIONS:
            opened = [family_id for family_id in ("F1", "F2", "F9", "", None) if found.may(action, family_id)]
            assert opened == ["F1"]

    def test_an_assignment_that_ends_early_ends_the_access(self, working, access):
        """The corrected last day counts at the next question, of the same object too."""
        found = access("helper", "h1", 14050901)
        assert found.may("write_family", "F1")
        row = {"family_id": "F1", "from_day": FIRST, "helper_id": "h1", "until_day": 14050830, "reason": "moved"}
        correct(working, ASSIGNMENTS, [row])
        assert not found.may("write_family", "F1")

    def test_an_assignment_given_to_another_helper_moves_the_access(self, working, access):
        """The earlier version of the assignment opens nothing."""
        row = {"family_id": "F1", "from_day": FIRST, "helper_id": "h2", "until_day": LAST}
        correct(working, ASSIGNMENTS, [row])
        assert (set(), {"F1", "F2"}) == (access("helper", "h1").families(), access("helper", "h2").families())

    def test_an_assignment_entered_wrongly_opens_nothing(self, working, access):
        """A withdrawn row does not hold."""
        with working.change("omid", "wrong family") as change:
            change.withdraw(ASSIGNMENTS, pd.DataFrame([{"family_id": "F1", "from_day": FIRST}]))
        assert access("helper", "h1").families() == set()

    def test_who_has_left_the_centre_carries_nobody(self, working, access):
        """The last day of service ends the access, though the assignment was left standing."""
        for until_day, families in ((FIRST, {"F1"}), (14050730, set())):
            correct(working, HELPERS, [{"helper_id": "h1", "from_day": 14040101, "until_day": until_day}])
            assert access("helper", "h1").families() == families

    def test_who_has_not_begun_carries_nobody(self, working, access):
        """Service that begins tomorrow opens nothing today."""
        correct(working, HELPERS, [{"helper_id": "h1", "from_day": FIRST + 1}])
        assert access("helper", "h1").families() == set()

    def test_sees_the_own_calendar_and_nothing_of_the_centre(self, access):
        """Of the centre's actions only the own work is open."""
        assert [action for action in CENTRE_ACTIONS if access("helper", "h1").may(action)] == ["read_work"]

    def test_the_store_s_day_is_today(self, working, access):
        """Without a day the access follows the store's clock."""
        assert working.today() == FIRST
        assert access("helper", "h1", None).families() == {"F1"}


class TestManyQuestions:
    """A page asks before every word that goes to its kernel."""

    @pytest.fixture
    def looks(self, working: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The tables that are looked into, as it happens."""
        found: list[str] = []
        current = working.current

        def told(table, only=None):
            found.append(table.name)
            return current(table, only)

        monkeypatch.setattr(working, "current", told)
        return found

    @pytest.mark.parametrize(("role", "person_id"), [("helper", "h1"), ("commission_member", "p1")])
    def test_the_tables_are_read_once(self, access, looks, role, person_id):
        """As long as nothing is recorded, no table is looked into for the same question of the same day."""
        first = access(role, person_id, HEARD).families()
        before = len(looks)

        assert access(role, person_id, HEARD).families() == first
        assert (before > 0, len(looks)) == (True, before)

    def test_a_change_of_anything_is_looked_at(self, working, access, looks):
        """Whatever is recorded, the next question is answered from the tables."""
        access("helper", "h1", FIRST).families()
        before = len(looks)
        correct(working, HELPERS, [{"helper_id": "h9", "from_day": FIRST}])
        access("helper", "h1", FIRST).families()

        assert len(looks) > before

    def test_answers_of_people_and_days_stay_apart(self, access):
        """What one person may do on one day is not another's, nor of another day."""
        asked = [("h1", FIRST), ("h2", DAY_AFTER), ("h1", DAY_AFTER), ("h1", FIRST), ("h2", FIRST)]
        found = [set(access("helper", person, day).families()) for person, day in asked]

        assert found == [{"F1"}, {"F1", "F2"}, set(), {"F1"}, {"F2"}]


class TestCommissionMember:
    def test_reads_the_case_before_the_commission_and_no_other(self, access):
        """F1 is open to who is named for the session; F2, withdrawn, is not."""
        found = access("commission_member", "p1", HEARD)
        assert found.families() == {"F1"}
        assert [found.may("read_family", family_id) for family_id in ("F1", "F2", None)] == [True, False, False]

    def test_writes_nothing_and_learns_no_name(self, access):
        """The case is discussed by its code."""
        found = access("commission_member", "p1", HEARD)
        assert [set(), set()] == [found.families(action) for action in ("write_family", "read_names")]

    def test_who_is_not_named_for_the_session_reads_nothing(self, access):
        """To be a member of some commission is not enough."""
        assert [access("commission_member", person, HEARD).families() for person in ("p2", "", None)] == [set()] * 3

    def test_the_day_before_it_was_accepted_nothing_is_open(self, access):
        """The step of a later day opens nothing earlier."""
        assert access("commission_member", "p1", 14050814).families() == set()

    def test_the_case_closes_with_consent_and_with_the_case(self, working, access):
        """Without the family's yes, before it is accepted and after it is over, the case is closed."""
        row = {"family_id": "F1", "commission": "social", "proposed_day": 14050815, "state": "accepted"}
        row |= {"state_day": 14050815, "consent": "yes", "reason": "test"}
        refused = (
            ("consent", "no"),
            ("consent", "not_asked"),
            *(("state", s) for s in ("proposed", "withdrawn", "done")),
        )
        for column, value in refused:
            correct(working, REFERRALS, [row | {column: value}])
            assert access("commission_member", "p1", HEARD).families() == set()
        correct(working, REFERRALS, [row])
        assert access("commission_member", "p1", HEARD).families() == {"F1"}

    def test_a_cancelled_session_opens_nothing(self, working, access):
        """The case was never spoken of."""
        row = {"session_id": "s1", "commission": "social", "day": HEARD, "start_minute": 600, "minutes": 90}
        correct(working, SESSIONS, [row | {"state": "cancelled"}])
        assert access("commission_member", "p1", HEARD).families() == set()

    def test_a_helper_s_part_in_a_session_is_not_the_helper_s_role(self, access):
        """A helper named for a session carries the assigned families and no case beside them."""
        assert access("helper", "h1", DAY_AFTER).families() == set()


@pytest.mark.parametrize("action", FAMILY_ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_every_family_is_open_to_few(by_role, role, action):
    """The manager reads and writes all; the supervisor reads all and writes nothing; nobody else has all."""
    has_all = role in READERS and (action, role) != ("write_family", "supervisor")
    found = by_role(role)
    assert has_all == (found.families(action) is ALL) == found.may(action) == found.may(action, "F2")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("helper", {"read_work"}),
        ("manager", {"read_centre", "read_pseudonymised", "read_work"}),
        ("commission_member", {"read_work"}),
        ("researcher", {"read_pseudonymised"}),
        ("supervisor", {"read_centre", "read_pseudonymised"}),
        ("operator", {"run", "manage_accounts"}),
        ("", set()),
        ("root", set()),
    ],
)
def test_the_centre_s_actions_by_role(by_role, role, allowed):
    """Each role has its own, and a role nobody knows has none."""
    assert allowed == {action for action in CENTRE_ACTIONS if by_role(role, "h1").may(action)}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_without_a_code_has_work_of_their_own(by_role, role):
    """An own calendar needs a person whose it is."""
    assert not by_role(role).may("read_work")


@pytest.mark.parametrize("role", ["researcher", "operator", "root"])
@pytest.mark.parametrize("action", FAMILY_ACTIONS)
def test_who_has_nothing_to_do_with_families_sees_none(by_role, role, action):
    """Not even with the code of a helper who carries some."""
    assert by_role(role, "h1").families(action) == set()


def test_a_refusal_does_not_tell_whether_the_family_exists(by_role):
    """The same sentence, in every detail, for a family that is there and one that is not."""
    found = by_role("helper", "h1")
    refused = []
    for family_id in ("F2", "F9"):
        with pytest.raises(NotAllowed) as caught:
            found.require("read_family", family_id)
        refused.append((str(caught.value), dict(caught.value.message.values), caught.value.args))
    assert refused[0] == refused[1]


def test_what_is_allowed_is_not_refused(by_role):
    """``require`` passes where ``may`` is true, and raises where it is not."""
    by_role("helper", "h1").require("write_family", "F1")
    by_role("operator").require("run")
    with pytest.raises(NotAllowed):
        by_role("helper", "h1").require("run")


@pytest.mark.parametrize("action", ["", "read", "read_everything"])
def test_a_mistyped_action_is_an_error(by_role, action):
    """It is neither allowed nor refused in silence, to the manager neither."""
    for ask in (by_role("manager").may, by_role("manager").require, by_role("manager").families):
        with pytest.raises(ActionUnknown, match="read_family"):
            ask(action)


def test_a_centre_s_action_has_no_families(by_role):
    """Asking for the families of an action that is about none is an error."""
    with pytest.raises(ActionUnknown):
        by_role("manager").families("run")


def test_every_role_has_a_name():
    """What a page can show of a role is there for each, in order."""
    assert list(ROLES) == list(ROLE_LABELS)


def test_an_empty_store_opens_nothing_and_crashes_nowhere(store: Store):
    """Before anything is recorded, helpers and members of commissions have no family."""
    for role in ("helper", "commission_member"):
        assert Access(store, User("somebody", role, "h1")).families() == set()
