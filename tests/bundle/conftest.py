"""A students' zip with all parts, made once: of two parts with every known mistake, of the others with some, since
recording all of them takes minutes."""

import compileall
import shutil
import zipfile
from pathlib import Path

import pytest
from helpers.built_once import FAILED, built_once
from helpers.bundle import few_mistakes

from autograder.bundle.students_zip import make_bundle


def _build(folder: Path) -> str:
    folder.mkdir()
    with few_mistakes(folder.with_name("recordings")):
        return str(make_bundle(folder))


@pytest.fixture(scope="session")
def bundle_zip(tmp_path_factory) -> Path:
    """The zip; several processes of pytest share one."""
    pytest.importorskip("nbgrader", reason="The notebooks are released by nbgrader, which needs Python 3.11.")
    _, path = built_once(tmp_path_factory, "bundle-dist", _build)
    assert path != FAILED, path
    return Path(path)


@pytest.fixture(scope="session")
def unzipped(bundle_zip: Path, tmp_path_factory) -> Path:
    """The unzipped folder with its byte code, so that Python does not compile it again in each copy."""
    folder = tmp_path_factory.mktemp("unzipped")
    with zipfile.ZipFile(bundle_zip) as archive:
        archive.extractall(folder)
    compileall.compile_dir(folder / bundle_zip.stem / "autograder", quiet=2)
    return folder / bundle_zip.stem


@pytest.fixture
def bundle(unzipped: Path, tmp_path: Path) -> Path:
    """The folder that a student has after unzipping it."""
    return shutil.copytree(unzipped, tmp_path / unzipped.name)
