"""Errata: the collected work of a part graded again with its fixed checks, beside what the class was given before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.capstone.capstone_run import NUM_STEPS
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import given, interrupted, stands
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict import decided, fresh_verdict, of_other_checks
from autograder.classroom.autograde import Outcome, grade_class, need_working_checks
from autograder.classroom.capstone_grades import enter, grade_capstones, newest_parts
from autograder.classroom.prefetch import pregrade_in_background
from autograder.course import Part, capstone
from autograder.grading.report import Check, Report
from autograder.notebooks.lesson_notebooks import SOURCE
from autograder.render.terminal import number, plural
from autograder.sandbox import Tier


@dataclass(frozen=True)
class Change:
    """One learner whose verdict is another one now. checks: a line each that gives other points than before."""

    learner: str
    before: float
    after: float
    checks: tuple[str, ...]
    stands: bool  # the verdict from before, since it is the better one

    @property
    def lower(self) -> bool:
        return self.after < self.before


@dataclass(frozen=True)
class Errata:
    """What fixed checks change. unknown: never graded by us; resubmitted: since they were graded; unfinished:
    graded before, and then a grading was interrupted.
    """

    part: Part
    changes: tuple[Change, ...]
    same: int
    unknown: tuple[str, ...]
    resubmitted: tuple[str, ...]
    unfinished: tuple[str, ...] = ()


def find_errata(folder: ClassFolder, part: Part, tier: Tier) -> Errata:
    """Grade all collected work of a part again where its checks have changed, and compare. Writes nothing but verdicts
    into the result store. Raises ClassError when there is none, ReleaseError when the solution doesn't pass the fixed
    checks, and SandboxUnavailable.
    """
    changes, same, unknown, resubmitted, unfinished = [], 0, [], [], []
    learners = folder.learners(part)
    if not learners:
        raise ClassError(
            f"Nobody has handed in part {part.number}: there is no {folder.submitted}/LEARNER/{part.name}."
        )
    need_working_checks(folder, part, tier)
    with pregrade_in_background(folder, part, learners, tier) as pending:
        for learner in learners:
            old = given(folder, learner, part)
            if old is None:
                unknown.append(learner)
                continue
            pending.wait_for(learner)
            new = fresh_verdict(folder, learner, part, tier).report
            old, new = (decided(folder, learner, part, report)[0] for report in (old, new))
            lines = tuple(_changed_checks(old, new))
            if new.sha256 != old.sha256:
                resubmitted.append(learner)
                continue
            if interrupted(folder, learner, part) is not None:
                unfinished.append(learner)
            if lines:
                changes.append(Change(learner, old.earned, new.earned, lines, stands(old, new)))
            else:
                same += 1
    return Errata(part, tuple(changes), same, tuple(unknown), tuple(resubmitted), tuple(unfinished))


def find_capstone_errata(
    folder: ClassFolder, tier: Tier, num_steps: int = NUM_STEPS
) -> tuple[Errata, dict[str, Report]]:
    """The same of the capstone, which trains everybody again where its checks have changed, and the new reports. A run
    that failed is listed with those that were never graded. Raises ClassError when there is nothing to grade.
    """
    changes, same, unknown, resubmitted, reports = [], 0, [], [], {}
    outcomes = grade_capstones(folder, tier, num_steps=num_steps, entered=False)
    if not outcomes:
        raise ClassError(f"Nobody has submitted anything of parts 1 to 8: see {folder.submitted}.")
    for outcome in outcomes:
        old, new = given(folder, outcome.learner, capstone()), outcome.report
        if old is None or new is None:
            unknown.append(outcome.learner)
            continue
        lines = tuple(_changed_checks(old, new))
        if new.sha256 != old.sha256:
            resubmitted.append(outcome.learner)
        elif lines:
            changes.append(Change(outcome.learner, old.earned, new.earned, lines, stands(old, new)))
            reports[outcome.learner] = new
        else:
            same += 1
    return Errata(capstone(), tuple(changes), same, tuple(unknown), tuple(resubmitted)), reports


def apply_capstone_errata(
    folder: ClassFolder, found: Errata, reports: dict[str, Report], lower: bool
) -> Sequence[Outcome]:
    """Enter the new points: those that are not worse, and the worse ones when told so. What was interrupted is
    finished.
    """
    for change in found.changes:
        learner, kept = change.learner, change.stands and not lower
        if not kept or interrupted(folder, learner, found.part) is not None:
            report = given(folder, learner, found.part) if kept else reports[learner]
            enter(folder, learner, report, newest_parts(folder, learner))
    return []


def apply_errata(
    folder: ClassFolder, found: Errata, tier: Tier, lower: bool = False, source=SOURCE
) -> Sequence[Outcome]:
    """Give the new verdicts, through nbgrader as ever: those that are not worse, and the worse ones when told so. What
    was interrupted is finished.
    """
    changed = [change.learner for change in found.changes if lower or not change.stands]
    wanted = [*changed, *(learner for learner in found.unfinished if learner not in changed)]
    return grade_class(folder, found.part, wanted, tier, source, lower=lower) if wanted else []


def need_shown_changes(folder: ClassFolder, wanted: Iterable[Part], tier: Tier) -> None:
    """Grading must not change in silence what was given by another version of the course. Raises ClassError that says
    how to see the changes first; once `find_errata` has, this has nothing to say.
    """
    older = {part: learners for part in wanted if (learners := of_other_checks(folder, part, tier))}
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
                    "Then grade again. Nobody loses points unless you ask for it in errata.",
                ]
            )
        )


def errata_lines(folder: ClassFolder, found: Errata, applied: bool, lower: bool) -> Iterator[str]:
    """What changes, for whom and why; what was or is to be done about it."""
    total = len(found.changes) + found.same
    yield f"Part {found.part.number}: {total} graded again, {found.same} as before, {len(found.changes)} changed."
    for change in found.changes:
        fate = " (the better result stands)" if change.stands and not lower else ""
        yield f"  {change.learner}: {number(change.before)} -> {number(change.after)}{fate}"
        yield from (f"    {line}" for line in change.checks)
    the_part = found.part.number
    grade = folder.command("grade", part_=the_part)
    if found.unknown:
        yield f"Never graded before: {', '.join(found.unknown)}. To grade them: {grade}"
    if found.resubmitted:
        yield f"Submitted again since they were graded: {', '.join(found.resubmitted)}. To grade them: {grade}"
    if found.unfinished and not applied:
        again = folder.command("errata", the_part, lower=lower or None, apply=True)
        yield f"Grading was interrupted for: {', '.join(found.unfinished)}. To finish it: {again}"
    kept = [change for change in found.changes if change.stands]
    if kept and not lower:
        again = folder.command("errata", the_part, lower=True, apply=True)
        yield f"{len(kept)} would lose points, so they keep the better result. To lower their points: {again}"
    if found.changes and not applied:
        yield f"Nothing is written yet. To give new results: {folder.command('errata', the_part, apply=True)}"


def _changed_checks(old: Report, new: Report) -> Iterator[str]:
    before, after = ({check.name: check for check in report.checks} for report in (old, new))
    for name in [*after, *(name for name in before if name not in after)]:
        one, other = before.get(name), after.get(name)
        if (one and (one.earned, one.points)) != (other and (other.earned, other.points)):
            yield f"{(other or one).task} {(other or one).title}: {_points(one)} -> {_points(other)}"


def _points(check: Check | None) -> str:
    return f"{number(check.earned)} of {number(check.points)}" if check else "no such check"
