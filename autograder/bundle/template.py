"""A template repository for GitHub: what `bundle` wrote, a workflow that checks each push, a devcontainer.

The workflow fetches the grader anew from a release, by its checksum, so that nothing in a student's copy is run as it.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from autograder.bundle.make import DIST
from autograder.bundle.pinned import PinnedGrader, pin
from autograder.course import ROOT

WORKFLOW = Path(__file__).with_name("template_files") / "checks.yml"
DEVCONTAINER = ".devcontainer/devcontainer.json"
IGNORED = ".venv/\n__pycache__/\n.ipynb_checkpoints/\nruns/\n"


def make_template(release: str, dist: Path = DIST) -> Path:
    """Write the folder of a template repository beside the bundle in dist, and return its path.

    release: the address that the bundle can be fetched from. Raises PinError, and OSError when it can't be written.
    """
    folder, unfinished = dist / "template", dist / "template-unfinished"
    grader = pin(release, folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with zipfile.ZipFile(dist / f"{grader.name}.zip") as archive:
            archive.extractall(unfinished)
        content = unfinished / grader.name
        for path, text in _files(grader).items():
            (content / path).parent.mkdir(parents=True, exist_ok=True)
            (content / path).write_text(text, encoding="utf-8", newline="\n")
        content.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _files(grader: PinnedGrader) -> dict[str, str]:
    """What a template has besides the bundle: path -> text."""
    workflow = WORKFLOW.read_text(encoding="utf-8")
    for mark, value in (("@RELEASE@", grader.release), ("@SHA256@", grader.sha256), ("@NAME@", grader.name)):
        workflow = workflow.replace(mark, value)
    return {
        ".github/workflows/checks.yml": workflow,
        DEVCONTAINER: (ROOT / DEVCONTAINER).read_text(encoding="utf-8"),
        ".gitignore": IGNORED,
    }
