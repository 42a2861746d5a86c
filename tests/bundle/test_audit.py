"""What must never be in the students' zip, and that the audit finds each of it."""

import zipfile

import pytest
from helpers.shared_code import leaks

from autograder.assistant_files import assistant_files
from autograder.bundle import students_zip
from autograder.bundle.students_zip import make_bundle
from autograder.bundle.zip_audit import audit, hidden_probes
from autograder.bundle.zip_file import write_zip
from autograder.course import ROOT, SOLUTIONS, part, parts
from autograder.errors import Failure
from autograder.grading.misconceptions import misconceptions

PART = part(3)


@pytest.fixture(scope="module")
def files(bundle_zip) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle_zip) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_the_zip_gives_nothing_away(files):
    assert audit(files, parts()) == []


def test_no_file_of_the_zip_has_many_tokens_in_a_row_of_a_solution_or_a_known_mistake(files):
    assert leaks(files) == {}
    solved = (SOLUTIONS / PART.file_name).read_bytes()
    assert leaks({"exercises/part03_layers.py": solved, "a/misconceptions.toml": b""})


def test_the_zip_holds_what_a_student_needs(files):
    for each in parts():
        assert f"exercises/{each.file_name}" in files
        assert f"notebooks/{each.name}/{each.name}.ipynb" in files
        assert {f"autograder/parts/{each.name}/{name}" for name in ("probes.py", "checks.json")} <= set(files)
    assert set(assistant_files(top=True)) | {f"exercises/{name}" for name in assistant_files()} <= set(files)
    assert {"Makefile", "README.md", "datasets/names.txt", "notebook_tools/__init__.py"} <= set(files)
    assert not [name for name in files if "__pycache__" in name or name.endswith((".pyc", ".jsonl"))]


def leak(where: str, text: str):
    return pytest.param(where, text, id=f"{where}: {text[:40]}")


REPLACED = max((m.replace for m in misconceptions(PART)), key=len)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        leak("autograder/anything.py", (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")),
        leak("exercises/part03_layers.py", "### BEGIN SOLUTION 3.1 linear"),
        leak("README.md", (PART.suite / "test_hidden.py").read_text(encoding="utf-8")),
        leak("autograder/parts/part03/notes.md", REPLACED),
        leak("autograder/parts/part03/probes.py", f"def {sorted(hidden_probes(PART))[0]}(x):\n    pass\n"),
        leak("README.md", f"Unzip it in {ROOT}."),
        leak("autograder/parts/part03/misconceptions.toml", ""),
        leak("autograder/parts/part03/test_hidden.py", ""),
        leak("autograder/parts/part05/oracle.py", ""),
        leak("autograder/model.py", ""),
        leak("exercises/leaderboard_recipe.py", ""),
        leak("solutions/part03_layers.py", ""),
    ],
)
def test_the_audit_finds(path, text):
    found = audit({path: text.encode("utf-8")}, [PART])
    assert found and all(leak.startswith(path) for leak in found)


def test_no_zip_is_written_when_the_audit_finds_something(tmp_path, monkeypatch):
    monkeypatch.setattr(students_zip, "contents", lambda *unused: {"solutions/part03_layers.py": b""})
    with pytest.raises(Failure, match="does not belong to the zip"):
        make_bundle(tmp_path, [PART])
    assert not list(tmp_path.iterdir())


def test_a_zip_of_the_same_files_has_the_same_bytes(tmp_path):
    write_zip(tmp_path / "a.zip", {"b": b"1", "a": b"2"})
    write_zip(tmp_path / "b.zip", {"a": b"2", "b": b"1"})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_same_part_recorded_twice_is_the_same():
    from autograder.bundle.recording import record

    assert record(part(0)) == record(part(0))
