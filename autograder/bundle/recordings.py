"""The recordings of the parts' checks, kept on this machine: recording all of them takes minutes.

The students' zip and the page share them. A recording is made again when something changes that it depends on.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.bundle.recording import USUAL, Extent, record
from autograder.bundle.zip_file import write_zip
from autograder.course import HERE, ROOT, SOLUTIONS, Part
from autograder.files import write_atomically
from autograder.grading.part_probes import Probes

RECORDINGS = ROOT / "runs" / "recordings"
# What a recording depends on, besides the part's own suite.
MODULES = ("bundle/recording", "bundle/mistake_answers", "bundle/recorded_mistakes")
FOLDERS = (SOLUTIONS, HERE / "grading", HERE / "sandbox")


def recorded(part: Part, extent: Extent = USUAL) -> dict[str, bytes]:
    """What `record` returns, from an earlier call if nothing has changed since."""
    kept = RECORDINGS / f"{part.name}{'-hidden' if extent.hidden else ''}-{_digest(part, extent)[:24]}.zip"
    if kept.is_file():
        with zipfile.ZipFile(kept) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    files = record(part, extent)
    write_zip(kept, files)
    return files


def recorded_figures(name: str, make: Callable[[], object], depends_on: Iterable[Path]) -> bytes:
    """What `make` returns, as JSON, from an earlier call if none of these files has changed since."""
    digest = hashlib.sha256()
    for path in sorted(depends_on):
        digest.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    kept = RECORDINGS / f"{name}-{digest.hexdigest()[:24]}.json"
    if not kept.is_file():
        write_atomically(kept, json.dumps(make(), separators=(",", ":")).encode("ascii"))
    return kept.read_bytes()


def _digest(part: Part, extent: Extent) -> str:
    """What is smaller counts only where the part has the probe, so that most parts have one recording for zip and
    page.
    """
    digest = hashlib.sha256()
    paths = [path for folder in (part.suite, *FOLDERS) for path in folder.iterdir() if path.is_file()]
    for path in sorted(paths) + [HERE / f"{name}.py" for name in MODULES]:
        digest.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    digest.update(repr((extent.seeds, extent.hidden)).encode("ascii"))
    for probe in sorted(set(extent.smaller) & set(Probes(part).names)):
        code = extent.smaller[probe].__code__
        digest.update(repr((probe, code.co_code, code.co_consts, code.co_names)).encode("utf-8"))
    return digest.hexdigest()
