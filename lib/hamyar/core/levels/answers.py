"""What is known of each indicator in each family on the last day of a month, and what is still possible.

Observations and computed measures are brought into one table of levels: for every family and indicator the least and
the greatest level still possible, and the state of the knowledge behind it.

Of a subject (a family, or one member) the answers of the latest day count, on or before the month's last day.
"Not asked" is no answer and covers none, and an answer older than the centre lets answers count is out of date.
What was answered is a byte for each subject and indicator (:mod:`hamyar.core.levels.observed`), so one look into a
table of 3 × 256 entries, whom it concerns by what was said, gives least, most and state.
A member's indicator is then brought to the family: it stands where its worst member does.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment
from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import WORST, IndicatorSet
from hamyar.core.levels.measures import Facts
from hamyar.core.levels.observed import (
    DOES_NOT_APPLY_BIT,
    NEEDS_REASON,
    NOT_KNOWN_BIT,
    OLD_BIT,
    REASONED_BIT,
    Observed,
)
from hamyar.core.levels.residents import MAYBE, NO, YES, Residents
from hamyar.core.tables import CaseTables

# Why a cell has the level it has, or has a range.
STATES = (
    "known",
    "does_not_apply",
    "not_asked",
    "not_known",
    "out_of_date",  # the last answer is older than the centre lets answers count
    "disputed",  # two helpers answered differently on the same day
    "partly_known",  # some of the members it concerns are answered, others are not
    "not_computable",  # computed, and a fact it needs is missing
    "unclear_whom",  # it is open whether it applies: an age, a sex or the members are not recorded
)
KNOWN, DOES_NOT_APPLY = 0, 1
_NOT_ASKED, _NOT_KNOWN, _OUT_OF_DATE, _DISPUTED, _PARTLY_KNOWN, _NOT_COMPUTABLE, _UNCLEAR_WHOM = range(2, len(STATES))


@dataclass(frozen=True)
class Answers:
    """Levels of every indicator and family; arrays are ``(indicators, families)`` in the order of ``indicators.codes``.

    ``least``, ``most``  ``int8``, the levels still possible; equal where the level is known; 0 where it does not apply
    ``state``            ``int8``, place in :data:`STATES`
    ``lacks_reason``     bool: an observed level of 2 or more for which no helper gave a reason
    """

    indicators: IndicatorSet
    family_ids: pd.Index
    least: np.ndarray
    most: np.ndarray
    state: np.ndarray
    lacks_reason: np.ndarray

    @property
    def is_open(self) -> np.ndarray:
        """Where more than one level is possible or nobody answered, ``(indicators, families)``."""
        return self.state > DOES_NOT_APPLY


class Found(NamedTuple):
    """One indicator in each of its subjects; arrays as in :class:`Answers`."""

    least: np.ndarray
    most: np.ndarray
    state: np.ndarray
    lacks_reason: np.ndarray


_KINDS = (np.int8, np.int8, np.int8, bool)


def _read(concerned: int, bits: int) -> tuple[int, int, int, bool]:
    """Least, most, state and whether a reason is lacking, of one subject."""
    levels = [level for level in range(WORST + 1) if bits >> level & 1]
    is_outside = bool(bits & DOES_NOT_APPLY_BIT)
    if concerned == NO or (is_outside and not levels):
        return 0, 0, DOES_NOT_APPLY, False
    if levels:
        # Who says that it does not apply, beside one who found a level, found no concern.
        least, most = 0 if is_outside else levels[0], levels[-1]
        lacks_reason = most >= NEEDS_REASON and not bits & REASONED_BIT
        return least, most, KNOWN if least == most else _DISPUTED, lacks_reason
    state = _NOT_KNOWN if bits & NOT_KNOWN_BIT else _OUT_OF_DATE if bits & OLD_BIT else _NOT_ASKED
    return 0, WORST, _UNCLEAR_WHOM if concerned == MAYBE else state, False


_READ = [[_read(concerned, bits) for bits in range(256)] for concerned in (NO, MAYBE, YES)]
_TABLES = tuple(np.array([[entry[k] for entry in row] for row in _READ], dtype=_KINDS[k]) for k in range(len(_KINDS)))


def _answered(bits: np.ndarray, concerned: np.ndarray | int) -> Found:
    if isinstance(concerned, int):
        return Found(*(table[concerned][bits] for table in _TABLES))
    entry = concerned.astype(np.uint16) << 8 | bits
    return Found(*(table.ravel()[entry] for table in _TABLES))


def _computed(best: np.ndarray, worst: np.ndarray, concerned: np.ndarray | int) -> Found:
    """Levels the software computed; where it is open whether it applies, at best it does not."""
    least = np.where(concerned == YES, best, np.int8(0))
    most = np.where(concerned == NO, np.int8(0), worst)
    settled = np.where(concerned == NO, np.int8(DOES_NOT_APPLY), np.int8(KNOWN))
    unsettled = np.where(concerned == MAYBE, np.int8(_UNCLEAR_WHOM), np.int8(_NOT_COMPUTABLE))
    return Found(least, most, np.where(least == most, settled, unsettled), np.zeros(len(best), dtype=bool))


def _state_together(union: int) -> int:
    """The state of a family whose level is not settled, from those of the members it concerns (a bit for each)."""
    states = [state for state in range(len(STATES)) if union >> state & 1]
    return DOES_NOT_APPLY if not states else states[0] if len(states) == 1 else _PARTLY_KNOWN


_STATES_TOGETHER = np.array([_state_together(union) for union in range(1 << len(STATES))], dtype=np.int8)
_STATE_BITS = np.array([0 if state == DOES_NOT_APPLY else 1 << state for state in range(len(STATES))], dtype=np.uint16)


def _of_families(found: Found, residents: Residents) -> Found:
    """A member's indicator brought to families: a member at the worst level settles it, whoever is unanswered."""
    least, most = residents.most_of(found.least), residents.most_of(found.most)
    union = residents.union_of(_STATE_BITS[found.state])
    state = _STATES_TOGETHER[union]
    state[(least == most) & (union > 0)] = KNOWN
    is_empty = ~residents.is_lived_in
    most[is_empty], state[is_empty] = WORST, _UNCLEAR_WHOM
    return Found(least, most, state, residents.most_of(found.lacks_reason))


