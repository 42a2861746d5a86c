"""The page of a first walk shows the titles and messages that the commands print today."""

import re

import pytest

from autograder.course import ROOT, part
from autograder.grading.checks import checks_of
from autograder.grading.misconceptions import misconceptions

PAGE = (ROOT / "docs" / "contributor" / "first_walk.md").read_text(encoding="utf-8")
AGAIN = "It is stale: run python docs/contributor/first_walk.py"
REPORT = re.compile(r"^\$ make check part=(\d)\n(.*?)^```$", flags=re.S | re.M)
CHECK = re.compile(r"^  (?:pass|FAIL) +\S+ (\d\.\d) (.+?)(?: \((?:hidden|stretch)\))*$", flags=re.M)
LIKELY = re.compile(r"^  Likely: (.*?)\n\n", flags=re.S | re.M)


@pytest.mark.parametrize("number", [0, 1])
def test_each_report_of_a_part_lists_the_checks_of_today(number):
    listed = [CHECK.findall(report) for of, report in REPORT.findall(PAGE) if int(of) == number]
    listed = [checks for checks in listed if checks]  # one that is not begun lists its tasks
    today = [(check.task, check.title) for check in checks_of(part(number))]
    assert listed
    assert all(sorted(checks) == sorted(today) for checks in listed), AGAIN


def test_each_hint_begins_with_the_message_of_a_known_mistake():
    messages = {" ".join(found.split()) for found in LIKELY.findall(PAGE)}
    known = {mistake.says for number in (1, 3) for mistake in misconceptions(part(number))}
    assert len(messages) >= 3
    assert messages <= known, AGAIN
