"""Part 1 is checked operator by operator: a mistake costs what it is in, whatever else is not written or wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from helpers import grading

from autograder.course import ROOT, SOLUTIONS, part
from autograder.grading.progress import current_check
from autograder.grading.report import Check, Report
from autograder.render.next_step import next_step
from autograder.text import likely_line

SOLUTION = (SOLUTIONS / "part01_autograd.py").read_text(encoding="utf-8")
BODY = re.search(r"(?<=BEGIN SOLUTION 1.4 Value.backward\n)(.*?)(?=        ### END)", SOLUTION, re.DOTALL).group()
OPERATORS, BACKWARD = ("1.1", "1.2", "1.3"), ("1.4", "1.5")


def with_backward(body: str) -> str:
    assert SOLUTION.count(BODY) == 1
    return SOLUTION.replace(BODY, body)


UNWRITTEN = with_backward('        raise NotImplementedError("1.4 Value.backward")\n')


def graded(text: str, task: str | None = None, explain: bool = False) -> Report:
    return grading.graded(1, text.encode(), task=task, explain=explain)


def lost(report: Report, tasks: tuple[str, ...] = OPERATORS) -> list[Check]:
    return [check for check in report.checks if check.task in tasks and check.status != "passed"]


def test_operators_earn_their_points_before_backward_is_written():
    report = graded(UNWRITTEN)
    assert not lost(report) and report.earned == 5.5
    assert {check.status for check in lost(report, BACKWARD)} == {"todo"}


@pytest.mark.parametrize(
    ("find", "replace", "task"),
    [
        (
            "return Value(self.data + other.data, (self, other), (1.0, 1.0))",
            "return Value(self.data + other.data)",
            "1.1",
        ),
        ("(self, other), (1.0, 1.0)", "(self, other)", "1.1"),
        ("(other.data, self.data)", "(self.data, other.data)", "1.1"),
        ("(other.data, self.data)", "(other, self)", "1.1"),
        ("(exponent * self.data ** (exponent - 1),)", "(self.data,)", "1.2"),
        ("(self,), (exponent", "(self), (exponent", "1.2"),
        ("return self + (-other)", "return self + other * 1", "1.2"),
        ("return other + (-self)", "return self - other", "1.2"),
        ("return self * -1", "return Value(-self.data)", "1.2"),
        ("return Value(result, (self,), (result,))", "return Value(self.data, (self,), (self.data,))", "1.3"),
        ("result = math.exp(self.data)", "self.data = result = math.exp(self.data)", "1.3"),
        (
            "return Value(max(0.0, self.data), ",
            "self.data = max(0.0, self.data)\n        return Value(self.data, ",
            "1.3",
        ),
    ],
)
def test_a_wrong_operator_fails_at_once_with_backward_unwritten(find, replace, task):
    assert UNWRITTEN.count(find) == 1
    failing = lost(graded(UNWRITTEN.replace(find, replace)))
    assert failing[0].task == task and failing[0].status in ("failed", "error") and "Called:" in failing[0].message


CUT = """

def cut(v):
    return v if not v._children else Value(v.data)
"""


@pytest.mark.parametrize(
    ("find", "replace", "task"),
    [
        ("(self, other), (1.0, 1.0)", "(cut(self), cut(other)), (1.0, 1.0)", "1.1"),
        ("(self, other), (other.data, self.data)", "(cut(self), cut(other)), (other.data, self.data)", "1.1"),
        ("(self,), (exponent", "(cut(self),), (exponent", "1.2"),
        ("return self + (-other)", "return cut(self) + (-other)", "1.2"),
        ("return self * other**-1", "return cut(self) * other**-1", "1.2"),
        ("return other + (-self)", "return other + (-cut(self))", "1.2"),
        ("return self * -1", "return cut(self) * -1", "1.2"),
        ("(self,), (result,)", "(cut(self),), (result,)", "1.3"),
        ("(self,), (1.0 / self.data,)", "(cut(self),), (1.0 / self.data,)", "1.3"),
        ("(self,), (1.0 if", "(cut(self),), (1.0 if", "1.3"),
    ],
)
def test_an_operator_that_copies_what_was_computed_loses_points(find, replace, task):
    """On a leaf it is right; h = x + y is made without the learner's +."""
    assert UNWRITTEN.count(find) == 1
    failing = lost(graded(UNWRITTEN.replace(find, replace) + CUT))
    assert failing[0].task == task and "h = x + y" in failing[0].message


