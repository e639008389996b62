"""Which resources a plan cannot have: unknown, not able, not there in time, of another area, or full."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.plan.years import ACCEPTED, accepted_rows, last_days
from hamyar.core.tables import CaseTables

Fault = tuple[int, str, Message]
_COLUMN = "resource_id"


def resource_faults(plans: pd.DataFrame, together: pd.DataFrame, tables: CaseTables, months: int) -> Iterator[Fault]:
    """Row, column and sentence of each fault of the accepted rows of ``plans`` that name a resource.

    ``together`` holds all plans as they would stand: what is recorded already, then ``plans`` in their order.
    """
    wanted = plans[plans["decision"].isin(ACCEPTED) & plans[_COLUMN].notna()]
    if wanted.empty:
        return
    resources = {row.resource_id: row for row in tables.resources.itertuples()}
    areas = dict(zip(tables.families["family_id"].astype("str"), tables.families["area"].astype("str"), strict=True))
    unknown = N_("No resource has the code '{code}'. Correct it, or record the resource first.")
    for row in wanted.itertuples():
        found = resources.get(row.resource_id)
        if found is None:
            yield row.Index, _COLUMN, message(unknown, code=row.resource_id)
            continue
        yield from ((row.Index, _COLUMN, said) for said in _against(found, row, areas))
    yield from _too_many(wanted, together, resources, months)


def _against(resource: Any, row: Any, areas: Mapping[str, Any]) -> Iterator[Message]:
    cannot = N_("This resource does not do '{programme}'. Choose another, or correct what it can do.")
    early = N_("This resource is there from {day} on, and the programme begins before. Choose another, or a later day.")
    gone = N_("This resource was there until {day}, and the programme begins later. Choose another.")
    elsewhere = N_("This resource serves '{area}' only, and the family lives elsewhere. Choose another.")
    homeless = N_(
        "This resource serves '{area}' only, and the family's area is not recorded. Record it, or choose another."
    )
    if row.programme not in str(resource.programmes).split():
        yield message(cannot, programme=row.programme)
    # What is decided within the year begins when it is decided.
    begins = int(row.from_day) if pd.isna(row.decided_day) else max(int(row.from_day), int(row.decided_day))
    if pd.notna(resource.from_day) and begins < resource.from_day:
        yield message(early, day=day_to_iso(int(resource.from_day)))
    if pd.notna(resource.until_day) and begins > resource.until_day:
        yield message(gone, day=day_to_iso(int(resource.until_day)))
    if pd.notna(resource.area) and row.family_id in areas and areas[row.family_id] != resource.area:
        yield message(homeless if pd.isna(areas[row.family_id]) else elsewhere, area=resource.area)


def _too_many(
    wanted: pd.DataFrame, together: pd.DataFrame, resources: Mapping[str, Any], months: int
) -> Iterator[Fault]:
    """The rows of families for whom a resource has no room on some day, those recorded before served first."""
    # The rows of ``plans`` are the last of ``together``, in the same order.
    rows = accepted_rows(together).assign(last=lambda frame: last_days(frame, months))
    full: dict[str, set[str]] = {}
    for code in wanted[_COLUMN].unique():
        capacity = resources[code].capacity if code in resources else pd.NA
        if pd.notna(capacity):
            full[code] = _beyond(rows[(rows[_COLUMN] == code).to_numpy(dtype=bool)], int(capacity))
    for row in wanted.itertuples():
        if row.family_id in full.get(row.resource_id, ()):
            yield (
                row.Index,
                _COLUMN,
                nmessage(
                    N_("This resource takes {count} family at once and is full. Choose another, or wait."),
                    N_("This resource takes {count} families at once and is full. Choose another, or wait."),
                    int(resources[row.resource_id].capacity),
                ),
            )


def _beyond(rows: pd.DataFrame, capacity: int) -> set[str]:
    """The families of one resource that come after ``capacity`` others on some day; the most is on a first day."""
    begins, last = rows["from_day"].to_numpy(dtype=np.int64), rows["last"].to_numpy(dtype=np.int64)
    families = rows["family_id"].astype("str")
    found: set[str] = set()
    for day in np.unique(begins):
        found.update(families[(begins <= day) & (day <= last)].drop_duplicates().iloc[capacity:])
    return found
