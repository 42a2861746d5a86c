"""`grade` on a class: what it prints, its exit status, and what it refuses."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from helpers.submissions import PART, SOLUTION, answered, by_checks, cell, feedback, fresh_notebook, hand_in
from typer.testing import CliRunner

import autograder.grading.store
from autograder.batch import local_processes
from autograder.batch.ledger import Ledger
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import exclusive_grading
from autograder.classroom import autograde
from autograder.classroom.capstone_grades import NEEDED
from autograder.classroom.gradebook import open_gradebook
from autograder.cli import app
from autograder.course import ROOT, SOLUTIONS, part
from autograder.sandbox import SandboxUnavailable, strict_tier

PART_1 = part(1)
SOLUTION_1 = (SOLUTIONS / PART_1.file_name).read_text(encoding="utf-8")


@pytest.fixture
def a_class(tmp_path, empty_gradebook, strict):
    shutil.copy(empty_gradebook, tmp_path)
    return ClassFolder(tmp_path)


def grade(folder, *options):
    return CliRunner().invoke(app, ["grade", "--class", str(folder.root), *options])


def test_it_prints_a_line_a_submission_and_where_to_look(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    outcome = grade(a_class, "--part", "9")
    assert outcome.exit_code == 0, outcome.output
    assert "ada" in outcome.output and "10/14  a written answer needs manual grading" in outcome.output
    assert str(a_class.feedback) in outcome.output


def test_a_learner_without_the_module_reads_why_there_are_no_points(a_class):
    hand_in(a_class, "ada", None, answered())
    outcome = grade(a_class, "--part", "9")
    assert outcome.exit_code == 0, outcome.output
    (line,) = [line for line in outcome.output.splitlines() if line.strip().startswith("ada ")]
    assert "0/14" in line and line.endswith(f"{PART.file_name} was not submitted.")


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems refuse such names.")
def test_a_folder_whose_name_is_not_text_is_a_sentence_and_stops_nobody_else(a_class):
    for name in ("ada", " bob ", "CON", "new\nline", os.fsdecode(b"by\xff")):
        hand_in(a_class, name, SOLUTION, answered())
    outcome = grade(a_class, "--part", "9")
    assert outcome.exit_code == 1 and "3 submissions graded" in outcome.output
    for shown in (r"'new\nline'", r"'by\udcff'"):
        assert f"NOT GRADED: The name of this folder, {shown}, has control characters or is not text." in outcome.output
    assert "Exception" not in outcome.output and "Error" not in outcome.output
    outcome = CliRunner().invoke(app, ["errata", "9", "--class", str(a_class.root)])
    assert outcome.exit_code == 0 and "Never graded before: by, new line." in outcome.output


def test_it_shows_how_far_it_is(a_class):
    for learner in ("ada", "bob"):
        hand_in(a_class, learner, SOLUTION, answered())
    outcome = grade(a_class, "--part", "9")
    assert "graded 0 of 2\n" in outcome.stderr and "graded 2 of 2, 0 s left\n" in outcome.stderr
    assert "graded 0" not in outcome.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals.")
def test_on_a_terminal_a_bar_with_the_time_left_is_below_the_results(a_class):
    from helpers.terminal import Terminal

    for learner in ("ada", "bob"):
        hand_in(a_class, learner, SOLUTION, answered())
    command = [sys.executable, "-m", "autograder", "grade", "--class", str(a_class.root), "--part", "9"]
    with Terminal(command, ROOT, {**os.environ, "NO_COLOR": "1"}) as terminal:
        terminal.wait_for(r"graded 0/2.* left")
        ada = terminal.wait_for(r"ada +part09  10/14")
        terminal.wait_for(r"graded 2/2.* left", ada)
        terminal.wait_for("2 submissions graded", ada)


def test_a_missing_answer_and_a_broken_notebook_stand_in_the_learners_line(a_class):
    without = answered()
    without["cells"].remove(cell(without, "written-9-6"))
    for learner, notebook in {"ada": without, "bob": b"{", "cy": None, "dee": fresh_notebook()}.items():
        hand_in(a_class, learner, SOLUTION, notebook)
    hand_in(a_class, "eli", SOLUTION_1, None, its_part=PART_1)
    hand_in(a_class, "flo", SOLUTION_1, b"", its_part=PART_1)
    lines = {line.split()[0]: line for line in grade(a_class).stdout.splitlines() if "/1" in line}
    assert lines["ada"].endswith("10/14  a written answer needs manual grading  no written answer to 9.6")
    assert "no written answer to 9.5, 9.6  part09.ipynb is not a notebook (it is not JSON)" in lines["bob"]
    assert "no written answer to 9.5, 9.6  There is no part09.ipynb" in lines["cy"]
    assert lines["dee"].endswith("10/14  no written answer to 9.5, 9.6")
    assert lines["eli"].endswith("10/10")
    assert "10/10  part01.ipynb is not a notebook (it is not JSON)" in lines["flo"]


def test_a_damaged_gradebook_is_named_and_not_the_course(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    path = a_class.root / "gradebook.db"
    content = path.read_bytes()
    for damaged in (b"no database at all, but as long as one" * 100, content[:4096] + b"\7" * 8192 + content[12288:]):
        path.write_bytes(damaged)
        outcome = grade(a_class, "--part", "9")
        assert outcome.exit_code == 2 and f"{path} is damaged: " in outcome.output, outcome.output
        assert f"doctor --class {a_class.root}" in outcome.output and "source" not in outcome.output
        assert path.read_bytes() == damaged


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files.")
def test_a_gradebook_that_can_grow_no_more_is_the_reason_that_is_shown(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    assert grade(a_class, "--part", "9").exit_code == 0
    book = a_class.root / "gradebook.db"
    largest = max(path.stat().st_size for path in (ROOT / "release" / "part09").iterdir())  # copied for each learner
    with contextlib.closing(sqlite3.connect(book)) as database, database:
        database.execute("CREATE TABLE more AS SELECT zeroblob(?)", (largest,))  # the largest file is the gradebook
    kilobytes = book.stat().st_size // 1024 + 1
    for number in range(6):
        hand_in(a_class, f"learner{number}", SOLUTION, answered())
    command = f"ulimit -f {kilobytes}; exec '{sys.executable}' -m autograder grade --class '{a_class.root}' --part 9"
    outcome = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    (line,) = {line.partition("NOT GRADED")[2] for line in outcome.stdout.splitlines() if "NOT GRADED" in line}
    assert line == ": gradebook.db: disk I/O error"
    assert "Traceback" not in outcome.stderr and "sqlalche.me" not in outcome.stderr


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
def test_nobody_waits_for_code_that_does_not_end(a_class, monkeypatch):
    less_time = "import autograder.grading.session as session; session.LOADING = 1.5; "
    monkeypatch.setattr(local_processes, "PROGRAM", local_processes.PROGRAM.replace("from {", f"{less_time}from {{"))
    assert less_time in local_processes.PROGRAM
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


def test_the_verdict_of_a_class_is_repeated_from_its_line_in_the_ledger(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    for _ in range(2):  # unchanged work gets no second line
        assert grade(a_class, "--part", "9").exit_code == 0
    again = CliRunner().invoke(app, ["repeat", "ada/part09", "--class", str(a_class.root)])
    assert again.exit_code == 0, again.output
    assert "The verdict is the same, check by check." in again.output
    assert "Line 1: ada, part09" in again.output


def test_both_ways_to_grade_a_class_add_to_one_ledger(a_class):
    hand_in(a_class, "ada", SOLUTION, answered())
    assert grade(a_class, "--part", "9").exit_code == 0
    ledger = a_class.verdicts / "ledger.jsonl"
    line = ledger.read_bytes()
    assert CliRunner().invoke(app, ["grade", str(a_class.submitted), "--part", "9"]).exit_code == 0
    assert ledger.read_bytes() == line
    with Ledger.opened(a_class.verdicts):
        outcome = grade(a_class, "--part", "9")
    assert outcome.exit_code == 2 and "Wait until it ends" in outcome.output


def test_without_a_strict_sandbox_nothing_is_graded_unless_local_is_asked_for(a_class, monkeypatch):
    hand_in(a_class, "ada", SOLUTION, answered())

    def none_holds():
        raise SandboxUnavailable("No sandbox for other people's code holds here.")

    monkeypatch.setattr("autograder.commands.grade.strict_tier", none_holds)
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
    assert "earns only 0 of" in outcome.output
    assert "Nothing was graded" in outcome.output and not a_class.autograded.exists()


def test_ctrl_c_keeps_what_is_graded_and_says_how_to_continue(a_class, monkeypatch):
    for learner in ("ada", "bob"):
        hand_in(a_class, learner, SOLUTION, answered())
    restore = autograde.restore_manual_grades

    def restore_or_interrupt(folder, part, learner, seen):
        if learner == "bob":
            raise KeyboardInterrupt
        restore(folder, part, learner, seen)

    monkeypatch.setattr(autograde, "restore_manual_grades", restore_or_interrupt)
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
    with exclusive_grading(a_class.root):
        outcome = grade(a_class, "--part", "9")
        assert outcome.exit_code == 2
        assert "Another grading of the class" in outcome.output and "wait until it ends" in outcome.output
        assert not a_class.autograded.exists()
    assert grade(a_class, "--part", "9").exit_code == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="Processes are looked for in /proc.")
def test_no_process_outlives_a_grading_that_was_killed(a_class):
    for learner in ("ada", "bob", "cy", "dee"):
        hand_in(a_class, learner, f"{SOLUTION}\n# {learner}\nimport time\ntime.sleep(3)\n", answered())
    command = [sys.executable, "-m", "autograder", "grade", "--class", str(a_class.root), "--part", "9"]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL) as grading:
        started = processes_of(grading, "grading_process")
        grading.kill()
    wait_until(lambda: not any(map(is_alive, started)))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="Processes are looked for in /proc.")
def test_ctrl_c_ends_capstones_that_are_being_trained_and_keeps_nothing_of_them(a_class):
    for learner in ("ada", "bob"):
        for its_part in NEEDED:
            module = (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")
            hand_in(a_class, learner, f"{module}\n# {learner}\n", its_part=its_part)
    command = [sys.executable, "-m", "autograder", "grade", "--class", str(a_class.root), "--part", "11"]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True) as grading:
        trainers = [
            process
            for process in processes_of(grading, "capstone_process")
            if "capstone_process" in command_of(process)
        ]
        wait_until(lambda: all(process.children() for process in trainers))  # they train, which takes a minute
        started = processes_of(grading, "capstone_process")
        os.killpg(grading.pid, signal.SIGINT)  # as a terminal does
        said = grading.communicate()[1]
    assert grading.returncode == 130 and "Stopped. Those above have their points" in said, said
    assert "Traceback" not in said
    assert not list(a_class.verdicts.rglob("*.json"))
    wait_until(lambda: not any(map(is_alive, started)))


def processes_of(grading: subprocess.Popen, module: str) -> list[psutil.Process]:
    """The grading's process and all that it started, once two of them serve jobs by this module."""
    top = psutil.Process(grading.pid)
    wait_until(lambda: sum(module in command_of(child) for child in top.children()) >= 2)
    return [top, *top.children(recursive=True)]


def command_of(process: psutil.Process) -> str:
    """How it was called; nothing when it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # a zombie is one, too
        return ""


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("It did not come to pass.")
