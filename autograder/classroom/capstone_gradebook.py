"""Enter a capstone's points in nbgrader, so that gradebook, formgrader and feedback show it like other assignments.

Learners submit no notebook for the capstone, so this module writes the one that nbgrader needs: a cell per task with
the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.capstone.capstone_checks import CHECKS
from autograder.class_folder.collected import NewestModule
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import record_released, releasing
from autograder.class_folder.settings import utc_text
from autograder.class_folder.verdict import decided
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.nbgrader_configuration import configure
from autograder.classroom.submitted_notebook import grader_cell
from autograder.course import Task, capstone
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.notebooks.calling_nbgrader import calling_nbgrader
from autograder.notebooks.lesson_notebooks import NOTEBOOK_METADATA, SOURCE, notebook_text
from autograder.render.graded_notebook import earned_points, task_outputs
from autograder.text import number


def enter_capstone(folder: ClassFolder, learner: str, report: Report, parts: Mapping[str, NewestModule]) -> None:
    """Enter the points with the decisions about regrade requests, and write the notebook for formgrader and the
    feedback page. report: without decisions. Raises ClassError.
    """
    counting, decisions = decided(folder, learner, capstone(), report)
    with releasing(folder, learner, capstone()):
        _enter_points(folder, learner, counting, parts)
        record_released(folder, learner, capstone(), report)
        notebook = report_notebook(counting, parts, tuple(decisions.values()))
        text = notebook_text(notebook).encode("utf-8")
        name = capstone().module
        write_atomically(folder.autograded / learner / name / f"{name}.ipynb", text)
        _write_feedback(folder, learner)


def _enter_points(folder: ClassFolder, learner: str, report: Report, parts: Mapping[str, NewestModule]) -> None:
    name = capstone().module
    with open_gradebook(folder) as book, calling_nbgrader():
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for task in capstone().tasks:
            cell = {"max_score": possible_points(task), "cell_type": "code"}
            book.update_or_create_grade_cell(_grade_id(task), name, name, **cell)
        book.update_or_create_student(learner)
        # The capstone is as late as the newest of its parts. `grades` computes the penalty.
        times = [module.time for module in parts.values() if module.time]
        book.update_or_create_submission(
            name, learner, **({"timestamp": max(times).replace(tzinfo=None)} if times else {})
        )
        for task in capstone().tasks:
            grade = book.find_grade(_grade_id(task), name, name, learner)
            grade.auto_score, grade.needs_manual_grade = earned_points(report, task), False
        book.db.commit()


def possible_points(task: Task) -> float:
    """The points of a task of the capstone."""
    return float(sum(check.points for check in CHECKS if check.task == task.id))


def report_notebook(report: Report, parts: Mapping[str, NewestModule], decisions: Sequence[str]) -> dict:
    """The report as a notebook: a cell about the trained parts and the decisions, then a graded cell per task."""
    sentences = [
        f"{number(report.earned)} of {number(report.possible)} points, trained with Python {report.interpreter or '-'} "
        f"from seed {report.seed}, with your newest parts:",
        *(
            f"{name}, submitted with {module.place}, "
            + (utc_text(module.time) if module.time else "at an unknown time")
            for name, module in parts.items()
        ),
        *decisions,
    ]
    cells = [grader_cell(sentences), *(_cell(report, task) for task in capstone().tasks)]
    return {"cells": cells, "metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}


def _cell(report: Report, task: Task) -> dict:
    nbgrader_metadata = {"grade": True, "grade_id": _grade_id(task), "locked": True, "points": possible_points(task)}
    return {
        "cell_type": "code",
        "id": _grade_id(task),
        "metadata": {"nbgrader": {**nbgrader_metadata, "schema_version": 3, "solution": False, "task": False}},
        "source": f"# {task.id} {task.title}",
        "outputs": task_outputs(report, task),
        "execution_count": 1,
    }


def _grade_id(task: Task) -> str:
    return f"check-{task.id.replace('.', '-')}"


def _write_feedback(folder: ClassFolder, learner: str) -> None:
    from traitlets.config import Config

    from autograder.classroom.nbgrader_converters import ClassDirectory, FeedbackOneByOne

    config = Config()
    configure(config, folder.root, SOURCE)
    config.CourseDirectory.assignment_id = capstone().module
    feedback = FeedbackOneByOne(coursedir=ClassDirectory(config=config), config=config)
    feedback.force = True
    with calling_nbgrader() as reason:
        try:
            feedback.convert(learner)
        except Exception as error:
            raise RuntimeError(reason(error)) from error
