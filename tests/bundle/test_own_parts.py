"""How the students' checks say which earlier parts a part was checked on that are not right yet."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.bundle.replay import _not_right_yet, _with_short_names
from autograder.course import part
from autograder.grading.grade import grade
from autograder.grading.report import Check
from autograder.render.terminal import remark
from autograder.sandbox import Tier


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([1], "It uses your part 1"),
        ([1, 3], "It uses your parts 1 and 3"),
        ([1, 3, 4], "It uses your parts 1, 3 and 4"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "It uses your parts 1 to 8"),
    ],
)
def test_the_parts_that_are_not_right_fit_into_the_table(numbers, words):
    report = grade({}, part(9), seed=1, tier=Tier.LOCAL)
    report = dataclasses.replace(report, breaks=_not_right_yet(numbers))
    assert report.breaks.startswith(f"{words}, which") and "Next: " in report.breaks
    assert remark(report) == words


def test_a_message_names_a_data_file_as_make_check_does():
    check = Check("c", "2.1", "t", hidden=False, points=1, status="failed", message="load_docs('1-gap.txt') at 1-gap")
    assert _with_short_names(check, ["1-gap.txt", "2-gap.txt"]).message == "load_docs('gap.txt') at 1-gap"
