"""Hints that escalate: each call shows one level more for the check that fails first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.report import Check, Report
from autograder.learner import memory
from autograder.learner.results import first_lost

SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LEVEL = re.compile(r"^\d\. (.*(?:\n(?!\d\. )\S.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Hint:
    """What to tell a learner about one check. texts: the levels up to this one. of: how many there are.
    problem: instead of hints, what is wrong with the whole file.
    """

    check: Check
    texts: tuple[str, ...]
    of: int
    problem: str = ""


def next_hint(report: Report, part: Part) -> Hint | None:
    """The next level for the first check that fails, which is remembered; None when nothing fails."""
    check = first_lost(report, part)
    if check is None:
        return None
    if problem := _of_the_whole_file(report):
        return Hint(check, (), 0, problem)
    texts = levels(part)[check.name]
    shown, key = memory.read("hints"), f"{part.number} {check.name}"
    before = shown.get(key)
    level = min(before + 1 if type(before) is int and before > 0 else 1, len(texts))
    if level != before:
        memory.write("hints", {**shown, key: level})
    return Hint(check, tuple(texts[:level]), len(texts))


def levels(part: Part) -> dict[str, list[str]]:
    """The hints of a part by name of the check, the most general first."""
    text = (part.suite / "hints.md").read_text(encoding="utf-8")
    return {name: [" ".join(level.split()) for level in LEVEL.findall(body)] for name, body in SECTION.findall(text)}


def _of_the_whole_file(report: Report) -> str:
    """What every check says alike, such as that Python can't read the file: no hint helps before that."""
    checks = [check for check in report.checks if check.status != "manual"]
    messages = {check.message for check in checks}
    alike = len(messages) == 1 and len(checks) > 1 and {check.status for check in checks} <= {"error", "missing"}
    return messages.pop().strip() if alike else ""
