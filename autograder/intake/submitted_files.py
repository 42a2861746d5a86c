"""Sort the submissions of a class, in an archive or a folder from any platform, into files by learner."""

from __future__ import annotations

import datetime
import io
import os
import re
import stat
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError
from autograder.intake.archives import (
    LARGEST_MEMBER,
    LARGEST_OTHER,
    LARGEST_OTHERS,
    LARGEST_TOTAL,
    ArchiveError,
    Budget,
    Member,
    checked_path,
    is_archive,
    read_archive,
    shown,
)
from autograder.intake.git_clones import is_clone, read_clone
from autograder.intake.isolated_reader import SECONDS_OF_A_CLASS, Allowance, read_members_isolated
from autograder.intake.name_matching import (
    LearnerMatcher,
    course_file,
    has_download_time,
    is_late_name,
    is_platform_name,
    original_name,
    person_key,
)

# If a platform gives every file the time of the download, all times are within minutes.
DOWNLOAD = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class SubmittedFile:
    """One submitted file. name: the course's name for it, or the author's.

    copy: the number that a platform added to its name. time: None if unknown. content: None if a file with an unknown
    name is too large.
    """

    name: str
    copy: int
    time: datetime.datetime | None
    content: bytes | None
    where: str


@dataclass
class LearnerFiles:
    """One learner's submission. late: marked late by the platform; others: files with unknown names; names: the
    platform's or the instructor's names of this person's files or folder.
    """

    files: list[SubmittedFile] = field(default_factory=list)
    others: list[SubmittedFile] = field(default_factory=list)
    late: bool = False
    names: list[str] = field(default_factory=list)


@dataclass
class FilesByLearner:
    """The learners' submissions, by id, and a sentence for each unusable name or file."""

    people: dict[str, LearnerFiles] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def sort_by_learner(folder: ClassFolder, source: Path, matcher: LearnerMatcher) -> FilesByLearner:
    """Sort the files in an archive or a folder by learner of this class. Raises ClassError if it is missing or can't be
    read.

    Only names from the platform or the instructor decide whose a file is: the name of the source, or of its direct
    contents. Learners choose the names further inside, and must not be able to submit work as somebody else. Everybody
    in the platform's download is either among the people or listed in a problem.
    """
    outcome = FilesByLearner()
    try:
        members = list(_members(source, matcher, outcome.problems))
    except (ArchiveError, OSError) as error:
        raise ClassError(f"{source}: {error}") from error
    level = 2 if _has_wrapper(members, matcher) else 1
    by_name: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(member.path[level], []).append(member)
    whole = matcher.match(source.name)
    claims: dict[str, dict[str, list[Member]]] = {}  # by learner's id, then by the platform's name for the person
    late: set[str] = set()
    called: dict[str, list[str]] = defaultdict(list)
    for name, members_found in by_name.items():
        ids = whole if len(whole) == 1 else matcher.match(name)
        if len(ids) == 1:
            person = source.name if ids is whole else person_key(name)
            called[ids[0]].append(name)
            claims.setdefault(ids[0], {}).setdefault(person, []).extend(members_found)
            late |= {ids[0]} if is_late_name(name) else set()
        elif ids:
            outcome.problems.append(f"{shown(name)} may be {', '.join(ids)}. Rename it to the id of one of them.")
        elif _is_somebody(name, members_found, level):
            add = folder.command("roster", "FILE")
            outcome.problems.append(
                f"{shown(name)} is not in the class list. Add the learner ({add}), or rename it to a learner's id."
            )
    for learner, people in claims.items():
        if len(people) > 1:
            names = " and ".join(map(shown, people))
            outcome.problems.append(f"{learner}: {names} seem to be the same person. Remove or rename one of them.")
            continue
        person = outcome.people.setdefault(learner, LearnerFiles(late=learner in late, names=called[learner]))
        budget = _LearnerBudget()
        for member in next(iter(people.values())):
            for file in _files(member, learner, budget, outcome.problems):
                (person.files if course_file(file.name) else person.others).append(file)
    downloaded = source.is_file() or any(map(is_platform_name, by_name))
    if downloaded and _has_times_of_the_download(members, level, whole):
        for person in outcome.people.values():
            person.files = [replace(file, time=None) for file in person.files]
            person.others = [replace(file, time=None) for file in person.others]
    return outcome


def _is_somebody(name: str, members: list[Member], level: int) -> bool:
    """Whether this may be a learner's work, and not an instructor's own note in the folder."""
    return is_platform_name(name) or any(
        len(member.path) > level + 1 or _is_wanted(member.path[-1]) for member in members
    )


