"""The levels of a whole centre in one month, as the monthly run, its pages and a researcher all take them.

Three steps that belong together: place every family (:mod:`hamyar.core.levels.stratification`), learn from all of
them what one family's page must know (:mod:`hamyar.core.levels.background`), and judge with it how sure each level is
(:mod:`hamyar.core.levels.chances`).
"""

from dataclasses import dataclass

import pandas as pd

from hamyar.core.economy.assessment import Assessment, ParametersInUse
from hamyar.core.jalali import Month
from hamyar.core.levels.agreement import agreement_by_indicator, poorly_agreed
from hamyar.core.levels.background import AgreementFacts, Background, agreement_facts, background_of
from hamyar.core.levels.chances import results_with_chances
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables


@dataclass(frozen=True)
class CentreLevelsOfMonth:
    """``placed``: every family; ``background``: what they tell of the centre; ``results``: one row per family."""

    placed: Stratification
    background: Background
    results: pd.DataFrame


def levels_of_centre(
    tables: CaseTables, parameters: ParameterSet, month: Month, economy: Assessment
) -> CentreLevelsOfMonth | None:
    """The levels of all families of ``tables``; ``None`` where the parameters hold no catalogue of indicators.

    A month frozen before there was a catalogue has none, and its pages then say nothing of levels.
    """
    if not parameters.has_indicators:
        return None
    placed = stratify_families(tables, parameters, month, economy)
    found = background_of_centre(tables, placed, economy.rules)
    return CentreLevelsOfMonth(placed, found, results_with_chances(placed, economy.rules, found))


def background_of_centre(tables: CaseTables, placed: Stratification, rules: ParametersInUse) -> Background:
    """What a family's page must know of all families of ``tables``, which ``placed`` holds."""
    return background_of(placed, agreement_of_centre(tables, placed, rules), rules)


def agreement_of_centre(
    tables: CaseTables, placed: Stratification, rules: ParametersInUse
) -> dict[str, AgreementFacts]:
    """How well the centre's helpers agree on each indicator, until the end of the month."""
    month = placed.month
    frame = agreement_by_indicator(
        tables.observations,
        placed.indicators,
        window_days=rules.value("agreement_window_days"),
        until_day=month.code * 100 + month.days,
    )
    is_poor = poorly_agreed(frame, rules.value("agreement_least_pairs"), rules.value("poor_agreement_kappa_share"))
    return agreement_facts(frame, is_poor)
