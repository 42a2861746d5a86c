"""Grading of our own code: many files in one process, as a batch does it, so that what does not change is done once.

The known mistakes' replies to a call are asked for once, and no file is graded twice with one seed. Nothing of it is
kept after the process.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from autograder.batch.grading_process import SECONDS_FOR_MISTAKES
from autograder.course import Part, part
from autograder.grading.grade import Series, grade, run_suite
from autograder.grading.mistake_replies import MistakeOracle
from autograder.grading.report import Report
from autograder.grading.suite import Suites, with_suites
from autograder.sandbox import Tier

ORACLE = MistakeOracle(SECONDS_FOR_MISTAKES)


@dataclass(frozen=True)
class OneOracle(Series):
    """A series with the known mistakes that every other one here has, too."""

    run: Callable = run_suite
    oracle = ORACLE


@functools.cache
def graded(number: int, source: bytes, seed: int = 1, task: str | None = None, explain: bool = True) -> Report:
    """The report on one file, with the local sandbox."""
    return _graded(part(number), source, seed, task, explain, OneOracle())


def graded_together(of: Part, sources: Iterable[bytes], seed: int = 1, explain: bool = True) -> list[Report]:
    """The reports on many files, in one session of pytest, as a batch has it."""

    def in_session(suites: Suites) -> list[Report]:
        return [_graded(of, each, seed, None, explain, OneOracle(suites.run)) for each in sources]

    return with_suites(in_session)


def _graded(of: Part, source: bytes, seed: int, task: str | None, explain: bool, series: Series) -> Report:
    files = {of.file_name: source}
    return grade(files, of, seed=seed, tier=Tier.LOCAL, task=task, explain=explain, series=series)
