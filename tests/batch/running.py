"""A centre to run months of: its database, key and outputs in one folder that can be copied; and eyes for what it left.

A month of four families is run once for the whole test session, whichever process asks first, and is only read;
a test that changes something works on its own copy.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from filelock import FileLock

from hamyar.core.jalali import Month
from hamyar.store.filling import fill_with_sample
from hamyar.store.settings import Settings
from hamyar.store.store import Store

ROOT = Path(__file__).parents[2]
HAMYAR = Path(sys.executable).with_name("hamyar")
MONTH = Month(1404, 8)
FAMILIES = 4
TITLE = "مرکز آزمون"
# Marks every process of a run, so that those left over can be found and only those.
MARK = "HAMYAR_TEST_MARK"
# One PDF of a dossier has at most this many pages.
LONGEST_DOSSIER = 8


@dataclass(frozen=True)
class Centre:
    """A folder with a database, the key of its secrets, and outputs; ``home`` holds notebooks and parameters."""

    folder: Path
    home: Path = ROOT
    parameters: Path = ROOT / "parameters"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HAMYAR_HOME": str(self.home),
            "HAMYAR_PARAMETERS": str(self.parameters),
            "HAMYAR_DATABASE_URL": f"sqlite:///{self.folder / 'centre.sqlite3'}",
            "HAMYAR_KEY_FILE": str(self.folder / "secrets.key"),
            "HAMYAR_OUTPUTS": str(self.folder / "outputs"),
            "HAMYAR_LANGUAGE": "en",
        }

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.environment)

    def outputs(self, month: Month = MONTH) -> Path:
        return self.folder / "outputs" / str(month)

    def create(self, **options: object) -> Store:
        chosen = {"title": TITLE, "is_synthetic": True, **options}
        return Store.create(self.settings.database_url, self.settings.key_file, **chosen)

    def open(self) -> Store:
        return Store.open(self.settings.database_url, self.settings.key_file)

    def copy(self, to: Path) -> "Centre":
        """A copy of everything in the folder, where nobody else writes."""
        shutil.copytree(self.folder, to)
        return Centre(to, self.home, self.parameters)

    def command(self, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        """``hamyar …`` as a process of its own, in English unless ``more`` says otherwise."""
        return subprocess.run(
            [HAMYAR, *map(str, arguments)],
            env={**os.environ, **self.environment, **more},
            **{"capture_output": True, "text": True, "encoding": "utf-8", "cwd": self.folder, "timeout": 300},
        )


def new_centre(folder: Path, families: int = FAMILIES) -> Centre:
    """A centre with made-up families, their names, and budgets."""
    folder.mkdir(parents=True)
    centre = Centre(folder)
    with centre.create() as store:
        fill_with_sample(store, families=families, last_month=MONTH, months=13, seed=1404, actor="test")
    return centre


def shared_run(temporary: pytest.TempPathFactory) -> Centre:
    """A centre whose month has been run by the command; made once for all processes of the session.  Read only."""
    base = temporary.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "hamyar-month"
    done = shared / "hamyar-month.done"
    with FileLock(shared / "hamyar-month.lock"):
        if not done.exists():
            centre = new_centre(folder)
            said = centre.command("monthly", "--month", MONTH, "--workers", 2, "--quiet")
            assert (said.returncode, said.stderr) == (0, "")
            done.touch()
    return Centre(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` by its path there; the lock is no output."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def without_stamp(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """``files`` with the manifest's stamp taken out: what must be equal in two runs of one frozen month."""
    manifest = re.sub(rb'"stamp": \{[^}]*\}', b"", files["manifest.json"])
    return {**files, "manifest.json": manifest}


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Names of the files that only one has, or that differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def all_names(store: Store) -> set[str]:
    """Every name, national id and telephone of the store."""
    return {value for known in store.identities().values() for value in known.values()}


def text_of(pdf: Path) -> str:
    """All text of a PDF."""
    with closed_at_end(pdf) as document:
        return "\n".join(document[number].get_textpage().get_text_range() for number in range(len(document)))


def printed(text: str) -> str:
    """``text`` as it is found on paper, where the half-space has no sign of its own."""
    return text.replace("\u200c", "")


def fonts_of(pdf: Path) -> dict[str, int]:
    """Name of every font that some text of a PDF uses, and whether it is embedded."""
    found = {}
    with closed_at_end(pdf) as document:
        for number in range(len(document)):
            for item in document[number].get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
                font = pdfium.FPDFTextObj_GetFont(item.raw)
                size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
                name = ctypes.create_string_buffer(size)
                pdfium.FPDFFont_GetBaseFontName(font, name, size)
                found[name.value.decode().split("+")[-1]] = pdfium.FPDFFont_GetIsEmbedded(font)
    return found


@contextmanager
def closed_at_end(pdf: Path) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def text_outside(pdf: Path) -> list[tuple[int, float, float, float, float]]:
    """Pieces of text that do not lie within their page: page number and box."""
    found = []
    with closed_at_end(pdf) as document:
        for number in range(len(document)):
            width, height = document[number].get_size()
            text = document[number].get_textpage()
            for place in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(place)
                if left < 0 or bottom < 0 or right > width or top > height:
                    found.append((number, left, bottom, right, top))
    return found


def processes_marked(mark: str) -> list[int]:
    """Living processes that carry ``MARK=mark`` in their environment; Linux only."""
    needle = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_dead = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if not is_dead and needle in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def left_after(mark: str, seconds: float) -> list[int]:
    """Marked processes that still live when ``seconds`` have passed; they are ended then."""
    deadline = time.monotonic() + seconds
    while (left := processes_marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in left:
        os.kill(process, signal.SIGKILL)
    return left


def holding(files: Mapping[str, bytes], secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Which files hold which of ``secrets``, in their names or content."""
    return [
        (name, secret)
        for name, content in files.items()
        for secret in secrets
        if secret.encode() in content or secret in name
    ]
