"""The zip as `make bundle` makes it, with every known mistake of every part; its set-up with a network. Minutes."""

import os
import shutil
import subprocess
import zipfile

import pytest
from helpers.bundle import SOLVED, grade_in

from autograder.bundle.students_zip import make_bundle
from autograder.course import part, parts
from autograder.grading.grade import grade
from autograder.grading.misconceptions import variants
from autograder.sandbox import Tier

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    path = make_bundle(folder)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / path.stem


def test_every_mistake_that_a_public_check_sees_loses_points_and_nearly_all_are_named(whole):
    jobs, names = [], []
    for each in parts():
        for name, source in variants(each).items():
            jobs.append((each.number, {**SOLVED, each.file_name: source.decode("utf-8")}))
            names.append(name)
    seen = named = 0
    for (number, files), name, report in zip(jobs, names, grade_in(whole, jobs)):
        failed = [check for check in report["checks"] if check["status"] not in ("passed", "manual")]
        seen += bool(failed)
        named += any(check["misconception"] == name for check in failed)
        if not failed:
            module = part(number).file_name
            again = grade({module: files[module].encode("utf-8")}, part(number), seed=1, tier=Tier.LOCAL, explain=False)
            assert all(check.hidden for check in again.checks if check.status != "passed" and check.status != "manual")
    assert (len(jobs), seen) == (429, 404)
    assert named >= 402


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
def test_the_first_command_sets_up_what_a_learner_needs_and_no_more(whole, tmp_path):
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("PIP_")}
    done = subprocess.run(
        ["make", "check", "part=0"], cwd=whole, env={**kept, "HOME": str(tmp_path)}, capture_output=True, text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert "Setting up .venv" in done.stderr and "done in" in done.stderr, done.stderr
    assert "Next: write 0.1 square in part00_setup.py" in done.stdout
    installed = {path.name.lower() for path in whole.glob(".venv/lib/python*/site-packages/*")}
    assert {"typer", "rich"} <= installed and not {"numpy", "pytest", "nbgrader"} & installed
