"""The rows of the tables that follow from a file with what was typed laid over it.

An :class:`Overlay` is made for one state of the drafts, or for a "what if", and never changes.

A line of money that the file of the month does not have becomes a row when its amount is told, be it told as not known.
Until then last month's line is a proposal, and its period and item alone tell nothing.
An answer to an indicator is a new row of the form's day and observer.  A reason or a source alone completes an own
answer of the month where it stands, and repeats an older one, or somebody else's, as one's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.tables import (
    CATEGORIES,
    COPING,
    FLOWS,
    FOOD_GROUPS,
    FOOD_WEEKS,
    GOALS,
    MEMBERS,
    OBSERVATIONS,
    PLANS,
    CaseTables,
    Table,
    conform,
)
from hamyar.faces.form.fields import AIMS, NO_GOAL, REMOVED, flow_id, member_field
from hamyar.faces.form.file import WRITTEN, Key, Row, key_of, plain
from hamyar.faces.form.judged import Judged
from hamyar.faces.form.shown import GOAL_DETAILS, PLAN_DETAILS, USUAL_SOURCE, Shown, food_column, line_of

# Numbers of a plan that are the helper's own; accepted as proposed, there are none.
_OVERRIDES = ("minutes", "every_days", "number", "offset_days")
FOOD_COLUMNS = (*(f"{what}_days" for what in FOOD_GROUPS + COPING), "source")
LINE_COLUMNS = ("amount_money", "recall", "item", "source")


@dataclass(frozen=True, eq=False)
class Overlay(Shown):
    """What a form shows, and the rows of the tables that follow.

    ``file`` with ``typed`` values by field id over it.  What is about nobody of this family is passed over.
    """

    @cached_property
    def rows(self) -> dict[str, dict[Key, Row]]:
        """By table: the rows that would be another than the file's, by key."""
        made = {
            "members": self._members,
            "flows": self._flows,
            "observations": self._observations,
            "food_weeks": self._food_weeks,
            "plans": self._plans,
            "goals": self._goals,
            "visits": self._visits,
        }
        found = {}
        for name, rows in made.items():
            filed = self.file.rows[name]
            keyed = {key_of(WRITTEN[name], row): row for row in rows()}
            found[name] = {key: row for key, row in keyed.items() if filed.get(key) != row}
        return found

    @cached_property
    def withdrawn(self) -> dict[str, list[Key]]:
        """By table: the keys of the file's rows that were entered wrongly."""
        of = self.file.setting
        found: dict[str, list[Key]] = {
            "members": [(member,) for member in self.removed_members if (member,) in self.file.rows["members"]],
            "flows": [(of.family_id, of.month.code, *line) for line in self.removed_lines],
            # Whoever never lived here was never asked.
            "observations": [key for key in self.file.rows["observations"] if key[1] in self.removed_members],
        }
        return {name: keys for name, keys in found.items() if keys}

    @cached_property
    def names(self) -> list[Row]:
        """Rows of ``IDENTITIES`` that would be another than the file's."""
        found = []
        known = {self.file.setting.family_id, *self.member_ids}
        for target in self._targets("name"):
            value = self.typed[f"name:{target.key[0]}:{target.column}"]
            is_new = value != self.file.names.get(target.key[0], {}).get(target.column)
            if target.key[0] in known and value is not None and is_new:
                found.append({"owner_id": target.key[0], "field": target.column, "value": value})
        return found

    @cached_property
    def tables(self) -> CaseTables:
        """The family's tables as they would stand; those of which nothing was typed are the file's own."""
        frames = {}
        for name, rows in self.rows.items():
            gone = self.withdrawn.get(name, [])
            if rows or gone:
                frames[name] = laid_over(WRITTEN[name], getattr(self.file.tables, name), rows, gone)
        return replace(self.file.tables, **frames) if frames else self.file.tables

    @cached_property
    def judged(self) -> Judged:
        """What the month comes to as the form stands."""
        file = self.file
        return file.judged if self.tables is file.tables else Judged(self.tables, file.parameters, file.setting.month)

    def _members(self) -> Iterator[Row]:
        of = self.file.setting
        typed: dict[str, Row] = {}
        for target in self._targets("member"):
            (member,) = target.key
            if member in self.member_ids and target.column in MEMBERS.column_names:
                typed.setdefault(member, {})[target.column] = self.typed[member_field(member, target.column)]
        for member, values in typed.items():
            row = self.file.rows["members"].get((member,)) or _empty(
                MEMBERS, member_id=member, family_id=of.family_id, source=USUAL_SOURCE
            )
            row = row | values
            if "stated_age_years" in values:
                row["stated_age_month"] = None if values["stated_age_years"] is None else of.month.code
            yield row

    def _flows(self) -> Iterator[Row]:
        of = self.file.setting
        for key, row in self.file.rows["flows"].items():
            # Whoever was entered wrongly earned nothing either.
            if row["member_id"] in self.removed_members and (key[2], key[3]) not in self.removed_lines:
                yield row | {"member_id": None}
        typed = dict.fromkeys(line_of(target) for target in self._targets("flow") if target.column != REMOVED)
        for category, line in typed:
            filed, before = self.file.line(category, line), self.file.last_month.get((category, line))
            if (category, line) in self.removed_lines or category not in CATEGORIES:
                continue
            if filed is None and flow_id(category, line) not in self.typed:
                continue
            named = {"family_id": of.family_id, "month": of.month.code, "category": category, "line": line}
            row = _empty(FLOWS) | (filed or before or {}) | named
            shown = {name: self.value(flow_id(category, line, name)) for name in LINE_COLUMNS}
            row |= shown
            if row["member_id"] not in self.member_ids:
                row["member_id"] = None
            yield row

    def _observations(self) -> Iterator[Row]:
        of = self.file.setting
        subjects = {of.family_id, *self.member_ids}
        for subject, indicator in dict.fromkeys((target.key[0], target.key[1]) for target in self._targets("obs")):
            told = self.file.answers.get((subject, indicator))
            name = f"obs:{subject}:{indicator}"
            answer = self.typed.get(name)
            if answer is None and told is not None and told.is_counted:
                answer = told.value
            if answer is None or subject not in subjects:
                continue
            key = self.answer_key(subject, indicator)
            row = self.file.rows["observations"].get(key) or _empty(OBSERVATIONS)
            row |= dict(zip(OBSERVATIONS.key, key, strict=True))
            beside = {column: self.value(f"{name}:{column}") for column in ("reason", "source")}
            yield row | beside | {"answer": answer}

    def _food_weeks(self) -> Iterator[Row]:
        typed = {food_column(found.column): self.typed[f"food:{found.column}"] for found in self._targets("food")}
        typed = {name: value for name, value in typed.items() if name in FOOD_COLUMNS}
        filed = self.file.rows["food_weeks"].get(self.file.food_key)
        # Who told it makes no week of which nothing is told.
        if typed and (filed is not None or set(typed) != {"source"}):
            row = filed or _empty(FOOD_WEEKS, **dict(zip(FOOD_WEEKS.key, self.file.food_key, strict=True)))
            yield row | {"source": self.value("food:source")} | typed

    def _visits(self) -> Iterator[Row]:
        for (visit,) in dict.fromkeys(target.key for target in self._targets("visit")):
            filed = self.file.rows["visits"].get((visit,))
            if filed is None:
                continue
            shown = {name: self.value(f"visit:{visit}:{name}") for name in ("status", "done_day", "reason")}
            if shown["status"] != "done" and f"visit:{visit}:done_day" not in self.typed:
                shown["done_day"] = None
            yield filed | shown

    def _plans(self) -> Iterator[Row]:
        of = self.file.setting
        for parts in dict.fromkeys(target.key for target in self._targets("plan")):
            key, name = self._plan_key(parts), "plan:" + ":".join(parts)
            filed = self.file.rows["plans"].get(key)
            decision = self.value(f"{name}:decision")
            if decision is None:
                continue
            row = dict(filed) if filed is not None else _empty(PLANS, **dict(zip(PLANS.key, key, strict=True)))
            if filed is None or decision != filed["decision"]:
                # Another decision: what was said for the former one goes with it.
                row |= {"decided_day": of.today, "decided_by": of.observer_id} | dict.fromkeys(_OVERRIDES)
            details = {column: self.value(f"{name}:{column}") for column in PLAN_DETAILS}
            yield row | details | {"decision": decision}

    def _goals(self) -> Iterator[Row]:
        of = self.file.setting
        subjects = {of.family_id, *self.member_ids}
        for parts in dict.fromkeys(target.key for target in self._targets("goal")):
            key, name = self._plan_key(parts), "goal:" + ":".join(parts)
            filed = self.file.rows["goals"].get(key)
            aim = self.value(f"{name}:aim_level")
            if aim not in AIMS or parts[0] not in subjects:
                continue
            row = dict(filed) if filed is not None else _empty(GOALS, **dict(zip(GOALS.key, key, strict=True)))
            if filed is None or aim != self.filed(f"{name}:aim_level"):
                row |= {"decided_day": of.today, "decided_by": of.observer_id}
            details = {column: self.value(f"{name}:{column}") for column in GOAL_DETAILS}
            yield row | details | {"aim_level": None if aim == NO_GOAL else int(aim)}


def frame_of(table: Table, rows: Mapping[Key, Row]) -> pd.DataFrame:
    """Rows by key as a conformed frame."""
    return conform(table, pd.DataFrame(list(rows.values()), columns=table.column_names))


def _empty(table: Table, **values: Any) -> Row:
    return dict.fromkeys(table.column_names) | values


def laid_over(table: Table, frame: pd.DataFrame, rows: Mapping[Key, Row], gone: list[Key]) -> pd.DataFrame:
    """``frame`` with ``rows`` in the place of those with their keys, new ones behind, and without those ``gone``."""
    keys = list(zip(*(map(plain, frame[name]) for name in table.key), strict=True))
    kept = frame[[key not in rows and key not in gone for key in keys]]
    if not rows:
        return kept.reset_index(drop=True)
    # A corrected row keeps its place, so that nobody seems to have moved; new ones stand behind.
    place = {key: number for number, key in enumerate(keys)}
    order = [number for key, number in place.items() if key not in rows and key not in gone]
    order += [place.get(key, len(keys) + number) for number, key in enumerate(rows)]
    whole = pd.concat([kept, frame_of(table, rows)], ignore_index=True).iloc[np.argsort(order, kind="stable")]
    return conform(table, whole)
