"""The data service on its socket: who is answered what, and what is made of nonsense."""

import json
import logging
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.tables import ASSIGNMENTS, ENROLMENTS, FACT_TABLES, HELPER_CHOICES, IDENTITIES, VISITS
from hamyar.faces.local_session import TODAY
from hamyar.server import service as service_module
from hamyar.server.service import DataService, SocketPathTooLong
from hamyar.server.service_calls import CALLS
from hamyar.store.wire import tables_from_wire
from tests.server.service_making import MONTH, Served, running

# A member of a commission in the sample, who is named for sessions of two families.
MEMBER = "P-85HV"


@pytest.fixture(scope="module")
def module_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For tests that only read.

    ``sara`` carries five families, ``omid`` one; there is an account of every other role, too.
    Every family has an address, and one row of each kind by which another family could be guessed.
    """
    with running(tmp_path_factory.mktemp("service")) as found:
        furnish(found)
        yield found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The same for tests that write."""
    with running(tmp_path) as found:
        furnish(found)
        yield found


def furnish(served: Served) -> None:
    tables = served.store.tables()
    (sara, families) = next(iter(served.helpers.items()))
    omid = next(code for code in tables.helpers["helper_id"] if code != sara)
    carried = sorted(set(tables.families["family_id"]) - set(families))[0]
    addresses = [
        {"owner_id": family, "field": "address", "value": f"نشانی {family}"} for family in tables.families.family_id
    ]
    event = tables.events["event_id"].iloc[0]
    visit = tables.visits.iloc[[0]].assign(visit_id="of-omid", helper_id=omid, family_id=carried, member_id=None)
    with served.store.change("test", "what the sample has not") as change:
        change.record(ASSIGNMENTS, frame(family_id=carried, from_day=TODAY - 5, helper_id=omid, until_day=14050331))
        change.record(HELPER_CHOICES, frame(family_id=families[0], helper_id=omid, choice="never", reason="نزاع"))
        enrolled = {"event_id": event, "family_id": carried, "subject_id": carried, "state": "enrolled"}
        change.record(ENROLMENTS, frame(**enrolled, enrolled_day=TODAY - 3))
        change.record(VISITS, visit)
        change.record(IDENTITIES, pd.DataFrame([*addresses, {"owner_id": sara, "field": "name", "value": "سارا"}]))
    served.account("sara", "helper", sara)
    served.account("omid", "helper", omid)
    served.account("member", "commission_member", MEMBER)
    for name, role in (("nader", "manager"), ("reza", "researcher"), ("mina", "supervisor"), ("ali", "operator")):
        served.account(name, role)


def frame(**row: object) -> pd.DataFrame:
    return pd.DataFrame([row])


def kind_of(answer: dict) -> str:
    return answer["error"]["kind"]


def families_of(served: Served, name: str) -> list[str]:
    return sorted(served.page(name).tables().families["family_id"])


class TestWhoIsAnswered:
    def test_a_page_knows_whose_it_is(self, module_served: Served):
        """Name, role, person, what the role may do, and the day."""
        user = module_served.page("sara").user
        assert (user.username, user.role, user.may("write_family"), user.may("run")) == ("sara", "helper", True, False)
        assert {user.person_id} == set(module_served.helpers) - {module_served.page("omid").user.person_id}
        assert module_served.page("sara").today == TODAY

    @pytest.mark.parametrize("call", [*CALLS, "parameters"])
    def test_without_a_capability_nothing_is_answered(self, module_served: Served, call: str):
        """A guessed one, an empty one and one whose kernel has ended are all the same."""
        token = module_served.token("sara")
        module_served.serving.capabilities.revoke_kernel("kernel-of-sara")
        for wrong in ("", "guess", token):
            assert kind_of(module_served.ask(wrong, call)) == "SessionEnded"
        for wrong in (None, 5, ["x"], {"a": 1}):
            assert kind_of(module_served.send({"capability": wrong, "call": call, "args": {}})) == "WireInvalid"

    def test_a_closed_account_is_answered_nothing(self, served: Served):
        """From the very next question on."""
        token = served.token("sara")
        assert "ok" in served.ask(token, "whoami")
        served.serving.accounts.disable("sara", actor="ali")
        assert kind_of(served.ask(token, "whoami")) == "SessionEnded"

    def test_refusals_come_in_the_language_asked_for(self, module_served: Served):
        """Both languages from one catalogue; any other is the server's own."""
        texts = {
            language: module_served.ask("guess", "whoami", language)["error"]["text"] for language in ("en", "fa", "xx")
        }
        assert texts["en"].startswith("This page is no longer signed in")
        assert texts["xx"] == texts["fa"]


