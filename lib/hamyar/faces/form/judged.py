"""What the core makes of one family's month, each part found once, and only when somebody asks for it.

Panel, questions, plan and goals of a form rest on the same assessment, the same levels and the same answers.
They ask one :class:`Judged` for them; a form into which nothing was typed has that of its file, so that opening it
judges the family once.
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from hamyar.core.economy.assessment import Assessment, assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import answer_details
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.tables import CaseTables


@dataclass(frozen=True, eq=False)
class Judged:
    """One state of the tables of a single family, judged at the end of ``month`` by ``parameters``.

    What rests on the indicators is ``None`` in a month for which no catalogue holds.
    """

    tables: CaseTables
    parameters: ParameterSet
    month: Month

    @cached_property
    def indicators(self) -> IndicatorSet | None:
        """What is asked in the month."""
        try:
            return self.parameters.indicators.at(self.month)
        except (CatalogueAbsent, CatalogueMissing):
            return None

    @cached_property
    def assessment(self) -> Assessment:
        return assess_families(self.tables, self.parameters, self.month)

    @cached_property
    def placed(self) -> Stratification | None:
        try:
            return stratify_families(self.tables, self.parameters, self.month, self.assessment)
        except (CatalogueAbsent, CatalogueMissing):
            return None

    @cached_property
    def details(self) -> pd.DataFrame | None:
        """:func:`~hamyar.core.levels.answers.answer_details`, by the rules of the month."""
        if self.indicators is None:
            return None
        rules = self.assessment.rules
        return answer_details(
            self.tables,
            self.indicators,
            self.month,
            self.assessment,
            valid_months=rules.value("observation_valid_months"),
            window_days=rules.value("agreement_window_days"),
        )
