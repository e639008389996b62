"""What helpers observe, what a household ate in a week, and the schooling of its members.

The columns of ``members`` are added empty.  A missing value takes no part in the digest of a row,
so the audit log verifies afterwards as it did before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NEVER_CHANGED = ("observations", "food_weeks")
DAYS = (
    *("staples", "pulses", "vegetables", "fruit", "meat", "dairy", "sugar", "oil"),
    *("less_preferred", "borrowed_food", "smaller_portions", "adults_ate_less", "fewer_meals"),
)


def upgrade() -> None:
    op.add_column("members", sa.Column("schooling", sa.Text))
    op.add_column("members", sa.Column("attends_school", sa.Text))
    # The keys begin with the family, so their own index finds a family's rows.
    create_facts(
        "observations",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("observer_id", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("source", sa.Text),
        key=("family_id", "subject_id", "indicator", "observer_id", "day"),
    )
    create_facts(
        "food_weeks",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        *(sa.Column(f"{name}_days", sa.BigInteger) for name in DAYS),
        sa.Column("source", sa.Text),
        key=("family_id", "day"),
    )
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
        sa.UniqueConstraint(*key, "version", name=op.f(f"uq_{name}")),
        sa.ForeignKeyConstraint(
            ["change_seq"],
            ["changes.seq"],
            name=op.f(f"fk_{name}_change_seq"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index(f"ix_{name}_change_seq", name, ["change_seq"])


def refuse_changes() -> None:
    """Let the database itself refuse to change or remove what was written, as in the other tables of facts."""
    sentence = "Hamyar: rows of this table are never changed or removed; record a correction instead"
    if op.get_bind().dialect.name == "sqlite":
        for table in NEVER_CHANGED:
            for event in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
                )
        return
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION hamyar_refuse_change()"
        )