class TestTables:
    def test_a_helper_sees_the_own_families_and_nobody_elses_rows(self, module_served: Served):
        """In no table is there a row of another family, nor of another helper where helpers are told of."""
        omid, person = families_of(module_served, "omid"), module_served.page("omid").user.person_id
        found = module_served.page("sara").tables()
        own, me = module_served.helpers[module_served.page("sara").user.person_id], module_served.page("sara").user
        for name, table in FACT_TABLES.items():
            rows = getattr(found, name)
            if "family_id" in table.column_names:
                assert set(rows["family_id"].dropna()) <= set(own)
        for name in ("helpers", "helper_hours", "helper_leave", "helper_travel", "trainings", "helper_choices"):
            assert set(getattr(found, name)["helper_id"]) <= {me.person_id}
        assert set(found.session_people["person_id"]) == {me.person_id}
        assert set(found.visits.loc[found.visits["family_id"].isna(), "helper_id"]) == {me.person_id}
        assert set(found.budgets) == set(FACT_TABLES["budgets"].column_names)
        assert len(found.budgets) == 0
        everything = repr([getattr(found, name).to_dict() for name in FACT_TABLES])
        assert [family for family in omid if family in everything] == []
        assert len(omid) == 1
        assert person not in repr(found.helper_choices.to_dict())

    def test_own_facts_are_all_there(self, module_served: Served):
        """Of the own families nothing is missing: every table is as the manager sees it of these families."""
        whole, mine = module_served.page("nader").tables(), module_served.page("sara").tables()
        own = mine.families["family_id"].tolist()
        for name in ("members", "flows", "observations", "food_weeks", "plans", "goals", "referrals", "decisions"):
            expected = getattr(whole, name)
            expected = expected[expected["family_id"].isin(own)].reset_index(drop=True)
            pd.testing.assert_frame_equal(expected, getattr(mine, name))
        pd.testing.assert_frame_equal(whole.resources, mine.resources)
        pd.testing.assert_frame_equal(whole.events, mine.events)

    def test_who_reads_everything_gets_the_store_as_it_is(self, module_served: Served):
        """A manager and a supervisor: column types, order and all."""
        expected = module_served.store.tables()
        for name in ("nader", "mina"):
            found = module_served.page(name).tables()
            for table in FACT_TABLES:
                pd.testing.assert_frame_equal(getattr(expected, table), getattr(found, table))
            assert (expected.title, expected.currency, True) == (found.title, found.currency, found.is_synthetic)

    def test_a_page_of_one_family_gets_that_family(self, module_served: Served):
        """Even where its user may read every family; another one is as if it were not there."""
        family, other = module_served.page("nader").tables().families["family_id"].tolist()[:2]
        page = module_served.page("nader", family)
        assert page.tables().families["family_id"].tolist() == [family]
        assert page.tables([other]).families["family_id"].tolist() == []
        assert page.tables([]).families["family_id"].tolist() == []
        assert set(page.tables([family, other]).flows["family_id"]) == {family}

    def test_other_families_are_as_if_they_were_not_there(self, module_served: Served):
        """Asked for by their codes, they and unknown ones give the same nothing."""
        omid = families_of(module_served, "omid")
        for asked in (omid, ["nobody"], ["'; --", "‮"]):
            assert module_served.page("sara").tables(asked).families.empty

    def test_a_member_of_a_commission_gets_the_open_cases(self, module_served: Served):
        """Those and no others, without the work of helpers."""
        assert families_of(module_served, "member") == ["S-0SWD4Q", "S-NP5ZM0"]
        found = module_served.page("member").tables()
        assert (len(found.helpers), len(found.helper_hours), len(found.budgets)) == (0, 0, 0)
        assert set(found.session_people["person_id"]) == {MEMBER}

    def test_a_researcher_gets_pseudonyms(self, module_served: Served):
        """Every family, and in no cell a code, a reason or a birthday of the store's."""
        whole, found = module_served.store.tables(), module_served.page("reza").tables()
        assert len(whole.families) == len(found.families)
        codes = {*whole.families["family_id"], *whole.members["member_id"], *whole.helpers["helper_id"]}
        cells = {
            cell for name in FACT_TABLES for column in getattr(found, name).to_dict("list").values() for cell in column
        }
        assert codes & cells == set()
        assert found.observations["reason"].isna().all()
        assert set(found.members["birth_day"].dropna() % 10000) == {101}
        family = found.families["family_id"].iloc[0]
        assert module_served.page("reza").tables([family]).families["family_id"].tolist() == [family]

    def test_an_operator_gets_no_facts(self, module_served: Served):
        """Who keeps accounts and runs months reads no family."""
        token = module_served.token("ali")
        for call, args in (("tables", {"family_ids": None}), ("background", {"month": str(MONTH)})):
            assert kind_of(module_served.ask(token, call, **args)) == "NotAllowed"
        assert module_served.ask(token, "names", owner_ids=["S-0SWD4Q"]) == {"ok": {}}
        assert kind_of(module_served.ask(token, "changes_since_last")) == "NotAllowed"


