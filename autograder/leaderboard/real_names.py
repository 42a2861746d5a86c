"""The table of ids and real names next to the board, only for the instructor's page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from autograder.files import write_atomically
from autograder.leaderboard.database_tables import StoreError

FILE = "roster.csv"
COLUMNS = ("id", "name")
EXAMPLE = "the first line must be id,name and each other line one learner, such as s0012,Ada Lovelace"


def read_roster(path: Path) -> dict[str, str]:
    """Real names by learner's id, from a CSV file in UTF-8. Raises StoreError with a message if the file is invalid."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:  # spreadsheets write a BOM
            rows = list(csv.DictReader(file, strict=True))
    except OSError as error:
        raise StoreError(f"The roster {path} can't be read ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise StoreError(f"The roster {path} is not a CSV file in UTF-8 ({error}): {EXAMPLE}.") from error
    names: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        learner, name = (str(row.get(column) or "").strip() for column in COLUMNS)
        if not learner or not name:
            raise StoreError(f"The roster {path} has no id or no name in row {number}: {EXAMPLE}.")
        if names.setdefault(learner, name) != name:
            raise StoreError(f"The roster {path} has two names for the id {ascii(learner)}: keep one of them.")
    if not names:
        raise StoreError(f"The roster {path} has no learners: {EXAMPLE}.")
    return names


def keep_roster(path: Path, folder: Path) -> None:
    """Copy a roster to the board, so that every later page has its names. Only its owner can read it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *read_roster(path).items()])
    write_atomically(folder / FILE, text.getvalue().encode("utf-8"), mode=0o600)


def kept_roster(folder: Path) -> dict[str, str] | None:
    """The saved names; empty if there is no roster, None if this user may not read it."""
    path = folder / FILE
    try:
        path.open("rb").close()
    except FileNotFoundError:
        return {}
    except PermissionError:
        return None
    return read_roster(path)
