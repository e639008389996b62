"""From blocks of arrays to the declared tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.message import N_
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.sample import budgets, names
from hamyar.core.sample.blocks import FAMILY_STREAM, NAME_STREAM, Block, blocks_of, draw_all
from hamyar.core.sample.columns import codes_column, whole_column, words_column
from hamyar.core.sample.draws import ALPHABET, Draws, opaque_codes
from hamyar.core.sample.households import AREAS, PLACES, SEXES, draw_households
from hamyar.core.sample.levels import require_prices
from hamyar.core.sample.visit_tables import food_table, observation_table
from hamyar.core.tables import (
    CATEGORIES,
    FOOD_WEEKS,
    IDENTITIES,
    ITEMS,
    OBSERVATIONS,
    RECALL_PERIODS,
    ROLES,
    SCHOOLING,
    SOURCES,
    YES_NO,
    CaseTables,
)

CATEGORICAL_FROM = 20_000
_FAMILY_CODE_LENGTH, _MEMBER_CODE_LENGTH = 6, 8
LAST_NUMBER = len(ALPHABET) ** _FAMILY_CODE_LENGTH - 1
_BUDGET_PERCENT = 60
_BUDGET_STEP_RIAL = 1_000_000
_AREA_NAMES = tuple(f"بلوک نمونه {number}" for number in "۱۲۳۴۵۶۷۸"[:AREAS])


class NothingToGenerate(HamyarError):
    msgid = N_("A sample needs at least one family and one month; {families} families and {months} months were asked.")


class NumberOutOfRange(HamyarError):
    msgid = N_("Sample families are numbered from 1 to {last}; numbers {first} to {wanted} were asked.")


class SeedInvalid(HamyarError):
    msgid = N_("The seed of a sample is a whole number, zero or more, not {seed}.")


@dataclass(frozen=True, eq=False)
class Sample:
    """Synthetic families.  ``tables`` is what the core reads; ``identities`` is made when first asked for."""

    tables: CaseTables
    seed: int
    first_number: int
    months: tuple[Month, ...]

    @cached_property
    def identities(self) -> pd.DataFrame:
        """The IDENTITIES table: a name and a national id for each member, a telephone for each family."""
        owners, fields, values = [], [], []
        families = len(self.tables.families)
        for numbers, key, keep in blocks_of(self.first_number, families):
            households = draw_households(Draws((self.seed, FAMILY_STREAM, key), keep), self.months[0])
            full_names = names.draw_names(Draws((self.seed, NAME_STREAM, key), keep), households)
            family, place = np.nonzero(households.taken)
            members = _member_codes(numbers, family, place, self.seed)
            parts = (
                ("name", members, full_names[family, place]),
                ("national_id", members, names.national_ids(numbers[family], place)),
                ("phone", opaque_codes(numbers, self.seed, "S-", _FAMILY_CODE_LENGTH), names.phones(numbers)),
            )
            for field, owner, value in parts:
                owners.append(owner)
                fields.append(np.full(len(owner), IDENTITIES["field"].allowed.index(field), dtype=np.int8))
                values.append(value)
        is_large = families >= CATEGORICAL_FROM
        return pd.DataFrame(
            {
                "owner_id": pd.Series(np.concatenate(owners), dtype="str"),
                "field": words_column(np.concatenate(fields), IDENTITIES["field"].allowed, is_large),
                "value": pd.Series(np.concatenate(values), dtype="str"),
            }
        )


def generate(
    families: int,
    months: Sequence[Month],
    seed: int,
    *,
    first_number: int = 1,
    indicators: IndicatorSet | None = None,
) -> Sample:
    """``families`` synthetic families, numbers ``first_number`` onward, with a record of each of ``months``.

    With ``indicators`` the families are also visited: observations of those that a helper observes, and food weeks.
    Equal arguments give equal tables.  ``months`` may stand in any order and each counts once; all lie in 1399–1406.
    The tables conform to :mod:`hamyar.core.tables`, in rial; ids are text, or categoricals from
    ``CATEGORICAL_FROM`` families on.  Flow rows are sorted by family, month and line of the record,
    observations by family, visit and indicator.
    Raises ``NothingToGenerate``, ``NumberOutOfRange``, ``SeedInvalid`` or ``MonthWithoutPrices``.
    """
    span = tuple(sorted(set(months)))
    if families < 1 or not span:
        raise NothingToGenerate(families=families, months=len(span))
    if seed < 0:
        raise SeedInvalid(seed=seed)
    wanted = first_number + families - 1
    if first_number < 1 or wanted > LAST_NUMBER:
        raise NumberOutOfRange(last=LAST_NUMBER, first=first_number, wanted=wanted)
    for month in span:
        require_prices(month)
    blocks, rows = draw_all(seed, span, families, first_number, indicators)
    is_large = families >= CATEGORICAL_FROM
    family_frame, family_type = _family_table(blocks, span, seed, is_large)
    member_frame, member_type, heads = _member_table(blocks, span, seed, family_type, is_large)
    observations, food_weeks = OBSERVATIONS.empty(), FOOD_WEEKS.empty()
    if indicators is not None:
        food_weeks = food_table([found.eaten for found in rows], family_type, is_large)
        observed = [found.observed for found in rows]
        observations = observation_table(observed, indicators, seed, family_type, member_type, is_large)
    tables = CaseTables(
        families=family_frame,
        members=member_frame,
        flows=_flow_table(blocks, span, family_type, member_type, heads, is_large),
        budgets=_budget_table(blocks, span),
        currency="IRR",
        is_synthetic=True,
        title=N_("Synthetic families"),
        extra={"seed": seed, "first_number": first_number},
        observations=observations,
        food_weeks=food_weeks,
    )
    return Sample(tables, seed, first_number, span)


def indicators_at(parameters: ParameterSet, month: Month) -> IndicatorSet | None:
    """The indicators of ``month``, or ``None`` where ``parameters`` hold no catalogue of them.

    Raises ``CatalogueMissing`` or ``WeightsDoNotSum``.
    """
    try:
        catalogue = parameters.indicators
    except CatalogueAbsent:
        return None
    return catalogue.at(month)


def _family_table(
    blocks: list[Block], span: tuple[Month, ...], seed: int, is_large: bool
) -> tuple[pd.DataFrame, pd.CategoricalDtype]:
    numbers = np.concatenate([block.numbers for block in blocks])
    codes = opaque_codes(numbers, seed, "S-", _FAMILY_CODE_LENGTH)
    family_type = pd.CategoricalDtype(pd.Index(codes, dtype="str"))
    joined = span[0].ordinal - np.concatenate([block.households.joined_before for block in blocks])
    plans = np.concatenate([block.plan_ordinals for block in blocks])
    areas = np.concatenate([block.households.areas for block in blocks]) - 1
    sources = np.concatenate([block.households.sources for block in blocks])
    frame = pd.DataFrame(
        {
            "family_id": codes_column(np.arange(len(numbers)), family_type, is_large),
            "area": words_column(areas, _AREA_NAMES, is_large),
            "joined_month": whole_column(_month_codes(joined)),
            "plan_month": whole_column(_month_codes(plans), plans > span[-1].ordinal),
            "source": words_column(sources, SOURCES, is_large),
        }
    )
    return frame, family_type


def _member_table(
    blocks: list[Block], span: tuple[Month, ...], seed: int, family_type: pd.CategoricalDtype, is_large: bool
) -> tuple[pd.DataFrame, pd.CategoricalDtype, np.ndarray]:
    """The members, their ids as a type, and the position of each family's head among them."""
    taken = np.concatenate([block.households.taken for block in blocks])
    family, place = np.nonzero(taken)

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(block.households, name) for block in blocks])[family, place]

    numbers = np.concatenate([block.numbers for block in blocks])
    member_type = pd.CategoricalDtype(pd.Index(_member_codes(numbers, family, place, seed), dtype="str"))
    births, ages = column("birth_days"), column("stated_ages")
    completed, attends = (
        np.concatenate([getattr(block.schooling, name) for block in blocks])[family, place]
        for name in ("completed", "attends")
    )
    frame = pd.DataFrame(
        {
            "member_id": codes_column(np.arange(len(family)), member_type, is_large),
            "family_id": codes_column(family, family_type, is_large),
            "role": words_column(column("roles"), ROLES, is_large),
            "sex": words_column(column("sexes"), SEXES, is_large),
            "birth_day": whole_column(births, births < 0),
            "stated_age_years": whole_column(ages, ages < 0),
            "stated_age_month": whole_column(np.full(len(ages), span[0].code), ages < 0),
            "source": words_column(column("member_sources"), SOURCES, is_large),
            "schooling": words_column(completed, SCHOOLING, is_large),
            "attends_school": words_column(attends, YES_NO, is_large),
        }
    )
    return frame, member_type, np.flatnonzero(place == 0)


