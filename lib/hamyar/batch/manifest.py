"""The manifest: what a run was made from and the hash of every file it left, so that anyone can check it later.

``stamp`` is the only part that differs between two runs of one frozen month.
``head_hash`` is the head of the database's audit chain when the month was frozen; kept here, outside the database,
it is what shows that a log was cut short.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hamyar.batch.freeze import FrozenRun
from hamyar.batch.pages import PageOutcome
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.store.audit import Head
from hamyar.store.bundle import BundleMeta
from hamyar.store.files import write_bytes_atomically
from hamyar.store.version import code_version

MANIFEST_NAME = "manifest.json"
# The manifest cannot hold its own hash; the lock is no output.
NOT_LISTED = (MANIFEST_NAME, ".lock")


class ManifestMissing(HamyarError):
    msgid = N_("{folder} has no manifest, so its run has not ended. Run 'hamyar monthly' for that month again.")


class ManifestInvalid(HamyarError):
    msgid = N_("{file} cannot be read as a manifest. Run 'hamyar monthly' for that month again.")


@dataclass(frozen=True)
class RunInputs:
    """Everything a page depends on.  Two runs with equal inputs make equal pages."""

    month: str
    data_hash: str
    change_seq: int
    head_hash: str
    parameters_fingerprint: str
    code_version: str
    language: str
    frozen_at: str
    names_printed: bool

    @classmethod
    def of(cls, meta: BundleMeta, language: str, *, names_printed: bool) -> "RunInputs":
        return cls(
            month=str(meta.month),
            data_hash=meta.data_hash,
            change_seq=meta.change_seq,
            head_hash=meta.head_hash,
            parameters_fingerprint=meta.parameters_fingerprint,
            code_version=code_version(),
            language=language,
            frozen_at=meta.frozen_at,
            names_printed=names_printed,
        )

    @property
    def head(self) -> Head:
        """The head of the audit log when the month was frozen."""
        return Head(self.change_seq, self.head_hash)

    def as_bytes(self) -> bytes:
        return _json(asdict(self))


@dataclass(frozen=True)
class Manifest:
    """A run's record of itself, kept as ``manifest.json`` in its folder."""

    folder: Path
    inputs: RunInputs
    counts: dict[str, int]
    failures: list[dict[str, str]]
    files: dict[str, str]
    stamp: dict[str, Any]

    @classmethod
    def of_folder(
        cls, folder: Path, inputs: RunInputs, run: FrozenRun, failed: list[PageOutcome], stamp: dict[str, Any]
    ) -> "Manifest":
        """Hash what lies in ``folder`` and count what the run found."""
        files = hash_files(folder)
        gaps = run.results["gap_before_aid_money"]
        counts = {
            "families": len(run.results),
            "family_pages": sum(name.startswith("families/") and name.endswith(".pdf") for name in files),
            "failed": len(failed),
            "gaps_open": int((gaps > 0).sum()),
            "gaps_unknown": int(gaps.isna().sum()),
        }
        failures = [{"case": outcome.case, "stage": outcome.stage, "reason": str(outcome.reason)} for outcome in failed]
        return cls(folder, inputs, counts, failures, files, stamp)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest of a folder; raises ``ManifestMissing`` or ``ManifestInvalid``."""
        path = folder / MANIFEST_NAME
        if not path.is_file():
            raise ManifestMissing(folder=str(folder))
        try:
            found = json.loads(path.read_text("utf-8"))
            return cls(folder, RunInputs(**found.pop("inputs")), **found)
        except (ValueError, TypeError, KeyError) as error:
            raise ManifestInvalid(file=str(path)) from error

    def write(self) -> None:
        content = {name: value for name, value in asdict(self).items() if name != "folder"}
        write_bytes_atomically(self.folder / MANIFEST_NAME, _json(content))


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder``, by path, sorted."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in NOT_LISTED)
    return {path.relative_to(folder).as_posix(): hash_of(path.read_bytes()) for path in paths}


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
