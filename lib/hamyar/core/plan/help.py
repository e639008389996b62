"""General or focused help: which kind a family's level opens, and which programmes its indicators call for.

FH gives *general help* (workshop, class, conference, talk, film) to safe and at-risk families, and *focused help*
(face to face, counselling, links, kin and safe families, referral) by the family's own helper to harmed ones.
A level refuses nobody.  Where it is still open between harmed and not harmed the family gets ``ask_first``:
the questions come first, and both outcomes are shown with the help each would open.
A level that is open only between safe and at risk opens the same help either way, so nobody waits for it.

A programme is proposed when one of its indicators is known to stand at the level the catalogue names or worse.

- Families in general help are proposed general programmes.
- Families in focused help are proposed focused programmes, and general ones beside them only for what no focused
  programme of theirs answers (a concern of level 1, for the most part): FH opens the neighbourhood's workshops
  to everybody, but a harm that a helper can meet face to face is not handed to a workshop.
- A programme that could do harm in a family (couples at one table where there may be violence) is held back while
  the indicator its ``not_while`` names stands at that level, or is open and may.
- For families that are to be asked first a programme that both outcomes would bring is proposed now;
  the others say under which outcome.

Programmes come in the order of need: first those that answer a critical harm, then by the summed weight of the harms
they answer, then by that of the lesser concerns, then as the catalogue lists them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.documents import BilingualText
from hamyar.core.levels.counting import HARMED, LEVELS
from hamyar.core.levels.indicators import WORST
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification
from hamyar.core.plan.programmes import Help, Programme, ProgrammeCatalogue

GENERAL: Help = "general"
FOCUSED: Help = "focused"
ASK_FIRST = "ask_first"
KINDS_OF_HELP = (GENERAL, FOCUSED, ASK_FIRST)
# "now" is certain; the two others depend on what the open answers turn out to be.
When = Literal["now", "if_harmed", "if_not_harmed"]
WHENS: tuple[When, ...] = ("now", "if_harmed", "if_not_harmed")


@dataclass(frozen=True)
class Call:
    """An indicator that calls for a programme, and the level at which the family is known to stand at least."""

    code: str
    level: int
    weight: Fraction
    is_harm: bool
    is_critical: bool


@dataclass(frozen=True)
class Proposal:
    """One programme for one family, with everything that calls for it."""

    kind: Help
    programme: Programme
    means: BilingualText
    when: When
    calls: tuple[Call, ...]

    @property
    def answers_critical(self) -> bool:
        return any(call.is_critical for call in self.calls)

    def weight(self, *, of_harms: bool) -> Fraction:
        """The summed weight of the harms it answers, or of the lesser concerns."""
        return sum((call.weight for call in self.calls if call.is_harm == of_harms), Fraction(0))

    @property
    def rank(self) -> tuple[int, bool, Fraction, Fraction]:
        """Sorts the most needed first; equals keep the order of the catalogue."""
        return (
            WHENS.index(self.when),
            not self.answers_critical,
            -self.weight(of_harms=True),
            -self.weight(of_harms=False),
        )


def addressed(stratification: Stratification) -> pd.DataFrame:
    """The kind of help each family's level opens, one row per family.

    ``level`` as in the results; ``help`` one of :data:`KINDS_OF_HELP`;
    ``help_at_best`` and ``help_at_worst`` what it would be if every open answer were fine, or bad.
    """
    least, most = stratification.least.level, stratification.most.level
    # Places in KINDS_OF_HELP: general, or focused for the harmed; where the two cases differ, ask first.
    at_best, at_worst = (harmed.astype(np.int8) for harmed in _is_harmed(stratification))
    columns = {
        "level": (np.where(least == most, least, len(LEVELS)), ALL_LEVELS),
        "help": (np.where(at_best == at_worst, at_best, KINDS_OF_HELP.index(ASK_FIRST)), KINDS_OF_HELP),
        "help_at_best": (at_best, KINDS_OF_HELP),
        "help_at_worst": (at_worst, KINDS_OF_HELP),
    }
    words = {
        name: pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))
        for name, (codes, names) in columns.items()
    }
    return pd.DataFrame(words, index=stratification.family_ids)


def kind_of_help(stratification: Stratification, place: int) -> str:
    """:func:`addressed` for the one family at ``place``."""
    at_best, at_worst = (stratification.least.level[place] == HARMED, stratification.most.level[place] == HARMED)
    return ASK_FIRST if at_best != at_worst else FOCUSED if at_best else GENERAL


def proposals(stratification: Stratification, catalogue: ProgrammeCatalogue, place: int) -> list[Proposal]:
    """The programmes for the family at ``place``, most needed first."""
    offers = _Offers(stratification, catalogue)
    best, worst = (bool(harmed[place]) for harmed in _is_harmed(stratification))
    found = (offers.proposal(offer, place, best, worst) for offer in offers)
    return sorted((proposal for proposal in found if proposal), key=lambda proposal: proposal.rank)


def unanswered_harms(stratification: Stratification, catalogue: ProgrammeCatalogue, place: int) -> tuple[str, ...]:
    """The codes of the family's known harms that no programme proposed to it answers, in the order of the answers."""
    answered = {call.code for found in proposals(stratification, catalogue, place) for call in found.calls}
    rows = np.flatnonzero(stratification.levels("least")[:, place] >= stratification.counts_from)
    return tuple(code for row in rows if (code := stratification.indicators.codes[row]) not in answered)


