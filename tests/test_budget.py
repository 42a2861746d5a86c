"""What all checks of a part may use together: whoever exceeds it keeps what was decided, and right code never does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from autograder.course import SOLUTIONS, part
from autograder.grading import session, submission
from autograder.grading.checks import CheckFailed
from autograder.grading.grade import TooSlow, grade
from autograder.grading.part_probes import Probes
from autograder.grading.report import NOT_RUN, Report
from autograder.grading.session import Session
from autograder.grading.store import Store
from autograder.grading.submission import grade_parts
from autograder.sandbox import CHECK, Tier, Worker

PART = part(0)
SOLUTION = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
LITTLE = replace(CHECK, total_seconds=0.8)
SLOWLY = """
import time
def slowly(function, seconds):
    def slow(*arguments, **more):
        end = time.process_time() + seconds
        while time.process_time() < end: pass
        return function(*arguments, **more)
    return slow
"""
# Right, and its functions take processor time: each of them 0.1 s, or the second one all of a little.
SLOW = SOLUTION + SLOWLY + "square, numerical_gradient = slowly(square, 0.1), slowly(numerical_gradient, 0.1)\n"
SLOW_IN_THE_END = SOLUTION + SLOWLY + "numerical_gradient = slowly(numerical_gradient, 1.0)\n"


def graded(source: str, **how) -> Report:
    how = {"seed": 1, "tier": Tier.LOCAL, "explain": False, **how}
    return grade({PART.file_name: source.encode()}, PART, **how)


@pytest.fixture
def slow_machine(monkeypatch):
    """As if the reference took this long for each call."""
    monkeypatch.setattr(Probes, "reference_seconds", lambda *call: 0.1)


@pytest.fixture(scope="module")
def too_slow() -> Report:
    """A report of code that used up its budget."""
    return graded(SLOW_IN_THE_END, limits=LITTLE)


def test_who_exceeds_the_budget_keeps_what_was_decided_and_is_told_what_was_not_run(too_slow):
    first, again = too_slow, graded(SLOW_IN_THE_END, limits=LITTLE)
    statuses = [check.status for check in first.checks]
    assert statuses[0] == "passed" and 0 < first.earned < first.possible
    not_run = [check for check in first.checks if check.message == NOT_RUN]
    assert len(not_run) >= 2 and {check.status for check in not_run} == {"timeout"}
    assert first.checks[-1] in not_run and not any(check.earned for check in not_run)
    assert [(check.status, check.message) for check in again.checks] == [(c.status, c.message) for c in first.checks]


def test_a_hidden_check_that_was_not_run_says_so_to_its_author(too_slow):
    hidden = [check for check in too_slow.for_class().checks if check.hidden]
    assert hidden and all(check.message == NOT_RUN for check in hidden)


def test_the_answers_of_a_check_that_was_not_run_to_its_end_say_nothing():
    """The first may be right, or what some mistake would answer: the check is not evidence of either."""
    probes = Probes(PART)
    files = {"probes.py": probes.source.encode(), f"submission/{PART.file_name}": SOLUTION.encode()}
    with Worker(files, Tier.LOCAL) as worker:
        asked = Session(PART, probes, worker, {}, extends=False)
        asked.current, asked.task = "test_some_check", "0.1"
        assert asked.call("squares", ([2.0],)).value == [4.0] and asked.calls
        worker.budget = 0.0
        with pytest.raises(CheckFailed) as failed:
            asked.call("squares", ([3.0],))
    assert (failed.value.message, failed.value.status) == (NOT_RUN, "timeout")
    assert not asked.calls


def test_where_the_reference_is_slow_code_may_use_twenty_times_as_much(slow_machine):
    report = graded(SLOW, limits=LITTLE)
    assert report.passed and report.used < 0.5


def test_who_has_no_time_to_wait_gets_no_verdict_or_the_same(slow_machine):
    with pytest.raises(TooSlow):
        graded(SLOW, give_up_after=0.8)
    assert graded(SOLUTION, give_up_after=0.8) == graded(SOLUTION)


def test_what_was_used_is_kept_with_the_verdict_and_is_not_part_of_the_report(tmp_path):
    report = graded(SLOW, limits=LITTLE)
    assert report.used > 1.0 and "used" not in report.to_json()
    Store(tmp_path).keep("name", report, 1.0)
    assert Store(tmp_path).find("name").report.used == report.used
    path = tmp_path / "na" / "name.json"
    data = json.loads(path.read_text(encoding="ascii"))
    del data["used"]
    path.write_text(json.dumps(data), encoding="ascii")
    assert Store(tmp_path).find("name").report == report, "a verdict from before is read"


WAITS_FOR_OTHERS = """
if "/common/" in __file__ or "\\\\common\\\\" in __file__:
    while True: pass
"""


def test_a_part_is_tried_on_earlier_parts_of_ones_own_only_as_long_as_its_checks_may_take(monkeypatch):
    """Three earlier parts lose points, and none can be imported by a later one."""
    files = {}
    for number in (1, 3, 4, 5):
        text = (SOLUTIONS / part(number).file_name).read_text(encoding="utf-8")
        broken = text + f"{part(number).tasks[-1].defines[0].partition('.')[0]} = None\n" + WAITS_FOR_OTHERS
        files[part(number).file_name] = (text if number == 5 else broken).encode()
    own = []

    def counted(modules: dict, its_part, *, own_parts: bool = False, **how) -> Report:
        report = grade(modules, its_part, own_parts=own_parts, **how)
        own.extend([sorted(modules)] if own_parts else [])
        return report

    monkeypatch.setattr(submission, "SHARE_TO_TRY", 0.05)
    monkeypatch.setattr(session, "LOADING", 1.0)
    report = grade_parts(files, [part(n) for n in (1, 3, 4, 5)], seed=1, tier=Tier.LOCAL, grade_one=counted)[-1]
    assert report.earned == report.possible, "it costs no points"
    assert len(own) == 1 and len(own[0]) == 4, "all together, none alone"
    assert "Not tried alone, because the code uses too much processor time: part01_autograd.py, part03" in report.breaks
