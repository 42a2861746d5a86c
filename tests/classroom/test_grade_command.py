"""`grade` on a class: what it prints, its exit status, and what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from submission_helpers import PART, SOLUTION, answered, by_checks, feedback, hand_in
from typer.testing import CliRunner

import autograder.grading.store
import autograder.sandbox
from autograder.class_folder.alone import grading_alone
from autograder.class_folder.folder import ClassFolder
from autograder.classroom import autograde
from autograder.classroom.gradebook import open_gradebook
from autograder.cli import app
from autograder.course import ROOT, SOLUTIONS, part
from autograder.sandbox import SandboxUnavailable, strict_tier

PART_1 = part(1)


@pytest.fixture
def a_class(tmp_path, empty_gradebook):
    try:
        strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(f"no sandbox for other people's code holds here: {error}")
    shutil.copy(empty_gradebook, tmp_path)
    return ClassFolder(tmp_path)


def grade(folder, *options):
    return CliRunner().invoke(app, ["grade", "--class", str(folder.root), *options])


def test_it_prints_a_line_a_submission_and_where_to_look(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    outcome = grade(a_class, "--part", "9")
    assert outcome.exit_code == 0, outcome.output
    assert "ada" in outcome.output and "10/14  a written answer waits for a person" in outcome.output
    assert str(a_class.feedback) in outcome.output


def test_a_submission_that_could_not_be_graded_is_named_and_the_status_is_1(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    hand_in(a_class, "bob", SOLUTION, answered())
    (a_class.feedback / "ada").mkdir(parents=True)
    (a_class.feedback / "ada" / PART.name).write_text("in the way", encoding="utf-8")
    outcome = grade(a_class)
    assert outcome.exit_code == 1
    assert "NOT GRADED" in outcome.output and "1 submission could not be graded" in outcome.output
    assert by_checks(a_class, "bob") == 10


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="One processor grades one after the other.")
def test_nobody_waits_for_code_that_does_not_end(a_class):
    hand_in(a_class, "aaa", SOLUTION + "while True: pass\n", answered())
    for learner in ("bob", "eve"):
        hand_in(a_class, learner, f"# {learner}\n{SOLUTION}", answered())
    order = []
    outcomes = autograde.grade_class(
        a_class, PART, ["aaa", "bob", "eve"], strict_tier(), on_outcome=lambda one: order.append(one.learner)
    )
    assert order[-1] == "aaa" and sorted(order) == ["aaa", "bob", "eve"]
    assert [(one.learner, one.score) for one in outcomes] == [("aaa", 0), ("bob", 10), ("eve", 10)]


def test_the_newest_collected_part_of_a_learners_own_says_what_breaks(a_class):
    """Part 9's own code passes on the reference, and fails beside this learner's part 4."""
    hand_in(a_class, "ada", SOLUTION, answered())
    broken = "class Config:\n    pass\n\n\ndef count_parameters(config):\n    return 0\n"
    hand_in(a_class, "ada", broken, None, its_part=part(4))
    assert grade(a_class, "--part", "9").exit_code == 0
    assert by_checks(a_class, "ada") == 10
    assert "Your own part 4 breaks it" in feedback(a_class, "ada")


@pytest.mark.parametrize("options", [(), ("--part", "3"), ("--part", "99"), ("--sandbox", "none")])
def test_what_cannot_be_graded_is_refused_with_a_sentence(a_class, options):
    hand_in(a_class, "ada", (SOLUTIONS / PART_1.file_name).read_text(encoding="utf-8"), None, its_part=PART_1)
    if not options:
        shutil.rmtree(a_class.submitted)
    outcome = grade(a_class, *options)
    assert outcome.exit_code == 2
    assert outcome.output.strip().endswith(".") and "Traceback" not in outcome.output


def test_without_a_strict_sandbox_nothing_is_graded_unless_local_is_asked_for(a_class, monkeypatch):
    hand_in(a_class, "ada", SOLUTION, answered())

    def none_holds():
        raise SandboxUnavailable("No sandbox for other people's code holds here.")

    monkeypatch.setattr(autograder.sandbox, "strict_tier", none_holds)
    outcome = grade(a_class, "--part", "9")
    assert (outcome.exit_code, outcome.output) == (2, "No sandbox for other people's code holds here.\n")
    assert not a_class.autograded.exists()
    assert grade(a_class, "--part", "9", "--sandbox", "local").exit_code == 0
    assert by_checks(a_class, "ada") == 10


def test_checks_that_the_solution_fails_cost_nobody_points(a_class, monkeypatch):
    hand_in(a_class, "ada", SOLUTION, answered())
    grade_one = autograder.grading.store.grade

    def with_broken_checks(files, *arguments, **options):
        report = grade_one(files, *arguments, **options)
        return replace(report, checks=tuple(replace(check, status="error", earned=0.0) for check in report.checks))

    monkeypatch.setattr(autograder.grading.store, "grade", with_broken_checks)
    outcome = grade(a_class)
    assert outcome.exit_code == 1
    assert "it earns 0 of" in outcome.output
    assert "Nothing was graded" in outcome.output and not a_class.autograded.exists()


def test_ctrl_c_keeps_what_is_graded_and_says_how_to_go_on(a_class, monkeypatch):
    for learner in ("ada", "bob"):
        hand_in(a_class, learner, SOLUTION, answered())
    kept = autograde.keep

    def interrupted(folder, its_part, learner, seen):
        if learner == "bob":
            raise KeyboardInterrupt
        kept(folder, its_part, learner, seen)

    monkeypatch.setattr(autograde, "keep", interrupted)
    outcome = grade(a_class, "--part", "9")
    assert outcome.exit_code == 130
    assert "Stopped. Those above have their grades" in outcome.output
    assert by_checks(a_class, "ada") == 10
    with open_gradebook(a_class) as book:
        assert [submission.student.id for submission in book.assignment_submissions(PART.name)] == ["ada"]
    monkeypatch.undo()
    assert grade(a_class, "--part", "9").exit_code == 0
    assert by_checks(a_class, "bob") == 10


def test_two_gradings_of_a_class_do_not_take_each_others_files_away(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    with grading_alone(a_class.root):
        outcome = grade(a_class, "--part", "9")
        assert outcome.exit_code == 2
        assert "Another grading of the class" in outcome.output and "wait for its end" in outcome.output
        assert not a_class.autograded.exists()
    assert grade(a_class, "--part", "9").exit_code == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="Processes are looked for in /proc.")
def test_no_process_outlives_a_grading_that_was_killed(a_class):
    for learner in ("ada", "bob", "cy", "dee"):
        hand_in(a_class, learner, f"{SOLUTION}\n# {learner}\nimport time\ntime.sleep(3)\n", answered())
    command = [sys.executable, "-m", "autograder", "grade", "--class", str(a_class.root), "--part", "9"]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL) as grading:
        wait_until(lambda: sum(b"spawn_main" in command for command in of_session(grading.pid).values()) >= 2)
        grading.kill()
    wait_until(lambda: not of_session(grading.pid))


def of_session(session: int) -> dict[int, bytes]:
    """The processes of a session that have not ended, and how they were called."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = path.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()[:4]
            command = path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(of) == session and state != "Z":
            found[int(path.parent.name)] = command
    return found


def wait_until(condition) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("It did not come to pass.")
