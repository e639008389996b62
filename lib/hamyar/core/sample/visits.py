"""Visits to synthetic families: what the helper found of each indicator, and what was eaten that week.

A family is visited near the end of the run and about every twelve months before, the first time as the run begins;
so its levels can be compared.  Four families of a dozen were visited twice within ten days by two helpers, who mostly
agree; on one or two indicators, where much is left to the eye, they hardly do.  The later of the two is the one
that the sample's bands (:mod:`hamyar.core.sample.dealing`) are dealt for.

Whether a helper asks of a member follows what is recorded: where an age is open, the helper sees who it is
and notes ``does_not_apply``.  A family is always drawn with its whole block, because bands are dealt by comparison.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hamyar.core.jalali import FRIDAY, Month, gregorian, weekday
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.sample.budgets import Economies, Record
from hamyar.core.sample.concerns import concerned
from hamyar.core.sample.dealing import (
    UNDETERMINED,
    Dealt,
    Hidden,
    Traits,
    deal_bands,
    deal_levels,
    draw_hidden,
    earlier_bands,
)
from hamyar.core.sample.draws import Draws
from hamyar.core.sample.food import draw_weeks
from hamyar.core.sample.households import PLACES, Ages, Households
from hamyar.core.sample.measured import FOOD_MEASURES, Facts, measured_levels
from hamyar.core.sample.reasons import REFUSALS, reason_places
from hamyar.core.sample.schooling import Schooling
from hamyar.core.tables import ANSWERS

NO_ROW = -1
FAMILY = -1
_NOT_ASKED, _NOT_KNOWN, _DOES_NOT_APPLY = (ANSWERS.index(a) for a in ("not_asked", "not_known", "does_not_apply"))
_WORST = 3
_REASON_FROM = 2
# Between one visit and the next; a shorter run than the second figure has one visit.
_MONTHS_BETWEEN, _LEAST_MONTHS_BETWEEN = 12, 6
_TWICE_OF_DOZEN = 4
# Visiting days (six a week) between two helpers' visits: eight are nine or ten days of the calendar.
_DAYS_APART = 8
_SLIP, _POOR_AGREEMENT = 0.04, 0.9
_POOR_WEIGHTS = (0.42, 0.3, 0.18, 0.1)
# Left to the eye: on the first two of these that are observed, helpers hardly agree.
_LEFT_TO_THE_EYE = ("hope_and_self_esteem", "family_communication", "parenting")
_NOT_VISITED = 0.15
_DRIFT = 0.3
FAMILIES_OF_A_HELPER = 8
# In the order of SOURCES: most is told by the family or seen by the helper.
SOURCE_WEIGHTS = (0.05, 0.06, 0.04, 0.07, 0.5, 0.28)


@dataclass(frozen=True)
class Questions:
    """What a helper asks: one column for each observed indicator and, where it asks of members, each place."""

    traits: Traits
    indicator: np.ndarray
    place: np.ndarray
    reasons: np.ndarray
    is_poorly_agreed: np.ndarray
    since: np.ndarray
    until: np.ndarray

    @classmethod
    def of(cls, indicators: IndicatorSet) -> "Questions":
        asked = [
            (number, place)
            for number, indicator in enumerate(indicators.indicators)
            if indicator.computed is None
            for place in (range(PLACES) if indicator.scope == "member" else (FAMILY,))
        ]
        number, place = np.array(asked, dtype=np.int16).reshape(-1, 2).T
        vague = [indicators.codes.index(code) for code in _left_to_the_eye(indicators)]
        since, until = ([getattr(found, end) for found in indicators.indicators] for end in ("since", "until"))
        return cls(
            *(Traits(indicators), number, place, reason_places(indicators), np.isin(number, vague)),
            *(np.array(since, dtype=np.int32)[number], np.array(until, dtype=np.int32)[number]),
        )


def _left_to_the_eye(indicators: IndicatorSet) -> list[str]:
    seen = [
        harm.code
        for harm in indicators.harms
        if harm.indicator.computed is None and harm.indicator.critical_from is None and harm.indicator.scope == "family"
    ]
    return [code for code in _LEFT_TO_THE_EYE if code in seen][:2] or seen[-2:]


@dataclass(frozen=True)
class Visit:
    """One visit to each of n families by one helper; ``answers`` (n × questions) are places in ANSWERS or ``NO_ROW``.

    ``food`` holds days eaten and coped (n × 13) where ``has_food``.
    """

    answers: np.ndarray
    reasons: np.ndarray
    sources: np.ndarray
    days: np.ndarray
    helpers: np.ndarray
    food: np.ndarray
    has_food: np.ndarray
    food_sources: np.ndarray


@dataclass(frozen=True)
class Visited:
    """A whole block of families; ``record`` gives a month's records and ``draws`` the numbers of a stream."""

    numbers: np.ndarray
    households: Households
    economies: Economies
    schooling: Schooling
    span: tuple[Month, ...]
    record: Callable[[Month], Record]
    draws: Callable[[int], Draws]


