"""Submissions as learners hand them in, written into a class's folder, and what came of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.gradebook import open_gradebook
from autograder.course import SOLUTIONS, Part, part
from autograder.notebooks.release import released_notebook
from autograder.stubs import fresh_stub

PART = part(9)  # quick to grade, and it has written answers
SOLUTION = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
STUB = fresh_stub(PART.file_name)


def hand_in(folder: ClassFolder, learner: str, module=SOLUTION, notebook: object = None, its_part: Part = PART) -> Path:
    """Write a submission. module: text, bytes, or None for none; notebook: data, bytes, or None for none."""
    place = folder.submitted / learner / its_part.name
    place.mkdir(parents=True)
    (place / "timestamp.txt").write_text("2026-11-24 12:00:00.000000 UTC", encoding="utf-8")
    if module is not None:
        (place / its_part.file_name).write_bytes(module if isinstance(module, bytes) else module.encode("utf-8"))
    if notebook is not None:
        content = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode("ascii")
        (place / f"{its_part.name}.ipynb").write_bytes(content)
    return place


def fresh_notebook(its_part: Part = PART) -> dict:
    """The notebook as it is released."""
    return copy.deepcopy(_released(its_part))


def cell(notebook: dict, grade_id: str) -> dict:
    """The graded cell with this id."""
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def answered(text: str = "Ten letters and a half, as e to the power of 2.37 says.") -> dict:
    """The notebook with the first written answer given."""
    notebook = fresh_notebook()
    cell(notebook, "written-9-5")["source"] = text
    return notebook


def grades(folder: ClassFolder, learner: str, its_part: Part = PART) -> dict[str, float | None]:
    """What the gradebook has by grade id; None waits for manual grading."""
    with open_gradebook(folder) as book:
        found = book.find_submission_notebook(its_part.name, its_part.name, learner).grades
        return {grade.name: None if grade.needs_manual_grade else grade.score for grade in found}


def by_checks(folder: ClassFolder, learner: str, its_part: Part = PART) -> float:
    """The points that checks have given."""
    return sum(score for name, score in grades(folder, learner, its_part).items() if name.startswith("check"))


def feedback(folder: ClassFolder, learner: str, its_part: Part = PART) -> str:
    """The page that the learner gets."""
    return (folder.feedback / learner / its_part.name / f"{its_part.name}.html").read_text(encoding="utf-8")


_notebooks: dict[int, dict] = {}


def _released(its_part: Part) -> dict:
    if its_part.number not in _notebooks:
        _notebooks[its_part.number] = released_notebook(its_part)
    return _notebooks[its_part.number]
