"""Reports as lines of text for any terminal, in ASCII and without colour; `print_json` prints them as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from autograder.course import Part, part_of_task, part_or_lab, stretch_tasks
from autograder.grading.progress import (
    DONE,
    blocking_task,
    broken_by,
    current_check,
    file_level_failure,
    tasks_to_write,
)
from autograder.grading.report import Check, Report
from autograder.render.mistake_page import where_to_read_on
from autograder.text import number, plural

LABELS = {"passed": "pass", "todo": "todo", "manual": "hand"}  # every other status is a failure
CI_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)")  # commands that are recognised anywhere in a line
# Exceptions that do not depend on the numbers in a line.
WHATEVER_THE_INPUT = ("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "NotImplementedError",
                      "TypeError", "UnboundLocalError")  # fmt: skip
LONGEST_PRINT = 1500  # characters to show of the learner's output


def without_commands(line: str) -> str:
    """A line from a learner's code, without anything that a CI system would read as a command, such as ##[error]."""
    return CI_COMMAND.sub("# #", line)


def part_lines(report: Report, path: str, next_step: str, again: str = "") -> Iterator[str]:
    """One part in full: what was graded, each check, the first failing one in detail, the next step. again: the command
    that repeats the check with the same inputs.
    """
    graded_part = part_or_lab(report.part)
    yield f"{graded_part.label.capitalize()}, {graded_part.title}: {path}"
    # For instructors, not for a learner on their own machine.
    if report.sandbox != "local" and not report.not_submitted:
        drawn = f"seed {report.seed}, sandbox {report.sandbox}, Python {report.interpreter}"
        yield f"sha256 {report.sha256[:16]}..., {drawn}"
    mistakes = shared_mistakes(report)
    for check, count in mistakes.values():
        yield ""
        yield from mistake_lines(check, count, graded_part)
    if file_level_failure(report) is None:
        yield ""
        yield from checks_lines(report, graded_part)
    failing = current_check(report, graded_part)
    if failing is not None and failing.status != "todo":
        file_failure = file_level_failure(report) is not None
        with_advice = failing.misconception not in mistakes
        yield from failure_lines(failing, path, file_failure, with_advice)
        if with_advice and (page := where_to_read_on(failing)):
            yield f"    More:       {page}"
        if again and not file_failure and failing.exception not in WHATEVER_THE_INPUT:
            yield f"  To repeat this check with the same inputs: {again}"
    if report.printed.strip():
        yield ""
        yield "Your code printed:"
        text = report.printed[:LONGEST_PRINT] + (" ..." if len(report.printed) > LONGEST_PRINT else "")
        yield from (f"  | {without_commands(line)}" for line in text.rstrip("\n").split("\n"))
    yield ""
    yield from summary_lines(report, next_step)


def shared_mistakes(report: Report) -> dict[str, tuple[Check, int]]:
    """The mistakes that explain more than one failing check, each with one of its checks (preferably from the mistake's
    own task) and their number.
    """
    explained: dict[str, list[Check]] = {}
    for check in report.checks:
        if check.misconception and check.status not in DONE:
            explained.setdefault(check.misconception, []).append(check)
    first = {name: min(checks, key=lambda check: check.task != check.cause) for name, checks in explained.items()}
    return {name: (first[name], len(checks)) for name, checks in explained.items() if len(checks) > 1}


def mistake_lines(check: Check, count: int, graded_part: Part) -> Iterator[str]:
    """The lines for a mistake that explains several failing checks. check: one of them."""
    task = graded_part.task(check.cause or check.task)
    line = f", line {check.line}" if check.line else ""
    yield f"One mistake explains {count} failing checks. It is in {task.id} {task.title}{line}:"
    yield f"  {check.advice}"
    if page := where_to_read_on(check):
        yield f"  More: {page}"


def checks_lines(report: Report, graded_part: Part) -> Iterator[str]:
    """One line per check, or one for a task that can't be checked yet; hidden checks come after public ones."""
    width = max((len(points(check)) for check in report.checks), default=0)
    for task in graded_part.tasks:
        checks = [check for check in report.checks if check.task == task.id]
        if task not in tasks_to_write(report, graded_part):
            yield from (check_line(check, width, graded_part) for check in checks)
        elif all(others := [blocking_task(check, graded_part) for check in checks]):
            yield f"  wait {'':>{width}} {task.id} {task.title}: checked when {others[0].id} is written"
        else:
            yield f"  todo {'':>{width}} {task.id} {task.title}: not written yet"


def points(check: Check) -> str:
    """Earned and possible points."""
    return f"{'-' if check.status == 'manual' else number(check.earned)}/{number(check.points)}"


