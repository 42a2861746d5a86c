"""A report as text for a graded notebook: the summary for its first cell, and the checks for each task's cell."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.console import hanging
from autograder.course import Task
from autograder.grading.report import Report
from autograder.render.terminal import check_line, message_lines, without_commands
from autograder.text import number

PAGE_WIDTH = 100  # characters per line, so that a feedback page needs no scrolling


def summary_sentences(report: Report) -> list[str]:
    """What was graded, and the points, without any text from the learner."""
    graded = f"{report.file} was not submitted"
    if not report.not_submitted:
        graded = f"{report.file} (sha256 {report.sha256[:16]}) was graded with Python {report.interpreter}"
    sentences = [f"{graded}: {number(report.earned)} of {number(report.possible)} points by checks."]
    by_hand = sum(check.points for check in report.checks if check.status == "manual")
    if by_hand:
        sentences.append(f"{number(by_hand)} more points are for written answers, which are graded manually.")
    return sentences + ([report.breaks] if report.breaks else [])


def earned_points(report: Report, task: Task) -> float:
    """The points that the checks of a task have earned."""
    return sum(check.earned for check in report.checks if check.task == task.id)


def task_outputs(report: Report, task: Task) -> list[dict]:
    """The outputs of a task's cell in Jupyter's format: the lines, then the points, which nbgrader reads."""
    text, value = "\n".join(task_lines(report, task)) + "\n", repr(earned_points(report, task))
    return [
        {"output_type": "stream", "name": "stdout", "text": text},
        {"output_type": "execute_result", "data": {"text/plain": value}, "metadata": {}, "execution_count": 1},
    ]


def task_lines(report: Report, task: Task) -> Iterator[str]:
    """The checks of one task, with everything that the author may see about failed ones."""
    checks = [check for check in report.checks if check.task == task.id]
    if {check.status for check in checks} == {"todo"}:
        yield f"{task.id} {task.title}: not written yet."
    else:
        yield from (check_line(check) for check in checks)
        told: set[str] = set()
        for check in checks:
            if check.status in ("passed", "manual") or check.message in told:
                continue
            told.add(check.message)
            yield ""
            yield check.title + (f" ({report.file}, line {check.line}):" if check.line else ":")
            yield from (hanging(f"  {without_commands(line)}", PAGE_WIDTH) for line in message_lines(check))
    yield ""
    yield f"{number(earned_points(report, task))} of {number(sum(check.points for check in checks))} points."
