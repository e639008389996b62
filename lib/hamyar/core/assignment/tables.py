"""What an assignment is asked with: the tables, the bounds of the year, and what each reason is worth.

The tables are plain frames, described at :class:`AssignmentTables`; what is wrong in them is refused by name
when :class:`hamyar.core.assignment.costs.Situation` reads them.
"""

from dataclasses import dataclass, field, fields

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_


class BoundsInvalid(HamyarError):
    msgid = N_(
        "A helper cannot have at least {least} and at most {most} families. "
        "The least must be zero or more, the most one or more and not below the least. Correct the parameters."
    )


class CostWeightInvalid(HamyarError):
    msgid = N_("The weight of '{name}' is {value}. Weights of an assignment are whole numbers, zero or more.")


class FamilyTwice(HamyarError):
    msgid = N_("Family {family_id} stands in more than one row or area ({areas}). Give it one row and one area.")


class HelperTwice(HamyarError):
    msgid = N_("Helper {helper_id} stands twice among the helpers. Give each helper one row.")


class LoadInvalid(HamyarError):
    msgid = N_("Family {family_id} has no load above zero. Give it a whole number, 1 or more.")


class ChosenTwice(HamyarError):
    msgid = N_("Family {family_id} was given to more than one helper by hand. Leave one choice.")


class ChosenUnknown(HamyarError):
    msgid = N_(
        "A helper was chosen by hand for family {family_id}: {helper_id}. "
        "One of the two codes is not known here; correct it."
    )


class InForceTwice(HamyarError):
    msgid = N_("Family {family_id} has more than one helper in the plan in force. Leave the one who goes on.")


class PenaltyInvalid(HamyarError):
    msgid = N_("The penalty for a move is {penalty}. Write a whole number, zero or more.")


class EffortInvalid(HamyarError):
    msgid = N_("The effort of the search is {effort}. Write a number above zero.")


class DistanceInvalid(HamyarError):
    msgid = N_("The way of helper {helper_id} to {area} takes {minutes} minutes. Write whole minutes, zero or more.")


@dataclass(frozen=True)
class CostWeights:
    """What each reason is worth in minutes of travel; ``load`` for each unit of the largest load of a helper.

    Raises ``CostWeightInvalid``.
    """

    area: int = 30
    skill: int = 20
    travel: int = 1
    continuity: int = 60
    wish: int = 40
    load: int = 5

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not isinstance(value, int) or value < 0:
                raise CostWeightInvalid(name=each.name, value=str(value))


@dataclass(frozen=True)
class AssignmentRules:
    """The year and its bounds; ``month`` is the first of ``months``.  Raises ``BoundsInvalid``."""

    month: Month
    least: int = 5
    most: int = 15
    training_hours: int = 40
    months: int = 12

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most or self.most < 1:
            raise BoundsInvalid(least=self.least, most=self.most)


def _pairs(*more: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("family_id", "helper_id", *more)})


@dataclass(frozen=True, eq=False)
class AssignmentTables:
    """What an assignment is made from; a list of codes is one text, codes joined by a space, as elsewhere.
    Names of areas may hold spaces, so a helper's are joined by a semicolon.

    ``families``      ``family_id, area, asks_for_woman`` (boolean), ``language, load`` (whole, 1 or more),
                      ``needed_skills`` (codes); where they are given ``prefers_woman`` (boolean: asks for a woman
                      where that does not bind) and ``until`` (month: the last of its year of help; missing: the year's)
    ``helpers``       ``helper_id, sex, languages, skills`` (codes), ``areas``, ``hours_before`` (of training before
                      the first family), ``hours_in_service``, ``serves_from, serves_until`` (months as 140501),
                      ``is_active`` (boolean); where it is given ``room`` (how many families his weekly hours allow;
                      missing: as many as the rules)
    ``last_year``     ``family_id, helper_id``; pairs of which one is gone count for nothing, here and below
    ``chosen``        ``family_id, helper_id, knowingly`` (boolean; optional): choices made by hand
    ``incompatible``  ``family_id, helper_id``
    ``travel``        ``helper_id, area, minutes`` one way; left out, distance costs nothing
    ``in_force``      ``family_id, helper_id``: the plan that holds now, for a re-assignment
    """

    families: pd.DataFrame
    helpers: pd.DataFrame
    last_year: pd.DataFrame = field(default_factory=_pairs)
    chosen: pd.DataFrame = field(default_factory=_pairs)
    incompatible: pd.DataFrame = field(default_factory=_pairs)
    travel: pd.DataFrame | None = None
    in_force: pd.DataFrame | None = None
