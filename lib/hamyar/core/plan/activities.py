"""From an accepted plan to what a helper does: the activities of the calendar, and which waits for which.

A family that is carried has the centre's standing activities, and what was accepted for it in its year of help.
What an expert or another resource does takes no time of the helper but one visit, in which the helper asks how it goes
once the first meeting must have taken place; later the quarterly evaluation asks.  A commission's work enters the
calendar as the tasks it decides, and general help as events, so neither is an activity here.

The helper of a family is the one in force on the day that is asked about, so after a change of helpers the visits that
remain go to the new one, under the same codes.  What is decided within the year begins no sooner than it is decided,
what is ended early stops, and nothing goes beyond the helper's part of the year.

An activity waits only for one of the same subject, or of the family, that the same helper does and that has an end.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.calendar.due_visits import SINGLE_TOLERANCE
from hamyar.core.calendar.tables import ACTIVITIES, PREREQUISITES
from hamyar.core.jalali import Month, day_ordinals
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activity_plans import ActivityPlan, Rhythm
from hamyar.core.plan.help import FOCUSED
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.plan.years import accepted_rows, carriers, in_force, last_days, months_of_help
from hamyar.core.tables import CaseTables, conform

# What a changed row may say otherwise than the catalogue.
OVERRIDES = ("minutes", "every_days", "number", "offset_days")


def activity_id(family_id: str, subject_id: str, code: str, year_from: int) -> str:
    """The code of an activity; ``code`` is that of a programme or a standing activity."""
    return f"{family_id}.{subject_id}.{code}.{year_from}"


def activities_of(
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    on_day: int,
    helper_ids: Collection[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of ``ACTIVITIES`` and of ``PREREQUISITES`` for the families that helpers carry on a day.

    ``helper_ids`` names the helpers; ``None``: all.  Rhythms and standing activities are those of ``month``.
    ``last_day`` is the last day of the helper's part of the year, or the day on which a programme was ended early.
    Without a catalogue of programmes, or of the calendar, there is nothing of its kind.
    Raises ``ParameterMissing`` or ``ParameterUnknown``.
    """
    months = months_of_help(parameters, month)
    carried = carriers(tables.assignments, on_day, months, helper_ids)
    parts = list(_standing(carried, parameters))
    needs: Iterator[tuple[str, str]] = iter(())
    if len(tables.plans):
        planned = _Planned(_rows_in_force(tables, carried, on_day, months), parameters.programmes)
        parts.append(planned.frame)
        needs = planned.needs()
    filled = [part for part in parts if len(part)]
    activities = _within(pd.concat(filled, ignore_index=True)) if filled else ACTIVITIES.empty()
    ends = dict(zip(activities["activity_id"], _latest_ends(activities).tolist(), strict=True))
    last = dict(zip(activities["activity_id"], _ordinals(activities["last_day"]).tolist(), strict=True))
    # What would end with the year before the other could begin is not waited for.
    pairs = [(waiting, needed) for waiting, needed in needs if ends.get(needed, 0) < last.get(waiting, 0)]
    return activities, conform(PREREQUISITES, pd.DataFrame(pairs, columns=PREREQUISITES.column_names))


