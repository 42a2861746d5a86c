"""A zip of feedback pages, with the names that Moodle and Canvas need to return each page to its learner.

Moodle identifies people by the number in the folder's name, Canvas by the two numbers in the file's name. The names in
the platform's own download contain these numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.bundle.zip_file import write_zip
from autograder.class_folder.collected import Unreadable, submitted_hash
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import interrupted_release, last_released
from autograder.class_folder.settings import ClassError, load_settings
from autograder.classroom.feedback import learner_page
from autograder.classroom.gradebook import open_gradebook
from autograder.course import Part, capstone
from autograder.files import write_atomically
from autograder.intake.archives import shown
from autograder.intake.moodle_worksheet import Worksheet, read_worksheet
from autograder.intake.name_matching import (
    CANVAS,
    MOODLE,
    RECIPE,
    LearnerMatcher,
    appeal_files,
    course_file,
    course_files,
)
from autograder.intake.submitted_files import FilesByLearner, sort_by_learner
from autograder.invocation import option
from autograder.text import plural

UPLOAD = {
    "Moodle": "In the assignment, choose Upload multiple feedback files in a zip.",
    "Canvas": "On the assignment's page, choose Re-upload submissions, or in the gradebook Upload submissions.",
    "": "It has one folder per learner.",
}


@dataclass
class FeedbackZip:
    """The zip. platform: Moodle, Canvas or "" for folders; names: file names in the zip, by learner; missing: a
    sentence for each person who is not in it.
    """

    path: Path
    platform: str = ""
    names: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def pack_feedback(
    folder: ClassFolder, download: Path, part: Part, out: Path, worksheet: Path | None = None
) -> FeedbackZip:
    """Write the pages of everybody in a platform's download as a zip. Raises ClassError if there is nothing to pack."""
    name = part.name
    with open_gradebook(folder) as gradebook:
        students = gradebook.students
        numbers = read_worksheet(worksheet, students, load_settings(folder).zone) if worksheet else Worksheet()
        sorted_files = sort_by_learner(folder, download, LearnerMatcher(students, numbers.numbers))
    if others := _other_parts(sorted_files, part):
        raise ClassError(
            f"{shown(download.name)} has work for {', '.join(others)} and none for {name}. Nothing was written. Use "
            f"the download of {name}, or pack the feedback of {others[0]}: "
            f"{option('part', int(others[0].removeprefix('part')))}"
        )
    packed, pages = FeedbackZip(out / f"feedback-{name}.zip"), {}
    for learner in sorted(sorted_files.people):
        try:
            page = _current_page(folder, part, learner)
        except (ClassError, Unreadable) as error:
            packed.missing.append(str(error))
            continue
        write_atomically(folder.feedback / learner / name / f"{name}.html", page)
        platform, upload = _upload_name(sorted_files.people[learner].names, learner, name)
        packed.platform = packed.platform or platform
        if upload:
            packed.names[learner] = upload
            pages[upload] = page
        else:
            packed.missing.append(
                f"{learner}: typed a text into Canvas, which can't return a file for it. Send them this page: "
                f"{folder.feedback / learner / name / f'{name}.html'}."
            )
    # For people who are in the zip, `collect` reports unusable files.
    packed.missing += [problem for problem in sorted_files.problems if problem.partition(":")[0] not in packed.names]
    graded = {path.parent.name for path in folder.feedback.glob(f"*/{name}")} - set(sorted_files.people)
    packed.missing += [
        f"{learner}: graded, but not in {shown(download.name)}. The page is {folder.feedback / learner / name}."
        for learner in sorted(graded)
    ]
    if not pages:
        raise ClassError("\n".join([f"There is no feedback to pack for {name}.", *packed.missing]))
    write_zip(packed.path, pages)
    return packed


def packed_lines(packed: FeedbackZip) -> Iterator[str]:
    """Lines about the packed pages, and where to upload them."""
    yield f"Written: {packed.path}, with the feedback of {plural(len(packed.names), 'learner')}."
    yield UPLOAD[packed.platform]


def _other_parts(sorted_files: FilesByLearner, part: Part) -> list[str]:
    """The other parts that a download belongs to, if it does not belong to this one; empty if unknown."""
    part_of_file = {**course_files(), **appeal_files()}
    parts = {
        part_of_file[file.name]
        for person in sorted_files.people.values()
        for file in person.files
        if file.name in part_of_file
    } - {RECIPE, capstone().name}
    return [] if part is capstone() or part.name in parts else sorted(parts)


def _current_page(folder: ClassFolder, part: Part, learner: str) -> bytes:
    """The page for the last collected work. Raises ClassError if there is newer ungraded work, or none."""
    if part is not capstone() and not (folder.submitted / learner / part.name).is_dir():
        raise ClassError(f"{learner}: nothing was collected for {part.name}.")
    if interrupted_release(folder, learner, part) is not None:
        raise ClassError(
            f"{learner}: grading was interrupted. To finish it: {folder.command('grade', part_=part.number)}"
        )
    page = learner_page(folder, part, learner)
    report = last_released(folder, learner, part)
    if part is not capstone() and report is not None:
        if report.sha256 != submitted_hash(folder.submitted / learner, part):
            grade = folder.command("grade", part_=part.number)
            raise ClassError(f"{learner}: submitted new work that is not graded yet: {grade}")
    return page.encode("utf-8", "replace")


def _upload_name(names: list[str], learner: str, name: str) -> tuple[str, str]:
    """The platform, and the page's name in the zip; "" if Canvas has no uploaded file to return it to. names: the
    learner's file names in the platform's download.
    """
    for file_name in sorted(names, key=lambda candidate: (course_file(candidate) is None, candidate)):
        if moodle := MOODLE.fullmatch(file_name):
            # The folder for uploaded files, also for a person who only typed into Moodle's text field.
            return "Moodle", f"{moodle['name']}_{moodle['number']}_assignsubmission_file_/{name}.html"
        if (canvas := CANVAS.fullmatch(file_name)) and canvas["upload"]:
            return "Canvas", f"{file_name[: canvas.start('file')]}{name}.html"
    if any(map(CANVAS.fullmatch, names)):
        return "Canvas", ""
    return "", f"{learner}/{name}.html"
