"""Lateness in nbgrader's gradebook: due dates, extensions, and the penalty by the class's policy.

A penalty is a share of the points earned, so it grows when you grade a written answer: every command that reads grades
calls `refresh` first.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import update

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import (
    UTC,
    ClassError,
    ClassSettings,
    assignments,
    in_utc,
    later_on_the_clock,
    load_settings,
)
from autograder.classroom.gradebook import submission_rows
from autograder.intake.tables import CsvRow, read_table
from autograder.render.feedback_page import Times

# extensions.csv: who has more time for what. Columns: student_id, part, due, extra_days.
#
# part is 5, part05 or capstone; an empty one means every part. Either due (a new date) or extra_days is given.

FILE = "extensions.csv"
COLUMNS = ("student_id", "part", "due", "extra_days")
MOST_DAYS = 366


@dataclass(frozen=True)
class Extension:
    """One line of the file: a new due date in UTC, or days to add on the class's clock."""

    line: int
    due: datetime.datetime | None
    zone: datetime.tzinfo
    extra_days: float = 0.0

    def more_time(self, due: datetime.datetime) -> datetime.timedelta:
        """What this adds to a due date (UTC)."""
        new = later_on_the_clock(due, self.extra_days, self.zone) if self.due is None else self.due
        return max(new - due, datetime.timedelta())


@dataclass(frozen=True)
class Extensions:
    """All lines, by learner and assignment; the assignment None stands for all of them."""

    by_learner: dict[tuple[str, str | None], Extension] = field(default_factory=dict)

    def more_time(self, student_id: str, assignment: str, due: datetime.datetime) -> datetime.timedelta | None:
        """What a learner has beyond the due date (UTC) of an assignment. A line that names the part comes first."""
        found = self.by_learner.get((student_id, assignment)) or self.by_learner.get((student_id, None))
        return found.more_time(due) if found and found.more_time(due) else None

    def unknown(self, student_ids: set[str]) -> list[str]:
        """A sentence for each line whose learner is not among these."""
        return [
            f"{FILE}, line {extension.line}: {ascii(student_id)[1:-1]} is nobody in the gradebook."
            for (student_id, _), extension in self.by_learner.items()
            if student_id not in student_ids
        ]


def load_extensions(folder: ClassFolder, settings: ClassSettings) -> Extensions:
    """The extensions of this class; none when there is no file. Raises ClassError with the line that can't be used."""
    path = folder.root / FILE
    if not path.exists():
        return Extensions()
    table = read_table(path)
    missing = [name for name in COLUMNS[:2] if name not in table.columns]
    if missing or not {"due", "extra_days"} & set(table.columns):
        raise ClassError(f"{FILE}, line 1: the first line must be {','.join(COLUMNS)}.")
    found: dict[tuple[str, str | None], Extension] = {}
    for row in table.rows:
        where = f"{FILE}, line {row.line}"
        key = (_student(row, where), _assignment(row.cells["part"], where))
        if key in found:
            raise ClassError(f"{where}: line {found[key].line} is for the same learner and part. Keep one of them.")
        found[key] = _extension(row, key[1], where, settings)
    return Extensions(found)


def _student(row: CsvRow, where: str) -> str:
    if not row.cells["student_id"]:
        raise ClassError(f"{where}: student_id is empty. Write the id that the gradebook has.")
    return row.cells["student_id"]


def _assignment(text: str, where: str) -> str | None:
    """The assignment that `5`, `part05` or `capstone` means; None for an empty cell."""
    if not text:
        return None
    name = f"part{int(text):02d}" if text.isascii() and text.isdigit() else text.lower()
    if name not in assignments():
        raise ClassError(f"{where}: {ascii(text)} is no part. Write a number such as 5, or capstone; empty means all.")
    return name


def _extension(row: CsvRow, assignment: str | None, where: str, settings: ClassSettings) -> Extension:
    due, days = row.cells.get("due", ""), row.cells.get("extra_days", "")
    if bool(due) == bool(days):
        raise ClassError(f"{where}: give either due or extra_days.")
    if due:
        new = in_utc(due, settings.zone, f"{where}, due {ascii(due)}")
        usual = settings.due.get(assignment)
        if usual and new < usual:
            raise ClassError(f"{where}: {due} is before the due date of {assignment}: nobody's time is cut short.")
        return Extension(row.line, new, settings.zone)
    try:
        number = float(days)
    except ValueError:
        number = math.nan
    if not 0 < number <= MOST_DAYS:
        raise ClassError(f"{where}: extra_days is {ascii(days)}, and must be a number above 0, up to {MOST_DAYS}.")
    return Extension(row.line, None, settings.zone, number)


