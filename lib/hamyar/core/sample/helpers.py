"""Synthetic helpers: who they are, when they work, what they learned; and their names, kept apart.

There is one helper for about nine harmed families, and beside them a trainee who lacks the first 40 hours and so
carries none.  The first helper is a woman who speaks every language of the sample, works in every area and has the
most hours, so that a wish of a family never leaves a small sample without a plan; the others are as they come.
Each helper is drawn by number from streams of the helpers' own: no family changes, and neither does a helper
when another joins.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamyar.core.jalali import FRIDAY, Month, day_of, gregorian, is_workday, weekday
from hamyar.core.sample.draws import ALPHABET, BLOCK, Draws, opaque_codes
from hamyar.core.sample.names import draw_single_names, phones
from hamyar.core.sample.work_words import TOPICS_BEFORE, TOPICS_IN_SERVICE, TRAINING_MISSED
from hamyar.core.tables import (
    HELPER_HOURS,
    HELPER_LEAVE,
    HELPER_TRAVEL,
    HELPERS,
    IDENTITIES,
    TRAININGS,
    conform,
)

# Streams of the sample's own work of help begin here, far from those of families and months.
HELPER_STREAM, HELPER_NAME_STREAM = 1_000, 1_001
LANGUAGES = ("fa", "az", "ku")
FAMILIES_OF_A_HELPER = 9
# The trainee has the last place of the block, so that the number of helpers changes nothing.
_TRAINEE = BLOCK - 1
_CODE_LENGTH = 4
_TRAINEE_CODE = len(ALPHABET) ** _CODE_LENGTH - 1
# Telephones of helpers are numbered far above those of the families, and codes of trainings above those of helpers.
_PHONES_FROM, _TRAININGS_FROM = 9_000_000, 100_000
# In the order of their numbers, again and again: six of ten are women.
_WOMEN_OF_FIVE = np.array([True, False, True, True, False])
_WHOLE_BLOCK = slice(0, BLOCK)
_WORKDAYS = FRIDAY
_MOST_DAYS, _MOST_HOURS, _LEAST_HOURS_A_WEEK = 5, 6, 18
_MORNING = 540
_BEGINS = (480, 510, _MORNING, 600, 840)
_BEFORE_MINUTES, _IN_SERVICE_MINUTES = 480, 240
_COHORT = 6
# Months of the year of help, from 0, in which a training is held for all; the days are the tenth or the next open one.
_TRAINING_MONTHS = (1, 3, 6, 8, 10)


@dataclass(frozen=True)
class Time:
    """The year of help begins with ``first``; what lies after the last day of ``last`` is still to come.

    In the periods ``closed`` (Jalali days, both included) nobody is invited, as on Fridays and holidays.
    """

    first: Month
    last: Month
    closed: Sequence[tuple[int, int]] = ()

    @property
    def first_day(self) -> int:
        return self.first.code * 100 + 1

    @property
    def last_day(self) -> int:
        return self.last.code * 100 + self.last.days

    def open_from(self, date: dt.date, step: int = 1) -> int:
        """``date`` as a Jalali day, or the first after it (before it, with ``step`` -1) on which people are invited."""
        while not is_workday(date) or any(first <= day_of(date) <= last for first, last in self.closed):
            date += dt.timedelta(step)
        return day_of(date)

    def in_month(self, months: int, day: int) -> int:
        """Day ``day`` of the month ``months`` after the first, or the next open one."""
        return self.open_from(gregorian((self.first + months).code * 100 + day))

    def past(self, share: float) -> int:
        """The open day at ``share`` (from 0 to 1) of the time from the first day to the last, and within it."""
        passed = (self.last.last_day - self.first.first_day).days
        date = self.first.first_day + dt.timedelta(int(passed * share))
        return self.open_from(date, 1 if share < 0.5 else -1)

    def coming(self, days: int) -> int:
        """The open day ``days`` after the last day, or the next one."""
        return self.open_from(self.last.last_day + dt.timedelta(days))


@dataclass(frozen=True)
class Minutes:
    """How long a helper learns before the first family, and in service."""

    before: int = 2_400
    in_service: int = 2_400


def helper_codes(count: int, seed: int) -> list[str]:
    """The codes of the first ``count`` helpers; those who visited the first families are among them."""
    return [str(code) for code in opaque_codes(np.arange(count), seed, "H-", _CODE_LENGTH)]


def trainee_code(seed: int) -> str:
    return str(opaque_codes(np.array([_TRAINEE_CODE]), seed, "H-", _CODE_LENGTH)[0])


def helper_frames(
    count: int, areas: Sequence[str], skills: Sequence[str], time: Time, seed: int, minutes: Minutes | None = None
) -> dict[str, pd.DataFrame]:
    """The tables of ``count`` helpers and one trainee: ``helpers`` and all that belongs to them.

    ``areas`` are the centre's, ``skills`` the programmes that a helper can do.
    """
    drawn = _Drawn(seed)
    people = [_Person(number, code, drawn) for number, code in enumerate(helper_codes(count, seed))]
    people.append(_Person(_TRAINEE, trainee_code(seed), drawn))
    length = minutes or Minutes()
    frames = {
        HELPERS: [_helper(person, areas, skills, time) for person in people],
        HELPER_HOURS: [row for person in people for row in _hours(person)],
        HELPER_LEAVE: [_leave(person, time) for person in people if not person.is_trainee],
        HELPER_TRAVEL: [row for person in people for row in _travel(person, areas)],
        TRAININGS: [row for person in people for row in _trainings(person, time, length, seed)],
    }
    return {table.name: conform(table, pd.DataFrame(rows)) for table, rows in frames.items()}


def helper_identities(helpers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """IDENTITIES of a sample's ``helpers``: a name and a telephone for each."""
    places = np.arange(BLOCK)
    names = draw_single_names(Draws((seed, HELPER_NAME_STREAM, 0), _WHOLE_BLOCK), _is_woman(places))
    numbers = phones(places + _PHONES_FROM)
    ids = helpers["helper_id"].tolist()
    own = [_TRAINEE if code == trainee_code(seed) else place for place, code in enumerate(ids)]
    rows = {
        "owner_id": ids * 2,
        "field": ["name"] * len(ids) + ["phone"] * len(ids),
        "value": [*names[own].tolist(), *numbers[own].tolist()],
    }
    return conform(IDENTITIES, pd.DataFrame(rows))


