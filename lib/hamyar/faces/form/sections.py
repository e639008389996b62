"""The sections of a form: each a heading that opens, and below it the groups and fields that stand in it.

Nothing is built before it is opened for the first time, because a form has some hundred fields and a visit touches
a few of them.  What is open is brought up to date when a member, a line, a level or a birthday brings fields or takes
them away; only the row that changed is laid anew, so that the keyboard stays where it is.
"""

from collections.abc import Iterable

import ipywidgets
from markupsafe import Markup

from hamyar.faces.form.fields import FormField, FormGroup, FormSection, target_of
from hamyar.faces.form.heads import (
    FormTools,
    category_foot,
    group_head,
    line_buttons,
    noted,
    nothing_html,
    section_head,
)
from hamyar.faces.form.inputs import as_text
from hamyar.faces.widgets.controls import Sheet
from hamyar.faces.widgets.disclosure import Disclosure

# Each group of these has a heading of its own that opens; they are long, and few of them matter in one visit.
NESTED = frozenset({"household", "indicators", "plan", "visits"})
_WIDE_KINDS = frozenset({"level", "text"})


class Opening:
    """A heading, and below it a body that is filled when it is opened."""

    def __init__(self, tools: FormTools, title: str, heading: int) -> None:
        self.tools = tools
        self.head = Disclosure(label=title, heading=heading, language=tools.words.language)
        self.body = ipywidgets.VBox(layout={"display": "none"}).add_class("hamyar-form-body")
        self.box = ipywidgets.VBox([self.head, self.body]).add_class("hamyar-form-section")
        self.is_built = False
        self.head.observe(lambda change: self._turn(), "value")

    def open(self) -> None:
        self.head.value = True

    def _turn(self) -> None:
        if self.head.value:
            # While it was shut it was not kept up to date.
            self.is_built = True
            self.build()
        self.body.layout.display = None if self.head.value else "none"

    def build(self) -> None:
        """Fill the body, or bring it up to date."""
        raise NotImplementedError


class Laid:
    """Rows of fields laid side by side: what belongs to one member, one question, one line of money."""

    def __init__(self, tools: FormTools) -> None:
        self.tools = tools
        self._rows: dict[tuple[str, ...], ipywidgets.Box] = {}

    def lay(self, fields: Iterable[FormField]) -> list[ipywidgets.Box]:
        """A box for each row of ``fields``, the same one as before where the row was there before."""
        rows: dict[tuple[str, ...], list[FormField]] = {}
        for field in fields:
            # All days of a week of food are one row of the file, in two groups of the page.
            rows.setdefault((field.group or "", *target_of(field.id).row), []).append(field)
        for row, found in rows.items():
            if row not in self._rows:
                self._rows[row] = ipywidgets.Box().add_class("hamyar-fields")
            widgets = tuple(self._widget(field) for field in found)
            if self._rows[row].children != widgets:
                self._rows[row].children = widgets
        return [self._rows[row] for row in rows]

    def _widget(self, field: FormField) -> ipywidgets.Widget:
        made = self.tools.inputs.widget(field)
        if field.kind in _WIDE_KINDS:
            made.add_class("hamyar-wide")
        if target_of(field.id).what == "goal":
            # What is said at a goal follows from levels and decisions.
            self.tools.inputs.refresh(field.id)
        return made


class Part(Opening):
    """A group with a heading of its own: a member, a domain, a proposal, a visit."""

    def __init__(self, tools: FormTools, group: FormGroup) -> None:
        super().__init__(tools, as_text(group.label, tools.words), heading=3)
        self.group, self._laid, self._head = group, Laid(tools), tools.sheet(group_head(tools, group, False))
        self._fields: list[FormField] = []

    def build(self) -> None:
        self.refresh(self._fields, self.group)

    def refresh(self, fields: list[FormField], group: FormGroup) -> None:
        """Bring it to the ``fields`` that stand here now."""
        self._fields, self.group = fields, group
        self.head.label = as_text(group.label, self.tools.words)
        self.head.note = noted(fields, self.tools)
        if not self.is_built:
            return
        self._head.html = str(group_head(self.tools, group, False))
        children = (self._head, *self._laid.lay(filter(self.tools.wants, fields)))
        if self.body.children != children:
            self.body.children = children


