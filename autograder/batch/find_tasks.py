"""Find submissions to grade: in nbgrader's submitted/ tree, in a folder of learners' folders, or in archives of these.

The name of a folder or an archive is the learner's id. If the platform uses other names, `collect` matches them to the
class list.
"""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.class_folder.collected import Collected, Unreadable, collect_modules, read_regular_file
from autograder.course import LARGEST_FILE, Part, parts
from autograder.intake.archives import SUFFIXES, ArchiveError, Budget, Member, is_archive, read_archive, shown
from autograder.intake.isolated_reader import SECONDS_OF_A_CLASS, Allowance, read_isolated, read_members_isolated
from autograder.intake.name_matching import without_suffix

FILE_NAMES = {part.file_name: part for part in parts()}
PART_NAMES = {part.name for part in parts()}
OTHER_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".xz", ".zst")


@dataclass(frozen=True)
class GradingTask:
    """One part of one learner. read: loads its modules from disk when they are needed."""

    learner: str
    part: Part
    read: Callable[[], Collected]


@dataclass(frozen=True)
class Submissions:
    """The tasks in a folder or an archive. problems: a learner (or a file) that can't be graded, with the reason."""

    tasks: list[GradingTask]
    problems: list[tuple[str, str]]

    def refuse(self, who: str, why: str) -> None:
        self.problems.append((who, why))


def find_tasks(submitted: Path, wanted: Sequence[Part]) -> Submissions:
    """The tasks in a folder or an archive, learner by learner. Raises ValueError with a message if there are none."""
    submissions = Submissions([], [])
    if submitted.is_dir():
        if (submitted / "submitted").is_dir():
            raise ValueError(f"{submitted} is the folder of a class. Grade its submissions: {submitted / 'submitted'}")
        whose: dict[str, Path] = {}
        for place in sorted(submitted.iterdir()):
            learner = without_suffix(place.name) if is_archive(place.name) and not place.is_dir() else place.name
            if learner in whose:
                submissions.refuse(learner, f"{whose[learner].name} was found first, so {place.name} was left out.")
                continue
            whose[learner] = place
            try:
                _add_place(submissions, place, learner, wanted)
            except OSError as error:
                reason = f"{place.name} can't be read ({error.strerror}). Give your user read permission."
                submissions.refuse(learner, reason)
    elif submitted.is_file() and is_archive(submitted.name):
        own, refuse = Allowance(SECONDS_OF_A_CLASS), functools.partial(submissions.refuse, submitted.name)
        try:
            members = read_members_isolated(_of_a_class, str(submitted.absolute()), allowance=own, refuse=refuse)
        except ArchiveError as error:
            raise ValueError(f"{submitted}: {error}") from error
        for learner, files in _by_learner(members, submissions.problems).items():
            _add_modules(submissions, learner, files, wanted)
    else:
        raise ValueError(f"There is no folder or archive {submitted}. Choose one with a folder for each learner.")
    if not submissions.tasks and not submissions.problems:
        raise ValueError(
            f"There is nothing to grade in {submitted}: it must contain a folder or an archive for each learner, with "
            f"{'modules such as' if len(wanted) > 1 else 'the module'} {wanted[-1].file_name}."
        )
    return submissions


def _add_place(submissions: Submissions, place: Path, learner: str, wanted: Sequence[Part]) -> None:
    if place.name.startswith("."):
        return
    if place.is_symlink():  # it could point to any file that the grader can read
        submissions.refuse(place.name, "This is a link: put the folder itself there.")
    elif place.is_dir():
        submitted_parts = [part for part in parts() if (place / part.name).is_dir()]
        if submitted_parts:
            submissions.tasks.extend(
                GradingTask(place.name, part, functools.partial(collect_modules, place, part))
                for part in submitted_parts
                if part in wanted
            )
        elif here := {name for name in FILE_NAMES if (place / name).exists() or (place / name).is_symlink()}:
            _add_named(submissions, place.name, here, wanted, lambda part: _from_folder(place, part))
        else:
            _add_apart(submissions, learner, "", wanted, _modules_further_in, place)
    elif is_archive(place.name) and not place.is_file():  # reading a pipe could block for ever
        submissions.refuse(learner, f"{place.name} is not a regular file: submit the archive itself.")
    elif is_archive(place.name):
        _add_apart(submissions, learner, f"{place.name}: ", wanted, _modules_in_archive, place)
    elif place.suffix.lower() in (".py", ".ipynb"):
        submissions.refuse(place.name, "It is not in a learner's folder.")
    elif place.suffix.lower() in OTHER_ARCHIVES:
        submissions.refuse(place.name, f"Only {', '.join(SUFFIXES)} archives can be read. Unpack this one.")


def _add_apart(
    submissions: Submissions, learner: str, where: str, wanted: Sequence[Part], read: Callable, place: Path
) -> None:
    """Add the modules that `read` finds in a place. It runs in a separate process."""
    try:
        files = dict(read_isolated(read, str(place.absolute())))
    except ArchiveError as error:
        submissions.refuse(learner, f"{where}{error}")
        return
    _add_modules(submissions, learner, files, wanted)


def _add_modules(submissions: Submissions, learner: str, files: dict[str, bytes], wanted: Sequence[Part]) -> None:
    _add_named(submissions, learner, set(files), wanted, lambda part: _needed(files, part))


