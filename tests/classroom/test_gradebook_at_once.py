"""What one submission writes into the gradebook comes in at once, or not at all."""

import pytest
from helpers.gradebook import add_assignment, add_submission
from helpers.submissions import PART, SOLUTION, by_checks, grades, hand_in
from nbgrader.api import Gradebook

from autograder.classroom import autograde, late_policy
from autograder.classroom.autograde import enter_in_gradebook, grade_class
from autograder.classroom.gradebook import open_gradebook
from autograder.notebooks.calling_nbgrader import one_transaction
from autograder.sandbox import Tier


def score(folder, learner):
    with open_gradebook(folder) as book:
        return book.find_submission("part01", learner).score


def test_others_see_what_was_written_when_all_of_it_is_there(folder, gradebook):
    add_assignment(gradebook, "part01", {"check-1-1": 5.0, "check-1-2": 5.0})
    add_submission(gradebook, "part01", "ada", {"check-1-1": 1.0, "check-1-2": 1.0})
    with one_transaction(folder.database):
        for name in ("check-1-1", "check-1-2"):
            with Gradebook(folder.database) as inside:
                inside.find_grade(name, "part01", "part01", "ada").auto_score = 5.0
                inside.db.commit()
            gradebook.db.expire_all()
            assert gradebook.find_submission("part01", "ada").score == 2.0
            gradebook.db.commit()
        with Gradebook(folder.database) as inside:
            assert inside.find_submission("part01", "ada").score == 10.0
    assert score(folder, "ada") == 10.0


def test_after_an_error_the_gradebook_is_as_it_was(folder, gradebook):
    add_assignment(gradebook, "part01", {"check-1-1": 5.0})
    add_submission(gradebook, "part01", "ada", {"check-1-1": 1.0})
    gradebook.close()
    with pytest.raises(ZeroDivisionError), one_transaction(folder.database):
        with Gradebook(folder.database) as inside:
            inside.find_grade("check-1-1", "part01", "part01", "ada").auto_score = 5.0
            inside.db.commit()
        raise ZeroDivisionError
    assert score(folder, "ada") == 1.0
    with Gradebook(folder.database) as after:  # which writes by itself again
        after.find_grade("check-1-1", "part01", "part01", "ada").auto_score = 4.0
        after.db.commit()
    assert score(folder, "ada") == 4.0


def test_a_submission_that_fails_half_way_keeps_the_scores_that_it_had(folder, monkeypatch):
    place = hand_in(folder, "ada")
    enter_in_gradebook(folder, PART)
    (before,) = grade_class(folder, PART, ["ada"], Tier.LOCAL)
    assert not before.failure
    given = grades(folder, "ada")
    (place / PART.file_name).write_text(SOLUTION.replace("math.exp(loss)", "math.expm1(loss)"), encoding="utf-8")

    def fail(self, nb, resources):  # behind the step that saves the new scores
        raise OSError("the disk is full")

    monkeypatch.setattr(late_policy.AssignPenalty, "preprocess", fail)
    (failed,) = autograde.grade_class(folder, PART, ["ada"], Tier.LOCAL)
    assert "the disk is full" in failed.failure
    assert grades(folder, "ada") == given
    monkeypatch.undo()
    grade_class(folder, PART, ["ada"], Tier.LOCAL)
    assert by_checks(folder, "ada") < before.possible - 4
    assert grades(folder, "ada") != given
