"""Zip files that are the same, byte by byte, whenever they are made of the same contents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.files import write_atomically

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
UNIX = 3


def write_zip(path: Path, files: Mapping[str, bytes], programs: frozenset[str] = frozenset()) -> None:
    """Write files (path in the zip -> content) in sorted order; programs: those that may be run. Raises OSError."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = UNIX  # on Windows too
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, files[name])
    write_atomically(path, buffer.getvalue())
