"""Where learners' code runs: in processes of this machine, or in what a caller has in their place, such as a browser's
worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.grading.grade import grade
from autograder.grading.request import GradeFunction
from autograder.sandbox import Worker


@dataclass(frozen=True)
class Machine:
    """open_worker: opens what `Worker` is, from the same files, tier and limits; grade: has `grade`'s signature."""

    open_worker: Callable[..., Worker] = Worker
    grade: GradeFunction = grade


THIS_ONE = Machine()
