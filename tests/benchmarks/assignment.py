"""How fast families are assigned, and how near the plans are to what no plan can undercut.

    python -m tests.benchmarks.assignment [centres]

Made-up centres (:func:`tests.core.assignment_making.centre`) with every rule and cost: languages, wishes, skills,
travel, continuity, 5 to 15 families or none, and the weighted largest load.  ``gap`` is the objective above the bound,
as a share of it; the seconds hold the costs, the solution and the next best of every family.
Growth is told by centres of doubling size, and a province is assigned centre by centre on every core.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from time import perf_counter

from hamyar.core.assignment.assign import assign
from tests.core.assignment_making import centre, rules

FAMILIES, HELPERS, CENTRES = 180, 15, 80
PROVINCE_FAMILIES, PROVINCE_HELPERS = 12_000, 1_000
EFFORT = 1.0
AIM_SECONDS = 60


def measure(families: int, helpers: int, seed: int = 1405, effort: float = EFFORT) -> tuple[float, int, int, str]:
    """Seconds, objective, bound and status of one made-up centre."""
    asked = centre(families, helpers, seed)
    started = perf_counter()
    found = assign(asked, rules(5), effort=effort)
    rows = len(found.families)
    seconds = perf_counter() - started
    assert rows == (families if found.is_possible else 0)
    return seconds, found.objective, found.bound, found.solution.status


def show(name: str, families: int, helpers: int, effort: float = EFFORT) -> float:
    """Print one line; the seconds."""
    seconds, objective, bound, status = measure(families, helpers, effort=effort)
    gap = f"{(objective - bound) / bound:.2%}" if bound else "none"
    print(
        f"{name:<10} {families:>6} families × {helpers:>3} helpers  {seconds:6.2f} s  {status:<10} "
        f"objective {objective:>7,}  bound {bound:>7,}  gap {gap}"
    )
    return seconds


def _one_of_province(seed: int) -> tuple[float, int, int, str]:
    # Sizes differ by a third up and down, as centres do; they sum to about the province's.
    share = (0.7, 0.85, 1.0, 1.15, 1.3)[seed % 5]
    families, helpers = round(share * PROVINCE_FAMILIES / CENTRES), round(share * PROVINCE_HELPERS / CENTRES)
    return measure(families, helpers, seed, effort=EFFORT / 4)


def province(centres: int) -> None:
    """Assign ``centres`` centres in parallel and print the sum."""
    cores = os.cpu_count() or 1
    started = perf_counter()
    with ProcessPoolExecutor(cores) as pool:
        found = list(pool.map(_one_of_province, range(centres)))
    seconds = perf_counter() - started
    planned = [one for one in found if one[3] in ("optimal", "found")]
    objective, bound = sum(one[1] for one in planned), sum(one[2] for one in planned)
    gap = f"{(objective - bound) / bound:.2%}" if bound else "none"
    optimal = sum(one[3] == "optimal" for one in planned)
    slowest = max(one[0] for one in found)
    print(
        f"province   {centres} centres on {cores} cores  {seconds:6.1f} s  slowest {slowest:.1f} s  "
        f"planned {len(planned)}, optimal {optimal}  objective {objective:,}  bound {bound:,}  gap {gap}"
    )


def main() -> None:
    seconds = show("centre", FAMILIES, HELPERS)
    print(f"a real-size centre takes {seconds:.1f} s; the aim is under {AIM_SECONDS}")
    times = {size: show("growth", size, size // 12) for size in (90, 180, 360)}
    for small, large in pairwise(times):
        print(f"growth from {small} to {large} families: {times[large] / times[small]:.1f} times the time")
    province(int(sys.argv[1]) if len(sys.argv) > 1 else CENTRES)


if __name__ == "__main__":
    main()
