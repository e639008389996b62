"""Cases that social workers write: every one in ``tests/cases`` is run as it stands."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.rial import parse_money
from tests.core.making import complete, flows, shipped_parameters, tables

CASES = Path(__file__).parents[1] / "cases"
UNKNOWN, NOT_KNOWN = "unknown", "not known"


def cases_in(name: str) -> list[Any]:
    cases = yaml.load((CASES / name).read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - everything as text
    return [pytest.param(case, id=case["name"]) for case in cases]


def cases_of(folder: str) -> list[Any]:
    """The cases of every file in a folder, so that a file added there is run without a word here."""
    names = sorted(path.relative_to(CASES).as_posix() for path in (CASES / folder).glob("*.yaml"))
    return [case for name in names for case in cases_in(name)]


def told_row(category: str, told: Any) -> tuple:
    """One line of a case as a flow row; an amount without a unit is in rial, as the file's head says."""
    amount, period = (told["amount"], told["for"]) if isinstance(told, dict) else (told, "month")
    return (category, None if amount == NOT_KNOWN else parse_money(amount, "rial"), period)


def as_expected(value: Any) -> Any:
    """A result in the words of a case."""
    if value is pd.NA:
        return UNKNOWN
    return str(bool(value)).lower() if isinstance(value, bool) else int(value)


def wanted(text: Any) -> Any:
    return text if text in (UNKNOWN, "true", "false") else parse_money(text, "rial")


@pytest.mark.parametrize("case", cases_in("economy/gap.yaml"))
def test_gap(case):
    """What the family told gives the gap, its bounds and the questions that the case expects."""
    month = Month.parse(case["month"])
    rows = flows(*(told_row(category, told) for category, told in case["told"].items()), month=month)
    row = assess_families(tables(rows), shipped_parameters(), month).results.iloc[0]
    expected = dict(case["expect"])
    asked = expected.pop("ask", None)
    found = {name: as_expected(row[f"{name}_money"]) for name in expected}
    assert found == {name: wanted(text) for name, text in expected.items()}
    assert asked is None or row["unknown_facts"].split() == asked


@pytest.mark.parametrize("case", cases_in("economy/plan.yaml"))
def test_plan(case):
    """Two months of a family give the target and the standing that the case expects."""
    began, month = Month.parse(case["began"]), Month.parse(case["month"])
    spending = {began: case["gap_then"], month: case["gap_now"]}
    told = [
        complete(10_000_000, 10_000_000 + parse_money(gap, "rial"), month=when)
        for when, gap in spending.items()
        if gap != UNKNOWN
    ]
    given = tables(pd.concat(told, ignore_index=True), plan=began)
    row = assess_families(given, shipped_parameters(), month).results.iloc[0]
    track = row["is_on_track"]
    found = [as_expected(row["target_gap_money"]), UNKNOWN if track is pd.NA else str(bool(track)).lower()]
    assert found == [wanted(case["expect"]["target"]), case["expect"]["on_track"]]
