"""The notebooks: their sources kept clean, their release to students, and all of them in one, executed."""

import sys

# Before anything imports nbformat. Its jsonschema takes this package where it is there, which then compiles 38
# grammars, more than a second of processor time, for formats that the schema of notebooks doesn't name. None: an
# import of it fails, which jsonschema is prepared for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
