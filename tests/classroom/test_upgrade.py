"""A class that upgrades the course in week five keeps what it has, and sees first whose points would change.

class_of_week_five.json is a class as an earlier version of the course left it: files, and the gradebook's rows. ann and
dan submitted part 2, and bob part 9 too; a person graded ann's and bob's answers. dan's split of part 2 draws nothing,
which today's checks see and those did not.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import last_released
from autograder.class_folder.settings import ClassError
from autograder.classroom.autograde import grade_class
from autograder.classroom.doctor import examine
from autograder.classroom.errata import find_errata, require_shown_changes
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.grades import class_grades, grades_json
from autograder.classroom.nbgrader_configuration import FILE, other_course, write_configuration
from autograder.course import part

PARTS = (part(2), part(9))
OLD = Path(__file__).with_name("class_of_week_five.json")


@pytest.fixture
def old_class(folder: ClassFolder) -> ClassFolder:
    """The class of an earlier version of the course."""
    old = json.loads(OLD.read_text(encoding="utf-8"))
    for name, text in old["files"].items():
        (folder.root / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.root / name).write_text(text, encoding="utf-8")
    with contextlib.closing(sqlite3.connect(folder.root / "gradebook.db")) as book:
        book.executescript("\n".join(old["gradebook"]))
    return folder


def by_persons(folder: ClassFolder) -> list[tuple]:
    """What persons gave and wrote, and what still waits for one."""
    with open_gradebook(folder) as book:
        return [
            (name, grade.name, grade.manual_score, grade.needs_manual_grade, comment.manual_comment)
            for name in ("ann", "bob", "dan")
            for notebook in [book.find_submission_notebook("part09", "part09", name)]
            for grade in notebook.grades
            for comment in notebook.comments
            if comment.name == grade.name
        ]


def test_a_class_of_an_earlier_version_sees_what_changes_and_keeps_everything(old_class, strict):
    before, hand = grades_json(class_grades(old_class)), by_persons(old_class)
    assert ("ann", "written-9-5", 1.5, False, "Say where the 2.37 comes from.") in hand
    submitted = {path: path.read_bytes() for path in old_class.submitted.rglob("*") if path.is_file()}
    assert last_released(old_class, "dan", PARTS[0]).earned == 10, "an earlier version's verdicts are read"

    (diagnosis,) = [line for line in examine(old_class) if line.name == "grades"]
    assert "in part 2, 9" in diagnosis.detail and "errata 2" in diagnosis.remedies[0]
    with pytest.raises(ClassError, match=r"(?s)Nothing was graded.*Part 2, 2 learners.*errata 2.*Part 9, 3 learners"):
        require_shown_changes(old_class, PARTS, strict)

    found = [find_errata(old_class, each, strict) for each in PARTS]
    (change,) = found[0].changes
    assert (change.learner, change.before, change.after, change.keeps_old) == ("dan", 10, 9.75, True)
    assert (found[0].same, found[1].same) == (1, 3) and not found[1].changes
    assert grades_json(class_grades(old_class)) == before, "looking writes nothing"
    require_shown_changes(old_class, PARTS, strict)

    for each in PARTS:
        outcomes = grade_class(old_class, each, old_class.learners(each), strict)
        assert [one.failure for one in outcomes] == [""] * len(outcomes)
    assert grades_json(class_grades(old_class)) == before
    assert by_persons(old_class) == hand, "nobody has to look at the same answer again"
    assert {path: path.read_bytes() for path in old_class.submitted.rglob("*") if path.is_file()} == submitted


def test_a_class_whose_nbgrader_uses_another_copy_of_the_course_is_reported(folder):
    assert other_course(folder.root) is None
    assert write_configuration(folder.root)
    assert other_course(folder.root) is None
    path = folder.root / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("course in ", "course in /last/year", 1), encoding="utf-8")
    assert other_course(folder.root).startswith("/last/year")
    (diagnosis,) = [line for line in examine(folder) if line.name == FILE]
    assert not diagnosis.ok and "/last/year" in diagnosis.detail
