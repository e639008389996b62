"""A good choice of days in an instant: each item in turn takes its best option, until none gains by another.

It knows what :mod:`hamyar.core.calendar.day_choice` knows, and is where the solver starts.
Its steps are marginal: a day's next family costs more the more are there, and much more above the least possible peak.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

# What is worth what.  One day's peak less is worth two moved visits.
LEFT_OUT, PEAK, MOVED, OUTSIDE = 1_000, 20, 10, 1
TRIP, WEEK_PEAK, WEEK, DAY, DRIFT = 20, 10, 3, 6, 1
IMPOSSIBLE = 10**9
# How often the search goes over all items at most.
ROUNDS = 6


@dataclass(frozen=True)
class Option:
    """``days`` are places on the agenda; the rest counts what the option costs."""

    days: tuple[int, ...]
    left_out: int = 0
    moved: int = 0
    outside: int = 0
    drift: int = 0

    @property
    def hard(self) -> int:
        return LEFT_OUT * self.left_out + MOVED * self.moved + OUTSIDE * self.outside


@dataclass(frozen=True)
class Item:
    """Something of ``minutes`` for one family.  The last option leaves it out and always holds.

    ``standing`` is the one of a former plan, where it can stay.
    """

    family: str
    minutes: int
    options: tuple[Option, ...]
    standing: "Option | None" = None


@dataclass(frozen=True)
class Room:
    """What the days hold.

    ``minutes`` free, ``trips`` already made to families and ``week``, by day; ``way`` the longest from each family;
    ``there`` the families that are visited on a day in any case, ``joined`` those whose way is counted already;
    ``least_peak`` no plan can be below.
    """

    minutes: Sequence[int]
    trips: Sequence[int]
    week: Sequence[int]
    way: dict[str, int]
    least_peak: int
    there: frozenset[tuple[str, int]] = frozenset()
    joined: frozenset[tuple[str, int]] = frozenset()

    @property
    def least_way(self) -> int:
        """A day with n families has n - 1 ways between them, so one way is saved."""
        return min(self.way.values(), default=0)


@dataclass
class Chosen:
    """The option taken for each item, the peak and how far the solver got."""

    options: list[Option]
    peak: int
    spread_cost: int = 0
    spread_bound: int = 0
    proven: bool = False


def comes_after(option: Option, other: Option) -> bool:
    """Whether all of ``option`` lies after all of ``other``, where both have a day."""
    return not option.days or not other.days or min(option.days) > max(other.days)


def peak_of(items: Sequence[Item], options: Sequence[Option], room: Room) -> int:
    """The most families visited on one day."""
    trips = list(room.trips)
    for family, day in {(item.family, day) for item, option in zip(items, options, strict=True) for day in option.days}:
        trips[day] += (family, day) not in room.there
    return max(trips, default=0)


class DaySearch:
    """A choice being improved.  ``soft``: a day without room costs as a visit left out, and is taken all the same."""

    def __init__(
        self, items: Sequence[Item], room: Room, after: Sequence[tuple[int, int]] = (), *, soft: bool = False
    ) -> None:
        self.items, self.room, self.soft = items, room, soft
        self.free, self.trips = list(room.minutes), list(room.trips)
        self.weeks = Counter[int]()
        for day, trips in enumerate(room.trips):
            self.weeks[room.week[day]] += trips
        self.visits = Counter[tuple[str, int]]()
        self.usual_week = sum(len(item.options[0].days) for item in items) // max(1, len(set(room.week)))
        self.before: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for later, earlier in after:
            self.before[later].append((earlier, True))
            self.before[earlier].append((later, False))
        self.chosen: dict[int, Option] = {}

    def run(self, start: "Sequence[Option] | None" = None) -> list[Option]:
        """The option of each item, from ``start`` on; without it, what stands somewhere begins there."""
        begun = [item.standing for item in self.items] if start is None else start
        for place, option in enumerate(begun):
            if option is not None:
                self.chosen[place] = option
                self._count(place, option, 1)
        for _ in range(ROUNDS):
            is_better = False
            for place in range(len(self.items)):
                old = self.chosen.pop(place, None)
                if old is not None:
                    self._count(place, old, -1)
                best = self._best(place, old)
                self.chosen[place] = best
                self._count(place, best, 1)
                is_better |= best is not old
            if not is_better:
                break
        return [self.chosen[place] for place in range(len(self.items))]

    def _best(self, place: int, old: "Option | None") -> Option:
        costs = [
            (self._cost(place, option), option is not old, at) for at, option in enumerate(self.items[place].options)
        ]
        return self.items[place].options[min(costs)[2]]

    def _need(self, place: int, day: int) -> int:
        item = self.items[place]
        is_there = self.visits[item.family, day] > 0 or (item.family, day) in self.room.joined
        return item.minutes + (0 if is_there else self.room.way[item.family])

    def _cost(self, place: int, option: Option) -> int:
        item, room = self.items[place], self.room
        cost = PEAK * option.hard + DRIFT * option.drift
        for other, is_later in self.before[place]:
            against = self.chosen.get(other)
            if against is not None and not (comes_after(option, against) if is_later else comes_after(against, option)):
                cost += IMPOSSIBLE
        for day in option.days:
            if self._need(place, day) > self.free[day] + room.least_way:
                cost += PEAK * LEFT_OUT if self.soft else IMPOSSIBLE
            if not self.visits[item.family, day] and (item.family, day) not in room.there:
                trips, week = self.trips[day], room.week[day]
                cost += TRIP + DAY * (2 * trips + 1) + WEEK * max(0, self.weeks[week] + 1 - self.usual_week)
                cost += PEAK * PEAK * max(0, trips + 1 - room.least_peak)
        return cost

    def _count(self, place: int, option: Option, sign: int) -> None:
        family = self.items[place].family
        for day in option.days:
            if sign < 0:
                self.visits[family, day] -= 1
            self.free[day] -= sign * self._need(place, day)
            if not self.visits[family, day] and (family, day) not in self.room.there:
                self.trips[day] += sign
                self.weeks[self.room.week[day]] += sign
            if sign > 0:
                self.visits[family, day] += 1
