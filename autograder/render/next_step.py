"""What a learner does next, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.course import part, parts
from autograder.grading.report import Check, Report
from autograder.grading.standing import awaited, current, unwritten_name, whole_file
from autograder.wording import command


def next_step(reports: Sequence[Report], folder: Path | None = None, sandbox: str | None = None) -> str:
    """With a command to type. folder: where the modules are, when not exercises/; sandbox: as it was asked for."""

    def check(target: int | str | None = None) -> str:
        return command("check", target, from_=folder, sandbox=sandbox)

    for report in reports:
        failing = current(report, part(report.part))
        if failing is not None and (words := going_on(report, failing)):
            return f"{words}, then {check(report.part)}"
        if failing is not None and whole_file(report):
            return f"Next: {to_do(report, failing, report.file)}, then {check(report.part)}"
        if failing is not None:
            return f"Next: {to_do(report, failing, report.file)}, then {check(failing.cause or failing.task)}"
        if report.breaks:
            return f"Next: look at all your parts: {check()}"
    following = [other for other in parts() if other.number == reports[-1].part + 1]
    if following and len(reports) == 1:
        return f"Passed. Next: part {following[0].number}, {following[0].title}: {check(following[0].number)}"
    return "Passed. You have built a GPT: every part is right."


def to_do(report: Report, failing: Check, path: str) -> str:
    """What to do about the check to work on, in a few words: `write 5.1 attend in part05_gpt.py`."""
    its_part = part(report.part)
    task, of_all = its_part.task(failing.cause or failing.task), whole_file(report)
    if of_all is not None and of_all.status == "missing":
        return f"put {path} in its place"
    if of_all is not None:
        return f"fix line {of_all.line} of {path}" if of_all.line else f"fix {path}"
    if failing.status != "todo":
        return f"fix {task.id} {task.title}"
    # Of a task that is begun, the function that is still to write.
    begun = any(c.status != "todo" or awaited(c, its_part) for c in report.checks if c.task == task.id)
    return f"write {task.id} {(begun and unwritten_name(failing)) or task.title} in {path}"


def going_on(report: Report, failing: Check) -> str:
    """Of one task, what is left of which waits for another one: which task to go on with; "" in every other case."""
    its_part = part(report.part)
    other = awaited(failing, its_part)
    if other is None:
        return ""
    place = its_part.tasks.index(its_part.task(failing.task)) + 1
    following = next(iter(its_part.tasks[place:]), other)
    return (
        f"What is left of {failing.task} is checked when {other.id} {other.title} is written. "
        f"Next: {following.id} {following.title}"
    )
