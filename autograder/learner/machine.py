"""Where learners' code runs: in processes on this machine, or somewhere else, such as in a web worker of a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.grading.grade import grade
from autograder.grading.request import GradeFunction
from autograder.sandbox import Worker


@dataclass(frozen=True)
class Machine:
    """open_worker: returns an open worker; its arguments are those of `Worker`. grade: its arguments are those of
    `grade`.
    """

    open_worker: Callable[..., Worker] = Worker
    grade: GradeFunction = grade


THIS_ONE = Machine()
