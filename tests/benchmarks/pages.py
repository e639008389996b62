"""How fast pages are made, against the same three steps called as separate commands for each family.

    python -m tests.benchmarks.pages [families]

Ours: ``hamyar monthly`` with 1 and 2 workers, and with the ordinary kernel engine.
The other way: ``papermill``, ``jupyter nbconvert --to html`` and ``weasyprint``, one shell command each per family,
which is what a script around the same tools would do.  Both print the same notebook of the same frozen month.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hamyar.store.settings import Settings

MONTH = "1404-08"
BIN = Path(sys.executable).parent


def run(*command: object, environment: dict[str, str]) -> float:
    """Seconds a command took; its failure ends the benchmark."""
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return time.perf_counter() - started


def separate_commands(folder: Path, case: str, environment: dict[str, str]) -> float:
    notebook = Settings.from_environment().notebooks / "family_dossier.ipynb"
    target = folder / f"{case}.ipynb"
    seconds = run(
        *(BIN / "papermill", notebook, target, "-p", "family", case, "-p", "month", MONTH, "--no-progress-bar"),
        environment=environment,
    )
    seconds += run(BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", target, environment=environment)
    return seconds + run(
        BIN / "weasyprint", target.with_suffix(".html"), target.with_suffix(".pdf"), environment=environment
    )


def main() -> None:
    families = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    with tempfile.TemporaryDirectory(prefix="hamyar-bench-") as scratch:
        folder = Path(scratch)
        environment = {
            **os.environ,
            "HAMYAR_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
            "HAMYAR_KEY_FILE": str(folder / "bench.key"),
            "HAMYAR_OUTPUTS": str(folder / "outputs"),
            "HAMYAR_LANGUAGE": "en",
        }
        hamyar = BIN / "hamyar"
        run(hamyar, "init", "--synthetic", environment=environment)
        run(hamyar, "sample", "--families", families, environment=environment)
        rates = {}
        for name, options in {
            "hamyar, 1 worker": ("--workers", 1),
            "hamyar, 2 workers": ("--workers", 2),
            "hamyar, 2 workers, nbclient": ("--workers", 2, "--engine", "nbclient"),
        }.items():
            seconds = run(
                *(hamyar, "monthly", "--month", MONTH, "--fresh", "--quiet", *options), environment=environment
            )
            rates[name] = 60 * (families + 1) / seconds
        bundle = folder / "outputs" / MONTH / "frozen.bundle"
        cases = sorted(path.stem for path in (folder / "outputs" / MONTH / "families").glob("*.ipynb"))[:4]
        frozen = environment | {"HAMYAR_BUNDLE": str(bundle)}
        seconds = sum(separate_commands(folder, case, frozen) for case in cases)
        rates["separate commands"] = 60 * len(cases) / seconds
    for name, rate in rates.items():
        print(f"{name:30} {rate:6.1f} pages a minute  {rate / rates['separate commands']:5.1f} x separate commands")


if __name__ == "__main__":
    main()
