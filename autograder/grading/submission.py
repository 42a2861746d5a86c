"""A submission as a folder of modules, and the grading of several of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import Part, parts
from autograder.grading.grade import grade
from autograder.grading.report import Report
from autograder.grading.sources import LARGEST_FILE
from autograder.sandbox import Tier

Grade = Callable[..., Report]


def read_submission(folder: Path) -> dict[str, bytes]:
    """The modules of the course that a folder holds, by file name; of a file that is too large only the beginning.

    Raises ValueError, with a sentence, when there is no such folder or a file can't be read.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}. It must hold modules such as part05_gpt.py.")
    files = {}
    for part in parts():
        path = folder / part.file_name
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
    """Grade these parts in order. A part that passes on the reference is tried again with those earlier parts of the
    learner's own that lost points, and the report's `breaks` says which of them break it.
    """
    reports: list[Report] = []
    for part in wanted:
        report = grade_one(files, part, seed=seed, tier=tier, task=task)
        if report.passed:
            attempted = [r for r in reports if not r.passed and r.module in part.needs and _attempted(r)]
            report = replace(report, breaks=_what_breaks(files, part, attempted, report.seed, tier, grade_one))
        reports.append(report)
    return reports


def _attempted(report: Report) -> bool:
    return any(check.status not in ("todo", "missing", "manual") for check in report.checks)


def _what_breaks(
    files: Mapping[str, bytes], part: Part, suspects: list[Report], seed: int, tier: Tier, grade_one: Grade
) -> str:
    sentences = []
    for suspect in suspects:
        only = {name: content for name, content in files.items() if name in (suspect.file, part.file_name)}
        report = grade_one(only, part, seed=seed, tier=tier, own_parts=True)
        failing = [check for check in report.checks if check.status not in ("passed", "manual")]
        if failing:
            sentences.append(
                f"Your own part {suspect.part} breaks it: {len(failing)} of {len(report.checks)} checks fail with "
                f"your {suspect.file} in place of the reference (the first: {failing[0].title})."
            )
    return " ".join(sentences)
