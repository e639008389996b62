"""Indicators: what is looked at in a family, what each level means, and what counts how much.

FH asks that families be placed by exact indicators in three domains and lists none, so the list is data of the centre:
``parameters/indicators/<domain>.yaml`` defines each indicator once, with the question, the meaning of every level
and the reason why it is there.  Which of them count in a month, and with what weight, is read by
:mod:`hamyar.core.levels.indicator_catalogue`; the rest of the core works with the :class:`IndicatorSet` it gives.

Capacities stand in the same form and are listed beside the harms; they carry no weight, so they can cancel nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from hamyar.core.documents import BilingualText, Closed, Source
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import day_to_iso, parse_day
from hamyar.core.message import N_

DOMAINS = ("economic", "social", "cultural")
CAPACITY = "capacity"
WORST = 3
COUNTS_FROM = 2
LAST_DAY = 99991231
# What the software can compute, and the least and greatest value each can have (None: no bound).
MEASURES: Mapping[str, tuple[int, int | None]] = {
    "gap_share_of_outflows": (0, 1),
    "shortfall_under_support_line": (0, 1),
    "aid_share_of_means": (0, 1),
    "food_share_of_outflows": (0, 1),
    "dependants_per_working_age": (0, None),
    "food_consumption_score": (0, 112),
    "reduced_coping_strategies": (0, 56),
    "out_of_school": (0, 3),
    "years_of_schooling": (0, 18),
}
MEASURES_OF_MEMBERS = ("out_of_school", "years_of_schooling")

DomainName = Literal["economic", "social", "cultural", "capacity"]


class IndicatorUnknown(HamyarError):
    msgid = N_("There is no indicator '{code}'. Known are: {known}.")


def exact(value: Any) -> Fraction:
    """A number as it was written: ``1/12``, ``0.15`` or ``3``, never a binary float."""
    try:
        return Fraction(str(value).replace("_", ""))
    except ZeroDivisionError:
        raise ValueError(f"'{value}' is not a number") from None


def read_day(text: Any) -> int:
    try:
        return parse_day(text)
    except HamyarError as error:
        raise ValueError(str(error)) from error


class AppliesTo(Closed):
    """Which members an indicator concerns; what is left out does not matter."""

    ages: tuple[int, int] | None = None
    roles: tuple[Literal["head", "spouse", "child", "parent", "sibling", "grandchild", "other"], ...] = ()
    sex: Literal["female", "male"] | None = None

    @field_validator("ages")
    @classmethod
    def _ages_rise(cls, ages: tuple[int, int] | None) -> tuple[int, int] | None:
        if ages is not None and not 0 <= ages[0] <= ages[1]:
            raise ValueError(f"the ages {ages[0]} to {ages[1]} hold nobody")
        return ages


class Computed(Closed):
    """How the software finds the level: the measure, which way is worse, and the bounds of levels 1, 2 and 3.

    With ``worse: higher`` the level is how many bounds the measure reaches (``>=``);
    with ``worse: lower`` how many it is at or under (``<=``).
    """

    measure: str
    worse: Literal["higher", "lower"]
    bounds: tuple[Fraction, Fraction, Fraction]

    @field_validator("bounds", mode="before")
    @classmethod
    def _exact_bounds(cls, bounds: Any) -> Any:
        return tuple(exact(bound) for bound in bounds) if isinstance(bounds, list) else bounds

    @field_validator("measure")
    @classmethod
    def _known_measure(cls, measure: str) -> str:
        if measure not in MEASURES:
            raise ValueError(f"'{measure}' is not one of {', '.join(MEASURES)}")
        return measure


class CatalogueEntry(Closed):
    """What every entry of a catalogue has: a code, a name in both languages, and the days on which it is valid."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: BilingualText
    since: int
    until: int = LAST_DAY

    @field_validator("since", "until", mode="before")
    @classmethod
    def _read_day(cls, text: Any) -> Any:
        return text if text == LAST_DAY else read_day(text)

    @model_validator(mode="after")
    def _dates_rise(self) -> Self:
        if self.until < self.since:
            raise ValueError(f"it ends on {day_to_iso(self.until)}, before it begins on {day_to_iso(self.since)}")
        return self

    def holds_on(self, day: int) -> bool:
        """Whether the entry is valid on a day such as 14040801."""
        return self.since <= day <= self.until


class Indicator(CatalogueEntry):
    """One indicator as written; ``domain`` is its file's.

    ``is_sensitive`` asks for a private talk.  ``screen_only`` goes further: the harm is never printed by its name,
    because a page is read at home, and there it could put somebody in danger.
    """

    question: BilingualText
    levels: dict[int, BilingualText]
    scope: Literal["family", "member"]
    applies_to: AppliesTo = AppliesTo()
    counts_from: int = Field(default=COUNTS_FROM, ge=1, le=WORST)
    critical_from: int | None = Field(default=None, ge=1, le=WORST)
    can_change: Literal["soon", "slowly", "never"]
    is_sensitive: bool = False
    screen_only: bool = False
    computed: Computed | None = None
    reason: BilingualText
    source: Source

    @field_validator("levels")
    @classmethod
    def _every_level_is_told(cls, levels: dict[int, BilingualText]) -> dict[int, BilingualText]:
        if sorted(levels) != list(range(WORST + 1)):
            raise ValueError("the meaning of every level 0, 1, 2 and 3 is needed")
        return levels

    @model_validator(mode="after")
    def _computed_fits(self) -> "Indicator":
        if self.computed is not None:
            of_member = self.computed.measure in MEASURES_OF_MEMBERS
            if of_member != (self.scope == "member"):
                raise ValueError(f"the measure '{self.computed.measure}' has another scope")
        return self


def asks_everybody(indicator: Indicator) -> bool:
    """Whether a question is put to every family: critical, of the whole family, and about no member in particular.

    "Does not apply" is no answer to it; that would settle a critical harm with a word.
    """
    is_of_all = indicator.scope == "family" and indicator.applies_to == AppliesTo()
    return is_of_all and indicator.critical_from is not None and indicator.computed is None


@dataclass(frozen=True)
class WeightedIndicator:
    """A harm that counts: its definition, domain, and weight in the whole."""

    indicator: Indicator
    domain: str
    weight: Fraction

    @property
    def code(self) -> str:
        return self.indicator.code


@dataclass(frozen=True)
class IndicatorSet:
    """The indicators of one month: the harms with their weights (sum 1), and the capacities."""

    since: int
    status: str
    source: Source
    file: str
    harms: tuple[WeightedIndicator, ...]
    capacities: tuple[Indicator, ...]
    domain_labels: Mapping[str, BilingualText]

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Harms, then capacities: the order of every table of answers."""
        return (*(harm.indicator for harm in self.harms), *self.capacities)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(indicator.code for indicator in self.indicators)

    @property
    def weights(self) -> tuple[Fraction, ...]:
        return tuple(harm.weight for harm in self.harms)

    def __getitem__(self, code: str) -> Indicator:
        try:
            return self.indicators[self.codes.index(code)]
        except ValueError:
            raise IndicatorUnknown(code=code, known=", ".join(self.codes)) from None
