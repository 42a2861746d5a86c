"""A class in a temporary folder, and its gradebook."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

if importlib.util.find_spec("nbgrader") is None:  # it needs Python 3.11
    collect_ignore_glob = ["test_*.py"]

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.gradebook import open_gradebook


@pytest.fixture
def folder(tmp_path: Path) -> ClassFolder:
    """An empty class."""
    return ClassFolder(tmp_path)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory) -> Path:
    """A new gradebook: nbgrader starts a program to make one, which takes a second."""
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    with open_gradebook(folder, create=True):
        return folder.root / "gradebook.db"


@pytest.fixture
def gradebook(folder: ClassFolder, empty_gradebook: Path):
    """The gradebook of the empty class, open."""
    shutil.copy(empty_gradebook, folder.root)
    with open_gradebook(folder) as book:
        yield book
