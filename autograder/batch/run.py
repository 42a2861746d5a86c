"""Grading many tasks at once: nothing twice, and what goes wrong with one costs that one.

This process alone decides, asks and keeps. A verdict that is missing is asked of the pool; a task that needs it waits,
and so does every other task with the same file, since the verdict is kept under what it depends on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from autograder.batch.batch import Task
from autograder.batch.grading_process import decode_verdict, encode_job
from autograder.batch.pool import Pool
from autograder.class_folder.collected import Collected
from autograder.class_folder.verdict import grade_modules
from autograder.course import Part
from autograder.grading.report import Report
from autograder.grading.store import Store, key
from autograder.sandbox import Tier

TRIES = 2  # a process may have ended for reasons that have nothing to do with the submission
OPEN_TASKS = 16  # for each worker: some of them wait for the same verdict
SECONDS_BETWEEN_LOOKS = 2.0


@dataclass(frozen=True)
class Graded:
    """What became of a task. report: everything, for the instructor; failure: why there is none."""

    task: Task
    collected: Collected
    report: Report | None = None
    failure: str = ""


class _Missing(Exception):
    """A verdict that the store has not."""

    def __init__(self, name: str, line: bytes) -> None:
        super().__init__(name)
        self.name, self.line = name, line


@dataclass
class _Job:
    """A verdict that was asked for, and the tasks that wait for it."""

    name: str
    line: bytes
    waiting: list[tuple[Task, Collected]] = field(default_factory=list)
    tries: int = 0


class Run:
    """One grading of tasks. seed: of every verdict; None draws one for each part: everybody gets the same inputs, and
    what a known mistake answers to them is found out once.
    """

    def __init__(self, store: Store, pool: Pool, tier: Tier, seed: int | None, done: Callable[[Graded], None]) -> None:
        self.store, self.pool, self.tier, self.seed, self.done = store, pool, tier, seed, done
        self._drawn: dict[int, int] = {}  # seeds, by the part's number
        self._jobs: dict[str, _Job] = {}
        self._futures: dict[Future, _Job] = {}

    def grade(self, tasks: Iterable[Task]) -> None:
        """Grade them all; `done` gets each. Raises PoolLost when nobody grades any more, OSError for a full disk."""
        for task in tasks:
            while sum(len(job.waiting) for job in self._jobs.values()) >= OPEN_TASKS * max(1, self.pool.workers()):
                self._take_some()
            try:
                collected = task.read()
            except (OSError, ValueError) as error:
                self.done(Graded(task, Collected({}, ()), failure=f"It can't be read: {error}"))
                continue
            self._go_on(task, collected)
        while self._futures:
            self._take_some()

    def _go_on(self, task: Task, collected: Collected) -> None:
        """The task's report, if all that it takes is known; else ask for what is missing."""
        try:
            report = grade_modules(collected.modules, task.part, self.tier, self._find, self.seed)
        except _Missing as missing:
            job = self._jobs.get(missing.name)
            if job is None:
                job = self._jobs[missing.name] = _Job(missing.name, missing.line)
                self._submit(job)
            job.waiting.append((task, collected))
        else:
            self.done(Graded(task, collected, report))

    def _find(
        self,
        files: Mapping[str, bytes],
        part: Part,
        *,
        seed: int | None,
        tier: Tier,
        task=None,
        own_parts: bool = False,
    ) -> Report:
        """In the place of `grading.grade`: raises _Missing where that would take time."""
        name = key(files, part, tier, seed, task, own_parts)
        stored = self.store.find(name)
        if stored is not None:
            return stored.report
        used = {module: files[module] for module in files if own_parts or module == part.file_name}
        if seed is None:
            seed = self._drawn.setdefault(part.number, secrets.randbelow(1_000_000))
        raise _Missing(name, encode_job(used, part, tier, seed, own_parts))

    def _submit(self, job: _Job) -> None:
        job.tries += 1
        self._futures[self.pool.submit(job.line)] = job

    def _take_some(self) -> None:
        """Wait for verdicts, keep them, and go on with the tasks that waited for them."""
        finished, _ = wait(self._futures, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
        if not finished:
            self.pool.check()
        for future in finished:
            job = self._futures.pop(future)
            try:
                report, seconds = decode_verdict(future.result())
            except Exception as error:  # of the process or of the machine that graded, whatever it was
                self.pool.check()
                if job.tries < TRIES:
                    self._submit(job)
                    continue
                del self._jobs[job.name]
                sentence = str(error) or type(error).__name__
                for task, collected in job.waiting:
                    self.done(Graded(task, collected, failure=sentence))
                continue
            self.store.keep(job.name, report, seconds)
            del self._jobs[job.name]
            for task, collected in job.waiting:
                self._go_on(task, collected)
