"""The last result of each part, so that a hint or a table need not check again what has not changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from autograder.course import EXERCISES, Part, labs, parse_target, part_or_lab, parts
from autograder.grading.grade import grade
from autograder.grading.progress import checks_to_report, current_check
from autograder.grading.report import Report
from autograder.grading.request import GradeFunction
from autograder.grading.store import report_from_json, suite_hash
from autograder.grading.submission import grade_parts, read_submission
from autograder.invocation import command
from autograder.learner import local_state, merge_bases, planted
from autograder.render.next_step import ALL_PARTS, still_open, task_to_fix
from autograder.sandbox import Tier


def record(reports: Iterable[Report], task: str | None) -> None:
    """Record reports on the files of exercises/, and log the parts that they show to be passed."""
    merge_bases.remember()
    for report in reports:
        part = part_or_lab(report.part)
        data = {"suite": suite_hash(part), "printed": report.printed, **report.to_json()}
        local_state.write(_name(part, task), data)
        if report.passed and task is None:
            local_state.log_event(part.label.replace(" ", "-"))


def check(part: Part, task: str | None = None, grade_one: GradeFunction = grade) -> Report:
    """Check the learner's file as it is now. Raises ValueError with a sentence when exercises/ can't be read."""
    graded = grade_parts(read_submission(EXERCISES, [part]), [part], tier=Tier.LOCAL, task=task, grade_one=grade_one)
    (report,) = planted.veiled(graded)
    record([report], task)
    return report


def result(part: Part, task: str | None = None, grade_one: GradeFunction = grade) -> Report:
    """The last result for the learner's file as it is now; checks it when there is none. Raises ValueError too."""
    content = read_submission(EXERCISES, [part]).get(part.file_name, b"")
    return find(part, content, task) or check(part, task, grade_one)


def find(part: Part, content: bytes, task: str | None = None) -> Report | None:
    """The recorded result of the task, or else of its part, if neither file nor suite has changed since."""
    for name in dict.fromkeys([_name(part, task), _name(part, None)]):
        data = local_state.read(name)
        try:
            report = report_from_json(data)
        except (KeyError, TypeError):
            continue  # nothing there, or not written by us
        if report.sha256 == hashlib.sha256(content).hexdigest() and data.get("suite") == suite_hash(part):
            if task is not None:
                report = replace(report, checks=checks_to_report(report.checks, part, task))
            return report
    return None


def begun(part: Part) -> bool:
    """Whether the learner has changed this part's stub."""
    from autograder.stubs import fresh_stub  # not at the top, which every check passes

    path = EXERCISES / part.file_name
    return path.is_file() and path.read_bytes().replace(b"\r\n", b"\n") != fresh_stub(part.file_name).encode("utf-8")


def one_part(target: str | None) -> tuple[Part, str | None]:
    """The part, and the task if one is named, that the learner asks for; the first unfinished part if nothing is named,
    the last part when all are passed. Raises ValueError with a sentence.
    """
    if target is None:
        return first_unfinished() or parts()[-1], None
    parsed = parse_target(target)
    return parsed.parts[0], parsed.task


def passed(part: Part) -> bool:
    """Whether the learner's file passes as it is now; not when it can't be read."""
    try:
        return begun(part) and result(part).passed
    except (OSError, ValueError):
        return False


def first_unfinished() -> Part | None:
    """The first part that is not passed; None when all are."""
    return next((part for part in parts() if not passed(part)), None)


def next_unfinished(after: Part) -> Part | None:
    """The next part that is not passed, from the first one again behind the last; None when all others are. After a
    lab, the next lab.
    """
    among = labs() if after.is_lab else parts()
    place = among.index(after)
    following = [*among[place + 1 :], *among[:place]]
    return next((part for part in following if not passed(part)), None)


def after_passing(reports: Sequence[Report], check: Callable[..., str]) -> str:
    """What a learner does next whose files in exercises/ passed these checks: the next task that is not passed."""
    part = part_or_lab(reports[-1].part)
    unfinished = part if not passed(part) else next_unfinished(part)
    if part.is_lab and unfinished is not part:
        others = "You have passed every lab. " if unfinished is None else ""
        then = f", then {unfinished.label}, {unfinished.title}" if unfinished is not None else ""
        return f"{others}Next: run the lab's experiment: {command('lab', part.target)}{then}"
    if unfinished is None:
        trained = "capstone" in local_state.events()
        next_step = f"see what is left: {command('progress')}" if trained else f"train it: {command('capstone')}"
        return f"{ALL_PARTS}{still_open(list(map(result, parts())), check)} Next: {next_step}"
    try:
        lost = current_check(result(unfinished), unfinished) if begun(unfinished) else None
    except (OSError, ValueError):
        lost = None
    if lost is None:
        read = "" if begun(unfinished) else f"{command('lesson', unfinished.target)}, then "
        return f"Next: {unfinished.label}, {unfinished.title}: {read}{check(unfinished.target)}"
    task = unfinished.task(task_to_fix(lost))
    return f"Next: task {task.id} {task.title}: {check(task.id)}"


def _name(part: Part, task: str | None) -> str:
    return f"results/{part.target if task is None else task}"
