"""The commands around the gradebook: what they print, what they refuse in a sentence, and their exit status."""

from __future__ import annotations

import contextlib
import csv
import json
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import pytest
from helpers.gradebook import DUE, add_assignment, add_submission, write
from nbgrader.dbutil import ALEMBIC_DIR
from typer.testing import CliRunner

from autograder.classroom.gradebook import make_gradebook
from autograder.cli import app

CANVAS = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Lee, Ann",1002,u2,ann,A\n"Ott, Ben",1004,u4,ben,A\n'


def run(folder, *arguments: object):
    return CliRunner().invoke(app, [*map(str, arguments), "--class", str(folder.root)])


def fails(result, status: int, *said: str) -> None:
    assert result.exit_code == status and result.stdout == ""
    assert "Traceback" not in result.stderr
    for words in said:
        assert words in result.stderr


@pytest.fixture
def listed(folder, gradebook):
    gradebook.close()
    result = run(folder, "roster", write(folder, "list.csv", CANVAS))
    assert (result.exit_code, result.stdout) == (0, "2 added, 0 changed, 0 as they were.\n")
    return folder


def test_a_new_gradebook_needs_no_other_program_which_would_print_a_traceback_on_ctrl_c(folder, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **_: pytest.fail(f"{words} was started"))
    make_gradebook(folder)
    with contextlib.closing(sqlite3.connect(folder.root / "gradebook.db")) as book:
        ((version,),) = book.execute("select version_num from alembic_version").fetchall()
    assert version and (Path(ALEMBIC_DIR) / "versions").is_dir()
    assert any(version in path.read_text(encoding="utf-8") for path in Path(ALEMBIC_DIR).glob("versions/*.py"))


def test_from_the_list_of_the_class_to_an_export(listed, gradebook):
    with zipfile.ZipFile(listed.root / "submissions.zip", "w") as archive:
        archive.writestr("leeann_1002_7_part05_gpt.py", "x = 1\n")
        archive.writestr("raycid_1009_8_part05_gpt.py", "x = 1\n")
    result = run(listed, "collect", listed.root / "submissions.zip", "--part", 5)
    assert result.exit_code == 1 and result.stdout.startswith("Collected: ann part05.\n1 of 1 have no ")
    assert result.stderr.startswith(
        "Not collected, or unclear:\n  'raycid_1009_8_part05_gpt.py' is not in the class list"
    )
    assert (listed.submitted / "ann" / "part05" / "part05_gpt.py").exists()

    add_assignment(gradebook, "part05", {"check-5-1": 10})
    add_submission(gradebook, "part05", "ann", {"check-5-1": 7.5}, DUE)
    result = run(listed, "grades")
    assert result.exit_code == 0 and "ann      7.5   12.0\n" in result.stdout
    data = json.loads(run(listed, "grades", "--json").stdout)
    assert [one["total"] for one in data["learners"]] == [12.0, 0.0]
    result = run(listed, "export")
    assert result.exit_code == 0
    with open(listed.root / "exports" / "moodle.csv", encoding="utf-8", newline="") as file:
        assert [row[2] for row in csv.reader(file)] == ["Username", "ann", "ben"]


def test_mistakes_of_the_instructor_are_misuse_with_a_sentence(listed):
    fails(run(listed, "roster", listed.root / "none.csv"), 2, "none.csv", "No such file")
    fails(
        run(listed, "roster", write(listed, "bad.csv", CANVAS + '"Ray, Cid",,,,A\n')),
        2,
        "bad.csv, line 4: there is no id",
    )
    fails(run(listed, "collect", listed.root / "none.zip"), 2, "There is no", "none.zip")
    fails(run(listed, "collect", listed.root, "--part", 12), 2, "There is no part 12")
    fails(run(listed, "collect", listed.root, "--handed-in", "noon"), 2, "--submitted-at: this is not a date")
    fails(run(listed, "errata", 12), 2, "There is no part 12")
    write(listed, "extensions.csv", "student_id,part,extra_days\nann,5,soon\n")
    fails(run(listed, "grades"), 2, "extensions.csv, line 2: extra_days is 'soon'")
    write(listed, "class.toml", "[late]\npercent_per_day = 'ten'\n")
    fails(run(listed, "export"), 2, "class.toml, [late] percent_per_day")
    assert not (listed.root / "exports").exists()


def test_a_class_without_a_gradebook_or_a_folder_is_misuse(folder):
    for words in (("grades",), ("export",), ("collect", folder.root)):
        fails(run(folder, *words), 2, "There is no gradebook in")
    assert not (folder.root / "gradebook.db").exists(), "and none is made by asking"
    for words in (("grades",), ("errata", "5"), ("grade", "--part", "5"), ("grade", "--part", "11")):
        result = CliRunner().invoke(app, [*words, "--class", str(folder.root / "none")])
        fails(result, 2, "There is no folder", "To create a class there: python -m autograder release --class")
    assert not (folder.root / "none").exists()


def test_a_gradebook_that_another_program_holds_is_a_failure_with_a_sentence(listed, monkeypatch):
    monkeypatch.setattr("sqlite3.dbapi2.connect", _impatient)
    holder = sqlite3.connect(listed.root / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        result = run(listed, "roster", write(listed, "list.csv", CANVAS.replace("Ann", "Anna")))
        fails(result, 1, "Can't use the gradebook (database is locked)")
    finally:
        holder.close()


def _impatient(*given, **options):
    """A connection that waits less than five seconds."""
    return sqlite3.Connection(*given, **{**options, "timeout": 0.1})
