"""The capstone of a class: everybody's newest parts 1 to 8 are trained once, and the points are in the gradebook."""

from __future__ import annotations

import html
import re
import shutil
import sys
from dataclasses import replace

import pytest
from helpers.capstones import LATER, STEPS, hand_in_all
from typer.testing import CliRunner

from autograder.batch.ledger import LEDGER_FILE, read_ledger
from autograder.capstone import capstone_run
from autograder.class_folder.collected import parsed_time
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import (
    interrupted_release,
    last_released,
    record_released,
    releasing,
)
from autograder.class_folder.settings import ClassError
from autograder.classroom import capstone_grades as class_capstone
from autograder.classroom import errata
from autograder.classroom.capstone_gradebook import possible_points
from autograder.classroom.capstone_grades import Training, grade_capstones, newest_parts
from autograder.classroom.errata import apply_capstone_errata, errata_lines, find_capstone_errata
from autograder.classroom.export import export
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.grades import class_grades
from autograder.cli import app
from autograder.course import capstone
from autograder.grading.store import Store
from autograder.sandbox import CAPSTONE, Tier, strict_tier


@pytest.fixture(scope="module")
def graded(tmp_path_factory, capstone_class, strict):
    """A class whose capstones were trained for a few steps. Gives its folder and the outcomes by learner."""
    folder = ClassFolder(tmp_path_factory.mktemp("class") / "class")
    shutil.copytree(capstone_class.root, folder.root)
    return folder, {one.learner: one for one in grade_capstones(folder, Training(strict, num_steps=STEPS))}


@pytest.fixture
def changeable(graded, tmp_path):
    """The same in a copy, for tests that change it."""
    return ClassFolder(shutil.copytree(graded[0].root, tmp_path / "class")), graded[1]


def test_the_points_are_in_the_gradebook_task_by_task(graded):
    folder, outcomes = graded
    with open_gradebook(folder) as book:
        submission = book.find_submission("capstone", "ada")
        assert submission.max_score == 20 and not submission.needs_manual_grade
        scores = {grade.name: grade.score for grade in submission.notebooks[0].grades}
    by_task = {
        f"check-{task.id.replace('.', '-')}": sum(c.earned for c in outcomes["ada"].report.checks if c.task == task.id)
        for task in capstone().tasks
    }
    assert scores == by_task
    assert scores == {"check-11-1": 12, "check-11-2": 4, "check-11-3": 4}  # three steps equal the replay
    assert [possible_points(task) for task in capstone().tasks] == [12, 4, 4]


def test_who_lacks_a_part_waits_and_has_no_grade(graded):
    folder, outcomes = graded
    assert outcomes["cleo"].missing == ("part06_adam.py", "part07_training.py")
    assert "waits for part06_adam.py, part07_training.py" in outcomes["cleo"].line()
    assert {one.id for one in class_grades(folder).learners if "capstone" in one.grades} == {"ada", "ben", "dan", "eve"}


def test_code_that_cannot_run_gets_nothing_and_a_sentence(graded):
    folder, outcomes = graded
    assert outcomes["dan"].report.earned == 0
    page = (folder.feedback / "dan" / "capstone" / "capstone.html").read_text(encoding="utf-8")
    assert "part08_generation.py" in page and "0 of 20 points" in page


def test_it_is_as_late_as_the_newest_of_its_parts(graded):
    found = {one.id: one.grades.get("capstone") for one in class_grades(graded[0]).learners}
    assert found["eve"].penalty == pytest.approx(0.2 * found["eve"].score) and found["eve"].penalty > 0
    assert found["ada"].penalty == 0


def test_feedback_and_formgraders_notebook_show_report_and_parts(graded):
    folder, outcomes = graded
    page = html.unescape((folder.feedback / "eve" / "capstone" / "capstone.html").read_text(encoding="utf-8"))
    assert "part03_layers.py, submitted with part03, 2026-12-02 12:00:00 UTC" in page
    for check in outcomes["eve"].report.checks:
        assert check.title in page
    assert (folder.autograded / "eve" / "capstone" / "capstone.ipynb").is_file()


def test_a_capstone_is_graded_in_its_own_process_in_the_strict_sandbox(tmp_path, empty_gradebook, strict):
    """The class of the other tests was graded in the process of the tests."""
    folder = ClassFolder(tmp_path)
    shutil.copy(empty_gradebook, folder.root)
    hand_in_all(folder, "ada")
    (outcome,) = grade_capstones(folder, Training(strict, num_steps=STEPS))
    assert outcome.failure == "" and outcome.report.sandbox == strict.value
    assert outcome.report.earned == 20 and class_grades(folder).learners[0].grades["capstone"].score == 20