def _add_named(
    submissions: Submissions,
    learner: str,
    names: Iterable[str],
    wanted: Sequence[Part],
    read: Callable[[Part], Collected],
) -> None:
    if not names:
        submissions.refuse(learner, "There is no module of the course, such as part05_gpt.py.")
    submissions.tasks.extend(
        GradingTask(learner, part, functools.partial(read, part)) for part in wanted if part.file_name in names
    )


def _from_folder(place: Path, part: Part) -> Collected:
    """The modules for grading a part, from a folder with the modules of all parts."""
    modules, remarks = {}, []
    for other in _used_by(part):
        try:
            content = read_regular_file(place / other.file_name, LARGEST_FILE)
        except Unreadable as error:
            remarks.append(str(error))
            continue
        if content is not None:
            modules[other.file_name] = content
    return Collected(modules, tuple(remarks))


def _needed(files: dict[str, bytes], part: Part) -> Collected:
    return Collected({p.file_name: files[p.file_name] for p in _used_by(part) if p.file_name in files}, ())


def _used_by(part: Part) -> Iterator[Part]:
    return (other for other in parts() if other is part or other.module in part.needs)


def _by_learner(members: list[Member], problems: list[tuple[str, str]]) -> dict[str, dict[str, bytes]]:
    """The modules of each learner in a class's archive, in which each inner archive belongs to one learner."""
    level = 1 if _has_wrapper(members) else 0
    members_of: dict[str, list[Member]] = {}
    # Per learner, so that one learner's large archive does not affect others.
    budgets: dict[str, tuple[Budget, Allowance]] = {}
    for member in members:
        where, inside = "/".join(member.path), [member]
        if len(member.path) > level + 1:
            learner = member.path[level]
        elif is_archive(member.path[-1]):
            learner = without_suffix(member.path[-1])
        else:
            problems.append((shown(where), "It is not in a learner's folder."))
            continue
        if is_archive(member.path[-1]):
            budget, own = budgets.setdefault(learner, (Budget(), Allowance()))
            try:
                inside = read_members_isolated(_in_archive, budget.bytes, content=member.content, allowance=own)
                budget.take(sum(len(one.content) for one in inside))
            except ArchiveError as error:
                problems.append((learner, f"{shown(where)}: {error}"))
                continue
        members_of.setdefault(learner, []).extend(inside)
    return {learner: _modules_in(members) for learner, members in sorted(members_of.items())}


def _has_wrapper(members: list[Member]) -> bool:
    """Whether everything is inside one extra folder, because the folder was packed instead of its contents."""
    deep = all(len(member.path) > 2 or is_archive(member.path[-1]) for member in members)
    seconds = {member.path[1] for member in members if len(member.path) > 2}
    return deep and len({member.path[0] for member in members}) == 1 and not seconds & PART_NAMES


def _modules_in(members: Iterable[Member]) -> dict[str, bytes]:
    """Map file names to contents. Of two files, prefer the one in its part's folder, then the one nearest the top."""
    ranked: dict[str, tuple[tuple, bytes]] = {}
    for member in members:
        name = member.path[-1]
        if name in FILE_NAMES:
            at_home = len(member.path) > 1 and member.path[-2] == FILE_NAMES[name].name
            rank = (not at_home, len(member.path), member.path)
            if name not in ranked or rank < ranked[name][0]:
                ranked[name] = (rank, member.content[: LARGEST_FILE + 1])
    return {name: content for name, (_, content) in ranked.items()}


def _of_a_class(path: str) -> Iterator[Member | tuple[str, None]]:
    """The files in a class's archive, and a sentence for each unusable one. Runs in a separate process."""
    refused: list[ArchiveError] = []
    with open(path, "rb") as file:
        yield from read_archive(file, _is_wanted, refuse=refused.append)
    yield from ((str(error), None) for error in refused)


def _modules_in_archive(path: str) -> Iterator[tuple[str, bytes]]:
    """The modules in a learner's archive. Runs in a separate process."""
    with open(path, "rb") as file:
        yield from _modules_in(read_archive(file, lambda name: name in FILE_NAMES)).items()


def _modules_further_in(path: str) -> Iterator[tuple[str, bytes]]:
    """The modules deeper in a learner's folder. Runs in a separate process."""
    try:
        yield from _modules_in(_further_in(Path(path))).items()
    except Unreadable as error:
        raise ArchiveError(str(error)) from error
    except OSError as error:
        raise ArchiveError(f"It can't be read ({error.strerror}). Give your user read permission.") from error


def _further_in(place: Path) -> Iterator[Member]:
    """The modules deeper in a learner's folder, or in archives there."""
    budget = Budget()

    def closed(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(place, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in sorted(name for name in names if _is_wanted(name)):
            path = Path(folder) / name
            inside = path.relative_to(place).parts
            if is_archive(name) and path.is_file() and not path.is_symlink():
                with open(path, "rb") as file:
                    for member in read_archive(file, lambda name: name in FILE_NAMES, lambda path: budget):
                        yield Member((*inside, *member.path), member.time, member.content)
            elif name in FILE_NAMES:
                content = read_regular_file(path, LARGEST_FILE)
                if content is not None:
                    yield Member(inside, None, content)


def _in_archive(content: bytes, most: int) -> Iterator[Member]:
    """The modules in an archive inside a class's. Runs in a separate process."""
    budget = Budget(most)
    return read_archive(io.BytesIO(content), lambda name: name in FILE_NAMES, lambda path: budget)


def _is_wanted(name: str) -> bool:
    return name in FILE_NAMES or is_archive(name)
