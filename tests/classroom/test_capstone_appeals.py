"""The capstone of a class in the ledger, and regrade requests about it: from the learner's file to every record."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pytest
from helpers.capstones import BROKEN, STEPS, hand_in_all, trained_in_this_process
from typer.testing import CliRunner

from autograder.analytics.class_figures import class_figures
from autograder.analytics.class_verdicts import read_verdicts
from autograder.appeal_file import check_names, read_appeals
from autograder.batch.ledger import LEDGER_FILE, LedgerEntry, read_ledger
from autograder.capstone.capstone_checks import CHECKS
from autograder.class_folder.decisions import read_decisions
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import exclusive_grading
from autograder.class_folder.released_verdicts import last_released, record_released
from autograder.class_folder.settings import ClassError
from autograder.classroom import appeals
from autograder.classroom.appeals import cases, decide, find_requests
from autograder.classroom.appeals_page import case_lines
from autograder.classroom.capstone_grades import NEEDED, Training, grade_capstones, repeat_verdict
from autograder.classroom.collect import collect
from autograder.classroom.errata import apply_capstone_errata, errata_lines, find_capstone_errata
from autograder.classroom.feedback import learner_page
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.grades import class_grades
from autograder.cli import app
from autograder.course import capstone, part, parts

CHECK = "every_loss_equals"  # 6 points
THREE = ("ada", "dan", "fay")


pytestmark = pytest.mark.usefixtures("in_this_process")


@pytest.fixture(scope="module")
def training(strict) -> Training:
    return Training(strict, num_steps=STEPS)


@pytest.fixture(scope="module")
def graded(tmp_path_factory, capstone_class, training) -> ClassFolder:
    """ada's capstone earns 20 points; dan and fay submitted the same broken file and earn 0."""
    folder = ClassFolder(tmp_path_factory.mktemp("class") / "class")
    shutil.copytree(capstone_class.root, folder.root)
    hand_in_all(folder, "fay", part08_generation=BROKEN)
    with trained_in_this_process():
        earned = {one.learner: one.line().split()[-1] for one in grade_capstones(folder, training)}
    assert [earned[learner] for learner in ("ada", "dan", "fay")] == ["20/20", "0/20", "0/20"]
    return folder


@pytest.fixture
def a_class(graded, tmp_path) -> ClassFolder:
    shutil.copytree(graded.root, tmp_path / "class")
    return ClassFolder(tmp_path / "class")


def lines(folder: ClassFolder, learner: str) -> list[LedgerEntry]:
    return [entry for _, entry in read_ledger(folder.verdicts / LEDGER_FILE) if entry.learner == learner]


def points(folder: ClassFolder) -> dict[str, float]:
    return {one.id: one.grades["capstone"].points for one in class_grades(folder).learners if one.id in THREE}


def ask(folder: ClassFolder, learner: str, check: str, reason: str = "It is right.") -> None:
    path = folder.appeals / learner / "appeal_capstone-01.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[[appeal]]\ncheck = '{check}'\nreason = '''{reason}'''\n", encoding="utf-8")


def test_each_capstone_has_a_line_in_the_ledger_with_all_that_it_depends_on(graded):
    (ada,) = lines(graded, "ada")
    report = last_released(graded, "ada", capstone())
    assert (ada.part, ada.earned, ada.possible, ada.seed) == ("capstone", 20, 20, report.seed)
    assert sorted(ada.modules) == [needed.file_name for needed in NEEDED] and ada.submission == report.sha256
    assert ada.seconds > 0 and ada.python == ""
    assert lines(graded, "dan")[0].earned == 0


def test_a_line_of_a_capstone_is_repeated_from_the_modules_that_the_ledger_kept(a_class):
    shutil.rmtree(a_class.submitted / "dan")
    for name in ("dan/capstone", "dan/part11"):
        again = repeat_verdict(a_class.verdicts, name, STEPS)
        assert (again.changed, again.report.earned) == ((), 0) and again.report.seed == again.entry.seed


def test_grading_again_adds_a_line_only_for_another_verdict(a_class, training):
    grade_capstones(a_class, training)
    assert len(lines(a_class, "ada")) == len(lines(a_class, "dan")) == 1
    hand_in_all(a_class, "ada", part08_generation=BROKEN)
    grade_capstones(a_class, training)
    assert [entry.earned for entry in lines(a_class, "ada")] == [20, 0]


