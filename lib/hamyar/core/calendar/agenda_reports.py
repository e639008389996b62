"""What helpers tell of their visits: done, or cancelled with a reason.  Which of it cannot stand, and what to do.

Day, hour and helper of a visit belong to the plan and are not told here; only what became of it is.
A report may take back an earlier one: the visit is planned (or fixed) again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.levels.observations import holds_number_of_person
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import VISIT_STATUSES, VISITS, conform
from hamyar.core.tables.declared import Column, Table

REPORTS = Table(
    "reports",
    N_("What became of visits, as their helpers tell it."),
    (
        Column("visit_id", "id", N_("Opaque code of the visit."), required=True),
        Column("status", "choice", N_("What became of it."), required=True, allowed=VISIT_STATUSES),
        Column("done_day", "day", N_("The day on which it was done.")),
        Column("reason", "text", N_("Why it was cancelled; no names.")),
    ),
    key=("visit_id",),
)


@dataclass(frozen=True)
class VisitFault:
    """One thing to correct: the row (its place, from 0), the column, and a sentence that says what to do."""

    row: int
    column: str
    message: Message


def visit_faults(reports: pd.DataFrame, visits: pd.DataFrame, today: int) -> list[VisitFault]:
    """Everything to correct in ``reports`` (conformed to :data:`REPORTS`), in the order of rows.

    ``visits`` are the ``VISITS`` they may be about; ``today`` is a Jalali day such as 14050830.
    """
    status_of = dict(zip(visits["visit_id"], visits["status"], strict=True))
    kind_of = dict(zip(visits["visit_id"], visits["activity_id"].notna(), strict=True))
    found = []
    for place, row in enumerate(reports.itertuples()):
        if row.visit_id not in status_of:
            sentence = N_("There is no visit '{visit_id}' in the calendar. Correct the code, or plan the visit first.")
            found.append(VisitFault(place, "visit_id", message(sentence, visit_id=row.visit_id)))
            continue
        found += [
            VisitFault(place, column, fault)
            for column, fault in (
                *_status_faults(row.status, status_of[row.visit_id], kind_of[row.visit_id]),
                *_day_faults(row.status, row.done_day, today),
                *_reason_faults(row.status, row.reason),
            )
        ]
    return found


def with_reports(visits: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``visits`` that ``reports`` (sound, conformed to :data:`REPORTS`) are about, with what they tell."""
    told = reports.set_index("visit_id")
    rows = visits[visits["visit_id"].isin(told.index)].copy()
    for name in ("status", "done_day", "reason"):
        rows[name] = told[name].loc[rows["visit_id"]].to_numpy()
    return conform(VISITS, rows)


def _status_faults(status: str, stood: str, is_of_activity: bool) -> Iterator[tuple[str, Message]]:
    if status == "dropped":
        yield "status", message(N_("Only a new plan drops a visit. Cancel it, and say why."))
    elif stood == "dropped" and status != "done":
        yield "status", message(N_("This visit has left the calendar. Tell it done, or plan the calendar again."))
    elif status == "fixed" and stood != "fixed" and is_of_activity:
        yield "status", message(N_("A visit to a family is planned, done or cancelled. Choose one of these."))


def _day_faults(status: str, done_day: Any, today: int) -> Iterator[tuple[str, Message]]:
    if status != "done":
        if pd.notna(done_day):
            yield "done_day", message(N_("Only a visit that is done has a day on which it was done. Leave it empty."))
    elif pd.isna(done_day):
        yield "done_day", message(N_("A visit that is done needs the day on which it was done. Write it."))
    elif done_day > today:
        sentence = N_("The day {day} lies in the future. Write the day of the visit.")
        yield "done_day", message(sentence, day=day_to_iso(int(done_day)))


def _reason_faults(status: str, reason: Any) -> Iterator[tuple[str, Message]]:
    text = "" if pd.isna(reason) else str(reason).strip()
    if status == "cancelled" and not text:
        yield "reason", message(N_("A cancelled visit needs a reason. Write why, without names."))
    if text and holds_number_of_person(text):
        yield "reason", message(N_("The reason holds what looks like a telephone number or a national id. Remove it."))
