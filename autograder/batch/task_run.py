"""Grading many tasks at once: nothing twice, and what goes wrong with one costs that one.

This process alone decides, asks and keeps. A verdict that is missing is asked of the pool; a task that needs it waits,
and so does every other task with the same file, since the verdict is kept under what it depends on.

Code that takes long waits until everybody else is graded, and may then use what the code of one part may use: the rest
of it is for the next run, when nobody waits. So no verdict depends on what else is graded.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from autograder.batch.find_tasks import Task
from autograder.batch.grading_process import decode_verdict, encode_job
from autograder.batch.local_processes import Pool
from autograder.class_folder.collected import Collected
from autograder.class_folder.verdict import grade_modules
from autograder.course import Part
from autograder.grading.grade import TooSlow
from autograder.grading.report import Report
from autograder.grading.store import Store, key
from autograder.sandbox import Tier

TRIES = 2  # a process may have ended for reasons that have nothing to do with the submission
OPEN_TASKS = 16  # for each worker: some of them wait for the same verdict
SECONDS_BETWEEN_LOOKS = 2.0
# Of the learner's code, for one verdict, while others wait. The slowest right code that we know needs 0.8.
FIRST_SECONDS = 1.0
# More verdicts than these that take longer mean that the machine is slow: then code gets all of its time at once.
FEW_SLOW, SLOW_SHARE = 10, 0.2
# What the code of one learner may use in a run that grades others, in budgets of a part: see `Report.used`.
MOST_OF_A_LEARNER = 1.0
NOT_RUN = (
    "Not run: this learner's code had used its processor time in other parts. Everybody else is graded. "
    "Run the same command again to grade the rest."
)


@dataclass(frozen=True)
class Graded:
    """What became of a task. report: everything, for the instructor; failure: why there is none."""

    task: Task
    collected: Collected
    report: Report | None = None
    failure: str = ""


class _Missing(Exception):
    """A verdict that the store has not. on_own_parts: it decides no points."""

    def __init__(self, name: str, line: bytes, part: Part, on_own_parts: bool) -> None:
        super().__init__(name)
        self.name, self.line, self.part, self.on_own_parts = name, line, part, on_own_parts


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
        self._slow: dict[str, list[Task]] = {}  # by learner: what waits for the others
        self._first = self._others = True  # whether others wait; whether others were graded
        self._in_time = self.put_off = 0  # verdicts: found at once, and later
        self._used: dict[str, float] = {}  # by learner, in budgets of a part

    def grade(self, tasks: Iterable[Task]) -> None:
        """Grade them all; `done` gets each. Raises PoolLost when nobody grades any more, OSError for a full disk."""
        # Part by part: so two workers hardly ever have the work of one learner, who may turn out to be slow.
        for task in sorted(tasks, key=lambda task: task.part.number):
            while sum(len(job.waiting) for job in self._jobs.values()) >= OPEN_TASKS * max(1, self.pool.workers()):
                self._take_some()
            self._begin(task)
        while self._futures:
            self._take_some()
        self._first, self._others = False, bool(self._used.keys() - self._slow.keys())
        while self._slow or self._futures:
            at_work = {task.learner for job in self._jobs.values() for task, _ in job.waiting}
            for learner in [each for each in self._slow if each not in at_work]:  # one part of each at a time
                self._begin(self._slow[learner].pop(0))
                if not self._slow[learner]:
                    del self._slow[learner]
            if self._futures:
                self._take_some()

    def _begin(self, task: Task) -> None:
        if self._first and task.learner in self._slow:
            self._slow[task.learner].append(task)
            return
        try:
            collected = task.read()
        except (OSError, ValueError) as error:
            self.done(Graded(task, Collected({}, ()), failure=f"It can't be read: {error}"))
        else:
            self._go_on(task, collected)

    def _go_on(self, task: Task, collected: Collected) -> None:
        """The task's report, if all that it takes is known; else ask for what is missing."""
        try:
            report = grade_modules(collected.modules, task.part, self.tier, self._find, self.seed)
        except _Missing as missing:
            decides = missing.part == task.part and not missing.on_own_parts
            if decides and self._others and self._used.get(task.learner, 0.0) >= MOST_OF_A_LEARNER:
                if self._first:
                    self._slow.setdefault(task.learner, []).append(task)
                else:
                    self.done(Graded(task, collected, failure=NOT_RUN))
                return
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
        briefly = self._first and self.put_off <= FEW_SLOW + SLOW_SHARE * self._in_time
        line = encode_job(used, part, tier, seed, own_parts, FIRST_SECONDS if briefly else None)
        raise _Missing(name, line, part, own_parts)

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
            except TooSlow:
                self._put_off(job)
                continue
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
            self._in_time += 1
            self.store.keep(job.name, report, seconds)
            del self._jobs[job.name]
            for learner in {task.learner for task, _ in job.waiting}:
                self._used[learner] = self._used.get(learner, 0.0) + report.used
            for task, collected in job.waiting:
                self._go_on(task, collected)

    def _put_off(self, job: _Job) -> None:
        """Let those who wait for this verdict wait for everybody else, with all that nobody works on yet."""
        self.put_off += 1
        for task, _ in job.waiting:
            self._slow.setdefault(task.learner, []).append(task)
        del self._jobs[job.name]
        for future, other in list(self._futures.items()):
            if {task.learner for task, _ in other.waiting} <= self._slow.keys() and future.cancel():
                del self._futures[future], self._jobs[other.name]
                for task, _ in other.waiting:
                    self._slow[task.learner].append(task)
