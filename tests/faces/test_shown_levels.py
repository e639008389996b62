"""What several tables of a page tell together: no small number outside the centre."""

from fractions import Fraction

import pandas as pd
import pytest
from tests.core.levels_making import even_set, ranged

from hamyar.core.tables import BUDGETS, FAMILIES, FLOWS, MEMBERS, CaseTables, conform
from hamyar.faces.shown_levels import ShownLevels

LEAST = 5
SIX = even_set(6)
# Ranges of six harms, of which one makes a family at risk and three make it harmed.
KINDS = {
    "safe": [(0, 0)] * 6,
    "at_risk": [(2, 2), *[(0, 0)] * 5],
    "harmed": [*[(2, 2)] * 3, *[(0, 0)] * 3],
    "may_be_harmed": [*[(0, 3)] * 3, *[(0, 0)] * 3],
    "may_be_at_risk": [(0, 3), *[(0, 0)] * 5],
}
# Families of each kind by area, the last of three families only.
AREAS = {"A": (8, 7, 3, 5, 2), "B": (12, 11, 7, 3, 2), "C": (7, 8, 8, 2, 0), "D": (2, 1, 0, 0, 0)}


@pytest.fixture(name="outside", scope="module")
def _outside() -> ShownLevels:
    """The tables for eyes outside the centre."""
    lived = [
        (area, kind) for area, counts in AREAS.items() for kind, n in zip(KINDS, counts, strict=True) for _ in [0] * n
    ]
    placed = ranged(SIX, [KINDS[kind] for _, kind in lived], at_risk=Fraction(1, 6), harmed=Fraction(1, 2))
    ids, areas = list(placed.family_ids), [area for area, _ in lived]
    people = {"member_id": [f"{one}-1" for one in ids], "family_id": ids, "role": "head", "sex": "female"}
    families = conform(FAMILIES, pd.DataFrame({"family_id": ids, "area": areas}))
    members = conform(MEMBERS, pd.DataFrame(people))
    return ShownLevels(placed, CaseTables(families, members, FLOWS.empty(), BUDGETS.empty()), LEAST)


def test_two_tables_of_areas_hide_the_same_sizes(outside):
    """An area hidden by the map is not told by the table of groups: one subtraction would give the area of three."""
    groups = outside.groups["area"]
    hidden = outside.areas.is_hidden["families"]

    assert hidden["D"]
    assert groups is not None
    assert groups.is_hidden.loc[hidden, ["families", "population", "population_share"]].all(axis=None)


def test_what_rests_on_a_hidden_size_is_hidden(outside):
    """A share beside a count tells of how many it is the share."""
    groups = outside.groups["area"]
    hidden = outside.areas.is_hidden["families"]

    assert groups is not None
    assert groups.is_hidden.loc[hidden, ["harmed_at_best", "headcount_at_best", "headcount_low"]].all(axis=None)
