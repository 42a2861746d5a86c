"""Write a learner's feedback page from the verdict, the gradebook's points and the written answers."""

from __future__ import annotations

import datetime
import json

from autograder.class_folder.collected import Unreadable, read_regular_file
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import last_recorded
from autograder.class_folder.settings import ClassError, load_settings
from autograder.class_folder.verdict import decided
from autograder.classroom.extensions import load_extensions
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.submitted_notebook import GRADER_CELL
from autograder.classroom.written_answer import from_inert_markdown
from autograder.course import LARGEST_FILE, Part
from autograder.notebooks.lesson_notebooks import grade_id
from autograder.render.feedback_page import Feedback, Marks, feedback_page
from autograder.render.graded_notebook import summary_sentences


def learner_page(folder: ClassFolder, part: Part, learner: str) -> str:
    """The page for a graded submission, with the current points and penalty. Raises ClassError."""
    from nbgrader.api import MissingEntry

    from autograder.classroom.late_policy import lateness

    name = part.name
    report = last_recorded(folder, learner, part)
    cells = graded_cells(folder, learner, name)
    if report is None or cells is None:
        raise ClassError(f"{learner}: {name} is not graded yet: {folder.command('grade', part_=part.number)}")
    report, decisions = decided(folder, learner, part, report)
    settings = load_settings(folder)
    extensions = load_extensions(folder, settings)
    with open_gradebook(folder) as book:
        try:
            submission = book.find_submission(name, learner)
            notebook = book.find_submission_notebook(name, name, learner)
        except MissingEntry as error:
            raise ClassError(f"{learner}: the gradebook has no grade for {name}.") from error
        comments = {comment.name: comment.comment or "" for comment in notebook.comments}
        marks = {}
        for grade in notebook.grades:
            answer = (
                from_inert_markdown(*cells.get(grade.name, ("", None))) if grade.name.startswith("written-") else None
            )
            # Without an answer, the comment is nbgrader's automatic "No response."
            comment = comments.get(grade.name, "") if answer != () else ""
            earned = None if grade.needs_manual_grade else grade.score
            marks[grade.name] = Marks(earned, grade.max_score, comment, answer)
        times = lateness(settings, extensions, submission, sum(mark.earned or 0 for mark in marks.values()))
    by_task = {task.id: marks[key] for task in part.tasks if (key := grade_id(task)) in marks}
    known = {*summary_sentences(report), *decisions.values()}
    return feedback_page(
        Feedback(
            learner,
            part,
            report,
            datetime.datetime.now(settings.zone).date(),
            _graded_file(folder, learner, name, report.file),
            [sentence for sentence in grader_sentences(cells) if sentence not in known],
            by_task,
            times,
            decisions=decisions,
            catalogue=settings.catalogue,
        )
    )


def grader_sentences(cells: dict[str, tuple[str, object]]) -> list[str]:
    """The grader's remarks about a submission, in the first cell of its graded notebook."""
    return [line[2:] for line in cells.get(GRADER_CELL, ("", None))[0].split("\n") if line.startswith("- ")]


def graded_cells(folder: ClassFolder, learner: str, name: str) -> dict[str, tuple[str, object]] | None:
    """The cells of the graded notebook, which we built: sources and attachments by id; None if there is none."""
    path = folder.autograded / learner / name / f"{name}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return None
    by_id = {GRADER_CELL: ("", None)}
    for cell in cells:
        key = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", "")
        by_id[key] = ("".join(cell["source"]), cell.get("attachments"))
    return by_id


def _graded_file(folder: ClassFolder, learner: str, name: str, file: str) -> bytes | None:
    try:
        return read_regular_file(folder.autograded / learner / name / file, LARGEST_FILE)
    except Unreadable:
        return None
