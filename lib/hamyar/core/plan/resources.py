"""Who beyond the centre can do a programme, for how many families more, and in which order to ask.

A resource serves as many families at once as it says; what it does not say is unknown, and not without end.
A family counts once, whatever the resource does in it.  Plans begin with a year of help, so the most families that a
resource has at once between two days it has on the first of them, or on a day on which a year begins.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.years import accepted_rows, end_of_year, in_force, last_days, months_of_help
from hamyar.core.tables import REACHES, CaseTables

USE_COLUMNS = ("resource_id", "reach", "area", "families", "capacity", "free", "is_available")


class Able(NamedTuple):
    """A resource that can do a programme for a family; ``free``: for how many families more, ``None``: not known."""

    resource_id: str
    free: int | None

    @property
    def has_room(self) -> bool:
        """Whether it can take a family for certain."""
        return self.free is not None and self.free > 0


def is_available(resources: pd.DataFrame, on_day: "int | pd.Series") -> np.ndarray:
    """By resource: whether a day (one, or one for each row) lies between its first day and its last."""
    begun = resources["from_day"].isna() | (resources["from_day"] <= on_day).fillna(False)
    ended = (resources["until_day"] < on_day).fillna(False)
    return (begun & ~ended).to_numpy(dtype=bool)


def resource_use(tables: CaseTables, parameters: ParameterSet, on_day: int) -> pd.DataFrame:
    """Every resource on a day, in the order of its table.

    ``resource_id, reach, area``; ``families`` it serves on that day by accepted plans; ``capacity``, missing where it
    is not known; ``free``, the families it can take more (0 where it has more than it can), missing likewise;
    ``is_available``, whether it is there on that day.
    """
    months = months_of_help(parameters, Month.from_code(on_day // 100))
    held = in_force(accepted_rows(tables.plans), on_day, months)
    counts = held.drop_duplicates(["resource_id", "family_id"]).groupby("resource_id").size()
    resources = tables.resources
    families = resources["resource_id"].map(counts).fillna(0).astype("Int64")
    columns = {
        "resource_id": resources["resource_id"].astype("str"),
        "reach": resources["reach"].astype("str"),
        "area": resources["area"].astype("str"),
        "families": families,
        "capacity": resources["capacity"].astype("Int64"),
        "free": (resources["capacity"].astype("Int64") - families).clip(lower=0),
        "is_available": is_available(resources, on_day),
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def most_at_once(plans: pd.DataFrame, first_day: int, last_day: int, months: int) -> dict[str, int]:
    """By resource: the most families it has on any day between two days, by the accepted rows of ``plans``."""
    rows = accepted_rows(plans)
    rows = rows[rows["resource_id"].notna()].assign(last=lambda frame: last_days(frame, months))
    begins = rows["from_day"].to_numpy(dtype=np.int64)
    days = {first_day, *begins[(begins > first_day) & (begins <= last_day)].tolist()}
    most: dict[str, int] = {}
    for day in days:
        held = rows[((rows["from_day"] <= day) & (rows["last"] >= day)).to_numpy(dtype=bool)]
        counts = held.drop_duplicates(["resource_id", "family_id"]).groupby("resource_id").size()
        for resource_id, count in counts.items():
            most[str(resource_id)] = max(most.get(str(resource_id), 0), int(count))
    return most


def able_resources(
    tables: CaseTables, wanted: pd.DataFrame, month: Month, on_day: int, months: int
) -> Mapping[tuple[str, str], tuple[Able, ...]]:
    """Who could do each programme for each family, by ``(family_id, programme)``; nobody where a pair is missing.

    ``wanted`` has the columns ``family_id, programme``.  Those come first that have room for certain, then those whose
    capacity is not known, those that are full last; among them the family's own area, then the nearest reach.
    A resource of one area is named only for families that are recorded there.
    """
    resources = tables.resources[is_available(tables.resources, on_day)]
    if resources.empty or wanted.empty:
        return {}
    taken = most_at_once(tables.plans, on_day, end_of_year(month.code * 100 + 1, months), months)
    offered = resources[["resource_id", "reach", "area", "capacity"]].assign(
        programme=resources["programmes"].fillna("").str.split(),
        reach=resources["reach"].map(list(REACHES).index),
        free=(resources["capacity"] - resources["resource_id"].map(taken).fillna(0).astype("Int64")).clip(lower=0),
    )
    offered = offered.explode("programme").dropna(subset=["programme"]).drop_duplicates(["resource_id", "programme"])
    home = tables.families[["family_id", "area"]].rename(columns={"area": "home"}).astype("str")
    pairs = wanted[["family_id", "programme"]].drop_duplicates().astype("str").merge(home, on="family_id", how="left")
    pairs = pairs.merge(offered.astype({"programme": "str"}), on="programme")
    is_own = (pairs["area"].astype("str") == pairs["home"]).fillna(False)
    pairs = pairs.assign(is_far=~is_own)[(is_own | pairs["area"].isna()).to_numpy(dtype=bool)]
    pairs = pairs.assign(fullness=np.where(pairs["free"].isna(), 1, np.where(pairs["free"].fillna(0) > 0, 0, 2)))
    pairs = pairs.sort_values(["fullness", "is_far", "reach", "resource_id"], kind="stable")
    found: dict[tuple[str, str], list[Able]] = {}
    for row in pairs.itertuples():
        able = Able(str(row.resource_id), None if pd.isna(row.free) else int(row.free))
        found.setdefault((row.family_id, row.programme), []).append(able)
    return {key: tuple(able) for key, able in found.items()}
