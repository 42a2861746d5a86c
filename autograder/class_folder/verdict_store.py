"""Where the verdicts of a class are kept: in a folder of files, or in the database that the environment names."""

from __future__ import annotations

from pathlib import Path

from autograder.database import database_url
from autograder.grading.store import Store


def open_store(folder: Path) -> Store:
    """The store of the class whose verdicts are in this folder. Raises DatabaseError."""
    url = database_url()
    if url is None:
        return Store(folder)
    from autograder.class_folder.database_store import DatabaseStore

    return DatabaseStore(url)
