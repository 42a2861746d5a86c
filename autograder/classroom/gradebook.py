"""nbgrader's gradebook of a class, opened with a sentence when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.classroom.folder import ClassFolder
from autograder.classroom.settings import ClassError
from autograder.course import class_settings
from autograder.wording import command

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def open_gradebook(folder: ClassFolder, create: bool = False) -> Gradebook:
    """The gradebook, to be used in a `with`. Raises ClassError when there is none and none is to be made."""
    if not folder.root.is_dir():
        raise ClassError(f"There is no folder {folder.root}.")
    if not create and not (folder.root / "gradebook.db").exists():
        raise ClassError(f"There is no gradebook in {folder.root} yet: begin with {command('release')}")
    try:
        from nbgrader.api import Gradebook
    except ImportError as error:
        raise ClassError("A class needs nbgrader, which needs Python 3.11 or newer.") from error
    from sqlalchemy.exc import DatabaseError, OperationalError

    from autograder.notebooks.calling_nbgrader import calling_nbgrader

    try:
        with calling_nbgrader():
            return Gradebook(folder.database, class_settings()["course_id"])
    except OperationalError:
        raise  # another program holds it, or the disk fails
    except DatabaseError as error:
        raise ClassError(f"Can't use {folder.root / 'gradebook.db'} ({error.orig}): is it nbgrader's?") from error
