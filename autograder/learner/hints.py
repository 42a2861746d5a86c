"""Hints that escalate: each call shows one level more, for a task to write or for the check that fails first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course import Part, Task
from autograder.grading.progress import broken_by, file_level_failure, tasks_to_write
from autograder.grading.report import Check, Report
from autograder.render.next_step import going_on, task_in_hand

SECTION = re.compile(r"^## ([\w.-]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LEVEL = re.compile(r"^\d\. (.*(?:\n(?!\d\. ) *\S.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Hint:
    """What to tell a learner about a task and its first failing check. about: the check, or the task, that the hints
    are for. texts: the levels up to this one. instead: what to do first, where no hint helps. step: how many of all
    `count` steps have been shown. codes: how many of them show the task's code with blanks. code: its lines as shown
    now. unavailable: why there is no code.
    """

    task: Task
    check: Check
    about: str
    texts: tuple[str, ...]
    count: int
    instead: str = ""
    step: int = 0
    codes: int = 0
    code: tuple[str, ...] = ()
    unavailable: str = ""


def all_hints(report: Report, part: Part, source: str) -> Hint | None:
    """All levels for what is to do first; None when nothing is. source: of the learner's file."""
    in_hand = task_in_hand(report, part)
    if in_hand is None:
        return None
    task, check = in_hand
    if (file_failure := file_level_failure(report)) is not None:
        return Hint(task, check, "", (), 0, f"{file_failure.message.strip()}\nFix that first; hints come after it.")
    if (first := going_on(report, check)) and not _is_stub(source, task):
        return Hint(task, check, "", (), 0, f"{first}.")
    texts = levels(part)
    about = check.misconception if check.misconception in texts else check.name
    if task.id in texts and task in tasks_to_write(report, part):
        about = task.id
    if broken := broken_by(report, part):  # its hints say how to write it without breaking the earlier task
        task = broken[0]
        about = next(each.name for each in report.checks if each.task == task.id)
    return Hint(task, check, about, tuple(texts[about]), len(texts[about]))


def levels(part: Part) -> dict[str, list[str]]:
    """The hints of a part by id of a task to write or of a known mistake, or by name of a check that fails; the most
    general first.
    """
    text = (part.suite / "hints.md").read_text(encoding="utf-8")
    return {name: [" ".join(level.split()) for level in LEVEL.findall(body)] for name, body in SECTION.findall(text)}


def _is_stub(source: str, task: Task) -> bool:
    """Whether everything that the task asks for is still as in the stub, whatever else its checks wait for."""
    return all(f'NotImplementedError("{task.id} {name}")' in source for name in task.defines)
