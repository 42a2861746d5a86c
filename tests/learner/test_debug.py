"""debug: a failing check's inputs in the learner's own process, with the debugger."""

from __future__ import annotations

import re
import sys
import time

import pytest
from helpers.learner import solution

OVERWRITES = solution(1).replace("child.grad += local_grad", "child.grad = local_grad")
STOPS = OVERWRITES.replace("        self.grad = 1.0\n", "        breakpoint()\n        self.grad = 1.0\n")
TWICE = "a_value_used_twice_gets_both_gradients"


def test_the_call_is_the_one_that_check_has_shown(course):
    course.write(1, OVERWRITES)
    checked = course.run("check", 1).stdout
    called = re.search(r"Called: +(.*)", checked)[1]
    answer = course.run("debug", 1)
    assert answer.returncode == 0, answer.stderr
    assert f"Call 1 of 1: {called}" in answer.stdout and "Returned: [" in answer.stdout
    assert TWICE in answer.stdout and "Write breakpoint() into" in answer.stdout


def test_breakpoint_stops_in_the_learners_own_file_and_sees_its_values(course):
    course.write(1, STOPS)
    answer = course.run("debug", 1, "--check", TWICE, input="p 'grad', self.grad\np 'order', len(order)\nc\n")
    assert f"{course.file(1)}(" in answer.stdout and "('grad', 0.0)" in answer.stdout
    assert "('order', 2)" in answer.stdout and "Returned" in answer.stdout
    assert answer.returncode == 0


def test_a_breakpoint_that_was_left_in_changes_no_verdict(course):
    course.write(1, STOPS)
    assert "First failing task: 1.4 backward" in course.run("check", 1).stdout
    course.write(1, STOPS.replace("child.grad = local_grad", "child.grad += local_grad"))
    assert course.run("check", 1).returncode == 0


def test_q_at_the_breakpoint_ends_without_a_traceback(course):
    course.write(1, STOPS)
    answer = course.run("debug", 1, "--check", TWICE, input="q\n")
    assert "Traceback" not in answer.stdout + answer.stderr and "Ended." in answer.stdout


# The default breakpoint() of Python 3.14, in short, for every version.
ASKS = """
import pdb, sys

def asks(*unused, **options):
    input("Quitting pdb will kill the process. Quit anyway? [y/n] ")
    sys.exit(0)

pdb.set_trace = asks
"""


def test_q_at_the_breakpoint_asks_nothing_also_where_the_debugger_would_ask(course, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(ASKS, encoding="utf-8")
    course.write(1, STOPS)
    answer = course.run("debug", 1, "--check", TWICE, input="q\n")
    assert "Quit anyway?" not in answer.stdout and "Ended." in answer.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="There are no pseudo-terminals on Windows.")
def test_an_error_opens_the_debugger_where_it_happened_in_the_learners_code(course):
    from helpers.terminal import Terminal

    course.write(3, solution(3).replace("    largest =", "    wrong = logits['first']\n    largest ="))
    with Terminal([sys.executable, "-m", "autograder", "debug", "3"], course.root, course.environment()) as terminal:
        place = terminal.wait_for(r"\(Pdb\) ")
        assert "TypeError: list indices" in terminal.text and "probes.py" not in terminal.text
        terminal.send("p len(logits)\n")
        place = terminal.wait_for(r"\d+\r\n\(Pdb\) ", place)
        terminal.send("q\n")
        assert terminal.exit_status() == 1 and terminal.restored()


@pytest.mark.skipif(sys.platform == "win32", reason="There are no pseudo-terminals on Windows.")
def test_ctrl_c_belongs_to_the_debugger(course):
    from helpers.terminal import Terminal

    course.write(1, STOPS)
    command = [sys.executable, "-m", "autograder", "debug", "1", "--check", TWICE]
    with Terminal(command, course.root, course.environment()) as terminal:
        place = terminal.wait_for(r"\(Pdb\) ")
        time.sleep(0.5)  # Python loses a signal that comes between its prompt and its wait for a line
        terminal.send("\x03")
        place = terminal.wait_for(r"\(Pdb\) ", place)
        time.sleep(0.5)  # as long as a parent waits that means to end it
        terminal.send("p 'still here'\n")
        terminal.wait_for("'still here'\r", place)
        terminal.send("c\n")
        assert terminal.exit_status() == 0


def test_a_file_that_cannot_be_imported_shows_its_line(course):
    course.write(3, "import math\nmath.nothing\n")
    answer = course.run("debug", 3, "--check", "softmax_gives_shares_that_sum_to_1")
    assert answer.returncode in (1, 2)
    name = re.search(r"Failing checks: .*\n  (\w+)\n", answer.stderr)
    answer = course.run("debug", 3, *(["--check", name[1]] if name else []))
    assert answer.returncode == 1 and 'part03_layers.py", line 2' in answer.stdout


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"def linear(x, w):\n    return x *\n", ", line 2,"), (b"x = 1\0\n", ""), (b"# \xe9\n", ""), (None, "")],
)
def test_a_file_that_python_cannot_read_is_a_sentence_without_a_traceback(course, content, line):
    course.file(3).unlink() if content is None else course.file(3).write_bytes(content)
    answer = course.run("debug", 3)
    assert answer.returncode == 1 and "Traceback" not in answer.stdout + answer.stderr
    assert answer.stderr.endswith(f"part03_layers.py{line} first. Then the debugger can run it.\n"), answer.stderr


def test_an_unknown_check_lists_the_failing_ones(course):
    course.write(1, OVERWRITES)
    answer = course.run("debug", 1, "--check", "nothing")
    assert answer.returncode == 2 and f"\n  {TWICE}\n" in answer.stderr and "--check NAME" in answer.stderr


def test_nothing_failing_is_no_error_and_lists_what_could_be_run_again(course):
    course.solve(3)
    answer = course.run("debug", 3)
    assert answer.returncode == 0 and "Every check passes." in answer.stdout and "--check NAME" in answer.stdout
    assert "\n  linear_multiplies_each_row_with_the_vector\n" in answer.stdout


def test_it_names_the_mistake_and_the_keys_of_the_debugger(course):
    course.write(1, OVERWRITES)
    said = course.run("debug", 1, "--check", TWICE).stdout
    assert said.count("Likely:") == 1 and "overwrites instead of adding" in said and "Write breakpoint()" in said
    course.write(1, STOPS)
    said = course.run("debug", 1, "--check", TWICE, input="q\n").stdout
    assert "p NAME prints a value" in said and "Write breakpoint()" not in said


def test_no_cache_is_left_beside_the_learners_files(course):
    course.write(1, OVERWRITES)
    course.run("debug", 1)
    assert not (course.exercises / "__pycache__").exists()
