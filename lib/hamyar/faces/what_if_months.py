"""The months that other rules are tried on: those already run, each judged once by its own parameters.

A run leaves ``frozen.bundle`` in the folder of its month.  Every one that can be read is taken; one that cannot
(of another Hamyar, or damaged) is counted and left out.  Where nothing has been run yet, the last months of the facts
at hand are taken instead, so that the notebook works on every machine.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hamyar.core.economy.assessment import assess_families
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.message import N_
from hamyar.core.parameters import CatalogueAbsent, ParameterMissing, ParameterSet
from hamyar.core.tables import CaseTables
from hamyar.faces.sources import Origin, find_source
from hamyar.store.bundle import Bundle, BundleMissing, BundleUnreadable
from hamyar.store.parameter_files import parameter_set
from hamyar.store.settings import Settings
from hamyar.store.version import code_version

# Without a run: so many months up to the one asked for.
MONTHS_OF_FACTS = 6


class MonthNotRun(HamyarError):
    msgid = N_("{month} has not been run. Months that have been are: {known}. Choose one, or run it first.")


class NothingRecorded(HamyarError):
    msgid = N_("No family is recorded until {month}, so there is nothing to try rules on. Import families first.")


@dataclass(frozen=True)
class JudgedMonth:
    """One month by its own rules: the levels, the facts, and each family's gap after aid."""

    placed: Stratification
    tables: CaseTables
    gaps: pd.Series
    smallest_shown: int

    @classmethod
    def of(cls, tables: CaseTables, parameters: ParameterSet, month: Month) -> "JudgedMonth":
        economy = assess_families(tables, parameters, month, history_months=0)
        placed = stratify_families(tables, parameters, month, economy)
        return cls(
            placed, tables, economy.results["gap_after_aid_money"], int(economy.rules.value("smallest_shown_count"))
        )


@dataclass(frozen=True)
class Months:
    """What was found: the months in order, how many frozen ones could not be read, and where all of it comes from."""

    judged: Mapping[Month, JudgedMonth]
    unread: int
    is_frozen: bool
    origin: Origin


def find_months(month: Month, settings: Settings | None = None) -> Months:
    """Every month that was run, or the last months of the facts at hand until ``month``.

    Raises ``MonthNotRun`` where months were run and this one was not, and ``NothingRecorded``.
    """
    settings = settings or Settings.from_environment()
    found, unread = _frozen(settings)
    if not found:
        return _of_facts(month, settings, unread)
    if month not in found:
        raise MonthNotRun(month=month, known=", ".join(map(str, found)))
    judged = {each: JudgedMonth.of(bundle.tables(), _parameters(bundle), each) for each, bundle in found.items()}
    metas = [bundle.meta for bundle in found.values()]
    origin = Origin(
        _together([meta.data_hash for meta in metas]),
        _together([meta.parameters_fingerprint for meta in metas]),
        code_version(),
    )
    return Months(judged, unread, True, origin)


def _frozen(settings: Settings) -> tuple[dict[Month, Bundle], int]:
    """The bundles of the runs that have a catalogue, in the order of their months, and how many cannot be read."""
    paths = [settings.bundle] if settings.bundle else sorted(settings.outputs.glob("*/frozen.bundle"))
    found: dict[Month, Bundle] = {}
    unread = 0
    for path in paths:
        try:
            bundle = Bundle(path)
            has_indicators = _parameters(bundle).has_indicators
        except (BundleMissing, BundleUnreadable):
            unread += 1
            continue
        if has_indicators:
            found[bundle.meta.month] = bundle
    return dict(sorted(found.items())), unread


def _parameters(bundle: Bundle) -> ParameterSet:
    return parameter_set(bundle.meta.parameter_texts)


def _together(hashes: list[str]) -> str:
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("|".join(hashes).encode()).hexdigest()


def _of_facts(month: Month, settings: Settings, unread: int) -> Months:
    source = find_source(settings)
    tables = source.tables()
    if not len(_known_in(tables, month).families):
        raise NothingRecorded(month=month)
    judged = {}
    for each in (month + (1 - MONTHS_OF_FACTS)).until(month):
        try:
            judged[each] = JudgedMonth.of(_known_in(tables, each), source.parameters, each)
        except (CatalogueAbsent, CatalogueMissing, ParameterMissing):
            # A month before the rules began is no month to try others on; the one asked for must be.
            if each == month:
                raise
    return Months(judged, unread, False, source.origin)


def _known_in(tables: CaseTables, month: Month) -> CaseTables:
    """The families the centre knew by then; where the month of joining is not recorded, it counts as known."""
    is_later = (tables.families["joined_month"] > month.code).fillna(False).astype(bool)
    return tables.only(tables.families.loc[~is_later, "family_id"].tolist()) if is_later.any() else tables
