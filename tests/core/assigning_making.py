"""A centre for the tests of assigning: families harmed by one critical answer, and helpers who may carry them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.assignment.month import AssignmentOfMonth, assignment_of_month
from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import FACT_TABLES, CaseTables, conform
from hamyar.store.parameter_files import load_parameters
from hamyar.words import say
from tests.core.making import PARAMETERS

MONTH = Month(1404, 8)
FIRST_DAY, LAST_DAY = 14040801, 14050730
# Critical from level 2, so one answer makes a family harmed for certain, whatever else is open.
CRITICAL = "addiction"


@cache
def parameters() -> ParameterSet:
    """The shipped parameters with all catalogues."""
    return load_parameters(PARAMETERS, is_synthetic=True)


def frame(name: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a declared table."""
    table = FACT_TABLES[name]
    return conform(table, pd.DataFrame(list(rows), columns=table.column_names))


def codes(count: int, letter: str = "F") -> list[str]:
    return [f"{letter}{number:02}" for number in range(1, count + 1)]


def observed(family_id: str, indicator: str, level: int, day: int = 14040701) -> dict[str, Any]:
    row = {"family_id": family_id, "subject_id": family_id, "indicator": indicator, "observer_id": "H01"}
    return {**row, "day": day, "answer": str(level), "reason": "seen", "source": "observed"}


def hours(helper_id: str, minutes: int = 240, weekdays: Sequence[int] = range(5)) -> list[dict[str, Any]]:
    """The same hours on each weekday, Saturday to Wednesday unless told otherwise."""
    return [
        {"helper_id": helper_id, "weekday": weekday, "start_minute": 480, "minutes": minutes} for weekday in weekdays
    ]


def training(helper_id: str, minutes: int = 2400, **more: Any) -> dict[str, Any]:
    """A training before the first family that was held in good time."""
    usual = {"training_id": "T1", "part": "before_first_family", "day": 14040601, "state": "done"}
    return {"helper_id": helper_id, **usual, "minutes": minutes, **more}


def carried(family_id: str, helper_id: str, from_day: int = 14040201, until_day: int = 14050130) -> dict[str, Any]:
    """A row of the assignments, of a year that began before the month."""
    return {
        **{"family_id": family_id, "helper_id": helper_id, "from_day": from_day, "until_day": until_day},
        "is_chosen": "no",
    }


def centre(family_ids: Sequence[str], helper_ids: Sequence[str], /, **more: Iterable[dict[str, Any]]) -> CaseTables:
    """Harmed families of women in area A and trained helpers who work there; ``more`` are other tables' rows.

    A table given in ``more`` takes the place of the usual one.
    """
    usual: dict[str, Iterable[dict[str, Any]]] = {
        "families": [{"family_id": code, "area": "A"} for code in family_ids],
        "members": [
            {"member_id": f"{code}-1", "family_id": code, "role": "head", "sex": "female"} for code in family_ids
        ],
        "observations": [observed(code, CRITICAL, 2) for code in family_ids],
        "helpers": [
            {"helper_id": code, "sex": "female", "languages": "fa", "areas": "A", "from_day": 14030101}
            for code in helper_ids
        ],
        "helper_hours": [row for code in helper_ids for row in hours(code)],
        "trainings": [training(code) for code in helper_ids],
        "family_wishes": [{"family_id": code, "asks_for_woman": "no", "language": "fa"} for code in family_ids],
    }
    names = ("families", "members", "flows", "budgets")
    frames = {name: frame(name, {**usual, **more}.get(name, ())) for name in {*names, *usual, *more}}
    return CaseTables(**frames, is_synthetic=True)


def changed(tables: CaseTables, **more: Iterable[dict[str, Any]]) -> CaseTables:
    """The same centre with other rows in some tables."""
    return replace(tables, **{name: frame(name, rows) for name, rows in more.items()})


def helper_rows(tables: CaseTables, helper_id: str, **other: Any) -> list[dict[str, Any]]:
    """The rows of the helpers with something else said of one."""
    return [row | (other if row["helper_id"] == helper_id else {}) for row in tables.helpers.to_dict("records")]


def recorded(tables: CaseTables, found: AssignmentOfMonth) -> CaseTables:
    """The tables after the rows of a plan were recorded: those with the key of an earlier one replace it."""
    both = pd.concat([frame for frame in (tables.assignments, found.rows) if len(frame)], ignore_index=True)
    last = both.drop_duplicates(["family_id", "from_day"], keep="last")
    return replace(tables, assignments=conform(FACT_TABLES["assignments"], last))


def assigned(tables: CaseTables, month: Month = MONTH, effort: float = 10.0) -> AssignmentOfMonth:
    return assignment_of_month(tables, parameters(), month, effort=effort)


def pairs(found: AssignmentOfMonth) -> dict[str, str]:
    """Each family's helper."""
    return found.families["helper_id"].to_dict()


def notes(found: AssignmentOfMonth) -> list[str]:
    return [say(note, "en") for note in found.notes]


def mixed(seed: int, families: int = 24, helpers: int = 4) -> CaseTables:
    """A centre of many wishes, areas and loads, where the best plan is not found at once; some families are carried."""
    random = np.random.default_rng(seed)
    family_ids, helper_ids = codes(families), codes(helpers, "H")
    areas = ["A", "B", "C"]
    others = ("domestic_violence", "marital_conflict", "social_support", "identity_papers", "housing", "hope")
    tables = centre(
        family_ids,
        helper_ids,
        families=[{"family_id": code, "area": str(random.choice(areas))} for code in family_ids],
        observations=[
            observed(code, indicator, 3 if indicator == CRITICAL else int(random.integers(0, 4)))
            for code in family_ids
            for indicator in (CRITICAL, *others)
        ],
        helpers=[
            {
                **{"helper_id": code, "sex": str(random.choice(["female", "male"])), "languages": "fa"},
                **{"areas": str(random.choice(areas)), "from_day": 14030101},
                "skills": " ".join(skill for skill in ("family_budget_plan", "safety_first") if random.random() < 0.5),
            }
            for code in helper_ids
        ],
        helper_travel=[
            {"helper_id": code, "area": area, "minutes": int(random.integers(5, 60))}
            for code in helper_ids
            for area in areas
        ],
        family_wishes=[
            {"family_id": code, "asks_for_woman": str(random.choice(["no", "no", "yes"])), "language": "fa"}
            for code in family_ids[::2]
        ],
    )
    rows = [carried(code, helper_ids[place % 2]) for place, code in enumerate(family_ids[1:12:2])]
    return changed(
        tables,
        assignments=rows,
        helpers=[
            row | ({"sex": "female"} if row["helper_id"] == "H01" else {}) for row in tables.helpers.to_dict("records")
        ],
    )
