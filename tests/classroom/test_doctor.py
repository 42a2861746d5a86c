"""`doctor`: what a machine and a class's folder lack is named with what to do; what is well is one line."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.class_folder.folder import ClassFolder
from autograder.classroom import doctor
from autograder.course import ROOT
from autograder.sandbox import Tier


def diagnosis_named(folder: Path, name: str) -> doctor.Diagnosis:
    """The finding of this name about a class's folder."""
    (diagnosis,) = [one for one in doctor.examine(ClassFolder(folder)) if one.name == name]
    return diagnosis


@pytest.fixture
def quick_sandbox(monkeypatch):
    """The sandbox has its own tests: here every tier holds."""
    monkeypatch.setattr(doctor, "what_breaks", lambda tier: "")


def test_the_command_ends_with_0_when_a_class_can_be_graded_and_json_says_the_same(tmp_path, strict):
    command = [sys.executable, "-m", "autograder", "doctor", "--class", str(tmp_path), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    said = json.loads(done.stdout)
    wrong = [one["name"] for one in said["findings"] if not one["well"]]
    assert (said["well"], done.returncode) == (not wrong, int(bool(wrong)))
    assert wrong == ([] if sys.version_info >= (3, 11) else ["Python"])


def test_without_any_tier_it_says_why_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "what_breaks", lambda tier: f"no {tier.value} today")
    monkeypatch.setattr(doctor, "advice", lambda system: ["Buy another."])
    diagnosis = diagnosis_named(tmp_path, "sandbox for other people's code")
    assert not diagnosis.ok and diagnosis.remedies == ("Buy another.",)
    assert "no strict today" in diagnosis.detail and "no landlock today" in diagnosis.detail
    assert "TO DO" in next(line for line in doctor.lines([diagnosis]) if "sandbox" in line)


def test_the_second_tier_is_ok_and_the_way_to_the_first_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "what_breaks", lambda tier: "no bwrap" if tier is Tier.STRICT else "")
    monkeypatch.setattr(doctor, "advice", lambda system: ["Install bubblewrap."])
    diagnosis = diagnosis_named(tmp_path, "sandbox for other people's code")
    assert diagnosis.ok and "landlock holds" in diagnosis.detail and diagnosis.remedies == ("Install bubblewrap.",)


def test_a_full_disk_is_named(monkeypatch, tmp_path, quick_sandbox):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 10, 1000))
    diagnosis = diagnosis_named(tmp_path, "space for the class's folder")
    assert not diagnosis.ok and "Free 2 GB of disk space" in diagnosis.remedies[0]


def test_a_folder_that_is_missing_or_none_is_named(tmp_path, quick_sandbox):
    name = "space for the class's folder"
    assert "Create the folder" in diagnosis_named(tmp_path / "none", name).remedies[0]
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert diagnosis_named(tmp_path / "file", name).detail.endswith("is not a folder")


def test_a_mistake_in_class_toml_is_named(tmp_path, quick_sandbox):
    (tmp_path / "class.toml").write_text('time_zone = "Mars/Base"\n', encoding="utf-8")
    diagnosis = diagnosis_named(tmp_path, "class.toml")
    assert not diagnosis.ok and "Mars/Base" in diagnosis.detail


def test_a_gradebook_that_is_written_to_or_damaged_is_named(tmp_path, quick_sandbox, monkeypatch):
    path = tmp_path / "gradebook.db"
    with sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("CREATE TABLE student (id TEXT)")
        assert diagnosis_named(tmp_path, "gradebook").detail == "sound, 0 learners"
        writer.execute("BEGIN EXCLUSIVE")
        with monkeypatch.context() as patch:
            patch.setattr(doctor, "damage", lambda path: pytest.fail("It waits for the lock again."))
            diagnosis = diagnosis_named(tmp_path, "gradebook")
        assert not diagnosis.ok and "locked" in diagnosis.detail and "formgrader" in diagnosis.remedies[0]
        writer.execute("ROLLBACK")
    writer.close()
    path.write_bytes(b"no database at all, but long enough to be one" * 100)
    diagnosis = diagnosis_named(tmp_path, "gradebook")
    assert not diagnosis.ok and "copy" in diagnosis.remedies[0]


@pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange needs Unix permissions.")
def test_an_exchange_that_is_missing_or_closed_is_named(tmp_path, quick_sandbox):
    pytest.importorskip("traitlets")
    exchange = tmp_path / "exchange"
    text = f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n"
    (tmp_path / "nbgrader_config.py").write_text(text, encoding="utf-8")
    name = "nbgrader's exchange"
    assert "mkdir" in diagnosis_named(tmp_path, name).remedies[0]
    exchange.mkdir()
    exchange.chmod(0o755)
    assert diagnosis_named(tmp_path, name).remedies == (f"chmod 777 {exchange}",)
    exchange.chmod(0o777)
    assert diagnosis_named(tmp_path, name).ok
    (tmp_path / "nbgrader_config.py").write_text("import nothing_like_it\n", encoding="utf-8")
    assert "ModuleNotFoundError" in diagnosis_named(tmp_path, name).detail


@pytest.mark.parametrize(
    ("version", "better"),
    [
        ((3, 11, 7, "final"), "3.11.10"),
        ((3, 11, 10, "final"), ""),
        ((3, 12, 5, "final"), "3.12.6"),
        ((3, 12, 6, "final"), ""),
        ((3, 10, 14, "final"), "3.10.15"),
        ((3, 13, 0, "beta"), "3.13.0"),
        ((3, 13, 0, "final"), ""),
        ((3, 14, 0, "alpha"), ""),
    ],
)
def test_a_python_whose_tarfile_has_a_known_fault_is_reported(version, better):
    assert doctor.safe_tarfile_since(version) == better


def test_the_fault_of_tarfile_is_named_with_what_to_do(monkeypatch, quick_sandbox, tmp_path):
    monkeypatch.setattr(doctor, "safe_tarfile_since", lambda version: "3.99.1")
    diagnosis = diagnosis_named(tmp_path, "Python")
    assert (
        diagnosis.ok
        and "CVE-2024-6232" in diagnosis.detail
        and "Install Python 3.99.1 or newer" in diagnosis.remedies[0]
    )


def test_in_a_folder_that_does_not_exist_the_gradebook_is_made_by_release_alone(tmp_path, quick_sandbox):
    assert "roster" in diagnosis_named(tmp_path, "gradebook").detail
    said = diagnosis_named(tmp_path / "new", "gradebook").detail
    assert "release --class" in said and "roster" not in said


def test_it_runs_where_nbgrader_is_not_installed(tmp_path):
    program = (
        "import sys; sys.modules['nbgrader'] = sys.modules['nbconvert'] = None\n"
        "from pathlib import Path\n"
        "from autograder.class_folder.folder import ClassFolder\n"
        "from autograder.classroom import doctor\n"
        "print([diagnosis.name for diagnosis in doctor.examine(ClassFolder(Path(sys.argv[1])))])\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert "nbgrader's exchange" in done.stdout, done.stderr
