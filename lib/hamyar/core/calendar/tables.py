"""What a schedule is made from, and what it is made of: the tables of the calendar.

An *activity* is something one helper does for one family, or for one of its members: once, a number of times in a
rhythm, or in a rhythm until the plan ends.  A *visit* is one occurrence of it on one day.
What stands in no activity (a commission's session, a training day, a leave of two hours) is a visit that is
``fixed``: it takes its time, and the others are placed around it.

An :class:`Agenda` holds it all for any number of helpers between two days.
The scheduler and its validator share these declarations and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import FRIDAY, day_to_iso, gregorian, is_day
from hamyar.core.message import N_
from hamyar.core.tables.declared import Column, Table, conform
from hamyar.core.tables.helpers import HELPER_HOURS, HELPER_LEAVE

MINUTES_OF_DAY = 24 * 60

CLOSED = Table(
    "closed",
    N_("Periods in which nobody is visited, such as exams or mourning."),
    (
        Column("first_day", "day", N_("First day of the period."), required=True),
        Column("last_day", "day", N_("Last day of the period."), required=True),
        Column("why", "text", N_("Why nobody is visited.")),
    ),
    key=("first_day", "last_day"),
)
TRAVEL = Table(
    "travel",
    N_("Minutes of way between two families; the same both ways."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("other_family_id", "id", N_("The other family."), required=True),
        Column("minutes", "count", N_("Minutes from one to the other."), required=True),
    ),
    key=("family_id", "other_family_id"),
)
ACTIVITIES = Table(
    "activities",
    N_("What is to be done for a family or a member in the time of the plan."),
    (
        Column("activity_id", "id", N_("Opaque code of the activity."), required=True),
        Column("helper_id", "id", N_("The helper who does it."), required=True),
        Column("family_id", "id", N_("The family."), required=True),
        Column("member_id", "id", N_("The member it is for, where it is not for the whole family.")),
        Column("programme", "id", N_("Code of the programme in the catalogue.")),
        Column("minutes", "count", N_("Length of one visit in minutes."), required=True),
        Column("every_days", "count", N_("Days from one visit to the next; missing for a single visit.")),
        Column("number", "count", N_("How many visits; missing with a rhythm: as long as the plan lasts.")),
        Column("anchor_day", "day", N_("The day from which the offset counts; missing: the first day of the plan.")),
        Column("offset_days", "count", N_("Days from the anchor until it may begin; missing: none.")),
        Column("tolerance_days", "count", N_("Days a visit may lie before or after the day it is due.")),
        Column("last_day", "day", N_("Last day on which it may be visited; missing: the last day of the plan.")),
    ),
    key=("activity_id",),
)
PREREQUISITES = Table(
    "prerequisites",
    N_("Which activity begins only after which other has ended."),
    (
        Column("activity_id", "id", N_("The activity that waits."), required=True),
        Column("needs_id", "id", N_("The activity it waits for."), required=True),
    ),
    key=("activity_id", "needs_id"),
)
INPUTS = {
    **{"hours": HELPER_HOURS, "leave": HELPER_LEAVE, "closed": CLOSED, "travel": TRAVEL},
    **{"activities": ACTIVITIES, "prerequisites": PREREQUISITES},
}


class PeriodBackwards(HamyarError):
    msgid = N_("The period from {first} to {last} ends before it begins. Exchange the two days or correct one.")


class DayDoesNotExist(HamyarError):
    msgid = N_("{day} is not a day of the Jalali calendar. Give year, month and day in eight digits.")


class HoursImpossible(HamyarError):
    msgid = N_(
        "The hours of helper {helper_id} on weekday {weekday} do not fit in a day. "
        "Weekdays are 0 to 6, and work begins and ends between 0 and 1440 minutes after midnight."
    )


class ActivityUnclear(HamyarError):
    msgid = N_(
        "Activity '{activity_id}' cannot be planned as written. It needs at least one minute, "
        "and at least one visit; several visits need a rhythm of at least one day."
    )


class RowOrphaned(HamyarError):
    msgid = N_(
        "Activity '{activity_id}' is named among the prerequisites and is not in the plan. Add it, or remove it."
    )


@dataclass(frozen=True)
class Agenda:
    """Everything a schedule is made from, between ``first_day`` and ``last_day`` (Jalali days, both included).

    The frames are those declared above and in :mod:`hamyar.core.tables.helpers`, and are conformed to their
    declarations; all but ``activities`` and
    ``hours`` may be left out.  ``travel_minutes`` holds between families that ``travel`` does not name.
    ``free_weekdays`` are free in the whole country; public holidays are added by :mod:`hamyar.core.jalali`.

    Raises the errors of ``conform``, ``DayDoesNotExist``, ``PeriodBackwards``, ``HoursImpossible``,
    ``ActivityUnclear`` and ``RowOrphaned``.
    """

    first_day: int
    last_day: int
    activities: pd.DataFrame
    hours: pd.DataFrame
    prerequisites: pd.DataFrame = field(default_factory=PREREQUISITES.empty)
    leave: pd.DataFrame = field(default_factory=HELPER_LEAVE.empty)
    closed: pd.DataFrame = field(default_factory=CLOSED.empty)
    travel: pd.DataFrame = field(default_factory=TRAVEL.empty)
    travel_minutes: int = 0
    free_weekdays: tuple[int, ...] = (FRIDAY,)

    def __post_init__(self) -> None:
        for day in (self.first_day, self.last_day):
            if not is_day(day):
                raise DayDoesNotExist(day=str(day))
        for name, table in INPUTS.items():
            object.__setattr__(self, name, conform(table, getattr(self, name)))
        periods = [(self.first_day, self.last_day)]
        for frame in (self.leave, self.closed):
            periods += zip(frame["first_day"].tolist(), frame["last_day"].tolist(), strict=True)
        for first, last in periods:
            if last < first:
                raise PeriodBackwards(first=day_to_iso(first), last=day_to_iso(last))
        for row in self.hours.itertuples():
            if row.weekday > FRIDAY or row.start_minute + row.minutes > MINUTES_OF_DAY:
                raise HoursImpossible(helper_id=row.helper_id, weekday=row.weekday)
        self._check_activities()

    def _check_activities(self) -> None:
        frame = self.activities
        single = frame["every_days"].isna()
        bad = (frame["minutes"] < 1) | (frame["every_days"] < 1) | (frame["number"] < 1)
        bad = bad.fillna(False) | (single & (frame["number"].fillna(1) > 1))
        if bad.any():
            raise ActivityUnclear(activity_id=frame.loc[bad, "activity_id"].iloc[0])
        known = set(frame["activity_id"])
        for name in ("activity_id", "needs_id"):
            for found in self.prerequisites[name]:
                if found not in known:
                    raise RowOrphaned(activity_id=found)

    @property
    def first_ordinal(self) -> int:
        """The first day, counted as :func:`hamyar.core.jalali.day_ordinals` counts."""
        return gregorian(self.first_day).toordinal()

    @property
    def length(self) -> int:
        """The number of days."""
        return gregorian(self.last_day).toordinal() - self.first_ordinal + 1

    @property
    def helper_ids(self) -> list[str]:
        """Every helper with an activity, sorted."""
        return sorted(set(self.activities["helper_id"]))

    def only(self, helper_ids: Iterable[str]) -> "Agenda":
        """The same agenda with these helpers alone, and the prerequisites among what they do."""
        kept = set(helper_ids)
        frames = {name: getattr(self, name) for name in INPUTS if "helper_id" in INPUTS[name].column_names}
        frames = {name: frame[frame["helper_id"].isin(kept)] for name, frame in frames.items()}
        theirs = frames["activities"]["activity_id"]
        frames["prerequisites"] = self.prerequisites[
            self.prerequisites["activity_id"].isin(theirs) & self.prerequisites["needs_id"].isin(theirs)
        ]
        return replace(self, **frames)
