"""Who may carry which family, and what speaks against each pair, in whole numbers.

Hard rules forbid a pair, and every one that does is remembered, so that a refusal can be told:

``training``      the helper has the hours of training asked for before the first family (hours not recorded are none)
``service``       he is active and serves in every month of the family's year (a missing end is an open one)
``incompatible``  nobody has declared that the two should not meet
``woman``         a woman head who asks for a woman gets one (a helper whose sex is not recorded is not known to be one)
``language``      he speaks the family's language
``hours``         his weekly hours are enough for the least number of families

The rest are costs, to be weighed against each other.  One unit is one minute of travel, one way, so a weight is read as
"this is worth so many minutes on the road": the defaults are choices and belong to the centre's parameters.

``area``        the family's area is not one of the helper's
``skill``       for each skill the family needs and the helper does not have
``travel``      for each minute to the family's area
``continuity``  the family had another helper last year, who could go on
``wish``        nobody asked whether the family wants a woman, or it does and that does not bind, and this is not one

Missing is not fine, and is not held against anybody by guess: a family whose area, language or wish is not known costs
the same with everybody but for ``wish``, and is counted aloud.
A distance not recorded counts as the longest one known.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hamyar.core.assignment.problem import Problem
from hamyar.core.assignment.tables import (
    AssignmentRules,
    AssignmentTables,
    ChosenTwice,
    ChosenUnknown,
    CostWeights,
    DistanceInvalid,
    FamilyTwice,
    HelperTwice,
    LoadInvalid,
)
from hamyar.core.frames import positions

HARD_RULES = ("training", "service", "incompatible", "woman", "language", "hours")
TRAINING, SERVICE, INCOMPATIBLE, WOMAN, LANGUAGE, HOURS = (1 << place for place in range(len(HARD_RULES)))
# What a manager may set aside for one family, knowingly; training, service and hours are not his to waive (FH).
WAIVABLE = INCOMPATIBLE | WOMAN | LANGUAGE
# Codes stand apart by spaces; the name of an area may hold one.
AREAS_APART = ";"
COSTS = ("area", "skill", "travel", "continuity", "wish")


@dataclass(frozen=True, eq=False)
class Situation:
    """The tables as matrices ``(families, helpers)``, both sorted by code so that the order of rows decides nothing.

    Raises ``FamilyTwice``, ``HelperTwice``, ``LoadInvalid``, ``DistanceInvalid``.
    """

    tables: AssignmentTables
    rules: AssignmentRules
    weights: CostWeights

    def __post_init__(self) -> None:
        places = self.families.groupby("family_id")["area"].agg(lambda areas: sorted(_words(areas, AREAS_APART)))
        rows = self.families["family_id"].value_counts(sort=False)
        for family, areas in places.items():
            if rows[family] > 1 or len(areas) > 1:
                raise FamilyTwice(family_id=family, areas=areas)
        for helper in self.helpers.loc[self.helpers["helper_id"].duplicated(), "helper_id"]:
            raise HelperTwice(helper_id=helper)
        load = pd.to_numeric(self.families["load"], errors="coerce")
        for family in self.families.loc[~(load >= 1).fillna(False) | (load % 1 != 0), "family_id"]:
            raise LoadInvalid(family_id=family)

    @cached_property
    def families(self) -> pd.DataFrame:
        return self.tables.families.sort_values("family_id", ignore_index=True)

    @cached_property
    def helpers(self) -> pd.DataFrame:
        return self.tables.helpers.sort_values("helper_id", ignore_index=True)

    @cached_property
    def family_ids(self) -> pd.Index:
        return pd.Index(self.families["family_id"].astype("str"), name="family_id")

    @cached_property
    def helper_ids(self) -> pd.Index:
        return pd.Index(self.helpers["helper_id"].astype("str"), name="helper_id")

    @property
    def size(self) -> tuple[int, int]:
        return len(self.families), len(self.helpers)

    def is_pair(self, table: pd.DataFrame) -> np.ndarray:
        """Which pairs stand in a table of pairs."""
        found = np.zeros(self.size, dtype=bool)
        family, helper = positions(table["family_id"], self.family_ids), positions(table["helper_id"], self.helper_ids)
        known = (family >= 0) & (helper >= 0)
        found[family[known], helper[known]] = True
        return found

    @cached_property
    def is_woman(self) -> np.ndarray:
        """Of each helper: known to be one."""
        return _is(self.helpers["sex"], "female")

    @cached_property
    def broken(self) -> np.ndarray:
        """The hard rules each pair breaks, as the sum of their bits."""
        asks = _truth(self.families["asks_for_woman"])
        unspoken = ~_holds(self.families["language"], self.helpers["languages"])
        of_pair = INCOMPATIBLE * self.is_pair(self.tables.incompatible) + LANGUAGE * unspoken
        of_pair = of_pair + SERVICE * ~self._serves(self._last_months) + WOMAN * (asks[:, None] & ~self.is_woman)
        return (self._unready[None, :] + of_pair).astype(np.int8)

    @cached_property
    def of_helpers(self) -> np.ndarray:
        """The rules each helper breaks with every family: training, service and hours, as the sum of their bits."""
        months = self._last_months if len(self.families) else np.array([self._last_month])
        return (self._unready + SERVICE * ~self._serves(months).any(axis=0)).astype(np.int8)

    @cached_property
    def of_new(self) -> np.ndarray:
        """The rules each helper breaks with every family whose year begins now, as the sum of their bits."""
        serves = self._serves(np.array([self._last_month]))[0]
        return (self._unready + SERVICE * ~serves).astype(np.int8)

    @cached_property
    def _unready(self) -> np.ndarray:
        is_untrained = ~(_numbers(self.helpers, "hours_before") >= self.rules.training_hours)
        return (TRAINING * is_untrained + HOURS * (self.places < max(self.rules.least, 1))).astype(np.int8)

    @property
    def _last_month(self) -> int:
        return (self.rules.month + (self.rules.months - 1)).code

    @cached_property
    def _last_months(self) -> np.ndarray:
        """The last month of each family's year of help."""
        until = _numbers(self.families, "until")
        return np.where(np.isnan(until), self._last_month, until)

    def _serves(self, last_months: np.ndarray) -> np.ndarray:
        """Whether each helper serves from the first month until each of the last ones, ``(last months, helpers)``."""
        since, until = (_numbers(self.helpers, name) for name in ("serves_from", "serves_until"))
        begins = _truth(self.helpers["is_active"]) & (since <= self.rules.month.code)
        return begins & ~(until < last_months[:, None])

    @cached_property
    def places(self) -> np.ndarray:
        """How many families each helper can have, by the rules and his weekly hours, ``int64``."""
        room = _numbers(self.helpers, "room")
        return np.where(room < self.rules.most, room, self.rules.most).astype(np.int64)

    @property
    def is_ready(self) -> np.ndarray:
        """Which helpers may carry a family at all."""
        return self.of_helpers == 0

    @cached_property
    def wish_unknown(self) -> np.ndarray:
        return self.families["asks_for_woman"].isna().to_numpy(dtype=bool)

    @cached_property
    def prefers_woman(self) -> np.ndarray:
        """Of each family: known to ask for a woman where that does not bind."""
        if "prefers_woman" not in self.families:
            return np.zeros(self.size[0], dtype=bool)
        return _truth(self.families["prefers_woman"])

    @cached_property
    def parts(self) -> dict[str, np.ndarray]:
        """Each of ``COSTS`` for each pair, ``int64``."""
        families, helpers, weights = self.families, self.helpers, self.weights
        elsewhere = ~_holds(families["area"], helpers["areas"], AREAS_APART)
        before = self.is_pair(self.tables.last_year)
        wishes = self.wish_unknown | self.prefers_woman
        return {
            "area": weights.area * elsewhere.astype(np.int64),
            "skill": weights.skill * _lacking(families["needed_skills"], helpers["skills"]),
            "travel": weights.travel * self._minutes(),
            "continuity": weights.continuity * (before.any(axis=1, keepdims=True) & ~before).astype(np.int64),
            "wish": weights.wish * (wishes[:, None] & ~self.is_woman).astype(np.int64),
        }

    def _minutes(self) -> np.ndarray:
        table = self.tables.travel
        if table is None or table.empty:
            return np.zeros(self.size, dtype=np.int64)
        taken = pd.to_numeric(table["minutes"], errors="coerce")
        for row in table[~(taken >= 0).fillna(False) | (taken % 1 != 0)].itertuples():
            raise DistanceInvalid(helper_id=row.helper_id, area=row.area, minutes=str(row.minutes))
        areas = pd.Index(table["area"].astype("str").unique())
        # The last row is of areas nobody measured, where -1 leads.
        minutes = np.full((len(areas) + 1, self.size[1]), int(taken.max()), dtype=np.int64)
        helper = positions(table["helper_id"], self.helper_ids)
        here = helper >= 0
        minutes[positions(table["area"], areas)[here], helper[here]] = taken.to_numpy(dtype=np.int64)[here]
        found = minutes[positions(self.families["area"].astype("str"), areas)]
        found[self.families["area"].isna().to_numpy(dtype=bool)] = 0
        return found

    def problem(self, chosen: np.ndarray) -> Problem:
        """The matrices to solve; ``chosen`` is the helper fixed for each family, or -1."""
        allowed = self.broken == 0
        is_fixed = chosen >= 0
        allowed[is_fixed] = False
        allowed[np.flatnonzero(is_fixed), chosen[is_fixed]] = True
        return Problem(
            sum(self.parts.values(), np.zeros(self.size, dtype=np.int64)),
            allowed,
            self.families["load"].to_numpy(dtype=np.int64),
            self.rules.least,
            self.rules.most,
            self.weights.load,
            self.places,
        )

    def choices(self) -> tuple[np.ndarray, np.ndarray]:
        """The helper chosen by hand for each family or -1, and whether knowingly.

        Raises ``ChosenUnknown``, ``ChosenTwice``.
        """
        table = self.tables.chosen
        chosen, knowingly = np.full(self.size[0], -1), np.zeros(self.size[0], dtype=bool)
        known = _truth(table["knowingly"]) if "knowingly" in table else np.zeros(len(table), dtype=bool)
        family, helper = positions(table["family_id"], self.family_ids), positions(table["helper_id"], self.helper_ids)
        for row, (place, whom) in enumerate(zip(family, helper, strict=True)):
            if place < 0 or whom < 0:
                raise ChosenUnknown(family_id=table["family_id"].iat[row], helper_id=table["helper_id"].iat[row])
            if chosen[place] not in (-1, whom):
                raise ChosenTwice(family_id=self.family_ids[place])
            chosen[place], knowingly[place] = whom, knowingly[place] | known[row]
        return chosen, knowingly


