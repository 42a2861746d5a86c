"""update: a new version of the course comes in, and the learner's work stays."""

from __future__ import annotations

import shutil

import pytest
from helpers.learner import Course, make_course

from autograder.course import SOLUTIONS
from autograder.learner.update import plan
from autograder.stubs import fresh_stub, write_stubs

NAME = "part03_layers.py"
OLD_DOCSTRING = "Layers, in the words of last year."
WORK = "    return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]"
STUB_OF_LINEAR = '    raise NotImplementedError("3.1 linear")'


def older(text: str) -> str:
    """A course of last year: other words at the top, another estimate of a size, a sentence that is gone now."""
    lines = text.split("\n")
    lines[0] = f'"""{OLD_DOCSTRING}'
    text = "\n".join(lines)
    begin = "### BEGIN SOLUTION 3.1 linear\n"
    assert begin in text
    return text.replace(begin, begin + "    # more\n    x = list(x)\n    w = list(w)\n")


@pytest.fixture
def old_course(course) -> Course:
    """A working copy of last year's course."""
    (course.root / "solutions").unlink()
    shutil.copytree(SOLUTIONS, course.root / "solutions")
    path = course.root / "solutions" / NAME
    path.write_text(older(path.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.rmtree(course.exercises)
    write_stubs(course.exercises, solutions=course.root / "solutions")
    assert OLD_DOCSTRING in course.file(3).read_text(encoding="utf-8")
    return course


def renew(course: Course) -> None:
    """This year's course comes into the folder; exercises/ stays."""
    shutil.rmtree(course.root / "solutions")
    (course.root / "solutions").symlink_to(SOLUTIONS)


def work(course: Course) -> None:
    text = course.file(3).read_text(encoding="utf-8")
    assert STUB_OF_LINEAR in text
    course.write(3, text.replace(STUB_OF_LINEAR, WORK) + "\n\ndef helper():\n    return 1\n")


def test_work_from_a_copy_that_is_older_than_the_labs_can_be_brought_here(old_course):
    for folder in (old_course.root / "solutions", old_course.exercises):
        for path in folder.glob("lab*.py"):
            path.unlink()
    steps = {step.name: step for step in plan(old_course.root)}
    assert steps["lab1_bigger_model.py"].content is None  # the file that is here stays


def test_what_the_course_changed_comes_in_and_what_the_learner_wrote_stays(old_course):
    old_course.run("check", 3)
    work(old_course)
    mine = old_course.file(3).read_bytes()
    renew(old_course)
    done = old_course.run("update", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    text = old_course.file(3).read_text(encoding="utf-8")
    assert OLD_DOCSTRING not in text and WORK in text and "def helper()" in text and "<<<<<<<" not in text
    assert text.count("# TODO 3.2 softmax") == 1 and "pass" in old_course.run("check", "3.1").stdout
    assert old_course.run("undo").returncode == 0
    assert old_course.file(3).read_bytes() == mine


def test_it_says_first_what_it_would_do_and_changes_nothing_unasked(old_course):
    old_course.run("check", 3)
    work(old_course)
    before = {path: path.read_bytes() for path in old_course.exercises.rglob("*") if path.is_file()}
    renew(old_course)
    done = old_course.run("update")
    assert done.returncode == 2 and "--yes" in done.stderr
    assert "part03_layers.py" in done.stdout and "This changes 1 file" in done.stdout
    assert {path: path.read_bytes() for path in old_course.exercises.rglob("*") if path.is_file()} == before


def test_a_second_update_has_nothing_to_do(old_course):
    old_course.run("check", 3)
    work(old_course)
    renew(old_course)
    old_course.run("update", "--yes")
    done = old_course.run("update")
    assert done.returncode == 0 and "nothing to update" in done.stdout


def test_an_untouched_stub_becomes_the_new_one_also_when_nothing_was_ever_run(old_course):
    renew(old_course)
    assert old_course.run("update", "--yes").returncode == 0
    assert old_course.file(3).read_text(encoding="utf-8") == fresh_stub(NAME)


def test_a_file_of_unknown_origin_is_left_alone(old_course):
    work(old_course)
    mine = old_course.file(3).read_bytes()
    renew(old_course)
    done = old_course.run("update", "--yes")
    assert "LEFT ALONE" in done.stdout and old_course.file(3).read_bytes() == mine


def test_a_conflict_keeps_both_versions_and_says_where(old_course):
    old_course.run("check", 3)
    text = old_course.file(3).read_text(encoding="utf-8")
    old_course.write(3, text.replace(OLD_DOCSTRING, "Layers, in my own words."))
    renew(old_course)
    done = old_course.run("update", "--yes")
    assert done.returncode == 1 and "To resolve: 1 place in exercises" in done.stdout and "<<<<<<<" in done.stdout
    text = old_course.file(3).read_text(encoding="utf-8")
    assert "Layers, in my own words." in text and "<<<<<<< yours" in text and ">>>>>>> the new course" in text
    assert fresh_stub(NAME).split("\n")[0] in text


def test_the_work_of_an_older_copy_comes_over_with_its_recipe_and_its_progress(old_course, tmp_path):
    old_course.run("check", 3)
    old_course.run("progress", "--tick", "read")
    work(old_course)
    (old_course.exercises / "leaderboard_recipe.py").write_text("# my recipe\n", encoding="utf-8")
    (old_course.exercises / "my_notes.py").write_text("# notes\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in old_course.exercises.rglob("*") if path.is_file()}
    new = make_course(tmp_path / "new")
    (new.exercises / "my_notes.py").write_text("# newer notes\n", encoding="utf-8")
    done = new.run("update", "--from", old_course.root, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    text = new.file(3).read_text(encoding="utf-8")
    assert WORK in text and OLD_DOCSTRING not in text
    assert (new.exercises / "leaderboard_recipe.py").read_text(encoding="utf-8") == "# my recipe\n"
    assert (new.exercises / "my_notes.py").read_text(encoding="utf-8") == "# newer notes\n"
    assert "[x] Read solutions" in new.run("progress").stdout
    assert {path: path.read_bytes() for path in old_course.exercises.rglob("*") if path.is_file()} == before


def test_line_ends_of_windows_are_no_change_of_the_learner(old_course):
    path = old_course.file(3)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    renew(old_course)
    assert old_course.run("update", "--yes").returncode == 0
    assert path.read_text(encoding="utf-8") == fresh_stub(NAME)


@pytest.mark.parametrize(("folder", "words"), [("nowhere", "is not a folder"), (".", "this course itself")])
def test_a_folder_that_holds_no_older_course_is_a_sentence(course, folder, words):
    done = course.run("update", "--from", folder)
    assert done.returncode == 2 and words in done.stderr


def test_without_git_it_says_so_and_changes_nothing(old_course, monkeypatch):
    old_course.run("check", 3)
    work(old_course)
    mine = old_course.file(3).read_bytes()
    renew(old_course)
    monkeypatch.setenv("PATH", str(old_course.root))
    done = old_course.run("update", "--yes")
    assert done.returncode == 1 and "install git" in done.stderr
    assert old_course.file(3).read_bytes() == mine
