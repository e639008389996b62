"""What would change a family's level: the smallest changes for the better, and how near the edge it stands.

A *flip set* is the smallest set of changes that moves one family to another level.  Smallest means, in this order:

1. the fewest indicators;
2. the fewest that can change only slowly, so that what can be done soon comes first;
3. the fewest steps from level to level;
4. the heaviest weights;
5. the order of the catalogue.

So every family has exactly one, and two people who look for it find the same.
A harm that cannot change (``can_change: never``) is in no flip set; where none is possible without it, it is named.

Each case is asked by itself: ``least`` is what is known, ``most`` the worst case in which every open answer is bad.
In the worst case an open answer is changed by asking: such a change is marked ``is_open`` and can be made soon,
whatever the indicator.  A better answer proves nothing yet, but without it no better level can be proven.

How the smallest is found without trying every set: a critical harm must fall in any case; all others only bring their
weight.  The fewest indicators are the heaviest ones.  Of sets with equally many indicators the fewest steps are found
by dynamic programming over the sum of steps, which is never more than three for each indicator.
Weight and order of the catalogue are one whole number (weight in the high digits, one bit for each place below them),
so that the larger number is the better set, and sums of disjoint sets compare as the sets do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from hamyar.core.levels.answers import DOES_NOT_APPLY
from hamyar.core.levels.counting import AT_RISK, HARMED, LEVELS, SAFE
from hamyar.core.levels.indicators import WORST
from hamyar.core.levels.stratification import Case, Stratification

NEVER, SLOWLY = "never", "slowly"


@dataclass(frozen=True)
class Change:
    """One indicator from one level to another.

    ``weight``       what the change takes from the score or adds to it; 0 where it only ends a critical harm
    ``can_change``   as the catalogue says: ``soon`` or ``slowly``; also ``never`` where ``is_open``
    ``is_open``      the indicator is open and ``to_level`` still possible: an answer may be all that is needed
    ``is_critical``  the change ends a critical harm, or makes one
    """

    code: str
    from_level: int
    to_level: int
    weight: Fraction
    can_change: str
    is_open: bool
    is_critical: bool

    @property
    def steps(self) -> int:
        return abs(self.to_level - self.from_level)


@dataclass(frozen=True)
class FlipSet:
    """The smallest set of changes that moves a family from one level to another, as words of ``LEVELS``.

    ``to_level`` is the level it reaches, which may lie beyond the next one.  ``changes`` are in the order in which to
    look at them: critical harms, then what can change soon, then the heavier, then the catalogue's order.
    Where no set is possible ``changes`` is empty, ``to_level`` is the one out of reach, and ``blocked_by`` names the
    harms that stand in the way because they never change.
    """

    case: Case
    from_level: str
    to_level: str
    changes: tuple[Change, ...]
    blocked_by: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True)
class Edge:
    """How near a family stands to the next worse level.

    ``nearest`` is the smallest set of worsenings; one critical harm is always enough, where one can still arise.
    ``without_critical`` is the smallest in which nothing becomes critical.
    Either is missing where what can still change is too little.
    """

    nearest: FlipSet | None
    without_critical: FlipSet | None


@dataclass(frozen=True)
class _Item:
    """One possible change of the harm in ``place``: a new indicator, or one that must change going further."""

    place: int
    to_level: int
    steps: int
    parts: int
    is_slow: bool
    is_further: bool = False


class _Family:
    """One family in one case, as plain numbers."""

    def __init__(self, stratification: Stratification, place: int, case: Case) -> None:
        self.case: Case = case
        self.rules, self.weights = stratification.level_rules.whole, stratification.weights
        self.harms = stratification.indicators.harms
        self.levels: list[int] = stratification.levels(case)[:, place].tolist()
        self.least: list[int] = stratification.levels("least")[:, place].tolist()
        self.most: list[int] = stratification.levels("most")[:, place].tolist()
        self.counts_from: list[int] = stratification.counts_from.tolist()
        self.critical_from: list[int] = stratification.critical_from.tolist()
        self.parts: list[int] = self.weights.parts.tolist()
        count = stratification.least if case == "least" else stratification.most
        self.score, self.level = int(count.score[place]), int(count.level[place])
        state: list[int] = stratification.answers.state[: len(self.harms), place].tolist()
        self.applies = [found != DOES_NOT_APPLY for found in state]

    def needed(self, level: int) -> int:
        """The least score in parts that makes a family ``level`` (at risk or harmed) without a critical harm."""
        return self.weights.needed(self.rules.harmed if level == HARMED else self.rules.at_risk)

    def level_of(self, score: int, *, is_critical: bool = False) -> int:
        if is_critical or score >= self.needed(HARMED):
            return HARMED
        return AT_RISK if score >= self.needed(AT_RISK) else SAFE

    def is_open(self, place: int, to_level: int) -> bool:
        least, most = self.least[place], self.most[place]
        return least < most and least <= to_level <= most

    def can_change(self, place: int, to_level: int) -> str:
        """How soon; an answer that is still open can be had soon, whatever the indicator."""
        return "soon" if self.is_open(place, to_level) else self.harms[place].indicator.can_change

    def change(self, place: int, to_level: int) -> Change:
        harm, now = self.harms[place], self.levels[place]
        counted, counts = now >= self.counts_from[place], to_level >= self.counts_from[place]
        was_critical, critical = now >= self.critical_from[place], to_level >= self.critical_from[place]
        return Change(
            code=harm.code,
            from_level=now,
            to_level=to_level,
            weight=harm.weight if counted != counts else Fraction(0),
            can_change=harm.indicator.can_change,
            is_open=self.is_open(place, to_level),
            is_critical=was_critical != critical,
        )

    def flip_set(self, to_levels: Mapping[int, int], reached: int) -> FlipSet:
        def order(place: int) -> tuple[bool, bool, Fraction, int]:
            is_slow = self.can_change(place, to_levels[place]) == SLOWLY
            return not changes[place].is_critical, is_slow, -changes[place].weight, place

        changes = {place: self.change(place, to_level) for place, to_level in to_levels.items()}
        in_order = tuple(changes[place] for place in sorted(changes, key=order))
        return FlipSet(self.case, LEVELS[self.level], LEVELS[reached], in_order)


def better(stratification: Stratification, place: int, case: Case = "least") -> FlipSet | None:
    """The smallest changes after which the family in ``place`` has a better level for sure in that case.

    ``None`` where it already has the best; a ``FlipSet`` without changes where none is possible, with what blocks.
    A critical harm falls just under the level from which it is critical, and further only where its weight is needed.
    """
    family = _Family(stratification, place, case)
    if family.level == SAFE:
        return None
    to_levels: dict[int, int] = {}
    items: list[_Item] = []
    blocking, blocking_critical = [], []
    needed = family.score - (family.needed(family.level) - 1)
    for j, level in enumerate(family.levels):
        counts_from, critical_from = family.counts_from[j], family.critical_from[j]
        is_deprived = level >= counts_from
        must_change = level >= critical_from
        start = level
        if must_change:
            start = to_levels[j] = critical_from - 1
            if family.can_change(j, start) == NEVER:
                blocking_critical.append(j)
            if is_deprived and start < counts_from:
                needed -= family.parts[j]
        if is_deprived and start >= counts_from:
            to_level = counts_from - 1
            how_soon = family.can_change(j, to_level)
            if how_soon == NEVER:
                blocking.append(j)
                continue
            # An indicator that must change and is slow in that already is not slow twice.
            was_slow = must_change and family.can_change(j, start) == SLOWLY
            is_slow = how_soon == SLOWLY and not was_slow
            items.append(_Item(j, to_level, start - to_level, family.parts[j], is_slow, must_change))
    chosen = _smallest(items, needed, len(family.levels))
    if chosen is None or blocking_critical:
        in_the_way = {*blocking_critical, *(blocking if chosen is None else ())}
        names = tuple(family.harms[j].code for j in sorted(in_the_way))
        return FlipSet(case, LEVELS[family.level], LEVELS[family.level - 1], (), names)
    to_levels |= {item.place: item.to_level for item in chosen}
    taken = sum(family.parts[j] for j in to_levels if to_levels[j] < family.counts_from[j] <= family.levels[j])
    return family.flip_set(to_levels, family.level_of(family.score - taken))


def worse(stratification: Stratification, place: int, case: Case = "least") -> Edge | None:
    """The smallest worsenings that would give the family in ``place`` a worse level; ``None`` where it has the worst.

    What does not apply, and what never changes, cannot worsen; an open answer can turn out bad.
    """
    family = _Family(stratification, place, case)
    if family.level == HARMED:
        return None
    items, singles = [], []
    for j, level in enumerate(family.levels):
        counts_from, critical_from = family.counts_from[j], family.critical_from[j]
        if not family.applies[j]:
            continue
        if level < counts_from < critical_from and family.can_change(j, counts_from) != NEVER:
            is_slow = family.can_change(j, counts_from) == SLOWLY
            items.append(_Item(j, counts_from, counts_from - level, family.parts[j], is_slow))
        if critical_from <= WORST and family.can_change(j, critical_from) != NEVER:
            parts = family.parts[j] if level < counts_from <= critical_from else 0
            is_slow = family.can_change(j, critical_from) == SLOWLY
            singles.append(_Item(j, critical_from, critical_from - level, parts, is_slow))
    chosen = _smallest(items, family.needed(family.level + 1) - family.score, len(family.levels))
    without = None
    if chosen is not None:
        reached = family.level_of(family.score + sum(item.parts for item in chosen))
        without = family.flip_set({item.place: item.to_level for item in chosen}, reached)
        singles += chosen if len(chosen) == 1 else []
    if not singles:
        return Edge(without, without)
    single = min(singles, key=lambda item: (item.is_slow, item.steps, -item.parts, item.place))
    if chosen == [single]:
        return Edge(without, without)
    return Edge(family.flip_set({single.place: single.to_level}, HARMED), without)


def distance(
    stratification: Stratification, place: int, cut_off: Literal["at_risk", "harmed"], case: Case = "least"
) -> Fraction:
    """The family's score less the cut-off of the whole, exact: zero or more where it is reached."""
    count = stratification.least if case == "least" else stratification.most
    bound = getattr(stratification.level_rules.whole, cut_off)
    return Fraction(int(count.score[place]), stratification.weights.whole) - bound


