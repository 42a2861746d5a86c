"""Import the class list, from Canvas's gradebook or Moodle's participants, into nbgrader's gradebook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.class_folder.settings import ClassError
from autograder.intake.moodle_worksheet import read_list_in_english
from autograder.intake.tables import CsvRow, CsvTable
from autograder.invocation import option
from autograder.text import clean_text

if TYPE_CHECKING:
    from nbgrader.api import Gradebook, Student

LONGEST = 128  # characters: the size of nbgrader's columns
# An id must be a valid folder name on every system: no separators, no wildcards, no point at either end.
STUDENT_ID = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.@+-]{0,62}[A-Za-z0-9_])?")
# Rows of Canvas's gradebook that are not people, by the text in the column Student.
NOBODY = re.compile(r"points possible|(student, test|test student)$|manual posting", re.IGNORECASE)
MOODLE_ID = ("Username", "ID number", "Email address")


@dataclass(frozen=True)
class RosterEntry:
    """One learner in a list. number: the platform's number for this person, as in Canvas's file names."""

    line: int
    id: str
    first_name: str
    last_name: str
    email: str
    number: str

    def student_columns(self) -> dict[str, str]:
        """nbgrader's columns for a student, without empty ones."""
        columns = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email}
        return {key: value for key, value in {**columns, "lms_user_id": self.number}.items() if value}


@dataclass
class ImportResult:
    """The result of an import, as ids. absent: in the gradebook, but not in the list; removed: deleted ones among
    these; renamed: ids of people with another login in the list, and that login.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)


def read_roster(path: Path) -> list[RosterEntry]:
    """The learners in a file from Canvas or Moodle. Raises ClassError, which lists every unusable line."""
    table = read_list_in_english(path)
    learner_of = _reader(table, path)
    learners, problems = [], []
    first: dict[tuple[str, str], int] = {}
    for row in table.rows:
        learner = learner_of(row)
        if learner is None:
            continue
        problem = _problem(learner)
        for kind, key in (("id", learner.id.casefold()), ("email address", learner.email.casefold())):
            line = first.setdefault((kind, key), learner.line)
            if key and not problem and line != learner.line:
                problem = f"line {line} has the same {kind}, {ascii(key)[1:-1]}: keep one of them."
        if problem:
            problems.append(f"{path.name}, line {learner.line}: {problem}")
        learners.append(learner)
    if problems:
        raise ClassError("\n".join([*problems, "Nothing was changed: fix the list and import it again."]))
    if not learners:
        raise ClassError(f"{path} lists nobody.")
    return learners


def import_roster(gradebook: Gradebook, learners: list[RosterEntry], remove_absent: bool = False) -> ImportResult:
    """Add and update students. A person with the same platform number, or else the same email address, as in the
    gradebook keeps the old id, even if the login has changed. Raises ClassError, with nothing changed, for a login that
    belonged to somebody else who is in the list.

    remove_absent: delete those who are not in the list, except anyone with a submission, since grades would be lost.
    """
    outcome = ImportResult()
    students = {student.id: student for student in gradebook.students}
    known = _recognised(students, learners)
    listed = set(known.values())
    for learner in learners:
        student_id = known[learner.line]
        known_student = students.get(student_id)
        if known_student is None:
            gradebook.add_student(student_id, **learner.student_columns())
            outcome.added.append(student_id)
        elif any(getattr(known_student, key) != value for key, value in learner.student_columns().items()):
            gradebook.update_or_create_student(student_id, **learner.student_columns())
            outcome.changed.append(student_id)
        else:
            outcome.unchanged.append(student_id)
        if student_id.casefold() != learner.id.casefold():
            outcome.renamed.append((student_id, learner.id))
    for student_id in sorted(set(students) - listed):
        if remove_absent and not students[student_id].submissions:
            gradebook.remove_student(student_id)
            outcome.removed.append(student_id)
        else:
            outcome.absent.append(student_id)
    return outcome


def _recognised(students: dict[str, Student], learners: list[RosterEntry]) -> dict[int, str]:
    """The gradebook's id for each learner, by line: an existing one, or a new one."""
    by_email = {student.email.casefold(): student.id for student in students.values() if student.email}
    by_folded_id = {student_id.casefold(): student_id for student_id in students}
    by_number: dict[str, list[str]] = {}
    for student in students.values():
        by_number.setdefault(student.lms_user_id or "", []).append(student.id)
    numbers = {learner.number for learner in learners}
    known: dict[int, str] = {}
    for learner in learners:
        same_id = by_folded_id.get(learner.id.casefold())
        same_email = by_email.get(learner.email.casefold())
        same_number = by_number.get(learner.number, []) if learner.number else []
        others = [
            other_id
            for other_id in (same_id, same_email)
            if other_id
            and students[other_id].lms_user_id in numbers - {learner.number}  # this number is in another line
        ]
        if len(same_number) == 1 or same_id in same_number:
            known[learner.line] = same_id if same_id in same_number else same_number[0]
        elif same_id in others:
            raise ClassError(
                f"Line {learner.line}: {same_id} is already the id of somebody else in the gradebook, who has "
                f"another login in the list (number {students[same_id].lms_user_id}). Nothing was changed. Write "
                f"another login in line {learner.line} and import the list again."
            )
        else:
            known[learner.line] = same_id or (None if same_email in others else same_email) or learner.id
    return known


