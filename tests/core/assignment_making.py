"""Small tables for the tests of assignment, and a made-up centre of any size for those of speed."""

from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.assignment.tables import AssignmentRules, AssignmentTables
from hamyar.core.jalali import Month

MONTH = Month(1405, 1)
LANGUAGES = ("fa", "az", "ku")
SKILLS = ("job", "addiction", "parenting", "health", "law", "budget")


def family(family_id: str, **more: Any) -> dict[str, Any]:
    """A family who speaks Persian, lives in area A, and does not ask for a woman."""
    usual = {"area": "A", "asks_for_woman": False, "language": "fa", "load": 1, "needed_skills": None}
    return {"family_id": family_id, **usual, **more}


def helper(helper_id: str, **more: Any) -> dict[str, Any]:
    """A trained woman who serves, speaks Persian and lives in area A."""
    usual = {
        **{"sex": "female", "languages": "fa", "areas": "A", "skills": None, "hours_before": 40},
        **{"hours_in_service": 0, "serves_from": 140401, "serves_until": None, "is_active": True},
    }
    return {"helper_id": helper_id, **usual, **more}


def pairs(*rows: tuple) -> pd.DataFrame:
    """Rows of (family, helper[, knowingly])."""
    names = ["family_id", "helper_id", "knowingly"][: max((len(row) for row in rows), default=2)]
    return pd.DataFrame(rows, columns=names)


def tables(families: list[dict[str, Any]], helpers: list[dict[str, Any]], **more: Any) -> AssignmentTables:
    """The tables of a centre; without a row they still have their columns."""

    def frame(rows: list[dict[str, Any]], usual: dict[str, Any]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=list(dict.fromkeys(name for row in (usual, *rows) for name in row)))

    return AssignmentTables(frame(families, family("")), frame(helpers, helper("")), **more)


def rules(least: int = 0, most: int = 15, **more: Any) -> AssignmentRules:
    """The year 1405, with no minimum unless asked for."""
    return AssignmentRules(MONTH, least, most, **more)


def centre(families: int, helpers: int, seed: int = 1405, areas: int = 8) -> AssignmentTables:
    """A made-up centre: six families in ten had a helper last year, one in ten asks for a woman.

    One helper in five is a trained woman who speaks every language, so that a centre of some size has a plan.
    """
    random = np.random.default_rng(seed)
    names = [f"A{place}" for place in range(areas)]

    def some(words: tuple[str, ...], share: float) -> str:
        return " ".join(word for word in words if random.random() < share)

    made_helpers = [
        helper(
            f"H{place:04}",
            sex="female" if random.random() < 0.6 or place % 5 == 0 else "male",
            languages=f"fa {some(LANGUAGES[1:], 1.0 if place % 5 == 0 else 0.4)}",
            areas="; ".join(random.choice(names, 2, replace=False)),
            skills=some(SKILLS, 0.5),
            hours_before=20 if random.random() < 0.05 and place % 5 else 40,
        )
        for place in range(helpers)
    ]
    made_families = [
        family(
            f"F{place:05}",
            area=str(random.choice(names)),
            asks_for_woman=[True, None, False][int(np.searchsorted([0.1, 0.15], random.random()))],
            language=str(random.choice(LANGUAGES, p=[0.8, 0.15, 0.05])),
            load=int(random.integers(2, 9)),
            needed_skills=some(SKILLS, 0.3),
        )
        for place in range(families)
    ]
    went_on = [(row["family_id"], f"H{random.integers(helpers):04}") for row in made_families if random.random() < 0.6]
    travel = pd.DataFrame(
        [(row["helper_id"], name, int(random.integers(5, 61))) for row in made_helpers for name in names],
        columns=["helper_id", "area", "minutes"],
    )
    return tables(made_families, made_helpers, last_year=pairs(*went_on), travel=travel)
