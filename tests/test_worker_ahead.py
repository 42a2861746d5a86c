"""A worker that waits for the file to grade: one file, with the same report as from a fresh worker."""

from __future__ import annotations

import os

import pytest

from autograder.course import SOLUTIONS, part
from autograder.grading.grade import WorkerAhead, grade
from autograder.sandbox import Tier

PART = part(3)
SOLUTION = (SOLUTIONS / PART.file_name).read_bytes()
WRONG = SOLUTION.replace(b"largest = max", b"largest = min")


@pytest.fixture
def ahead():
    waiting = WorkerAhead(PART)
    yield waiting
    waiting.close()


@pytest.mark.parametrize("source", [SOLUTION, WRONG, SOLUTION + b"1 / 0\n"], ids=["right", "wrong", "crashing"])
def test_the_report_is_that_of_a_worker_started_for_it(ahead, source):
    files = {PART.file_name: source}
    assert grade(files, PART, tier=Tier.LOCAL, ahead=ahead) == grade(files, PART, tier=Tier.LOCAL, seed=ahead.seed)


@pytest.mark.skipif(os.name != "posix", reason="no worker is started ahead there")
def test_it_waits_in_a_process_of_its_own_that_grades_one_file(ahead):
    worker = ahead.take(PART)
    assert worker._process.process.poll() is None, "it is not running"
    worker.close()
    assert ahead.take(PART) is None


def test_another_part_or_a_seed_or_the_learners_own_parts_leave_it_waiting(ahead):
    files = {PART.file_name: SOLUTION, part(0).file_name: (SOLUTIONS / part(0).file_name).read_bytes()}
    assert grade(files, part(0), tier=Tier.LOCAL, ahead=ahead).passed
    assert grade(files, PART, tier=Tier.LOCAL, seed=1, ahead=ahead).seed == 1
    assert grade(files, PART, tier=Tier.LOCAL, own_parts=True, ahead=ahead).passed
    assert grade({PART.file_name: b"def"}, PART, tier=Tier.LOCAL, ahead=ahead).earned == 0
    worker = ahead.take(PART)
    assert worker is not None
    worker.close()
