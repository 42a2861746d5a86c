"""Reports as lines of text, for any terminal: ASCII of our own, no colour needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.course import Part, part, parts
from autograder.grading.report import Check, Report
from autograder.wording import command

LABELS = {"passed": "pass", "todo": "todo", "manual": "hand"}  # every other status is a failure
CI_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)")  # those that count anywhere in a line
LONGEST_PRINT = 1500  # characters of what the learner's code printed


def number(points: float) -> str:
    """Points without a needless .0."""
    return f"{points:g}"


def plural(count: int, noun: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def without_commands(line: str) -> str:
    """A line of somebody else's, in which a CI system finds no command of its own, such as ##[error]."""
    return CI_COMMAND.sub("# #", line)


def part_lines(report: Report, path: str, next_step: str) -> Iterator[str]:
    """One part in full: what was graded, each check, the first failing one in detail, what to do next."""
    its_part = part(report.part)
    yield f"Part {report.part}, {its_part.title}: {path}"
    yield f"sha256 {report.sha256[:16]}..., seed {report.seed}, sandbox {report.sandbox}, Python {report.interpreter}"
    yield ""
    unwritten = tasks_to_do(report, its_part)
    for task_id, title in unwritten:
        yield f"  todo         {task_id} {title}: not written yet"
    for task in its_part.tasks:  # a task's hidden checks stand behind its public ones
        if task.id not in dict(unwritten):
            yield from (check_line(check) for check in report.checks if check.task == task.id)
    failing = first_failing(report, set(dict(unwritten)))
    if failing is not None:
        yield from failure_lines(failing, path)
    if report.printed.strip():
        yield ""
        yield "Your code printed:"
        text = report.printed[:LONGEST_PRINT] + (" ..." if len(report.printed) > LONGEST_PRINT else "")
        yield from (f"  | {without_commands(line)}" for line in text.rstrip("\n").split("\n"))
    yield ""
    yield from summary_lines(report, next_step)


def tasks_to_do(report: Report, its_part: Part) -> list[tuple[str, str]]:
    """The tasks of which every check says that they are not written."""
    statuses = {task.id: {c.status for c in report.checks if c.task == task.id} for task in its_part.tasks}
    return [(task.id, task.title) for task in its_part.tasks if statuses[task.id] == {"todo"}]


def check_line(check: Check) -> str:
    """One check: pass or not, points, its sentence."""
    label = LABELS.get(check.status, "FAIL")
    points = f"{number(check.earned)}/{number(check.points)}"
    remark = " (hidden)" if check.hidden else ""
    remark += f" (points kept: follows from {check.follows})" if check.follows else ""
    return f"  {label} {points:>7} {check.task} {check.title}{remark}"


def first_failing(report: Report, unwritten: set[str] = frozenset()) -> Check | None:
    """The first check of the first task that lost points for something other than not being written."""
    order = {task.id: i for i, task in enumerate(part(report.part).tasks)}
    failing = [c for c in report.checks if c.status not in ("passed", "manual") and c.task not in unwritten]
    return min(failing, key=lambda check: order[check.task], default=None)


def failure_lines(check: Check, path: str) -> Iterator[str]:
    """One failing check in full."""
    task = part(int(check.task.partition(".")[0])).task(check.task)
    yield ""
    yield f"First failing task: {task.id} {task.title}"
    yield f"  {check.title}"
    yield f"  {path}, line {check.line}" if check.line else f"  {path}"
    lines = check.message.rstrip("\n").split("\n")
    # The recognised mistake is surer than the check's own guess.
    yield from (f"    {without_commands(line)}" for line in lines if not (check.advice and line.startswith("Likely:")))
    if check.advice:
        yield f"    Likely:     {check.advice}"
        yield f"                (Your answers equal those of this known mistake: {check.misconception}.)"


def summary_lines(report: Report, next_step: str) -> Iterator[str]:
    """Points, hidden checks, which earlier part breaks this one, and what to do next."""
    hidden = [check for check in report.checks if check.hidden]
    by_hand = [check for check in report.checks if check.status == "manual"]
    among = ""
    if hidden:
        points = number(sum(check.points for check in hidden))
        among = f", {points} of them in {plural(len(hidden), 'hidden check')}"
    yield f"{number(report.earned)} of {number(report.possible)} points{among}."
    if by_hand:
        points = number(sum(check.points for check in by_hand))
        yield f"{points} more points are given by hand, for {plural(len(by_hand), 'written answer')}."
    if report.breaks:
        yield report.breaks
    yield next_step


def table_lines(reports: list[Report]) -> Iterator[str]:
    """All parts, a line each."""
    yield f"  {'part':<27} {'points':>9}  {'checks':>7}  remark"
    for report in reports:
        graded = [check for check in report.checks if check.status != "manual"]
        passed = sum(check.status == "passed" for check in graded)
        title = f"{report.part:>2} {part(report.part).title}"
        points = f"{number(report.earned)}/{number(report.possible)}"
        yield f"  {title:<27} {points:>9}  {f'{passed}/{len(graded)}':>7}  {remark(report)}".rstrip()
    earned, possible = sum(r.earned for r in reports), sum(r.possible for r in reports)
    yield f"  {'all':<27} {f'{number(earned)}/{number(possible)}':>9}"


def remark(report: Report) -> str:
    """The state of a part in a few words."""
    if report.breaks:
        return report.breaks.partition(":")[0]
    if report.passed:
        by_hand = sum(check.status == "manual" for check in report.checks)
        return f"passed; {plural(by_hand, 'written answer')} to be graded by hand" if by_hand else "passed"
    statuses = {check.status for check in report.checks} - {"manual"}
    if statuses == {"todo"}:
        return "not begun"
    failing = first_failing(report, set(dict(tasks_to_do(report, part(report.part)))))
    return f"first failing: {failing.task} {failing.title}"[:70] if failing else "some tasks not written yet"


def next_step(reports: list[Report], folder: Path | None = None) -> str:
    """What to do next, as one sentence with a command to type. folder: where the modules are, when not exercises/."""

    def check(target: int | str | None = None) -> str:
        return command("check", target, from_=folder)

    for report in reports:
        its_part = part(report.part)
        unwritten = tasks_to_do(report, its_part)
        failing = first_failing(report, set(dict(unwritten)))
        if failing is not None:
            return f"Next: mend {failing.task} {its_part.task(failing.task).title}, then {check(failing.task)}"
        if unwritten:
            task_id, title = unwritten[0]
            return f"Next: write {task_id} {title} in {report.file}, then {check(task_id)}"
        if report.breaks:
            return f"Next: look at all your parts: {check()}"
    following = [other for other in parts() if other.number == reports[-1].part + 1]
    if following and len(reports) == 1:
        return f"Passed. Next: part {following[0].number}, {following[0].title}: {check(following[0].number)}"
    return "Passed. You have built a GPT: every part is right."