def check_line(check: Check, width: int = 7, graded_part: Part | None = None) -> str:
    """One check in one line. width: of the points; graded_part: to find the task that the check needs first."""
    label = LABELS.get(check.status, "FAIL")
    remark = " (hidden)" if check.hidden else " (stretch)" if check.task in stretch_tasks() else ""
    remark += f" (points kept: follows from {check.follows})" if check.follows else ""
    remark += " (graded manually)" if check.status == "manual" else ""
    if graded_part is not None and (other := blocking_task(check, graded_part)):
        label, remark = "wait", f"{remark} (needs {other.id})"
    return f"  {label} {points(check):>{width}} {check.task} {check.title}{remark}"


def message_lines(check: Check, with_advice: bool = True) -> list[str]:
    """A failing check's message. The recognised mistake is more certain than the check's own guess and replaces it;
    without with_advice, it is left out.
    """
    lines = check.message.rstrip("\n").split("\n")
    if not check.advice:
        return lines
    advice = [f"Likely:     {check.advice}"] if with_advice else []
    return [*(line for line in lines if not line.startswith("Likely:")), *advice]


def failure_lines(check: Check, path: str, file_failure: bool = False, with_advice: bool = True) -> Iterator[str]:
    """One failing check in full. file_failure: the file can't be used, so all checks have the same message;
    with_advice: also show the recognised mistake, if no line above has shown it.
    """
    task = part_of_task(check.task).task(check.task)
    yield ""
    if file_failure:
        yield "Nothing could be checked:"
    else:
        yield f"First failing task: {task.id} {task.title}"
        yield f"  {check.title}"
    yield f"  {path}, line {check.line}" if check.line else f"  {path}"
    yield from (f"    {without_commands(line)}" for line in message_lines(check, with_advice))
    if check.advice and not with_advice:
        yield "    Likely:     The mistake at the top of this report."


def summary_lines(report: Report, next_step: str) -> Iterator[str]:
    """The points, failed hidden checks, the earlier part that breaks this one, and the next step."""
    hidden = [check for check in report.checks if check.hidden]
    by_hand = [check for check in report.checks if check.status == "manual"]
    passed = ", passed" if report.open_stretch else ""
    yield f"{number(report.earned)} of {number(report.possible)} points{passed}."
    for task in report.open_stretch:
        yield f"{task.id} is a stretch task: the part counts as passed without it. Try it now, or come back later."
    if file_level_failure(report) is None and any(check.status not in ("passed", "todo") for check in hidden):
        held = number(sum(check.points for check in hidden))
        yield f"{held} of the {number(report.possible)} points come from hidden checks."
    if by_hand:
        given = number(sum(check.points for check in by_hand))
        yield f"{given} more points are graded manually ({plural(len(by_hand), 'written answer')})."
    if report.breaks:
        yield report.breaks
    yield from broken_lines(report)
    yield next_step


def broken_lines(report: Report) -> Iterator[str]:
    """That a task passes, and the earlier task in the same function does not; of a report on that task."""
    if tasks := broken_by(report, part_or_lab(report.part)):
        task, earlier = tasks
        shared = " and ".join(name for name in task.defines if name in earlier.defines)
        yield f"{task.id} passes, but {earlier.id} fails. Both check {shared}: change it so that it passes both."


def table_lines(reports: list[Report]) -> Iterator[str]:
    """All parts, one line each."""
    yield f"  {'part':<27} {'points':>9}  {'checks':>7}  remark"
    for report in reports:
        graded = [check for check in report.checks if check.status != "manual"]
        passed = sum(check.status == "passed" for check in graded)
        title = f"{report.part:>2} {part_or_lab(report.part).title}"
        earned = f"{number(report.earned)}/{number(report.possible)}"
        yield f"  {title:<27} {earned:>9}  {f'{passed}/{len(graded)}':>7}  {remark(report)}".rstrip()
    earned, possible = sum(r.earned for r in reports), sum(r.possible for r in reports)
    yield f"  {'all':<27} {f'{number(earned)}/{number(possible)}':>9}"


def remark(report: Report) -> str:
    """The state of a part in a few words."""
    if report.breaks:
        return report.breaks.partition(":")[0].partition(", which")[0]
    if report.passed:
        by_hand = sum(check.status == "manual" for check in report.checks)
        more = [f"{plural(by_hand, 'written answer')} to be graded manually"] if by_hand else []
        return "; ".join(["passed", *more, *(f"still open: {task.id}, a stretch task" for task in report.open_stretch)])
    statuses = {check.status for check in report.checks} - {"manual"}
    if statuses == {"todo"}:
        return "not begun"
    failing = current_check(report, part_or_lab(report.part))
    if failing.status == "todo":
        return f"to write: {failing.task} {part_or_lab(report.part).task(failing.task).title}"
    return f"first failing: {failing.task} {failing.title}"[:70]


def print_json(reports: list[Report], several: bool) -> None:
    """Print one report, or several under `parts`, as JSON in ASCII, so that any console can show it."""
    data = {"parts": [report.to_json() for report in reports]} if several else reports[0].to_json()
    print(json.dumps(data, indent=2))
