"""On which day each visit is made: the choice that keeps the helper's days and weeks level.

Every item has options, each a set of days; exactly one is taken.  The same model serves twice:
for the phase of a rhythm (an item is an activity, an option all its days for one first due day),
and for the days themselves (an item is a visit, an option one day).

First the worst is made as small as can be: visits left out, the peak of families visited on one day, visits moved from
where they stood, visits outside their tolerance.  With that held, the rest is levelled: ways (two visits to
one family on one day are one way), weeks, days, and distance from the due day.

CP-SAT works alone, with one seed and a limit counted in steps and not seconds: the same question has the same answer
on every machine.  A plan found by :mod:`hamyar.core.calendar.day_search` is its first hint, and its answer where the
limit comes too soon.
A long plan is solved some weeks at a time, with the rest as it stands, and its peak compared with the bound.
Where a former plan can stand as it is and nothing new has found a place, it stands, and nothing is solved.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hamyar.core.calendar.day_search import (
    DAY,
    DRIFT,
    PEAK,
    TRIP,
    WEEK,
    WEEK_PEAK,
    DaySearch,
    Item,
    Option,
    Room,
    comes_after,
    peak_of,
)

SEED = 1405
# Up to so many places of visits on days the whole is solved at once; a longer plan is solved in parts of so many days.
WHOLE = 1_200
PART_DAYS = 42
PART_EFFORT = 0.02


@dataclass
class _Model:
    """The variables and what they add up to."""

    model: Any
    takes: list[list[Any]]
    loads: dict[int, Any] = field(default_factory=dict)
    shared: list[Any] = field(default_factory=list)


@dataclass
class Chosen:
    """The option taken for each item, the peak and how far the solver got.

    ``spread_cost`` and ``spread_bound`` are -1 where the whole was not solved at once.
    """

    options: list[Option]
    peak: int
    spread_cost: int = -1
    spread_bound: int = -1


def choose(
    items: Sequence[Item],
    room: Room,
    after: Sequence[tuple[int, int]] = (),
    *,
    soft: bool = False,
    effort: float = 1.0,
) -> Chosen:
    """The best option for each item; ``after`` names pairs of items, the first of which comes after the second.

    ``effort`` multiplies the solver's limit of steps.
    With ``soft`` a plan too long to be solved at once may ask more of a day than it holds.
    """
    start = DaySearch(items, _as_level_as_it_stands(items, room), after, soft=soft).run()
    if not items:
        return Chosen([], peak_of(items, start, room), 0, 0)
    if _stands(items, start):
        return Chosen(start, peak_of(items, start, room))
    if sum(len(option.days) for item in items for option in item.options) <= WHOLE:
        return _solve(items, room, after, None if soft else start, effort)
    if soft:
        return Chosen(start, peak_of(items, start, room))
    return _in_parts(items, room, after, start, effort)


def _as_level_as_it_stands(items: Sequence[Item], room: Room) -> Room:
    """The search moves no visit of a former plan only to get below its peak; that is for the solver to weigh."""
    standing = [item for item in items if item.standing is not None]
    options = [item.standing for item in standing if item.standing is not None]
    return replace(room, least_peak=max(room.least_peak, peak_of(standing, options, room))) if standing else room


def _stands(items: Sequence[Item], options: Sequence[Option]) -> bool:
    """Whether a former plan holds as it is: nothing new has found a place, and no visit gains by moving."""
    return any(item.standing for item in items) and all(
        option is (item.options[-1] if item.standing is None else item.standing)
        for item, option in zip(items, options, strict=True)
    )


def _in_parts(
    items: Sequence[Item], room: Room, after: Sequence[tuple[int, int]], options: list[Option], effort: float
) -> Chosen:
    """In parts, and where a search over the whole then finds a lower peak, from there in parts again."""
    solved = _each_part(items, room, after, options, effort)
    searched = DaySearch(items, room, after).run(solved)
    if _worst(items, searched, room) < _worst(items, solved, room):
        solved = _each_part(items, room, after, searched, effort)
    return Chosen(solved, peak_of(items, solved, room))


def _worst(items: Sequence[Item], options: Sequence[Option], room: Room) -> int:
    return PEAK * peak_of(items, options, room) + sum(option.hard for option in options)


def _each_part(
    items: Sequence[Item], room: Room, after: Sequence[tuple[int, int]], options: Sequence[Option], effort: float
) -> list[Option]:
    """Weeks by weeks, with all the rest as it stands; then once more with the parts shifted by half."""
    options = list(options)
    home = [item.options[0].days[0] if item.options[0].days else 0 for item in items]
    for shift in (0, PART_DAYS // 2):
        for begin in range(-shift, len(room.minutes), PART_DAYS):
            part = [place for place, day in enumerate(home) if begin <= day < begin + PART_DAYS]
            if not part:
                continue
            places = {place: at for at, place in enumerate(part)}
            inside = [(places[one], places[two]) for one, two in after if one in places and two in places]
            narrowed = [_narrowed(items, options, after, place, places) for place in part]
            rest = _rest(items, options, room, places)
            solved = _solve(narrowed, rest, inside, [options[place] for place in part], PART_EFFORT * effort)
            for place, option in zip(part, solved.options, strict=True):
                options[place] = option
    return options


def _narrowed(
    items: Sequence[Item],
    options: Sequence[Option],
    after: Sequence[tuple[int, int]],
    place: int,
    places: Mapping[int, int],
) -> Item:
    """The item with those options alone that keep their order with what stands outside of the part."""
    kept = items[place].options
    for one, two in after:
        if one == place and two not in places:
            kept = tuple(option for option in kept if comes_after(option, options[two]))
        if two == place and one not in places:
            kept = tuple(option for option in kept if comes_after(options[one], option))
    return replace(items[place], options=kept)


def _rest(items: Sequence[Item], options: Sequence[Option], room: Room, places: Mapping[int, int]) -> Room:
    """What the days still hold beside everything outside of the part."""
    minutes, trips, there, joined = list(room.minutes), list(room.trips), set(room.there), set(room.joined)
    for place, (item, option) in enumerate(zip(items, options, strict=True)):
        if place not in places:
            for day in option.days:
                visit = (item.family, day)
                minutes[day] -= item.minutes + (0 if visit in joined else room.way[item.family])
                trips[day] += visit not in there
                there.add(visit)
                joined.add(visit)
    peak = max(room.least_peak, *trips)
    return replace(
        room, minutes=minutes, trips=trips, there=frozenset(there), joined=frozenset(joined), least_peak=peak
    )


def _solve(
    items: Sequence[Item], room: Room, after: Sequence[tuple[int, int]], start: "list[Option] | None", effort: float
) -> Chosen:
    """CP-SAT, the worst first and then the levelling; ``start`` is its hint, and its answer if it finds none."""
    from ortools.sat.python import cp_model

    start = start or DaySearch(items, room, after).run()
    built = _build(cp_model.CpModel(), items, room, after)
    model = built.model
    highest = peak_of(items, start, room)
    lowest = max(min(room.least_peak, highest), *room.trips)
    peak = model.new_int_var(lowest, highest + len(items), "")
    for load in built.loads.values():
        model.add(load <= peak)
    hard = sum(
        option.hard * take
        for item, of in zip(items, built.takes, strict=True)
        for option, take in zip(item.options, of, strict=True)
        if option.hard
    )
    worst = PEAK * peak + hard

    def worst_of(options: Sequence[Option]) -> int:
        return PEAK * max(lowest, peak_of(items, options, room)) + sum(option.hard for option in options)

    chosen = start
    if worst_of(start) > PEAK * lowest + sum(min(option.hard for option in item.options) for item in items):
        model.minimize(worst)
        chosen, _ = _run(cp_model, built, items, start, 2.0 * effort)
    reached = worst_of(chosen)
    model.add(worst <= reached)
    model.minimize(_spread(built, items, room, peak_of(items, chosen, room)))
    chosen, solver = _run(cp_model, built, items, chosen, effort)
    cost, bound = (round(solver.objective_value), round(solver.best_objective_bound)) if solver else (-1, -1)
    return Chosen(chosen, peak_of(items, chosen, room), cost, min(cost, bound))


def _run(
    cp_model: Any, built: "_Model", items: Sequence[Item], start: list[Option], steps: float
) -> tuple[list[Option], Any]:
    """The solver's options and the solver, or ``start`` and nothing where it found none in its steps."""
    _hint(built, items, start)
    solver = _solver(cp_model, steps)
    if solver.solve(built.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return start, None
    return [item.options[_taken(solver, of)] for item, of in zip(items, built.takes, strict=True)], solver


def _solver(cp_model: Any, steps: float) -> Any:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = steps
    return solver


def _taken(solver: Any, takes: Sequence[Any]) -> int:
    return next(place for place, take in enumerate(takes) if solver.boolean_value(take))


def _hint(built: _Model, items: Sequence[Item], options: Sequence[Option]) -> None:
    built.model.clear_hints()
    for item, takes, chosen in zip(items, built.takes, options, strict=True):
        for option, take in zip(item.options, takes, strict=True):
            built.model.add_hint(take, option is chosen)


def _build(model: Any, items: Sequence[Item], room: Room, after: Sequence[tuple[int, int]]) -> _Model:
    built = _Model(model, [[model.new_bool_var("") for _ in item.options] for item in items])
    by_family: dict[tuple[str, int], dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    minutes: dict[int, list[Any]] = defaultdict(list)
    trips: dict[int, list[Any]] = defaultdict(list)
    for place, (item, takes) in enumerate(zip(items, built.takes, strict=True)):
        model.add_exactly_one(takes)
        for option, take in zip(item.options, takes, strict=True):
            for day in option.days:
                by_family[item.family, day][place].append(take)
                minutes[day].append(item.minutes * take)
    for (family, day), literals in by_family.items():
        if len(literals) == 1:
            trip = sum(next(iter(literals.values())))
        else:
            trip = model.new_bool_var("")
            built.shared.append(trip)
            for takes in literals.values():
                model.add(sum(takes) <= trip)
        if (family, day) not in room.joined:
            minutes[day].append(room.way[family] * trip)
        if (family, day) not in room.there:
            trips[day].append(trip)
    for day, terms in minutes.items():
        model.add(sum(terms) <= room.minutes[day] + room.least_way)
    built.loads = {day: room.trips[day] + sum(terms) for day, terms in trips.items()}
    for later, earlier in after:
        for option, take in zip(items[later].options, built.takes[later], strict=True):
            against = [
                other_take
                for other, other_take in zip(items[earlier].options, built.takes[earlier], strict=True)
                if not comes_after(option, other)
            ]
            if against:
                model.add(take + sum(against) <= 1)
    return built


def _spread(built: _Model, items: Sequence[Item], room: Room, peak: int) -> Any:
    """Ways, weeks, days and distances as one sum to be made small."""
    model = built.model
    drift = [
        DRIFT * option.drift * take
        for item, takes in zip(items, built.takes, strict=True)
        for option, take in zip(item.options, takes, strict=True)
        if option.drift
    ]
    total = sum(len(item.options[0].days) for item in items) + sum(room.trips)
    usual = total // max(1, sum(minutes > 0 for minutes in room.minutes))
    cost: list[Any] = drift
    for load in built.loads.values():
        above = [model.new_bool_var("") for _ in range(usual, peak)]
        if above:
            model.add(load <= usual + sum(above))
            cost += [DAY * (step + 1) * more for step, more in enumerate(above)]
    weeks: dict[int, list[Any]] = defaultdict(list)
    for day, load in built.loads.items():
        weeks[room.week[day]].append(load)
    if weeks:
        usual_week = total // len(weeks)
        highest = model.new_int_var(0, usual_week + total, "")
        for loads in weeks.values():
            more = model.new_int_var(0, usual_week + total, "")
            model.add(sum(loads) <= usual_week + more)
            model.add(more <= highest)
            cost.append(WEEK * more)
        cost.append(WEEK_PEAK * highest)
    return sum(cost) + TRIP * sum(built.shared)
