"""What a learner is told in the middle of a part: what waits for another task is no failure.

Slopes wait for backward where they are stored in another way than the stub's: here as pairs of a child and a slope.
"""

from __future__ import annotations

import re

from helpers.learner import solution

from autograder.stubs import fresh_stub

ADDED = (
    '        # TODO 1.1 Value.__add__: about 2 lines\n        raise NotImplementedError("1.1 Value.__add__")',
    "        return Value(self.data + getattr(other, 'data', other), ((self, 1), (other, 1)))",
)
MULTIPLIED = (
    '        # TODO 1.1 Value.__mul__: about 2 lines\n        raise NotImplementedError("1.1 Value.__mul__")',
    "        return Value(self.data * getattr(other, 'data', other), ((self, other), (other, self)))",
)


def first_operators() -> str:
    text = fresh_stub("part01_autograd.py")
    for old, new in (ADDED, MULTIPLIED):
        assert old in text
        text = text.replace(old, new)
    return text


def test_checks_that_wait_for_a_later_task_do_not_send_the_learner_back(course):
    course.write(1, first_operators())
    said = course.run("check", 1).stdout
    assert "wait    0/0.25 1.1 the local gradients of a sum are 1 (needs 1.4)" in said
    assert "1.5 backward on a long chain: checked when 1.4 is written" in said
    assert "FAIL" not in said and "First failing" not in said
    assert "Next: write 1.2 " in said
    assert "at 1.2" in course.run("progress").stdout


def test_of_a_task_that_is_begun_the_next_function_is_named(course):
    old = '        # TODO 1.2 Value.__pow__: about 1 line\n        raise NotImplementedError("1.2 Value.__pow__")'
    text = first_operators()
    assert old in text
    course.write(1, text.replace(old, "        return Value(self.data**exponent, ((self, 1),))"))
    assert "Next: write 1.2 Value.__neg__ in part01_autograd.py, then" in course.run("check", 1).stdout


def test_of_one_task_it_says_what_the_rest_waits_for_and_where_to_go_on(course):
    course.write(1, first_operators())
    rest = "What is left of 1.1 is checked when 1.4 backward is written. Next: 1.2"
    assert rest in course.run("check", "1.1").stdout
    hint = course.run("hint", "1.1")
    assert hint.returncode == 0 and rest in " ".join(hint.stdout.split())


def test_a_wrong_answer_comes_before_what_waits_and_what_is_not_written(course):
    course.write(1, first_operators().replace("self.data * getattr", "self.data + getattr"))
    said = course.run("check", 1).stdout
    assert "First failing task: 1.1 + and *\n  a product has the right number" in said and "Next: fix 1.1" in said


def test_what_python_cannot_read_is_one_message_and_no_list_of_failures(course):
    course.write(5, solution(5).replace("def gpt(", "def gpt((", 1))
    said = course.run("check", 5).stdout
    assert "FAIL" not in said and said.count("Python can't read the file") == 1
    line = re.search(r"exercises/part05_gpt\.py, line (\d+)\n", said.replace("\\", "/"))[1]
    assert f"Next: fix line {line} of part05_gpt.py, then" in said and "check 5\n" in said
