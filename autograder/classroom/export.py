"""Export grades as CSV, for Canvas, for Moodle and in nbgrader's format. Escapes cells that look like formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.class_folder.settings import ClassError, assignments
from autograder.classroom.grades import AssignmentGrade, ClassGrades, LearnerGrades
from autograder.intake.name_matching import normalised_name
from autograder.intake.roster import NOBODY
from autograder.intake.tables import CsvTable, read_table, write_table
from autograder.invocation import option

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANVAS_POINTS = re.compile(r"points possible", re.IGNORECASE)
MOODLE_COLUMNS = ("First name", "Last name", "Username", "Email address")
NBGRADER_COLUMNS = """assignment duedate timestamp student_id last_name first_name email raw_score
    late_submission_penalty score max_score""".split()
PART = re.compile(r"\bpart\s*0*(\d+)\b|\b(capstone)\b", re.IGNORECASE)


@dataclass
class ExportResult:
    """The written files, and sentences about what is missing in them."""

    files: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def export(grades: ClassGrades, to: Path) -> ExportResult:
    """Write canvas.csv, moodle.csv and nbgrader.csv into a folder."""
    outcome = ExportResult(remarks=_ungraded_remarks(grades))
    for name, rows in (("canvas", _canvas(grades)), ("moodle", _moodle(grades)), ("nbgrader", _nbgrader(grades))):
        # With the BOM, Excel reads Canvas's file as UTF-8. Moodle does not accept a BOM.
        write_table(to / f"{name}.csv", rows, bom=name == "canvas")
        outcome.files.append(to / f"{name}.csv")
    return outcome


def fill_template(grades: ClassGrades, template: Path, to: Path, assignment: str | None = None) -> ExportResult:
    """Fill in a file that the platform exported, with its rows and columns unchanged. Points are scaled to the
    platform's maximum. assignment: the assignment of a Moodle worksheet. Raises ClassError if the file has an unknown
    form or does not state its maximum.
    """
    table = read_table(template)
    outcome = ExportResult(remarks=_ungraded_remarks(grades))
    if "Student" in table.columns and "ID" in table.columns:
        name, rows = "canvas-upload", list(_fill_canvas(grades, table, outcome.remarks))
    elif "Identifier" in table.columns and "Grade" in table.columns:
        if assignment is None:
            raise ClassError(f"{template} is a worksheet of one assignment. Add its part, such as {option('part', 5)}.")
        name, rows = f"moodle-{assignment}-upload", list(_fill_worksheet(grades, table, assignment, outcome.remarks))
    else:
        raise ClassError(
            f"{template} has neither the columns of Canvas's gradebook (Student, ID) nor those of Moodle's grading "
            "worksheet (Identifier, Grade). Export one of these from your platform."
        )
    write_table(to / f"{name}.csv", rows, bom=name == "canvas-upload")
    outcome.files.append(to / f"{name}.csv")
    return outcome


def _canvas(grades: ClassGrades) -> Iterator[list]:
    yield [*CANVAS_COLUMNS, *(assignments()[name] for name in grades.possible)]
    yield ["    Points Possible", "", "", "", "", *grades.possible.values()]
    for learner in grades.learners:
        name = f"{learner.last_name}, {learner.first_name}" if learner.first_name else learner.last_name
        yield [name or learner.id, learner.number, "", learner.id, "", *_points(learner, grades)]


def _moodle(grades: ClassGrades) -> Iterator[list]:
    yield [*MOODLE_COLUMNS, *(assignments()[name] for name in grades.possible), "Total of 100"]
    for learner in grades.learners:
        yield [
            learner.first_name,
            learner.last_name,
            learner.id,
            learner.email,
            *_points(learner, grades),
            learner.total,
        ]


def _nbgrader(grades: ClassGrades) -> Iterator[list]:
    yield NBGRADER_COLUMNS
    for name, possible in grades.possible.items():
        for learner in grades.learners:
            grade = learner.grades.get(name)
            cells = [name, grades.due.get(name, ""), grade.timestamp if grade else "", learner.id, learner.last_name]
            scores = [grade.score, grade.penalty, grade.points] if grade else [0.0, 0.0, 0.0]
            yield [*cells, learner.first_name, learner.email, *scores, possible]


def _points(learner: LearnerGrades, grades: ClassGrades) -> list[float | None]:
    """The points by assignment; None for missing work, for which platforms keep their own value."""
    return [learner.grades[name].points if name in learner.grades else None for name in grades.possible]


def _fill_canvas(grades: ClassGrades, table: CsvTable, remarks: list[str]) -> Iterator[list]:
    columns = {}
    for name in table.columns:
        part = PART.search(name)
        key = f"part{int(part[1]):02d}" if part and part[1] else part[2].lower() if part else ""
        if key in grades.possible and key not in columns.values():
            columns[name] = key
    if not columns:
        raise ClassError(
            "The file has no column for any assignment. The column names must contain Part 5, part05 or Capstone."
        )
    missing = [name for name in grades.possible if name not in columns.values()]
    if missing:
        remarks.append(f"The file has no column for {', '.join(missing)}: create these assignments in Canvas.")
    keep = [name for name in CANVAS_COLUMNS if name in table.columns]
    by_key = _by_key(grades, lambda learner: (learner.number, learner.id.casefold(), learner.email.casefold()))
    most = next((row.cells for row in table.rows if CANVAS_POINTS.search(row.cells["Student"])), {})
    scales = [
        _scale(grades, key, most.get(name, ""), f"Points Possible of {ascii(name)}", remarks)
        for name, key in columns.items()
    ]
    yield [*keep, *columns]
    for row in table.rows:
        cells = [row.cells[name] for name in keep]
        if CANVAS_POINTS.search(row.cells["Student"]):
            yield ["    " + cells[0], *cells[1:], *(_number(row.cells[name]) for name in columns)]
            continue
        ids = [row.cells.get(key, "").casefold() for key in ("ID", "SIS Login ID", "SIS User ID")]
        if NOBODY.search(row.cells["Student"]) or not any((row.cells["Student"], *ids)):
            continue
        learner = next((by_key[key] for key in ids if key in by_key), None)
        if learner is None:
            remarks.append(f"Line {row.line} of the file: {ascii(row.cells['Student'])} is not in the gradebook.")
            continue
        points = (learner.grades[key].points if key in learner.grades else None for key in columns.values())
        yield [*cells, *(None if earned is None else earned * scale for earned, scale in zip(points, scales))]


def _fill_worksheet(grades: ClassGrades, table: CsvTable, assignment: str, remarks: list[str]) -> Iterator[list]:
    by_email = _by_key(grades, lambda learner: (learner.email.casefold(), learner.id.casefold()))
    by_name = _by_key(grades, lambda learner: (normalised_name(learner.first_name + learner.last_name),))
    maximum = next((name for name in table.columns if name.casefold() == "maximum grade"), "")
    scale, before = 1.0, "no row yet"
    yield table.columns
    for row in table.rows:
        keys = [key for name in ("Email address", "Username") if (key := row.cells.get(name, "").casefold())]
        learner = next((by_email[key] for key in keys if key in by_email), None)
        if learner is None:  # match by name only, unless the addresses show that it is another person
            namesake = by_name.get(normalised_name(row.cells.get("Full name", "")))
            learner = None if keys and namesake and namesake.email else namesake
        grade = learner.grades.get(assignment) if learner else None
        if learner is None:
            remarks.append(f"Line {row.line} of the file: {ascii(row.cells['Identifier'])} is not in the gradebook.")
        if row.cells.get(maximum, "") != before:
            before = row.cells.get(maximum, "")
            scale = _scale(grades, assignment, before, "Maximum grade", remarks)
        cells = dict(row.cells)
        if grade:
            cells["Grade"] = f"{grade.points * scale:.4f}"
            if "Feedback comments" in cells:
                cells["Feedback comments"] = cells["Feedback comments"] or _comment(grade, grades.possible[assignment])
        yield [_number(cells[name]) for name in table.columns]


def _scale(grades: ClassGrades, assignment: str, text: str, column: str, remarks: list[str]) -> float:
    """The factor from our points to the platform's maximum. Raises ClassError if the maximum is not a number."""
    maximum, possible = _number(text), grades.possible.get(assignment)
    if not isinstance(maximum, float) or maximum <= 0:
        raise ClassError(
            f"{column} is {ascii(text)}: set the maximum of {assignment} on the platform, for example to "
            f"{possible or 10:g} points, and export the file again."
        )
    if not possible or abs(maximum - possible) < 1e-9:
        return 1.0
    remarks.append(f"{assignment}: grades are scaled from {possible:g} points here to {maximum:g} on the platform.")
    return maximum / possible


def _comment(grade: AssignmentGrade, possible: float) -> str:
    """The comment for the learner, next to the grade."""
    text = f"{grade.score:g} of {possible:g} points"
    if grade.penalty:
        text += f", less {grade.penalty:g} for late submission: {grade.points:g}"
    return f"{text}. Written answers are not graded yet." if grade.by_hand else f"{text}."


def _by_key(grades: ClassGrades, keys) -> dict[str, LearnerGrades]:
    """Learners by each of their keys, without keys that two learners share."""
    table: dict[str, LearnerGrades | None] = {}
    for learner in grades.learners:
        for key in {key for key in keys(learner) if key}:
            table[key] = None if key in table else learner
    return {key: learner for key, learner in table.items() if learner}


def _number(text: str) -> float | str:
    """A number cell as a number, so that a negative one does not look like a formula."""
    return float(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text) else text


def _ungraded_remarks(grades: ClassGrades) -> list[str]:
    """A sentence for each assignment with ungraded written answers."""
    remarks = []
    for name in grades.possible:
        waiting = sum(name in learner.grades and learner.grades[name].by_hand for learner in grades.learners)
        if waiting:
            remarks.append(
                f"{name}: written answers of {waiting} are not graded yet; their points so far are exported."
            )
    return remarks
