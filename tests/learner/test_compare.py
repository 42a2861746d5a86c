"""compare: the reference is shown after passing, or when it is asked for, and never by accident."""

from __future__ import annotations

import codecs
import re

from helpers.learner import solution

from autograder.course import part
from autograder.learner import comparison
from autograder.learner.comparison import normalised, side_by_side

SLOWER = '''

def softmax(logits):
    """Mine."""
    # with a loop of its own
    top = max(value.data for value in logits)
    shifted = [value - top for value in logits]
    shifted = [value + 0.0 for value in shifted]
    total = sum(value.exp() for value in shifted)
    return [value.exp() / total for value in shifted]
'''


def test_before_passing_nothing_of_the_reference_is_shown(course):
    for text in (None, "def softmax(x):\n    return x\n", "def ("):
        if text:
            course.write(3, text)
        answer = course.run("compare", 3)
        assert answer.returncode == 1 and "not passed yet" in answer.stderr and "--anyway" in answer.stderr
        assert "largest" not in answer.stdout + answer.stderr and answer.stdout == ""


def test_a_passed_task_can_be_compared_while_its_part_is_not(course):
    course.solve(3)
    course.run("reset", "3.3", "--yes")
    assert course.run("compare", 3).returncode == 1
    noted = course.root / ".learner" / "acts.json"
    assert not noted.exists() or "compared" not in noted.read_text(encoding="utf-8")
    assert course.run("compare", "3.2").returncode == 0
    assert "compared" in noted.read_text(encoding="utf-8")


def test_both_are_shown_in_one_form_with_what_they_cost(course):
    course.write(3, solution(3) + SLOWER)
    answer = course.run("compare", "3.2")
    assert answer.returncode == 0, answer.stderr
    assert "top = max(" in answer.stdout and "largest = max(" in answer.stdout
    assert "Mine." not in answer.stdout and "# with a loop" not in answer.stdout
    yours, reference = (
        re.search(rf"^  {who} +(\d+) +([\d,]+) +([\d.]+)$", answer.stdout, re.MULTILINE)
        for who in ("yours", "reference")
    )
    assert int(yours[1]) == 6 and int(yours[2].replace(",", "")) > int(reference[2].replace(",", ""))


def test_anyway_shows_the_reference_beside_a_file_that_fails(course):
    course.write(3, solution(3).replace("largest = max", "largest = min"))
    answer = course.run("compare", "3.2", "--anyway")
    assert answer.returncode == 0 and "largest = max" in answer.stdout and "largest = min" in answer.stdout


def test_code_that_raises_has_no_figures(course):
    answer = course.run("compare", "3.2", "--anyway")
    assert answer.returncode == 0 and re.search(r"^  yours +\d+ +- +-$", answer.stdout, re.MULTILINE), answer.stdout


def test_a_file_that_python_cannot_read_is_a_sentence(course):
    course.write(3, "def linear(:\n")
    answer = course.run("compare", 3, "--anyway")
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    assert "part03_layers.py, line 1: Python can't read the file" in answer.stderr


def test_short_code_stands_in_columns_and_long_code_below_each_other(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    columns = list(side_by_side("def f(x):\n    return x", "def f(x):\n    return x + 0"))
    assert columns[1].index("|") == columns[2].index("|") and len(columns) == 3
    long = "def f(x):\n    return " + " + ".join(["x"] * 60)
    stacked = list(side_by_side("def f(x):\n    return x", long))
    assert max(map(len, stacked)) < 80 and stacked.count("  yours") == 1


def test_normalising_drops_docstrings_comments_and_types_and_keeps_the_rest():
    source = (
        'class A:\n    def f(self, x: int = 2) -> int:\n        """Words."""\n        # words\n        return  (x)+1\n'
    )
    assert normalised(source, "A.f") == "def f(self, x=2):\n    return x + 1"
    assert "is not defined as a function here" in normalised(source, "A.g")


def test_a_task_that_passes_has_reasons_and_another_form_and_one_that_fails_has_not(course):
    course.write(3, solution(3).replace("largest = max", "largest = min"))
    answer = course.run("compare", "3", "--anyway")
    assert answer.returncode == 0, answer.stderr
    linear, softmax = answer.stdout.partition("3.2 softmax")[0], answer.stdout.partition("3.2 softmax")[2]
    assert "  Why: The short form shows" in linear and "  Also right: One node per output" in linear
    nodes = {
        who: int(number.replace(",", "")) for who, number in re.findall(r"^  (\w.*?) +\d+ +([\d,]+) ", linear, re.M)
    }
    assert nodes["yours"] == nodes["reference"] > 2 * nodes["other form"]
    assert "Why:" not in softmax.partition("3.3 rmsnorm")[0] and "  Why: " in softmax.partition("3.3 rmsnorm")[2]


def test_a_file_that_begins_with_a_byte_order_mark_is_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "EXERCISES", tmp_path)
    own = solution(0).replace("\n", "\r\n").encode("utf-8")
    (tmp_path / part(0).file_name).write_bytes(codecs.BOM_UTF8 + own)
    lines = list(comparison.comparison_lines(part(0), "0.1", 1))
    assert lines[0] == "0.1 square" and any("return x * x" in line for line in lines)
