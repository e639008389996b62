"""Recording what became of visits: done on a day, or cancelled with a reason; nothing else about a visit changes.

A form hands over what the helper told (:data:`hamyar.core.calendar.agenda_reports.REPORTS`, or whole rows of visits,
of which only that is read).
It is held against the visits as they stand within the change, so that nobody plans them anew meanwhile.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hamyar.core.calendar.agenda_reports import REPORTS, VisitFault, visit_faults, with_reports
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.tables import VISITS, conform
from hamyar.store.change import Change, Recorded


class VisitsRefused(HamyarError):
    """Nothing was written; ``faults`` is the whole list, rows counted from 0."""

    msgid = N_("No visit was recorded. The first of {count} faults is in row {row}, column '{column}': {problem}")

    def __init__(self, faults: Sequence[VisitFault]) -> None:
        first = faults[0]
        super().__init__(count=len(faults), row=first.row, column=first.column, problem=first.message)
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


def record_visits(change: Change, frame: pd.DataFrame, *, base_versions: "pd.Series | None" = None) -> Recorded:
    """Record what became of visits that are planned already, all of them or none.

    ``frame`` has ``visit_id, status, done_day, reason``; ``base_versions``, indexed like it, as in ``Change.record``.
    Raises ``VisitsRefused``, the errors of ``conform`` and what :meth:`Change.record` raises.
    """
    reports = conform(REPORTS, frame)
    if reports.empty:
        return Recorded()
    stored = change.current(VISITS, {"visit_id": reports["visit_id"].tolist()})
    if faults := visit_faults(reports, stored, change.today):
        raise VisitsRefused(faults)
    told = with_reports(stored, reports)
    if base_versions is None:
        return change.record(VISITS, told)
    of_visit = pd.Series(base_versions.to_numpy(), index=reports["visit_id"])
    versions = pd.Series(of_visit.loc[told["visit_id"]].to_numpy(), index=told.index)
    return change.record(VISITS, told, base_versions=versions)
