"""Open the store of a class's verdicts: a folder of files, or the database of AUTOGRADER_DATABASE."""

from __future__ import annotations

from pathlib import Path

from autograder.database import database_url
from autograder.grading.store import Store


def open_store(folder: Path) -> Store:
    """The store of the class whose verdicts are in this folder. Raises DatabaseError."""
    url = database_url()
    if url is None:
        return Store(folder)
    from autograder.class_folder.verdict_database import DatabaseStore  # 0.25 s to load, so only for a database

    return DatabaseStore(url)
