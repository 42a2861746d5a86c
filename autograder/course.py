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
RECIPE_FILE = "leaderboard_recipe.py"  # in exercises/, not part of any part: a training recipe for the board


@dataclass(frozen=True)
class Task:
    """One task. defines: dotted names in the module, such as `Value.backward`. stretch: whether the part counts as
    passed without it. given: the number of statements that the stub has in its function, where it is not empty.
    """

    id: str
    title: str
    defines: tuple[str, ...]
    stretch: bool = False
    given: int = 0


@dataclass(frozen=True, eq=False)  # there is one object per part
class Part:
    """One part. needs: the names that this part may use from other parts, by module.
    files: data files released with its notebook."""

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
        """The name of its folders and its notebook: `part05`, or `capstone`."""
        return f"part{self.number:02d}" if self.module.startswith("part") else self.module

    @property
    def suite(self) -> Path:
        """The folder of probes, tests, misconceptions and hints; the capstone has its checks there."""
        return (SUITES if self.module.startswith("part") else HERE) / self.name

    def task(self, task_id: str) -> Task:
        """The task with this id. Raises KeyError with a message for the user if there is none."""
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
    """The assignment that combines parts 1 to 8."""
    return _part(_course()["capstone"])


def part_or_capstone(number: int) -> Part:
    """The part with this number, or the capstone. Raises KeyError with a message for the user."""
    if number == capstone().number:
        return capstone()
    try:
        return part(number)
    except KeyError as error:
        raise KeyError(f"{error.args[0].rstrip('.')}, and {capstone().number} is the capstone.") from error


@functools.cache
def stretch_tasks() -> dict[str, Task]:
    """The ids of the tasks that are not needed to pass their part."""
    return {task.id: task for part in parts() for task in part.tasks if task.stretch}


def part(number: int) -> Part:
    """The part with this number. Raises KeyError with a message for the user if there is none."""
    for candidate in parts():
        if candidate.number == number:
            return candidate
    raise KeyError(f"There is no part {number}: the parts are {parts()[0].number} to {parts()[-1].number}.")


def part_named(name: str) -> Part:
    """The part with this name, such as `part05`; the capstone is `capstone` or `part11`. Raises KeyError with a message
    for the user if there is none.
    """
    for candidate in (*parts(), capstone()):
        if name in (candidate.name, f"part{candidate.number:02d}"):
            return candidate
    names = f"{parts()[0].name} to {parts()[-1].name}, and {capstone().name}"
    raise KeyError(f"There is no part {ascii(name)}. Parts are called {names}.")


def class_settings() -> dict:
    """The table [class] of course.toml."""
    return _course()["class"]


@dataclass(frozen=True)
class Target:
    """The parts to check, and a task if only that one is to be checked."""

    parts: tuple[Part, ...]
    task: str | None


def parse_target(text: str | None) -> Target:
    """Parse `5` (a part) or `5.2` (a task); None means all parts. Raises ValueError with a message for the user."""
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
