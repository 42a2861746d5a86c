"""Grades a class in several processes ahead of nbgrader, which takes one submission after the other.

The verdicts go to the result store, where nbgrader's steps find them. Anything that fails here also fails there, and is
reported there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from autograder.batch.find_tasks import GradingTask
from autograder.batch.grading_run import BatchRun, GradedTask
from autograder.batch.pool import Pool, open_pool
from autograder.class_folder.collected import collect_modules
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part
from autograder.grading.request import Conditions
from autograder.sandbox import Tier


@dataclass(frozen=True)
class PendingVerdicts:
    """Verdicts that are being made. by_learner: done when a learner's is in the store, or can't be made."""

    by_learner: Mapping[str, Future[None]] = field(default_factory=dict)

    def wait_for(self, learner: str) -> None:
        """Wait until this learner's verdict is done."""
        if learner in self.by_learner:
            self.by_learner[learner].result()

    def ready_first(self, learners: Sequence[str]) -> Iterator[str]:
        """These learners in order, but those whose code takes long when there is nobody else."""
        waiting = list(learners)
        while waiting:
            ready = [name for name in waiting if name not in self.by_learner or self.by_learner[name].done()]
            if ready:
                waiting.remove(ready[0])
                yield ready[0]
            else:
                wait([self.by_learner[name] for name in waiting], return_when=FIRST_COMPLETED)


@contextlib.contextmanager
def pregrade_in_background(
    folder: ClassFolder, part: Part, learners: Sequence[str], tier: Tier
) -> Iterator[PendingVerdicts]:
    """Begin to grade these submissions. At the end of the context, whatever is still being graded is stopped."""
    workers = min(len(learners), os.cpu_count() or 1)
    if workers < 2:
        yield PendingVerdicts()
        return
    pending = PendingVerdicts({learner: Future() for learner in learners})
    # The pool ends first, and with it what the thread does.
    with ThreadPoolExecutor(1) as background, open_pool(workers) as pool:
        background.submit(_grade, folder, part, tier, pool, pending)
        yield pending


def _grade(folder: ClassFolder, part: Part, tier: Tier, pool: Pool, pending: PendingVerdicts) -> None:
    """Nobody looks at an exception, such as a full disk: nbgrader's steps meet it, too, and report it."""

    def task(learner: str) -> GradingTask:
        return GradingTask(learner, part, lambda: collect_modules(folder.submitted / learner, part))

    def done(graded: GradedTask) -> None:
        pending.by_learner[graded.task.learner].set_result(None)

    try:
        run = BatchRun(open_store(folder.verdicts), pool, Conditions(tier), done)
        run.grade(map(task, pending.by_learner))
    finally:
        for verdict in pending.by_learner.values():
            if not verdict.done():
                verdict.set_result(None)
