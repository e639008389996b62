"""Recording which helper carries which family: a family never has two helpers on one day.

An import and an assignment both record through here, within the change, so that nobody gives a family away in between.
"""

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.tables import ASSIGNMENTS, conform
from hamyar.core.tables.faults import overlapping_assignments, row_faults
from hamyar.store.change import Change, Recorded


class AssignmentsRefused(HamyarError):
    """Nothing was written; the row is counted from 0."""

    msgid = N_("No assignment was recorded. The first of {count} faults is in row {row}, column '{column}': {problem}")


def record_assignments(change: Change, frame: pd.DataFrame, *, base_versions: pd.Series | None = None) -> Recorded:
    """Record rows of ``ASSIGNMENTS``, all of them or none.

    Hand over in one call what belongs together: the row that ends early and the one that follows it.
    Raises ``AssignmentsRefused`` for days out of order and for a second helper on one day, among the rows or beside
    what is recorded, and what :meth:`Change.record` raises.
    """
    wanted = conform(ASSIGNMENTS, frame)
    stored = change.current(ASSIGNMENTS, {"family_id": wanted["family_id"].unique().tolist()})
    both = pd.concat([wanted, stored], ignore_index=True).drop_duplicates(list(ASSIGNMENTS.key), ignore_index=True)
    overlaps = [fault for fault in overlapping_assignments(both) if fault.row < len(wanted)]
    faults = [*row_faults(ASSIGNMENTS.name, wanted), *overlaps]
    if faults:
        first = min(faults, key=lambda fault: fault.row)
        raise AssignmentsRefused(count=len(faults), row=first.row, column=first.column, problem=first.message)
    return change.record(ASSIGNMENTS, frame, base_versions=base_versions)
