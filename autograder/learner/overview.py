"""`progress`: every part with its tasks, points and minutes, as the learner's files are now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course import Part, Task, labs, parts
from autograder.grading.checks import points_by_task
from autograder.grading.progress import current_check
from autograder.grading.report import Report
from autograder.invocation import command
from autograder.learner import last_results
from autograder.learner.achievements import achievements
from autograder.text import number


@dataclass(frozen=True)
class PartProgress:
    """A part and its last result; None where the file is still the stub, or can't be read."""

    part: Part
    report: Report | None
    unreadable: bool = False

    @property
    def possible(self) -> float:
        """The points from automatic checks."""
        return self.report.possible if self.report else sum(points_by_task(self.part, by_hand=False).values())

    @property
    def earned(self) -> float:
        return self.report.earned if self.report else 0.0

    @property
    def passed(self) -> bool:
        return self.report is not None and self.report.passed

    @property
    def open_stretch(self) -> list[Task]:
        return self.report.open_stretch if self.report else []

    @property
    def tasks_done(self) -> int:
        """How many tasks have only passed checks."""
        checks = [check for check in self.report.checks if check.status != "manual"] if self.report else []
        tasks = {check.task for check in checks}
        return len(tasks - {check.task for check in checks if check.status != "passed"})

    @property
    def tasks(self) -> int:
        """How many tasks are graded automatically."""
        return sum(points > 0 for points in points_by_task(self.part, by_hand=False).values())

    @property
    def state(self) -> str:
        """The learner's state in this part, in a few words."""
        if self.unreadable:
            return "can't be checked here" if self.part.is_lab else "its file can't be read"
        if self.report is None:
            return "not begun"
        lost = current_check(self.report, self.part)
        open_tasks = "".join(f"; open: {task.id}" for task in self.open_stretch)
        return f"at {lost.task} {self.part.task(lost.task).title}" if lost else f"passed{open_tasks}"

    @property
    def share_left(self) -> float:
        """The share of the part's points that is not earned. A part that is passed is done."""
        return 0.0 if self.passed else 1 - self.earned / self.possible


def survey() -> list[PartProgress]:
    """Every part. A file that was changed since its last check is checked."""
    return list(map(row, parts()))


def row(part: Part) -> PartProgress:
    """One part or lab."""
    try:
        return PartProgress(part, last_results.result(part) if last_results.begun(part) else None)
    except (OSError, ValueError):  # a link to elsewhere, or not ours to read: `check` of this part says it
        return PartProgress(part, None, unreadable=True)


def table_lines(rows: list[PartProgress]) -> Iterator[str]:
    """One line per part, and what is left of all."""
    yield f"  {'part':<28}{'tasks':>6}{'points':>11}{'minutes':>9}  state"
    for row in rows:
        title = f"{row.part.number:>2} {row.part.title}"
        points = f"{number(row.earned)}/{number(row.possible)}"
        tasks = f"{row.tasks_done}/{row.tasks}"
        yield f"  {title:<28}{tasks:>6}{points:>11}{row.part.minutes:>9}  {row.state}"[:79].rstrip()
    done, tasks = sum(row.tasks_done for row in rows), sum(row.tasks for row in rows)
    earned, possible = sum(row.earned for row in rows), sum(row.possible for row in rows)
    points = f"{number(earned)}/{number(possible)}"
    left = _time_left(sum(row.part.minutes * row.share_left for row in rows))
    yield f"  {'all':<28}{f'{done}/{tasks}':>6}{points:>11}{sum(row.part.minutes for row in rows):>9}  {left}"
    left = _time_left(sum(row.part.minutes_new * row.share_left for row in rows))
    yield f"  {'all, with a little Python':<45}{sum(row.part.minutes_new for row in rows):>9}  {left}"


def _time_left(minutes: float) -> str:
    hours, rest = divmod(round(minutes / 10) * 10, 60)
    return f"{hours} h {rest:02d} min left" if hours or rest else "all done"


def lab_line() -> str:
    """The optional labs, which are not in the table."""
    states = "; ".join(f"{lab.target} {row(lab).state}" for lab in labs())
    return f"Optional labs: {states}"[:79]


def open_lines(rows: list[PartProgress]) -> Iterator[str]:
    """The stretch tasks of parts that are passed without them."""
    for task in (task for row in rows for task in row.open_stretch):
        yield f"Still open: {task.id} {task.title}, a stretch task: {command('check', task.id)}"


def next_line(rows: list[PartProgress]) -> str:
    """The next step: the first part that is not passed, the capstone, the first other achievement that is left."""
    row = next((row for row in rows if not row.passed), None)
    if row is not None:
        return f"Next: part {row.part.number}, {row.part.title}, {row.state}: {command('watch')}"
    capstone_first = sorted(achievements(), key=lambda achievement: achievement.id != "capstone")
    left = next((achievement for achievement in capstone_first if achievement.day() is None), None)
    if left is None:
        return "You have done everything. Well done."
    return f'Next: earn "{left.title.partition(":")[0]}": {left.how()}'
