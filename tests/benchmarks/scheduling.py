"""How fast a centre's year is planned, how far from the bound, and how it grows.

    python -m tests.benchmarks.scheduling [helpers …]

Twelve families a helper, visited every week, every second week or every month, with a quarterly evaluation each,
twenty minutes of way between families, five working days a week, and the holidays of the year 1405.
The aim is a centre of fifteen helpers and 180 families in under a minute.
Every plan is judged by the validator, outside the measured time.

Then the same centre as the product plans it: from tables of families with accepted programmes to the rows to record,
on two processes, the check included; once for the year, and once more three months later.
"""

import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from hamyar.batch.planning import plan_helpers
from hamyar.core.calendar.agendas import CalendarOfHelpers
from hamyar.core.calendar.check import check_schedule
from hamyar.core.calendar.scheduling import schedule
from hamyar.core.calendar.tables import Agenda
from hamyar.core.jalali import Month
from hamyar.core.tables import CaseTables
from tests.core import agenda_making as making

FAMILIES = 12
AIM_SECONDS, AIM_HELPERS = 60, 15
WORKERS = 2
LATER = 14041001


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


def tables_of(helpers: int, seed: int = 1405) -> CaseTables:
    """``helpers`` with twelve families in three areas each, and three accepted programmes a family."""
    generator = np.random.default_rng(seed)
    plans = making.parameters().programmes.plans
    codes = [code for code, plan in plans.items() if plan.done_by == "helper"]
    carrier = {f"F{helper:03}-{n:02}": f"H{helper:03}" for helper in range(helpers) for n in range(FAMILIES)}
    return making.centre(
        list(carrier),
        areas=("north", "middle", "south"),
        helpers=[making.helper(helper_id) for helper_id in sorted(set(carrier.values()))],
        helper_hours=[row for helper_id in sorted(set(carrier.values())) for row in making.hours(helper_id)],
        assignments=[making.carried(family_id, helper_id) for family_id, helper_id in carrier.items()],
        plans=[
            making.accepted(family_id, str(code))
            for family_id in carrier
            for code in generator.choice(codes, 3, replace=False)
        ],
    )


def planned(tables: CaseTables, on_day: int, told: str) -> tuple[CalendarOfHelpers, float]:
    """Print one line for a centre that is planned on a day; the calendar and the seconds it took."""
    helper_ids = tables.helpers["helper_id"].tolist()
    begin = time.perf_counter()
    month = Month.from_code(on_day // 100)
    found = plan_helpers(tables, making.parameters(), month, helper_ids, on_day, workers=WORKERS)
    seconds = time.perf_counter() - begin
    loads, left_out = found.schedule.loads, len(found.schedule.left_out)
    print(
        f"{told}: {len(helper_ids)} helpers × {len(tables.families)} families  {seconds:6.1f} s, {WORKERS} processes  "
        f"{len(found.rows):>6,} rows, {left_out} without a place, {int(loads['moved'].sum())} moved  "
        f"peak {loads['peak'].max()}, bound {loads['peak_bound'].max()}, gap at most {loads['peak_gap'].max()}"
    )
    assert not found.refused, [str(refusal.reason) for refusal in found.refused]
    return found, seconds


def measure_product(helpers: int) -> float:
    """A year from tables to rows, and again after three months of which nine visits in ten were done."""
    tables = tables_of(helpers)
    found, seconds = planned(tables, making.FROM_DAY, "from tables, the year")
    visits = found.rows
    is_done = (visits["day"] < LATER) & (np.arange(len(visits)) % 10 > 0)
    visits = visits.assign(status=visits["status"].mask(is_done, "done"))
    planned(replace(tables, visits=visits), LATER, "from tables, again  ")
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
        print(f"from tables in {measure_product(AIM_HELPERS):.1f} s; the aim is under {AIM_SECONDS} s")


if __name__ == "__main__":
    main()
