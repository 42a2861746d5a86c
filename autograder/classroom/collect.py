"""Collecting: what a class handed in goes to submitted/<id>/<part>/ as nbgrader wants it, and nothing is ever lost."""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.archives.archives import shown
from autograder.class_folder.collected import Unreadable, read_plain
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import UTC, ClassError, load_settings
from autograder.classroom.gradebook import open_gradebook
from autograder.classroom.handed_in import HandedIn, sort_by_learner
from autograder.classroom.matching import Matcher, course_files
from autograder.course import Part
from autograder.files import write_atomically
from autograder.wording import command

TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Placed:
    """One submission. what: new, replaced, unchanged or older; backup: where the one before it is now."""

    learner: str
    part: str
    what: str
    time: datetime.datetime
    backup: Path | None = None


@dataclass
class Collection:
    """What collecting did, and a sentence for each name or file that could not be used."""

    placed: list[Placed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def collect(
    folder: ClassFolder, source: Path, part: Part | None = None, handed_in: datetime.datetime | None = None
) -> Collection:
    """Collect an archive or a folder. part: all that a learner handed in belongs to it; without one each file goes to
    its own part. handed_in: when, if the archive does not say. Raises ClassError when nothing can be collected.
    """
    zone = load_settings(folder).zone
    with open_gradebook(folder) as gradebook:
        students = gradebook.students
        if not students:
            raise ClassError(
                f"The gradebook has no learners to match names with: {command('roster FILE')} imports them."
            )
        matcher = Matcher(students)
    found = sort_by_learner(source, matcher)
    outcome = Collection(problems=found.problems)
    for learner in sorted(found.by_learner):
        for name, files in sorted(_by_part(found.by_learner[learner], part).items()):
            try:
                chosen = _one_of_each(files)
            except ClassError as error:
                outcome.problems.append(f"{learner}, {name}: {error}")
                continue
            if part and not {part.file_name, f"{part.name}.ipynb"} & set(chosen):
                outcome.problems.append(f"{learner}: there is no {part.file_name} and no {part.name}.ipynb in it.")
                continue
            time = handed_in or max(_in_utc(file.time, zone) for file in chosen.values())
            contents = {file_name: file.content for file_name, file in chosen.items()}
            outcome.placed.append(_place(folder, learner, name, contents, time))
    if not outcome.placed and not outcome.problems:
        raise ClassError(f"{source} holds no file of the course, such as part05_gpt.py or part05.ipynb.")
    return outcome


def collection_lines(outcome: Collection) -> Iterator[str]:
    """What collecting did, for people: what is new and replaced, what was left alone."""
    for one in outcome.placed:
        when = f"{one.learner} {one.part}, handed in {one.time:%Y-%m-%d %H:%M} UTC"
        if one.what == "new":
            yield f"Collected: {when}."
        elif one.what == "replaced":
            yield f"Replaced: {when}; the one before it is now {one.backup}."
        elif one.what == "older":
            yield f"Left alone: {when}, since a newer one was collected before."
    unchanged = sum(one.what == "unchanged" for one in outcome.placed)
    if unchanged:
        yield f"Unchanged: {unchanged}, collected before."


def _by_part(files: list[HandedIn], part: Part | None) -> dict[str, list[HandedIn]]:
    if part:
        return {part.name: files}
    parts: dict[str, list[HandedIn]] = {}
    for file in files:
        parts.setdefault(course_files()[file.name], []).append(file)
    return parts


def _one_of_each(files: list[HandedIn]) -> dict[str, HandedIn]:
    """Of several files of one name the newest. Raises ClassError when nothing tells which one that is."""
    chosen: dict[str, HandedIn] = {}
    for file in files:
        other = chosen.get(file.name)
        if other is None or other.content == file.content or _age(file) != _age(other):
            chosen[file.name] = file if other is None or _age(file) > _age(other) else other
        else:
            both = f"{shown(other.where)} and {shown(file.where)}"
            raise ClassError(f"{both} are two versions of the same file: leave one of them.")
    return chosen


def _age(file: HandedIn) -> tuple[str, int]:
    return (file.time.isoformat() if file.time else "", file.copy)


def _in_utc(time: datetime.datetime | None, zone: datetime.tzinfo) -> datetime.datetime:
    if time is None:
        return datetime.datetime.now(UTC)
    return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)


def _place(folder: ClassFolder, learner: str, part: str, contents: dict[str, bytes], time: datetime.datetime) -> Placed:
    """Put a submission in its place: built beside it and then moved, so that it is whole or not there."""
    place = folder.submitted / learner / part
    backup = None
    if place.exists():
        before = _timestamp(place)
        if all(_content(place / name) == content for name, content in contents.items()) and set(contents) >= {
            path.name for path in place.iterdir() if path.name in course_files()
        }:
            return Placed(learner, part, "unchanged", time)
        if before is not None and time < before:
            return Placed(learner, part, "older", time)
        backup = _free(folder.submitted_before / learner / part, before)
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        for name, content in contents.items():
            write_atomically(scratch / name, content)
        write_atomically(scratch / TIMESTAMP, f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode("ascii"))
        scratch.chmod(0o755)
        if backup:
            backup.parent.mkdir(parents=True, exist_ok=True)
            os.replace(place, backup)
        os.replace(scratch, place)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Placed(learner, part, "replaced" if backup else "new", time, backup)


def _free(folder: Path, before: datetime.datetime | None) -> Path:
    """A folder for a backup that does not exist yet, called by the time of what goes there."""
    name = f"{before:%Y-%m-%d-%H%M%S}" if before else "without-time"
    paths = (folder / (name + (f"-{number}" if number else "")) for number in range(10_000))
    return next(path for path in paths if not path.exists())


def _timestamp(place: Path) -> datetime.datetime | None:
    """When a collected submission was handed in, as its timestamp.txt says; None when it does not."""
    from nbgrader.utils import parse_utc

    try:
        text = (read_plain(place / TIMESTAMP, 100) or b"").decode("ascii", "replace").strip()
        return parse_utc(text).replace(tzinfo=UTC) if text else None
    except (Unreadable, ValueError, OverflowError):
        return None


def _content(path: Path) -> bytes | None:
    try:
        return read_plain(path, 64 * 1024 * 1024)
    except Unreadable:
        return None
