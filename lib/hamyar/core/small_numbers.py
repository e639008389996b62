"""Small counts stay in the centre: hiding them so that they cannot be worked out again.

A count of one to four families, in an area with a name, is nearly a name.
So a table that leaves the centre hides counts from 1 up to ``least`` - 1; a zero tells of nobody and stays.
Hiding the small cell alone is not enough: where its row or column has a total, a subtraction brings it back.
Further cells are therefore hidden (complementary suppression), the smallest that do.

How it is decided.  A table with its totals is a circulation: the grand total flows into the rows, from there through
the cells into the columns, and back.  Each cell is a pipe between two joints, and what flows into a joint flows out.
A reader knows the shown pipes, and that a hidden one holds at least 1.
He cannot tell a hidden cell exactly when one more or one less can run in a ring through it and through other pipes
that are hidden too.  So for each small cell the cheapest such ring is looked for, and the cells on it are hidden.
A ring that touches nothing shown costs nothing; totals cost most and are hidden last.

What this does not do: it looks at one table.  Two tables of the same families, or the same table a month later,
can tell together what each hides; tables that share totals should show or hide those alike.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.levels.counting import WholeWeights
from hamyar.core.message import N_, Message, message

HIDDEN = N_("hidden (small count)")
# The name, among what is withheld, of the sum over everything.
WHOLE = "whole"


class CountNotWhole(HamyarError):
    msgid = N_("The column '{column}' is hidden by its counts and holds '{value}'. Give whole numbers, zero or more.")


class PartsExceedTotal(HamyarError):
    msgid = N_("Row '{row}': the parts sum to {parts}, more than '{total}', which is {whole}. Correct the table.")


@dataclass(frozen=True, eq=False)
class Published:
    """A table that may leave the centre.

    ``frame``        the table with ``<NA>`` where a value is hidden, and also where it was unknown before
    ``is_hidden``    which of the two: true where it was hidden here; of the same shape
    ``totals``       the sums of the count columns, ``<NA>`` where they are to be hidden; empty if none are shown
    ``withheld``     names of sums shown elsewhere that would bring a hidden value back, and so must not be shown
    """

    frame: pd.DataFrame
    is_hidden: pd.DataFrame
    totals: pd.Series
    withheld: frozenset[str] = field(default_factory=frozenset)

    def also_hiding(self, is_hidden: pd.DataFrame, withheld: frozenset[str] = frozenset()) -> "Published":
        """The same with more cells hidden: a boolean frame of some of the columns."""
        hidden = self.is_hidden.copy()
        for column in is_hidden.columns:
            hidden[column] |= is_hidden[column]
        return Published(_blanked(self.frame, hidden), hidden, self.totals, self.withheld | withheld)


@dataclass(eq=False)
class _Pipe:
    """A cell of the table between two joints.  ``cost`` of hiding it: 0 where it is hidden already."""

    tail: int
    head: int
    value: int
    floor: int
    cost: int
    is_wanted: bool
    place: tuple[int, int]


def hidden_message(least: int) -> Message:
    """The note below a table with hidden cells."""
    return message(N_("Counts from 1 to {most}, and what would give them away, are hidden."), most=least - 1)


def hide_small(
    frame: pd.DataFrame,
    counts: Sequence[str],
    *,
    least: int,
    total: str | None = None,
    dependent: Mapping[str, Sequence[str]] | None = None,
    total_shown: bool = True,
    keep_total: bool = False,
) -> Published:
    """``frame`` with the small ones of ``counts`` hidden, and whatever would bring them back.

    ``counts``       columns of whole numbers of families that do not overlap; a missing one counts as nobody
    ``total``        the column of which they are parts; what they leave over is a count too, shown by subtraction
    ``dependent``    by count (or ``total``): the columns that rest on it and are hidden with it, and with the total
    ``total_shown``  the sums over the rows are shown as well; hidden ones are missing in ``totals``
    ``keep_total``   the rows' totals are known anyhow (all the same, say): they are hidden only if nothing else helps

    Raises ``CountNotWhole`` or ``PartsExceedTotal``.
    """
    names = [*counts, *([total] if total else [])]
    table = np.column_stack([_whole(frame, name) for name in names]).reshape(len(frame), len(names))
    parts, is_hidden = table[:, : len(counts)], pd.DataFrame(False, index=frame.index, columns=frame.columns)
    whole = table[:, -1] if total else parts.sum(axis=1)
    rest = whole - parts.sum(axis=1)
    if (rest < 0).any():
        row = int(np.argmax(rest < 0))
        sums = {"parts": int(parts[row].sum()), "whole": int(whole[row])}
        raise PartsExceedTotal(row=str(frame.index[row]), total=total, **sums)
    pipes = _pipes(parts, rest, whole, least, total is not None, total_shown, keep_total)
    _hide_rings(pipes, joints=len(frame) + len(counts) + 3)
    total_hidden = dict.fromkeys(names, False)
    for pipe in pipes:
        row, column = pipe.place
        if pipe.cost != 0 or column >= len(names):
            continue
        if row < len(frame):
            is_hidden.iloc[row, frame.columns.get_loc(names[column])] = True
        else:
            total_hidden[names[column]] = True
    for count, resting in (dependent or {}).items():
        for name in resting:
            is_hidden[name] |= is_hidden[count] | (is_hidden[total] if total else False)
    shown = {name: pd.NA if total_hidden[name] else int(table[:, at].sum()) for at, name in enumerate(names)}
    return Published(_blanked(frame, is_hidden), is_hidden, pd.Series(shown if total_shown else {}, dtype="Int64"))


def _whole(frame: pd.DataFrame, column: str) -> np.ndarray:
    for value in frame[column].dropna():
        if value != int(value) or value < 0:
            raise CountNotWhole(column=column, value=str(value))
    return frame[column].astype("Int64").fillna(0).to_numpy(dtype=np.int64)


def _pipes(
    parts: np.ndarray,
    rest: np.ndarray,
    whole: np.ndarray,
    least: int,
    has_total: bool,
    total_shown: bool,
    keep_total: bool,
) -> list[_Pipe]:
    """The table as pipes.  Joints: the rows, the row of totals, the columns, the rest, the column of totals.

    ``place`` counts the published columns, then (never published) the rest; without a total, that column too.
    """
    rows, columns = parts.shape
    sum_row, rest_joint, total_joint = rows, rows + 1 + columns, rows + 2 + columns
    total_place, rest_place = (columns, columns + 1) if has_total else (columns + 1, columns + 2)
    grand = int(whole.sum()) + 1
    pipes = []

    def add(ends: tuple[int, int], value: int, is_published: bool, cost: int, place: tuple[int, int]) -> None:
        is_small = 0 < value < least
        if not is_published:
            pipes.append(_Pipe(*ends, value, 0, 0, is_small and place[1] == rest_place, place))
        elif value:
            # A zero stays shown, so nothing can run through it, and a hidden cell holds at least one.
            pipes.append(_Pipe(*ends, value, 1, 0 if is_small else cost, is_small, place))

    for row in range(rows + 1):
        is_sum = row == sum_row
        cells = parts.sum(axis=0) if is_sum else parts[row]
        is_published = total_shown if is_sum else True
        dearer = 4 * grand * (rows + columns) if is_sum else 0
        # In the row of totals everything flows the other way: out of the columns.
        joints = [(rows + 1 + column, int(value)) for column, value in enumerate(cells)]
        for column, (joint, value) in enumerate(joints):
            ends = (joint, row) if is_sum else (row, joint)
            add(ends, value, is_published, dearer + value, (row, column))
        if rest.any():
            ends = (rest_joint, row) if is_sum else (row, rest_joint)
            add(ends, int(rest.sum() if is_sum else rest[row]), False, 0, (row, rest_place))
        ends = (row, total_joint) if is_sum else (total_joint, row)
        value = int(whole.sum() if is_sum else whole[row])
        dearer += 8 * grand * (rows + columns) ** 2 if keep_total else grand
        add(ends, value, has_total and is_published, dearer + value, (row, total_place))
    return pipes


def _hide_rings(pipes: list[_Pipe], joints: int) -> None:
    """Hide, for each small cell, the cheapest ring through it; those it makes use of are safe by the same ring."""
    at: list[list[tuple[int, _Pipe]]] = [[] for _ in range(joints)]
    for pipe in pipes:
        at[pipe.tail].append((pipe.head, pipe))
        # Against the direction of flow one less runs through the pipe, which must leave it its floor.
        if pipe.value > pipe.floor:
            at[pipe.head].append((pipe.tail, pipe))
    for pipe in pipes:
        if pipe.is_wanted:
            ways = [_cheapest(at, pipe.head, pipe.tail, pipe)]
            if pipe.value > pipe.floor:
                ways.append(_cheapest(at, pipe.tail, pipe.head, pipe))
            # There always is a way: from a cell through its column's total, the grand total and its row's total.
            for used in min((way for way in ways if way is not None), key=lambda way: way[0])[1]:
                used.cost = 0


def _cheapest(
    at: list[list[tuple[int, _Pipe]]], start: int, end: int, without: _Pipe
) -> tuple[int, list[_Pipe]] | None:
    """Dijkstra's cheapest way between two joints that does not go through ``without``."""
    best: dict[int, tuple[int, int, _Pipe | None]] = {start: (0, start, None)}
    queue, done = [(0, start)], set()
    while queue:
        cost, joint = heapq.heappop(queue)
        if joint in done:
            continue
        done.add(joint)
        if joint == end:
            break
        for following, pipe in at[joint]:
            if pipe is without:
                continue
            if following not in best or cost + pipe.cost < best[following][0]:
                best[following] = (cost + pipe.cost, joint, pipe)
                heapq.heappush(queue, (cost + pipe.cost, following))
    if end not in done:
        return None
    way, joint = [], end
    while (step := best[joint])[2] is not None:
        way.append(step[2])
        joint = step[1]
    return best[end][0], [pipe for pipe in way if pipe is not None]


