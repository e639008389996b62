"""Two people wrote the same row: both values side by side, with what the month comes to by each.

Nobody but a person can say which is true, so nothing is merged here; :meth:`FormState.decide` takes the answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from hamyar.core.labels import label_message, table_message
from hamyar.core.message import N_, Message, message
from hamyar.core.rial import Money, currency_of
from hamyar.core.tables import ALL_TABLES, CaseTables
from hamyar.core.tables.labels import COLUMNS
from hamyar.faces.form.asked import COLUMNS_OF_MEMBER, People, line_label
from hamyar.faces.form.asked_goals import YEAR_ENDS
from hamyar.faces.form.asked_plan import programme_label
from hamyar.faces.form.asked_visits import day_text, visit_label
from hamyar.faces.form.fields import (
    NAME_FIELDS,
    NO_GOAL,
    REMOVED,
    flow_id,
    food_id,
    goal_id,
    in_words,
    member_field,
    name_id,
    observation_id,
    plan_id,
    visit_field,
)
from hamyar.faces.form.file import WRITTEN, key_of
from hamyar.faces.form.live import Live
from hamyar.faces.form.rows import FOOD_COLUMNS, LINE_COLUMNS, Overlay, laid_over
from hamyar.store.submission import ShownDifference

Side = Literal["ours", "theirs"]
WITHDRAWN = N_("taken back as wrong")
_EMPTY_OF_GOAL: Mapping[str, str] = {"aim_level": N_("No goal"), "until_day": YEAR_ENDS}


class ClashField(NamedTuple):
    """One cell in which the two rows differ, ready to be said; ``None`` is empty."""

    label: Message
    ours: Any
    theirs: Any


@dataclass(frozen=True, eq=False)
class Clash:
    """One row that somebody else changed meanwhile.

    ``field_ids`` are the form's fields of it; ``is_withdrawn``: they took it back as wrong.
    """

    key: str
    label: Message
    fields: tuple[ClashField, ...]
    ours_live: Live
    theirs_live: Live
    their_actor: str
    their_at: str
    is_withdrawn: bool
    field_ids: tuple[str, ...]


def clash_key(difference: ShownDifference) -> str:
    """What names a clash: the table and the key of its row."""
    return "/".join([difference.table, *(str(part) for part in difference.key.values())])


def clash_of(difference: ShownDifference, overlay: Overlay, ours: Live, look: Callable[[CaseTables], Live]) -> Clash:
    """A difference in words; ``look`` assesses tables, ``ours`` is the form as it stands."""
    theirs = ours if difference.table not in WRITTEN else look(their_tables(difference, overlay))
    return Clash(
        clash_key(difference),
        _label(difference, overlay),
        tuple(_cells(difference, overlay)),
        ours,
        theirs,
        difference.their_actor,
        difference.their_at,
        difference.is_withdrawn,
        tuple(fields_of(difference).values()),
    )


def their_tables(difference: ShownDifference, overlay: Overlay) -> CaseTables:
    """The form's tables with this one row as the others left it."""
    table = WRITTEN[difference.table]
    key = key_of(table, difference.key)
    rows, gone = ({}, [key]) if difference.is_withdrawn else ({key: difference.theirs}, [])
    frame = laid_over(table, getattr(overlay.tables, table.name), rows, gone)
    return replace(overlay.tables, **{table.name: frame})


def fields_of(difference: ShownDifference) -> dict[str, str]:
    """The form's fields of a row that two people wrote: the field's id by its column."""
    key = difference.key
    match difference.table:
        case "members":
            return {name: member_field(key["member_id"], name) for name in COLUMNS_OF_MEMBER}
        case "flows":
            return {name: flow_id(key["category"], key["line"], name) for name in LINE_COLUMNS}
        case "observations":
            asked = ("answer", "reason", "source")
            return {name: observation_id(key["subject_id"], key["indicator"], name) for name in asked}
        case "food_weeks":
            return {name: food_id(name.removesuffix("_days")) for name in FOOD_COLUMNS}
        case "plans":
            of = (key["subject_id"], key["programme"], key["from_day"])
            return {name: plan_id(*of, name) for name in ("decision", "resource_id", "reason")}
        case "goals":
            of = (key["subject_id"], key["indicator"], key["from_day"])
            return {name: goal_id(*of, name) for name in ("aim_level", "until_day", "reason")}
        case "visits":
            return {name: visit_field(key["visit_id"], name) for name in ("status", "done_day", "reason")}
        case "identities":
            return {"value": name_id(key["owner_id"], key["field"])}
    return {}


