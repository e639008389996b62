"""Goals: to which level a harm is to come, or why there is none.

Every harm at level 2 or worse, of the family or of one of its members, has a goal or a reason why not.
A goal is written down (``GOALS``), or follows from what was accepted: a programme aims at indicators, and an accepted
row of the plan makes its aims the goals of whom they concern.  A written level goes before an implied one, and either
before a reason for having none.  Whether a goal was reached is told by :mod:`hamyar.core.plan.progress`.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.counting import HARMED
from hamyar.core.levels.stratification import Stratification
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.help import GENERAL
from hamyar.core.plan.levels import harms_of, levels_of
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.plan.years import accepted_rows, in_force, months_of_help, year_ends
from hamyar.core.tables import CaseTables

GoalState = Literal["goal", "reason", "open"]
GOAL_STATES: tuple[GoalState, ...] = ("goal", "reason", "open")
HARM = ["family_id", "subject_id", "indicator"]
GOAL_COLUMNS = (*HARM, "level", "aim_level", "until_day", "by", "reason", "state", "from_day", "decided_day")


def goals_of(
    placed: Stratification,
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    on_day: int,
    family_ids: Sequence[str] | None = None,
    levels: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every harm that needs a goal, and the goal or reason in force on a day; in the order of families and indicators.

    Families: those harmed for certain and those with a plan in force, of all or of ``family_ids``.
    ``levels`` are rows of :func:`~hamyar.core.plan.levels.subject_levels` at the end of the month of ``placed`` that
    hold these families, where they are at hand; they are made otherwise.

    ``family_id, subject_id, indicator``  whose harm it is, and which
    ``level``                             the level it stands at for certain at the end of the month
    ``aim_level, until_day``              the level to come to and the day by which; missing without a goal
    ``by``                                the accepted programmes that aim at it, joined by a space; may be empty
    ``reason``                            why there is no goal, where that is what was decided
    ``state``                             one of :data:`GOAL_STATES`
    ``from_day, decided_day``             of the decision; missing where the harm is open

    Raises ``CatalogueAbsent``, ``ParameterMissing`` or ``ParameterUnknown``.
    """
    months = months_of_help(parameters, month)
    families = _families(placed, tables, on_day, months, family_ids)
    known = levels_of(families, levels, placed, tables, parameters)
    harms = harms_of(known, placed.indicators)
    some = tables.only(list(families))
    aims = aims_of(accepted_rows(in_force(some.plans, on_day, months)), parameters.programmes, months)
    written = in_force(some.goals, on_day, months).sort_values("from_day").drop_duplicates(HARM, keep="last")
    return _joined(harms, aims, written, months)


def open_harms(
    placed: Stratification,
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    on_day: int,
    family_ids: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The rows of :func:`goals_of` that have neither a goal nor a reason."""
    found = goals_of(placed, tables, parameters, month, on_day, family_ids)
    return found[found["state"] == "open"].reset_index(drop=True)


def aims_of(rows: pd.DataFrame, catalogue: ProgrammeCatalogue, months: int) -> pd.DataFrame:
    """What accepted rows of ``PLANS`` aim at, one row for each row and indicator.

    ``family_id, planned_for`` (the row's subject), ``programme, is_general, indicator, aim_level, until_day,
    from_day, decided_day``; programmes that the catalogue lost aim at nothing.
    """
    general = catalogue.by_help.get(GENERAL)
    for_all = [programme.code for programme in general.programmes] if general is not None else []
    aims = pd.DataFrame(
        [(code, indicator, level) for code, plan in catalogue.plans.items() for indicator, level in plan.aims.items()],
        columns=["programme", "indicator", "aim_level"],
    ).astype({"programme": "str", "indicator": "str", "aim_level": "Int64"})
    told = rows[["family_id", "subject_id", "programme", "from_day", "decided_day"]].rename(
        columns={"subject_id": "planned_for"}
    )
    told = told.astype({"family_id": "str", "planned_for": "str", "programme": "str"})
    told = told.assign(until_day=pd.array(year_ends(told["from_day"], months), dtype="Int64"))
    return told.merge(aims.assign(is_general=aims["programme"].isin(for_all)), on="programme")


def implied_goals(harms: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """The goals that follow from accepted rows, one for each of ``harms`` that one aims below: its least level.

    A programme for the family aims for each of its members, and one for a member also for the family as a whole,
    never for another member.  What general help aims at is the goal where no focused programme has one:
    a workshop is open to everybody, and no measure for a harm that is worked on face to face.

    ``HARM``, ``aim_level, until_day, by, from_day, decided_day``.
    """
    both = harms.merge(aims, on=["family_id", "indicator"])
    is_for = (both["planned_for"] == both["subject_id"]) | (both["planned_for"] == both["family_id"])
    is_for |= both["subject_id"] == both["family_id"]
    both = both[(is_for & (both["aim_level"] < both["level"])).to_numpy(dtype=bool)]
    both = both[~both["is_general"] | both.groupby(HARM)["is_general"].transform("all").astype(bool)]
    return both.groupby(HARM, as_index=False, sort=False).agg(
        aim_level=("aim_level", "min"),
        until_day=("until_day", "max"),
        by=("programme", lambda codes: " ".join(dict.fromkeys(codes))),
        from_day=("from_day", "max"),
        decided_day=("decided_day", "min"),
    )


def _families(
    placed: Stratification, tables: CaseTables, on_day: int, months: int, family_ids: Sequence[str] | None
) -> pd.Index:
    planned = accepted_rows(in_force(tables.plans, on_day, months))["family_id"].unique()
    is_meant = (placed.level == HARMED) | np.asarray(placed.family_ids.isin(planned), dtype=bool)
    if family_ids is not None:
        is_meant &= np.asarray(placed.family_ids.isin(list(family_ids)), dtype=bool)
    return placed.family_ids[is_meant]


def _joined(harms: pd.DataFrame, aims: pd.DataFrame, written: pd.DataFrame, months: int) -> pd.DataFrame:
    """The harms with what was written and what is implied, in the columns of :func:`goals_of`."""
    told = written[[*HARM, "aim_level", "until_day", "reason", "from_day", "decided_day"]]
    ends = pd.Series(year_ends(told["from_day"], months), index=told.index, dtype="Int64")
    told = told.assign(until_day=told["until_day"].astype("Int64").fillna(ends)).astype(dict.fromkeys(HARM, "str"))
    told = told.rename(columns=lambda name: name if name in HARM else f"{name}_told")
    found = harms.merge(implied_goals(harms, aims), on=HARM, how="left").merge(told, on=HARM, how="left")
    has_aim = found["aim_level_told"].notna()
    is_implied = ~has_aim & found["aim_level"].notna()
    has_reason = ~has_aim & ~is_implied & found["reason_told"].notna()
    is_told = has_aim | has_reason
    state = np.where(has_aim | is_implied, "goal", np.where(has_reason, "reason", "open"))
    return found.assign(
        aim_level=found["aim_level_told"].fillna(found["aim_level"]).astype("Int64"),
        until_day=found["until_day"].mask(has_aim, found["until_day_told"]).astype("Int64"),
        by=found["by"].astype("str").fillna(""),
        reason=found["reason_told"].astype("str").where(has_reason),
        from_day=found["from_day"].mask(is_told, found["from_day_told"]).astype("Int64"),
        decided_day=found["decided_day"].mask(is_told, found["decided_day_told"]).astype("Int64"),
        state=pd.Series(state, index=found.index, dtype="str"),
    )[list(GOAL_COLUMNS)]
