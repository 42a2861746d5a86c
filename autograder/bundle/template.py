"""A template repository for GitHub: what `bundle` wrote, a workflow that checks each push, a devcontainer.

The workflow fetches the grader anew from a release, by its checksum, so that nothing in a student's copy is run as it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from pathlib import Path

from autograder.bundle.make import DIST
from autograder.course import ROOT, class_settings

WORKFLOW = Path(__file__).with_name("template_files") / "checks.yml"
DEVCONTAINER = ".devcontainer/devcontainer.json"
IGNORED = ".venv/\n__pycache__/\n.ipynb_checkpoints/\nruns/\n"
PLAIN_ADDRESS = re.compile(r"https://[\w.~:/?&=%+-]+")


class TemplateError(Exception):
    """No template was written; the message says what was wrong."""


def make_template(release: str, dist: Path = DIST) -> Path:
    """Write the folder of a template repository beside the bundle in dist, and return its path.

    release: the address that the bundle can be fetched from. Raises TemplateError, and OSError when it can't be
    written.
    """
    name = class_settings()["course_id"]
    bundle, folder = dist / f"{name}.zip", dist / "template"
    if not PLAIN_ADDRESS.fullmatch(release):
        raise TemplateError(
            f"{ascii(release)} is no address that a workflow can fetch: it begins with https://, without spaces, such "
            f"as https://github.com/OWNER/REPOSITORY/releases/download/v1/{name}.zip"
        )
    if not bundle.exists():
        raise TemplateError(f"There is no {bundle}: make the bundle first.")
    if folder.exists():
        raise TemplateError(f"{folder} is there already: move it away, so that nothing in it is lost.")
    unfinished = dist / "template-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(unfinished)
    content = unfinished / name
    for path, text in _files(release, bundle, name).items():
        (content / path).parent.mkdir(parents=True, exist_ok=True)
        (content / path).write_text(text, encoding="utf-8", newline="\n")
    content.rename(folder)
    unfinished.rmdir()
    return folder


def _files(release: str, bundle: Path, name: str) -> dict[str, str]:
    """What a template has besides the bundle: path -> text."""
    sha256 = hashlib.sha256(bundle.read_bytes()).hexdigest()
    workflow = WORKFLOW.read_text(encoding="utf-8")
    for mark, value in (("@RELEASE@", release), ("@SHA256@", sha256), ("@NAME@", name)):
        workflow = workflow.replace(mark, value)
    return {
        ".github/workflows/checks.yml": workflow,
        DEVCONTAINER: (ROOT / DEVCONTAINER).read_text(encoding="utf-8"),
        ".gitignore": IGNORED,
    }