FIRST_CHILDREN = """\
        self.grad, value = 1.0, self
        while value._children:
            for child, local_grad in zip(value._children, value._local_grads):
                child.grad += local_grad * value.grad
            value = value._children[0]
"""
CHAIN_ONLY = """\
        value, slope = self, 1.0
        while value._children:
            slope *= value._local_grads[0]
            value = value._children[0]
        value.grad = slope
"""


@pytest.mark.parametrize(("body", "most"), [(FIRST_CHILDREN, 1.5), (CHAIN_ONLY, 0)])
def test_a_walk_along_first_children_earns_little_and_nothing_for_the_long_chain(body, most):
    report = graded(with_backward(body))
    assert not lost(report)
    assert sum(check.earned for check in report.checks if check.task == "1.4") <= most
    assert sum(check.earned for check in report.checks if check.task == "1.5") == 0


ENDLESS = "        while True:\n            pass\n"
RAISES = "        raise ValueError(self)\n"
CALLS_ITSELF = "        self.backward()\n"
IN_VAIN = "        pass\n"
OVER_ALL_PATHS = """\
        self.grad = 1.0
        for child, local_grad in zip(self._children, self._local_grads):
            child.grad += local_grad * self.grad
            child.backward()
"""


@pytest.mark.parametrize("body", [ENDLESS, RAISES, CALLS_ITSELF, IN_VAIN, OVER_ALL_PATHS])
def test_a_backward_that_does_not_work_costs_the_operators_nothing(body):
    report = graded(with_backward(body))
    assert not lost(report) and lost(report, BACKWARD)


def test_operators_that_store_slopes_in_another_way_wait_for_backward():
    text = UNWRITTEN.replace("(self, other), (1.0, 1.0)", "((self, 1.0), (other, 1.0))")
    (waiting,) = (check for check in graded(text).checks if check.name == "a_sum_passes_slope_1_to_both")
    assert waiting.status == "todo" and "1.4 Value.backward is not written" in waiting.message


def test_slopes_are_right_in_neither_way_where_both_are_wrong():
    wrong = SOLUTION.replace("(other.data, self.data)", "(self.data, other.data)")
    failing = lost(graded(wrong))
    assert [check.task for check in failing][:1] == ["1.1"] and "Returned:   [2.0, 3.0]" in failing[0].message


STARTS = {"begins with 1": "        self.grad = 1.0\n", "never begins": ""}
ADDS = {"adds": "child.grad += local_grad * self.grad", "overwrites": "child.grad = local_grad * self.grad"}
PLACES = {"before": "{add}\n            child.backward()", "after": "child.backward()\n            {add}"}
SENTENCES = {  # what the advice must be about
    ("begins with 1", "before"): ("Only the result starts with 1", "topological order"),
    ("begins with 1", "after"): ("Only the result starts with 1", "topological order"),
    ("never begins", "before"): ("Set self.grad = 1",),
    ("never begins", "after"): ("Set self.grad = 1",),
}


@pytest.mark.parametrize("task", [None, "1.4"])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("adds", ADDS)
@pytest.mark.parametrize("place", PLACES)
def test_the_first_backward_that_calls_itself_for_each_child_gets_the_right_sentence(start, adds, place, task):
    step = PLACES[place].format(add=ADDS[adds])
    loop = "        for child, local_grad in zip(self._children, self._local_grads):\n"
    report = graded(with_backward(f"{STARTS[start]}{loop}            {step}\n"), task, explain=True)
    assert not lost(report)
    first = current_check(report, part(1))
    assert first.task == "1.4" and all(words in first.advice for words in SENTENCES[start, place]), first.advice
    assert "Next: " in (step := next_step([report])) and "1.4" in step


WALK = BODY[: BODY.index("            for child, local_grad in zip(")]
STEP_1 = "self.grad is 1: step 1 is done. The inputs have no gradient yet: does the walk reach them?"
PAIRS = "multiply v.grad by the local gradient that belongs to this child: zip(v._children, v._local_grads)."
FIRST_TRIES = {
    "step 1 only": ("        self.grad = 1.0\n", STEP_1),
    "the number of the child": (
        WALK + "            for child in value._children:\n                child.grad += child.data * value.grad\n",
        PAIRS,
    ),
    "two nested loops": (
        WALK + "            for child in value._children:\n"
        "                for local_grad in value._local_grads:\n"
        "                    child.grad += local_grad * value.grad\n",
        PAIRS,
    ),
    "local gradients from the end": (BODY.replace("value._local_grads)", "value._local_grads[::-1])"), PAIRS),
    "no step 1": (BODY.replace("        self.grad = 1.0\n", ""), "d(self)/d(self) = 1: set self.grad = 1 before"),
}


