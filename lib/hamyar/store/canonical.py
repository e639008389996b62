"""One way to write a value down, so that equal content has equal hashes.

Hashes stand between the audit log, the frozen month and the monthly run; they may depend neither on the database,
nor on the order of rows in memory, nor on whether a column is categorical.
So rows become plain Python values first, and JSON with sorted keys and no spare spaces after that.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical_json(value: Any) -> str:
    """``value`` as JSON: sorted keys, no spaces, letters as they are."""
    return _encode(value)


def sha256_of(value: Any) -> str:
    """The SHA-256, in hexadecimal, of the canonical JSON of ``value``."""
    return hashlib.sha256(_encode(value).encode()).hexdigest()


def plain_values(values: pd.Series) -> list[Any]:
    """A column as Python ``int``, ``str`` or ``None``, whatever its pandas type."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("str")
    return values.to_numpy(dtype=object, na_value=None).tolist()


def plain_rows(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    """The rows of ``frame`` as tuples of plain values."""
    return zip(*(plain_values(frame[name]) for name in frame.columns), strict=True)


class RowsDigest:
    """A running SHA-256 over rows.

    A missing value is left out of its row: a column added by a later migration leaves old digests as they are.
    """

    def __init__(self) -> None:
        self._sha = hashlib.sha256()

    def add(self, row: Mapping[str, Any]) -> None:
        present = {name: value for name, value in row.items() if value is not None}
        self._sha.update(_encode(present).encode() + b"\n")

    def hexdigest(self) -> str:
        return self._sha.hexdigest()

    def copy(self) -> "RowsDigest":
        """The same digest so far, to be carried on without touching this one."""
        other = RowsDigest()
        other._sha = self._sha.copy()
        return other
