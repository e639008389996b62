"""What one family's page must know of the whole centre.

How likely an unanswered indicator is a harm depends on how often it is one among the centre's families,
and how far a recorded level can be trusted depends on how well helpers agree on it.
A family's page reads one family only.  So both are found once, when a month is frozen, and travel with it;
the page of one family and the run of all of them then give the same numbers.

A share among few families says little.  Each is drawn towards a prior of the centre by as many families as the
parameter ``prior_weight_families`` says (a Beta prior): of 12 families 7 harmed, with a prior of 8 in 20,
gives (7 + 8) / (12 + 20), not 7/12.  Everything is an exact fraction.

An indicator has up to three outcomes for the level of a family: no harm, a harm, and a critical harm.
Where every harm of an indicator is critical there are two, and the prior is that of critical harms
(``prior_critical_share``): that an unanswered question about violence hides violence is not as likely
as that an unanswered question about savings hides their lack.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.errors import HamyarError
from hamyar.core.levels.answers import KNOWN
from hamyar.core.levels.indicators import Indicator, IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_


class BackgroundUnreadable(HamyarError):
    msgid = N_("What this month knows of the whole centre cannot be read: {problem}. Freeze the month again.")


class BackgroundLacks(HamyarError):
    msgid = N_("What this month knows of the whole centre lacks the indicator '{code}'. Freeze the month again.")


@dataclass(frozen=True)
class AgreementFacts:
    """How well two helpers agree on an indicator: double visits, linear kappa (``None``: undefined), the verdict.

    ``is_poor`` is three-valued; ``None`` where there are too few visits, or no kappa, to say.
    """

    pairs: int
    kappa_linear: Fraction | None
    is_poor: bool | None


@dataclass(frozen=True)
class Shares:
    """How often one indicator is a harm, and how often a critical one; a critical harm is a harm too.

    ``answered`` is the number of families the shares rest on, besides the prior.
    """

    harm: Fraction
    critical: Fraction
    answered: int = 0


@dataclass(frozen=True)
class Prior:
    """What is supposed before there are data, and as how many families that counts."""

    harm: Fraction
    critical: Fraction
    weight: int

    @classmethod
    def of(cls, rules: ParametersInUse) -> "Prior":
        return cls(
            rules.value("prior_harm_share"), rules.value("prior_critical_share"), rules.value("prior_weight_families")
        )

    def shares(self, indicator: Indicator, harms: int = 0, criticals: int = 0, answered: int = 0) -> Shares:
        """Counts among ``answered`` families drawn towards the prior; a critical share is never above the harm's."""
        critical = shrunk(criticals, answered, self.critical, self.weight)
        if indicator.critical_from is None:
            return Shares(shrunk(harms, answered, self.harm, self.weight), Fraction(0), answered)
        if indicator.critical_from <= indicator.counts_from:
            return Shares(critical, critical, answered)
        harm = shrunk(harms, answered, self.harm, self.weight)
        return Shares(harm, min(critical, harm), answered)


def shrunk(count: int, of: int, prior: Fraction, weight: int) -> Fraction:
    """The share ``count / of`` drawn towards ``prior`` as if that had been seen in ``weight`` families."""
    if not of + weight:
        return prior
    return (count + prior * weight) / Fraction(of + weight)


@dataclass(frozen=True)
class Background:
    """By code of the indicator: the shares of each harm, and the agreement of helpers where it is known."""

    shares: Mapping[str, Shares]
    agreement: Mapping[str, AgreementFacts] = field(default_factory=dict)

    def __getitem__(self, code: str) -> Shares:
        try:
            return self.shares[code]
        except KeyError:
            raise BackgroundLacks(code=code) from None

    @classmethod
    def prior(cls, indicators: IndicatorSet, rules: ParametersInUse) -> "Background":
        """What is supposed where nothing of the centre is known."""
        prior = Prior.of(rules)
        return cls({harm.code: prior.shares(harm.indicator) for harm in indicators.harms})

    def to_json(self) -> str:
        """Exact and always the same for the same content: fractions as text, keys in order."""
        shares = {
            code: {"harm_share": str(found.harm), "critical_share": str(found.critical), "answered": found.answered}
            for code, found in self.shares.items()
        }
        agreement = {
            code: {
                "pairs": found.pairs,
                "kappa_linear": None if found.kappa_linear is None else str(found.kappa_linear),
                "is_poor": found.is_poor,
            }
            for code, found in self.agreement.items()
        }
        content = {"agreement": agreement, "shares": shares}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Background":
        """What :meth:`to_json` wrote; anything else raises ``BackgroundUnreadable``."""
        try:
            content = json.loads(text)
            shares = {code: _read_shares(found) for code, found in content["shares"].items()}
            agreement = {code: _read_agreement(found) for code, found in content["agreement"].items()}
        except KeyError as error:
            raise BackgroundUnreadable(problem=f"{error} is missing") from error
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise BackgroundUnreadable(problem=str(error)) from error
        if any(not 0 <= found.critical <= found.harm <= 1 for found in shares.values()):
            raise BackgroundUnreadable(problem="a share is not between 0 and 1, or a critical one above its harm's")
        return cls(shares, agreement)


def _read_shares(found: Mapping[str, Any]) -> Shares:
    return Shares(Fraction(found["harm_share"]), Fraction(found["critical_share"]), int(found["answered"]))


def _read_agreement(found: Mapping[str, Any]) -> AgreementFacts:
    kappa, is_poor = found["kappa_linear"], found["is_poor"]
    if not isinstance(is_poor, bool | None):
        raise TypeError(f"'{is_poor}' is neither true nor false")
    return AgreementFacts(int(found["pairs"]), None if kappa is None else Fraction(kappa), is_poor)


def agreement_facts(frame: pd.DataFrame, is_poor: pd.Series) -> dict[str, AgreementFacts]:
    """The table of ``agreement_by_indicator`` and the verdicts of ``poorly_agreed``, by code.

    Indicators that nobody visited twice are left out.
    """
    rows = zip(frame.index, frame["pairs"], frame["kappa_linear"], is_poor, strict=True)
    return {
        str(code): AgreementFacts(int(pairs), None if pd.isna(kappa) else kappa, None if pd.isna(poor) else bool(poor))
        for code, pairs, kappa, poor in rows
        if pairs
    }


def background_of(
    stratification: Stratification, agreement: Mapping[str, AgreementFacts], rules: ParametersInUse
) -> Background:
    """The background of a centre's families; only answers that apply and are known count."""
    prior = Prior.of(rules)
    shares = {}
    for place, harm in enumerate(stratification.indicators.harms):
        indicator = harm.indicator
        levels = stratification.answers.least[place][stratification.answers.state[place] == KNOWN]
        harms = int((levels >= indicator.counts_from).sum())
        criticals = 0 if indicator.critical_from is None else int((levels >= indicator.critical_from).sum())
        shares[harm.code] = prior.shares(indicator, harms, criticals, len(levels))
    return Background(shares, dict(agreement))
