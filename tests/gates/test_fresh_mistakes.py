"""Mistakes that people made who knew the stubs only: they lose points where they belong, and the report helps."""

from __future__ import annotations

import pytest
from helpers.fresh_mistakes import fresh_mistakes, spans
from helpers.grading import graded

from autograder.course import part, parts
from autograder.grading.progress import current_check
from autograder.render.terminal import part_lines

MISTAKES = [pytest.param(one, id=f"{each.name}-{one.id}") for each in parts() for one in fresh_mistakes(each)]


@pytest.mark.gate
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_fresh_mistake_loses_points_in_its_task_and_is_answered_with_what_to_do(mistake):
    its_part, source = part(mistake.part), mistake.source
    report = graded(mistake.part, source.encode("utf-8"), task=mistake.task)
    failed = [check for check in report.checks if check.status not in ("passed", "manual")]
    if not mistake.visible:
        assert not failed
        return
    assert failed and report.earned < report.possible
    names = {check.misconception for check in failed if check.misconception}
    if mistake.named:
        assert names & set(mistake.named)
    else:
        assert not names, f"{names} is named, and it is: {mistake.truth}"
    text = "\n".join(part_lines(report, its_part.file_name, ""))
    assert mistake.says in text, text
    try:
        first, last = spans(source).get(mistake.function, (0, 0))
    except SyntaxError:
        return  # the line is Python's own
    shown = current_check(report, its_part)
    if shown.line is not None and last:
        assert first <= shown.line <= last, f"line {shown.line} for lines {first} to {last}: {shown.message}"


def test_the_list_is_as_long_as_it_says():
    assert len(MISTAKES) >= 200 and len({param.id for param in MISTAKES}) == len(MISTAKES)
    for param in MISTAKES:
        (mistake,) = param.values
        assert not mistake.visible or mistake.named or mistake.says
