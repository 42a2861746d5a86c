"""The stub that each of the learner's files began as, kept in .learner/stubs/: what `update` merges against."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.course import EXERCISES
from autograder.files import write_atomically
from autograder.learner import local_state


def remember() -> None:
    """Keep the stubs of now, once: before a newer course brings others. A file of which it is not known that it began
    as the stub of now gets no base, for a wrong one would take the course's changes for the learner's.
    """
    folder, new = local_state.FOLDER / "stubs", local_state.FOLDER / "stubs.new"
    if folder.is_dir():
        return
    from autograder.stubs import StubError, fresh_stubs, recorded_as  # this is on the path of every check

    try:
        for name, stub in fresh_stubs().items():
            if recorded_as(EXERCISES, name, stub):
                write_atomically(new / name, stub.encode("utf-8"))
        os.replace(new, folder)  # all of them, or none after an interruption
    except (OSError, StubError):
        pass  # no base is known then; a folder that can't be written has been complained of already


def base_of(name: str, course: Path | None = None) -> str | None:
    """The stub that a file began as, of this course or of another copy of it; None when that is not known."""
    folder = local_state.FOLDER if course is None else course / local_state.NAME
    try:
        with open(folder / "stubs" / name, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def path_of(name: str) -> Path:
    """Where the stub is kept that a file of this name began as."""
    return local_state.FOLDER / "stubs" / name
