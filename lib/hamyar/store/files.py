"""Files that appear whole or not at all.

A run may be killed at any moment, and a half-written PDF looks like a PDF.
So a file is written under another name in the same folder, pressed to the disk, and only then given its name;
the folder is pressed to the disk last, because the name is kept there.
What a killed process leaves behind ends in :data:`PARTIAL_SUFFIX` and is never read by anything.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL_SUFFIX = ".hamyar-partial"


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write to; when the block ends well, what stands there becomes ``path``, else it is removed.

    The folder of ``path`` must exist.  An existing ``path`` is replaced in one step.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}")
    try:
        yield partial
        _sync_file(partial)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Make ``path`` hold exactly ``content``, or leave it as it was."""
    with atomic_path(path) as partial:
        partial.write_bytes(content)


def leftovers(folder: Path) -> list[Path]:
    """Partial files below ``folder``, sorted.  Whoever removes them must know that no other process is writing."""
    return sorted(folder.rglob(f".*{PARTIAL_SUFFIX}"))


def sync_folder(folder: Path) -> None:
    """Press the names in ``folder`` to the disk, where the system has such a thing."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file(path: Path) -> None:
    # Opened for writing: on Windows only such a handle can be flushed.
    with path.open("rb+") as file:
        os.fsync(file.fileno())
