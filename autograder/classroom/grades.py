"""The grades of a class, from nbgrader's gradebook: points per part, late penalties, the weighted total out of 100."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import assignments, load_settings, utc_text
from autograder.classroom.exchange import time_differences
from autograder.classroom.extensions import load_extensions
from autograder.classroom.gradebook import open_gradebook, submission_rows
from autograder.course import parts
from autograder.text import clean_text, first_few

MOST_NAMES = 8  # of learners whose answers are to be graded


@dataclass(frozen=True)
class AssignmentGrade:
    """One assignment of one learner. score: before the late penalty; by_hand: a written answer is not graded yet."""

    score: float
    penalty: float
    by_hand: bool
    timestamp: str = ""

    @property
    def points(self) -> float:
        """What counts."""
        return max(0.0, self.score - self.penalty)


@dataclass(frozen=True)
class LearnerGrades:
    """One learner. grades: for the submitted assignments, by name. total: out of 100; missing work counts 0."""

    id: str
    first_name: str
    last_name: str
    email: str
    number: str
    grades: dict[str, AssignmentGrade]
    total: float


@dataclass(frozen=True)
class ClassGrades:
    """A class. possible: maximum points of each assignment in the gradebook; weights: for all, with the sum 100."""

    learners: tuple[LearnerGrades, ...]
    possible: dict[str, float]
    weights: dict[str, float]
    due: dict[str, str]
    remarks: tuple[str, ...]

    @property
    def weight_so_far(self) -> float:
        """The sum of the weights of all assignments that somebody has submitted."""
        done = {name for learner in self.learners for name in learner.grades}
        return sum(self.weights[name] for name in done)


def class_grades(folder: ClassFolder) -> ClassGrades:
    """Update due dates, extensions and penalties in the gradebook, then read it. Raises ClassError."""
    settings = load_settings(folder)
    extensions = load_extensions(folder, settings)
    with open_gradebook(folder) as gradebook:
        # Imports nbgrader, which open_gradebook has found.
        from autograder.classroom.late_policy import refresh_penalties

        refresh_penalties(gradebook, settings, extensions)
        known = {entry.name: entry for entry in gradebook.assignments if entry.name in settings.weights}
        possible = {name: known[name].max_score for name in assignments() if name in known}
        grades: dict[str, dict[str, AssignmentGrade]] = {}
        for row in submission_rows(gradebook):
            if row.assignment in possible:
                grade = AssignmentGrade(row.score, row.penalty or 0.0, bool(row.by_hand), _in_words(row.timestamp))
                grades.setdefault(row.student, {})[row.assignment] = grade
        due = {name: _in_words(known[name].duedate) for name in possible}
        learners = tuple(
            LearnerGrades(
                student.id,
                student.first_name or "",
                student.last_name or "",
                student.email or "",
                student.lms_user_id or "",
                grades.get(student.id, {}),
                weighted_total(grades.get(student.id, {}), possible, settings.weights),
            )
            for student in sorted(gradebook.students, key=lambda student: student.id.casefold())
        )
    remarks = extensions.unknown({learner.id for learner in learners})
    remarks += time_differences(folder, [part for part in parts() if part.name in possible])
    return ClassGrades(learners, possible, settings.weights, due, tuple(remarks))


def weighted_total(grades: dict[str, AssignmentGrade], possible: dict[str, float], weights: dict[str, float]) -> float:
    """The total out of 100: for each assignment, points / maximum points * weight."""
    return sum(weights[name] * grade.points / possible[name] for name, grade in grades.items() if possible[name])


def grades_lines(grades: ClassGrades) -> Iterator[str]:
    """A table with one line per learner, then late penalties and the answers to grade manually."""
    if not grades.learners:
        yield "The gradebook has no learners yet."
        return
    columns = list(grades.possible)
    rows = [["learner", *(name.removeprefix("part") for name in columns), "total"]]
    rows.append(["points", *(f"{grades.possible[name]:g}" for name in columns), "100"])
    rows.append(["weight", *(f"{grades.weights[name]:g}" for name in columns), f"{grades.weight_so_far:g}"])
    for learner in grades.learners:
        cells = [_cell(learner.grades.get(name)) for name in columns]
        rows.append([clean_text(learner.id, 32), *cells, f"{learner.total:.1f}"])
    yield from _aligned(rows)
    yield ""
    yield "- not submitted   * late, the penalty is taken off   ? written answers still need manual grading"
    yield f"The assignments submitted so far are worth {grades.weight_so_far:g} of the 100."
    for name in columns:
        learners = [learner for learner in grades.learners if (grade := learner.grades.get(name)) and grade.by_hand]
        if learners:
            waiting = first_few([clean_text(learner.id, 32) for learner in learners], MOST_NAMES)
            yield f"To be graded manually in formgrader: {name} of {waiting}."
    for learner in grades.learners:
        late = [f"{name} {grade.penalty:.2f}" for name, grade in learner.grades.items() if grade.penalty]
        if late:
            yield f"Late, points taken off: {clean_text(learner.id, 32)}: {', '.join(late)}."
    yield from grades.remarks


def grades_json(grades: ClassGrades) -> dict:
    """The same as data for JSON."""
    return {
        "possible": grades.possible,
        "weights": grades.weights,
        "weight_so_far": grades.weight_so_far,
        "remarks": list(grades.remarks),
        "learners": [
            {
                "id": learner.id,
                "total": learner.total,
                "grades": {
                    name: {key: getattr(grade, key) for key in ("score", "penalty", "points", "by_hand")}
                    for name, grade in learner.grades.items()
                },
            }
            for learner in grades.learners
        ],
    }


def _in_words(time: datetime.datetime | None) -> str:
    return utc_text(time) if time else ""


def _cell(grade: AssignmentGrade | None) -> str:
    if grade is None:
        return "-"
    return f"{grade.points:.2f}".rstrip("0").rstrip(".") + "*" * bool(grade.penalty) + "?" * grade.by_hand


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))])
