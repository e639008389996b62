"""Two people corrected the same rows: what each wrote stands side by side, and a person says which is true."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.labels import table_message
from hamyar.core.message import N_
from hamyar.core.tables import Table
from hamyar.store.canonical import plain_rows
from hamyar.store.secrets import Secret


@dataclass(frozen=True)
class Difference:
    """One row as we want it and as somebody else left it.  Secret values are :class:`Secret`."""

    ours: dict[str, Any]
    theirs: dict[str, Any]
    their_version: int
    their_actor: str
    their_at: str
    is_withdrawn: bool


class Conflict(HamyarError):
    """Somebody else corrected the same rows meanwhile, and differently.

    ``differences`` holds every such row; ``ours`` and ``theirs`` are those of the first.
    """

    msgid = N_(
        "{count} rows of '{table}' were changed after you read them, first {key} by {actor} at {at}. "
        "Nothing was saved. Compare both values and choose."
    )

    def __init__(self, table: str, key: str, differences: tuple[Difference, ...]) -> None:
        first = differences[0]
        values = {"key": key, "count": len(differences), "actor": first.their_actor, "at": first.their_at}
        super().__init__(table=table_message(table), **values)
        self.differences = differences
        self._rebuilt_from = (table, key, differences)

    @property
    def ours(self) -> dict[str, Any]:
        return self.differences[0].ours

    @property
    def theirs(self) -> dict[str, Any]:
        return self.differences[0].theirs

    def __reduce__(self) -> tuple[Any, ...]:
        return Conflict, self._rebuilt_from


def conflict_over(
    table: Table, ours: pd.DataFrame, theirs: pd.DataFrame, teller_of: Callable[[int], tuple[str, str]]
) -> Conflict:
    """The conflict over rows as we want them and as they are stored, row by row and at least one.

    ``teller_of`` gives who made a change, by its number, and when.
    """
    differences = []
    for ours_shown, theirs_shown, row in zip(
        _as_dicts(table, ours), _as_dicts(table, theirs), theirs.itertuples(), strict=True
    ):
        actor, at = teller_of(int(row.change_seq))
        differences.append(
            Difference(
                ours=ours_shown,
                theirs=theirs_shown,
                their_version=int(row.version),
                their_actor=actor,
                their_at=at,
                is_withdrawn=bool(row.is_withdrawn),
            )
        )
    return Conflict(table.name, key_text(table, theirs), tuple(differences))


def key_text(table: Table, frame: pd.DataFrame) -> str:
    """The key of the first row, its parts joined by a stroke."""
    first = next(iter(plain_rows(frame[list(table.key)])))
    return "/".join(str(part) for part in first)


def _as_dicts(table: Table, frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    secret = {column.name for column in table.columns if column.secret}
    for row in plain_rows(frame[table.column_names]):
        named = dict(zip(table.column_names, row, strict=True))
        yield {name: Secret(value) if name in secret else value for name, value in named.items()}
