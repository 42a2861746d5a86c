"""Grade work again without changing any grades.

`regrade` grades a class with other random inputs: if a verdict changes, the learner's code or one of our checks
is not deterministic. For an appeal, `repeat` computes one verdict again from its line in the ledger, with the same
modules, seed and sandbox. For a capstone, `classroom.capstone_grades` trains the model again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.batch.find_tasks import find_tasks
from autograder.batch.grading_run import BatchRun, GradedTask
from autograder.batch.ledger import LEDGER_FILE, Ledger, LedgerEntry, LedgerError, read_ledger
from autograder.batch.pool import open_pool
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part, part_named
from autograder.grading.grade import grade
from autograder.grading.report import Report
from autograder.grading.request import Conditions, answer_requests
from autograder.grading.store import key, suite_hash
from autograder.grading.submission import request_submitted_part
from autograder.invocation import command
from autograder.sandbox import Tier, strict_tier
from autograder.text import clean_text, number, plural


@dataclass
class Regrade:
    """seed: of the new verdicts. changed: learners, with a line per check with another result. new: how many had no
    verdict from today's checks; problems: who could not be graded, and why.
    """

    seed: int
    problems: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, list[str]]] = field(default_factory=list)
    same: int = 0
    new: int = 0

    def to_json(self) -> dict:
        """Plain data."""
        changed = [{"who": who, "checks": lines} for who, lines in self.changed]
        return {"seed": self.seed, "changed": changed, "same": self.same, "new": self.new, "not_graded": self.problems}


def regrade(
    submitted: Path,
    wanted: Sequence[Part],
    tier: Tier,
    out: Path,
    seed: int,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    on_start: Callable[[int], None] = lambda count: None,
    on_graded: Callable[[GradedTask], None] = lambda graded: None,
) -> Regrade:
    """Grade these parts for everybody with this seed, and compare with the verdicts that count. Raises like
    `grade_batch`. Verdicts with this seed from an interrupted run are reused.
    """
    submissions = find_tasks(submitted, wanted)
    outcome, store = Regrade(seed, submissions.problems), open_store(out)

    def done(graded: GradedTask) -> None:
        who = f"{graded.task.learner}/{graded.task.part.name}"
        first = store.find(key(graded.collected.modules, graded.task.part, Conditions(tier)))
        if graded.report is None:
            outcome.problems.append((who, graded.failure))
        elif first is None:
            outcome.new += 1
        elif lines := list(differences(first.report, graded.report)):
            outcome.changed.append((who, lines))
        else:
            outcome.same += 1
        on_graded(graded)

    # The ledger is only locked, so that no other grading runs at the same time.
    with Ledger.opened(out), open_pool(workers, scheduler) as pool:
        on_start(len(submissions.tasks))
        BatchRun(store, pool, Conditions(tier, seed), done).grade(submissions.tasks)
    return outcome


def differences(first: Report, second: Report) -> Iterator[str]:
    """A line for each check with another result."""
    before = {check.name: check for check in first.checks}
    for check in second.checks:
        old = before.get(check.name)
        if old is None or (old.status, old.earned) != (check.status, check.earned):
            was = f"{old.status} {number(old.earned)}" if old else "not there"
            yield f"{check.task} {check.title}: {was}, now {check.status} {number(check.earned)}"


def regrade_lines(outcome: Regrade) -> Iterator[str]:
    """Lines about changed verdicts, and the number of unchanged ones."""
    for who, lines in outcome.changed:
        yield f"  {clean_text(who, 60)}"
        yield from (f"    {line}" for line in lines)
    yield (
        f"Graded again with seed {outcome.seed}: {plural(len(outcome.changed), 'verdict')} changed, {outcome.same} did "
        "not. No grades were changed."
    )
    if outcome.new:
        yield f"{outcome.new} had no verdict from the current checks to compare with. Grade them first."
    for who, why in outcome.problems:
        yield f"  {clean_text(who, 60)} could not be graded: {clean_text(why, 300)}"


@dataclass(frozen=True)
class Repeated:
    """entry: the line, with its number; report: the verdict now; changed: a line for each difference."""

    number: int
    entry: LedgerEntry
    report: Report
    changed: tuple[str, ...]


GradeAgain = Callable[[LedgerEntry, Mapping[str, bytes]], Report]


def grade_again(entry: LedgerEntry, modules: Mapping[str, bytes]) -> Report:
    """The verdict on these modules, under the conditions of a line in the ledger."""
    conditions = Conditions(Tier(entry.sandbox), entry.seed)
    return answer_requests(request_submitted_part(modules, part_named(entry.part), conditions), grade)


def repeat(folder: Path, which: str, again: GradeAgain = grade_again) -> Repeated:
    """Repeat a verdict from the ledger in this folder. which: a line number, or `ada/part05` for the latest. again:
    grades. Raises LedgerError if there is no such line, and SandboxUnavailable.
    """
    found_at, entry = find_entry(folder / LEDGER_FILE, which)
    tier = Tier(entry.sandbox)
    modules = Ledger(folder).kept_modules(entry)
    if tier is not Tier.LOCAL and strict_tier() is not tier:
        raise LedgerError(f"The verdict comes from the {tier.value} sandbox, which is not secure on this machine.")
    report = again(entry, modules)
    stored = open_store(folder).find(entry.verdict)
    # A capstone that was trained again has a newer verdict under this name, with another seed.
    changed = list(differences(stored.report, report)) if stored and stored.report.seed == entry.seed else []
    by_checks = entry.earned - sum(entry.decided.values())
    if (abs(report.earned - by_checks) > 1e-9 or report.breaks != entry.breaks) and not changed:
        changed.append(f"{number(by_checks)} points, now {number(report.earned)}. {report.breaks}".rstrip())
    return Repeated(found_at, entry, report, tuple(changed))


def find_entry(path: Path, which: str) -> tuple[int, LedgerEntry]:
    """The requested line, and its number. Raises LedgerError."""
    if not path.exists():
        raise LedgerError(
            f"There is no ledger {path}. Grade first, or give the class's folder: "
            f"{command('repeat', which, class_='FOLDER')}"
        )
    found = None
    learner, _, name = which.rpartition("/")
    with contextlib.suppress(ValueError):
        name = part_named(name).name  # part11 is the capstone
    for line_number, entry in read_ledger(path):
        if which == str(line_number) or (entry.learner, entry.part) == (learner, name):
            found = line_number, entry
    if found is None:
        raise LedgerError(
            f"{path} has no line {ascii(which)}. Give a learner and a part, or a line number: "
            f"{command('repeat', 'ada/part05')}"
        )
    return found


def repeat_lines(repeated: Repeated) -> Iterator[str]:
    """Lines about the repeated verdict, its conditions, and whether the result is the same."""
    entry, report = repeated.entry, repeated.report
    yield f"Line {repeated.number}: {clean_text(entry.learner, 60)}, {entry.part}, graded {entry.when}"
    yield f"  sha256 {entry.submission}"
    yield f"  seed {entry.seed}, sandbox {entry.sandbox}, Python {entry.interpreter}"
    if entry.suite != suite_hash(part_named(entry.part)):
        yield "  The checks or the grader have changed since. This verdict comes from the current ones."
    if report.interpreter != entry.interpreter:
        yield f"  This time it ran with Python {report.interpreter}."
    given = sum(entry.decided.values())
    then = f"{number(entry.earned)} of {number(entry.possible)} points"
    if given:
        then += f", {number(given)} of them by an instructor's decision"
    yield f"Then: {then}. Now by checks: {number(report.earned)}."
    yield from (f"  {line}" for line in repeated.changed)
    yield "The verdict is different." if repeated.changed else "The verdict is the same, check by check."
