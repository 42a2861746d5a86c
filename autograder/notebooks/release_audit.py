"""The audit of a release: it must not contain answers or anything else that students should not see."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.course import SOLUTIONS, Part, parts
from autograder.grading.grade import grade
from autograder.notebooks.companions import released_files
from autograder.notebooks.lesson_notebooks import NOTEBOOK_METADATA, SOURCE, notebook_path, read_notebook
from autograder.sandbox import Tier
from autograder.stubs import GIVEN, fresh_stubs, lines_inside

# A shorter line of code or prose (without spaces), such as `return x`, gives nothing away.
MIN_LEAK_CHARACTERS = 16
MARKS = re.compile(r"(BEGIN|END)\s+(SOLUTION|HIDDEN\s+TESTS|MARK\s+SCHEME)", re.IGNORECASE)
CELL_METADATA = {"nbgrader", "tags", "deletable", "editable"}
SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n")


def audit(folder: Path, part: Part, source: Path = SOURCE) -> list[str]:
    """What a part's release gives away or lacks, as sentences that begin with the place; empty if everything is fine.

    The texts of files, cells, outputs and metadata are compared line by line with the solutions of all parts, with
    the hidden checks of the part, and with the sample answers of its written tasks.
    """
    leaks = [*_wrong_files(folder, part), *_wrong_notebook(folder / f"{part.name}.ipynb")]
    secrets = {line: "a line of solutions/" for line in solution_lines()}
    secrets |= {line: "a line of a hidden check" for line in hidden_lines(part)}
    secrets |= {line: "a sentence of a sample answer" for line in sample_answers(part, source)}
    for place, text in _texts(folder):
        if MARKS.search(text):
            leaks.append(f"{place}: it still contains a mark of solutions or hidden tests.")
        for line in text.splitlines() or [text]:
            condensed = normalised(line)
            for secret in secrets:
                if secret in condensed:
                    leaks.append(f"{place}: it holds {secrets[secret]}: {line.strip()[:100]!a}")
    return [*leaks, *_wrong_points(folder, part)]


def solution_lines() -> set[str]:
    """The lines between the marks in solutions/, without spaces, except those that other modules' stubs contain."""
    given = {name: {normalised(line) for line in stub.splitlines()} for name, stub in fresh_stubs().items()}
    lines: set[str] = set()
    for name in [part.file_name for part in parts()]:
        others = set().union(*(said for other, said in given.items() if other != name))
        for _, line in lines_inside((SOLUTIONS / name).read_text(encoding="utf-8")):
            if not _is_plain_call(line) and normalised(line) not in others:
                lines.add(normalised(line))
    return {line for line in lines if len(line) >= MIN_LEAK_CHARACTERS}


def _is_plain_call(line: str) -> bool:
    """Whether a line only calls the course's functions with names as arguments, as everyone would write it:
    `optimizer = Adam(flatten(state_dict))`.
    """
    try:
        (statement,) = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return False
    named = {name.partition(".")[0] for part in parts() for task in part.tasks for name in task.defines}

    def is_plain(node: ast.AST | None) -> bool:
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in named
        return isinstance(node, ast.Name) or (called and not node.keywords and all(map(is_plain, node.args)))

    return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call) and is_plain(statement.value)


def hidden_lines(part: Part) -> set[str]:
    """The lines of the part's hidden checks that are in no public one, without spaces."""

    def lines(name: str) -> set[str]:
        return {normalised(line) for line in (part.suite / name).read_text(encoding="utf-8").splitlines()}

    return {line for line in lines("test_hidden.py") - lines("test_public.py") if len(line) >= MIN_LEAK_CHARACTERS}


def sample_answers(part: Part, source: Path = SOURCE) -> set[str]:
    """The sentences between the marks in the source notebook, without spaces."""
    sentences: set[str] = set()
    for cell in read_notebook(notebook_path(part, source))["cells"]:
        inside = ""
        for line in cell["source"].splitlines(keepends=True):
            if MARKS.search(line):
                sentences.update(normalised(sentence).rstrip(".!?:;") for sentence in SENTENCE_END.split(inside))
                inside = "\n" if re.search("BEGIN", line, re.IGNORECASE) else ""
            elif inside:
                inside += line
    return {sentence for sentence in sentences if len(sentence) >= MIN_LEAK_CHARACTERS}


def normalised(line: str) -> str:
    """Return a line without its spaces, HTML entities and kinds of quotes, so that equal content compares equal."""
    return re.sub(r"\s+", "", html.unescape(line)).replace("'", '"')


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """All text of a release with its place, including each string in each notebook cell, but without data files."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".ipynb":
            notebook = read_notebook(path)
            yield f"{path}, its metadata", "\n".join(strings_in(notebook["metadata"]))
            for number, cell in enumerate(notebook["cells"], start=1):
                yield f"{path}, cell {number} ({cell.get('id')})", "\n".join(strings_in(cell))
        elif path.suffix in (".py", ".md") and path.name not in GIVEN:
            yield str(path), path.read_text(encoding="utf-8")


def strings_in(value: object) -> Iterator[str]:
    """All texts in data, including keys. Text that a notebook stores line by line is also returned as one text."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings_in(item)
    elif isinstance(value, list):
        yield "".join(item for item in value if isinstance(item, str))
        for item in value:
            yield from strings_in(item)
    elif isinstance(value, str):
        yield value


def _wrong_files(folder: Path, part: Part) -> Iterator[str]:
    """Files that are missing, superfluous or different from the course's."""
    wanted = {**released_files(part), f"{part.name}.ipynb": None}
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    yield from (f"{there[name]}: it does not belong to the release." for name in sorted(set(there) - set(wanted)))
    yield from (f"{folder / name}: it is missing." for name in sorted(set(wanted) - set(there)))
    for name in sorted(set(wanted) & set(there)):
        if wanted[name] is not None and there[name].read_bytes() != wanted[name]:
            yield f"{there[name]}: it differs from the course's file with this name."


def _wrong_notebook(path: Path) -> Iterator[str]:
    """Outputs, and metadata that is not allowed."""
    if not path.is_file():
        return
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if notebook["metadata"] != NOTEBOOK_METADATA:
        yield f"{path}: its metadata is not that of the course."
    for number, cell in enumerate(notebook["cells"], start=1):
        place = f"{path}, cell {number} ({cell.get('id')})"
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"{place}: it holds what it gave when it ran."
        if set(cell["metadata"]) - CELL_METADATA or cell.get("attachments"):
            yield f"{place}: it has metadata that students don't need."


def _wrong_points(folder: Path, part: Part) -> Iterator[str]:
    """The released stub must earn no points and the solution all points. Both are our own code."""
    stub = folder / part.file_name
    if stub.is_file():
        earned = grade({stub.name: stub.read_bytes()}, part, tier=Tier.LOCAL).earned
        if earned:
            yield f"{stub}: the stub earns {earned:g} points, and must earn none."
    solution = SOLUTIONS / part.file_name
    report = grade({solution.name: solution.read_bytes()}, part, tier=Tier.LOCAL)
    if report.earned < report.possible:
        yield f"{solution}: the solution earns {report.earned:g} of {report.possible:g} points, and must earn all."