class _Subjects:
    """Every indicator in each of its own subjects: families, or residents."""

    def __init__(self, observed: Observed, economy: Assessment | None) -> None:
        self.observed = observed
        weeks, residents = observed.tables.food_weeks, observed.residents
        self._facts = Facts(weeks, observed.family_ids, residents, observed.month, economy, observed.valid_months)

    def find(self, place: int) -> Found:
        indicator = self.observed.indicators.indicators[place]
        concerned = self.observed.residents.concerns_of(indicator)
        if indicator.computed is None:
            return _answered(self.observed.cells(place), concerned)
        return _computed(*self._facts.level_range(indicator.computed), concerned)


def find_answers(
    tables: CaseTables,
    indicators: IndicatorSet,
    month: Month,
    economy: Assessment | None,
    *,
    valid_months: int,
    window_days: int = 0,
) -> Answers:
    """The levels of every family of ``tables`` at the end of ``month``; one family or a million.

    ``economy`` is the month's assessment of the same families; it may be absent where nothing is computed from it.
    Answers count for ``valid_months`` months, the one of the answer included.
    A critical harm that one helper found and another denies within ``window_days`` days is disputed.
    Observations of indicators that are computed or do not count in the month are not looked at,
    nor those about a family that is not in ``tables`` or a subject that is neither the family nor a member of it.
    Raises ``EconomyNeeded``.
    """
    observed = Observed.of(tables, indicators, month, valid_months, window_days)
    subjects = _Subjects(observed, economy)
    shape = (len(indicators.codes), len(observed.family_ids))
    matrices = Found(*(np.zeros(shape, dtype=kind) for kind in _KINDS))
    for place, indicator in enumerate(indicators.indicators):
        found = subjects.find(place)
        if indicator.scope == "member":
            found = _of_families(found, observed.residents)
        for matrix, row in zip(matrices, found, strict=True):
            matrix[place] = row
    return Answers(indicators, observed.family_ids, *matrices)


