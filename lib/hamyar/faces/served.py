"""A session whose facts lie with the server: one question, one answer, over a Unix socket.

The page's own process has neither the database nor a key.  It has an address and a capability
(``HAMYAR_SERVICE``, ``HAMYAR_CAPABILITY``), and asks for what its page needs.  What may be answered is decided there,
at every question; a refusal comes back as the exception it was.

A connection is made for each question and nothing is kept open, so a process may be forked after loading this.
The rules of the centre are read once in a process and asked for by their fingerprint after that: a kernel that is
forked from one which knows them (:func:`remember_parameters`) does not read them again.
"""

import datetime as dt
import json
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.background import Background
from hamyar.core.message import N_, message
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables, Table
from hamyar.faces.signed_in import SignedIn
from hamyar.faces.sources import Origin
from hamyar.store.drafts import Draft, DraftNotPlain
from hamyar.store.parameter_files import parameter_set
from hamyar.store.recent import RecentChange, SinceLast
from hamyar.store.submission import Submission, Submitted
from hamyar.store.wire import (
    LONGEST_ANSWER,
    frame_to_wire,
    submission_to_wire,
    submitted_from_wire,
    tables_from_wire,
    versions_from_wire,
)
from hamyar.store.wire_words import conflict_from_wire, message_from_wire, refusal_from_wire
from hamyar.words import current_language

# The first question about a month of a large centre takes a while.
PATIENCE_SECONDS = 120
_KNOWN_PARAMETERS: dict[str, ParameterSet] = {}


class ServiceRefused(HamyarError):
    """The server said no in a way this page has no exception for; ``problem`` is its sentence."""

    msgid = N_("The server refused: {problem}")


class ServiceFailed(HamyarError):
    msgid = N_(
        "The server could not answer. Load the page again; what you typed is kept. "
        "If it stays so, tell the operator of the centre."
    )


class ServiceUnreachable(HamyarError):
    msgid = N_("The server does not answer. Load the page again in a minute; what you typed before is kept.")


class SessionEnded(HamyarError):
    msgid = N_("This page is no longer signed in. Load it again and sign in; what you typed is kept.")


def remember_parameters(parameters: ParameterSet) -> None:
    """Let this process, and those forked from it, know a set of rules, so that it is not read again."""
    _KNOWN_PARAMETERS[parameters.fingerprint] = parameters


@lru_cache(maxsize=4)
def served_session(service: Path, capability: str) -> "ServedSession":
    """The session of this process, one for each capability."""
    return ServedSession(service, capability)


