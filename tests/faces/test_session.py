"""A session without a server: the sample, played by somebody, with the rules of the server."""

import datetime as dt
import gc
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.tables import FACT_TABLES, FLOWS, IDENTITIES, MEMBERS
from hamyar.faces.session import LocalSession, Session, Submission, SubmitConflict, SubmitRefused, open_session
from hamyar.faces.sources import find_source, sample_source
from hamyar.store.access import NotAllowed
from hamyar.store.settings import Settings

MONTH = Month(1404, 8)
PARAMETERS = Settings.from_environment({}).parameters


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HAMYAR_SERVICE", raising=False)


@pytest.fixture
def session() -> LocalSession:
    """The helper of the sample."""
    return LocalSession(role="helper")


@pytest.fixture
def own(session: LocalSession) -> str:
    return str(session.tables().families["family_id"].iloc[0])


def with_amount(session: Session, family: str, amount: int) -> Submission:
    row = {"family_id": family, "month": MONTH.code, "category": "other_outflow", "line": 9, "recall": "month"}
    flows = pd.DataFrame([row | {"amount_money": amount}])
    return Submission(family, MONTH, frames={"flows": flows}, bases={"flows": session.versions(FLOWS, flows)})


def test_without_a_server_the_sample_is_opened():
    """By the manager, on the last day of the sample, with every fact of the sample and its rules."""
    session = open_session()
    assert (session.user.role, session.today) == ("manager", 14040830)
    assert all(map(session.user.may, ("read_centre", "write_family", "read_names", "read_work")))
    expected = sample_source(PARAMETERS)
    for name in FACT_TABLES:
        assert len(getattr(session.tables(), name)) == len(getattr(expected.tables(), name))
    assert session.parameters.fingerprint == expected.parameters.fingerprint
    family = session.tables().families["family_id"].iloc[0]
    for rule in ("water_filling", "proportional"):
        assert session.suggested_aid(MONTH, family, rule) == expected.suggested_aid(MONTH, family, rule)
    assert session.background(MONTH).to_json() == expected.background(MONTH).to_json()


@pytest.mark.parametrize(
    ("role", "families", "can_name"),
    [("helper", 5, True), ("manager", 12, True), ("supervisor", 12, True), ("researcher", 12, False)],
)
def test_each_role_sees_what_it_would_see_served(role: str, families: int, can_name: bool):
    """As many families, and names or none."""
    session = open_session(role=role)
    found = session.tables()
    assert len(found.families) == families
    assert bool(session.names(found.members["member_id"].tolist())) is can_name


def test_another_person_of_the_sample_may_be_played():
    """The second helper of the sample carries nobody and sees nobody."""
    other = LocalSession(role="helper", person_id="H-4QHJ")
    assert (len(other.tables().families), other.tables().helpers["helper_id"].tolist()) == (0, ["H-4QHJ"])


def test_drafts_are_kept_while_the_session_lasts(session: LocalSession, own: str):
    """And are nobody else's, nor another session's."""
    session.save_draft(own, MONTH, "flow:own_income:1", "۵")
    assert session.load_draft(own, MONTH) == {"flow:own_income:1": "۵"}
    assert [(draft.family_id, draft.answers) for draft in session.drafts_begun()] == [(own, 1)]
    assert session.beside("manager").load_draft(own, MONTH) == {}
    assert LocalSession(role="helper").load_draft(own, MONTH) == {}
    session.discard_draft(own, MONTH)
    assert session.drafts_begun() == []


def test_what_is_submitted_changes_the_tables(session: LocalSession, own: str):
    """Those of this session only, and the level of certainty is the server's: a version, an author."""
    before, origin = len(session.tables().flows), session.origin
    assert session.submit(with_amount(session, own, 5)).inserted == 1
    assert len(session.tables().flows) == before + 1
    assert len(LocalSession(role="helper").tables().flows) == before
    assert session.origin.data_hash != origin.data_hash
    assert session.submit(with_amount(session, own, 6)).corrected == 1


def test_whoever_is_slower_is_shown_both_values(session: LocalSession, own: str):
    """A second session over the same store makes the conflict real."""
    mine = with_amount(session, own, 5)
    manager = session.beside("manager")
    manager.submit(with_amount(manager, own, 6))
    with pytest.raises(SubmitConflict) as caught:
        session.submit(mine)
    (shown,) = caught.value.differences
    assert (shown.ours["amount_money"], shown.theirs["amount_money"]) == (5, 6)
    assert shown.their_actor == "sample-manager"


def test_what_the_server_refuses_is_refused(session: LocalSession, own: str):
    """Another family, and a value no table allows."""
    other = (
        set(session.beside("manager").tables().families["family_id"]) - set(session.tables().families.family_id)
    ).pop()
    with pytest.raises(NotAllowed):
        session.submit(Submission(other, MONTH))
    with pytest.raises(NotAllowed):
        session.save_draft(other, MONTH, "a", 1)
    with pytest.raises(SubmitRefused):
        session.submit(with_amount(session, own, -1))
    assert session.versions(MEMBERS, sample_source(PARAMETERS).tables().members).notna().sum() < 37


def test_a_session_leaves_nothing_behind():
    """The folder with its copy of the sample goes with the session, and not with one made beside it."""
    session = LocalSession()
    other = session.beside("helper")
    folder = Path(session.store._database.file).parent
    del session
    gc.collect()
    assert folder.exists()
    assert len(other.tables().families) == 5
    del other
    gc.collect()
    assert not folder.exists()


def test_nobody_was_here_before(session: LocalSession):
    """The clock stands still, so there is no earlier visit to compare with."""
    assert (session.changes_since_last().since, session.changes_since_last().changes) == (None, [])


def test_a_changed_number_is_news(session: LocalSession, own: str):
    """Somebody else's correction of a telephone is told to the helper who may read it."""
    begin = session.store.now()
    session.changes_since_last()
    session.store._clock = lambda: begin + dt.timedelta(hours=1)
    with session.store.change("omid", "test") as change:
        change.record(IDENTITIES, pd.DataFrame([{"owner_id": own, "field": "phone", "value": "09120000000"}]))
    session.store._clock = lambda: begin + dt.timedelta(hours=3)
    found = session.changes_since_last().changes
    assert [(one.family_id, one.table, one.rows, one.by_me) for one in found] == [(own, "identities", 1, False)]


def test_a_source_is_not_a_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Without a server, a notebook that needs no session goes on reading database or sample."""
    monkeypatch.setenv("HAMYAR_DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert find_source() is sample_source(PARAMETERS)
