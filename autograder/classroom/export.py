"""Grades as CSV: for Canvas, for Moodle, and the table that nbgrader's own export gives; all with formulas defused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.class_folder.settings import ClassError, assignments
from autograder.classroom.grades import AssignmentGrade, ClassGrades, LearnerGrades
from autograder.intake.name_matching import squeezed
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
class Exported:
    """The files that were written, and sentences about what they leave out."""

    files: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def export(found: ClassGrades, to: Path) -> Exported:
    """Write canvas.csv, moodle.csv and nbgrader.csv into a folder."""
    outcome = Exported(remarks=_unfinished(found))
    for name, rows in (("canvas", _canvas(found)), ("moodle", _moodle(found)), ("nbgrader", _nbgrader(found))):
        # Excel, in which many look at Canvas' file first, knows UTF-8 by its mark. Moodle wants none.
        write_table(to / f"{name}.csv", rows, bom=name == "canvas")
        outcome.files.append(to / f"{name}.csv")
    return outcome


def export_like(found: ClassGrades, template: Path, to: Path, assignment: str | None = None) -> Exported:
    """Fill in a file that the platform exported, row by row and column by column as they are there. Points are scaled
    to the platform's maximum. assignment: which one a Moodle worksheet is for. Raises ClassError when the file is none
    of these, or does not say what its maximum is.
    """
    table = read_table(template)
    outcome = Exported(remarks=_unfinished(found))
    if "Student" in table.columns and "ID" in table.columns:
        name, rows = "canvas-upload", list(_like_canvas(found, table, outcome.remarks))
    elif "Identifier" in table.columns and "Grade" in table.columns:
        if assignment is None:
            raise ClassError(f"{template} is a worksheet of one assignment: say which, with {option('part', 5)}.")
        name, rows = f"moodle-{assignment}-upload", list(_like_worksheet(found, table, assignment, outcome.remarks))
    else:
        raise ClassError(
            f"{template} is no file that we know: neither Canvas' gradebook (Student, ID) nor Moodle's grading "
            "worksheet (Identifier, Grade)."
        )
    write_table(to / f"{name}.csv", rows, bom=name == "canvas-upload")
    outcome.files.append(to / f"{name}.csv")
    return outcome


def _canvas(found: ClassGrades) -> Iterator[list]:
    yield [*CANVAS_COLUMNS, *(assignments()[name] for name in found.possible)]
    yield ["    Points Possible", "", "", "", "", *found.possible.values()]
    for one in found.learners:
        name = f"{one.last_name}, {one.first_name}" if one.first_name else one.last_name
        yield [name or one.id, one.number, "", one.id, "", *_points(one, found)]


def _moodle(found: ClassGrades) -> Iterator[list]:
    yield [*MOODLE_COLUMNS, *(assignments()[name] for name in found.possible), "Total of 100"]
    for one in found.learners:
        yield [one.first_name, one.last_name, one.id, one.email, *_points(one, found), one.total]


def _nbgrader(found: ClassGrades) -> Iterator[list]:
    yield NBGRADER_COLUMNS
    for name, possible in found.possible.items():
        for one in found.learners:
            grade = one.grades.get(name)
            facts = [name, found.due.get(name, ""), grade.timestamp if grade else "", one.id, one.last_name]
            scores = [grade.score, grade.penalty, grade.points] if grade else [0.0, 0.0, 0.0]
            yield [*facts, one.first_name, one.email, *scores, possible]


def _points(one: LearnerGrades, found: ClassGrades) -> list[float | None]:
    """What counts, by assignment; None for what was not handed in, which platforms leave as it is there."""
    return [one.grades[name].points if name in one.grades else None for name in found.possible]


def _like_canvas(found: ClassGrades, table: CsvTable, remarks: list[str]) -> Iterator[list]:
    columns = {}
    for name in table.columns:
        part = PART.search(name)
        key = f"part{int(part[1]):02d}" if part and part[1] else part[2].lower() if part else ""
        if key in found.possible and key not in columns.values():
            columns[name] = key
    if not columns:
        raise ClassError("The file has no column for an assignment: their names must hold Part 5, part05 or Capstone.")
    missing = [name for name in found.possible if name not in columns.values()]
    if missing:
        remarks.append(f"The file has no column for {', '.join(missing)}: create these assignments in Canvas.")
    keep = [name for name in CANVAS_COLUMNS if name in table.columns]
    by_key = _by_key(found, lambda one: (one.number, one.id.casefold(), one.email.casefold()))
    most = next((row.cells for row in table.rows if CANVAS_POINTS.search(row.cells["Student"])), {})
    scales = [
        _scale(found, key, most.get(name, ""), f"Points Possible of {ascii(name)}", remarks)
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
        one = next((by_key[key] for key in ids if key in by_key), None)
        if one is None:
            remarks.append(f"Line {row.line} of the file, {ascii(row.cells['Student'])}: nobody in the gradebook.")
            continue
        points = (one.grades[key].points if key in one.grades else None for key in columns.values())
        yield [*cells, *(None if each is None else each * scale for each, scale in zip(points, scales))]


def _like_worksheet(found: ClassGrades, table: CsvTable, assignment: str, remarks: list[str]) -> Iterator[list]:
    by_email = _by_key(found, lambda one: (one.email.casefold(), one.id.casefold()))
    by_name = _by_key(found, lambda one: (squeezed(one.first_name + one.last_name),))
    maximum = next((name for name in table.columns if name.casefold() == "maximum grade"), "")
    scale, before = 1.0, "no row yet"
    yield table.columns
    for row in table.rows:
        keys = [key for name in ("Email address", "Username") if (key := row.cells.get(name, "").casefold())]
        one = next((by_email[key] for key in keys if key in by_email), None)
        if one is None:  # the name alone, unless the addresses show that it is somebody else's
            namesake = by_name.get(squeezed(row.cells.get("Full name", "")))
            one = None if keys and namesake and namesake.email else namesake
        grade = one.grades.get(assignment) if one else None
        if one is None:
            remarks.append(f"Line {row.line} of the file, {ascii(row.cells['Identifier'])}: nobody in the gradebook.")
        if row.cells.get(maximum, "") != before:
            before = row.cells.get(maximum, "")
            scale = _scale(found, assignment, before, "Maximum grade", remarks)
        cells = dict(row.cells)
        if grade:
            cells["Grade"] = f"{grade.points * scale:.4f}"
            if "Feedback comments" in cells:
                cells["Feedback comments"] = cells["Feedback comments"] or _comment(grade, found.possible[assignment])
        yield [_number(cells[name]) for name in table.columns]


def _scale(found: ClassGrades, assignment: str, text: str, what: str, remarks: list[str]) -> float:
    """What our points are multiplied with, for the platform's maximum. Raises ClassError when it is not a number."""
    most, possible = _number(text), found.possible.get(assignment)
    if not isinstance(most, float) or most <= 0:
        raise ClassError(
            f"{what} is {ascii(text)}: set the maximum of {assignment} on the platform, for example to "
            f"{possible or 10:g} points, and export the file again."
        )
    if not possible or abs(most - possible) < 1e-9:
        return 1.0
    remarks.append(f"{assignment}: {possible:g} points here are {most:g} on the platform; grades are scaled to that.")
    return most / possible


def _comment(grade: AssignmentGrade, possible: float) -> str:
    """What a learner reads beside the grade."""
    text = f"{grade.score:g} of {possible:g} points"
    if grade.penalty:
        text += f", less {grade.penalty:g} for late submission: {grade.points:g}"
    return f"{text}. Written answers are not graded yet." if grade.by_hand else f"{text}."


def _by_key(found: ClassGrades, keys) -> dict[str, LearnerGrades]:
    """Learners by each of their keys, without those keys that two of them have."""
    table: dict[str, LearnerGrades | None] = {}
    for one in found.learners:
        for key in {key for key in keys(one) if key}:
            table[key] = None if key in table else one
    return {key: one for key, one in table.items() if one}


def _number(text: str) -> float | str:
    """A number of the file as a number, so that a negative one is not taken for a formula."""
    return float(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text) else text


def _unfinished(found: ClassGrades) -> list[str]:
    """What is exported before a person has graded it, in a sentence an assignment."""
    remarks = []
    for name in found.possible:
        waiting = sum(name in one.grades and one.grades[name].by_hand for one in found.learners)
        if waiting:
            remarks.append(
                f"{name}: written answers of {waiting} are not graded yet; their points so far are exported."
            )
    return remarks