class Section(Opening):
    """One section of the form."""

    def __init__(self, tools: FormTools, section: FormSection) -> None:
        super().__init__(tools, as_text(section.title, tools.words), heading=2)
        self.section, self._laid = section, Laid(tools)
        self._parts: dict[str, Part] = {}
        self._sheets: dict[str, Sheet] = {}
        self._boxes: dict[str, ipywidgets.Box] = {}

    def build(self) -> None:
        self.refresh()

    def open_at(self, field: FormField) -> None:
        """Open everything that stands over a field."""
        self.open()
        groups = {group.id: group for group in self.tools.state.groups(self.section.name)}
        name = field.group
        while name is not None:
            if name in self._parts:
                self._parts[name].open()
            name = groups[name].parent if name in groups else None

    def refresh(self) -> None:
        """Bring notes, heads and fields to what the state says now."""
        state = self.tools.state
        fields = [field for field in state.fields(self.section.name) if self.tools.shows(field)]
        self.head.note = noted(fields, self.tools)
        if not self.is_built:
            return
        groups = [group for group in state.groups(self.section.name) if not self._is_hidden(group)]
        head = self._sheet("", section_head(self.tools, self.section))
        loose = self._laid.lay(field for field in fields if field.group is None and self.tools.wants(field))
        top = [group for group in groups if group.parent is None]
        lay = self._part if self.section.name in NESTED else self._open_group
        laid = [lay(group, fields, groups) for group in top]
        children = (head, *loose, *(laid or [self._sheet("none", nothing_html(self.tools.words))]))
        if self.body.children != children:
            self.body.children = children

    def _is_hidden(self, group: FormGroup) -> bool:
        """Whether nothing of a group is on the page now.

        Where all of it is private, its title would tell what the fields do not; a detail is shown when it is asked for.
        """
        of_group = [field for field in self.tools.state.fields(self.section.name) if field.group == group.id]
        return bool(of_group) and not any(map(self.tools.wants, of_group))

    def _part(self, group: FormGroup, fields: list[FormField], groups: list[FormGroup]) -> ipywidgets.Widget:
        if group.id not in self._parts:
            self._parts[group.id] = Part(self.tools, group)
        within = _within(groups, group.id)
        self._parts[group.id].refresh([field for field in fields if field.group in within], group)
        return self._parts[group.id].box

    def _open_group(self, group: FormGroup, fields: list[FormField], groups: list[FormGroup]) -> ipywidgets.Widget:
        """A group that is always open, with what stands under it."""
        head = self._sheet(group.id, group_head(self.tools, group))
        below = [other for other in groups if other.parent == group.id]
        own = self._laid.lay(field for field in fields if field.group == group.id and self.tools.wants(field))
        children = (head, *own, *(self._category(other, fields, groups) for other in below))
        return self._filled(group.id, children)

    def _category(self, category: FormGroup, fields: list[FormField], groups: list[FormGroup]) -> ipywidgets.Widget:
        """A category of money: its lines one below the other, each with its buttons at it."""
        lines = [group for group in groups if group.parent == category.id]
        children: list[ipywidgets.Widget] = []
        for line in lines:
            children += self._laid.lay(field for field in fields if field.group == line.id and self.tools.wants(field))
            buttons = line_buttons(self.tools, line, category, is_alone=len(lines) == 1)
            children.append(self._sheet(line.id, buttons))
        if len(lines) > 1:
            children.append(self._sheet(category.id, category_foot(self.tools, category)))
        return self._filled(category.id, tuple(children))

    def _sheet(self, name: str, html: Markup) -> Sheet:
        if name not in self._sheets:
            self._sheets[name] = self.tools.sheet(html)
        self._sheets[name].html = str(html)
        return self._sheets[name]

    def _filled(self, name: str, children: tuple[ipywidgets.Widget, ...]) -> ipywidgets.Box:
        if name not in self._boxes:
            self._boxes[name] = ipywidgets.VBox().add_class("hamyar-group")
        if self._boxes[name].children != children:
            self._boxes[name].children = children
        return self._boxes[name]


def _within(groups: Iterable[FormGroup], top: str) -> set[str]:
    """The ids of a group and of all that stand under it."""
    found, groups = {top}, list(groups)
    while more := {group.id for group in groups if group.parent in found} - found:
        found |= more
    return found


__all__ = ["Opening", "Section"]