class ServedSession:
    """A :class:`~hamyar.faces.session.Session` that asks the server at ``service``.

    Any call may raise ``NotAllowed``, ``SessionEnded``, ``ServiceRefused``, ``ServiceFailed`` or
    ``ServiceUnreachable``.
    """

    def __init__(self, service: Path, capability: str) -> None:
        self._service, self._capability = service, capability

    # Who ------------------------------------------------------------------------------------------------------

    @cached_property
    def _opened_as(self) -> dict[str, Any]:
        return self._ask("whoami")

    @property
    def user(self) -> SignedIn:
        found = self._opened_as
        return SignedIn(found["username"], found["role"], found["person_id"], frozenset(found["actions"]))

    @property
    def today(self) -> int:
        return int(self._opened_as["today"])

    # A source -------------------------------------------------------------------------------------------------

    @cached_property
    def parameters(self) -> ParameterSet:
        found = self._ask("parameters", known=sorted(_KNOWN_PARAMETERS))
        if found["texts"] is not None:
            remember_parameters(parameter_set(found["texts"]))
        return _KNOWN_PARAMETERS[found["fingerprint"]]

    @property
    def origin(self) -> Origin:
        return Origin(**self._ask("origin"))

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        return tables_from_wire(self._ask("tables", family_ids=None if family_ids is None else list(family_ids)))

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        found: int | None = self._ask("suggested_aid", month=str(month), family_id=family_id, rule=rule)
        return found

    def background(self, month: Month) -> Background:
        return Background.from_json(self._ask("background", month=str(month)))

    def is_frozen(self, month: Month) -> bool:
        return bool(self._ask("is_frozen", month=str(month)))

    # A session ------------------------------------------------------------------------------------------------

    def names(self, owner_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = self._ask("names", owner_ids=list(owner_ids))
        return found

    def versions(self, table: Table, keys: pd.DataFrame) -> pd.Series:
        sent = frame_to_wire(keys[list(table.key)])
        return versions_from_wire(self._ask("versions", table=table.name, keys=sent), keys.index)

    def save_draft(self, family_id: str, month: Month, field: str, value: Any) -> None:
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise DraftNotPlain() from None
        self._ask("draft_save", family_id=family_id, month=str(month), field=field, value=value)

    def load_draft(self, family_id: str, month: Month) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("draft_load", family_id=family_id, month=str(month))
        return found

    def discard_draft(self, family_id: str, month: Month, fields: Collection[str] | None = None) -> None:
        chosen = None if fields is None else sorted(fields)
        self._ask("draft_discard", family_id=family_id, month=str(month), fields=chosen)

    def drafts_begun(self) -> list[Draft]:
        return [
            Draft(row["family_id"], Month.parse(row["month"]), row["answers"], _moment(row["saved_at"]))
            for row in self._ask("drafts_begun")
        ]

    def submit(self, submission: Submission) -> Submitted:
        return submitted_from_wire(self._ask("submit", submission=submission_to_wire(submission)))

    def changes_since_last(self) -> SinceLast:
        found = self._ask("changes_since_last")
        changes = [RecentChange(**{**row, "at": _moment(row["at"])}) for row in found["changes"]]
        return SinceLast(None if found["since"] is None else _moment(found["since"]), changes)

    # Asking ---------------------------------------------------------------------------------------------------

    def _ask(self, call: str, **args: Any) -> Any:
        question = {"capability": self._capability, "call": call, "args": args, "language": current_language()}
        try:
            line = json.dumps(question, allow_nan=False, ensure_ascii=True).encode() + b"\n"
        except (TypeError, ValueError, RecursionError):
            sentence = message(N_("Something on this page is no plain value. Load the page again."))
            raise ServiceRefused(problem=sentence) from None
        answer = self._exchange(line)
        if "error" in answer:
            raise _refusal(answer["error"])
        return answer.get("ok")

    def _exchange(self, line: bytes) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PATIENCE_SECONDS)
                connection.connect(str(self._service))
                connection.sendall(line)
                with connection.makefile("rb") as stream:
                    received = stream.readline(LONGEST_ANSWER + 1)
        except OSError:
            raise ServiceUnreachable() from None
        try:
            answer = json.loads(received)
        except ValueError:
            raise ServiceUnreachable() from None
        return answer if isinstance(answer, dict) else {}


def _refusal(error: Mapping[str, Any]) -> HamyarError:
    """What the server refused with, as the exception it was where this process knows it."""
    kind, data = error.get("kind"), error.get("data") or {}
    match kind:
        case "SubmitConflict":
            return conflict_from_wire(data["differences"])
        case "SubmitRefused":
            return refusal_from_wire(data)
    if "message" not in data:
        return ServiceRefused(problem=str(error.get("text", "")))
    told = message_from_wire(data["message"])
    for known in _errors(HamyarError):
        # A class that builds its sentence in a way of its own cannot be made again from the sentence's values.
        if known.__name__ == kind and known.msgid == told.msgid and known.__init__ is HamyarError.__init__:
            return known(**told.values)
    return ServiceRefused(problem=told)


def _errors(kind: type[HamyarError]) -> Iterator[type[HamyarError]]:
    for known in kind.__subclasses__():
        yield known
        yield from _errors(known)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
