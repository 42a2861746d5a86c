"""A learner's progress in a part: what is wrong, what waits for a task that is not written, what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.course import Part, Task, stretch_tasks
from autograder.grading.report import Check, Report

DONE = ("passed", "manual")
# How a message begins that is about the file, and not about what a check asks.
OF_THE_FILE = re.compile(
    r"The file |Python can't read the file|This part runs on your |\w+\.py is missing|Your file can't be imported|"
    r"Importing the file did not end|Called: +import "
)
UNWRITTEN = re.compile(r"(L?\d+\.\d+) (\S+) is not written yet")  # what a check says whose call ended there


def file_level_failure(report: Report) -> Check | None:
    """A check that says what all of them say, such as that Python can't read the file; None when they differ."""
    checks = [check for check in report.checks if check.status != "manual"]
    if len({check.message for check in checks}) != 1:
        return None
    alike = len(checks) > 1 and {check.status for check in checks} <= {"error", "missing"}
    return checks[0] if alike or OF_THE_FILE.match(checks[0].message) else None


def blocking_task(check: Check, part: Part) -> Task | None:
    """The other task of the part that is to be written before this check can say anything; None for all others. In
    part 1 the slopes of + are seen only when there is a backward.
    """
    unwritten = UNWRITTEN.match(check.message) if check.status == "todo" else None
    return next((task for task in part.tasks if unwritten and unwritten[1] == task.id != check.task), None)


def unwritten_name(check: Check) -> str:
    """Which function or method is not written, as the stub calls it; "" when the check does not say it."""
    unwritten = UNWRITTEN.match(check.message)
    return unwritten[2] if unwritten and unwritten[1] == check.task else ""


def checks_to_report(checks: Iterable[Check], part: Part, task: str | None) -> tuple[Check, ...]:
    """All checks, or those of one task. If the task passes but an earlier task with the same function fails, the checks
    of both: code that passes 1.5 can break 1.4.
    """
    checks = tuple(checks)
    own = tuple(check for check in checks if task in (None, check.task))
    earlier = [check for check in checks if check.task in part.rewritten_by(task)]
    if any(check.status not in DONE for check in own) or all(check.status in DONE for check in earlier):
        return own
    return tuple(check for check in checks if check in own or check in earlier)


def broken_by(report: Report, part: Part) -> tuple[Task, Task] | None:
    """Of a report on one task that passes: that task, and the earlier one in the same function that does not pass."""
    reported = {check.task for check in report.checks}
    for task in part.tasks:
        earlier = part.rewritten_by(task.id)
        if earlier and reported == {task.id, *earlier}:
            lost = {check.task for check in report.checks if check.status not in DONE} - {task.id}
            return next(((task, part.task(other)) for other in earlier if other in lost), None)
    return None


def tasks_to_write(report: Report, part: Part) -> list[Task]:
    """The tasks of which every check says that something is not written."""
    statuses = {task.id: {check.status for check in report.checks if check.task == task.id} for task in part.tasks}
    return [task for task in part.tasks if statuses[task.id] == {"todo"}]


def current_check(report: Report, part: Part) -> Check | None:
    """The check to work on: the first that is wrong (one that another task's mistake explains comes after those of that
    task), else the first whose task is to be written, else the first that waits for another task; stretch tasks come
    last. None when the part is passed.
    """
    if report.passed:
        return None
    order = {task.id: i for i, task in enumerate(part.tasks)}

    def rank(check: Check) -> tuple[bool, int, int]:
        if check.status != "todo":
            kind = int(check.cause not in (None, check.task))
        else:
            kind = 2 if blocking_task(check, part) is None else 3
        return check.task in stretch_tasks(), kind, order[check.task]

    return min((check for check in report.checks if check.status not in DONE), key=rank, default=None)