class TestNames:
    def test_names_are_told_to_who_may_know_them(self, module_served: Served):
        """A helper those of the own families and the own; a manager all; nobody else any."""
        (own,), (other, *_) = families_of(module_served, "omid"), families_of(module_served, "sara")
        person = module_served.page("sara").user.person_id
        asked = [own, other, person, "nobody"]
        expected = {
            "omid": {own},
            "sara": {other, person},
            "nader": {own, other, person},
            "mina": {own, other, person},
            **{"reza": set(), "ali": set(), "member": set()},
        }
        assert expected == {name: set(module_served.page(name).names(asked)) for name in expected}

    def test_a_page_of_one_family_names_that_family(self, module_served: Served):
        """Its people too, and nobody of another."""
        families = families_of(module_served, "nader")
        members = module_served.store.tables().members
        of_first = members.loc[members["family_id"] == families[0], "member_id"].tolist()
        found = module_served.page("nader", families[0]).names([*families, *members["member_id"]])
        assert {families[0], *of_first} == set(found)


class TestAboutTheCentre:
    def test_rules_are_sent_once(self, module_served: Served):
        """Who knows their fingerprint is not sent the texts again."""
        token = module_served.token("sara")
        first = module_served.ask(token, "parameters", known=[])["ok"]
        assert len(first["texts"]) > 10
        again = module_served.ask(token, "parameters", known=["x", first["fingerprint"]])["ok"]
        assert (again["fingerprint"], again["texts"]) == (first["fingerprint"], None)

    def test_suggested_aid_is_of_the_own_families(self, module_served: Served):
        """For another's family it is refused; a page of one family asks for no other."""
        (own,), (other, *_) = families_of(module_served, "omid"), families_of(module_served, "sara")
        asked = {"month": str(MONTH), "rule": "water_filling"}
        omid = module_served.token("omid")
        assert "ok" in module_served.ask(omid, "suggested_aid", family_id=own, **asked)
        assert kind_of(module_served.ask(omid, "suggested_aid", family_id=other, **asked)) == "NotAllowed"
        page = module_served.token("nader", own)
        assert kind_of(module_served.ask(page, "suggested_aid", family_id=other, **asked)) == "NotAllowed"


