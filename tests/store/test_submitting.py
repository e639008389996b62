"""A submission: what a form may write, whose name it bears, and every way to reach further than that."""

from collections.abc import Callable

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ASSIGNMENTS, FLOWS, HELPERS, IDENTITIES, MEMBERS, OBSERVATIONS, PLANS, VISITS
from hamyar.store.access import Access, NotAllowed, User
from hamyar.store.store import Store
from hamyar.store.submission import Submission, SubmitConflict, SubmitRefused, observer_code
from hamyar.store.submitting import submit

ABAN = Month(1405, 8)
INCOME = {"family_id": "F1", "month": 140508, "category": "own_income", "line": 1, "recall": "month"}
SEEN = {
    **{"family_id": "F1", "subject_id": "F1", "indicator": "housing", "observer_id": "h1", "day": 14050801},
    **{"answer": "2", "reason": "یک اتاق"},
}
CHILD = {"member_id": "F1-9", "family_id": "F1", "role": "child"}
VISIT = "F1.F1-2.talking.14050801.1"

Send = Callable[..., object]


def rows(*changes: dict, like: dict | None = None) -> pd.DataFrame:
    return pd.DataFrame([(like or {}) | made for made in changes])


@pytest.fixture
def send(helped: Store, catalogue: ParameterSet) -> Send:
    """``send(frames, role=…)`` submits for family F1 in Aban 1405, as the helper who carries it unless told."""

    def of(frames: dict | None = None, *, role="helper", person="h1", name="sara", still=None, **others):
        given = {"family_id": "F1", "month": ABAN, "frames": frames or {}} | others
        options = {} if still is None else {"still_allowed": still}
        return submit(helped, Access(helped, User(name, role, person)), catalogue, Submission(**given), **options)

    return of


def versions(store: Store, table, frame: pd.DataFrame) -> pd.Series:
    return store.versions(table, frame[list(table.key)])


def columns_at_fault(send: Send, *args, **options) -> set[tuple[str, str]]:
    with pytest.raises(SubmitRefused) as caught:
        send(*args, **options)
    return {(fault.table, fault.column) for fault in caught.value.faults}


class TestRecording:
    def test_everything_of_a_visit_enters_as_one_change(self, send: Send, helped: Store):
        """Members, flows, observations, food, visits, plans, goals and names are one entry of the log."""
        before = helped.head().seq
        flow = rows(INCOME | {"amount_money": 80_000_000})
        visit = rows({"visit_id": VISIT, "status": "cancelled", "done_day": None, "reason": "بیمار بود"})
        names = rows({"owner_id": "F1-9", "field": "name", "value": "نوزاد نمونه"})
        found = send(
            {
                **{"members": rows(CHILD), "flows": flow, "observations": rows(SEEN), "visits": visit},
                "food_weeks": rows({"family_id": "F1", "day": 14050801, "staples_days": 7}),
            },
            bases={"flows": versions(helped, FLOWS, flow), "visits": versions(helped, VISITS, visit)},
            identities=names,
        )
        assert (found.inserted, found.corrected, found.withdrawn) == (4, 2, 0)
        assert (before + 1, helped.head().seq) == (found.change_seq, before + 1)
        assert helped.identities(["F1-9"]) == {"F1-9": {"name": "نوزاد نمونه"}}
        told = helped.history(FLOWS, {name: INCOME[name] for name in FLOWS.key})
        assert told["amount_money"].tolist() == [95_000_000, 80_000_000]
        assert told["change_actor"].iloc[-1] == "sara"

    def test_the_same_again_is_no_change(self, send: Send, helped: Store):
        """What is stored like this already makes no entry, even without the versions it was read at."""
        send({"observations": rows(SEEN)})
        head = helped.head()
        again = send({"observations": rows(SEEN)})
        assert (again.unchanged, again.change_seq, helped.head()) == (1, None, head)

    def test_a_manager_without_a_person_has_a_code_of_the_account(self, send: Send):
        """Observations of such a manager bear a code made from the account's name, and no other's."""
        mine = {"observer_id": observer_code("nader", None)}
        assert send({"observations": rows(SEEN | mine)}, role="manager", person=None, name="nader").inserted == 1
        at_fault = columns_at_fault(send, {"observations": rows(SEEN)}, role="manager", person=None, name="nader")
        assert at_fault == {("observations", "observer_id")}

    def test_a_wrong_row_is_withdrawn(self, send: Send, helped: Store):
        """What was entered wrongly in this month goes, and its history stays."""
        found = send(withdrawn={"flows": rows(INCOME)[list(FLOWS.key)]})
        assert found.withdrawn == 1
        assert (
            1
            not in helped.current(FLOWS, {"family_id": ["F1"]})
            .query("month == 140508 and line == 1")
            .query("category == 'own_income'")["line"]
            .tolist()
        )

    def test_a_member_entered_wrongly_goes_while_nothing_names_it(self, send: Send):
        """A new person is withdrawn; one whom visits and plans name is not."""
        send({"members": rows(CHILD)})
        assert send(withdrawn={"members": rows({"member_id": "F1-9"})}).withdrawn == 1
        assert columns_at_fault(send, withdrawn={"members": rows({"member_id": "F1-2"})}) == {("members", "member_id")}


