"""The students' zip as a student has it: unzipped into an empty home, with the packages of a learner."""

import hashlib
import importlib
import json
import re
import shutil

import pytest
from helpers.backward_loops import AS_FOUND, ORDER
from helpers.bundle import SOLVED, change, grade_in, run, solve

from autograder.appeal_file import Appeal, read_appeals
from autograder.course import ROOT, part, parts
from autograder.grading.follow_through import table_of
from autograder.grading.grade import grade
from autograder.grading.misconceptions import misconceptions, variants
from autograder.sandbox import Tier

RIGHT = ROOT / "tests" / "right_but_different"
MISSING = ("hint", "capstone", "train", "leaderboard")  # what README says is not there

with_make = pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")


def test_every_command_of_its_readme_does_what_it_says(bundle):
    readme = (bundle / "README.md").read_text(encoding="utf-8")
    calls = set(re.findall(r"(?:make|python -m autograder) [a-z][\w .=]*\w", readme)) - {"python -m autograder"}
    assert {"make check part=0", "make check", "make lesson part=5", "python -m autograder check 0"} <= calls
    solve(bundle, *range(11))
    more = {"lesson": ["args=--print"], "notebooks": ["args=--version"], "appeal": ["reason=Why."]}
    for call in sorted(calls):
        words = call.replace("NAME", "square_gives_x_times_x").split()
        if words[0] == "make" and not shutil.which("make"):
            continue
        done = run(bundle, *words, *more.get(words[1], []))
        said = done.stdout + done.stderr
        assert "Traceback" not in said, call
        if words[1] in MISSING:
            assert done.returncode and "not in this zip" in said, call
        else:
            assert done.returncode == 0, (call, said)


def test_a_fresh_bundle_earns_nothing_and_says_where_to_begin(bundle):
    done = run(bundle, "python", "-m", "autograder", "check")
    assert done.returncode == 1
    assert re.search(r"all +0/\d+", done.stdout)
    assert "Next: write 0.1 square in part00_setup.py" in done.stdout


def test_a_check_leaves_the_learners_files_as_they_are(bundle):
    solve(bundle, 0, 1, 3)

    def state():
        return {path: hashlib.sha256(path.read_bytes()).digest() for path in (bundle / "exercises").rglob("*")}

    before = state()
    run(bundle, "python", "-m", "autograder", "check")
    assert state() == before


def test_the_report_says_on_what_a_part_was_checked(bundle):
    solve(bundle, 1, 3)
    done = run(bundle, "python", "-m", "autograder", "check", "3")
    assert done.returncode == 0, done.stdout
    assert "Checked with 3 recorded inputs and on your own part01_autograd.py" in done.stdout
    assert "2.5 more points, in 6 hidden checks" in done.stdout


def hidden_marks(number: int) -> list:
    """What is marked in a part's hidden tests: tasks and points."""
    suite = importlib.import_module(f"autograder.parts.part{number:02d}.test_hidden")
    return [test.check for test in vars(suite).values() if hasattr(test, "check")]


def test_work_that_only_hidden_checks_would_fail_is_not_called_right(bundle):
    solve(bundle, *range(11))
    change(bundle, "part01_autograd.py", "1.0 if self.data > 0 else 0.0", "1.0 if self.data >= 0 else 0.0")
    whole = run(bundle, "python", "-m", "autograder", "check")
    hidden = sum(len(hidden_marks(each.number)) for each in parts())
    assert whole.returncode == 0
    remain = f"Every public check passes; {hidden} hidden checks remain, which your instructor's grader runs."
    assert whole.stdout.splitlines()[-1] == remain
    in_task = [mark for mark in hidden_marks(1) if mark.task == "1.3"]
    points = sum(mark.points for mark in in_task)
    task = run(bundle, "python", "-m", "autograder", "check", "1.3")
    assert f"Your grade has {points:g} more points, in {len(in_task)} hidden check" in task.stdout
    assert f"Every public check passes; {len(in_task)} hidden check" in task.stdout
    assert "Next: task 1.4 backward: " in task.stdout.splitlines()[-1]
    lesson = (
        "from pathlib import Path; from notebook_tools import checks; import sys; "
        "print('\\n'.join(checks.run('1.3', Path('exercises/part01_autograd.py').resolve()).lines))"
    )
    noted = run(bundle, "python", "-c", lesson)
    for said in (whole.stdout, task.stdout, noted.stdout):
        assert "All right" not in said and "every part is right" not in said
    assert f"Every public check passes; {len(in_task)} hidden check" in noted.stdout, noted.stderr


def test_a_loop_for_1_5_that_breaks_backward_is_sent_back_to_1_4(bundle):
    solve(bundle, 1)
    change(bundle, "part01_autograd.py", ORDER, AS_FOUND)
    done = run(bundle, "python", "-m", "autograder", "check", "1.5")
    assert "1.5 passes, but 1.4 fails. Both check Value.backward" in done.stdout, done.stdout
    assert "Next: fix 1.4 backward, then " in done.stdout.splitlines()[-1] and done.returncode == 1
    solve(bundle, 1)
    right = run(bundle, "python", "-m", "autograder", "check", "1.5")
    assert right.returncode == 0 and "1.4 " not in right.stdout.partition("Next:")[0], right.stdout


def test_one_recorded_input_can_be_asked_for_and_no_other(bundle):
    solve(bundle, 0)
    done = run(bundle, "python", "-m", "autograder", "check", "0", "--seed", "2")
    assert done.returncode == 0 and "1 recorded input" in done.stdout
    done = run(bundle, "python", "-m", "autograder", "check", "0", "--seed", "4")
    assert done.returncode == 2 and "the seeds are 1, 2, 3" in done.stderr and "Traceback" not in done.stderr


def test_a_mistake_is_named(bundle):
    solve(bundle, 1, 3)
    mistake = next(m for m in misconceptions(part(3)) if m.task == "3.1")
    (bundle / "exercises" / "part03_layers.py").write_bytes(variants(part(3))[mistake.id])
    done = run(bundle, "python", "-m", "autograder", "check", "3", "--json")
    assert done.returncode == 1
    failed = [check for check in json.loads(done.stdout)["checks"] if check["status"] == "failed"]
    assert failed and {check["misconception"] for check in failed} == {mistake.id}
    assert failed[0]["advice"] == mistake.says


def test_a_part_that_fails_says_which_part_below_it_is_not_right(bundle):
    solve(bundle, 1, 3)
    change(bundle, "part01_autograd.py", "self.grad = 0.0", "self.grad = 0.5")
    done = run(bundle, "python", "-m", "autograder", "check", "3")
    assert done.returncode == 1
    last = done.stdout.rstrip().splitlines()[-1]
    assert last.startswith("It uses your part 1, which is not right yet. Next: ")
    assert last.endswith("-m autograder check 1")


def test_a_part_on_one_that_is_not_written_asks_for_that_first(bundle):
    solve(bundle, 3)
    done = run(bundle, "python", "-m", "autograder", "check", "3")
    assert "This needs 1." in done.stdout and "of your own part 1, which is not written yet" in done.stdout
    assert "check 1." in done.stdout
    assert "3.1 linear: not written yet" not in done.stdout


def test_a_part_below_that_python_cannot_read_is_said_with_its_line(bundle):
    solve(bundle, 1, 3)
    change(bundle, "part01_autograd.py", "class Value:", "class Value")
    done = run(bundle, "python", "-m", "autograder", "check", "3")
    assert re.search(r"This part runs on your part01_autograd.py, line \d+. Python can't read the file", done.stdout)


def test_a_missing_file_is_said(bundle):
    (bundle / "exercises" / "part00_setup.py").unlink()
    done = run(bundle, "python", "-m", "autograder", "check", "0")
    assert done.returncode == 1 and "part00_setup.py is missing." in done.stdout


def test_a_call_with_other_arguments_is_told_the_stubs(bundle):
    solve(bundle, 1, 3)
    change(bundle, "part03_layers.py", "def softmax(logits: list[Value])", "def softmax()")
    assert (
        "Likely:     Call it like this: softmax(logits)."
        in run(bundle, "python", "-m", "autograder", "check", "3").stdout
    )


@with_make
def test_what_needs_the_reference_says_so(bundle):
    for target in ("train", "capstone", "compare", "leaderboard"):
        done = run(bundle, "make", target)
        assert done.returncode and "which is not in this zip" in done.stderr, target
        assert "Traceback" not in done.stderr


@with_make
def test_make_refuses_a_variable_that_a_target_does_not_take(bundle):
    done = run(bundle, "make", "check", "prat=1")
    assert done.returncode == 2
    assert "make check does not accept prat=. It accepts: args= part= seed=." in done.stderr


@with_make
def test_make_alone_lists_what_the_zip_can_do(bundle):
    listed = run(bundle, "make").stdout
    assert re.findall(r"^  (\w+) ", listed, flags=re.M) == ["help", "check", "lesson", "notebooks", "context", "appeal"]
    assert "fast=" not in listed


def test_the_notebooks_checks_work_in_it(bundle):
    solve(bundle, 0)
    code = (
        "from pathlib import Path; from notebook_tools import checks; "
        "found = checks.run('0.1', Path('exercises/part00_setup.py').absolute()); print(found.earned, *found.lines)"
    )
    done = run(bundle, "python", "-c", code)
    assert done.stdout.startswith("2.0 pass 2/2  square returns x times x"), done.stdout + done.stderr


def test_a_notebooks_check_finds_the_other_parts_in_the_folders_beside_it(bundle):
    """As nbgrader's exchange hands them out, or a JupyterHub where the zip is installed for all."""
    solve(bundle, 1, 3)
    for number in (1, 3):
        (bundle / f"part{number:02d}").mkdir()
        for path in (bundle / "exercises").glob(f"part{number:02d}_*.py"):
            path.rename(bundle / f"part{number:02d}" / path.name)
    code = (
        "import os; os.chdir('part03'); from notebook_tools import start; lesson = start(3); "
        "print(lesson.check('3.1'), lesson.check('3.3'))"
    )
    done = run(bundle, "python", "-c", code)
    assert "pass 1/1  rmsnorm makes the mean square one" in done.stdout, done.stdout + done.stderr


LONG = (5, 7, 8, 10)  # their right implementations take seconds each


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3, 4, 6, 9), pytest.param(LONG, marks=pytest.mark.slow)], ids=str)
def test_right_code_passes_however_it_is_written(bundle, numbers):
    jobs = [(number, SOLVED) for number in numbers]
    names = ["the solution"] * len(jobs)
    for each in map(part, numbers):
        for path in sorted((RIGHT / each.name).glob("*.py")):
            jobs.append((each.number, {**SOLVED, each.file_name: path.read_text(encoding="utf-8")}))
            names.append(path.name)
    for (number, _), name, report in zip(jobs, names, grade_in(bundle, jobs)):
        failed = [check for check in report["checks"] if check["status"] not in ("passed", "manual")]
        assert not failed, (number, name, failed[0]["message"])


@pytest.mark.gate
def test_known_mistakes_lose_points_and_are_named(bundle):
    jobs, expected = [], []
    for number in (0, 3):
        sentences = {mistake.id: mistake.says for mistake in misconceptions(part(number))}
        for name, source in variants(part(number)).items():
            jobs.append((number, {**SOLVED, part(number).file_name: source.decode("utf-8")}))
            expected.append(sentences[name])
    seen = named = 0
    for says, report in zip(expected, grade_in(bundle, jobs)):
        failed = [check for check in report["checks"] if check["status"] not in ("passed", "manual")]
        seen += bool(failed)
        named += any(check["advice"] == says for check in failed)  # two that only hidden checks tell apart say the same
    assert len(jobs) - seen == 7  # hidden checks alone see these
    assert seen - named == 2  # these two look alike in public checks: neither is named


def test_points_are_kept_for_an_earlier_mistake_as_everywhere_else(bundle):
    of = part(2)
    mistakes = list(table_of(of))
    sources = [variants(of)[name] for name in mistakes]
    reports = grade_in(bundle, [(2, {**SOLVED, of.file_name: source.decode("utf-8")}) for source in sources])
    assert len(mistakes) > 3
    for name, source, report in zip(mistakes, sources, reports):
        ours = grade({of.file_name: source}, of, seed=1, tier=Tier.LOCAL)
        public = {check.name: (check.earned, check.follows) for check in ours.checks if not check.hidden}
        assert {check["name"]: (check["earned"], check["follows"]) for check in report["checks"]} == public, name


def test_a_learner_asks_for_a_regrade_also_of_a_hidden_check(bundle):
    done = run(bundle, "python", "-m", "autograder", "appeal", "--check", "square_gives_x_times_x", "--reason", "Why.")
    assert done.returncode == 0, done.stderr
    call = ["python", "-m", "autograder", "appeal", "--check", "the_sum_of_three_hidden_things", "--reason", "Why."]
    done = run(bundle, *call)
    assert done.returncode == 2 and "it is a hidden check. Add its part:" in " ".join(done.stderr.split())
    assert run(bundle, *call[:4], "5", *call[4:]).returncode == 0
    asked = {path.name: read_appeals(path.read_bytes()) for path in (bundle / "exercises").glob("appeal_*")}
    assert asked == {
        "appeal_part00.toml": [Appeal("square_gives_x_times_x", "Why.")],
        "appeal_part05.toml": [Appeal("the_sum_of_three_hidden_things", "Why.")],
    }