def demand(stratification: Stratification, catalogue: ProgrammeCatalogue) -> pd.DataFrame:
    """For how many families each programme of the month is proposed, so that workshops and visits can be planned.

    One row per programme, in the order of the catalogue: ``help``, ``means``, ``needs_expert``,
    ``families`` to which it is proposed now, and ``families_after_asking`` to which it would be by one outcome of
    what is still to be asked.
    """
    offers = _Offers(stratification, catalogue)
    best, worst = _is_harmed(stratification)
    rows = []
    for offer in offers:
        at_best, at_worst = offers.outcomes(offer, best, worst)
        rows.append(
            {
                "programme": offer.programme.code,
                "help": offer.kind,
                "means": offer.programme.means,
                "needs_expert": offer.programme.needs_expert,
                "families": int((at_best & at_worst).sum()),
                "families_after_asking": int((at_best ^ at_worst).sum()),
            }
        )
    columns = ("programme", "help", "means", "needs_expert", "families", "families_after_asking")
    return pd.DataFrame(rows, columns=columns).set_index("programme")


def focused_with_helper(stratification: Stratification, catalogue: ProgrammeCatalogue) -> pd.DataFrame:
    """Which focused programmes that a helper does by himself are proposed to each family now.

    ``bool``, one row per family and one column per such programme of the month, in the order of the catalogue;
    the same as :func:`proposals` says family by family.
    """
    offers = _Offers(stratification, catalogue)
    best, worst = _is_harmed(stratification)
    own = [offer for offer in offers if offer.kind == FOCUSED and not offer.programme.needs_expert]
    found = {offer.programme.code: np.logical_and(*offers.outcomes(offer, best, worst)) for offer in own}
    return pd.DataFrame(found, index=stratification.family_ids, dtype=bool)


def families_for(
    stratification: Stratification, catalogue: ProgrammeCatalogue, programmes: Collection[str]
) -> pd.DataFrame:
    """Which families any of some programmes is proposed to, so that a workshop or a talk can invite them.

    ``bool``, one row per family: ``at_best`` and ``at_worst``, whether it would be proposed if every open answer were
    fine, or bad; both where :func:`proposals` says "now".  A programme that is not of the month is proposed to nobody.
    """
    offers = _Offers(stratification, catalogue)
    best, worst = _is_harmed(stratification)
    found = np.zeros((2, len(best)), dtype=bool)
    for offer in offers:
        if offer.programme.code in programmes:
            found |= np.array(offers.outcomes(offer, best, worst))
    return pd.DataFrame({"at_best": found[0], "at_worst": found[1]}, index=stratification.family_ids)