class TestVersions:
    def test_versions_of_others_rows_are_not_told(self, module_served: Served):
        """They are as if there were none; own ones are told."""
        (own,), (other, *_) = families_of(module_served, "omid"), families_of(module_served, "sara")
        flows = module_served.store.tables().flows
        keys = flows[flows["family_id"].isin([own, other])].groupby("family_id", as_index=False).first()
        found = module_served.page("omid").versions(FACT_TABLES["flows"], keys)
        assert dict(zip(keys["family_id"], found.notna(), strict=True)) == {own: True, other: False}

    def test_of_people_visits_and_names_as_well(self, module_served: Served):
        """By whose family they are, though their keys do not tell it."""
        tables = module_served.store.tables()
        (own,) = families_of(module_served, "omid")
        page = module_served.page("omid", own)
        members = tables.members.set_index("member_id")["family_id"]
        found = page.versions(FACT_TABLES["members"], tables.members)
        assert (found.notna().to_numpy() == (members == own).to_numpy()).all()
        visits = page.versions(VISITS, tables.visits)
        assert tables.visits.loc[visits.notna(), "visit_id"].tolist() == ["of-omid"]
        names = pd.DataFrame({"owner_id": tables.families["family_id"], "field": "address"})
        assert names.loc[page.versions(IDENTITIES, names).notna(), "owner_id"].tolist() == [own]

    def test_of_other_tables_none_are_told(self, module_served: Served):
        """Nor for columns that are no key."""
        token = module_served.token("nader")
        for table, keys in (("helpers", {"helper_id": ["x"]}), ("flows", {"family_id": ["x"]}), ("x", {})):
            assert kind_of(module_served.ask(token, "versions", table=table, keys=keys)) == "WireInvalid"


