"""How fast families are placed, against the same counting written directly in NumPy.

    python -m tests.benchmarks.levels [families …]

Both sides start from the same table of observations in memory, forty answers a family, some of them missing,
and end with every family's level when open answers are fine and when they are bad.
Hamyar's side also tells the state of every answer, the three domains, critical harms, what lacks a reason and
whether the file is complete.  ``counting`` is the part from a matrix of levels onward, measured by itself.
The ratio is the figure to look at: the machine's speed cancels out of it.
"""

import sys
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.answers import find_answers
from hamyar.core.levels.counting import LEVELS, CutOffs
from hamyar.core.levels.indicators import DOMAINS, IndicatorSet
from hamyar.core.levels.stratification import LevelRules, Stratification
from hamyar.core.tables import ANSWERS, FLOWS, MEMBERS, SOURCES, CaseTables
from tests.benchmarks.assessment import best_of, peak_megabytes
from tests.core.levels_making import indicator, indicator_set
from tests.core.making import families as family_rows
from tests.core.making import tables as case_tables

MONTH = Month(1404, 8)
DAY = 14040712
HARMS, CRITICAL = 40, 4
AIM = 3.0
CUT_OFFS = CutOffs(Fraction(1, 9), Fraction(2, 9))
RULES = LevelRules(CUT_OFFS, CUT_OFFS)


def forty() -> IndicatorSet:
    """Forty harms of equal weight in three domains, four of them critical when severe."""
    codes = [f"h{number:02}" for number in range(HARMS)]
    made = [indicator(code, critical_from=3 if place < CRITICAL else None) for place, code in enumerate(codes)]
    domains = [DOMAINS[place * len(DOMAINS) // HARMS] for place in range(HARMS)]
    return indicator_set([(made[place], domains[place], Fraction(1, HARMS)) for place in range(HARMS)])


def observed(indicators: IndicatorSet, count: int, seed: int = 1404) -> CaseTables:
    """One visit to each of ``count`` families: levels mostly 0 and 1, one answer in twenty not known."""
    generator = np.random.default_rng(seed)
    answers = generator.choice(len(ANSWERS), size=count * HARMS, p=[0.6, 0.22, 0.1, 0.03, 0.02, 0.02, 0.01])
    names = [f"F{number:07}" for number in range(count)]
    family_type = pd.CategoricalDtype(pd.Index(names, dtype="str"))
    families = pd.Series(
        pd.Categorical.from_codes(np.repeat(np.arange(count, dtype=np.int32), HARMS), dtype=family_type)
    )

    def words(codes: np.ndarray, vocabulary: tuple[str, ...]) -> pd.Series:
        return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(vocabulary, dtype="str")))

    nothing = np.full(count * HARMS, -1, dtype=np.int8)
    frame = pd.DataFrame(
        {
            "family_id": families,
            "subject_id": families,
            "indicator": words(np.tile(np.arange(HARMS, dtype=np.int8), count), indicators.codes),
            "observer_id": words(nothing + 1, ("H-1",)),
            "day": pd.Series(np.full(count * HARMS, DAY), dtype="Int64"),
            "answer": words(answers.astype(np.int8), ANSWERS),
            "reason": words(np.where(answers >= 2, 0, -1).astype(np.int8), ("seen",)),
            "source": words(nothing, SOURCES),
        },
        copy=False,
    )
    rows = family_rows(*names[:1]).iloc[[0] * count].reset_index(drop=True)
    rows["family_id"] = pd.Series(pd.Categorical.from_codes(np.arange(count, dtype=np.int32), dtype=family_type))
    base = case_tables(FLOWS.empty(), members=MEMBERS.empty())
    return CaseTables(rows, base.members, base.flows, base.budgets, observations=frame)


def counted_in_numpy(least: np.ndarray, most: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels of both cases from matrices (indicators, families), with bare arrays."""
    found = []
    for levels in (least, most):
        score = (levels >= 2).sum(axis=0)
        harmed = (score * 9 >= 2 * HARMS) | (levels[:CRITICAL] >= 3).any(axis=0)
        found.append(np.where(harmed, 2, score * 9 >= HARMS))
    return found[0], found[1]


def in_numpy(tables: CaseTables, indicators: IndicatorSet) -> tuple[np.ndarray, np.ndarray]:
    """The same from the table of observations: one answer for each family and indicator, as this table has."""
    frame = tables.observations
    family = frame["family_id"].cat.codes.to_numpy()
    code = frame["indicator"].cat.codes.to_numpy()
    answer = frame["answer"].cat.codes.to_numpy()
    day = frame["day"].to_numpy(dtype=np.int64)
    holds = (day <= MONTH.code * 100 + MONTH.days) & (day > (MONTH.code - 100) * 100)
    shape = (len(indicators.harms), len(tables.families))
    least, most = np.zeros(shape, dtype=np.int8), np.full(shape, 3, dtype=np.int8)
    told = holds & (answer <= 3)
    least[code[told], family[told]] = answer[told]
    most[code[told], family[told]] = answer[told]
    # A critical question is put to every family, so "does not apply" leaves it open.
    outside = holds & (answer == ANSWERS.index("does_not_apply")) & (code >= CRITICAL)
    most[code[outside], family[outside]] = 0
    return counted_in_numpy(least, most)


def measure(count: int) -> tuple[float, float]:
    """Print one line for ``count`` families; the ratios of the whole and of the counting."""
    indicators = forty()
    tables = observed(indicators, count)
    rounds = 3 if count < 10**6 else 2
    before = peak_megabytes()

    def ours() -> Stratification:
        answers = find_answers(tables, indicators, MONTH, None, valid_months=12)
        placed = Stratification(MONTH, answers, RULES)
        assert len(placed.results) == count
        return placed

    whole, placed = best_of(ours, rounds)
    grown = peak_megabytes() - before
    plain, (least, most) = best_of(lambda: in_numpy(tables, indicators), rounds)
    answers = placed.answers

    def count_levels() -> Stratification:
        again = Stratification(MONTH, answers, RULES)
        assert len(again.least.level) == len(again.most.level)
        return again

    counting, _ = best_of(count_levels, rounds)
    direct, _ = best_of(lambda: counted_in_numpy(answers.least, answers.most), rounds)
    agree = bool((placed.least.level == least).all() and (placed.most.level == most).all())
    print(
        f"{count:>9,} families × {HARMS}  hamyar {whole:6.2f} s ({count / whole:>9,.0f}/s)  numpy {plain:6.2f} s  "
        f"ratio {whole / plain:4.2f}  counting {counting:6.3f} s, ratio {counting / direct:4.2f}  "
        f"extra memory {grown:6.0f} MB  agree {agree}"
    )
    harmed = np.bincount(least, minlength=len(LEVELS))[-1]
    assert 0 < harmed < count
    return whole / plain, counting / direct


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    ratios = [measure(size) for size in sizes]
    largest = max(whole for whole, _ in ratios)
    print(f"largest ratio {largest:.2f}; the aim is at most {AIM:.0f}")


if __name__ == "__main__":
    main()
