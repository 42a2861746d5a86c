"""Collecting: put submissions into submitted/<id>/<part>/, where nbgrader expects them, and lose nothing.

Every person in a download is either collected, or listed as a problem with their files.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.appeal_file import LARGEST as LARGEST_APPEAL
from autograder.class_folder.collected import TIMESTAMP, Unreadable, read_regular_file, recorded_time
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import UTC, ClassError, load_settings
from autograder.classroom.gradebook import open_gradebook
from autograder.course import EXERCISES, RECIPE_FILE, Part, capstone, parts
from autograder.files import write_atomically
from autograder.intake.archives import shown
from autograder.intake.moodle_worksheet import Worksheet, read_worksheet
from autograder.intake.name_matching import (
    RECIPE,
    LearnerMatcher,
    appeal_files,
    course_files,
    likely_course_name,
    notebook_by_content,
)
from autograder.intake.submitted_files import LearnerFiles, SubmittedFile, sort_by_learner
from autograder.invocation import option
from autograder.text import first_few

MOST_APPEALS = 50  # versions of one learner's file for a part
MOST_OTHERS = 20  # unrecognised files of one learner, kept so that the instructor can rename them

# Submission times by learner's id; "" is for everybody.
SubmissionTimes = Mapping[str, datetime.datetime]


@dataclass(frozen=True)
class PlacedSubmission:
    """One submission. status: new, replaced, unchanged, corrected (its time) or older; time: None if unknown; backup:
    where the replaced submission is now.
    """

    learner: str
    part: str
    status: str
    time: datetime.datetime | None
    backup: Path | None = None


@dataclass
class CollectResult:
    """The result, and sentences about regrade requests, unusable names and files, and guesses."""

    placed: list[PlacedSubmission] = field(default_factory=list)
    appeals: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def collect(
    folder: ClassFolder,
    source: Path,
    part: Part | None = None,
    submitted_at: SubmissionTimes | None = None,
    worksheet: Path | None = None,
) -> CollectResult:
    """Collect an archive or a folder. part: the part for all files; without it, each file goes to its own part.
    Submission times come from submitted_at, else from Moodle's worksheet, else from the archive. Raises ClassError if
    nothing can be collected.
    """
    submitted_at = submitted_at or {}
    zone = load_settings(folder).zone
    with open_gradebook(folder) as gradebook:
        students = gradebook.students
        if not students:
            roster = folder.command("roster", "FILE")
            raise ClassError(f"The gradebook has no learners yet. To import the class list: {roster}")
        worksheet_times = read_worksheet(worksheet, students, zone) if worksheet else Worksheet()
        matcher = LearnerMatcher(students, worksheet_times.numbers)
    if unknown := sorted(set(submitted_at) - {"", *(student.id for student in students)}):
        raise ClassError(f"--submitted-at: {', '.join(map(shown, unknown))} is not in the class list.")
    sorted_files = sort_by_learner(folder, source, matcher)
    outcome = CollectResult(problems=sorted_files.problems)
    for learner, person in sorted(sorted_files.people.items()):
        instructor_time = submitted_at.get(learner) or submitted_at.get("")
        _collect_person(
            folder, learner, person, part, instructor_time, worksheet_times.times.get(learner), zone, outcome
        )
    if not outcome.placed and not outcome.appeals and not outcome.problems:
        raise ClassError(f"{source} contains no file of the course, such as part05_gpt.py or part05.ipynb.")
    return outcome


def _collect_person(
    folder: ClassFolder,
    learner: str,
    person: LearnerFiles,
    part: Part | None,
    instructor_time: datetime.datetime | None,
    worksheet_time: datetime.datetime | None,
    zone: datetime.tzinfo,
    outcome: CollectResult,
) -> None:
    """Collect the files of one learner. instructor_time, worksheet_time: submission times; None if unknown."""
    problems_before, placed_before = len(outcome.problems), len(outcome.placed)
    collected = _files_by_part(folder, learner, person, part, outcome)
    has_appeals = _place_appeals(folder, learner, person, outcome)

    def time_of(files: Iterable[SubmittedFile]) -> datetime.datetime | None:
        return (
            instructor_time
            or worksheet_time
            or max((_in_utc(file.time, zone) for file in files if file.time), default=None)
        )

    for name, files in sorted(collected.items()):
        try:
            chosen = _newest_of_each(files)
        except ClassError as error:
            outcome.problems.append(f"{learner}, {name}: {error}")
            continue
        if name == RECIPE:
            content = chosen[RECIPE_FILE].content
            # Every clone contains the unchanged recipe.
            if content.split() != (_read_content(EXERCISES / RECIPE_FILE) or b"").split():
                outcome.placed.append(_place_recipe(folder, learner, content))
            elif len(collected) == 1:
                outcome.problems.append(f"{learner}: {RECIPE_FILE} is unchanged, so it was not collected.")
            continue
        time = time_of(chosen.values())
        contents = {file_name: file.content for file_name, file in chosen.items()}
        # A regrade request changes the time in Moodle's worksheet. Unchanged work must not become late by that.
        time_is_certain = instructor_time is not None or (worksheet_time is not None and not has_appeals)
        placed = _place_submission(folder, learner, name, contents, time, time_is_certain, has_appeals)
        outcome.placed.append(placed)
        needs_no_time = placed.status == "unchanged" and (has_appeals or placed.time is not None)
        if person.late and time is None and not needs_no_time:
            outcome.problems.append(f"{learner}, {name}: collected, but {_late_at_an_unknown_time(learner)}")
    nothing_collected = (len(outcome.problems), len(outcome.placed)) == (problems_before, placed_before)
    without_module = part is not None and all(file.name != part.file_name for file in person.files)
    if (nothing_collected and not (has_appeals and _only_appeals(person))) or (
        collected and without_module and person.others
    ):
        outcome.problems.append(_not_collected(folder, learner, person, part, time_of(person.others)))


def collection_lines(outcome: CollectResult) -> Iterator[str]:
    """The result of collecting as sentences: new, replaced and skipped submissions."""
    for submission in outcome.placed:
        when = f", submitted {submission.time:%Y-%m-%d %H:%M} UTC" if submission.time else ""
        description = f"{submission.learner} {submission.part}{when}"
        if submission.status == "new":
            yield f"Collected: {description}."
        elif submission.status == "replaced":
            yield f"Replaced: {description}; the previous submission is now in {submission.backup}."
        elif submission.status == "corrected":
            yield f"Time corrected: {description}."
        elif submission.status == "older":
            yield f"Skipped: {description}, since a newer one was collected before."
    yield from outcome.appeals
    unchanged = sum(submission.status == "unchanged" for submission in outcome.placed)
    if unchanged:
        yield f"Unchanged: {unchanged}, collected before."
    yield from outcome.remarks
    times = [submission.time for submission in outcome.placed if submission.part != RECIPE]  # a recipe is never late
    if None in times:
        yield (
            f"{times.count(None)} of {len(times)} have no submission time, since the archive holds only the time of "
            "the download. They do not count as late. To record times, collect again with "
            f"{option('worksheet', 'FILE')} (Moodle's grading worksheet) or {option('submitted-at', 'TIME')}."
        )


def _files_by_part(
    folder: ClassFolder, learner: str, person: LearnerFiles, part: Part | None, outcome: CollectResult
) -> dict[str, list[SubmittedFile]]:
    """A learner's files by part. If no file has the right name, this uses files with a nearly right name, a part's
    notebook recognised by its content, or a file that the instructor has renamed in submitted/.
    """
    files, others = list(person.files), []
    looked_for = [RECIPE, capstone().name, *([part.name] if part else [other_part.name for other_part in parts()])]
    guessed: dict[str, list[SubmittedFile]] = {}
    for file in person.others:
        name = likely_course_name(file.name, looked_for)
        if name is None and file.content is not None and file.name.lower().endswith(".ipynb"):
            name = notebook_by_content(file.content)
        if name is None and part is not None:
            name = _renamed_by_instructor(folder.submitted / learner / part.name, file, part)
        if name and file.content is not None and (course_files() | appeal_files())[name] in looked_for:
            guessed.setdefault(name, []).append(file)
        else:
            others.append(file)
    for name, candidates in guessed.items():
        if len({file.content for file in candidates}) == 1 and name not in {file.name for file in files}:
            files.append(dataclasses.replace(candidates[0], name=name))
            outcome.remarks.append(f"{learner}: {shown(candidates[0].where)} was taken as {name}.")
        else:
            others += candidates
    person.files, person.others = files, others
    files = [file for file in files if file.name not in appeal_files()]
    if part is None:
        return _group_by_part(files)
    recipes = [file for file in files if file.name == RECIPE_FILE]
    files = [file for file in files if file.name != RECIPE_FILE]
    by_part = {RECIPE: recipes} if recipes else {}
    names = {file.name for file in files}
    if not {part.file_name, f"{part.name}.ipynb"} & names:
        return by_part
    if part.file_name in names and any(file.name.lower().endswith((".py", ".ipynb", ".toml")) for file in others):
        left = ", ".join(shown(file.where) for file in others[:5])
        outcome.remarks.append(f"{learner}, {part.name}: not used: {left}.")
    return {**by_part, part.name: files}


def _place_appeals(folder: ClassFolder, learner: str, person: LearnerFiles, outcome: CollectResult) -> bool:
    """Save a learner's regrade requests, separately from the submitted work. Return whether there are any."""
    appeals = sorted((file for file in person.files if file.name in appeal_files()), key=_age_key)
    for file in appeals:
        stem, suffix = file.name.rsplit(".", 1)
        versions = sorted((folder.appeals / learner).glob(f"{stem}*.{suffix}"))
        if len(file.content or b"") > LARGEST_APPEAL:
            outcome.problems.append(f"{learner}: {shown(file.where)} is larger than {LARGEST_APPEAL // 1024} KB.")
        elif any(_read_content(path) == file.content for path in versions):
            outcome.appeals.append(f"Regrade request, collected before: {learner} {appeal_files()[file.name]}.")
        elif len(versions) == MOST_APPEALS:
            outcome.problems.append(
                f"{learner}: {shown(file.where)} was not collected, since {MOST_APPEALS} versions of it are in "
                f"{folder.appeals / learner}."
            )
        else:
            # No version replaces another, and their names sort in the order of arrival.
            places = (folder.appeals / learner / f"{stem}-{number:02d}.{suffix}" for number in itertools.count(1))
            write_atomically(next(path for path in places if path not in versions), file.content or b"")
            outcome.appeals.append(f"Regrade request: {learner} {appeal_files()[file.name]}.")
    return bool(appeals)


