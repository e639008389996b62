"""From the visits of blocks to the tables ``observations`` and ``food_weeks``.

Rows are kept as small numbers (some twenty bytes each) until the table is made: forty indicators of a million
families are some fifty million rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.sample.columns import codes_column, whole_column, words_column
from hamyar.core.sample.draws import ALPHABET, opaque_codes
from hamyar.core.sample.reasons import REASONS
from hamyar.core.sample.visits import FAMILY, NO_ROW, Questions, Visit
from hamyar.core.tables import ANSWERS, COPING, FOOD_GROUPS, SOURCES

_HELPER_CODE_LENGTH = 4
_HELPER_CODES = len(ALPHABET) ** _HELPER_CODE_LENGTH
_REASON_TYPE = pd.CategoricalDtype(pd.Index(REASONS, dtype="str"))


@dataclass(frozen=True)
class Rows:
    """The rows of one block: what was observed, and the food weeks; families and subjects by their place in the run.

    A subject is a family's place, or the number of families and a member's place.
    """

    observed: dict[str, np.ndarray]
    eaten: dict[str, np.ndarray]


def block_rows(
    visits: list[Visit], questions: Questions, keep: slice, *, taken: np.ndarray, family_start: int, member_start: int
) -> Rows:
    """The kept families' rows, family by family, visit by visit.

    ``taken`` is the kept households' places; ``family_start`` and ``member_start`` count those of the blocks before,
    the latter from the number of families on.
    """
    answers = np.stack([visit.answers[keep] for visit in visits], axis=1)
    is_row = answers != NO_ROW
    family, visit, column = (places.astype(np.int32) for places in np.nonzero(is_row))
    member = (taken.cumsum() - 1).reshape(taken.shape)
    place = questions.place[column]
    subject = np.where(place == FAMILY, family_start + family, member_start + member[family, place])
    days = np.stack([found.days[keep] for found in visits], axis=1)
    helpers = np.stack([found.helpers[keep] for found in visits], axis=1)
    observed = {
        "family": family + np.int32(family_start),
        "subject": subject.astype(np.int32),
        "indicator": questions.indicator[column],
        "helper": helpers[family, visit].astype(np.int64),
        "day": days[family, visit].astype(np.int32),
        "answer": answers[is_row],
        "reason": np.stack([found.reasons[keep] for found in visits], axis=1)[is_row],
        "source": np.stack([found.sources[keep] for found in visits], axis=1)[is_row],
    }
    has_food = np.stack([found.has_food[keep] for found in visits], axis=1)
    fed, meal = np.nonzero(has_food)
    eaten = {
        "family": (fed + family_start).astype(np.int32),
        "day": days[fed, meal],
        "food": np.stack([found.food[keep] for found in visits], axis=1)[has_food],
        "source": np.stack([found.food_sources[keep] for found in visits], axis=1)[has_food],
    }
    return Rows(observed, eaten)


def observation_table(
    parts: list[dict[str, np.ndarray]],
    indicators: IndicatorSet,
    seed: int,
    family_type: pd.CategoricalDtype,
    member_type: pd.CategoricalDtype,
    is_large: bool,
) -> pd.DataFrame:
    """Consumes ``parts``: each column is let go as soon as it is made."""
    helper, helper_codes = pd.factorize(_taken(parts, "helper") % _HELPER_CODES)
    helper_type = _type(opaque_codes(helper_codes, seed, "H-", _HELPER_CODE_LENGTH))
    subject_type = _type(family_type.categories.append(member_type.categories))
    columns = {
        "family_id": codes_column(_taken(parts, "family"), family_type, is_large),
        "subject_id": codes_column(_taken(parts, "subject"), subject_type, is_large),
        "indicator": codes_column(_taken(parts, "indicator"), _type(indicators.codes), is_large),
        "observer_id": codes_column(helper, helper_type, is_large),
        "day": whole_column(_taken(parts, "day")),
        "answer": words_column(_taken(parts, "answer"), ANSWERS, is_large),
        "reason": codes_column(_taken(parts, "reason"), _REASON_TYPE, is_large),
        "source": words_column(_taken(parts, "source"), SOURCES, is_large),
    }
    return pd.DataFrame(columns, copy=False)


def food_table(parts: list[dict[str, np.ndarray]], family_type: pd.CategoricalDtype, is_large: bool) -> pd.DataFrame:
    food = _taken(parts, "food")
    names = [f"{name}_days" for name in FOOD_GROUPS + COPING]
    columns = {
        "family_id": codes_column(_taken(parts, "family"), family_type, is_large),
        "day": whole_column(_taken(parts, "day")),
        **{name: whole_column(days, days < 0) for name, days in zip(names, food.T, strict=True)},
        "source": words_column(_taken(parts, "source"), SOURCES, is_large),
    }
    return pd.DataFrame(columns, copy=False)


def _taken(parts: list[dict[str, np.ndarray]], name: str) -> np.ndarray:
    return np.concatenate([part.pop(name) for part in parts])


def _type(words: Iterable[str]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(words, dtype="str"))
