"""How sure a level is, and which unanswered question would settle it best.

A level rests on answers that may be wrong and on questions nobody asked.  Under a declared model, the chance of each
level is computed, not guessed:

- A harm on record is in truth none with the chance ``reported_harm_wrong_share``; where none is on record there is one
  untold with the chance ``unreported_harm_share``.  The errors of different indicators are independent.
- How grave a harm on record is, is believed: a critical one is critical or none, a plain one plain or none.
  An untold harm is a plain one, unless every harm of the indicator is critical; then it is critical.
- An open answer is drawn from :class:`~hamyar.core.levels.background.Background`, limited to what is still possible
  for it.
  Where the background holds what is still possible for impossible, the worst of it is taken.
- What does not apply is no harm, surely.

Each indicator so has three outcomes for the family: no harm, a harm of its weight, a critical harm.
A critical one makes the family harmed whatever the rest is, so it leaves the sum; the distribution of the score of the
rest is the convolution of the indicators over whole parts of the weights.  Scores from the harmed cut-off on are one.

The same arithmetic runs on exact fractions, for one family, and on floats, for all of them.
Each family is reckoned by itself, in one order, so its numbers are equal to the last bit alone and among a million.

The columns of :func:`level_chances` (one row per family):

=======================  ================================================================================
``chance_<level>_share`` the chance of each level, rounded to four decimals
``is_second_look``       the level is undetermined, or its chance as shown is less than the centre's bound
=======================  ================================================================================
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm, prod
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.levels.answers import DOES_NOT_APPLY
from hamyar.core.levels.background import Background, Shares
from hamyar.core.levels.counting import AT_RISK, HARMED, LEVELS, SAFE, WeightsTooFine
from hamyar.core.levels.indicators import Indicator
from hamyar.core.levels.stratification import Case, Stratification

NO_HARM, HARM, CRITICAL = range(3)
# What is known of one answer: 3·(least outcome) + (greatest outcome), and one more for what does not apply.
NOT_CONCERNED = 9
TEN_THOUSAND = 10_000
# Chances held at once (scores × families): some two megabytes, which stay near the processor.
AT_ONCE = 2**18
MOST_SCORES = 2**20

# Chances of (no harm, harm, critical harm).
Outcomes = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class ReportingError:
    """How often records are wrong, and under which chance a level deserves a second look."""

    reported_harm_wrong_share: Fraction
    unreported_harm_share: Fraction
    second_look_below_share: Fraction

    @classmethod
    def of(cls, rules: ParametersInUse) -> "ReportingError":
        return cls(
            rules.value("reported_harm_wrong_share"),
            rules.value("unreported_harm_share"),
            rules.value("second_look_below_share"),
        )


class Question(NamedTuple):
    """An open indicator, and the chance that its answer decides the level."""

    code: str
    decides_share: Fraction


def outcome_chances(indicator: Indicator, shares: Shares, error: ReportingError) -> list[Outcomes]:
    """The chances of the outcomes for each thing that can be known of an answer, by its code (0 to 9)."""
    wrong, untold, none = error.reported_harm_wrong_share, error.unreported_harm_share, Fraction(0)
    is_always_critical = indicator.critical_from is not None and indicator.critical_from <= indicator.counts_from
    chances: list[Outcomes] = [(Fraction(1), none, none)] * (NOT_CONCERNED + 1)
    chances[_code(NO_HARM, NO_HARM)] = (1 - untold, none, untold) if is_always_critical else (1 - untold, untold, none)
    chances[_code(HARM, HARM)] = (wrong, 1 - wrong, none)
    chances[_code(CRITICAL, CRITICAL)] = (wrong, none, 1 - wrong)
    for best, worst in ((NO_HARM, HARM), (NO_HARM, CRITICAL), (HARM, CRITICAL)):
        chances[_code(best, worst)] = _limited(shares, best, worst)
    return chances


def _code(best: int, worst: int) -> int:
    return 3 * best + worst


def _limited(shares: Shares, best: int, worst: int) -> Outcomes:
    """The background's chances, given that the outcome is between ``best`` and ``worst``."""
    drawn = (1 - shares.harm, shares.harm - shares.critical, shares.critical)
    total = sum(drawn[best : worst + 1], Fraction(0))
    possible = [drawn[outcome] if best <= outcome <= worst else Fraction(0) for outcome in range(3)]
    if not total:
        return tuple(Fraction(outcome == worst) for outcome in range(3))  # type: ignore[return-value]
    return tuple(chance / total for chance in possible)  # type: ignore[return-value]


