"""The source notebooks: the rules that they must satisfy before a release, and automatic fixes."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from autograder.course import ROOT, Part, Task, parts
from autograder.files import write_atomically
from autograder.grading.checks import points_by_task

SOURCE = ROOT / "source"
TOOLS = ROOT / "notebook_tools"
EXPLORING = re.compile(r"^with lesson\.exploring\(\):\n((?:(?: {4}.*)?\n)*)", re.MULTILINE)
KEPT_METADATA = ("nbgrader", "tags")  # of a cell; all other metadata comes from editors
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_path(part: Part, source: Path = SOURCE) -> Path:
    """The path of a part's source notebook."""
    return source / part.name / f"{part.name}.ipynb"


def grade_id(task: Task) -> str:
    """The id of the cell with a task's points. It never changes, since gradebooks use it."""
    return f"{'check' if task.defines else 'written'}-{task.id.replace('.', '-')}"


def graded_metadata(task: Task, points: float) -> dict:
    """nbgrader's metadata for a task's cell: a locked one that runs checks, or one for a written answer."""
    facts = {"grade": True, "grade_id": grade_id(task), "locked": bool(task.defines), "points": points}
    return {**facts, "schema_version": 3, "solution": not task.defines, "task": False}


def findings(source: Path = SOURCE, tools: Path = TOOLS) -> list[str]:
    """All problems, each a sentence that begins with the place. Empty if everything is fine."""
    wrong = [finding for part in parts() for finding in notebook_findings(part, source)]
    path = tools / "course.json"
    if not path.is_file() or path.read_text(encoding="utf-8") != course_json():
        wrong.append(f"{path}: it does not agree with course.toml.")
    return wrong


def notebook_findings(part: Part, source: Path = SOURCE) -> list[str]:
    """The problems of one part's notebook, as sentences."""
    path = notebook_path(part, source)
    try:
        notebook = read_notebook(path)
    except ValueError as error:
        return [str(error)]
    wrong = [] if notebook["metadata"] == NOTEBOOK_METADATA else ["the notebook's metadata is not that of the course."]
    ids = [cell.get("id") for cell in notebook["cells"]]
    for number, cell in enumerate(notebook["cells"], start=1):
        place = f"cell {number} ({cell.get('id', 'without an id')})"
        if not cell.get("id") or ids.index(cell["id"]) != number - 1:
            wrong.append(f"{place}: its id is missing, or an earlier cell has the same id.")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            wrong.append(f"{place}: it contains outputs.")
        if set(cell["metadata"]) - set(KEPT_METADATA) or cell.get("attachments"):
            wrong.append(f"{place}: it has an editor's metadata, or an attached picture.")
    return [f"{path}: {finding}" for finding in wrong + _graded_findings(part, notebook)]


def _graded_findings(part: Part, notebook: dict) -> list[str]:
    """The problems of the graded cells. There must be exactly one per task, in the tasks' order."""
    graded = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    names = [cell["metadata"]["nbgrader"].get("grade_id") for cell in graded]
    expected = [grade_id(task) for task in part.tasks]
    if names != expected:
        return [f"its graded cells are {', '.join(map(str, names)) or 'none'}, and must be {', '.join(expected)}."]
    wrong = []
    points = points_by_task(part)
    for task, cell in zip(part.tasks, graded):
        facts, wanted = cell["metadata"]["nbgrader"], graded_metadata(task, points[task.id])
        if facts != wanted:
            field = next(name for name in {**wanted, **facts} if facts.get(name) != wanted.get(name))
            wrong.append(f"the cell of task {task.id} differs from the suite or from nbgrader's form in: {field}.")
        kind = "code" if task.defines else "markdown"
        if cell["cell_type"] != kind:
            wrong.append(f"the cell of task {task.id} must be a {kind} cell.")
    return wrong


def mend(source: Path = SOURCE, tools: Path = TOOLS) -> list[Path]:
    """Clear outputs and editors' metadata, set points from the suites, replace missing or duplicate ids, and write
    course.json. Problems that only an author can fix remain. Returns the written files.
    """
    written = []
    for part in parts():
        path = notebook_path(part, source)
        try:
            notebook = read_notebook(path)
        except ValueError:
            continue
        before = json.dumps(notebook)
        notebook["metadata"] = NOTEBOOK_METADATA
        seen: set[str] = set()
        for number, cell in enumerate(notebook["cells"], start=1):
            _mend_cell(part, cell)
            if cell.get("id", "") in ("", *seen):
                cell["id"] = f"{part.name}-cell-{number}"
            seen.add(cell["id"])
        if json.dumps(notebook) != before:
            write_atomically(path, notebook_text(notebook).encode("utf-8"))
            written.append(path)
    path = tools / "course.json"
    if not path.is_file() or path.read_text(encoding="utf-8") != course_json():
        write_atomically(path, course_json().encode("utf-8"))
        written.append(path)
    return written


def _mend_cell(part: Part, cell: dict) -> None:
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
    cell["metadata"] = {name: cell["metadata"][name] for name in KEPT_METADATA if name in cell["metadata"]}
    for task in part.tasks:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id(task):
            cell["metadata"]["nbgrader"] = graded_metadata(task, points_by_task(part)[task.id])


def read_notebook(path: Path) -> dict:
    """One of our notebooks as plain data, with sources as strings. Raises ValueError with a message."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if isinstance(cell["source"], list):
                cell["source"] = "".join(cell["source"])
        return notebook
    except OSError as error:
        raise ValueError(f"{path}: it can't be read ({error.strerror}); restore it with git.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: it is not a notebook ({error}); restore it with git.") from error


def without_exploring(source: str) -> str:
    """A cell's code without the block that explains a learner's unfinished code."""
    return EXPLORING.sub(lambda match: textwrap.dedent(match[1]), source + "\n").strip("\n")


def notebook_text(notebook: dict) -> str:
    """A notebook in Jupyter's format, with one line of the file per line of source."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def course_json() -> str:
    """The data from course.toml that notebooks need, as JSON, since a learner's Python may be too old to read TOML."""
    facts = {str(p.number): {"module": p.module, "title": p.title, "needs": p.in_notebook} for p in parts()}
    return json.dumps(facts, indent=1) + "\n"