def _has_times_of_the_download(members: list[Member], level: int, whole: tuple[str, ...]) -> bool:
    """Whether the times in an archive are those of the download, not of the submissions. Canvas always writes the time
    of the download, Moodle since version 4; then all times are within minutes.
    """
    names = {member.path[level] for member in members}
    if any(map(has_download_time, names)):
        return True
    times = [member.time.replace(tzinfo=None) for member in members if member.time]
    several = len(names) > 1 and len(whole) != 1
    return bool(times) and (several or any(map(is_platform_name, names))) and max(times) - min(times) <= DOWNLOAD


def _has_wrapper(members: list[Member], matcher: LearnerMatcher) -> bool:
    """Whether everything is inside one extra folder, because the folder was packed instead of its contents. A folder
    with a platform's name is not such a folder: its contents belong to one person, listed or not.
    """
    tops = {member.path[1] for member in members}
    if len(tops) != 1 or matcher.match(*tops) or is_platform_name(*tops):
        return False
    return all(len(member.path) > 2 for member in members)


@dataclass
class _LearnerBudget:
    """The rest of one learner's budget: unpacked bytes of files of the course and of others, and seconds."""

    bytes: int = LARGEST_TOTAL
    others: int = LARGEST_OTHERS
    time: Allowance = field(default_factory=Allowance)


def _files(member: Member, learner: str, budget: _LearnerBudget, problems: list[str]) -> Iterator[SubmittedFile]:
    """The files in a member: itself, or the contents of an archive. Their time is that of the platform."""
    where = "/".join(member.path[1:])
    files = [member]
    if is_archive(member.path[-1]) and member.content is not None:
        try:
            archived = read_members_isolated(
                _in_archive, budget.bytes, budget.others, content=member.content, allowance=budget.time
            )
        except ArchiveError as error:
            problems.append(f"{learner}: {shown(where)}: {error}")
            return
        for file in archived:
            size = len(file.content or b"")
            if course_file(file.path[-1]):
                budget.bytes -= size
            else:
                budget.others -= size
        files = [Member((*member.path, *file.path), member.time, file.content) for file in archived]
        if not files:
            problems.append(f"{learner}: {shown(where)} is empty.")
    for file in files:
        name, copy = course_file(file.path[-1]) or (original_name(file.path[-1]), 0)
        yield SubmittedFile(name, copy, file.time, file.content, "/".join(file.path[1:]))


def _in_archive(content: bytes, most: int, most_others: int) -> Iterator[Member]:
    """The contents of one learner's archive. Runs in a separate process."""
    budget, others = Budget(most), Budget(most_others)
    return read_archive(io.BytesIO(content), _of_the_course, lambda path: budget, others=lambda path: others)


def _in_tar(path: str) -> Iterator[Member | tuple[str, None]]:
    """The contents of a tar, and a sentence for each file that can't be used. Runs in a separate process."""
    refused: list[ArchiveError] = []
    with open(path, "rb") as file:
        yield from _sorted_by_person(file, refused.append)
    yield from ((str(error), None) for error in refused)


def _in_clone(path: str) -> Iterator[Member]:
    """The files of a repository. Runs in a separate process."""
    return read_clone(Path(path), _of_the_course)


def _sorted_by_person(file: BinaryIO, refuse: Callable[[ArchiveError], None]) -> Iterator[Member]:
    """The members of a class's archive. Each person has a separate budget of bytes."""
    budgets: dict[str, Budget] = defaultdict(Budget)
    others: dict[str, Budget] = defaultdict(lambda: Budget(LARGEST_OTHERS))
    return read_archive(
        file,
        _is_wanted,
        budget_of=lambda path: budgets[person_key(path[0])],
        refuse=refuse,
        others=lambda path: others[person_key(path[0])],
    )


def _of_the_course(name: str) -> bool:
    return course_file(name) is not None


def _is_wanted(name: str) -> bool:
    return _of_the_course(name) or is_archive(name)