def known_codes(stratification: Stratification, families: slice) -> np.ndarray:
    """What is known of each harm in some families, ``(harms, families)`` of ``int8``."""
    harms = len(stratification.indicators.harms)
    codes = 3 * _outcomes(stratification, "least", families) + _outcomes(stratification, "most", families)
    codes[stratification.answers.state[:harms, families] == DOES_NOT_APPLY] = NOT_CONCERNED
    return codes


def _outcomes(stratification: Stratification, case: Case, families: slice) -> np.ndarray:
    levels = stratification.levels(case)[:, families]
    is_critical = levels >= stratification.critical_from[:, None]
    outcomes = (levels >= stratification.counts_from[:, None]).astype(np.int8)
    outcomes[is_critical] = CRITICAL
    return outcomes


def add_indicator(chances: np.ndarray, part: int, no_harm: Any, harm: Any) -> None:
    """Bring one more indicator of weight ``part`` into the distribution of the score, in place.

    ``chances`` is ``(scores, families)``, of floats or, as objects, of any exact numbers; ``no_harm`` and ``harm`` are
    one number, or one for each family.  Chances of scores beyond the last, and of critical harms, are dropped.
    """
    moved = chances[: max(len(chances) - part, 0)] * harm
    chances *= no_harm
    if len(moved):
        chances[part:] += moved


def _scores_under_harmed(stratification: Stratification) -> int:
    """How many scores in parts lie under the harmed cut-off; raises ``WeightsTooFine`` where they are too many."""
    scores = stratification.weights.needed(stratification.level_rules.whole.harmed)
    if scores > MOST_SCORES:
        raise WeightsTooFine(parts=stratification.weights.whole)
    return scores


def _tables(stratification: Stratification, error: ReportingError, background: Background) -> list[list[Outcomes]]:
    harms = stratification.indicators.harms
    return [outcome_chances(harm.indicator, background[harm.code], error) for harm in harms]


def _chances(stratification: Stratification, codes: np.ndarray, tables: Sequence[np.ndarray]) -> np.ndarray:
    """The chance of each level, ``(levels, families)``, in the numbers of ``tables`` (``(10, 2)``, one for a harm)."""
    score = np.zeros((_scores_under_harmed(stratification), codes.shape[1]), dtype=tables[0].dtype)
    score[0] = 1
    reached = 1
    for row, table, part in zip(codes, tables, stratification.weights.parts.tolist(), strict=True):
        reached = min(reached + part, len(score))
        add_indicator(score[:reached], part, table[row, 0], table[row, 1])
    bound = stratification.weights.needed(stratification.level_rules.whole.at_risk)
    # A running sum adds one score after the other; numpy's own sum would add in another order for one family.
    safe, at_risk = (np.add.accumulate(part, axis=0)[-1:].sum(axis=0) for part in (score[:bound], score[bound:]))
    return np.stack([safe, at_risk, 1 - safe - at_risk])


def exact_chances(
    stratification: Stratification, place: int, error: ReportingError, background: Background
) -> tuple[Fraction, Fraction, Fraction]:
    """The chances that the family in ``place`` is safe, at risk and harmed, exactly."""
    tables = [np.array(table, dtype=object)[:, :2] for table in _tables(stratification, error, background)]
    safe, at_risk, harmed = _chances(stratification, known_codes(stratification, slice(place, place + 1)), tables)[:, 0]
    return Fraction(safe), Fraction(at_risk), Fraction(harmed)


