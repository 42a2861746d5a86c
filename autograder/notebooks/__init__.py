"""The lesson notebooks: check their sources, release them to students, build the tutorial."""

import sys

# Run this before anything imports nbformat. If this package is installed, nbformat's jsonschema imports it, which
# compiles 38 grammars (more than a second of processor time) for formats that notebooks don't use. None makes the
# import fail, which jsonschema handles.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
