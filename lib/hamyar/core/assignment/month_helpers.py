"""Which helpers an assignment can count on: their service, their training, and what their hours allow.

*Service* is counted in whole months: who begins on the second day of a month serves from the next one.
*Training* counts where it was held before the month's first day, in whole hours, never rounded up.
*Hours* bound how many families a helper can have.  Every carried family has the standing activities of the calendar
(its economy each month, an evaluation each quarter …), so a helper has no room for more families than his working
minutes of the year hold of those; Fridays, public holidays, closed periods and leave are taken off, ways are not added.
That is the least a family takes, so nobody is ruled out who could do it; what the programmes add, the calendar tells.
Who already carries more than that keeps them and is told of.

A helper without hours, or on leave on every working day of the year, carries no family, and is named.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.assignment.month_families import FamiliesOfMonth, whole_month_until
from hamyar.core.assignment.training import training_progress, training_told
from hamyar.core.calendar.catalogue import CalendarCatalogue
from hamyar.core.calendar.tables import ACTIVITIES, CLOSED, Agenda
from hamyar.core.calendar.working_days import working_days
from hamyar.core.jalali import FRIDAY, Month, day_of, day_to_iso, gregorian
from hamyar.core.message import N_, Message, message
from hamyar.core.plan.activity_plans import Rhythm
from hamyar.core.tables import CaseTables
from hamyar.core.work_rules import MINUTES_OF_HOUR


@dataclass(frozen=True, eq=False)
class HelpersOfMonth:
    """The helpers who serve, carry a family or were chosen by hand, in the month of ``families``.

    ``calendar`` is ``None`` where the parameters have none; hours then bound nobody.
    """

    families: FamiliesOfMonth
    calendar: CalendarCatalogue | None

    @property
    def _tables(self) -> CaseTables:
        return self.families.tables

    @cached_property
    def chosen(self) -> pd.DataFrame:
        """``family_id, helper_id, knowingly`` of the choices by hand that concern this month's families.

        A choice for a family that needs no helper now waits; one for a family nobody knows stays, to be refused.
        """
        rows = self._tables.helper_choices
        is_waiting = rows["family_id"].isin(self.families.placed.family_ids) & ~rows["family_id"].isin(
            self.families.table["family_id"]
        )
        kept = rows[rows["choice"].isin(["chosen", "chosen_knowingly"]) & ~is_waiting]
        return pd.DataFrame(
            {
                "family_id": kept["family_id"].to_numpy(),
                "helper_id": kept["helper_id"].to_numpy(),
                "knowingly": (kept["choice"] == "chosen_knowingly").to_numpy(dtype=bool),
            }
        )

    @property
    def incompatible(self) -> pd.DataFrame:
        rows = self._tables.helper_choices
        return rows.loc[rows["choice"] == "never", ["family_id", "helper_id"]]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of ``HELPERS`` that count, by helper: of those whose service has ended, only who is still named."""
        rows = self._tables.helpers.sort_values("helper_id", ignore_index=True)
        has_ended = (rows["until_day"] < self.families.first_day).fillna(False)
        is_named = rows["helper_id"].isin([*self.families.in_force["helper_id"], *self.chosen["helper_id"]])
        return rows[~has_ended | is_named].reset_index(drop=True)

    @cached_property
    def training(self) -> pd.DataFrame:
        """What each has learned by the day before the month, in the order of ``rows``."""
        ids = self.rows["helper_id"]
        theirs = self._tables.trainings[self._tables.trainings["helper_id"].isin(ids)]
        progress = training_progress(theirs, self.families.rules, day_before(self.families.first_day), ids)
        return progress.set_index("helper_id").loc[ids].reset_index()

    @cached_property
    def time(self) -> pd.DataFrame:
        """By helper: ``weekly`` minutes without Fridays, and of the whole year the working ``minutes``, the working
        ``days``, and the days of ``leave`` that would else be such."""
        families = self.families
        first, last = families.first_day, families.last_day
        ids = self.rows["helper_id"].tolist()
        agenda = Agenda(
            first,
            last,
            ACTIVITIES.empty(),
            self._tables.helper_hours,
            leave=self._tables.helper_leave,
            closed=CLOSED.empty() if self.calendar is None else self.calendar.closed_between(first, last),
        )
        hours = agenda.hours[agenda.hours["weekday"] != FRIDAY]
        weekly = hours.groupby("helper_id", observed=True)["minutes"].sum()
        days = [working_days(agenda, helper_id) for helper_id in ids]
        theirs = [hours.loc[hours["helper_id"] == helper_id, "weekday"] for helper_id in ids]
        leave = [
            int(((found["why"] == "leave") & found["weekday"].isin(own)).sum())
            for found, own in zip(days, theirs, strict=True)
        ]
        return pd.DataFrame(
            {
                "weekly": weekly.reindex(ids).fillna(0).to_numpy(dtype=np.int64),
                "minutes": np.array([int(found["minutes"].sum()) for found in days], dtype=np.int64),
                "days": np.array([int((found["why"] == "open").sum()) for found in days], dtype=np.int64),
                "leave": np.array(leave, dtype=np.int64),
            },
            index=pd.Index(ids, dtype="str"),
        )

    @cached_property
    def room(self) -> pd.Series:
        """How many families each helper's hours allow, by helper, ``Int64``; missing where nothing bounds them."""
        standing = [] if self.calendar is None else self.calendar.standing_at(self.families.rules.month)
        length = gregorian(self.families.last_day).toordinal() - gregorian(self.families.first_day).toordinal() + 1
        needed = sum(minutes_within(activity, length) for activity in standing)
        room = self.time["minutes"] // needed if needed else pd.Series(pd.NA, self.time.index)
        # Who is on leave all year has hours enough; it is the service that fails.
        return room.astype("Int64").mask(self.is_away, pd.NA).mask(self.time["weekly"] == 0, 0)

    @property
    def is_away(self) -> pd.Series:
        """Who has weekly hours and, for leave, not one working day in the year; by helper."""
        return (self.time["weekly"] > 0) & (self.time["minutes"] == 0)

    def table(self, in_force: pd.DataFrame) -> pd.DataFrame:
        """``helpers`` of :class:`hamyar.core.assignment.tables.AssignmentTables`.

        ``in_force`` has the pairs ``family_id, helper_id`` that hold: a helper has room for at least those.
        """
        rows = self.rows
        carries = in_force["helper_id"].value_counts().reindex(rows["helper_id"]).fillna(0).to_numpy(dtype=np.int64)
        room = self.room.to_numpy(dtype=np.float64, na_value=np.inf)
        room = np.where(room > 0, np.maximum(room, carries), room)
        until = [None if pd.isna(day) else whole_month_until(int(day)).code for day in rows["until_day"]]
        hours = (self.training[f"minutes_{part}_done"] // MINUTES_OF_HOUR for part in ("before", "in_service"))
        return pd.DataFrame(
            {
                **{name: rows[name].to_numpy() for name in ("helper_id", "sex", "languages", "skills", "areas")},
                **dict(zip(("hours_before", "hours_in_service"), (part.to_numpy() for part in hours), strict=True)),
                "serves_from": [_first_whole_month(int(day)).code for day in rows["from_day"]],
                "serves_until": pd.array(until, dtype="Int64"),
                "is_active": ~self.is_away.to_numpy(dtype=bool),
                "room": pd.array([pd.NA if np.isinf(each) else int(each) for each in room], dtype="Int64"),
            }
        )

    def told(self) -> Iterator[Message]:
        """A sentence for every helper of whom less can be asked than of the others, and why."""
        families, bounds = self.families, self.families.rules.assignment
        carries = families.in_force["helper_id"].value_counts()
        years = {"first": day_to_iso(families.first_day), "last": day_to_iso(families.last_day)}
        for row, progress in zip(self.rows.itertuples(), self.training.itertuples(), strict=True):
            helper = str(row.helper_id)
            has_ended = not pd.isna(row.until_day) and row.until_day < families.first_day
            if has_ended or row.from_day > families.first_day:
                continue
            if not progress.may_carry:
                yield from training_told(self.training[self.training["helper_id"] == helper], families.rules)
            if not pd.isna(row.until_day) and row.until_day < families.last_day:
                yield message(
                    N_("Helper {helper} serves until {day} and takes no family for a year that ends on {last}."),
                    helper=helper,
                    day=day_to_iso(int(row.until_day)),
                    last=years["last"],
                )
            if not self.time.at[helper, "weekly"]:
                yield message(
                    N_("Helper {helper} has no weekly hours and carries no family. Enter the hours of each weekday."),
                    helper=helper,
                )
            elif self.is_away[helper]:
                yield message(
                    N_(
                        "Helper {helper} is on leave on every working day from {first} to {last} and carries no "
                        "family. Correct the leave, or end the service."
                    ),
                    helper=helper,
                    **years,
                )
            else:
                yield from self._told_of_leave(helper, years)
                if not pd.isna(room := self.room[helper]) and room < bounds.most:
                    yield _told_of_room(helper, int(room), int(carries.get(helper, 0)), bounds.least)

    def _told_of_leave(self, helper: str, years: dict[str, str]) -> Iterator[Message]:
        """Who works on fewer days than leave takes can still have hours enough, but his families would wait long."""
        days, leave = int(self.time.at[helper, "days"]), int(self.time.at[helper, "leave"])
        if leave > days:
            yield message(
                N_(
                    "Helper {helper} is on leave on {leave} of {days} working days from {first} to {last}. "
                    "Choose another helper for families who cannot wait."
                ),
                helper=helper,
                leave=leave,
                days=days + leave,
                **years,
            )


def _told_of_room(helper: str, room: int, carries: int, least: int) -> Message:
    """What a helper's hours allow, where that is less than the rules do."""
    values = {"helper": helper, "room": room}
    if carries > room:
        said = N_(
            "Helper {helper} carries {carries} families and has weekly hours for {room}. "
            "Enter more hours, or choose another helper for some of them."
        )
        return message(said, **values, carries=carries)
    if room < least:
        said = N_(
            "The weekly hours of helper {helper} are enough for {room} families, and {least} are the least. "
            "Enter more hours, or relax the least."
        )
        return message(said, **values, least=least)
    return message(N_("The weekly hours of helper {helper} are enough for {room} families at most."), **values)


def minutes_within(rhythm: Rhythm, days: int) -> int:
    """The minutes a rhythm surely takes within ``days``: whole steps only, and once where there are no several."""
    visits = rhythm.number or 1
    if rhythm.every_days is not None:
        steps = max(days - rhythm.offset_days, 0) // rhythm.every_days
        visits = steps if rhythm.number is None else min(steps, rhythm.number)
    return rhythm.minutes * visits


def day_before(day: int) -> int:
    """The Jalali day before a Jalali day."""
    return day_of(gregorian(day) - dt.timedelta(1))


def _first_whole_month(day: int) -> Month:
    month = Month.from_code(day // 100)
    return month if day % 100 == 1 else month + 1
