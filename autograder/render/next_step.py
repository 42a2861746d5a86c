"""A learner's next step, in one sentence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.course import EXERCISES, SOLUTIONS, Part, Task, labs, part_or_lab, parts, parts_and_labs
from autograder.grading.progress import DONE, blocking_task, current_check, file_level_failure, unwritten_name
from autograder.grading.report import Check, Report
from autograder.invocation import command

ALL_PARTS = "You have built a GPT: every part is right."
LIKE_ENOUGH = 0.7  # part0_setup.py is 0.97 like part00_setup.py, part00_helpers.py 0.69
NUMBER = re.compile(r"(?:part|lab)\D{0,2}0*(\d+)")

CheckCommand = Callable[..., str]
# The sentence after reports that passed, with the command for the next check.
After = Callable[[Sequence[Report], CheckCommand], str]


def next_step(
    reports: Sequence[Report],
    folder: Path | None = None,
    sandbox: str | None = None,
    after: After | None = None,
) -> str:
    """The next step, with a command to type. folder: of the modules, if it is not exercises/; sandbox: the user's
    choice; after: the sentence if everything passes; None uses the next item in the list of parts.
    """

    def check(target: int | str | None = None) -> str:
        return command("check", target, from_=folder, sandbox=sandbox)

    for report in reports:
        failing = current_check(report, part_or_lab(report.part))
        if failing is not None and (first := going_on(report, failing)):
            return f"{first}, then {check(part_or_lab(report.part).target)}"
        if failing is not None:
            target = part_or_lab(report.part).target if file_level_failure(report) else task_to_fix(failing)
            return f"Next: {to_do(report, failing, report.file, folder or EXERCISES)}, then {check(target)}"
        if report.breaks:
            return f"Next: look at all your parts: {check()}"
    return f"{_success(reports)} {(after or in_order)(reports, check)}".strip()


def _success(reports: Sequence[Report]) -> str:
    """A sentence that everything is passed; "" if that is unknown, because an answer is graded manually."""
    if not_run := sum(report.not_run for report in reports):
        remain = "1 hidden check remains" if not_run == 1 else f"{not_run} hidden checks remain"
        return f"Every public check passes; {remain}, which your instructor's grader runs."
    return "Passed." if all(report.passed for report in reports) else ""


def in_order(reports: Sequence[Report], check: CheckCommand) -> str:
    """The next task of the part; after the last task the entire part; after that the next part."""
    report = reports[-1]
    graded_part = part_or_lab(report.part)
    checked = {check.task for check in report.checks}
    if {task.id for task in graded_part.tasks} != checked:
        last = max(i for i, task in enumerate(graded_part.tasks) if task.id in checked)
        following = next((task for task in graded_part.tasks[last + 1 :] if task.defines), None)
        if following is None:
            return f"Next: all of {graded_part.label}: {check(graded_part.target)}"
        return f"Next: task {following.id} {following.title}: {check(following.id)}"
    if len(reports) > 1:
        return "" if any(report.not_run for report in reports) else ALL_PARTS + still_open(reports, check)
    among = labs() if graded_part.is_lab else parts()
    following = next(iter(among[among.index(graded_part) + 1 :]), None)
    if following is None:
        return f"Next: look at all your parts: {check()}"
    return f"Next: {following.label}, {following.title}: {check(following.target)}"


def still_open(reports: Sequence[Report], check: CheckCommand) -> str:
    """A sentence for each stretch task that is not passed yet."""
    return "".join(
        f" Still open: {check(task.id)}, a stretch task." for report in reports for task in report.open_stretch
    )


def task_to_fix(failing: Check) -> str:
    """The task whose code is wrong: that of the recognised mistake, if there is one."""
    return failing.cause or failing.task


def task_in_hand(report: Report, part: Part) -> tuple[Task, Check] | None:
    """The task to help with, and its first failing check; None if the part is passed."""
    check = current_check(report, part)
    if check is None:
        return None
    task = part.task(task_to_fix(check))
    if check.task != task.id and file_level_failure(report) is None:
        # It fails because of that task, and that task's own check is more precise.
        check = next((each for each in report.checks if each.task == task.id and each.status not in DONE), check)
    return task, check


def to_do(report: Report, failing: Check, path: str, folder: Path = EXERCISES) -> str:
    """What to do about the current check, such as `write 5.1 attend in part05_gpt.py`. folder: of the file."""
    graded_part = part_or_lab(report.part)
    task, file_failure = graded_part.task(task_to_fix(failing)), file_level_failure(report)
    # The students' zip has no solutions/ to make a stub from.
    reset = (
        f" ({command('reset', graded_part.target)} restores the stub)" if folder == EXERCISES and _is_whole() else ""
    )
    if file_failure is not None and file_failure.status == "missing":
        near = _near_name(folder, report.file)
        return f"rename {near} to {report.file}" if near else f"create {path}{reset}"
    if file_failure is not None and file_failure.message.startswith("The file is empty"):
        return f"write {path}{reset}"
    if file_failure is not None:
        return f"fix line {file_failure.line} of {path}" if file_failure.line else f"fix {path}"
    if failing.status != "todo":
        return f"fix {task.id} {task.title}"
    # In a task that is begun, name the function that is missing.
    begun = any(c.status != "todo" or blocking_task(c, graded_part) for c in report.checks if c.task == task.id)
    return f"write {task.id} {(begun and unwritten_name(failing)) or task.title} in {path}"


def _is_whole() -> bool:
    return SOLUTIONS.is_dir()


def _near_name(folder: Path, wanted: str) -> str | None:
    """The file in the folder with the most similar name that does not belong to another part."""
    ours, number = {known.file_name for known in parts_and_labs()}, NUMBER.search(wanted)[1]
    try:
        names = [path.name for path in folder.iterdir() if path.name not in ours and path.is_file()]
    except OSError:
        return None
    lower = {
        name.lower(): name for name in names if (match := NUMBER.search(name.lower())) is None or match[1] == number
    }
    near = difflib.get_close_matches(wanted, lower, 1, LIKE_ENOUGH)
    return ascii(lower[near[0]])[1:-1] if near else None


def going_on(report: Report, failing: Check) -> str:
    """For a task that waits for another one: what to write first, or which task to continue with; otherwise ""."""
    graded_part = part_or_lab(report.part)
    other = blocking_task(failing, graded_part)
    if other is None:
        return ""
    task = graded_part.task(failing.task)
    place = graded_part.tasks.index(task)
    if graded_part.tasks.index(other) < place:
        return f"{task.id} is checked when {other.id} {other.title} is written. Next: write that in {report.file}"
    following = graded_part.tasks[place + 1]
    return (
        f"What is left of {task.id} is checked when {other.id} {other.title} is written. "
        f"Next: {following.id} {following.title}"
    )
