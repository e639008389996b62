"""What stands in every calendar: the standing activities, and the periods in which nobody is visited.

``parameters/calendar/standing.yaml`` lists what every family that a helper carries has, whatever its harms: the monthly
look at its economy, the quarterly evaluation, and the new levels at the end of the year.
``closed.yaml`` lists exam and mourning periods and the like, by date.  Fridays and public holidays are free by
themselves (:mod:`hamyar.core.calendar.working_days`) and are not listed there.

Dates that follow the moon, and those of schools, are known only when they come near; until somebody confirms them
they are provisional, like any other dated value.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Literal

import pandas as pd
from pydantic import Field, ValidationError, field_validator, model_validator

from hamyar.core.calendar.tables import CLOSED
from hamyar.core.documents import BilingualText, Closed, DocumentInvalid, Source, first_fault, read_yaml
from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.levels.indicators import CatalogueEntry, read_day
from hamyar.core.message import N_, Message, message
from hamyar.core.plan.activity_plans import Rhythm
from hamyar.core.tables import conform

STANDING_FILE, CLOSED_FILE = "calendar/standing.yaml", "calendar/closed.yaml"
MONTHS_AHEAD = 12


class StandingActivity(CatalogueEntry, Rhythm):
    """Something that every carried family has in its calendar; its numbers come from ``source``."""

    description: BilingualText
    source: Source


class ClosedPeriod(Closed):
    """Days, both included, on which nobody is visited."""

    kind: str
    why: BilingualText
    first_day: int
    last_day: int
    status: Literal["confirmed", "provisional"] = "confirmed"
    source: Source

    @field_validator("first_day", "last_day", mode="before")
    @classmethod
    def _read_day(cls, text: Any) -> int:
        return read_day(text)

    @model_validator(mode="after")
    def _days_rise(self) -> "ClosedPeriod":
        if self.last_day < self.first_day:
            first, last = day_to_iso(self.first_day), day_to_iso(self.last_day)
            raise ValueError(f"the period ends on {last}, before it begins on {first}")
        return self


class StandingFile(Closed):
    name: Literal["standing"]
    label: BilingualText
    activities: tuple[StandingActivity, ...]

    @model_validator(mode="after")
    def _codes_stand_once(self) -> "StandingFile":
        codes = [activity.code for activity in self.activities]
        if twice := [code for place, code in enumerate(codes) if code in codes[:place]]:
            raise ValueError(f"'{twice[0]}' is written twice")
        return self


class ClosedFile(Closed):
    name: Literal["closed"]
    label: BilingualText
    kinds: dict[str, BilingualText] = Field(min_length=1)
    periods: tuple[ClosedPeriod, ...]

    @model_validator(mode="after")
    def _periods_stand_apart(self) -> "ClosedFile":
        for period in self.periods:
            if period.kind not in self.kinds:
                raise ValueError(f"'{period.kind}' is not one of {', '.join(self.kinds)}")
        for one, other in pairwise(sorted(self.periods, key=lambda period: period.first_day)):
            if other.first_day <= one.last_day:
                first, second = day_to_iso(one.first_day), day_to_iso(other.first_day)
                raise ValueError(f"the periods that begin on {first} and {second} overlap; make one of them")
        return self


_MODELS: Mapping[str, type[Closed]] = {"standing": StandingFile, "closed": ClosedFile}


class CalendarCatalogue:
    """The standing activities and closed periods of a centre.  Immutable."""

    def __init__(self, standing: StandingFile | None, closed: ClosedFile | None) -> None:
        self._standing, self._closed = standing, closed
        self.activities: tuple[StandingActivity, ...] = standing.activities if standing else ()
        periods = closed.periods if closed else ()
        self.periods: tuple[ClosedPeriod, ...] = tuple(sorted(periods, key=lambda period: period.first_day))
        self.kinds: Mapping[str, BilingualText] = closed.kinds if closed else {}
        self.by_code = {activity.code: activity for activity in self.activities}

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "CalendarCatalogue":
        """Read the YAML documents, keyed by file name: ``standing.yaml`` and ``closed.yaml``; either may be absent.

        Raises ``DocumentInvalid`` for the first that cannot be read whole, a third file, a period that ends before it
        begins, and periods that overlap.
        """
        found: dict[str, Any] = {}
        for file, text in sorted(texts.items()):
            stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
            if (model := _MODELS.get(stem)) is None:
                raise DocumentInvalid(file=file, where="the folder", problem="holds standing.yaml and closed.yaml only")
            try:
                found[stem] = model.model_validate(read_yaml(text, file))
            except ValidationError as error:
                raise DocumentInvalid(file=file, **first_fault(error)) from error
        return cls(found.get("standing"), found.get("closed"))

    def content(self) -> list[Any]:
        """The whole catalogue as plain values, for a fingerprint."""
        return [found.model_dump(mode="json") for found in (self._closed, self._standing) if found is not None]

    def standing_at(self, month: Month) -> list[StandingActivity]:
        """What every carried family has in a year of help that begins in ``month``, by its first day."""
        return [activity for activity in self.activities if activity.holds_on(month.code * 100 + 1)]

    def periods_between(self, first_day: int, last_day: int) -> list[ClosedPeriod]:
        """The closed periods with a day from ``first_day`` to ``last_day`` (Jalali, both included), in order."""
        return [period for period in self.periods if period.first_day <= last_day and first_day <= period.last_day]

    def closed_between(self, first_day: int, last_day: int, language: str = "fa") -> pd.DataFrame:
        """The same as a table, :data:`hamyar.core.calendar.tables.CLOSED`; ``why`` in ``language``.

        A period that begins before or ends after those days is told whole.
        """
        rows = [
            {"first_day": period.first_day, "last_day": period.last_day, "why": period.why.in_language(language)}
            for period in self.periods_between(first_day, last_day)
        ]
        return conform(CLOSED, pd.DataFrame(rows, columns=CLOSED.column_names))

    def check(self, month: Month | None = None) -> Iterator[tuple[str, Message, bool]]:
        """A lack of either, periods still unconfirmed, and years for which none is listed yet."""
        if not self.activities:
            yield STANDING_FILE, message(N_("No standing activity is listed yet. Add one to the file.")), False
        if not self.periods:
            yield CLOSED_FILE, message(N_("No closed period is listed yet. Add one to the file.")), False
        for period in self.periods:
            if period.status == "provisional":
                sentence = N_(
                    "The closed period from {first} to {last} is provisional. Confirm it and name the source."
                )
                dates = {"first": day_to_iso(period.first_day), "last": day_to_iso(period.last_day)}
                yield CLOSED_FILE, message(sentence, **dates), False
        if month is None:
            return
        if self.activities and not self.standing_at(month):
            yield STANDING_FILE, message(N_("No standing activity holds in {month}."), month=month), False
        listed = {day // 10000 for period in self.periods for day in (period.first_day, period.last_day)}
        last = month + (MONTHS_AHEAD - 1)
        for year in range(month.year, last.year + 1):
            if self.periods and year not in listed:
                sentence = N_("No closed period is listed for {year}. Add the exams and mourning days of that year.")
                yield CLOSED_FILE, message(sentence, year=str(year)), False
