"""Freezing a month into the file that every notebook of the run reads.

Four things are fixed together: the facts (the database as of one entry of its audit log), the parameters, what
the rules give each family of the centre's budget, and what a family's page must know of the whole centre.
They go into ``frozen.bundle`` beside the pages.
Asked again, the same month answers from the same frozen facts, whatever was recorded since;
a correction has to be said aloud (``--again-because``).
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hamyar.core.economy.allocation import RULES
from hamyar.core.economy.assessment import Assessment, aid_by_rule, assess_families
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.centre import CentreLevelsOfMonth, levels_of_centre
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables
from hamyar.store.bundle import Bundle, BundleMeta, write_bundle
from hamyar.store.frozen import FrozenMonth
from hamyar.store.parameter_files import parameter_set, read_parameter_texts
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from hamyar.store.version import code_version

BUNDLE_NAME = "frozen.bundle"


class NothingToRun(HamyarError):
    msgid = N_("No family is recorded, so there is nothing to run. Import families first: hamyar import --help.")


class ParametersChanged(HamyarError):
    msgid = N_(
        "{month} was frozen under other parameters, and its file {file} is gone. "
        "Restore the file or the parameters, or freeze again with --again-because."
    )


@dataclass(frozen=True)
class FrozenRun:
    """A frozen month, read back from its bundle and assessed.

    ``results`` has the suggested aid and the levels beside the rest; ``levels`` is ``None`` without a catalogue.
    """

    bundle: Bundle
    tables: CaseTables
    parameters: ParameterSet
    assessment: Assessment
    results: pd.DataFrame
    levels: CentreLevelsOfMonth | None = None


def freeze_month(
    store: Store, settings: Settings, month: Month, folder: Path, *, actor: str, again_because: str | None = None
) -> FrozenRun:
    """Freeze ``month`` (or find it frozen) and have its bundle in ``folder``.

    Raises ``NothingToRun`` or ``ParametersChanged``.
    """
    path = folder / BUNDLE_NAME
    texts = read_parameter_texts(settings.parameters, is_synthetic=store.centre.is_synthetic)
    fingerprint = parameter_set(texts).fingerprint
    if store.frozen(month) is None and not store.has_families():
        raise NothingToRun()
    frozen = store.freeze(month, actor, parameters_fingerprint=fingerprint, again_because=again_because)
    if not _is_of(path, frozen):
        if frozen.parameters_fingerprint != fingerprint:
            raise ParametersChanged(month=month, file=str(path))
        _write(store, frozen, texts, path)
    return read_run(Bundle(path))


def read_run(bundle: Bundle) -> FrozenRun:
    """The frozen month of a bundle, assessed as a whole."""
    tables, parameters = bundle.tables(), parameter_set(bundle.meta.parameter_texts)
    assessment = assess_families(tables, parameters, bundle.meta.month)
    results = assessment.results.copy()
    rule = assessment.rules.value("allocation_rule")
    # Shared and placed anew and not read from the bundle, so that the pages, which do, are held against something.
    nobody = pd.Series(pd.NA, results.index, dtype="Int64")
    results["suggested_aid_money"] = aid_by_rule(tables, assessment, [rule]).get(rule, nobody)
    levels = levels_of_centre(tables, parameters, bundle.meta.month, assessment)
    if levels is not None:
        results = pd.concat([results, levels.results], axis=1)
    return FrozenRun(bundle, tables, parameters, assessment, results, levels)


def _is_of(path: Path, frozen: FrozenMonth) -> bool:
    """Whether the file holds this very freezing."""
    if not path.is_file():
        return False
    meta = Bundle(path).meta
    return (meta.data_hash, meta.change_seq, meta.parameters_fingerprint, meta.frozen_at) == (
        *(frozen.data_hash, frozen.change_seq, frozen.parameters_fingerprint, frozen.frozen_at),
    )


def _write(store: Store, frozen: FrozenMonth, texts: dict[str, str], path: Path) -> None:
    tables, parameters = store.frozen_tables(frozen), parameter_set(texts)
    assessment = assess_families(tables, parameters, frozen.month, history_months=0)
    levels = levels_of_centre(tables, parameters, frozen.month, assessment)
    meta = BundleMeta(
        month=frozen.month,
        data_hash=frozen.data_hash,
        change_seq=frozen.change_seq,
        head_hash=frozen.head_hash,
        parameters_fingerprint=frozen.parameters_fingerprint,
        parameter_texts=texts,
        currency=tables.currency,
        is_synthetic=tables.is_synthetic,
        title=tables.title,
        frozen_at=frozen.frozen_at,
        code_version=code_version(),
    )
    background = levels.background.to_json() if levels else ""
    write_bundle(path, tables, meta, aid_by_rule(tables, assessment, RULES), background)
