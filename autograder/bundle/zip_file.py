"""Write a zip completely or not at all. Equal contents give equal zips, byte by byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.files import write_atomically

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time in a zip
UNIX = 3


def write_zip(
    path: Path, files: Mapping[str, bytes], programs: frozenset[str] = frozenset(), tight_from: int | None = None
) -> None:
    """Write files (contents by path) to a zip. programs: executable files; tight_from: files of at least this many
    bytes are compressed with LZMA, which Python can read, but not every unzip program. Raises OSError.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = UNIX  # on Windows too
            tight = tight_from is not None and len(files[name]) >= tight_from
            entry.compress_type = zipfile.ZIP_LZMA if tight else zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, files[name])
    write_atomically(path, buffer.getvalue())
