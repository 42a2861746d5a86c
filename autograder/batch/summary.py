"""The summary of a batch: counts per part, as a table, and what could not be graded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.batch.grading_run import GradedTask
from autograder.course import part, parts
from autograder.text import clean_text, number, plural

MOST_PROBLEMS = 50  # lines in the terminal; --json has them all


@dataclass
class PartCounts:
    """Counts for one part: graded, passed and not begun, and the sum of the points."""

    graded: int = 0
    passed: int = 0
    not_begun: int = 0
    earned: float = 0.0
    possible: float = 0.0


@dataclass
class Summary:
    """problems: who (or which file) could not be graded, and why."""

    problems: list[tuple[str, str]]
    by_part: dict[int, PartCounts] = field(default_factory=lambda: {part.number: PartCounts() for part in parts()})

    def add(self, graded: GradedTask) -> None:
        """Count a task."""
        report = graded.report
        if report is None:
            self.problems.append((f"{graded.task.learner}/{graded.task.part.name}", graded.failure))
            return
        counts = self.by_part[report.part]
        counts.graded += 1
        counts.passed += report.passed
        counts.not_begun += {check.status for check in report.checks} <= {"todo", "manual"}
        counts.earned += report.earned
        counts.possible += report.possible

    @property
    def graded(self) -> int:
        return sum(counts.graded for counts in self.by_part.values())

    def to_json(self) -> dict:
        """Plain data: the graded parts, and the problems."""
        facts = [{"part": part_number, **vars(counts)} for part_number, counts in self.by_part.items() if counts.graded]
        return {"graded": self.graded, "parts": facts, "not_graded": [list(problem) for problem in self.problems]}


def table_lines(summary: Summary) -> Iterator[str]:
    """One line per part, then what could not be graded."""
    yield f"  {'part':<29} {'graded':>7} {'passed':>7} {'not begun':>10} {'mean points':>12}"
    for part_number, counts in summary.by_part.items():
        if counts.graded:
            title = f"{part_number:>2} {part(part_number).title}"
            mean = f"{counts.earned / counts.graded:.2f}/{number(counts.possible / counts.graded)}"
            yield f"  {title:<29} {counts.graded:>7} {counts.passed:>7} {counts.not_begun:>10} {mean:>12}"
    if summary.problems:
        yield ""
        yield f"{plural(len(summary.problems), 'submission')} could not be graded:"
        for who, why in summary.problems[:MOST_PROBLEMS]:
            yield f"  {clean_text(who, 60)}: {clean_text(why, 300)}"
        if len(summary.problems) > MOST_PROBLEMS:
            yield f"  and {len(summary.problems) - MOST_PROBLEMS} more: --json lists them all."
