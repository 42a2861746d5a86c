"""`reset` a part or a task to its stub, with a dated copy of the file, and `undo` that."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from pathlib import Path

from autograder import backups
from autograder.course import EXERCISES, Part, Target
from autograder.files import LINE_END, mark_of, newline_of, text_of, written_like
from autograder.grading.sources import functions_of
from autograder.learner import merge_bases
from autograder.stubs import StubError, fresh_stub


@dataclass(frozen=True)
class ResetPlan:
    """One file before and after a reset. before: None when there is no such file; note: what else to know."""

    path: Path
    before: bytes | None
    after: bytes
    note: str = ""

    @property
    def lost(self) -> list[str]:
        """The learner's lines that would go."""
        old, new = (text_of(content or b"", "replace").splitlines() for content in (self.before, self.after))
        changes = difflib.ndiff(old, new)
        return [line[2:] for line in changes if line.startswith("- ") and line[2:].strip()]

    @property
    def nothing_to_do(self) -> bool:
        """Whether the file is so already."""
        return self.before == self.after


def plan(target: Target) -> ResetPlan:
    """Plan the reset of one part or task. Raises StubError, OSError."""
    (part,) = target.parts
    change = plan_part(part)
    if target.task is None or change.before is None:
        return change
    return plan_task(part, target.task, fresh_stub(part.file_name))


def plan_task(part: Part, task: str, source: str) -> ResetPlan:
    """Plan to replace the functions of a task with those of another source of the part. Raises StubError, OSError."""
    path = EXERCISES / part.file_name
    before = path.read_bytes()
    after = _with_functions_of_task(before, source, part, task)
    return ResetPlan(path, before, after, _shared_function_note(part, task))


def _shared_function_note(part: Part, task: str) -> str:
    """A sentence when another task is in the same function and would go too, else ""."""
    own = {*part.task(task).defines}
    others = [other for other in part.tasks if other.id != task and own & {*other.defines}]
    if not others:
        return ""
    names = ", ".join(sorted(own.intersection(*(other.defines for other in others))))
    with_it = " and ".join(other.id for other in others)
    both = "both" if len(others) == 1 else "all of them"
    return f"{task} is in the same function as {with_it}: this deletes {names} of {both}."


def plan_part(part: Part) -> ResetPlan:
    """Plan the reset of a whole part. Raises StubError, OSError."""
    path = EXERCISES / part.file_name
    before = path.read_bytes() if path.exists() else None
    return ResetPlan(path, before, written_like(fresh_stub(part.file_name), before))


def carry_out(change: ResetPlan, target: str | None = None) -> Path | None:
    """Write the file, and return the path of its copy. target: as typed. Raises OSError, with nothing lost."""
    name = change.path.name
    stub = fresh_stub(name)
    whole = change.after == written_like(stub, change.before)
    base = {merge_bases.path_of(name): stub.encode("utf-8")} if whole else {}
    return next(iter(backups.replace(f"reset {target}", {change.path: change.after}, base)), None)


def undo(folder: Path = EXERCISES) -> dict[Path, Path | None]:
    """Bring back what the last reset, update or undo replaced. The present files are copied first, so that this can be
    undone too. Returns what came back: file -> its copy, or None where this finished an undo that was interrupted.
    Raises OSError.
    """
    if finished := backups.finish("undo", folder):
        return dict.fromkeys(finished)
    copies = backups.newest(folder)
    backups.replace("undo", {file: copy.read_bytes() for file, copy in copies.items()})
    return copies


def _with_functions_of_task(before: bytes, source: str, part: Part, task: str) -> bytes:
    """The learner's file with the functions of this task as the source has them. All other bytes stay as they are."""
    instead = f"reset all of {part.label} instead"
    try:
        theirs = _lines_of_functions(text_of(before))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise StubError(f"Python can't read {part.file_name}, so the task can't be found in it: {instead}.") from error
    ours, new_lines = _lines_of_functions(source), source.encode("utf-8").split(b"\n")
    mark = mark_of(before)
    lines = LINE_END.split(before.removeprefix(mark))
    endings = [*LINE_END.findall(before), b""]
    names = part.task(task).defines
    missing = [name for name in names if name not in theirs]
    if missing or not names:
        if not missing:
            raise StubError(f"Task {task} is a written answer: {part.file_name} contains nothing of it.")
        raise StubError(f"{part.file_name} has no {', '.join(missing)}: {instead}.")
    for name in sorted(names, key=lambda name: -theirs[name][0]):  # from below, so that the lines above stay in place
        (first, last), (first_new, last_new) = theirs[name], ours[name]
        new = new_lines[first_new - 1 : last_new]
        lines[first - 1 : last] = new
        endings[first - 1 : last] = [*[newline_of(before)] * (len(new) - 1), endings[last - 1]]
    return mark + b"".join(line + ending for line, ending in zip(lines, endings))


def _lines_of_functions(text: str) -> dict[str, tuple[int, int]]:
    """First and last line of each function and method, decorators included, by dotted name."""
    lines = {}
    for name, function in functions_of(ast.parse(text)).items():
        decorators = [decorator.lineno for decorator in function.node.decorator_list]
        lines[name] = (min([function.line, *decorators]), function.last_line)
    return lines
