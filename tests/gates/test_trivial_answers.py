"""No check passes for answers that nobody had to work for, with any seed: zeros, the arguments, what the stub gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest
from suite_in_process import Implementation, Student, SuiteCheck, checks_of, folder_of

from autograder.course import EXERCISES, SOLUTIONS, Part
from autograder.grading.checks import TOLERANCE, Answer
from autograder.grading.part_probes import plain

# Checks whose right answer is one of these by their nature, each with the reason. Keep it short.
EXEMPT: dict[tuple[int, str], str] = {}

ZEROS = {bool: False, int: 0, float: 0.0, str: ""}


def zeros(value: object) -> object:
    """The value in its shape, with 0 for every number and "" for every text."""
    if isinstance(value, list):
        return [zeros(item) for item in value]
    if isinstance(value, dict):
        return {key: zeros(item) for key, item in value.items()}
    return ZEROS.get(type(value), value)


class LooksItself(Exception):
    """A check looks at the value: it has to be run with each answer in turn."""


class EveryAnswer(Answer):
    """All trivial answers to one call at once. left: the kinds that have passed everything so far, for all calls."""

    def __init__(self, called: str, answers: dict[str, Callable[[], object]], left: set[str]) -> None:
        self.called, self._answers, self._left = called, answers, left

    @property
    def value(self) -> object:
        raise LooksItself

    def must_be(self, expected: object, likely: str = "", tolerance: float = TOLERANCE) -> None:
        expected = plain(expected)
        self._each(lambda answer: answer.must_be(expected, likely, tolerance), lambda: zeros(expected))

    def must_meet(self, condition: Callable, likely: str = "", **facts: object) -> None:
        self._each(lambda answer: answer.must_meet(condition, likely, **facts), self._answers["zeros"])

    def _each(self, test: Callable[[Answer], None], zeros_here: Callable[[], object]) -> None:
        for kind in list(self._left):
            try:
                test(Answer(self.called, zeros_here() if kind == "zeros" else self._answers[kind]()))
            except Exception:
                self._left.discard(kind)


def answers_to(probe: str, arguments: tuple, right: Implementation, stub: Implementation) -> dict[str, Callable]:
    """What code without work answers to a call, by what it does."""
    return {
        "zeros": lambda: zeros(right.ask(probe, arguments)),
        "0": lambda: 0,
        "the arguments": lambda: plain(arguments),
        "the stub": lambda: stub.ask(probe, arguments),
        **{f"argument {i}": lambda i=i: plain(arguments[i]) for i in range(len(arguments))},
    }


LABS_TOO = True
SLOW_PARTS = (5, 7, 8, 10, 101, 102, 103)  # a seed takes 0.2 s there, and 0.02 s in the other parts
KINDS = ("zeros", "0", "the arguments", "the stub", *(f"argument {i}" for i in range(8)))


def passing(check: SuiteCheck, part: Part, seed: int, right: Implementation, stub: Implementation) -> set[str]:
    """The kinds of answers with which the check passes although nobody worked for them."""
    left = set(KINDS)

    def every(probe: str, arguments: tuple) -> Answer:
        answers = answers_to(probe, arguments, right, stub)
        left.intersection_update(answers)
        return EveryAnswer(probe, answers, left)

    def one(kind: str) -> Callable[[str, tuple], Answer]:
        return lambda probe, arguments: Answer(probe, answers_to(probe, arguments, right, stub)[kind]())

    try:
        check.run(Student(part, seed, every), seed)
        return left
    except LooksItself:
        return {kind for kind in KINDS if _passes(check, Student(part, seed, one(kind)), seed)}


def _passes(check: SuiteCheck, student: Student, seed: int) -> bool:
    try:
        check.run(student, seed)
    except Exception:
        return False
    return True


def gate(part: Part, seeds: range) -> dict[tuple[str, str], list[int]]:
    """The seeds with which a check passes for an answer without work, by check and answer."""
    found = defaultdict(list)
    for seed in seeds:
        with folder_of(part, seed) as folder:
            right, stub = (
                Implementation(part, (place / part.file_name).read_text(encoding="utf-8"), folder)
                for place in (SOLUTIONS, EXERCISES)
            )
            for check in checks_of(part):
                if (part.number, check.name) not in EXEMPT:
                    for kind in passing(check, part, seed, right, stub):
                        found[f"{check.task} {check.name}", kind].append(seed)
    return dict(found)


@pytest.mark.gate
def test_no_check_passes_for_an_answer_without_work(part: Part) -> None:
    assert not gate(part, range(4 if part.number in SLOW_PARTS else 40))


@pytest.mark.slow
def test_no_check_passes_for_an_answer_without_work_with_more_seeds(part: Part) -> None:
    assert not gate(part, range(4, 340))
