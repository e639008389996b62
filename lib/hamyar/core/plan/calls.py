"""What calls for a programme, and for whom: the proposals of :mod:`hamyar.core.plan.help`, by family and subject.

A programme is for the member whose level calls for it, or for the family where the indicator asks of the family.
Which programmes a carried family is proposed is the same here as there, and so is their order, most needed first:
focused programmes from the level the catalogue names, general ones beside them for what no focused programme answers,
and none that could do harm while what forbids it stands or may.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import WORST
from hamyar.core.levels.stratification import Stratification
from hamyar.core.plan.help import FOCUSED, GENERAL
from hamyar.core.plan.programmes import Help, Programme, ProgrammeCatalogue

CALL_COLUMNS = ("family_id", "subject_id", "programme", "indicator", "level")


@dataclass(frozen=True, eq=False)
class Calls:
    """The programmes of a month laid against the levels of a set of families (rows of ``plan_levels``).

    ``rows``   one row for each subject, programme and indicator that calls for it: :data:`CALL_COLUMNS`
    ``ranks``  the place of each programme among its family's, from 1: ``family_id, programme, rank, is_critical``
    """

    placed: Stratification
    catalogue: ProgrammeCatalogue
    month: Month
    levels: pd.DataFrame

    @cached_property
    def offers(self) -> dict[str, tuple[Help, Programme]]:
        """What can be proposed in the month, by code, in the order of the catalogue."""
        return {programme.code: (kind, programme) for kind, programme in self.catalogue.at(self.month)}

    @cached_property
    def rows(self) -> pd.DataFrame:
        rules = pd.DataFrame(
            [
                (code, kind, indicator, bound)
                for code, (kind, programme) in self.offers.items()
                for indicator, bound in programme.indicators.items()
                if indicator in self._place_of
            ],
            columns=["programme", "help", "indicator", "bound"],
        ).astype({"programme": "str", "help": "str", "indicator": "str", "bound": "int64"})
        told = self.levels.loc[self.levels["least"] > 0, ["family_id", "subject_id", "indicator", "least"]]
        found = told.rename(columns={"least": "level"}).reset_index(names="told").merge(rules, on="indicator")
        # By subject as the levels have them, then by the catalogue of programmes.
        place = found["programme"].map(self._order)
        found = found.iloc[np.lexsort((found["told"].to_numpy(), place.to_numpy(dtype=np.int64)))]
        family, indicator = self._families(found), found["indicator"].map(self._place_of).to_numpy(dtype=np.int64)
        worst_member = self.placed.answers.least[indicator, family]
        is_left = (found["help"] == FOCUSED).to_numpy(dtype=bool) | (worst_member < self._focused_from[indicator])
        is_called = (found["level"] >= found["bound"]).to_numpy(dtype=bool) & is_left & ~self._is_barred(found)
        return found.loc[is_called, list(CALL_COLUMNS)].reset_index(drop=True)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        rows = self.rows
        once = rows.drop_duplicates(["family_id", "programme", "indicator"])
        place = once["indicator"].map(self._place_of).to_numpy(dtype=np.int64)
        level = self.placed.answers.least[place, self._families(once)]
        is_harm, weight = level >= self._bounds[0][place], self._weights[place]
        told = once[["family_id", "programme"]].assign(
            is_critical=level >= self._bounds[1][place],
            harms=np.where(is_harm, weight, 0),
            concerns=np.where(is_harm, 0, weight),
        )
        found = told.groupby(["family_id", "programme"], as_index=False, sort=False).agg(
            {"is_critical": "max", "harms": "sum", "concerns": "sum"}
        )
        keys = (
            found["programme"].map(self._order).to_numpy(dtype=np.int64),
            -found["concerns"].to_numpy(dtype=np.int64),
            -found["harms"].to_numpy(dtype=np.int64),
            ~found["is_critical"].to_numpy(dtype=bool),
            self._families(found),
        )
        found = found.iloc[np.lexsort(keys)].reset_index(drop=True)
        rank = found.groupby("family_id", sort=False).cumcount() + 1
        return found.assign(rank=rank)[["family_id", "programme", "rank", "is_critical"]]

    def may_harm(self, programme: Programme, family_ids: pd.Series) -> np.ndarray:
        """By row: the place among the indicators of what forbids the programme in the family, or may; -1: nothing."""
        family = self.placed.family_ids.get_indexer(pd.Index(family_ids.astype("str")))
        found = np.full(len(family), -1, dtype=np.int64)
        for code, bound in programme.not_while.items():
            if code in self._place_of:
                place = self._place_of[code]
                may = (self.placed.answers.most[place][family] >= bound) & (family >= 0)
                found = np.where((found < 0) & may, place, found)
        return found

    def _is_barred(self, found: pd.DataFrame) -> np.ndarray:
        is_barred = np.zeros(len(found), dtype=bool)
        for code, rows in found.reset_index(drop=True).groupby("programme").indices.items():
            programme = self.offers[str(code)][1]
            if programme.not_while:
                is_barred[rows] = self.may_harm(programme, found["family_id"].iloc[rows]) >= 0
        return is_barred

    def _families(self, frame: pd.DataFrame) -> np.ndarray:
        return self.placed.family_ids.get_indexer(pd.Index(frame["family_id"]))

    @cached_property
    def _place_of(self) -> Mapping[str, int]:
        return {code: place for place, code in enumerate(self.placed.indicators.codes)}

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {code: place for place, code in enumerate(self.offers)}

    @cached_property
    def _focused_from(self) -> np.ndarray:
        """From which level a focused programme answers each indicator; a level nobody has where none does."""
        found = np.full(len(self._place_of), WORST + 1, dtype=np.int8)
        for kind, programme in self.offers.values():
            for code, bound in programme.indicators.items():
                if kind != GENERAL and code in self._place_of:
                    place = self._place_of[code]
                    found[place] = min(found[place], bound)
        return found

    @cached_property
    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """By indicator: from which level it is a harm, and from which a critical one; a strength never is."""
        nobody = np.full(len(self.placed.indicators.capacities), WORST + 1, dtype=np.int8)
        harms, critical = self.placed.counts_from, self.placed.critical_from
        return np.concatenate([harms, nobody]), np.concatenate([critical, nobody])

    @cached_property
    def _weights(self) -> np.ndarray:
        """By indicator: its weight in whole parts; a strength weighs nothing."""
        parts = self.placed.weights.parts
        return np.concatenate([parts, np.zeros(len(self._place_of) - len(parts), dtype=np.int64)])
