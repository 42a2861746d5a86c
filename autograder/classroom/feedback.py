"""A learner's page of feedback from the class's folder: the verdict, the gradebook's points, the written answers."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.class_folder.collected import Unreadable, read_regular_file
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import interrupted_release, last_recorded, last_released
from autograder.class_folder.settings import ClassError, load_settings
from autograder.class_folder.verdict import decided, summary_sentences
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.late_policy import load_extensions
from autograder.classroom.submitted_notebook import GRADER_CELL
from autograder.classroom.written_answer import as_typed
from autograder.course import Part, capstone
from autograder.files import write_atomically
from autograder.grading.report import NO_FILE
from autograder.grading.sources import LARGEST_FILE
from autograder.intake.archives import shown
from autograder.intake.moodle_worksheet import Worksheet, read_worksheet
from autograder.intake.name_matching import CANVAS, MOODLE, RECIPE, Matcher, appeal_files, course_file, course_files
from autograder.intake.submitted_files import FilesByLearner, sort_by_learner
from autograder.invocation import option
from autograder.notebooks.lesson_notebooks import grade_id
from autograder.render.feedback_page import Feedback, Marks, feedback_page
from autograder.render.terminal import plural


def assignment_name(its_part: Part) -> str:
    """What the gradebook and the folders call a part, or the capstone."""
    return its_part.module if its_part is capstone() else its_part.name


def learner_page(folder: ClassFolder, its_part: Part, learner: str) -> str:
    """The page for a submission that was graded, with points and penalty as they are now. Raises ClassError."""
    from nbgrader.api import MissingEntry

    from autograder.classroom.late_policy import lateness

    name = assignment_name(its_part)
    report = last_recorded(folder, learner, its_part)
    cells = graded_cells(folder, learner, name)
    if report is None or cells is None:
        raise ClassError(f"{learner}: {name} is not graded yet: {folder.command('grade', part_=its_part.number)}")
    report, decisions = decided(folder, learner, its_part, report)
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
            answer = as_typed(*cells.get(grade.name, ("", None))) if grade.name.startswith("written-") else None
            comment = comments.get(grade.name, "") if answer != () else ""  # nbgrader's own: No response.
            earned = None if grade.needs_manual_grade else grade.score
            marks[grade.name] = Marks(earned, grade.max_score, comment, answer)
        times = lateness(settings, extensions, submission, sum(one.earned or 0 for one in marks.values()))
    by_task = {task.id: marks[key] for task in its_part.tasks if (key := grade_id(task)) in marks}
    known = {*summary_sentences(report), *decisions.values()}
    return feedback_page(
        Feedback(
            learner,
            its_part,
            report,
            datetime.datetime.now(settings.zone).date(),
            _graded_file(folder, learner, name, report.file),
            [sentence for sentence in grader_sentences(cells) if sentence not in known],
            by_task,
            times,
            decisions=decisions,
        )
    )


def grader_sentences(cells: dict[str, tuple[str, object]]) -> list[str]:
    """What the grader says about a submission in the first cell of its graded notebook."""
    return [line[2:] for line in cells.get(GRADER_CELL, ("", None))[0].split("\n") if line.startswith("- ")]


def graded_cells(folder: ClassFolder, learner: str, name: str) -> dict[str, tuple[str, object]] | None:
    """The cells of the graded notebook, which is our own: sources and attachments by id; None when there is none."""
    path = folder.autograded / learner / name / f"{name}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return None
    found = {GRADER_CELL: ("", None)}
    for cell in cells:
        key = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", "")
        found[key] = ("".join(cell["source"]), cell.get("attachments"))
    return found


def _graded_file(folder: ClassFolder, learner: str, name: str, file: str) -> bytes | None:
    try:
        return read_regular_file(folder.autograded / learner / name / file, LARGEST_FILE)
    except Unreadable:
        return None


# Feedback goes back: a zip of the pages, with the names that the platform wants for uploading them again.
#
# Moodle finds a person by the number in the name of a folder, Canvas by the two numbers in the name of a file. Both
# stand in the names of the platform's own download.

UPLOAD = {
    "Moodle": "In the assignment, choose Upload multiple feedback files in a zip.",
    "Canvas": "On the assignment's page, choose Re-upload submissions, or in the gradebook Upload submissions.",
    "": "It has one folder for each learner.",
}


@dataclass
class Packed:
    """The zip. platform: Moodle, Canvas or "" for folders; names: in the zip, by learner; missing: a sentence for each
    person who is not in it.
    """

    path: Path
    platform: str = ""
    names: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def pack_feedback(
    folder: ClassFolder, download: Path, its_part: Part, out: Path, worksheet: Path | None = None
) -> Packed:
    """Write the pages of everybody in a platform's download, brought up to date, as out/feedback-partNN.zip. Raises
    ClassError when there is nothing to pack.
    """
    name = assignment_name(its_part)
    with open_gradebook(folder) as gradebook:
        students = gradebook.students
        numbers = read_worksheet(worksheet, students, load_settings(folder).zone) if worksheet else Worksheet()
        found = sort_by_learner(download, Matcher(students, numbers.numbers))
    if others := _other_parts(found, its_part):
        raise ClassError(
            f"{shown(download.name)} has work for {', '.join(others)} and none for {name}. Nothing was written. Name "
            f"the download of {name}, or pack the feedback of {others[0]}: "
            f"{option('part', int(others[0].removeprefix('part')))}"
        )
    packed, pages = Packed(out / f"feedback-{name}.zip"), {}
    for learner in sorted(found.people):
        try:
            page = _current_page(folder, its_part, learner)
        except (ClassError, Unreadable) as error:
            packed.missing.append(str(error))
            continue
        write_atomically(folder.feedback / learner / name / f"{name}.html", page)
        platform, upload = _upload_name(found.people[learner].names, learner, name)
        packed.platform = packed.platform or platform
        if upload:
            packed.names[learner] = upload
            pages[upload] = page
        else:
            packed.missing.append(
                f"{learner}: typed a text into Canvas, which can't return a file for it. Send them this page: "
                f"{folder.feedback / learner / name / f'{name}.html'}."
            )
    # Of somebody who is in the zip, a file that can't be used is the business of `collect`.
    packed.missing += [one for one in found.problems if one.partition(":")[0] not in packed.names]
    graded = {path.parent.name for path in folder.feedback.glob(f"*/{name}")} - set(found.people)
    packed.missing += [
        f"{learner}: graded, but not in {shown(download.name)}. The page is {folder.feedback / learner / name}."
        for learner in sorted(graded)
    ]
    if not pages:
        raise ClassError("\n".join([f"There is no feedback to pack for {name}.", *packed.missing]))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, page in sorted(pages.items()):
            archive.writestr(zipfile.ZipInfo(path), page, zipfile.ZIP_DEFLATED)
    write_atomically(packed.path, content.getvalue())
    return packed


def packed_lines(packed: Packed) -> Iterator[str]:
    """What was packed, and where to upload it."""
    yield f"Written: {packed.path}, with the feedback of {plural(len(packed.names), 'learner')}."
    yield UPLOAD[packed.platform]


def _other_parts(found: FilesByLearner, its_part: Part) -> list[str]:
    """The parts that a download is of when it is not of this one; none when nothing in it says so."""
    of = {**course_files(), **appeal_files()}
    parts = {of[file.name] for person in found.people.values() for file in person.files if file.name in of} - {RECIPE}
    return [] if its_part is capstone() or its_part.name in parts else sorted(parts)


def _current_page(folder: ClassFolder, its_part: Part, learner: str) -> bytes:
    """The page, of the work that was collected last. Raises ClassError for one who has newer work, or none."""
    if its_part is not capstone() and not (folder.submitted / learner / its_part.name).is_dir():
        raise ClassError(f"{learner}: nothing was collected for {its_part.name}.")
    if interrupted_release(folder, learner, its_part) is not None:
        raise ClassError(
            f"{learner}: grading was interrupted. To finish it: {folder.command('grade', part_=its_part.number)}"
        )
    page = learner_page(folder, its_part, learner)
    report = last_released(folder, learner, its_part)
    if its_part is not capstone() and report is not None:
        content = read_regular_file(folder.submitted / learner / its_part.name / its_part.file_name, LARGEST_FILE)
        now = NO_FILE if content is None else hashlib.sha256(content).hexdigest()
        if report.sha256 != now:
            grade = folder.command("grade", part_=its_part.number)
            raise ClassError(f"{learner}: submitted new work that is not graded yet: {grade}")
    return page.encode("utf-8", "replace")


def _upload_name(names: list[str], learner: str, name: str) -> tuple[str, str]:
    """The platform, and what the page is called in the zip; "" where Canvas has no upload that it could belong to.
    names: those of the learner in the platform's download.
    """
    for each in sorted(names, key=lambda one: (course_file(one) is None, one)):
        if moodle := MOODLE.fullmatch(each):
            # The folder of uploaded files, also for a person who wrote into Moodle's text field alone.
            return "Moodle", f"{moodle['name']}_{moodle['number']}_assignsubmission_file_/{name}.html"
        if (canvas := CANVAS.fullmatch(each)) and canvas["upload"]:
            return "Canvas", f"{each[: canvas.start('file')]}{name}.html"
    if any(map(CANVAS.fullmatch, names)):
        return "Canvas", ""
    return "", f"{learner}/{name}.html"
