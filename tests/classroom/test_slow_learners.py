"""Learners whose code takes as long as it may: everybody else is graded first, and no verdict depends on that."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.batch import PART, SOLUTION, WRONG, hand_in, solution

from autograder.batch import grading_process, grading_run
from autograder.batch.find_tasks import find_tasks
from autograder.batch.grading_run import MOST_OF_A_LEARNER, NOT_RUN, BatchRun, GradedTask
from autograder.batch.local_processes import Pool
from autograder.course import part, parts
from autograder.grading import timeouts
from autograder.grading.grade import GradingContext, grade
from autograder.grading.request import Conditions
from autograder.grading.store import Store
from autograder.sandbox import CHECK, Tier

THREE = (part(0), part(3), part(9))
BUDGET = 0.6  # seconds for all checks of a part; honest learners need 0.05
# Before each function: until the worker's timer is nearly over, or without end.
LATE = """
import signal, types
def _late(function):
    def late(*arguments, **more):
        while signal.getitimer(signal.ITIMER_PROF)[0] > 0.05: pass
        return function(*arguments, **more)
    return late
for _name, _value in list(globals().items()):
    if isinstance(_value, types.FunctionType) and not _name.startswith("_"):
        globals()[_name] = _late(_value)
"""
HOSTILE = {"aaa": LATE, "mmm": "\nwhile True: pass\n", "zzz": "\nimport time\ntime.sleep(1000)\n"}
HONEST = [f"honest{number:02}" for number in range(3)]


class Counted:
    """Grades in this process, one job after the other, and notes what was asked."""

    def __init__(self) -> None:
        self.jobs: list[dict] = []
        self.context = GradingContext()

    def submit(self, line: bytes) -> Future:
        future: Future = Future()
        job = json.loads(line)
        answer = json.dumps(grading_process._answer(line, self.context)).encode()
        self.jobs.append({"part": job["part"], "brief": job["give_up_after"], "gave up": b'"too slow"' in answer})
        future.set_result(answer)
        return future


@pytest.fixture
def little_time(monkeypatch):
    """So that a test takes no minutes; and one task at a time, so that what is asked does not depend on the machine."""
    monkeypatch.setattr(grading_run, "OPEN_TASKS", 1)
    monkeypatch.setitem(grade.__kwdefaults__, "limits", replace(CHECK, total_seconds=BUDGET))
    monkeypatch.setattr(grading_run, "FIRST_SECONDS", BUDGET / 2)


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    for learner in HONEST:
        for each in THREE:
            hand_in(tmp_path / "submitted", learner, f"# {learner}\n{solution(each)}", each)
    hand_in(tmp_path / "submitted", "honest01", f"# wrong\n{WRONG}")
    return tmp_path / "submitted"


def graded(submitted: Path, store: Path) -> tuple[list[GradedTask], list[dict]]:
    pool, done = Counted(), []
    tasks = find_tasks(submitted, THREE).tasks
    BatchRun(Store(store), Pool(pool.submit, lambda: 1), Conditions(Tier.LOCAL, 1), done.append).grade(tasks)
    return done, pool.jobs


def points(done: list[GradedTask]) -> dict[tuple[str, str], object]:
    return {(each.task.learner, each.task.part.name): each.report for each in done}


def test_slow_learners_come_last_and_cost_the_others_one_brief_try_each(submitted, tmp_path, little_time):
    alone, jobs = graded(submitted, tmp_path / "alone")
    assert len(jobs) == 3 * len(HONEST) and not any(job["gave up"] for job in jobs)
    for learner, attack in HOSTILE.items():
        for each in THREE:
            hand_in(submitted, learner, solution(each) + attack, each)
    done, jobs = graded(submitted, tmp_path / "together")

    order = [each.task.learner for each in done]
    assert len(order) == 3 * (len(HONEST) + len(HOSTILE))
    assert not set(order[: 3 * len(HONEST)]) & HOSTILE.keys(), "everybody else is graded before"
    others = {who: report for who, report in points(done).items() if who[0] not in HOSTILE}
    assert others == points(alone) and None not in others.values()

    brief = [job for job in jobs if job["brief"]]
    assert sum(job["gave up"] for job in brief) == len(HOSTILE), "one try for each, in the first part"
    assert len(brief) == 3 * len(HONEST) + len(HOSTILE)
    whole = [job for job in jobs if not job["brief"]]
    assert jobs[-len(whole) :] == whole and len(whole) == len(HOSTILE), "one part's budget for each, after the others"
    assert sorted(who for who, each in points(done).items() if each is None) == sorted(
        (learner, each.name) for learner in HOSTILE for each in THREE[1:]
    )
    assert {each.failure for each in done if each.report is None} == {NOT_RUN}


def test_the_next_run_grades_the_rest_and_the_verdicts_are_those_of_the_part_alone(submitted, tmp_path, little_time):
    for each in THREE:
        hand_in(submitted, "aaa", solution(each) + LATE, each)
    first, _ = graded(submitted, tmp_path / "store")
    then, jobs = graded(submitted, tmp_path / "store")
    assert [(job["part"], job["gave up"]) for job in jobs] == [(3, True), (3, False), (9, False)], "nothing again"
    reports = points(then)
    assert None not in reports.values() and len(reports) == 3 * (len(HONEST) + 1)
    for each in THREE:
        modules = {each.file_name: (submitted / "aaa" / each.name / each.file_name).read_bytes()}
        report = grade(modules, each, seed=1, tier=Tier.LOCAL)
        found = reports["aaa", each.name]
        assert [(c.name, c.status, c.earned) for c in found.checks] == [
            (c.name, c.status, c.earned) for c in report.checks
        ]


def test_a_loop_that_is_judged_in_time_is_judged_once_and_its_learner_then_comes_last(
    submitted, tmp_path, little_time, monkeypatch
):
    monkeypatch.setattr(grading_run, "FIRST_SECONDS", BUDGET)
    monkeypatch.setattr(timeouts, "FIRST", (BUDGET / 4, 0))
    first, *later = THREE
    hand_in(submitted, "aaa", solution(first).replace("return x * x", "while True:\n        pass"), first)
    for each in later:
        hand_in(submitted, "aaa", solution(each), each)
    done, jobs = graded(submitted, tmp_path / "store")
    assert not any(job["gave up"] for job in jobs) and len(jobs) == 3 * len(HONEST) + 3
    report = points(done)["aaa", first.name]
    assert 0 < report.earned < report.possible and "timeout" in {check.status for check in report.checks}
    assert [(each.task.learner, each.task.part) for each in done[-2:]] == [("aaa", each) for each in later]


def test_who_shares_a_file_with_a_slow_learner_shares_its_verdict(submitted, tmp_path, little_time):
    for learner in ("aaa", "bbb"):
        hand_in(submitted, learner, SOLUTION + LATE)
    done, jobs = graded(submitted, tmp_path / "store")
    reports = points(done)
    assert reports["aaa", PART.name] == reports["bbb", PART.name] is not None
    assert sum(not job["brief"] for job in jobs) == 1


def test_where_many_are_slow_the_machine_is_and_nobody_is_tried_briefly(submitted, tmp_path, little_time, monkeypatch):
    monkeypatch.setattr(grading_run, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(grading_run, "FEW_SLOW", 2)
    done, jobs = graded(submitted, tmp_path / "store")
    assert sum(job["gave up"] for job in jobs) <= 2 + 2 + 0.2 * len(jobs)
    assert all(each.report is not None for each in done) and len(done) == 3 * len(HONEST)


def test_what_an_ordinary_learner_uses_is_far_from_what_one_may(tmp_path):
    """All parts of the reference, as the code of one learner."""
    used = 0.0
    for each in parts():
        used += grade({each.file_name: solution(each).encode()}, each, seed=1, tier=Tier.LOCAL).used
    assert used < MOST_OF_A_LEARNER / 4
