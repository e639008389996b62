"""Safe, at risk, harmed: the level of every family in a month, with the range of levels still possible.

Each family is counted twice, once with every open answer taken as fine and once with every open answer taken as bad.
Where both give one level the level is known, however much is unanswered; where they differ it is *undetermined*,
so nothing missing ever lowers a level in silence.  The same is done in each domain by itself.

Harms are counted by :mod:`hamyar.core.levels.counting` (weights and two cut-offs, exact); a critical harm makes a
family harmed by itself; capacities are listed and subtracted from nothing.
A level is a way to order the centre's help.  By itself it refuses nobody.

The columns of ``Stratification.results`` (one row per family, in the order of ``tables.families``):

====================================  ===================================================================
``level``                             ``safe``, ``at_risk``, ``harmed`` or ``undetermined``
``level_at_best, level_at_worst``     the levels if every open answer were fine, or bad
``score_at_least_share, …_at_most_…`` the weighted share of deprivations, known and still possible
``<domain>_level`` and the same       the domain by itself, against its own cut-offs
``harms``                             indicators in which the family is known to be deprived
``critical_indicators``               those that are critical by themselves, as codes joined by a space
``capacities``                        strengths known to be present
``unanswered``                        harms and capacities that apply or may, and have no level
``unreasoned``                        observed levels of 2 or more that nobody gave a reason for
``is_complete``                       both are zero
====================================  ===================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment, ParametersInUse, assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import KNOWN, Answers, find_answers
from hamyar.core.levels.counting import LEVELS, UNDETERMINED, CutOffs, WholeWeights, level_codes, scores
from hamyar.core.levels.indicators import DOMAINS, IndicatorSet
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables

Case = Literal["least", "most"]
ALL_LEVELS = (*LEVELS, UNDETERMINED)


@dataclass(frozen=True)
class LevelRules:
    """What turns answers into levels: the cut-offs of the whole and of one domain.

    The indicators with their weights come with the answers.
    """

    whole: CutOffs
    domain: CutOffs

    @classmethod
    def of(cls, rules: ParametersInUse) -> "LevelRules":
        def cut_offs(prefix: str) -> CutOffs:
            return CutOffs(rules.value(f"{prefix}at_risk_cut_off_share"), rules.value(f"{prefix}harmed_cut_off_share"))

        return cls(cut_offs(""), cut_offs("domain_"))


@dataclass(frozen=True)
class Count:
    """One way of counting a set of families: scores in parts, critical harms, and level codes, per family."""

    score: np.ndarray
    is_critical: np.ndarray
    level: np.ndarray


@dataclass(frozen=True, eq=False)
class Stratification:
    """The levels of a set of families in a month.

    Arrays over harms have the shape ``(harms, families)``; ``least`` is the case in which every open answer is fine,
    ``most`` the one in which every open answer is bad.
    """

    month: Month
    answers: Answers
    level_rules: LevelRules

    @property
    def indicators(self) -> IndicatorSet:
        return self.answers.indicators

    @property
    def family_ids(self) -> pd.Index:
        return self.answers.family_ids

    @cached_property
    def weights(self) -> WholeWeights:
        return WholeWeights.of(self.indicators.weights)

    @cached_property
    def counts_from(self) -> np.ndarray:
        return np.array([harm.indicator.counts_from for harm in self.indicators.harms], dtype=np.int8)

    @cached_property
    def critical_from(self) -> np.ndarray:
        """From which level each harm is critical; 4, which no level reaches, where it never is."""
        return np.array([harm.indicator.critical_from or 4 for harm in self.indicators.harms], dtype=np.int8)

    def levels(self, case: Case) -> np.ndarray:
        """The indicator levels of the harms in one case, ``(harms, families)`` of ``int8``."""
        matrix = self.answers.least if case == "least" else self.answers.most
        return matrix[: len(self.indicators.harms)]

    def is_deprived(self, case: Case) -> np.ndarray:
        return self.levels(case) >= self.counts_from[:, None]

    @cached_property
    def least(self) -> Count:
        return self._count("least")

    @cached_property
    def most(self) -> Count:
        return self._count("most")

    @property
    def level(self) -> np.ndarray:
        """Each family's place in ``ALL_LEVELS``: the level both cases give, or undetermined; ``int8``."""
        return _agreed(self.least, self.most)

    def _count(self, case: Case) -> Count:
        score = scores(self.is_deprived(case), self.weights)
        critical = self._is_critical(case, slice(None))
        return Count(score, critical, level_codes(score, self.weights, self.level_rules.whole, critical))

    def _is_critical(self, case: Case, part: slice) -> np.ndarray:
        levels, bounds = self.levels(case)[part], self.critical_from[part]
        found = np.zeros(levels.shape[1], dtype=bool)
        for row, bound in zip(levels, bounds.tolist(), strict=True):
            if bound <= 3:
                found |= row >= bound
        return found

    @cached_property
    def domain_slices(self) -> dict[str, slice]:
        """Where each domain's harms stand; a catalogue lists them domain by domain."""
        domains = [harm.domain for harm in self.indicators.harms]
        return {
            name: slice(domains.index(name), domains.index(name) + domains.count(name))
            for name in DOMAINS
            if name in domains
        }

    def domain_count(self, domain: str, case: Case) -> tuple[Count, WholeWeights]:
        """The count of one domain by itself, and its weights, which sum to 1."""
        part = self.domain_slices[domain]
        weights = self.indicators.weights[part]
        whole = sum(weights)
        # Other weights may leave a whole domain out; nothing counts in it then.
        own = WholeWeights.of([weight / whole if whole else weight for weight in weights])
        score = scores(self.is_deprived(case)[part], own)
        critical = self._is_critical(case, part)
        return Count(score, critical, level_codes(score, own, self.level_rules.domain, critical)), own

    @cached_property
    def results(self) -> pd.DataFrame:
        """See the top of the module."""
        harms = len(self.indicators.harms)
        open_answers = self.answers.is_open.sum(axis=0)
        unreasoned = self.answers.lacks_reason.sum(axis=0)
        columns: dict[str, object] = dict(self._columns("", self.least, self.most, self.weights))
        for domain in self.domain_slices:
            (least, own), (most, _) = self.domain_count(domain, "least"), self.domain_count(domain, "most")
            columns |= self._columns(f"{domain}_", least, most, own)
        strengths = [indicator.counts_from for indicator in self.indicators.capacities]
        present = self.answers.least[harms:] >= np.array(strengths, dtype=np.int8)[:, None]
        columns |= {
            "harms": self.is_deprived("least").sum(axis=0),
            "critical_indicators": self._critical_words(),
            "capacities": present.sum(axis=0),
            "unanswered": open_answers,
            "unreasoned": unreasoned,
            "is_complete": (open_answers == 0) & (unreasoned == 0),
        }
        return pd.DataFrame(columns, index=self.family_ids, copy=False)

    def _columns(self, prefix: str, least: Count, most: Count, weights: WholeWeights) -> Iterator[tuple[str, object]]:
        yield f"{prefix}level", _words(_agreed(least, most))
        yield f"{prefix}level_at_best", _words(least.level)
        yield f"{prefix}level_at_worst", _words(most.level)
        yield f"{prefix}score_at_least_share", least.score / weights.whole
        yield f"{prefix}score_at_most_share", most.score / weights.whole

    def _critical_words(self) -> np.ndarray:
        words = np.full(len(self.family_ids), "", dtype=object)
        rows = [place for place, bound in enumerate(self.critical_from) if bound <= 3]
        for family in np.flatnonzero(self.least.is_critical):
            levels = self.levels("least")[:, family]
            found = [self.indicators.codes[row] for row in rows if levels[row] >= self.critical_from[row]]
            words[family] = " ".join(found)
        return words

    def under(self, level_rules: LevelRules, indicators: IndicatorSet | None = None) -> "Stratification":
        """The same answers judged by other cut-offs, or by other weights of the same indicators in the same order."""
        answers = self.answers if indicators is None else replace(self.answers, indicators=indicators)
        return Stratification(self.month, answers, level_rules)


def _agreed(least: Count, most: Count) -> np.ndarray:
    return np.where(least.level == most.level, least.level, len(LEVELS)).astype(np.int8)


def _words(codes: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(ALL_LEVELS, dtype="str"))


def stratify_families(
    tables: CaseTables, parameters: ParameterSet, month: Month, economy: Assessment | None = None
) -> Stratification:
    """Place every family of ``tables`` on the last day of ``month`` by the catalogue and parameters of that month.

    ``economy`` is the month's assessment where it is at hand; it is made otherwise.
    Raises ``CatalogueAbsent``, ``CatalogueMissing``, ``WeightsDoNotSum``, ``CutOffsInvalid`` or ``ParameterMissing``.
    """
    economy = economy or assess_families(tables, parameters, month, history_months=0)
    rules = economy.rules
    answers = find_answers(
        tables,
        parameters.indicators.at(month),
        month,
        economy,
        valid_months=rules.value("observation_valid_months"),
        window_days=rules.value("agreement_window_days"),
    )
    return Stratification(month, answers, LevelRules.of(rules))


def is_known(answers: Answers) -> np.ndarray:
    """Where an indicator applies and has one level, ``(indicators, families)``."""
    return answers.state == KNOWN
