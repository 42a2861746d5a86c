"""Errata: grade the collected work of a part again with its fixed checks, and compare with the released verdicts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import interrupted_release, keeps_old_verdict, last_released
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict import decided, fresh_verdict, of_other_checks
from autograder.classroom.autograde import SubmissionOutcome, grade_class, require_working_checks
from autograder.classroom.capstone_grades import (
    Training,
    capstone_learners,
    grade_capstones,
    newest_parts,
    release_capstone,
    trainings_as_graded,
)
from autograder.classroom.prefetch import pregrade_in_background
from autograder.course import Part, capstone
from autograder.grading.report import Check, Report
from autograder.sandbox import Tier
from autograder.text import clean_text, number, plural


@dataclass(frozen=True)
class VerdictChange:
    """A learner whose verdict changes. checks: one line per check whose points change."""

    learner: str
    before: float
    after: float
    checks: tuple[str, ...]
    keeps_old: bool  # the earlier verdict counts, since it is better

    @property
    def lower(self) -> bool:
        return self.after < self.before


@dataclass(frozen=True)
class Errata:
    """The effect of fixed checks. Learners in unknown were never graded, those in resubmitted have newer work, and for
    those in unfinished a grading was interrupted.
    """

    part: Part
    changes: tuple[VerdictChange, ...]
    same: int
    unknown: tuple[str, ...]
    resubmitted: tuple[str, ...]
    unfinished: tuple[str, ...] = ()


def find_errata(folder: ClassFolder, part: Part, tier: Tier) -> Errata:
    """Grade collected work of a part again if its checks have changed, and compare. Only stores verdicts; enters
    nothing. Raises ClassError if there is no work, ReleaseError if the solution doesn't pass the fixed checks, and
    SandboxUnavailable.
    """
    learners = folder.learners(part)
    if not learners:
        raise ClassError(
            f"Nobody has submitted part {part.number}: there is no {folder.submitted}/LEARNER/{part.name}."
        )
    require_working_checks(folder, part, tier)
    with pregrade_in_background(folder, part, learners, tier) as pending:

        def grade_again(learner: str) -> Report:
            pending.wait_for(learner)
            return fresh_verdict(folder, learner, part, tier).report

        return _compare(folder, part, learners, grade_again)


def find_capstone_errata(
    folder: ClassFolder, training: Training, train: bool = True
) -> tuple[Errata, dict[str, Report]]:
    """The same for the capstone: trains everybody again if its checks have changed, each with the interpreter of their
    latest verdict, and also returns the new reports. Failed runs, and runs that would need training without `train`,
    are listed with those that were never graded. Raises ClassError if there is nothing to grade or an interpreter is
    missing, and LedgerError.
    """
    learners = capstone_learners(folder)
    if not learners:
        raise ClassError(f"Nobody has submitted any of parts 1 to 8: see {folder.submitted}.")
    trainings = trainings_as_graded(folder, training)
    for python in sorted({other.python for other in trainings.values() if other.python and train}):
        if shutil.which(python) is None:
            raise ClassError(
                f"Capstones of this class were trained with {python}, which is not on this machine. Install it, or "
                f"train them again with this Python: {folder.command('grade', part_=capstone().number)}"
            )
    outcomes = grade_capstones(folder, training, entered=False, train=train, trainings=trainings)
    reports = {outcome.learner: outcome.report for outcome in outcomes if outcome.report is not None}
    return _compare(folder, capstone(), learners, reports.get), reports


def _compare(
    folder: ClassFolder, part: Part, learners: Sequence[str], grade_again: Callable[[str], Report | None]
) -> Errata:
    """Compare released verdicts with new ones. grade_again: returns a learner's new report, or None."""
    changes, same, unknown, resubmitted, unfinished = [], 0, [], [], []
    for learner in learners:
        old = last_released(folder, learner, part)
        new = grade_again(learner) if old else None
        if old is None or new is None:
            unknown.append(learner)
            continue
        if new.sha256 != old.sha256:
            resubmitted.append(learner)
            continue
        if interrupted_release(folder, learner, part) is not None:
            unfinished.append(learner)
        old, new = (decided(folder, learner, part, report)[0] for report in (old, new))
        lines = tuple(_changed_checks(old, new))
        if lines:
            changes.append(VerdictChange(learner, old.earned, new.earned, lines, keeps_old_verdict(old, new)))
        else:
            same += 1
    return Errata(part, tuple(changes), same, tuple(unknown), tuple(resubmitted), tuple(unfinished))


