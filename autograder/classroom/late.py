"""Lateness in nbgrader's gradebook: due dates, extensions, and the penalty by the class's policy.

nbgrader computes how late a submission is; the policy says what that costs. A penalty is part of the points earned, so
it grows when a person grades a written answer: whoever reads grades calls `refresh` first.
"""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.classroom.extensions import Extensions, load_extensions
from autograder.classroom.folder import ClassFolder
from autograder.classroom.settings import UTC, ClassSettings, load_settings


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
        for submission in assignment.submissions:
            _set_extension(submission, extensions)
            seconds = submission.total_seconds_late
            for notebook in submission.notebooks:
                penalty = settings.late.penalty(notebook.score, seconds) if seconds else 0.0
                if (notebook.late_submission_penalty or 0.0) != penalty:
                    notebook.late_submission_penalty = penalty or None
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
    due = submission.assignment.duedate
    more = extensions.more_time(submission.student.id, submission.name, due.replace(tzinfo=UTC)) if due else None
    if submission.extension != more:  # also takes back what is no longer in the file: the file is the one list
        submission.extension = more
