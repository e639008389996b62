"""Recording what a form hands over: one family, one month, one person, one change.

A form runs where its user's browser can reach it, so nothing it says is believed.  Within one transaction, in which
nobody else writes, it is asked anew whether the user may write this family; every row must belong to the family and to
the month; a row of an observer must be the user's own; a code that stands for somebody elsewhere is not taken over,
because names would come with it.  Then the tables' own checks follow, as for an import.

It enters whole or not at all.  Where somebody else was faster, everything of that kind is gathered first
(:class:`~hamyar.store.submission.SubmitConflict`), so that a person decides once and not table by table.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, message
from hamyar.core.parameters import ParameterSet
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
)
from hamyar.core.tables.faults import row_faults
from hamyar.store.access import Access, NotAllowed
from hamyar.store.change import Change, Recorded
from hamyar.store.conflict import Conflict
from hamyar.store.database import DatabaseBusy
from hamyar.store.observing import record_food_weeks, record_observations
from hamyar.store.planning import record_plan
from hamyar.store.secrets import Secret
from hamyar.store.store import Store
from hamyar.store.submission import (
    ShownDifference,
    ShownFault,
    Submission,
    SubmitConflict,
    SubmitRefused,
    Submitted,
    refusal_of,
)
from hamyar.store.submitted_rows import SubmittedRows
from hamyar.store.visiting import record_visits

# Told by their own names wherever they happen, not as a fault of the submission.
_PASSED_ON = (NotAllowed, DatabaseBusy, SubmitRefused, SubmitConflict)


def submit(
    store: Store,
    access: Access,
    parameters: ParameterSet,
    submission: Submission,
    *,
    still_allowed: Callable[[], None] = lambda: None,
) -> Submitted:
    """Record ``submission`` for the user of ``access``.

    ``still_allowed`` is called within the change and raises where more is to be asked than ``access`` knows.
    Raises ``NotAllowed``, ``SubmitRefused``, ``SubmitConflict`` or ``DatabaseBusy``; then nothing was written.
    """
    reason = submission.reason.strip() or f"form of {submission.month}"
    try:
        rows = SubmittedRows(submission, access.user)
        with store.change(access.user.username, reason) as change:
            still_allowed()
            access.require("write_family", submission.family_id)
            if len(rows.frames[IDENTITIES.name]):
                access.require("read_names", submission.family_id)
            rows.check(change)
            counts = _Recording(change, rows, parameters).record()
            entry = change.entry()
    except _PASSED_ON:
        raise
    except HamyarError as error:
        raise refusal_of(error) from error
    return Submitted(
        *(counts.inserted, counts.corrected, counts.unchanged, counts.withdrawn),
        change_seq=None if entry is None else entry.seq,
        at=store.now() if entry is None else dt.datetime.fromisoformat(entry.at),
    )


class _Counts:
    def __init__(self) -> None:
        self.inserted = self.corrected = self.unchanged = self.withdrawn = 0

    def add(self, recorded: Recorded) -> None:
        self.inserted += recorded.inserted
        self.corrected += recorded.corrected
        self.unchanged += recorded.unchanged


class _Recording:
    """The writing of one submission within its change."""

    def __init__(self, change: Change, rows: SubmittedRows, parameters: ParameterSet) -> None:
        self.change, self.rows, self.parameters = change, rows, parameters
        self.counts = _Counts()
        self.differences: list[ShownDifference] = []

    def record(self) -> _Counts:
        try:
            self._record_all()
            self._withdraw_all()
        except HamyarError:
            # What follows a conflict may fail because of it; the conflict is what the user has to know.
            if not self.differences:
                raise
        if self.differences:
            raise SubmitConflict(tuple(self.differences))
        self.rows.check_after(self.change)
        return self.counts

    def _record_all(self) -> None:
        change, frames = self.change, self.rows.frames
        for table in (MEMBERS, FLOWS):
            _refuse_faults(table, row_faults(table.name, frames[table.name]))
            self._try(table, partial(change.record, table))
        self._try(OBSERVATIONS, partial(record_observations, change, parameters=self.parameters))
        self._try(FOOD_WEEKS, partial(record_food_weeks, change))
        self._record_plan()
        self._try(VISITS, partial(record_visits, change))
        self._try(IDENTITIES, partial(change.record, IDENTITIES))

    def _record_plan(self) -> None:
        plans, goals = self.rows.frames[PLANS.name], self.rows.frames[GOALS.name]
        if plans.empty and goals.empty:
            return
        bases = (self.rows.bases(PLANS), self.rows.bases(GOALS))
        try:
            for recorded in record_plan(
                self.change, plans, goals, self.parameters, month=self.rows.month, base_versions=bases
            ):
                self.counts.add(recorded)
        except Conflict as conflict:
            self._note(PLANS if "programme" in conflict.ours else GOALS, conflict)
            # The goals have not been looked at where the plans are in conflict.
            self._try(GOALS, partial(self.change.record, GOALS))

    def _try(self, table: Table, record: Callable[..., Recorded]) -> None:
        frame = self.rows.frames[table.name]
        if frame.empty:
            return
        try:
            self.counts.add(record(frame=frame, base_versions=self.rows.bases(table)))
        except Conflict as conflict:
            self._note(table, conflict)

    def _note(self, table: Table, conflict: Conflict) -> None:
        for found in conflict.differences:
            ours, theirs = _plain(found.ours), _plain(found.theirs)
            shown = ShownDifference(
                table=table.name,
                key={name: ours[name] for name in table.key},
                ours=ours,
                theirs=theirs,
                their_version=found.their_version,
                their_actor=found.their_actor,
                their_at=found.their_at,
                is_withdrawn=found.is_withdrawn,
            )
            if shown not in self.differences:
                self.differences.append(shown)

    def _withdraw_all(self) -> None:
        for table, keys in self.rows.withdrawn.items():
            bases = self.rows.withdrawn_bases(table)
            if bases is not None:
                self._note_changed(table, keys, bases)
            self.counts.withdrawn += self.change.withdraw(table, keys)

    def _note_changed(self, table: Table, keys: pd.DataFrame, bases: pd.Series) -> None:
        """What was corrected after it was read is not withdrawn unseen."""
        standing = self.change.standing(table, keys)
        is_later = (standing["version"] > bases.reset_index(drop=True)).fillna(False).astype(bool)
        is_later &= ~standing["is_withdrawn"].fillna(True).astype(bool)
        for place in is_later[is_later].index:
            row = standing.loc[place]
            theirs = {name: _plain_value(row[name]) for name in table.column_names}
            actor, at = self.change.teller_of(int(row["change_seq"]))
            key = {name: theirs[name] for name in table.key}
            self.differences.append(
                ShownDifference(table.name, key, {}, theirs, int(row["version"]), actor, at, is_withdrawn=False)
            )


def _refuse_faults(table: Table, faults: Iterator[Any]) -> None:
    found = tuple(ShownFault(table.name, fault.row, fault.column, fault.message) for fault in faults)
    if found:
        first = found[0]
        sentence = N_("In row {row}, column '{column}': {problem}")
        raise SubmitRefused(message(sentence, row=first.row, column=first.column, problem=first.problem), found)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)
