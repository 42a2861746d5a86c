"""How long a check waits for code that does not answer, and that right code has its time on a slow machine."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from autograder.course import SOLUTIONS, part
from autograder.grading import patience
from autograder.grading.grade import grade
from autograder.grading.patience import Patience
from autograder.grading.probes import Probes
from autograder.sandbox import CHECK, LOAD, Tier

PART = part(0)
SQUARES = ("squares", ([2.0],))
SOLUTION = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")


def of_tier(tier: Tier) -> Patience:
    return Patience(SimpleNamespace(limits=CHECK, tier=tier), Probes(PART))


def test_a_learner_waits_for_an_endless_loop_once_and_briefly_for_the_next_ones():
    endless = SOLUTION.replace("gradient = []", "while True:\n        pass").encode()
    began = time.monotonic()
    report = grade({PART.file_name: endless}, PART, seed=1, tier=Tier.LOCAL, explain=False)
    waited = time.monotonic() - began
    assert [check.status for check in report.checks].count("timeout") == 5 and report.checks[0].status == "passed"
    # The limits alone would be 40 seconds, and on a busy machine the workers take their time to start.
    assert patience.FIRST < waited < 25
    assert "no answer after 3." in next(check.message for check in report.checks if check.status == "timeout")


def test_right_code_gets_the_time_that_the_reference_would_need(monkeypatch):
    """As on a slow machine: the reference takes a fifth of a second for a call, and the learner's code longer."""
    on_reference = Probes.on_reference
    monkeypatch.setattr(Probes, "on_reference", lambda *call: (time.sleep(0.2), on_reference(*call))[1])
    monkeypatch.setattr(patience, "FIRST", 0.1)
    monkeypatch.setattr(patience, "LOADING", 0.0)
    slow = SOLUTION.replace("return x * x", "__import__('time').sleep(0.3)\n    return x * x").encode()
    report = grade({PART.file_name: slow}, PART, seed=1, tier=Tier.LOCAL, explain=False, task="0.1")
    assert report.passed, report.checks[0].message


def test_a_module_may_take_its_time_to_load(monkeypatch):
    """As from a slow disk; nothing says beforehand how long that takes."""
    monkeypatch.setattr(patience, "FIRST", 0.1)
    monkeypatch.setattr(patience, "LOADING", 0.0)
    slow = f"{SOLUTION}\n\nimport time\ntime.sleep(0.5)\n".encode()
    report = grade({PART.file_name: slow}, PART, seed=1, tier=Tier.LOCAL, explain=False)
    assert report.passed, report.checks[0].message


def test_time_is_short_after_a_call_that_was_not_answered_and_never_more_than_the_job_allows():
    local = of_tier(Tier.LOCAL)
    local.learn(0.01, timed_out=False)
    before = local.seconds()
    local.learn(before, timed_out=True)
    assert local.seconds() < 1 < before < CHECK.call_seconds
    slow = of_tier(Tier.LOCAL)
    slow.learn(5.0, timed_out=False)
    assert slow.seconds() == CHECK.call_seconds


@pytest.mark.parametrize("tier", [Tier.STRICT, Tier.LANDLOCK])
def test_other_peoples_code_has_its_processor_time_however_long_that_takes(tier):
    strict = of_tier(tier)
    strict.learn(0.01, timed_out=False)
    assert strict.seconds() == CHECK.call_seconds and strict.more_for("squares", ([2.0],)) == 0
    assert strict.cpu_seconds("0.1", *SQUARES) == 1.0
    assert strict.cpu_seconds("0.1", LOAD, ()) == patience.STRICT_CPU_LOADING
    assert strict.cpu_seconds("0.1", "no such probe", ()) == 1.5
    strict.learn(CHECK.call_seconds, timed_out=True, task="0.1")
    assert strict.seconds() == patience.STRICT_AGAIN
    assert strict.cpu_seconds("0.1", *SQUARES) == 0.25 < strict.cpu_seconds("0.2", *SQUARES) == 0.5
    assert of_tier(Tier.LOCAL).cpu_seconds("0.1", *SQUARES) == 0


def test_where_the_reference_is_slow_other_peoples_code_may_be_slower():
    strict = of_tier(Tier.STRICT)
    strict._probes.on_reference = lambda *call: sum(range(10_000_000))
    assert strict.cpu_seconds("0.1", *SQUARES) > 2


def test_without_the_reference_the_first_wait_is_that_of_the_job():
    local = of_tier(Tier.LOCAL)
    assert local.more_for("no such probe", ()) == CHECK.call_seconds
    local.learn(CHECK.call_seconds, timed_out=True)
    assert local.more_for("no such probe", ()) == 0
