"""How facts travel between a page's own process and the server: JSON, a table column by column.

Nothing is pickled: what arrives is data and can never be code, whoever sent it.  A table's columns get the declared
types when they are read; whether their values may stand is asked where they are recorded
(:func:`hamyar.core.tables.conform`), not here.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.tables import FACT_TABLES, IDENTITIES, NUMERIC_KINDS, CaseTables, Table, dtype_of
from hamyar.store.canonical import plain_values
from hamyar.store.submission import WITHDRAWN, Submission, Submitted

# A question holds one family's month at most; an answer, a centre's whole history.
LONGEST_QUESTION, LONGEST_ANSWER = 4 * 2**20, 256 * 2**20


class WireInvalid(HamyarError):
    msgid = N_("What was sent cannot be read: {problem}. Load the page again.")


# Frames --------------------------------------------------------------------------------------------------------


def frame_to_wire(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns by name as lists of plain values."""
    return {str(name): plain_values(frame[name]) for name in frame.columns}


def frame_from_wire(content: Any, table: Table) -> pd.DataFrame:
    """Columns of ``table`` and no others, numbered from 0; those that were not sent are absent.

    Values that fit the declared type get it; a column with any other stays as it came, for ``conform`` to refuse in
    words.  Raises ``WireInvalid``.
    """
    columns = _mapping(content, "a table")
    if unknown := set(columns) - set(table.column_names):
        raise WireInvalid(problem=f"'{table.name}' has no column {min(unknown)[:80]!r}")
    lists = {name: _list(values, name) for name, values in columns.items()}
    if len({len(values) for values in lists.values()}) > 1:
        raise WireInvalid(problem=f"the columns of '{table.name}' differ in length")
    return pd.DataFrame({name: _typed(table, name, values) for name, values in lists.items()})


def _typed(table: Table, name: str, values: list[Any]) -> pd.Series:
    is_number = table[name].kind in NUMERIC_KINDS
    kind = int if is_number else str
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float | str | None):
            raise WireInvalid(problem=f"a value of '{table.name}', column '{name}' is no plain value")
        if isinstance(value, str):
            _refuse_broken(value)
    fits = all(value is None or (isinstance(value, kind) and _is_in_range(value)) for value in values)
    return pd.Series(values, dtype=dtype_of(table[name]) if fits else "object")


def _is_in_range(value: int | str) -> bool:
    return isinstance(value, str) or -(2**63) <= value < 2**63


