"""The client of the data service, against a server that answers whatever the test wants."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import Month
from hamyar.core.message import Message, message
from hamyar.core.parameters import CatalogueAbsent, ParameterMissing
from hamyar.core.rial import Money
from hamyar.faces import served as served_module
from hamyar.faces.served import (
    ServedSession,
    ServiceRefused,
    ServiceUnreachable,
    SessionEnded,
    remember_parameters,
    served_session,
)
from hamyar.faces.session import ShownDifference, ShownFault, SubmitConflict, SubmitRefused, open_session
from hamyar.faces.sources import find_source, sample_source
from hamyar.store.access import NotAllowed
from hamyar.store.drafts import DraftsTooMany
from hamyar.store.settings import Settings
from hamyar.store.wire_words import conflict_to_wire, message_to_wire, refusal_to_wire, value_from_wire, value_to_wire

ABAN = Month(1405, 8)
Answer = Callable[[dict[str, Any]], Any]


class Listening:
    """A socket that answers each question by a function of the test; ``asked`` holds the questions."""

    def __init__(self, path: Path) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Answer = lambda _question: {"ok": None}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection, connection.makefile("rb") as stream:
                line = stream.readline()
                if not line:
                    return
                self.asked.append(json.loads(line))
                answer = self.answer(self.asked[-1])
                connection.sendall(answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n")

    def close(self, path: Path) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
            last.connect(str(path))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.sock"


@pytest.fixture
def listening(path: Path) -> Iterator[Listening]:
    found = Listening(path)
    yield found
    found.close(path)


@pytest.fixture
def page(listening: Listening, path: Path) -> ServedSession:
    return ServedSession(path, "a-capability")


def refused(kind: str, error: Message) -> dict[str, Any]:
    return {"error": {"kind": kind, "text": "…", "data": {"message": message_to_wire(error)}}}


class TestQuestions:
    def test_each_question_carries_the_capability(self, page: ServedSession, listening: Listening):
        """Call, arguments and language stand beside it, on one line."""
        listening.answer = lambda _question: {"ok": 5}
        assert page.suggested_aid(ABAN, "F1", "floor") == 5
        (asked,) = listening.asked
        assert (asked["capability"], asked["call"], asked["language"]) == ("a-capability", "suggested_aid", "fa")
        assert asked["args"] == {"month": "1405-08", "family_id": "F1", "rule": "floor"}

    def test_who_is_signed_in_is_asked_once(self, page: ServedSession, listening: Listening):
        """A page does not change its user or its day."""
        told = {"username": "sara", "role": "helper", "person_id": "h1", "actions": ["read_work"], "today": 14050830}
        listening.answer = lambda _question: {"ok": told}
        for _ in range(2):
            assert (page.user.username, page.today, page.user.may("read_work")) == ("sara", 14050830, True)
        assert len(listening.asked) == 1

    def test_rules_that_are_known_are_not_read_again(
        self, page: ServedSession, listening: Listening, monkeypatch: pytest.MonkeyPatch
    ):
        """A process that was forked from one that knows them asks by their fingerprint."""
        monkeypatch.setattr(served_module, "_KNOWN_PARAMETERS", {})
        known = sample_source(Settings.from_environment({}).parameters).parameters
        remember_parameters(known)
        listening.answer = lambda question: {"ok": {"fingerprint": question["args"]["known"][0], "texts": None}}
        assert page.parameters is known

    def test_rules_that_are_not_known_are_read(
        self, page: ServedSession, listening: Listening, monkeypatch: pytest.MonkeyPatch
    ):
        """Once; after that they are known."""
        monkeypatch.setattr(served_module, "_KNOWN_PARAMETERS", {})
        from hamyar.store.parameter_files import parameter_set

        fingerprint = parameter_set({}).fingerprint
        listening.answer = lambda _question: {"ok": {"fingerprint": fingerprint, "texts": {}}}
        assert page.parameters.fingerprint == fingerprint
        assert [fingerprint] == list(served_module._KNOWN_PARAMETERS)


class TestRefusals:
    @pytest.mark.parametrize(
        "error",
        [
            NotAllowed(),
            SessionEnded(),
            DraftsTooMany(count=7),
            CatalogueAbsent(folder="parameters/indicators"),
            ParameterMissing(file="a.yaml", name="wage", date="1405-08-01"),
        ],
    )
    def test_a_known_refusal_is_the_exception_it_was(self, page: ServedSession, listening: Listening, error):
        """With its values, so that it says the same in any language."""
        listening.answer = lambda _question: refused(type(error).__name__, error.message)
        with pytest.raises(type(error)) as caught:
            page.tables()
        assert caught.value.message == error.message

    def test_any_other_refusal_has_its_sentence(self, page: ServedSession, listening: Listening):
        """Also where a class of that name means something else, or the sentence is all there is."""
        other = message("You may not, because of {month}.", month=ABAN)
        for kind in ("NotAllowed", "NobodyKnowsThis", "HamyarError"):
            listening.answer = lambda _question, kind=kind: refused(kind, other)
            with pytest.raises(ServiceRefused) as caught:
                page.tables()
            assert caught.value.message.values["problem"] == other
        listening.answer = lambda _question: {"error": {"kind": "X", "text": "No."}}
        with pytest.raises(ServiceRefused, match="No"):
            page.tables()

    def test_a_conflict_and_a_refused_submission_come_back_whole(self, page: ServedSession, listening: Listening):
        """Both values, versions and moments; rows at fault with their sentences."""
        shown = ShownDifference(
            "flows", {"line": 1}, {"a": 1}, {"a": None}, 3, "omid", "2026-10-23T06:00:00+00:00", False
        )
        conflict = SubmitConflict((shown,))
        data = {"differences": conflict_to_wire(conflict)}
        listening.answer = lambda _question: {"error": {"kind": "SubmitConflict", "text": "", "data": data}}
        with pytest.raises(SubmitConflict) as caught:
            page.tables()
        assert caught.value.differences == (shown,)
        problem = message("Too late for {month}.", month=ABAN)
        refusal = SubmitRefused(problem, (ShownFault("flows", 2, "line", problem),))
        listening.answer = lambda _question: {
            "error": {"kind": "SubmitRefused", "text": "", "data": refusal_to_wire(refusal)}
        }
        with pytest.raises(SubmitRefused) as caught_refusal:
            page.tables()
        assert (caught_refusal.value.problem, caught_refusal.value.faults) == (problem, refusal.faults)


class TestTrouble:
    @pytest.mark.parametrize("answer", [b"", b"\n", b"<html>", b'{"ok": ', b"\xff\n"])
    def test_an_answer_that_is_none_is_told_in_a_sentence(self, page: ServedSession, listening: Listening, answer):
        """A server that dies in the middle of an answer, or is none of ours."""
        listening.answer = lambda _question: answer
        with pytest.raises(ServiceUnreachable):
            page.origin  # noqa: B018

    def test_nobody_there_is_told_in_a_sentence(self, path: Path):
        """No socket, and one that nobody listens on."""
        with pytest.raises(ServiceUnreachable):
            ServedSession(path, "x").tables()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
            dead.bind(str(path))
        with pytest.raises(ServiceUnreachable):
            ServedSession(path, "x").tables()

    def test_the_capability_is_not_shown(self, page: ServedSession):
        """Neither by the session nor by the settings it came from."""
        settings = Settings.from_environment({"HAMYAR_SERVICE": "/x", "HAMYAR_CAPABILITY": "a-capability"})
        assert settings.capability == "a-capability"
        assert "a-capability" not in repr(settings) + repr(page)


class TestOpening:
    def test_a_served_notebook_asks_the_server_for_everything(self, monkeypatch: pytest.MonkeyPatch, path: Path):
        """As a session and as a source, which are one; a bundle beside it counts for nothing."""
        monkeypatch.setenv("HAMYAR_SERVICE", os.fspath(path))
        monkeypatch.setenv("HAMYAR_CAPABILITY", "x")
        monkeypatch.setenv("HAMYAR_BUNDLE", "nowhere")
        session = open_session()
        assert isinstance(session, ServedSession)
        assert find_source() is session is served_session(path, "x")


@pytest.mark.parametrize(
    "value",
    [
        *[None, True, 5, 1.5, "متن", ABAN, Money(12), Fraction(1, 3), message("a {b}", b=ABAN)],
        BilingualText(fa="سلام", en="Hello"),
        ["a", Money(5), ["b"]],
    ],
)
def test_values_of_sentences_keep_their_kinds(value: object):
    """There and back through JSON they are what they were."""
    assert value_from_wire(json.loads(json.dumps(value_to_wire(value)))) == value
