"""Submissions of parts 1 to 8, for the capstone of a class."""

from __future__ import annotations

import shutil

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.capstone_grades import NEEDED
from autograder.course import SOLUTIONS
from helpers.submissions import hand_in

STEPS = 3  # enough to test all stages of grading; the points are tested with the capstone itself
LATER = "2026-12-02 12:00:00.000000 UTC"
BROKEN = "def broken(:\n"


def hand_in_all(folder: ClassFolder, learner: str, **other: str | None) -> None:
    """Submit parts 1 to 8. other: a module's text by name; None leaves the module out."""
    for part in NEEDED:
        shutil.rmtree(folder.submitted / learner / part.name, ignore_errors=True)
        module = other.get(part.module, (SOLUTIONS / part.file_name).read_text(encoding="utf-8"))
        if module is not None:
            hand_in(folder, learner, module, its_part=part)