def ours_of(difference: ShownDifference) -> dict[str, Any]:
    """Our row as the form's fields hold it: the value by the field's id."""
    found = {field: difference.ours.get(column) for column, field in fields_of(difference).items()}
    if difference.table == "goals":
        aim = difference.ours.get("aim_level")
        found[fields_of(difference)["aim_level"]] = NO_GOAL if aim is None else str(aim)
    return found


def removed_ids(difference: ShownDifference) -> list[str]:
    """The draft that takes such a row back as wrong, where a form can."""
    key = difference.key
    match difference.table:
        case "members":
            return [member_field(key["member_id"], REMOVED)]
        case "flows":
            return [flow_id(key["category"], key["line"], REMOVED)]
    return []


def _cells(difference: ShownDifference, overlay: Overlay) -> Iterator[ClashField]:
    table = ALL_TABLES[difference.table]
    for column in table.columns:
        ours, theirs = difference.ours.get(column.name), difference.theirs.get(column.name)
        if column.name in table.key or (ours == theirs and not difference.is_withdrawn):
            continue
        if ours is None and theirs is None:
            continue
        shown = [_said(column.kind, column.name, value, difference, overlay) for value in (ours, theirs)]
        if not difference.ours:
            shown[0] = message(WITHDRAWN)
        if difference.is_withdrawn:
            shown[1] = message(WITHDRAWN)
        label = COLUMNS[column.name] if table.name != "identities" else NAME_FIELDS[difference.key["field"]]
        yield ClashField(message(label), *shown)


def _said(kind: str, column: str, value: Any, difference: ShownDifference, overlay: Overlay) -> Any:
    if value is None:
        return message(_EMPTY_OF_GOAL[column]) if difference.table == "goals" and column in _EMPTY_OF_GOAL else None
    if column in ("answer", "aim_level") and (meaning := _meaning(value, difference, overlay)) is not None:
        return meaning
    match kind:
        case "money":
            return Money(int(value), currency_of(overlay.file.tables.currency))
        case "day":
            return message(N_("{text}"), text=day_text(int(value)))
        case "choice":
            return label_message(str(value)) or value
    return value


def _meaning(value: Any, difference: ShownDifference, overlay: Overlay) -> Message | None:
    indicators, code = overlay.file.indicators, difference.key["indicator"]
    if indicators is None or code not in indicators.codes or not str(value).isdecimal():
        return None
    return in_words(indicators[code].levels[int(value)])


def _label(difference: ShownDifference, overlay: Overlay) -> Message:
    key, people = difference.key, People(overlay)
    match difference.table:
        case "members":
            return people.label(key["member_id"])
        case "identities":
            return people.label(key["owner_id"])
        case "flows":
            return line_label(key["category"], key["line"], overlay.lines(key["category"]))
        case "observations":
            return _of_whom(_indicator(key["indicator"], overlay), key["subject_id"], people, overlay)
        case "plans":
            name = programme_label(overlay.file.parameters, key["programme"])
            return _of_whom(name, key["subject_id"], people, overlay)
        case "goals":
            goal = message(N_("Goal: {harm}"), harm=_indicator(key["indicator"], overlay))
            return _of_whom(goal, key["subject_id"], people, overlay)
        case "visits":
            row = overlay.file.rows["visits"].get((key["visit_id"],))
            return table_message("visits") if row is None else visit_label(overlay, row)
    return table_message(difference.table)


def _indicator(code: str, overlay: Overlay) -> Message:
    indicators = overlay.file.indicators
    if indicators is None or code not in indicators.codes:
        return message(N_("{text}"), text=code)
    return in_words(indicators[code].label)


def _of_whom(what: Message, subject: str, people: People, overlay: Overlay) -> Message:
    if subject == overlay.file.setting.family_id:
        return what
    return message(N_("{what}: {who}"), what=what, who=people.label(subject))
