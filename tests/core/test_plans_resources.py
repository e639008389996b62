"""How many families a resource has, how many more it can take, and which plans ask for too many."""

from collections.abc import Iterator

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.message import Message
from hamyar.core.plan.resource_faults import resource_faults
from hamyar.core.plan.resources import most_at_once, resource_use
from hamyar.core.plan.years import end_of_year
from hamyar.core.tables import RESOURCES, CaseTables, conform
from tests.core.plans_making import FROM, carried, parameters, plan_row, plans, programme

CENTRE = parameters(programme("debts"))
DAYS = (14041101, 14050101, 14050401, 14050701, 14051001, 14060101)


def resource(code: str, **others: object) -> dict[str, object]:
    return {"resource_id": code, "reach": "province", "programmes": "debts", **others}


def resources(*rows: dict[str, object]) -> pd.DataFrame:
    return conform(RESOURCES, pd.DataFrame(list(rows), columns=RESOURCES.column_names))


def faults(given_tables: CaseTables, *rows: dict[str, object]) -> Iterator[tuple[int, str, Message]]:
    new = plans(*rows)
    return resource_faults(new, pd.concat([given_tables.plans, new], ignore_index=True), given_tables, 12)


def test_the_use_of_resources_on_a_day():
    """Families count once, refused and ended rows not at all; without a capacity what is free is not known."""
    rows = [
        plan_row("F1", "debts", resource_id="R1"),
        plan_row("F1", "shop", resource_id="R1"),
        plan_row("F2", "debts", resource_id="R1", until_day=14050901),
        plan_row("F2", "shop", resource_id="R1", decision="refused"),
        plan_row("F2", "house", resource_id="R2"),
    ]
    there = resources(resource("R1", capacity=2), resource("R2"), resource("R3", capacity=0, until_day=14050830))
    given_tables = carried(*rows, resources=there)
    told = {day: resource_use(given_tables, CENTRE, day).set_index("resource_id") for day in (FROM, 14050902)}
    assert [told[day].loc["R1", ["families", "free"]].tolist() for day in told] == [[2, 0], [1, 1]]
    assert [told[day].loc["R2", "families"] for day in told] == [1, 1]
    assert told[FROM].loc["R2", ["capacity", "free"]].isna().tolist() == [True, True]
    assert [told[day].loc["R3", "is_available"] for day in told] == [True, False]


def test_more_families_than_a_resource_takes_leave_nothing_free():
    """Free is never less than nothing, also where the capacity was lowered since."""
    rows = [plan_row(family, "debts", resource_id="R1") for family in ("F1", "F2")]
    assert resource_use(carried(*rows, resources=resources(resource("R1", capacity=1))), CENTRE, FROM)["free"][0] == 0


def test_without_resources_there_is_nothing_to_use():
    """An empty table, of the same columns."""
    found = resource_use(carried(), CENTRE, FROM)
    assert (len(found), "free" in found) == (0, True)


taken = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(DAYS), st.sampled_from([None, 14050515, 14051110])), max_size=7
)


def rows_of(found: list[tuple[str, int, int | None]]) -> list[dict[str, object]]:
    return [
        plan_row(family, f"p{place}", from_day=day, until_day=until, resource_id="R1")
        for place, (family, day, until) in enumerate(found)
    ]


def held_on(found: list[tuple[str, int, int | None]], day: int) -> set[str]:
    """The families of a resource on one day, counted the slow way."""
    return {
        family
        for family, begin, until in found
        if begin <= day <= min(end_of_year(begin, 12), 99991231 if until is None else until)
    }


@settings(max_examples=60)
@given(found=taken)
def test_the_most_at_once_is_that_of_some_day(found):
    """Counted month by month over the whole time, no day has more."""
    first, last = 14050115, 14060620
    days = [first, *(year * 10000 + month * 100 + 1 for year in (1405, 1406) for month in range(1, 13))]
    expected = max(len(held_on(found, day)) for day in days if first <= day <= last)
    assert expected == most_at_once(plans(*rows_of(found)), first, last, 12).get("R1", 0)


@settings(max_examples=60)
@given(stored=taken, new=taken, capacity=st.integers(0, 3))
def test_a_plan_is_refused_exactly_when_a_resource_would_have_too_many(stored, new, capacity):
    """Where all fit on every day nothing is refused; where not, without the refused the others fit."""
    there = carried(*rows_of(stored), resources=resources(resource("R1", capacity=capacity)))
    rows = [row | {"programme": "debts", "family_id": row["family_id"]} for row in rows_of(new)]
    unique = {(row["family_id"], row["from_day"]): row for row in rows}
    rows = [row for row in unique.values() if row["until_day"] is None or row["until_day"] >= row["from_day"]]
    asked = [(str(row["family_id"]), int(str(row["from_day"])), row["until_day"]) for row in rows]
    refused = {row for row, _, _ in faults(there, *rows)}
    fits = all(len(held_on([*stored, *asked], day)) <= capacity for day in DAYS)
    stored_fits = all(len(held_on(stored, day)) <= capacity for day in DAYS)
    assert not refused or not fits
    kept = [row for place, row in enumerate(asked) if place not in refused]
    assert not stored_fits or all(len(held_on([*stored, *kept], day)) <= capacity for day in DAYS)


def test_a_resource_is_there_when_the_programme_begins():
    """Before its first day and after its last it takes nobody; what is decided within the year begins then."""
    late, gone = resource("R1", from_day=14050901), resource("R2", until_day=14050830)
    there = carried(resources=resources(late, gone))
    rows = [
        plan_row("F1", "debts", resource_id="R1"),
        plan_row("F1", "debts", resource_id="R1", decided_day=14050905),
        plan_row("F2", "debts", resource_id="R2"),
        plan_row("F2", "debts", resource_id="R2", decided_day=14050905),
        plan_row("F2", "debts", resource_id="R9"),
        plan_row("F2", "debts", resource_id="R9", decision="refused"),
    ]
    assert [
        (row, str(said).split(" ")[-1])
        for row, _, said in (
            fault for each in range(6) for fault in ((each, *found[1:]) for found in faults(there, rows[each]))
        )
    ] == [
        (0, "day."),
        (3, "another."),
        (4, "first."),
    ]