def _is_harmed(stratification: Stratification) -> tuple[np.ndarray, np.ndarray]:
    """Whether each family is harmed in the best and in the worst case."""
    return stratification.least.level == HARMED, stratification.most.level == HARMED


@dataclass(frozen=True)
class _Offer:
    """A programme of the month: the rows of the answers it looks at, and from which level each calls for it.

    ``held_back`` has the same for what forbids it.
    """

    kind: Help
    programme: Programme
    means: BilingualText
    rows: np.ndarray
    bounds: np.ndarray
    held_back: tuple[np.ndarray, np.ndarray]


class _Offers:
    """The programmes that hold in a stratification's month, laid against its families."""

    def __init__(self, stratification: Stratification, catalogue: ProgrammeCatalogue) -> None:
        self._of = stratification
        place_of = {code: place for place, code in enumerate(stratification.indicators.codes)}
        # From which level a focused programme answers each indicator; a level nobody has where none does.
        self._focused_from = np.full(len(place_of), WORST + 1, dtype=np.int8)
        self._offers = []

        def rows_and_bounds(levels: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
            # An indicator that does not count in this month calls for nothing and forbids nothing.
            known = {place_of[code]: level for code, level in levels.items() if code in place_of}
            return np.array(list(known), dtype=np.int64), np.array(list(known.values()), dtype=np.int8)

        for kind, programme in catalogue.at(stratification.month):
            rows, bounds = rows_and_bounds(programme.indicators)
            means = catalogue.by_help[kind].means[programme.means]
            offer = _Offer(kind, programme, means, rows, bounds, rows_and_bounds(programme.not_while))
            self._offers.append(offer)
            if kind == FOCUSED:
                self._focused_from[offer.rows] = np.minimum(self._focused_from[offer.rows], offer.bounds)

    def __iter__(self) -> Iterator[_Offer]:
        return iter(self._offers)

    def calls(self, offer: _Offer, *, is_focused: bool, families: slice = slice(None)) -> np.ndarray:
        """Which of the offer's indicators call for it in families of one kind of help, ``(indicators, families)``."""
        levels = self._of.answers.least[offer.rows, families]
        forbidding, from_level = offer.held_back
        may_harm = (self._of.answers.most[forbidding, families] >= from_level[:, None]).any(axis=0)
        called = (levels >= offer.bounds[:, None]) & ~may_harm
        if offer.kind == FOCUSED:
            return called & is_focused
        return called & (levels < self._focused_from[offer.rows, None]) if is_focused else called

    def outcomes(self, offer: _Offer, best: np.ndarray, worst: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether the offer is called for in the best and in the worst case, where each family is harmed or not."""
        general, focused = (self.calls(offer, is_focused=kind).any(axis=0) for kind in (False, True))
        return np.where(best, focused, general), np.where(worst, focused, general)

    def proposal(self, offer: _Offer, place: int, harmed_at_best: bool, harmed_at_worst: bool) -> Proposal | None:
        only = slice(place, place + 1)
        at_best = self.calls(offer, is_focused=harmed_at_best, families=only)[:, 0]
        at_worst = self.calls(offer, is_focused=harmed_at_worst, families=only)[:, 0]
        if not (at_best | at_worst).any():
            return None
        certain = at_best & at_worst
        # With one outcome only, that outcome is named; a programme that both would bring is proposed now.
        when: When = "now" if at_best.any() and at_worst.any() else "if_harmed" if at_worst.any() else "if_not_harmed"
        called = certain if when == "now" else at_best | at_worst
        calls = tuple(self._call(row, place) for row in offer.rows[called])
        return Proposal(offer.kind, offer.programme, offer.means, when, calls)

    def _call(self, row: int, place: int) -> Call:
        code, level = self._of.indicators.codes[row], int(self._of.answers.least[row, place])
        if row >= len(self._of.indicators.harms):
            # A strength may open a programme; it is no harm and weighs nothing.
            return Call(code, level, Fraction(0), is_harm=False, is_critical=False)
        return Call(
            code,
            level,
            self._of.indicators.weights[row],
            is_harm=level >= int(self._of.counts_from[row]),
            is_critical=level >= int(self._of.critical_from[row]),
        )
