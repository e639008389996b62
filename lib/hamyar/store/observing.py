"""Recording what helpers found: nothing enters that the centre's catalogue does not know or the calendar forbids.

A declared table says which values a column may have.  Whether an observation can be true rests on more:
on the catalogue, on who lives in the family, and on which day it is (:mod:`hamyar.core.levels.observations`).
A form and an import both record through here, within the change, so that nobody moves a member in between.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.labels import table_message
from hamyar.core.levels.food_security import DAYS_OF_WEEK
from hamyar.core.levels.observations import ObservationFault, ObservationRefused, observation_faults
from hamyar.core.message import N_, message
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import COPING, FAMILIES, FOOD_GROUPS, FOOD_WEEKS, MEMBERS, OBSERVATIONS, Table, conform
from hamyar.store.change import Change, Recorded


class ObservationsRefused(ObservationRefused):
    """Nothing was written; ``faults`` is the whole list, rows counted from 0."""

    msgid = N_(
        "Nothing was recorded in '{table}'. The first of {count} faults is in row {row}, column '{column}': {problem}"
    )

    def __init__(self, table: str, faults: Sequence[ObservationFault]) -> None:
        first = faults[0]
        places = {"row": first.row, "column": first.column, "problem": first.message}
        super().__init__(table=table_message(table), count=len(faults), **places)
        self.faults = tuple(faults)
        self._table = table

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._table, self.faults)


def record_observations(
    change: Change, frame: pd.DataFrame, parameters: ParameterSet, *, base_versions: pd.Series | None = None
) -> Recorded:
    """Record rows of ``OBSERVATIONS`` whose families and members are recorded already, all of them or none.

    Raises ``ObservationsRefused`` (an ``ObservationRefused``), ``CatalogueAbsent`` and what :meth:`Change.record`
    raises, such as ``MonthFrozen`` and ``Conflict``.
    """
    observations = conform(OBSERVATIONS, frame)
    if observations.empty:
        return Recorded()
    only = {"family_id": observations["family_id"].unique().tolist()}
    families, members = change.current(FAMILIES, only), change.current(MEMBERS, only)
    _refuse(OBSERVATIONS, observation_faults(observations, families, members, parameters.indicators, change.today))
    return change.record(OBSERVATIONS, frame, base_versions=base_versions)


def record_food_weeks(change: Change, frame: pd.DataFrame, *, base_versions: pd.Series | None = None) -> Recorded:
    """Record rows of ``FOOD_WEEKS`` of families that are recorded already, all of them or none.

    Raises ``ObservationsRefused`` and what :meth:`Change.record` raises.
    """
    weeks = conform(FOOD_WEEKS, frame)
    families = change.current(FAMILIES, {"family_id": weeks["family_id"].unique().tolist()})
    _refuse(FOOD_WEEKS, food_week_faults(weeks, families, change.today))
    return change.record(FOOD_WEEKS, frame, base_versions=base_versions)


def food_week_faults(weeks: pd.DataFrame, families: pd.DataFrame, today: int) -> list[ObservationFault]:
    """Unknown families, days to come and weeks of more than seven days in conformed rows of ``FOOD_WEEKS``.

    In the order of rows, as :func:`~hamyar.core.levels.observations.observation_faults` has them.
    """
    no_family = message(N_("No family has this case code. Correct it, or record the family first."))
    is_unknown = ~weeks["family_id"].isin(families["family_id"])
    faults = [ObservationFault(row, "family_id", no_family) for row in _rows(is_unknown)]
    for row in _rows(weeks["day"] > today):
        sentence = N_("The day {day} lies in the future. Write the day of the visit.")
        faults.append(ObservationFault(row, "day", message(sentence, day=day_to_iso(int(weeks["day"].iloc[row])))))
    for name in (f"{what}_days" for what in FOOD_GROUPS + COPING):
        for row in _rows(weeks[name] > DAYS_OF_WEEK):
            sentence = N_("A week has no {days} days. Write a number from 0 to 7, or leave it empty if nobody knows.")
            faults.append(ObservationFault(row, name, message(sentence, days=int(weeks[name].iloc[row]))))
    return sorted(faults, key=lambda fault: fault.row)


def _rows(is_bad: pd.Series) -> list[int]:
    """Where a condition holds; one that is unknown does not."""
    return np.flatnonzero(is_bad.fillna(False).to_numpy(dtype=bool)).tolist()


def _refuse(table: Table, faults: Sequence[ObservationFault]) -> None:
    if faults:
        raise ObservationsRefused(table.name, faults)
