"""A small centre whose helpers carry families with plans: everything a calendar is made from."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import FACT_TABLES, CaseTables, conform
from tests.core.making import PARAMETERS, flows, members

MONTH = Month(1404, 7)
FROM_DAY, UNTIL_DAY = 14040701, 14050631
LATER = 14041001
SATURDAY_TO_WEDNESDAY = range(5)


@cache
def parameters() -> ParameterSet:
    """The shipped parameters with all catalogues."""
    folders = ("", "indicators/", "programmes/", "calendar/")
    texts = {
        f"{folder}{path.name}": path.read_text("utf-8")
        for folder in folders
        for path in (PARAMETERS / folder).glob("*.yaml")
    }
    return ParameterSet.from_texts(texts)


def frame(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a declared table."""
    table = FACT_TABLES[name]
    return conform(table, pd.DataFrame(list(rows), columns=table.column_names))


def hours(helper_id: str = "H1", minutes: int = 300) -> list[dict[str, Any]]:
    """The same hours from Saturday to Wednesday."""
    return [
        {"helper_id": helper_id, "weekday": weekday, "start_minute": 540, "minutes": minutes}
        for weekday in SATURDAY_TO_WEDNESDAY
    ]


def helper(helper_id: str = "H1", **others: Any) -> dict[str, Any]:
    return {"helper_id": helper_id, "from_day": 14030101, **others}


def carried(family_id: str, helper_id: str = "H1", **others: Any) -> dict[str, Any]:
    """A row of the assignments, for the whole year of help unless told otherwise."""
    row = {"family_id": family_id, "helper_id": helper_id, "from_day": FROM_DAY, "until_day": UNTIL_DAY}
    return {**row, "is_chosen": "no", **others}


def accepted(family_id: str, programme: str, subject_id: str = "", **others: Any) -> dict[str, Any]:
    """An accepted row of a plan, for the whole family unless told otherwise."""
    row = {"family_id": family_id, "subject_id": subject_id or family_id, "programme": programme}
    return {**row, "from_day": FROM_DAY, "decision": "accepted", **others}


def centre(
    family_ids: Sequence[str] = ("F1", "F2", "F3"), areas: Sequence[str] = ("north",), **tables: list[dict[str, Any]]
) -> CaseTables:
    """Families of one helper H1, five hours a day, unless the ``tables`` say otherwise.

    Each family has a mother and a child; the areas are given to the families in turn.
    """
    given = {
        "families": [
            {"family_id": family_id, "area": areas[place % len(areas)]} for place, family_id in enumerate(family_ids)
        ],
        "helpers": [helper()],
        "helper_hours": hours(),
        "assignments": [carried(family_id) for family_id in family_ids],
        "budgets": [],
        **tables,
    }
    people = [
        members(("head", "female", 13600101), ("child", "male", 13930101), family=family_id) for family_id in family_ids
    ]
    frames = {name: frame(name, rows) for name, rows in given.items()}
    return CaseTables(members=pd.concat(people, ignore_index=True), flows=flows(), **frames)


def fixed_rows(rows: pd.DataFrame, **others: Any) -> pd.DataFrame:
    """``rows`` of visits with some columns otherwise."""
    return rows.assign(**others)
