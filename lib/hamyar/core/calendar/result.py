"""What a schedule is, and the sentences it says when something has no place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from hamyar.core.calendar.tables import Agenda
from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_, Message, message, nmessage

WHY_LEFT_OUT = ("closed", "full", "after_end", "overtaken")
LEFT_OUT_COLUMNS = ("visit_id", "activity_id", "number", "helper_id", "family_id", "due_day", "why")


@dataclass(frozen=True)
class Schedule:
    """The plan of one or more helpers.

    ``visits`` as declared in :data:`hamyar.core.tables.plans.VISITS`, by helper, day and time.
    ``left_out``: what is due and has no place, with ``due_day`` (missing after the end of the agenda) and ``why``:
    no working day in its time (``closed``), no time left on those (``full``), due after the end (``after_end``),
    or a later visit of its rhythm is settled already (``overtaken``).
    ``loads``, one row per helper: ``planned`` (visits), ``workdays``, ``peak`` (families on the busiest day),
    ``peak_bound`` (no plan has less), ``peak_gap``, ``moved`` (visits on another day than before),
    ``spread_cost`` and ``spread_bound`` (the levelling reached and the least possible for these due days;
    both missing where the plan was too long to be solved at once).
    ``problems``: why a helper has no plan; his former visits stand unchanged in ``visits``.
    ``notices``: what the helper should know of the plan.
    """

    visits: pd.DataFrame
    left_out: pd.DataFrame
    loads: pd.DataFrame
    problems: tuple[Message, ...] = ()
    notices: tuple[Message, ...] = ()


def no_load(helper_id: str) -> pd.DataFrame:
    """The row of ``Schedule.loads`` of a helper who has nothing to do."""
    counts = dict.fromkeys(("planned", "workdays", "peak", "peak_bound", "peak_gap", "moved"), 0)
    row = {"helper_id": helper_id, **counts, "spread_cost": pd.NA, "spread_bound": pd.NA}
    return pd.DataFrame([row]).astype({"spread_cost": "Int64", "spread_bound": "Int64"})


def reasons_against(
    agenda: Agenda, helper_id: str, days: pd.DataFrame, free: Sequence[int], wanted: Sequence[tuple[str, int]]
) -> Iterator[Message]:
    """Why a helper can have no plan at all; nothing where there may be one.

    ``days`` are his :func:`~hamyar.core.calendar.working_days.working_days` from today on, ``free`` the minutes left
    on each,
    ``wanted`` activity and minutes of every visit that is to be planned.
    """
    if not wanted:
        return
    if not agenda.hours.loc[agenda.hours["helper_id"] == helper_id, "minutes"].sum():
        yield message(
            N_("Helper {helper_id} has no weekly hours. Enter them for at least one weekday, then plan again."),
            helper_id=helper_id,
        )
        return
    if not (days["minutes"] > 0).any():
        counts = days["why"].value_counts()
        yield message(
            N_(
                "Helper {helper_id} has no working day until {last}: {leave} days of leave, {closed} closed days, "
                "{free} weekends and holidays. Shorten the leave, or give the families to another helper."
            ),
            helper_id=helper_id,
            last=day_to_iso(agenda.last_day),
            leave=int(counts["leave"]),
            closed=int(counts["closed"]),
            free=int(counts["weekend"] + counts["holiday"]),
        )
        return
    longest = max(free)
    long = {activity_id: minutes for activity_id, minutes in wanted if minutes > longest}
    for activity_id, minutes in long.items():
        yield message(
            N_(
                "Activity '{activity_id}' takes {minutes} minutes, and no working day of helper {helper_id} has more "
                "than {longest} free. Divide it into shorter visits, or give the helper a longer day."
            ),
            activity_id=activity_id,
            minutes=minutes,
            helper_id=helper_id,
            longest=longest,
        )
    needed, there = sum(minutes for _, minutes in wanted), sum(free)
    if not long and needed > there:
        yield message(
            N_(
                "The visits of helper {helper_id} need {needed} minutes, and his working days have {there}. "
                "Add hours, widen the rhythms, or give families to another helper."
            ),
            helper_id=helper_id,
            needed=needed,
            there=there,
        )


def notices_of(helper_id: str, left_out: pd.DataFrame) -> Iterator[Message]:
    """One sentence for each reason why visits have no place."""
    counts = left_out["why"].value_counts()
    if count := int(counts.get("closed", 0)):
        yield nmessage(
            N_("{count} visit of helper {helper_id} falls in closed days until the next one is due, and is left out."),
            N_("{count} visits of helper {helper_id} fall in closed days until the next are due, and are left out."),
            count,
            helper_id=helper_id,
        )
    if count := int(counts.get("full", 0)):
        yield nmessage(
            N_("{count} visit of helper {helper_id} finds no free hours near its day. Add hours or widen the rhythm."),
            N_("{count} visits of helper {helper_id} find no free hours near their days. Add hours or widen rhythms."),
            count,
            helper_id=helper_id,
        )
    if count := int(counts.get("overtaken", 0)):
        yield nmessage(
            N_("{count} visit of helper {helper_id} was not made before the next one, and is left out."),
            N_("{count} visits of helper {helper_id} were not made before the next ones, and are left out."),
            count,
            helper_id=helper_id,
        )
    if count := int(counts.get("after_end", 0)):
        yield nmessage(
            N_("{count} visit of helper {helper_id} is due after the end of the plan. Put it into the next plan."),
            N_("{count} visits of helper {helper_id} are due after the end of the plan. Put them into the next plan."),
            count,
            helper_id=helper_id,
        )
