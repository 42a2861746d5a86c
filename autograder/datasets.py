"""The data sets, and what is recorded about each file. Standard library only."""

import hashlib
import json
from pathlib import Path

from autograder.errors import Failure
from autograder.files import write_atomically

FOLDER = Path(__file__).resolve().parent.parent / "datasets"


class DatasetError(Failure):
    """A data set could not be had; the message is one sentence: what was wrong and what to do."""


def read_facts(folder: Path = FOLDER) -> dict[str, dict]:
    """Return what datasets.json says of each committed set: its package, licence, counts and checksum.

    Raises DatasetError when the table is missing or is not JSON.
    """
    path = folder / "datasets.json"
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} can't be read ({error}): restore it with git.") from error


def sha256_of_file(path: Path) -> str | None:
    """Return the sha256 of a file as hexadecimal digits, None when there is no such file.

    Raises DatasetError when it is there and can't be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{path} can't be read ({error.strerror}): move it out of the way.") from error


def save(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises DatasetError when the folder or the file can't be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DatasetError(f"{path} can't be written ({error.strerror}): check the folder's permissions.") from error
