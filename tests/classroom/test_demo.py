"""`demo`: an instructor's entire job on a sample class. A step that fails is reported, and the status is 1."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import zipfile

import pytest
from typer.testing import CliRunner

import autograder.classroom.sample_class as demo_module
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import load_settings
from autograder.classroom.extensions import load_extensions
from autograder.classroom.sample_class import (
    LATE,
    PARTS,
    demo,
    pack,
    roster,
    submissions,
    write_class,
    wrong_scores,
)
from autograder.cli import app
from autograder.course import ROOT
from autograder.errors import Failure
from autograder.notebooks.lesson_notebooks import notebook_path


@pytest.fixture
def released(tmp_path) -> ClassFolder:
    """A class's folder whose release holds the notebooks as they stand in source/."""
    folder = ClassFolder(tmp_path / "class")
    write_class(folder)
    for part in PARTS:
        (folder.release / part.name).mkdir(parents=True)
        shutil.copy(notebook_path(part), folder.release / part.name)
    return folder


def grades_of(handed_in, **other):
    """What `grades --json` would give if everybody earned what they must; other: scores of part 1 by learner."""
    learners = {}
    for one in handed_in:
        score = {"all": 10, "some": 5, "none": 0}[one.earns]
        score = other.get(one.learner, score)
        learners.setdefault(one.learner, {})[one.part.name] = {"score": score}
    return {"learners": [{"id": name, "grades": grades} for name, grades in learners.items()]}


def test_the_twelve_differ_and_the_late_ones_are_late(released, tmp_path):
    handed_in = submissions(released)
    assert len({one.learner for one in handed_in}) == 12
    assert len({one.label for one in handed_in}) == len(handed_in)
    pack(handed_in, tmp_path / "submissions.zip")
    with zipfile.ZipFile(tmp_path / "submissions.zip") as archive:
        times = {facts.filename: facts.date_time for facts in archive.infolist()}
    assert times["kim/part01_autograd.py"] == LATE.timetuple()[:6]
    assert "hana/part01.ipynb" not in times and "ivan/part01_autograd.py" not in times
    assert len(roster(handed_in).splitlines()) == 13


def test_the_settings_of_its_class_can_be_read(released):
    settings = load_settings(released)
    assert settings.due["part01"].isoformat() == "2026-11-30T18:00:00+00:00"
    assert load_extensions(released, settings).more_time("june", "part01", settings.due["part01"]).days == 3


def test_a_wrong_score_is_named(released):
    handed_in = submissions(released)
    assert wrong_scores(handed_in, grades_of(handed_in)) == []
    (wrong,) = wrong_scores(handed_in, grades_of(handed_in, eve=9))
    assert wrong.startswith("eve, part09 (code that attacks the grader): 9 points, and must be 0")
    assert len(wrong_scores(handed_in, {"learners": []})) == len(handed_in)


def test_a_step_that_fails_ends_it_with_what_the_step_said(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_module, "PARTS", [type("Part", (), {"number": 99})])
    outcome = CliRunner().invoke(app, ["demo", str(tmp_path / "new")])
    assert outcome.exit_code == 1
    assert "There is no part 99" in outcome.output and "exit status 2: release 99" in outcome.output


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    outcome = CliRunner().invoke(app, ["demo", str(tmp_path)])
    assert (outcome.exit_code, outcome.output) == (2, f"{tmp_path} is not empty: choose a new folder.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_scores_that_are_wrong_fail_it(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_module, "_output", lambda words: "{}")
    monkeypatch.setattr(demo_module, "submissions", lambda folder: [])
    monkeypatch.setattr(demo_module, "wrong_scores", lambda handed_in, grades: ["ada: 0 points"])
    with pytest.raises(Failure, match="ada: 0 points"):
        demo(tmp_path / "new", say=lambda line: None)


@pytest.mark.slow
def test_the_whole_job_from_release_to_export(tmp_path, strict):
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "demo", tmp_path / "demo"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = ClassFolder(tmp_path / "demo" / "class")
    with open(folder.root / "exports" / "nbgrader.csv", encoding="utf-8", newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert [float(rows[name, "part01"]["score"]) for name in ("june", "kim", "dan")] == [10, 8, 6.75]
    assert float(rows["eve", "part09"]["score"]) == 0
    page = (folder.feedback / "dan" / "part01" / "part01.html").read_text(encoding="utf-8")
    assert "overwrites instead of adding" in page
