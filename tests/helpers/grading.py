"""Grade many files in one process, as a batch does: faster than one by one.

Each known mistake replies to a call only once, and `graded` grades a file with a seed only once in a process. So a test
that replaces a part of the grader must call `grade` itself.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from autograder.batch.grading_process import SECONDS_FOR_MISTAKES
from autograder.course import Part, part_or_lab
from autograder.grading.grade import GradingContext, grade
from autograder.grading.report import Report
from autograder.sandbox import Tier

CONTEXT = GradingContext(SECONDS_FOR_MISTAKES)


@functools.cache
def graded(number: int, source: bytes, seed: int = 1, task: str | None = None, explain: bool = True) -> Report:
    """The report on one file, with the local sandbox."""
    return _graded(part_or_lab(number), source, seed, task, explain)


def graded_together(of: Part, sources: Iterable[bytes], seed: int = 1, explain: bool = True) -> list[Report]:
    """The reports on many files. They are not cached."""
    return [_graded(of, each, seed, None, explain) for each in sources]


def _graded(of: Part, source: bytes, seed: int, task: str | None, explain: bool) -> Report:
    files = {of.file_name: source}
    return grade(files, of, seed=seed, tier=Tier.LOCAL, task=task, explain=explain, context=CONTEXT)
