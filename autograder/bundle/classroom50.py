"""Autograders for Classroom 50: for each part a program and the grader that it fetches, pinned by its checksum.

The layout is that of https://github.com/foundation50/classroom50/wiki/Advanced-Autograding. Classroom 50 publishes
these files, so they hold no answers; what they fetch is the zip for students, as the template does.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from autograder.bundle.make import DIST
from autograder.bundle.own_parts import needed_for
from autograder.bundle.pinned import pin
from autograder.course import parts

PROGRAM = Path(__file__).with_name("classroom50_files") / "autograder.py"


def make_classroom50(release: str, dist: Path = DIST) -> Path:
    """Write classroom50/autograders/partNN/ for all parts, next to the bundle in dist; return the folder classroom50.

    release: the address that the bundle can be fetched from. Raises PinError, and OSError when they can't be written.
    """
    folder, unfinished = dist / "classroom50", dist / "classroom50-unfinished"
    grader = pin(release, folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        for part in parts():
            its_folder = unfinished / "autograders" / part.name
            its_folder.mkdir(parents=True)
            shutil.copyfile(PROGRAM, its_folder / PROGRAM.name)
            modules = [each.file_name for each in needed_for([part])]
            facts = {"part": part.number, "modules": modules, **vars(grader)}
            text = json.dumps(facts, indent=1) + "\n"
            (its_folder / "grader.json").write_text(text, encoding="ascii", newline="\n")
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder
