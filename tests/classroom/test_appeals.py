"""Regrade requests: what the instructor sees, and what a decision changes, in a class with a gradebook and a ledger."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.batch import call_cli, start_cli
from helpers.gradebook import write
from helpers.make import called, make
from helpers.submissions import PART, SOLUTION, STUB, answered, by_checks, feedback, grades, hand_in

from autograder.batch.grade_batch import grade_batch
from autograder.batch.ledger import LEDGER_FILE as LEDGER
from autograder.batch.ledger import LedgerEntry, read_ledger
from autograder.class_folder.decisions import FILE, Decision, apply_decisions, decisions_on, read_decisions
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import exclusive_grading
from autograder.class_folder.released_verdicts import last_released, record_released
from autograder.class_folder.settings import ClassError
from autograder.classroom.appeals import cases, decide, find_requests
from autograder.classroom.appeals_page import case_lines
from autograder.classroom.autograde import grade_class
from autograder.classroom.errata import find_errata
from autograder.classroom.feedback import learner_page
from autograder.classroom.grades import class_grades
from autograder.grading.report import Check, Report

WRONG = SOLUTION.replace("math.log(vocab_size)", "math.log2(vocab_size)")  # a known mistake
OTHER = SOLUTION.replace("math.log(vocab_size)", "math.no_such_function(vocab_size)")
HOSTILE = "<script>alert(1)</script>\n<img src=x onerror=alert(2)> {{ 7*7 }} \x1b]0;title\x07\x1b[31m\u202e &amp;"


@pytest.fixture(scope="module")
def graded(tmp_path_factory, empty_gradebook, strict) -> ClassFolder:
    """ada and ben make the same mistake, ada late; cid makes another one, and dan none. In gradebook and ledger."""
    assert SOLUTION not in (WRONG, OTHER)
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    shutil.copy(empty_gradebook, folder.root)
    write(folder, "class.toml", '[due]\npart09 = "2026-11-24 18:00"\n[late]\npercent_per_day = 10\ngrace_hours = 0\n')
    for learner, module in (("ada", WRONG), ("ben", WRONG), ("cid", OTHER), ("dan", SOLUTION)):
        hand_in(folder, learner, module, answered())
    (folder.submitted / "ada" / PART.name / "timestamp.txt").write_text("2026-11-24 19:00:00.000000 UTC", "ascii")
    grade_batch(folder.submitted, [PART], strict, folder.verdicts)
    assert not [one for one in grade_class(folder, PART, folder.learners(PART), strict) if one.failure]
    return folder


@pytest.fixture
def a_class(graded, tmp_path) -> ClassFolder:
    """A copy of it, in which ada asks about the first check that she lost."""
    shutil.copytree(graded.root, tmp_path / "class")
    folder = ClassFolder(tmp_path / "class")
    ask(folder, "ada", lost(folder, "ada").name, "Mine is right.")
    return folder


def ask(folder: ClassFolder, learner: str, check: str, reason: str) -> None:
    path = folder.appeals / learner / f"appeal_{PART.name}-01.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[[appeal]]\ncheck = '{check}'\nreason = '''{reason}'''\n", encoding="utf-8")


def lost(folder: ClassFolder, learner: str) -> Check:
    return next(c for c in last_released(folder, learner, PART).checks if c.status not in ("passed", "manual"))


def request(folder: ClassFolder, learner: str = "ada") -> str:
    return f"{learner}/{PART.name}/{lost(folder, learner).name}"


def entries(folder: ClassFolder) -> dict[str, LedgerEntry]:
    """The line that counts of each learner."""
    return {entry.learner: entry for _, entry in read_ledger(folder.verdicts / LEDGER)}


def everything(folder: ClassFolder) -> dict[str, object]:
    """All that a decision may touch: gradebook, ledger, pages, decisions; without the time in a line of the ledger.
    Learners' lines come as their processes end, so they are compared learner by learner.
    """
    people = sorted(path.name for path in folder.submitted.iterdir())
    lines = [replace(entry, when="", seconds=None) for _, entry in read_ledger(folder.verdicts / LEDGER)]
    lines.sort(key=lambda entry: entry.learner)
    decisions = [replace(one, when="", by="") for one in read_decisions(folder.verdicts)]
    pages = {
        path: path.read_bytes() for path in [*folder.feedback.rglob("*.html"), *folder.verdicts.rglob("part*.html")]
    }
    return {
        "gradebook": {learner: grades(folder, learner) for learner in people},
        "totals": [(one.id, one.total) for one in class_grades(folder).learners],
        "ledger": lines,
        "decisions": decisions,
        "pages": {path.relative_to(folder.root): content for path, content in pages.items()},
    }


def test_the_instructor_sees_the_request_next_to_everything_known_about_it(a_class):
    (case,) = cases(a_class, list(find_requests(a_class).by_name.values()))
    assert case.open and case.check == lost(a_class, "ada") and case.alike == ("ben",) and not case.newer
    assert case.repeated.changed == () and case.repeated.entry.learner == "ada"
    assert case.errata == "nothing changes for this submission."
    text = "\n".join(case_lines(a_class, case, 1))
    for words in ("> Mine is right.", "Returned:", "the verdict is the same, check by check", "1 other, ben"):
        assert words in text
    assert text.count("--decide accept") == 2 and f"--class {a_class.root}" in text


def test_an_accepted_request_gives_the_points_of_that_check_to_that_learner_everywhere(a_class):
    before, check = everything(a_class), lost(a_class, "ada")
    penalty = {one.id: one.grades[PART.name].penalty for one in class_grades(a_class).learners}
    ruling = decide(a_class, request(a_class), accept=True, alike=False, reason="The check was too strict.", by="Prof")
    assert ruling.new and ruling.learners["ada"][1] - ruling.learners["ada"][0] == check.points
    assert list(ruling.learners) == ["ada"]
    after = everything(a_class)
    for learner in ("ben", "cid", "dan"):
        assert after["gradebook"][learner] == before["gradebook"][learner]
    assert by_checks(a_class, "ada") == by_checks(a_class, "ben") + check.points
    new = {one.id: one.grades[PART.name] for one in class_grades(a_class).learners}
    assert new["ada"].penalty == pytest.approx(penalty["ada"] + check.points / 10), "a day late is still a day late"
    entry = entries(a_class)["ada"]
    assert entry.decided == {check.name: check.points}
    assert entry.earned == entries(a_class)["ben"].earned + check.points and entries(a_class)["ben"].decided == {}
    (decision,) = read_decisions(a_class.verdicts)
    assert (decision.by, decision.accepted, decision.learner) == ("Prof", True, "ada") and decision.when.startswith(
        "20"
    )
    for page in (
        feedback(a_class, "ada"),
        learner_page(a_class, PART, "ada"),
        (a_class.verdicts / "reports" / "ada" / f"{PART.name}.html").read_text(encoding="utf-8"),
    ):
        said = f"{check.task} {check.title}, reviewed on"
        assert page.count(said) == 1 and "you get its points. The check was too strict." in page
        assert check.name not in page, "what is accepted can't be asked for again"
    assert "reviewed on" not in feedback(a_class, "ben")


def test_the_same_decision_again_changes_nothing_and_grading_again_keeps_it(a_class, strict):
    ruling = decide(a_class, request(a_class), accept=True, alike=True, reason="Fine.")
    once = everything(a_class)
    assert ruling.new and not decide(a_class, request(a_class), accept=True, alike=True, reason="Fine.").new
    assert everything(a_class) == once
    assert list(ruling.learners) == ["ada", "ben"], "cid fails the same check in another way"
    grade_class(a_class, PART, a_class.learners(PART), strict)
    grade_batch(a_class.submitted, [PART], strict, a_class.verdicts)
    assert everything(a_class) == once
    assert find_errata(a_class, PART, strict).changes == ()
    (case,) = cases(a_class, list(find_requests(a_class).by_name.values()), anyway=True)
    assert not case.open and case.repeated.changed == (), "a decision is no difference between two verdicts"


def test_a_decision_for_all_alike_holds_for_work_that_comes_later(a_class, strict):
    decide(a_class, request(a_class), accept=True, alike=True, reason="")
    hand_in(a_class, "eve", WRONG + "\n# eve's\n", answered())
    grade_class(a_class, PART, ["eve"], strict)
    assert by_checks(a_class, "eve") == by_checks(a_class, "ada") > by_checks(a_class, "cid")


def test_a_decision_for_all_who_raise_an_exception_is_for_those_who_raise_it_now(a_class, strict):
    hand_in(a_class, "eve", OTHER + "\n# eve's\n", answered())
    grade_class(a_class, PART, ["eve"], strict)
    before = by_checks(a_class, "cid")
    ruling = decide(a_class, request(a_class, "cid"), accept=True, alike=True, reason="")
    assert sorted(ruling.learners) == ["cid", "eve"]
    assert {decision.learner for decision in read_decisions(a_class.verdicts)} == {"cid", "eve"}
    hand_in(a_class, "fay", SOLUTION.replace("math.log(vocab_size)", "math.nothing"), answered())
    grade_class(a_class, PART, ["fay"], strict)
    assert lost(a_class, "fay").exception == lost(a_class, "cid").exception == "AttributeError"
    assert by_checks(a_class, "cid") == by_checks(a_class, "eve") > by_checks(a_class, "fay") == before


def test_a_rejected_request_changes_no_points_and_the_learner_reads_why(a_class):
    name = lost(a_class, "ben").name
    assert name in feedback(a_class, "ben")
    ask(a_class, "ben", name, "Me too.")
    before = everything(a_class)
    with pytest.raises(ClassError, match="Add a reason, which the learner will read"):
        decide(a_class, request(a_class), accept=False, alike=False, reason=" ")
    assert everything(a_class) == before
    ruling = decide(a_class, request(a_class), accept=False, alike=True, reason="ln 27 <b>is</b> meant.")
    assert sorted(ruling.learners) == ["ada", "ben"]
    assert everything(a_class)["gradebook"] == before["gradebook"]
    for learner in ("ada", "ben"):
        page = feedback(a_class, learner)
        assert "its points stay as they are. ln 27 &lt;b&gt;is&lt;/b&gt; meant." in page
        assert name not in page, "what is rejected is not offered again"
    assert not any(case.open for case in cases(a_class, list(find_requests(a_class).by_name.values())))


def test_nobody_loses_points_that_were_given_without_an_explicit_option(a_class):
    decide(a_class, request(a_class), accept=True, alike=True, reason="")
    before = everything(a_class)
    with pytest.raises(ClassError, match="takes points from ada that were given before"):
        decide(a_class, request(a_class), accept=False, alike=False, reason="No.")
    assert everything(a_class) == before
    ruling = decide(a_class, request(a_class), accept=False, alike=False, reason="No.", lower=True)
    assert list(ruling.learners) == ["ada"] and ruling.learners["ada"][1] < ruling.learners["ada"][0]
    assert by_checks(a_class, "ada") < by_checks(a_class, "ben")
    assert entries(a_class)["ada"].decided == {} != entries(a_class)["ben"].decided
    decide(a_class, request(a_class), accept=True, alike=True, reason="")
    assert by_checks(a_class, "ada") == by_checks(a_class, "ben"), "the last decision counts"


def test_newer_work_is_not_graded_by_a_decision(a_class, strict):
    (a_class.submitted / "ada" / PART.name / PART.file_name).write_text(OTHER, encoding="utf-8")
    before = grades(a_class, "ada")
    (case,) = cases(a_class, list(find_requests(a_class).by_name.values()))
    assert case.newer
    ruling = decide(a_class, request(a_class), accept=True, alike=False, reason="")
    assert ruling.waiting == ("ada",) and grades(a_class, "ada") == before
    assert entries(a_class)["ada"].decided == {}
    grade_class(a_class, PART, ["ada"], strict)
    assert by_checks(a_class, "ada") == by_checks(a_class, "cid"), "new work that fails in another way"


def test_what_cannot_be_decided_is_a_sentence_and_changes_nothing(a_class):
    before, name = everything(a_class), lost(a_class, "ada").name
    for which, said in (
        ("ada", "is not a request. Write it like ada/part05/NAME"),
        (f"ada/part77/{name}", "is not a request. Write it like ada/part05/NAME"),
        (f"zoe/{PART.name}/{name}", "'zoe' has no verdict on part09"),
        (f"../ada/{PART.name}/{name}", "is not a request. Write it like ada/part05/NAME"),
        (f"ada/{PART.name}/{name[:-1]}", f"Did you mean ada/part09/{name}"),
        (f"dan/{PART.name}/{name}", "dan passes this check"),
        (f"ada/part08/{name}", "'ada' has no verdict on part08"),
    ):
        with pytest.raises(ClassError, match=re.escape(said)):
            decide(a_class, which, accept=True, alike=False, reason="")
    assert everything(a_class) == before


def test_nobody_gets_points_for_a_task_that_nobody_wrote(a_class, strict):
    for learner in ("eve", "fay"):
        hand_in(a_class, learner, STUB, answered())
    grade_class(a_class, PART, ["eve", "fay"], strict)
    with pytest.raises(ClassError, match="has not written the task"):
        decide(a_class, request(a_class, "eve"), accept=True, alike=True, reason="")
    assert read_decisions(a_class.verdicts) == []


def test_a_hostile_request_is_shown_and_does_nothing(a_class):
    ask(a_class, "ada", lost(a_class, "ada").name, HOSTILE)
    ask(a_class, "ben", "<script>x</script>", "not a name")
    (a_class.appeals / "cid").mkdir()
    (a_class.appeals / "cid" / f"appeal_{PART.name}-01.toml").symlink_to(a_class.root / "gradebook.db")
    beside = a_class.submitted / "dan" / PART.name / f"appeal_{PART.name}.toml"
    beside.write_text("[[appeal]]\ncheck = 'no_such_check'\nreason = 'x'\n", encoding="utf-8")
    status, said, complained = call_cli("appeals", "--class", a_class.root)
    assert (status, complained) == (0, "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
    assert "> <script>alert(1)</script>" in said and "part09 has no check no_such_check." in said
    assert "is a link, not a file" in said and "with the name of a check" in said
    page = (a_class.verdicts / "appeals.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n&lt;img src=x onerror=alert(2)&gt; {{ 7*7 }}" in page
    assert set(re.findall(r"<([a-z][a-z0-9]*)", page)) <= set(
        "html head meta title style body main section h1 h2 p blockquote pre span dl dt dd".split()
    )
    assert "default-src 'none'; style-src 'unsafe-inline'\"" in page and not re.search(r"https?:|//", page)
    assert os.name == "nt" or (a_class.verdicts / "appeals.html").stat().st_mode & 0o077 == 0


def test_requests_that_nobody_can_decide_are_one_line_for_each_learner(a_class):
    many = "".join(f"[[appeal]]\ncheck = 'no_{{}}_{i}'\nreason = 'x'\n" for i in range(40))
    real = lost(a_class, "ben").name
    (a_class.appeals / "ben").mkdir()
    (a_class.appeals / "cid").mkdir()
    for version in range(1, 51):
        name, text = f"appeal_{PART.name}-{version:02d}.toml", many.replace("{}", str(version))
        text = text if version > 1 else f"[[appeal]]\ncheck = '{real}'\nreason = 'Look again.'\n"
        (a_class.appeals / "ben" / name).write_text(text, encoding="utf-8")
        (a_class.appeals / "cid" / name).write_bytes(b"\xff")
    requests = find_requests(a_class)
    assert list(requests.by_name) == [f"ada/part09/{lost(a_class, 'ada').name}", f"ben/part09/{real}"]
    ben, cid = requests.problems
    assert "has no check no_50_0, no_50_1, no_50_2 and 37 more." in ben and "48 more files" in ben
    assert "not text in UTF-8" in cid and "49 more files" in cid


def test_a_check_that_only_an_older_verdict_has_can_be_asked_about(a_class):
    report = last_released(a_class, "ada", PART)
    checks = tuple(replace(c, name="an_old_name") if c.name == lost(a_class, "ada").name else c for c in report.checks)
    record_released(a_class, "ada", PART, replace(report, checks=checks))
    (a_class.verdicts / LEDGER).unlink()
    ask(a_class, "ada", "an_old_name", "Mine is right.")
    assert list(find_requests(a_class).by_name) == ["ada/part09/an_old_name"]


@pytest.mark.parametrize("name", ["a`touch PWNED`b", "a$(touch PWNED)b", "a;touch PWNED;b", "a\x1b[31mb", "a\u202eb"])
def test_the_name_of_a_folder_does_nothing_in_the_commands_that_are_shown(a_class, tmp_path, name):
    check = lost(a_class, "ada").name
    report = last_released(a_class, "ada", PART)
    record_released(a_class, name, PART, report)
    ask(a_class, name, check, "x")
    (case,) = [
        case for case in cases(a_class, list(find_requests(a_class).by_name.values())) if case.request.learner == name
    ]
    lines = list(case_lines(a_class, case, 1))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", "".join(lines))
    (shown,) = [line for line in lines if "--decide accept" in line and "--alike" not in line] or [None]
    assert (shown is None) == (not name.isprintable())
    if shown:
        program = "'import sys; print(sys.argv[sys.argv.index(\"--request\") + 1])'"
        words = shown.replace(" -m autograder", f" -c {program}")
        done = subprocess.run(["sh", "-c", words], cwd=tmp_path, capture_output=True, encoding="utf-8")
        assert done.stdout == f"{name}/part09/{check}\n" and not (tmp_path / "PWNED").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
@pytest.mark.parametrize(
    "name", ["a`touch PWNED`b", "a$(touch PWNED)b", 'a";touch PWNED;"b', "a$(shell touch PWNED)b", "a$$b \\ #\nc"]
)
@pytest.mark.parametrize(("target", "variable"), [("appeals", "request"), ("repeat", "name"), ("grade", "class")])
def test_make_hands_a_name_on_as_it_was_typed(tmp_path, target, variable, name):
    done = make(tmp_path, target, f"{variable}={name}")
    (arguments,) = called(done)
    assert arguments[-1] == name and not (tmp_path / "PWNED").exists(), done.stderr


def test_a_damaged_file_of_decisions_stops_grading_and_costs_no_points(a_class, strict):
    decide(a_class, request(a_class), accept=True, alike=False, reason="")
    before = grades(a_class, "ada")
    write(a_class, f"verdicts/{FILE}", "{half a line\n")
    (outcome,) = grade_class(a_class, PART, ["ada"], strict)
    assert "decisions.jsonl, line 1 is not a valid decision" in outcome.failure
    assert grades(a_class, "ada") == before
    status, _, complained = call_cli(
        "appeals", "--request", request(a_class), "--decide", "accept", "--class", a_class.root
    )
    assert status == 2 and "is not a valid decision" in complained


def test_a_class_without_a_gradebook_has_its_decisions_in_the_ledger(a_class):
    shutil.rmtree(a_class.feedback)
    (a_class.root / "gradebook.db").unlink()
    words = ("appeals", "--request", request(a_class), "--decide", "accept", "--alike", "--class", a_class.root)
    status, said, complained = call_cli(*words)
    assert (status, complained) == (0, "") and "  ben: " in said
    assert {who for who, entry in entries(a_class).items() if entry.decided} == {"ada", "ben"}
    assert "you get its points" in (a_class.verdicts / "reports" / "ben" / f"{PART.name}.html").read_text("utf-8")
    assert "Nothing changed" in call_cli(*words)[1]


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
def test_the_commands_are_those_of_the_guide(a_class, tmp_path, monkeypatch):
    """make prints the command that it would call, and the test calls it in this process."""
    which = request(a_class)
    monkeypatch.setenv("AUTOGRADER_CALLED_AS", "make")

    def appeals(*words: str) -> tuple[int, str]:
        (arguments,) = called(make(tmp_path, "appeals", *words, f"class={a_class.root}"))
        status, said, complained = call_cli(*arguments)
        return status, said + complained

    status, said = appeals(f"request={which}")
    assert status == 0 and re.search(rf"make appeals .*decide=accept request={re.escape(which)}", said)
    assert appeals(f"request={which}", "decide=perhaps")[0] != 0 and appeals("decide=accept")[0] != 0
    status, said = appeals("decide=reject", f"request={which}", 'reason=It\'s "the" `mean`.')
    assert status == 0 and "Rejected" in said, said
    assert read_decisions(a_class.verdicts)[0].reason == 'It\'s "the" `mean`.'
    status, said = appeals("decide=accept", f"request={which}", "alike=1")
    assert status == 0 and "Accepted" in said and "  ben: " in said
    assert "accepted on" in appeals(f"request={which}")[1]


@pytest.mark.skipif(os.name == "nt", reason="There is no SIGKILL there.")
def test_a_decision_that_is_killed_is_finished_by_the_same_command(a_class, tmp_path):
    undisturbed = ClassFolder(tmp_path / "undisturbed")
    shutil.copytree(a_class.root, undisturbed.root)
    decide(undisturbed, request(a_class), accept=True, alike=True, reason="Fine.")
    words = ("appeals", "--request", request(a_class), "--decide", "accept", "--alike", "--reason", "Fine.")
    process = start_cli(*words, "--class", a_class.root, start_new_session=True)
    while not (a_class.verdicts / FILE).exists() and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert len(read_decisions(a_class.verdicts)) == 1
    assert everything(a_class) != everything(undisturbed)
    assert call_cli(*words, "--class", a_class.root)[0] == 0
    assert everything(a_class) == everything(undisturbed)


def report(*checks: Check, sha256: str = "s") -> Report:
    return Report(9, "m", "m.py", sha256, 1, "strict", "3", checks)


def test_a_decision_during_another_grading_says_whether_it_was_recorded(a_class, monkeypatch):
    with exclusive_grading(a_class.root), pytest.raises(ClassError, match="wait until it ends.$"):
        decide(a_class, request(a_class), accept=True, alike=False, reason="")
    assert read_decisions(a_class.verdicts) == []

    def meanwhile(*_):
        with exclusive_grading(a_class.root):
            return grade_class(*_)

    monkeypatch.setattr("autograder.classroom.appeals.grade_class", meanwhile)
    with pytest.raises(ClassError, match="is running: wait until it ends. The decision is recorded. Run the same"):
        decide(a_class, request(a_class), accept=True, alike=False, reason="")
    monkeypatch.undo()
    points = by_checks(a_class, "ada")
    assert not decide(a_class, request(a_class), accept=True, alike=False, reason="").new
    assert (
        by_checks(a_class, "ada") == points + lost(a_class, "ada").points and len(read_decisions(a_class.verdicts)) == 1
    )


def test_a_decision_holds_for_work_that_fails_in_the_same_way_and_for_the_work_that_was_looked_at():
    failed = Check("a", "9.1", "A", False, 2.0, 0.0, "failed", "", misconception="doubles")
    for_ada = Decision("2026", "p", "ada", "part09", "a", True, "", "s", "failed doubles")
    for_all = replace(for_ada, learner="", submission="")
    none = replace(failed, misconception=None)

    def earned(learner: str, check: Check, *decisions: Decision, sha256: str = "s", part: str = "part09") -> float:
        one = report(check, sha256=sha256)
        return apply_decisions(one, decisions_on(decisions, learner, part, one)).earned

    assert earned("ada", failed, for_ada) == 2.0 == earned("ada", failed, for_ada, sha256="new")
    assert earned("ben", failed, for_ada) == 0.0 != earned("ben", failed, for_all)
    assert earned("ada", none, for_ada) == 2.0, "the same work, though the checks say something else of it now"
    assert earned("ada", none, for_ada, sha256="new") == 0.0 == earned("ben", none, for_all)
    assert earned("ada", failed, for_ada, part="part08") == 0.0
    assert earned("ada", replace(failed, status="passed", earned=2.0), for_ada) == 2.0
    assert earned("ada", failed, for_all, replace(for_ada, accepted=False)) == 0.0
    assert earned("ada", failed, replace(for_ada, accepted=False), for_all) == 2.0
    by_hand = replace(failed, status="manual", misconception=None)
    assert earned("ada", by_hand, replace(for_ada, way="manual")) == 0.0


def test_a_ledger_from_before_decisions_is_read(tmp_path: Path):
    old = LedgerEntry("w", "ada", "part09", "f", "s", "h", 1, "strict", "3", 1.0, 8.0, 10.0, "", {}, "k")
    line = {name: value for name, value in vars(old).items() if name != "decided"}
    (tmp_path / LEDGER).write_text(json.dumps(line) + "\n", encoding="ascii")
    assert [entry for _, entry in read_ledger(tmp_path / LEDGER)] == [old] and old.decided == {}


def test_without_requests_or_without_a_class_nothing_is_written(folder):
    assert call_cli("appeals", "--class", folder.root)[:2] == (0, "There are no regrade requests.\n")
    status, _, complained = call_cli("appeals", "--class", folder.root / "nowhere")
    assert status == 2 and "There is no folder" in complained
    assert list(folder.root.iterdir()) == []
