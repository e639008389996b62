"""What a page may show of a centre's levels: everything inside the centre, no small number outside it.

Each table is hidden by itself in :mod:`hamyar.core.publishing`; a page shows several that share their totals.
So the totals are decided once, by the table of areas.  A table that would have to hide a total which the page shows,
or shows one which the page hides, would tell together with the others what each of them hides: it is left out whole.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.levels.counting import AT_RISK, UNDETERMINED
from hamyar.core.levels.profile import (
    by_domain,
    by_group,
    by_indicator,
    group_of_area,
    group_of_head,
    levels_by,
    profile,
)
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification
from hamyar.core.levels.transitions import Transitions
from hamyar.core.publishing import (
    publish_domains,
    publish_groups,
    publish_indicators,
    publish_levels,
    publish_transitions,
)
from hamyar.core.small_numbers import WHOLE, Published, hide_small
from hamyar.core.tables import CaseTables

_NEW = "new"


class ShownLevels:
    """The tables of a centre's levels; ``least`` is the smallest count that may be shown, ``None`` for all."""

    def __init__(self, placed: Stratification, tables: CaseTables, least: int | None) -> None:
        self.placed, self.least = placed, least
        self._area = group_of_area(tables, placed.family_ids)
        self._head = group_of_head(tables, placed.family_ids, placed.month)

    @cached_property
    def areas(self) -> Published:
        """The levels by area; its totals are those of the whole page."""
        frame = levels_by(self.placed, self._area)
        return _all_of(frame, [*ALL_LEVELS, "families"]) if self.least is None else publish_levels(frame, self.least)

    @property
    def levels(self) -> pd.Series:
        """Families of each level and all ``families``, missing where hidden."""
        return self.areas.totals

    @property
    def is_whole(self) -> bool:
        """Whether the sums of all levels may be shown."""
        return bool(self.levels.notna().all())

    @property
    def has_harmed(self) -> bool:
        return bool(pd.notna(self.levels["harmed"]) and pd.notna(self.levels["families"]))

    @cached_property
    def has_may_be_harmed(self) -> bool:
        """Whether the undetermined may be told apart into those who may be harmed and those who cannot be."""
        if self.least is None:
            return True
        least, most = self.placed.least.level, self.placed.most.level
        possibly = int(((least != most) & (most > AT_RISK)).sum())
        parts = (possibly, int((least != most).sum()) - possibly)
        return bool(pd.notna(self.levels[UNDETERMINED])) and not any(0 < part < self.least for part in parts)

    @cached_property
    def groups(self) -> dict[str, Published | None]:
        """The families harmed by kind of ``head`` and by ``area``; ``None`` for a table that cannot be shown."""
        return {name: self._group(codes) for name, codes in (("head", self._head), ("area", self._area))}

    def _group(self, codes: pd.Categorical) -> Published | None:
        frame = by_group(self.placed, codes)
        if self.least is None:
            return _all_of(frame, ["harmed_at_best", "may_be_harmed", "families"])
        found = publish_groups(frame, self.least)
        if bool(pd.notna(found.totals["harmed_at_best"])) != self.has_harmed:
            return None
        if not self.has_may_be_harmed or pd.isna(found.totals["may_be_harmed"]):
            # Who may be harmed is told nowhere, or by a sum that this table had to hide.
            hidden = [
                "may_be_harmed",
                "headcount_high",
                *(name for name in frame.columns if name.endswith("_at_worst")),
            ]
            found = found.also_hiding(pd.DataFrame(True, index=frame.index, columns=hidden))
        if codes is not self._area:
            return found
        # The map of areas tells the same families by their level; what it hides stays hidden here,
        # also how many families an area has: each table may have chosen another area to hide it behind.
        hidden = self.areas.is_hidden
        of_size = ("families", "population", "population_share")
        is_hidden = hidden["harmed"] | hidden["undetermined"] | hidden["families"]
        columns = {name: hidden["families"] if name in of_size else is_hidden for name in frame.columns}
        return found.also_hiding(pd.DataFrame(columns, index=frame.index))

    @cached_property
    def indicators(self) -> Published:
        frame = by_indicator(self.placed)
        if self.least is None:
            return _all_of(frame, [])
        return publish_indicators(frame, self.least, profile(self.placed, "most").poor)

    @cached_property
    def domains(self) -> Published:
        frame = by_domain(self.placed)
        if self.least is None:
            return _all_of(frame, [])
        return publish_domains(frame, self.least, self.indicators.withheld)

    @property
    def has_weight(self) -> bool:
        """Whether the adjusted headcount, and with it the intensity, may be shown."""
        return self.has_harmed and WHOLE not in self.indicators.withheld

    def flow(self, found: Transitions) -> Published | None:
        """The families by level then and now; ``None`` where they would tell what the page hides.

        Families that are new stand in a row of their own, so that the columns sum to the levels of now.
        """
        matrix = found.matrix
        if self.least is None:
            return _all_of(matrix.assign(families=matrix.sum(axis=1)), [*ALL_LEVELS, "families"])
        places = self.placed.family_ids.get_indexer(found.new)
        new = self.placed.results["level"].iloc[places].value_counts().reindex(list(ALL_LEVELS), fill_value=0)
        whole = pd.concat([matrix, pd.DataFrame([new.to_numpy()], index=[_NEW], columns=matrix.columns)])
        published = publish_transitions(whole.astype("Int64"), self.least)
        if not (published.totals.notna() == self.levels.notna()).all():
            return None
        return published

    def counted(
        self,
        frame: pd.DataFrame,
        counts: Sequence[str],
        total: str | None = None,
        dependent: Mapping[str, Sequence[str]] | None = None,
        *,
        is_total_known: bool = True,
    ) -> Published:
        """Any other table of counts of families, whose sums over the rows are not shown.

        With ``total`` each row's counts are parts of it, and it is known anyhow unless ``is_total_known`` is false.
        """
        if self.least is None:
            return _all_of(frame, [])
        return hide_small(
            frame,
            counts,
            least=self.least,
            total=total,
            dependent=dependent,
            total_shown=False,
            keep_total=total is not None and is_total_known,
        )

    def number(self, count: int, of: int | None = None) -> Any:
        """One count by itself: missing where it is small, or where what it leaves of ``of`` is."""
        rest = 0 if of is None else of - count
        return pd.NA if self.least is not None and (0 < count < self.least or 0 < rest < self.least) else count


def _all_of(frame: pd.DataFrame, summed: Sequence[str]) -> Published:
    nothing = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    return Published(frame, nothing, frame[list(summed)].sum().astype("Int64"))
