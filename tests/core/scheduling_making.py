"""Small agendas for the tests of the calendar."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hamyar.core.calendar.tables import Agenda

# Four weeks without a public holiday, from a Saturday to a Friday.
FOUR_WEEKS = (14040705, 14040802)
SATURDAY_TO_WEDNESDAY = range(5)


def hours(
    helper_id: str = "H1", weekdays: Sequence[int] = SATURDAY_TO_WEDNESDAY, minutes: int = 240, start: int = 540
) -> list[dict[str, Any]]:
    """The same hours on each of ``weekdays``."""
    return [
        {"helper_id": helper_id, "weekday": weekday, "start_minute": start, "minutes": minutes} for weekday in weekdays
    ]


def activity(activity_id: str, **others: Any) -> dict[str, Any]:
    """One hour for a family of its own, once, unless told otherwise."""
    return {"activity_id": activity_id, "helper_id": "H1", "family_id": f"F-{activity_id}", "minutes": 60, **others}


def agenda(
    activities: Sequence[Mapping[str, Any]],
    week: "Sequence[Mapping[str, Any]] | None" = None,
    days: tuple[int, int] = FOUR_WEEKS,
    **others: Any,
) -> Agenda:
    """An agenda of rows; frames among ``others`` are rows as well."""
    frames = {name: pd.DataFrame(rows) if isinstance(rows, list) else rows for name, rows in others.items()}
    return Agenda(*days, pd.DataFrame(list(activities)), pd.DataFrame(week if week is not None else hours()), **frames)


def needs(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Prerequisites: the first of each pair waits for the second."""
    return [{"activity_id": one, "needs_id": other} for one, other in pairs]


def fixed(visit_id: str, day: int, start: int, minutes: int = 60, **others: Any) -> dict[str, Any]:
    """A session or a training that stands."""
    return {
        "visit_id": visit_id,
        "helper_id": "H1",
        "day": day,
        "start_minute": start,
        "minutes": minutes,
        "status": "fixed",
        **others,
    }
