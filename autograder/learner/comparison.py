"""`compare`: the learner's function next to the reference's, both in Python's own form, and the cost of each.

For a task that passes, it also says why the reference is written as it is, and shows another right form.
"""

from __future__ import annotations

import ast
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from autograder.course import EXERCISES, SOLUTIONS, Part, Task
from autograder.files import text_of
from autograder.grading.session import Recorded
from autograder.grading.sources import functions_of, inspect_source
from autograder.learner.other_forms import Notes, notes_on, with_form
from autograder.learner.recorded_calls import Recording, record_checks
from autograder.sandbox import CHECK, Tier, Worker

MEASURING_PROBE = Path(__file__).with_name("compare_worker.py")
REPEATS = 3  # of each call; the fastest counts
NARROWEST_COLUMN = 36  # characters; where columns would be narrower, one is shown below the other


def comparison_lines(part: Part, task_id: str | None, seed: int) -> Iterator[str]:
    """Compare the tasks of a part, or one of them. seed: of the inputs that both are measured on. Raises ValueError
    when Python can't read the learner's file.
    """
    content = (EXERCISES / part.file_name).read_bytes()
    source = inspect_source(content, part.packages)
    if source.problem:
        raise ValueError(source.problem_in(part.file_name))
    yours, reference = text_of(content), (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    tasks = [task for task in part.tasks if task.defines and task_id in (None, task.id)]
    recording = record_checks(part, content, seed)
    written = notes_on(part)
    notes = {task.id: written[task.id] for task in tasks if task.id in written and _passes(recording, task)}
    costs = measure_costs(part, content, tasks, recording, notes)
    for task in tasks:
        yield f"{task.id} {task.title}"
        code = [[normalised(source, name) for name in task.defines] for source in (yours, reference)]
        for mine, theirs in zip(*code):
            yield from side_by_side(mine, theirs)
        forms = notes[task.id].forms if task.id in notes else ()
        code += [[normalised(with_form(reference, task, form), name) for name in task.defines] for form in forms]
        yield from cost_lines([sum(text.count("\n") + 1 for text in texts) for texts in code], *costs[task.id])
        if task.id in notes:
            yield from note_lines(notes[task.id])
        yield ""
    yield "Shown without docstrings, comments and types. A node is a Value of the graph."
    yield "Nodes and ms (milliseconds) are totals over all calls of the task's checks."
    yield "They include your helper functions; the lines do not."


def normalised(source: str, name: str) -> str:
    """A function as Python itself writes it, without comments, docstrings and types; a comment if it isn't there."""
    function = functions_of(ast.parse(source)).get(name)
    if function is None:
        return f"# {name} is not defined as a function here."
    for node in ast.walk(function.node):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(function.node)


def side_by_side(yours: str, reference: str) -> Iterator[str]:
    """Show two texts in columns where they fit into the terminal, else one below the other."""
    width = shutil.get_terminal_size((80, 24)).columns - 1
    if yours == reference:
        yield "  yours and the reference, which are alike"
        yield from code_lines(yours.split("\n"), width)
        return
    column, mine, theirs = (width - 5) // 2, yours.split("\n"), reference.split("\n")
    if column >= NARROWEST_COLUMN and max(map(len, mine + theirs)) <= column:
        yield f"  {'yours':<{column}} | reference"
        for left, right in zip_longest(mine, theirs, fillvalue=""):
            yield f"  {printable(left):<{column}} | {printable(right)}".rstrip()
        return
    for label, text in (("yours", mine), ("reference", theirs)):
        yield f"  {label}"
        yield from code_lines(text, width)


def code_lines(code: list[str], width: int) -> Iterator[str]:
    """Lines of code behind a bar, long ones broken at spaces."""
    for line in map(printable, code):
        indent = " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(line, width, initial_indent="  | ", subsequent_indent=f"  |     {indent}") or ["  |"]


def note_lines(notes: Notes) -> Iterator[str]:
    """Why the reference is written as it is, then each other form."""
    yield f"  Why: {notes.why}"
    for form in notes.forms:
        yield f"  Also right: {form.says}"
        yield from code_lines(form.code.split("\n"), shutil.get_terminal_size((80, 24)).columns - 1)


def printable(line: str) -> str:
    """A line of code for any terminal."""
    return line.encode("ascii", "backslashreplace").decode("ascii")


def _passes(recording: Recording, task: Task) -> bool:
    return all(check.status == "passed" for check in recording.checks if check.task == task.id)


def measure_costs(
    part: Part, content: bytes, tasks: list[Task], recording: Recording, notes: Mapping[str, Notes]
) -> dict[str, tuple[list, list]]:
    """By task id: milliseconds and counts of Values, of each file and form; None where a call failed."""
    reference = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    shipped = dict(recording.shipped)
    shipped["probes.py"] += b"\n\n" + MEASURING_PROBE.read_bytes()
    shipped[f"submission/{part.file_name}"] = content
    shipped[f"reference/{part.file_name}"] = reference.encode("utf-8")
    folders = {task.id: ["submission", "reference"] for task in tasks}
    for task in tasks:
        for i, form in enumerate(notes[task.id].forms if task.id in notes else ()):
            folders[task.id].append(f"form{i}of{task.id.replace('.', '_')}")
            shipped[f"{folders[task.id][-1]}/{part.file_name}"] = with_form(reference, task, form).encode("utf-8")
    costs = {}
    with Worker(shipped, Tier.LOCAL, CHECK, packages=part.packages) as worker:
        for task in tasks:
            names = [check.name for check in recording.checks if check.task == task.id]
            calls = [call for name in names for call in recording.calls.get(name, [])]
            costs[task.id] = tuple(zip(*[_cost(worker, folder, calls) for folder in folders[task.id]]))
    return costs


def _cost(worker: Worker, folder: str, calls: list[Recorded]) -> tuple[float | None, int | None]:
    milliseconds, values = 0.0, 0
    for call in calls:
        reply = worker.call("measure", [call.probe, list(call.arguments), REPEATS], folder)
        if reply.failure is not None:
            return None, None
        milliseconds, values = milliseconds + reply.value[0], values + reply.value[1]
    return milliseconds, values


def cost_lines(line_counts: list[int], milliseconds: list, values: list) -> Iterator[str]:
    """A small table: lines, nodes of the graph and milliseconds of each."""
    yield f"  {'':<10}{'lines':>7}{'nodes':>10}{'ms':>10}"
    labels = ("yours", "reference", *["other form"] * (len(line_counts) - 2))
    for label, count, made, spent in zip(labels, line_counts, values, milliseconds):
        spent = "-" if spent is None else f"{spent:.2f}" if spent >= 0.1 else f"{spent:.4f}"
        yield f"  {label:<10}{count:>7}{f'{made:,}' if made else '-':>10}{spent:>10}"
