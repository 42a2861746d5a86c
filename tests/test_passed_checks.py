"""Gradings that share a context: what was answered before is not judged again, and each report is as if alone."""

from __future__ import annotations

import pytest

from autograder.course import SOLUTIONS, part
from autograder.grading.grade import GradingContext, grade
from autograder.grading.misconceptions import variants
from autograder.grading.passed_checks import PassedCheck, PassedChecks
from autograder.grading.report import Report
from autograder.grading.session import Recorded, Session
from autograder.grading.suite import Suites
from autograder.sandbox import Reply, Tier, Worker


def graded(number: int, source: bytes, context: GradingContext) -> Report:
    of = part(number)
    return grade({of.file_name: source}, of, seed=1, tier=Tier.LOCAL, context=context)


def solution(number: int) -> bytes:
    return (SOLUTIONS / part(number).file_name).read_bytes()


@pytest.fixture
def counted(monkeypatch) -> dict[str, list]:
    """The checks that were run, by name, and the calls that were made."""
    seen = {"checks": [], "calls": []}
    setup, call = Suites.pytest_runtest_setup, Worker.call

    def counting_setup(self, item):
        seen["checks"].append(item.name)
        setup(self, item)

    def counting_call(self, probe, *arguments, **more):
        seen["calls"].append(probe)
        return call(self, probe, *arguments, **more)

    monkeypatch.setattr("autograder.grading.suite._idle", [])
    monkeypatch.setattr(Suites, "pytest_runtest_setup", counting_setup)
    monkeypatch.setattr(Worker, "call", counting_call)
    return seen


@pytest.mark.parametrize("number", [3, 6])
def test_the_same_answers_pass_again_without_running_the_check(number, counted):
    context = GradingContext()
    first = graded(number, solution(number), context)
    checks, calls = len(counted["checks"]), len(counted["calls"])
    assert checks == len(first.checks)
    assert graded(number, solution(number), context) == first
    assert len(counted["checks"]) == checks, "a check was run again"
    assert len(counted["calls"]) == 2 * calls, "each answer is asked for once"


@pytest.mark.parametrize("number", [3, 6])
def test_after_right_code_a_known_mistake_gets_the_report_that_it_gets_alone(number, counted):
    wrong = list(variants(part(number)).values())[0]
    alone = graded(number, wrong, GradingContext())
    calls = list(counted["calls"])
    context = GradingContext()
    graded(number, solution(number), context)
    del counted["calls"][:]
    assert graded(number, wrong, context) == alone
    assert counted["calls"] == calls, "the code is asked the same, in the same order"


def test_right_code_with_other_last_digits_passes_again_without_running_the_check_too(counted):
    context, other = GradingContext(), solution(6).replace(b"lr * m_hat / (", b"m_hat / (")
    other = other.replace(b"+ self.eps)\n", b"+ self.eps) * lr\n")
    graded(6, solution(6), context)
    checks = len(counted["checks"])
    first = graded(6, other, context)
    assert first.passed and len(counted["checks"]) > checks, "its answers are not those of the solution"
    checks = len(counted["checks"])
    assert graded(6, other, context) == first
    assert len(counted["checks"]) == checks, "a check was run again"


class Asked(Session):
    """A session whose answers are given."""

    def __init__(self, *values: object, failure: str | None = None) -> None:
        self.calls, self.asked, self.ready, self.current = {}, [], [], "test_a_check"
        self._values, self._failure = list(values), failure

    def ask_ahead(self, probe: str, arguments: tuple) -> Reply:
        self.asked.append((probe, arguments))
        return Reply(self._values.pop(0), self._failure)


def passed_with(*values: object) -> PassedCheck:
    known, session = PassedCheck(), Asked()
    session.calls["test_a_check"] = [Recorded("f", (i,), Reply(value)) for i, value in enumerate(values)]
    session.asked = [("f", (i,)) for i in range(len(values))]
    assert known.note(session, 0) == len(values)
    return known


def test_answers_must_be_the_same_to_the_last_bit_and_of_the_same_type():
    assert passed_with([1.0], "a").answered_by(Asked([1.0], "a"))
    for other in ([1], [True], [1.0 + 2**-52], [1.0, None], 1.0, "[1.0]", None):
        assert not passed_with([1.0], "a").answered_by(Asked(other, "a")), other
    assert not passed_with([0.0]).answered_by(Asked([-0.0]))
    assert not passed_with(None).answered_by(Asked(None, failure="raised"))


def test_the_answers_until_the_first_other_one_are_ready_for_the_check():
    session = Asked("a", "other", "c")
    assert not passed_with("a", "b", "c").answered_by(session)
    assert [(call.probe, call.arguments, call.reply.value) for call in session.ready] == [
        ("f", (1,), "other"),
        ("f", (0,), "a"),
    ]


def test_a_check_that_looked_a_second_time_is_not_remembered():
    known, session = PassedCheck(), Asked()
    session.calls["test_a_check"] = [Recorded("f", (), Reply(1))]
    session.asked = [("f", ()), ("f", (True,))]
    assert known.note(session, 0) == 0
    assert not known.answered_by(Asked())


def test_nothing_more_is_remembered_once_there_is_enough():
    enough = PassedChecks(left=0)
    assert enough.of(part(3), 1, "test_a_check") is not enough.of(part(3), 1, "test_a_check")
