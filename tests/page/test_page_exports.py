"""What the page exports is what the course's commands accept, with the same verdict."""

import base64
import io
import zipfile

import pytest

from autograder.check import check
from autograder.class_folder.folder import ClassFolder
from autograder.course import parse_target
from autograder.sandbox import Tier
from autograder.stubs import fresh_stubs

COMPARED = ("name", "status", "earned", "points", "misconception", "advice", "line")


@pytest.fixture
def zipped(model):
    return base64.b64decode(model["zip"])


def test_the_page_reads_its_own_zip(model):
    assert model["again"]["left"] == []
    assert set(model["again"]["texts"]) == {"part00_setup.py", "part01_autograd.py", "part03_layers.py"}
    assert model["again"]["texts"]["part03_layers.py"] == fresh_stubs()["part03_layers.py"]


def test_check_gives_the_verdict_of_the_page_on_an_exported_zip(model, zipped, in_page, tmp_path):
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(tmp_path)
    [native] = check(tmp_path / "exercises", parse_target("0"), Tier.LOCAL, seed=1)
    [job] = in_page([(0, model["again"]["texts"])])
    in_the_page = {check["name"]: [check.get(key) for key in COMPARED] for check in job["report"]["checks"]}
    here = {
        check["name"]: [check.get(key) for key in COMPARED]
        for check in native.to_json()["checks"]
        if not check["hidden"]
    }
    assert in_the_page == here
    assert "divides-by-h" in str(here)


def test_collect_accepts_the_zip_that_learners_download(zipped, tmp_path):
    pytest.importorskip("nbgrader", reason="nbgrader needs Python 3.11.")
    from autograder.classroom.collect import collect
    from autograder.classroom.gradebook import open_gradebook

    folder = ClassFolder(tmp_path / "class")
    folder.root.mkdir()
    with open_gradebook(folder, create=True) as book:
        book.add_student("ada", first_name="Ada", last_name="Lovelace")
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "ada.zip").write_bytes(zipped)
    outcome = collect(folder, tmp_path / "downloads")
    assert not outcome.problems
    found = {path.relative_to(folder.submitted / "ada").as_posix() for path in folder.submitted.rglob("*.py")}
    assert found == {f"{name[:6]}/{name}" for name in ("part00_setup.py", "part01_autograd.py", "part03_layers.py")}
