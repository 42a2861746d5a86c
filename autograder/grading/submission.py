"""A submission as a folder of modules, and the grading of several of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import LARGEST_FILE, Part, parts
from autograder.grading.grade import grade
from autograder.grading.report import Check, Report
from autograder.grading.request import Conditions, GradeFunction, Grading, GradingRequest, answer_requests
from autograder.sandbox import Tier

# Trying a part on the learner's own earlier parts costs no points. It may use as much as the part's own checks; what is
# still open then is not tried.
SHARE_TO_TRY = 1.0


def read_submission(folder: Path, wanted: Iterable[Part] | None = None) -> dict[str, bytes]:
    """The modules that a folder holds, by file name: those of the wanted parts, which no other file can stop from
    being checked, or of all parts if None. Of a file that is too large only the beginning.

    Raises ValueError, with a sentence, when there is no such folder or a file can't be read.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}. It should contain modules such as part05_gpt.py.")
    files = {}
    for part in parts() if wanted is None else wanted:
        path = folder / part.file_name
        if path.is_symlink() and folder.resolve() not in path.resolve().parents:
            # It could be anything that the grader can read: the solution, somebody else's work.
            raise ValueError(f"{path} is a link to a file outside {folder}: put a copy of the file there.")
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
    grade_one: GradeFunction = grade,
) -> list[Report]:
    """Grade these parts in order. A part that passes on the reference is tried again on those of the learner's own
    earlier parts that lost points just before, and the report's `breaks` says which of them break it.
    """
    return answer_requests(_request_parts(files, wanted, Conditions(tier, seed, task)), grade_one)


def _request_parts(files: Mapping[str, bytes], wanted: Sequence[Part], conditions: Conditions) -> Grading[list[Report]]:
    reports: list[Report] = []
    for part in wanted:
        report = yield GradingRequest(files, part, conditions)
        if report.passed:
            report = yield from _try_on_own_parts(report, files, part, reports)
        reports.append(report)
    return reports


def request_submitted_part(modules: Mapping[str, bytes], part: Part, conditions: Conditions) -> Grading[Report]:
    """Grade a part of what one learner submitted, and when it passes, try it on the learner's own earlier parts."""
    report = yield GradingRequest(modules, part, conditions)
    if not report.passed:
        return report
    earlier: list[Report] = []
    for other in parts():
        if other.file_name in modules and other.module in part.needs:
            if sum(each.used for each in earlier) > SHARE_TO_TRY:
                return report
            earlier.append((yield GradingRequest(modules, other, conditions)))
    used = sum(each.used for each in earlier)
    return (yield from _try_on_own_parts(report, modules, part, earlier, used))


def _try_on_own_parts(
    report: Report, files: Mapping[str, bytes], part: Part, earlier: Sequence[Report], used: float = 0.0
) -> Grading[Report]:
    """A part's report with `breaks`: a sentence for each of the learner's earlier parts that lost points and makes
    checks of this part fail in place of the reference. used: the share of a budget that is used up already.
    """
    wrong = {report.module for report in earlier if not report.passed}
    suspects = [p for p in parts() if p.module in part.needs and p.module in wrong and p.file_name in files]
    conditions = Conditions(Tier(report.sandbox), report.seed, own_parts=True)

    def failing_with(own: list[Part]) -> Grading[list[Check]]:
        nonlocal used
        again = yield GradingRequest({p.file_name: files[p.file_name] for p in [*own, part]}, part, conditions)
        used += again.used
        return [check for check in again.checks if check.status not in ("passed", "manual", "todo")]

    if not suspects or not (together := (yield from failing_with(suspects))):
        return report
    sentences = []
    for number, suspect in enumerate(suspects):
        if used > SHARE_TO_TRY and len(suspects) > 1:
            rest = [p.file_name for p in suspects[number:]]
            sentences.append(
                f"{len(together)} of {len(report.checks)} checks fail together with your parts that lost points. "
                f"Not tried alone, because the code uses too much processor time: {', '.join(rest)}."
            )
            break
        failing = (yield from failing_with([suspect])) if len(suspects) > 1 else together
        if failing:
            sentences.append(
                f"Your own {suspect.label} breaks it: {len(failing)} of {len(report.checks)} checks fail with "
                f"your {suspect.file_name} instead of the reference (the first: {failing[0].title})."
            )
    each_works = "Your own earlier parts together break it, although each one alone works."
    return replace(report, breaks=" ".join(sentences) or each_works)