def _is_woman(numbers: np.ndarray) -> np.ndarray:
    return _WOMEN_OF_FIVE[numbers % len(_WOMEN_OF_FIVE)]


class _Drawn:
    """The random columns of all helpers, drawn in one order."""

    def __init__(self, seed: int) -> None:
        draws = Draws((seed, HELPER_STREAM, 0), _WHOLE_BLOCK)
        self.days = draws.whole(3, _MOST_DAYS)
        self.hours = draws.whole(3, _MOST_HOURS)
        self.begin = draws.pick((0.2, 0.2, 0.3, 0.15, 0.15))
        self.weekdays = draws.uniform(columns=_WORKDAYS).argsort(axis=1)
        self.area = draws.uniform(columns=3)
        self.way = draws.uniform(columns=64)
        self.skill = draws.uniform(columns=64)
        self.skills = draws.whole(4, 8)
        self.leave = draws.uniform(columns=2)
        self.joined = draws.uniform(columns=2)
        self.learned = draws.whole(2, 4)


@dataclass(frozen=True)
class _Person:
    number: int
    code: str
    drawn: _Drawn

    @property
    def is_woman(self) -> bool:
        return bool(_is_woman(np.array([self.number]))[0])

    @property
    def is_trainee(self) -> bool:
        return self.number == _TRAINEE

    @property
    def is_first(self) -> bool:
        return self.number == 0

    @property
    def cohort(self) -> int:
        """Helpers who learned together; the trainee, who is far behind them in number, learns with none of them."""
        return self.number // _COHORT

    def areas(self, areas: Sequence[str]) -> list[str]:
        """Every third helper begins with the next area, so that none is without."""
        if self.is_first or self.is_trainee:
            return list(areas)
        begin, luck = self.number * 3, self.drawn.area[self.number]
        count = min(len(areas), 2 + int(luck[0] * 3))
        return sorted({areas[(begin + step) % len(areas)] for step in range(count)})

    def joined(self, time: Time) -> dt.date:
        """A cohort began together, one to four years before the year of help; the trainee a month ago."""
        if self.is_trainee:
            return time.last.last_day - dt.timedelta(30)
        luck = self.drawn.joined[self.cohort * _COHORT]
        return (time.first + -(14 + int(luck[0] * 36))).first_day + dt.timedelta(int(luck[1] * 28))


