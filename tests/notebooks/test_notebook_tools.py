"""What the notebooks share: where modules are found, what is said when something is missing or wrong, the pictures."""

import hashlib
import importlib
import json
import os
import sys

import pytest

from autograder.course import EXERCISES, SOLUTIONS
from notebook_tools import checks, finding, start


@pytest.fixture(autouse=True)
def python_as_it_was(monkeypatch):
    """A lesson changes what `import` does: undo all of it."""
    modules = {name: module for name, module in sys.modules.items() if name.startswith("part") or name == "weights"}
    for name in modules:
        del sys.modules[name]
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    ours = {str(SOLUTIONS), str(EXERCISES)}  # other test modules put these there
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder not in ours])
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    yield
    for name in [name for name in sys.modules if name.startswith("part") or name == "weights"]:
        del sys.modules[name]
    sys.modules.update(modules)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder such as source/ with part03/ in it, from which a notebook is run."""
    home = tmp_path / "course" / "source" / "part03"
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    return home


def write(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


def explored(lesson, capsys, work):
    """What a cell says that does this work."""
    capsys.readouterr()
    with lesson.exploring():
        work()
    return capsys.readouterr().out


def use(name, function):
    return lambda: getattr(importlib.import_module(name), function)()


# Where modules are found


def test_a_module_beside_the_notebook_wins_over_sibling_folders_and_those_over_exercises(course):
    above = course.parent.parent
    write(above / "exercises", "part01_autograd", "")
    write(above / "exercises", "part03_layers", "")
    places = finding.find(3, course).modules
    assert places["part01_autograd"] == (above / "exercises" / "part01_autograd.py").resolve()
    write(course.parent / "part01", "part01_autograd", "")
    assert finding.find(3, course).modules["part01_autograd"].parent.name == "part01"
    write(course, "part01_autograd", "")
    write(course, "part03_layers", "")
    assert {path.parent for path in finding.find(3, course).modules.values()} == {course.resolve()}


def test_import_takes_the_files_that_were_named_though_another_folder_holds_the_same_names(course, capsys):
    exercises = course.parent.parent / "exercises"
    write(exercises, "part01_autograd", "def where(): print('exercises')")
    write(exercises, "part03_layers", "def where(): print('exercises')")
    write(course, "part03_layers", "def where(): print('beside')")
    lesson = start(3)
    assert f"part03_layers.py  from {course.resolve()}" in capsys.readouterr().out
    assert explored(lesson, capsys, use("part03_layers", "where")) == "beside\n"
    assert explored(lesson, capsys, use("part01_autograd", "where")) == "exercises\n"


def test_a_missing_module_is_named_at_the_start_and_in_the_cell_and_found_once_it_is_there(course, capsys):
    write(course, "part03_layers", "from part01_autograd import Value\ndef where(): print(Value)")
    lesson = start(3)
    assert "part01_autograd.py  not found. Put the folder of its part next to this folder" in capsys.readouterr().out
    said = explored(lesson, capsys, use("part03_layers", "where"))
    assert said.startswith("part01_autograd.py is missing. Put the folder") and "Traceback" not in said
    write(course.parent / "part01", "part01_autograd", "Value = 'here now'")
    assert explored(lesson, capsys, use("part03_layers", "where")).endswith("here now\n")


def record(memory, module, passed):
    """Record the result of a check of this file, as `check` does."""
    report = {"passed": passed, "sha256": hashlib.sha256(module.read_bytes()).hexdigest()}
    (memory / "results").mkdir(parents=True, exist_ok=True)
    (memory / "results" / "1.json").write_text(json.dumps(report), encoding="utf-8")


def test_the_reference_stands_in_for_an_earlier_part_that_is_not_written(course, capsys):
    above = course.parent.parent
    write(above / "exercises", "part01_autograd", 'def where(): raise NotImplementedError("1.1 where")')
    write(above / "exercises", "part03_layers", "from part01_autograd import where")
    write(above / "solutions", "part01_autograd", "def where(): print('reference')")
    lesson = start(3)
    said = capsys.readouterr().out
    assert "  part01_autograd.py  the reference, until you have passed part 1\n" in said
    assert f"  part03_layers.py  from {(above / 'exercises').resolve()}\n" in said
    assert explored(lesson, capsys, use("part03_layers", "where")) == "reference\n"


def test_the_learners_own_earlier_part_is_used_once_it_has_passed(course, capsys, monkeypatch):
    above = course.parent.parent
    monkeypatch.setenv("AUTOGRADER_MEMORY", str(above / "memory"))
    for folder, words in (("exercises", "mine"), ("solutions", "reference")):
        write(above / folder, "part01_autograd", f"def where(): print('{words}')")
    write(above / "exercises", "part03_layers", "from part01_autograd import where")
    own = above / "exercises" / "part01_autograd.py"
    record(above / "memory", own, passed=False)
    lesson = start(3)
    assert explored(lesson, capsys, use("part03_layers", "where")) == "reference\n"
    own.write_text("def where(): print('mine, and right')", encoding="utf-8")
    record(above / "memory", own, passed=True)
    assert explored(lesson, capsys, use("part03_layers", "where")).endswith("mine, and right\n")


def test_an_error_inside_the_reference_shows_the_learners_line(course, capsys):
    above = course.parent.parent
    write(above / "exercises", "part01_autograd", 'raise NotImplementedError("1.1 where")')
    write(above / "exercises", "part03_layers", "from part01_autograd import double\ndef where():\n    double(None)")
    write(above / "solutions", "part01_autograd", "def double(x):\n    return 2 * x")
    said = explored(start(3), capsys, use("part03_layers", "where"))
    assert said.startswith("part03_layers.py, line 3, in where:"), said


def test_a_check_of_a_missing_module_says_so_and_gives_0(course, capsys):
    assert start(3).check("3.1") == 0.0
    assert "part03_layers.py is missing" in capsys.readouterr().out


def test_a_missing_data_file_is_named_with_what_to_do(course, capsys):
    lesson = start(3)
    said = explored(lesson, capsys, lambda: lesson.data("names.txt"))
    assert said == "names.txt is not next to this notebook: download it again from where you got the notebook.\n"
    (course.parent.parent / "datasets").mkdir()
    (course.parent.parent / "datasets" / "names.txt").write_text("emma\n", encoding="utf-8")
    assert lesson.data("names.txt").read_text(encoding="utf-8") == "emma\n"


# What was saved since


def test_a_module_saved_again_within_the_same_second_is_loaded_again_with_those_that_use_it(course, capsys):
    write(course, "part01_autograd", "Value = 1")
    os.utime(course / "part01_autograd.py", ns=(10**18, 10**18))
    write(course, "part03_layers", "from part01_autograd import Value\ndef where(): print(Value)")
    lesson = start(3)
    assert explored(lesson, capsys, use("part03_layers", "where")) == "1\n"
    write(course, "part01_autograd", "Value = 2")
    os.utime(course / "part01_autograd.py", ns=(10**18 + 1000, 10**18 + 1000))
    said = explored(lesson, capsys, use("part03_layers", "where"))
    assert said.startswith("Reloaded, because it changed: part01_autograd.py.") and said.endswith("\n2\n")
    assert explored(lesson, capsys, use("part03_layers", "where")) == "2\n"


# What goes wrong


def test_an_error_in_the_learners_code_is_shown_with_its_line(course, capsys):
    write(course, "part03_layers", "def linear():\n    short = [1]\n    return short[5]\n")
    said = explored(start(3), capsys, use("part03_layers", "linear"))
    assert said.startswith(
        "part03_layers.py, line 3, in linear:\n    return short[5]\nIndexError: list index out of range"
    )
    assert "save the file, and run this cell again" in said


def test_a_syntax_error_is_shown_with_its_line(course, capsys):
    write(course, "part03_layers", "def linear():\n    return (1\n")
    said = explored(start(3), capsys, use("part03_layers", "linear"))
    assert said.startswith("part03_layers.py, line 2, is not valid Python: ") and said.count("\n") == 1
    assert "Traceback" not in said


def test_a_task_that_is_not_written_is_named_with_its_file(course, capsys):
    write(course, "part03_layers", "def linear():\n    raise NotImplementedError('3.1 linear')\n")
    said = explored(start(3), capsys, use("part03_layers", "linear"))
    assert said.startswith("Task 3.1 linear is not written yet. Write it in part03_layers.py, save the file")


def test_an_error_in_the_cell_itself_asks_what_the_learners_code_returned(course, capsys):
    write(course, "part03_layers", "def linear():\n    pass\n")
    said = explored(start(3), capsys, lambda: len(importlib.import_module("part03_layers").linear()))
    assert "TypeError: object of type 'NoneType' has no len()" in said
    assert said.endswith("Does your code return what its docstring says?\n")


def test_a_name_of_an_earlier_cell_that_was_not_run_is_explained(course, capsys):
    said = explored(start(3), capsys, lambda: earlier)  # noqa: F821
    assert said == "NameError: name 'earlier' is not defined. An earlier cell defines it: run the cells from the top.\n"


# Checks


def test_a_check_where_no_grader_is_installed_says_who_checks_and_gives_0(course, monkeypatch):
    write(course, "part03_layers", "")
    monkeypatch.setattr(checks.importlib.util, "find_spec", lambda name: None)
    found = checks.run("3.1", course / "part03_layers.py")
    assert found.earned == 0.0 and found.lines == [
        "The checks are not installed here. Submit the part: your instructor's grader runs them."
    ]


def test_a_grader_that_fails_is_quoted_and_gives_0(course):
    write(course, "part03_layers", "")
    write(course.parent.parent / "autograder", "__main__", "raise SystemExit('No room on the disk.')")
    found = checks.run("3.1", course / "part03_layers.py")
    assert (found.lines, found.earned) == (["No room on the disk."], 0.0)


def test_a_check_shows_the_first_failing_check_in_full_and_the_points(course):
    text = (SOLUTIONS / "part03_layers.py").read_text(encoding="utf-8")
    write(course, "part03_layers", text.replace("+ eps) ** -0.5", ") ** -0.5"))
    found = checks.run("3.3", course / "part03_layers.py")
    assert 0.0 < found.earned < 4.0
    said = "\n".join(found.lines)
    assert "pass 1/1  rmsnorm makes the mean square one" in said
    assert "First to fix: rmsnorm adds eps inside the root\n  part03_layers.py, line" in said
    assert said.endswith(f"{found.earned:g} of 4 points. Fix it, save the file, run this cell again.")


def test_a_check_of_what_is_not_written_is_three_lines(course):
    stub = (SOLUTIONS.parent / "exercises" / "part03_layers.py").read_text(encoding="utf-8")
    write(course, "part03_layers", stub)
    found = checks.run("3.1", course / "part03_layers.py")
    assert found.lines == [
        "3.1 linear is not written yet.",
        "Write it in part03_layers.py, save the file, run this cell again.",
        "0 of 2 points.",
    ]


def test_a_check_that_waits_for_another_task_is_nothing_to_fix(course):
    text = (SOLUTIONS / "part01_autograd.py").read_text(encoding="utf-8")
    begin = text.index("    ### BEGIN SOLUTION 1.4 Value.backward")
    text = text[:begin] + '    raise NotImplementedError("1.4 Value.backward")\n'
    # Slopes under a name of one's own are seen by backward alone.
    write(course, "part01_autograd", text.replace("_local_grads", "_slopes"))
    said = "\n".join(checks.run("1.1", course / "part01_autograd.py").lines)
    assert "todo 0/0.25  the local gradients of a sum are 1" in said
    assert "1.4 Value.backward is not written yet." in said
    assert "Nothing is wrong so far" in said and "fix" not in said.lower()
