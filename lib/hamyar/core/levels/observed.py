"""What helpers' observations say of each subject at the end of a month, before anybody judges it.

A subject is a family, or one of its residents for an indicator that asks of members.
Every observed indicator and subject has a cell, and a cell holds bits: which levels were told on the latest day that
counts, whether "not known" or "does not apply" was, whether there is only an older answer, whether a reason was given.
So the order of rows does not matter, several helpers of one day stand side by side,
and forty million answers are read by running through them once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.frames import positions, whole_numbers, word_codes
from hamyar.core.jalali import Month, day_ordinals
from hamyar.core.levels.indicators import WORST, Indicator, IndicatorSet, asks_everybody
from hamyar.core.levels.measures import first_day_that_counts
from hamyar.core.levels.residents import Residents
from hamyar.core.tables import ANSWERS, LEVEL_ANSWERS, CaseTables

# Bit i is level i; the rest of the byte says what else was told.
LEVEL_BITS = 15
DOES_NOT_APPLY_BIT, NOT_KNOWN_BIT, OLD_BIT, REASONED_BIT = 16, 32, 64, 128
# The least level that wants a reason.
NEEDS_REASON = 2
_BIT_OF_ANSWER = {
    **{level: 1 << int(level) for level in LEVEL_ANSWERS},
    "not_asked": 0,
    "not_known": NOT_KNOWN_BIT,
    "does_not_apply": DOES_NOT_APPLY_BIT,
}
# A missing answer has the code -1, which reads the last place: nothing.
_BITS = np.array([_BIT_OF_ANSWER[answer] for answer in ANSWERS] + [0], dtype=np.uint8)


class Rows(NamedTuple):
    """Answers: where they stand in the observations (``None``: as they are), cell, bit and day.

    Those that are about nobody, or too late, stand in a cell after the last, which nobody looks into.
    """

    rows: np.ndarray | None
    cell: np.ndarray
    bit: np.ndarray
    day: np.ndarray

    def only(self, kept: np.ndarray) -> "Rows":
        here = np.flatnonzero(kept)
        return Rows(self.places(here), self.cell[here], self.bit[here], self.day[here])

    def places(self, here: np.ndarray) -> np.ndarray:
        """Where these of the rows stand in the observations."""
        return here if self.rows is None else self.rows[here]

    def is_latest(self, cells: int) -> np.ndarray:
        """Whether each is of the latest day of its cell."""
        latest = np.zeros(cells + 1, dtype=np.int64)
        np.maximum.at(latest, self.cell, self.day)
        return self.day == latest[self.cell]


@dataclass(frozen=True, eq=False)
class Observed:
    """The observations of a set of families at the end of a month."""

    tables: CaseTables
    indicators: IndicatorSet
    month: Month
    valid_months: int
    window_days: int
    family_ids: pd.Index
    residents: Residents

    @classmethod
    def of(
        cls, tables: CaseTables, indicators: IndicatorSet, month: Month, valid_months: int, window_days: int
    ) -> "Observed":
        family_ids = pd.Index(tables.families["family_id"], name="family_id")
        residents = Residents.of(tables.members, family_ids, month)
        return cls(tables, indicators, month, valid_months, window_days, family_ids, residents)

    def subjects(self, indicator: Indicator) -> int:
        """How many subjects an indicator has, whether it concerns them or not."""
        return len(self.residents if indicator.scope == "member" else self.family_ids)

    @cached_property
    def starts(self) -> np.ndarray:
        """By indicator: its first cell; computed ones have none.  The last entry is the number of cells."""
        sizes = [0 if found.computed else self.subjects(found) for found in self.indicators.indicators]
        return np.cumsum([0, *sizes], dtype=np.int64)

    def cells(self, place: int) -> np.ndarray:
        """The bits of one observed indicator, for each of its subjects."""
        bits = self.bits[self.starts[place] : self.starts[place + 1]]
        if not asks_everybody(self.indicators.indicators[place]):
            return bits
        # Nobody can be left out of such a question, so who says that it does not apply has not answered it.
        is_left_out = (bits & DOES_NOT_APPLY_BIT) > 0
        return np.where(is_left_out, bits & ~np.uint8(DOES_NOT_APPLY_BIT) | NOT_KNOWN_BIT, bits)

    @cached_property
    def rows(self) -> Rows:
        """The answers about subjects at hand, on or before the month's last day; of computed indicators none."""
        frame = self.tables.observations
        indicator = word_codes(frame["indicator"], self.indicators.codes)
        bit = _BITS[word_codes(frame["answer"], ANSWERS)]
        family = positions(frame["family_id"], self.family_ids)
        day = whole_numbers(frame["day"])
        # An indicator that does not count in this month has the code -1 and reads the last place.
        defined = self.indicators.indicators
        holds = np.array([found.computed is None for found in defined] + [False])[indicator]
        holds &= (bit > 0) & (family >= 0)
        holds &= day <= self.month.code * 100 + self.month.days
        cell = self.starts[indicator]
        cell += family
        asks_member = np.array([found.scope == "member" for found in defined] + [False])[indicator]
        holds &= _is_own_code(frame, self.family_ids, family, asks_member)
        if asks_member.any():
            here = np.flatnonzero(asks_member & holds)
            person = self._residents_of(frame["subject_id"].iloc[here], family[here])
            cell[here] += person - family[here]
            holds[here] = person >= 0
        np.putmask(cell, ~holds, self.starts[-1])
        return Rows(None, cell, bit, day)

    def _residents_of(self, subject: pd.Series, family: np.ndarray) -> np.ndarray:
        """Which resident of the row's own family each subject is; -1 where it is none."""
        person = self.residents.places[_places(subject, pd.Index(self.tables.members["member_id"]))]
        return np.where(np.append(self.residents.family, -1)[person] == family, person, -1)

    @cached_property
    def bits(self) -> np.ndarray:
        """By cell: what the answers that count say."""
        rows, count = self.rows, int(self.starts[-1])
        is_old = rows.day < first_day_that_counts(self.month, self.valid_months)
        fresh = rows.only(~is_old) if is_old.any() else rows
        bits = np.zeros(count + 1, dtype=np.uint8)
        bits[fresh.cell] = fresh.bit
        if np.count_nonzero(bits[:-1]) < np.count_nonzero(fresh.cell < count):
            # Some subjects were asked more than once: only the latest day with an answer counts.
            # "Not known" takes nothing back of what is known and still valid.
            is_answer = fresh.bit != NOT_KNOWN_BIT
            bits[fresh.cell] = 0
            bits[fresh.cell[~is_answer]] = NOT_KNOWN_BIT
            told = fresh.only(is_answer)
            is_latest = told.is_latest(count)
            fresh = told.only(is_latest | self._is_disputed(told, is_latest))
            for bit in set(_BIT_OF_ANSWER.values()) - {NOT_KNOWN_BIT}:
                bits[fresh.cell[fresh.bit == bit]] |= bit
        if fresh is not rows:
            bits[rows.cell[is_old]] |= OLD_BIT
        severe = np.flatnonzero((fresh.bit & LEVEL_BITS) >= 1 << NEEDS_REASON)
        is_told = _is_told(self.tables.observations["reason"], fresh.places(severe))
        bits[fresh.cell[severe[is_told]]] |= REASONED_BIT
        return bits

    def _is_disputed(self, told: Rows, is_latest: np.ndarray) -> np.ndarray:
        """Earlier answers that found a critical harm, where another helper soon after found less.

        A critical harm is not put aside by a second helper's answer; the two are asked to look together.
        """
        is_disputed = np.zeros(len(told.cell), dtype=bool)
        earlier = np.flatnonzero(~is_latest & ((told.bit & LEVEL_BITS) > 1) & (told.cell < self.starts[-1]))
        critical = np.array([1 << (found.critical_from or WORST + 1) for found in self.indicators.indicators])
        bound = critical[np.searchsorted(self.starts, told.cell[earlier], side="right") - 1]
        is_critical = (told.bit[earlier] & LEVEL_BITS) >= bound
        if not is_critical.any():
            return is_disputed
        found = pd.DataFrame({"cell": told.cell[earlier], "early": earlier, "bound": bound})[is_critical]
        latest = np.flatnonzero(is_latest & np.isin(told.cell, found["cell"]))
        pairs = found.merge(pd.DataFrame({"cell": told.cell[latest], "late": latest}), on="cell")
        early, late = pairs["early"].to_numpy(), pairs["late"].to_numpy()
        observer = pd.factorize(self.tables.observations["observer_id"])[0]
        is_other = observer[told.places(early)] != observer[told.places(late)]
        is_less = (told.bit[late] & LEVEL_BITS) < pairs["bound"].to_numpy()
        is_soon = day_ordinals(told.day[late]) - day_ordinals(told.day[early]) <= self.window_days
        is_disputed[early[is_other & is_less & is_soon]] = True
        return is_disputed

    @cached_property
    def behind(self) -> np.ndarray:
        """By cell: the row of the observations to show, or -1; one more entry, -1, answers for no cell.

        Of the latest day that has an answer still valid the worst, of equals one with a reason; else of "not known".
        """
        rows, frame = self.rows, self.tables.observations
        level = np.where(rows.bit & LEVEL_BITS, rows.bit, 0)
        is_old = rows.day < first_day_that_counts(self.month, self.valid_months)
        # What is valid before what is too old, and an answer before "not known".
        rank = np.where(is_old, 0, np.where(rows.bit == NOT_KNOWN_BIT, 1, 2))
        observer = pd.factorize(frame["observer_id"].astype("str"), sort=True)[0]
        order = np.lexsort((observer, _is_told(frame["reason"], np.arange(len(frame))), level, rows.day, rank))
        behind = np.full(int(self.starts[-1]) + 1, -1, dtype=np.int64)
        # Of several rows of a cell the last written stays.
        behind[rows.cell[order]] = order
        behind[-1] = -1
        return behind