def visit_months(span: Sequence[Month]) -> list[Month]:
    """The months of the run that end a round of visits, the last first."""
    rounds = [span[-1]]
    while earlier := [month for month in span if rounds[-1].ordinal - month.ordinal >= _MONTHS_BETWEEN]:
        rounds.append(earlier[-1])
    if rounds[-1].ordinal - span[0].ordinal >= _LEAST_MONTHS_BETWEEN:
        rounds.append(span[0])
    return rounds


def draw_visits(block: Visited, questions: Questions) -> list[Visit]:
    """All visits to a block, the earliest first; round number r counts from the last, and draws from its own stream."""
    traits = questions.traits
    hidden = draw_hidden(block.draws(0), traits, block.households, block.economies)
    months = visit_months(block.span)
    visits: list[Visit] = []
    bands: np.ndarray | None = None
    for number, month in enumerate(months):
        draws = block.draws(1 + number)
        ages = block.households.ages_in(month, block.span[0])
        facts = Facts(block.households, ages, block.schooling, block.record(month))
        applies, whom = _applying(questions, block.households, ages)
        given, unclear = _before_the_visit(traits, hidden, applies, facts)
        bands = deal_bands(draws, given, unclear, hidden) if bands is None else earlier_bands(draws, bands)
        drift = _DRIFT * number
        dealt = deal_levels(draws, traits, hidden, bands, applies=applies, given=given, unclear=unclear, drift=drift)
        has_recent = number + 1 < len(months) and month.ordinal - months[number + 1].ordinal < _MONTHS_BETWEEN
        state = _Round(month, number, has_recent, bands, dealt, applies, whom)
        visits[:0] = _round(block, draws, questions, hidden, state)
    return visits