def _only_appeals(person: LearnerFiles) -> bool:
    return all(file.name in appeal_files() for file in (*person.files, *person.others))


def _renamed_by_instructor(place: Path, file: SubmittedFile, part: Part) -> str | None:
    """The course's name that the instructor has given to this file in submitted/; None if it was not renamed."""
    names = (part.file_name, f"{part.name}.ipynb")
    return next((name for name in names if file.content and _read_content(place / name) == file.content), None)


def _not_collected(
    folder: ClassFolder, learner: str, person: LearnerFiles, part: Part | None, time: datetime.datetime | None
) -> str:
    """The problem of a learner whose files have no names of the course. Copies them so that the instructor can rename
    them. time: the submission time, None if unknown.
    """
    notebook = f"{part.name}.ipynb" if part else ""
    has_notebook = any(file.name == notebook for file in person.files)
    unused = [*(file for file in person.files if file.name != notebook), *person.others]
    names = first_few([shown(file.where) for file in unused], 5)
    if part is None:
        return f"{learner}: no file has a name that the course uses, such as part05_gpt.py: {names}."
    place = folder.submitted / learner / part.name
    known = (TIMESTAMP, *course_files(), *appeal_files())
    copies = [file for file in unused if file.content is not None and file.name not in known]
    next_step = f" {_late_at_an_unknown_time(learner)}" if copies and person.late and time is None else ""
    for file in copies[:MOST_OTHERS]:
        if not (place / file.name).exists():
            write_atomically(place / file.name, file.content)
    if copies and time is not None and recorded_time(place) != time:
        if any((place / name).exists() for name in course_files()):
            next_step = " Then collect again to record its time."  # until then, it has the time of the older work
        else:
            write_atomically(place / TIMESTAMP, _timestamp_line(time))
    copied = f" They are in {place}. Rename the right one to {part.file_name}.{next_step}" if copies else ""
    if has_notebook:
        return f"{learner}: {notebook} was collected, but there is no {part.file_name}. Not used: {names}.{copied}"
    return f"{learner}: there is no {part.file_name} and no {notebook}, only {names}.{copied}"