def broken_rules(code: int) -> tuple[str, ...]:
    """The names of the hard rules in a sum of bits."""
    return tuple(name for place, name in enumerate(HARD_RULES) if code >> place & 1)


def _truth(column: pd.Series) -> np.ndarray:
    """Known to be true."""
    return column.astype("boolean").fillna(False).to_numpy(dtype=bool)


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as floating point, where what is missing, or the column itself, is not a number."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)


def _is(column: pd.Series, word: str) -> np.ndarray:
    return np.array([value == word for value in column.astype(object).where(column.notna(), "")], dtype=bool)


def _words(texts: pd.Series, apart: str | None = None) -> set[str]:
    """All codes in ``texts``, which stand apart by spaces, or by ``apart``."""
    words = (word.strip() for text in texts.dropna() for word in str(text).replace("؛", ";").split(apart))
    return {word for word in words if word}


def _lacking(needed: pd.Series, held: pd.Series, apart: str | None = None) -> np.ndarray:
    """How many codes of each row of ``needed`` each row of ``held`` does not have."""
    wants, has = ([_words(column.iloc[[row]], apart) for row in range(len(column))] for column in (needed, held))
    words = sorted(set().union(*wants))
    want, have = (
        np.array([[word in each for word in words] for each in rows], dtype=np.int64).reshape(len(rows), len(words))
        for rows in (wants, has)
    )
    return want @ (1 - have).T


def _holds(wanted: pd.Series, held: pd.Series, apart: str | None = None) -> np.ndarray:
    """Whether each row of ``held`` has the one code of each row of ``wanted``; a missing one is in every row."""
    return _lacking(wanted, held, apart) == 0
