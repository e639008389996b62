"""What the server would refuse of a form, by field, before it is submitted.

The same functions of the core judge here and where facts are recorded, so whoever has no problem here is refused only
for what others did meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from hamyar.core.calendar.agenda_reports import REPORTS, visit_faults
from hamyar.core.levels.observations import observation_faults
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import CatalogueAbsent, ParameterMissing, ParameterUnknown
from hamyar.core.plan.faults import plan_faults
from hamyar.core.tables import FOOD_WEEKS, GOALS, OBSERVATIONS, PLANS, VISITS, Table, conform
from hamyar.faces.form.fields import (
    NO_GOAL,
    REMOVED,
    Target,
    flow_id,
    food_id,
    goal_id,
    observation_id,
    plan_id,
    target_of,
    visit_field,
)
from hamyar.faces.form.file import Key
from hamyar.faces.form.rows import Overlay, frame_of
from hamyar.faces.form.shown import GOAL_DETAILS, PLAN_DETAILS, line_of
from hamyar.store.observing import food_week_faults

Fault = tuple[str, Message]

# What says something of an answer, and nothing without one.
_NEED_ANSWER: Mapping[str, str] = {
    "reason": N_("A reason needs its answer. Choose the level first."),
    "source": N_("Who told it needs the answer itself. Choose the level first."),
}


def faults_of(overlay: Overlay) -> dict[str, Message]:
    """The first fault of each field, in the order of the sections."""
    found: dict[str, Message] = {}
    for part in (_lines, _observations, _food, _plans, _goals, _visits):
        for field_id, sentence in part(overlay):
            found.setdefault(field_id, sentence)
    return found


def _typed(overlay: Overlay, what: str) -> Iterator[Target]:
    return (target for target in map(target_of, overlay.typed) if target.what == what)


def _lines(overlay: Overlay) -> Iterator[Fault]:
    """Lines that were begun and have no amount; a removed line was told to be none."""
    begun = dict.fromkeys(line_of(target) for target in _typed(overlay, "flow") if target.column != REMOVED)
    for line in begun:
        amount = flow_id(*line)
        if overlay.file.line(*line) is None and amount not in overlay.typed:
            sentence = (
                N_("Confirm last month’s amount, or write this month’s.")
                if overlay.origin(amount) == "last_month"
                else N_("Write the amount, 0 for nothing, or say that it is not known; or take the line back.")
            )
            yield amount, message(sentence)


def _observations(overlay: Overlay) -> Iterator[Fault]:
    rows, of, parameters = overlay.rows["observations"], overlay.file.setting, overlay.file.parameters
    for target in _typed(overlay, "obs"):
        if overlay.value(observation_id(*target.key)) is None and target.column in _NEED_ANSWER:
            yield observation_id(*target.key), message(_NEED_ANSWER[target.column])
    if not rows or not parameters.has_indicators:
        return
    tables = overlay.tables
    frame = frame_of(OBSERVATIONS, rows)
    for fault in observation_faults(frame, tables.families, tables.members, parameters.indicators, of.today):
        subject, indicator = _at(rows, fault.row)[1:3]
        yield observation_id(subject, indicator, "reason" if fault.column == "reason" else "answer"), fault.message


def _food(overlay: Overlay) -> Iterator[Fault]:
    rows, of = overlay.rows["food_weeks"], overlay.file.setting
    typed = [target.column for target in _typed(overlay, "food")]
    if typed == ["source"] and overlay.file.food_key not in overlay.file.rows["food_weeks"]:
        yield food_id("source"), message(N_("Nothing is told of the week yet. Write the days first."))
    if not rows:
        return
    first = next((column for column in typed if column != "source"), "source")
    for fault in food_week_faults(frame_of(FOOD_WEEKS, rows), overlay.tables.families, of.today):
        named = fault.column.removesuffix("_days")
        yield food_id(named if named != fault.column else first), fault.message


def _plans(overlay: Overlay) -> Iterator[Fault]:
    for target in _typed(overlay, "plan"):
        subject, programme, from_day = target.key
        decision = plan_id(subject, programme, int(from_day) if from_day.isdecimal() else 0)
        if overlay.value(decision) is None:
            yield decision, message(N_("Accept or refuse it first."))
    yield from _decided(overlay, PLANS, plan_id, "decision", PLAN_DETAILS)


def _goals(overlay: Overlay) -> Iterator[Fault]:
    for target in _typed(overlay, "goal"):
        aim, reason = target.beside("aim_level"), target.beside("reason")
        if overlay.value(aim) is None:
            yield aim, message(N_("Choose the level to come to first, or that there is no goal."))
        elif overlay.value(aim) == NO_GOAL and overlay.value(reason) is None:
            yield reason, message(N_("Write why there is no goal, or choose a level to come to."))
    yield from _decided(overlay, GOALS, goal_id, "aim_level", GOAL_DETAILS)


def _decided(
    overlay: Overlay, table: Table, id_of: Callable[..., str], main: str, details: Collection[str]
) -> Iterator[Fault]:
    """What the store would refuse of plans or of goals; what is said of no column of ``details`` stands at ``main``."""
    rows, of, parameters = overlay.rows[table.name], overlay.file.setting, overlay.file.parameters
    if not rows:
        return
    frames = {PLANS.name: PLANS.empty(), GOALS.name: GOALS.empty(), table.name: frame_of(table, rows)}
    try:
        faults = list(plan_faults(frames[PLANS.name], frames[GOALS.name], overlay.tables, parameters, of.month))
    except (CatalogueAbsent, ParameterMissing, ParameterUnknown) as error:
        faults = []
        for _, subject, named, from_day in rows:
            yield id_of(subject, named, from_day), error.message
    for fault in faults:
        _, subject, named, from_day = _at(rows, fault.row)
        yield id_of(subject, named, from_day, fault.column if fault.column in details else main), fault.message


def _visits(overlay: Overlay) -> Iterator[Fault]:
    rows, of = overlay.rows["visits"], overlay.file.setting
    if not rows:
        return
    reports = conform(REPORTS, frame_of(VISITS, rows)[REPORTS.column_names])
    for fault in visit_faults(reports, overlay.file.tables.visits, of.today):
        (visit,) = _at(rows, fault.row)
        column = fault.column if fault.column in ("done_day", "reason") else "status"
        yield visit_field(visit, column), fault.message


def _at(rows: Mapping[Key, object], place: int) -> Key:
    return list(rows)[place]
