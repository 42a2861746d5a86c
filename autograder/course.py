"""The parts, labs and tasks of the course, read from course.toml."""

from __future__ import annotations

import functools
import re
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
LAB = re.compile(r"(?:lab ?|l)([0-9]{1,3})(\.[0-9]{1,3})?", re.IGNORECASE)  # as a learner may type a lab or its task
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
    """One part, or an optional lab.

    minutes, minutes_new: how long it takes somebody who writes Python often, and somebody who knows a little of it
    (for parts, benchmarks/learner_minutes.py estimates it). needs: the names that it may use from other parts, by
    module. explores: the modules of other parts that only its notebook uses. files: data files released with its
    notebook; packages: installed packages that its code may import.
    """

    number: int
    module: str
    title: str
    minutes: int
    minutes_new: int
    tasks: tuple[Task, ...]
    needs: dict[str, list[str]]
    files: tuple[str, ...]
    packages: tuple[str, ...] = ()
    explores: tuple[str, ...] = ()

    @property
    def is_lab(self) -> bool:
        """Whether it is optional and earns no points in the course's total."""
        return self.module.startswith("lab")

    @property
    def target(self) -> str:
        """What a command accepts for it: `5` or `lab1`."""
        return self.name if self.is_lab else str(self.number)

    @property
    def label(self) -> str:
        """Its name in a sentence: `part 5` or `lab 1`."""
        return f"lab {self.name.removeprefix('lab')}" if self.is_lab else f"part {self.number}"

    @property
    def in_notebook(self) -> list[str]:
        """The modules of other parts that its notebook uses, in the course's order."""
        return sorted({*self.needs, *self.explores})

    @property
    def file_name(self) -> str:
        return f"{self.module}.py"

    @property
    def name(self) -> str:
        """The name of its folders and its notebook: `part05`, `lab1`, or `capstone`."""
        return f"part{self.number:02d}" if self.module.startswith("part") else self.module.partition("_")[0]

    @property
    def suite(self) -> Path:
        """The folder of probes, tests, misconceptions and hints; the capstone has its checks there."""
        return (HERE if self.module == "capstone" else SUITES) / self.name

    def task(self, task_id: str) -> Task:
        """The task with this id. Raises ValueError with a message for the user if there is none."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        tasks = ", ".join(task.id for task in self.tasks)
        raise ValueError(f"{self.label.capitalize()} has no task {task_id}. Its tasks: {tasks}.")

    def rewritten_by(self, task_id: str | None) -> list[str]:
        """The ids of earlier tasks whose function this task changes, as 1.5 changes that of 1.4."""
        place = next((i for i, task in enumerate(self.tasks) if task.id == task_id), 0)
        return [task.id for task in self.tasks[:place] if {*task.defines} & {*self.tasks[place].defines}]


def read_toml(path: Path) -> dict:
    """The data in one of the course's own TOML files."""
    with open(path, "rb") as file:
        return tomllib.load(file)


@functools.cache
def _course() -> dict:
    return read_toml(HERE / "course.toml")


def _part(table: dict) -> Part:
    tasks = tuple(Task(**{**task, "defines": tuple(task["defines"])}) for task in table["tasks"])
    fields = {name: table[name] for name in ("number", "module", "title", "minutes", "minutes_new")}
    lists = {name: tuple(table.get(name, ())) for name in ("files", "explores", "packages")}
    return Part(**fields, tasks=tasks, needs=table.get("needs", {}), **lists)


@functools.cache
def parts() -> tuple[Part, ...]:
    """The eleven parts, in order."""
    return tuple(_part(table) for table in _course()["parts"])


@functools.cache
def labs() -> tuple[Part, ...]:
    """The optional labs, in order."""
    return tuple(_part(table) for table in _course()["labs"])


def parts_and_labs() -> tuple[Part, ...]:
    """Everything that a learner writes in exercises/ and checks with a suite."""
    return (*parts(), *labs())


@functools.cache
def capstone() -> Part:
    """The assignment that combines parts 1 to 8."""
    return _part(_course()["capstone"])


def part_or_capstone(number: int) -> Part:
    """The part with this number, or the capstone. Raises ValueError with a message for the user."""
    if number == capstone().number:
        return capstone()
    try:
        return part(number)
    except ValueError as error:
        raise ValueError(f"{str(error).rstrip('.')}, and {capstone().number} is the capstone.") from error


@functools.cache
def stretch_tasks() -> dict[str, Task]:
    """The ids of the tasks that are not needed to pass their part."""
    return {task.id: task for part in parts() for task in part.tasks if task.stretch}


def part(number: int) -> Part:
    """The part with this number. Raises ValueError with a message for the user if there is none."""
    for candidate in parts():
        if candidate.number == number:
            return candidate
    raise ValueError(f"There is no part {number}: the parts are {parts()[0].number} to {parts()[-1].number}.")


def part_or_lab(number: int) -> Part:
    """The part or lab with this number, as a report has it. Raises ValueError with a message for the user."""
    return next((lab for lab in labs() if lab.number == number), None) or part(number)


def part_of_task(task_id: str) -> Part:
    """The part or lab that this task belongs to. Raises ValueError if there is none."""
    for each in parts_and_labs():
        if any(task.id == task_id for task in each.tasks):
            return each
    raise ValueError(f"There is no task {task_id}.")


def part_named(name: str) -> Part:
    """The part with this name, such as `part05`; the capstone is `capstone` or `part11`. Raises ValueError."""
    for candidate in (*parts(), capstone()):
        if name in (candidate.name, f"part{candidate.number:02d}"):
            return candidate
    names = f"{parts()[0].name} to {parts()[-1].name}, and {capstone().name}"
    raise ValueError(f"There is no part {ascii(name)}. Parts are called {names}.")


def class_settings() -> dict:
    """The table [class] of course.toml."""
    return _course()["class"]


@dataclass(frozen=True)
class Target:
    """The parts to check, and a task if only that one is to be checked."""

    parts: tuple[Part, ...]
    task: str | None


def parse_target(text: str | None) -> Target:
    """Parse `5` or `lab1` (a part or a lab), or `5.2` or `L1.2` (a task); None means all parts, without the labs.
    Raises ValueError with a message for the user.
    """
    if text is None:
        return Target(parts(), None)
    if match := LAB.fullmatch(text):
        lab = next((lab for lab in labs() if lab.name == f"lab{match[1]}"), None)
        if lab is None:
            raise ValueError(f"There is no lab {match[1]}: the labs are {labs()[0].name} to {labs()[-1].name}.")
        return _target(lab, f"L{match[1]}{match[2]}" if match[2] else None)
    number, dot, _ = text.partition(".")
    if not number.isascii() or not number.isdigit():
        raise ValueError(f"{ascii(text)} is not a part or a task. Write a number such as 5, or a task such as 5.2.")
    return _target(part(int(number)), text if dot else None)


def _target(chosen: Part, task_id: str | None) -> Target:
    return Target((chosen,), None if task_id is None else chosen.task(task_id).id)
