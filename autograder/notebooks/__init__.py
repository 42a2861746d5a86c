"""The lesson notebooks: check their sources, release them to students, build the tutorial."""

import sys

# Before anything imports nbformat. Its jsonschema takes this package where it is there, which then compiles 38
# grammars, more than a second of processor time, for formats that the schema of notebooks doesn't name. None: an
# import of it fails, which jsonschema is prepared for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
