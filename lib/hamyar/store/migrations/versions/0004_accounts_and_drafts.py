"""Accounts with their history, sign-ins, drafts of forms, and when somebody was last here.

Only new tables: nothing that was written before is touched.
An account's versions are as fixed as facts; everything else here is of the moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ROW_NUMBER, primary_key=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text),
        sa.Column("is_disabled", sa.Boolean, nullable=False),
        sa.Column("password_mark", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("change_seq", ROW_NUMBER, nullable=False),
        sa.UniqueConstraint("username", "version", name=op.f("uq_accounts")),
        sa.ForeignKeyConstraint(
            ["change_seq"],
            ["changes.seq"],
            name=op.f("fk_accounts_change_seq"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index("ix_accounts_change_seq", "accounts", ["change_seq"])
    op.create_table(
        "passwords",
        sa.Column("username", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_sign_ins_username", "sign_ins", ["username"])
    op.create_table(
        "sign_in_failures",
        sa.Column("name_hash", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("username", sa.Text, primary_key=True),
        sa.Column("family_id", sa.Text, primary_key=True),
        sa.Column("month", sa.Integer, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("is_sealed", sa.Boolean, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "home_visits",
        sa.Column("username", sa.Text, primary_key=True),
        sa.Column("looked_at", sa.BigInteger, nullable=False),
        sa.Column("before_at", sa.BigInteger),
    )
    refuse_changes("accounts")


def refuse_changes(table: str) -> None:
    """Let the database itself refuse to change or remove what was written, as in the tables of facts."""
    sentence = "Hamyar: rows of this table are never changed or removed; record a correction instead"
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION hamyar_refuse_change()"
    )
