"""Write files that download the grader from a GitHub release: a template repository, and Classroom 50 autograders.

Both download the students' zip each time and verify its checksum, so that no file in a student's copy runs as the
grader. Neither contains answers. Classroom 50 publishes its autograders; their layout is described in
https://github.com/foundation50/classroom50/wiki/Advanced-Autograding.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.bundle.replay import needed_for
from autograder.bundle.students_zip import DIST
from autograder.course import ROOT, class_settings, parts
from autograder.errors import Misuse
from autograder.invocation import command

PLAIN_ADDRESS = re.compile(r"https://[\w.~:/?&=%+-]+")
# Addresses of pages, not of files.
PAGE_OR_EXAMPLE = re.compile(r"//github\.com/(OWNER/|[^/]+/[^/]+/(blob|tree|releases/tag)/)")

BUNDLED = ("autograder/__main__.py", "autograder/course.toml", "constraints.txt", "Makefile")
WORKFLOW = Path(__file__).with_name("template_files") / "checks.yml"
DEVCONTAINER = ".devcontainer/devcontainer.json"
IGNORED = ".venv/\n__pycache__/\n.ipynb_checkpoints/\nruns/\n"
PROGRAM = Path(__file__).with_name("classroom50_files") / "autograder.py"


@dataclass(frozen=True)
class PinnedGrader:
    """release: the URL of the zip. sha256: its checksum. name: the course's folder in it."""

    release: str
    sha256: str
    name: str


def make_template(release: str, dist: Path = DIST) -> Path:
    """Write the folder of a template repository next to the bundle in dist, and return its path.

    release: the URL from which the bundle can be downloaded. Raises Misuse, and OSError if it can't be written.
    """
    folder = dist / "template"
    grader = pin(release, folder)
    with _scratch_folder(folder) as unfinished:
        with zipfile.ZipFile(dist / f"{grader.name}.zip") as archive:
            archive.extractall(unfinished)
        content = unfinished / grader.name
        for path, text in _template_files(grader).items():
            (content / path).parent.mkdir(parents=True, exist_ok=True)
            (content / path).write_text(text, encoding="utf-8", newline="\n")
        content.rename(folder)
    return folder


def make_classroom50(release: str, dist: Path = DIST) -> Path:
    """Write classroom50/autograders/partNN/ for all parts, next to the bundle in dist; return the folder classroom50.

    release: the URL from which the bundle can be downloaded. Raises Misuse, and OSError if they can't be written.
    """
    folder = dist / "classroom50"
    grader = pin(release, folder)
    with _scratch_folder(folder) as unfinished:
        for part in parts():
            part_folder = unfinished / "autograders" / part.name
            part_folder.mkdir(parents=True)
            shutil.copyfile(PROGRAM, part_folder / PROGRAM.name)
            modules = [needed.file_name for needed in needed_for([part])]
            settings = {"part": part.number, "modules": modules, **vars(grader)}
            text = json.dumps(settings, indent=1) + "\n"
            (part_folder / "grader.json").write_text(text, encoding="ascii", newline="\n")
        unfinished.rename(folder)
    return folder


def pin(release: str, folder: Path) -> PinnedGrader:
    """Pin the grader in the students' zip, for a folder next to the zip. Writes nothing.

    Raises Misuse, and OSError if the zip can't be read.
    """
    name = class_settings()["course_id"]
    bundle = folder.parent / f"{name}.zip"
    if not PLAIN_ADDRESS.fullmatch(release) or PAGE_OR_EXAMPLE.search(release):
        example = f"https://github.com/OWNER/REPOSITORY/releases/download/v1/{name}.zip"
        raise Misuse(
            f"{ascii(release)} is not the URL of a file that a workflow can download. Use the URL of the zip in "
            f"your release, such as {command(folder.name, example)}"
        )
    if not bundle.exists():
        raise Misuse(f"There is no {bundle}. To make it: {command('bundle')}")
    content = bundle.read_bytes()
    if not _is_bundle(content, name):
        raise Misuse(f"{bundle} is not the students' zip, or it is damaged. Make it again: {command('bundle')}")
    if folder.exists():
        raise Misuse(f"{folder} already exists. Move or delete it, then run this again.")
    return PinnedGrader(release, hashlib.sha256(content).hexdigest(), name)


def _is_bundle(content: bytes, name: str) -> bool:
    """Whether this is an intact zip with the course in one folder, as `bundle` writes it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            inside = all(entry.startswith(f"{name}/") for entry in names)
            return inside and {f"{name}/{file}" for file in BUNDLED} <= {*names} and archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):  # the exceptions of zipfile
        return False


def _template_files(grader: PinnedGrader) -> dict[str, str]:
    """The files that a template has in addition to the bundle, as text by path."""
    workflow = WORKFLOW.read_text(encoding="utf-8")
    for placeholder, value in (("@RELEASE@", grader.release), ("@SHA256@", grader.sha256), ("@NAME@", grader.name)):
        workflow = workflow.replace(placeholder, value)
    return {
        ".github/workflows/checks.yml": workflow,
        DEVCONTAINER: (ROOT / DEVCONTAINER).read_text(encoding="utf-8"),
        ".gitignore": IGNORED,
    }


@contextmanager
def _scratch_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder next to this one, to be renamed when it is complete. Otherwise it is deleted."""
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
