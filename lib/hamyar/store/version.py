"""Which code made a page: the version and a digest of everything that shapes a result or its look."""

import hashlib
from functools import lru_cache
from pathlib import Path

import hamyar
from hamyar.store.settings import Settings

SHAPING = ("*.py", "*.j2", "*.css", "*.json", "*.po")


@lru_cache(maxsize=1)
def code_version() -> str:
    """``0.1.0+3f9a…``: equal for equal code and notebooks, with or without a version control system at hand."""
    package = Path(hamyar.__file__).parent
    files = sorted(path for pattern in SHAPING for path in package.rglob(pattern))
    files += sorted(Settings.from_environment().notebooks.glob("*.ipynb"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{hamyar.__version__}+{digest.hexdigest()[:8]}"
