"""A submission as a folder of modules, and the grading of several of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import LARGEST_FILE, Part, parts
from autograder.grading.grade import grade
from autograder.grading.report import Check, Report
from autograder.sandbox import Tier

Grade = Callable[..., Report]

# Trying a part on the learner's own earlier parts costs no points. It may use as much as the part's own checks; what is
# still open then is not tried.
SHARE_TO_TRY = 1.0


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
        reports.append(tried_on_own_parts(report, files, part, reports, grade_one) if report.passed else report)
    return reports


def tried_on_own_parts(
    report: Report,
    files: Mapping[str, bytes],
    part: Part,
    earlier: Sequence[Report],
    grade_one: Grade,
    used: float = 0.0,
) -> Report:
    """A part's report with `breaks`: a sentence for each of the learner's earlier parts that lost points and makes
    checks of this part fail in place of the reference. used: the share of a budget that is used up already.
    """
    wrong = {report.module for report in earlier if not report.passed}
    suspects = [p for p in parts() if p.module in part.needs and p.module in wrong and p.file_name in files]

    def failing_with(own: list[Part]) -> list[Check]:
        nonlocal used
        modules = {p.file_name: files[p.file_name] for p in [*own, part]}
        again = grade_one(modules, part, seed=report.seed, tier=Tier(report.sandbox), own_parts=True)
        used += again.used
        return [check for check in again.checks if check.status not in ("passed", "manual", "todo")]

    if not suspects or not (together := failing_with(suspects)):
        return report
    sentences = []
    for number, suspect in enumerate(suspects):
        if used > SHARE_TO_TRY and len(suspects) > 1:
            rest = [p.file_name for p in suspects[number:]]
            sentences.append(
                f"{len(together)} of {len(report.checks)} checks fail with all of your earlier parts that lost points. "
                f"Not tried alone, since the code uses too much processor time: {', '.join(rest)}."
            )
            break
        failing = failing_with([suspect]) if len(suspects) > 1 else together
        if failing:
            sentences.append(
                f"Your own part {suspect.number} breaks it: {len(failing)} of {len(report.checks)} checks fail with "
                f"your {suspect.file_name} in place of the reference (the first: {failing[0].title})."
            )
    each_works = "Your own earlier parts break it, though each alone works with the reference."
    return replace(report, breaks=" ".join(sentences) or each_works)
