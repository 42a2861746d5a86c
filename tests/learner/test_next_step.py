"""What a learner is sent to next: the task that is not passed yet, wherever it is, and never past one."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys

import pytest
from helpers.learner import Course, solution
from helpers.make import called, make

from autograder import course as courses
from autograder.course import ROOT, part, parts
from autograder.grading.grade import grade
from autograder.invocation import command
from autograder.learner import last_results
from autograder.render import next_step as steps
from autograder.render.next_step import next_step, to_do
from autograder.sandbox import Tier
from autograder.stubs import fresh_stub

SQUARE = ('    # TODO 0.1 square: about 1 line\n    raise NotImplementedError("0.1 square")', "    return x * x")


def last_line(course: Course, *words: object) -> str:
    return course.run(*words).stdout.splitlines()[-1]


def write_one(course: Course, number: int, old: str, new: str) -> None:
    """The stub of a part with one task written."""
    stub = fresh_stub(part(number).file_name)
    assert stub.count(old) == 1
    course.write(number, stub.replace(old, new))


# In exercises/, where it is known what is passed


def test_after_one_task_of_two_comes_the_other_one(course):
    write_one(course, 0, *SQUARE)
    said = last_line(course, "check", "0.1")
    assert said.startswith("Passed. Next: task 0.2 numerical_gradient: ") and said.endswith(" check 0.2")


def test_a_task_that_was_skipped_is_not_forgotten(course):
    course.write(0, solution(0).replace("    return x * x", SQUARE[0]))
    assert "Passed. Next: task 0.1 square: " in last_line(course, "check", "0.2")


def test_after_the_last_task_of_a_part_comes_the_next_part(course):
    course.solve(0)
    said = last_line(course, "check", "0.1")
    assert said.startswith("Passed. Next: part 1, Automatic differentiation: ") and said.endswith(" check 1")
    assert " lesson 1, then " in said  # a part that is not begun starts with reading


def test_parts_that_are_passed_already_are_left_out_and_one_that_is_begun_goes_on_at_its_task(course):
    course.solve(0, 1, 2)
    course.write(3, solution(3).replace("exps = [", "exps = 2 * ["))
    course.run("check", 2)
    assert last_line(course, "check", 0).startswith("Passed. Next: task 3.2 softmax: ")
    course.solve(3)
    assert last_line(course, "check", 0).startswith("Passed. Next: part 4, Parameters: ")
    course.solve(*range(4, 11))
    course.write(1, fresh_stub("part01_autograd.py"))
    assert last_line(course, "check", 10).startswith("Passed. Next: part 1, Automatic differentiation: ")


def test_after_all_parts_comes_the_capstone_and_after_that_what_is_left(course):
    course.solve(*range(11))
    said = last_line(course, "check")
    assert said.startswith("Passed. You have built a GPT: every part is right. Next: train it: ")
    assert said.endswith(" capstone") and last_line(course, "check", 10) == said
    (course.root / ".learner" / "acts.json").write_text('{"capstone": "2026-01-01"}', encoding="utf-8")
    assert last_line(course, "check", 10).endswith(" autograder progress")


# In a folder from elsewhere, where nothing else is known of


def test_elsewhere_the_tasks_follow_in_order_and_the_part_after_all_of_it(course):
    local = ("--from", "solutions", "--sandbox", "local")
    assert last_line(course, "check", "0.1", *local).startswith("Passed. Next: task 0.2 numerical_gradient: ")
    assert last_line(course, "check", "0.2", *local).startswith("Passed. Next: all of part 0: ")
    assert last_line(course, "check", 0, *local).startswith("Passed. Next: part 1, Automatic differentiation: ")
    assert last_line(course, "check", 10, *local).startswith("Passed. Next: look at all your parts: ")
    # 9.5 is a written answer, so nobody is sent to check it.
    assert last_line(course, "check", "9.4", *local).startswith("Passed. Next: all of part 9: ")
    assert last_line(course, "check", "9.5", *local).startswith("Next: all of part 9: ")


def test_parts_need_no_numbers_without_gaps(monkeypatch, tmp_path):
    twelve = dataclasses.replace(part(10), number=12, title="Added")
    monkeypatch.setattr(courses, "parts", lambda: (*parts(), twelve))
    for module in (steps, last_results):
        monkeypatch.setattr(module, "parts", courses.parts)
    monkeypatch.setattr(last_results, "EXERCISES", tmp_path)
    monkeypatch.setattr(last_results, "passed", lambda each: each.number not in (5, 12))
    assert last_results.next_unfinished(part(10)) is twelve
    assert last_results.next_unfinished(twelve) is part(5)
    report = grade({"part09_understanding.py": solution(9).encode()}, part(9), seed=1, tier=Tier.LOCAL)
    checks = tuple(dataclasses.replace(check, task=check.task.replace("9.", "10.")) for check in report.checks)
    of_ten = dataclasses.replace(
        report, part=10, checks=tuple(check for check in checks if check.task in ("10.1", "10.2", "10.3"))
    )
    assert next_step([of_ten]).startswith("Passed. Next: part 12, Added: ")


# The task that is named


def test_the_task_to_fix_is_the_one_whose_mistake_was_named():
    source = solution(1).replace("child.grad += local_grad * value.grad", "child.grad = local_grad * value.grad")
    report = grade({"part01_autograd.py": source.encode()}, part(1), seed=1, tier=Tier.LOCAL)
    named = [check for check in report.checks if check.misconception]
    assert named and {check.cause for check in named} == {"1.4"}
    # A check of an earlier task fails as that mistake makes it fail.
    carried = dataclasses.replace(named[0], task="1.1", status="failed", earned=0.0)
    report = dataclasses.replace(report, checks=(carried, *report.checks[1:]))
    assert next_step([report]).startswith("Next: fix 1.4 backward, then ")
    assert next_step([report]).endswith(" check 1.4")


# A file that is not there, or not as it should be


@pytest.mark.parametrize(
    "name", ["part0_setup.py", "Part00_Setup.py", "part00-setup.py", "part00_setup.py.txt", "my part00_setup.py"]
)
def test_a_missing_file_is_looked_for_under_similar_names(tmp_path, name):
    (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "part05_gpt.py").write_text("", encoding="utf-8")
    report = grade({}, part(0), seed=1, tier=Tier.LOCAL)
    if not (tmp_path / "part00_setup.py").exists():  # a file system without capitals finds it
        assert next_step([report], tmp_path).startswith(f"Next: rename {name} to part00_setup.py, then ")


def test_a_file_of_another_part_is_not_offered(tmp_path):
    for name in ("part0_setup.py", "part00_helpers.py", "notes.txt", "part04_gpt.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    report = grade({}, part(5), seed=1, tier=Tier.LOCAL)
    assert next_step([report], tmp_path).startswith("Next: create part05_gpt.py, then ")


@pytest.mark.parametrize("content", [None, "", " \n\n"])
def test_a_missing_or_empty_file_comes_back_with_reset(course, content):
    course.file(0).unlink()
    if content is not None:
        course.write(0, content)
    said = course.run("check", 0)
    assert ("part00_setup.py is missing." if content is None else "The file is empty.") in said.stdout
    assert "autograder reset 0 restores the stub" in said.stdout.splitlines()[-1]
    assert course.run("reset", 0, "--yes").returncode == 0
    assert "Next: write 0.1 square" in course.run("check", 0).stdout


def test_only_in_exercises_a_stub_comes_back(tmp_path):
    report = grade({}, part(0), seed=1, tier=Tier.LOCAL)
    failing = report.checks[0]
    assert "restores the stub" in to_do(report, failing, report.file)
    assert "restores the stub" not in to_do(report, failing, report.file, tmp_path)


# Files of other parts


def test_what_is_wrong_with_another_part_stops_no_check(course):
    course.solve(0, 2, 6)
    outside = course.root / "elsewhere.py"
    outside.write_text("x = 1", encoding="utf-8")
    for number in (1, 9):
        course.file(number).unlink()
        course.file(number).symlink_to(outside)
    assert course.run("check", 2).returncode == course.run("check", 6).returncode == 0
    refused = course.run("check", 9)
    assert refused.returncode == 2 and "is a link to a file outside" in refused.stderr
    progress = course.run("progress").stdout
    assert "its file can't be read" in progress and progress.count("  passed") == 3


# make


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
def test_the_last_line_under_make_is_ours(course):
    shutil.copy(ROOT / "Makefile", course.root)
    environment = course.environment(PYTHON=sys.executable)

    def make(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["make", *words], cwd=course.root, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip

    failed = make("check", "part=0")
    assert failed.returncode == 0 and failed.stdout.splitlines()[-1].startswith("Next: write 0.1 square")
    course.solve(0, 1, 3)
    course.write(3, solution(3).replace("exps = [", "exps = 2 * ["))
    traced = make("trace", "name=emma")
    assert traced.returncode == 0 and "make: ***" not in traced.stdout and "The first difference" in traced.stdout
    misused = make("check", "part=12")
    assert misused.returncode == 2, "that is no verdict"
    assert course.run("check", 3).returncode == 1, "for programs"


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
def test_each_target_of_make_takes_the_variables_that_it_uses_and_refuses_others(tmp_path):
    for target, takes in {
        "check": "args= part= seed=",
        "viva": "args= from= part= seed=",
        "feedback": "args= class= file= part= worksheet=",
        "appeal": "args= check= part= reason=",
        "stubs": "args=",
    }.items():
        names = takes.replace("=", "").split()
        assert make(tmp_path, target, *(f"{name}=1" for name in names)).returncode == 0
        refused = make(tmp_path, target, "prat=1", f"{names[0]}=1")
        assert refused.returncode == 2
        assert f"make {target} does not accept prat=. It accepts: {takes}." in refused.stderr
    assert "make viva does not accept name=." in make(tmp_path, "viva", "part=1", "name=eve").stderr
    assert make(tmp_path, "quick", "check", "part=1").returncode == 0, "one of the two takes it"


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
def test_make_grade_takes_notebooks_run_and_refuses_what_says_nothing(tmp_path):
    def grade(value: str) -> subprocess.CompletedProcess:
        return make(tmp_path, "grade", f"notebooks={value}")

    assert all(called(grade(value)) == [["grade", "--run-notebooks"]] for value in ("run", "yes", "1"))
    assert all(called(grade(value)) == [["grade"]] for value in ("", "no", "0"))
    refused = grade("runs")
    assert refused.returncode == 2 and "type notebooks=run to run the cells" in refused.stderr


def test_a_command_is_named_with_the_variables_that_its_target_takes(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_CALLED_AS", "make")
    assert command("viva", 5, seed=3, from_="x y") == 'make viva part=5 seed=3 from="x y"'
    assert command("check", 5, seed=3, from_="x") == "make check part=5 seed=3 args='--from x'"
    assert command("leaderboard show", board="b", me="m") == "make leaderboard board=b args='--me m'"
    assert (
        command("errata", 5, apply=True, lower=True, class_="c") == "make errata part=5 apply=1 class=c args='--lower'"
    )
