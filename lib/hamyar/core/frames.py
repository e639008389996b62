"""Small tools for nullable columns and for finding families in tables, fast at a million rows.

Inside the core a nullable number is a pair of NumPy arrays, the values and whether each is known;
at its border it is pandas' ``Int64``, ``Float64`` or ``boolean``, which follow Kleene's three-valued logic.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamyar.core.rial import INT64_MAX


@dataclass(frozen=True)
class Amounts:
    """Whole amounts of which some are unknown: ``values`` (int64; 0 where unknown) and ``known`` (bool)."""

    values: np.ndarray
    known: np.ndarray

    @classmethod
    def of(cls, column: pd.Series) -> "Amounts":
        """From a nullable ``Int64`` column."""
        array = column.array
        if not isinstance(array, pd.arrays.IntegerArray):
            array = pd.array(column, dtype="Int64")
        missing = np.asarray(array.isna())
        if not missing.any():
            # Shared with the column, so nobody may write into it.
            return cls(array.to_numpy(dtype=np.int64, copy=False), ~missing)
        return cls(array.to_numpy(dtype=np.int64, na_value=0), ~missing)

    def column(self) -> pd.arrays.IntegerArray:
        return pd.arrays.IntegerArray(self.values, ~self.known)

    def where(self, condition: np.ndarray) -> "Amounts":
        """Known only where ``condition`` holds too."""
        return Amounts(np.where(condition, self.values, 0), self.known & condition)

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.values + other.values, self.known & other.known).where(self.known & other.known)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.values - other.values, self.known & other.known).where(self.known & other.known)

    def at_least_zero(self) -> "Amounts":
        return Amounts(np.maximum(self.values, 0), self.known)


def float_column(values: np.ndarray, known: np.ndarray) -> pd.arrays.FloatingArray:
    return pd.arrays.FloatingArray(np.where(known, values, 0.0), ~known)


def boolean_column(values: np.ndarray, known: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(values & known, ~known)


def ratio_column(part: Amounts, whole: Amounts) -> pd.arrays.FloatingArray:
    """``part / whole``; unknown where either is, and undefined (missing) where the whole is zero."""
    known = part.known & whole.known & (whole.values != 0)
    return float_column(np.divide(part.values, np.where(known, whole.values, 1)), known)


def positions(keys: pd.Series, index: pd.Index) -> np.ndarray:
    """Where each key stands in ``index``; -1 for a key that is not there.

    A categorical column is looked up once per category instead of once per row,
    and not at all where ``index`` is made of the same categories.
    """
    if not isinstance(keys.dtype, pd.CategoricalDtype):
        return index.get_indexer(pd.Index(keys))
    categories, codes = keys.array.categories, keys.array.codes
    places = np.full(len(categories) + 1, -1, dtype=np.int8 if len(index) < 2**7 else np.int64)
    if isinstance(index, pd.CategoricalIndex) and index.categories is categories:
        places[index.codes] = np.arange(len(index))
        # A missing key has code -1, which is the last place.
        places[-1] = -1
    else:
        plain = index.astype(index.categories.dtype) if isinstance(index, pd.CategoricalIndex) else index
        places[:-1] = plain.get_indexer(categories)
    return places[codes]


def word_codes(words: pd.Series, vocabulary: tuple[str, ...]) -> np.ndarray:
    """Each word's place in ``vocabulary``; -1 for a missing one."""
    return positions(words, pd.Index(vocabulary, dtype="str"))


def whole_numbers(column: pd.Series) -> np.ndarray:
    """A whole-number column that misses nothing, as ``int64``; shared with the column where that can be."""
    return column.array.to_numpy(dtype=np.int64, copy=False)


def sum_into(cells: np.ndarray, amounts: np.ndarray, size: int) -> np.ndarray:
    """Sum ``amounts`` (int64, zero or more) into ``size`` cells, exactly.

    ``bincount`` is the fast way and adds in floating point, which is exact below 2**53;
    anything larger takes the slow, exact way.
    """
    if amounts.sum(dtype=np.float64) < 2**52:
        return np.bincount(cells, weights=amounts, minlength=size).astype(np.int64)
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, cells, amounts)
    return total


def times_fraction(amounts: np.ndarray, numerator: int, denominator: int) -> np.ndarray:
    """``amounts × numerator / denominator`` to the nearest whole, halves up, exactly, whatever the sizes."""
    largest = int(np.abs(amounts).max(initial=0))
    if 2 * largest * numerator + denominator < INT64_MAX and 2 * denominator < INT64_MAX:
        return (2 * amounts * numerator + denominator) // (2 * denominator)
    exact = (2 * amounts.astype(object) * numerator + denominator) // (2 * denominator)
    return exact.astype(np.int64)