def test_a_result_that_is_worse_for_the_same_modules_gets_no_line(a_class, training):
    better = last_released(a_class, "dan", capstone())
    first, *others = better.checks
    better = replace(better, checks=(replace(first, earned=first.points, status="passed"), *others))
    record_released(a_class, "dan", capstone(), better)
    grade_capstones(a_class, training)
    assert len(lines(a_class, "dan")) == 1 and last_released(a_class, "dan", capstone()) == better


def test_lower_errata_of_the_capstone_reach_ledger_and_gradebook(a_class, training):
    better = last_released(a_class, "dan", capstone())
    first, *others = better.checks
    record_released(
        a_class, "dan", capstone(), replace(better, checks=(replace(first, earned=6.0, status="passed"), *others))
    )
    found, reports = find_capstone_errata(a_class, training)
    assert "  dan: 6 -> 0 (the better result counts)" in list(errata_lines(a_class, found, False, False))
    apply_capstone_errata(a_class, found, reports, training, lower=True)
    assert last_released(a_class, "dan", capstone()).earned == 0 and points(a_class)["dan"] == 0


def test_a_capstone_waits_for_another_grading_and_then_gets_its_line(a_class, training, monkeypatch):
    (a_class.verdicts / LEDGER_FILE).unlink()
    waits = []
    with exclusive_grading(a_class.root):
        monkeypatch.setattr("autograder.files.time.sleep", lambda seconds: waits.append(seconds) or 1 / 0)
        outcomes = {one.learner: one for one in grade_capstones(a_class, training)}
    assert waits and "ZeroDivisionError" in outcomes["ada"].failure, "it waited"
    monkeypatch.undo()
    grade_capstones(a_class, training)
    assert lines(a_class, "ada")[0].earned == 20


def test_a_class_that_an_earlier_version_graded_keeps_its_capstones(a_class, training):
    given = a_class.verdicts / "given"
    (given / "capstone").rename(given / "part11")
    report = last_released(a_class, "ada", capstone())
    assert report.earned == 20
    (a_class.verdicts / LEDGER_FILE).unlink()
    assert [v.part for v in read_verdicts(a_class.verdicts, capstone()).verdicts] == [capstone()] * 5
    grade_capstones(a_class, training)
    assert not (given / "capstone").exists() and last_released(a_class, "ada", capstone()) == report


def test_the_figures_of_a_class_have_the_capstone_with_what_was_decided(a_class):
    decide(a_class, f"dan/capstone/{CHECK}", accept=True, alike=False, reason="")
    figures = class_figures(read_verdicts(a_class.verdicts))
    (of_capstone,) = figures.parts
    assert (of_capstone.number, of_capstone.graded, of_capstone.passed) == (11, 5, 3)
    assert {check.name: check.passed for check in of_capstone.checks}[CHECK] == 4
    outcome = CliRunner().invoke(app, ["analytics", str(a_class.verdicts), "--names", "--part", "11"])
    assert outcome.exit_code == 0 and "11 Capstone" in outcome.output, outcome.output


def test_the_names_that_a_request_may_have_are_those_of_the_checks():
    assert check_names(capstone()) == [check.function.__name__ for check in CHECKS]
    others = {name for each in parts() for name in check_names(each)}
    assert not others & set(check_names(capstone()))


def test_a_learner_asks_with_a_file_that_is_submitted_with_any_of_the_parts(tmp_path, a_class):
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    words = ["appeal", "--check", CHECK, "--reason", "All losses agree.", "--from", str(exercises)]
    outcome = CliRunner().invoke(app, words)
    assert outcome.exit_code == 0 and "one of your parts 1 to 8" in outcome.output, outcome.output
    written = exercises / "appeal_capstone.toml"
    assert read_appeals(written.read_bytes())[0].check == CHECK
    with open_gradebook(a_class) as book:
        book.update_or_create_student("dan")
    (tmp_path / "download" / "dan").mkdir(parents=True)
    shutil.copy(written, tmp_path / "download" / "dan" / "appeal_capstone (1).toml")
    assert collect(a_class, tmp_path / "download", part(8)).appeals == ["Regrade request: dan capstone."]
    assert list(find_requests(a_class).by_name) == [f"dan/capstone/{CHECK}"]
    shutil.copy(written, a_class.submitted / "fay" / "part08" / written.name)  # as nbgrader's exchange leaves it
    assert list(find_requests(a_class).by_name) == [f"dan/capstone/{CHECK}", f"fay/capstone/{CHECK}"]


