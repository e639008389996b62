"""Drafts and submissions over the socket: only a page of one family writes, and only while its user may."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.tables import ASSIGNMENTS, FLOWS, MEMBERS, OBSERVATIONS
from hamyar.faces.local_session import TODAY
from hamyar.faces.served import ServedSession, SessionEnded
from hamyar.store.access import NotAllowed
from hamyar.store.drafts import DraftNotPlain, DraftTooLong
from hamyar.store.submission import Submission, SubmitConflict, SubmitRefused
from tests.server.service_making import MONTH, Served, running


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A service with ``sara``, who carries five families, and the manager ``nader``."""
    with running(tmp_path) as found:
        found.account("sara", "helper", min(found.helpers))
        found.account("nader", "manager")
        yield found


@pytest.fixture
def own(served: Served) -> str:
    """A family that sara carries."""
    return next(iter(served.helpers.values()))[0]


@pytest.fixture
def other(served: Served) -> str:
    """A family that nobody carries."""
    return next(
        family
        for family in served.store.tables().families["family_id"]
        if family not in next(iter(served.helpers.values()))
    )


@pytest.fixture
def page(served: Served, own: str) -> ServedSession:
    """Sara's page of the family, of the last month of the sample."""
    return served.page("sara", own, str(MONTH))


def submission(page: ServedSession, family: str, amount: int | None = 12_345, **changed: object) -> Submission:
    row = {"family_id": family, "month": MONTH.code, "category": "other_outflow", "line": 9, "recall": "month"}
    flows = pd.DataFrame([row | {"amount_money": amount} | changed])
    bases = {"flows": page.versions(FLOWS, flows)}
    return Submission(family, MONTH, frames={"flows": flows}, bases=bases, reason="visit")


class TestDrafts:
    def test_an_answer_is_there_again(self, page: ServedSession, own: str):
        """Whatever JSON can say, and whichever of the user's pages asks; the home page lists it."""
        for value in ("۹۵٬۰۰۰", "", None, 0, True, 1.5, ["ب"], {"a": None}, "\x00\ud800"):
            page.save_draft(own, MONTH, "flow:own_income:1", value)
            assert page.load_draft(own, MONTH) == {"flow:own_income:1": value}
        (begun,) = page.drafts_begun()
        assert (begun.family_id, begun.month, begun.answers, begun.saved_at.tzinfo is None) == (own, MONTH, 1, False)

    def test_an_answer_is_forgotten(self, page: ServedSession, own: str):
        """Single fields, or all of them."""
        for field in "abc":
            page.save_draft(own, MONTH, field, 1)
        page.discard_draft(own, MONTH, ["a", "x"])
        assert sorted(page.load_draft(own, MONTH)) == ["b", "c"]
        page.discard_draft(own, MONTH)
        assert (page.load_draft(own, MONTH), page.drafts_begun()) == ({}, [])

    def test_what_cannot_be_kept_is_refused_as_in_the_store(self, page: ServedSession, own: str):
        """With the very exceptions the form knows."""
        with pytest.raises(DraftTooLong):
            page.save_draft(own, MONTH, "a", "x" * 30_000)
        for value in (float("nan"), {1, 2}, b"x"):
            with pytest.raises(DraftNotPlain):
                page.save_draft(own, MONTH, "a", value)

    def test_of_another_family_month_or_page_nothing_is_kept(self, served: Served, page: ServedSession, own, other):
        """Nor is anything told of what others keep."""
        for family, month in ((other, MONTH), (own, MONTH + 1), ("nobody", MONTH)):
            for ask in (lambda *at: page.save_draft(*at, "a", 1), page.load_draft, page.discard_draft):
                with pytest.raises(NotAllowed):
                    ask(family, month)
        with pytest.raises(NotAllowed):
            served.page("sara").save_draft(own, MONTH, "a", 1)
        page.save_draft(own, MONTH, "a", 1)
        assert served.page("nader", own).load_draft(own, MONTH) == {}
        assert served.page("nader").drafts_begun() == []