def test_it_is_exported_with_the_parts(graded, tmp_path):
    export(class_grades(graded[0]), tmp_path)
    assert "capstone" in (tmp_path / "nbgrader.csv").read_text(encoding="utf-8")


def test_unchanged_parts_are_not_trained_again_and_equal_ones_once(graded, monkeypatch):
    folder, outcomes = graded
    assert outcomes["ada"].report == outcomes["ben"].report
    files = {name: newest.content for name, newest in newest_parts(folder, "ada").items()}
    monkeypatch.setattr(class_capstone, "open_pool", lambda *_, **__: pytest.fail("trained again"))
    again = {one.learner: one for one in grade_capstones(folder, Training(strict_tier(), num_steps=STEPS))}
    assert again["ada"].report == outcomes["ada"].report and not again["ada"].trained
    changed = files | {"part06_adam.py": files["part06_adam.py"] + b"\n# changed\n"}
    name = class_capstone.verdict_key(changed, Training(strict_tier(), None, STEPS))
    assert Store(folder.verdicts).find(name) is None
    assert class_capstone.verdict_key(files, Training(strict_tier(), "pypy3", STEPS)) != class_capstone.verdict_key(
        files, Training(strict_tier(), None, STEPS)
    )


def test_a_run_that_the_machine_had_no_time_for_is_not_graded_and_trained_again_next_time(
    tmp_path, empty_gradebook, in_this_process, monkeypatch
):
    folder = ClassFolder(tmp_path)
    shutil.copy(empty_gradebook, folder.root)
    hand_in_all(folder, "ada")
    monkeypatch.setattr(capstone_run, "CAPSTONE", replace(CAPSTONE, wall_seconds=0.0))
    (outcome,) = grade_capstones(folder, Training(Tier.LOCAL, num_steps=STEPS))
    assert outcome.report is None and "NOT GRADED: This machine is too busy" in outcome.line()
    assert "Nothing was saved. Run the same command again." in outcome.failure
    assert not list(folder.verdicts.rglob("*.json")) and not class_grades(folder).learners
    monkeypatch.undo()
    (outcome,) = grade_capstones(folder, Training(Tier.LOCAL, num_steps=STEPS))
    assert outcome.report.earned == 20


def test_regrade_trains_unchanged_parts_again_and_keeps_the_new_verdict(changeable, in_this_process):
    folder, outcomes = changeable
    before = outcomes["ada"].report
    again = {one.learner: one for one in grade_capstones(folder, Training(strict_tier(), num_steps=STEPS), again=True)}
    assert again["ada"].report.seed != before.seed and again["ada"].report.earned == before.earned
    assert again["ada"].report == again["ben"].report
    same = {one.learner: one for one in grade_capstones(folder, Training(strict_tier(), num_steps=STEPS))}
    assert same["ada"].report == again["ada"].report


def test_errata_compare_released_verdicts_and_release_the_better_result(changeable):
    folder, outcomes = changeable
    tier, ada = strict_tier(), outcomes["ada"].report
    found, _ = find_capstone_errata(folder, Training(tier, num_steps=STEPS))
    assert (found.same, found.changes, found.unknown) == (4, (), ("cleo",))
    worse = replace(ada.checks[0], earned=0.0, status="failed")
    record_released(folder, "ada", capstone(), replace(ada, checks=(worse, *ada.checks[1:])))
    found, reports = find_capstone_errata(folder, Training(tier, num_steps=STEPS))
    assert "  ada: 14 -> 20" in list(errata_lines(folder, found, applied=False, lower=False))
    apply_capstone_errata(folder, found, reports, Training(strict_tier(), num_steps=STEPS), lower=False)
    assert last_released(folder, "ada", capstone()).earned == 20


def test_errata_train_each_capstone_with_the_interpreter_of_its_verdict(
    tmp_path, empty_gradebook, in_this_process, monkeypatch
):
    folder = ClassFolder(tmp_path)
    shutil.copy(empty_gradebook, folder.root)
    hand_in_all(folder, "ada")
    other = Training(Tier.LOCAL, sys.executable, STEPS)  # named on the command line, as pypy3 is
    grade_capstones(folder, other)
    usual = other._replace(python=None)
    found, reports = find_capstone_errata(folder, usual, train=False)
    assert (found.same, found.unknown) == (1, ())
    apply_capstone_errata(folder, replace(found, unfinished=("ada",)), reports, usual, lower=False)
    assert [entry.python for _, entry in read_ledger(folder.verdicts / LEDGER_FILE)] == [sys.executable]
    monkeypatch.setattr(errata.shutil, "which", lambda program: None)
    with pytest.raises(ClassError, match=f"trained with {re.escape(sys.executable)}, which is not on this machine"):
        find_capstone_errata(folder, usual)