def _smallest(items: list[_Item], needed: int, harms: int) -> list[_Item] | None:
    """The smallest of ``items`` whose parts sum to ``needed``, by the order told above; ``None`` where all are less."""
    further = sum(item.parts for item in items if item.is_further)
    heaviest = _heaviest(item for item in items if not item.is_further)
    fewest = next((number for number, parts in enumerate(heaviest) if parts + further >= needed), None)
    if fewest is None:
        return None
    kinds = {
        (is_further, is_slow): [item for item in items if (item.is_further, item.is_slow) == (is_further, is_slow)]
        for is_further in (False, True)
        for is_slow in (False, True)
    }
    tops = {kind: _heaviest(found) for kind, found in kinds.items()}
    tables = {kind: _best_by_steps(found, harms) for kind, found in kinds.items()}
    at_will = _best(tables[True, False])
    for slow in range(len(items) + 1):
        best: dict[int, int] = {}
        for new in range(min(slow, fewest) + 1):
            # So many new indicators that are slow, so many that go further slowly, the other new ones soon.
            numbers = {(False, False): fewest - new, (False, True): new, (True, True): slow - new}
            if any(number >= len(tops[kind]) for kind, number in numbers.items()):
                continue
            if sum(tops[kind][number] for kind, number in numbers.items()) + tops[True, False][-1] < needed:
                continue
            sums = at_will
            for kind, number in numbers.items():
                sums = _sums(sums, tables[kind][number])
            best = _best([best, sums])
        enough = [steps for steps, value in best.items() if value >> (2 * harms) >= needed]
        if enough:
            value = best[min(enough)]
            return [item for item in items if value & _bit(item, harms)]
    return None


