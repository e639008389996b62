"""The fields of the household, the month's money and the week's food, as the form stands now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from hamyar.core.economy.households import age_ranges
from hamyar.core.labels import CATEGORIES as CATEGORY_LABELS
from hamyar.core.labels import ITEMS as ITEM_LABELS
from hamyar.core.labels import RECALL_PERIODS as RECALL_LABELS
from hamyar.core.labels import ROLES as ROLE_LABELS
from hamyar.core.labels import SCHOOLING as SCHOOLING_LABELS
from hamyar.core.labels import SEXES, YES_NO
from hamyar.core.labels import SOURCES as SOURCE_LABELS
from hamyar.core.levels.food_security import DAYS_OF_WEEK
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import CATEGORIES, CENTRE_AID, COPING, FOOD_GROUPS, MEMBERS, OUTFLOWS, OWN_INFLOWS
from hamyar.core.tables.labels import COLUMNS
from hamyar.faces.form.checking import OLDEST
from hamyar.faces.form.fields import (
    NAME_FIELDS,
    FormField,
    FormGroup,
    flow_id,
    food_id,
    member_field,
    name_id,
)
from hamyar.faces.form.file import plain_rows
from hamyar.faces.form.rows import LINE_COLUMNS, Overlay

Choices = tuple[tuple[str, Message], ...]

COLUMNS_OF_MEMBER = ("role", "sex", "birth_day", "stated_age_years", "schooling", "attends_school", "source")
NAMES_OF_FAMILY = ("name", "phone", "address")
NAMES_OF_MEMBER = ("name", "national_id", "phone")
# Of what was eaten and of how the family coped together: one row of the file.
FOOD_WEEK = "food:week"
# A name is called across a room; a number or an address is nobody else's business.
_OPEN_NAMES = ("name",)

FLOW_GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "in": (N_("What came in"), (*OWN_INFLOWS, "undivided_inflow")),
    "out": (N_("What was spent"), (*OUTFLOWS, "undivided_outflow")),
    "aid": (N_("Aid of this centre"), CENTRE_AID),
}
FOOD_GROUPS_OF_FORM: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "food": (N_("What was eaten"), FOOD_GROUPS),
    "coping": (N_("How the family coped when food was short"), COPING),
}


def choices_of(labels: Mapping[str, str]) -> Choices:
    return tuple((code, message(text)) for code, text in labels.items())


SOURCES_OF_FACTS = choices_of(SOURCE_LABELS)


def subgroup(section: str, name: str) -> str:
    """The id of a heading within a section; a member, a line or a category is a group of its own name."""
    return f"{section}:{name}"


@dataclass(frozen=True, eq=False)
class People:
    """What the household's members are called."""

    overlay: Overlay

    def label(self, member_id: str) -> Message:
        """The name where it may be read, else the place in the household with the age."""
        if member_id == self.overlay.file.setting.family_id:
            return message(N_("The family as a whole"))
        values = {"role": self._role(member_id)}
        if name := self.overlay.value(name_id(member_id, "name")):
            return message(N_("{name} ({role})"), name=name, **values)
        least, most = self._ages.get(member_id, (0, OLDEST))
        if least == most:
            return message(N_("{role}, {age} years old"), age=least, **values)
        if most - least == 1:
            return message(N_("{role}, {least} or {most} years old"), least=least, most=most, **values)
        return message(N_("{role}, age not known"), **values)

    def _role(self, member_id: str) -> Message:
        role = self.overlay.value(member_field(member_id, "role"))
        return message(ROLE_LABELS[role] if role in ROLE_LABELS else ROLE_LABELS["other"])

    @cached_property
    def _ages(self) -> dict[str, tuple[int, int]]:
        members = self.overlay.tables.members
        least, most = age_ranges(members, self.overlay.file.setting.month)
        return {
            str(member): (int(low), int(high))
            for member, low, high in zip(members["member_id"], least, most, strict=True)
        }

    @property
    def in_order(self) -> list[str]:
        """The members as a household is told: the head first, among equals the eldest; new ones last."""
        places = list(ROLE_LABELS)
        rows = [row for row in plain_rows(self.overlay.tables.members) if row["member_id"] in self.overlay.member_ids]
        new = [row["member_id"] for row in rows if (row["member_id"],) not in self.overlay.file.rows["members"]]
        filed = [row for row in rows if row["member_id"] not in new]
        filed.sort(key=lambda row: (places.index(row["role"]), -self._ages[row["member_id"]][0]))
        return [*(str(row["member_id"]) for row in filed), *new]


def household_groups(overlay: Overlay) -> Iterator[FormGroup]:
    """The family with its names, then its members."""
    people, family_id = People(overlay), overlay.file.setting.family_id
    if overlay.file.setting.may_name:
        yield FormGroup(f"name:{family_id}", "household", people.label(family_id))
    for member in people.in_order:
        yield FormGroup(f"member:{member}", "household", people.label(member), subject=member)


