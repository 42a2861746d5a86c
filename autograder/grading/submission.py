"""A submission as a folder of modules, and the grading of several of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import Part, parts
from autograder.grading.grade import grade
from autograder.grading.report import Check, Report
from autograder.grading.sources import LARGEST_FILE
from autograder.sandbox import Tier

Grade = Callable[..., Report]


def read_submission(folder: Path, wanted: Iterable[Part] | None = None) -> dict[str, bytes]:
    """The modules that a folder holds, by file name: those of the wanted parts, which no other file can stop from
    being checked, or of all parts if None. Of a file that is too large only the beginning.

    Raises ValueError, with a sentence, when there is no such folder or a file can't be read.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}. It must hold modules such as part05_gpt.py.")
    files = {}
    for part in parts() if wanted is None else wanted:
        path = folder / part.file_name
        if path.is_symlink() and folder.resolve() not in path.resolve().parents:
            # It could be anything that the grader can read: the solution, somebody else's work.
            raise ValueError(f"{path} is a link to a file outside of {folder}: put a copy of the file there.")
        if path.is_file():
            try:
                with open(path, "rb") as file:
                    files[part.file_name] = file.read(LARGEST_FILE + 1)
            except OSError as error:
                raise ValueError(f"Can't read {path}: {error.strerror}.") from error
    return files


def grade_parts(
    files: Mapping[str, bytes],
    wanted: Sequence[Part],
    *,
    seed: int | None = None,
    tier: Tier = Tier.STRICT,
    task: str | None = None,
    grade_one: Grade = grade,
) -> list[Report]:
    """Grade these parts in order. A part that passes on the reference is tried again on those of the learner's own
    earlier parts that lost points just before, and the report's `breaks` says which of them break it.
    """
    reports: list[Report] = []
    for part in wanted:
        report = grade_one(files, part, seed=seed, tier=tier, task=task)
        if report.passed:
            wrong = {earlier.module for earlier in reports if not earlier.passed}
            suspects = [p for p in parts() if p.module in part.needs and p.module in wrong and p.file_name in files]
            report = replace(report, breaks=_what_breaks(files, part, suspects, report, grade_one))
        reports.append(report)
    return reports


def _what_breaks(files: Mapping[str, bytes], part: Part, suspects: list[Part], report: Report, grade_one: Grade) -> str:
    """A sentence for each suspect that makes checks of this part fail when it stands in for the reference."""

    def failing_with(own: list[Part]) -> list[Check]:
        used = {p.file_name: files[p.file_name] for p in [*own, part]}
        again = grade_one(used, part, seed=report.seed, tier=Tier(report.sandbox), own_parts=True)
        return [check for check in again.checks if check.status not in ("passed", "manual", "todo")]

    if not suspects or not failing_with(suspects):
        return ""
    sentences = []
    for suspect in suspects:
        failing = failing_with([suspect])
        if failing:
            sentences.append(
                f"Your own part {suspect.number} breaks it: {len(failing)} of {len(report.checks)} checks fail with "
                f"your {suspect.file_name} in place of the reference (the first: {failing[0].title})."
            )
    return " ".join(sentences) or "Your own earlier parts break it, though each alone works with the reference."
