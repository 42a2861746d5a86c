"""nbgrader's own commands work in a class's folder, by the configuration, which is read more than once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from helpers.submissions import PART, SOLUTION, STUB, answered, by_checks, cell, feedback, hand_in
from traitlets.config.loader import PyFileConfigLoader

from autograder.batch.ledger import LEDGER_FILE, read_ledger
from autograder.class_folder.folder import ClassFolder
from autograder.classroom.autograde import grade_class
from autograder.classroom.nbgrader_configuration import write_configuration
from autograder.course import ROOT, class_settings
from autograder.notebooks.lesson_notebooks import SOURCE

# Each of nbgrader's commands in turn, as `python -m nbgrader` runs it.
COMMANDS = """
import sys
from nbgrader.apps import NbGraderApp
for command in sys.argv[2:]:
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance([command, sys.argv[1]])
"""


def nbgrader(folder: ClassFolder, *commands: str) -> None:
    """Run these commands for the part in a new process, which knows only the class's folder."""
    programs = os.path.dirname(sys.executable)
    environment = {**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"]}
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "HOME"):
        environment[name] = str(folder.root / "home")
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, PART.name, *commands],
        cwd=folder.root,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def graded(tmp_path_factory, strict) -> ClassFolder:
    """Released, graded and returned by nbgrader alone. ada copied a graded cell, bob submitted a stub and a link to a
    secret, and eve no notebook.
    """
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    write_configuration(folder.root)
    copied = answered()
    copied["cells"].append({**cell(copied, "check-9-1"), "metadata": {"nbgrader": {}}})
    hand_in(folder, "ada", SOLUTION, copied)
    (folder.root / "secret.txt").write_text("secret", encoding="utf-8")
    (hand_in(folder, "bob", STUB, answered()) / "notes.txt").symlink_to(folder.root / "secret.txt")
    hand_in(folder, "eve", SOLUTION, b"no notebook")
    nbgrader(folder, "generate_assignment", "autograde", "generate_feedback")
    return folder


def test_the_configuration_can_be_read_twice_and_says_the_same():
    path, before = list(sys.path), None
    for _ in range(2):
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        assert before is None or config == before
        before = config
    assert config.CourseDirectory.course_id == class_settings()["course_id"]
    assert config.CourseDirectory.root == str(ROOT)
    assert "Exchange" not in config  # where the exchange is, is the instructor's affair
    assert sys.path.count(str(ROOT)) <= max(1, path.count(str(ROOT)))
    assert not (ROOT / "exchange").exists()


def test_generate_autograde_and_feedback_by_nbgraders_own_commands(graded):
    released = graded.release / PART.name
    assert (released / PART.file_name).read_text(encoding="utf-8") == STUB
    assert (released / "notebook_tools.py").is_file()
    assert [by_checks(graded, learner) for learner in ("ada", "bob", "eve")] == [10, 0, 10]
    for learner, module in (("ada", SOLUTION), ("bob", STUB)):  # nobody's file was replaced by source's
        copy = graded.autograded / learner / PART.name / PART.file_name
        assert copy.read_text(encoding="utf-8") == module
    assert not list(graded.root.glob("autograded/bob/*/notes.txt")) and not list(
        graded.root.glob("feedback/bob/*/notes*")
    )
    assert "10 of 10 points" in feedback(graded, "ada")


def test_what_nbgrader_grades_by_itself_is_in_the_ledger_too(graded):
    entries = [entry for _, entry in read_ledger(graded.verdicts / LEDGER_FILE)]
    assert sorted((entry.learner, entry.earned) for entry in entries) == [("ada", 10), ("bob", 0), ("eve", 10)]


def test_a_module_in_source_by_mistake_overwrites_nobodys(tmp_path, empty_gradebook, strict):
    """The trap: nbgrader copies every file of source/ over the submission, and grades that."""
    shutil.copytree(SOURCE / PART.name, tmp_path / "source" / PART.name)
    (tmp_path / "source" / PART.name / PART.file_name).write_text(SOLUTION, encoding="utf-8")
    shutil.copy(empty_gradebook, tmp_path)
    folder = ClassFolder(tmp_path)
    hand_in(folder, "ada", STUB, answered())
    grade_class(folder, PART, ["ada"], strict, tmp_path / "source")
    assert by_checks(folder, "ada") == 0
    assert (folder.autograded / "ada" / PART.name / PART.file_name).read_text(encoding="utf-8") == STUB


def test_a_class_in_a_folder_of_its_own_gets_a_configuration_once(tmp_path):
    assert write_configuration(tmp_path)
    path = tmp_path / "nbgrader_config.py"
    found = PyFileConfigLoader(path.name, path=str(tmp_path)).load_config()
    assert (found.CourseDirectory.root, found.CourseDirectory.source_directory) == (str(tmp_path), str(SOURCE))
    path.write_text("mine = True\n", encoding="utf-8")
    assert not write_configuration(tmp_path) and path.read_text(encoding="utf-8") == "mine = True\n"
