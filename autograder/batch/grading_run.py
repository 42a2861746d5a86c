"""Grade many submissions in parallel: no work is graded twice, and a failure affects only its own task.

This process decides what to grade and stores every verdict. It sends the tasks without one to a pool of processes.
Verdicts are stored under the hash of everything that they depend on, so tasks with the same file share one verdict.

A learner's slow code waits until everybody else is graded. It may then use the time limit of one part; the rest is
left for the next run. A slow submission therefore never changes the verdict of another one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from autograder.batch.find_tasks import GradingTask
from autograder.batch.grading_process import decode_verdict, encode_job
from autograder.batch.local_processes import Pool
from autograder.class_folder.collected import Collected
from autograder.grading.grade import TooSlow
from autograder.grading.report import Report
from autograder.grading.request import Conditions, Grading, GradingRequest
from autograder.grading.store import Store, key
from autograder.grading.submission import request_submitted_part

TRIES = 2  # a process may end for reasons unrelated to the submission
OPEN_TASKS = 16  # per worker: some of them wait for the same verdict
SECONDS_BETWEEN_LOOKS = 2.0
# Seconds of the learner's code for one verdict while others wait. The slowest known correct code needs 0.8, and code
# with one loop that never ends about 1.5.
FIRST_SECONDS = 2.0
# Once a learner's code has used this share of a part's budget for one verdict, their other parts wait until everybody
# else is graded.
SLOW = 0.1
# If more verdicts than these are slow, the machine is slow: from then on, code gets all of its time at once.
FEW_SLOW, SLOW_SHARE = 10, 0.2
# The time limit of one learner's code in a run that grades others, in part budgets: see `Report.used`.
MOST_OF_A_LEARNER = 1.0
NOT_RUN = (
    "Not run: this learner's code had used its processor time in other parts. Everybody else is graded. "
    "Run the same command again to grade the rest."
)


@dataclass(frozen=True)
class GradedTask:
    """The result of a task. report: the full report, for the instructor; failure: why there is no report."""

    task: GradingTask
    collected: Collected
    report: Report | None = None
    failure: str = ""


@dataclass
class _OpenTask:
    """An ungraded task. request: the verdict that it needs next; None before its files are read."""

    task: GradingTask
    collected: Collected = Collected({}, ())
    grading: Grading[Report] | None = None
    request: GradingRequest | None = None

    @property
    def learner(self) -> str:
        return self.task.learner


@dataclass
class _Job:
    """A requested verdict, and the tasks that wait for it."""

    key: str
    line: bytes
    waiting: list[_OpenTask] = field(default_factory=list)
    tries: int = 0

    @property
    def learners(self) -> set[str]:
        return {task.learner for task in self.waiting}


class BatchRun:
    """Grades tasks. Without a seed in the conditions, one is drawn per part, so that everybody gets the same inputs and
    the answers of a known mistake are computed only once. on_graded: called with each graded task.
    """

    def __init__(
        self, store: Store, pool: Pool, conditions: Conditions, on_graded: Callable[[GradedTask], None]
    ) -> None:
        self.store, self.pool, self.conditions, self.on_graded = store, pool, conditions, on_graded
        self._seeds: dict[int, int] = {}  # drawn, by the part's number
        self._jobs: dict[str, _Job] = {}  # by key
        self._futures: dict[Future, _Job] = {}
        self._slow: dict[str, list[_OpenTask]] = {}  # by learner: tasks that wait until the others are graded
        self._were_slow: set[str] = set()  # learners with a slow verdict
        self._first = self._others = True  # whether other learners wait; whether others were graded
        self._in_time = self.put_off = 0  # numbers of verdicts: in time, and put off
        self._used: dict[str, float] = {}  # by learner, in budgets of a part

    def grade(self, tasks: Iterable[GradingTask]) -> None:
        """Grade all tasks. Raises PoolLost if the pool is gone, OSError for a full disk."""
        # Part by part, so that two workers rarely grade the same learner, whose code may be slow.
        for task in sorted(tasks, key=lambda task: task.part.number):
            while sum(len(job.waiting) for job in self._jobs.values()) >= OPEN_TASKS * max(1, self.pool.workers()):
                self._receive_verdicts()
            self._start(_OpenTask(task))
        while self._futures:
            self._receive_verdicts()
        self._first, self._others = False, bool(self._used.keys() - self._slow.keys())
        while self._slow or self._futures:
            busy = {learner for job in self._jobs.values() for learner in job.learners}
            for learner in [learner for learner in self._slow if learner not in busy]:  # one part per learner at a time
                task = self._slow[learner].pop(0)
                if not self._slow[learner]:
                    del self._slow[learner]
                self._start(task)
            if self._futures:
                self._receive_verdicts()

    def _start(self, task: _OpenTask) -> None:
        """Start a task, or continue one that was put off."""
        if self._first and (task.learner in self._slow or task.learner in self._were_slow):
            self._put_off_task(task)
            return
        if task.grading is None:
            try:
                task.collected = task.task.read()
            except (OSError, ValueError) as error:
                self._fail(task, f"It can't be read: {error}")
                return
            task.grading = request_submitted_part(task.collected.modules, task.task.part, self.conditions)
            task.request = next(task.grading)
        self._advance(task)

    def _advance(self, task: _OpenTask) -> None:
        """Answer the task's requests from the store, up to the first missing verdict or the task's report."""
        while (stored := self.store.find(_key(task.request))) is not None:
            try:
                task.request = task.grading.send(stored.report)
            except StopIteration as finished:
                self.on_graded(GradedTask(task.task, task.collected, finished.value))
                return
        self._ask_for_verdict(task)

    def _ask_for_verdict(self, task: _OpenTask) -> None:
        """Ask the pool for the verdict that the task needs, unless the learner's time is used up."""
        request = task.request
        decides_points = request.part == task.task.part and not request.conditions.own_parts
        if decides_points and self._others and self._used.get(task.learner, 0.0) >= MOST_OF_A_LEARNER:
            if self._first:
                self._put_off_task(task)
            else:
                self._fail(task, NOT_RUN)
            return
        name = _key(request)
        job = self._jobs.get(name)
        if job is None:
            job = self._jobs[name] = _Job(name, self._line(request))
            self._submit(job)
        job.waiting.append(task)

    def _line(self, request: GradingRequest) -> bytes:
        conditions, part = request.conditions, request.part
        if conditions.seed is None:
            seed = self._seeds.setdefault(part.number, secrets.randbelow(1_000_000))
            request = replace(request, conditions=replace(conditions, seed=seed))
        briefly = self._first and self.put_off <= FEW_SLOW + SLOW_SHARE * self._in_time
        return encode_job(request, FIRST_SECONDS if briefly else None)

    def _submit(self, job: _Job) -> None:
        job.tries += 1
        self._futures[self.pool.submit(job.line)] = job

    def _receive_verdicts(self) -> None:
        """Wait for verdicts, store them, and continue with the tasks that waited for them."""
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
            except Exception as error:  # any error of the grading process or its machine
                self.pool.check()
                if job.tries < TRIES:
                    self._submit(job)
                    continue
                del self._jobs[job.key]
                for task in job.waiting:
                    self._fail(task, str(error) or type(error).__name__)
                continue
            self._in_time += 1
            self.store.keep(job.key, report, seconds)
            del self._jobs[job.key]
            for learner in job.learners:
                self._used[learner] = self._used.get(learner, 0.0) + report.used
                if report.used > SLOW:
                    self._were_slow.add(learner)
            for task in job.waiting:
                self._advance(task)

    def _put_off(self, job: _Job) -> None:
        """Put off the learners who wait for this verdict, with their jobs that have not started."""
        self.put_off += 1
        del self._jobs[job.key]
        for task in job.waiting:
            self._put_off_task(task)
        for future, other in list(self._futures.items()):
            if other.learners <= self._slow.keys() and future.cancel():
                del self._futures[future], self._jobs[other.key]
                for task in other.waiting:
                    self._put_off_task(task)

    def _put_off_task(self, task: _OpenTask) -> None:
        self._slow.setdefault(task.learner, []).append(task)

    def _fail(self, task: _OpenTask, failure: str) -> None:
        self.on_graded(GradedTask(task.task, task.collected, failure=failure))


def _key(request: GradingRequest) -> str:
    return key(request.files, request.part, request.conditions)
