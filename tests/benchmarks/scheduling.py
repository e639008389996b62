"""How fast a centre's year is planned, how far from the bound, and how it grows.

    python -m tests.benchmarks.scheduling [helpers …]

Twelve families a helper, visited every week, every second week or every month, with a quarterly evaluation each,
twenty minutes of way between families, five working days a week, and the holidays of the year 1405.
The aim is a centre of fifteen helpers and 180 families in under a minute.
Every plan is judged by the validator, outside the measured time.
"""

import sys
import time

import numpy as np
import pandas as pd

from hamyar.core.schedule_check import check_schedule
from hamyar.core.schedule_tables import Agenda
from hamyar.core.scheduling import schedule

FAMILIES = 12
AIM_SECONDS, AIM_HELPERS = 60, 15


def centre(helpers: int, seed: int = 1405) -> Agenda:
    """``helpers`` with twelve families each."""
    generator = np.random.default_rng(seed)
    activities, hours = [], []
    for helper in range(helpers):
        helper_id = f"H{helper:03}"
        hours += [{"helper_id": helper_id, "weekday": day, "start_minute": 540, "minutes": 300} for day in range(5)]
        for family in range(FAMILIES):
            family_id = f"F{helper:03}-{family:02}"
            common = {"helper_id": helper_id, "family_id": family_id}
            every = int(generator.choice([7, 14, 14, 30]))
            minutes = int(generator.choice([45, 60, 90]))
            activities += [
                {"activity_id": f"{family_id}-visit", "minutes": minutes, "every_days": every, **common},
                {"activity_id": f"{family_id}-evaluation", "minutes": 30, "every_days": 91, **common},
            ]
    return Agenda(14050101, 14051229, pd.DataFrame(activities), pd.DataFrame(hours), travel_minutes=20)


def measure(helpers: int) -> float:
    """Print one line for a centre of ``helpers``; the seconds it took."""
    agenda = centre(helpers)
    begin = time.perf_counter()
    plan = schedule(agenda)
    seconds = time.perf_counter() - begin
    loads = plan.loads
    breaches = check_schedule(agenda, plan.visits, plan.left_out)
    print(
        f"{helpers:>4} helpers × {helpers * FAMILIES:>5} families × 1 year  {seconds:6.1f} s "
        f"({seconds / helpers:4.2f} s a helper)  {len(plan.visits):>6,} visits, {len(plan.left_out)} without a place  "
        f"peak {loads['peak'].max()}, bound {loads['peak_bound'].max()}, "
        f"gap 0 for {(loads['peak_gap'] == 0).sum()} of {helpers}, at most {loads['peak_gap'].max()}  "
        f"breaches {len(breaches)}"
    )
    assert not plan.problems
    assert not breaches
    return seconds


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [1, 5, AIM_HELPERS]
    seconds = {size: measure(size) for size in sizes}
    if len(sizes) > 1:
        small, large = min(sizes), max(sizes)
        growth = (seconds[large] / seconds[small]) / (large / small)
        print(f"from {small} to {large} helpers the seconds a helper grow {growth:.2f} times")
    if AIM_HELPERS in seconds:
        print(f"{AIM_HELPERS} helpers in {seconds[AIM_HELPERS]:.1f} s; the aim is under {AIM_SECONDS} s")


if __name__ == "__main__":
    main()