class TestNonsense:
    @pytest.mark.parametrize(
        "line",
        [
            *[b"\n", b"null\n", b"[]\n", b"5\n", b"{}\n", b"{\n", b"\xff\xfe\n", b'{"capability": "x"}'],
            b"[" * 100_000 + b"\n",
            b'{"capability": "\\ud800", "call": "whoami", "args": {}}\n',
        ],
    )
    def test_what_is_no_question_is_refused(self, module_served: Served, line: bytes):
        """In a sentence, and the next question is answered as ever."""
        assert kind_of(module_served.send(line)) in ("WireInvalid", "SessionEnded")
        assert "ok" in module_served.ask(module_served.token("sara"), "whoami")

    @pytest.mark.parametrize(
        ("call", "args", "kind"),
        [
            ("answer", {}, "CallUnknown"),
            ("__class__", {}, "CallUnknown"),
            (["tables"], {}, "CallUnknown"),
            ("tables", [], "WireInvalid"),
            ("tables", {"family_ids": "S-0SWD4Q"}, "WireInvalid"),
            ("tables", {"family_ids": [{"or": 1}]}, "WireInvalid"),
            ("tables", {"family_ids": ["\0"]}, "WireInvalid"),
            ("tables", {"family_ids": ["\ud800"]}, "WireInvalid"),
            ("background", {"month": "1405-13"}, "NotAMonth"),
            ("background", {"month": 140508}, "WireInvalid"),
            ("names", {}, "WireInvalid"),
            ("versions", {"table": "flows", "keys": {"family_id": ["x"], "month": [1, 2]}}, "WireInvalid"),
            ("versions", {"table": "flows", "keys": {"x; DROP": ["x"]}}, "WireInvalid"),
            ("versions", {"table": "members", "keys": {"member_id": [[1]]}}, "WireInvalid"),
            ("draft_load", {"family_id": None, "month": "1404-08"}, "WireInvalid"),
            ("submit", {}, "WireInvalid"),
            ("submit", {"submission": {"family_id": "x", "month": "1404-08", "reason": 5}}, "WireInvalid"),
        ],
    )
    def test_nonsense_arguments_are_refused(self, module_served: Served, call: object, args: object, kind: str):
        """By what is wrong with them, never with the server's own trouble."""
        question = {"capability": module_served.token("nader"), "call": call, "args": args}
        assert kind_of(module_served.send(question)) == kind

    def test_what_is_too_long_is_refused(self, module_served: Served, monkeypatch: pytest.MonkeyPatch):
        """Both ways."""
        monkeypatch.setattr(service_module, "LONGEST_QUESTION", 1_000)
        assert kind_of(module_served.send(b"x" * 1_001)) == "WireInvalid"
        monkeypatch.undo()
        monkeypatch.setattr(service_module, "LONGEST_ANSWER", 1_000)
        assert kind_of(module_served.ask(module_served.token("nader"), "tables", family_ids=None)) == "AnswerTooLong"

    def test_an_unforeseen_fault_tells_the_kernel_nothing(
        self, module_served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        """And the log where it happened, without a value."""

        def broken(*_: object) -> None:
            raise KeyError("زهرا, S-0SWD4Q")

        monkeypatch.setattr(service_module.Answering, "_desk", broken)
        with caplog.at_level(logging.DEBUG):
            answer = module_served.ask(module_served.token("sara"), "tables", family_ids=["S-0SWD4Q"])
        assert kind_of(answer) == "ServiceFailed"
        assert "S-0SWD4Q" not in json.dumps(answer) + caplog.text
        assert "KeyError at test_service.py" in caplog.text

    def test_the_log_holds_no_token_and_no_family(self, module_served: Served, caplog: pytest.LogCaptureFixture):
        """Refusals are counted by call and kind only."""
        token = module_served.token("omid")
        family = families_of(module_served, "sara")[0]
        with caplog.at_level(logging.DEBUG):
            module_served.ask(token, "suggested_aid", month=str(MONTH), family_id=family, rule="x")
            module_served.ask("guessed-token\n", "dangerous\ncall")
        assert "refused: suggested_aid, NotAllowed" in caplog.text
        assert [text for text in (token, family, "guessed-token", "dangerous") if text in caplog.text] == []


class TestTheSocket:
    def test_only_the_owner_may_connect(self, module_served: Served):
        """The socket is readable and writable by its owner alone."""
        assert stat.S_IMODE(module_served.serving.service_path.stat().st_mode) == 0o600

    def test_it_goes_with_the_service_and_comes_again(self, served: Served, tmp_path: Path):
        """A socket that a killed server left behind is no hindrance."""
        runtime = tmp_path / "again"
        runtime.mkdir(mode=0o700)
        served.serving.runtime = runtime
        path = served.serving.service_path
        path.write_text("left behind")
        service = DataService(served.serving)
        for _ in range(2):
            service.start()
            assert path.is_socket()
            service.stop()
            assert not path.exists()
        service.stop()

    def test_a_path_too_long_for_a_socket_is_told(self, served: Served, tmp_path: Path):
        """Before anything is started."""
        served.serving.runtime = tmp_path / ("x" * 120)
        with pytest.raises(SocketPathTooLong):
            DataService(served.serving).start()

    def test_many_ask_at_once(self, module_served: Served):
        """More questions than threads: all are answered, each for its own user."""
        found: list[list[str]] = []

        def ask(name: str) -> None:
            answer = module_served.ask(module_served.token(name), "tables", family_ids=None)
            found.append(sorted(tables_from_wire(answer["ok"]).families["family_id"]))

        names = ["sara", "omid"] * 20
        threads = [threading.Thread(target=ask, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        of = {name: families_of(module_served, name) for name in ("sara", "omid")}
        expected = [of[name] for name in names]
        assert sorted(expected) == sorted(found)
