from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hamyar.core.small_numbers import (
    WHOLE,
    CountNotWhole,
    PartsExceedTotal,
    Published,
    hidden_message,
    hide_in_sum,
    hide_small,
)

LEAST = 5
THIRD = Fraction(1, 3)


def areas(**columns: list) -> pd.DataFrame:
    index = [f"area {number}" for number in range(1, len(next(iter(columns.values()))) + 1)]
    return pd.DataFrame({name: pd.array(values, dtype="Int64") for name, values in columns.items()}, index=index)


def least_range(frame: pd.DataFrame, parts: list[str], found: Published, *, total: str | None) -> float:
    """The narrowest range of values, over the hidden cells, that a reader of the table is left with.

    Found by linear programming from the shown cells, the shown totals and that a hidden cell is 1 or more;
    it knows nothing of how cells were chosen.
    """
    names = [*parts, total] if total else parts
    rows, columns = len(frame), len(names)
    # One variable for each cell, and for each total of a column.
    count = (rows + 1) * columns
    table = frame[names].fillna(0).to_numpy(dtype=np.int64)
    values = np.vstack([table, table.sum(axis=0)])
    hidden = np.vstack([found.is_hidden[names].to_numpy(), found.totals[names].isna().to_numpy()])
    equations = []
    for column in range(columns):
        equation = np.zeros((rows + 1, columns))
        equation[:-1, column], equation[-1, column] = 1, -1
        equations.append(equation.ravel())
    rests = []
    if total:
        for row in range(rows + 1):
            equation = np.zeros((rows + 1, columns))
            equation[row, :-1], equation[row, -1] = 1, -1
            rests.append(equation.ravel())
    has_rest = bool(total) and (table[:, -1] != table[:, :-1].sum(axis=1)).any()
    bounds = [
        (1, None) if is_hidden else (value, value)
        for value, is_hidden in zip(values.ravel(), hidden.ravel(), strict=True)
    ]
    limits = {"A_eq": np.array(equations), "b_eq": np.zeros(len(equations)), "bounds": bounds}
    if rests and has_rest:
        limits |= {"A_ub": np.array(rests), "b_ub": np.zeros(len(rests))}
    elif rests:
        limits |= {"A_eq": np.array(equations + rests), "b_eq": np.zeros(len(equations) + len(rests))}
    narrowest = np.inf
    for cell in np.flatnonzero(hidden.ravel()):
        aim = np.zeros(count)
        aim[cell] = 1
        low, high = linprog(aim, **limits), linprog(-aim, **limits)
        most = np.inf if high.status == 3 else -high.fun
        narrowest = min(narrowest, most - low.fun)
    return narrowest


def test_a_small_count_and_one_more_are_hidden_when_the_total_is_shown() -> None:
    """A total of 40 over 3, 12 and 25 would give the 3 away, so the next smallest is hidden too."""
    found = hide_small(areas(harmed=[3, 12, 25]), ["harmed"], least=LEAST)
    assert found.is_hidden["harmed"].tolist() == [True, True, False]
    assert found.frame["harmed"].tolist() == [pd.NA, pd.NA, 25]
    assert found.totals["harmed"] == 40


def test_without_shown_totals_only_the_small_count_is_hidden() -> None:
    """Nothing gives the 3 away where no sum is shown."""
    found = hide_small(areas(harmed=[3, 12, 25]), ["harmed"], least=LEAST, total_shown=False)
    assert found.is_hidden["harmed"].tolist() == [True, False, False]
    assert found.totals.empty


def test_zero_and_the_least_shown_count_stay() -> None:
    """Zero tells of nobody, and the least shown count is shown."""
    found = hide_small(areas(harmed=[0, 5, 25]), ["harmed"], least=LEAST)
    assert not found.is_hidden.to_numpy().any()
    assert found.frame["harmed"].tolist() == [0, 5, 25]


def test_two_hidden_ones_are_not_enough() -> None:
    """Two hidden cells that sum to 2 are both 1, because a zero would be shown; a third is hidden."""
    found = hide_small(areas(harmed=[1, 1, 9, 30]), ["harmed"], least=2)
    assert found.is_hidden["harmed"].tolist() == [True, True, True, False]


def test_what_a_total_leaves_over_is_a_count_too() -> None:
    """Of 12 families 10 harmed tells that two are not, so the 10 is hidden."""
    found = hide_small(areas(families=[12, 60], harmed=[10, 20]), ["harmed"], total="families", least=LEAST)
    assert found.is_hidden["harmed"].tolist() == [True, True]
    assert found.is_hidden["families"].tolist() == [False, False]


