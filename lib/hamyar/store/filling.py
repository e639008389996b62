"""Filling a database with made-up families, for demonstrations and load.

Only a database that was made for synthetic data takes them: once mixed, invented and real families could
never be told apart again.  Where the centre's parameters hold a catalogue of indicators, the families were visited.
"""

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.sample import generate, indicators_at
from hamyar.core.tables import FACT_TABLES, IDENTITIES
from hamyar.store.parameter_files import load_parameters
from hamyar.store.settings import Settings
from hamyar.store.store import Store


class DatabaseNotSynthetic(HamyarError):
    msgid = N_(
        "This database is for real families, so made-up ones are refused. "
        "Make another with: hamyar init --synthetic, and another HAMYAR_DATABASE_URL."
    )


def fill_with_sample(
    store: Store,
    *,
    families: int,
    last_month: Month,
    months: int,
    seed: int,
    actor: str,
    parameters: ParameterSet | None = None,
) -> int:
    """Record a generated sample and return how many families it has; the same sample twice changes nothing.

    ``parameters``, those of the settings unless others are given, say which indicators are asked in ``last_month``.
    Raises ``DatabaseNotSynthetic``, and what :func:`hamyar.core.sample.generate` and the catalogue raise.
    """
    if not store.centre.is_synthetic:
        raise DatabaseNotSynthetic()
    rules = parameters or load_parameters(Settings.from_environment().parameters, is_synthetic=True)
    span = (last_month + (1 - months)).until(last_month)
    made = generate(families, span, seed, indicators=indicators_at(rules, last_month))
    with store.change(actor, f"synthetic sample, seed {seed}") as change:
        for name, table in FACT_TABLES.items():
            change.record(table, getattr(made.tables, name))
        change.record(IDENTITIES, made.identities)
    return families
