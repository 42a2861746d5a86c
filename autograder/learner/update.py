"""`update`: bring a new version of the course into the learner's files.

What the learner changed and what the course changed are joined, both seen from the stub that the file began as.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import backups
from autograder.course import EXERCISES
from autograder.invocation import command
from autograder.learner import local_state, merge_bases
from autograder.learner.last_results import shown
from autograder.stubs import StubError, fresh_stubs, recorded_as
from autograder.text import plural

# Lines that the learner replaces: only their estimate of a size differs between versions.
TODO = re.compile(r"^ *# TODO (\d+\.\d+ \S+): .*$", re.MULTILINE)
LABELS = ("yours", "the stub you began with", "the new course")
RECIPE = "leaderboard_recipe.py"


@dataclass(frozen=True)
class Step:
    """One file of exercises/. text: what it is to hold; None to leave it alone. stub: the new one, None for a file that
    is no stub.
    """

    name: str
    what: str
    text: str | None
    stub: str | None
    conflicts: int = 0


def plan(old: Path | None = None) -> list[Step]:
    """What an update would do, file by file. old: another copy of the course, whose exercises are brought here; else
    those that are here are brought up to date. Raises StubError, OSError, ValueError.
    """
    theirs = EXERCISES if old is None else old / "exercises"
    if not theirs.is_dir():
        raise ValueError(f"{theirs} is no folder: name the folder of the older course, the one that holds exercises/.")
    if old is not None and theirs.resolve() == EXERCISES.resolve():
        raise ValueError(f"{old} is this course itself: name the folder of the older one.")
    solutions_of_old = fresh_stubs(old / "solutions") if old is not None and (old / "solutions").is_dir() else {}
    steps = []
    for name, stub in fresh_stubs().items():
        base, mine = merge_bases.base_of(name, old) or solutions_of_old.get(name), _read(theirs / name)
        if mine is not None and recorded_as(theirs, name, mine):
            base = mine  # as the course once wrote it
        steps.append(_step(name, mine, base, stub, _read(EXERCISES / name)))
    if old is not None:  # what is nobody's stub is the learner's: the recipe, helpers, experiments
        others = [path.name for path in sorted(theirs.glob("*.py")) if path.name not in {step.name for step in steps}]
        for name in others:
            mine, here = _read(theirs / name), _read(EXERCISES / name)
            if mine != here and (here is None or name == RECIPE):
                steps.append(Step(name, "yours is taken over", mine, None))
    return steps


def _step(name: str, mine: str | None, base: str | None, stub: str, here: str | None) -> Step:
    if mine is None:
        return Step(name, "is missing: the stub is written", stub, stub)
    if mine == stub:
        return Step(name, "is up to date", None if here == stub else stub, stub)
    if mine == base:
        return Step(name, "you have not started it: the new stub replaces it", None if here == stub else stub, stub)
    if base == stub:
        moved = mine != here
        return Step(
            name, "yours is taken over" if moved else "the course changed nothing here", mine if moved else None, stub
        )
    if base is None:
        return Step(name, "LEFT ALONE: it is not known which stub it began as", None, None)
    text, conflicts = merged(mine, base, stub)
    what = "your work and the course's changes are joined"
    what += f"; {plural(conflicts, 'place')} for you to resolve" if conflicts else ""
    return Step(name, what, None if here == text else text, stub, conflicts)


def merged(mine: str, base: str, stub: str) -> tuple[str, int]:
    """The text with the changes of both, and the count of conflicts in it. Raises StubError when git can't do it."""
    if shutil.which("git") is None:
        raise StubError("There is no git here, which joins the two versions: install git.")
    todo_of_base = {match[1]: match[0] for match in TODO.finditer(base)}
    todo_of_stub = {match[1]: match[0] for match in TODO.finditer(stub)}
    quiet = TODO.sub(lambda match: todo_of_base.get(match[1], match[0]), stub)
    with tempfile.TemporaryDirectory(prefix="update-") as folder:
        paths = [Path(folder) / name for name in ("mine", "base", "new")]
        for path, text in zip(paths, (mine, base, quiet)):
            path.write_text(text, encoding="utf-8", newline="\n")
        labels = [word for label in LABELS for word in ("-L", label)]
        done = subprocess.run(["git", "merge-file", "-p", *labels, *map(str, paths)], capture_output=True, check=False)
    if not 0 <= done.returncode < 128:
        raise StubError(f"git could not join the versions: {done.stderr.decode('utf-8', 'replace').strip()}")
    text = done.stdout.decode("utf-8")
    return TODO.sub(lambda match: todo_of_stub.get(match[1], match[0]), text), done.returncode


def carry_out(steps: list[Step], old: Path | None = None) -> list[Path]:
    """Write what was planned; return the copies of what was replaced. Raises OSError; then nothing is lost."""
    changed = {EXERCISES / step.name: step.text.encode("utf-8") for step in steps if step.text is not None}
    more = {merge_bases.path_of(step.name): step.stub.encode("utf-8") for step in steps if step.stub is not None}
    if old is not None:
        for name in ("acts", "ticks", "hints"):
            if not local_state.read(name) and local_state.read(name, old / local_state.NAME):
                more[local_state.path_of(name)] = local_state.path_of(name, old / local_state.NAME).read_bytes()
    return backups.replace(f"update {old}", changed, more)


def _read(path: Path) -> str | None:
    """A text with the newlines of the stubs; None when there is no file. Raises StubError when it is no UTF-8."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise StubError(f"{path} is no UTF-8 text: save it as UTF-8 first.") from error


def plan_lines(steps: list[Step]) -> Iterator[str]:
    """What would be done, file by file."""
    changed = [step for step in steps if step.text is not None]
    for step in steps:
        if step in changed or step.what.startswith("LEFT"):
            yield f"  {step.name:<26}{step.what}"
    if not changed:
        yield "Your exercises are those of this version of the course: nothing to bring in."
    else:
        yield f"{plural(len(changed), 'file')} would change; copies of all of them are kept first."
    if any(step.conflicts for step in steps):
        yield "Where you and the course changed the same lines, both versions will stand in the"
        yield "file, between <<<<<<< and >>>>>>>: keep what you want, delete the rest, save."


def done_lines(steps: list[Step], copies: list[Path]) -> Iterator[str]:
    """What was done, and what is left for the learner."""
    yield "Done."
    if copies:
        yield f"Copies of what was there are in {shown(copies[0].parent)}. To bring them back: {command('undo')}"
    for step in steps:
        if step.conflicts:
            yield f"To settle: {plural(step.conflicts, 'place')} in {shown(EXERCISES / step.name)}. Look for <<<<<<<."
