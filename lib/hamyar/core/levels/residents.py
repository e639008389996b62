"""Who lives in each household at the end of a month, and whom an indicator concerns.

Members born later, and members of families that are not asked for, are left out.
The rest stand family by family, so that "the worst member of each family" is one run through memory.

Whether an indicator concerns somebody is three-valued: an age that is not recorded leaves it open,
and a family in which nobody is recorded is not an empty house.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.economy.households import age_ranges
from hamyar.core.frames import Amounts, positions, word_codes
from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import AppliesTo, Indicator
from hamyar.core.tables import MEMBERS, ROLES, SCHOOLING, YES_NO

# Whether an indicator concerns a subject.
NO, MAYBE, YES = range(3)
SEXES = MEMBERS["sex"].allowed


@dataclass(frozen=True, eq=False)
class Residents:
    """The residents, ordered by family; arrays have one entry for each.

    ``family``  the place of the person's family in ``family_ids``, rising
    ``rows``    the person's row in the table of members
    ``starts``  where each family that has residents begins
    """

    members: pd.DataFrame
    family_count: int
    month: Month
    family: np.ndarray
    rows: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, members: pd.DataFrame, family_ids: pd.Index, month: Month) -> "Residents":
        family = positions(members["family_id"], family_ids)
        born = Amounts.of(members["birth_day"])
        last_day = month.code * 100 + month.days
        rows = np.flatnonzero((family >= 0) & ~(born.known & (born.values > last_day)))
        family = family[rows].astype(np.int64, copy=False)
        if (family[1:] < family[:-1]).any():
            order = np.argsort(family, kind="stable")
            family, rows = family[order], rows[order]
        starts = np.flatnonzero(np.diff(family, prepend=-1))
        return cls(members, len(family_ids), month, family, rows, starts)

    def __len__(self) -> int:
        return len(self.family)

    @cached_property
    def _people(self) -> pd.DataFrame:
        return self.members.iloc[self.rows]

    @cached_property
    def ages(self) -> tuple[np.ndarray, np.ndarray]:
        """The least and greatest age of each, in whole years on the last day of the month."""
        return age_ranges(self._people, self.month)

    @cached_property
    def schooling(self) -> np.ndarray:
        """Each one's place in ``SCHOOLING``; -1 where it is not recorded."""
        return word_codes(self._people["schooling"], SCHOOLING)

    @cached_property
    def attends_school(self) -> np.ndarray:
        """Each one's place in ``YES_NO``; -1 where it is not recorded."""
        return word_codes(self._people["attends_school"], YES_NO)

    @cached_property
    def places(self) -> np.ndarray:
        """By row of the table of members: where the person stands here, or -1."""
        places = np.full(len(self.members) + 1, -1, dtype=np.int64)
        places[self.rows] = np.arange(len(self))
        # The last place answers for -1, a member nobody knows.
        return places

    @cached_property
    def is_lived_in(self) -> np.ndarray:
        """By family: whether anybody is recorded."""
        found = np.zeros(self.family_count, dtype=bool)
        found[self.family[self.starts]] = True
        return found

    def most_of(self, values: np.ndarray) -> np.ndarray:
        """By family: the greatest of its residents' ``values``; 0 where nobody is recorded."""
        return self._reduced(np.maximum, values)

    def union_of(self, bits: np.ndarray) -> np.ndarray:
        """By family: the bits that any of its residents has; 0 where nobody is recorded."""
        return self._reduced(np.bitwise_or, bits)

    def _reduced(self, how: np.ufunc, values: np.ndarray) -> np.ndarray:
        result = np.zeros(self.family_count, dtype=values.dtype)
        if len(self.starts):
            result[self.family[self.starts]] = how.reduceat(values, self.starts)
        return result

    def count_of(self, is_counted: np.ndarray) -> np.ndarray:
        """By family: how many of its residents are counted."""
        return np.bincount(self.family[is_counted], minlength=self.family_count)

    def concerned(self, applies_to: AppliesTo) -> np.ndarray:
        """Whom it concerns: ``NO``, ``MAYBE`` or ``YES`` for each resident, ``int8``."""
        found = np.full(len(self), YES, dtype=np.int8)
        if applies_to.ages is not None:
            (low, high), (least, most) = applies_to.ages, self.ages
            within = np.where((least >= low) & (most <= high), YES, MAYBE)
            found = np.minimum(found, np.where((most < low) | (least > high), NO, within))
        if applies_to.roles:
            found = np.minimum(found, self._is_among("role", ROLES, applies_to.roles))
        if applies_to.sex is not None:
            found = np.minimum(found, self._is_among("sex", SEXES, (applies_to.sex,)))
        return found.astype(np.int8, copy=False)

    def _is_among(self, column: str, vocabulary: tuple[str, ...], wanted: tuple[str, ...]) -> np.ndarray:
        """Whether each one's word is a wanted one; open where none is recorded."""
        answers = np.array([YES if word in wanted else NO for word in vocabulary] + [MAYBE], dtype=np.int8)
        return answers[word_codes(self._people[column], vocabulary)]

    def concerns_of(self, indicator: Indicator) -> np.ndarray | int:
        """Whether ``indicator`` concerns its subjects: for each family, or for each resident where it asks of members.

        A single answer where it is the same for all.  A family is concerned when one of its residents is;
        where the indicator is about certain persons and nobody is recorded, that is open.
        """
        if indicator.applies_to == AppliesTo():
            return YES
        found = self.concerned(indicator.applies_to)
        return found if indicator.scope == "member" else np.where(self.is_lived_in, self.most_of(found), MAYBE)