def _bit(item: _Item, harms: int) -> int:
    """One bit for each place, the first of the catalogue highest; going further comes after all new indicators."""
    return 1 << (harms - 1 - item.place + (0 if item.is_further else harms))


def _heaviest(items: Iterable[_Item]) -> list[int]:
    """The greatest sum of parts that none, one, two … of ``items`` have."""
    return [0, *accumulate(sorted((item.parts for item in items), reverse=True))]


def _best_by_steps(items: list[_Item], harms: int) -> list[dict[int, int]]:
    """For none, one, two … of ``items``: the best value by the sum of their steps."""
    tables: list[dict[int, int]] = [{0: 0}, *({} for _ in items)]
    for steps in range(1, WORST + 1):
        values = sorted(item.parts << 2 * harms | _bit(item, harms) for item in items if item.steps == steps)
        sums = [0, *accumulate(reversed(values))]
        found: list[dict[int, int]] = [{} for _ in tables]
        for number, table in enumerate(tables):
            for more, value in enumerate(sums[: len(tables) - number]):
                found[number + more] = _best([found[number + more], _sums(table, {more * steps: value})])
        tables = found
    return tables


def _sums(left: Mapping[int, int], right: Mapping[int, int]) -> dict[int, int]:
    """The best value of one choice from each, by the sum of steps."""
    sums: dict[int, int] = {}
    for steps, value in left.items():
        for more, other in right.items():
            sums[steps + more] = max(sums.get(steps + more, 0), value + other)
    return sums


def _best(tables: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The best value by the sum of steps in any of ``tables``."""
    best: dict[int, int] = {}
    for table in tables:
        for steps, value in table.items():
            best[steps] = max(best.get(steps, 0), value)
    return best
