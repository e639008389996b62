"""Facts with versions, the audit log, frozen months, and the triggers that keep them as they were written."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NEVER_CHANGED = ("changes", "families", "members", "flows", "budgets", "identities", "frozen_months")


def upgrade() -> None:
    op.create_table(
        "centre",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("is_synthetic", sa.Boolean, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_centre_one_row")),
    )
    op.create_table(
        "changes",
        sa.Column("seq", ROW_NUMBER, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("corrects_frozen", sa.Boolean, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("rows_digest", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    create_facts(
        "families",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("area", sa.Text),
        sa.Column("joined_month", sa.Integer),
        sa.Column("plan_month", sa.Integer),
        sa.Column("source", sa.Text),
        key=("family_id",),
    )
    create_facts(
        "members",
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("sex", sa.Text),
        sa.Column("birth_day", sa.Integer),
        sa.Column("stated_age_years", sa.BigInteger),
        sa.Column("stated_age_month", sa.Integer),
        sa.Column("source", sa.Text),
        key=("member_id",),
    )
    op.create_index("ix_members_family_id", "members", ["family_id"])
    create_facts(
        "flows",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("amount_money", sa.BigInteger),
        sa.Column("recall", sa.Text, nullable=False),
        sa.Column("item", sa.Text),
        sa.Column("member_id", sa.Text),
        sa.Column("source", sa.Text),
        key=("family_id", "month", "category", "line"),
    )
    op.create_index("ix_flows_month", "flows", ["month"])
    create_facts(
        "budgets",
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("budget_money", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text),
        key=("month",),
    )
    create_facts(
        "identities",
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("value_index", sa.Text, nullable=False),
        key=("owner_id", "field"),
    )
    op.create_index("ix_identities_value_index", "identities", ["value_index"])
    op.create_table(
        "frozen_months",
        sa.Column("id", ROW_NUMBER, primary_key=True),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data_seq", sa.BigInteger, nullable=False),
        sa.Column("head_hash", sa.Text, nullable=False),
        sa.Column("data_hash", sa.Text, nullable=False),
        sa.Column("parameters_fingerprint", sa.Text, nullable=False),
        sa.Column("frozen_at", sa.Text, nullable=False),
        sa.Column("frozen_by", sa.Text, nullable=False),
        sa.Column("again_because", sa.Text),
        sa.Column("change_seq", ROW_NUMBER, nullable=False),
        *audited("frozen_months", ("month", "version")),
    )
    op.create_index("ix_frozen_months_change_seq", "frozen_months", ["change_seq"])
    refuse_changes()


def create_facts(name: str, *columns: sa.Column, key: tuple[str, ...]) -> None:
    """A fact table: its own columns, then version, withdrawal and the entry that wrote the row."""
    op.create_table(
        name,
        sa.Column("id", ROW_NUMBER, primary_key=True),
        *columns,
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
        sa.Column("change_seq", ROW_NUMBER, nullable=False),
        *audited(name, (*key, "version")),
    )
    op.create_index(f"ix_{name}_change_seq", name, ["change_seq"])


def audited(name: str, unique: tuple[str, ...]) -> tuple[sa.Constraint, ...]:
    return (
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}")),
        sa.ForeignKeyConstraint(
            ["change_seq"],
            ["changes.seq"],
            name=op.f(f"fk_{name}_change_seq"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def refuse_changes() -> None:
    """Let the database itself refuse to change or remove what was written."""
    sentence = "Hamyar: rows of this table are never changed or removed; record a correction instead"
    if op.get_bind().dialect.name == "sqlite":
        for table in NEVER_CHANGED:
            for event in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION hamyar_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$"
    )
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION hamyar_refuse_change()"
        )
