"""`check`: a learner's own folder, from the words on the command line to reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course import EXERCISES, SOLUTIONS, Part, part, parts
from autograder.grading.report import Report
from autograder.grading.submission import grade_parts, read_submission
from autograder.sandbox import Tier, strict_tier


@dataclass(frozen=True)
class Target:
    """What is to be checked: parts, and one task when only that is wanted."""

    parts: tuple[Part, ...]
    task: str | None


def parse_target(words: str | None) -> Target:
    """`5` is a part, `5.2` a task, None all parts. Raises ValueError with a sentence."""
    if words is None:
        return Target(parts(), None)
    number, dot, _ = words.partition(".")
    if not number.isascii() or not number.isdigit():
        raise ValueError(f"{ascii(words)} is no part and no task. Write a number such as 5, or a task such as 5.2.")
    try:
        wanted = part(int(number))
        return Target((wanted,), wanted.task(words).id if dot else None)
    except KeyError as error:
        raise ValueError(error.args[0]) from error


def choose_tier(folder: Path, wanted: str | None) -> Tier:
    """Our own exercises/ and solutions/ run locally; a folder from elsewhere may hold other people's code, and needs
    the strict sandbox unless `local` is asked for by name. Raises SandboxUnavailable when no strict tier holds here.
    """
    if wanted is None:
        wanted = "local" if folder.resolve() in (EXERCISES, SOLUTIONS) else "strict"
    return Tier.LOCAL if wanted == "local" else strict_tier()


def check(folder: Path, target: Target, tier: Tier, seed: int | None) -> list[Report]:
    """Grade the target in the folder, or in the one file that `folder` is. Raises ValueError when it can't be read."""
    if folder.is_file():
        from autograder.one_file import check_one_file

        return check_one_file(folder, target.parts, tier, seed, target.task)
    reports = grade_parts(read_submission(folder, target.parts), target.parts, seed=seed, tier=tier, task=target.task)
    if folder.resolve() == EXERCISES:
        from autograder.learner import results

        results.keep(reports, target.task)
    return reports


def path_of(folder: Path, file: str) -> str:
    """The file's path as the user would type it: relative to where they are, when it is below."""
    path = (folder if folder.is_file() else folder / file).absolute()
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