class TestSubmitting:
    def test_what_is_submitted_is_a_fact(self, served: Served, page: ServedSession, own: str):
        """The store holds it under the user's name, and the page reads it at once."""
        found = page.submit(submission(page, own))
        assert (found.inserted, found.corrected) == (1, 0)
        key = {"family_id": own, "month": MONTH.code, "category": "other_outflow", "line": 9}
        (told,) = served.store.history(FLOWS, key).to_dict("records")
        assert (told["amount_money"], told["change_actor"], told["change_reason"]) == (12_345, "sara", "visit")
        assert (page.tables().flows["amount_money"] == 12_345).sum() == 1
        assert served.store.verify_audit() == []

    def test_both_values_come_back_when_somebody_was_faster(self, served: Served, page: ServedSession, own: str):
        """With whose it is, from when, and the version that a choice is made upon."""
        mine = submission(page, own, 1)
        nader = served.page("nader", own)
        nader.submit(submission(nader, own, 2))
        with pytest.raises(SubmitConflict) as caught:
            page.submit(mine)
        (shown,) = caught.value.differences
        assert (shown.table, shown.ours["amount_money"], shown.theirs["amount_money"]) == ("flows", 1, 2)
        assert (shown.their_actor, shown.their_version, shown.key["line"]) == ("nader", 1, 9)
        base = pd.Series([shown.their_version], index=mine.frames["flows"].index)
        assert page.submit(replace(mine, bases={"flows": base})).corrected == 1

    def test_rows_at_fault_are_named(self, page: ServedSession, own: str):
        """A value no table allows comes back with table, row, column and a sentence in any language."""
        for changed, column in (
            ({"category": "theft"}, "category"),
            ({"amount_money": -5}, "amount_money"),
            ({"amount_money": 10**30}, "amount_money"),
            ({"amount_money": "many"}, "amount_money"),
            ({"recall": None}, "recall"),
        ):
            with pytest.raises(SubmitRefused) as caught:
                page.submit(submission(page, own, **changed))
            assert [("flows", 0, column)] == [(found.table, found.row, found.column) for found in caught.value.faults]

    def test_forged_rows_are_refused(self, served: Served, page: ServedSession, own: str, other: str):
        """Another family inside the own one's submission, a person of another, an observation in another's name."""
        members = served.store.tables().members
        stolen = members[members["family_id"] == other].iloc[[0]]
        seen = served.store.tables().observations.query("family_id == @own").iloc[[0]]
        foreign = seen.assign(observer_id="H-XXXX", day=TODAY)
        for frames in (
            {"flows": submission(page, own).frames["flows"].assign(family_id=other)},
            {"members": stolen.assign(family_id=own)},
            {"observations": foreign},
        ):
            with pytest.raises(SubmitRefused) as caught:
                page.submit(Submission(own, MONTH, frames=frames))
            assert len(caught.value.faults) == 1
        names = pd.DataFrame([{"owner_id": other, "field": "name", "value": "x"}])
        with pytest.raises(SubmitRefused):
            page.submit(Submission(own, MONTH, identities=names))
        assert served.store.head().seq == 1 + 2

    def test_only_the_page_of_the_family_and_month_submits(self, served: Served, page: ServedSession, own, other):
        """Not the home page, not a page of another family, not for another month."""
        for asking, family, month in (
            (served.page("sara"), own, MONTH),
            (served.page("nader"), own, MONTH),
            (served.page("nader", other), own, MONTH),
            (page, other, MONTH),
            (page, own, MONTH + 1),
        ):
            with pytest.raises(NotAllowed):
                asking.submit(Submission(family, month))

    def test_the_end_of_an_assignment_ends_the_page(self, served: Served, page: ServedSession, own: str):
        """What was opened in time is refused: submission, draft, names and facts."""
        mine = submission(page, own)
        held = served.store.current(ASSIGNMENTS, {"family_id": [own]})
        with served.store.change("nader", "moved") as change:
            change.record(ASSIGNMENTS, held.assign(until_day=TODAY - 1))
        with pytest.raises(NotAllowed):
            page.submit(mine)
        with pytest.raises(NotAllowed):
            page.save_draft(own, MONTH, "a", 1)
        assert (page.names([own]), len(page.tables().families)) == ({}, 0)

    def test_a_closed_account_and_a_gone_kernel_submit_nothing(self, served: Served, page: ServedSession, own: str):
        """The page is told to sign in again."""
        mine = submission(page, own)
        served.serving.accounts.disable("sara", actor="nader")
        with pytest.raises(SessionEnded):
            page.submit(mine)
        nader = served.page("nader", own)
        served.serving.capabilities.revoke_user("nader")
        with pytest.raises(SessionEnded):
            nader.submit(mine)

    def test_a_frozen_month_is_refused_in_a_sentence(self, served: Served, page: ServedSession, own: str):
        """The same in both languages, with the month written as the language writes it."""
        served.store.freeze(MONTH, "ali", parameters_fingerprint="p")
        with pytest.raises(SubmitRefused) as caught:
            page.submit(submission(page, own))
        assert caught.value.problem.values["month"] == MONTH

    def test_a_new_person_with_a_name_and_an_observation_enters_at_once(self, served, page: ServedSession, own: str):
        """One change, and the name is read again by who may."""
        told = served.store.tables().observations
        subject = told[(told["family_id"] == own) & (told["subject_id"] == own)].iloc[[0]]
        seen = subject.assign(observer_id=page.user.person_id, day=TODAY, answer="not_known")
        frames = {
            "members": pd.DataFrame([{"member_id": "M-NEW1", "family_id": own, "role": "child"}]),
            "observations": seen[OBSERVATIONS.column_names],
        }
        names = pd.DataFrame([{"owner_id": "M-NEW1", "field": "name", "value": "علي نمونه"}])
        before = served.store.head().seq
        found = page.submit(Submission(own, MONTH, frames=frames, identities=names))
        assert (found.inserted, found.change_seq) == (3, before + 1)
        assert page.names(["M-NEW1"]) == {"M-NEW1": {"name": "علی نمونه"}}
        assert page.versions(MEMBERS, frames["members"]).tolist() == [1]


def test_news_are_of_the_own_families_and_counted_from_the_last_visit(served: Served, own: str, other: str):
    """At the first visit there is nothing to compare with; after an hour what others did since is told."""
    home = served.page("sara")
    assert (home.changes_since_last().since, home.changes_since_last().changes) == (None, [])
    begin = served.store.now()
    for hours, family, line in ((1, own, 7), (2, other, 8)):
        move_clock(served, begin, hours)
        nader = served.page("nader", family)
        nader.submit(submission(nader, family, line))
    move_clock(served, begin, 3)
    found = home.changes_since_last()
    assert found.since == begin
    told = [(change.family_id, change.table, change.rows, change.by_me) for change in found.changes]
    assert told == [(own, "flows", 1, False)]


def move_clock(served: Served, begin: dt.datetime, hours: int) -> None:
    served.store._clock = lambda: begin + dt.timedelta(hours=hours)