def household_fields(overlay: Overlay) -> Iterator[FormField]:
    people, family_id = People(overlay), overlay.file.setting.family_id
    yield from _names(overlay, family_id, NAMES_OF_FAMILY, f"name:{family_id}", None)
    for member in people.in_order:
        group = f"member:{member}"
        yield from _names(overlay, member, ("name",), group, member)
        yield from _member_fields(overlay, member, group)
        yield from _names(overlay, member, NAMES_OF_MEMBER[1:], group, member)


def _names(
    overlay: Overlay, owner: str, names: tuple[str, ...], group: str, subject: str | None
) -> Iterator[FormField]:
    if not overlay.file.setting.may_name:
        return
    for name in names:
        yield FormField(
            name_id(owner, name),
            "household",
            "name",
            message(NAME_FIELDS[name]),
            subject=subject,
            group=group,
            is_private=name not in _OPEN_NAMES,
        )


def _member_fields(overlay: Overlay, member: str, group: str) -> Iterator[FormField]:
    choices: dict[str, Choices] = {
        "role": choices_of(ROLE_LABELS),
        "sex": choices_of(SEXES),
        "schooling": choices_of(SCHOOLING_LABELS),
        "attends_school": choices_of(YES_NO),
        "source": SOURCES_OF_FACTS,
    }
    helps = {
        "stated_age_years": message(N_("Only where the birthday is not known.")),
        "birth_day": message(N_("Year, month and day, as on the identity card.")),
    }
    for name in COLUMNS_OF_MEMBER:
        kind = {"day": "day", "count": "count"}.get(MEMBERS[name].kind, "choice")
        yield FormField(
            member_field(member, name),
            "household",
            kind,  # type: ignore[arg-type]
            message(COLUMNS[name]),
            helps.get(name),
            choices.get(name, ()),
            subject=member,
            group=group,
            min=0 if kind == "count" else None,
            max=OLDEST if kind == "count" else overlay.file.setting.today if kind == "day" else None,
        )


def money_groups(overlay: Overlay) -> Iterator[FormGroup]:
    """Directions, their categories, and the lines of each."""
    for name, (title, categories) in FLOW_GROUPS.items():
        direction = subgroup("money", name)
        help_ = message(N_("From this centre’s own ledger; leave it empty where nothing was given."))
        yield FormGroup(direction, "money", message(title), help=help_ if name == "aid" else None)
        for category in categories:
            label = message(CATEGORY_LABELS[category])
            yield FormGroup(f"flow:{category}", "money", label, parent=direction)
            lines = overlay.lines(category)
            for line in lines:
                group = f"flow:{category}:{line}"
                yield FormGroup(group, "money", line_label(category, line, lines), parent=f"flow:{category}")


def line_label(category: str, line: int, lines: list[int]) -> Message:
    """A category by its name; with the line's place where it has several."""
    label = message(CATEGORY_LABELS[category])
    if len(lines) < 2:
        return label
    return message(N_("{category}, line {line}"), category=label, line=lines.index(line) + 1 if line in lines else line)


def money_fields(overlay: Overlay) -> Iterator[FormField]:
    recalls = choices_of(RECALL_LABELS)
    items = choices_of(ITEM_LABELS)
    for category in CATEGORIES:
        for line in overlay.lines(category):
            group = f"flow:{category}:{line}"
            amount, recall, item, source = (flow_id(category, line, name) for name in LINE_COLUMNS)
            help_ = message(N_("0 where there was nothing; empty where nobody knows."))
            yield FormField(amount, "money", "money", message(COLUMNS["amount_money"]), help_, group=group)
            yield FormField(recall, "money", "choice", message(COLUMNS["recall"]), None, recalls, group=group)
            yield FormField(item, "money", "choice", message(COLUMNS["item"]), None, items, group=group)
            label = message(COLUMNS["source"])
            yield FormField(source, "money", "choice", label, None, SOURCES_OF_FACTS, group=group)


def food_groups() -> Iterator[FormGroup]:
    for name, (title, _) in FOOD_GROUPS_OF_FORM.items():
        yield FormGroup(subgroup("food", name), "food", message(title))
    yield FormGroup(FOOD_WEEK, "food", message(N_("The week as a whole")))


def food_fields() -> Iterator[FormField]:
    for name, (_, whats) in FOOD_GROUPS_OF_FORM.items():
        for what in whats:
            yield FormField(
                food_id(what),
                "food",
                "count",
                message(COLUMNS[f"{what}_days"]),
                group=subgroup("food", name),
                min=0,
                max=DAYS_OF_WEEK,
            )
    label = message(COLUMNS["source"])
    yield FormField(food_id("source"), "food", "choice", label, None, SOURCES_OF_FACTS, group=FOOD_WEEK)


assert "source" not in (*FOOD_GROUPS, *COPING)  # noqa: S101 - it would be one field with the days of a food
assert set(CATEGORIES) == {name for _, names in FLOW_GROUPS.values() for name in names}  # noqa: S101 - none forgotten
