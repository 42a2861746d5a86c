"""Grade many files in one process, as a batch does: faster than one by one.

Each known mistake replies to a call only once, and `graded` grades a file with a seed only once in a process. So a test
that replaces a part of the grader must call `grade` itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from autograder.batch.grading_process import SECONDS_FOR_MISTAKES
from autograder.course import Part, part_or_lab
from autograder.grading.grade import Series, grade, run_suite
from autograder.grading.mistake_replies import MistakeOracle
from autograder.grading.report import Report
from autograder.grading.suite import Suites, with_suites
from autograder.sandbox import Tier

ORACLE = MistakeOracle(SECONDS_FOR_MISTAKES)


@dataclass(frozen=True)
class OneOracle(Series):
    """A series that shares the replies of the known mistakes with every other one here."""

    run: Callable = run_suite
    oracle = ORACLE


@functools.cache
def graded(number: int, source: bytes, seed: int = 1, task: str | None = None, explain: bool = True) -> Report:
    """The report on one file, with the local sandbox."""
    return _graded(part_or_lab(number), source, seed, task, explain, OneOracle())


def graded_together(of: Part, sources: Iterable[bytes], seed: int = 1, explain: bool = True) -> list[Report]:
    """The reports on many files, from one session of pytest, as in a batch. They are not cached."""

    def in_session(suites: Suites) -> list[Report]:
        return [_graded(of, each, seed, None, explain, OneOracle(suites.run)) for each in sources]

    return with_suites(in_session)


def _graded(of: Part, source: bytes, seed: int, task: str | None, explain: bool, series: Series) -> Report:
    files = {of.file_name: source}
    return grade(files, of, seed=seed, tier=Tier.LOCAL, task=task, explain=explain, series=series)
