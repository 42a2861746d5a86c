"""A students' zip with all parts, made once: of two parts with every known mistake, of the others with some, since
recording all of them takes minutes."""

import os
import time
import zipfile
from pathlib import Path

import pytest
from helpers.bundle import some_mistakes, some_variants

from autograder.bundle import mistake_answers, recording
from autograder.bundle.students_zip import make_bundle


@pytest.fixture(scope="session")
def bundle_zip(tmp_path_factory) -> Path:
    """The zip; several processes of pytest share one."""
    pytest.importorskip("nbgrader", reason="The notebooks are released by nbgrader, which needs Python 3.11.")
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    done, folder = shared / "bundle-done.txt", shared / "bundle-dist"
    try:
        folder.mkdir()
    except FileExistsError:  # another process makes it
        deadline = time.monotonic() + 1200
        while not done.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        return Path(done.read_text(encoding="utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        for module in (recording, mistake_answers):
            patch.setattr(module, "misconceptions", some_mistakes)
        patch.setattr(mistake_answers, "variants", some_variants)
        path = make_bundle(folder)
    done.write_text(str(path), encoding="utf-8")
    return path


@pytest.fixture
def bundle(bundle_zip: Path, tmp_path: Path) -> Path:
    """The folder that a student has after unzipping it."""
    with zipfile.ZipFile(bundle_zip) as archive:
        archive.extractall(tmp_path)
    return tmp_path / bundle_zip.stem
