"""What a tutor may know about a learner's work in a part: for a person or an AI assistant that helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.course import Part, Task
from autograder.grading.progress import DONE
from autograder.grading.report import Report
from autograder.grading.sources import Source, inspect_source
from autograder.render.next_step import task_in_hand
from autograder.render.terminal import message_lines, without_commands
from autograder.text import plural

RULES = "You are a tutor: ask, point to the message, give the smallest hint. Never write the code (see AGENTS.md)."
LONGEST_CODE = 200  # lines that are shown
WIDEST_CODE = 300  # characters of a line


@dataclass(frozen=True)
class SeenHints:
    """The hints that a learner has seen. texts: of this task or check; step: how many steps; count: of all steps; code:
    whether the task's code with blanks was one.
    """

    texts: Sequence[str]
    step: int
    count: int
    code: bool


def tutor_lines(report: Report, part: Part, path: str, content: bytes, seen: SeenHints | None) -> Iterator[str]:
    """All lines. path: the learner's file as they would type it; seen: None where there are no hints."""
    yield f"{part.label.capitalize()}, {part.title}: {path}"
    yield RULES
    yield ""
    in_hand = task_in_hand(report, part)
    if report.breaks:
        yield report.breaks
        yield ""
    if in_hand is None:
        yield "Nothing fails. Ask the learner to explain their code: why is each line there, what breaks without it?"
        yield from _all_code_lines(report, part, inspect_source(content))
        return
    task, check = in_hand
    of_task = [each for each in report.checks if each.task == task.id and each.status != "manual"]
    passing = sum(each.status in DONE for each in of_task)
    yield f"Task: {task.id} {task.title}, {passing} of {plural(len(of_task), 'check')} passed"
    yield f"First failing check: {check.title}{' (not written yet)' if check.status == 'todo' else ''}"
    yield from (f"  {without_commands(line)}" for line in message_lines(check, with_advice=False) if line)
    yield f"Recognised mistake: {check.advice or 'none'}"
    yield from _hint_lines(seen)
    yield ""
    yield from _code_lines(task, inspect_source(content))


def _hint_lines(seen: SeenHints | None) -> Iterator[str]:
    if seen is None:
        yield "Hints: this copy of the course has none."
        return
    yield f"Hints that the learner has seen: {f'{seen.step} of {seen.count}' if seen.step else 'none'}"
    yield from (f"  {level}. {text}" for level, text in enumerate(seen.texts, 1))
    if seen.code:
        yield "  The learner has also seen the code of this task with blanks."


def _all_code_lines(report: Report, part: Part, source: Source) -> Iterator[str]:
    """The learner's functions of each task that was checked."""
    checked = {check.task for check in report.checks}
    for task in part.tasks:
        if task.id in checked and any(name in source.functions for name in task.defines):
            yield ""
            yield from _code_lines(task, source)


def _code_lines(task: Task, source: Source) -> Iterator[str]:
    """The learner's functions of a task with line numbers; the file, if Python can't read it."""
    functions = [source.functions[name] for name in task.defines if name in source.functions]
    spans = [(function.line, function.last_line) for function in functions] or [(1, len(source.text))]
    yield f"The learner's code of {task.id}:" if functions else "The learner's file:"
    numbers = [number for first, last in spans for number in range(first, last + 1)]
    for number in numbers[:LONGEST_CODE]:
        yield f"  {number:>4} | {_shown(source.code(number))}".rstrip()
    if more := len(numbers[LONGEST_CODE:]):
        yield f"  ... and {plural(more, 'more line')}"


def _shown(code: str) -> str:
    """A line of code, cut if it is very long. Characters that control a terminal or are invisible become escapes."""
    cut = code if len(code) <= WIDEST_CODE else f"{code[:WIDEST_CODE]} ..."
    seen = (each if each.isprintable() or each == "\t" else ascii(each)[1:-1] for each in cut)
    return without_commands("".join(seen))
