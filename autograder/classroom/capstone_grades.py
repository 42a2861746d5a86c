"""Grade the capstone of a class: train each learner's newest parts 1 to 8, and enter the points in the gradebook and
the verdicts in the ledger.

A capstone takes a minute or more, so verdicts are stored, and several run in parallel. If the machine was too busy for
a run, there is no verdict: nothing is entered or stored, and the next call trains it again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from autograder.batch.ledger import LEDGER_FILE, Ledger, LedgerEntry, LedgerError, read_ledger
from autograder.batch.local_processes import ProcessEnded
from autograder.batch.pool import open_pool
from autograder.batch.regrade import Repeated, grade_again, repeat
from autograder.capstone.capstone_run import NUM_STEPS, OWN_PARTS
from autograder.capstone.grade_capstone import files_hash
from autograder.class_folder.collected import NewestModule, newest_module
from autograder.class_folder.decisions import DecisionsError
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.locks import exclusive_grading
from autograder.class_folder.released_verdicts import last_released
from autograder.class_folder.settings import ClassError
from autograder.class_folder.verdict import older_counts
from autograder.class_folder.verdict_store import open_store
from autograder.classroom import capstone_process
from autograder.classroom.capstone_gradebook import enter_capstone
from autograder.classroom.capstone_process import CapstoneNotGraded, decode_capstone, encode_capstone
from autograder.course import capstone, part
from autograder.grading.report import Report
from autograder.grading.store import Store, suite_hash
from autograder.sandbox import Tier
from autograder.text import clean_text, number, plural

NEEDED = tuple(part(each) for each in OWN_PARTS)


class Training(NamedTuple):
    """What a verdict depends on, apart from the modules. python: the interpreter; None for the one of the grader."""

    tier: Tier
    python: str | None = None
    num_steps: int = NUM_STEPS


class CapstoneOutcome(NamedTuple):
    """The result of one learner's capstone. missing: files that were not submitted; failure: why it has no points;
    trained: whether it was trained now, because there was no stored verdict.
    """

    learner: str
    report: Report | None = None
    missing: tuple[str, ...] = ()
    failure: str = ""
    trained: bool = False

    def line(self) -> str:
        """A line for the instructor."""
        line = f"  {clean_text(self.learner, 40):<24} capstone  "
        if self.missing:
            return f"{line}waits for {', '.join(self.missing)}"
        if self.failure:
            return f"{line}NOT GRADED: {clean_text(self.failure, 300)}"
        return f"{line}{number(self.report.earned)}/{number(self.report.possible)}"


def grade_capstones(
    folder: ClassFolder,
    training: Training,
    on_start: Callable[[int], None] = lambda count: None,
    on_outcome: Callable[[CapstoneOutcome], None] = lambda outcome: None,
    again: bool = False,
    entered: bool = True,
    train: bool = True,
    trainings: Mapping[str, Training] = MappingProxyType({}),
) -> list[CapstoneOutcome]:
    """Grade everybody who has submitted any of parts 1 to 8. If a part is missing, the outcome lists it and there are
    no points yet. on_start: called with the number of runs to train. again: also train if there is a stored verdict.
    entered: enter the points in the gradebook and the verdict in the ledger. train: train learners without a verdict;
    otherwise they are left out. trainings: by learner, of those who are trained in another way. A better result for
    the same parts is kept. Raises ClassError.
    """
    outcomes = []

    def done(outcome: CapstoneOutcome) -> None:
        outcomes.append(outcome)
        on_outcome(outcome)

    ready = {}
    for learner in capstone_learners(folder):
        modules = newest_parts(folder, learner)
        try:
            folder.require_name(learner)
        except ValueError as error:
            done(CapstoneOutcome(learner, failure=str(error)))
            continue
        if missing := tuple(needed.file_name for needed in NEEDED if needed.file_name not in modules):
            done(CapstoneOutcome(learner, missing=missing))
        else:
            ready[learner] = modules
    modules_of = {learner: _contents(newest) for learner, newest in ready.items()}
    training_of = {learner: trainings.get(learner, training) for learner in ready}
    keys = {learner: verdict_key(modules, training_of[learner]) for learner, modules in modules_of.items()}
    store = open_store(folder.verdicts)
    found = {} if again else {name: store.find(name) for name in set(keys.values())}
    stored = {name: verdict.report for name, verdict in found.items() if verdict is not None}
    if not train:
        keys = {learner: name for learner, name in keys.items() if name in stored}
    on_start(sum(name not in stored for name in keys.values()))

    def job(learner: str) -> bytes:
        return encode_capstone(modules_of[learner], *training_of[learner])

    with contextlib.closing(_verdicts(keys, stored, store, job)) as verdicts:
        for learner, verdict in verdicts:
            report, failed = None, ""
            try:
                report = verdict.result()
                if entered:
                    report = release_capstone(folder, learner, report, ready[learner], training_of[learner])
            except (CapstoneNotGraded, ProcessEnded, ClassError, LedgerError, DecisionsError) as error:
                report, failed = None, str(error)
            except Exception as error:  # any error: record it, and the others still get their points
                report, failed = None, f"{type(error).__name__}: {error}"
            done(CapstoneOutcome(learner, report, failure=failed, trained=keys[learner] not in stored))
    return outcomes


def trainings_as_graded(folder: ClassFolder, training: Training) -> dict[str, Training]:
    """For each learner whose capstone has a verdict: the training with the interpreter of their latest one. Raises
    LedgerError.
    """
    path = folder.verdicts / LEDGER_FILE
    entries = read_ledger(path) if path.is_file() else ()
    latest = {entry.learner: entry.python for _, entry in entries if entry.part == capstone().name}
    return {learner: training._replace(python=python or None) for learner, python in latest.items()}


def release_capstone(
    folder: ClassFolder,
    learner: str,
    report: Report,
    newest: Mapping[str, NewestModule],
    training: Training,
    lower: bool = False,
) -> Report:
    """Enter a stored verdict in ledger, gradebook and feedback, unless an earlier and better one for the same modules
    counts. lower: enter it anyway. Waits for another grading of the class. Returns the verdict that counts, before
    decisions. Raises ClassError and LedgerError.
    """
    with exclusive_grading(folder.root, wait=True), Ledger.opened(folder.verdicts, wait=True) as ledger:
        old = last_released(folder, learner, capstone())
        if not lower and older_counts(folder, learner, capstone(), old, report):
            report = old
        if report is not old:  # the old one has its line
            modules, store = _contents(newest), open_store(folder.verdicts)
            name = verdict_key(modules, training)
            ledger.record(learner, capstone(), report, modules, store, name, training.python)
        enter_capstone(folder, learner, report, newest)
    return report


def repeat_verdict(folder: Path, which: str, num_steps: int = NUM_STEPS) -> Repeated:
    """Repeat a verdict of the ledger in this folder, of a part or of the capstone: see `batch.regrade.repeat`."""

    def again(entry: LedgerEntry, modules: Mapping[str, bytes]) -> Report:
        if entry.part != capstone().name:
            return grade_again(entry, modules)
        training = Training(Tier(entry.sandbox), entry.python or None, num_steps)
        with open_pool(1, module=capstone_process.MODULE, seconds=capstone_process.SECONDS) as pool:
            try:
                return decode_capstone(pool.submit(encode_capstone(modules, *training, seed=entry.seed)).result())[0]
            except (CapstoneNotGraded, ProcessEnded) as error:
                raise LedgerError(f"The capstone can't be trained again: {error}") from error

    return repeat(folder, which, again)


def newest_parts(folder: ClassFolder, learner: str) -> dict[str, NewestModule]:
    """The learner's newest modules of parts 1 to 8, by file name."""
    newest = {needed.file_name: newest_module(folder.submitted / learner, needed) for needed in NEEDED}
    return {name: module for name, module in newest.items() if module is not None}


