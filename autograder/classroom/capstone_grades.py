"""The capstone of a class: trains every learner's newest parts 1 to 8, and enters the points in nbgrader's gradebook.

A capstone takes a minute or more, so verdicts are kept, and several are made at a time. A run that the machine had no
time for gives no verdict: nothing is entered or kept, and the next call trains it again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import NamedTuple

from autograder.capstone.capstone_run import NUM_STEPS, OWN_PARTS
from autograder.class_folder.collected import NewestModule, newest_module
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import keeps_old_verdict, last_released
from autograder.class_folder.verdict_store import open_store
from autograder.classroom.capstone_gradebook import enter_capstone
from autograder.classroom.prefetch import worker_processes
from autograder.course import HERE, ROOT, capstone, part
from autograder.grading.report import Report
from autograder.grading.store import suite_hash
from autograder.sandbox import MachineBusy, Tier
from autograder.text import clean_text, number, plural

NEEDED = tuple(part(each) for each in OWN_PARTS)


class CapstoneOutcome(NamedTuple):
    """The result of one learner's capstone. missing: files that were not submitted; failure: why it has no points;
    trained: it was trained now, since there was no verdict.
    """

    learner: str
    report: Report | None = None
    missing: tuple[str, ...] = ()
    failure: str = ""
    trained: bool = False

    def line(self) -> str:
        """For the instructor."""
        line = f"  {clean_text(self.learner, 40):<24} capstone  "
        if self.missing:
            return f"{line}waits for {', '.join(self.missing)}"
        if self.failure:
            return f"{line}NOT GRADED: {clean_text(self.failure, 300)}"
        return f"{line}{number(self.report.earned)}/{number(self.report.possible)}"


def grade_capstones(
    folder: ClassFolder,
    tier: Tier,
    python: str | None = None,
    on_start: Callable[[int], None] = lambda count: None,
    on_outcome: Callable[[CapstoneOutcome], None] = lambda outcome: None,
    num_steps: int = NUM_STEPS,
    again: bool = False,
    entered: bool = True,
) -> list[CapstoneOutcome]:
    """Grade everybody who has submitted something of parts 1 to 8; who lacks one of them gets no points yet, and the
    outcome says which. python: the interpreter to train in, such as pypy3. on_start: gets the number of learners to
    train for. again: train, too, what has a verdict. entered: enter the points in the gradebook; a better result for
    the same parts is kept. Raises ClassError.
    """
    collected = {learner: newest_parts(folder, learner) for learner in _learners(folder)}
    outcomes = []

    def done(outcome: CapstoneOutcome) -> None:
        outcomes.append(outcome)
        on_outcome(outcome)

    ready = {}
    for learner, modules in collected.items():
        if missing := tuple(needed.file_name for needed in NEEDED if needed.file_name not in modules):
            done(CapstoneOutcome(learner, missing=missing))
        else:
            ready[learner] = modules
    keys = {learner: verdict_key(_contents(modules), tier, python, num_steps) for learner, modules in ready.items()}
    store = open_store(folder.verdicts)
    to_train = {learner for learner, key in keys.items() if again or store.find(key) is None}
    on_start(len(to_train))
    with contextlib.closing(_verdicts(folder, ready, keys, tier, python, num_steps, again)) as verdicts:
        for learner, future in verdicts:
            report, failed = None, ""
            try:
                report = future.result()
                if entered:
                    old = last_released(folder, learner, capstone())
                    report = old if keeps_old_verdict(old, report) else report
                    enter_capstone(folder, learner, report, ready[learner])
            except MachineBusy as error:
                failed = f"{error} Nothing was saved. Run the same command again."
            except Exception as error:  # whoever is at fault: the others get their points all the same
                report, failed = None, f"{type(error).__name__}: {error}"
            done(CapstoneOutcome(learner, report, failure=failed, trained=learner in to_train))
    return outcomes


def newest_parts(folder: ClassFolder, learner: str) -> dict[str, NewestModule]:
    """The learner's newest modules of parts 1 to 8, by file name."""
    newest = {needed.file_name: newest_module(folder.submitted / learner, needed) for needed in NEEDED}
    return {name: module for name, module in newest.items() if module is not None}


def stored_verdict(
    folder: ClassFolder,
    modules: Mapping[str, bytes],
    tier: Tier,
    python: str | None,
    num_steps: int,
    again: bool = False,
) -> Report:
    """The verdict on these modules, from the store when the same have been trained before, unless again."""
    store, name = open_store(folder.verdicts), verdict_key(modules, tier, python, num_steps)
    if not again and (kept := store.find(name)) is not None:
        return kept.report
    from autograder.capstone import grade_capstone

    began = time.monotonic()
    report = grade_capstone(modules, tier=tier, python=python, num_steps=num_steps).report.for_class()
    store.keep(name, report, time.monotonic() - began)
    return report


def _contents(modules: Mapping[str, NewestModule]) -> dict[str, bytes]:
    return {name: module.content for name, module in modules.items()}


def _learners(folder: ClassFolder) -> list[str]:
    return sorted({learner for needed in NEEDED for learner in folder.learners(needed)})


def _verdicts(
    folder: ClassFolder,
    ready: Mapping[str, Mapping[str, NewestModule]],
    keys: Mapping[str, str],
    tier: Tier,
    python: str | None,
    num_steps: int,
    again: bool,
) -> Iterator[tuple[str, Future[Report]]]:
    """Each learner's verdict as it is made, in processes of their own; of the same modules only one."""
    with worker_processes(max(1, min(len(ready), os.cpu_count() or 1))) as pool:
        learners: dict[Future, list[str]] = {}
        futures: dict[str, Future] = {}
        for learner, found in ready.items():
            key = keys[learner]
            if key not in futures:
                work = (folder, _contents(found), tier, python, num_steps, again)
                futures[key] = pool.submit(stored_verdict, *work)
            learners.setdefault(futures[key], []).append(learner)
        for future in as_completed(learners):
            yield from ((learner, future) for learner in learners[future])


def verdict_key(modules: Mapping[str, bytes], tier: Tier, python: str | None, num_steps: int) -> str:
    """A hash of all that a verdict depends on: the modules, the capstone's checks, the grader, the data, the Python."""
    digest = hashlib.sha256("".join(suite_hash(needed) for needed in NEEDED).encode("ascii"))
    for path in [*sorted((HERE / "capstone").glob("*.py")), HERE / "model.py", ROOT / "datasets" / "names.txt"]:
        digest.update(_content_hash(path))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(modules.items())}
    inputs = [capstone().module, digest.hexdigest(), hashes, tier.value, python, num_steps]
    return hashlib.sha256(json.dumps(inputs).encode("ascii")).hexdigest()


def _content_hash(path: Path) -> bytes:
    return path.name.encode("ascii") + hashlib.sha256(path.read_bytes()).digest()


def capstone_summary(folder: ClassFolder, outcomes: Sequence[CapstoneOutcome]) -> Iterator[str]:
    """How many, and where to look."""
    graded = sum(outcome.report is not None for outcome in outcomes)
    waiting = sum(bool(outcome.missing) for outcome in outcomes)
    yield ""
    counts = f"{plural(graded, 'capstone')} graded, {waiting} waiting for parts"
    yield f"{counts}. Feedback: {folder.feedback}. Scores: gradebook.db."
