"""A grader that others fetch: the students' zip at the address of a release, known by its checksum."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from autograder.course import class_settings
from autograder.wording import command

PLAIN_ADDRESS = re.compile(r"https://[\w.~:/?&=%+-]+")
PAGE_OR_EXAMPLE = re.compile(r"//github\.com/(OWNER/|[^/]+/[^/]+/(blob|tree|releases/tag)/)")  # none of them is a file

BUNDLED = ("autograder/__main__.py", "autograder/course.toml", "constraints.txt", "Makefile")


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
        example = f"https://github.com/OWNER/REPOSITORY/releases/download/v1/{name}.zip"
        raise PinError(
            f"{ascii(release)} is not the address of a file that a workflow can fetch. Take the address of the zip in "
            f"your release, such as {command(folder.name, example)}"
        )
    if not bundle.exists():
        raise PinError(f"There is no {bundle}. Make it first: {command('bundle')}")
    content = bundle.read_bytes()
    if not _is_bundle(content, name):
        raise PinError(f"{bundle} is not the students' zip, or it is damaged. Make it again: {command('bundle')}")
    if folder.exists():
        raise PinError(f"{folder} is there already. Move or delete it, then run this again.")
    return PinnedGrader(release, hashlib.sha256(content).hexdigest(), name)


def _is_bundle(content: bytes, name: str) -> bool:
    """Whether this is a whole zip with the course in one folder, as `bundle` writes it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            inside = all(entry.startswith(f"{name}/") for entry in names)
            return inside and {f"{name}/{file}" for file in BUNDLED} <= {*names} and archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):  # what zipfile raises
        return False
