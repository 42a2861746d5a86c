"""Moodle's grading worksheet: whose number is in a file name, and when each submission was last modified."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.class_folder.settings import UTC, ClassError
from autograder.classroom.matching import Matcher
from autograder.classroom.tables import Row, read_table

if TYPE_CHECKING:
    from nbgrader.api import Student

SUBMITTED = "Last modified (submission)"
MONTHS = "january february march april may june july august september october november december".split()
# Tuesday, 24 November 2026, 6:12 PM, as Moodle writes it in English; also with 24 hours.
TIME = re.compile(r"(\d{1,2}) ([a-z]+) (\d{4}),? (\d{1,2}):(\d\d)(?::\d\d)?\s*([ap]m)?", re.IGNORECASE)


@dataclass(frozen=True)
class Worksheet:
    """numbers: learner's id by Moodle's number for them in this assignment, "" for somebody who is not in the class
    list; times: submission times by id, in UTC.
    """

    numbers: dict[str, str] = field(default_factory=dict)
    times: dict[str, datetime.datetime] = field(default_factory=dict)


def read_worksheet(path: Path, students: Iterable[Student], zone: datetime.tzinfo) -> Worksheet:
    """Read a worksheet as Moodle exports it in English. zone: Moodle's, which the file does not name. Raises ClassError
    with the line that can't be used.
    """
    table = read_table(path)
    if not {"Identifier", SUBMITTED} <= set(table.columns):
        raise ClassError(
            f"{path} is not a grading worksheet: it needs the columns Identifier and {SUBMITTED}. Export it from the "
            "assignment in Moodle, in English."
        )
    matcher, found = Matcher(students), Worksheet()
    for row in table.rows:
        learners = _learners(row, matcher)
        if len(learners) > 1:
            continue
        learner = "".join(learners)
        found.numbers[re.sub(r"\D", "", row.cells["Identifier"])] = learner
        if not learner:
            continue
        text = row.cells[SUBMITTED]
        if text and text != "-":
            found.times[learner] = _time(text, zone, f"{path.name}, line {row.line}")
    return found


def _learners(row: Row, matcher: Matcher) -> tuple[str, ...]:
    """The ids that the row may mean: by address, login or id number, and only without one of these in the row or in the
    class list, by name.
    """
    keys = [key for column in ("Email address", "Username", "ID number") if (key := row.cells.get(column, ""))]
    for key in keys:
        if len(ids := matcher.match(key)) == 1:
            return ids
    return matcher.of_the_name(row.cells.get("Full name", ""), matcher.addressed if keys else set())


def _time(text: str, zone: datetime.tzinfo, where: str) -> datetime.datetime:
    found = TIME.search(text)
    try:
        day, month, year, hour, minute, half = found.groups()
        month = next(number for number, name in enumerate(MONTHS, 1) if name.startswith(month.lower()))
        hour = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
        return datetime.datetime(int(year), month, int(day), hour, int(minute), tzinfo=zone).astimezone(UTC)
    except (AttributeError, StopIteration, ValueError, OverflowError) as error:
        raise ClassError(
            f"{where}: {ascii(text[:60])} is not a time as Moodle writes it in English, such as "
            "'Tuesday, 24 November 2026, 6:12 PM'. Export the worksheet again with Moodle set to English."
        ) from error
