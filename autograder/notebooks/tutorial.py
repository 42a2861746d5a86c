"""Build all parts as one executed notebook: text and pictures from source/, the reference's code, no checks."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.course import SOLUTIONS, Part, parts
from autograder.errors import Failure
from autograder.files import write_atomically
from autograder.notebooks.lesson_notebooks import (
    NOTEBOOK_METADATA,
    SOURCE,
    notebook_path,
    notebook_text,
    read_notebook,
    without_exploring,
)
from autograder.notebooks.lesson_page import LEFT_OUT, TUTORIAL

CELL_SECONDS = 900  # on a busy machine; the longest takes about 10 seconds of processor time
TITLE = """# A GPT in pure Python, from the first slope to invented names

All of the course as one text, with code that works and everything that it shows. Each section says what is needed and
works an example by hand; then comes the code, then what it does. The model and the pictures need Python's standard
library alone. In the course itself you write the code, with checks that name your mistakes: see README.md.

{contents}

A code cell that begins with `%%module` is a piece of the module that it names: the cells below import from it. The
first cell makes that word known. Run the notebook in the folder `solutions/` of the course."""
SET_UP = '''import __future__
import sys
import types
from pathlib import Path

from IPython.core.magic import register_cell_magic

sys.path.append("..")  # the course's folder, for the pictures


@register_cell_magic
def module(name, code):
    """Run a cell as the next piece of the module of this name."""
    made = sys.modules.setdefault(name, types.ModuleType(name))
    exec(compile(code, f"{name}.py", "exec", __future__.annotations.compiler_flag), made.__dict__)


def data(name):
    """The path of one of the course's data files."""
    return Path("..", "datasets", name)'''
MARK = re.compile(r"^ *### (?:BEGIN|END) SOLUTION.*\n", re.MULTILINE)
# These sentences are only for learners who submit: minutes, points, full answers, and how checks respond.
FOR_THE_COURSE = re.compile(
    r"^Reading: about [^\n]*\n\n|^\*\d+ points?, about [^\n]*\n\n|^\*\*A full answer\*\*.*?(?:\n\n|\Z)"
    r"| It shows you how a check reports\. Run the check below, .*? run it again\.",
    re.MULTILINE | re.DOTALL,
)


def build() -> dict:
    """The notebook before it is executed, as plain data. Raises Failure."""
    contents = "\n".join(f"- Part {part.number}: {part.title}" for part in parts())
    cells = [_markdown("title", TITLE.format(contents=contents)), _code("set-up", SET_UP)]
    for part in parts():
        cells += _part_cells(part)
    digest = hashlib.sha256(json.dumps([[cell["cell_type"], cell["source"]] for cell in cells]).encode("ascii"))
    metadata = {**NOTEBOOK_METADATA, "built_from": digest.hexdigest()}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write_tutorial(to: Path = TUTORIAL) -> Path:
    """Build it, execute it in solutions/, and write it. If a cell fails, raises Failure and writes nothing."""
    executed = _execute(build())
    write_atomically(to, notebook_text(executed).encode("utf-8"))
    return to


def stale(path: Path = TUTORIAL) -> str:
    """A sentence about what is out of date; "" if nothing is. Pictures and outputs are not compared."""
    try:
        there = read_notebook(path)
    except ValueError as error:
        return str(error)
    new = build()
    for old_cell, cell in zip(there["cells"], new["cells"]):
        if (old_cell["id"], old_cell["source"]) != (cell["id"], cell["source"]):
            return f"{path}: the cell {cell['id']} is out of date."
    if len(there["cells"]) != len(new["cells"]) or there["metadata"] != new["metadata"]:
        return f"{path}: it is out of date."
    return ""


def _part_cells(part: Part) -> Iterator[dict]:
    code = pieces(part)
    for cell in read_notebook(notebook_path(part, SOURCE))["cells"]:
        name, text = cell["id"], cell["source"]
        if "nbgrader" in cell["metadata"] or LEFT_OUT.fullmatch(name):
            continue
        if cell["cell_type"] == "code":
            yield _code(name, _freed(text))
            continue
        if "-question-" in name:
            text = text.replace(" written: ", " To think about: ", 1)
            text = text.replace(" Write in the cell below.", "")
        yield _markdown(name, FOR_THE_COURSE.sub("", text).strip())
        task = re.fullmatch(r"part\d\d-explore-(\d+)-(\d+)", name)
        if task and (piece := code.pop(f"{task[1]}.{task[2]}", None)):
            yield _code(f"{part.name}-code-{task[1]}-{task[2]}", f"%%module {part.module}\n{piece}")
    if code:
        raise Failure(f"{notebook_path(part)}: no cell is called {part.name}-explore-... for task {min(code)}.")


def pieces(part: Part) -> dict[str, str]:
    """The reference's module in pieces without the marks, one per task, with the code before it, such as imports. The
    last piece includes the rest of the file.
    """
    text = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    by_task: dict[str, str] = {}
    begin, last = 0, ""
    for node in ast.parse(text).body:
        mark = re.search(r"### BEGIN SOLUTION (\S+)", "".join(lines[node.lineno - 1 : node.end_lineno]))
        if mark:
            last = mark[1]
            by_task[last] = by_task.get(last, "") + "".join(lines[begin : node.end_lineno])
            begin = node.end_lineno
    by_task[last] += "".join(lines[begin:])
    return {task: MARK.sub("", piece).strip("\n") for task, piece in by_task.items()}


def _freed(source: str) -> str:
    """A cell of a part's notebook, without its handling of a learner's unfinished code."""
    plain = without_exploring(source).replace("lesson.model_file()", 'data("trained_weights.json")')
    return plain.replace("lesson.data(", "data(")


def _execute(notebook: dict) -> dict:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    node = nbformat.from_dict(notebook)
    where = {"metadata": {"path": str(SOLUTIONS)}}
    settings = {"timeout": CELL_SECONDS, "record_timing": False, "coalesce_streams": True, "resources": where}
    try:
        done = NotebookClient(node, **settings).execute()
    except (CellExecutionError, TimeoutError) as error:
        raise Failure(f"A cell of the tutorial fails: {error}") from error
    for cell in done.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise Failure(f"The cell {cell.id} of the tutorial warns: {output.text}")
    cells = [{**cell, "metadata": {}} for cell in json.loads(json.dumps(done.cells))]
    return {**notebook, "cells": cells}


def _markdown(name: str, text: str) -> dict:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _code(name: str, text: str) -> dict:
    return {"cell_type": "code", "id": name, "metadata": {}, "source": text, "outputs": [], "execution_count": None}
