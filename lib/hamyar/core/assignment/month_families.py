"""Which families an assignment is about, and what each asks of its helper.

Three kinds of families meet in a month:

- those who have a helper on its first day: they keep their year, whatever their level is now, and count among their
  helper's families;
- those who are harmed for certain and have none: they get a helper for a year that begins on that day;
- those who may be harmed and of whom it is not known: nobody is sent to them before the questions are asked.

How much a family asks of its helper is one whole number, its *load*: the harms it is known to have, the critical ones
counted twice, four to a step, from 1 to 5 (1 to 4 are 1, 5 to 8 are 2 … 17 and more are 5; none is 1).

A wish for a woman binds for women who head their family (FH), and where nobody is known to head it.
A family that a man heads may wish for one too; there the wish is weighed like the other reasons.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import positions
from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.levels.counting import HARMED
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_
from hamyar.core.plan.help import ASK_FIRST, addressed, focused_with_helper
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.plan.years import is_held
from hamyar.core.tables import CaseTables
from hamyar.core.work_rules import WorkRules

HARMS_OF_A_STEP, LARGEST_LOAD = 4, 5


class LaterAssigned(HamyarError):
    msgid = N_(
        "Family {family_id} has an assignment that begins on {day}, after the first day of {month}. "
        "Assign a month that begins on or after that day, or withdraw the row: hamyar withdraw assignments."
    )


@dataclass(frozen=True, eq=False)
class FamiliesOfMonth:
    """The families of ``tables`` in the month of ``rules``, placed by ``placed``."""

    tables: CaseTables
    placed: Stratification
    rules: WorkRules
    programmes: ProgrammeCatalogue

    def __post_init__(self) -> None:
        """Raises ``LaterAssigned``: what begins later was planned without what is planned now."""
        rows = self.tables.assignments
        later = rows[(rows["from_day"] > self.first_day) & (rows["until_day"] >= rows["from_day"])]
        for row in later.sort_values(["from_day", "family_id"]).head(1).itertuples():
            raise LaterAssigned(family_id=row.family_id, day=day_to_iso(row.from_day), month=self.rules.month)

    @property
    def first_day(self) -> int:
        """The first day of the month, on which a new year of help begins."""
        return self.rules.month.code * 100 + 1

    @property
    def last_day(self) -> int:
        """The last day of a year of help that begins now."""
        last = self.rules.month + (self.rules.assignment.months - 1)
        return last.code * 100 + last.days

    @cached_property
    def in_force(self) -> pd.DataFrame:
        """The rows of ``ASSIGNMENTS`` that hold on the first day, of families that are known; by family and day."""
        rows = self.tables.assignments
        known = rows["family_id"].isin(self.placed.family_ids).to_numpy(dtype=bool)
        return rows[is_held(rows, self.first_day) & known].sort_values(["family_id", "from_day"], ignore_index=True)

    @cached_property
    def former(self) -> pd.DataFrame:
        """Of those the last begun row of each family, by ``family_id``."""
        return self.in_force.drop_duplicates("family_id", keep="last").set_index("family_id")

    @cached_property
    def _carried(self) -> np.ndarray:
        return np.asarray(self.placed.family_ids.isin(self.in_force["family_id"]))

    @cached_property
    def new_ids(self) -> list[str]:
        """Families that are harmed for certain and have no helper."""
        is_harmed = self.placed.level == HARMED
        return self.placed.family_ids[is_harmed & ~self._carried].tolist()

    @cached_property
    def asked_first(self) -> pd.DataFrame:
        """Families without a helper who may be harmed: ``family_id`` and ``open_answers``, those with most first."""
        may_be = (addressed(self.placed)["help"] == ASK_FIRST).to_numpy(dtype=bool) & ~self._carried
        frame = self.placed.results.loc[may_be, ["unanswered"]].reset_index()
        frame = frame.rename(columns={"unanswered": "open_answers"})
        return frame.sort_values(["open_answers", "family_id"], ascending=[False, True], ignore_index=True)

    @cached_property
    def table(self) -> pd.DataFrame:
        """``families`` of :class:`hamyar.core.assignment.tables.AssignmentTables`: the carried and the new ones."""
        ids = pd.Index(sorted({*self.new_ids, *self.in_force["family_id"]}), name="family_id", dtype="str")
        place = self.placed.family_ids.get_indexer(ids)
        wishes = self.tables.family_wishes.set_index("family_id").reindex(ids)
        asks = (wishes["asks_for_woman"] == "yes").fillna(False).to_numpy(dtype=bool)
        is_unknown = wishes["asks_for_woman"].isna().to_numpy(dtype=bool)
        by_men = self._headed_by_men(ids)
        areas = self.tables.families.set_index("family_id")["area"].reindex(ids)
        return pd.DataFrame(
            {
                "family_id": ids,
                "area": areas.astype("str").to_numpy(),
                "asks_for_woman": pd.arrays.BooleanArray(asks & ~by_men, is_unknown),
                "prefers_woman": pd.arrays.BooleanArray(asks & by_men, is_unknown),
                "language": wishes["language"].astype("str").to_numpy(),
                "load": loads(self.placed)[place],
                "needed_skills": self._skills()[place],
                "until": self._until(ids),
            }
        )

    def _headed_by_men(self, ids: pd.Index) -> np.ndarray:
        """Where heads are recorded, and all of them as men."""
        heads = self.tables.members[self.tables.members["role"] == "head"]
        family = positions(heads["family_id"], ids)
        is_man = (heads["sex"] == "male").fillna(False).to_numpy(dtype=bool)
        known = family >= 0
        men, others = (np.bincount(family[known & chosen], minlength=len(ids)) for chosen in (is_man, ~is_man))
        return (men > 0) & (others == 0)

    def _skills(self) -> np.ndarray:
        """The programmes each family's helper would do himself, as codes joined by a space."""
        proposed = focused_with_helper(self.placed, self.programmes)
        codes = np.array(proposed.columns, dtype=object)
        return np.array([" ".join(codes[row]) for row in proposed.to_numpy(dtype=bool)], dtype=object)

    def _until(self, ids: pd.Index) -> pd.Series:
        """The last whole month of each carried family's year; missing for the new ones."""
        until = self.former["until_day"]
        months = [whole_month_until(int(day)).code for day in until]
        return pd.Series(months, index=until.index, dtype="Int64").reindex(ids).array

    @cached_property
    def last_year(self) -> pd.DataFrame:
        """The last helper within the year before of each family whose year begins now.

        A family whose year began before has its helper in force; what it had earlier counts for nothing then.
        """
        rows = self.tables.assignments
        begun = self.in_force[self.in_force["from_day"] == self.first_day]
        begun = begun[begun["until_day"] == self.last_day]
        ids = {*self.new_ids, *begun["family_id"]}
        since = (self.rules.month + -12).code * 100 + 1
        ended = rows[(rows["until_day"] < self.first_day) & (rows["until_day"] >= since)]
        ended = ended[ended["family_id"].isin(ids)].sort_values(["family_id", "until_day", "from_day"])
        return ended.drop_duplicates("family_id", keep="last")[["family_id", "helper_id"]]


def loads(placed: Stratification) -> np.ndarray:
    """How much each family asks of its helper, 1 to 5: ``int64``; see the top of the module."""
    deprived = placed.is_deprived("least")
    critical = placed.levels("least") >= placed.critical_from[:, None]
    points = deprived.sum(axis=0) + critical.sum(axis=0)
    return np.clip(-(-points // HARMS_OF_A_STEP), 1, LARGEST_LOAD).astype(np.int64)


def whole_month_until(day: int) -> Month:
    """The last month that is whole on ``day``: its own where that is the month's last day, else the one before."""
    month = Month.from_code(day // 100)
    return month if day % 100 == month.days else month + -1
