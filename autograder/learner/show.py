"""What the learner's commands say, as lines of text for any terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from autograder.course import EXERCISES, part
from autograder.grading.report import Report
from autograder.learner.hints import Hint
from autograder.learner.reset import Change
from autograder.learner.results import shown
from autograder.render.terminal import next_step, plural
from autograder.wording import command

WIDTH = 79


def reset_lines(change: Change) -> Iterator[str]:
    """What a reset would do to a file."""
    path = shown(change.path)
    if change.nothing_to_do:
        yield f"{path} is the stub already: nothing to do."
    elif change.before is None:
        yield f"There is no {path}: it is written anew."
    else:
        lost = change.lost
        yield f"{plural(len(lost), 'line')} of yours in {path} would go:"
        yield from (f"  | {ascii(line)[1:-1][:72]}" for line in lost[:8])
        if len(lost) > 8:
            yield f"  | and {len(lost) - 8} more"


def hint_lines(hint: Hint | None, report: Report, task: str | None) -> Iterator[str]:
    """A hint, the levels before it, and how to get the next one."""
    its_part = part(report.part)
    if hint is None:
        where = f"Task {task}" if task else f"Part {its_part.number}, {its_part.title},"
        yield f"{where} is passed: there is nothing to hint at."
        yield next_step([report])
        return
    path = shown(EXERCISES / its_part.file_name)
    line = f", line {hint.check.line}" if hint.check.line else ""
    yield f"Part {its_part.number}, task {hint.check.task} {its_part.task(hint.check.task).title}: {path}{line}"
    if hint.problem:
        yield from wrapped(hint.problem, "  ")
        yield "No hint helps before that is mended."
        return
    yield f"  {'not written yet' if hint.check.status == 'todo' else 'fails'}: {hint.check.title}"
    if hint.check.advice:
        yield from wrapped(hint.check.advice, "  Likely: ")
    yield ""
    for number, text in enumerate(hint.texts, 1):
        yield from wrapped(text, f"  {number}. ")
    yield ""
    again = command("hint", task or its_part.number)
    if len(hint.texts) < hint.of:
        yield f"Hint {len(hint.texts)} of {hint.of}. The next one: {again}"
    else:
        debug = command("debug", its_part.number, check=hint.check.name)
        yield f"These are all {hint.of} hints. To look inside:"
        yield f"  {debug}"


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