NO_TIME = datetime.timedelta()


class AssignPenalty(NbGraderPreprocessor):
    """A step of autograde, after SaveAutoGrades: writes due date, extension and penalty into the gradebook.

    It stands in for nbgrader's AssignLatePenalties, whose plugins get the seconds but not the dates: how many days
    these are depends on the class's clock.
    """

    def preprocess(self, nb, resources):
        facts = resources["nbgrader"]
        folder = class_folder(self)
        settings = load_settings(folder)
        extensions = load_extensions(folder, settings)
        with Gradebook(facts["db_url"]) as gradebook:
            submission = gradebook.find_submission(facts["assignment"], facts["student"])
            _set_due(submission.assignment, settings)
            _set_extension(submission, extensions)
            notebook = gradebook.find_submission_notebook(facts["notebook"], facts["assignment"], facts["student"])
            due, more = submission.assignment.duedate, submission.extension
            notebook.late_submission_penalty = _penalty(settings, notebook.score, due, more, submission.timestamp)
            gradebook.db.commit()
        return nb, resources


def refresh(gradebook: Gradebook, settings: ClassSettings, extensions: Extensions) -> None:
    """Bring due dates, extensions and penalties of all submissions to what the files say now."""
    for assignment in gradebook.assignments:
        _set_due(assignment, settings)
    gradebook.db.flush()
    for one in submission_rows(gradebook):
        more = _more_time(one.student, one.assignment, one.due, extensions)
        if more != one.extension:
            change = update(SubmittedAssignment).where(SubmittedAssignment.id == one.submission).values(extension=more)
            gradebook.db.execute(change)
        penalty = _penalty(settings, one.score, one.due, more, one.timestamp)
        if penalty != one.penalty:
            change = update(SubmittedNotebook).where(SubmittedNotebook.id == one.notebook)
            gradebook.db.execute(change.values(late_submission_penalty=penalty))
    gradebook.db.commit()


def lateness(settings: ClassSettings, extensions: Extensions, submission: SubmittedAssignment, score: float) -> Times:
    """When a submission was due and came, on the class's clock, and the penalty, by the files as they are now. score:
    its points before the penalty.
    """
    name, submitted = submission.name, submission.timestamp
    usual = settings.due.get(name) or (
        submission.assignment.duedate and submission.assignment.duedate.replace(tzinfo=UTC)
    )
    due = usual and usual.replace(tzinfo=None)
    more = _more_time(submission.student.id, name, due, extensions)
    penalty = _penalty(settings, score, due, more, submitted) or 0.0
    came = submitted and submitted.replace(tzinfo=UTC).astimezone(settings.zone)
    last = usual and (usual + (more or NO_TIME)).astimezone(settings.zone)
    days = settings.late.days_late(last, came, settings.zone) if last and came else 0
    return Times(last, came, bool(more), days, penalty)


def class_folder(step) -> ClassFolder:
    """The folder of the class for a step that nbgrader runs: where its configuration says that the course is."""
    return ClassFolder(Path(CourseDirectory(config=step.config).root))


def _penalty(
    settings: ClassSettings,
    score: float,
    due: datetime.datetime | None,
    more: datetime.timedelta | None,
    submitted: datetime.datetime | None,
) -> float | None:
    """The points that are taken off; None when the work is in time, or nobody knows when it was submitted.

    due, submitted: as nbgrader keeps them, in UTC and without a zone.
    """
    if due is None or submitted is None:
        return None
    due = due.replace(tzinfo=UTC) + (more or NO_TIME)
    return settings.late.penalty(score, due, submitted.replace(tzinfo=UTC), settings.zone) or None


def _set_due(assignment: Assignment, settings: ClassSettings) -> None:
    """A due date that the class's files don't give stays as it was set in formgrader."""
    due = settings.due.get(assignment.name)
    if due is not None and assignment.duedate != due.replace(tzinfo=None):  # nbgrader keeps naive times in UTC
        assignment.duedate = due.replace(tzinfo=None)


def _set_extension(submission: SubmittedAssignment, extensions: Extensions) -> None:
    more = _more_time(submission.student.id, submission.name, submission.assignment.duedate, extensions)
    if submission.extension != more:
        submission.extension = more


def _more_time(
    student: str, assignment: str, due: datetime.datetime | None, extensions: Extensions
) -> datetime.timedelta | None:
    """The extension; None takes back what is no longer in the file, which is the one list of them."""
    return extensions.more_time(student, assignment, due.replace(tzinfo=UTC)) if due else None
