"""Open a class's gradebook in nbgrader, with a clear error if there is none."""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError
from autograder.course import class_settings
from autograder.files import write_new

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def open_gradebook(folder: ClassFolder, create: bool = False) -> Gradebook:
    """The gradebook, for a `with` statement. Raises ClassError if there is none and `create` is not set."""
    if not create and not (folder.root / "gradebook.db").exists():
        raise ClassError(f"There is no gradebook in {folder.root} yet. To create it: {folder.command('release')}")
    import autograder.notebooks  # noqa: F401 - which makes the next import a second shorter

    try:
        from nbgrader.api import Gradebook
    except ImportError as error:
        raise ClassError("A class needs nbgrader, which needs Python 3.11 or newer.") from error
    from sqlalchemy.exc import DatabaseError, OperationalError

    from autograder.notebooks.calling_nbgrader import calling_nbgrader

    try:
        if create:
            make_gradebook(folder)
        with calling_nbgrader():
            return Gradebook(folder.database, class_settings()["course_id"])
    except OperationalError:
        raise  # another program holds it, or the disk fails
    except DatabaseError as error:
        raise ClassError(
            f"Can't use {folder.root / 'gradebook.db'} ({error.orig}). Is it a gradebook from nbgrader?"
        ) from error


def make_gradebook(folder: ClassFolder) -> None:
    """Create an empty gradebook if there is none. nbgrader sets a version number only in a new file, so it is written
    completely first.
    """
    path = folder.root / "gradebook.db"
    if path.exists() and path.stat().st_size:
        return
    from nbgrader.api import Gradebook

    from autograder.notebooks.calling_nbgrader import calling_nbgrader

    with tempfile.TemporaryDirectory() as scratch, calling_nbgrader():
        Gradebook(f"sqlite:///{scratch}/gradebook.db", class_settings()["course_id"]).close()
        content = (Path(scratch) / "gradebook.db").read_bytes()
    if path.exists():
        path.unlink()  # empty, as a full disk may leave it
    with contextlib.suppress(FileExistsError):  # another command has created it
        write_new(path, content)


class SubmissionRow(NamedTuple):
    """One notebook of one submission. Times are naive UTC, as in nbgrader. score: before the late penalty."""

    assignment: str
    due: datetime.datetime | None
    student: str
    submission: str
    timestamp: datetime.datetime | None
    extension: datetime.timedelta | None
    notebook: str
    penalty: float | None
    score: float
    by_hand: bool


def submission_rows(gradebook: Gradebook) -> Sequence[SubmissionRow]:
    """All graded submissions, with one query: nbgrader's objects would take minutes for a class of 300."""
    from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import func, select

    query = (
        select(
            Assignment.name,
            Assignment.duedate,
            SubmittedAssignment.student_id,
            SubmittedAssignment.id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            SubmittedNotebook.id,
            SubmittedNotebook.late_submission_penalty,
            func.coalesce(func.sum(Grade.score), 0.0),
            func.coalesce(func.max(Grade.needs_manual_grade), False),
        )
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .group_by(SubmittedNotebook.id)
    )
    return [SubmissionRow(*row) for row in gradebook.db.execute(query)]
