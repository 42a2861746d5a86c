"""A class in a temporary folder, and its gradebook."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from helpers.capstones import BROKEN, LATER, STEPS, hand_in_all, trained_in_this_process

if importlib.util.find_spec("nbgrader") is None:  # it needs Python 3.11
    collect_ignore_glob = ["test_*.py"]

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.capstone_grades import Training, grade_capstones
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


@pytest.fixture(scope="session")
def capstone_class(tmp_path_factory, empty_gradebook: Path, strict) -> ClassFolder:
    """A class whose capstones were trained for a few steps: tests use a copy. ada and ben have the same right files,
    eve submitted a part late, cleo lacks two, and one of dan's is broken.
    """
    folder = ClassFolder(tmp_path_factory.mktemp("capstones"))
    shutil.copy(empty_gradebook, folder.root)
    (folder.root / "class.toml").write_text("[due]\ncapstone = 2026-11-30T18:00:00\n", encoding="utf-8")
    hand_in_all(folder, "ada")
    hand_in_all(folder, "ben")
    hand_in_all(folder, "cleo", part06_adam=None, part07_training=None)
    hand_in_all(folder, "dan", part08_generation=BROKEN)
    hand_in_all(folder, "eve")
    (folder.submitted / "eve" / "part03" / "timestamp.txt").write_text(LATER, encoding="utf-8")
    with trained_in_this_process():
        grade_capstones(folder, Training(strict, num_steps=STEPS))
    return folder


@pytest.fixture
def in_this_process():
    """Capstones are graded in this process, for tests that replace a part of the grader."""
    with trained_in_this_process():
        yield
