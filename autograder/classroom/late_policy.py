"""Write due dates, extensions and late penalties into nbgrader's gradebook, by the class's policy.

A penalty is a percentage of the points earned, so it grows when a written answer is graded. That is why every command
that reads grades calls `refresh_penalties` first.
"""

from __future__ import annotations

import datetime
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import update

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import UTC, ClassSettings, load_settings
from autograder.classroom.extensions import Extensions, load_extensions
from autograder.classroom.gradebook import submission_rows
from autograder.render.feedback_page import Times

NO_TIME = datetime.timedelta()


class AssignPenalty(NbGraderPreprocessor):
    """An autograde step after SaveAutoGrades. It writes due date, extension and penalty into the gradebook.

    It replaces nbgrader's AssignLatePenalties, whose plugins get only seconds. The number of days depends on the
    dates, in the class's time zone.
    """

    def preprocess(self, nb, resources):
        submitted = resources["nbgrader"]
        folder = class_folder(self)
        settings = load_settings(folder)
        extensions = load_extensions(folder, settings)
        with Gradebook(submitted["db_url"]) as gradebook:
            submission = gradebook.find_submission(submitted["assignment"], submitted["student"])
            _set_due(submission.assignment, settings)
            submission.extension = _more_time(
                submission.student.id, submission.name, submission.assignment.duedate, extensions
            )
            notebook = gradebook.find_submission_notebook(
                submitted["notebook"], submitted["assignment"], submitted["student"]
            )
            due, extension = submission.assignment.duedate, submission.extension
            notebook.late_submission_penalty = _penalty(settings, notebook.score, due, extension, submission.timestamp)
            gradebook.db.commit()
        return nb, resources


def refresh_penalties(gradebook: Gradebook, settings: ClassSettings, extensions: Extensions) -> None:
    """Update due dates, extensions and penalties of all submissions to the current class.toml and extensions.csv."""
    for assignment in gradebook.assignments:
        _set_due(assignment, settings)
    gradebook.db.flush()
    for row in submission_rows(gradebook):
        new_extension = _more_time(row.student, row.assignment, row.due, extensions)
        if new_extension != row.extension:
            change = (
                update(SubmittedAssignment)
                .where(SubmittedAssignment.id == row.submission)
                .values(extension=new_extension)
            )
            gradebook.db.execute(change)
        penalty = _penalty(settings, row.score, row.due, new_extension, row.timestamp)
        if penalty != row.penalty:
            change = update(SubmittedNotebook).where(SubmittedNotebook.id == row.notebook)
            gradebook.db.execute(change.values(late_submission_penalty=penalty))
    gradebook.db.commit()


def lateness(settings: ClassSettings, extensions: Extensions, submission: SubmittedAssignment, score: float) -> Times:
    """A submission's due date, time and penalty, by the current files. score: the points before the penalty."""
    name, submitted = submission.name, submission.timestamp
    usual = settings.due.get(name) or (
        submission.assignment.duedate and submission.assignment.duedate.replace(tzinfo=UTC)
    )
    due = usual and usual.replace(tzinfo=None)
    extension = _more_time(submission.student.id, name, due, extensions)
    penalty = _penalty(settings, score, due, extension, submitted) or 0.0
    came = submitted and submitted.replace(tzinfo=UTC).astimezone(settings.zone)
    last = usual and (usual + (extension or NO_TIME)).astimezone(settings.zone)
    days = settings.late.days_late(last, came, settings.zone) if last and came else 0
    return Times(last, came, bool(extension), days, penalty)


def class_folder(step) -> ClassFolder:
    """The class's folder for a step that nbgrader runs, from nbgrader's configuration."""
    return ClassFolder(Path(CourseDirectory(config=step.config).root))


def _penalty(
    settings: ClassSettings,
    score: float,
    due: datetime.datetime | None,
    extension: datetime.timedelta | None,
    submitted: datetime.datetime | None,
) -> float | None:
    """The late penalty in points; None if the work is in time, or if its submission time is unknown.

    due, submitted: naive times in UTC, as in nbgrader.
    """
    if due is None or submitted is None:
        return None
    due = due.replace(tzinfo=UTC) + (extension or NO_TIME)
    return settings.late.penalty(score, due, submitted.replace(tzinfo=UTC), settings.zone) or None


def _set_due(assignment: Assignment, settings: ClassSettings) -> None:
    """Set the due date. If the class's files have none, a date that was set in formgrader stays."""
    due = settings.due.get(assignment.name)
    if due is not None and assignment.duedate != due.replace(tzinfo=None):  # nbgrader keeps naive times in UTC
        assignment.duedate = due.replace(tzinfo=None)


def _more_time(
    student: str, assignment: str, due: datetime.datetime | None, extensions: Extensions
) -> datetime.timedelta | None:
    """Set the extension; None removes one that is no longer in extensions.csv."""
    return extensions.more_time(student, assignment, due.replace(tzinfo=UTC)) if due else None
