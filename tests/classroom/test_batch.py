"""A batch: whatever shape a class comes in, each submission is graded once, and shown only as a class may see it."""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from helpers.batch import ENDLESS, PART, SOLUTION, STUB, WRONG, call_cli, hand_in, points, report_of, solution

import autograder.batch.pool as pools
from autograder.batch.find_tasks import find_tasks
from autograder.batch.grade_batch import default_folder, grade_batch
from autograder.batch.local_processes import GradingProcess, Processes
from autograder.batch.regrade import regrade, regrade_lines
from autograder.class_folder import collected
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.verdict import fresh_verdict
from autograder.course import part, parts
from autograder.grading.report import KIND_OF_FAILURE
from autograder.grading.request import Conditions, GradingRequest
from autograder.grading.store import Store
from autograder.sandbox import Tier

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the strict sandbox")
MODULES = {"part00_setup.py": b"zero", "part01_autograd.py": b"one"}


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    folder.mkdir()
    return folder


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def in_tree(folder: Path) -> Path:
    for learner in ("ada", "bob"):
        for its_part in parts()[:2]:
            hand_in(folder, learner, MODULES[its_part.file_name], its_part)
    return folder


def in_folders(folder: Path) -> Path:
    for learner in ("ada", "bob"):
        (folder / learner).mkdir()
        for name, content in MODULES.items():
            (folder / learner / name).write_bytes(content)
    return folder


def in_archives(folder: Path) -> Path:
    (folder / "ada.zip").write_bytes(zipped({f"my homework/{name}": text for name, text in MODULES.items()}))
    with tarfile.open(folder / "bob.tar.gz", "w:gz") as archive:
        for name, content in MODULES.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return folder


def in_one_archive(folder: Path) -> Path:
    files = {f"submitted/{who}/{name[:6]}/{name}": text for who in ("ada", "bob") for name, text in MODULES.items()}
    (folder / "class.zip").write_bytes(zipped(files))
    return folder / "class.zip"


def in_an_archive_of_archives(folder: Path) -> Path:
    (folder / "all.zip").write_bytes(zipped({"ada.zip": zipped(MODULES), "bob/homework.zip": zipped(MODULES)}))
    return folder / "all.zip"


@pytest.mark.parametrize("shape", [in_tree, in_folders, in_archives, in_one_archive, in_an_archive_of_archives])
def test_a_class_is_the_same_class_in_every_shape(submitted, shape):
    found = find_tasks(shape(submitted), parts())
    assert not found.problems
    assert [(task.learner, task.part.number) for task in found.tasks] == [
        ("ada", 0),
        ("ada", 1),
        ("bob", 0),
        ("bob", 1),
    ]
    assert [task.read().modules[task.part.file_name] for task in found.tasks] == [b"zero", b"one"] * 2


def test_an_earlier_part_of_ones_own_comes_along_and_a_later_one_does_not(submitted):
    in_folders(submitted)
    (submitted / "ada" / "part03_layers.py").write_bytes(b"three")
    (task,) = find_tasks(submitted, [part(3)]).tasks
    assert task.read().modules == {"part01_autograd.py": b"one", "part03_layers.py": b"three"}


def test_what_cant_be_used_is_named_and_costs_nobody_else(submitted):
    hand_in(submitted, "ada")
    (submitted / "bob").mkdir()
    (submitted / "cyd.zip").write_bytes(b"PK no archive")
    (submitted / "dee").symlink_to(submitted / "ada")
    (submitted / "ada.zip").write_bytes(zipped(MODULES))
    found = find_tasks(submitted, parts())
    assert [task.learner for task in found.tasks] == ["ada"]
    said = dict(found.problems)
    assert said["ada"] == "ada was found first, so ada.zip was left out."
    assert "no module of the course" in said["bob"] and "can't be read" in said["cyd"] and "link" in said["dee"]


def test_modules_further_down_in_a_learners_folder_are_found_as_in_an_archive(submitted):
    deep = submitted / "ada" / "my homework" / "final"
    deep.mkdir(parents=True)
    (deep / "part00_setup.py").write_bytes(b"deep")
    (submitted / "bob" / "upload").mkdir(parents=True)
    (submitted / "bob" / "upload" / "all.zip").write_bytes(zipped({"x/part00_setup.py": b"packed"}))
    (submitted / "cyd" / "x").mkdir(parents=True)
    (submitted / "cyd" / "x" / "part00_setup.py").symlink_to(deep / "part00_setup.py")
    found = find_tasks(submitted, [PART])
    assert {task.learner: task.read().modules["part00_setup.py"] for task in found.tasks} == {
        "ada": b"deep",
        "bob": b"packed",
    }
    assert [who for who, _ in found.problems] == ["cyd"], "a link may lead to somebody else's work"


def test_what_lies_beside_the_learners_folders_is_not_left_out_without_a_word(submitted):
    hand_in(submitted, "ada")
    for name in ("bob.7z", "cyd.tar.xz", "part00_setup.py", "notes.txt"):
        (submitted / name).write_bytes(b"anything")
    said = dict(find_tasks(submitted, parts()).problems)
    assert said.keys() == {"bob.7z", "cyd.tar.xz", "part00_setup.py"}
    assert "Unpack this one" in said["bob.7z"] and "not in a learner's folder" in said["part00_setup.py"]


def test_one_broken_archive_in_an_archive_costs_its_owner_alone(submitted):
    files = {"ada.zip": zipped(MODULES), "bob.zip": b"PK no archive", "eve/../../part00_setup.py": b"", "note.txt": b""}
    (submitted / "all.zip").write_bytes(zipped(files))
    found = find_tasks(submitted / "all.zip", parts())
    assert {task.learner for task in found.tasks} == {"ada"}
    assert {who for who, why in found.problems} == {"bob", "all.zip"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "nowhere", "There is no folder or archive"),
        (lambda folder: folder, "There is nothing to grade in"),
        (lambda folder: folder.parent, "Grade its submissions"),
    ],
)
def test_a_folder_that_is_no_class_is_refused_with_what_to_do(submitted, make, words):
    with pytest.raises(ValueError, match=words):
        find_tasks(make(submitted), parts())


def test_a_class_is_graded_once_and_only_what_changes_is_graded_again(submitted, tier, monkeypatch):
    out = submitted.parent / "verdicts"
    third = part(3)
    hand_in(submitted, "ada")
    hand_in(submitted, "bob", WRONG)
    for learner in ("cyd", "dee", "eve"):
        hand_in(submitted, learner, STUB)
    hand_in(submitted, "bob", solution(part(1)).replace("child.grad +=", "child.grad ="), part(1))
    hand_in(submitted, "bob", solution(third), third)
    asked = []

    def counted(self, line, ask=Processes.ask):
        asked.append(json.loads(line))
        return ask(self, line)

    monkeypatch.setattr(Processes, "ask", counted)
    summary = grade_batch(submitted, [PART, third], tier, out, workers=2)
    assert not summary.problems and summary.graded == 6 and summary.by_part[0].not_begun == 3
    assert points(out)["ada/part00"] == 10 and points(out)["bob/part00"] < 10 and points(out)["eve/part00"] == 0
    assert "Your own part 1 breaks it" in report_of(out, "bob", third)["breaks"]
    stubs = [job for job in asked if job["modules"].keys() == {PART.file_name}]
    assert len(stubs) == 3, "three different files of part 0 among five learners"
    lines = (out / "ledger.jsonl").read_bytes()

    asked.clear()
    reports = {path: (path.read_bytes(), path.stat().st_ino) for path in (out / "reports").rglob("part*")}
    damaged = [out / "reports" / "ada" / f"part00.{kind}" for kind in ("json", "html")]
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-9])
    looked_up = []

    def found(self, name, find=Store.find):
        looked_up.append(name)
        return find(self, name)

    monkeypatch.setattr(Store, "find", found)
    again = grade_batch(submitted, [PART, third], tier, out, workers=2)
    assert again.graded == 6 and not asked and (out / "ledger.jsonl").read_bytes() == lines
    assert looked_up.count(json.loads(lines.splitlines()[0])["verdict"]) == 1, "each verdict is read once"
    assert len(reports) == 12 and all(path.read_bytes() == content for path, (content, _) in reports.items())
    assert {path for path, (_, file) in reports.items() if path.stat().st_ino != file} == {*damaged}

    hand_in(submitted, "cyd")
    grade_batch(submitted, [PART, third], tier, out, workers=2)
    assert not asked, "it is ada's file, letter by letter"
    added = (out / "ledger.jsonl").read_bytes()
    assert added.startswith(lines) and added.count(b"\n") == lines.count(b"\n") + 1
    assert json.loads(added.splitlines()[-1])["learner"] == "cyd"


def test_to_find_the_newest_modules_the_time_of_each_folder_is_read_once(submitted, monkeypatch):
    wanted = parts()[:6]
    for each in wanted:
        hand_in(submitted, "ada", solution(each), each)
    read = []
    monkeypatch.setattr(collected, "recorded_time", lambda place: read.append(place.name))
    assert len(collected.collect_modules(submitted / "ada", wanted[-1]).modules) > 3
    assert read == [each.name for each in wanted]


def test_nbgrader_finds_the_verdicts_of_the_batch(submitted, tier, monkeypatch):
    hand_in(submitted, "ada", WRONG)
    grade_batch(submitted, [PART], tier, default_folder(submitted), workers=1)
    monkeypatch.setattr("autograder.grading.store.grade", lambda *_, **__: pytest.fail("It was graded again."))
    report = fresh_verdict(ClassFolder(submitted.parent), "ada", PART, tier).report
    assert report.earned == points(submitted.parent / "verdicts")["ada/part00"] < 10


def test_a_report_shows_no_input_and_no_value_of_a_hidden_check_and_obeys_no_markup(submitted, tier):
    out, name = submitted.parent / "out", "<b>mallory&"
    hand_in(submitted, name, SOLUTION.replace("gradient = []", 'raise ValueError(f"<script>{xs}</script>")'))
    grade_batch(submitted, [PART], tier, out, workers=1)
    checks = report_of(out, name)["checks"]
    hidden = [check for check in checks if check["hidden"] and check["status"] != "passed"]
    assert hidden
    for check in hidden:
        told = check["message"]
        assert told in KIND_OF_FAILURE.values() or told.startswith("The code raised an exception: ValueError")
        assert "script" not in told
    page = (out / "reports" / name / "part00.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "&lt;b&gt;mallory&amp;" in page


class Fragile(Processes):
    """Whoever grades mallory's file is killed by the system, each time."""

    def ask(self, line: bytes) -> bytes:
        if b"bWFsbG9yeS" not in line:  # mallory, in base 64 at the start of a file
            return super().ask(line)
        process = GradingProcess(self.folder)
        process._process.kill()
        return process.ask(line)


def test_a_submission_that_kills_its_worker_costs_only_itself(submitted, tier, monkeypatch):
    out = submitted.parent / "out"
    for learner in ("ada", "zoe"):
        hand_in(submitted, learner, f"# {learner}\n{SOLUTION}")
    hand_in(submitted, "mallory", b"mallory = 1\n")
    monkeypatch.setattr(pools, "Processes", Fragile)
    summary = grade_batch(submitted, [PART], tier, out, workers=2)
    assert summary.problems == [("mallory/part00", "The process that graded it ended (status -9).")]
    assert points(out) == {"ada/part00": 10, "zoe/part00": 10}
    monkeypatch.undo()
    assert not grade_batch(submitted, [PART], tier, out, workers=1).problems and len(points(out)) == 3


def test_a_process_that_does_not_answer_in_time_is_ended(tier):
    from autograder.batch.grading_process import encode_job
    from autograder.batch.local_processes import ProcessEnded
    from autograder.course import ROOT

    process = GradingProcess(str(ROOT))
    job = encode_job(GradingRequest({PART.file_name: ENDLESS.encode()}, PART, Conditions(tier, 1)))
    with pytest.raises(ProcessEnded):
        process.ask(job, seconds=1.0)  # a loop without end is given a second of the processor, after the start
    assert process._process.poll() is not None


SLEEPER = """
import pathlib, time
from autograder.batch.serve_jobs import claim_standard_output, serve_jobs

def sleep(line):
    pathlib.Path(__file__).with_name("began").touch()
    time.sleep(600)

def main():
    serve_jobs(sleep, claim_standard_output())
"""


def test_a_process_ends_with_the_program_that_gives_it_jobs_also_in_the_middle_of_one(tmp_path):
    (tmp_path / "sleeper.py").write_text(SLEEPER, encoding="utf-8")
    process = GradingProcess(str(tmp_path), "sleeper")
    process._process.stdin.write(b"a job\n")
    process._process.stdin.flush()
    while not (tmp_path / "began").exists():
        assert process._process.poll() is None
        time.sleep(0.01)
    process._process.stdin.close()  # as the system does for a program that was killed
    assert process._process.wait(timeout=60) == 0


def test_a_pool_that_has_ended_does_no_job(tmp_path):
    from autograder.batch.local_processes import ProcessEnded

    (tmp_path / "sleeper.py").write_text(SLEEPER, encoding="utf-8")
    processes = Processes(str(tmp_path), "sleeper", seconds=60)
    processes.end()
    with pytest.raises(ProcessEnded, match="The pool has ended"):
        processes.ask(b"a job\n")
    assert not (tmp_path / "began").exists()


LUCKY = SOLUTION.replace("gradient = []", "gradient = [0.0] if int(abs(xs[0]) * 1000) % 4 == 0 else []")


def test_a_second_grading_with_other_inputs_names_code_that_does_not_always_do_the_same(submitted, tier):
    out = submitted.parent / "out"
    hand_in(submitted, "ada")
    hand_in(submitted, "fay", LUCKY)
    assert regrade(submitted, [PART], tier, out, 1, workers=1).new == 2, "there is nothing to compare with"
    grade_batch(submitted, [PART], tier, out, workers=1)
    before = (out / "ledger.jsonl").read_bytes()
    for seed in range(2, 20):
        outcome = regrade(submitted, [PART], tier, out, seed, workers=1)
        if outcome.changed:
            break
    ((who, lines),) = outcome.changed
    assert who == "fay/part00" and any("failed" in line and "passed" in line for line in lines)
    assert f"seed {seed}: 1 verdict changed, 1 did not" in "\n".join(regrade_lines(outcome))
    assert (out / "ledger.jsonl").read_bytes() == before, "nobody's grade is changed by it"


def test_the_command_says_what_it_did_and_ends_with_a_status_that_tells(submitted, tier):
    hand_in(submitted, "ada", WRONG)
    status, said, progress = call_cli("grade", submitted, "--part", 0)
    assert status == 0 and "0 Set-up" in said and "graded 1 of 1" in progress, "wrong work was graded all the same"
    (submitted / "bob").mkdir()
    status, said, _ = call_cli("grade", submitted, "--part", 0, "--json")
    data = json.loads(said)
    assert status == 1 and data["graded"] == 1 and data["not_graded"][0][0] == "bob"
    for words in (("grade", submitted.parent), ("grade", "--workers", 2), ("grade", submitted, "--part", 12)):
        status, said, sentence = call_cli(*words)
        assert status == 2 and not said and sentence.strip().count("\n") == 0


def messages_of(code: str, status: str, tier: Tier) -> list[str]:
    from autograder.grading.grade import grade
    from autograder.sandbox import Limits

    limits = Limits(cpu_seconds=20, call_seconds=60.0, total_seconds=200.0)
    report = grade({PART.file_name: code.encode()}, PART, seed=1, tier=tier, limits=limits, explain=False)
    return [check.message for check in report.checks if check.status == status]


def test_after_one_call_without_an_answer_the_others_of_the_task_are_waited_for_less_long(tier, monkeypatch):
    monkeypatch.setattr("autograder.grading.timeouts.FIRST", (0.6, 0))
    first, *others = messages_of(SOLUTION.replace("gradient = []", "while True:\n        pass"), "timeout", tier)
    assert "no answer after 0.6 seconds of processor time" in first
    assert len(others) >= 3 and all("no answer after 0.1 seconds of processor time" in words for words in others)


@pytest.mark.parametrize(
    ("ending", "status", "words"),
    [
        ("while True:\n    pass\n", "timeout", "no answer after 0.3 seconds of processor time"),
        ("import os\nos._exit(3)\n", "error", "Your code ended the program"),
    ],
)
def test_a_module_that_cant_be_imported_is_imported_once(ending, status, words, tier, monkeypatch):
    from autograder.sandbox.worker_client import Worker

    asked = []

    def counted(name, original):
        def count(*arguments, **more):
            asked.append(name)
            return original(*arguments, **more)

        monkeypatch.setattr(Worker, name, count)

    counted("load", Worker.load)
    counted("call", Worker.call)
    monkeypatch.setattr("autograder.grading.session.LOADING", 0.3)
    messages = messages_of(SOLUTION + ending, status, tier)
    assert asked == ["load"] and len(messages) > 3
    assert all(re.match("Called: +import part00|Importing", message) and words in message for message in messages)
    assert all("Code outside functions runs" in message for message in messages)


def test_everybody_in_a_batch_gets_the_same_inputs_and_another_batch_others(submitted, tier):
    for learner in ("ada", "bob"):
        hand_in(submitted, learner, f"# {learner}\n{SOLUTION}")
    seeds = []
    for out in ("first", "second"):
        grade_batch(submitted, [PART], tier, submitted.parent / out, workers=2)
        seeds.append({report_of(submitted.parent / out, learner)["seed"] for learner in ("ada", "bob")})
    assert len(seeds[0]) == len(seeds[1]) == 1 and seeds[0] != seeds[1]


@pytest.mark.parametrize("number", [3, 6])
def test_a_process_that_has_graded_others_gives_the_verdicts_of_a_fresh_one(number, tier):
    from autograder.batch.grading_process import decode_verdict, encode_job
    from autograder.course import ROOT
    from autograder.grading.grade import grade
    from autograder.grading.misconceptions import variants

    its_part = part(number)
    codes = [source for _, source in sorted(variants(its_part).items())][::9]
    process = GradingProcess(str(ROOT))
    try:
        for code in codes + codes[:2]:
            report, _ = decode_verdict(
                process.ask(encode_job(GradingRequest({its_part.file_name: code}, its_part, Conditions(tier, 5))))
            )
            assert report == grade({its_part.file_name: code}, its_part, tier=tier, seed=5)
    finally:
        process.end()
