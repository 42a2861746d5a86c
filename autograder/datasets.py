"""The data sets, and what is recorded about each file. Standard library only."""

import hashlib
import json
from pathlib import Path

from autograder.errors import Failure
from autograder.files import write_atomically

FOLDER = Path(__file__).resolve().parent.parent / "datasets"


class DatasetError(Failure):
    """A data set can't be read or written; the message says what was wrong and what to do."""


def read_facts(folder: Path = FOLDER) -> dict[str, dict]:
    """Return the record of each data set in datasets.json: package, licence, counts and checksum.

    Raises DatasetError if the file is missing or is not JSON.
    """
    path = folder / "datasets.json"
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} can't be read ({error}). Restore it with git.") from error


def sha256_of_file(path: Path) -> str | None:
    """Return the sha256 of a file as hexadecimal digits, or None if there is no such file.

    Raises DatasetError if it exists and can't be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{path} can't be read ({error.strerror}). Move it to another place.") from error


def save(path: Path, content: bytes) -> None:
    """Write a file completely or not at all. Raises DatasetError if the folder or the file can't be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DatasetError(f"{path} can't be written ({error.strerror}). Check the folder's permissions.") from error