@pytest.mark.parametrize(("body", "likely"), FIRST_TRIES.values(), ids=FIRST_TRIES)
def test_a_backward_with_one_wrong_step_is_sent_to_that_step_and_to_no_right_one(body, likely):
    first = current_check(graded(with_backward(body), "1.4"), part(1))
    assert likely_line(likely) in first.message, first.message


def test_a_learner_who_has_done_step_1_of_backward_is_not_asked_whether_it_is_done():
    report = graded(with_backward("        self.grad = 1.0\n"), "1.4", explain=True)
    first = current_check(report, part(1))
    assert "Returned:   [0.0, 1.0, 0.0, 2.0]" in first.message and "inputs" in first.title
    assert "walk" in first.advice and "is missing" in first.advice and "?" not in first.advice
    lesson = (ROOT / "source/part01/part01.ipynb").read_text(encoding="utf-8")
    assert "The checks of 1.4 still fail, but `Returned` in the first one now shows" in lesson


ADD, MUL = "Value(self.data + other.data, (self, other), ", "Value(self.data * other.data, (self, other), "
LOG = "Value(math.log(self.data), (self,), (1.0 / self.data,))"
RECURSIVE = """\
        order, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v._children:
                    visit(child)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for child, g in zip(v._children, v._local_grads):
                child.grad += g * v.grad
"""
AS_WRITTEN = SOLUTION.replace(BODY, RECURSIVE)
SLIPS = {
    "+ in +": ("1.1", ADD, "Value(self + other, (self, other), ", "+ inside your own + calls itself: add the plain"),
    "* in *": ("1.1", MUL, "Value(self * other, (self, other), ", "* inside your own * calls itself: multiply the"),
    "numbers on a way of their own": (
        "1.2",
        "        other = other if isinstance(other, Value) else Value(other)\n        return Value(self.data + ",
        "        if not isinstance(other, Value):\n            return Value(self.data + other)\n"
        "        return Value(self.data + ",
        "If other is a plain number, make it a Value first. After that, do the same as for two Values.",
    ),
    "log is a number": ("1.3", LOG, "math.log(self.data)", "Return a new Value: Value(number, (self, other), (..., "),
    "no tuples": (
        "1.1",
        ADD + "(1.0, 1.0))",
        "Value(self.data + other.data, self, other)",
        "TypeError: Value takes three arguments: the number, the tuple of children, the tuple of local gradients.",
    ),
    "reverse": ("1.4", "in reversed(order)", "in order.reverse()", "list.reverse() changes the list and returns None"),
    "an empty dict": ("1.4", "[], set()", "[], {}", "{} is an empty dict; an empty set is set()."),
    "a set without parentheses": ("1.4", "[], set()", "[], set", "A new set is set(), a new list is list() or []"),
    "no zip": (
        "1.4",
        "zip(v._children, v._local_grads)",
        "v._children, v._local_grads",
        "A comma makes a tuple of the two: zip(v._children, v._local_grads) goes through them together.",
    ),
}


@pytest.mark.parametrize(("task", "old", "new", "words"), SLIPS.values(), ids=SLIPS)
def test_a_beginners_slip_in_part_1_is_answered_with_what_to_write(task, old, new, words):
    assert AS_WRITTEN.count(old) == 1
    first = current_check(graded(AS_WRITTEN.replace(old, new), task), part(1))
    assert words in first.message.splitlines()[-1], first.message


def test_the_lessons_line_for_the_terminal_prints_the_order_that_the_lesson_names(tmp_path):
    lesson = json.loads((ROOT / "source/part01/part01.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in lesson["cells"])
    (line,) = re.findall(r'`python -c "(.*)"`', text)
    printing = RECURSIVE.replace("        for v in rev", "        print([v.data for v in order])\n        for v in rev")
    (tmp_path / "part01_autograd.py").write_text(with_backward(printing), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[2.0, 3.0, 6.0, 8.0]\n", done.stderr
    assert "must be 2, 3, 6 and 8" in text
