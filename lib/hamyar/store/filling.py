"""Filling a database with made-up families, for demonstrations and load.

Only a database that was made for synthetic data takes them: once mixed, invented and real families could
never be told apart again.  Where the centre's parameters hold a catalogue of indicators, the families were visited,
and a sample that is not too large has a year of help (:mod:`hamyar.core.sample.work`).
All of it is recorded in one change.
"""

from typing import NamedTuple

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.sample import generate, helper_identities, indicators_at, sample_work
from hamyar.core.tables import FACT_TABLES, IDENTITIES
from hamyar.store.parameter_files import load_parameters
from hamyar.store.settings import Settings
from hamyar.store.store import Store


class DatabaseNotSynthetic(HamyarError):
    msgid = N_(
        "This database is for real families, so made-up ones are refused. "
        "Make another with: hamyar init --synthetic, and another HAMYAR_DATABASE_URL."
    )


class Filled(NamedTuple):
    """What was recorded: families, helpers, and families that a helper carries."""

    families: int
    helpers: int
    carried: int


def fill_with_sample(
    store: Store,
    *,
    families: int,
    last_month: Month,
    months: int,
    seed: int,
    actor: str,
    parameters: ParameterSet | None = None,
) -> Filled:
    """Record a generated sample and return how much of it there is; the same sample twice changes nothing.

    ``parameters``, those of the settings unless others are given, say which indicators are asked in ``last_month``.
    Raises ``DatabaseNotSynthetic``, and what :func:`hamyar.core.sample.generate`,
    :func:`hamyar.core.sample.sample_work` and the catalogue raise.
    """
    if not store.centre.is_synthetic:
        raise DatabaseNotSynthetic()
    rules = parameters or load_parameters(Settings.from_environment().parameters, is_synthetic=True)
    span = (last_month + (1 - months)).until(last_month)
    made = generate(families, span, seed, indicators=indicators_at(rules, last_month))
    tables = sample_work(made.tables, rules, last_month, seed)
    identities = made.identities
    if len(tables.helpers):
        identities = pd.concat([identities, helper_identities(tables.helpers, seed)], ignore_index=True)
    with store.change(actor, f"synthetic sample, seed {seed}") as change:
        for name, table in FACT_TABLES.items():
            change.record(table, getattr(tables, name))
        change.record(IDENTITIES, identities)
    return Filled(families, len(tables.helpers), tables.assignments["family_id"].nunique())