def _standing(carried: pd.DataFrame, parameters: ParameterSet) -> Iterator[pd.DataFrame]:
    """The standing activities of every carried family, as they are when its year of help begins."""
    if not parameters.has_calendar:
        return
    for year_from, families in carried.groupby("year_from"):
        for found in parameters.calendar.standing_at(Month.from_code(int(year_from) // 100)):
            yield _of_families(families, found.code, int(year_from), found)


def _of_families(carried: pd.DataFrame, code: str, year_from: int, rhythm: Rhythm) -> pd.DataFrame:
    families = carried["family_id"].astype("str")
    return pd.DataFrame(
        {
            "activity_id": families + "." + families + f".{code}.{year_from}",
            "helper_id": carried["helper_id"],
            "family_id": families,
            "member_id": pd.Series(None, index=carried.index, dtype="str"),
            "programme": code,
            "minutes": rhythm.minutes,
            "every_days": _whole(rhythm.every_days, carried),
            "number": _whole(rhythm.number, carried),
            "anchor_day": year_from,
            "offset_days": rhythm.offset_days,
            "tolerance_days": _whole(rhythm.tolerance_days, carried),
            "last_day": carried["until_day"],
        }
    )


def _whole(value: int | None, like: pd.DataFrame) -> pd.Series:
    return pd.Series(value, index=like.index, dtype="Int64")


def _rows_in_force(tables: CaseTables, carried: pd.DataFrame, on_day: int, months: int) -> pd.DataFrame:
    """The accepted rows of carried families on a day, with ``helper_id`` and ``last_day``, by family."""
    rows = in_force(accepted_rows(tables.plans), on_day, months)
    rows = rows.assign(ends=last_days(rows, months)).astype({"family_id": "str"}).drop(columns="until_day")
    rows = rows.merge(carried[["family_id", "helper_id", "until_day"]], on="family_id")
    return rows.assign(last_day=np.minimum(rows["ends"], rows["until_day"]).astype("Int64"))


@dataclass(frozen=True, eq=False)
class _Planned:
    """The activities of accepted rows: what the helper does, and where another does it the one visit that follows."""

    rows: pd.DataFrame
    catalogue: ProgrammeCatalogue

    @property
    def frame(self) -> pd.DataFrame:
        made = [self._activity(row) for row in self.rows.itertuples()]
        return pd.DataFrame([row for row in made if row is not None], columns=ACTIVITIES.column_names)

    def needs(self) -> Iterator[tuple[str, str]]:
        """Pairs of activities, the second of which comes first; of what the helper does, and what has an end."""
        own = {
            (row.family_id, row.programme, row.subject_id): activity_id(
                row.family_id, row.subject_id, row.programme, row.from_day
            )
            for row in self.rows.itertuples()
            if self._is_own(row)
        }
        ends = {key for row in self.rows.itertuples() if (key := _key(row)) in own and not self._is_endless(row)}
        subjects: dict[tuple[str, str], list[str]] = {}
        for family, code, subject in ends:
            subjects.setdefault((family, code), []).append(subject)
        for (family, code, subject), waiting in own.items():
            for needed in self._plans[code].needs:
                for other in sorted(subjects.get((family, needed), ())):
                    if other in (subject, family) or subject == family:
                        yield waiting, own[family, needed, other]

    @cached_property
    def _plans(self) -> dict[str, ActivityPlan]:
        """How each focused programme is carried out, by code; one that the catalogue does not tell is left out."""
        focused = self.catalogue.by_help.get(FOCUSED)
        programmes = focused.programmes if focused is not None else ()
        return {programme.code: programme.plan for programme in programmes if programme.plan is not None}

    def _is_own(self, row: Any) -> bool:
        """Whether the family's helper does it."""
        plan = self._plans.get(row.programme)
        return plan is not None and plan.done_by == "helper" and pd.isna(row.resource_id)

    def _rhythm(self, row: Any) -> dict[str, int | None]:
        """Minutes, rhythm, number and offset as decided; a number that cannot be is left as the catalogue has it."""
        plan = self._plans[row.programme]
        found = {name: getattr(plan, name) for name in OVERRIDES}
        if row.decision == "changed":
            told = {name: getattr(row, name) for name in OVERRIDES}
            least = {name: 0 if name == "offset_days" else 1 for name in OVERRIDES}
            found |= {name: int(value) for name, value in told.items() if pd.notna(value) and value >= least[name]}
        if found["every_days"] is None:
            found["number"] = 1
        return found

    def _is_endless(self, row: Any) -> bool:
        return self._rhythm(row)["number"] is None

    def _activity(self, row: Any) -> tuple[Any, ...] | None:
        plan = self._plans.get(row.programme)
        if plan is None or (plan.done_by == "commission" and pd.isna(row.resource_id)):
            return None
        rhythm, tolerance = self._rhythm(row), plan.tolerance_days
        offset = rhythm["offset_days"] or 0
        if not self._is_own(row):
            # One visit, when the first meeting must have taken place.
            offset += (rhythm["every_days"] or 1) + (SINGLE_TOLERANCE if tolerance is None else tolerance)
            rhythm, tolerance = {**rhythm, "every_days": None, "number": 1}, None
        return (
            *(activity_id(row.family_id, row.subject_id, row.programme, row.from_day), row.helper_id, row.family_id),
            *(None if row.subject_id == row.family_id else row.subject_id, row.programme),
            *(rhythm["minutes"], rhythm["every_days"], rhythm["number"]),
            *(row.from_day, max(offset, _days_until_decided(row)), tolerance, row.last_day),
        )


def _key(row: Any) -> tuple[str, str, str]:
    return row.family_id, row.programme, row.subject_id


def _days_until_decided(row: Any) -> int:
    if pd.isna(row.decided_day) or row.decided_day <= row.from_day:
        return 0
    first, decided = day_ordinals(np.array([row.from_day, row.decided_day], dtype=np.int64)).tolist()
    return int(decided - first)


def _ordinals(days: pd.Series) -> np.ndarray:
    return day_ordinals(days.to_numpy(dtype=np.int64))


def _within(activities: pd.DataFrame) -> pd.DataFrame:
    """The activities that begin in their time at all, with no more visits than fit in it."""
    frame = conform(ACTIVITIES, activities)
    room = _ordinals(frame["last_day"]) - _ordinals(frame["anchor_day"]) - frame["offset_days"].to_numpy(dtype=np.int64)
    every = frame["every_days"].fillna(1).to_numpy(dtype=np.int64)
    fitting = pd.Series(room // every + 1, index=frame.index, dtype="Int64")
    frame = frame.assign(number=frame["number"].where((frame["number"] <= fitting).fillna(True), fitting))[room >= 0]
    return frame.sort_values(["helper_id", "activity_id"], ignore_index=True)


def _latest_ends(activities: pd.DataFrame) -> np.ndarray:
    """The latest day, as an ordinal, on which each has its last visit; it begins anywhere in its first step."""
    begins = _ordinals(activities["anchor_day"]) + activities["offset_days"].to_numpy(dtype=np.int64)
    every = activities["every_days"].fillna(1).to_numpy(dtype=np.int64)
    return begins + every * activities["number"].fillna(1).to_numpy(dtype=np.int64) - 1
