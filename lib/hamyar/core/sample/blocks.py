"""Blocks of families: who lives in them, what was recorded of each month, and the visits they had."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.sample import budgets
from hamyar.core.sample.draws import BLOCK, Draws
from hamyar.core.sample.households import Households, draw_households
from hamyar.core.sample.schooling import Schooling, draw_schooling
from hamyar.core.sample.visit_tables import Rows, block_rows
from hamyar.core.sample.visits import Questions, Visited, draw_visits

# Streams of a block; those of visits count on from theirs, and a month's stream is its code, far above these.
FAMILY_STREAM, NAME_STREAM, _SCHOOL_STREAM, _VISIT_STREAM = 0, 1, 2, 10
_WHOLE_BLOCK = slice(0, BLOCK)


@dataclass(frozen=True)
class People:
    """Families of one block, with all of them that does not change from month to month."""

    households: Households
    economies: budgets.Economies
    plan_ordinals: np.ndarray
    schooling: Schooling


@dataclass(frozen=True)
class Block:
    """The families of one block that are wanted, with their records month by month."""

    numbers: np.ndarray
    households: Households
    plan_ordinals: np.ndarray
    schooling: Schooling
    records: list[budgets.Record]


def draw_all(
    seed: int, span: tuple[Month, ...], families: int, first_number: int, indicators: IndicatorSet | None
) -> tuple[list[Block], list[Rows]]:
    """Every block touched, and the rows of its visits."""
    blocks: list[Block] = []
    rows: list[Rows] = []
    questions = None if indicators is None else Questions.of(indicators)
    family_start, member_start = 0, families
    for numbers, key, keep in blocks_of(first_number, families):
        people = draw_people(seed, span, key, keep)
        records = [_draw_record(seed, span, month, key, keep, people) for month in span]
        blocks.append(Block(numbers, people.households, people.plan_ordinals, people.schooling, records))
        if questions is not None:
            visits = draw_visits(_visited(seed, span, key, keep, people, records), questions)
            taken = people.households.taken
            starts = {"family_start": family_start, "member_start": member_start}
            rows.append(block_rows(visits, questions, keep, taken=taken, **starts))
            family_start, member_start = family_start + len(numbers), member_start + int(taken.sum())
    return blocks, rows


def blocks_of(first_number: int, families: int) -> Iterator[tuple[np.ndarray, int, slice]]:
    """For each block touched: the numbers wanted of it, its key, and where in it they stand."""
    first, end = first_number - 1, first_number - 1 + families
    for key in range(first // BLOCK, (end - 1) // BLOCK + 1):
        keep = slice(max(first - key * BLOCK, 0), min(end - key * BLOCK, BLOCK))
        yield np.arange(keep.start, keep.stop, dtype=np.int64) + key * BLOCK + 1, key, keep


def draw_people(seed: int, span: tuple[Month, ...], key: int, keep: slice) -> People:
    draws = Draws((seed, FAMILY_STREAM, key), keep)
    households = draw_households(draws, span[0])
    economies = budgets.draw_economies(draws, households)
    plans = np.maximum(span[-1].ordinal - economies.plan_months_before_last, span[0].ordinal)
    # A family without a plan lives as if its plan began after the last month.
    plans = np.where(economies.has_plan, plans, span[-1].ordinal + 1)
    ages = households.ages_in(span[-1], span[0]).true
    schooling = draw_schooling(Draws((seed, _SCHOOL_STREAM, key), keep), households, ages)
    return People(households, economies, plans, schooling)


def _draw_record(
    seed: int, span: tuple[Month, ...], month: Month, key: int, keep: slice, people: People
) -> budgets.Record:
    draws = Draws((seed, month.code, key), keep)
    return budgets.draw_record(draws, people.economies, month, people.plan_ordinals, span[-1])


def _visited(
    seed: int, span: tuple[Month, ...], key: int, keep: slice, wanted: People, records: list[budgets.Record]
) -> Visited:
    """The whole block of which ``wanted`` are a part: who is worse off is a question of comparison."""
    is_whole = keep == _WHOLE_BLOCK
    people = wanted if is_whole else draw_people(seed, span, key, _WHOLE_BLOCK)

    def record(month: Month) -> budgets.Record:
        if is_whole:
            return records[span.index(month)]
        return _draw_record(seed, span, month, key, _WHOLE_BLOCK, people)

    def draws(stream: int) -> Draws:
        return Draws((seed, _VISIT_STREAM + stream, key), _WHOLE_BLOCK)

    numbers = np.arange(BLOCK, dtype=np.int64) + key * BLOCK + 1
    return Visited(numbers, people.households, people.economies, people.schooling, span, record, draws)