def hide_in_sum(
    counts: Sequence[int], most: Sequence[int], weights: Sequence[Fraction], groups: Sequence[str], hidden: np.ndarray
) -> tuple[np.ndarray, frozenset[str]]:
    """Which ``counts`` to hide, and which sums to withhold, when their weighted sum is shown elsewhere.

    The adjusted headcount is such a sum over indicators: with all but one count shown it gives the last one.
    Each hidden count therefore gets a hidden partner with which it can be exchanged without moving the sum,
    in its own group where there is one, because groups (the domains) show their sums too.
    ``most`` is the greatest value each count can have.  Returns the cells to hide, and the groups to withhold;
    :data:`WHOLE` is among them where a count has no partner at all.
    """
    parts = WholeWeights.of(weights).parts.tolist()
    hidden, withheld = hidden.copy(), set()

    def fits(one: int, other: int) -> bool:
        common = gcd(parts[one], parts[other])
        step, back = parts[other] // common, parts[one] // common
        up = counts[one] + step <= most[one] and counts[other] - back >= 1
        down = counts[one] - step >= 1 and counts[other] + back <= most[other]
        return up or down

    for one in np.flatnonzero(hidden).tolist():
        partners = [other for other in range(len(counts)) if other != one and counts[other] > 0 and fits(one, other)]
        if not partners:
            withheld |= {WHOLE, groups[one]}
            continue
        chosen = min(partners, key=lambda k: (groups[k] != groups[one], not hidden[k], counts[k], k))
        hidden[chosen] = True
        if groups[chosen] != groups[one]:
            withheld |= {groups[one], groups[chosen]}
    return hidden, frozenset(withheld)


def _blanked(frame: pd.DataFrame, is_hidden: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_integer_dtype(values.dtype):
            values = values.astype("Int64")
        elif pd.api.types.is_float_dtype(values.dtype):
            values = values.astype("Float64")
        elif is_hidden[name].any():
            values = values.astype(object)
        values = values.copy()
        values[is_hidden[name].to_numpy()] = pd.NA
        columns[name] = values
    return pd.DataFrame(columns, index=frame.index)
