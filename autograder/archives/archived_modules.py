"""The modules in archives: of one learner, or of a class with a folder or an archive for each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from autograder.archives.archives import SUFFIXES, ArchiveError, Budget, Member, is_archive, read_archive, shown
from autograder.archives.reading import Allowance, read_members_apart
from autograder.course import parts
from autograder.grading.sources import LARGEST_FILE

FILE_NAMES = {part.file_name: part for part in parts()}
PART_NAMES = {part.name for part in parts()}


def is_wanted(name: str) -> bool:
    return name in FILE_NAMES or is_archive(name)


def modules_in(members: Iterable[Member]) -> dict[str, bytes]:
    """File name -> content. Of two, the one in the folder of its part comes first, then the one nearest the top."""
    found: dict[str, tuple[tuple, bytes]] = {}
    for member in members:
        name = member.path[-1]
        if name in FILE_NAMES:
            at_home = len(member.path) > 1 and member.path[-2] == FILE_NAMES[name].name
            rank = (not at_home, len(member.path), member.path)
            if name not in found or rank < found[name][0]:
                found[name] = (rank, member.content[: LARGEST_FILE + 1])
    return {name: content for name, (_, content) in found.items()}


def by_learner(members: list[Member], problems: list[tuple[str, str]]) -> dict[str, dict[str, bytes]]:
    """The modules of each learner in the archive of a class; archives in it are a learner's each."""
    level = 1 if _has_wrapper(members) else 0
    found_of: dict[str, list[Member]] = {}
    budgets: dict[str, tuple[Budget, Allowance]] = {}  # what one learner packed is no other's loss
    for member in members:
        where, inside = "/".join(member.path), [member]
        if len(member.path) > level + 1:
            learner = member.path[level]
        elif is_archive(member.path[-1]):
            learner = without_suffix(member.path[-1])
        else:
            problems.append((shown(where), "It lies in no learner's folder."))
            continue
        if is_archive(member.path[-1]):
            budget, own = budgets.setdefault(learner, (Budget(), Allowance()))
            try:
                inside = read_members_apart(in_archive, budget.bytes, content=member.content, own=own)
                budget.take(sum(len(one.content) for one in inside))
            except ArchiveError as error:
                problems.append((learner, f"{shown(where)}: {error}"))
                continue
        found_of.setdefault(learner, []).extend(inside)
    return {learner: modules_in(found) for learner, found in sorted(found_of.items())}


def in_archive(content: bytes, most: int) -> Iterator[Member]:
    """The modules in an archive of one learner, read in a process of its own."""
    budget = Budget(most)
    return read_archive(io.BytesIO(content), lambda name: name in FILE_NAMES, lambda path: budget)


def without_suffix(name: str) -> str:
    return next(name[: -len(end)] for end in SUFFIXES if name.lower().endswith(end))


def _has_wrapper(members: list[Member]) -> bool:
    """Whether all lies in one folder more, as it does when a folder was packed and not its contents."""
    deep = all(len(member.path) > 2 or is_archive(member.path[-1]) for member in members)
    seconds = {member.path[1] for member in members if len(member.path) > 2}
    return deep and len({member.path[0] for member in members}) == 1 and not seconds & PART_NAMES