def _is_own_code(frame: pd.DataFrame, family_ids: pd.Index, family: np.ndarray, asks_member: np.ndarray) -> np.ndarray:
    """Whether each row is about the family itself; true for rows that ask of a member."""
    subject, owner = frame["subject_id"].array, frame["family_id"].array
    alike = isinstance(subject, pd.Categorical) and isinstance(owner, pd.Categorical)
    if alike and subject.categories.equals(owner.categories):
        return (subject.codes == owner.codes) | asks_member
    here = np.flatnonzero(~asks_member)
    is_own = np.ones(len(frame), dtype=bool)
    is_own[here] = _places(frame["subject_id"].iloc[here], family_ids) == family[here]
    return is_own


def _places(keys: pd.Series, index: pd.Index) -> np.ndarray:
    """Where each key stands in ``index``, -1 where it does not; of categories only those in use are looked up.

    Subjects are families and members together, a long list of which either lookup needs one part.
    """
    if not isinstance(keys.dtype, pd.CategoricalDtype):
        return positions(keys, index)
    categories, codes = keys.array.categories, keys.array.codes
    is_used = np.zeros(len(categories) + 1, dtype=bool)
    is_used[codes] = True
    used = np.flatnonzero(is_used[:-1])
    places = np.full(len(categories) + 1, -1, dtype=np.int64)
    places[used] = index.astype(categories.dtype).get_indexer(categories[used])
    # A missing key has the code -1, which reads the last place.
    return places[codes]


def _is_told(texts: pd.Series, rows: np.ndarray) -> np.ndarray:
    """Whether the texts of these rows say anything: neither missing nor blank."""
    if isinstance(texts.dtype, pd.CategoricalDtype):
        says = texts.cat.categories.astype("str").str.strip() != ""
        # A missing text has the code -1, which reads the last place.
        return np.append(np.asarray(says, dtype=bool), False)[texts.cat.codes.to_numpy()[rows]]
    told = texts.iloc[rows]
    return (told.notna() & (told.str.strip() != "")).to_numpy(dtype=bool)
