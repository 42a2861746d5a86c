"""A verdict repeated from its line in the ledger, for an appeal: the same modules, seed and sandbox once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.ledger import FILE, Entry, Ledger, LedgerError, read_ledger
from autograder.batch.regrade import differences
from autograder.class_folder.verdict import grade_modules
from autograder.class_folder.verdict_store import open_store
from autograder.course import part_named
from autograder.grading.grade import grade
from autograder.grading.report import Report
from autograder.grading.store import suite_hash
from autograder.render.terminal import number
from autograder.sandbox import Tier, strict_tier
from autograder.sandbox.text import clean_text
from autograder.wording import command


@dataclass(frozen=True)
class Repeated:
    """entry: the line, with its number; report: the verdict now; changed: a line for each difference."""

    number: int
    entry: Entry
    report: Report
    changed: tuple[str, ...]


def repeat(folder: Path, which: str) -> Repeated:
    """Repeat a verdict of the ledger in this folder. which: the number of a line, or `ada/part05` for the latest.

    Raises LedgerError when there is no such line, and SandboxUnavailable.
    """
    found_at, entry = find_entry(folder / FILE, which)
    part, tier = part_named(entry.part), Tier(entry.sandbox)
    modules = Ledger(folder).kept_modules(entry)
    if tier is not Tier.LOCAL and strict_tier() is not tier:
        raise LedgerError(f"The verdict was given in the {tier.value} sandbox, which does not hold on this machine.")
    report = grade_modules(modules, part, tier, grade, entry.seed)
    stored = open_store(folder).find(entry.verdict)
    changed = list(differences(stored.report, report)) if stored else []
    by_checks = entry.earned - sum(entry.decided.values())
    if (abs(report.earned - by_checks) > 1e-9 or report.breaks != entry.breaks) and not changed:
        changed.append(f"{number(by_checks)} points, now {number(report.earned)}. {report.breaks}".rstrip())
    return Repeated(found_at, entry, report, tuple(changed))


def find_entry(path: Path, which: str) -> tuple[int, Entry]:
    """The line that is meant, and its number. Raises LedgerError."""
    if not path.exists():
        raise LedgerError(
            f"There is no ledger {path}. Grade first, or name the class's folder: "
            f"{command('repeat', which, class_='FOLDER')}"
        )
    found = None
    for line_number, entry in read_ledger(path):
        if which in (str(line_number), f"{entry.learner}/{entry.part}"):
            found = line_number, entry
    if found is None:
        raise LedgerError(
            f"{path} has no line {ascii(which)}. Name a learner and a part, or the number of a line: "
            f"{command('repeat', 'ada/part05')}"
        )
    return found


def repeat_lines(repeated: Repeated) -> Iterator[str]:
    """What was repeated under which conditions, and whether it came out the same."""
    entry, report = repeated.entry, repeated.report
    yield f"Line {repeated.number}: {clean_text(entry.learner, 60)}, {entry.part}, graded {entry.when}"
    yield f"  sha256 {entry.submission}"
    yield f"  seed {entry.seed}, sandbox {entry.sandbox}, Python {entry.interpreter}"
    if entry.suite != suite_hash(part_named(entry.part)):
        yield "  The checks or the grader have changed since: this is the verdict by those of now."
    if report.interpreter != entry.interpreter:
        yield f"  It was repeated with Python {report.interpreter}."
    given = sum(entry.decided.values())
    then = f"{number(entry.earned)} of {number(entry.possible)} points"
    if given:
        then += f", {number(given)} of them by an instructor's decision"
    yield f"Then: {then}. Now by checks: {number(report.earned)}."
    yield from (f"  {line}" for line in repeated.changed)
    yield "The verdict is another one." if repeated.changed else "The verdict is the same, check by check."
