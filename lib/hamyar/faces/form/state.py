"""The state of one family's form: what the file says, what was typed, and what follows from it; without any widget.

:class:`FormState` is one open form, of one family in one month.
It reads the file through the session, holds what was typed as drafts over it, and makes of both the tables the core
assesses.  Every change is saved as a draft before :meth:`FormState.set` returns, so a killed browser loses nothing;
:meth:`FormState.submit` makes a version of it.
A "what if" is a third layer that is handed in with a question and kept nowhere.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.background import Background
from hamyar.core.message import N_, Message
from hamyar.core.parameters import CatalogueAbsent
from hamyar.core.tables import CaseTables
from hamyar.faces.form.clash import Clash, Side, clash_key, clash_of, fields_of, ours_of, removed_ids
from hamyar.faces.form.entry import Entry
from hamyar.faces.form.faults import faults_of
from hamyar.faces.form.judged import Judged
from hamyar.faces.form.live import Live, look
from hamyar.faces.form.rows import Overlay
from hamyar.faces.form.submitting import handed_in, submission_of
from hamyar.faces.sources import Source, SourceOver
from hamyar.store.submission import ShownDifference, SubmitConflict, Submitted

if TYPE_CHECKING:
    from hamyar.faces.session import Session

WhatIf = Mapping[str, Any]
NO_WHAT_IF: WhatIf = {}


class NothingToSubmit(HamyarError):
    msgid = N_("Nothing was changed, so there is nothing to submit.")


class FormHasProblems(HamyarError):
    msgid = N_("Nothing was submitted: {count} entries must be corrected first. {problem}")


class ClashUnknown(HamyarError):
    msgid = N_("This has been decided already, or somebody changed it again. Submit once more to see how it stands.")


class FormState(Entry):
    """One open form, of one family in one month.

    ``day`` is the day that answers and a new week of food bear, ``currency`` a code of the tables,
    ``notices`` what is to be told before anybody types, ``left_over`` the ids of drafts that no field shows now.
    Raises ``FamilyUnknown``, ``NotAllowed`` and what the session raises.
    """

    def __init__(self, session: "Session", family_id: str, month: Month) -> None:
        super().__init__(session, family_id, month)
        self._differences: dict[str, ShownDifference] = {}
        self._background: Background | None = None
        self._has_background = False
        self._filed_live: dict[bool, tuple[Judged, Live]] = {}

    # -- what follows --

    def tables(self, what_if: WhatIf = NO_WHAT_IF) -> CaseTables:
        """The file with the drafts over it, and what is asked "what if" over both; nothing is kept.

        Raises ``FieldUnknown`` and ``AnswerRefused`` for what no field could hold.
        """
        return self._with(what_if).tables

    def live(self, what_if: WhatIf = NO_WHAT_IF, *, hide_private: bool = False) -> Live:
        """What the month comes to; :attr:`Live.changes` compares with the file."""
        return self._look(self._with(what_if).judged, hide_private=hide_private)

    def source(self, what_if: WhatIf = NO_WHAT_IF) -> Source:
        """This form as a source of facts, for the charts and blocks of the family's pages."""
        return SourceOver(self.session, self.tables(what_if))

    def problems(self) -> dict[str, Message]:
        """By field: what the server would refuse, or what must be decided before submitting; empty: may submit."""
        return faults_of(self._overlay)

    # -- submitting --

    def submit(self, reason: str = "") -> Submitted:
        """Make facts of the drafts, all of them or none; then the file is read anew and the drafts are gone.

        Raises ``NothingToSubmit``, ``FormHasProblems``, ``SubmitConflict`` (see :meth:`clashes`) and ``SubmitRefused``.
        """
        problems = self.problems()
        if problems:
            raise FormHasProblems(count=len(problems), problem=next(iter(problems.values())))
        submission = submission_of(self._overlay, self._drafts, reason)
        if submission is None:
            raise NothingToSubmit()
        fields = handed_in(self._overlay, self._drafts)
        try:
            submitted = self.session.submit(submission)
        except SubmitConflict as conflict:
            self._differences = {clash_key(difference): difference for difference in conflict.differences}
            raise
        self._drafts.discard(fields)
        self.reload()
        return submitted

    def clashes(self, conflict: SubmitConflict) -> list[Clash]:
        """Both values of every row that somebody else changed meanwhile, each with what the month comes to by it."""
        ours = self.live()

        def look_at(tables: CaseTables) -> Live:
            return self._look(Judged(tables, self._file.parameters, self.month))

        return [clash_of(difference, self._overlay, ours, look_at) for difference in conflict.differences]

    def decide(self, clash_key: str, side: Side) -> None:
        """Choose ours or theirs for one clash; then submit again.  Raises ``ClashUnknown``.

        "Ours" is our row as it was shown: what others changed beside it in the same row goes, too.
        """
        difference = self._differences.pop(clash_key, None)
        if difference is None:
            raise ClashUnknown()
        removed = removed_ids(difference)
        self.reload()
        if side == "theirs":
            self._discard([*fields_of(difference).values(), *removed])
            return
        if not difference.ours:
            self._save(dict.fromkeys(removed, True), base=difference.their_version)
            return
        meant = {
            field: value
            for field, value in ours_of(difference).items()
            if field in self._drafts.values or value != self._overlay.filed(field)
        }
        self._save(meant, base=difference.their_version)

    # -- inside --

    def _with(self, what_if: WhatIf) -> Overlay:
        if not what_if:
            return self._overlay
        asked: dict[str, Any] = {}
        for name, value in what_if.items():
            asked |= self._meant(name, value)
        return Overlay(self._file, {**self._drafts.values, **asked})

    def _look(self, judged: Judged, *, hide_private: bool = False) -> Live:
        of_file = self._file.judged
        known, filed = self._filed_live.get(hide_private, (None, None))
        background = self._known_background()
        if filed is None or known is not of_file:
            filed = look(of_file, background, hide_private=hide_private)
            self._filed_live[hide_private] = of_file, filed
        return filed if judged is of_file else look(judged, background, hide_private=hide_private, before=filed)

    def _known_background(self) -> Background | None:
        """What the whole centre tells about open answers; asked once, because it is of everybody."""
        if not self._has_background:
            try:
                self._background = self.session.background(self.month)
            except CatalogueAbsent:
                self._background = None
            self._has_background = True
        return self._background