def test_what_rests_on_a_hidden_count_or_total_is_hidden_too() -> None:
    """A share of a hidden count is hidden, and a share stays where the count stays."""
    frame = areas(families=[30, 60, 4], harmed=[3, 20, 0]).assign(share=[0.1, 1 / 3, 0.0], word=["a", "b", "c"])
    found = hide_small(
        frame, ["harmed"], total="families", dependent={"harmed": ["share"]}, least=LEAST, total_shown=False
    )
    assert found.is_hidden["share"].tolist() == [True, False, True]
    assert found.frame["share"].isna().tolist() == [True, False, True]
    assert found.frame["word"].tolist() == ["a", "b", "c"]


def test_hidden_and_unknown_are_told_apart() -> None:
    """A count that was missing before is missing and not hidden."""
    found = hide_small(areas(harmed=[None, 3, 25, 9]), ["harmed"], least=LEAST)
    assert found.frame["harmed"].isna().tolist() == [True, True, False, True]
    assert found.is_hidden["harmed"].tolist() == [False, True, False, True]


def test_a_small_total_is_hidden() -> None:
    """Where the sum itself is small nothing but zeros is shown."""
    found = hide_small(areas(harmed=[3, 0]), ["harmed"], least=LEAST)
    assert found.totals.isna().all()
    assert found.frame["harmed"].tolist() == [pd.NA, 0]


def test_the_table_given_stays_as_it_is() -> None:
    """Hiding makes a new table."""
    frame = areas(harmed=[3, 12, 25])
    hide_small(frame, ["harmed"], least=LEAST)
    assert frame["harmed"].tolist() == [3, 12, 25]


@pytest.mark.parametrize("value", [-1, 2.5])
def test_a_count_that_is_none_is_refused(value: float) -> None:
    """Only whole numbers, zero or more, are counts."""
    with pytest.raises(CountNotWhole, match="harmed"):
        hide_small(pd.DataFrame({"harmed": [value]}), ["harmed"], least=LEAST)


def test_parts_above_their_total_are_refused() -> None:
    """A row whose parts exceed its total is named."""
    with pytest.raises(PartsExceedTotal, match="area 2"):
        hide_small(areas(families=[9, 9], harmed=[3, 10]), ["harmed"], total="families", least=LEAST)


def test_a_partner_is_hidden_where_a_weighted_sum_is_shown() -> None:
    """With all counts but one shown, their weighted sum would give the last one."""
    hidden, withheld = hide_in_sum([3, 9, 20], [40] * 3, [THIRD] * 3, ["a"] * 3, np.array([True, False, False]))
    assert hidden.tolist() == [True, True, False]
    assert frozenset() == withheld


def test_groups_whose_only_partner_is_in_another_are_withheld() -> None:
    """Where the exchange is between two domains, neither domain's own sum may be shown."""
    _, withheld = hide_in_sum([3, 9], [40] * 2, [THIRD] * 2, ["a", "b"], np.array([True, False]))
    assert frozenset({"a", "b"}) == withheld


def test_a_sum_over_one_count_is_withheld() -> None:
    """Without a partner the sum itself must not be shown."""
    hidden, withheld = hide_in_sum([3, 0], [40] * 2, [THIRD] * 2, ["a", "a"], np.array([True, False]))
    assert hidden.tolist() == [True, False]
    assert WHOLE in withheld


def test_the_note_names_the_largest_hidden_count() -> None:
    """With five as the least shown, counts from 1 to 4 are hidden."""
    assert "1 to 4" in str(hidden_message(5))


counts = st.one_of(st.integers(0, 7), st.integers(0, 40))


@settings(max_examples=60)
@given(st.data(), st.integers(1, 4), st.integers(1, 4), st.booleans(), st.booleans(), st.integers(2, 6))
def test_no_hidden_cell_can_be_worked_out(
    data: st.DataObject, rows: int, columns: int, has_total: bool, has_rest: bool, least: int
) -> None:
    """With everything shown known, every hidden cell, and every hidden total, has two possible values or more."""
    names = [f"c{number}" for number in range(columns)]
    frame = areas(**{name: data.draw(st.lists(counts, min_size=rows, max_size=rows)) for name in names})
    total = None
    if has_total:
        rest = data.draw(st.lists(counts, min_size=rows, max_size=rows)) if has_rest else [0] * rows
        frame, total = frame.assign(whole=frame.sum(axis=1) + pd.array(rest, dtype="Int64")), "whole"
    found = hide_small(frame, names, total=total, least=least)
    shown = [*names, *([total] if total else [])]
    small = (frame[shown] > 0) & (frame[shown] < least)
    assert found.is_hidden[shown].to_numpy()[small.to_numpy(dtype=bool)].all()
    assert not found.is_hidden[shown].to_numpy()[(frame[shown] == 0).to_numpy(dtype=bool)].any()
    assert least_range(frame, names, found, total=total) > 0.5
