"""Proposals by subject agree with the proposals of families, which are written apart."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.levels.stratification import Stratification
from hamyar.core.plan.calls import CALL_COLUMNS, Calls
from hamyar.core.plan.help import FOCUSED, kind_of_help, proposals
from tests.core.levels_making import MONTH, even_set, ranged
from tests.core.test_help import catalogue, programme

HARMS = ("h1", "h2", "h3", "h4")


def levels(rows: list[list[list[int]]]) -> pd.DataFrame:
    """By family and subject: the level of each indicator; the first subject is the family."""
    told = [
        (f"F{family}", f"F{family}" if place == 0 else f"F{family}-{place}", harm, level)
        for family, subjects in enumerate(rows, 1)
        for harm_place, harm in enumerate(HARMS)
        for place, subject in enumerate(subjects)
        if (level := subject[harm_place]) >= 0
    ]
    frame = pd.DataFrame(told, columns=["family_id", "subject_id", "indicator", "least"])
    return frame.astype({"family_id": "str", "subject_id": "str", "indicator": "str", "least": "int8"})


def placed(rows: list[list[list[int]]], open_cells: int = 0) -> Stratification:
    """Each family at its worst subject; the first ``open_cells`` indicators may be worse."""
    worst = [[max(column) for column in zip(*subjects, strict=True)] for subjects in rows]
    ranges = [[(level, 3 if at < open_cells else level) for at, level in enumerate(row)] for row in worst]
    return ranged(even_set(4, critical_from=3), ranges)


subject = st.lists(st.integers(0, 3), min_size=4, max_size=4)
families = st.lists(st.lists(subject, min_size=1, max_size=3), min_size=1, max_size=4)
offers = st.lists(st.dictionaries(st.sampled_from(HARMS), st.integers(1, 3), min_size=1), max_size=3)
bars = st.dictionaries(st.sampled_from(HARMS), st.integers(1, 3), max_size=1)


@settings(max_examples=50)
@given(rows=families, general=offers, focused=offers, bar=bars, open_cells=st.integers(0, 1))
def test_the_programmes_and_their_order_are_those_of_the_family(rows, general, focused, bar, open_cells):
    """For families in focused help: the same programmes, in the same order, and somebody whom each concerns."""
    offered = catalogue(
        [programme(f"g{number}", found) for number, found in enumerate(general)],
        [programme(f"f{number}", found, not_while=bar) for number, found in enumerate(focused)],
    )
    found = placed(rows, open_cells)
    calls = Calls(found, offered, MONTH, levels(rows))
    for place, family in enumerate(found.family_ids):
        if kind_of_help(found, place) == FOCUSED:
            expected = [proposal.programme.code for proposal in proposals(found, offered, place)]
            ranks = calls.ranks[calls.ranks["family_id"] == family]
            assert expected == ranks["programme"].tolist()
            assert list(range(1, len(expected) + 1)) == ranks["rank"].tolist()
            assert set(expected) == set(calls.rows.loc[calls.rows["family_id"] == family, "programme"])


@settings(max_examples=50)
@given(rows=families, focused=offers)
def test_a_programme_is_for_those_whose_level_calls_for_it(rows, focused):
    """Every subject at the level of the catalogue or worse is told, with that level, and nobody else."""
    offered = catalogue([], [programme(f"f{number}", found) for number, found in enumerate(focused)])
    told = levels(rows)
    calls = Calls(placed(rows), offered, MONTH, told)
    expected = {
        (row.family_id, row.subject_id, f"f{number}", row.indicator, row.least)
        for row in told.itertuples()
        for number, found in enumerate(focused)
        if row.least >= found.get(row.indicator, 4)
    }
    assert expected == set(calls.rows.itertuples(index=False, name=None))
    assert list(CALL_COLUMNS) == list(calls.rows)


@pytest.mark.parametrize(("level", "open_cells", "bar"), [(0, 0, -1), (1, 0, -1), (2, 0, 0), (0, 1, 0)])
def test_what_forbids_a_programme_is_told(level, open_cells, bar):
    """The indicator that forbids it where it stands or may; -1 where nothing does, or the family is not known."""
    rows = [[[level, 3, 3, 3]]]
    offered = catalogue([], [programme("couples", {"h2": 1}, not_while={"h1": 2, "retired": 1})])
    calls = Calls(placed(rows, open_cells), offered, MONTH, levels(rows))
    couples = offered.at(MONTH)[0][1]
    assert calls.may_harm(couples, pd.Series(["F1", "F9"])).tolist() == [bar, -1]


def test_nobody_and_nothing():
    """No family and no programme give empty tables of the same shape."""
    nothing = Calls(placed([[[3, 3, 3, 3]]]), catalogue([], []), MONTH, levels([[[3, 3, 3, 3]]]))
    nobody = Calls(placed([[[0] * 4]]), catalogue([], [programme("f", {"h1": 1})]), MONTH, levels([]))
    assert [list(calls.rows) for calls in (nothing, nobody)] == [list(CALL_COLUMNS)] * 2
    assert [len(calls.ranks) for calls in (nothing, nobody)] == [0, 0]
