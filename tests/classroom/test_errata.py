"""Errata: a class is graded again with fixed checks, sees what changes, and nobody loses points unless it is said."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from helpers.submissions import PART, SOLUTION, answered, by_checks, feedback, hand_in

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import (
    OLD_VERDICT_KEPT,
    interrupted_release,
    keeps_old_verdict,
    last_recorded,
    last_released,
    record_released,
    releasing,
)
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict_store import open_store
from autograder.classroom.autograde import grade_class
from autograder.classroom.errata import apply_errata, errata_lines, find_errata
from autograder.course import ROOT
from autograder.grading.report import Check, Report
from autograder.grading.request import Conditions
from autograder.grading.store import key
from autograder.notebooks.release import ReleaseError

TASK = "9.1"


def as_if(folder: ClassFolder, learner: str, earned: float) -> Report:
    """Note as given what a suite gave whose check of the first task was wrong: so many of its points."""
    report = last_released(folder, learner, PART)
    first = next(check for check in report.checks if check.task == TASK and check.points >= earned)
    wrong = replace(first, earned=earned, status="passed" if earned else "failed")
    old = replace(report, checks=tuple(wrong if check is first else check for check in report.checks))
    record_released(folder, learner, PART, old)
    return old


@pytest.fixture
def graded(folder, strict, empty_gradebook):
    """up: a wrong check gave 0 for right work; down: gave points for a wrong function; same; new: submitted again."""
    shutil.copy(empty_gradebook, folder.root)
    wrong = SOLUTION.replace("math.log(vocab_size)", "math.log(vocab_size) + 1")
    assert wrong != SOLUTION
    for learner, module in (("up", SOLUTION), ("down", wrong), ("same", SOLUTION), ("new", wrong)):
        hand_in(folder, learner, module, answered())
    assert not [one for one in grade_class(folder, PART, folder.learners(PART), strict) if one.failure]
    before = {"up": by_checks(folder, "up")}
    old_up, old_down = as_if(folder, "up", 0.0), as_if(folder, "down", 1.0)
    assert old_up.earned < before["up"]
    (folder.submitted / "new" / PART.name / PART.file_name).write_text(SOLUTION, encoding="utf-8")
    hand_in(folder, "never", SOLUTION, answered())
    return folder, old_up, old_down


def test_errata_show_first_then_release_what_is_better_and_lower_only_when_asked(graded, strict, monkeypatch):
    folder, old_up, old_down = graded
    found = find_errata(folder, PART, strict)
    changes = {change.learner: change for change in found.changes}
    assert set(changes) == {"up", "down"} and found.same == 1
    assert (found.unknown, found.resubmitted) == (("never",), ("new",))
    assert changes["up"].before == old_up.earned and changes["up"].after > old_up.earned
    assert changes["down"].lower and changes["down"].keeps_old
    lines = list(errata_lines(folder, found, applied=False, lower=False))
    assert lines[0] == "Part 9: 3 graded again, 1 as before, 2 changed."
    assert any(line.startswith(f"    {TASK} ") and " -> " in line for line in lines)
    assert lines[-1].startswith("Nothing is written yet")
    for words in ("Nothing is written yet", "Never graded before", "To lower their points"):
        assert any(words in line and line.endswith(f"--class {folder.root}") for line in lines), words
    monkeypatch.setenv("AUTOGRADER_CALLED_AS", "make")
    assert list(errata_lines(folder, found, applied=False, lower=False))[-1].endswith(
        f"make errata part=9 apply=1 class={folder.root}"
    )
    assert last_released(folder, "up", PART).earned == old_up.earned, "a dry run gives nothing"

    outcomes = apply_errata(folder, found, strict)
    assert [one.learner for one in outcomes] == ["up"]
    assert last_released(folder, "up", PART).earned == changes["up"].after == by_checks(folder, "up")

    grade_class(folder, PART, ["down"], strict)  # `grade` as ever, after the checks were mended
    assert by_checks(folder, "down") == old_down.earned, "grading again never lowers by itself"
    assert OLD_VERDICT_KEPT in feedback(folder, "down")

    found = find_errata(folder, PART, strict)
    assert [change.learner for change in found.changes] == ["down"]
    apply_errata(folder, found, strict, lower=True)
    assert by_checks(folder, "down") == changes["down"].after < old_down.earned
    assert find_errata(folder, PART, strict).changes == ()
    grade_class(folder, PART, ["down"], strict)
    assert by_checks(folder, "down") == changes["down"].after, "what was withdrawn does not come back"


def test_checks_that_the_solution_fails_change_no_released_verdict(graded, strict):
    folder, _, old_down = graded
    found = find_errata(folder, PART, strict)
    store, files = open_store(folder.verdicts), {PART.file_name: SOLUTION.encode("utf-8")}
    name = key(files, PART, Conditions(strict))
    right = store.find(name).report
    failed = replace(right.checks[0], earned=0.0, status="failed")
    store.keep(name, replace(right, checks=(failed, *right.checks[1:])), 0.1)
    with pytest.raises(ReleaseError, match="earns only 8.5 of 10 points with these checks"):
        apply_errata(folder, found, strict, lower=True)
    assert last_released(folder, "down", PART) == old_down
    with pytest.raises(ReleaseError, match="earns only 8.5 of 10 points with these checks"):
        find_errata(folder, PART, strict)


def test_a_lower_verdict_whose_release_was_interrupted_is_finished_by_the_same_command(graded, strict):
    folder, _, old_down = graded
    with pytest.raises(KeyboardInterrupt), releasing(folder, "down", PART, seen={}):
        record_released(folder, "down", PART, replace(old_down, checks=()))
        raise KeyboardInterrupt  # before the gradebook has it
    assert last_released(folder, "down", PART) == old_down != last_recorded(folder, "down", PART)
    found = find_errata(folder, PART, strict)
    assert "down" in found.unfinished and "down" in {change.learner for change in found.changes}
    assert any(
        line.startswith("Grading was interrupted for: down.") for line in errata_lines(folder, found, False, True)
    )

    apply_errata(folder, found, strict)  # not the lower ones: then what was given before comes back everywhere
    assert interrupted_release(folder, "down", PART) is None
    assert last_released(folder, "down", PART).earned == by_checks(folder, "down") == old_down.earned

    with pytest.raises(KeyboardInterrupt), releasing(folder, "down", PART, seen={}):
        raise KeyboardInterrupt
    found = find_errata(folder, PART, strict)
    apply_errata(folder, found, strict, lower=True)
    assert interrupted_release(folder, "down", PART) is None
    assert last_released(folder, "down", PART).earned == by_checks(folder, "down") < old_down.earned


def test_a_part_that_nobody_submitted_has_no_errata(folder, strict):
    with pytest.raises(ClassError, match="Nobody has submitted part 9"):
        find_errata(folder, PART, strict)


def report(**facts) -> Report:
    checks = (Check("a", "9.1", "A", False, 2.0, facts.pop("earned", 1.0)), Check("b", "9.2", "B", True, 3.0, 3.0))
    whole = {
        "part": 9,
        "module": "part09",
        "file": "f",
        "sha256": "x",
        "seed": 1,
        "sandbox": "strict",
        "interpreter": "",
    }
    return Report(**{**whole, "checks": checks, **facts})


def test_an_old_verdict_counts_only_when_it_is_better_on_the_same_work_in_as_good_a_sandbox():
    new = report(earned=1.0)
    assert keeps_old_verdict(report(earned=2.0), new)
    assert not keeps_old_verdict(None, new)
    assert not keeps_old_verdict(report(earned=1.0), new)
    assert not keeps_old_verdict(report(earned=0.0), new)
    assert not keeps_old_verdict(report(earned=2.0, sha256="y"), new)
    assert not keeps_old_verdict(report(earned=2.0, sandbox="local"), new)
    moved = (Check("a", "9.1", "A", False, 5.0, 5.0),)
    assert not keeps_old_verdict(report(checks=moved), new)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"part": 9}', b"\xff", b"[" * 100_000])
def test_a_damaged_note_of_a_released_verdict_counts_as_none(folder, content):
    record_released(folder, "ann", PART, report())
    assert last_released(folder, "ann", PART) == report()
    (path,) = folder.verdicts.rglob("ann.json")
    path.write_bytes(content)
    assert last_released(folder, "ann", PART) is None


@pytest.mark.slow
def test_a_suite_that_is_fixed_on_disk_changes_grades_through_the_commands(tmp_path, strict):
    """The whole way: grade, change a check's expectation in a copy of the course, errata, errata --apply, grades."""
    course, its_class = tmp_path / "course", ClassFolder(tmp_path / "class")
    ignore = shutil.ignore_patterns(".venv", ".git", "runs", "__pycache__", "tests", "gradebook.db*", "submitted")
    shutil.copytree(ROOT, course, ignore=ignore)
    hand_in(its_class, "ann", SOLUTION, answered())

    def run(*arguments: str) -> str:
        words = [sys.executable, "-m", "autograder", *arguments]
        done = subprocess.run(words, cwd=course, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    suite = course / "autograder" / "parts" / PART.name / "test_public.py"
    right = suite.read_text(encoding="utf-8")
    wrong = right.replace("[-math.log(1 / n) for", "[1 - math.log(1 / n) for")
    assert wrong != right
    suite.write_text(wrong, encoding="utf-8")
    run("grade", "--class", str(its_class.root), "--part", "9")
    before = by_checks(its_class, "ann")
    suite.write_text(right, encoding="utf-8")
    assert "1 changed" in run("errata", "9", "--class", str(its_class.root))
    assert by_checks(its_class, "ann") == before
    run("errata", "9", "--apply", "--class", str(its_class.root))
    assert by_checks(its_class, "ann") > before
    assert "ann" in run("grades", "--class", str(its_class.root))
