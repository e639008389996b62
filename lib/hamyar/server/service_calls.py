"""What a kernel may ask, call by call, and in whose name.

A question comes from a process that a browser talks to, so nothing in it is believed but the capability.
Who asks is what the capability stands for; what its user may do is what the store says now.
A page of one family is answered about that family only, and only such a page may write.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.tables import ALL_TABLES, IDENTITIES
from hamyar.faces.desk import CentreFacts, Desk, Limits
from hamyar.faces.served import SessionEnded
from hamyar.server.context import Serving
from hamyar.store.access import Access
from hamyar.store.parameter_files import parameter_set, read_parameter_texts
from hamyar.store.submission import SUBMITTED_TABLES
from hamyar.store.wire import (
    WireInvalid,
    frame_from_wire,
    submission_from_wire,
    submitted_to_wire,
    tables_to_wire,
    text,
    texts,
    versions_to_wire,
)

_SUBMITTED = {table.name: table for table in SUBMITTED_TABLES}

Arguments = Mapping[str, Any]
Call = Callable[[Desk, Arguments], Any]


class CallUnknown(HamyarError):
    msgid = N_("The server knows no such question. Load the page again.")


class Answering:
    """The answers of one server."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    @cached_property
    def _texts(self) -> dict[str, str]:
        # Read once: what a page is computed by may not change between two of its questions.
        is_synthetic = self._serving.store.centre.is_synthetic
        return read_parameter_texts(self._serving.settings.parameters, is_synthetic=is_synthetic)

    @cached_property
    def _facts(self) -> CentreFacts:
        return CentreFacts(self._serving.store, parameter_set(self._texts))

    def answer(self, question: Mapping[str, Any]) -> Any:
        """The plain result of a question.

        Raises ``SessionEnded`` for a capability that opens nothing, ``CallUnknown``, ``WireInvalid``, and what the
        desk raises.
        """
        desk = self._desk(text(question, "capability"))
        call, args = question.get("call"), question.get("args", {})
        if not isinstance(args, dict):
            raise WireInvalid(problem="the arguments are none")
        if call == "parameters":
            return self._parameters(texts(args, "known"))
        if not isinstance(call, str) or call not in CALLS:
            raise CallUnknown()
        return CALLS[call](desk, args)

    def _desk(self, token: str) -> Desk:
        grant = self._serving.capabilities.grant_of(token)
        account = None if grant is None else self._serving.accounts.active(grant.username)
        if grant is None or account is None:
            raise SessionEnded()
        as_opened = (account.role, account.person_id)

        def still_allowed() -> None:
            now = self._serving.accounts.active(grant.username)
            is_same = now is not None and (now.role, now.person_id) == as_opened
            if not is_same or self._serving.capabilities.grant_of(token) is None:
                raise SessionEnded()

        access: Access = self._serving.access(account)
        month = None if grant.month is None else Month.parse(grant.month)
        limits = Limits(grant.family_id, month, may_write=grant.family_id is not None)
        return Desk(self._facts, access, limits, still_allowed)

    def _parameters(self, known: list[str]) -> dict[str, Any]:
        fingerprint = self._facts.parameters.fingerprint
        return {"fingerprint": fingerprint, "texts": None if fingerprint in known else self._texts}


def _month(args: Arguments) -> Month:
    return Month.parse(text(args, "month"))


def _family(args: Arguments) -> str:
    return text(args, "family_id", 200)


def _whoami(desk: Desk, _args: Arguments) -> dict[str, Any]:
    user = desk.user
    told = {"username": user.username, "role": user.role, "person_id": user.person_id}
    return {**told, "actions": sorted(user.actions), "today": desk.today}


def _tables(desk: Desk, args: Arguments) -> dict[str, Any]:
    family_ids = None if args.get("family_ids") is None else texts(args, "family_ids")
    return tables_to_wire(desk.tables(family_ids))


def _suggested_aid(desk: Desk, args: Arguments) -> int | None:
    return desk.suggested_aid(_month(args), _family(args), text(args, "rule", 200))


def _versions(desk: Desk, args: Arguments) -> list[int | None]:
    name = text(args, "table", 200)
    if name not in (*_SUBMITTED, IDENTITIES.name):
        raise WireInvalid(problem="of this table no versions are told")
    table = ALL_TABLES[name]
    keys = frame_from_wire(args.get("keys"), table)
    if set(keys.columns) != set(table.key):
        raise WireInvalid(problem="these are not the columns of the key")
    return versions_to_wire(desk.versions(table, keys))


def _draft_save(desk: Desk, args: Arguments) -> None:
    desk.save_draft(_family(args), _month(args), text(args, "field", 1_000), args.get("value"))


def _draft_discard(desk: Desk, args: Arguments) -> None:
    fields = None if args.get("fields") is None else texts(args, "fields")
    desk.discard_draft(_family(args), _month(args), fields)


def _drafts_begun(desk: Desk, _args: Arguments) -> list[dict[str, Any]]:
    return [
        {**asdict(draft), "month": str(draft.month), "saved_at": draft.saved_at.isoformat()}
        for draft in desk.drafts_begun()
    ]


def _submit(desk: Desk, args: Arguments) -> dict[str, Any]:
    return submitted_to_wire(desk.submit(submission_from_wire(args.get("submission"), _SUBMITTED)))


def _changes_since_last(desk: Desk, _args: Arguments) -> dict[str, Any]:
    found = desk.changes_since_last()
    changes = [{**asdict(change), "at": change.at.isoformat()} for change in found.changes]
    return {"since": None if found.since is None else found.since.isoformat(), "changes": changes}


CALLS: Mapping[str, Call] = {
    "whoami": _whoami,
    "origin": lambda desk, _args: asdict(desk.origin),
    "tables": _tables,
    "suggested_aid": _suggested_aid,
    "background": lambda desk, args: desk.background(_month(args)).to_json(),
    "is_frozen": lambda desk, args: desk.is_frozen(_month(args)),
    "names": lambda desk, args: desk.names(texts(args, "owner_ids")),
    "versions": _versions,
    "draft_save": _draft_save,
    "draft_load": lambda desk, args: desk.load_draft(_family(args), _month(args)),
    "draft_discard": _draft_discard,
    "drafts_begun": _drafts_begun,
    "submit": _submit,
    "changes_since_last": _changes_since_last,
}
