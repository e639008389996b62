"""How fast families are assessed, against the same arithmetic written directly in NumPy.

    python -m tests.benchmarks.assessment [families …]

Both sides start from the same tables in memory and end with every family's inflow, outflow, gap before and after aid,
what is unknown, persons and equivalised income for one month; Hamyar's side does all the rest of an assessment too
(shares, bounds, path, line, real terms).  The ratio is the figure to look at: the machine's speed cancels out of it.
"""

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.core.sample import generate
from hamyar.core.tables import CATEGORIES, OUTFLOWS, OWN_INFLOWS, RECALL_PERIODS, CaseTables
from hamyar.store.parameter_files import load_parameters
from hamyar.store.settings import Settings

MONTH = Month(1404, 8)
AIM = 3.0


def in_numpy(tables: CaseTables) -> dict[str, np.ndarray]:
    """The month's balance and equivalised income with bare arrays and no thought for readers."""
    flows, members = tables.flows, tables.members
    families = len(tables.families)
    ids = pd.Index(tables.families["family_id"])
    family = _codes(flows["family_id"], ids)
    category = _codes(flows["category"], pd.Index(CATEGORIES))
    recall = _codes(flows["recall"], pd.Index(RECALL_PERIODS))
    known = flows["amount_money"].notna().to_numpy()
    told = flows["amount_money"].to_numpy(dtype=np.int64, na_value=0)
    factor = np.array([30, 1, 1, 1, 1])[recall]
    divisor = np.array([7, 1, 3, 6, 12])[recall]
    monthly = (2 * told * factor + divisor) // (2 * divisor)
    cell = category.astype(np.int64) * families + family
    size = len(CATEGORIES) * families
    sums = np.bincount(cell, weights=monthly, minlength=size).astype(np.int64).reshape(-1, families)
    asked = np.bincount(cell, minlength=size).reshape(-1, families) > 0
    unanswered = np.bincount(cell[~known], minlength=size).reshape(-1, families) > 0
    fine = asked & ~unanswered
    inward = [CATEGORIES.index(name) for name in OWN_INFLOWS]
    outward = [CATEGORIES.index(name) for name in OUTFLOWS]
    inflow, outflow = sums[inward].sum(axis=0), sums[outward].sum(axis=0)
    inflow_known, outflow_known = fine[inward].all(axis=0), fine[outward].all(axis=0)
    aid = sums[CATEGORIES.index("centre_cash")] + sums[CATEGORIES.index("centre_in_kind")]
    gap = np.maximum(outflow - inflow, 0)
    gap_after = np.maximum(outflow - inflow - aid, 0)
    member_of = _codes(members["family_id"], ids)
    born = members["birth_day"].to_numpy(dtype=np.int64, na_value=0)
    today = MONTH.code * 100 + MONTH.days
    age = today // 10000 - born // 10000 - (born % 10000 > today % 10000)
    persons = np.bincount(member_of, minlength=families)
    grown = np.bincount(member_of, weights=age >= 14, minlength=families)
    tenths = (10 + 5 * np.maximum(grown - 1, 0) + 3 * (persons - np.maximum(grown, 1))).astype(np.int64)
    return {
        "inflow": inflow,
        "outflow": outflow,
        "known": inflow_known & outflow_known,
        "gap": gap,
        "gap_after": gap_after,
        "equivalised": (20 * inflow + tenths) // (2 * tenths),
    }


def _codes(keys: pd.Series, index: pd.Index) -> np.ndarray:
    if isinstance(keys.dtype, pd.CategoricalDtype):
        return index.get_indexer(keys.cat.categories)[keys.cat.codes.to_numpy()]
    return index.get_indexer(pd.Index(keys))


def best_of(work: Callable[[], Any], rounds: int = 3) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(rounds):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(families: int, parameters: ParameterSet) -> float:
    """Print one line for ``families`` and return the ratio."""
    tables = generate(families, [MONTH], 1404).tables
    before = peak_megabytes()
    ours, assessment = best_of(lambda: assess_families(tables, parameters, MONTH, history_months=0))
    grown = peak_megabytes() - before
    plain, direct = best_of(lambda: in_numpy(tables))
    known = assessment.results["gap_before_aid_money"].notna().to_numpy() & direct["known"]
    gaps = assessment.results["gap_before_aid_money"].to_numpy(dtype=np.int64, na_value=0)
    agree = bool((np.abs(gaps - direct["gap"])[known] <= len(CATEGORIES)).all())
    print(
        f"{families:>9,} families  {len(tables.flows):>10,} flows  "
        f"hamyar {ours:6.2f} s ({families / ours:>9,.0f}/s)  numpy {plain:6.2f} s  ratio {ours / plain:4.2f}  "
        f"extra memory {grown:6.0f} MB  agree {agree}"
    )
    return ours / plain


def main() -> None:
    parameters = load_parameters(Settings.from_environment().parameters, is_synthetic=True)
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    ratios = [measure(size, parameters) for size in sizes]
    print(f"largest ratio {max(ratios):.2f}; the aim is at most {AIM:.0f}")


if __name__ == "__main__":
    main()
