"""The autograder for Gradescope, in folders laid out as https://gradescope-autograders.readthedocs.io/en/latest/specs/
says: source, submission, results."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from autograder.bundle import gradescope_run
from autograder.bundle.gradescope import make_package
from autograder.course import EXERCISES, SOLUTIONS, part, parts
from autograder.grading.checks import points_by_task
from autograder.grading.misconceptions import variants
from autograder.grading.report import KIND_OF_FAILURE
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.sandbox.selftest import run as attack

PART = part(3)
SOLUTION = (SOLUTIONS / PART.file_name).read_bytes()
SCHEMA = json.loads(Path(__file__).with_name("results.schema.json").read_text(encoding="utf-8"))
CANARY = "the canary in the results"

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Gradescope's containers are Linux.")
pytestmark = linux

# On top of the solution: it tries to give itself points and to read what it must not, where its code runs first.
HOSTILE = """
import json, os, sys
_found = []
def _try(action):
    try:
        _found.append(str(action()))
    except Exception as error:
        pass
ROOT = {root!r}
_forged = json.dumps({{"score": 1000, "tests": [], "output": {canary!r}}})
for _place in (ROOT + "/results/results.json", ROOT + "/results/stolen.txt", ROOT + "/source/course/part.txt"):
    _try(lambda: open(_place, "w", encoding="utf-8").write(_forged))
for _place in ("/source/course/solutions/part03_layers.py", "/source/course/autograder/parts/part03/test_hidden.py",
               "/source/part.txt", "/submission/part03_layers.py"):
    _try(lambda: open(ROOT + _place, encoding="utf-8").read())
_try(lambda: os.listdir(ROOT))
_try(lambda: os.listdir(ROOT + "/source"))
_try(lambda: os.chmod(ROOT + "/results", 0o777))
_try(lambda: os.rename(ROOT + "/results", ROOT + "/gone"))
if _found:
    raise SystemError("got through: " + repr(_found))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    return make_package(PART, tmp_path_factory.mktemp("dist"))


@pytest.fixture
def root(package: Path, tmp_path: Path) -> Path:
    """As Gradescope lays it out. The folders may be passed by everybody, as /autograder may."""
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    with zipfile.ZipFile(package) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, tmp_path / "source"))
            path.chmod(entry.external_attr >> 16)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder not in map(Path, ("/", "/tmp")):
            folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / "results").chmod(0o777)  # so that not a bit of this folder protects it, but the sandbox
    return tmp_path


def hand_in(root: Path, content: bytes, place: str = PART.file_name) -> None:
    path = root / "submission" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def run_autograder(root: Path) -> dict:
    """Run the package's own program as Gradescope would; its results, which keep to the documented format."""
    environment = {"GRADESCOPE_ROOT": str(root), "PYTHON": sys.executable, "PATH": os.environ["PATH"]}
    done = subprocess.run([root / "source" / "run_autograder"], env=environment, capture_output=True, text=True,
                          encoding="utf-8", cwd=root)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return checked(json.loads((root / "results" / "results.json").read_text(encoding="utf-8")))


def checked(found: dict) -> dict:
    jsonschema.validate(found, SCHEMA)
    assert found["score"] == sum(test["score"] for test in found["tests"])
    return found


def test_the_zip_has_its_two_programs_at_the_top_and_is_the_same_twice(package, tmp_path):
    with zipfile.ZipFile(package) as archive:
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()}
        assert archive.read("run_autograder").startswith(b"#!/usr/bin/env bash\n")
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert make_package(PART, tmp_path).read_bytes() == package.read_bytes()


def test_the_readme_says_what_to_set_autograder_points_to(package):
    with zipfile.ZipFile(package) as archive:
        said = archive.read("README.md").decode("utf-8")
    assert {sum(points_by_task(each, by_hand=False).values()) for each in parts()} == {10}
    assert "*Autograder points* to 10:" in said


def test_a_solution_earns_everything(root):
    hand_in(root, SOLUTION)
    found = run_autograder(root)
    assert found["score"] == sum(test["max_score"] for test in found["tests"]) == 10
    assert {test["status"] for test in found["tests"]} == {"passed"}


@pytest.mark.parametrize("number", [part.number for part in parts() if part is not PART])
def test_the_checks_of_every_part_can_be_imported_from_the_package(root, number):
    code = f"import autograder.parts.part{number:02d}.test_public, autograder.parts.part{number:02d}.test_hidden"
    subprocess.run([sys.executable, "-c", code], cwd=root / "source" / "course", check=True)


def test_the_data_that_part_7_reads_and_the_written_answer_of_part_10(root):
    for number, points in ((7, 10), (10, 10)):
        module = part(number).file_name
        hand_in(root, (SOLUTIONS / module).read_bytes(), module)
        (root / "source" / "part.txt").write_text(f"{number}\n", encoding="ascii")
        found = run_autograder(root)
        assert found["score"] == sum(test["max_score"] for test in found["tests"]) == points
    assert "2 more points are graded manually (1 written answer)." in found["output"]


