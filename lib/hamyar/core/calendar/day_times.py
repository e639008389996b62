"""At what time of the day each visit begins.

Visits to one family follow each other without a way between them; families follow in the order of the shortest way.
A visit that stays on its day keeps its time where the others can be placed around it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hamyar.core.calendar.tables import Agenda

Way = Callable[[str, str], int]


@dataclass(frozen=True)
class Stop:
    """One visit on one day; ``start`` is -1 until it has a time.  ``family`` is empty for a session or a training."""

    visit_id: str
    family: str
    minutes: int
    start: int = -1

    @property
    def end(self) -> int:
        return self.start + self.minutes


def ways(agenda: Agenda) -> Way:
    """Minutes of way between two families."""
    known = {
        frozenset((row.family_id, row.other_family_id)): int(row.minutes)
        for row in agenda.travel.itertuples()
        if row.family_id != row.other_family_id
    }

    def way(one: str, other: str) -> int:
        return 0 if one and one == other else known.get(frozenset((one, other)), agenda.travel_minutes)

    return way


def longest_ways(agenda: Agenda) -> dict[str, int]:
    """For each family of the agenda the longest way to any other of them: enough for any order of any day."""
    way, families = ways(agenda), agenda.activities["family_id"].unique().tolist()
    return {one: max((way(one, other) for other in families), default=0) for one in families}


def largest_gap(start: int, minutes: int, taken: Sequence[Stop], margin: int) -> tuple[int, int]:
    """Begin and length of the longest free time between fixed visits, a way of ``margin`` kept beside each."""
    best, begin = (start, 0), start
    for stop in sorted(taken, key=lambda stop: stop.start):
        best = max(best, (begin, min(stop.start - margin, start + minutes) - begin), key=lambda gap: gap[1])
        begin = max(begin, stop.end + margin)
    return max(best, (begin, start + minutes - begin), key=lambda gap: gap[1])


def place_stops(
    hours: tuple[int, int],
    gap: tuple[int, int],
    fixed: Sequence[Stop],
    kept: Sequence[Stop],
    new: Sequence[Stop],
    way: Way,
) -> list[Stop]:
    """``kept`` and ``new`` with their times, inside ``hours`` (start, minutes).

    ``kept`` have a time already and keep it if they can; otherwise all are placed anew in ``gap``,
    the free time that the choice of days has counted with.
    """
    placed = list(kept)
    if all(_fits(stop, hours, [*fixed, *(other for other in kept if other is not stop)], way) for stop in kept):
        for block in _blocks(new, way):
            start = _earliest(block, hours, [*fixed, *placed], way)
            if start is None:
                break
            placed += _timed(block, start)
        else:
            return placed
    placed, start = [], gap[0]
    for block in _blocks([*kept, *new], way):
        if placed:
            start = placed[-1].end + way(placed[-1].family, block[0].family)
        placed += _timed(block, start)
    return placed


def _timed(block: Sequence[Stop], start: int) -> list[Stop]:
    timed = []
    for stop in block:
        timed.append(replace(stop, start=start))
        start += stop.minutes
    return timed


def _blocks(stops: Sequence[Stop], way: Way) -> list[list[Stop]]:
    """Visits grouped by family; the nearest family next, from whichever first one makes the way shortest."""
    groups: dict[str, list[Stop]] = {}
    for stop in sorted(stops, key=lambda stop: stop.visit_id):
        groups.setdefault(stop.family, []).append(stop)
    best: tuple[int, list[str]] | None = None
    for first in groups:
        order, rest, total = [first], [family for family in groups if family != first], 0
        while rest:
            following = min(rest, key=lambda family: way(order[-1], family))
            total += way(order[-1], following)
            order.append(following)
            rest.remove(following)
        if best is None or total < best[0]:
            best = (total, order)
    return [groups[family] for family in best[1]] if best else []


def _fits(stop: Stop, hours: tuple[int, int], others: Sequence[Stop], way: Way) -> bool:
    if stop.start < hours[0] or stop.end > sum(hours):
        return False
    return all(
        stop.start >= other.end + way(other.family, stop.family)
        or stop.end <= other.start - way(stop.family, other.family)
        for other in others
    )


def _earliest(block: Sequence[Stop], hours: tuple[int, int], others: Sequence[Stop], way: Way) -> "int | None":
    """The best beginning for one family's visits among ``others``: beside its own, else as early as it goes."""
    family, minutes = block[0].family, sum(stop.minutes for stop in block)
    own = [other for other in others if other.family == family and family]
    beside = [start for other in own for start in (other.end, other.start - minutes)]
    early = [hours[0], *sorted(other.end + way(other.family, family) for other in others)]
    for start in (*beside, *early):
        if _fits(Stop("", family, minutes, start), hours, others, way):
            return start
    return None
