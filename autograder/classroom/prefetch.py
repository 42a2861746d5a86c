"""Grade a class in several processes, ahead of nbgrader, which grades one submission after the other.

The verdicts go to the result store, where nbgrader's steps find them. A failure here is not reported, since nbgrader's
step then fails in the same way and reports it.
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
    """Running gradings. by_learner: futures that are done when the verdict is stored or has failed."""

    by_learner: Mapping[str, Future[None]] = field(default_factory=dict)

    def wait_for(self, learner: str) -> None:
        """Wait until this learner's grading is done."""
        if learner in self.by_learner:
            self.by_learner[learner].result()

    def ready_first(self, learners: Sequence[str]) -> Iterator[str]:
        """Yield these learners in order, but those with slow code last."""
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
    """Start grading these submissions. At the end of the context, stop all gradings that are still running."""
    workers = min(len(learners), os.cpu_count() or 1)
    if workers < 2:
        yield PendingVerdicts()
        return
    pending = PendingVerdicts({learner: Future() for learner in learners})
    # End the pool first, which also ends the thread's work.
    with ThreadPoolExecutor(1) as background, open_pool(workers) as pool:
        background.submit(_grade, folder, part, tier, pool, pending)
        yield pending


def _grade(folder: ClassFolder, part: Part, tier: Tier, pool: Pool, pending: PendingVerdicts) -> None:
    """Ignore exceptions, such as a full disk: nbgrader's steps meet the same ones and report them."""

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
