"""What a form hands over, and what it gets back.

A :class:`Submission` is everything one person found in one visit of one family: rows of the tables, rows that were
entered wrongly, and names.  It enters whole or not at all.
These are plain values, so that they can travel between the page's own process and the server's
(:mod:`hamyar.store.wire`); :mod:`hamyar.store.submitting` checks and records them.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message
from hamyar.core.tables import (
    FLOWS,
    FOOD_WEEKS,
    GOALS,
    IDENTITIES,
    MEMBERS,
    OBSERVATIONS,
    PLANS,
    VISITS,
    Table,
    ValueNotAllowed,
)

# In the order of recording: observations and plans are held against the members as they then are.
SUBMITTED_TABLES: tuple[Table, ...] = (MEMBERS, FLOWS, OBSERVATIONS, FOOD_WEEKS, PLANS, GOALS, VISITS)
# Whom rows tell apart can be entered wrongly.  A visit is planned elsewhere: it is done or cancelled, never withdrawn.
WITHDRAWN_TABLES: tuple[Table, ...] = (MEMBERS, FLOWS, OBSERVATIONS, FOOD_WEEKS, PLANS, GOALS)
# Before the name of a table, among the bases: the versions of rows to be withdrawn.
WITHDRAWN = "withdrawn:"


def observer_code(username: str, person_id: str | None) -> str:
    """The code under which somebody records what they saw: the person's own, else one made from the account's name."""
    return person_id or f"account-{username}"


@dataclass(frozen=True)
class Submission:
    """What one person has found of one family.

    ``frames`` are rows by the name of their table; for visits ``visit_id, status, done_day, reason`` are enough.
    ``bases``, by the same names (and ``identities``), are indexed like the frames and hold the version each row was
    read at (missing: there was none); rows without a base are taken as new, and conflict with what stands there.
    ``withdrawn`` are key columns by the name of their table; where ``bases`` has ``withdrawn:<table>``, a row that was
    corrected after that version is not withdrawn unseen.
    ``identities`` are rows of ``IDENTITIES``.  ``observer_id`` and ``decided_by`` are :func:`observer_code`.
    """

    family_id: str
    month: Month
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    bases: Mapping[str, pd.Series] = field(default_factory=dict)
    withdrawn: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    identities: pd.DataFrame = field(default_factory=IDENTITIES.empty)
    reason: str = ""


@dataclass(frozen=True)
class Submitted:
    """What became of a submission: numbers of rows, and when.  ``change_seq`` is ``None`` when nothing was new."""

    inserted: int
    corrected: int
    unchanged: int
    withdrawn: int
    change_seq: int | None
    at: dt.datetime


@dataclass(frozen=True)
class ShownDifference:
    """One row as we want it and as somebody else left it.

    ``key``, ``ours`` and ``theirs`` are plain values by column; numbers are ``int``, what is missing is ``None``.
    ``ours`` is empty where we wanted to withdraw the row.
    ``their_at`` is the moment in ISO form; ``is_withdrawn`` says that the others withdrew the row.
    """

    table: str
    key: dict[str, Any]
    ours: dict[str, Any]
    theirs: dict[str, Any]
    their_version: int
    their_actor: str
    their_at: str
    is_withdrawn: bool


class SubmitConflict(HamyarError):
    """Somebody else changed the same rows meanwhile, and differently; ``differences`` holds all of them."""

    msgid = N_(
        "Somebody else changed {count} of these entries after you opened the page. Nothing was saved. "
        "Compare both values and choose."
    )

    def __init__(self, differences: tuple[ShownDifference, ...]) -> None:
        super().__init__(count=len(differences))
        self.differences = differences

    def __reduce__(self) -> tuple[Any, ...]:
        return SubmitConflict, (self.differences,)


@dataclass(frozen=True)
class ShownFault:
    """Where a submission cannot be true: the row of a frame, counted from 0, its column, and why."""

    table: str
    row: int
    column: str
    problem: Message


class SubmitRefused(HamyarError):
    """Nothing was saved; ``faults`` says where, as far as single rows are at fault."""

    msgid = N_("Nothing was saved. {problem}")

    def __init__(self, problem: Message, faults: tuple[ShownFault, ...] = ()) -> None:
        super().__init__(problem=problem)
        self.problem = problem
        self.faults = faults

    def __reduce__(self) -> tuple[Any, ...]:
        return SubmitRefused, (self.problem, self.faults)


def refusal_of(error: HamyarError) -> SubmitRefused:
    """The same refusal as one of the submission, with the rows at fault where it names them."""
    faults = tuple(
        ShownFault(getattr(fault, "table", "") or _table_of(error), fault.row, fault.column, fault.message)
        for fault in getattr(error, "faults", ())
    )
    if isinstance(error, ValueNotAllowed):
        values = error.message.values
        faults = (ShownFault(values["table"], values["row"], values["column"], error.message),)
    return SubmitRefused(error.message, faults)


def _table_of(error: HamyarError) -> str:
    return str(getattr(error, "_table", VISITS.name))