def answer_details(
    tables: CaseTables,
    indicators: IndicatorSet,
    month: Month,
    economy: Assessment | None,
    *,
    valid_months: int,
    window_days: int = 0,
) -> pd.DataFrame:
    """What :func:`find_answers` brings together, for showing few families.

    One row for each subject that an indicator concerns or may concern:
    family by family, in the order of the catalogue, members as their table has them.

    ``family_id, subject_id, indicator, state``  as text; where nobody is recorded, an indicator that asks of members
                                                 has one row about the family
    ``least, most``                              the levels still possible, ``int8``
    ``day, observer_id, reason, source``         of the answer behind it, or of the last that is out of date; of several
                                                 on one day the worst, of equals one with a reason; missing without any
    """
    observed = Observed.of(tables, indicators, month, valid_months, window_days)
    subjects = _Subjects(observed, economy)
    parts = [part for place in range(len(indicators.codes)) for part in _shown(subjects, place)]
    columns_of = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    shown = pd.DataFrame(dict(zip(_SHOWN_COLUMNS, columns_of, strict=True)))
    shown = shown.sort_values(["family", "place"], kind="stable", ignore_index=True)
    told = tables.observations[["day", "observer_id", "reason", "source"]].reset_index(drop=True)
    rows = pd.Series(observed.behind[shown["cell"].to_numpy()])
    # No row has the label -1, so what nobody answered is missing.
    behind = told.reindex(rows).reset_index(drop=True)
    codes, ids = np.array(indicators.codes, dtype=object), observed.family_ids.astype("str").to_numpy(dtype=object)
    names = np.concatenate([ids, tables.members["member_id"].astype("str").to_numpy(dtype=object)])
    columns = {
        "family_id": pd.Series(ids[shown["family"].to_numpy()], dtype="str"),
        "subject_id": pd.Series(names[shown["subject"].to_numpy()], dtype="str"),
        "indicator": pd.Series(codes[shown["place"].to_numpy()], dtype="str"),
        "state": pd.Series(np.array(STATES, dtype=object)[shown["state"].to_numpy()], dtype="str"),
        "least": shown["least"],
        "most": shown["most"],
        "day": behind["day"].astype("Int64"),
    }
    return pd.DataFrame(
        {**columns, **{name: behind[name].astype("str") for name in ("observer_id", "reason", "source")}}
    )


# Which indicator and family; whom it is about (a family, or behind all families a row of members); what was found.
_SHOWN_COLUMNS = ("place", "family", "subject", "least", "most", "state", "cell")


def _shown(subjects: _Subjects, place: int) -> list[tuple[np.ndarray, ...]]:
    """One indicator in the subjects it concerns or may concern, each with its cell (the last: none)."""
    observed, found = subjects.observed, subjects.find(place)
    residents, indicator = observed.residents, observed.indicators.indicators[place]
    count = observed.subjects(indicator)
    here = np.flatnonzero(np.broadcast_to(residents.concerns_of(indicator), count) != NO)
    cell = observed.starts[place] + here if indicator.computed is None else np.full(len(here), -1)
    if indicator.scope == "family":
        return [_part(place, here, here, found, here, cell)]
    members = residents.rows[here] + len(observed.family_ids)
    empty = np.flatnonzero(~residents.is_lived_in)
    nobody = _of_families(found, residents)
    return [
        _part(place, residents.family[here], members, found, here, cell),
        _part(place, empty, empty, nobody, empty, np.full(len(empty), -1)),
    ]


def _part(
    place: int, family: np.ndarray, subject: np.ndarray, found: Found, here: np.ndarray, cell: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Arrays in the order of ``_SHOWN_COLUMNS``."""
    return (np.full(len(here), place), family, subject, found.least[here], found.most[here], found.state[here], cell)