def _late_at_an_unknown_time(learner: str) -> str:
    return (
        "Canvas marks it late and gives no submission time. To record the time and the penalty, collect again with "
        f"{option('submitted-at', f'{learner}=2026-11-30 18:00')}."
    )


def _group_by_part(files: list[SubmittedFile]) -> dict[str, list[SubmittedFile]]:
    by_part: dict[str, list[SubmittedFile]] = {}
    for file in files:
        by_part.setdefault(course_files()[file.name], []).append(file)
    return by_part


def _newest_of_each(files: list[SubmittedFile]) -> dict[str, SubmittedFile]:
    """The newest of several files with the same name. Raises ClassError if it is unknown which one that is."""
    chosen: dict[str, SubmittedFile] = {}
    for file in files:
        other = chosen.get(file.name)
        if other is None or other.content == file.content or _age_key(file) != _age_key(other):
            chosen[file.name] = file if other is None or _age_key(file) > _age_key(other) else other
        else:
            names = f"{shown(other.where)} and {shown(file.where)}"
            raise ClassError(f"{names} are two versions of the same file. Keep one of them, and collect again.")
    return chosen


def _age_key(file: SubmittedFile) -> tuple[str, int]:
    return (file.time.isoformat() if file.time else "", file.copy)


def _in_utc(time: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)


