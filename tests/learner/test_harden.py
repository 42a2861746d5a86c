"""harden: a known mistake in the learner's own passing code, to find, fix and name."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from types import SimpleNamespace

import pytest
from helpers.learner import solution
from typer.testing import CliRunner

from autograder import backups
from autograder.cli import app
from autograder.commands import harden as harden_command
from autograder.course import SOLUTIONS, part, parts
from autograder.grading.misconceptions import misconceptions
from autograder.learner import harden, local_state, mistake_edits
from autograder.learner.mistake_edits import Edit
from autograder.learner.planted import Planted, remember
from benchmarks import harden_plants

# One mistake that the checks of part 0 recognise, as an edit of the reference.
FIND, REPLACE = "/ (2 * h)", "/ h"


def planted(course) -> dict:
    """What is planted in this copy of the course."""
    return json.loads((course.root / ".learner" / "harden.json").read_text(encoding="utf-8"))["planted"]


def right_number(course) -> int:
    now = planted(course)
    return now["causes"].index(now["mistake"]) + 1


def test_a_planted_mistake_is_found_fixed_and_named(course):
    course.write(0, solution(0).replace("\n", "\r\n"))
    mine = course.file(0).read_bytes().replace(b"\r\r\n", b"\r\n") + b"# my last line, \xc3\xa9\r\n"
    course.file(0).write_bytes(mine)
    done = course.run("harden", 0, "--seed", 3)
    assert done.returncode == 0, done.stderr
    now = planted(course)
    known = {each.id: each for each in misconceptions(part(0))}
    wrong = course.file(0).read_bytes()
    assert wrong == mine[: now["start"]] + now["text"].encode("utf-8") + mine[now["end"] :] != mine
    assert mistake_edits.comments(wrong) == mistake_edits.comments(mine) and b"\n" not in wrong.replace(b"\r\n", b"")

    shown = done.stdout + course.run("check", 0).stdout + course.run("harden").stdout
    assert shown.count("Returned:") == 3 and "Likely:" not in shown and "has a planted mistake" in shown
    assert not [each for each in known.values() if each.says in " ".join(shown.split())] and ", line " not in shown

    early = course.run("harden", 0, "--answer", right_number(course))
    assert early.returncode == 0 and "Fix it first" in early.stdout and planted(course)

    assert course.run("undo").returncode == 0 and course.file(0).read_bytes() == mine
    question = course.run("harden", 0).stdout
    assert [int(n) for n in re.findall(r"^  (\d)\. ", question, flags=re.M)] == [1, 2, 3, 4]
    assert all(known[name].says in question for name in now["causes"]) and len(set(now["causes"])) == 4
    right = right_number(course)
    assert f"Not {right % 4 + 1}." in course.run("harden", 0, "--answer", right % 4 + 1).stdout
    no_number = course.run("harden", 0, "--answer", 5)
    assert no_number.returncode == 2 and "from 1 to 4" in no_number.stderr
    named = course.run("harden", 0, "--answer", right).stdout
    assert "hardened" in (course.root / ".learner" / "acts.json").read_text(encoding="utf-8")
    assert f"Yes, {right}." in named and "Part 0: 1 mistake so far" in named and course.file(0).read_bytes() == mine
    assert planted(course) is None


def test_giving_up_shows_the_mistake_and_restores_the_file_and_one_is_planted_at_a_time(course):
    course.solve(0, 2)
    mine = {number: course.file(number).read_bytes() for number in (0, 2)}
    assert "at most" not in course.run("harden", 2, "--seed", 1).stdout
    first = planted(course)
    other = course.run("harden", 0).stdout
    assert "Finish the one in part 2 first" in other and course.file(0).read_bytes() == mine[0]
    changed = course.file(2).read_bytes() + b"# a note of mine\n"
    course.file(2).write_bytes(changed)
    shown = course.run("harden", "--give-up").stdout
    says = next(each.says for each in misconceptions(part(2)) if each.id == first["mistake"])
    assert says in shown and "planted:" in shown and course.file(2).read_bytes() == mine[2]
    assert changed in [path.read_bytes() for path in (course.exercises / "backups").iterdir()]
    course.run("harden", 2, "--seed", 1)
    assert planted(course)["mistake"] != first["mistake"]  # the same seed, and one that they have not had


def test_a_mistake_that_could_not_be_written_is_not_written_later(course):
    stub = course.file(0).read_bytes()
    step = {
        "path": str(course.file(0)),
        "before": hashlib.sha256(stub).hexdigest(),
        "after": base64.b64encode(b"x = 1\n").decode(),
    }
    journal = course.exercises / backups.FOLDER / backups.JOURNAL
    journal.parent.mkdir(exist_ok=True)
    journal.write_text(json.dumps({"command": "harden 0", "steps": [step]}), encoding="ascii")
    assert course.run("harden", 0).returncode == 1 and course.file(0).read_bytes() == stub


def test_in_a_terminal_a_number_that_is_not_on_the_list_is_asked_for_again(monkeypatch, tmp_path):
    monkeypatch.setattr(local_state, "FOLDER", tmp_path)
    monkeypatch.setattr(harden, "is_fixed", lambda now: True)
    monkeypatch.setattr(harden_command, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    names = tuple(each.id for each in misconceptions(part(0)))[:4]
    before = base64.b64encode(b"x = 1\n").decode()
    remember(Planted(0, names[2], names, before, start=4, end=5, text="2", sha256="", symptom=()))
    done = CliRunner().invoke(app, ["harden"], input="7\nx\n1\n3\n")
    assert done.exit_code == 0, done.output
    assert done.output.count("Number of the cause (1-4): ") == 4
    assert "Cause 7 is not on the list" in done.output and "Not 1." in done.output and "Yes, 3." in done.output


def test_a_part_that_does_not_pass_is_to_be_passed_first(course):
    for stub in (course.file(0).read_bytes(), solution(0).replace(FIND, REPLACE).encode("utf-8")):
        course.file(0).write_bytes(stub)
        done = course.run("harden", 0)
        assert done.returncode == 1 and "Pass it first" in done.stderr and course.file(0).read_bytes() == stub
    for words in (["harden", "--give-up"], ["harden", 0, "--answer", 1]):
        done = course.run(*words)
        assert done.returncode == 1 and "No mistake is planted now" in done.stderr
    done = course.run("harden", 11)
    assert done.returncode == 2 and "There is no part 11" in done.stderr


def test_where_no_mistake_is_recognised_nothing_is_planted(monkeypatch):
    content = (SOLUTIONS / part(0).file_name).read_bytes()
    start = content.index(b"(2 * h)")
    # Neither the same program nor a syntax error is tried; another wrong answer is not recognised.
    edits = [Edit(start, start + 7, text) for text in (b"(2 *  h)", b"(2 * h", b"(2.125 * h)")]
    assert [mistake_edits.valid(edit, content) is None for edit in edits] == [True, True, False]
    monkeypatch.setattr(harden, "candidates", lambda *_: edits)
    assert harden.find(content, part(0), 1) == []


def test_an_edit_follows_the_learners_own_names_and_layout():
    text = solution(0).replace("gradient", "slopes").replace("above", "hi").replace("below", "lo")
    edits = [edit for edit in mistake_edits.known_edits(text.encode("utf-8"), part(0)) if b"hi" in edit.text]
    changed = [edit.applied_to(text.encode("utf-8")) for edit in edits]
    assert edits and all(b"above" not in each for each in changed)


@pytest.mark.parametrize("number", [0, 3])
def test_five_mistakes_can_be_planted_in_the_reference(number):
    assert harden_plants.row_of(number, SOLUTIONS / part(number).file_name).right


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "path"),
    [
        pytest.param(each.number, path, id=f"{each.number}-{path.stem}")
        for each in parts()
        for path in harden_plants.solutions(each.number)
    ],
)
def test_five_mistakes_can_be_planted_in_every_right_solution(number, path, monkeypatch):
    monkeypatch.setattr(harden, "SECONDS", math.inf)
    row = harden_plants.row_of(number, path)
    assert row.right, row


def test_the_page_of_plants_has_every_right_solution_with_enough_plants_and_all_are_sound():
    rows = harden_plants.recorded(harden_plants.PAGE.read_text(encoding="utf-8"))
    expected = [(each.number, path) for each in parts() for path in harden_plants.solutions(each.number)]
    assert [(row.part, row.solution) for row in rows] == [(n, harden_plants.name(path)) for n, path in expected]
    assert [row.needed for row in rows] == [harden_plants.needed(path) for _, path in expected]
    assert all(row.right for row in rows) and len(rows) - len(parts()) >= 10