def test_a_stub_earns_nothing(root):
    hand_in(root, (EXERCISES / PART.file_name).read_bytes())
    found = run_autograder(root)
    assert found["score"] == 0 and {test["status"] for test in found["tests"]} == {"failed"}
    assert "3.1 linear is not written yet." in found["tests"][0]["output"]


def test_nothing_handed_in_is_said(root):
    found = run_autograder(root)
    assert found["score"] == 0 and "part03_layers.py is missing." in found["tests"][0]["output"]


def test_a_hidden_check_shows_neither_inputs_nor_values(root):
    hand_in(root, variants(PART)["softmax-shifts-by-the-smallest"])
    failed = [test for test in run_autograder(root)["tests"] if test["status"] == "failed"]
    assert failed and all(test["name"].endswith("(hidden)") for test in failed)
    for test in failed:
        first, *rest = test["output"].split("\n")
        assert first in KIND_OF_FAILURE.values() or first.startswith("The code raised an exception:")
        assert all(line.startswith("Likely: ") for line in rest)


def test_a_failed_public_check_shows_what_was_called_and_names_the_mistake(root):
    hand_in(root, SOLUTION.replace(b"for row in w", b"for row in w[:1]"))
    failed = [test for test in run_autograder(root)["tests"] if test["status"] == "failed"]
    assert "Called:     [y.data for y in linear(x, w)]" in failed[0]["output"]


def test_a_file_in_a_folder_is_found_and_a_link_is_not(tmp_path):
    deep = tmp_path / "repository" / "course" / "exercises"
    deep.mkdir(parents=True)
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / PART.file_name).touch()
    (tmp_path / PART.file_name).symlink_to("/etc/passwd")
    assert gradescope_run.find_module(tmp_path, PART.file_name) is None
    (deep / PART.file_name).touch()
    assert gradescope_run.find_module(tmp_path, PART.file_name) == deep / PART.file_name


def holding(tier: Tier) -> bool:
    try:
        return all(finding.held for finding in attack(tier, fast=True))
    except SandboxUnavailable:
        return False


@pytest.mark.parametrize("tier", [Tier.STRICT, Tier.LANDLOCK])
def test_a_hostile_submission_writes_no_results_and_reads_nothing(root, tier, monkeypatch):
    if not holding(tier):
        pytest.skip(f"The tier {tier.value} does not hold here.")
    code = HOSTILE.format(root=str(root), canary=CANARY).encode("utf-8")
    hand_in(root, SOLUTION.replace(b"from part01_autograd", code + b"\nfrom part01_autograd"))
    monkeypatch.setattr(gradescope_run, "strict_tier", lambda: tier)
    before = {path for path in root.rglob("*")}
    found = checked(gradescope_run.main(PART.number, root))
    said = (root / "results" / "results.json").read_text(encoding="utf-8")
    assert json.loads(said) == found
    assert found["score"] == 10, found["tests"][0]["output"]  # it is right for all that, and got through nowhere
    assert CANARY not in said
    assert {path for path in root.rglob("*")} - before == {root / "results" / "results.json"}


def test_the_hostile_submission_does_get_through_where_nothing_stops_it(root, monkeypatch):
    """What the test above relies on: without a sandbox the same code reads and writes."""
    code = HOSTILE.format(root=str(root), canary=CANARY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert "got through" in done.stderr and "def linear" in done.stderr


def test_where_no_sandbox_holds_nothing_is_run(root, monkeypatch):
    marker = root / "it-ran.txt"
    hand_in(root, f"open({str(marker)!r}, 'w').close()\n".encode() + SOLUTION)

    def none_holds():
        raise SandboxUnavailable("No sandbox on this computer can hold other people's code.")

    monkeypatch.setattr(gradescope_run, "strict_tier", none_holds)
    found = checked(gradescope_run.main(PART.number, root))
    assert found["score"] == 0 and not marker.exists()
    assert "this is not your code's fault" in found["output"] and "No sandbox" in found["output"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="There is no bash here.")
def test_whoever_builds_the_image_reads_which_sandbox_holds(root):
    """Not first the students, when each of them has 0 points."""
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    lines = (root / "source" / "setup.sh").read_text(encoding="utf-8")
    says = lines[lines.index("(cd ") : lines.index("\n')") + 3]
    for tier, words in (
        (None, f"The {strict_tier().value} sandbox holds here"),
        ("nothing", "WARNING: no sandbox holds"),
    ):
        if tier:  # as where neither can be set up
            path = root / "source" / "course" / "autograder" / "sandbox" / "__init__.py"
            refuse = "\ndef strict_tier(): raise SandboxUnavailable('Neither holds.')\n"
            path.write_text(path.read_text(encoding="utf-8") + refuse, encoding="utf-8")
        done = subprocess.run(["bash", "-eu", "-c", f"root={root}\n{says}"], capture_output=True, encoding="utf-8")
        assert done.returncode == 0 and words in done.stdout, done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="There is no bash here.")
def test_its_shell_programs_can_be_read_by_bash(root):
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", root / "source" / name], check=True)
