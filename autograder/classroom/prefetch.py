"""Grading in processes of their own, ahead of nbgrader, which takes one submission after the other.

The verdicts go to the result store, where nbgrader's steps find them; what fails here fails there again, and is said.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.verdict import grade_submission
from autograder.course import Part, part
from autograder.sandbox import Tier


@dataclass(frozen=True)
class Wait:
    """Verdicts that are being found, by learner; called with a learner, it waits until theirs is in the store."""

    verdicts: Mapping[str, Future] = field(default_factory=dict)

    def __call__(self, learner: str) -> None:
        if learner in self.verdicts:
            self.verdicts[learner].exception()

    def ready_first(self, learners: Sequence[str]) -> Iterator[str]:
        """These learners in order, but those whose code takes long when there is nobody else."""
        waiting = list(learners)
        while waiting:
            ready = [each for each in waiting if each not in self.verdicts or self.verdicts[each].done()]
            if ready:
                waiting.remove(ready[0])
                yield ready[0]
            else:
                wait([self.verdicts[each] for each in waiting], return_when=FIRST_COMPLETED)


@contextlib.contextmanager
def grading_ahead(folder: ClassFolder, wanted: Part, learners: Sequence[str], tier: Tier) -> Iterator[Wait]:
    """Begin to grade these submissions."""
    workers = min(len(learners), os.cpu_count() or 1)
    if workers < 2:
        yield Wait()
        return
    with worker_processes(workers) as pool:
        verdicts = {learner: pool.submit(_grade, folder, learner, wanted.number, tier) for learner in learners}
        yield Wait(verdicts)


@contextlib.contextmanager
def worker_processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one, and at once after an error or Ctrl-C: a capstone would go on for minutes."""
    # spawn: a fork would copy whatever locks the threads of this process hold.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, initializer=end_with_the_parent)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def end_with_the_parent() -> None:
    """Have this process end when the one that started it is gone: killed, it can't say so, and this one would wait for
    work for ever. Ctrl-C, which a terminal sends to it as well, ends it without a traceback.
    """
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

    def wait() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _grade(folder: ClassFolder, learner: str, number: int, tier: Tier) -> None:
    grade_submission(folder, learner, part(number), tier)