class TestWhoseRows:
    @pytest.mark.parametrize(
        ("role", "person", "family"),
        [
            *[("helper", "h1", "F2"), ("helper", "h2", "F1"), ("helper", "h1", "F9"), ("helper", None, "F1")],
            *[("manager", "h1", "F9"), ("supervisor", "h1", "F1"), ("researcher", "h1", "F1")],
            *[("commission_member", "p1", "F1"), ("operator", "h1", "F1")],
        ],
    )
    def test_only_who_may_write_the_family_writes(self, send: Send, helped: Store, role: str, person, family: str):
        """Another's family, an unknown one, and roles that write nothing get one and the same refusal."""
        head = helped.head()
        with pytest.raises(NotAllowed):
            send({"flows": rows(INCOME | {"family_id": family})}, role=role, person=person, family_id=family)
        assert head == helped.head()

    def test_an_assignment_that_has_ended_meanwhile_ends_writing(self, send: Send, helped: Store):
        """The right is asked within the change, not when the page was opened."""
        frame = {"observations": rows(SEEN)}
        ended = {"family_id": "F1", "from_day": 14050801, "helper_id": "h1", "until_day": 14050730}
        with helped.change("omid", "ended") as change:
            change.record(ASSIGNMENTS, pd.DataFrame([ended]))
        with pytest.raises(NotAllowed):
            send(frame)

    def test_whatever_else_must_hold_is_asked_within_the_change(self, send: Send, helped: Store):
        """An account closed between opening and submitting writes nothing."""
        head = helped.head()

        def closed() -> None:
            raise NotAllowed()

        with pytest.raises(NotAllowed):
            send({"observations": rows(SEEN)}, still=closed)
        assert head == helped.head()

    @pytest.mark.parametrize(
        ("table", "row", "column"),
        [
            ("flows", INCOME | {"family_id": "F2"}, "family_id"),
            ("flows", INCOME | {"month": 140507}, "month"),
            ("flows", INCOME | {"line": 7, "member_id": "F2-1"}, "member_id"),
            ("observations", SEEN | {"family_id": "F2", "subject_id": "F2"}, "family_id"),
            ("observations", SEEN | {"observer_id": "h2"}, "observer_id"),
            ("observations", SEEN | {"day": 14050710}, "day"),
            ("observations", SEEN | {"answer": "7"}, "answer"),
            ("observations", SEEN | {"subject_id": "F2-1", "indicator": "child_labour"}, "subject_id"),
            ("food_weeks", {"family_id": "F1", "day": 14050801, "staples_days": 8}, "staples_days"),
            ("food_weeks", {"family_id": "F1", "day": 14050710, "staples_days": 1}, "day"),
            ("members", CHILD | {"family_id": "F2"}, "family_id"),
            # Codes that stand for somebody or something else, now or earlier.
            ("members", CHILD | {"member_id": "F2-1"}, "member_id"),
            ("members", CHILD | {"member_id": "F2"}, "member_id"),
            ("members", CHILD | {"member_id": "h2"}, "member_id"),
            ("members", CHILD | {"member_id": "‮code"}, "member_id"),
            ("members", CHILD | {"role": "queen"}, "role"),
            ("members", CHILD | {"birth_day": 13990230, "role": "child", "sex": "x"}, "sex"),
            ("visits", {"visit_id": "F2.F2.talking.14050801.1", "status": "planned"}, "visit_id"),
            ("visits", {"visit_id": "s1.h1", "status": "cancelled", "reason": "no"}, "visit_id"),
            ("visits", {"visit_id": "nothing", "status": "done", "done_day": 14050801}, "visit_id"),
            ("visits", {"visit_id": VISIT, "status": "done", "done_day": 14050830}, "done_day"),
            ("goals", SEEN | {"from_day": 14050801, "decided_by": "h2"}, "decided_by"),
            ("plans", SEEN | {"programme": "x", "from_day": 1, "decision": "accepted"}, "from_day"),
        ],
    )
    def test_a_forged_or_impossible_row_is_refused_whole(
        self, send: Send, helped: Store, table: str, row: dict, column: str
    ):
        """The refusal names table and column, and the good rows beside it are not written either."""
        head = helped.head()
        good = {"flows": rows(INCOME | {"line": 3, "amount_money": 1})} if table != "flows" else {}
        assert (table, column) in columns_at_fault(send, {table: rows(row), **good})
        assert head == helped.head()

    def test_a_code_that_was_withdrawn_elsewhere_is_not_taken_over(self, send: Send, helped: Store):
        """The name of a person withdrawn from another family would come with the code."""
        with helped.change("omid", "wrong") as change:
            change.record(MEMBERS, rows({"member_id": "F3-2", "family_id": "F3", "role": "child"}))
            change.record(IDENTITIES, rows({"owner_id": "lost", "field": "name", "value": "کسی"}))
            change.withdraw(MEMBERS, rows({"member_id": "F3-2"}))
            change.withdraw(IDENTITIES, rows({"owner_id": "lost", "field": "name"}))
        for code in ("F3-2", "lost"):
            at_fault = columns_at_fault(send, {"members": rows(CHILD | {"member_id": code})})
            assert at_fault == {("members", "member_id")}

    def test_names_go_to_the_family_and_its_people_only(self, send: Send, helped: Store):
        """An owner of another family, a helper and nobody are refused; a field nobody knows too."""
        for owner in ("F2", "F2-1", "h1", "nobody"):
            names = rows({"owner_id": owner, "field": "name", "value": "x"})
            assert columns_at_fault(send, identities=names) == {("identities", "owner_id")}
        names = rows({"owner_id": "F1-1", "field": "bank", "value": "secret value"})
        with pytest.raises(SubmitRefused) as caught:
            send(identities=names)
        assert "secret value" not in str(caught.value)

    def test_only_the_tables_of_a_form_are_taken(self, send: Send):
        """Helpers, assignments and the centre's budgets are written elsewhere; visits are not withdrawn."""
        for name in ("helpers", "assignments", "budgets", "accounts", "identities"):
            assert columns_at_fault(send, {name: HELPERS.empty()}) == set()
        assert columns_at_fault(send, withdrawn={"visits": rows({"visit_id": VISIT})}) == set()

    def test_rows_of_others_are_withdrawn_by_the_manager_only(self, send: Send, helped: Store):
        """A helper cannot make another's observation undone; nor one of another family or month."""
        with helped.change("omid", "visit") as change:
            change.record(OBSERVATIONS, rows(SEEN | {"observer_id": "h2"}))
        keys = rows(SEEN | {"observer_id": "h2"})[list(OBSERVATIONS.key)]
        assert columns_at_fault(send, withdrawn={"observations": keys}) == {("observations", "observer_id")}
        assert send(withdrawn={"observations": keys}, role="manager").withdrawn == 1
        for changed, column in (({"family_id": "F2"}, "family_id"), ({"month": 140507}, "month")):
            other = rows(INCOME | changed)[list(FLOWS.key)]
            assert columns_at_fault(send, withdrawn={"flows": other}) == {("flows", column)}
        other = rows({"member_id": "F2-1"})
        assert columns_at_fault(send, withdrawn={"members": other}) == {("members", "member_id")}

    def test_too_much_at_once_is_refused(self, send: Send, monkeypatch: pytest.MonkeyPatch):
        """Neither endless rows nor an endless text are read further."""
        assert columns_at_fault(send, {"observations": rows(SEEN | {"reason": "آ" * 6_000})}) == {
            ("observations", "reason")
        }
        monkeypatch.setattr("hamyar.store.submitted_rows.MOST_ROWS", 1)
        assert columns_at_fault(send, {"observations": rows(SEEN, SEEN)}) == set()


