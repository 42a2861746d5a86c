"""Check the modules in a folder, or a GPT in one file.

A GPT in one file replaces the modules of all parts, and is graded with its own code only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import EXERCISES, LARGEST_FILE, SOLUTIONS, Part, Target, parts
from autograder.files import shown_path
from autograder.grading.grade import grade
from autograder.grading.report import Report
from autograder.grading.sources import inspect_source
from autograder.grading.submission import grade_parts, read_submission
from autograder.sandbox import Tier, strict_tier

PARTS_OF_A_GPT = range(1, 9)  # parts 0, 9 and 10 only use the model


def check(folder: Path, target: Target, tier: Tier, seed: int | None) -> list[Report]:
    """Grade the target in a folder, or in one file if `folder` is a file. Raises ValueError if it can't be read."""
    if folder.is_file():
        return check_one_file(folder, target.parts, tier, seed, target.task)
    return grade_parts(read_submission(folder, target.parts), target.parts, seed=seed, tier=tier, task=target.task)


def choose_tier(folder: Path, wanted: str | None) -> Tier:
    """The sandbox tier for a folder. The course's exercises/ and solutions/ run locally. Any other folder may contain
    other people's code and needs the strict sandbox, unless the user chose `local`. Raises SandboxUnavailable if no
    strict tier is secure here.
    """
    if wanted is None:
        wanted = "local" if folder.resolve() in (EXERCISES, SOLUTIONS) else "strict"
    return Tier.LOCAL if wanted == "local" else strict_tier()


def path_of(folder: Path, file: str) -> str:
    """The file's path as the user would type it: relative if it is below the current folder."""
    return shown_path((folder if folder.is_file() else folder / file).absolute())


def check_one_file(path: Path, wanted: Sequence[Part], tier: Tier, seed: int | None, task: str | None) -> list[Report]:
    """Grade these parts of a file; for all parts, only parts 1 to 8. Raises ValueError if it can't be read."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"Can't read {path}: {error.strerror}.") from error
    if module := _module_of_the_course(content):
        raise ValueError(
            f"{path} imports {module}, but a GPT in one file must contain all of its code. Move the code into the file."
        )
    all_parts = len(wanted) == len(parts())
    chosen = [part for part in wanted if part.number in PARTS_OF_A_GPT] if all_parts else wanted
    return [_grade_on_itself(path.name, content, part, tier, seed, task) for part in chosen]


def missing_names(path: Path, wanted: Sequence[Part]) -> list[str]:
    """The names that checks of these parts use and that a GPT in one file does not define; of all parts, of those
    that make a GPT. None are missing where Python can't read the file: the report says that.
    """
    with open(path, "rb") as file:
        source = inspect_source(file.read(LARGEST_FILE + 1))
    if source.problem:
        return []
    chosen = [part for part in wanted if part.number in PARTS_OF_A_GPT] if len(wanted) == len(parts()) else wanted
    defined = {*source.functions, *source.classes, *_assigned(ast.parse("\n".join(source.text)))}
    return [name for part in chosen for name in names_of(part) if name not in defined]


def names_of(part: Part) -> list[str]:
    """What a part's module defines for its tasks and for other parts: Tokenizer, Tokenizer.encode, load_docs."""
    names = [name for task in part.tasks for name in task.defines]
    names = [name for written in names for name in (*([written.partition(".")[0]] if "." in written else []), written)]
    return list(dict.fromkeys([*names, *(name for other in parts() for name in other.needs.get(part.module, ()))]))


def _assigned(tree: ast.Module) -> Iterator[str]:
    """Names that a module, or the body of one of its classes, binds by `=` or `import`: `__radd__ = __add__`."""
    for prefix, body in [("", tree.body), *((f"{n.name}.", n.body) for n in tree.body if isinstance(n, ast.ClassDef))]:
        for node in body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = (name for target in targets for name in ast.walk(target))
            yield from (prefix + name.id for name in names if isinstance(name, ast.Name))
            aliases = node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
            yield from (prefix + (alias.asname or alias.name) for alias in aliases)


def _grade_on_itself(name: str, content: bytes, part: Part, tier: Tier, seed: int | None, task: str | None) -> Report:
    """Grade one part. The other parts' names refer to the same module: loaded twice, a class would be two classes."""
    other_name = f"import sys\n\nimport {part.module}\n\nsys.modules[__name__] = {part.module}\n".encode("ascii")
    files = {other.file_name: other_name for other in parts()} | {part.file_name: content}
    report = grade(files, part, seed=seed, tier=tier, task=task, own_parts=True)
    return replace(report, file=name)


def _module_of_the_course(content: bytes) -> str | None:
    """The first module of the course that a file imports."""
    if inspect_source(content).problem:
        return None  # the report shows the syntax error
    ours = {part.module for part in parts()}
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if module := next((name for name in names if name in ours), None):
            return module
    return None
