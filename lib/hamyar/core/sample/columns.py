"""Columns of the declared types, made from small numbers."""

import numpy as np
import pandas as pd


def whole_column(values: np.ndarray, is_missing: np.ndarray | None = None) -> pd.arrays.IntegerArray:
    missing = np.zeros(len(values), dtype=bool) if is_missing is None else is_missing
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype(np.int64), missing)


def words_column(places: np.ndarray, words: tuple[str, ...], is_large: bool) -> pd.Series:
    return codes_column(places, pd.CategoricalDtype(pd.Index(words, dtype="str")), is_large)


def codes_column(places: np.ndarray, dtype: pd.CategoricalDtype, is_large: bool) -> pd.Series:
    """A column of text from positions among ``dtype``'s categories; -1 is missing."""
    column = pd.Series(pd.Categorical.from_codes(places, dtype=dtype))
    return column if is_large else column.astype("str")
