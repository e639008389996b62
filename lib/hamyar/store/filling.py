"""Filling a database with made-up families, for demonstrations and load.

Only a database that was made for synthetic data takes them: once mixed, invented and real families could
never be told apart again.
"""

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.sample import generate
from hamyar.core.tables import BUDGETS, FAMILIES, FLOWS, IDENTITIES, MEMBERS
from hamyar.store.store import Store


class DatabaseNotSynthetic(HamyarError):
    msgid = N_(
        "This database is for real families, so made-up ones are refused. "
        "Make another with: hamyar init --synthetic, and another HAMYAR_DATABASE_URL."
    )


def fill_with_sample(store: Store, *, families: int, last_month: Month, months: int, seed: int, actor: str) -> int:
    """Record a generated sample and return how many families it has; the same sample twice changes nothing."""
    if not store.centre.is_synthetic:
        raise DatabaseNotSynthetic()
    made = generate(families, (last_month + (1 - months)).until(last_month), seed)
    tables = made.tables
    with store.change(actor, f"synthetic sample, seed {seed}") as change:
        change.record(FAMILIES, tables.families)
        change.record(MEMBERS, tables.members)
        change.record(FLOWS, tables.flows)
        change.record(BUDGETS, tables.budgets)
        change.record(IDENTITIES, made.identities)
    return len(tables.families)
