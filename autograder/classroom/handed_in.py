"""What a class handed in: an archive or a folder, turned into files by learner, whatever platform it comes from."""

from __future__ import annotations

import datetime
import io
import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.archives.archives import (
    LARGEST_MEMBER,
    ArchiveError,
    Budget,
    Member,
    checked_path,
    is_archive,
    read_archive,
    shown,
)
from autograder.archives.git_clones import is_clone, read_clone
from autograder.class_folder.settings import ClassError
from autograder.classroom.matching import Matcher, course_file, is_platform_name, person_of


@dataclass(frozen=True)
class HandedIn:
    """One file of the course that somebody handed in. copy: the number that a platform put behind its name."""

    name: str
    copy: int
    time: datetime.datetime | None
    content: bytes
    where: str


@dataclass
class Sorted:
    """Files by learner's id, and a sentence for each name or file that can't be used."""

    by_learner: dict[str, list[HandedIn]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def sort_by_learner(source: Path, matcher: Matcher) -> Sorted:
    """Whose is what in an archive or a folder. Raises ClassError when there is no such thing, or it can't be read.

    The name that the platform or the instructor gave says whose a file is: that of the source, or that of what lies in
    it. Names further in are the learner's own words, and nobody may hand in work as somebody else.
    """
    outcome = Sorted()
    try:
        members = list(_members(source, outcome.problems))
    except (ArchiveError, OSError) as error:
        raise ClassError(f"{source}: {error}") from error
    level = 2 if _has_wrapper(members, matcher) else 1
    by_name: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(member.path[level], []).append(member)
    whole = matcher.match(source.name)
    claims: dict[str, dict[str, list[Member]]] = {}  # learner's id -> who it is for the platform -> files
    for name, found in by_name.items():
        ids = whole if len(whole) == 1 else matcher.match(name)
        if len(ids) == 1:
            person = source.name if ids is whole else person_of(name)
            claims.setdefault(ids[0], {}).setdefault(person, []).extend(found)
        elif ids:
            outcome.problems.append(f"{shown(name)} may be {', '.join(ids)}: rename it to the id of one of them.")
        else:
            outcome.problems.append(f"{shown(name)} is nobody in the list of the class: rename it to a learner's id.")
    for learner, people in claims.items():
        if len(people) > 1:
            names = " and ".join(map(shown, people))
            outcome.problems.append(f"{learner}: {names} seem to be the same person: leave one of them, or rename one.")
            continue
        budget = Budget()
        for member in next(iter(people.values())):
            outcome.by_learner.setdefault(learner, []).extend(_files(member, learner, budget, outcome.problems))
    return outcome


def _has_wrapper(members: list[Member], matcher: Matcher) -> bool:
    """Whether all lies in one folder more, as it does when a folder was packed and not its contents. A name that a
    platform gave is no such folder: what lies in it is one person's, listed or not.
    """
    tops = {member.path[1] for member in members}
    if len(tops) != 1 or matcher.match(*tops) or is_platform_name(*tops):
        return False
    return all(len(member.path) > 2 for member in members)


def _files(member: Member, learner: str, budget: Budget, problems: list[str]) -> Iterator[HandedIn]:
    """The files of the course that a member is or, as an archive, holds. It was handed in when the platform says."""
    where = "/".join(member.path[1:])
    inside = [member]
    if is_archive(member.path[-1]):
        try:
            found = read_archive(
                io.BytesIO(member.content), lambda name: course_file(name) is not None, lambda path: budget
            )
            inside = [Member((*member.path, *one.path), member.time, one.content) for one in found]
        except ArchiveError as error:
            problems.append(f"{learner}: {shown(where)}: {error}")
            return
        if not inside:
            problems.append(f"{learner}: {shown(where)} holds no file of the course, such as part05_gpt.py.")
    for one in inside:
        name, copy = course_file(one.path[-1])
        yield HandedIn(name, copy, one.time, one.content, "/".join(one.path[1:]))


def _wanted(name: str) -> bool:
    return course_file(name) is not None or is_archive(name)


def _members(source: Path, problems: list[str]) -> Iterator[Member]:
    """Every file that counts. The first name of a path is that of the source, which may be one learner's archive."""
    if source.is_dir():
        yield from _from_folder(source, problems)
    elif source.is_file():
        changed = datetime.datetime.fromtimestamp(source.stat().st_mtime, datetime.timezone.utc)
        budgets: dict[str, Budget] = defaultdict(Budget)
        with open(source, "rb") as file:
            found = read_archive(
                file,
                _wanted,
                budget_of=lambda path: budgets[person_of(path[0])],
                refuse=lambda error: problems.append(str(error)),
            )
            for member in found:
                unknown = member.time is None or member.time.year <= 1980  # the zero of a zip's clock
                yield Member((source.name, *member.path), changed if unknown else member.time, member.content)
    else:
        raise ClassError(f"There is no {source}. Name the archive that the platform gave you, or a folder.")


def _from_folder(source: Path, problems: list[str]) -> Iterator[Member]:
    """A folder with a file, an archive, a folder or a git repository for each learner."""
    entries = sorted(source.iterdir())
    prefix = _common_beginning([entry.name for entry in entries if is_clone(entry)])
    for entry in entries:
        if entry.is_symlink():
            problems.append(f"{shown(entry.name)} is a link: put in the folder or the file itself.")
        elif is_clone(entry):
            try:
                for member in read_clone(entry, lambda name: course_file(name) is not None):
                    yield Member((source.name, entry.name[len(prefix) :], *member.path), member.time, member.content)
            except ArchiveError as error:
                problems.append(f"{shown(entry.name)}: {error}")
        elif entry.is_dir():
            yield from _walk(entry, source, problems)
        elif _wanted(entry.name):
            yield from _file(entry, source, problems)


def _walk(folder: Path, source: Path, problems: list[str]) -> Iterator[Member]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in sorted(names):
            if _wanted(name) and not name.startswith("."):
                yield from _file(Path(place) / name, source, problems)


def _file(path: Path, source: Path, problems: list[str]) -> Iterator[Member]:
    """A file on disk as a member; nothing that is no ordinary file is opened."""
    name = path.relative_to(source).as_posix()
    try:
        checked = checked_path(name)
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode):
            raise ArchiveError("It is a link or a device: put in the file itself.")
        if facts.st_size > LARGEST_MEMBER:
            raise ArchiveError(f"It is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
        content = path.read_bytes()
    except (ArchiveError, OSError) as error:
        problems.append(f"{shown(name)}: {error}")
        return
    changed = datetime.datetime.fromtimestamp(facts.st_mtime, datetime.timezone.utc)
    yield Member((source.name, *checked), changed, content)


def _common_beginning(names: list[str]) -> str:
    """What services put before each login: `gpt-course-` of gpt-course-ann and gpt-course-ben."""
    common = os.path.commonprefix(names) if len(names) > 1 else ""
    return common[: common.rfind("-") + 1]
