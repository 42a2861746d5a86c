"""Lateness in nbgrader's gradebook: due dates, extensions, and the penalty by the class's policy.

nbgrader computes how late a submission is; the policy says what that costs. A penalty is part of the points earned, so
it grows when a person grades a written answer: whoever reads grades calls `refresh` first.
"""

from __future__ import annotations

import datetime
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import update

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import UTC, ClassSettings, load_settings
from autograder.classroom.extensions import Extensions, load_extensions
from autograder.classroom.gradebook import all_submitted

NO_TIME = datetime.timedelta()


class SetDueDates(NbGraderPreprocessor):
    """A step of autograde, before nbgrader's AssignLatePenalties: writes due date and extension into the gradebook."""

    def preprocess(self, nb, resources):
        facts = resources["nbgrader"]
        folder = class_folder(self)
        settings = load_settings(folder)
        extensions = load_extensions(folder, settings)
        with Gradebook(facts["db_url"]) as gradebook:
            submission = gradebook.find_submission(facts["assignment"], facts["student"])
            _set_due(submission.assignment, settings)
            _set_extension(submission, extensions)
            gradebook.db.commit()
        return nb, resources


class LatePenalty(BasePlugin):
    """For c.AssignLatePenalties.plugin_class: the penalty by the class's policy."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Points to take off a notebook's score. total_seconds_late: after the due date, the extension included."""
        return load_settings(class_folder(self)).late.penalty(score, total_seconds_late)


def refresh(gradebook: Gradebook, settings: ClassSettings, extensions: Extensions) -> None:
    """Bring due dates, extensions and penalties of all submissions to what the files say now."""
    for assignment in gradebook.assignments:
        _set_due(assignment, settings)
    gradebook.db.flush()
    for one in all_submitted(gradebook):
        more = _more_time(one.student, one.assignment, one.due, extensions)
        if more != one.extension:
            change = update(SubmittedAssignment).where(SubmittedAssignment.id == one.submission).values(extension=more)
            gradebook.db.execute(change)
        late = one.timestamp - one.due - (more or NO_TIME) if one.timestamp and one.due else NO_TIME
        penalty = settings.late.penalty(one.score, late.total_seconds()) or None
        if penalty != one.penalty:
            change = update(SubmittedNotebook).where(SubmittedNotebook.id == one.notebook)
            gradebook.db.execute(change.values(late_submission_penalty=penalty))
    gradebook.db.commit()


def class_folder(step) -> ClassFolder:
    """The folder of the class for a step that nbgrader runs: where its configuration says that the course is."""
    return ClassFolder(Path(CourseDirectory(config=step.config).root))


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
