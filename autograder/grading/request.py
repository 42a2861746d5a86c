"""A request for a verdict: the files, the part and the conditions that decide the verdict.

A function that needs several verdicts is a generator: it yields a `GradingRequest` and receives its `Report`. The
caller decides how to answer. `answer_requests` grades each one at once; a batch asks other processes, and goes on with
other learners meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from autograder.course import Part
from autograder.grading.report import Report
from autograder.sandbox import Tier, interpreter_version


@dataclass(frozen=True)
class Conditions:
    """What a verdict depends on besides the files and the checks. The names are those of `grade`'s arguments.

    seed: of the random inputs, drawn when None; task: the id of the one task to check; own_parts: the learner's own
    earlier parts replace the reference.
    """

    tier: Tier = Tier.STRICT
    seed: int | None = None
    task: str | None = None
    own_parts: bool = False

    @property
    def interpreter(self) -> str:
        """The version of the Python that runs learners' code here. Raises SandboxUnavailable."""
        return interpreter_version(self.tier)


@dataclass(frozen=True)
class GradingRequest:
    """Grade this part. files: a learner's modules, by file name."""

    files: Mapping[str, bytes]
    part: Part
    conditions: Conditions


Result = TypeVar("Result")
Grading = Generator[GradingRequest, Report, Result]  # yields requests, receives reports, returns a result
GradeFunction = Callable[..., Report]  # `grade`, or one with its signature, such as `Store.grade`


def answer_requests(grading: Grading[Result], grade_one: GradeFunction) -> Result:
    """Answer each request with `grade_one`, and return what the generator returns."""
    report = None
    while True:
        try:
            request = grading.send(report)
        except StopIteration as finished:
            return finished.value
        report = grade_one(request.files, request.part, **vars(request.conditions))