def test_errata_finish_a_capstone_whose_release_was_interrupted_though_its_verdict_is_the_same(changeable):
    folder, _ = changeable
    with pytest.raises(KeyboardInterrupt), releasing(folder, "ben", capstone()):
        raise KeyboardInterrupt
    found, reports = find_capstone_errata(folder, Training(strict_tier(), num_steps=STEPS))
    assert found.unfinished == ("ben",) and "ben" not in {change.learner for change in found.changes}
    apply_capstone_errata(folder, found, reports, Training(strict_tier(), num_steps=STEPS), lower=False)
    assert interrupted_release(folder, "ben", capstone()) is None


def test_the_newest_of_a_part_counts_wherever_it_was_submitted(tmp_path):
    folder = ClassFolder(tmp_path)
    hand_in_all(folder, "ada")
    newer = folder.submitted / "ada" / "part08"
    (newer / "part01_autograd.py").write_text("# newer\n", encoding="utf-8")
    (newer / "timestamp.txt").write_text(LATER, encoding="utf-8")
    found = newest_parts(folder, "ada")["part01_autograd.py"]
    assert (found.content, found.place, found.time) == (b"# newer\n", "part08", parsed_time(LATER))


def test_a_forged_time_of_a_part_stops_no_table_and_writes_nothing_on_a_page(tmp_path, empty_gradebook):
    folder = ClassFolder(tmp_path)
    shutil.copy(empty_gradebook, folder.root)
    text = 'time_zone = "Europe/Berlin"\n[due]\ncapstone = 2026-11-30T18:00:00\n'
    (folder.root / "class.toml").write_text(text, encoding="utf-8")
    for learner, time in (("ada", "9999-12-31 23:59:59 UTC"), ("ben", "<img src=x onerror=alert(1)>")):
        hand_in_all(folder, learner, part08_generation="def broken(:\n")
        for place in (folder.submitted / learner).iterdir():
            (place / "timestamp.txt").write_text(time, encoding="utf-8")
    hand_in_all(folder, "cid", part08_generation="def broken(:\n")
    outcomes = grade_capstones(folder, Training(Tier.LOCAL, num_steps=STEPS))
    assert [(one.learner, one.failure) for one in outcomes] == [("ada", ""), ("ben", ""), ("cid", "")]
    assert [one.grades["capstone"].penalty for one in class_grades(folder).learners] == [0, 0, 0]
    for path in (*folder.autograded.rglob("*.ipynb"), *folder.feedback.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert "onerror" not in text and "9999" not in text


def test_grading_again_never_lowers_a_capstone(tmp_path, empty_gradebook):
    folder = ClassFolder(tmp_path)
    shutil.copy(empty_gradebook, folder.root)
    hand_in_all(folder, "dan", part08_generation="def broken(:\n")
    (outcome,) = grade_capstones(folder, Training(Tier.LOCAL, num_steps=STEPS))
    first, *others = outcome.report.checks
    better = replace(outcome.report, checks=(replace(first, earned=first.points, status="passed"), *others))
    record_released(folder, "dan", capstone(), better)
    (outcome,) = grade_capstones(folder, Training(Tier.LOCAL, num_steps=STEPS))
    assert outcome.report == last_released(folder, "dan", capstone()) == better
    (dan,) = class_grades(folder).learners
    assert dan.grades["capstone"].score == first.points


def test_a_class_that_submitted_nothing_of_it_is_refused(tmp_path):
    outcome = CliRunner().invoke(app, ["grade", "--part", "11", "--class", str(tmp_path), "--sandbox", "local"])
    assert outcome.exit_code == 2 and "Nobody has submitted any of parts 1 to 8" in outcome.output


def test_errata_of_a_class_that_submitted_nothing_of_it_are_refused(tmp_path):
    outcome = CliRunner().invoke(app, ["errata", "11", "--class", str(tmp_path)])
    assert outcome.exit_code == 2 and "Nobody has submitted any of parts 1 to 8" in outcome.output


def test_another_python_is_for_the_capstone_alone(tmp_path):
    outcome = CliRunner().invoke(app, ["grade", "--part", "5", "--class", str(tmp_path), "--python", "pypy3"])
    assert outcome.exit_code == 2 and "--part 11" in outcome.output


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pypy3") is None, reason="There is no pypy3 here.")
def test_the_solutions_earn_all_points_in_pypy_by_the_command(tmp_path, empty_gradebook):
    folder = ClassFolder(tmp_path)
    shutil.copy(empty_gradebook, folder.root)
    hand_in_all(folder, "ada")
    words = ["grade", "--part", "11", "--python", "pypy3", "--class", str(folder.root)]
    outcome = CliRunner().invoke(app, words)
    assert outcome.exit_code == 0 and "20/20" in outcome.output, outcome.output
    assert "1 capstone graded" in outcome.output