def test_the_instructor_sees_a_request_and_trains_again_only_when_asked(a_class, training, monkeypatch):
    monkeypatch.setattr(appeals, "Training", lambda tier: training)
    monkeypatch.setattr(appeals, "repeat_verdict", lambda folder, which: repeat_verdict(folder, which, STEPS))
    ask(a_class, "dan", CHECK)
    requests = list(find_requests(a_class).by_name.values())
    (case,) = cases(a_class, requests)
    text = "\n".join(case_lines(a_class, case, 1))
    assert case.open and case.alike == ("fay",) and "repeat dan/capstone" in text
    assert "Errata: nothing changes for this submission." in text and "--request dan/capstone/" in text
    (case,) = cases(a_class, requests, anyway=True)
    assert case.repeated.changed == ()
    hand_in_all(a_class, "dan")
    (case,) = cases(a_class, requests)
    assert case.newer
    assert not find_capstone_errata(a_class, training, train=False)[0].changes


def test_an_accepted_request_gives_points_in_every_record_and_grading_again_keeps_them(a_class, training):
    ruling = decide(a_class, f"dan/part11/test_{CHECK}", accept=True, alike=False, reason="Our replay was wrong.")
    assert ruling.learners == {"dan": (0, 6)} and not [one for one in ruling.outcomes if one.failure]
    for _ in range(2):
        assert points(a_class) == {"ada": 20, "dan": 6, "fay": 0}
        entry = lines(a_class, "dan")[-1]
        assert (entry.earned, entry.decided, len(lines(a_class, "dan"))) == (6, {CHECK: 6.0}, 2)
        assert last_released(a_class, "dan", capstone()).earned == 0, "the verdict itself stays"
        pages = (
            (a_class.feedback / "dan" / "capstone" / "capstone.html").read_text("utf-8"),
            learner_page(a_class, capstone(), "dan"),
        )
        for page in pages:
            assert "6 of 20 points" in page and "Our replay was wrong." in page
        notebook = (a_class.autograded / "dan" / "capstone" / "capstone.ipynb").read_text("utf-8")
        assert "Our replay was wrong." in notebook and '"6.0"' in notebook
        found, _ = find_capstone_errata(a_class, training)
        assert not found.changes
        grade_capstones(a_class, training)
    assert not decide(a_class, f"dan/capstone/{CHECK}", True, False, "Our replay was wrong.").new


def test_alike_without_a_recognised_mistake_is_for_those_who_fail_now(a_class, training):
    ruling = decide(a_class, f"dan/capstone/{CHECK}", accept=True, alike=True, reason="")
    assert set(ruling.learners) == {"dan", "fay"} and points(a_class) == {"ada": 20, "dan": 6, "fay": 6}
    assert {decision.learner for decision in read_decisions(a_class.verdicts)} == {"dan", "fay"}
    hand_in_all(a_class, "gus", part08_generation=f"# another\n{BROKEN}")
    grade_capstones(a_class, training)
    assert "gus" not in {one.learner for one in read_decisions(a_class.verdicts)}
    assert lines(a_class, "gus")[-1].earned == 0


def test_a_rejected_request_changes_nothing_and_points_are_taken_only_when_asked(a_class):
    name = f"dan/capstone/{CHECK}"
    decide(a_class, name, accept=False, alike=False, reason="The first loss differs.")
    assert points(a_class)["dan"] == 0 and "The first loss differs." in learner_page(a_class, capstone(), "dan")
    decide(a_class, name, accept=True, alike=False, reason="")
    with pytest.raises(ClassError, match="takes points from dan"):
        decide(a_class, name, accept=False, alike=False, reason="After all.")
    assert points(a_class)["dan"] == 6
    decide(a_class, name, accept=False, alike=False, reason="After all.", lower=True)
    assert points(a_class)["dan"] == 0 and lines(a_class, "dan")[-1].decided == {}


