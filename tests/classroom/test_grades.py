"""The table of grades: weights, lateness and hand-graded answers come out as the class file says."""

from __future__ import annotations

import datetime

import pytest
from helpers.gradebook import DUE, add_assignment, add_submission, give_by_hand, write

from autograder.class_folder.settings import ClassError
from autograder.classroom.grades import class_grades, grades_json, grades_lines

SETTINGS = "[weights]\npart05 = 50\npart09 = 30\ncapstone = 20\n[due]\npart05 = 2026-11-30T18:00:00\n"


@pytest.fixture
def class_of_three(folder, gradebook):
    """ann: all, part 5 a day late; ben: part 9, by hand to do; cid: nothing."""
    write(folder, "class.toml", SETTINGS)
    add_assignment(gradebook, "part05", {"check-5-1": 4, "check-5-2": 6})
    add_assignment(gradebook, "part09", {"check-9-1": 8, "written-9-5": 2})
    add_assignment(gradebook, "capstone", {"check-11-1": 5})
    late = DUE + datetime.timedelta(hours=20)
    add_submission(gradebook, "part05", "ann", {"check-5-1": 4.0, "check-5-2": 3.5}, late)
    add_submission(gradebook, "part09", "ann", {"check-9-1": 8.0, "written-9-5": None}, DUE)
    add_submission(gradebook, "part09", "ben", {"check-9-1": 2.0, "written-9-5": None}, DUE)
    add_submission(gradebook, "capstone", "ann", {"check-11-1": 5.0}, DUE)
    gradebook.add_student("cid")
    give_by_hand(gradebook, "part09", "ann", "written-9-5", 1.0)
    return folder


def test_the_total_weighs_each_assignment_and_takes_the_penalty_off(class_of_three):
    found = class_grades(class_of_three)
    totals = {learner.id: learner.total for learner in found.learners}
    assert totals["ann"] == pytest.approx(50 * (7.5 * 0.9) / 10 + 30 * 9 / 10 + 20)
    assert totals["ben"] == pytest.approx(30 * 2 / 10)
    assert totals["cid"] == 0
    assert found.possible == {"part05": 10, "part09": 10, "capstone": 5}


def test_the_table_says_what_is_late_what_is_missing_and_what_is_left_to_grade_manually(class_of_three):
    lines = list(grades_lines(class_grades(class_of_three)))
    assert [line.split() for line in lines[:6]] == [
        ["learner", "05", "09", "capstone", "total"],
        ["points", "10", "10", "5", "100"],
        ["weight", "50", "30", "20", "100"],
        ["ann", "6.75*", "9", "5", "80.8"],
        ["ben", "-", "2?", "-", "6.0"],
        ["cid", "-", "-", "-", "0.0"],
    ]
    assert "To be graded manually in formgrader: part09 of ben." in lines
    assert "Late, points taken off: ann: part05 0.75." in lines


def test_the_data_say_the_same(class_of_three):
    data = grades_json(class_grades(class_of_three))
    assert data["learners"][1] == {
        "id": "ben",
        "total": pytest.approx(6.0),
        "grades": {"part09": {"score": 2.0, "penalty": 0.0, "points": 2.0, "by_hand": True}},
    }


def test_an_extension_for_somebody_unknown_is_reported(class_of_three):
    write(class_of_three, "extensions.csv", "student_id,part,extra_days\nzed,5,2\n")
    assert list(grades_lines(class_grades(class_of_three)))[-1].endswith("zed is not in the gradebook.")


def test_an_assignment_that_has_no_weight_counts_nothing(class_of_three):
    text = SETTINGS.replace("part05 = 50", "part05 = 80").replace("capstone = 20", "capstone = 0")
    write(class_of_three, "class.toml", text.replace("part09 = 30", "part09 = 20"))
    totals = {learner.id: learner.total for learner in class_grades(class_of_three).learners}
    assert totals["ann"] == pytest.approx(80 * 0.675 + 20 * 0.9)


def test_a_class_without_a_gradebook_is_reported_in_a_sentence(folder):
    with pytest.raises(ClassError, match="no gradebook in .* yet"):
        class_grades(folder)
    (folder.root / "gradebook.db").write_bytes(b"this is no database, and long enough to be read as one" * 30)
    with pytest.raises(ClassError, match="Can't use .*gradebook.db"):
        class_grades(folder)


def test_an_empty_gradebook_is_reported(folder, gradebook):
    assert list(grades_lines(class_grades(folder))) == ["The gradebook has no learners yet."]
