"""recall on a real terminal: the check offers a question, and the answers are typed."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("There are no pseudo-terminals on Windows.", allow_module_level=True)

from helpers.learner import Course
from helpers.terminal import Terminal


def at_terminal(course: Course, *words: object) -> Terminal:
    command = [sys.executable, "-m", "autograder", *map(str, words)]
    return Terminal(command, course.root, course.environment())


def test_a_check_offers_a_question_which_is_asked_answered_and_left(course):
    course.solve(0)
    with at_terminal(course, "check", "0.1") as terminal:
        terminal.wait_for("One question about your code: python -m autograder recall")
        assert terminal.exit_status() == 0
    with at_terminal(course, "recall") as terminal:
        place = terminal.wait_for(r"About your code for 0\.1 square")
        place = terminal.wait_for("q to stop", place)
        terminal.send("nine\n")
        place = terminal.wait_for(r"Type a number from 1 to \d", place)
        place = terminal.wait_for("q to stop", terminal.wait_for("Your answer", place))
        terminal.send("0\n")
        place = terminal.wait_for(r"It is number \d: ", place)
        place = terminal.wait_for(r"It comes again tomorrow\. 1 question left today\.", place)
        terminal.wait_for("Enter for the next one, q to stop: ", place)
        terminal.send("\x04")  # the end of input
        assert terminal.exit_status() == 0 and terminal.restored() and "\x1b" not in terminal.text
