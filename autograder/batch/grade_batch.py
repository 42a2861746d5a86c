"""Grading a whole class, or a thousand: verdicts, ledger and reports in one folder, which the next run goes on from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from autograder.batch.batch import find_tasks
from autograder.batch.learner_report import write_report
from autograder.batch.ledger import Ledger
from autograder.batch.pool import open_pool
from autograder.batch.run import Graded, Run
from autograder.batch.summary import Summary
from autograder.class_folder.decisions import decision_sentences, decisions_on, read_decisions, with_decisions
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part
from autograder.sandbox import Tier

REPORTS = "reports"
WRITERS = 4  # threads, which mostly wait for the disk


def default_folder(submitted: Path) -> Path:
    """Where the results go when nothing else is said: of a class's submitted/, where `make grade` looks for them."""
    return submitted.absolute().parent / "verdicts"


def grade_batch(
    submitted: Path,
    wanted: Sequence[Part],
    tier: Tier,
    out: Path,
    *,
    seed: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    on_start: Callable[[int], None] = lambda count: None,
    on_graded: Callable[[Graded], None] = lambda graded: None,
) -> Summary:
    """Grade these parts of everybody. on_start gets the number of tasks, on_graded each once it is in the ledger.

    Raises ValueError for an input that can't be used, LedgerError, PoolLost, and OSError for a disk that is full;
    whatever was done by then is kept, and the next run goes on from there.
    """
    found = find_tasks(submitted, wanted)
    summary, store = Summary(found.problems), open_store(out)
    writing: list[Future] = []
    with (
        Ledger.opened(out) as ledger,
        open_pool(workers, scheduler) as pool,
        ThreadPoolExecutor(WRITERS) as writers,
    ):
        on_start(len(found.tasks))

        def done(graded: Graded) -> None:
            if graded.report is not None:
                learner, part, modules = graded.task.learner, graded.task.part, graded.collected.modules
                entry = ledger.record(learner, part, graded.report, modules, store, tier, seed)
                decisions = decisions_on(read_decisions(out), learner, part.name, graded.report)
                graded = replace(graded, report=with_decisions(graded.report, decisions))
                told, source = decision_sentences(graded.report, decisions), modules.get(graded.report.file)
                what = (entry, part, graded.report, graded.collected.remarks, source, told)
                writing.append(writers.submit(write_report, out / REPORTS, *what))
                if len(writing) > 4 * WRITERS:
                    writing.pop(0).result()  # raises what went wrong
            summary.add(graded)
            on_graded(graded)

        Run(store, pool, tier, seed, done).grade(found.tasks)
        for future in writing:
            future.result()
    return summary