def _helper(person: _Person, areas: Sequence[str], skills: Sequence[str], time: Time) -> dict[str, object]:
    number, drawn = person.number, person.drawn
    languages = [
        name for place, name in enumerate(LANGUAGES) if place == 0 or person.is_first or number % (2 + place) == place
    ]
    order = drawn.skill[number][: len(skills)].argsort()[: drawn.skills[number]]
    return {
        "helper_id": person.code,
        "sex": "female" if person.is_woman else "male",
        "languages": " ".join(languages),
        "skills": " ".join(skills[place] for place in sorted(order)) or None,
        "areas": ";".join(person.areas(areas)),
        "from_day": day_of(person.joined(time)),
        "until_day": None,
        "source": "institution",
    }


def _hours(person: _Person) -> Iterator[dict[str, object]]:
    drawn, number = person.drawn, person.number
    days, hours = int(drawn.days[number]), int(drawn.hours[number])
    if person.is_first:
        days, hours = _MOST_DAYS, _MOST_HOURS
    elif not person.is_trainee:
        hours = max(hours, -(-_LEAST_HOURS_A_WEEK // days))
    for day in sorted(drawn.weekdays[number][:days].tolist()):
        begin = _MORNING if person.is_first else _BEGINS[drawn.begin[number]]
        yield {"helper_id": person.code, "weekday": day, "start_minute": begin, "minutes": 60 * hours}


def _leave(person: _Person, time: Time) -> dict[str, object]:
    """One to two weeks, once in the year."""
    luck = person.drawn.leave[person.number]
    first = time.first.first_day + dt.timedelta(20 + int(luck[0] * 300))
    days = 6 + int(luck[1] * 8)
    return {
        "helper_id": person.code,
        "first_day": day_of(first),
        "last_day": day_of(first + dt.timedelta(days - 1)),
    }


def _travel(person: _Person, areas: Sequence[str]) -> Iterator[dict[str, object]]:
    """Near in the helper's own areas, farther in the others."""
    own = set(person.areas(areas))
    for area, luck in zip(areas, person.drawn.way[person.number], strict=False):
        minutes = 5 + 5 * int(luck * 3) if area in own and not person.is_first else 15 + 5 * int(luck * 6)
        yield {"helper_id": person.code, "area": area, "minutes": minutes}


def _trainings(person: _Person, time: Time, length: Minutes, seed: int) -> Iterator[dict[str, object]]:
    """The first 40 hours, once; of the hours in service some were held, and the rest of the year's are planned."""
    for place in range(-(-length.before // _BEFORE_MINUTES)):
        minutes = min(_BEFORE_MINUTES, length.before - place * _BEFORE_MINUTES)
        day = time.open_from(person.joined(time) + dt.timedelta(3 + 10 * place))
        number = (person.cohort + 1) * 100 + place
        topic = TOPICS_BEFORE[place % len(TOPICS_BEFORE)]
        yield _training(person, number, topic, "before_first_family", day, minutes, time, seed)
    if person.is_trainee:
        return
    earlier = int(person.drawn.learned[person.cohort * _COHORT])
    days = [time.open_from(person.joined(time) + dt.timedelta(120 + 60 * place)) for place in range(earlier)]
    days += [time.in_month(months, 10) for months in _TRAINING_MONTHS]
    for place, day in enumerate(days[: -(-length.in_service // _IN_SERVICE_MINUTES)]):
        # Earlier ones were the cohort's own; those of the year are for all, whoever learned how much before.
        number = (person.cohort + 1) * 100 + 50 + place if place < earlier else place - earlier
        topic = TOPICS_IN_SERVICE[(place - earlier) % len(TOPICS_IN_SERVICE)]
        yield _training(person, number, topic, "in_service", day, _IN_SERVICE_MINUTES, time, seed)


def _training(
    person: _Person, number: int, topic: str, part: str, day: int, minutes: int, time: Time, seed: int
) -> dict[str, object]:
    is_missed = part == "in_service" and person.number % 4 == 3 and number == 1 and day <= time.last_day
    return {
        "helper_id": person.code,
        "training_id": str(opaque_codes(np.array([_TRAININGS_FROM + number]), seed, "T-", _CODE_LENGTH)[0]),
        "topic": topic,
        "part": part,
        "way": "virtual" if number % 2 else "in_person",
        "day": day,
        "start_minute": 540 if weekday(gregorian(day)) < FRIDAY - 1 else 600,
        "minutes": minutes,
        "state": "cancelled" if is_missed else "done" if day <= time.last_day else "planned",
        "reason": TRAINING_MISSED if is_missed else None,
    }