# For each indicator the members it concerns, in truth and perhaps by the record.
_Whom = dict[int, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class _Round:
    """What is true when a round of visits begins; ``has_recent`` where answers of the round before it still count."""

    month: Month
    number: int
    has_recent: bool
    bands: np.ndarray
    dealt: Dealt
    applies: np.ndarray
    whom: _Whom


def _applying(questions: Questions, households: Households, ages: Ages) -> tuple[np.ndarray, _Whom]:
    """Which indicators apply to which family; and for those observed, which members, in truth and by the record."""
    columns, whom = [], {}
    for number, indicator in enumerate(questions.traits.indicators.indicators):
        true, possible, _ = concerned(indicator, households, ages)
        whom[number] = true, possible
        columns.append(true.any(axis=1))
    return np.column_stack(columns), whom


def _before_the_visit(
    traits: Traits, hidden: Hidden, applies: np.ndarray, facts: Facts
) -> tuple[np.ndarray, np.ndarray]:
    """The score that computed and lasting harms make, and how much of it is open."""
    least, most = measured_levels(traits.indicators, facts)
    counts, can_count = least >= traits.counts_from, most >= traits.counts_from
    weight = np.where(traits.is_dealt, 0.0, traits.weight)
    critical = (least >= traits.critical_from).any(axis=1)
    given = counts @ weight + (hidden.is_lasting & applies) @ traits.weight + critical
    return given, (can_count & ~counts) @ weight


def _round(block: Visited, draws: Draws, questions: Questions, hidden: Hidden, state: _Round) -> list[Visit]:
    """The visits of one round: in the last one some families are seen by a second helper, before the first."""
    is_last = state.number == 0
    answers = _answers(draws, questions, hidden, state)
    is_missed = (state.bands == UNDETERMINED) & draws.chance(_NOT_VISITED) & is_last & (not state.has_recent)
    answers[is_missed] = NO_ROW
    calendar, first = _calendar(state.month)
    # Nobody was visited before the centre knew the family.
    has_just_joined = (block.households.joined_before == 0) & (state.month == block.span[0])
    starts = np.where(has_just_joined, first, 0) + _DAYS_APART
    at = starts + np.floor(draws.uniform() * (len(calendar) - starts)).astype(np.int64)
    # Some had another helper the year before.
    helper = (block.numbers - 1) // FAMILIES_OF_A_HELPER + 3 * (draws.chance(0.3) & (not is_last))
    food = draw_weeks(draws, *(_food_state(questions.traits, state.dealt, hidden, name) for name in FOOD_MEASURES))
    sources = draws.pick(SOURCE_WEIGHTS).astype(np.int8)
    main = _visit(draws, questions, answers, calendar[at], helper, food, ~is_missed, sources)
    if not is_last:
        return [main]
    is_twice = (draws.dozen() < _TWICE_OF_DOZEN) & ~is_missed
    seen = _second_opinion(draws, questions, answers)
    seen[~is_twice] = NO_ROW
    days = calendar[at - draws.whole(1, _DAYS_APART)]
    return [_visit(draws, questions, seen, days, helper + 1, food, np.zeros_like(is_missed), sources), main]


def _visit(
    draws: Draws,
    questions: Questions,
    answers: np.ndarray,
    days: np.ndarray,
    helpers: np.ndarray,
    food: np.ndarray,
    has_food: np.ndarray,
    food_sources: np.ndarray,
) -> Visit:
    # What the catalogue did not ask yet, or no more, on the day of the visit.
    day = days[:, None]
    answers = np.where((day >= questions.since) & (day <= questions.until), answers, np.int8(NO_ROW))
    sources = draws.pick(SOURCE_WEIGHTS, answers.shape[1]).astype(np.int8)
    reasons = _reasons(draws, questions, answers)
    return Visit(answers, reasons, sources, days, helpers, food, has_food, food_sources)


def _answers(draws: Draws, questions: Questions, hidden: Hidden, state: _Round) -> np.ndarray:
    """What the helper writes down.  "Not asked" would leave an answer that still counts in its place."""
    dealt, applies, whom = state.dealt, state.applies, state.whom
    count = len(questions.traits.weight)
    is_refused = (draws.uniform(columns=count) < 0.45) | state.has_recent
    is_noted = draws.uniform(columns=count) < 0.5
    lapse = draws.uniform(columns=count)
    side = draws.uniform(columns=len(questions.place)) < 0.1
    traits = questions.traits
    # Strengths nobody thought of asking for leave no row; some nobody was sure of.
    forgotten, unsure = ~traits.is_harm & (lapse < 0.01), ~traits.is_harm & (lapse > 0.97)
    gap = np.where(is_refused, _NOT_KNOWN, _NOT_ASKED)
    level = np.where(dealt.is_open, gap, np.where(unsure, _NOT_KNOWN, dealt.levels))
    level = np.where(applies & forgotten, NO_ROW, level)
    fine = np.minimum(traits.counts_from, traits.critical_from) - 1

    answers = np.full((len(applies), len(questions.place)), NO_ROW, dtype=np.int8)
    chosen: dict[int, np.ndarray] = {}
    for column, (number, place) in enumerate(zip(questions.indicator.tolist(), questions.place.tolist(), strict=True)):
        true, possible = whom[number]
        if place == FAMILY:
            absent = np.where(possible.any(axis=1) | is_noted[:, number], _DOES_NOT_APPLY, NO_ROW)
            answers[:, column] = np.where(applies[:, number], level[:, number], absent)
            continue
        if number not in chosen:
            chosen[number] = _one_of(true, hidden.whom[:, number])
        others = np.minimum(side[:, column] & (dealt.levels[:, number] >= _REASON_FROM), fine[number])
        of_member = np.where(chosen[number] == place, level[:, number], others)
        outside = np.where(possible[:, place], _DOES_NOT_APPLY, NO_ROW)
        answers[:, column] = np.where(true[:, place], of_member, outside)
    return answers


def _one_of(members: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """The place of one of the members of each family; -2 where there is none."""
    rank = np.floor(luck * members.sum(axis=1)).astype(np.int64)
    is_it = members & (members.cumsum(axis=1) - 1 == rank[:, None])
    return np.where(is_it.any(axis=1), is_it.argmax(axis=1), -2)


def _second_opinion(draws: Draws, questions: Questions, answers: np.ndarray) -> np.ndarray:
    count = len(questions.place)
    slip = draws.uniform(columns=count)
    moved = np.clip(answers + (slip > 1 - _SLIP).astype(np.int8) - (slip < _SLIP), 0, _WORST)
    vague = questions.is_poorly_agreed & (draws.uniform(columns=count) < _POOR_AGREEMENT)
    moved = np.where(vague, draws.pick(_POOR_WEIGHTS, count), moved)
    # Two helpers of the sample do not differ on whether a harm is critical: that would leave the family undetermined.
    critical = questions.traits.critical_from[questions.indicator]
    moved = np.where(answers < critical, np.minimum(moved, critical - 1), moved)
    is_level = (answers >= 0) & (answers <= _WORST)
    return np.where(is_level, moved, answers).astype(np.int8)


def _reasons(draws: Draws, questions: Questions, answers: np.ndarray) -> np.ndarray:
    """Places in REASONS; -1 without one.  A level of two or more mostly has one, a refusal often."""
    shape = answers.shape[1]
    luck, variant = draws.uniform(columns=shape), draws.whole(0, questions.reasons.shape[2] - 1, shape)
    is_bad = (answers >= _REASON_FROM) & (answers <= _WORST)
    stock = questions.reasons[questions.indicator, np.where(is_bad, answers - _REASON_FROM, 0), variant]
    refusal = REFUSALS[variant % len(REFUSALS)]
    told = np.where(is_bad & (luck >= 0.02), stock, NO_ROW)
    return np.where((answers == _NOT_KNOWN) & (luck < 0.6), refusal, told).astype(np.int16)


def _food_state(traits: Traits, dealt: Dealt, hidden: Hidden, measure: str) -> np.ndarray:
    place = traits.place_of(measure)
    if place is not None:
        return dealt.levels[:, place]
    rank = hidden.vulnerability.argsort().argsort() / max(len(hidden.vulnerability), 1)
    return np.searchsorted((0.6, 0.85, 0.97), rank, side="right")


def _calendar(month: Month) -> tuple[np.ndarray, int]:
    """The visiting days of the month before and of ``month`` (all but Fridays), and the place of its first."""
    # Public holidays are left in: those of coming years are estimates, and a sample must not change with them.
    days = [each.code * 100 + day for each in (month + -1, month) for day in range(1, each.days + 1)]
    open_days = [day for day in days if weekday(gregorian(day)) != FRIDAY]
    first = sum(day < month.code * 100 for day in open_days)
    return np.array(open_days, dtype=np.int32), first
