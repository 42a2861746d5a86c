"""What the learner's commands print: lines of text for any terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from autograder.course import EXERCISES, Task, part_or_lab
from autograder.files import shown_path
from autograder.grading.progress import DONE, blocking_task, current_check, file_level_failure, tasks_to_write
from autograder.grading.report import Report
from autograder.invocation import command
from autograder.learner.comparison import code_lines
from autograder.learner.hint_steps import EXAMPLES
from autograder.learner.hints import Hint
from autograder.learner.last_results import after_passing
from autograder.learner.reset import ResetPlan
from autograder.render.mistake_page import where_to_read_on
from autograder.render.next_step import next_step, to_do
from autograder.render.terminal import failure_lines
from autograder.text import number, plural

WIDTH = 79


def reset_lines(change: ResetPlan) -> Iterator[str]:
    """What a reset would do to a file."""
    path = shown_path(change.path)
    if change.nothing_to_do:
        yield f"{path} is already the stub: nothing to do."
    elif change.before is None:
        yield f"{path} does not exist: the stub is written."
    else:
        lost = change.lost
        yield from [change.note] if change.note else []
        yield f"This deletes {plural(len(lost), 'line')} of yours in {path}:"
        yield from (f"  | {ascii(line)[1:-1][:72]}" for line in lost[:8])
        if len(lost) > 8:
            yield f"  | and {len(lost) - 8} more"


def kept_lines(copy: Path | None) -> Iterator[str]:
    """Where the copy of a replaced file is."""
    if copy is not None:
        yield f"Done. Your version is kept as {shown_path(copy)}."
        yield f"To bring it back: {command('undo')}"


def watch_lines(report: Report, seconds: float) -> Iterator[str]:
    """A verdict that fits a small screen: a line per task, the first failing check in full, what to do next."""
    graded_part, path = part_or_lab(report.part), shown_path(EXERCISES / report.file)
    yield f"{graded_part.label.capitalize()}, {graded_part.title}: {path}"
    yield f"{datetime.now():%H:%M:%S}, checked in {seconds:.2f} s, seed {report.seed}"
    file_failure, failing = file_level_failure(report) is not None, current_check(report, graded_part)
    if not file_failure:
        yield from (f"  {task_line(report, task)}" for task in graded_part.tasks)
    if failing is not None and failing.status != "todo":
        yield from failure_lines(failing, path, file_failure)
        if page := where_to_read_on(failing):
            yield f"    More:       {page}"
    yield ""
    if report.printed.strip():
        yield f"Your code printed: {ascii(report.printed.strip())[1:-1][:55]}"
    yield f"{number(report.earned)} of {number(report.possible)} points."
    for task in report.open_stretch:
        yield f"{task.id} is a stretch task: the part counts as passed without it. Try it now, or come back later."
    if failing is None:
        kind = "lab" if graded_part.is_lab else "part"
        yield f"Passed. Press n for the next {kind}, c to compare with the reference."
    else:
        yield f"Next: {to_do(report, failing, path)}, and save."


def task_line(report: Report, task: Task) -> str:
    """How many checks of a task are passed."""
    checks = [check for check in report.checks if check.task == task.id and check.status != "manual"]
    left = [check for check in checks if check.status not in DONE]
    others = [blocking_task(check, part_or_lab(report.part)) for check in left]
    if not checks:
        state = "graded manually"
    elif len(left) == len(checks) and all(others):
        state = f"waits for {others[0].id}"
    elif {check.status for check in checks} == {"todo"}:
        state = "not written yet"
    else:
        state = f"{len(checks) - len(left)} of {plural(len(checks), 'check')}"
        if any(check.status != "todo" for check in left):
            state += " FAIL"
        elif left:
            state += f", rest waits for {others[0].id}" if all(others) else ", not all written"
    return f"{task.id} {task.title:<38} {state}"


def hint_lines(hint: Hint | None, report: Report, task: str | None, again: str = "") -> Iterator[str]:
    """A hint, the earlier ones, and how to get the next one: `again`, or the command if it is empty."""
    graded_part = part_or_lab(report.part)
    if hint is None:
        where = f"Task {task}" if task else f"{graded_part.label.capitalize()}, {graded_part.title},"
        yield f"{where} has passed; you need no hints."
        yield next_step([report], after=after_passing)
        return
    path = shown_path(EXERCISES / graded_part.file_name)
    elsewhere = blocking_task(hint.check, graded_part)  # the line is that of another task, which is to be written first
    line = f", line {hint.check.line}" if hint.check.line and not elsewhere else ""
    if hint.instead:
        yield f"{graded_part.label.capitalize()}, {graded_part.title}: {path}{line}"
        yield from wrapped(hint.instead, "  ")
        return
    yield f"{graded_part.label.capitalize()}, task {hint.task.id} {hint.task.title}: {path}{line}"
    if hint.task in tasks_to_write(report, graded_part):
        yield "  not written yet"
    else:
        of = f"{hint.check.task} " if hint.check.task != hint.task.id else ""
        yield f"  {'not written yet' if hint.check.status == 'todo' else 'fails'}: {of}{hint.check.title}"
    if hint.check.advice:
        yield from wrapped(hint.check.advice, "  Likely: ")
    yield ""
    for level, text in enumerate(hint.texts, 1):
        yield from wrapped(text, f"  {level}. ")
    if hint.code:
        label = f"  {hint.count - EXAMPLES + hint.codes}. "
        first = hint.count - EXAMPLES + 1
        blanks = "blanks" if hint.codes < EXAMPLES else f"fewer blanks, in place of {first}"
        yield from wrapped(f"The code of {hint.task.id} with {blanks}. Each ____ is an expression to write:", label)
        yield from code_lines(list(hint.code), WIDTH)
    yield ""
    if hint.code:
        yield f"To have this code in your file: {command('hint', task or graded_part.target, insert=True)}"
    again = again or command("hint", task or graded_part.target)
    if hint.step < hint.count:
        yield f"Hint {hint.step} of {hint.count}. The next one: {again}"
    elif hint.check.status == "todo":
        yield f"These are all {hint.count} hints. {hint.unavailable}".rstrip()
    else:
        yield from [hint.unavailable] if hint.unavailable else []
        yield f"These are all {hint.count} hints. To look inside:"
        yield f"  {command('debug', graded_part.target, check=hint.check.name)}"


def wrapped(text: str, label: str) -> list[str]:
    """Text in lines, the first one with a label, the others below its end."""
    lines = text.split("\n")
    indented = " " * len(label)
    return [
        line
        for i, part_of_text in enumerate(lines)
        for line in textwrap.wrap(
            part_of_text, WIDTH, initial_indent=indented if i else label, subsequent_indent=indented
        )
    ]