def level_chances(stratification: Stratification, error: ReportingError, background: Background) -> pd.DataFrame:
    """See the top of the module; raises ``BackgroundLacks``, or ``WeightsTooFine`` where the weights need a million."""
    exact = _tables(stratification, error, background)
    tables = [np.array([outcomes[:2] for outcomes in table], dtype=np.float64) for table in exact]
    families = len(stratification.family_ids)
    step = max(1, AT_ONCE // _scores_under_harmed(stratification))
    parts = np.zeros((len(LEVELS), families), dtype=np.int64)
    for start in range(0, families, step):
        some = slice(start, start + step)
        found = _chances(stratification, known_codes(stratification, some), tables)
        parts[:, some] = np.rint(np.clip(found, 0.0, 1.0) * TEN_THOUSAND)
    columns: dict[str, object] = {
        f"chance_{name}_share": parts[level] / TEN_THOUSAND for level, name in enumerate(LEVELS)
    }
    least, most = stratification.least.level, stratification.most.level
    stated = np.take_along_axis(parts, least[None].astype(np.intp), axis=0)[0]
    # Whole parts of ten thousand against the exact bound: what is shown as 0.8 is not less than 4/5.
    is_unsure = stated < ceil(error.second_look_below_share * TEN_THOUSAND)
    columns["is_second_look"] = (least != most) | is_unsure
    return pd.DataFrame(columns, index=stratification.family_ids)


def results_with_chances(
    stratification: Stratification, rules: ParametersInUse, background: Background
) -> pd.DataFrame:
    """``Stratification.results`` with the columns of :func:`level_chances`: the row that the monthly run checks."""
    chances = level_chances(stratification, ReportingError.of(rules), background)
    return pd.concat([stratification.results, chances], axis=1)


@dataclass(frozen=True)
class _Open:
    """One open harm: its outcomes at best and at worst, and whole chances of (no harm, harm) out of ``whole``."""

    place: int
    part: int
    best: int
    worst: int
    no_harm: int
    harm: int
    whole: int


def ask_next(stratification: Stratification, place: int, background: Background) -> list[Question]:
    """The open harms of the family in ``place``, the one whose answer is likeliest to decide the level first.

    The chance is taken over the other open answers: that the level is another with the best answer than with the worst
    (Birnbaum's importance in the theory of reliability).  What is answered is taken as it stands.
    Then by weight, then in the catalogue's order; those that cannot matter come last with 0.
    """
    harms = stratification.indicators.harms
    codes = known_codes(stratification, slice(place, place + 1))[:, 0].tolist()
    parts: list[int] = stratification.weights.parts.tolist()
    is_open = stratification.answers.is_open[: len(harms), place]
    decides = dict.fromkeys(np.flatnonzero(is_open).tolist(), Fraction(0))
    start = sum(part for part, code in zip(parts, codes, strict=True) if code == _code(HARM, HARM))
    scores = _scores_under_harmed(stratification)
    if start < scores and _code(CRITICAL, CRITICAL) not in codes:
        chances = np.zeros((scores, 1), dtype=object)
        chances[start] = 1
        items = [
            _open(j, parts[j], code, background[harms[j].code])
            for j, code in enumerate(codes)
            if code != NOT_CONCERNED and code // 3 != code % 3
        ]
        everything = prod(item.whole for item in items)
        for item, others in _without_each(chances, items):
            decides[item.place] = Fraction(_decided(stratification, others, item) * item.whole, everything)
    ranked = sorted(decides, key=lambda j: (-decides[j], -parts[j], j))
    return [Question(harms[j].code, decides[j]) for j in ranked]


def _open(place: int, part: int, code: int, shares: Shares) -> _Open:
    best, worst = divmod(code, 3)
    chances = _limited(shares, best, worst)
    whole = lcm(*(chance.denominator for chance in chances))
    no_harm, harm, _ = (int(chance * whole) for chance in chances)
    return _Open(place, part, best, worst, no_harm, harm, whole)


def _without_each(chances: np.ndarray, items: list[_Open]) -> Iterator[tuple[_Open, np.ndarray]]:
    """Each item with the distribution of all the others: halves are brought in, so most work is done once for many."""
    if len(items) == 1:
        yield items[0], chances
    middle = len(items) // 2
    for kept, added in ((items[:middle], items[middle:]), (items[middle:], items[:middle])):
        if kept and added:
            with_others = chances.copy()
            for item in added:
                add_indicator(with_others, item.part, item.no_harm, item.harm)
            yield from _without_each(with_others, kept)


def _decided(stratification: Stratification, chances: np.ndarray, item: _Open) -> int:
    """The whole chances of the scores at which the item's answer decides the level."""
    weights, rules = stratification.weights, stratification.level_rules.whole
    bounds = weights.needed(rules.at_risk), weights.needed(rules.harmed)

    def level(score: int) -> int:
        return HARMED if score >= bounds[1] else AT_RISK if score >= bounds[0] else SAFE

    decided = 0
    for score, chance in enumerate(chances[:, 0]):
        at_best = level(score + (item.part if item.best == HARM else 0))
        at_worst = HARMED if item.worst == CRITICAL else level(score + item.part)
        decided += int(chance) if at_best != at_worst else 0
    return decided
