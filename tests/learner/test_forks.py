"""A command does the same in a fork as in a new process."""

from __future__ import annotations

import sys

import pytest
from helpers.learner import Course, solution

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Commands are forked on Linux only.")

OVERWRITES = solution(1).replace("child.grad += local_grad", "child.grad = local_grad")
# Arguments and exit status.
CALLS = (
    (["check", 0, "--seed", 1], 0),
    (["check", 1, "--seed", 1], 1),
    (["check", "1.4", "--seed", 1, "--json"], 1),
    (["progress"], 0),
    (["hint", 12], 2),
    (["chek"], 2),
    ([], 2),
    (["reset", 0], 2),  # a question, and nobody at the keyboard
)


def test_a_fork_prints_the_same_as_a_new_process_and_has_its_exit_status(course):
    course.solve(0)
    course.write(1, OVERWRITES)
    for words, status in CALLS:
        forked, started = course.run(*words), Course(course.root).run(*words)
        assert vars(forked) == vars(started) and forked.returncode == status, words


def test_a_fork_reads_its_input_and_leaves_nothing_for_the_next_one(course):
    course.write(1, OVERWRITES.replace("        self.grad = 1.0\n", "        breakpoint()\n        self.grad = 1.0\n"))
    done = course.run("debug", 1, "--check", "a_value_used_twice_gets_both_gradients", input="p 'sum', 1 + 1\nc\n")
    assert "('sum', 2)" in done.stdout and done.returncode == 0
    course.solve(1)
    assert course.run("check", 1).returncode == 0