def _flow_table(
    blocks: list[Block],
    span: tuple[Month, ...],
    family_type: pd.CategoricalDtype,
    member_type: pd.CategoricalDtype,
    heads: np.ndarray,
    is_large: bool,
) -> pd.DataFrame:
    """One row for each line told; the lines of a family stand together, months ascending."""
    codes = np.array([month.code for month in span], dtype=np.int32)
    start = 0
    pieces = []
    for block in blocks:
        # Shape (families, months, lines), so that reading it in order is the order of the table.
        is_told = np.stack([record.is_told for record in block.records], axis=1)
        family, month, line = np.nonzero(is_told)
        amounts, known, recalls, sources = (
            np.stack([getattr(record, name) for record in block.records], axis=1)[is_told]
            for name in ("amounts", "is_known", "recalls", "sources")
        )
        items = np.where(known & (amounts == 0), -1, budgets.LINE_ITEMS[line]).astype(np.int8)
        earner = np.where((line == budgets.OWN_INCOME_LINE) & known & (amounts > 0), heads[family + start], -1)
        pieces.append(
            (
                *((family + start).astype(np.int32), codes[month], line.astype(np.int8), amounts, known),
                *(recalls, items, earner.astype(np.int32), sources),
            )
        )
        start += len(block.numbers)
    family, month, line, amounts, known, recalls, items, earner, sources = (
        np.concatenate(column) for column in zip(*pieces, strict=True)
    )
    return pd.DataFrame(
        {
            "family_id": codes_column(family, family_type, is_large),
            "month": whole_column(month),
            "category": words_column(budgets.LINE_CATEGORIES[line], CATEGORIES, is_large),
            "line": whole_column(budgets.LINE_NUMBERS[line]),
            "amount_money": whole_column(np.where(known, amounts, 0), ~known),
            "recall": words_column(recalls, RECALL_PERIODS, is_large),
            "item": words_column(items, ITEMS, is_large),
            "member_id": codes_column(earner, member_type, is_large),
            "source": words_column(sources, SOURCES, is_large),
        },
        copy=False,
    )


def _budget_table(blocks: list[Block], span: tuple[Month, ...]) -> pd.DataFrame:
    """The centre's means: some sixty per cent of the gaps that are known, so that sharing them is a question."""
    gaps = [sum(int(block.records[step].known_gaps.sum()) for block in blocks) for step in range(len(span))]
    shares = [gap * _BUDGET_PERCENT // 100 // _BUDGET_STEP_RIAL * _BUDGET_STEP_RIAL for gap in gaps]
    return pd.DataFrame(
        {
            "month": whole_column(np.array([month.code for month in span])),
            "budget_money": whole_column(np.array(shares)),
            "source": words_column(np.full(len(span), SOURCES.index("institution")), SOURCES, is_large=False),
        }
    )


def _member_codes(numbers: np.ndarray, family: np.ndarray, place: np.ndarray, seed: int) -> np.ndarray:
    return opaque_codes(numbers[family] * PLACES + place, seed, "M-", _MEMBER_CODE_LENGTH)


def _month_codes(ordinals: np.ndarray) -> np.ndarray:
    return ordinals // 12 * 100 + ordinals % 12 + 1
