"""Reading facts: the current version of each, or the version an earlier change could see.

Versions of a key are numbered without gaps, so a row is current when the next number does not exist (yet);
that is one look into the index of keys, and needs no sorting of the whole history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.tables import FACT_TABLES, IDENTITIES, NUMERIC_KINDS, CaseTables, Table, conform
from hamyar.store.models import FACT_MODELS, centre, changes
from hamyar.store.secrets import KeyNotGiven, Keyring

# More values than this and reading everything is quicker than asking for each.
ASK_BY_NAME = 500
HISTORY_COLUMNS = ("version", "is_withdrawn", "change_seq")


class KeyIncomplete(HamyarError):
    msgid = N_("To name a row of '{table}' give {needed}; given were {given}.")


@dataclass(frozen=True)
class Centre:
    """Whose data it is, in which currency, and whether it is invented."""

    title: str
    currency: str
    is_synthetic: bool


def read_centre(connection: sa.Connection) -> Centre | None:
    found = connection.execute(sa.select(centre)).one_or_none()
    return None if found is None else Centre(found.title, found.currency, found.is_synthetic)


def current_rows(
    connection: sa.Connection,
    table: Table,
    *,
    as_of: int | None = None,
    after: int | None = None,
    only: Mapping[str, Iterable[Any]] | None = None,
    with_withdrawn: bool = False,
) -> pd.DataFrame:
    """The greatest version of each key, with the declared columns, ``version``, ``is_withdrawn`` and ``change_seq``.

    ``as_of`` looks no further than that change; ``after`` leaves out what stood so with that one already.
    ``only`` limits columns to some values; a limit of more than :data:`ASK_BY_NAME` values is not applied, so the
    caller still has to match.  Secrets stay encrypted.
    """
    model = FACT_MODELS[table.name]
    later = model.alias("later")
    same_key = [later.c[name] == model.c[name] for name in table.key]
    is_replaced = sa.select(later.c.id).where(*same_key, later.c.version == model.c.version + 1)
    chosen = sa.select(*(model.c[name] for name in (*table.column_names, *HISTORY_COLUMNS)))
    if as_of is not None:
        is_replaced = is_replaced.where(later.c.change_seq <= as_of)
        chosen = chosen.where(model.c.change_seq <= as_of)
    if after is not None:
        chosen = chosen.where(model.c.change_seq > after)
    if not with_withdrawn:
        chosen = chosen.where(model.c.is_withdrawn.is_(False))
    chosen = _asked_by_name(chosen, table, only or {})
    return _frame(connection.execute(chosen.where(~is_replaced.exists())), table)


def _asked_by_name(chosen: sa.Select[Any], table: Table, only: Mapping[str, Iterable[Any]]) -> sa.Select[Any]:
    for name, values in only.items():
        wanted = list(dict.fromkeys(values))
        if len(wanted) <= ASK_BY_NAME:
            chosen = chosen.where(FACT_MODELS[table.name].c[name].in_(wanted))
    return chosen


def matching_rows(connection: sa.Connection, table: Table, keys: pd.DataFrame) -> pd.DataFrame:
    """The stored current row for each row of ``keys`` (the key columns), in its order; missing where there is none.

    Withdrawn rows are included: they hold the place of their key.
    """
    names = list(table.key)
    only = {name: keys[name].unique().tolist() for name in names}
    stored = current_rows(connection, table, only=only, with_withdrawn=True)
    return keys[names].merge(stored, on=names, how="left")


def current_versions(connection: sa.Connection, table: Table, keys: pd.DataFrame) -> pd.Series:
    """The version of the stored current row for each row of ``keys``, with its index; missing where there is none.

    As :func:`matching_rows` has them, without the rows: a form asks for hundreds of keys that mostly are not there.
    """
    model, names = FACT_MODELS[table.name], list(table.key)
    columns = [model.c[name] for name in names]
    chosen = sa.select(*columns, sa.func.max(model.c.version)).group_by(*columns)
    chosen = _asked_by_name(chosen, table, {name: keys[name].dropna().unique().tolist() for name in names})
    known = {tuple(row[:-1]): row[-1] for row in connection.execute(chosen)}
    found = [known.get(key) for key in keys[names].itertuples(index=False, name=None)]
    return pd.Series(found, index=keys.index, dtype="Int64")


def read_tables(
    connection: sa.Connection, of_centre: Centre, as_of: int, family_ids: Sequence[str] | None = None
) -> CaseTables:
    """The facts as of one change, conformed, rows in the order of their keys."""
    frames = {}
    for name, table in FACT_TABLES.items():
        # Budgets, helpers and events know no families and are always whole.
        is_whole = family_ids is None or "family_id" not in table.column_names
        only = None if is_whole else {"family_id": family_ids or ()}
        frames[name] = read_table(connection, table, as_of=as_of, only=only)
    return CaseTables(
        **frames,
        currency=of_centre.currency,
        is_synthetic=of_centre.is_synthetic,
        title=of_centre.title,
    )


def read_table(
    connection: sa.Connection,
    table: Table,
    *,
    as_of: int | None = None,
    only: Mapping[str, Sequence[Any]] | None = None,
) -> pd.DataFrame:
    """One table of facts, conformed, rows in the order of its key; ``only`` limits columns to some values."""
    frame = current_rows(connection, table, as_of=as_of, only=only)
    for name, values in (only or {}).items():
        frame = frame[frame[name].isin(list(values))]
    if frame.empty:
        return table.empty()
    return conform(table, frame.sort_values(list(table.key), ignore_index=True))


def read_history(connection: sa.Connection, table: Table, key: Mapping[str, Any]) -> pd.DataFrame:
    """All versions of one fact, oldest first, each with who, when and why.  Secrets stay encrypted.

    What is told of the change bears its name, because a fact may have a reason of its own.
    """
    if set(key) != set(table.key):
        raise KeyIncomplete(table=table.name, needed=", ".join(table.key), given=", ".join(key))
    model = FACT_MODELS[table.name]
    told = (changes.c[name].label(f"change_{name}") for name in ("at", "actor", "reason"))
    chosen = (
        sa.select(*(model.c[name] for name in (*table.column_names, *HISTORY_COLUMNS)), *told)
        .join(changes, changes.c.seq == model.c.change_seq)
        .where(*(model.c[name] == value for name, value in key.items()))
        .order_by(model.c.version)
    )
    return _frame(connection.execute(chosen), table)


def read_owners(connection: sa.Connection, indexes: Sequence[str]) -> list[str]:
    """Owners whose current secret has one of these blind indexes, sorted."""
    current = current_rows(connection, IDENTITIES, only={"value_index": indexes})
    return sorted(set(current["owner_id"]))


def opened(frame: pd.DataFrame, keyring: Keyring | None) -> pd.DataFrame:
    """Rows of identities with their values decrypted; missing rows stay missing.  Raises ``KeyNotGiven``."""
    if keyring is None:
        raise KeyNotGiven()
    rows = zip(frame["owner_id"], frame["field"], frame["value"], strict=True)
    values = [None if pd.isna(value) else keyring.decrypt(owner, field, value) for owner, field, value in rows]
    return frame.assign(value=pd.Series(values, index=frame.index, dtype="str"))


def has_secrets(table: Table) -> bool:
    return any(column.secret for column in table.columns)


def _frame(result: sa.CursorResult[Any], table: Table) -> pd.DataFrame:
    names = list(result.keys())
    rows = result.fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    numeric = {column.name for column in table.columns if column.kind in NUMERIC_KINDS} | {"version", "change_seq"}

    def typed(name: str, values: Sequence[Any]) -> pd.Series:
        if name == "is_withdrawn":
            return pd.Series(values, dtype="boolean")
        return pd.Series(values, dtype="Int64" if name in numeric else "str")

    return pd.DataFrame({name: typed(name, values) for name, values in zip(names, columns, strict=True)})
