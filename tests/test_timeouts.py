"""How much processor time a call may use, and that right code has enough of it on a slow machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course import SOLUTIONS, part
from autograder.grading import timeouts
from autograder.grading.checks import CheckFailed
from autograder.grading.grade import grade
from autograder.grading.part_probes import Probes
from autograder.grading.session import Session
from autograder.grading.timeouts import CallTimeouts
from autograder.sandbox import CHECK, Limits, Reply, Tier

PART = part(0)
SQUARES = ("squares", ([2.0],))
SOLUTION = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")


@pytest.fixture
def ours() -> CallTimeouts:
    return CallTimeouts(Probes(PART))


def graded(source: str, task: str | None = None, limits: Limits = CHECK):
    files = {PART.file_name: source.encode()}
    return grade(files, PART, seed=1, tier=Tier.LOCAL, explain=False, task=task, limits=limits)


def test_an_endless_loop_is_asked_patiently_once_and_briefly_afterwards():
    report = graded(SOLUTION.replace("gradient = []", "while True:\n        pass"))
    assert report.checks[0].status == "passed"
    waits = [check.message.split("no answer after ")[1][:8] for check in report.checks if check.status == "timeout"]
    assert waits == ["1 second", *["0.1 seco"] * 4] and "after 1 second of processor time" in report.checks[1].message


def test_code_that_only_waits_is_told_so():
    waits = SOLUTION.replace("return x * x", "__import__('time').sleep(60)")
    assert CHECK.idle_seconds == 4.0
    report = graded(waits, task="0.1", limits=replace(CHECK, idle_seconds=2.0))
    assert report.checks[0].status == "timeout"
    assert "it did nothing but wait for 2 seconds.\nLikely:     Is there a call that waits" in report.checks[0].message


def test_right_code_gets_the_time_that_the_reference_would_need(monkeypatch):
    """As on a slow machine: the reference needs more for a call than is usual, and the learner's code much more."""
    monkeypatch.setattr(Probes, "reference_seconds", lambda *call: 0.1)
    monkeypatch.setattr(timeouts, "FIRST", (0.1, 20))
    slow = SOLUTION.replace("return x * x", "sum(range(3_000_000))\n    return x * x")
    assert graded(slow, task="0.1").passed
    monkeypatch.setattr(Probes, "reference_seconds", lambda *call: 0.001)
    assert [check.status for check in graded(slow, task="0.1").checks] == ["timeout"]


def test_time_is_short_after_a_call_that_was_not_answered_and_shortest_in_the_same_task(ours):
    assert ours.cpu_seconds("0.1") == 1.0
    ours.note_timeout("0.1")
    assert ours.cpu_seconds("0.2") == 0.3
    assert ours.cpu_seconds("0.1") == 0.1


def test_code_that_waits_is_waited_for_as_long_as_the_limits_allow_only_once(ours):
    assert ours.seconds(1.0) is None
    ours.note_timeout("0.1")
    assert ours.seconds(0.25) == 0.75


def test_what_is_outside_of_functions_has_a_time_of_its_own():
    class Loading:
        """A worker in which the import of the learner's file never ends."""

        used_up, asked = False, []

        def load(self, **options: float | None) -> Reply:
            self.asked.append(options)
            return Reply(failure="timeout", message="no answer after 3 seconds")

    session = Session(PART, Probes(PART), Loading(), {}, task="0.1")
    session.timeouts.note_timeout("0.1")
    for _ in range(2):
        with pytest.raises(CheckFailed, match="Importing the file did not end"):
            session.call(*SQUARES)
    assert Loading.asked == [{"seconds": timeouts.LOADING + 0.5, "cpu_seconds": timeouts.LOADING}], "it is tried once"


def test_where_the_reference_is_slow_code_may_be_slower(ours):
    ours._probes.on_reference = lambda *call: sum(range(10_000_000))
    assert ours.on_a_slow_machine("0.1", *SQUARES) > 2.0


def test_without_the_reference_there_is_no_more_time(ours):
    assert ours.on_a_slow_machine("0.1", "no such probe", ()) == 1.0
