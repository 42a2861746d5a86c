"""A GPT in one file, written on a blank page: every part's module is that file, and it is graded on itself."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import Part, parts
from autograder.grading.grade import grade
from autograder.grading.report import Report
from autograder.grading.sources import LARGEST_FILE, inspect_source
from autograder.sandbox import Tier

OF_A_GPT = range(1, 9)  # parts 0, 9 and 10 are about it, not of it


def check_one_file(path: Path, wanted: Sequence[Part], tier: Tier, seed: int | None, task: str | None) -> list[Report]:
    """Grade these parts of a file; of all parts, those that make a GPT. Raises ValueError when it can't be read."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"Can't read {path}: {error.strerror}.") from error
    if module := _module_of_the_course(content):
        raise ValueError(
            f"{path} imports {module}: a GPT in one file holds all of it. Write what it needs into the file."
        )
    whole = len(wanted) == len(parts())
    chosen = [part for part in wanted if part.number in OF_A_GPT] if whole else wanted
    reports = [_grade(path.name, content, part, tier, seed, task) for part in chosen]
    if whole and all(report.passed for report in reports):
        from autograder.learner import acts

        acts.record("blank-page")
    return reports


def _grade(name: str, content: bytes, part: Part, tier: Tier, seed: int | None, task: str | None) -> Report:
    """One part. The modules of the others are names for the same one: a class that were loaded twice would be two."""
    other_name = f"import sys\n\nimport {part.module}\n\nsys.modules[__name__] = {part.module}\n".encode("ascii")
    files = {other.file_name: other_name for other in parts()} | {part.file_name: content}
    report = grade(files, part, seed=seed, tier=tier, task=task, own_parts=True)
    return replace(report, file=name)


def _module_of_the_course(content: bytes) -> str | None:
    """The first module of the course that a file imports."""
    if inspect_source(content).problem:
        return None  # the report says it
    ours = {part.module for part in parts()}
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found = next((name for name in names if name in ours), None)
        if found:
            return found
    return None
