"""`bundle`: make the students' zip, audit it, write it whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.bundle.archive import write_zip
from autograder.bundle.audit import audit
from autograder.bundle.contents import contents
from autograder.course import ROOT, Part, class_settings, parts
from autograder.notebooks.release import ReleaseError
from autograder.stubs import StubError

DIST = ROOT / "dist"


class BundleError(Exception):
    """No zip was written; the message says what was wrong."""


def make_bundle(
    to: Path = DIST, wanted: Sequence[Part] | None = None, on_progress: Callable[[str], None] = lambda words: None
) -> Path:
    """Write the zip with these parts (all when None) to a folder and return its path. Raises BundleError."""
    wanted = parts() if wanted is None else wanted
    name = class_settings()["course_id"]
    try:
        files = contents(wanted, on_progress)
    except (ValueError, StubError, ReleaseError) as error:
        raise BundleError(f"The bundle can't be made: {error}") from error
    on_progress("Looking whether anything gives answers away ...")
    if found := audit(files, wanted):
        raise BundleError("\n".join([*found, "Nothing was written: take these out of the bundle first."]))
    path = to / f"{name}.zip"
    try:
        write_zip(path, {f"{name}/{file}": content for file, content in files.items()})
    except OSError as error:
        raise BundleError(f"{path} can't be written ({error.strerror}).") from error
    return path
