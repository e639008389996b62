"""Everything that can be entered in a form as it stands, section by section; made when it is asked for."""

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from typing import Any

from hamyar.faces.form.asked import (
    food_fields,
    food_groups,
    household_fields,
    household_groups,
    money_fields,
    money_groups,
)
from hamyar.faces.form.asked_goals import GoalsAsked
from hamyar.faces.form.asked_indicators import indicator_fields, indicator_groups
from hamyar.faces.form.asked_plan import PlanAsked
from hamyar.faces.form.asked_visits import visit_fields, visit_groups
from hamyar.faces.form.fields import SECTIONS, FieldUnknown, FormField, FormGroup, SectionName
from hamyar.faces.form.rows import Overlay


class Sheet:
    """The groups and fields of one :class:`Overlay`.

    From ``former``, the sheet of the same file before the last change, sections are taken over that it cannot change:
    a page asks for its fields after every key.
    """

    def __init__(self, overlay: Overlay, former: "Sheet | None" = None) -> None:
        self._overlay = overlay
        self._fields: dict[str, list[FormField]] = {}
        self._groups: dict[str, list[FormGroup]] = {}
        if former is not None and former._overlay.file is overlay.file:
            same = [name for name in _RESTS_ON if self._rests_on(name) == former._rests_on(name)]
            self._fields = {name: former._fields[name] for name in same if name in former._fields}
            self._groups = {name: former._groups[name] for name in same if name in former._groups}

    def _rests_on(self, section: str) -> list[tuple[str, Any]]:
        """What was typed that the fields of a section, or what they are called, depend on."""
        by_value, by_name = _RESTS_ON[section]
        typed = [(name.partition(":")[0], name, value) for name, value in self._overlay.typed.items()]
        return [
            (name, value if what in by_value else None)
            for what, name, value in typed
            if what in by_value or what in by_name
        ]

    def fields(self, section: str) -> list[FormField]:
        """The fields of a section in the order of the page; raises ``FieldUnknown`` for what is no section."""
        if section not in self._fields:
            self._fields[section] = list(self._made(section)[1]())
        return self._fields[section]

    def groups(self, section: str) -> list[FormGroup]:
        """The groups of a section, each after what it stands under; raises ``FieldUnknown``."""
        if section not in self._groups:
            self._groups[section] = list(self._made(section)[0]())
        return self._groups[section]

    def find(self, field_id: str) -> FormField | None:
        """A field by its id; only the sections in which it may stand are made."""
        sections = _SECTIONS_OF.get(field_id.partition(":")[0], ())
        return next((field for name in sections for field in self.fields(name) if field.id == field_id), None)

    def with_children(self, section: str, group_id: str) -> set[str]:
        """A group's id and those of all that stands under it."""
        found = {group_id}
        for group in self.groups(section):
            if group.parent in found:
                found.add(group.id)
        return found

    @property
    def ids(self) -> set[str]:
        return {field.id for section in SECTIONS for field in self.fields(section.name)}

    def _made(self, section: str) -> tuple[Callable[[], Iterable[FormGroup]], Callable[[], Iterable[FormField]]]:
        overlay = self._overlay
        match section:
            case "household":
                return lambda: household_groups(overlay), lambda: household_fields(overlay)
            case "money":
                return lambda: money_groups(overlay), lambda: money_fields(overlay)
            case "indicators" | "strengths":
                return lambda: self._indicator_groups(section), lambda: self._indicator_fields(section)
            case "food":
                return food_groups, food_fields
            case "plan":
                parts = (self._plan, self._goals)
                return (
                    lambda: chain.from_iterable(part.groups() for part in parts),
                    lambda: chain.from_iterable(part.fields() for part in parts),
                )
            case "visits":
                return lambda: visit_groups(overlay), lambda: visit_fields(overlay)
        raise FieldUnknown()

    @cached_property
    def _goals(self) -> GoalsAsked:
        return GoalsAsked(self._overlay, self._plan.year_from)

    def _indicator_groups(self, section: SectionName) -> Iterable[FormGroup]:
        indicators = self._overlay.file.indicators
        return () if indicators is None else indicator_groups(indicators, section)

    def _indicator_fields(self, section: SectionName) -> Iterable[FormField]:
        judged = self._overlay.judged
        if judged.indicators is None or judged.details is None:
            return ()
        return indicator_fields(self._overlay, judged.indicators, judged.details, section)

    @cached_property
    def _plan(self) -> PlanAsked:
        return PlanAsked(self._overlay)


# By section: the kinds of fields on whose values it depends, and those of which it matters only which were typed.
_RESTS_ON: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "household": (("member", "name"), ()),
    "money": ((), ("flow",)),
    "indicators": (("member", "name"), ()),
    "strengths": (("member", "name"), ()),
    "food": ((), ()),
    "visits": (("member", "name"), ()),
    "plan": (("member", "name", "flow", "obs", "food", "plan"), ("goal",)),
}
_SECTIONS_OF: dict[str, tuple[SectionName, ...]] = {
    "member": ("household",),
    "name": ("household",),
    "flow": ("money",),
    "obs": ("indicators", "strengths"),
    "food": ("food",),
    "plan": ("plan",),
    "goal": ("plan",),
    "visit": ("visits",),
}
