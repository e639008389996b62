"""Helpers and whom they carry, plans and visits, commissions, groups and events.

Only new tables: nothing that was written before is touched.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NEVER_CHANGED = (
    *("helpers", "helper_hours", "helper_leave", "helper_travel", "trainings"),
    *("family_wishes", "helper_choices", "assignments"),
    *("resources", "plans", "goals", "visits"),
    *("referrals", "sessions", "session_people", "session_cases", "decisions"),
    *("help_groups", "group_members", "events", "enrolments"),
)


def upgrade() -> None:
    # A key that begins with the family or the helper finds their rows itself; the other tables get an index for it.
    create_facts(
        "helpers",
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("sex", sa.Text),
        sa.Column("languages", sa.Text),
        sa.Column("skills", sa.Text),
        sa.Column("areas", sa.Text),
        sa.Column("from_day", sa.Integer, nullable=False),
        sa.Column("until_day", sa.Integer),
        sa.Column("source", sa.Text),
        key=("helper_id",),
    )
    create_facts(
        "helper_hours",
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("weekday", sa.BigInteger, nullable=False),
        sa.Column("start_minute", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        key=("helper_id", "weekday"),
    )
    create_facts(
        "helper_leave",
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("first_day", sa.Integer, nullable=False),
        sa.Column("last_day", sa.Integer, nullable=False),
        key=("helper_id", "first_day"),
    )
    create_facts(
        "helper_travel",
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        key=("helper_id", "area"),
    )
    create_facts(
        "trainings",
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("training_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("way", sa.Text),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("start_minute", sa.BigInteger),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        key=("helper_id", "training_id"),
    )
    create_facts(
        "family_wishes",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("asks_for_woman", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("source", sa.Text),
        key=("family_id",),
    )
    create_facts(
        "helper_choices",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("source", sa.Text),
        key=("family_id", "helper_id"),
    )
    op.create_index("ix_helper_choices_helper_id", "helper_choices", ["helper_id"])
    create_facts(
        "assignments",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("from_day", sa.Integer, nullable=False),
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("until_day", sa.Integer, nullable=False),
        sa.Column("is_chosen", sa.Text),
        sa.Column("reason", sa.Text),
        key=("family_id", "from_day"),
    )
    op.create_index("ix_assignments_helper_id", "assignments", ["helper_id"])
    create_facts(
        "resources",
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("reach", sa.Text, nullable=False),
        sa.Column("area", sa.Text),
        sa.Column("programmes", sa.Text, nullable=False),
        sa.Column("capacity", sa.BigInteger),
        sa.Column("from_day", sa.Integer),
        sa.Column("until_day", sa.Integer),
        sa.Column("source", sa.Text),
        key=("resource_id",),
    )
    create_facts(
        "plans",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("from_day", sa.Integer, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("resource_id", sa.Text),
        sa.Column("minutes", sa.BigInteger),
        sa.Column("every_days", sa.BigInteger),
        sa.Column("number", sa.BigInteger),
        sa.Column("offset_days", sa.BigInteger),
        sa.Column("until_day", sa.Integer),
        sa.Column("decided_day", sa.Integer),
        sa.Column("decided_by", sa.Text),
        key=("family_id", "subject_id", "programme", "from_day"),
    )
    create_facts(
        "goals",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("from_day", sa.Integer, nullable=False),
        sa.Column("aim_level", sa.BigInteger),
        sa.Column("until_day", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("decided_day", sa.Integer),
        sa.Column("decided_by", sa.Text),
        key=("family_id", "subject_id", "indicator", "from_day"),
    )
    create_facts(
        "visits",
        sa.Column("visit_id", sa.Text, nullable=False),
        sa.Column("activity_id", sa.Text),
        sa.Column("number", sa.BigInteger),
        sa.Column("helper_id", sa.Text, nullable=False),
        sa.Column("family_id", sa.Text),
        sa.Column("member_id", sa.Text),
        sa.Column("programme", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("due_day", sa.Integer),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("start_minute", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("done_day", sa.Integer),
        sa.Column("reason", sa.Text),
        key=("visit_id",),
    )
    op.create_index("ix_visits_family_id", "visits", ["family_id"])
    op.create_index("ix_visits_helper_id", "visits", ["helper_id"])
    create_facts(
        "referrals",
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("commission", sa.Text, nullable=False),
        sa.Column("proposed_day", sa.Integer, nullable=False),
        sa.Column("proposed_by", sa.Text),
        sa.Column("rules", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_day", sa.Integer, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        key=("family_id", "commission", "proposed_day"),
    )
    create_facts(
        "sessions",
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("commission", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("start_minute", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        key=("session_id",),
    )
    create_facts(
        "session_people",
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("has_attended", sa.Text),
        key=("session_id", "person_id"),
    )
    create_facts(
        "session_cases",
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("family_id", sa.Text, nullable=False),
        key=("session_id", "family_id"),
    )
    op.create_index("ix_session_cases_family_id", "session_cases", ["family_id"])
    create_facts(
        "decisions",
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("until_day", sa.Integer, nullable=False),
        sa.Column("minutes", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done_day", sa.Integer),
        sa.Column("reason", sa.Text),
        key=("session_id", "family_id", "number"),
    )
    op.create_index("ix_decisions_family_id", "decisions", ["family_id"])
    create_facts(
        "help_groups",
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("area", sa.Text),
        sa.Column("helper_id", sa.Text),
        sa.Column("from_day", sa.Integer, nullable=False),
        sa.Column("until_day", sa.Integer),
        key=("group_id",),
    )
    create_facts(
        "group_members",
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("family_id", sa.Text),
        sa.Column("from_day", sa.Integer, nullable=False),
        sa.Column("until_day", sa.Integer),
        key=("group_id", "person_id"),
    )
    op.create_index("ix_group_members_family_id", "group_members", ["family_id"])
    create_facts(
        "events",
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("programme", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("group_id", sa.Text),
        sa.Column("helper_id", sa.Text),
        sa.Column("area", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("start_minute", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("capacity", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        key=("event_id",),
    )
    create_facts(
        "enrolments",
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("enrolled_day", sa.Integer, nullable=False),
        key=("event_id", "family_id", "subject_id"),
    )
    op.create_index("ix_enrolments_family_id", "enrolments", ["family_id"])
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
