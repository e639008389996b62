"""What the file says of one family when its form is opened: facts, names, and the version of every row it may change.

Versions and facts must be of one moment.
A version that is newer than the facts beside it would let a correction of somebody else be overwritten without a word.
So both are read until nothing was recorded between the readings, which the session's hash of the facts tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import (
    CATEGORIES,
    FLOWS,
    FOOD_WEEKS,
    GOALS,
    IDENTITIES,
    LEVEL_ANSWERS,
    MEMBERS,
    OBSERVATIONS,
    PLANS,
    VISITS,
    CaseTables,
    Table,
)
from hamyar.faces.family import FamilyUnknown
from hamyar.faces.form.fields import NAME_FIELDS
from hamyar.faces.form.judged import Judged

if TYPE_CHECKING:
    from hamyar.faces.session import Session

# The tables a form writes rows of, besides names.
WRITTEN: Mapping[str, Table] = {
    table.name: table for table in (MEMBERS, FLOWS, OBSERVATIONS, FOOD_WEEKS, PLANS, GOALS, VISITS)
}
# What cannot be chosen as an answer; "not asked" is to leave the question alone.
TOLD_ANSWERS = (*LEVEL_ANSWERS, "not_known", "does_not_apply")
# Lines that a form may open in a category without a conflict over rows that were withdrawn there before.
_LINES_AHEAD = 4
_MOST_READINGS = 5

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Setting:
    """Whose form of which family and month it is, as of its opening.

    ``day`` is the day that answers bear; ``may_name``: whether names are shown and written.
    """

    family_id: str
    month: Month
    day: int
    today: int
    observer_id: str
    role: str
    may_name: bool


@dataclass(frozen=True)
class Told:
    """The last answer to an indicator in the file; ``is_counted``: it is not out of date."""

    value: str
    reason: str | None
    day: int
    observer_id: str
    source: str | None
    is_counted: bool


def plain(value: Any) -> Any:
    """A cell as a plain value; what is missing is ``None``."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


def plain_rows(frame: pd.DataFrame) -> Iterator[Row]:
    """The rows of a frame as plain values."""
    names = [str(name) for name in frame.columns]
    columns = [[plain(value) for value in frame[name].array] for name in names]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple(row[name] for name in table.key)


