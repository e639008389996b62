"""Where a notebook's facts come from.

A notebook names a family and a month, nothing else; this module finds the facts, in this order:

1. the server that ``HAMYAR_SERVICE`` names: a served page is told what its user may see and nothing else;
2. the frozen month that ``HAMYAR_BUNDLE`` names (the monthly run sets it);
3. the database, when one has been made (``hamyar init``), opened without the key of the secrets;
4. a small synthetic sample, so that every notebook runs on a machine that has nothing yet.

None of them holds a name, a number of a person or an address: a kernel cannot show what it cannot reach.
Names are asked for one by one, by a page that somebody is signed in to (:mod:`hamyar.faces.session`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import pandas as pd

from hamyar.core.economy.allocation import RULES
from hamyar.core.economy.assessment import aid_by_rule, assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.background import Background
from hamyar.core.levels.centre import background_of_centre
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.sample import Sample, generate, indicators_at, sample_work
from hamyar.core.tables import CaseTables
from hamyar.store.bundle import Bundle, data_hash
from hamyar.store.database import DatabaseMissing
from hamyar.store.parameter_files import load_parameters, parameter_set
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from hamyar.store.version import code_version

SAMPLE_FAMILIES, SAMPLE_SEED = 12, 1404
SAMPLE_LAST_MONTH = Month(1404, 8)
SAMPLE_MONTHS = 13


@dataclass(frozen=True)
class Origin:
    """What a page has to say about where it comes from."""

    data_hash: str
    parameter_hash: str
    code_version: str
    frozen_at: str = ""

    @property
    def run_id(self) -> str:
        """Names a run by what goes into it: the same facts, rules and code are the same run, whenever it is made."""
        parts = "|".join((self.data_hash, self.parameter_hash, self.code_version))
        return hashlib.sha256(parts.encode()).hexdigest()[:12]


class Source(Protocol):
    """Facts, rules and shared aid, wherever they lie."""

    @property
    def parameters(self) -> ParameterSet: ...

    @property
    def origin(self) -> Origin: ...

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables: ...

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        """What ``rule`` gives a family of the month's budget; ``None`` without a budget or with an unknown gap."""

    def background(self, month: Month) -> Background:
        """What a family's page must know of the whole centre in ``month``; raises ``CatalogueAbsent``."""


class SourceOver:
    """Tables at hand in place of a source's own: a form as it stands, or the whole centre asked for once."""

    def __init__(self, source: Source, tables: CaseTables) -> None:
        self._source, self._tables = source, tables

    @property
    def parameters(self) -> ParameterSet:
        return self._source.parameters

    @property
    def origin(self) -> Origin:
        return self._source.origin

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        return self._tables if family_ids is None else self._tables.only(list(family_ids))

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        return self._source.suggested_aid(month, family_id, rule)

    def background(self, month: Month) -> Background:
        return self._source.background(month)


class FrozenSource:
    """A frozen month."""

    def __init__(self, path: Path) -> None:
        self._bundle = Bundle(path)

    @cached_property
    def parameters(self) -> ParameterSet:
        return parameter_set(self._bundle.meta.parameter_texts)

    @property
    def origin(self) -> Origin:
        # The bundle knows which code froze the month; the page is made by the code that runs now.
        meta = self._bundle.meta
        return Origin(meta.data_hash, meta.parameters_fingerprint, code_version(), meta.frozen_at)

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        return self._bundle.tables(family_ids)

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        if month != self._bundle.meta.month:
            return None
        return self._bundle.shared_aid(family_id).get(rule)

    def background(self, month: Month) -> Background:
        text = self._bundle.background() if month == self._bundle.meta.month else ""
        return Background.from_json(text) if text else _background_of(self.tables(), self.parameters, month)


def frozen_source(path: Path) -> FrozenSource:
    """The frozen month at ``path``, opened once; a file that was frozen anew is opened anew."""
    return _opened(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=4)
def _opened(path: Path, _modified: int) -> FrozenSource:
    source = FrozenSource(path)
    # Read now: a process that forks its notebooks reads the rules once for all of them.
    _ = source.parameters
    return source


class WholeTables:
    """Facts that are all in memory: those of a database that lies at hand, and of the sample."""

    def __init__(self, tables: CaseTables, parameters: ParameterSet) -> None:
        self._tables, self.parameters = tables, parameters
        self._backgrounds: dict[Month, Background] = {}
        self._shared: dict[tuple[Month, str], pd.DataFrame] = {}

    @cached_property
    def origin(self) -> Origin:
        return Origin(data_hash(self._tables), self.parameters.fingerprint, code_version())

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        return self._tables if family_ids is None else self._tables.only(list(family_ids))

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        if rule not in RULES:
            return None
        aid = self._aid(month, rule)
        if rule not in aid or family_id not in aid.index or pd.isna(aid.at[family_id, rule]):
            return None
        return int(aid.at[family_id, rule])

    def _aid(self, month: Month, rule: str) -> pd.DataFrame:
        # Sharing is over all families at once, so what one of them gets is known for every other as well.
        if (month, rule) not in self._shared:
            assessment = assess_families(self._tables, self.parameters, month, history_months=0)
            self._shared[month, rule] = aid_by_rule(self._tables, assessment, [rule])
        return self._shared[month, rule]

    def background(self, month: Month) -> Background:
        if month not in self._backgrounds:
            self._backgrounds[month] = _background_of(self._tables, self.parameters, month)
        return self._backgrounds[month]


def _background_of(tables: CaseTables, parameters: ParameterSet, month: Month) -> Background:
    economy = assess_families(tables, parameters, month, history_months=0)
    placed = stratify_families(tables, parameters, month, economy)
    return background_of_centre(tables, placed, economy.rules)


@lru_cache(maxsize=1)
def made_sample(parameters: Path) -> tuple[Sample, ParameterSet]:
    """The families of the sample, with their invented names, and the rules that they are made by."""
    months = (SAMPLE_LAST_MONTH + (1 - SAMPLE_MONTHS)).until(SAMPLE_LAST_MONTH)
    rules = load_parameters(parameters, is_synthetic=True)
    return generate(SAMPLE_FAMILIES, months, SAMPLE_SEED, indicators=indicators_at(rules, SAMPLE_LAST_MONTH)), rules


@lru_cache(maxsize=1)
def sample_source(parameters: Path) -> Source:
    """The sample that every notebook can fall back on: a dozen families, thirteen months, a helper's year."""
    sample, rules = made_sample(parameters)
    return WholeTables(sample_work(sample.tables, rules, SAMPLE_LAST_MONTH, SAMPLE_SEED), rules)


def find_source(settings: Settings | None = None) -> Source:
    """The facts a notebook should read, by the order above."""
    settings = settings or Settings.from_environment()
    if settings.service is not None:
        # It is a source itself, so it cannot be loaded before this module is.
        from hamyar.faces.served import served_session

        return served_session(settings.service, settings.capability)
    if settings.bundle is not None:
        return frozen_source(settings.bundle)
    try:
        with Store.open(settings.database_url) as store:
            is_synthetic = store.centre.is_synthetic
            return WholeTables(store.tables(), load_parameters(settings.parameters, is_synthetic=is_synthetic))
    except DatabaseMissing:
        return sample_source(settings.parameters)