def _refuse_broken(text: str) -> None:
    # Half a letter or a zero byte would be refused by one database and kept by another.
    if "\0" in text:
        raise WireInvalid(problem="a text has a zero byte in it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WireInvalid(problem="a text has half a letter in it") from None


def tables_to_wire(tables: CaseTables) -> dict[str, Any]:
    """Facts of any number of families; tables without rows are left out."""
    frames = {name: getattr(tables, name) for name in FACT_TABLES}
    return {
        "currency": tables.currency,
        "is_synthetic": tables.is_synthetic,
        "title": tables.title,
        "frames": {name: frame_to_wire(frame) for name, frame in frames.items() if len(frame)},
    }


def tables_from_wire(content: Any) -> CaseTables:
    """What :func:`tables_to_wire` wrote, column types and all.  Raises ``WireInvalid``."""
    found = _mapping(content, "tables")
    frames = {}
    for name, columns in _mapping(found.get("frames"), "tables").items():
        table = _table(name)
        # They come from the server, which has conformed them: only their types are lost on the way.
        frames[name] = pd.DataFrame(
            {column.name: pd.Series(columns[column.name], dtype=dtype_of(column)) for column in table.columns}
        )
    frames |= {name: table.empty() for name, table in FACT_TABLES.items() if name not in frames}
    return CaseTables(**frames, currency=found["currency"], is_synthetic=found["is_synthetic"], title=found["title"])


def versions_to_wire(versions: pd.Series) -> list[int | None]:
    return [None if pd.isna(version) else int(version) for version in versions]


def versions_from_wire(content: Any, index: pd.Index) -> pd.Series:
    """Versions of rows, indexed by ``index``; missing where there was none.  Raises ``WireInvalid``."""
    found = _list(content, "versions")
    if len(found) != len(index) or not all(value is None or _is_version(value) for value in found):
        raise WireInvalid(problem="versions that fit no rows")
    return pd.Series(found, index=index, dtype="Int64")


def _is_version(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


# Submissions -----------------------------------------------------------------------------------------------------


def submission_to_wire(submission: Submission) -> dict[str, Any]:
    frames = {**submission.frames, IDENTITIES.name: submission.identities}
    bases = {}
    for name, versions in submission.bases.items():
        indexed_by = submission.withdrawn if name.startswith(WITHDRAWN) else frames
        frame = indexed_by.get(name.removeprefix(WITHDRAWN))
        if frame is not None:
            bases[name] = versions_to_wire(versions.reindex(frame.index))
    return {
        "family_id": submission.family_id,
        "month": str(submission.month),
        "reason": submission.reason,
        "frames": {name: frame_to_wire(frame) for name, frame in submission.frames.items() if len(frame)},
        "bases": bases,
        "withdrawn": {name: frame_to_wire(frame) for name, frame in submission.withdrawn.items() if len(frame)},
        "identities": frame_to_wire(submission.identities),
    }


def submission_from_wire(content: Any, tables: Mapping[str, Table]) -> Submission:
    """What :func:`submission_to_wire` wrote, of ``tables`` by name (with the columns that may be sent for each).

    Raises ``WireInvalid``, and ``NotAMonth``.
    """
    found = _mapping(content, "a submission")
    frames = _frames(found.get("frames", {}), tables)
    withdrawn = _frames(found.get("withdrawn", {}), tables)
    identities = frame_from_wire(found.get("identities", {}), IDENTITIES)
    of_names = {**frames, IDENTITIES.name: identities}
    bases = {}
    for name, versions in _mapping(found.get("bases", {}), "versions").items():
        rows = (withdrawn if name.startswith(WITHDRAWN) else of_names).get(name.removeprefix(WITHDRAWN))
        if rows is not None:
            bases[name] = versions_from_wire(versions, rows.index)
    return Submission(
        family_id=text(found, "family_id"),
        month=Month.parse(text(found, "month")),
        frames=frames,
        bases=bases,
        withdrawn=withdrawn,
        identities=identities if len(identities.columns) else IDENTITIES.empty(),
        reason=text(found, "reason"),
    )


def _frames(content: Any, tables: Mapping[str, Table]) -> dict[str, pd.DataFrame]:
    frames = {}
    for name, columns in _mapping(content, "tables").items():
        if name not in tables:
            raise WireInvalid(problem=f"{name[:80]!r} is no table that is submitted")
        frames[name] = frame_from_wire(columns, tables[name])
    return frames


def submitted_to_wire(submitted: Submitted) -> dict[str, Any]:
    return asdict(submitted) | {"at": submitted.at.isoformat()}


def submitted_from_wire(content: Mapping[str, Any]) -> Submitted:
    return Submitted(**{**content, "at": dt.datetime.fromisoformat(content["at"])})


# Reading what somebody sent ---------------------------------------------------------------------------------------

LONGEST_NAME = 200


def text(content: Mapping[str, Any], name: str, longest: int = 2_000) -> str:
    """A text somebody sent under ``name``; raises ``WireInvalid``."""
    value = content.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise WireInvalid(problem=f"'{name}' is no text, or too long")
    _refuse_broken(value)
    return value


def texts(content: Mapping[str, Any], name: str, most: int = 100_000) -> list[str]:
    """A list of codes somebody sent under ``name``; raises ``WireInvalid``."""
    values = content.get(name)
    if not isinstance(values, list) or len(values) > most:
        raise WireInvalid(problem=f"'{name}' is no list, or too long")
    return [text({name: value}, name, LONGEST_NAME) for value in values]


def _mapping(content: Any, what: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise WireInvalid(problem=f"{what} was expected")
    return content


def _list(content: Any, name: str) -> list[Any]:
    if not isinstance(content, list):
        raise WireInvalid(problem=f"'{name}' is no list")
    return content


def _table(name: str) -> Table:
    if name not in FACT_TABLES:
        raise WireInvalid(problem=f"{name[:80]!r} is no table")
    return FACT_TABLES[name]
