"""The parts and tasks of the course, read from course.toml."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
EXERCISES = ROOT / "exercises"
SOLUTIONS = ROOT / "solutions"
SUITES = HERE / "parts"
LARGEST_FILE = 64 * 1024  # bytes of a learner's module; the largest solution has 6 KB
RECIPE_FILE = "leaderboard_recipe.py"  # in exercises/, of no part: a way to train, for the board


@dataclass(frozen=True)
class Task:
    """One thing that a learner writes. defines: dotted names in the module, such as `Value.backward`. stretch: whether
    the part counts as passed without it.
    """

    id: str
    title: str
    defines: tuple[str, ...]
    stretch: bool = False


@dataclass(frozen=True, eq=False)  # there is one object per part
class Part:
    """One part. needs: for each module of another part, the names of it that this part may use.
    files: what is released beside its notebook."""

    number: int
    module: str
    title: str
    minutes: int
    tasks: tuple[Task, ...]
    needs: dict[str, list[str]]
    files: tuple[str, ...]

    @property
    def file_name(self) -> str:
        return f"{self.module}.py"

    @property
    def name(self) -> str:
        """What its folders and its notebook are called: `part05`, or `capstone`."""
        return f"part{self.number:02d}" if self.module.startswith("part") else self.module

    @property
    def suite(self) -> Path:
        """The folder of probes, tests, misconceptions and hints; the capstone has its checks there."""
        return (SUITES if self.module.startswith("part") else HERE) / self.name

    def task(self, task_id: str) -> Task:
        """The task with this id. Raise KeyError with a sentence when there is none."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(f"Part {self.number} has no task {task_id}. Its tasks: {', '.join(t.id for t in self.tasks)}.")


@functools.cache
def _course() -> dict:
    with open(HERE / "course.toml", "rb") as file:
        return tomllib.load(file)


def _part(table: dict) -> Part:
    tasks = tuple(Task(**{**task, "defines": tuple(task["defines"])}) for task in table["tasks"])
    fields = {name: table[name] for name in ("number", "module", "title", "minutes")}
    return Part(**fields, tasks=tasks, needs=table.get("needs", {}), files=tuple(table.get("files", ())))


@functools.cache
def parts() -> tuple[Part, ...]:
    """The eleven parts, in order."""
    return tuple(_part(table) for table in _course()["parts"])


@functools.cache
def capstone() -> Part:
    """The assignment in which parts 1 to 8 work together."""
    return _part(_course()["capstone"])


@functools.cache
def stretch_tasks() -> dict[str, Task]:
    """The tasks that a part counts as passed without, by id."""
    return {task.id: task for part in parts() for task in part.tasks if task.stretch}


def part(number: int) -> Part:
    """The part with this number. Raise KeyError with a sentence when there is none."""
    for candidate in parts():
        if candidate.number == number:
            return candidate
    raise KeyError(f"There is no part {number}: the parts are {parts()[0].number} to {parts()[-1].number}.")


def part_named(name: str) -> Part:
    """The part whose folders are called so, such as `part05`; the capstone is `capstone` or `part11`. Raise KeyError
    with a sentence when there is none.
    """
    for candidate in (*parts(), capstone()):
        if name in (candidate.name, f"part{candidate.number:02d}"):
            return candidate
    names = f"{parts()[0].name} to {parts()[-1].name}, and {capstone().name}"
    raise KeyError(f"There is no part {ascii(name)}: they are called {names}.")


def class_settings() -> dict:
    """What course.toml says of the class: the table [class]."""
    return _course()["class"]


@dataclass(frozen=True)
class Target:
    """What to check: parts, and one task if only that one is to be checked."""

    parts: tuple[Part, ...]
    task: str | None


def parse_target(text: str | None) -> Target:
    """`5` is a part, `5.2` a task, None all parts. Raises ValueError with a sentence."""
    if text is None:
        return Target(parts(), None)
    number, dot, _ = text.partition(".")
    if not number.isascii() or not number.isdigit():
        raise ValueError(f"{ascii(text)} is not a part or a task. Write a number such as 5, or a task such as 5.2.")
    try:
        target = part(int(number))
        return Target((target,), target.task(text).id if dot else None)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
