"""The plan a helper has who accepts everything that can be accepted alone, and the reasons for the rest.

It is a beginning for a form, and the plan of the families of the sample.  A programme of an expert is given to the
first resource that has room for certain, family by family, and a resource is never given more than it can take.
What comes first is decided first; a programme whose forerunner was refused is refused, with that as its reason.
What a commission decides is not the helper's to refuse: it stays undecided until the family is before it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.message import N_, Message, message
from hamyar.core.plan.goals import HARM
from hamyar.core.plan.help import FOCUSED
from hamyar.core.plan.levels import NEEDS_GOAL
from hamyar.core.plan.proposals import CATALOGUE, COMMISSION
from hamyar.core.plan.years import ACCEPTED
from hamyar.core.tables import GOALS, PLANS, conform

_WAITING = "waiting"
_SUBJECT = ["family_id", "subject_id", "programme"]


@dataclass(frozen=True)
class AcceptedPlan:
    """``plans`` and ``goals`` as declared; ``waiting``: the proposals that wait for a commission, or the catalogue."""

    plans: pd.DataFrame
    goals: pd.DataFrame
    waiting: pd.DataFrame


def accepted_plan(
    proposals: pd.DataFrame,
    from_day: int,
    decided_by: str,
    on_day: int,
    harms: pd.DataFrame | None = None,
    say: Callable[[Message], str] = str,
) -> AcceptedPlan:
    """Accept of ``proposals`` (:func:`~hamyar.core.plan.proposals.plan_proposals`) what a helper may accept alone.

    ``from_day`` is the first day of the year of help, ``on_day`` that of the decision, ``decided_by`` the helper's
    code.  What is decided already is left as it is, and counts for what comes after it.
    ``harms`` (:func:`~hamyar.core.plan.goals.open_harms`, or any frame with ``family_id, subject_id, indicator``) are
    those that need a goal; without it, those that call for a proposal.  Each gets a row of ``GOALS``, with the lowest
    level that an accepted programme aims at, or with the reason why there is none.
    ``say`` turns the reasons into text: English, or what :func:`hamyar.words.say` makes of them.
    """
    decided = _Decisions(proposals)
    decided.run()
    columns = {"from_day": from_day, "decided_day": on_day, "decided_by": decided_by}
    rows = [(*key, decision, resource, reason and say(reason)) for key, decision, resource, reason in decided.rows]
    plans = pd.DataFrame(rows, columns=[*_SUBJECT, "decision", "resource_id", "reason"]).assign(**columns)
    wanted = _harms_in(proposals) if harms is None else harms[HARM]
    goals = pd.DataFrame(
        [(*harm, *decided.goal(harm, say)) for harm in wanted.itertuples(index=False, name=None)],
        columns=[*HARM, "aim_level", "reason"],
    ).assign(**columns)
    return AcceptedPlan(conform(PLANS, plans), conform(GOALS, goals), proposals[decided.is_waiting])


def _harms_in(proposals: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (row.family_id, row.subject_id, indicator)
        for row in proposals.itertuples()
        for indicator, level in zip(row.indicators.split(), row.levels.split(), strict=True)
        if int(level) >= NEEDS_GOAL
    ]
    return pd.DataFrame(rows, columns=HARM).drop_duplicates()


@dataclass(eq=False)
class _Decisions:
    """Goes through proposals, each after those that come first; ``rows`` are what was decided."""

    proposals: pd.DataFrame
    rows: list[tuple[tuple[str, str, str], str, str | None, Message | None]] = field(default_factory=list)
    _given: dict[str, set[str]] = field(default_factory=dict)
    _stands: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def run(self) -> None:
        for row in self._rows:
            if pd.notna(row.decision):
                self._stands[_key(row)] = str(row.decision)
        open_rows = [row for row in self._rows if _key(row) not in self._stands]
        while open_rows:
            # The catalogue has no circle of needs, so every round decides something.
            ready = [row for row in open_rows if not self._needed(row, open_rows)]
            for row in ready or open_rows:
                self._decide(row)
            done = {_key(row) for row in ready or open_rows}
            open_rows = [row for row in open_rows if _key(row) not in done]
        place = {_key(row): number for number, row in enumerate(self._rows)}
        self.rows.sort(key=lambda decided: place[decided[0]])

    @property
    def is_waiting(self) -> list[bool]:
        return [self._stands.get(_key(row)) == _WAITING for row in self._rows]

    def goal(self, harm: tuple[str, str, str], say: Callable[[Message], str]) -> tuple[int | None, str | None]:
        """The level an accepted programme aims at, or the reason why there is none."""
        family, subject, indicator = harm
        rows = [row for row in self._of_family.get(family, ()) if indicator in dict(row.aims)]
        aiming = [row for row in rows if row.subject_id in (subject, family) or subject == family]
        accepted = [row for row in aiming if self._stands[_key(row)] in ACCEPTED]
        # General help is a measure only where no focused programme is.
        accepted = [row for row in accepted if row.help == FOCUSED] or accepted
        if accepted:
            return min(dict(row.aims)[indicator] for row in accepted), None
        if any(row.waits_for == COMMISSION and self._stands[_key(row)] == _WAITING for row in aiming):
            return None, say(message(N_("It waits for what the commission will decide.")))
        return None, say(message(N_("No programme that could be accepted aims at it yet.")))

    @cached_property
    def _rows(self) -> list[Any]:
        return list(self.proposals.itertuples())

    @cached_property
    def _of_family(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in self._rows:
            found.setdefault(row.family_id, []).append(row)
        return found

    def _needed(self, row: Any, among: list[Any]) -> list[Any]:
        """Those of the rows that come before one."""
        codes = row.needs.split()
        return [other for other in among if codes and other.programme in codes and _comes_before(other, row)]

    def _decide(self, row: Any) -> None:
        if row.waits_for in (COMMISSION, CATALOGUE):
            self._stands[_key(row)] = _WAITING
            return
        if not self._has_needs(row):
            # Which that is would tell more than a reason should that may lie on a family's table.
            self._note(row, "refused", None, message(N_("What comes before it could not be accepted.")))
            return
        resource = self._resource(row) if row.done_by == "expert" else None
        if row.done_by == "expert" and resource is None:
            self._note(row, "refused", None, message(N_("Nobody who can do it is known to have room now.")))
            return
        self._note(row, "accepted", resource, None)

    def _has_needs(self, row: Any) -> bool:
        """Whether all that comes before it is accepted, for one of those whom it concerns."""
        if not row.needs:
            return True
        needed = self._needed(row, self._of_family[row.family_id])
        accepted = {other.programme for other in needed if self._stands[_key(other)] in ACCEPTED}
        return accepted.issuperset(row.needs.split())

    def _resource(self, row: Any) -> str | None:
        """The first that has room for one more, a family counting once."""
        for able in row.resources:
            given = self._given.setdefault(able.resource_id, set())
            if able.free is not None and (row.family_id in given or len(given) < able.free):
                given.add(row.family_id)
                return str(able.resource_id)
        return None

    def _note(self, row: Any, decision: str, resource: str | None, reason: Message | None) -> None:
        self._stands[_key(row)] = decision
        self.rows.append((_key(row), decision, resource, reason))


def _key(row: Any) -> tuple[str, str, str]:
    return row.family_id, row.subject_id, row.programme


def _comes_before(other: Any, row: Any) -> bool:
    """Whether one row of the proposals is for whom, or for the family of whom, the other is."""
    is_own = other.subject_id in (row.subject_id, row.family_id) or row.subject_id == row.family_id
    return bool(other.family_id == row.family_id and is_own)
