"""What the system must have before anything is installed: a recent Python, and Pango for the PDFs.

Runs with nothing but the standard library, before the virtual environment exists.
Where Pango is missing it says the one line that installs it, and runs that line itself where it may
(root, on a system with apt).
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
# The names under which WeasyPrint looks for the libraries, by system.
LIBRARIES = {
    "Pango": ("pango-1.0", "libpango-1.0.so.0", "libpango-1.0-0", "libpango-1.0.dylib", "libpango-1.0-0.dll"),
    "PangoFT2": (
        *("pangoft2-1.0", "libpangoft2-1.0.so.0", "libpangoft2-1.0-0"),
        *("libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"),
    ),
}
INSTALL = {
    "apt": "apt-get update && apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    "dnf": "dnf install -y pango harfbuzz",
    "brew": "brew install pango",
    "conda": "conda install -c conda-forge pango",
}


def is_found(names: "tuple[str, ...]") -> bool:
    """Whether one of ``names`` can be loaded."""
    for name in names:
        try:
            ctypes.CDLL(ctypes.util.find_library(name) or name)
        except OSError:
            continue
        return True
    return False


def missing_libraries() -> "list[str]":
    return [library for library, names in LIBRARIES.items() if not is_found(names)]


def advice(missing: "list[str]") -> str:
    """What to say: the missing libraries and the line for each kind of system."""
    lines = [f"Hamyar makes PDFs with a system library that is missing here: {', '.join(missing)}.", "Install it with"]
    for tool, line in INSTALL.items():
        lines.append(f"  {tool:6} {line}" if tool in ("brew", "conda") else f"  {tool:6} sudo sh -c '{line}'")
    return "\n".join([*lines, "and run the same make command again."])


def may_install() -> bool:
    """Root on a system with apt: the only place where installing is ours to do."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def main() -> int:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        print(f"Hamyar needs Python {wanted} or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        print("Name another one, for example: make demo PYTHON=python3.12", file=sys.stderr)
        return 1
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        print(
            "This Python cannot make virtual environments. On Debian: sudo apt-get install python3-venv",
            file=sys.stderr,
        )
        return 1
    missing = missing_libraries()
    if not missing:
        return 0
    print(advice(missing), file=sys.stderr)
    if not may_install():
        return 1
    print(f"Running it now: {INSTALL['apt']}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(["sh", "-c", INSTALL["apt"]], env=environment, check=False).returncode:
        return 1
    still = missing_libraries()
    if still:
        print(f"Still missing after that: {', '.join(still)}.", file=sys.stderr)
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main())