class TestFrozen:
    def test_a_frozen_month_takes_nothing(self, send: Send, helped: Store):
        """The refusal is a plain sentence about the month."""
        helped.freeze(ABAN, "omid", parameters_fingerprint="p")
        with pytest.raises(SubmitRefused) as caught:
            send({"observations": rows(SEEN)})
        assert "frozen" in str(caught.value)


class TestConflict:
    def test_both_values_are_shown_of_every_table(self, send: Send, helped: Store):
        """Who read an older version of flows, visits and names is told of all three at once, and writes nothing."""
        flow = rows(INCOME | {"amount_money": 1})
        name = rows({"owner_id": "F1-1", "field": "phone", "value": "09120000002"})
        visit = rows({"visit_id": VISIT, "status": "cancelled", "reason": "نبود"})
        bases = {
            "flows": versions(helped, FLOWS, flow),
            "identities": versions(helped, IDENTITIES, name),
            "visits": versions(helped, VISITS, visit),
        }
        with helped.change("omid", "meanwhile") as change:
            change.record(FLOWS, rows(INCOME | {"amount_money": 2}))
            change.record(IDENTITIES, name.assign(value="09120000003"))
            stored = helped.current(VISITS, {"visit_id": [VISIT]})
            change.record(VISITS, stored.assign(done_day=14050801))
        head = helped.head()
        with pytest.raises(SubmitConflict) as caught:
            send({"flows": flow, "visits": visit}, bases=bases, identities=name)
        shown = {difference.table: difference for difference in caught.value.differences}
        assert sorted(shown) == ["flows", "identities", "visits"]
        assert (shown["flows"].ours["amount_money"], shown["flows"].theirs["amount_money"]) == (1, 2)
        assert shown["flows"].key == {name: INCOME[name] for name in FLOWS.key}
        assert (shown["identities"].ours["value"], shown["identities"].theirs["value"]) == (
            "09120000002",
            "09120000003",
        )
        assert (shown["visits"].theirs["done_day"], shown["visits"].their_version) == (14050801, 2)
        assert {"omid"} == {difference.their_actor for difference in shown.values()}
        assert head == helped.head()

    def test_who_has_seen_both_may_choose(self, send: Send, helped: Store):
        """With the version of the others as the base, ours is written over it."""
        flow = rows(INCOME | {"amount_money": 1})
        with pytest.raises(SubmitConflict) as caught:
            send({"flows": flow})
        base = pd.Series([caught.value.differences[0].their_version], index=flow.index)
        assert send({"flows": flow}, bases={"flows": base}).corrected == 1

    def test_what_was_corrected_meanwhile_is_not_withdrawn_unseen(self, send: Send, helped: Store):
        """A base for rows to be withdrawn guards them as well."""
        keys = rows(INCOME)[list(FLOWS.key)]
        base = {"withdrawn:flows": versions(helped, FLOWS, keys)}
        with helped.change("omid", "meanwhile") as change:
            change.record(FLOWS, rows(INCOME | {"amount_money": 2}))
        with pytest.raises(SubmitConflict) as caught:
            send(withdrawn={"flows": keys}, bases=base)
        (shown,) = caught.value.differences
        assert (shown.ours, shown.theirs["amount_money"], shown.their_actor) == ({}, 2, "omid")
        base = {"withdrawn:flows": versions(helped, FLOWS, keys)}
        assert send(withdrawn={"flows": keys}, bases=base).withdrawn == 1

    def test_a_conflict_is_told_before_what_follows_from_it(self, send: Send, helped: Store):
        """A new person who is in conflict makes an observation of them fail too; the conflict is what is told."""
        with helped.change("omid", "meanwhile") as change:
            change.record(MEMBERS, rows(CHILD | {"sex": "female"}))
            change.withdraw(MEMBERS, rows({"member_id": "F1-9"}))
        child = rows(CHILD | {"birth_day": 13950101})
        told = rows(SEEN | {"subject_id": "F1-9", "indicator": "child_labour"})
        with pytest.raises(SubmitConflict) as caught:
            send({"members": child, "observations": told})
        assert [(found.table, found.is_withdrawn) for found in caught.value.differences] == [("members", True)]


def test_the_plan_of_another_table_is_checked_as_everywhere(send: Send):
    """A programme that no catalogue has is refused by the plan's own checks."""
    row = {"family_id": "F1", "subject_id": "F1", "programme": "nothing", "from_day": 14050801, "decision": "accepted"}
    with pytest.raises(SubmitRefused):
        send({"plans": rows(row)[[name for name in PLANS.column_names if name in row]]})
