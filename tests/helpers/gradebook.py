"""A class in a temporary folder whose gradebook is made by nbgrader's own API, as autograde would have left it."""

from __future__ import annotations

import datetime
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.class_folder.folder import ClassFolder

DUE = datetime.datetime(2026, 11, 30, 18, 0)


def add_assignment(gradebook: Gradebook, name: str, cells: dict[str, float], duedate=None) -> None:
    """cells: maximum points by grade id; ids that begin with `written` are graded manually."""
    gradebook.add_assignment(name, duedate=duedate)
    gradebook.add_notebook(name, name)
    for cell, points in cells.items():
        kind = "markdown" if cell.startswith("written") else "code"
        gradebook.add_grade_cell(cell, name, name, max_score=points, cell_type=kind)


def add_submission(gradebook: Gradebook, name: str, student: str, scores: dict[str, float | None], when=None) -> None:
    """scores: by grade id; None is still to be graded manually."""
    gradebook.update_or_create_student(student)
    gradebook.add_submission(name, student, timestamp=when)
    for cell, score in scores.items():
        grade = gradebook.find_grade(cell, name, name, student)
        grade.auto_score = score
        grade.needs_manual_grade = score is None
    gradebook.db.commit()


def give_by_hand(gradebook: Gradebook, name: str, student: str, cell: str, points: float) -> None:
    """What formgrader does when an instructor types points."""
    grade = gradebook.find_grade(cell, name, name, student)
    grade.manual_score, grade.needs_manual_grade = points, False
    gradebook.db.commit()


def write(folder: ClassFolder, name: str, text: str) -> Path:
    path = folder.root / name
    path.write_text(text, encoding="utf-8")
    return path
