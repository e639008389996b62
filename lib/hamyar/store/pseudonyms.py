"""The tables for research: whole, and without anybody in them who could be called by name.

A researcher needs every household and must know none.  So each column is treated by what it may give away:

=========  ==================================================================================================
treatment  what becomes of the values
=========  ==================================================================================================
kept       answers, amounts, counts, months, choices, and codes of the centre's catalogues, as they are
replaced   codes of families, members, helpers, visits, sessions … and names of areas, by a keyed pseudonym
           that is the same in every table and at every time, so that tables join and years compare
dropped    free text; where it may not be missing it is empty
year       birthdays: the first of Farvardin of the year, so an age is right to a year
month      other days: within the month they are counted 1, 2, 3 … for each family (or helper, or group; what is
           of nobody, for the centre), all days of a row together, in order, so that what came first stays first,
           two visits of a month stay two, and what was done on its day was
=========  ==================================================================================================

:func:`treatment` says it of each column, and documentation is made from it.  A column or a table that is added later
is treated as the strictest of its kind.  The centre's title goes too.

What remains is pseudonymous, not anonymous: a large household with a rare income may be known to a neighbour.
So these tables are for people who are named and bound, and small numbers are hidden in what leaves the centre.
The pseudonyms need the key of the secrets, without which nobody can make or undo them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.tables import FACT_TABLES, MEMBERS, CaseTables, Column, Table, conform
from hamyar.store.secrets import Keyring

Treatment = Literal["kept", "replaced", "dropped", "year", "month"]

# Codes of the centre's catalogues: the same for everybody.
CATALOGUE_CODES = ("indicator", "programme", "language")
# Texts that are lists of such codes.
_CODE_LISTS = ("languages", "skills", "rules", "programmes")
_AREA, _AREAS = "area", "areas"
_BIRTHDAY = "birth_day"


def treatment(table: Table, column: Column) -> Treatment:
    """What becomes of a column of a fact table."""
    if column.kind == "id":
        return "kept" if column.name in CATALOGUE_CODES else "replaced"
    if column.kind == "text":
        if column.name in (_AREA, _AREAS):
            return "replaced"
        return "kept" if column.name in _CODE_LISTS else "dropped"
    if column.kind == "day":
        return "year" if table is MEMBERS and column.name == _BIRTHDAY else "month"
    return "kept"


def pseudonymised(tables: CaseTables, keyring: Keyring) -> CaseTables:
    """The same tables by :func:`treatment`, rows in the order of their new keys."""
    # A code stands in many rows and tables; each is worked out once.
    code_of = lru_cache(maxsize=None)(keyring.pseudonym)
    frames = {name: _treated(table, getattr(tables, name), code_of) for name, table in FACT_TABLES.items()}
    return replace(tables, **frames, title="", extra={})


def _treated(table: Table, frame: pd.DataFrame, code_of: Callable[[str], str]) -> pd.DataFrame:
    if frame.empty:
        return table.empty()
    days = [column.name for column in table.columns if treatment(table, column) == "month"]
    counted = _counted_in_month(frame[days], _whose(frame)) if days else frame[days]
    columns = {
        column.name: counted[column.name]
        if column.name in days
        else _column(table, column, frame[column.name], code_of)
        for column in table.columns
    }
    treated = pd.DataFrame(columns, index=frame.index)
    # In the old order rows would still tell which codes follow each other.
    return conform(table, treated.sort_values(list(table.key), ignore_index=True))


def _whose(frame: pd.DataFrame) -> pd.Series:
    """By row, whose days are counted together: the family's, else the helper's or the group's, else the centre's."""
    whose = pd.Series(pd.NA, index=frame.index, dtype="str")
    for name in ("family_id", "helper_id", "group_id"):
        if name in frame:
            # A family and a helper may have the same code.
            whose = whose.fillna(name + " " + frame[name].astype("str"))
    return whose.fillna("")


def _column(table: Table, column: Column, values: pd.Series, code_of: Callable[[str], str]) -> pd.Series:
    match treatment(table, column):
        case "replaced":
            return _replaced(column, values.astype("str"), code_of)
        case "dropped":
            empty = "" if column.required else None
            return pd.Series(empty, index=values.index, dtype="str")
        case "year":
            return values // 10000 * 10000 + 101
        case _:
            return values


def _replaced(column: Column, values: pd.Series, code_of: Callable[[str], str]) -> pd.Series:
    if column.name == _AREAS:
        return values.map(
            lambda areas: ";".join(code_of(area.strip()) for area in areas.split(";")), na_action="ignore"
        )
    return values.map(code_of, na_action="ignore").astype("str")


def _counted_in_month(days: pd.DataFrame, whose: pd.Series) -> pd.DataFrame:
    """Each day as its month and its place among the different days of that month: ``14050812, 14050830`` become
    ``14050801, 14050802``.

    The columns are counted together, so they still compare: what was done after its day stays late.
    A place is never greater than the day it stands for, so it is always a day of the calendar.
    """
    long = pd.concat([pd.DataFrame({"whose": whose, "day": days[name], "column": name}) for name in days.columns])
    known = long[long["day"].notna()].astype({"day": np.int64})
    known["month"] = known["day"] // 100
    known["place"] = known.groupby(["whose", "month"])["day"].rank(method="dense").astype(np.int64)
    known["counted"] = known["month"] * 100 + known["place"]
    of_column = {name: known.loc[known["column"] == name, "counted"] for name in days.columns}
    return pd.DataFrame({name: found.reindex(days.index).astype("Int64") for name, found in of_column.items()})