def test_other_work_after_a_rejected_request_can_be_asked_about_again(a_class, training):
    name = f"dan/capstone/{CHECK}"
    ask(a_class, "dan", CHECK)
    decide(a_class, name, accept=False, alike=False, reason="It does not start.")
    (case,) = cases(a_class, list(find_requests(a_class).by_name.values()))
    assert not case.open
    hand_in_all(a_class, "dan", part08_generation=f"# newer\n{BROKEN}")
    grade_capstones(a_class, training)
    (case,) = cases(a_class, list(find_requests(a_class).by_name.values()))
    assert case.open and "It does not start." not in learner_page(a_class, capstone(), "dan")
    decide(a_class, name, accept=True, alike=False, reason="")
    decide(a_class, name, accept=False, alike=False, reason="No.", lower=True)
    hand_in_all(a_class, "dan", part08_generation=f"# newest\n{BROKEN}")
    grade_capstones(a_class, training)
    assert points(a_class)["dan"] == 0, "what was taken back does not come again"


def test_what_code_says_does_nothing_where_the_instructor_reads_it(a_class, training):
    hostile = "raise SystemError('\\x1b]0;title\\x07\\x1b[31m<script>alert(1)</script>\\u202e{{ 7*7 }}')\n"
    hand_in_all(a_class, "dan", part08_generation=hostile)
    grade_capstones(a_class, training)
    ask(a_class, "dan", CHECK, "<img src=x onerror=alert(2)>")
    status = CliRunner().invoke(app, ["appeals", "--class", str(a_class.root)])
    assert status.exit_code == 0 and "alert(1)" in status.output, status.output
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", status.output)
    page = (a_class.verdicts / "appeals.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<img" not in page and "alert(1)" in page
    (a_class.verdicts / "decisions.jsonl").write_text("{}\n", encoding="utf-8")
    outcomes = {one.learner: one for one in grade_capstones(a_class, training)}
    assert "is not a valid decision" in outcomes["ada"].failure and "Error:" not in outcomes["ada"].failure
    assert last_released(a_class, "ada", capstone()).earned == 20


def test_newer_parts_are_not_trained_by_a_decision(a_class):
    hand_in_all(a_class, "dan", part08_generation=f"# newer\n{BROKEN}")
    ruling = decide(a_class, f"dan/capstone/{CHECK}", accept=True, alike=False, reason="")
    assert ruling.waiting == ("dan",) and points(a_class)["dan"] == 0


def test_what_cannot_be_decided_about_a_capstone_is_a_sentence(a_class):
    for name, words in (
        (f"zoe/capstone/{CHECK}", "no verdict on capstone"),
        ("dan/capstone/every_los_equals", f"Did you mean dan/capstone/{CHECK}"),
        (f"ada/capstone/{CHECK}", "nothing to decide"),
        ("dan/part12/x", "is not a request. Write it like ada/part05/NAME"),
    ):
        with pytest.raises(ClassError, match=words):
            decide(a_class, name, accept=True, alike=False, reason="")
    assert not read_decisions(a_class.verdicts)


def test_the_page_of_a_capstone_says_how_to_ask(a_class):
    assert "Is a check wrong?" not in learner_page(a_class, capstone(), "ada")
    report = last_released(a_class, "ada", capstone())
    checks = [replace(each, earned=0.0, status="failed") if each.name == CHECK else each for each in report.checks]
    record_released(a_class, "ada", capstone(), replace(report, checks=tuple(checks)))
    page = learner_page(a_class, capstone(), "ada")
    assert "Is a check wrong?" in page and "submit appeal_capstone.toml together with one of your parts 1 to 8" in page
    assert f"appeal 11 --check {CHECK}" in page


def test_the_commands_know_the_capstone_by_its_number_too(a_class):
    ask(a_class, "dan", CHECK)
    words = ["--class", str(a_class.root)]
    outcome = CliRunner().invoke(app, ["appeals", *words, "--request", f"dan/part11/{CHECK}", "--decide", "accept"])
    assert outcome.exit_code == 0 and "dan: 0 -> 6 points" in outcome.output, outcome.output
    outcome = CliRunner().invoke(app, ["appeals", *words])
    assert outcome.exit_code == 0 and f"dan/capstone/{CHECK}: accepted" in outcome.output, outcome.output
    assert [json.loads(line)["part"] for line in (a_class.verdicts / "decisions.jsonl").read_text().splitlines()] == [
        "capstone"
    ]
