"""Grade an entire class, or a thousand learners. Verdicts, ledger and reports go to one folder, and the next run
continues from there.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from autograder.batch.find_tasks import find_tasks
from autograder.batch.grading_run import BatchRun, GradedTask
from autograder.batch.ledger import LEDGER_FILE, Ledger, LedgerEntry
from autograder.batch.pool import open_pool
from autograder.batch.summary import Summary
from autograder.class_folder.decisions import apply_decisions, decision_sentences, decisions_on, read_decisions
from autograder.class_folder.verdict_store import open_store
from autograder.course import Part
from autograder.files import write_atomically
from autograder.grading.report import Report
from autograder.grading.request import Conditions
from autograder.grading.store import key
from autograder.render.feedback_page import Feedback, feedback_page
from autograder.sandbox import Tier

REPORTS = "reports"
WRITERS = 4  # threads; they mostly wait for the disk


def default_folder(submitted: Path) -> Path:
    """The default folder for results. For a class's submitted/, it is where `make grade` looks for them."""
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
    on_graded: Callable[[GradedTask], None] = lambda graded: None,
) -> Summary:
    """Grade these parts for everybody. on_start gets the number of tasks, on_graded each task once it is in the ledger.

    Raises ValueError for unusable input, LedgerError, PoolLost, and OSError for a full disk. Finished work is kept, and
    the next run continues from there.
    """
    submissions, conditions = find_tasks(submitted, wanted), Conditions(tier, seed)
    summary, store = Summary(submissions.problems), open_store(out)
    writing: list[Future] = []
    with (
        Ledger.opened(out) as ledger,
        open_pool(workers, scheduler) as pool,
        ThreadPoolExecutor(WRITERS) as writers,
    ):
        on_start(len(submissions.tasks))

        def done(graded: GradedTask) -> None:
            if graded.report is not None:
                learner, part, modules = graded.task.learner, graded.task.part, graded.collected.modules
                entry = ledger.record(learner, part, graded.report, modules, store, key(modules, part, conditions))
                decisions = decisions_on(read_decisions(out), learner, part.name, graded.report)
                graded = replace(graded, report=apply_decisions(graded.report, decisions))
                told, source = decision_sentences(graded.report, decisions), modules.get(graded.report.file)
                report = (entry, part, graded.report, graded.collected.remarks, source, told)
                writing.append(writers.submit(write_report, out / REPORTS, *report))
                if len(writing) > 4 * WRITERS:
                    writing.pop(0).result()  # raises what went wrong
            summary.add(graded)
            on_graded(graded)

        BatchRun(store, pool, conditions, done).grade(submissions.tasks)
        for future in writing:
            future.result()
    return summary


def follow_decisions(out: Path, part: Part, remarks: Mapping[str, tuple[str, ...]]) -> None:
    """Apply decisions about regrade requests: write a new ledger line with the points that count, and the learner's
    report. remarks: about each learner's submission. Raises LedgerError and OSError; after an interruption, the same
    call finishes the work.
    """
    if not (out / LEDGER_FILE).exists():
        return
    store, decisions = open_store(out), read_decisions(out)
    with Ledger.opened(out) as ledger:
        for learner, sentences in remarks.items():
            entry = ledger.latest.get((learner, part.name))
            stored = store.find(entry.verdict) if entry else None
            if stored is None:
                continue
            source = ledger.kept_modules(entry).get(entry.file)
            fitting = decisions_on(decisions, learner, part.name, stored.report)
            now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
            ledger.add(replace(entry, when=now), {}, store)
            entry, told = ledger.latest[learner, part.name], decision_sentences(stored.report, fitting)
            if (out / REPORTS / learner / f"{part.name}.html").exists():
                report = apply_decisions(stored.report, fitting)
                write_report(out / REPORTS, entry, part, report, sentences, source, told)


def write_report(
    folder: Path,
    entry: LedgerEntry,
    part: Part,
    report: Report,
    remarks: tuple[str, ...],
    source: bytes | None,
    decisions: Mapping[str, str],
) -> None:
    """Write a learner's report on one part, folder/LEARNER/partNN.json and .html, if they have changed. Both show only
    what a class may see: for failed hidden checks the title, the kind of failure and a known mistake. source: the
    part's module, for the lines on the page; decisions: sentences about regrade requests, by check. Raises OSError.
    """
    place = folder / entry.learner / part.name
    data, path = report.for_class().to_json(), place.with_suffix(".json")
    if _read_json(path) != data:  # reading is ten times as fast as writing the text with its indentation
        write_atomically(path, json.dumps(data, indent=1).encode("ascii"))
    day = datetime.date.fromisoformat(entry.when[:10])
    repeat = f"{entry.learner}/{entry.part}"
    facts = Feedback(entry.learner, part, report, day, source, remarks, repeat=repeat, decisions=decisions)
    page, path = feedback_page(facts).encode("utf-8", "replace"), place.with_suffix(".html")
    if not path.exists() or path.read_bytes() != page:
        write_atomically(path, page)


def _read_json(path: Path) -> object:
    """The data in a file; None if there is none, or if it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return None
