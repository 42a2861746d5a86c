"""A part's checks as plain functions, and implementations of our own that answer their probes in this process.

Much faster than a worker, and for our own code only: the reference, the stubs, the known mistakes.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import os
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import SOLUTIONS, Part
from autograder.grading.checks import Answer, CheckFailed, Draw
from autograder.grading.grade import data_files, probes_of
from autograder.grading.part_probes import plain

CPU_SECONDS = 0.5  # of one call; ours need a tenth of that, or never end

Ask = Callable[[str, tuple], object]  # a probe's answer; raises what the code raises


class Endless(BaseException):
    """A call that has used up its processor time."""


@dataclass(frozen=True)
class SuiteCheck:
    """One check of a suite."""

    name: str
    task: str
    points: float
    hidden: bool
    function: Callable

    def run(self, student: object, seed: int) -> None:
        """Raises what the check raises, CheckFailed above all."""
        fixtures = {"student": student, "draw": Draw(f"{seed} test_{self.name}")}
        self.function(**{name: fixtures[name] for name in inspect.signature(self.function).parameters})


@functools.cache
def checks_of(part: Part) -> tuple[SuiteCheck, ...]:
    """All checks of a part that a machine grades."""
    found = []
    for name in ("test_public", "test_hidden"):
        module = importlib.import_module(f"autograder.parts.{part.name}.{name}")
        for key, value in vars(module).items():
            mark = getattr(value, "check", None)
            if key.startswith("test_") and mark is not None and not mark.by_hand:
                hidden = name == "test_hidden"
                found.append(SuiteCheck(key.removeprefix("test_"), mark.task, mark.points, hidden, value))
    return tuple(found)


class Student:
    """The `student` fixture with answers from `ask`, by probe and arguments."""

    def __init__(self, part: Part, seed: int, ask: Callable[[str, tuple], Answer]) -> None:
        self.files, self._ask = data_files(part, seed), ask

    def __getattr__(self, probe: str) -> Callable[..., Answer]:
        return lambda *arguments: self._ask(probe, arguments)


class Implementation:
    """Source of a part's module, with the reference of the other parts. ask() answers a probe."""

    def __init__(self, part: Part, source: str, folder: str = "", cpu_seconds: float = CPU_SECONDS) -> None:
        """folder: where the data files are, in `files`. Raises what importing the source raises."""
        if str(SOLUTIONS) not in sys.path:
            sys.path.insert(0, str(SOLUTIONS))
        self._part, self.module, self._cpu_seconds = part, types.ModuleType(part.module), cpu_seconds
        with self._in_place(), limited(cpu_seconds):
            exec(compile(source, part.file_name, "exec", dont_inherit=True), vars(self.module))
            self._probes = {"__name__": "probes", "__file__": os.path.join(folder, "probes.py")}
            exec(compile(probes_of(part).source, "probes.py", "exec", dont_inherit=True), self._probes)

    def ask(self, probe: str, arguments: tuple) -> object:
        """The answer of a probe as it would come out of a worker; lists are copied, as on the wire."""
        with self._in_place(), limited(self._cpu_seconds):
            return plain(self._probes[probe](*_copied(arguments)))

    @contextlib.contextmanager
    def _in_place(self) -> Iterator[None]:
        before = sys.modules.get(self._part.module)
        sys.modules[self._part.module] = self.module
        try:
            yield
        finally:
            if before is None:
                del sys.modules[self._part.module]
            else:
                sys.modules[self._part.module] = before


def student_of(code: Implementation, part: Part, seed: int = 0) -> Student:
    """The `student` fixture for our own code. A probe that raises fails its check, as it does in a worker."""

    def ask(probe: str, arguments: tuple) -> Answer:
        try:
            return Answer(probe, code.ask(probe, arguments))
        except Exception as error:
            raise CheckFailed(repr(error), "error") from error

    return Student(part, seed, ask)


def failures(part: Part, source: str, seed: int) -> set[str]:
    """The names of the checks that this code fails with this seed. For parts without data files."""
    student, failed = student_of(Implementation(part, source, cpu_seconds=60), part, seed), set()
    for check in checks_of(part):
        try:
            check.run(student, seed)
        except CheckFailed:
            failed.add(check.name)
    return failed


def _copied(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_copied(item) for item in value]
    return {key: _copied(item) for key, item in value.items()} if isinstance(value, dict) else value


@contextlib.contextmanager
def limited(cpu_seconds: float) -> Iterator[None]:
    """Raises Endless in what runs longer, by processor time."""

    def end(*unused: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def folder_of(part: Part, seed: int) -> Iterator[str]:
    """A folder with the data files of a seed, as a worker has them."""
    with tempfile.TemporaryDirectory(prefix="suite-") as name:
        (Path(name) / "files").mkdir()
        for file, content in data_files(part, seed).items():
            (Path(name) / "files" / file).write_bytes(content)
        yield name
