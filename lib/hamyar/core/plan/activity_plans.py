"""How help is carried out: how long, how often, after what, by whom, and what success is.

A programme of the catalogue says *what* answers a harm; its ``plan`` says what that means in a year of help.
The numbers are proposals: a helper who changes one for a family writes it into the family's own plan.

A *rhythm* is the length of a visit and, where there are several, the days from one to the next.  Without a number a
rhythm goes on as long as the year of help; without a rhythm there is one visit.
The days between visits bound the tolerance, because no visit may reach into the time of the next.
"""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from hamyar.core.documents import BilingualText, Closed, Source

DoneBy = Literal["helper", "expert", "commission"]
CommissionName = Literal["economic", "social", "cultural"]
SHORTEST_MINUTES = 5
MINUTES_OF_DAY = 24 * 60
DAYS_OF_YEAR = 365

# A decimal, a word or "yes" is no number of days.
Whole = Annotated[int, Field(strict=True)]
Level = Annotated[int, Field(strict=True, ge=0)]


class NeedsImpossible(ValueError):
    """A need of the programme ``code`` that nothing can come before; what is wrong is its text."""

    def __init__(self, code: str, problem: str) -> None:
        self.code = code
        super().__init__(problem)


class Rhythm(Closed):
    """The length of a visit in minutes, and when there are visits, in days.

    ``offset_days`` counts from the first day of the year of help until the first visit may be due.
    ``tolerance_days`` says how far from its due day a visit may lie; missing: as the calendar's own rule says.
    """

    minutes: Whole = Field(ge=SHORTEST_MINUTES, le=MINUTES_OF_DAY)
    every_days: Whole | None = Field(default=None, ge=1)
    number: Whole | None = Field(default=None, ge=1)
    offset_days: Whole = Field(default=0, ge=0)
    tolerance_days: Whole | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _several_have_a_rhythm(self) -> "Rhythm":
        if self.every_days is None and (self.number or 1) > 1:
            raise ValueError(f"{self.number} visits need every_days, the days from one to the next")
        if self.is_several and self.tolerance_days is not None and self.every_days is not None:
            most = (self.every_days - 1) // 2
            if self.tolerance_days > most:
                found = f"a tolerance of {self.tolerance_days} days reaches into the time of the next visit"
                raise ValueError(f"{found}; every {self.every_days} days allows {most} at most")
        return self

    @property
    def is_several(self) -> bool:
        return self.every_days is not None and self.number != 1

    @property
    def is_endless(self) -> bool:
        """Whether it goes on as long as the year of help."""
        return self.every_days is not None and self.number is None

    @property
    def last_due(self) -> int | None:
        """Days from its beginning to the latest day on which its last visit can be due; ``None``: endless.

        The first visit is due anywhere in the first step of the rhythm, as it suits the helper's other visits.
        """
        if self.is_endless:
            return None
        return (self.every_days or 1) * (self.number or 1) - 1


class ActivityPlan(Rhythm):
    """What one programme means in a year of help.

    ``needs`` are programmes that come first where the family has them, too.
    ``done_by`` says whose time it takes: the family's helper, an expert's, or a sitting of ``commission``.
    ``aims`` gives, by indicator, the level to come to.
    ``source`` says where the numbers come from; left out, they are a choice of Hamyar.
    """

    needs: tuple[str, ...] = ()
    done_by: DoneBy
    commission: CommissionName | None = None
    success: BilingualText
    aims: dict[str, Level] = Field(default_factory=dict)
    source: Source | None = None

    @field_validator("needs")
    @classmethod
    def _needs_stand_once(cls, needs: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [code for place, code in enumerate(needs) if code in needs[:place]]:
            raise ValueError(f"'{twice[0]}' is written twice")
        return needs

    @model_validator(mode="after")
    def _commission_is_named(self) -> "ActivityPlan":
        if self.done_by == "commission" and self.commission is None:
            raise ValueError("name the commission that does it: economic, social or cultural")
        if self.done_by != "commission" and self.commission is not None:
            raise ValueError(f"a commission is named, and it is done by the {self.done_by}")
        return self


def in_order(plans: Mapping[str, ActivityPlan]) -> tuple[str, ...]:
    """The programmes of ``plans`` by code, each after those it needs.

    Raises ``NeedsImpossible`` for a need that has no plan or no end, and for programmes that wait for each other.
    """
    for code, plan in plans.items():
        for needed in plan.needs:
            if needed not in plans:
                raise NeedsImpossible(code, f"'{code}' needs '{needed}', which is no programme with a plan")
            if plans[needed].is_endless:
                problem = f"'{code}' needs '{needed}', which has no end; give '{needed}' a number of visits"
                raise NeedsImpossible(code, problem)
    try:
        return tuple(TopologicalSorter({code: plan.needs for code, plan in plans.items()}).static_order())
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        problem = f"these programmes wait for each other in a circle: {' ← '.join(circle)}"
        raise NeedsImpossible(circle[0], problem) from error


def last_due_days(plans: Mapping[str, ActivityPlan]) -> dict[str, int | None]:
    """The latest day, counted from the year's first, on which each programme's last visit may be due.

    ``None`` for what goes on as long as the year.  Latest means: the family has all the programmes it needs,
    and each of them is as late as it may be.
    """
    found: dict[str, int | None] = {}
    for code in in_order(plans):
        plan = plans[code]
        ends = [(found[needed] or 0) + (plans[needed].tolerance_days or 0) for needed in plan.needs]
        begin = max([plan.offset_days, *(end + 1 for end in ends)])
        found[code] = None if plan.last_due is None else begin + plan.last_due
    return found
