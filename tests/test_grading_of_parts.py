"""Grading with real workers: the JSON of the command line, which earlier part breaks a later one, what a mistake costs,
and many submissions in one process.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest

from autograder.course import HERE, ROOT, SOLUTIONS, part, parts
from autograder.grading.grade import grade
from autograder.grading.misconceptions import variants
from autograder.grading.report import Report
from autograder.grading.submission import grade_parts
from autograder.sandbox import Tier
from autograder.stubs import fresh_stubs

SCHEMA = json.loads((HERE / "render" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
READY = [part for part in parts() if (part.suite / "test_public.py").exists()]


def solution(number: int) -> str:
    return (SOLUTIONS / part(number).file_name).read_text(encoding="utf-8")


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder", "check", *map(str, arguments), "--json"]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=1200)


def test_the_schema_is_a_schema_and_lets_nothing_unknown_through():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    report = grade({"part03_layers.py": solution(3).encode()}, part(3), tier=Tier.LOCAL).to_json()
    VALIDATOR.validate(report)
    for wrong in ({**report, "extra": 1}, {**report, "seed": "1"}, {**report, "checks": [{"name": "a"}]}, {"parts": 1}):
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(wrong)


def test_json_of_one_part_is_the_report_and_nothing_else_is_printed():
    answer = run(3, "--from", SOLUTIONS, "--seed", 5)
    report = json.loads(answer.stdout)
    VALIDATOR.validate(report)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert (report["part"], report["seed"], report["earned"]) == (3, 5, report["possible"])
    assert report["passed"] is True


def test_json_of_a_folder_without_work_has_every_part_and_no_points(tmp_path):
    for name, text in fresh_stubs().items():
        if name.startswith("part"):
            (tmp_path / name).write_text(text, encoding="utf-8")
    answer = run("--from", tmp_path, "--sandbox", "local")
    reports = json.loads(answer.stdout)
    VALIDATOR.validate(reports)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert [report["part"] for report in reports["parts"]] == [p.number for p in parts()]
    assert sum(report["earned"] for report in reports["parts"]) == 0
    assert {report["passed"] for report in reports["parts"]} == {False}
    assert {check["status"] for report in reports["parts"] for check in report["checks"]} == {"todo", "manual"}


@pytest.mark.parametrize("target", ["12", "5.9", "five", "-1"])
def test_misuse_prints_no_json_and_ends_with_2(target):
    answer = run("--", target) if target.startswith("-") else run(target)
    assert answer.returncode == 2 and answer.stdout == "" and answer.stderr


def test_a_report_without_points_to_grade_is_not_passed():
    assert not Report(9, "m", "m.py", "0", 1, "local", "3", ()).passed


@pytest.mark.skipif({3, 5} - {part.number for part in READY} != set(), reason="parts 3 and 5 are not graded yet")
def test_a_wrong_part_3_leaves_part_5_its_points_and_the_report_says_what_breaks_it():
    wrong = solution(3).replace("mean_square + eps", "mean_square * 4 + eps")
    assert wrong != solution(3)
    files = {p.file_name: solution(p.number).encode() for p in parts() if p.number in (1, 3, 4, 5)}
    files["part03_layers.py"] = wrong.encode()
    layers, gpt = grade_parts(files, [part(3), part(5)], seed=1, tier=Tier.LOCAL)
    assert not layers.passed and layers.breaks == ""
    assert gpt.passed and gpt.earned == gpt.possible
    words = r"Your own part 3 breaks it: \d+ of \d+ checks fail with your part03_layers.py instead of the reference"
    assert re.match(words, gpt.breaks), gpt.breaks
    assert "Your own part 1" not in gpt.breaks and "Your own part 4" not in gpt.breaks


@pytest.mark.skipif(5 not in {part.number for part in READY}, reason="part 5 is not graded yet")
def test_right_earlier_parts_break_nothing():
    files = {p.file_name: solution(p.number).encode() for p in parts() if p.number in (1, 3, 4, 5)}
    (gpt,) = grade_parts(files, [part(5)], seed=1, tier=Tier.LOCAL)
    assert gpt.passed and gpt.breaks == ""


@pytest.mark.skipif(5 not in {part.number for part in READY}, reason="part 5 is not graded yet")
def test_a_mistake_in_an_early_task_costs_that_task_alone():
    """No scale in attend: everything above it is right, given that attend, and keeps its points."""
    source = variants(part(5))["no-attention-scale"]
    report = grade({"part05_gpt.py": source}, part(5), seed=1, tier=Tier.LOCAL)
    lost = {check.task for check in report.checks if check.earned < check.points}
    kept = [check for check in report.checks if check.follows]
    assert lost == {"5.1"} and {check.follows for check in kept} == {"5.1"} and len(kept) >= 3
    assert all(check.status == "passed" and "points are kept" in check.message for check in kept)


def test_a_split_that_goes_round_with_the_seed_and_draws_nothing_loses_points():
    draws = "random.Random(seed).shuffle(distinct)"
    goes_round = "start = seed * 7919 % max(1, len(distinct)); distinct = distinct[start:] + distinct[:start]"
    assert solution(2).count(draws) == 1
    files = {"part02_tokenizer.py": solution(2).replace(draws, goes_round).encode()}
    lost = [check for check in grade(files, part(2), seed=1, tier=Tier.LOCAL).checks if check.earned < check.points]
    assert [check.task for check in lost] == ["2.3"] and "from all over docs" in lost[0].message


def test_a_suite_leaves_nothing_of_itself_in_the_process(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")  # of an outer pytest: it must not reach the suite
    before = dict(sys.modules)
    assert grade({"part03_layers.py": solution(3).encode()}, part(3), tier=Tier.LOCAL).passed
    assert not [name for name in before if name not in sys.modules]
    assert os.environ["PYTEST_ADDOPTS"] == "--collect-only"


MANY = """
import gc, os
from autograder.course import SOLUTIONS, part
from autograder.grading.grade import grade
from autograder.sandbox import Tier

def resident():
    gc.collect()
    with open("/proc/self/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * 4096

right = (SOLUTIONS / "part09_understanding.py").read_bytes()
sources = [right, b"", b"x = (", right.replace(b"return", b"return 1 +", 1), b"print('x' * 200_000)" + b"\\n"]
earned = []
for number in range(50):
    earned.append(grade({"part09_understanding.py": sources[number % 5]}, part(9), tier=Tier.LOCAL).earned)
    if number == 14:
        early = resident(), len(os.listdir("/proc/self/fd"))
late = resident(), len(os.listdir("/proc/self/fd"))
print(late[0] - early[0], late[1] - early[1], len(set(earned[0::5])), max(earned[1::5]), 
      len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc")
def test_fifty_submissions_in_one_process_need_no_more_memory_than_fifteen():
    answer = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, cwd=ROOT, timeout=1200)
    grown, descriptors, distinct, worst, threads = map(float, answer.stdout.split())
    assert grown < 8e6 and descriptors <= 1 and threads <= 4, answer.stdout
    assert (distinct, worst) == (1, 0)


def test_uncut_heads_are_named_also_with_an_attend_that_goes_by_columns():
    """Its output is as long as the values, with range(len(query)) as long as the query."""
    five = part(5)
    source = (SOLUTIONS / five.file_name).read_text(encoding="utf-8")
    by_position = "[sum(w * v[j] for w, v in zip(attention_weights, values)) for j in range(len(query))]"
    keys, values = "[key[head] for key in keys[layer]]", "[value[head] for value in values[layer]]"
    assert all(source.count(text) == 1 for text in (by_position, keys, values))
    source = source.replace(by_position, "[sum(w * x for w, x in zip(attention_weights, c)) for c in zip(*values)]")
    for wrong, says in (
        (source.replace(values, "values[layer]"), "Your heads get full values"),
        (source.replace(values, "values[layer]").replace(keys, "keys[layer]"), "Your heads get full keys and values"),
        (source.replace(values, "values[layer][head]").replace(keys, "keys[layer][head]"), "You slice the cache"),
    ):
        report = grade({five.file_name: wrong.encode("utf-8")}, five, tier=Tier.LOCAL, task="5.2")
        assert any(check.advice.startswith(says) for check in report.checks), says
