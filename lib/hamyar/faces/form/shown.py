"""What every field of a form shows: the typed value over the file's, over (for money) last month's.

It holds no opinion about values; they are checked before they come here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hamyar.faces.form.fields import NO_GOAL, REMOVED, Origin, Target, flow_id, target_of
from hamyar.faces.form.file import FamilyFile, Key, Row

USUAL_RECALL = "month"
USUAL_SOURCE = "family"
# What is said about a decision, or a goal, beside it.
PLAN_DETAILS = ("resource_id", "reason")
GOAL_DETAILS = ("until_day", "reason")


@dataclass(frozen=True, eq=False)
class Shown:
    """``file`` with ``typed`` values by field id over it.  What is about nobody of this family is passed over."""

    file: FamilyFile
    typed: Mapping[str, Any]

    # -- what a field shows --

    def value(self, field_id: str) -> Any:
        """What the field shows: the typed value, else the file's, else (money) last month's; ``None`` is empty."""
        return self._look(field_id)[0]

    def origin(self, field_id: str) -> Origin:
        return self._look(field_id)[1]

    def _look(self, field_id: str) -> tuple[Any, Origin]:
        target = target_of(field_id)
        if field_id in self.typed:
            return self.typed[field_id], "draft"
        if target.column == "source":
            return self._shown_source(target)
        if target.what == "flow":
            return self._shown_of_line(target)
        value = self.filed(field_id)
        if target.what == "visit" and self._default_done_day(target) is not None:
            return self._default_done_day(target), "draft"
        if self._is_outdone(target):
            return None, "empty"
        return value, "empty" if value is None else "file"

    def _shown_of_line(self, target: Target) -> tuple[Any, Origin]:
        category, line = line_of(target)
        row = self.line(category, line)
        if row is not None:
            value = row.get(target.column)
            return value, "empty" if value is None else "file"
        before = self.file.last_month.get((category, line))
        # Beside this month's amount last month's line proposes nothing any more.
        is_told = flow_id(category, line) in self.typed
        if before is not None and before.get(target.column) is not None and not is_told:
            return before[target.column], "last_month"
        return (USUAL_RECALL if target.column == "recall" else None), "empty"

    def _shown_source(self, target: Target) -> tuple[Any, Origin]:
        """Who told a row: as the file has it, or as it is taken to be of a row that the file lacks."""
        rows, origin = self.file.rows, "file"
        row: Row | None = None
        match target.what:
            case "flow":
                row = self.line(*line_of(target))
                if row is None and (row := self.file.last_month.get(line_of(target))) is not None:
                    origin = "last_month"
            case "member":
                row = rows["members"].get(target.key)
            case "food":
                row = rows["food_weeks"].get(self.file.food_key)
            case "obs":
                told = self.file.answers.get((target.key[0], target.key[1]))
                row = rows["observations"].get(self.answer_key(*target.key))
                if row is None and told is not None:
                    row = {"source": told.source}
        if row is None:
            return USUAL_SOURCE, "empty"
        return row["source"], "empty" if row["source"] is None else origin  # type: ignore[return-value]

    def answer_key(self, subject: str, indicator: str) -> Key:
        """The row in which an answer is recorded: of the form's day, or an own one of the month that is completed."""
        of, told = self.file.setting, self.file.answers.get((subject, indicator))
        day = of.day
        if self.typed.get(f"obs:{subject}:{indicator}") is None and told is not None and told.is_counted:
            is_own = told.observer_id == of.observer_id and told.day // 100 == of.month.code
            day = told.day if is_own else of.day
        return (of.family_id, subject, indicator, of.observer_id, day)

    def _default_done_day(self, target: Target) -> int | None:
        """The day a visit that is told as done now is taken to have been done on, where nobody said another."""
        (visit_id,) = target.key
        if target.column != "done_day" or self.typed.get(f"visit:{visit_id}:status") != "done":
            return None
        row = self.file.rows["visits"].get((visit_id,), {})
        return min(int(row["day"]), self.file.setting.today) if row else None

    def _is_outdone(self, target: Target) -> bool:
        """Whether it is a detail of an answer, a decision or an outcome in whose place another was typed."""
        if target.what == "obs" and target.column == "reason":
            told = self.file.answers.get((target.key[0], target.key[1]))
            return self._is_other(f"obs:{target.key[0]}:{target.key[1]}", told and told.value)
        if target.what == "plan" and target.column in PLAN_DETAILS:
            row = self.file.rows["plans"].get(self._plan_key(target.key), {})
            return self._is_other(target.beside("decision"), row.get("decision"))
        if target.what == "goal" and target.column in GOAL_DETAILS:
            name = target.beside("aim_level")
            filed = self.filed(name)
            # The day of one level is that of another, too; a reason for having none is not.
            is_none = NO_GOAL in (self.typed.get(name), filed)
            return self._is_other(name, filed) and (is_none or target.column == "reason")
        if target.what == "visit" and target.column in ("reason", "done_day"):
            row = self.file.rows["visits"].get(target.key, {})
            return self._is_other(target.beside("status"), row.get("status"))
        return False

    def _is_other(self, field_id: str, filed: Any) -> bool:
        return self.typed.get(field_id) is not None and self.typed[field_id] != filed

    def filed(self, field_id: str) -> Any:
        """What the file itself says, without proposals: an answer that is out of date is empty."""
        what, key, column = target_of(field_id)
        file = self.file
        match what:
            case "flow":
                row = self.line(*line_of(target_of(field_id)))
                return None if row is None else row.get(column)
            case "member" | "visit":
                return file.rows[f"{what}s"].get(key, {}).get(column)
            case "name":
                return file.names.get(key[0], {}).get(column)
            case "food":
                return file.rows["food_weeks"].get(file.food_key, {}).get(food_column(column))
            case "plan":
                return file.rows["plans"].get(self._plan_key(key), {}).get(column)
            case "goal":
                return self._filed_of_goal(key, column)
        told = file.answers.get((key[0], key[1]))
        if told is None or not told.is_counted:
            return None
        return {"answer": told.value, "reason": told.reason, "source": told.source}[column]

    def _filed_of_goal(self, key: tuple[str, ...], column: str) -> Any:
        row = self.file.rows["goals"].get(self._plan_key(key))
        if row is None or column != "aim_level":
            return None if row is None else row.get(column)
        return NO_GOAL if row["aim_level"] is None else str(row["aim_level"])

    def is_same(self, field_id: str, value: Any) -> bool:
        """Whether typing ``value`` would say nothing that the file does not say.

        To answer a question once more is news, and so is an amount of a line that the file of the month lacks.
        """
        target = target_of(field_id)
        if target.column == "source":
            return bool(value == self._shown_source(target)[0])
        match target.what:
            case "flow":
                return self.line(*line_of(target)) is not None and value == self.filed(field_id)
            case "member":
                return target.key in self.file.rows["members"] and value == self.filed(field_id)
            case "obs" if target.column == "answer":
                of = self.file.setting
                key = (of.family_id, *target.key, of.observer_id, of.day)
                return self.file.rows["observations"].get(key, {}).get("answer") == value
            case "obs":
                is_typed = f"obs:{target.key[0]}:{target.key[1]}" in self.typed
                return not is_typed and value == self.filed(field_id)
        return bool(value == (None if self._is_outdone(target) else self.filed(field_id)))

    # -- members and lines --

    @cached_property
    def removed_members(self) -> list[str]:
        return [target.key[0] for target in self._targets("member") if target.column == REMOVED]

    @cached_property
    def member_ids(self) -> list[str]:
        """The household as it would stand: the file's members without those removed, then the new ones."""
        filed = [key[0] for key in self.file.rows["members"]]
        # A place in the household makes somebody a member; other cells of nobody's row are passed over.
        new = [target.key[0] for target in self._targets("member") if target.column == "role"]
        return [member for member in dict.fromkeys([*filed, *new]) if member not in self.removed_members]

    def lines(self, category: str) -> list[int]:
        """The numbers of a category's lines: of the file, of last month, and new ones; 1 where there is none."""
        typed = [line_of(target) for target in self._targets("flow")]
        numbers = {key[3] for key in self.file.rows["flows"] if key[2] == category}
        numbers |= {line for name, line in [*typed, *self.file.last_month] if name == category}
        gone = {line for name, line in self.removed_lines if name == category and not self._is_proposed(name, line)}
        return sorted(numbers - gone) or [1]

    def _is_proposed(self, category: str, line: int) -> bool:
        return (category, line) in self.file.last_month and self.line(category, line) is None

    def line(self, category: str, line: int) -> Row | None:
        """A line of the form's month as the file has it; ``None`` where it is to be taken back."""
        return None if (category, line) in self.removed_lines else self.file.line(category, line)

    @cached_property
    def removed_lines(self) -> list[tuple[str, int]]:
        """Lines of the file that were entered wrongly."""
        found = [line_of(target) for target in self._targets("flow") if target.column == REMOVED]
        return [line for line in found if self.file.line(*line) is not None]

    def _targets(self, what: str) -> list[Target]:
        return [target for target in self._taken_apart if target.what == what]

    @cached_property
    def _taken_apart(self) -> list[Target]:
        return [target_of(field_id) for field_id in self.typed]

    def _plan_key(self, key: tuple[str, ...]) -> Key:
        subject, programme, from_day = key
        return (self.file.setting.family_id, subject, programme, int(from_day) if from_day.isdecimal() else 0)


def line_of(target: Target) -> tuple[str, int]:
    """The category and the number of a line; 0, which no line has, for what is no number."""
    category, line = target.key
    return category, int(line) if line.isdecimal() else 0


def food_column(what: str) -> str:
    """The column of a week of food that a field holds."""
    return what if what == "source" else f"{what}_days"


def settled(shown: Shown) -> list[str]:
    """The typed fields that say nothing any more: the file says the same, or has not what was to be taken back."""
    found = []
    for field_id, value in shown.typed.items():
        target = target_of(field_id)
        if target.column == REMOVED:
            is_line = target.what == "flow"
            stands = shown.file.line(*line_of(target)) if is_line else shown.file.rows["members"].get(target.key)
            if stands is None:
                found.append(field_id)
        elif shown.is_same(field_id, value):
            found.append(field_id)
    return found