@dataclass(frozen=True, eq=False)
class FamilyFile:
    """The file of one family as it was at one moment.

    ``versions`` are by table and key; a row that is not there, or not of those a form writes, has none.
    """

    setting: Setting
    parameters: ParameterSet
    tables: CaseTables
    names: Mapping[str, Mapping[str, str]]
    versions: Mapping[tuple[str, Key], int]

    @classmethod
    def read(cls, session: "Session", setting: Setting) -> "FamilyFile":
        """Read a family's file; raises ``FamilyUnknown`` and ``NotAllowed``."""
        before = session.origin.data_hash
        for _ in range(_MOST_READINGS):
            file = cls._facts(session, setting)
            file = replace(file, versions=file._versions(session))
            after = session.origin.data_hash
            if after == before:
                return file
            before = after
        # Somebody records without a pause; who is taken to have read nothing is shown every difference.
        return replace(file, versions={})

    @classmethod
    def _facts(cls, session: "Session", setting: Setting) -> "FamilyFile":
        tables = session.tables([setting.family_id])
        if not len(tables.families):
            raise FamilyUnknown(family=setting.family_id)
        owners = [setting.family_id, *tables.members["member_id"].astype("str")]
        names = session.names(owners) if setting.may_name else {}
        return cls(setting, session.parameters, tables, names, {})

    def _versions(self, session: "Session") -> dict[tuple[str, Key], int]:
        found: dict[tuple[str, Key], int] = {}
        for table, keys in self._keys():
            if not keys:
                continue
            frame = pd.DataFrame(keys, columns=list(table.key))
            for key, version in zip(keys, session.versions(table, frame), strict=True):
                if plain(version) is not None:
                    found[table.name, key] = int(version)
        return found

    def _keys(self) -> Iterator[tuple[Table, list[Key]]]:
        """Every row this form may write, as far as it is known beforehand."""
        of = self.setting
        yield MEMBERS, list(self.rows["members"])
        lines = [
            (of.family_id, of.month.code, category, line)
            for category in CATEGORIES
            for line in range(1, self.last_line(category) + _LINES_AHEAD)
        ]
        yield FLOWS, lines
        subjects = [of.family_id, *self.tables.members["member_id"].astype("str")]
        codes = self.indicators.codes if self.indicators is not None else ()
        today = [(of.family_id, who, code, of.observer_id, of.day) for who in subjects for code in codes]
        yield OBSERVATIONS, list(dict.fromkeys([*self.own_rows_of_month(), *today]))
        weeks = [key for key in self.rows["food_weeks"] if key[1] // 100 == of.month.code]
        yield FOOD_WEEKS, list(dict.fromkeys([*weeks, (of.family_id, of.day)]))
        yield PLANS, list(self.rows["plans"])
        yield GOALS, list(self.rows["goals"])
        yield VISITS, list(self.rows["visits"])
        if self.setting.may_name:
            yield IDENTITIES, [(owner, field) for owner in subjects for field in NAME_FIELDS]

    @cached_property
    def rows(self) -> dict[str, dict[Key, Row]]:
        """The rows of the tables a form writes, by table and key; of the flows those of the form's month."""
        found = {}
        for name, table in WRITTEN.items():
            frame = getattr(self.tables, name)
            if table is FLOWS:
                frame = frame[frame["month"] == self.setting.month.code]
            found[name] = {key_of(table, row): row for row in plain_rows(frame)}
        return found

    def own_rows_of_month(self) -> list[Key]:
        """The observer's own answers of the form's month, by key."""
        of = self.setting
        return [key for key in self.rows["observations"] if key[3] == of.observer_id and key[4] // 100 == of.month.code]

    @cached_property
    def last_month(self) -> dict[tuple[str, int], Row]:
        """Last month's lines by category and line: what this month's begin with."""
        before = self.setting.month + -1
        frame = self.tables.flows
        return {(row["category"], row["line"]): row for row in plain_rows(frame[frame["month"] == before.code])}

    def line(self, category: str, line: int) -> Row | None:
        """A line of the form's month as the file has it."""
        return self.rows["flows"].get((self.setting.family_id, self.setting.month.code, category, line))

    def last_line(self, category: str) -> int:
        """The largest number of a line of a category, in this month or the last; 0 without any."""
        lines = [key[3] for key in self.rows["flows"] if key[2] == category]
        return max([*lines, *(line for name, line in self.last_month if name == category)], default=0)

    @cached_property
    def judged(self) -> Judged:
        """What the month comes to as the file stands."""
        return Judged(self.tables, self.parameters, self.setting.month)

    @property
    def indicators(self) -> IndicatorSet | None:
        """What is asked in the month; ``None`` where no catalogue holds."""
        return self.judged.indicators

    @cached_property
    def answers(self) -> dict[tuple[str, str], Told]:
        """By subject and indicator: the answer the core would count, or the last that is out of date."""
        details = self.judged.details
        if details is None:
            return {}
        found = {}
        for row in plain_rows(details):
            if row["day"] is None or row["observer_id"] is None:
                continue
            key = (self.setting.family_id, row["subject_id"], row["indicator"], row["observer_id"], row["day"])
            behind = self.rows["observations"].get(key)
            if behind is not None and behind["answer"] in TOLD_ANSWERS:
                is_counted = row["state"] != "out_of_date"
                told = (behind["answer"], behind["reason"], row["day"], row["observer_id"], behind["source"])
                found[row["subject_id"], row["indicator"]] = Told(*told, is_counted)
        return found

    @cached_property
    def food_key(self) -> Key:
        """The week this form is about: the last one of the month that the file has, else that of the form's day."""
        of = self.setting
        weeks = [key for key in self.rows["food_weeks"] if key[1] // 100 == of.month.code]
        return max(weeks, key=lambda key: key[1], default=(of.family_id, of.day))
