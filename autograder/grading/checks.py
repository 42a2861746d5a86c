"""What a suite is written with: the mark `check`, the answers of a learner's code, and the draw of random inputs.

`checks_of` lists a suite's checks without running them; `points_by_task` adds up what each task is worth.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.compare import apart, difference, show
from autograder.grading.report import Check
from autograder.sandbox import Reply
from autograder.text import likely_line

TOLERANCE = 1e-9  # of float arithmetic in another order; inputs are of the size of 1


@dataclass(frozen=True)
class Mark:
    """The data that `check` attaches to a test."""

    task: str
    points: float
    by_hand: bool


def check(task: str, points: float = 1.0, by_hand: bool = False) -> Callable:
    """Mark a test as a check of a task. Its name is the check's id. The first line of its docstring is the title that
    learners see; without a docstring, it is the name in words. by_hand: graded manually, the test isn't run.
    """

    def mark(test: Callable) -> Callable:
        test.check = Mark(task, points, by_hand)
        return test

    return mark


class CheckFailed(AssertionError):
    """A check that did not pass: what a learner reads, and how it failed."""

    def __init__(self, message: str, status: str = "failed", reply: Reply | None = None) -> None:
        super().__init__(message)
        self.message, self.status, self.reply = message, status, reply


class Answer:
    """What a probe returned: plain data, with the call that it answers. Everything else is an error of the check.
    right_otherwise: whether a second way of seeing the same is right (see Session.call); failed: what to say if it is
    not, where the first way gave no value.
    """

    def __init__(
        self,
        called: str,
        value: object,
        right_otherwise: Callable[[object, float], bool] = lambda expected, tolerance: False,
        failed: CheckFailed | None = None,
    ) -> None:
        self.called, self.value, self.right_otherwise, self.failed = called, value, right_otherwise, failed

    def must_be(self, expected: object, likely: str = "", tolerance: float = TOLERANCE) -> None:
        """Fail unless the value equals expected, numbers within the tolerance (relative above 1)."""
        unlike = difference(self.value, expected, tolerance)
        if unlike is not None and not self.right_otherwise(expected, tolerance):
            if self.failed is not None:
                raise self.failed
            got, right = show(self.value), show(expected)
            if got == right:
                got, right = apart(self.value, expected)
            where = f"Difference: {unlike}\n" if "at [" in unlike or got == right or len(got) > 60 else ""
            raise CheckFailed(self._message(got, right, _cause(self.value, expected) or likely, where))

    def must_meet(self, condition: Callable[..., str | None], likely: str = "", **facts: object) -> None:
        """Fail unless the value meets a condition of conditions.py or hidden_conditions.py, which is asked about these
        facts, plain data.
        """
        expected = condition(self.value, **facts)
        if expected is not None:
            raise CheckFailed(self._message(show(self.value), expected, likely))

    def _message(self, got: str, expected: str, likely: str, where: str = "") -> str:
        text = f"Called:     {self.called}\nReturned:   {got}\nExpected:   {expected}\n{where}"
        return text + (f"{likely_line(likely)}\n" if likely else "")


# What probes write in place of a number that is not there.
NO_VALUE = re.compile(r"no Value but of type (\w+)|a plain number, not a (Value)|a Value, not a plain (number)")
NO_VALUES = {
    "list": "a list is used where a single Value is expected. Is a sum(...) missing, or is there one [...] too many?",
    "str": "texts are used where Values are expected. A loop over a dict goes through its keys: use .values().",
    "float": "plain numbers are used where Values are expected: compute with the Values, not with their .data.",
    "int": "plain numbers are used where Values are expected: compute with the Values, not with their .data.",
    "Value": "plain numbers are used where Values are expected: compute with the Values, not with their .data.",
    "number": "Values are used where plain numbers are expected: use their .data.",
    "NoneType": "None is used where a Value is expected: is a return missing?",
}

NOT_SORTED = "all elements are right, but they are not sorted: sorted(...) does that."


def _texts(value: object) -> Iterator[str]:
    if type(value) is str:
        yield value
    elif type(value) is list:
        for item in value:
            yield from _texts(item)


def _cause(got: object, expected: object) -> str:
    """What is likely wrong where the two values themselves show it, whatever the check asks about; else ""."""
    if got is None and expected is not None:
        return "None was returned: is a return missing?"
    if no_value := next(filter(None, map(NO_VALUE.fullmatch, _texts(got))), None):
        return NO_VALUES.get(no_value[no_value.lastindex], "")
    if type(got) is dict and isinstance(expected, dict) and list(got) == list(expected):
        return NOT_SORTED if NOT_SORTED in (_cause(got[key], expected[key]) for key in got) else ""
    if type(got) is not list or not isinstance(expected, (list, tuple)):
        return ""
    if got and all(item is None for item in got) and None not in expected:
        return "every element is None: is a return missing?"
    texts = len(got) > 1 and all(type(item) is str for item in got)
    if not texts or got == expected or sorted(got) != sorted(map(str, expected)):
        return ""
    expected = list(expected)
    if expected == sorted(expected):  # first: a set's order is sometimes the reverse one
        return NOT_SORTED
    if got == expected[::-1]:
        return "all elements are right, but they are in reverse order."
    if got == sorted(got):
        return "all elements are right, but you sort them: keep the order that the docstring asks for."
    return "all elements are right, but their order is not. Is there a set or a shuffle, or is another key sorted by?"


class Draw(random.Random):
    """Random inputs that a person can read: numbers with two digits after the point."""

    def number(self, low: float = -3.0, high: float = 3.0) -> float:
        """A number between low and high, never 0."""
        while True:
            drawn = round(self.uniform(low, high), 2)
            if drawn:
                return drawn

    def numbers(self, count: int, low: float = -3.0, high: float = 3.0) -> list[float]:
        """A list of numbers, all different where that is likely."""
        return [self.number(low, high) for _ in range(count)]

    def matrix(self, rows: int, columns: int, low: float = -3.0, high: float = 3.0) -> list[list[float]]:
        """rows lists of columns numbers."""
        return [self.numbers(columns, low, high) for _ in range(rows)]

    def word(self, shortest: int = 3, longest: int = 8, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
        """A made-up word."""
        return "".join(self.choices(letters, k=self.randint(shortest, longest)))


def check_fields(name: str, test: Callable, hidden: bool) -> dict:
    """The fields of a `report.Check` that are known of a test before anything is run."""
    mark, name = test.check, name.removeprefix("test_")
    title = (test.__doc__ or "").strip().partition("\n")[0].rstrip(".") or name.replace("_", " ")
    fields = {"name": name, "task": mark.task, "title": title, "hidden": hidden, "points": float(mark.points)}
    if not mark.by_hand:
        return fields
    question = inspect.cleandoc(test.__doc__ or "").partition("\n")[2].strip()  # below the docstring's first line
    return {**fields, "status": "manual", "message": f"{question}\nTo be graded manually.\n".lstrip()}


def checks_of(part: Part) -> list[Check]:
    """The checks of a part's suite in their order, none of them run."""
    checks = []
    for kind in ("public", "hidden"):
        if (part.suite / f"test_{kind}.py").exists():
            suite = importlib.import_module(f"autograder.parts.{part.suite.name}.test_{kind}")
            tests = [(name, test) for name, test in vars(suite).items() if hasattr(test, "check")]
            checks += [Check(**check_fields(name, test, kind == "hidden")) for name, test in tests]
    return checks


@functools.cache
def points_by_task(part: Part, by_hand: bool = True) -> dict[str, float]:
    """Points by task id, in the order of the tasks. by_hand: include written answers, graded manually."""
    points = {task.id: 0.0 for task in part.tasks}
    for check in checks_of(part):
        if by_hand or check.status != "manual":
            points[check.task] += check.points
    return points