def _members(source: Path, matcher: LearnerMatcher, problems: list[str]) -> Iterator[Member]:
    """Every relevant file. A path starts with the name of the source, which may be one learner's archive."""
    if source.is_dir():
        yield from _from_folder(source, matcher, problems)
    elif source.is_file():
        changed = datetime.datetime.fromtimestamp(source.stat().st_mtime, datetime.timezone.utc)
        refuse = lambda error: problems.append(str(error))  # noqa: E731
        with open(source, "rb") as file:
            if zipfile.is_zipfile(file):  # the platform made this zip, but not its contents
                members = _sorted_by_person(file, refuse)
            else:
                arguments = (_in_tar, str(source.absolute()))
                members = read_members_isolated(*arguments, allowance=Allowance(SECONDS_OF_A_CLASS), refuse=refuse)
            for member in members:
                unknown = member.time is None or member.time.year <= 1980  # the earliest time in a zip means unknown
                yield Member((source.name, *member.path), changed if unknown else member.time, member.content)
    else:
        raise ClassError(f"There is no {source}. Use the archive from your platform, or a folder.")


def _from_folder(source: Path, matcher: LearnerMatcher, problems: list[str]) -> Iterator[Member]:
    """A folder with a file, an archive, a folder or a git repository for each learner."""
    entries = sorted(source.iterdir())
    prefix = _beginning([entry.name for entry in entries if is_clone(entry)], matcher)
    for entry in entries:
        if entry.is_symlink():
            problems.append(f"{shown(entry.name)} is a link. Replace it by the folder or the file itself.")
        elif is_clone(entry):
            if prefix and is_clone(source / f"{prefix}{entry.name}"):
                problems.append(
                    f"{shown(entry.name)} is not the same as {prefix}{entry.name}. Rename or remove one of them."
                )
                continue
            try:
                members = read_members_isolated(_in_clone, str(entry.absolute()))
            except ArchiveError as error:
                problems.append(f"{shown(entry.name)}: {error}")
                continue
            for member in members:
                name = entry.name.removeprefix(prefix)
                yield Member((source.name, name, *member.path), member.time, member.content)
            if not members:
                problems.append(
                    f"{shown(entry.name)}: its last commit has no file of the course, such as part05_gpt.py."
                )
        elif entry.is_dir():
            problems_before = len(problems)
            members = list(_walk(entry, source, problems))
            yield from members
            if not members and len(problems) == problems_before:
                problems.append(f"{shown(entry.name)}: this folder contains no readable file.")
        else:
            yield from _file(entry, source, problems, Budget(), Budget(LARGEST_OTHERS))


def _walk(folder: Path, source: Path, problems: list[str]) -> Iterator[Member]:
    budget, others = Budget(), Budget(LARGEST_OTHERS)

    def closed(error: OSError) -> None:
        place = Path(error.filename or folder).relative_to(source).as_posix()
        problems.append(
            f"{shown(place)}: this folder can't be read ({error.strerror}). Give your user read permission."
        )

    for place, folders, names in os.walk(folder, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in sorted(names):
            if not name.startswith("."):
                yield from _file(Path(place) / name, source, problems, budget, others)


def _file(path: Path, source: Path, problems: list[str], budget: Budget, others: Budget) -> Iterator[Member]:
    """A file on disk as a member. Only ordinary files are opened. others: the budget for files with unknown names."""
    name = path.relative_to(source).as_posix()
    is_wanted = _is_wanted(path.name)
    try:
        checked = checked_path(name)
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ArchiveError("It is a link or a device. Replace it by the file itself.")
        if is_wanted and status.st_size > LARGEST_MEMBER:
            raise ArchiveError(f"It is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
        budget.take(status.st_size if is_wanted else 0)
        content = None
        if is_wanted or status.st_size <= min(LARGEST_OTHER, others.bytes):
            content = path.read_bytes()
            others.bytes -= 0 if is_wanted else len(content)
    except (ArchiveError, OSError) as error:
        if is_wanted:
            problems.append(f"{shown(name)}: {error}")
        return
    # An archive has times in the platform's time zone, which unpacking has read as this machine's.
    zone = None if any(map(is_platform_name, checked)) else datetime.timezone.utc
    yield Member((source.name, *checked), datetime.datetime.fromtimestamp(status.st_mtime, zone), content)


def _beginning(names: list[str], matcher: LearnerMatcher) -> str:
    """The prefix that a service adds to each login, such as `gpt-course-` in gpt-course-ann and gpt-course-ben. It is
    the prefix after which most names are learners, so one clone with another name does not affect the others.
    """
    shared = Counter(name[: dash.end()] for name in names for dash in re.finditer("-", name))
    counts = {"": 0, **{beginning: count for beginning, count in shared.items() if count > 1}}

    def learners(beginning: str) -> int:
        return sum(len(matcher.match(name.removeprefix(beginning))) == 1 for name in names)

    return max(counts, key=lambda beginning: (learners(beginning), counts[beginning], len(beginning)))
