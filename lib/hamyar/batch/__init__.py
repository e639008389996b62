"""The monthly run: freeze, assess, execute and render every notebook, verify."""

import sys

# nbformat loads jsonschema, and jsonschema, where it finds this package, builds a grammar of international addresses:
# seconds at every start of a command and of a worker, for a format that no notebook's schema asks for.
# ``None`` makes the import fail, which jsonschema expects.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
