"""The steps of `hint`: the texts one by one, then the task's code with many blanks, then the code with few blanks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autograder import backups
from autograder.class_folder.settings import code_in_hints
from autograder.course import EXERCISES, SOLUTIONS, Part, Task
from autograder.files import shown_path
from autograder.grading.report import Report
from autograder.grading.sources import functions_of
from autograder.invocation import command
from autograder.learner import local_state, planted, reset
from autograder.learner.faded import FadedCode, examples
from autograder.learner.hints import Hint, all_hints
from autograder.render.tutor import SeenHints
from autograder.text import plural

EXAMPLES = 2  # of a task: with many blanks, and with few
REMEMBERED = "hints"
WIDEST = 75  # characters of a line of code that is shown with its comment


def next_hint(report: Report, part: Part) -> Hint | None:
    """The next step for what is to do first, which is remembered; None when nothing is."""
    hint = hints_of_file(report, part)
    if hint is None or hint.instead:
        return hint
    texts, codes = steps_seen(part, hint)
    reason = unavailable(part, hint.task)
    all_texts = texts == len(hint.texts)  # code shown for another check waits for the texts of this one
    seen = {
        _of_texts(part, hint): min(texts + 1, len(hint.texts)),
        _of_codes(part, hint.task): min(codes + 1, EXAMPLES) if all_texts and not reason else 0,
    }
    shown = local_state.read(REMEMBERED)
    changed = {**shown, **{key: level for key, level in seen.items() if level}}
    if changed != shown:
        local_state.write(REMEMBERED, changed)
    return _up_to(hint, part, *seen.values(), reason)


def hints_of_file(report: Report, part: Part) -> Hint | None:
    """All texts for what is to do first in the learner's file; None when nothing is."""
    path = EXERCISES / part.file_name
    source = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return all_hints(report, part, source)


def steps_seen(part: Part, hint: Hint) -> tuple[int, int]:
    """How many texts of these hints, and how many codes of their task, the learner has seen."""
    shown = local_state.read(REMEMBERED)
    levels = [shown.get(key) for key in (_of_texts(part, hint), _of_codes(part, hint.task))]
    texts, codes = (level if type(level) is int and level > 0 else 0 for level in levels)
    return min(texts, len(hint.texts)), min(codes, EXAMPLES)


def unavailable(part: Part, task: Task) -> str:
    """Why the hints of a task do not include its code, as a sentence; "" if they do."""
    if not SOLUTIONS.is_dir():
        return "The code with blanks is not available here, because this copy of the course has no solutions/."
    if not code_in_hints():
        return "The code with blanks is not available in this class."
    now = planted.current()
    if now is not None and now.of == part:
        return "The code with blanks is not available while you look for a planted mistake."
    return ""


def seen_hints(report: Report, part: Part) -> SeenHints:
    """The hints that the learner has seen for what is to do first."""
    hint = hints_of_file(report, part)
    if hint is None or hint.instead:
        return SeenHints((), 0, 0, False)
    texts, codes = steps_seen(part, hint)
    hint = _up_to(hint, part, texts, codes if texts == len(hint.texts) else 0, unavailable(part, hint.task))
    return SeenHints(hint.texts, hint.step, hint.count, codes > 0)


def _up_to(hint: Hint, part: Part, texts: int, codes: int, reason: str) -> Hint:
    example = examples(part, hint.task)[codes - 1] if codes else None
    return replace(
        hint,
        texts=hint.texts[:texts],
        count=len(hint.texts) + (0 if reason else EXAMPLES),
        step=texts + codes,
        codes=codes,
        code=tuple(code_lines(example, hint.task)) if example else (),
        unavailable=reason,
    )


def code_lines(example: FadedCode, task: Task) -> Iterator[str]:
    """The lines of a task's functions with blanks, without docstrings."""
    lines, functions = example.module.split("\n"), functions_of(ast.parse(example.module))
    for node in (functions[name].node for name in task.defines):
        docstring = range(node.body[0].lineno, node.body[0].end_lineno + 1) if ast.get_docstring(node) else ()
        for number in range(node.lineno, node.end_lineno + 1):
            if number not in docstring:
                line = lines[number - 1].replace("\u00b7", "*")  # in comments, and not on every terminal
                yield line if len(line) <= WIDEST else line.partition("  # ")[0]


def insert_code(report: Report, part: Part) -> Iterator[str]:
    """Put the code that was shown last into the learner's file, after a copy of it is made; yields what to print.

    Raises ValueError if no code was shown yet, StubError if the task can't be found in the file, and OSError.
    """
    hint = hints_of_file(report, part)
    if hint is None or hint.instead:
        raise ValueError(hint.instead if hint else f"{part.label.capitalize()} has passed: there is nothing to insert.")
    reason, (_, codes) = unavailable(part, hint.task), steps_seen(part, hint)
    if reason or not codes:
        after = f"It comes after the {plural(len(hint.texts), 'hint')} for task {hint.task.id}"
        raise ValueError(reason or f"There is no code to insert yet. {after}: {command('hint', hint.task.id)}")
    example = examples(part, hint.task)[codes - 1]
    change = reset.plan_task(part, hint.task.id, example.module)
    if change.nothing_to_do:
        yield f"{shown_path(change.path)} already has this code. Write an expression in place of each blank."
        return
    copy = backups.replace(f"hint {part.target}", {change.path: change.after})[0]
    count, names = len(example.missing), ", ".join(hint.task.defines)
    blanks = f"{count} blanks, ____1 to ____{count}" if count > 1 else "one blank, ____1"
    yield f"{shown_path(change.path)} now has {names} with {blanks}."
    yield f"Write an expression in place of each blank. Then check: {command('check', hint.task.id)}"
    yield f"Your version is kept as {shown_path(copy)}. To bring it back: {command('undo')}"


def _of_texts(part: Part, hint: Hint) -> str:
    return f"{part.target} {hint.about}"


def _of_codes(part: Part, task: Task) -> str:
    return f"{part.target} code of {task.id}"