def apply_errata(folder: ClassFolder, errata: Errata, tier: Tier, lower: bool = False) -> Sequence[SubmissionOutcome]:
    """Release the new verdicts through nbgrader: those that are not worse, and with `lower` also the worse ones.
    Finishes an interrupted grading.
    """
    learners = _learners_to_release(errata, lower)
    return grade_class(folder, errata.part, learners, tier, lower=lower) if learners else []


def apply_capstone_errata(
    folder: ClassFolder, errata: Errata, reports: Mapping[str, Report], training: Training, lower: bool
) -> None:
    """The same for the capstone, with its new reports."""
    trainings = trainings_as_graded(folder, training)
    for learner in _learners_to_release(errata, lower):
        newest = newest_parts(folder, learner)
        release_capstone(folder, learner, reports[learner], newest, trainings.get(learner, training), lower)


def _learners_to_release(errata: Errata, lower: bool) -> list[str]:
    """The learners who get a new verdict, and those whose grading was interrupted."""
    changed = [change.learner for change in errata.changes if lower or not change.keeps_old]
    return [*changed, *(learner for learner in errata.unfinished if learner not in changed)]


def require_shown_changes(folder: ClassFolder, parts: Iterable[Part], tier: Tier) -> None:
    """Make sure that grading does not silently change verdicts from another version of the course. Raises ClassError,
    which says how to see the changes first, until `find_errata` has compared them.
    """
    older = {part: learners for part in parts if (learners := of_other_checks(folder, part, tier))}
    if older:
        raise ClassError(
            "\n".join(
                [
                    "Nothing was graded: the grades below come from another version of the checks or of Python.",
                    *(
                        f"Part {part.number}, {plural(len(learners), 'learner')}. To see whose points would change: "
                        f"{folder.command('errata', part.number)}"
                        for part, learners in older.items()
                    ),
                    "Then grade again. Nobody loses points unless you add --lower to errata.",
                ]
            )
        )


def errata_lines(folder: ClassFolder, errata: Errata, applied: bool, lower: bool) -> Iterator[str]:
    """Lines about what changes, for whom and why, and about the next step."""
    total = len(errata.changes) + errata.same
    yield f"Part {errata.part.number}: {total} graded again, {errata.same} as before, {len(errata.changes)} changed."
    for change in errata.changes:
        fate = " (the better result counts)" if change.keeps_old and not lower else ""
        yield f"  {clean_text(change.learner, 40)}: {number(change.before)} -> {number(change.after)}{fate}"
        yield from (f"    {line}" for line in change.checks)
    part_number = errata.part.number
    grade = folder.command("grade", part_=part_number)
    if errata.unknown:
        yield f"Never graded before: {_names(errata.unknown)}. To grade them: {grade}"
    if errata.resubmitted:
        yield f"Submitted again since they were graded: {_names(errata.resubmitted)}. To grade them: {grade}"
    if errata.unfinished and not applied:
        again = folder.command("errata", part_number, lower=lower or None, apply=True)
        yield f"Grading was interrupted for: {_names(errata.unfinished)}. To finish it: {again}"
    better_before = [change for change in errata.changes if change.keeps_old]
    if better_before and not lower:
        again = folder.command("errata", part_number, lower=True, apply=True)
        yield f"{len(better_before)} would lose points, so they keep the better result. To lower their points: {again}"
    if errata.changes and not applied:
        yield f"Nothing is written yet. To enter the new results: {folder.command('errata', part_number, apply=True)}"


def _names(learners: Sequence[str]) -> str:
    return ", ".join(clean_text(learner, 40) for learner in learners)


def _changed_checks(old: Report, new: Report) -> Iterator[str]:
    before, after = ({check.name: check for check in report.checks} for report in (old, new))
    for name in [*after, *(name for name in before if name not in after)]:
        old_check, new_check = before.get(name), after.get(name)
        old_points, new_points = (check and (check.earned, check.points) for check in (old_check, new_check))
        if old_points != new_points:
            check = new_check or old_check
            yield f"{check.task} {check.title}: {_points(old_check)} -> {_points(new_check)}"


def _points(check: Check | None) -> str:
    return f"{number(check.earned)} of {number(check.points)}" if check else "no such check"
