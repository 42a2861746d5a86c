"""A part is passed without its stretch task, which is offered again later."""

from __future__ import annotations

import json
import sys

import pytest
from helpers.backward_loops import AS_FOUND, ORDER

from autograder.course import SOLUTIONS, Part, part
from autograder.grading.grade import grade
from autograder.grading.misconceptions import variants
from autograder.grading.report import Report
from autograder.grading.submission import grade_parts
from autograder.learner.hints import all_hints
from autograder.learner.screens import hint_lines
from autograder.render.next_step import next_step
from autograder.render.terminal import part_lines
from autograder.sandbox import Tier
from notebook_tools import checks

ALL_BUT_1_5 = variants(part(1))["calls-itself"].decode("utf-8")


def test_all_but_the_stretch_task_is_a_part_passed_with_a_point_less(course):
    course.write(1, ALL_BUT_1_5)
    done = course.run("check", 1)
    assert done.returncode == 0
    assert "9 of 10 points, passed" in done.stdout and "1.5 is a stretch task" in done.stdout
    assert "First failing" not in done.stdout and "Passed. Next: part 2" in done.stdout
    report = json.loads(course.run("check", 1, "--json").stdout)
    assert (report["earned"], report["possible"]) == (9, 10)
    assert "part-1" in json.loads((course.root / ".learner" / "acts.json").read_text(encoding="utf-8"))


def test_the_stretch_task_itself_is_not_passed_by_that(course):
    course.write(1, ALL_BUT_1_5)
    done = course.run("check", "1.5")
    assert done.returncode == 1 and "First failing task: 1.5" in done.stdout and "Next: " in done.stdout
    assert "1 of 6" in course.run("hint", "1.5").stdout
    assert "has passed" in course.run("hint", 1).stdout


def test_progress_goes_on_and_offers_it_again(course):
    course.solve(0)
    course.write(1, ALL_BUT_1_5)
    said = course.run("progress").stdout
    assert "4/5" in said and "passed; open: 1.5\n" in said
    assert "\nStill open: 1.5 backward on a long chain, a stretch task: " in said and "\nNext: part 2" in said
    course.solve(*range(2, 11))
    done = course.run("check")
    assert done.returncode == 0 and "every part is right. Still open: " in done.stdout
    assert "passed; still open: 1.5, a stretch task" in done.stdout


def test_a_mistake_in_another_task_comes_before_the_stretch_task(course):
    course.write(1, ALL_BUT_1_5.replace("return other + (-self)", "return self - other"))
    done = course.run("check", 1)
    assert done.returncode == 1 and "First failing task: 1.2" in done.stdout and "stretch task:" not in done.stdout


def test_a_part_without_its_stretch_task_is_not_suspected_of_breaking_a_later_one():
    own = []  # whether each grading was on the learner's own parts

    def counted(files: dict[str, bytes], its_part: Part, *, own_parts: bool = False, **how: object) -> Report:
        own.append(own_parts)
        return grade(files, its_part, own_parts=own_parts, **how)

    layers = (SOLUTIONS / part(3).file_name).read_bytes()
    for text in (ALL_BUT_1_5, ALL_BUT_1_5.replace("return other + (-self)", "return self - other")):
        files = {part(1).file_name: text.encode(), part(3).file_name: layers}
        grade_parts(files, [part(1), part(3)], seed=1, tier=Tier.LOCAL, grade_one=counted)
    assert own == [False, False, False, False, True]


@pytest.mark.skipif(sys.platform == "win32", reason="There are no pseudo-terminals on Windows.")
def test_watch_treats_the_part_as_passed(course):
    from helpers.terminal import Terminal

    course.write(1, ALL_BUT_1_5)
    command = [sys.executable, "-m", "autograder", "watch", "1"]
    with Terminal(command, course.root, course.environment()) as terminal:
        place = terminal.wait_for("q quit", terminal.wait_for("1.5 is a stretch task"))
        assert "Passed. Press n" in terminal.text
        terminal.send("n")
        terminal.wait_for("Part 2, Tokenizer", place)
        terminal.send("q")
        assert terminal.exit_status() == 0


def test_a_loop_that_passes_the_long_chain_and_breaks_backward_is_sent_back_and_still_gets_its_hints():
    solution = (SOLUTIONS / part(1).file_name).read_text(encoding="utf-8")
    assert ORDER in solution
    as_found = solution.replace(ORDER, AS_FOUND)
    report = grade({part(1).file_name: as_found.encode()}, part(1), seed=1, tier=Tier.LOCAL, task="1.5")
    assert not report.passed
    said = "\n".join(part_lines(report, "part01_autograd.py", next_step([report])))
    assert "1/1    1.5 backward" in said or "1/1 1.5 backward" in said
    assert "takes values from a stack in the order in which it finds them" in said
    assert "1.5 passes, but 1.4 fails. Both check Value.backward: change it so that it passes both.\n" in said
    assert "Next: fix 1.4 backward, then " in said
    hint = all_hints(report, part(1), as_found)
    assert hint.task.id == "1.5" and "Keep a list of pairs (value, are its children done?)" in hint.texts[2]
    assert any("  fails: 1.4 " in line for line in hint_lines(hint, report, "1.5"))


def test_a_cell_for_1_5_in_a_notebook_has_the_points_of_1_5_only(tmp_path):
    module = tmp_path / part(1).file_name
    solution = (SOLUTIONS / part(1).file_name).read_text(encoding="utf-8")
    module.write_text(solution.replace(ORDER, AS_FOUND), encoding="utf-8")
    found = checks.run("1.5", module)
    assert found.earned == 1.0 and any(line.startswith("FAIL") for line in found.lines), found
    assert found.lines[-1].startswith("1 of 1 points. Fix it"), "the points that are shown are those that count"


def test_a_right_loop_is_reported_without_the_checks_of_backward():
    files = {part(1).file_name: (SOLUTIONS / part(1).file_name).read_bytes()}
    report = grade(files, part(1), seed=1, tier=Tier.LOCAL, task="1.5")
    assert report.passed and [check.task for check in report.checks] == ["1.5"]
