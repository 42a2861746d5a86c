"""Hints that escalate: each call shows one level more for the check that fails first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.report import Check, Report
from autograder.grading.standing import current, whole_file
from autograder.learner import memory
from autograder.render.next_step import going_on

SECTION = re.compile(r"^## ([\w.]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LEVEL = re.compile(r"^\d\. (.*(?:\n(?!\d\. )\S.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Hint:
    """What to tell a learner about one check. texts: the levels up to this one. of: how many there are.
    instead: what to do first, where no hint would help. of_task: they are about the whole task, which is not written.
    """

    check: Check
    texts: tuple[str, ...]
    of: int
    instead: str = ""
    of_task: bool = False


def next_hint(report: Report, part: Part) -> Hint | None:
    """The next level for the first check that fails, which is remembered; None when nothing fails."""
    check = current(report, part)
    if check is None:
        return None
    if (of_all := whole_file(report)) is not None:
        return Hint(check, (), 0, f"{of_all.message.strip()}\nNo hint helps before that is mended.")
    if words := going_on(report, check):
        return Hint(check, (), 0, f"{words}.")
    found = levels(part)
    of_task = check.status == "todo" and check.task in found
    name = check.task if of_task else check.name
    texts = found[name]
    shown, key = memory.read("hints"), f"{part.number} {name}"
    before = shown.get(key)
    level = min(before + 1 if type(before) is int and before > 0 else 1, len(texts))
    if level != before:
        memory.write("hints", {**shown, key: level})
    return Hint(check, tuple(texts[:level]), len(texts), of_task=of_task)


def levels(part: Part) -> dict[str, list[str]]:
    """The hints of a part, the most general first, by name of the check. Under the id of a task: those for who has
    written nothing of it yet, where the first check is not what the task is about.
    """
    text = (part.suite / "hints.md").read_text(encoding="utf-8")
    return {name: [" ".join(level.split()) for level in LEVEL.findall(body)] for name, body in SECTION.findall(text)}
