"""The database's tables, made from the core's declarations.

A fact table has the declared columns and four more:

``id``            a number of the row, which also tells the order of writing
``version``       1 for the first telling of a fact, one more for each correction
``is_withdrawn``  this version says that the fact was entered wrongly and does not hold
``change_seq``    the entry of the audit log that wrote it: who, when and why

A row is only ever inserted.  The current fact of a key is its greatest version;
the fact as of an earlier change is the greatest version that change could see.
Triggers in the database itself refuse updates and deletions (they stand in the migration).

What is of the moment and no fact (hashes of passwords, who is signed in, drafts, who was here when) may be
overwritten and removed.
Its moments (``…_at``) are whole seconds since 1970 in UTC, which both databases compare alike.

:mod:`hamyar.store.migrations` writes the same tables out by hand; a test compares the two.
"""

from typing import Any

import sqlalchemy as sa

from hamyar.core.tables import ALL_TABLES, Column, Table

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
# SQLite numbers rows by itself only where the type is exactly INTEGER.
RowNumber = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    **{"id": sa.Text, "choice": sa.Text, "text": sa.Text},
    **{"month": sa.Integer, "day": sa.Integer},
    **{"count": sa.BigInteger, "money": sa.BigInteger},
}
# Columns by which whole sets of rows are looked up, beyond the key's own index.
_LOOKED_UP = {
    "members": ("family_id",),
    "flows": ("month",),
    "identities": ("value_index",),
    "helper_choices": ("helper_id",),
    "assignments": ("helper_id",),
    "visits": ("family_id", "helper_id"),
    "session_cases": ("family_id",),
    "decisions": ("family_id",),
    "group_members": ("family_id",),
    "enrolments": ("family_id",),
}


def index_column(column: Column) -> str:
    """The name of the blind index that stands beside a secret column."""
    return f"{column.name}_index"


def _change_seq() -> sa.Column[int]:
    # The entry is written last, when the digest of its rows is known; so the reference is checked at the commit.
    return sa.Column(
        "change_seq",
        RowNumber,
        sa.ForeignKey("changes.seq", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    )


def _declared(column: Column) -> list[sa.Column[Any]]:
    columns = [sa.Column(column.name, _TYPES[column.kind](), nullable=not column.required)]
    if column.secret:
        columns.append(sa.Column(index_column(column), sa.Text(), nullable=False))
    return columns


def _fact_model(table: Table) -> sa.Table:
    model = sa.Table(
        table.name,
        metadata,
        sa.Column("id", RowNumber, primary_key=True),
        *(made for column in table.columns for made in _declared(column)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
        _change_seq(),
        sa.UniqueConstraint(*table.key, "version"),
    )
    for name in _LOOKED_UP.get(table.name, ()):
        sa.Index(f"ix_{table.name}_{name}", model.c[name])
    return model


centre = sa.Table(
    "centre",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("is_synthetic", sa.Boolean, nullable=False),
)
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("seq", RowNumber, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("corrects_frozen", sa.Boolean, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("rows_digest", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
frozen_months = sa.Table(
    "frozen_months",
    metadata,
    sa.Column("id", RowNumber, primary_key=True),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # The facts are those of this change; ``change_seq`` is the later entry that records the freezing itself.
    sa.Column("data_seq", sa.BigInteger, nullable=False),
    sa.Column("head_hash", sa.Text, nullable=False),
    sa.Column("data_hash", sa.Text, nullable=False),
    sa.Column("parameters_fingerprint", sa.Text, nullable=False),
    sa.Column("frozen_at", sa.Text, nullable=False),
    sa.Column("frozen_by", sa.Text, nullable=False),
    sa.Column("again_because", sa.Text),
    _change_seq(),
    sa.UniqueConstraint("month", "version"),
)
accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", RowNumber, primary_key=True),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("person_id", sa.Text),
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    # A digest of the stored hash: a hash put into ``passwords`` behind the audit log opens nothing.
    sa.Column("password_mark", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    _change_seq(),
    sa.UniqueConstraint("username", "version"),
)
passwords = sa.Table(
    "passwords",
    metadata,
    sa.Column("username", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False),
)
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("username", sa.Text, nullable=False, index=True),
    sa.Column("began_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)
sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    # Of a name nobody has, too; people type passwords into the wrong box, so only a digest is kept.
    sa.Column("name_hash", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
)
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("username", sa.Text, primary_key=True),
    sa.Column("family_id", sa.Text, primary_key=True),
    sa.Column("month", sa.Integer, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("is_sealed", sa.Boolean, nullable=False),
    sa.Column("saved_at", sa.BigInteger, nullable=False),
)
home_visits = sa.Table(
    "home_visits",
    metadata,
    sa.Column("username", sa.Text, primary_key=True),
    # The last look of the visit that goes on, and of the one before it.
    sa.Column("looked_at", sa.BigInteger, nullable=False),
    sa.Column("before_at", sa.BigInteger),
)

FACT_MODELS = {name: _fact_model(table) for name, table in ALL_TABLES.items()}
# Every table whose rows belong to an entry of the audit log.
AUDITED_MODELS = {**FACT_MODELS, "frozen_months": frozen_months, "accounts": accounts}


def digested_columns(model: sa.Table) -> list[str]:
    """The columns an entry's digest covers: everything a row says, without its number and its entry."""
    return [column.name for column in model.columns if column.name not in ("id", "change_seq")]