def submitted_capstone_hash(folder: ClassFolder, learner: str) -> str:
    """The sha256 of the learner's newest parts 1 to 8 together, as reports have it."""
    return files_hash(_contents(newest_parts(folder, learner)))


def _contents(newest: Mapping[str, NewestModule]) -> dict[str, bytes]:
    return {name: module.content for name, module in newest.items()}


def capstone_learners(folder: ClassFolder) -> list[str]:
    """Everybody who has submitted something of parts 1 to 8."""
    return sorted({learner for needed in NEEDED for learner in folder.learners(needed)})


def _verdicts(
    keys: Mapping[str, str],
    stored: Mapping[str, Report],
    store: Store,
    job: Callable[[str], bytes],
) -> Iterator[tuple[str, Future[Report]]]:
    """Yield each learner's verdict: first the stored ones, then the others as they finish, from separate processes.
    Identical modules are trained only once. job: the job of a learner.
    """
    verdicts: dict[str, Future[Report]] = {name: Future() for name in keys.values()}
    learners_of: dict[Future[Report], list[str]] = {}
    for learner, name in keys.items():
        learners_of.setdefault(verdicts[name], []).append(learner)
    for name, report in stored.items():
        verdicts[name].set_result(report)
    to_train = {name: verdict for name, verdict in verdicts.items() if name not in stored}
    with contextlib.ExitStack() as stack:
        if to_train:
            workers = min(len(to_train), os.cpu_count() or 1)
            pool = stack.enter_context(
                open_pool(workers, module=capstone_process.MODULE, seconds=capstone_process.SECONDS)
            )
            for name, verdict in to_train.items():
                answer = pool.submit(job(learners_of[verdict][0]))
                answer.add_done_callback(functools.partial(_store_verdict, store, name, verdict))
        for verdict in as_completed(learners_of):
            yield from ((learner, verdict) for learner in learners_of[verdict])


def _store_verdict(store: Store, name: str, verdict: Future[Report], answer: Future[bytes]) -> None:
    """Store a verdict as soon as it is finished, independently of the main thread."""
    try:
        report, seconds = decode_capstone(answer.result())
        store.keep(name, report, seconds)
        verdict.set_result(report)
    except BaseException as error:
        verdict.set_exception(error)


def verdict_key(modules: Mapping[str, bytes], training: Training) -> str:
    """A hash of everything that a verdict depends on: modules, the capstone's checks, grader, data, Python version."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(modules.items())}
    inputs = [capstone().module, suite_hash(capstone()), hashes, training.tier.value, *training[1:]]
    return hashlib.sha256(json.dumps(inputs).encode("ascii")).hexdigest()


def capstone_summary(folder: ClassFolder, outcomes: Sequence[CapstoneOutcome]) -> Iterator[str]:
    """Summary lines: how many were graded, and where the results are."""
    graded = sum(outcome.report is not None for outcome in outcomes)
    waiting = sum(bool(outcome.missing) for outcome in outcomes)
    yield ""
    counts = f"{plural(graded, 'capstone')} graded, {waiting} waiting for parts"
    yield f"{counts}. Feedback: {folder.feedback}. Scores: gradebook.db. Ledger: {folder.verdicts / LEDGER_FILE}."
