"""Whom a harm concerns: the level of each indicator in each of its own subjects, a family or one of its members.

The levels of families (:mod:`hamyar.core.levels.answers`) bring a member's indicator to the family: its worst member
decides. A plan goes the other way: the activity is for the member concerned, so here the members stand apart again.
The family's level is the greatest of its members' in every cell, so nothing is called for in one place alone.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment, assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import answer_details
from hamyar.core.levels.counting import HARMED
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables

# From which level a harm needs a goal, or a reason why it has none.
NEEDS_GOAL = 2


def carried_families(placed: Stratification, family_ids: Sequence[str] | None = None) -> pd.Index:
    """The families in focused help: those that are harmed for certain, of all or of some, in the order of ``placed``.

    One whose level is open is not among them: it is asked first.
    """
    is_carried = placed.level == HARMED
    if family_ids is not None:
        is_carried &= np.asarray(placed.family_ids.isin(list(family_ids)), dtype=bool)
    return placed.family_ids[is_carried]


def subject_levels(
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    family_ids: Sequence[str] | pd.Index,
    indicators: IndicatorSet | None = None,
    economy: Assessment | None = None,
) -> pd.DataFrame:
    """The levels of these families at the end of ``month``, one row for each subject that an indicator concerns.

    ``family_id, subject_id, indicator``; ``least, most``, the levels still possible; ``day`` of the answer behind
    them, missing where there is none or it is computed; in the order of families and of the catalogue.
    ``economy`` is the month's assessment of exactly these families where it is at hand; it is made otherwise.
    Raises ``CatalogueAbsent``, ``CatalogueMissing``, ``WeightsDoNotSum`` or ``ParameterMissing``.
    """
    some = tables.only(list(family_ids))
    economy = economy or assess_families(some, parameters, month, history_months=0)
    found = answer_details(
        some,
        indicators or parameters.indicators.at(month),
        month,
        economy,
        valid_months=economy.rules.value("observation_valid_months"),
        window_days=economy.rules.value("agreement_window_days"),
    )
    return found[["family_id", "subject_id", "indicator", "least", "most", "day"]]


def levels_of(
    families: pd.Index,
    levels: pd.DataFrame | None,
    placed: Stratification,
    tables: CaseTables,
    parameters: ParameterSet,
) -> pd.DataFrame:
    """The rows of these families at the end of the month of ``placed``: out of ``levels``, or made where it is absent.

    Looking the answers up is most of the work of a page about goals, which asks for them several times.
    """
    if levels is None:
        return subject_levels(tables, parameters, placed.month, families, placed.indicators)
    return levels[levels["family_id"].isin(families)].reset_index(drop=True)


def harms_of(levels: pd.DataFrame, indicators: IndicatorSet) -> pd.DataFrame:
    """The harms that need a goal: rows of :func:`subject_levels` that are at 2 or worse for certain, with ``level``.

    A strength is no harm, at whichever level it stands.
    """
    is_harm = (levels["least"] >= NEEDS_GOAL) & levels["indicator"].isin([harm.code for harm in indicators.harms])
    found = levels[is_harm.to_numpy(dtype=bool)]
    return found[["family_id", "subject_id", "indicator"]].assign(level=found["least"].astype("Int64"))
