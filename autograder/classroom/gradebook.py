"""nbgrader's gradebook of a class, opened with a sentence when there is none."""

from __future__ import annotations

import os
import shutil
import sysconfig
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
    from sqlalchemy.exc import DatabaseError

    _find_alembic()
    try:
        return Gradebook(folder.database, class_settings()["course_id"])
    except DatabaseError as error:
        raise ClassError(f"Can't use {folder.root / 'gradebook.db'} ({error.orig}): is it nbgrader's?") from error


def _find_alembic() -> None:
    """nbgrader calls the program alembic when it makes a gradebook; ours is in .venv, which nobody has activated."""
    if shutil.which("alembic") is None:
        os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
