"""compare's notes: every task has reasons and another form, each form passes its task's checks, and claims hold."""

from __future__ import annotations

import re

import pytest

from autograder.course import SOLUTIONS, part, parts
from autograder.grading.grade import GradingContext, grade
from autograder.learner.comparison import measure_costs
from autograder.learner.other_forms import Form, notes_on, with_form
from autograder.learner.recorded_calls import record_checks
from autograder.sandbox import Tier

FAST = (9,)


def test_every_task_has_one_to_three_sentences_of_reasons_and_another_form():
    for each in parts():
        notes = notes_on(each)
        assert list(notes) == [task.id for task in each.tasks if task.defines]
        for task, note in notes.items():
            assert note.forms, task
            for text in (note.why, *(form.says for form in note.forms)):
                assert text.isascii() and text.endswith(".")
                assert 1 <= len(re.findall(r"[.!?](?= |$)", text)) <= 3, text


def test_a_form_takes_the_place_of_the_tasks_functions_and_of_nothing_else():
    source = "import math\n\n\nclass A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    task = part(2).tasks[1]
    form = Form("", "from itertools import chain\n\ndef g(self):\n    return 3")
    changed = with_form(source, type(task)("2.2", "", ("A.f", "A.g")), form)
    assert changed.replace("\n\n", "\n") == (
        "import math\n\nfrom itertools import chain\nclass A:\n    def f(self):\n        return 1\n"
        "    def g(self):\n        return 3\n"
    )


@pytest.mark.parametrize(
    "number", [pytest.param(each.number, marks=() if each.number in FAST else pytest.mark.slow) for each in parts()]
)
def test_every_form_passes_all_checks_of_its_task(number):
    tested = part(number)
    reference = (SOLUTIONS / tested.file_name).read_text(encoding="utf-8")

    def graded():
        context = GradingContext()
        for task in tested.tasks:
            for form in notes_on(tested)[task.id].forms if task.defines else ():
                files = {tested.file_name: with_form(reference, task, form).encode("utf-8")}
                yield grade(files, tested, seed=1, tier=Tier.LOCAL, task=task.id, context=context, explain=False)

    for report in graded():
        assert report.passed and report.checks, [check.message for check in report.checks if check.status != "passed"]


@pytest.mark.parametrize(
    ("number", "task", "fewer"),
    [
        ("3", "3.1", True),
        pytest.param("3", "3.2", True, marks=pytest.mark.slow),
        ("3", "3.3", False),
        pytest.param("1", "1.2", True, marks=pytest.mark.slow),
        pytest.param("5", "5.1", True, marks=pytest.mark.slow),
        pytest.param("5", "5.3", True, marks=pytest.mark.slow),
        pytest.param("7", "7.1", True, marks=pytest.mark.slow),
        pytest.param("8", "8.1", False, marks=pytest.mark.slow),
    ],
)
def test_a_form_that_is_said_to_have_fewer_nodes_has_fewer(number, task, fewer):
    tested = part(int(number))
    content = (SOLUTIONS / tested.file_name).read_bytes()
    wanted = [tested.task(task)]
    recording = record_checks(tested, content, 1, task)
    milliseconds, nodes = measure_costs(tested, content, wanted, recording, notes_on(tested))[task]
    assert all(each is not None for each in milliseconds) and nodes[0] == nodes[1]
    assert (nodes[2] < nodes[1]) is fewer
