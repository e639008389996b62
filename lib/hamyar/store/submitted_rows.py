"""The rows of a submission, held against whose they may be.

Each check answers one way in which a page that somebody has tampered with could reach further than its user:
rows of another family, of another month or in another helper's name; a member's code that stands for somebody else;
names of people elsewhere; a visit to somebody else; tables nobody submits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hamyar.core.calendar.agenda_reports import REPORTS
from hamyar.core.errors import HamyarError
from hamyar.core.labels import table_message
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import (
    ENROLMENTS,
    FAMILIES,
    FLOWS,
    FOOD_WEEKS,
    GOALS,
    GROUP_MEMBERS,
    HELPERS,
    IDENTITIES,
    MEMBERS,
    OBSERVATIONS,
    PLANS,
    VISITS,
    Table,
    conform,
)
from hamyar.store.access import NotAllowed, User
from hamyar.store.change import Change
from hamyar.store.submission import (
    SUBMITTED_TABLES,
    WITHDRAWN,
    WITHDRAWN_TABLES,
    ShownFault,
    Submission,
    SubmitRefused,
    observer_code,
)

MOST_ROWS = 10_000
LONGEST_TEXT = 5_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
# Where a member is named, besides its own row.
_NAMING = (
    *((FLOWS, "member_id"), (OBSERVATIONS, "subject_id"), (PLANS, "subject_id"), (GOALS, "subject_id")),
    *((VISITS, "member_id"), (ENROLMENTS, "subject_id"), (GROUP_MEMBERS, "person_id")),
)

_OTHER_FAMILY = message(N_("The row is of another family. Load the page again."))
_OTHER_MONTH = message(N_("The row is of another month than the page. Open the page of that month."))
_OTHER_OBSERVER = message(N_("The row is in somebody else's name. Everybody records what they saw themselves."))
_OTHER_DECIDER = message(N_("The decision is in somebody else's name. Everybody decides in their own."))
_CODE_TAKEN = message(N_("The code of the person is taken, or is no code. Add the person anew."))
_OWNER_ELSEWHERE = message(N_("The name belongs to nobody of this family. Load the page again."))
_MEMBER_ELSEWHERE = message(N_("No such person lives in this family. Choose somebody of the family."))
_VISIT_ELSEWHERE = message(N_("The visit is not one to this family. Load the page again."))
_TOO_LONG = message(N_("The text is too long. Shorten it."))
_STILL_NAMED = message(
    N_("Other entries name this person. Withdraw those first; where the person really lived here, leave it.")
)


class TableNotSubmitted(HamyarError):
    msgid = N_("'{table}' is no table that a form changes. Those are: {known}.")


class TooManyRows(HamyarError):
    msgid = N_("{count} rows are more than one form holds; {most} are the most. Submit them in parts.")


class SubmittedRows:
    """The frames of one submission, conformed, with the versions they were read at.

    ``check`` is called within the change before anything is written, ``check_after`` when everything is.
    Raises what :func:`~hamyar.core.tables.conform` raises, ``TableNotSubmitted`` and ``TooManyRows``.
    """

    def __init__(self, submission: Submission, user: User) -> None:
        self.submission = submission
        self.family_id, self.month = submission.family_id, submission.month
        self._observer = observer_code(user.username, user.person_id)
        self._may_withdraw_others = user.role == "manager"
        self._refuse_tables(submission)
        given = {table.name: submission.frames.get(table.name, table.empty()) for table in SUBMITTED_TABLES}
        self._given = {**given, IDENTITIES.name: submission.identities}
        self.frames = {name: conform(_TOLD[name], frame) for name, frame in self._given.items()}
        self.withdrawn = {
            table: conform(key_table(table), submission.withdrawn[table.name])
            for table in WITHDRAWN_TABLES
            if len(submission.withdrawn.get(table.name, ()))
        }

    def bases(self, table: Table) -> pd.Series:
        """The versions the rows of a frame were read at, in the order of the frame; missing where there was none."""
        given = self._given[table.name]
        found = self.submission.bases.get(table.name, pd.Series(dtype="Int64"))
        return found.reindex(given.index).astype("Int64").reset_index(drop=True)

    def withdrawn_bases(self, table: Table) -> pd.Series | None:
        """The same for the rows to be withdrawn; ``None`` where the page did not say."""
        found = self.submission.bases.get(f"{WITHDRAWN}{table.name}")
        if found is None:
            return None
        return found.reindex(self.submission.withdrawn[table.name].index).astype("Int64").reset_index(drop=True)

    def check(self, change: Change) -> None:
        """Raises ``NotAllowed`` for a family nobody recorded, and ``SubmitRefused`` with every row at fault."""
        if change.current(FAMILIES, {"family_id": [self.family_id]}).empty:
            # As for a family of somebody else: a refusal must not tell which codes there are.
            raise NotAllowed()
        faults = [
            *self._of_families(change),
            *self._of_months(),
            *self._of_observers(change),
            *self._of_members(change),
            *self._of_owners(change),
            *self._of_visits(change),
            *self._of_texts(),
        ]
        _refuse(faults)

    def check_after(self, change: Change) -> None:
        """Raises ``SubmitRefused`` where flows name nobody of the family, or somebody withdrawn is still named."""
        only = {"family_id": [self.family_id]}
        members = change.current(MEMBERS, only)["member_id"]
        flows = self.frames[FLOWS.name]
        is_elsewhere = flows["member_id"].notna() & ~flows["member_id"].isin(members)
        faults = list(_faults(FLOWS, "member_id", is_elsewhere, _MEMBER_ELSEWHERE))
        if MEMBERS in self.withdrawn:
            gone = self.withdrawn[MEMBERS]["member_id"]
            still: set[str] = set()
            for table, column in _NAMING:
                still |= set(change.current(table, only)[column].dropna())
            faults += _faults(MEMBERS, "member_id", gone.isin(still), _STILL_NAMED)
        _refuse(faults)

    # The checks ------------------------------------------------------------------------------------------------

    def _refuse_tables(self, submission: Submission) -> None:
        for given, known in ((submission.frames, SUBMITTED_TABLES), (submission.withdrawn, WITHDRAWN_TABLES)):
            names = [table.name for table in known]
            for name in given:
                if name not in names:
                    raise TableNotSubmitted(table=name, known=", ".join(names))
        frames = (*submission.frames.values(), *submission.withdrawn.values(), submission.identities)
        if (count := sum(len(frame) for frame in frames)) > MOST_ROWS:
            raise TooManyRows(count=count, most=MOST_ROWS)

    def _of_families(self, change: Change) -> Iterator[ShownFault]:
        for table, frame in self._rows():
            if "family_id" in frame.columns:
                yield from _faults(table, "family_id", frame["family_id"] != self.family_id, _OTHER_FAMILY)
        if MEMBERS in self.withdrawn:
            standing = change.standing(MEMBERS, self.withdrawn[MEMBERS])
            yield from _faults(MEMBERS, "member_id", ~self._is_own(standing), _OTHER_FAMILY)

    def _of_months(self) -> Iterator[ShownFault]:
        gone = self.withdrawn[MEMBERS]["member_id"] if MEMBERS in self.withdrawn else []
        for table, frame in self._rows():
            if table is FLOWS:
                yield from _faults(table, "month", frame["month"] != self.month.code, _OTHER_MONTH)
            elif table in (OBSERVATIONS, FOOD_WEEKS):
                is_other = frame["day"] // 100 != self.month.code
                if table is OBSERVATIONS:
                    # Somebody entered wrongly goes with everything that was observed of them.
                    is_other &= ~(frame["subject_id"].isin(gone) & ("answer" not in frame.columns))
                yield from _faults(table, "day", is_other, _OTHER_MONTH)

    def _of_observers(self, change: Change) -> Iterator[ShownFault]:
        told = self.frames[OBSERVATIONS.name]
        yield from _faults(OBSERVATIONS, "observer_id", told["observer_id"] != self._observer, _OTHER_OBSERVER)
        if OBSERVATIONS in self.withdrawn and not self._may_withdraw_others:
            keys = self.withdrawn[OBSERVATIONS]
            yield from _faults(OBSERVATIONS, "observer_id", keys["observer_id"] != self._observer, _OTHER_OBSERVER)
        for table in (PLANS, GOALS):
            rows = self.frames[table.name]
            if len(rows):
                stood = change.standing(table, rows)["decided_by"]
                is_kept = (rows["decided_by"] == stood).fillna(False)
                is_own = rows["decided_by"].isna() | (rows["decided_by"] == self._observer)
                yield from _faults(table, "decided_by", ~(is_own | is_kept), _OTHER_DECIDER)

    def _of_members(self, change: Change) -> Iterator[ShownFault]:
        """A code that was ever somebody else's is not taken: that person's name and past would come with it."""
        rows = self.frames[MEMBERS.name]
        if rows.empty:
            return
        standing = change.standing(MEMBERS, rows)
        is_new = standing["version"].isna()
        named = _owners_named(change, rows.loc[is_new.to_numpy(dtype=bool), "member_id"].tolist())
        is_taken = (~is_new & ~self._is_own(standing)) | (is_new & rows["member_id"].isin(named))
        is_no_code = ~rows["member_id"].map(lambda code: _CODE.fullmatch(code) is not None).astype(bool)
        yield from _faults(MEMBERS, "member_id", is_taken | is_no_code, _CODE_TAKEN)

    def _of_owners(self, change: Change) -> Iterator[ShownFault]:
        owners = self.frames[IDENTITIES.name]["owner_id"]
        if owners.empty:
            return
        members = change.current(MEMBERS, {"family_id": [self.family_id]})["member_id"]
        known = {self.family_id, *members, *self.frames[MEMBERS.name]["member_id"]}
        yield from _faults(IDENTITIES, "owner_id", ~owners.isin(known), _OWNER_ELSEWHERE)

    def _of_visits(self, change: Change) -> Iterator[ShownFault]:
        rows = self.frames[VISITS.name]
        if len(rows):
            yield from _faults(VISITS, "visit_id", ~self._is_own(change.standing(VISITS, rows)), _VISIT_ELSEWHERE)

    def _of_texts(self) -> Iterator[ShownFault]:
        for name, frame in self.frames.items():
            for column in _TOLD[name].columns:
                if column.kind in ("text", "id"):
                    is_long = (frame[column.name].str.len() > LONGEST_TEXT).fillna(False)
                    yield from _faults(_TOLD[name], column.name, is_long, _TOO_LONG)

    def _rows(self) -> Iterator[tuple[Table, pd.DataFrame]]:
        yield from ((table, self.frames[table.name]) for table in SUBMITTED_TABLES)
        yield from self.withdrawn.items()

    def _is_own(self, standing: pd.DataFrame) -> pd.Series:
        return (standing["family_id"] == self.family_id).fillna(False).astype(bool)


def key_table(table: Table) -> Table:
    """The key columns of a table, to conform keys to."""
    return replace(table, columns=tuple(table[name] for name in table.key))


# What is read of a submitted frame: of a visit only what became of it.
_TOLD: Mapping[str, Table] = {
    **{table.name: table for table in (*SUBMITTED_TABLES, IDENTITIES)},
    VISITS.name: replace(REPORTS, name=VISITS.name),
}


def _owners_named(change: Change, codes: Sequence[str]) -> set[str]:
    """Which of these codes stand for somebody or something else, now or ever."""
    if not codes:
        return set()
    found = set()
    for table in (FAMILIES, HELPERS):
        column = table.key[0]
        standing = change.standing(table, pd.DataFrame({column: codes}, dtype="str"))
        found |= set(standing.loc[standing["version"].notna(), column])
    for field in IDENTITIES["field"].allowed:
        keys = pd.DataFrame({"owner_id": codes, "field": field}, dtype="str")
        standing = change.standing(IDENTITIES, keys)
        found |= set(standing.loc[standing["version"].notna(), "owner_id"])
    return found


def _faults(table: Table, column: str, is_bad: pd.Series, problem: Message) -> Iterator[ShownFault]:
    for row in np.flatnonzero(is_bad.fillna(True).to_numpy(dtype=bool)).tolist():
        yield ShownFault(table.name, row, column, problem)


def _refuse(faults: Sequence[ShownFault]) -> None:
    if faults:
        first = faults[0]
        sentence = N_("'{table}', row {row}: {problem}")
        told = message(sentence, table=table_message(first.table), row=first.row, problem=first.problem)
        raise SubmitRefused(told, tuple(faults))