def _place_submission(
    folder: ClassFolder,
    learner: str,
    part: str,
    contents: dict[str, bytes],
    time: datetime.datetime | None,
    time_is_certain: bool,
    has_appeals: bool,
) -> PlacedSubmission:
    """Write a submission: build it in a scratch folder, then move it, so that it is complete or absent.

    time_is_certain: its time replaces the recorded one. has_appeals: a regrade request came with it, so older files
    that are missing here are kept.
    """
    place = folder.submitted / learner / part
    backup = None
    if place.exists():
        recorded = recorded_time(place)
        placed_names = {path.name for path in place.iterdir() if path.name in course_files()}
        same = all(_read_content(place / name) == content for name, content in contents.items())
        if same and (has_appeals or set(contents) >= placed_names):
            if not time_is_certain or time == recorded:
                return PlacedSubmission(learner, part, "unchanged", recorded)
            write_atomically(place / TIMESTAMP, _timestamp_line(time))
            return PlacedSubmission(learner, part, "corrected", time)
        if recorded is not None and time is not None and time < recorded and not time_is_certain:
            return PlacedSubmission(learner, part, "older", time)
        backup = _free_backup_folder(folder.submitted_before / learner / part, recorded)
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        for name, content in contents.items():
            write_atomically(scratch / name, content)
        if time is not None:
            write_atomically(scratch / TIMESTAMP, _timestamp_line(time))
        scratch.chmod(0o755)
        if backup:
            backup.parent.mkdir(parents=True, exist_ok=True)
            os.replace(place, backup)
        os.replace(scratch, place)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return PlacedSubmission(learner, part, "replaced" if backup else "new", time, backup)


def _place_recipe(folder: ClassFolder, learner: str, content: bytes) -> PlacedSubmission:
    """Put a recipe where the board expects it. It has no submission time, since recipes are never late."""
    place, backup = folder.submitted / learner / RECIPE_FILE, None
    if place.exists():
        if _read_content(place) == content:
            return PlacedSubmission(learner, RECIPE, "unchanged", None)
        backup = _free_backup_folder(folder.submitted_before / learner / RECIPE, None)
        backup.parent.mkdir(parents=True, exist_ok=True)
        os.replace(place, backup)
    write_atomically(place, content)
    return PlacedSubmission(learner, RECIPE, "replaced" if backup else "new", None, backup)


def _timestamp_line(time: datetime.datetime) -> bytes:
    """A time in nbgrader's form."""
    return f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode("ascii")


def _free_backup_folder(folder: Path, before: datetime.datetime | None) -> Path:
    """A new folder for a backup, with the time of the submission as its name."""
    name = f"{before:%Y-%m-%d-%H%M%S}" if before else "without-time"
    paths = (folder / (name + (f"-{number}" if number else "")) for number in range(10_000))
    return next(path for path in paths if not path.exists())


def _read_content(path: Path) -> bytes | None:
    try:
        return read_regular_file(path, 64 * 1024 * 1024)
    except Unreadable:
        return None
