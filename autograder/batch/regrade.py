"""The same work graded again with other random inputs: every verdict that changes is code that does not always do the
same, or a check of ours that does not. Nobody's grade is changed by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.batch.batch import find_tasks
from autograder.batch.ledger import Ledger
from autograder.batch.pool import open_pool
from autograder.batch.run import Graded, Run
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part
from autograder.grading.report import Report
from autograder.grading.store import key
from autograder.render.terminal import number, plural
from autograder.sandbox import Tier
from autograder.sandbox.text import clean_text


@dataclass
class Regrade:
    """seed: of the second verdicts. changed: who, and a line for each check that came out otherwise. new: how many had
    no verdict by the checks as they are now; problems: who could not be graded, and why.
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
    on_graded: Callable[[Graded], None] = lambda graded: None,
) -> Regrade:
    """Grade these parts of everybody with this seed, and compare with the verdicts that count. Raises like
    `grade_batch`; verdicts with this seed that are there from an interrupted run are not made again.
    """
    found = find_tasks(submitted, wanted)
    outcome, store = Regrade(seed, found.problems), open_store(out)

    def done(graded: Graded) -> None:
        who = f"{graded.task.learner}/{graded.task.part.name}"
        first = store.find(key(graded.collected.modules, graded.task.part, tier, None, None, False))
        if graded.report is None:
            outcome.problems.append((who, graded.failure))
        elif first is None:
            outcome.new += 1
        elif lines := list(differences(first.report, graded.report)):
            outcome.changed.append((who, lines))
        else:
            outcome.same += 1
        on_graded(graded)

    # The ledger is only held, so that no grading goes on at the same time.
    with Ledger.opened(out), open_pool(workers, scheduler) as pool:
        on_start(len(found.tasks))
        Run(store, pool, tier, seed, done).grade(found.tasks)
    return outcome


def differences(first: Report, second: Report) -> Iterator[str]:
    """A line for each check that came out otherwise."""
    before = {check.name: check for check in first.checks}
    for check in second.checks:
        old = before.get(check.name)
        if old is None or (old.status, old.earned) != (check.status, check.earned):
            was = f"{old.status} {number(old.earned)}" if old else "not there"
            yield f"{check.task} {check.title}: {was}, now {check.status} {number(check.earned)}"


def regrade_lines(outcome: Regrade) -> Iterator[str]:
    """What changed, and how many did not."""
    for who, lines in outcome.changed:
        yield f"  {clean_text(who, 60)}"
        yield from (f"    {line}" for line in lines)
    yield (
        f"Graded again with seed {outcome.seed}: {plural(len(outcome.changed), 'verdict')} changed, {outcome.same} did "
        "not. The grades are those from before."
    )
    if outcome.new:
        yield f"{outcome.new} had no verdict by the checks as they are now: nothing to compare with. Grade them first."
    for who, why in outcome.problems:
        yield f"  {clean_text(who, 60)} could not be graded: {clean_text(why, 300)}"
