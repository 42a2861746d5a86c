"""extensions.csv: who has more time for which part. Columns: student_id, part, due, extra_days.

part is 5, part05 or capstone; empty means every part. Each line has either due (a new date) or extra_days.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError, ClassSettings, assignments, in_utc, later_on_the_clock
from autograder.intake.tables import CsvRow, read_table

FILE = "extensions.csv"
COLUMNS = ("student_id", "part", "due", "extra_days")
MOST_DAYS = 366


@dataclass(frozen=True)
class Extension:
    """One line of the file: a new due date in UTC, or days to add in the class's time zone."""

    line: int
    due: datetime.datetime | None
    zone: datetime.tzinfo
    extra_days: float = 0.0

    def more_time(self, due: datetime.datetime) -> datetime.timedelta:
        """The time that this adds to a due date (UTC)."""
        new = later_on_the_clock(due, self.extra_days, self.zone) if self.due is None else self.due
        return max(new - due, datetime.timedelta())


@dataclass(frozen=True)
class Extensions:
    """All lines, by learner and assignment; None means all assignments."""

    by_learner: dict[tuple[str, str | None], Extension] = field(default_factory=dict)

    def more_time(self, student_id: str, assignment: str, due: datetime.datetime) -> datetime.timedelta | None:
        """A learner's extra time after an assignment's due date (UTC); a line for one part overrides one for all."""
        extension = self.by_learner.get((student_id, assignment)) or self.by_learner.get((student_id, None))
        return extension.more_time(due) if extension and extension.more_time(due) else None

    def unknown(self, student_ids: set[str]) -> list[str]:
        """A sentence for each line with a learner who is not in `learners`."""
        return [
            f"{FILE}, line {extension.line}: {ascii(student_id)[1:-1]} is not in the gradebook."
            for (student_id, _), extension in self.by_learner.items()
            if student_id not in student_ids
        ]


def load_extensions(folder: ClassFolder, settings: ClassSettings) -> Extensions:
    """The extensions of this class; empty if there is no file. Raises ClassError with the line that can't be used."""
    path = folder.root / FILE
    if not path.exists():
        return Extensions()
    table = read_table(path)
    missing = [name for name in COLUMNS[:2] if name not in table.columns]
    if missing or not {"due", "extra_days"} & set(table.columns):
        raise ClassError(f"{FILE}, line 1: the first line must be {','.join(COLUMNS)}.")
    by_learner: dict[tuple[str, str | None], Extension] = {}
    for row in table.rows:
        where = f"{FILE}, line {row.line}"
        key = (_student(row, where), _assignment(row.cells["part"], where))
        if key in by_learner:
            raise ClassError(
                f"{where}: line {by_learner[key].line} is for the same learner and part. Keep one of them."
            )
        by_learner[key] = _extension(row, key[1], where, settings)
    return Extensions(by_learner)


def _student(row: CsvRow, where: str) -> str:
    if not row.cells["student_id"]:
        raise ClassError(f"{where}: student_id is empty. Write the learner's id in the gradebook.")
    return row.cells["student_id"]


def _assignment(text: str, where: str) -> str | None:
    """The assignment that `5`, `part05` or `capstone` means; None for an empty cell."""
    if not text:
        return None
    name = f"part{int(text):02d}" if text.isascii() and text.isdigit() else text.lower()
    if name not in assignments():
        raise ClassError(
            f"{where}: {ascii(text)} is not a part. Write a number such as 5, or capstone; leave it empty for all."
        )
    return name


def _extension(row: CsvRow, assignment: str | None, where: str, settings: ClassSettings) -> Extension:
    due, days = row.cells.get("due", ""), row.cells.get("extra_days", "")
    if bool(due) == bool(days):
        raise ClassError(f"{where}: fill in either due or extra_days.")
    if due:
        new = in_utc(due, settings.zone, f"{where}, due {ascii(due)}")
        usual = settings.due.get(assignment)
        if usual and new < usual:
            raise ClassError(f"{where}: {due} is before the due date of {assignment}. An extension must be later.")
        return Extension(row.line, new, settings.zone)
    try:
        number = float(days)
    except ValueError:
        number = math.nan
    if not 0 < number <= MOST_DAYS:
        raise ClassError(f"{where}: extra_days is {ascii(days)}, and must be a number above 0, up to {MOST_DAYS}.")
    return Extension(row.line, None, settings.zone, number)
