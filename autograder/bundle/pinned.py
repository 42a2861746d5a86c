"""A grader that others fetch: the students' zip at the address of a release, known by its checksum."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course import class_settings

PLAIN_ADDRESS = re.compile(r"https://[\w.~:/?&=%+-]+")
PAGE_OR_EXAMPLE = re.compile(r"//github\.com/(OWNER/|[^/]+/[^/]+/(blob|tree|releases/tag)/)")  # none of them is a file


class PinError(Exception):
    """Nothing that fetches a grader was written; the message says what was wrong."""


@dataclass(frozen=True)
class PinnedGrader:
    """release: the address of the zip. sha256: its checksum. name: the folder in it that holds the course."""

    release: str
    sha256: str
    name: str


def pin(release: str, folder: Path) -> PinnedGrader:
    """The grader in the students' zip, for a folder next to the zip. Nothing is written yet.

    Raises PinError, and OSError when the zip can't be read.
    """
    name = class_settings()["course_id"]
    bundle = folder.parent / f"{name}.zip"
    if not PLAIN_ADDRESS.fullmatch(release) or PAGE_OR_EXAMPLE.search(release):
        raise PinError(
            f"{ascii(release)} is not the address of a file that a workflow can fetch. Take the address of the zip in "
            f"your release, such as https://github.com/OWNER/REPOSITORY/releases/download/v1/{name}.zip"
        )
    if not bundle.exists():
        raise PinError(f"There is no {bundle}: make the bundle first.")
    if folder.exists():
        raise PinError(f"{folder} is there already. Move or delete it, then run this again.")
    return PinnedGrader(release, hashlib.sha256(bundle.read_bytes()).hexdigest(), name)
