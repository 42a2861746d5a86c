"""Why the reference is written as it is, and other forms of each task that pass the same checks: forms/partNN.toml."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Part, Task, read_toml
from autograder.grading.sources import functions_of

FOLDER = Path(__file__).with_name("forms")


@dataclass(frozen=True)
class Form:
    """Functions of a task, written differently. says: what the difference is good for. taught: whether the
    lesson teaches this form; then the hints show it, too.
    """

    says: str
    code: str
    taught: bool = False


@dataclass(frozen=True)
class Notes:
    """What `compare` says about one task. why: the reasons for the reference's form."""

    why: str
    forms: tuple[Form, ...]


@functools.cache
def notes_on(part: Part) -> dict[str, Notes]:
    """The notes on each task of a part, by its id; none where nobody has written them yet."""
    path = FOLDER / f"{part.name}.toml"
    return {
        task: Notes(table["why"], tuple(Form(**{**form, "code": form["code"].strip("\n")}) for form in table["forms"]))
        for task, table in (read_toml(path) if path.is_file() else {}).items()
    }


def as_taught(source: str, part: Part, task: Task) -> str:
    """The reference, with a task's code in the form that the lesson teaches. The docstrings stay."""
    notes = notes_on(part).get(task.id)
    form = next((form for form in notes.forms if form.taught), None) if notes else None
    if form is None:
        return source
    lines, code = source.split("\n"), form.code.split("\n")
    old, new = functions_of(ast.parse(source)), functions_of(ast.parse(form.code))
    for name in sorted(task.defines, key=lambda name: -old[name].line):
        node, other = old[name].node, new[name.rpartition(".")[2]].node
        body = code[other.body[0].lineno - 1 : other.end_lineno]
        first = node.body[1 if ast.get_docstring(node) else 0].lineno
        lines[first - 1 : node.end_lineno] = [" " * node.col_offset + line if line else "" for line in body]
    return "\n".join(lines)


def with_form(source: str, task: Task, form: Form) -> str:
    """The reference with a task's functions in another form. What else the form imports or defines comes first."""
    wanted = {name.rpartition(".")[2]: name for name in task.defines}
    lines, old = source.split("\n"), functions_of(ast.parse(source))
    more, replaced = [], {}
    for node in ast.parse(form.code).body:
        text = form.code.split("\n")[node.lineno - 1 : node.end_lineno]
        name = wanted.get(getattr(node, "name", ""))
        if name is None:
            more += text
        else:
            replaced[name] = text
    places = sorted(((old[name].node, text) for name, text in replaced.items()), key=lambda each: -each[0].lineno)
    for node, text in places:
        lines[node.lineno - 1 : node.end_lineno] = [" " * node.col_offset + line if line else "" for line in text]
    first = _first_definition(source)
    return "\n".join([*lines[:first], *more, "", *lines[first:]])


def _first_definition(source: str) -> int:
    """The index of the line where the first function or class begins."""
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return min(min([node.lineno, *(each.lineno for each in node.decorator_list)]) for node in nodes) - 1
