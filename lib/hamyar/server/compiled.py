"""Templates of pages, compiled once.

Voilà makes a new exporter for every page and with it a new environment of Jinja, which compiles a dozen templates
anew each time: as much work as the notebook itself.  What was compiled is kept here, in memory; Jinja itself checks
that the source is still the same.
"""

import jinja2
from jinja2.bccache import Bucket


class CompiledTemplates(jinja2.BytecodeCache):
    """What Jinja compiled, for environments with the same settings."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._kept.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()