def roster_lines(outcome: ImportResult, remove_absent: bool) -> list[str]:
    """The result of an import in sentences."""
    lines = [f"{len(outcome.added)} added, {len(outcome.changed)} changed, {len(outcome.unchanged)} as they were."]
    for student_id, login in outcome.renamed:
        lines.append(
            f"{login} keeps the id {student_id}: it is the same person, by the platform's number or the address."
        )
    if outcome.removed:
        lines.append(f"Removed, since they are not in the list and submitted nothing: {', '.join(outcome.removed)}.")
    if outcome.absent:
        why = "they have submitted work" if remove_absent else f"nobody is deleted without {option('remove-absent')}"
        lines.append(f"Not in the list, but kept, since {why}: {', '.join(outcome.absent)}.")
    return lines


def _reader(table: CsvTable, path: Path):
    columns = set(table.columns)
    if "Student" in columns and columns & {"ID", "SIS Login ID", "SIS User ID"}:
        return _from_canvas
    if columns & {"First name", "Full name"} and columns & set(MOODLE_ID):
        return _from_moodle
    raise ClassError(
        f"{path} is not a list from Canvas or Moodle. Canvas's gradebook has the columns Student, ID and SIS Login ID; "
        "Moodle's participants have First name, Last name and Email address. Give the columns these names in the "
        "first line."
    )


def _from_canvas(row: CsvRow) -> RosterEntry | None:
    cells = row.cells
    if NOBODY.search(cells["Student"]) or not any(cells.get(key) for key in ("Student", "ID", "SIS Login ID")):
        return None
    login, number = cells.get("SIS Login ID", ""), cells.get("ID", "")
    email = cells.get("Email", "") or (login if "@" in login else "")
    return RosterEntry(
        row.line, login or cells.get("SIS User ID", "") or number, *_names(cells["Student"]), email, number
    )


def _from_moodle(row: CsvRow) -> RosterEntry | None:
    cells = row.cells
    names = _names(cells.get("Full name", ""))
    if "First name" in cells:
        names = cells["First name"], cells.get("Last name", "")
    student_id = next((cells[key] for key in MOODLE_ID if cells.get(key)), "")
    return RosterEntry(row.line, student_id, *names, cells.get("Email address", ""), cells.get("ID number", ""))


def _names(name: str) -> tuple[str, str]:
    """First and last names of `Last, First` or `First Last`."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def _problem(learner: RosterEntry) -> str:
    """The problem of a line; "" if there is none."""
    if not learner.id:
        return "there is no id: no login, no number, no email address."
    if not STUDENT_ID.fullmatch(learner.id):
        allowed = "letters a to z, digits and . _ - @ + (at most 64, a letter or digit at either end)"
        return f"the id {ascii(clean_text(learner.id, 80))} can't be the name of a folder. Allowed are {allowed}."
    if any(len(value) > LONGEST for value in learner.student_columns().values()):
        return f"a cell has more than {LONGEST} characters."
    return ""
